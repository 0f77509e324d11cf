/** The mean of the logarithms of importance weights where a bound of several samples has the logarithm of their mean. */

import type { Computed } from '../../expression/follow/context.ts';
import { leaves, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Fault } from '../fault.ts';
import { namesOn, source } from '../rules/flow.ts';
import { itself, sumOf, type Names } from './sums.ts';

export function meanOfLogs(statement: Computed, names: Names): Fault | null {
  const { target, around, node } = statement;
  const own = wordsOf(target.split('.').at(-1)!).join('_');
  if (![own, ...around.slice(0, 1).map((name) => wordsOf(name).join('_'))].some((name) => ofSeveral.test(name))) return null;
  // Beside the bound the ELBO of the same samples may be wanted too.
  if (own !== '' && !wanted.test(own)) return null;
  const mean = averageOf(node, names);
  if (!mean) return null;
  return {
    rule: 'mean-of-logarithms',
    message:
      'This is the mean of the logarithms of the importance weights, which is the ELBO however many samples there are: the bound of several is the logarithm of their mean, log Σ exp(log w) − log K.',
    statement,
    at: mean,
    related: [],
    nearly: null,
    change: null,
  };
}

const ofSeveral = /iwae|(?:^|_)iw(?:_|$)|importance_weight|importance_sampl|multi_?sample|k_sample/;
const wanted = /bound|iwae|(?:^|_)iw(?:_|$)|loss|objective|estimate|^ll$|log_?p_?x?$|log_likelihood|nll/;

/** The innermost mean along an axis of logarithms of weights, with nothing done to it but more means and signs, or the greatest added again. */
function averageOf(node: Node, names: Names): Node | null {
  let mean: Node | null = null;
  let inner = unwrap(node);
  for (;;) {
    if (inner.op === 'mean') mean = inner;
    if (inner.op === 'negate' || inner.op === 'mean' || inner.op === 'squeeze') {
      const [next] = inner.args;
      if (isOfWeights(next!)) break;
      inner = unwrap(next!);
    } else if (inner.op === 'add') {
      const rest = inner.args.filter((arg) => !isGreatest(arg));
      if (rest.length !== 1) break;
      inner = unwrap(rest[0]!);
    } else break;
  }
  const of = mean?.args[0];
  return mean && mean.attributes['axes'] !== null && (isOfWeights(of!) || isBound(of!, names)) ? mean : null;
}

const isGreatest = (node: Node): boolean => source(node).op === 'amax';

function isOfWeights(node: Node): boolean {
  if (isCalledWeights(node)) return true;
  const inner = unwrap(node);
  // Taken relative to the greatest, and through the exponential and back.
  if (inner.op === 'subtract') return isGreatest(inner.args[1]!) && isOfWeights(inner.args[0]!);
  return inner.op === 'log' && unwrap(inner.args[0]!).op === 'exp' && isOfWeights(unwrap(inner.args[0]!).args[0]!);
}

function isCalledWeights(node: Node): boolean {
  const made = node.op === 'let' ? node.args[0]! : node;
  const given = made.op === 'inline' || made.op === 'opaque' ? String(made.attributes['callee']) : '';
  return (
    (node.op === 'let' || leaves.has(node.op)) &&
    [...namesOn(node), given].some((name) =>
      /^log_?(?:ws?|iws?|weights?|importance_weights?|iw_weights?|w_k)$/.test(wordsOf(name.split('.').at(-1)!).join('_')),
    )
  );
}

/** A bound of each sample. */
function isBound(node: Node, names: Names): boolean {
  const signs = new Map(sumOf(itself(node), names).terms.map(({ kind, sign }) => [kind, sign]));
  return signs.get('posterior') === -1 && (signs.get('prior') === 1 || signs.get('likelihood') === 1);
}
