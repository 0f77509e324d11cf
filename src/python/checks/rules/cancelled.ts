/** Sums in which something is added and taken off again. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';

/** `1 + logvar - mu ** 2 - logvar`: of the one or of the other a function was forgotten. */
export function* cancelled(statement: Computed): Generator<Fault> {
  const inner = new Set<Node>();
  const here = new Set(statement.places.map(({ node }) => node));
  for (const node of ownNodes(statement)) {
    if ((node.op !== 'add' && node.op !== 'subtract') || inner.has(node)) continue;
    for (const arg of node.args) inner.add(arg);
    const terms = written(node, 1, here);
    // Of two or three terms it hands on a gradient, or keeps a value in a range.
    if (terms.length < 4) continue;
    const twice = terms.find(
      ({ node: term, sign }) =>
        numberOf(term) === null && isArray(term, statement) && terms.some((one) => one.node === term && one.sign !== sign),
    );
    if (!twice) continue;
    yield {
      rule: 'same-twice',
      severity: 'warning',
      message:
        'The same is added here and taken off again, and takes no part: a function of one of the two is missing, or another value belongs there.',
      statement,
      at: writtenIn(statement, node),
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** A list is known by its entry alone, whichever axis it is put along: `at[:, None] - at[None, :]`; what sets leave is no number. */
const isArray = (term: Node, { places }: Computed): boolean =>
  places.some(({ node }) => node === term) && unwrap(term).attributes['callee'] !== 'set';

/** The terms as they are written here: what a name or a list holds is one. */
function written(node: Node, sign: 1 | -1, here: ReadonlySet<Node>): { readonly node: Node; readonly sign: 1 | -1 }[] {
  const [a, b] = node.args as [Node, Node];
  const other = sign === 1 ? -1 : 1;
  if (!here.has(node)) return [{ node, sign }];
  if (node.op === 'add') return [...written(a, sign, here), ...written(b, sign, here)];
  if (node.op === 'subtract') return [...written(a, sign, here), ...written(b, other, here)];
  return node.op === 'negate' ? written(a, other, here) : [{ node, sign }];
}
