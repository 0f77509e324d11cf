/** Arrays that say where something is: which class is the right one, which column is left out, which element is picked. */

import { measuring, operandsOf, unwrap, type Node } from '../expression/node.ts';

/** Made of numbers and lengths alone. */
const constant: ReadonlySet<string> = new Set(
  `arange eye number size shape count rank oneHot concatenate stack add subtract multiply floorDivide remainder exclusiveOr equal notEqual
   less lessEqual greater greaterEqual logicalNot logicalAnd logicalOr index reshape flatten expandDims squeeze expand tile roll flip triangle
   diagonalMatrix let inline`.split(/\s+/),
);

const known = new WeakMap<Node, boolean>();

export function isConstant(node: Node): boolean {
  let found = known.get(node);
  if (found === undefined) {
    found = measuring.has(node.op) || (constant.has(node.op) && operandsOf(node).every(isConstant));
    known.set(node, found);
  }
  return found;
}

/** Which operand of an operation says where. */
const placing: Readonly<Record<string, (place: number) => boolean>> = {
  crossEntropy: (place) => place === 1,
  where: (place) => place === 0,
  select: (place) => place === 1,
  gather: (place) => place === 1,
  index: (place) => place > 0,
  oneHot: () => true,
  equal: () => true,
  notEqual: () => true,
};

/** Whether an operand says where, and is known: it is no input of a formula. */
export function isPlace(node: Node, place: number): boolean {
  return placing[node.op]?.(place) === true && isConstant(node.args[place]!);
}

/** Differences of positions, as of every query to every key. */
export function isPositions(node: Node): boolean {
  const inner = unwrap(node);
  return inner.op === 'subtract' && isConstant(inner) && holds(inner, 'arange', 0);
}

function holds(node: Node, op: string, depth: number): boolean {
  return node.op === op || (depth < 8 && node.args.some((arg) => holds(arg, op, depth + 1)));
}
