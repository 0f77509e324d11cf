/** Scores that are masked before the softmax so that they keep weight. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';

export function* masks(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'softmax') continue;
    const filled = filling(node.args[0]!);
    if (!filled) continue;
    yield {
      rule: 'mask-keeps-weight',
      message: `What is masked is set to ${filled.value} before the softmax and keeps the weight e^${filled.value} / sum; minus infinity takes it away.`,
      statement,
      at: filled.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

function filling(scores: Node): { node: Node; value: number } | null {
  const node = unwrap(scores);
  if (node.op !== 'where') return null;
  for (const arg of node.args.slice(1)) {
    const value = numberOf(arg);
    if (value !== null && Math.abs(value) < 1) return { node, value };
  }
  return null;
}
