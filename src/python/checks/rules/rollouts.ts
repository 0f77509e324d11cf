/** Attention rolled out through layers that carry their input on: rows that sum to 2. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { isRenormalised } from './attention.ts';

/** `attention + eye(n)`, neither halved nor divided by its sums. */
export function* rollouts(statement: Computed): Generator<Fault> {
  const { around, target } = statement;
  if (!/rollout|roll_out/i.test([target, ...around].join(' '))) return;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add' || !node.args.some((arg) => unwrap(arg).op === 'eye') || isHalved(node, 0) || isRenormalised(node)) continue;
    yield {
      rule: 'other-factor',
      severity: 'warning',
      message:
        'Attention and identity are added and not halved: each row sums to 2, and what is rolled out doubles with every layer. Half of each, or a division by the sums, keeps rows of 1.',
      ...{ statement, at: writtenIn(statement, node), related: [], nearly: null, change: null },
    };
    return;
  }
}

const isHalved = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) =>
      ((user.op === 'multiply' || user.op === 'divide') && user.args.some((arg) => numberOf(arg) !== null)) ||
      ((user.op === 'let' || user.op === 'inline') && isHalved(user, depth + 1)),
  );
