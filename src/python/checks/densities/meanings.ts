/** What logarithms of densities have to add up to, by what their sum is called. */

import type { Kind } from './kinds.ts';

export interface Meaning {
  readonly name: RegExp;
  readonly not?: RegExp;
  /** Something that is called so has to stand in it. */
  readonly only?: RegExp;
  /** The signs, of those that stand together. */
  readonly signs: readonly Partial<Record<Kind, 1 | -1>>[];
  /** Whether each has a sign of its own: of the others both may only be exchanged. */
  readonly isBound?: true;
  /** Nor is it meant with all signs the other way round. */
  readonly isSigned?: true;
  /** What is another one of the same signs, and takes the place of one of them by mistake. */
  readonly instead?: { readonly kind: Kind; readonly of: Kind; readonly otherwise: string };
  /** Whether more may be added. */
  readonly isPart?: true;
  /** What it is otherwise. */
  readonly otherwise: string;
  /** Whether something is lost though nothing else contradicts it. */
  readonly isBroken: boolean;
}

export const meanings: readonly Meaning[] = [
  {
    name: /(?:^|_)(?:kl|kld|kldiv|kl_div|divergence)(?:_|$)/,
    not: /neg|minus|coef|coeff|weight|beta|target|reward|reverse|elbo/,
    signs: [
      { posterior: 1, prior: -1 },
      { policy: 1, reference: -1 },
    ],
    otherwise: 'this is minus the divergence in the mean over samples of the first',
    isBroken: false,
  },
  {
    // Not the reward that is implied by how far the policy has gone.
    name: /(?:^|_)rewards?(?:_|$)/,
    only: /(?:^|_)kl(?:_|$)|penalty|non_score/,
    signs: [{ policy: -1, reference: 1 }],
    isPart: true,
    otherwise: 'this pays for leaving the reference',
    isBroken: true,
  },
  {
    name: /^(?:tc|total_corr\w*)(?:_loss|_term)?$/,
    signs: [{ aggregate: 1, product: -1 }],
    instead: { kind: 'posterior', of: 'aggregate', otherwise: 'the mutual information of x and z is counted with it' },
    otherwise: 'this is minus the total correlation, and lowest where latents depend on each other most',
    isBroken: true,
  },
  {
    name: /^(?:mi|mutual_info\w*|index_code\w*)(?:_loss|_term)?$/,
    signs: [{ posterior: 1, aggregate: -1 }],
    otherwise: 'this is minus the mutual information',
    isBroken: false,
  },
  {
    name: /^(?:dw_?kl|dimension_?wise_?kl)(?:_loss|_term)?$/,
    signs: [{ product: 1, prior: -1 }],
    otherwise: 'this is minus the divergence',
    isBroken: true,
  },
  {
    name: /(?:^|_)(?:log_?w|log_?weights?|log_?iws?)(?:_|$)/,
    not: /neg|loss|minus|norm|inv/,
    signs: [{ likelihood: 1, prior: 1, posterior: -1 }],
    isBound: true,
    isSigned: true,
    otherwise: 'this is no logarithm of weights, which are the joint density over what the samples were drawn from',
    isBroken: true,
  },
  {
    name: /(?:^|_)(?:elbo|lower_bound)(?:_|$)/,
    not: /neg|loss|minus|norm/,
    signs: [{ likelihood: 1, prior: 1, posterior: -1 }],
    isBound: true,
    otherwise: 'this is no bound',
    isBroken: true,
  },
  {
    name: /(?:^|_)(?:neg_?elbo|nelbo|elbo_?loss|free_energy|loss)(?:_|$)/,
    signs: [{ likelihood: -1, prior: -1, posterior: 1 }],
    isBound: true,
    otherwise: 'this is no bound',
    isBroken: true,
  },
];
