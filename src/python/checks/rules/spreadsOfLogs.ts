/** Squares that are divided by the logarithm of a variance, where they are to be divided by the variance. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { namesOn } from './flow.ts';

/** `(x - mean) ** 2 / logvar` */
export function* spreadsOfLogs(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'divide' || !placeOf(statement, node) || !holdsSquare(node.args[0]!, 0)) continue;
    const [name] = namesOn(node.args[1]!);
    if (name === undefined || !logs.test(name)) continue;
    yield {
      rule: 'spread-of-density',
      severity: 'warning',
      message: `The square is divided by ${name}, the logarithm of a spread, which may be 0 or below: it is divided by the variance, of which this is the logarithm.`,
      ...{ statement, at: node, related: [], nearly: null, change: null },
    };
    return;
  }
}

const logs = /^(?:\w+_)?log_?(?:var(?:iance)?|sigma2?|std)s?(?:_\w+|\d)?$|^lv(?:_?[a-z\d])?$/i;

/** Of a difference. */
function holdsSquare(node: Node, depth: number): boolean {
  const inner = unwrap(node);
  if (inner.op === 'square') return unwrap(inner.args[0]!).op === 'subtract';
  return depth < 3 && /^(?:add|multiply|negate)$/.test(inner.op) && inner.args.some((arg) => holdsSquare(arg, depth + 1));
}
