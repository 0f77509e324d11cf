/** Sums of what a model's errors and divergences cost, of which some are to fall and others to rise. */

import { reconstructionOfSum, divergenceOfSum } from '../../../formulas/elboRoles.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { leaves, unwrap, wrappers, type Node } from '../../expression/node.ts';
import { given } from '../../recognise/evidence/given.ts';
import { holdsAny, wordsOf } from '../../recognise/evidence/words.ts';
import { termsOf, type TermOf } from '../../recognise/terms.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { writtenIn } from '../statements.ts';

/** `reconstruction - beta * kl`, and `kl + logLikelihood`: whichever way it is trained, one of the two is made worse. */
export function* totals(statement: Computed, { recogniser }: Checked): Generator<Fault> {
  if (statement.node.op === 'let') return;
  const terms = termsOf(statement.node);
  if (terms.length < 2 || terms.length > mostTerms) return;
  const all = terms.map((term) => ({ term, way: wayOf(term, recogniser.signsOf) }));
  const divergence = all.find(({ way }) => way?.of === 'divergence');
  const error = all.find(({ way }) => way?.of === 'error');
  if (!divergence?.way || !error?.way || !(divergence.way.isKnown || error.way.isKnown)) return;
  if (divergence.way.sign === error.way.sign) return;
  const likelihood = error.way.isLikelihood;
  yield {
    rule: 'wrong-direction',
    message: likelihood
      ? 'The divergence and the log-likelihood have the same sign here: one of them is to be small and the other one great, whichever way the sum is trained.'
      : 'The divergence and the reconstruction error have opposite signs here: both are to be small, and what lowers this sum makes one of them greater.',
    statement,
    at: writtenIn(statement, divergence.term.node),
    related: [],
    nearly: null,
    change: null,
  };
}

const mostTerms = 6;

interface Way {
  readonly of: 'divergence' | 'error';
  /** Of the cost that it is, in the sum. */
  readonly sign: number;
  /** By its value; else by its name. */
  readonly isKnown: boolean;
  readonly isLikelihood: boolean;
}

function wayOf({ node, factor }: TermOf, signsOf: (node: Node) => ReadonlyMap<string, number>): Way | null {
  const signs = signsOf(node);
  const sign = Math.sign(factor);
  for (const id of divergenceOfSum.formulas)
    if (signs.has(id)) return { of: 'divergence', sign: sign * signs.get(id)!, isKnown: true, isLikelihood: false };
  for (const id of reconstructionOfSum.formulas)
    if (signs.has(id)) return { of: 'error', sign: sign * signs.get(id)!, isKnown: true, isLikelihood: signs.get(id)! < 0 };
  // What is worked out here and is none of them by its value may have either sign.
  if (signs.size > 0 || !wrappers.has(node.op) || !leaves.has(reducedIn(node).op)) return null;
  const words = wordsOf(node.op === 'let' ? (node.attributes['name'] as string) : '');
  if (words.some((word) => turning.has(word))) return null;
  if (holdsAny(words, divergenceOfSum.words)) return { of: 'divergence', sign, isKnown: false, isLikelihood: false };
  const { origins } = given(node);
  if (holdsAny(words, reconstructionOfSum.opposite) || origins.has('logDensity'))
    return holdsAny(words, errorWords) ? null : { of: 'error', sign: -sign, isKnown: false, isLikelihood: true };
  return holdsAny(words, errorWords) ? { of: 'error', sign, isKnown: false, isLikelihood: false } : null;
}

/** What a mean or a sum is of. */
function reducedIn(node: Node): Node {
  let inner = unwrap(node);
  while (inner.op === 'sum' || inner.op === 'mean') inner = unwrap(inner.args[0]!);
  return inner;
}

/** Names that say that it is an error: "recon" alone may be a log-likelihood as well. */
const errorWords = [
  'recon loss',
  'rec loss',
  'recons loss',
  'reconstruction loss',
  'recon error',
  'rec error',
  'reconstruction error',
  'mse',
  'bce',
  'nll',
];
const turning: ReadonlySet<string> = new Set(['neg', 'negative', 'minus', 'elbo', 'reward']);
