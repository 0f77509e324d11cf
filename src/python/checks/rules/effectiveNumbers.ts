/** Exponentials of entropies: how many outcomes are in use. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';

/** `exp(sum(p * log p))` without the minus, and `exp(-sum(p * log2 p))`, whose bases differ. */
export function* effectiveNumbers(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'exp') continue;
    const exponent = unwrap(node.args[0]!);
    const isNegated = exponent.op === 'negate';
    const sum = isNegated ? unwrap(exponent.args[0]!) : exponent;
    const logarithm = sum.op === 'sum' ? logarithmIn(unwrap(sum.args[0]!)) : null;
    if (!logarithm || (isNegated && logarithm !== 'log2')) continue;
    yield {
      ...{ statement, at: node, related: [], nearly: null, change: null },
      ...(isNegated
        ? {
            rule: 'perplexity-base',
            message: 'The entropy is in bits, its logarithm has base 2: e to its power is no perplexity, 2 to its power is.',
          }
        : {
            rule: 'other-sign',
            severity: 'warning',
            message:
              'This is the exponential of Σ p log p, which is at most 0: it lies below 1 and is one over the perplexity, which is the exponential of −Σ p log p.',
          }),
    };
  }
}

/** Of `p * log(p)`, whatever is added so that it is finite. */
function logarithmIn({ op, args }: Node): 'log' | 'log2' | null {
  if (op !== 'multiply') return null;
  for (const [weight, logarithm] of [args, args.toReversed()]) {
    const inner = unwrap(logarithm!);
    if (inner.op !== 'log' && inner.op !== 'log2') continue;
    let of = unwrap(inner.args[0]!);
    if (of.op === 'add' || of.op === 'clamp' || of.op === 'maximum') of = unwrap(of.args[0]!);
    if (of === unwrap(weight!)) return inner.op;
  }
  return null;
}
