/** A cosine schedule without its square. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { factorsOf, isMoved } from './flow.ts';

/** `cos((t + s) / (1 + s) * pi / 2)` in what is called a signal level: that is its root. */
export function* cosines(statement: Computed): Generator<Fault> {
  const { target, around } = statement;
  const name = target === '' ? (around[0] ?? '') : target;
  if (!levels.test(name) || roots.test(name)) return;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'cos' || !isOfOffset(node.args[0]!) || isSquared(node, 0)) continue;
    yield {
      rule: 'function-missing',
      message:
        'The cosine is not squared: the schedule has cos² for the signal level ᾱ, of which the cosine is the root, so that far more of the noise comes at the end.',
      ...{ statement, at: writtenIn(statement, node), related: [], nearly: null, change: null },
    };
    return;
  }
}

const levels = /bar|cumprod|hat|level|^[fgh](?:_?t)?$|gamma|cos/i;
const roots = /sqrt|root|signal|mean|phase|angle|embed|pos|rope|lr|rate/i;

/** A quarter of a turn times `(t + s) / (1 + s)`. */
function isOfOffset(angle: Node): boolean {
  const factors = factorsOf(angle);
  const shifted = factors.some(({ node, below }) => !below && unwrap(node).op === 'add');
  const whole = factors.some(({ node, below }) => below && isOneMore(node));
  const by = factors.reduce((product, { node, below }) => {
    const value = numberOf(node);
    return value === null || isOneMore(node) ? product : below ? product / value : product * value;
  }, 1);
  // By twice the angle the square is written without one.
  return shifted && whole && Math.abs(by - Math.PI / 2) < 1e-3;
}

/** `1 + s`, or a number just above 1. */
function isOneMore(node: Node): boolean {
  const { op, args } = unwrap(node);
  const value = numberOf(node);
  if (value !== null) return value > 1 && value < 1.1;
  return op === 'add' && args.some((arg) => numberOf(arg) === 1);
}

const isSquared = (node: Node, depth: number): boolean =>
  depth < 8 &&
  usersOf(node).some(
    (user) =>
      user.op === 'square' ||
      user.op === 'power' ||
      (user.op === 'multiply' && user.args.every((arg) => unwrap(arg) === unwrap(node))) ||
      ((/^(?:let|inline|divide)$/.test(user.op) || isMoved(user)) && user.args[0] === node && isSquared(user, depth + 1)),
  );
