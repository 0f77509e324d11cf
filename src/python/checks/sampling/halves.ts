/** Steps with two slopes, each of which counts half. */

import { catalogue } from '../../../formulas/catalogue.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { make } from '../near/edit.ts';
import { replaced } from '../near/remade.ts';
import { textEdits } from '../near/write.ts';
import { factorsOf, made, termsOf, userIn } from '../rules/flow.ts';

export function* wholeSteps(checked: Checked, told: readonly Fault[]): Generator<Fault> {
  const { computed, textOf, imports } = checked;
  const known = new Set(told.map(({ statement }) => statement));
  for (const statement of computed) {
    if (known.has(statement)) continue;
    const wrong = wrongIn(statement);
    if (!wrong) continue;
    const { slopes, within, predictor } = wrong;
    const half = make('multiply', [make('number', [], { value: 0.5 }), slopes]);
    const edits = textEdits({ kind: 'factor', there: slopes, wanted: half, within, also: [] }, { statement, computed, textOf, imports });
    const formula = catalogue.get('heun_step')!;
    yield {
      rule: 'other-factor',
      severity: 'warning',
      message: `Both slopes are added up (${formula.name}): with the step that leads to the second one the sample moves twice as far. Their mean belongs here.`,
      statement,
      at: slopes,
      related: [{ node: predictor, message: 'The step to the second slope.' }],
      nearly: edits && matchOf(replaced(statement.node, slopes, half), formula, statement, checked),
      change: edits && { title: 'Take the mean of both', edits },
    };
  }
}

interface Wrong {
  readonly slopes: Node;
  readonly within: Node;
  /** The step of one slope to where the other one is taken. */
  readonly predictor: Node;
}

function wrongIn({ node }: Computed): Wrong | null {
  for (const { node: term } of termsOf(node)) {
    const product = unwrap(term);
    if (product.op !== 'multiply') continue;
    const factors = factorsOf(product, (one) => unwrap(one).op === 'add');
    const [sum, ...others] = factors.filter((factor) => !factor.below && unwrap(factor.node).op === 'add');
    if (!sum || others.length > 0) continue;
    const [first, second] = unwrap(sum.node).args;
    const lengths = factors.filter((factor) => factor !== sum);
    if (!first || !second || lengths.some((factor) => numberOf(factor.node) !== null)) continue;
    for (const [slope, other] of [
      [first, second],
      [second, first],
    ] as const) {
      const predictor = stepBy(slope, other, lengths);
      const within = userIn(product, sum.node);
      if (predictor && within) return { slopes: sum.node, within, predictor };
    }
  }
  return null;
}

type Factor = ReturnType<typeof factorsOf>[number];

/** A sum in what the other slope was told, with this slope times the same step. */
function stepBy(slope: Node, other: Node, lengths: readonly Factor[]): Node | null {
  for (const part of made(other, 200)) {
    if (part.op !== 'add' && part.op !== 'subtract') continue;
    const factors = factorsOf(part.args[1]!, (one) => unwrap(one) === unwrap(slope));
    const rest = factors.filter((factor) => unwrap(factor.node) !== unwrap(slope));
    if (rest.length !== factors.length - 1 || rest.length !== lengths.length) continue;
    if (rest.every((factor) => lengths.some((one) => unwrap(one.node) === unwrap(factor.node) && one.below === factor.below))) return part;
  }
  return null;
}
