/** Forms in which code holds what formulas name. */

import { expm1, log, multiply, reciprocal, square, subtract, sqrt } from '../maths/tensor/elementwise.ts';
import { cholesky, inverse } from '../maths/tensor/linear.ts';
import { scalar } from '../maths/tensor/tensor.ts';
import type { Encoding } from './reading.ts';

/** Of the spread of a Gaussian, whose role is the standard deviation. */
export const spread: readonly Encoding[] = [
  {
    id: 'log-variance',
    name: 'log-variance',
    symbol: (role) => String.raw`\log ${role}^2`,
    encode: (std) => multiply(scalar(2), log(std)),
    words: [
      'log var',
      'logvar',
      'log variance',
      'logv',
      'lv',
      'log sigma2',
      'log sigma sq',
      'log sigma squared',
      'log covariance',
      'log cov',
    ],
  },
  {
    id: 'std',
    name: 'standard deviation',
    symbol: (role) => role,
    encode: (std) => std,
    words: ['std', 'sigma', 'stddev', 'scale', 'sd', 'stdev', 'std dev', 'standard deviation', 'sig', 's', 'sigmas', 'stds'],
  },
  {
    id: 'variance',
    name: 'variance',
    symbol: (role) => `${role}^2`,
    encode: square,
    words: [
      'var',
      'variance',
      'v',
      'vars',
      'vs',
      'sigma2',
      'sigma sq',
      'sigma squared',
      'sigma square',
      'covariance',
      'cov',
      's2',
      'sigmas2',
    ],
  },
  {
    id: 'log-std',
    name: 'log of the standard deviation',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: [
      'log std',
      'logstd',
      'log sigma',
      'logsigma',
      'log scale',
      'logscale',
      'logs',
      'log sd',
      'log stddev',
      'lsig',
      'log noise',
      'ls',
    ],
  },
  {
    id: 'precision',
    name: 'precision, one over the variance',
    symbol: (role) => `${role}^{-2}`,
    encode: (std) => reciprocal(square(std)),
    words: ['precision', 'prec', 'inv var', 'inverse variance', 'inv variance'],
  },
  {
    id: 'before-softplus',
    name: 'what softplus turns into the standard deviation',
    symbol: (role) => String.raw`\mathrm{softplus}^{-1}(${role})`,
    encode: (std) => log(expm1(std)),
    words: ['rho', 'raw std', 'raw scale', 'raw sigma', 'pre std', 'unconstrained scale'],
  },
];

/** Of a full covariance. */
export const covariance: readonly Encoding[] = [
  {
    id: 'covariance',
    name: 'covariance',
    symbol: (role) => role,
    encode: (value) => value,
    words: ['cov', 'covariance', 'sigma', 'covar', 's'],
  },
  {
    id: 'cholesky',
    name: 'Cholesky factor of the covariance',
    symbol: (role) => String.raw`\mathrm{chol}(${role})`,
    encode: cholesky,
    words: ['l', 'chol', 'cholesky', 'tril', 'scale tril', 'factor'],
  },
  {
    id: 'inverse',
    name: 'precision matrix, the inverse of the covariance',
    symbol: (role) => `${role}^{-1}`,
    encode: inverse,
    words: ['precision', 'prec', 'inv', 'inverse', 'cov inv', 'inv cov'],
  },
];

/** Of what a discriminator says of an example, whose role is the probability that it is real. */
export const score: readonly Encoding[] = [
  {
    id: 'logit',
    name: 'logit',
    symbol: (role) => String.raw`\sigma^{-1}(${role})`,
    encode: (probability) => subtract(log(probability), log(subtract(scalar(1), probability))),
    words: ['logit', 'logits', 'score', 'scores', 'output', 'pred', 'd', 'critic', 'validity'],
  },
  {
    id: 'probability',
    name: 'probability',
    symbol: (role) => role,
    encode: (probability) => probability,
    words: ['prob', 'probs', 'probability', 'p', 'sigmoid'],
  },
];

/** Of a temperature that similarities are divided by. */
export const temperature: readonly Encoding[] = [
  {
    id: 'temperature',
    name: 'temperature',
    symbol: (role) => role,
    encode: (value) => value,
    words: ['temperature', 'temp', 'tau', 't'],
  },
  {
    id: 'scale',
    name: 'logit scale, one over the temperature',
    symbol: (role) => `1/${role}`,
    encode: reciprocal,
    words: ['logit scale', 'scale', 'inv temperature', 'inverse temperature'],
  },
  {
    id: 'log-scale',
    name: 'log of the logit scale',
    symbol: (role) => String.raw`-\log ${role}`,
    encode: (value) => log(reciprocal(value)),
    words: ['logit scale', 'log scale', 'log logit scale'],
  },
];

/** Of the rate at which a Gaussian kernel falls with the squared distance. */
export const kernelRate: readonly Encoding[] = [
  { id: 'rate', name: 'rate', symbol: (role) => role, encode: (rate) => rate, words: ['gamma', 'rate', 'alpha'] },
  {
    id: 'bandwidth',
    name: 'bandwidth, the standard deviation of the kernel',
    symbol: (role) => String.raw`(2${role})^{-1/2}`,
    encode: (rate) => sqrt(reciprocal(multiply(scalar(2), rate))),
    words: ['sigma', 'bandwidth', 'bw', 'length scale', 'lengthscale'],
  },
  {
    id: 'squared-bandwidth',
    name: 'squared bandwidth',
    symbol: (role) => `1/(2${role})`,
    encode: (rate) => reciprocal(multiply(scalar(2), rate)),
    words: ['sigma2', 'sigma sq', 'bandwidth', 'var'],
  },
  {
    id: 'divisor',
    name: 'what the squared distance is divided by',
    symbol: (role) => `1/${role}`,
    encode: reciprocal,
    words: ['bandwidth', 'bw', 'scale', 'dim', 'h', 'z dim', 'latent dim'],
  },
];
