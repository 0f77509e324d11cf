/** Gumbel noise, −log(−log(u)): a logarithm of a negative number where the inner minus is missing. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { isMadeOf, moving } from './flow.ts';

export function* gumbel(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'log' || !isLogOfShare(node.args[0]!)) continue;
    yield {
      rule: 'other-sign',
      severity: 'warning',
      message: 'The logarithm of a number between 0 and 1 is negative and has none itself: Gumbel noise is −log(−log(u)).',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

function isLogOfShare(node: Node): boolean {
  const inner = plain(node);
  return inner.op === 'log' && plain(inner.args[0]!).op === 'uniform';
}

/** Without what keeps it from 0 or 1, and in whatever shape. */
function plain(node: Node): Node {
  let inner = unwrap(node);
  for (;;) {
    const [a, b] = inner.args;
    const isKept = inner.op === 'clamp' || inner.op === 'maximum' || moving.has(inner.op) || (inner.op === 'add' && isTiny(b!));
    if (!isKept || !a) return inner;
    inner = unwrap(a);
  }
}

const isTiny = (node: Node): boolean => {
  const value = numberOf(node);
  return value !== null ? Math.abs(value) < 1e-3 : /^(?:eps|epsilon|tiny)$/i.test(String(unwrap(node).attributes['name']));
};

/** What has Gumbel noise added. */
export const isNoisy = (node: Node): boolean =>
  isMadeOf(
    node,
    ({ op, args }) => op === 'log' && isMadeOf(args[0]!, (part) => part.op === 'log' && plain(part.args[0]!).op === 'uniform', 12),
    60,
  );
