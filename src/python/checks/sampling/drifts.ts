/** Drifts of an equation without noise that are those of the one with noise. */

import { catalogue } from '../../../formulas/catalogue.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { isMadeOf } from '../rules/flow.ts';

export function* driftsOfFlows(checked: Checked, told: readonly Fault[]): Generator<Fault> {
  const { found, computed, textOf, imports } = checked;
  const known = new Set(told.map(({ statement }) => statement));
  for (const { computed: statement, recognition, place } of found) {
    if (recognition.formula.id !== 'reverse_sde' || known.has(statement) || place.node !== statement.node) continue;
    const { around, target, holder, node } = statement;
    if (![target, ...around].some((name) => holdsAny(wordsOf(name), flowWords))) continue;
    const isNoisy = computed.some((one) => one.holder === holder && isMadeOf(one.node, ({ op }) => op === 'normal'));
    const top = unwrap(node);
    const [drift, taken] = top.args;
    if (isNoisy || top.op !== 'subtract' || !drift || !taken || numberOf(taken) !== null) continue;
    known.add(statement);
    const half = make('multiply', [make('number', [], { value: 0.5 }), taken]);
    const edits = textEdits(
      { kind: 'factor', there: taken, wanted: half, within: top, also: [] },
      { statement, computed, textOf, imports },
    );
    const formula = catalogue.get('pf_ode')!;
    yield {
      rule: 'other-factor',
      severity: 'warning',
      message: `This is the drift of the reverse equation with noise, and no noise is added: without it the score counts half (${formula.name}).`,
      statement,
      at: taken,
      related: [],
      nearly: edits && matchOf(changed(top, half), formula, statement, checked),
      change: edits && { title: 'Take half of it', edits },
    };
  }
}

const flowWords = ['ode', 'probability flow', 'prob flow', 'pf', 'pf ode', 'flow ode'];

const changed = (top: Node, taken: Node): Node => make(top.op, [top.args[0]!, taken], top.attributes);
