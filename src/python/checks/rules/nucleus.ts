/** Sampling from the nucleus: the token that reaches the probability belongs to it. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { isMadeOf, isMoved, namesOn, under } from './flow.ts';

/** `cumsum(probs) < top_p` */
export function* nucleus(statement: Computed, { textOf }: Checked): Generator<Fault> {
  const { holder } = statement;
  for (const node of ownNodes(statement)) {
    const [a, b] = /^(?:less|greater)(?:Equal)?$/.test(node.op) ? node.args : [];
    if (!a || !b || !holder || !namesOn(b).some((name) => /^(?:top_?p|p|nucleus\w*)$/i.test(name))) continue;
    const total = under(a, isMoved);
    if (total.op !== 'cumulativeSum' || !isMadeOf(total, ({ op }: Node) => op === 'softmax', 30)) continue;
    // Shifted by one, or with the first one put back.
    if (shifted.test(textOf(holder).slice(statement.start - holder.start))) continue;
    yield {
      rule: 'another-value',
      message:
        'The token with which the sum reaches p is left out, and all of them where the first has more than p: the nucleus is the smallest set that has at least p, so the sum of those before it is compared (cumsum - probs).',
      ...{ statement, at: writtenIn(statement, unwrap(node)), related: [], nearly: null, change: null },
    };
    return;
  }
}

const shifted =
  /:\s*-1\s*\]|roll|shift|\bpad|\b1\s*:|\b0\s*\]|\bcat\b|concat|searchsorted|argmax|(?<!cum)sum\(|\.at\[|:\s*1\s*\]|min_?(?:tokens|keep)|\+\s*1/;

/** `p * probs.mean()` in what keeps tokens by min-p: it is a share of the greatest. */
export function* shareOfGreatest(statement: Computed): Generator<Fault> {
  const names = [statement.target, ...statement.around].join(' ');
  for (const node of ownNodes(statement)) {
    const [share, of] = node.op === 'multiply' ? (isShare(node.args[0]!, names) ? node.args : node.args.toReversed()) : [];
    const least = of && unwrap(of);
    if (!share || !least || !isShare(share, names) || (least.op !== 'amin' && least.op !== 'mean')) continue;
    if (!isMadeOf(least, ({ op }) => op === 'softmax', 12)) continue;
    yield {
      rule: 'another-function',
      message: `The threshold is a share of the ${least.op === 'mean' ? 'mean' : 'least'} probability: min-p keeps what has at least that share of the greatest one.`,
      ...{ statement, at: writtenIn(statement, node), related: [], nearly: null, change: null },
    };
    return;
  }
}

const isShare = (node: Node, names: string): boolean =>
  namesOn(node).some((name) => /^min_?p$|^p_?min$/i.test(name) || (/^p$/.test(name) && /min_?p/i.test(names)));
