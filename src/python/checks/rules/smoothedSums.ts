/** Smoothed losses in which the logarithms of all classes are summed, and weighted with the whole smoothing. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMadeOf, namesOn, termsOf } from './flow.ts';

export function* smoothedSums(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add') continue;
    const terms = termsOf(node).map((term) => factorsOf(term.node));
    if (terms.length !== 2) continue;
    const eps = terms.flat().flatMap(({ node: factor, below }) => (below ? [] : (restOf(factor) ?? [])))[0];
    const smooth =
      eps && terms.find((factors) => factors.length === 2 && factors.some((one) => !one.below && unwrap(one.node) === unwrap(eps)));
    const summed = smooth && summedIn(smooth.find(({ node: factor }) => unwrap(factor) !== unwrap(eps))!.node, 0);
    if (!summed) continue;
    const at = computed.some((one) => placeOf(one, summed)) ? summed : node;
    yield {
      rule: 'targets-sum',
      message:
        'The logarithms of all classes are summed and weighted with the whole smoothing: as targets the weights sum to far more than 1. Their mean is taken, or the smoothing divided by the number of classes.',
      statement: (at === summed && computed.find((one) => one.holder === statement.holder && placeOf(one, summed))) || statement,
      at,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** `eps` of `1 - eps` */
function restOf(node: Node): Node | null {
  const { op, args } = unwrap(node);
  return op === 'subtract' && numberOf(args[0]!) === 1 && isSmoothing(args[1]!) ? args[1]! : null;
}

const isSmoothing = (node: Node): boolean => namesOn(node).some((name) => /eps|smooth|^ls$|alpha/i.test(name));

/** The sum of logarithms over the classes, of which a mean over examples may be taken. */
function summedIn(node: Node, depth: number): Node | null {
  const inner = unwrap(node);
  const [of] = inner.args;
  if (!of || depth > 6) return null;
  const { axes } = inner.attributes;
  if (inner.op === 'sum' && Array.isArray(axes) && axes.length === 1 && (axes[0] === -1 || axes[0] === 1) && isLogarithms(of)) return inner;
  if (inner.op === 'where') {
    const kept = inner.args.slice(1).find((one) => numberOf(one) === null);
    return kept ? summedIn(kept, depth + 1) : null;
  }
  return /^(?:negate|mean|sum|squeeze|select|reshape|flatten|leftOut)$/.test(inner.op) ? summedIn(of, depth + 1) : null;
}

const isLogarithms = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'negate') return isLogarithms(inner.args[0]!);
  return (
    (inner.op === 'logSoftmax' || (inner.op === 'log' && isMadeOf(inner, ({ op }) => op === 'softmax', 4)) || inner.op === 'parameter') &&
    (inner.op !== 'parameter' || namesOn(node).some((name) => /^l(?:og)?_?p/.test(name) || wordsOf(name).includes('log')))
  );
};
