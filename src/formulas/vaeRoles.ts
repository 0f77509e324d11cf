/** Roles that several formulas of variational auto-encoders have, the names that code gives them, and where they are from. */

import { spread } from './encodings.ts';
import type { Role } from './reading.ts';

export const kingma2013 = 'Kingma and Welling 2013, Auto-Encoding Variational Bayes';

/** Names of the mean of a Gaussian, of what is drawn from it, and of the noise that it is drawn with. */
export const meanWords = ['mu', 'mean', 'loc', 'mus', 'means', 'm', 'z mean', 'mean z', 'centre', 'center'];
export const sampleWords = ['z', 'latent', 'latents', 'code', 'sample', 'zs', 'h', 'w', 'theta', 'u'];
export const noiseWords = ['eps', 'epsilon', 'noise', 'e', 'xi', 'randn', 'normal', 'gaussian', 'rand'];
export const priorWords = ['prior', 'p', 'pm', 'mp', 'm2', 'prior mu', 'prior mean', 'p mu', 'mu p', 'target'];
/** Names of log q(z|x) and of log p(z), or of what is asked for them. */
export const posteriorDensityWords = [
  ...[
    'log q',
    'logq',
    'log qz',
    'logqz',
    'log qzx',
    'logqzx',
    'log qz x',
    'log q z',
    'log q z x',
    'lqz',
    'logq z',
    'log qs',
    'lq',
    'log qzx',
  ],
  ...['log posterior', 'posterior log prob', 'q log prob', 'log prob q', 'log pdf q', 'log prob posterior', 'log qz given x', 'ln q'],
];
export const priorDensityWords = [
  ...['log p', 'logp', 'log pz', 'logpz', 'log p z', 'lpz', 'logp z', 'log prior', 'prior log prob', 'p log prob', 'log prob p', 'log ps'],
  ...['log prob prior', 'lp', 'ln p', 'log pdf p'],
];
/** Names of the distributions themselves, which say something of a log-density alone. */
export const posteriorWords = [
  'q',
  'qz',
  'qzx',
  'q z',
  'q z x',
  'posterior',
  'variational',
  'guide',
  'q dist',
  'approx posterior',
  'encoder',
];
export const distributionOfPriorWords = ['p', 'pz', 'p z', 'prior', 'p dist'];
export const klWords = ['kl', 'kld', 'kl div', 'kl loss', 'kl divergence', 'divergence', 'dkl', 'd kl', 'kls', 'kl elementwise', 'rate'];

export const mean: Role = { id: 'mean', shape: 'B D', domain: 'real', words: meanWords };
export const std: Role = { id: 'std', shape: 'B D', domain: 'positive', encodings: spread };
export const sample: Role = { id: 'sample', shape: 'B D', domain: 'real', words: sampleWords };
export const noise: Role = {
  id: 'noise',
  shape: 'B D',
  domain: 'real',
  words: noiseWords,
  // How large noise is, is no noise.
  not: ['var', 'variance', 'std', 'scale', 'logvar', 'cov', 'covariance', 'precision'],
};
export const mean1: Role = {
  id: 'mean1',
  shape: 'B D',
  domain: 'real',
  words: [...meanWords, 'mu q', 'q mu', 'mu1', 'mean1', 'post', 'posterior', 'qm', 'mq', 'q', 'm1'],
};
export const std1: Role = {
  id: 'std1',
  shape: 'B D',
  domain: 'positive',
  encodings: spread,
  words: [
    'q',
    'qv',
    'vq',
    'q var',
    'q logvar',
    'q std',
    'q sigma',
    'logvar q',
    'var q',
    'sigma q',
    'posterior',
    'post',
    'q scale',
    'q log var',
  ],
};
export const mean2: Role = { id: 'mean2', shape: 'B D', domain: 'real', words: [...meanWords, ...priorWords, 'mu2', 'mean2'], absent: 0 };
export const std2: Role = {
  id: 'std2',
  shape: 'B D',
  domain: 'positive',
  encodings: spread,
  words: ['prior', 'p', 'pv', 'vp', 'p var', 'p logvar', 'p std', 'p sigma', 'logvar p', 'var p', 'sigma p', 'p scale', 'p log var'],
};
export const priorMean: Role = { ...mean2, id: 'priorMean' };
export const priorStd: Role = { id: 'priorStd', shape: 'B D', domain: 'positive', encodings: spread };
