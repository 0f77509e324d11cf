/** A cut piece of code, computed. */

import { scalar, ShapeError, type Tensor } from '../../../maths/tensor/tensor.ts';
import { wrappers, type Node } from '../../expression/node.ts';
import { operations } from '../../value/operations.ts';
import { argsOf, type Cut } from '../cut.ts';
import { withoutTiny } from './tiny.ts';

let computed = 0;

/** Numbers that were worked out so far, in any code: what comparing costs, the same on every machine. */
export const numbersComputed = (): number => computed;

/** What working out one operation costs beside its numbers, in numbers. */
const perOperation = 16;

/**
 * What the piece gives for these inputs.
 * @param known What others have computed of what it has in common with them; what is worked out of that goes there.
 * @throws ShapeError where the shapes do not fit what the code does.
 */
export function evaluate(
  { order, root, common }: Cut,
  inputs: ReadonlyMap<Node, Tensor>,
  alternative: number,
  known?: Map<Node, Tensor>,
): Tensor {
  const values = new Map<Node, Tensor>();
  for (const node of order) {
    const isCommon = known !== undefined && common?.has(node) === true;
    let value = isCommon ? known.get(node) : undefined;
    if (!value) {
      value = inputs.get(node) ?? valueOf(node, values, alternative);
      if (isCommon) known.set(node, value);
    }
    values.set(node, value);
  }
  const result = values.get(root)!;
  return root.op === 'detach' ? { ...result, tangents: root.args[0] ? (values.get(root.args[0])?.tangents ?? null) : null } : result;
}

function valueOf(node: Node, values: ReadonlyMap<Node, Tensor>, alternative: number): Tensor {
  if (node.op === 'number') return scalar(node.attributes['value'] as number);
  const args = argsOf(node, { alternative });
  const held = args.map((arg) => values.get(arg)!);
  const kept = wrappers.has(node.op) || node.op === 'choice' || node.op === 'leftOut' ? 0 : withoutTiny(node.op, args);
  if (kept !== null) return held[kept]!;
  const compute = operations[node.op];
  if (!compute) throw new ShapeError(`${node.op} is not computed.`);
  const value = compute(held, node.attributes);
  computed += perOperation + value.values.length;
  return value;
}
