/** Roles and terms that bounds on log p(x) share, the names that code gives them, and what tells that they are such. */

import type { Evidence, Role, SumTerm } from './reading.ts';
import { term } from './term.ts';
import { klWords, posteriorDensityWords, posteriorWords, priorDensityWords } from './vaeRoles.ts';

export const reconstructionWords = [
  ...[
    'recon',
    'reconstruction',
    'rec',
    'recon loss',
    'rec loss',
    'reconstruction loss',
    'recons',
    'recon error',
    'rec error',
    'recons loss',
  ],
  ...['nll', 'distortion', 'neg log likelihood', 'negative log likelihood', 'neg log px', 'bce', 'mse', 'ce'],
];
export const likelihoodWords = [
  ...[
    'log px',
    'log p x',
    'log px z',
    'log p x z',
    'logpx',
    'logpxz',
    'log pxz',
    'log likelihood',
    'loglik',
    'll',
    'lpx',
    'log lik',
    'likelihood',
  ],
  ...['recon', 'reconstruction', 'decoder', 'p x z', 'px', 'px z', 'log p x given z'],
];
/** One quantity: that from the standard normal is one between two Gaussians. */
export const gaussianDivergences = ['kl_diag_std_normal', 'kl_gauss_gauss', 'kl_gauss_full'];
export const divergences = [...gaussianDivergences, 'kl_dist', 'kl_mc', 'kl_free_bits', 'kl_categorical'];
/** Names of what holds such a bound. */
export const boundContexts = ['elbo', 'vae', 'variational', 'evidence lower bound', 'free energy', 'iwae', 'iwelbo'];

export const reconstructionOfSum: SumTerm = {
  id: 'reconstruction',
  formulas: ['bce', 'mse', 'gauss_nll', 'cross_entropy'],
  words: reconstructionWords,
  opposite: ['log px', 'log p x', 'log px z', 'log p x z', 'logpx', 'log likelihood', 'loglik', 'log lik', 'll', 'lpx', 'likelihood'],
  several: true,
};
/** Of classes it stands beside a classifier's loss as well: there its name has to say that it is the term. */
export const divergenceOfSum: SumTerm = {
  id: 'kl',
  formulas: divergences.filter((id) => id !== 'kl_categorical'),
  words: klWords,
  also: ['kl_categorical'],
};

export const logPosterior: Role = {
  id: 'logPosterior',
  shape: 'B',
  domain: 'logProbability',
  words: posteriorDensityWords,
  not: ['p', 'prior'],
};
export const logPrior: Role = { id: 'logPrior', shape: 'B', domain: 'logProbability', words: priorDensityWords, not: ['q', 'posterior'] };
export const logLikelihood: Role = {
  id: 'logLikelihood',
  shape: 'B',
  domain: 'logProbability',
  words: likelihoodWords,
  not: ['log det', 'logdet', 'ldj', 'det', 'jacobian', 'q', 'posterior', 'prior', 'kl', 'kld', 'entropy'],
};

export const logJoint: Role = {
  id: 'logJoint',
  shape: 'B',
  domain: 'logProbability',
  words: ['log joint', 'joint', 'log p x z', 'log pxz', 'log p', 'logp', 'log p xz', 'model log prob', 'model', 'ln joint'],
  not: ['q', 'posterior'],
};

export const areDensities: Evidence = [
  [
    { role: 'logPosterior', words: posteriorDensityWords },
    { role: 'logPrior', words: priorDensityWords },
  ],
  [
    { role: 'logPosterior', origin: ['logDensity'] },
    { role: 'logPrior', origin: ['logDensity'] },
    { role: 'logPosterior', words: posteriorWords },
  ],
  [
    { role: 'logPosterior', origin: ['ownDensity'] },
    { role: 'logPrior', origin: ['logDensity'] },
    { role: 'logPrior', without: ['ownDensity'] },
  ],
  [{ role: 'logPosterior', origin: ['logDensity'] }, { role: 'logPrior', origin: ['logDensity'] }, { context: boundContexts }],
  [{ role: 'logPosterior', words: posteriorDensityWords }, { context: boundContexts }],
  [{ role: 'logPosterior', words: posteriorWords }, { role: 'logPosterior', origin: ['logDensity'] }, { context: boundContexts }],
];
export const logPosteriorTerm = term(
  'logPosterior',
  String.raw`\log q(z\mid x)`,
  'log-density of the posterior',
  'Of the sample, under the distribution that it is drawn from.',
  '[batch]',
  'nats',
);
export const logPriorTerm = term(
  'logPrior',
  String.raw`\log p(z)`,
  'log-density of the prior',
  'Of the same sample, under the prior.',
  '[batch]',
  'nats',
);
export const logLikelihoodTerm = term(
  'logLikelihood',
  String.raw`\log p(x\mid z)`,
  'log-likelihood',
  'Of the example, given the sample.',
  '[batch]',
  'nats',
);
export const logJointTerm = term(
  'logJoint',
  String.raw`\log p(x,z)`,
  'log of the joint density',
  'Of example and sample together: likelihood and prior in one.',
  '[batch]',
  'nats',
);
export const reconstructionTerm = term(
  'reconstruction',
  String.raw`-\mathbb E_q[\log p(x\mid z)]`,
  'reconstruction',
  'Minus the log-likelihood of the example, mostly estimated from one sample.',
  '[batch]',
  'nats',
);
export const klTerm = term('kl', 'D_{KL}', 'divergence', 'Of the posterior from the prior.', '[batch]', 'nats');
