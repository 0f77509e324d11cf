/** The width of a head, and that of the whole model, which is as many times it as there are heads. */

import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Scores } from './attention.ts';
import { factorsOf, made, namesOn } from './flow.ts';

const ofHeads = /head|^d_?[kvqh]$|^hd$|^dh$/i;
const ofModels =
  /^(?:dim|d|c|n_?embd|d_?model|emb(?:ed)?(?:ding)?_?(?:dim|size)?|hidden(?:_?(?:size|dim))?|n_state|width|model_dim|channels|input_dim)$/i;

/** Whether what scales the scores is the width of the whole model where queries and keys were cut into heads. */
export function isOfModel({ operands }: Scores, factor: Node): boolean {
  const width = widthIn(factor);
  if (!width || namesOn(width).some((name) => ofHeads.test(name)) || !namesOn(width).some((name) => ofModels.test(name))) return false;
  return operands.every((operand) => headWidthsIn(operand).some((head) => unwrap(head) !== unwrap(width) && isOfHead(head, width)));
}

/** What a root is taken of. */
function widthIn(factor: Node): Node | null {
  for (const { node } of factorsOf(factor)) {
    const inner = unwrap(node);
    const [of, by] = inner.args;
    if (inner.op === 'sqrt' || inner.op === 'rsqrt') return of!;
    if (inner.op === 'reciprocal') return widthIn(of!);
    if (inner.op === 'power' && Math.abs(numberOf(by!) ?? 0) === 0.5) return of!;
  }
  return null;
}

/** The last of the lengths that something was cut into, with heads before it. */
function headWidthsIn(operand: Node): Node[] {
  const found: Node[] = [];
  for (const { op, args } of made(operand, most)) {
    const last = args.at(-1);
    if (op === 'reshape' && args.length >= leastLengths && last && numberOf(last) === null) found.push(last);
  }
  return found;
}

const most = 200;
const leastLengths = 4;

const isOfHead = (head: Node, width: Node): boolean => {
  const { op, args } = unwrap(head);
  const isShare = (op === 'floorDivide' || op === 'divide') && unwrap(args[0]!) === unwrap(width);
  return isShare || namesOn(head).some((name) => ofHeads.test(name));
};
