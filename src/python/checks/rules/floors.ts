/** Divergences that are kept from above where they are to be kept from below. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { isUnknown, namesOn } from './flow.ts';

/** `minimum(kl, floor)` in what is called free bits, or with what is called so or a floor. */
export function* floors(statement: Computed): Generator<Fault> {
  const names = [statement.target, ...statement.around];
  for (const node of ownNodes(statement)) {
    if (node.op !== 'minimum') continue;
    const bound = node.args.find((arg) => numberOf(arg) !== null || isUnknown(unwrap(arg)));
    if (
      !bound ||
      !(names.some((name) => freeBits.test(name)) || namesOn(bound).some((name) => freeBits.test(name) || /^floor$/i.test(name)))
    )
      continue;
    if (hasOther(statement)) continue;
    yield {
      rule: 'another-function',
      severity: 'warning',
      message:
        'This keeps a divergence below a ceiling: free bits are a floor, below which it costs the same (maximum), so that latents are not pushed all the way to the prior.',
      ...{ statement, at: node, related: [], nearly: null, change: null },
    };
  }
}

const freeBits = /free_?(?:bits?|nats?)|(?:kl|min|nats?|bits?)_floor/i;

/** With both it is kept between two. */
const hasOther = (statement: Computed): boolean => [...ownNodes(statement)].some(({ op }: Node) => op === 'maximum' || op === 'clamp');
