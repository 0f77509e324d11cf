/** What a statement computes itself, beside what it takes from others. */

import type { Computed } from '../expression/follow/context.ts';
import { operandsOf, type Node } from '../expression/node.ts';

/** Values that a statement computes itself, not those that it has by name. */
export function ownNodes({ node }: Computed): Set<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) if (one.op !== 'let') for (const arg of operandsOf(one)) seen.add(arg);
  return seen;
}
