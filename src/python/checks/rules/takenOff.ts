/** A penalty that is taken off the loss that it is to be added to. */

import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import { termsOf, type TermOf } from '../../recognise/terms.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { isTurned } from '../maximised.ts';
import { writtenIn } from '../statements.ts';

/** `loss - weight * gradient_penalty` */
export function* takenOff(statement: Computed, { recogniser: { signsOf } }: Checked): Generator<Fault> {
  if (statement.node.op === 'let' || isTurned(statement.node)) return;
  const terms = termsOf(statement.node);
  if (terms.length < 2 || terms.length > mostTerms) return;
  const costs = terms.filter((term) => term.factor > 0 && isLoss(term.node, signsOf));
  const penalty = terms.find((term) => term.factor < 0 && isPenalty(term, signsOf));
  if (!penalty || costs.length === 0 || !isCalledLoss(statement)) return;
  yield {
    rule: 'wrong-direction',
    message: `${calledOf(penalty.node) || 'The penalty'} is taken off the loss: lowering the sum raises what it is there to keep small.`,
    statement,
    at: writtenIn(statement, penalty.node),
    related: [],
    nearly: null,
    change: null,
  };
}

const mostTerms = 8;
type SignsOf = (node: Node) => ReadonlyMap<string, number>;

const penalties = [
  'wgan_gp',
  'r1',
  'path_length',
  'vq_commitment',
  'vq_vae_loss',
  'cycle_consistency',
  'feature_matching',
  'feature_matching_paired',
];
const losses = /^(?:loss|losses|nll|bce|mse|adv|adversarial|recon|reconstruction|criterion)$/;
const other =
  /^(?:log|ll|likelihood|neg|negative|minus|reward|gain|elbo|bound|score|entropy|bonus|diversity|prev|best|old|baseline|mean|avg)$/;
const small = /^(?:penalty|penalties|gp|reg|regularizer|regulariser|regularization|regularisation|commitment|commit)$/;

function isPenalty({ node }: TermOf, signsOf: SignsOf): boolean {
  const signs = signsOf(node);
  if (penalties.some((id) => signs.get(id) === 1)) return true;
  const words = wordsOf(calledOf(node));
  return words.some((word) => small.test(word)) && !words.some((word) => other.test(word)) && numberOf(node) === null;
}

function isLoss(node: Node, signsOf: SignsOf): boolean {
  const words = wordsOf(calledOf(node));
  if (words.some((word) => losses.test(word))) return !words.some((word) => other.test(word));
  return [...signsOf(node)].some(
    ([id, sign]) => sign > 0 && /^(?:gan_d_bce|hinge_d|wgan_d|lsgan_d|gan_g_\w+|lsgan_g|mse|bce|cross_entropy)$/.test(id),
  );
}

const calledOf = (node: Node): string => (node.op === 'let' || unwrap(node).op !== 'multiply' ? (namesOf(node)[0] ?? '') : '');

/** By its own name, or by that of the function that gives it. */
function isCalledLoss({ target, around }: Computed): boolean {
  const words = wordsOf(target === '' ? (around[0] ?? '') : target);
  return words.some((word) => /^(?:loss|losses|cost|total)$/.test(word)) && !words.some((word) => other.test(word));
}
