/** An array divided by the root of the mean of its squares, or by its deviation, however that is written. */

import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import { placeOf } from '../statements.ts';
import { factorsOf, termsOf } from './flow.ts';

export interface Normalised {
  readonly of: Node;
  /** The mean, or the sum, of squares. */
  readonly reduced: Node;
  /** All that is under the root, or has none. */
  readonly square: Node;
  readonly isRooted: boolean;
  /** It is multiplied by the root, and not divided. */
  readonly isAbove: boolean;
}

/** `x / sqrt(mean(x ** 2) + eps)`, or with what is off the mean, or without the root. */
export function normalisedIn(node: Node): Normalised | null {
  const factors = factorsOf(node, isSquared);
  for (const { node: factor, below } of factors) {
    const inner = unwrap(factor);
    const root = below && inner.op === 'add' && unwrap(inner.args[0]!).op === 'sqrt' ? unwrap(inner.args[0]!) : inner;
    const isRooted = root.op === 'sqrt' || root.op === 'rsqrt';
    const isAbove = isRooted && (root.op === 'rsqrt') === below;
    const square = isRooted || (!below && root.op === 'reciprocal') ? root.args[0]! : below ? factor : null;
    const reduced = square && reducedIn(square);
    if (!reduced) continue;
    const of = squaredIn(reduced);
    if (of && factors.some((one) => !one.below && isOf(one.node, of))) return { of, reduced, square, isRooted, isAbove };
  }
  return null;
}

/** What its own mean square is of may be a product itself. */
const isSquared = (node: Node): boolean =>
  [node, unwrap(node)].some((one) => usersOf(one).some(({ op, args }) => op === 'square' && args[0] === one));

/** The array itself, or what is left of it without its mean. */
const isOf = (node: Node, of: Node): boolean => {
  const inner = unwrap(node);
  return inner === of || (inner.op === 'subtract' && unwrap(inner.args[0]!) === of);
};

/** A variance, about the mean. */
export const isCentred = (reduced: Node): boolean => {
  if (reduced.op === 'variance') return true;
  const of = reduced.op === 'mean' ? unwrap(unwrap(reduced.args[0]!).args[0]!) : null;
  return of?.op === 'subtract' && unwrap(of.args[1]!).op === 'mean';
};

function reducedIn(square: Node): Node | null {
  for (const { node } of termsOf(square)) {
    for (const { node: factor, below } of factorsOf(node)) {
      const inner = unwrap(factor);
      if (!below && (inner.op === 'variance' || ((inner.op === 'mean' || inner.op === 'sum') && isSquare(unwrap(inner.args[0]!)))))
        return inner;
    }
  }
  return null;
}

const isSquare = ({ op, args }: Node): boolean => op === 'square' || (op === 'multiply' && unwrap(args[0]!) === unwrap(args[1]!));

/** The mean that is taken off, where it has been taken before: that is where the axis was first another. */
export function meanBefore({ of, reduced }: Normalised, { computed }: Checked): Node | null {
  const mean = usersOf(of).find(({ op, attributes }) => op === 'mean' && String(attributes['axes']) === String(reduced.attributes['axes']));
  return mean && computed.some((one) => placeOf(one, mean)) ? mean : null;
}

/** What the variance, or the mean square, is of. */
function squaredIn(reduced: Node): Node | null {
  const inner = unwrap(reduced.args[0]!);
  if (reduced.op === 'variance') return inner;
  const of = unwrap(inner.args[0]!);
  if (of.op !== 'subtract') return of;
  return unwrap(of.args[1]!).op === 'mean' ? unwrap(of.args[0]!) : of;
}

/** The sum is divided by a number somewhere: it is a mean after all. */
export const isCountedIn = (square: Node): boolean =>
  termsOf(square).some(({ node }) => factorsOf(node).some(({ below, node: factor }) => below || unwrap(factor).op === 'reciprocal'));
