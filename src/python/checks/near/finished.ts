/** Whether a value is one that somebody would call by a name of a formula. */

import { measuring, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Cut } from '../../recognise/cut.ts';

/** Operations that work something out, of a piece of code. */
export const workIn = ({ order: nodes, inputs }: Cut): number => {
  const given = new Set(inputs);
  return nodes.filter((node) => !given.has(node) && working.has(node.op)).length;
};
const working: ReadonlySet<string> = new Set(
  'add subtract multiply divide negate exp log log1p expm1 sqrt rsqrt square power abs sigmoid softplus logSigmoid relu maximum minimum clamp softmax logSoftmax logSumExp matmul einsum crossEntropy cumulativeProduct cumulativeSum sin cos where lerp norm variance reciprocal logSoftmaxOfClasses'.split(
    ' ',
  ),
);

/** Whether a function of the file does next to nothing with what it is given: `batch_mul(a, b)`, `mean_flat(x)`. */
export function isHelper({ args: [result, , ...given] }: Node): boolean {
  const ends = new Set(given.flatMap((one) => [one, unwrap(one)]));
  const seen = new Set([result!]);
  let work = 0;
  for (const one of seen) {
    if (ends.has(one)) continue;
    if (working.has(one.op) && ++work > 1) return false;
    for (const arg of operandsOf(one)) seen.add(arg);
  }
  return true;
}

/** Less is no formula yet. */
export const leastWork = 2;
export const leastWorkOfPart = 4;
/** A formula of fewer operations is near to anything. */
export const leastWorkOfInfo = 3;

/** Whether a value is handed on as it is, weighted, or added to others: what more is computed from is unfinished. */
export function isFinished(node: Node): boolean {
  const seen = new Set<Node>();
  const isHandedOn = (one: Node): boolean =>
    usersOf(one).every((user) => {
      if (seen.has(user)) return true;
      seen.add(user);
      // Where gradients of it are held back it is only said with.
      if (ending.has(user.op) || measuring.has(user.op)) return true;
      return handing.has(user.op) && (user.op !== 'index' || one === user.args[0]) && isHandedOn(user);
    });
  return isHandedOn(node);
}

const ending: ReadonlySet<string> = new Set('opaque attribute item gradient carried part parts'.split(' '));
const handing: ReadonlySet<string> = new Set(
  'let inline negate reshape flatten squeeze expandDims permute swapAxes rearrange mean sum detach leftOut index add subtract multiply divide choice stack concatenate abs clamp maximum minimum relu'.split(
    ' ',
  ),
);
