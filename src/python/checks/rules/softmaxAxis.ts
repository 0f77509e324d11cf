/** A softmax of attention scores over another axis than that of the keys. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { isQueriesFirst, isRenormalised, rankOf, scoresIn, softmaxesOf, type Scores } from './attention.ts';

export function* softmaxAxis(statement: Computed): Generator<Fault> {
  for (const { softmax: node, at } of softmaxesOf(statement)) {
    const scores = scoresIn(node.args[0]!);
    const axis = scores?.isInPlace === true ? axisOf(node, scores) : null;
    if (!scores || axis === null) continue;
    const keys = summedOver(node, scores) ?? keysByName(scores);
    if (keys === null || axis === keys || isRenormalised(node)) continue;
    const over =
      axis === 0 ? 'the first axis' : axis === scores.axes.find((one) => one !== keys) ? 'the queries' : 'the heads or the batch';
    yield {
      rule: 'softmax-axis',
      message: `This softmax runs over ${over} (axis ${axis} of the scores), the values are summed over axis ${keys}: the weights of a query do not sum to 1.`,
      statement,
      at,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** From the end; 0 for the first where it is not known how many there are. */
function axisOf(softmax: Node, scores: Scores): number | null {
  const axes = softmax.attributes['axes'];
  const [axis] = Array.isArray(axes) && axes.length === 1 ? (axes as number[]) : [];
  if (axis === undefined) return null;
  if (axis < 0) return axis;
  const rank = rankOf(scores.product) ?? rankOf(scores.operands[0]) ?? rankOf(scores.operands[1]);
  // The first axis is not the last one, however many there are.
  if (rank === null) return axis === 0 ? axis : null;
  return rank < 2 || axis >= rank ? null : axis - rank;
}

const carried: ReadonlySet<string> = new Set(['let', 'inline', 'detach', 'where', 'choice']);

/** The axis of the weights over which values are summed; null where that is not seen, or not of one axis. */
function summedOver(weights: Node, scores: Scores): number | null {
  const reached = new Set<Node>([weights]);
  const axes = new Set<number>();
  for (const one of reached) {
    if (reached.size > 20) return null;
    for (const user of usersOf(one)) {
      if (carried.has(user.op) && (user.op !== 'inline' || user.args[0] === one)) reached.add(user);
      if (user.op === 'matmul' && !user.args.every((arg) => isOf(arg, scores))) axes.add(user.args[0] === one ? -1 : -2);
      if (user.op === 'swapAxes' && String(user.attributes['axes']).match(/^(?:-1,-2|-2,-1)$/))
        for (const next of usersOf(user)) if (next.op === 'matmul' && next.args[0] === user) axes.add(-2);
      if (user.op === 'einsum' && user.args.length === 2) {
        const [inputs = '', result = ''] = String(user.attributes['equation']).split('->');
        const own = [...(inputs.split(',')[user.args.indexOf(one)] ?? '')].filter((letter) => letter !== '.');
        const summed = own.filter((letter) => !result.includes(letter));
        if (summed.length === 1) axes.add(own.indexOf(summed[0]!) - own.length);
      }
    }
  }
  return axes.size === 1 ? [...axes][0]! : null;
}

const isOf = (node: Node, { product }: Scores): boolean => unwrap(node) === product;

function keysByName(scores: Scores): number | null {
  const isFirst = isQueriesFirst(scores);
  return isFirst === null ? null : scores.axes[isFirst ? 1 : 0];
}
