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
 * @param values What is known for them already; what is worked out goes there.
 * @throws ShapeError where the shapes do not fit what the code does.
 */
export function evaluate(
  { order, root }: Cut,
  inputs: ReadonlyMap<Node, Tensor>,
  alternative: number,
  values = new Map<Node, Tensor>(),
): Tensor {
  for (const node of order) {
    if (values.has(node)) continue;
    const given = inputs.get(node);
    if (given) {
      values.set(node, given);
      continue;
    }
    if (node.op === 'number') {
      values.set(node, scalar(node.attributes['value'] as number));
      continue;
    }
    const args = argsOf(node, { alternative });
    const held = args.map((arg) => values.get(arg)!);
    const kept = wrappers.has(node.op) || node.op === 'choice' || node.op === 'leftOut' ? 0 : withoutTiny(node.op, args);
    if (kept !== null) {
      values.set(node, held[kept]!);
      continue;
    }
    const compute = operations[node.op];
    if (!compute) throw new ShapeError(`${node.op} is not computed.`);
    const value = compute(held, node.attributes);
    computed += perOperation + value.values.length;
    values.set(node, value);
  }
  const result = values.get(root)!;
  return root.op === 'detach' ? { ...result, tangents: root.args[0] ? (values.get(root.args[0])?.tangents ?? null) : null } : result;
}
