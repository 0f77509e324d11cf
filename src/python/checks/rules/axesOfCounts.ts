/** A mean in logarithms whose number is the length of another axis than the one that is added up. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { isMadeOf, made, termsOf } from './flow.ts';

/** `logsumexp(log_w, dim=1) - log(k)`, where there are k samples along the first axis. */
export function* axesOfCounts(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'subtract') continue;
    const terms = termsOf(node);
    const sum = terms.find(({ node: one, sign }) => sign === 1 && unwrap(one).op === 'logSumExp');
    const count = terms.find(({ node: one, sign }) => sign === -1 && unwrap(one).op === 'log');
    if (!sum || !count) continue;
    const inner = unwrap(sum.node);
    const axis = axisOf(inner);
    const along = axis === null ? null : axisOfCount(unwrap(count.node).args[0]!, inner.args[0]!);
    if (axis === null || along === null || along === axis || along < 0 !== axis < 0) continue;
    yield {
      rule: 'another-axis',
      severity: 'warning',
      message: `Axis ${axis} is added up, and the number that it is divided by is the length of axis ${along}: it is the mean of neither.`,
      statement,
      at: writtenIn(statement, inner),
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
}

function axisOf({ attributes: { axes } }: Node): number | null {
  return Array.isArray(axes) && axes.length === 1 ? (axes[0] as number) : null;
}

/** The axis of `scores` that has this length; null where that is not told. */
function axisOfCount(count: Node, scores: Node): number | null {
  const inner = unwrap(count);
  if (numberOf(inner) !== null) return null;
  if (inner.op === 'size' && typeof inner.attributes['axis'] === 'number')
    return unwrap(inner.args[0]!) === unwrap(scores) ? inner.attributes['axis'] : null;
  if (isMadeOf(scores, ({ op }) => turning.test(op), most)) return null;
  for (const part of made(scores, most)) if (part.op === 'normal' && part.args.length > 1 && unwrap(part.args[0]!) === inner) return 0;
  return null;
}

const turning = /^(?:permute|swapAxes|moveAxis|rearrange|einopsReduce|einopsRepeat|einsum|reshape)$/;
const most = 200;
