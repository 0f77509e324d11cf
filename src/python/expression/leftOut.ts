/** Masks that leave something out of a softmax, a maximum, a sum of exponentials: a number so low that nothing is left of it. */

import { numberOf, unwrap, type Node } from './node.ts';

/** BERT's masks add this much; half precision has no number far below. */
const low = -1e4;

export interface Masked {
  readonly of: Node;
  readonly mask: Node;
  /** Whether it leaves out where the mask holds, or where it does not. */
  readonly whereItHolds: boolean;
}

/** What is masked and the mask, of `where(mask, -inf, x)` and of `x + mask * -1e9`; null for anything else. */
export function maskedBy(op: string, args: readonly Node[]): Masked | null {
  const [a, b, c] = args;
  if (op === 'where' && a && b && c) {
    const [then, otherwise] = [isLow(b), isLow(c)];
    // One of two numbers is a mask itself.
    return then === otherwise || numberOf(then ? c : b) !== null || namesItself(a)
      ? null
      : { of: then ? c : b, mask: a, whereItHolds: then };
  }
  if ((op === 'add' || op === 'subtract') && a && b) {
    const sign = op === 'add' ? 1 : -1;
    if (isLowWhereMasked(b, sign)) return { of: a, mask: b, whereItHolds: true };
    if (op === 'add' && isLowWhereMasked(a, 1)) return { of: b, mask: a, whereItHolds: true };
  }
  return null;
}

function isLow(node: Node): boolean {
  const value = numberOf(node);
  return value !== null && value <= low;
}

/** A mask of 0 and 1 times a low number, one of 0 and a low number, or a low number on one side of the diagonal; or a part of it. */
function isLowWhereMasked(node: Node, sign: 1 | -1): boolean {
  let inner = unwrap(node);
  while (placing.has(inner.op) && inner.args[0]) inner = unwrap(inner.args[0]);
  if (inner.op === 'triangle') return sign > 0 && isLow(inner.args[0]!);
  const [a, b, c] = inner.args;
  if (inner.op === 'multiply' && a && b) {
    const [x, y] = [numberOf(a), numberOf(b)];
    const [factor, mask] = y !== null ? [y, a] : [x, b];
    return factor !== null && factor * sign <= low && !namesItself(mask);
  }
  if (sign > 0 && inner.op === 'where' && a && b && c) {
    const [x, y] = [numberOf(b), numberOf(c)];
    return x !== null && y !== null && ((x === 0 && y <= low) || (y === 0 && x <= low)) && !namesItself(a);
  }
  return false;
}

const placing: ReadonlySet<string> = new Set('index reshape expand expandDims squeeze detach'.split(' '));
const ownOfEach: ReadonlySet<string> = new Set(['eye', 'oneHot', 'diagonalMatrix', 'diagonal', 'diag']);
const comparing: ReadonlySet<string> = new Set(['equal', 'notEqual']);
const mostNodes = 60;

/** Where each row leaves out itself, or those like it, the mask is part of the formula. */
export function namesItself(mask: Node): boolean {
  const seen = new Set<Node>([mask]);
  for (const node of seen) {
    if (seen.size > mostNodes) return false;
    if (ownOfEach.has(node.op)) return true;
    if (comparing.has(node.op) && node.args.every((arg) => numberOf(arg) === null) && sourceOf(node.args[0]!) === sourceOf(node.args[1]!))
      return true;
    for (const arg of node.args) seen.add(arg);
  }
  return false;
}

/** What something was made of at the last. */
function sourceOf(node: Node): Node {
  let inner = node;
  while (inner.args[0] && inner.op !== 'opaque') inner = inner.args[0];
  return inner;
}
