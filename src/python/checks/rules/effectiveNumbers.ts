/** Exponentials of entropies, whose sign was forgotten. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';

/** `exp(sum(p * log p))`: with the minus it is how many outcomes are in use; without it one over that. */
export function* effectiveNumbers(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const sum = node.op === 'exp' ? unwrap(node.args[0]!) : null;
    if (sum?.op !== 'sum' || !isOfProbabilities(unwrap(sum.args[0]!))) continue;
    yield {
      rule: 'perplexity-base',
      message:
        'This is the exponential of Σ p log p, which is at most 0: it lies below 1 and is one over the perplexity, which is the exponential of −Σ p log p.',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** `p * log(p)`, whatever is added so that the logarithm is finite. */
function isOfProbabilities({ op, args }: Node): boolean {
  if (op !== 'multiply') return false;
  return [args, args.toReversed()].some(([weight, logarithm]) => {
    const inner = unwrap(logarithm!);
    if (inner.op !== 'log') return false;
    let of = unwrap(inner.args[0]!);
    if (of.op === 'add' || of.op === 'clamp' || of.op === 'maximum') of = unwrap(of.args[0]!);
    return of === unwrap(weight!);
  });
}
