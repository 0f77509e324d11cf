/** Mean and deviation of a noised sample whose squares are to sum to 1, where both are told from one logarithm. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { factorsOf, isMoved, namesOn, under } from './flow.ts';

/** `exp(a) * x` beside `sqrt(1 - exp(a))`: the variance that is kept is 1 - exp(2 a). */
export function* marginals(statement: Computed, { computed }: Checked): Generator<Fault> {
  const power = restIn(statement.node);
  const isGiven = statement.target === '' && statement.node.op !== 'let';
  if (!power || !(isGiven || /std|sigma|noise|spread/i.test(statement.target))) return;
  // Without a name it is one of a pair that is given together.
  const mean = computed.find(
    (one) =>
      one.holder === statement.holder &&
      one !== statement &&
      (!isGiven || one.target === '') &&
      factorsOf(one.node).some(({ node }) => isExponential(node, power)),
  );
  if (!mean || factorsOf(mean.node).length < 2) return;
  yield {
    rule: 'marginals-differ',
    message:
      'The deviation is the root of what one exponential leaves of 1, and the mean is multiplied by the same one: their squares do not sum to 1. Of the mean’s factor the square is taken off 1.',
    statement,
    at: statement.node,
    related: [{ node: mean.node, message: 'The mean.' }],
    nearly: null,
    change: null,
  };
}

/** Of what the exponential is taken in `sqrt(1 - exp(a))`, which may be the root of `-expm1(a)`. */
function restIn(node: Node): Node | null {
  const root = under(node, isMoved);
  const rest = root.op === 'sqrt' ? unwrap(root.args[0]!) : null;
  const negated = rest?.op === 'negate' ? unwrap(rest.args[0]!) : null;
  if (negated?.op === 'expm1') return namesOn(negated.args[0]!).length > 0 ? unwrap(negated.args[0]!) : null;
  if (rest?.op !== 'subtract' || numberOf(rest.args[0]!) !== 1) return null;
  const exponential = unwrap(rest.args[1]!);
  return exponential.op === 'exp' && namesOn(exponential.args[0]!).length > 0 ? unwrap(exponential.args[0]!) : null;
}

function isExponential(node: Node, power: Node): boolean {
  const inner = under(node, isMoved);
  return inner.op === 'exp' && unwrap(inner.args[0]!) === power;
}
