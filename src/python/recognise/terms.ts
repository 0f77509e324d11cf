/** A sum taken apart into its terms. */

import { numberOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import { isView } from './cut.ts';
import { given } from './evidence/given.ts';

export interface TermOf {
  readonly node: Node;
  /** The numbers that it is multiplied by, together. */
  readonly factor: number;
  /** What else it is multiplied by: numbers whose value the code does not tell. */
  readonly weights: readonly Node[];
}

const reducing: ReadonlySet<string> = new Set(['mean', 'sum', 'squeeze', 'reshape', 'detach']);

/**
 * The terms of a sum, names not followed: `mean(a + 0.5 * b)` is the mean of a and half the mean of b. A term that is no sum is the only
 * one.
 */
export function termsOf(node: Node, factor = 1, weights: readonly Node[] = []): TermOf[] {
  const [a, b] = node.args;
  switch (node.op) {
    case 'add':
      return [...termsOf(a!, factor, weights), ...termsOf(b!, factor, weights)];
    case 'subtract':
      return [...termsOf(a!, factor, weights), ...termsOf(b!, -factor, weights)];
    case 'negate':
      return termsOf(a!, -factor, weights);
    case 'multiply':
    case 'divide': {
      const [x, y] = [numberOf(a!), numberOf(b!)];
      if (y !== null) return termsOf(a!, node.op === 'multiply' ? factor * y : factor / y, weights);
      if (x !== null && node.op === 'multiply') return termsOf(b!, factor * x, weights);
      if (isWeight(b!)) return termsOf(a!, factor, [...weights, b!]);
      if (node.op === 'multiply' && isWeight(a!)) return termsOf(b!, factor, [...weights, a!]);
      return [{ node, factor, weights }];
    }
    default:
      if (reducing.has(node.op) && isSum(a!)) return termsOf(a!, factor, weights);
      return [{ node, factor, weights }];
  }
}

function isSum(node: Node): boolean {
  if (node.op === 'add' || node.op === 'subtract') return true;
  return (node.op === 'negate' || node.op === 'multiply' || node.op === 'divide') && node.args.some(isSum);
}

/** A number that a term is weighted with. */
function isWeight(node: Node): boolean {
  if (numberOf(node) !== null) return true;
  if (node.op === 'multiply' || node.op === 'divide') return node.args.every(isWeight);
  // One less it: `1 - alpha`, `beta - 1`.
  if (node.op === 'subtract') return node.args.every(isWeight) && node.args.some((arg) => numberOf(arg) === 1);
  if (!isView(node)) return node.op === 'size' || (wrappers.has(node.op) && (isCount(node.args[0]!) || isRamp(node)));
  const { isWeight: byName, isNumber } = given(node);
  return byName || isNumber;
}

/** A weight that was told from how far training is: `beta = min(1, step / warmup)`. */
const isRamp = (node: Node): boolean => given(node).isWeight && ramps.has(unwrap(node).op);
const ramps: ReadonlySet<string> = new Set('minimum maximum clamp choice divide multiply sigmoid cos tanh'.split(' '));

const isCount = (node: Node): boolean => node.op === 'size' || node.op === 'count' || (wrappers.has(node.op) && isCount(node.args[0]!));
