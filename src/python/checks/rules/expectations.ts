/** Means under a distribution that are weighted by its logarithm. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { namesOn } from './flow.ts';

/** `sum(log_p * (log_p - log_q))` */
export function* expectations(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'multiply' || !isAdded(node)) continue;
    for (const [weight, difference] of [node.args, node.args.toReversed()]) {
      const { op, args } = unwrap(difference!);
      if (op !== 'subtract' || !args.every(isLogarithm) || unwrap(args[0]!) !== unwrap(weight!)) continue;
      const [name] = namesOn(weight!);
      yield {
        rule: 'function-missing',
        severity: 'warning',
        message: `The logarithms are weighted by a logarithm${name ? ` (${name})` : ''}: a divergence is the mean under the distribution itself, which is the exponential of it, and is never negative.`,
        statement,
        at: node,
        related: [],
        nearly: null,
        change: null,
      };
      break;
    }
  }
}

/** Of classes: what a softmax gives, or what is called so. */
function isLogarithm(node: Node): boolean {
  const { op } = unwrap(node);
  return op === 'logSoftmax' || op === 'logSigmoid' || namesOn(node).some((name) => /^log_?(?:p|q|t|s|prob|softmax)s?(?:_|$)/.test(name));
}

function isAdded(node: Node): boolean {
  return usersOf(node).some((user) => user.op === 'sum' || user.op === 'mean' || (user.op === 'let' && isAdded(user)));
}
