/** Drifts of an equation without noise that are those of the one with noise, and the other way round. */

import { catalogue } from '../../../formulas/catalogue.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { make } from '../near/edit.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, isMadeOf, isNegated } from '../rules/flow.ts';

export function* driftsOfFlows(checked: Checked, told: readonly Fault[]): Generator<Fault> {
  const { found, computed, textOf, imports } = checked;
  const known = new Set(told.map(({ statement }) => statement));
  yield* withoutDrift(checked, known);
  for (const { computed: statement, recognition, place } of found) {
    if (recognition.formula.id !== 'reverse_sde' || known.has(statement) || place.node !== statement.node) continue;
    const { around, target, holder, node } = statement;
    if (![target, ...around].some((name) => holdsAny(wordsOf(name), flowWords))) continue;
    const top = unwrap(node);
    const [drift, taken] = top.args;
    if (drawsNoise(computed, holder) || top.op !== 'subtract' || !drift || !taken || numberOf(taken) !== null) continue;
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

const flowWords = ['ode', 'probability flow', 'prob flow', 'pf', 'pf ode', 'flow ode', 'flow drift', 'flow velocity', 'drift flow'];

const changed = (top: Node, taken: Node): Node => make(top.op, [top.args[0]!, taken], top.attributes);

/** Of a process that has no drift of its own the score is all. */
function* withoutDrift({ computed, textOf, imports }: Checked, known: Set<Computed>): Generator<Fault> {
  for (const statement of computed) {
    const { node, target, around, holder } = statement;
    const isDrift = holdsAny(wordsOf(target === '' ? (around[0] ?? '') : target), ['drift', 'ode', 'flow']);
    const isOfFlow = [target, ...around.slice(0, 2)].some((name) => holdsAny(wordsOf(name), [...flowWords, 'flow']));
    const factors = factorsOf(node);
    const [rate, ...rates] = factors.filter((factor) => unwrap(factor.node).op === 'square');
    const scores = factors.filter((factor) => isScore(factor.node));
    if (known.has(statement) || node.op === 'let' || !isDrift || !isOfFlow || factors.length !== 2) continue;
    if (!rate || rates.length > 0 || scores.length !== 1 || drawsNoise(computed, holder) || !isNegated(node)) continue;
    known.add(statement);
    const half = make('multiply', [make('number', [], { value: 0.5 }), node]);
    const edits = textEdits(
      { kind: 'factor', there: node, wanted: half, within: null, also: [] },
      { statement, computed, textOf, imports },
    );
    yield {
      rule: 'other-factor',
      message: `This is the drift of the reverse equation with noise, and it is called one of the flow without: there the score counts half (${catalogue.get('pf_ode')!.name}).`,
      statement,
      at: node,
      related: [],
      nearly: null,
      change: edits && { title: 'Take half of it', edits },
    };
  }
}

const drawsNoise = (computed: readonly Computed[], holder: Computed['holder']): boolean =>
  computed.some((one) => one.holder === holder && isMadeOf(one.node, ({ op }) => op === 'normal'));

const isScore = (node: Node): boolean => {
  const { op, attributes } = unwrap(node);
  return (
    holdsAny(namesOf(node).slice(0, 1).flatMap(wordsOf), ['score', 'scores']) ||
    (op === 'opaque' && /score/i.test(String(attributes['callee'])))
  );
};
