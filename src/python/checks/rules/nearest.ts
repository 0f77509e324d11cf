/** Searches for the nearest code that find another one: by a square that is not that of the difference, or by the greatest distance. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isCallOfFile, ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMoved, isNegated, madeFrom, moving, namesOn, termsOf, under } from './flow.ts';

export function* nearest(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const told = { statement, at: node, related: [], nearly: null, change: null, severity: 'warning' } as const;
    const square = node.op === 'add' || node.op === 'subtract' ? squareIn(node) : null;
    if (square && !usersOf(node).some(({ op }) => op === 'add' || op === 'subtract') && isDistance(node)) {
      if (square.times > 0)
        yield {
          ...told,
          at: computed.some((one) => placeOf(one, node)) ? node : statement.node,
          rule: 'other-sign',
          message:
            'This is the square of the sum, |a + b|² = |a|² + 2ab + |b|²: what is nearest by it is nearest to −b. A distance has −2ab.',
        };
      else if (square.times === -1)
        yield {
          ...told,
          at: computed.some((one) => placeOf(one, node)) ? node : statement.node,
          rule: 'other-factor',
          message: 'The product is taken once, and the square of a difference has it twice: |a − b|² = |a|² − 2ab + |b|².',
        };
    }
    if (node.op === 'argmax' && isOfCodes(statement, node) && isSquaredDifference(node.args[0]!))
      yield {
        ...told,
        rule: 'another-function',
        message: 'This finds the code that is farthest away: the nearest has the least distance.',
      };
  }
}

interface Square {
  /** What multiplies the product. */
  readonly times: number;
}

/** `sum(a ** 2) + times * a @ b + sum(b ** 2)` */
function squareIn(sum: Node): Square | null {
  const terms = termsOf(sum);
  if (terms.length !== 3) return null;
  const products = terms.filter(({ node }) => productOf(node) !== null);
  const squares = terms.filter(({ node, sign }) => sign === 1 && isSquares(node));
  if (products.length !== 1 || squares.length !== 2) return null;
  const [{ node, sign }] = products as [(typeof products)[number]];
  const factor = productOf(node);
  return factor === null ? null : { times: sign * (isNegated(node) ? -1 : 1) * factor };
}

/** A sum of squares, put into another shape. */
function isSquares(node: Node): boolean {
  const inner = under(node, isMoved);
  return inner.op === 'sum' && unwrap(inner.args[0]!).op === 'square';
}

/** The number that multiplies a product of two arrays; null where there is no such. */
function productOf(node: Node): number | null {
  let times = 1;
  let isProduct = false;
  for (const { node: factor, below } of factorsOf(node)) {
    const inner = unwrap(factor);
    const value = numberOf(inner);
    if (value !== null) times *= below ? 1 / value : value;
    else if (inner.op === 'matmul' || inner.op === 'einsum') {
      if (isProduct) return null;
      isProduct = true;
      const scaled = inner.op === 'matmul' ? inner.args.map(numberBefore) : [];
      times *= scaled.reduce((a, b) => a * b, 1);
    } else return null;
  }
  return isProduct ? times : null;
}

/** `2 * z @ e.T` multiplies before the product is taken. */
const numberBefore = (node: Node): number =>
  factorsOf(node).reduce((times, { node: factor, below }) => (below ? times : times * (numberOf(factor) ?? 1)), isNegated(node) ? -1 : 1);

/** The least of it is looked for, or it is called a distance. */
const isDistance = (node: Node): boolean =>
  [...madeFrom(node, naming)].some(
    (one) => (one.op === 'let' && /dist|(?:^|_)d2?(?:_|$)|(?:^|_)sq/i.test(String(one.attributes['name']))) || usersOf(one).some(isLeast),
  );
const naming: ReadonlySet<string> = new Set(['let', 'inline', ...moving]);
const isLeast = ({ op }: Node): boolean => op === 'argmin' || op === 'amin';

const isOfCodes = ({ around, target }: Computed, found: Node): boolean =>
  [target, ...around, ...usersOf(found).flatMap(namesOn)].some((name) =>
    /quanti|(?:^|_)vq|VQ|code|cluster|k_?means|nearest|centroid/.test(name),
  );

/** A distance of each to each. */
function isSquaredDifference(node: Node): boolean {
  const inner = under(node, ({ op }) => op === 'sqrt' || moving.has(op));
  if (inner.op === 'opaque')
    return /^(?:cdist|pairwise_distances?|euclidean_distances?)$/.test(String(inner.attributes['callee']).split('.').at(-1)!);
  if (isCallOfFile(inner)) return false;
  const square = squareIn(inner);
  if (square) return square.times < 0;
  const of = inner.op === 'sum' ? unwrap(inner.args[0]!) : null;
  return of?.op === 'square' && unwrap(of.args[0]!).op === 'subtract';
}
