/** Bounds of several samples that take the mean of the logarithms where they take the logarithm of the mean. */

import type { Computed } from '../../expression/follow/context.ts';
import { operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { isMadeOf, isUnknown, namesOn } from './flow.ts';

export function* bounds(statement: Computed, { computed }: Checked): Generator<Fault> {
  const { around, target, holder } = statement;
  if (!/iwae|importance|multi_?sample/i.test(around.join(' ')) && !/iwae/i.test(target)) return;
  const own = `${target} ${around[0] ?? ''}`;
  if (/elbo|surrogate/i.test(own) || !/iwae|bound|loss|objective|log_?(?:lik|p_?x)|eval|estimate/i.test(own)) return;
  for (const node of ownNodes(statement)) {
    const { axes } = node.attributes;
    if (node.op !== 'mean' || !isLogWeight(node.args[0]!)) continue;
    if (!Array.isArray(axes) || axes.length !== 1) continue;
    // The mean of the bounds of the examples of a batch.
    if (computed.some((one) => one.holder === holder && isMadeOf(one.node, isOfWeights, 200))) continue;
    yield {
      rule: 'another-function',
      message:
        'This is the mean of the logarithms of the weights, the ELBO, however many samples there are: the bound is the logarithm of the mean of the weights, logsumexp(log w) − log K.',
      statement,
      at: node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const isLogWeight = (node: Node): boolean =>
  namesOn(node).some((name) => /^(?:log_?(?:w|weights?|ratios?|iw|importance\w*)|lw|logw|logws)(?:s|_\w{1,3})?$/i.test(name)) &&
  (isUnknown(unwrap(node)) || operandsOf(unwrap(node)).length > 0);

/** The weights themselves, or their sum. */
const isOfWeights = ({ op, args }: Node): boolean => (op === 'logSumExp' || op === 'softmax' || op === 'exp') && isLogWeightUnder(args[0]!);
const isLogWeightUnder = (node: Node): boolean => isMadeOf(node, (part) => isLogWeight(part), 20);
