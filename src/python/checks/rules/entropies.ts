/** Divergences and entropies of classes with the other sign: neither is ever below 0. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { isTurned } from '../maximised.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { moving, namesOn, under } from './flow.ts';
import { kindOf } from './kinds.ts';

export function* entropies(statement: Computed): Generator<Fault> {
  const { target, around } = statement;
  const names = [target, ...around.slice(0, 2)];
  if (names.some((name) => /neg|minus|elbo|reward|ratio|gain|bonus/i.test(name))) return;
  const isOfEntropy =
    /entrop(?:y|ies)|(?:^|_)ent(?:_|$)|^h$/i.test(target) ||
    (/entrop(?:y|ies)/i.test(names.join(' ')) && !/loss|reg|penalty|cost/i.test(names.join(' ')));
  const isOfDivergence = /(?:^|[_ ])kl|kld|diverg|loss|consist|distil/i.test(names.join(' '));
  for (const node of ownNodes(statement)) {
    if (node.op !== 'sum') continue;
    const product = unwrap(node.args[0]!);
    if (product.op !== 'multiply') continue;
    const [p, log] = product.args.every((arg) => isLogarithm(unwrap(arg))) ? [] : orderOf(product);
    if (!p || !log) continue;
    const isOfTwo = isDifference(log, p);
    const isWrong = isOfTwo ? isOfDivergence : isOfEntropy && isLogOf(log, p);
    if (!isWrong || isTurned(node)) continue;
    yield {
      rule: 'other-sign',
      severity: 'warning',
      message: isOfTwo
        ? 'This is minus the divergence and never above 0: it is the sum of p (log p − log q). Lowering it drives the two apart.'
        : 'This is minus the entropy and never above 0: the entropy is minus the sum of p log p.',
      statement,
      at: writtenIn(statement, node),
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** `log q - log p`, or `log(q / p)` */
function isDifference(log: Node, p: Node): boolean {
  const { op, args } = unwrap(log);
  const quotient = op === 'log' ? unwrap(args[0]!) : null;
  if (quotient?.op === 'divide') return isIt(quotient.args[1]!, p) && !isIt(quotient.args[0]!, p);
  return op === 'subtract' && isLogOf(args[1]!, p) && !isLogOf(args[0]!, p) && isLogarithm(unwrap(args[0]!));
}

/** The weights and what they weight. */
function orderOf({ args: [a, b] }: Node): readonly [Node, Node] {
  return /^(?:subtract|log|logSoftmax)$/.test(unwrap(a!).op) ? [b!, a!] : [a!, b!];
}

function settled(node: Node): Node {
  return under(node, ({ op }) => (moving.has(op) || op === 'detach') && op !== 'item');
}

/** Whether a value is the logarithm of another one, as both were made. */
function isLogOf(log: Node, p: Node): boolean {
  const [logarithm, probability] = [settled(log), settled(p)];
  if (probability.op === 'exp') return settled(probability.args[0]!) === logarithm;
  if (logarithm.op === 'logSoftmax' && probability.op === 'softmax') return settled(logarithm.args[0]!) === settled(probability.args[0]!);
  if (logarithm.op !== 'log') return false;
  return isIt(logarithm.args[0]!, p);
}

/** The same, kept above 0 or not. */
function isIt(node: Node, p: Node): boolean {
  const of = settled(node);
  return of === settled(p) || (/^(?:add|clamp|maximum)$/.test(of.op) && settled(of.args[0]!) === settled(p));
}

const isLogarithm = (node: Node): boolean => {
  const inner = settled(node);
  return inner.op === 'log' || kindOf(inner)?.kind === 'log-probabilities' || namesOn(node).some((name) => /^log/i.test(name));
};
