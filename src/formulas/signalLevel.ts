/**
 * How much of the clean sample is left in a noisy one: alpha-bar, the share of the variance that is signal. Code holds it in many forms,
 * often in two of them at once.
 */

import { acos, add, divide, log, multiply, negate, reciprocal, rsqrt, sqrt, subtract } from '../maths/tensor/elementwise.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import type { Encoding } from './reading.ts';

const one = scalar(1);
const complement = (level: Tensor): Tensor => subtract(one, level);
const odds = (level: Tensor): Tensor => divide(level, complement(level));

/** Names of alpha-bar itself. */
export const levelWords: readonly string[] = [
  ...[
    'alphas cumprod',
    'alpha cumprod',
    'alphas bar',
    'alpha bar',
    'alphas hat',
    'alpha hat',
    'alpha prod',
    'alphas prod',
    'alpha bars',
    'cum alpha',
  ],
  ...[
    'abar',
    'a bar',
    'alphas cum',
    'alpha cum',
    'cumprod',
    'acp',
    'ab',
    'at',
    'a t',
    'alpha prod t',
    'alphas cumprod t',
    'signal level',
    'bar alpha',
  ],
];

/** Names of its root, and of the root of what is left. */
export const signalRateWords: readonly string[] = [
  ...[
    'sqrt alphas cumprod',
    'sqrt alpha cumprod',
    'sqrt alpha bar',
    'sqrt alphas bar',
    'sqrt alpha prod',
    'sqrt alpha hat',
    'sqrt ab',
    'sqrt abar',
    'sqrt acp',
    'sqrt ac',
  ],
  ...['signal rate', 'signal rates', 'signal scale', 'mean coef', 'mean coeff', 'signal coef', 'sqrt alpha t bar', 'sqrt bar alpha'],
];
export const noiseRateWords: readonly string[] = [
  ...[
    'sqrt one minus alphas cumprod',
    'sqrt one minus alpha cumprod',
    'sqrt one minus alpha bar',
    'sqrt one minus alphas bar',
    'sqrt one minus alpha prod',
  ],
  ...[
    'sqrt one minus alpha hat',
    'sqrt one minus ab',
    'sqrt one minus at',
    'sqrt 1m alphas cumprod',
    'sqrt 1m abar',
    'sqrt beta prod',
    'noise rate',
    'noise rates',
  ],
  ...[
    'noise scale',
    'noise coef',
    'marginal std',
    'sqrt one minus acp',
    'sqrt omac',
    'sqrt om ac',
    'sqrt 1m',
    'one minus alpha bar sqrt',
    'om alpha bar',
  ],
];

const before = (...starts: readonly string[]): readonly string[] =>
  starts.flatMap((start) => levelWords.filter((word) => word !== 'at' && word !== 'a t').map((word) => `${start} ${word}`));
/** With one of these before it, the name of the level is that of another form. */
const changed = ['sqrt', 'root', 'rsqrt', 'one minus', '1 minus', 'om', '1m', 'recip', 'recipm1', 'inv', 'log'];

/** Forms of alpha-bar. In the two that are rates code holds a signal and a noise rate, which are no proof of each other. */
export const signalLevel: readonly Encoding[] = [
  { id: 'level', name: 'signal level', symbol: (role) => role, encode: (level) => level, words: levelWords, not: changed },
  {
    id: 'signal-rate',
    name: 'signal rate, the root of the level',
    symbol: (role) => String.raw`\sqrt{${role}}`,
    encode: sqrt,
    words: [...signalRateWords, ...before('sqrt', 'root'), 'alpha', 'alphas', 'alpha t'],
    not: ['one minus', '1 minus', 'om', '1m', 'recip', 'recipm1', 'inv', 'log'],
  },
  {
    id: 'noise-rate',
    name: 'noise rate, the root of what the level leaves',
    symbol: (role) => String.raw`\sqrt{1-${role}}`,
    encode: (level) => sqrt(complement(level)),
    words: [
      ...noiseRateWords,
      ...before('sqrt one minus', 'root one minus', 'sqrt 1m', 'sqrt om', 'sqrt 1 minus'),
      'sigma',
      'sigmas',
      'sigma t',
      'std',
    ],
  },
  {
    id: 'noise-level',
    name: 'noise level, one less the signal level',
    symbol: (role) => `1-${role}`,
    encode: complement,
    words: [
      'one minus alphas cumprod',
      'one minus alpha bar',
      'beta prod',
      'beta bar',
      'beta prod t',
      'one minus alpha prod',
      'one minus ab',
      'noise var',
      'marginal var',
    ],
  },
  {
    id: 'inverse-signal-rate',
    name: 'one over the signal rate',
    symbol: (role) => String.raw`1/\sqrt{${role}}`,
    encode: rsqrt,
    words: [
      'sqrt recip alphas cumprod',
      'sqrt recip alpha bar',
      'sqrt recip alphas bar',
      'recip sqrt alphas cumprod',
      'sqrt recip acp',
      'sqrt recip alpha cumprod',
      'sqrt recip',
    ],
  },
  {
    id: 'noise-to-signal',
    name: 'noise over signal rate',
    symbol: (role) => String.raw`\sqrt{1/${role}-1}`,
    encode: (level) => rsqrt(odds(level)),
    words: [
      'sqrt recipm1 alphas cumprod',
      'sqrt recip m1 alphas cumprod',
      'sqrt recipm1 alpha bar',
      'sqrt recipm1',
      'sqrt recip m1',
      'sigma',
      'sigmas',
    ],
  },
  {
    id: 'log-snr',
    name: 'log of the signal-to-noise ratio',
    symbol: (role) => String.raw`\log\mathrm{SNR}(${role})`,
    encode: (level) => log(odds(level)),
    words: ['log snr', 'logsnr', 'lambda t', 'lamb', 'log snr t'],
  },
  {
    id: 'minus-log-snr',
    name: 'minus the log of the signal-to-noise ratio',
    symbol: (role) => String.raw`-\log\mathrm{SNR}(${role})`,
    encode: (level) => negate(log(odds(level))),
    words: ['gamma', 'gamma t', 'g t', 'gammas'],
  },
  {
    id: 'half-log',
    name: 'log of the signal rate',
    symbol: (role) => String.raw`\tfrac12\log ${role}`,
    encode: (level) => multiply(scalar(0.5), log(level)),
    words: ['log mean coeff', 'log mean coef', 'log alpha', 'log alpha t'],
  },
  {
    id: 'log',
    name: 'log of the signal level',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: ['log alpha bar', 'log alphas cumprod', 'log alphas bar', 'log signal'],
  },
  {
    id: 'minus-log',
    name: 'minus the log of the signal level, the integral of the betas',
    symbol: (role) => String.raw`-\log ${role}`,
    encode: (level) => negate(log(level)),
    words: ['integral', 'area', 'beta int', 'int beta', 'b int', 'integrated beta'],
  },
  {
    id: 'angle',
    name: 'angle whose cosine is the signal rate',
    symbol: (role) => String.raw`\arccos\sqrt{${role}}`,
    encode: (level) => acos(sqrt(level)),
    words: ['phi', 'angle', 'angles', 'diffusion angles', 'theta', 'phi t'],
  },
  {
    id: 'cosine-time',
    name: 'time from 0 to 1 of which the signal rate is the cosine, a quarter turn in all',
    symbol: (role) => String.raw`\tfrac2\pi\arccos\sqrt{${role}}`,
    encode: (level) => multiply(scalar(2 / Math.PI), acos(sqrt(level))),
    words: ['u', 'unit time'],
  },
];

/** Forms of alpha, the signal that one step leaves: beta is what it takes. */
export const stepLevel: readonly Encoding[] = [
  {
    id: 'alpha',
    name: 'alpha',
    symbol: (role) => role,
    encode: (alpha) => alpha,
    words: ['alpha', 'alphas', 'alpha t', 'a', 'at', 'current alpha t', 'alphas t'],
  },
  {
    id: 'beta',
    name: 'beta, one less alpha',
    symbol: (role) => `1-${role}`,
    encode: complement,
    words: ['beta', 'betas', 'beta t', 'b', 'bt', 'current beta t', 'betas t'],
  },
  {
    id: 'root-alpha',
    name: 'root of alpha',
    symbol: (role) => String.raw`\sqrt{${role}}`,
    encode: sqrt,
    words: ['sqrt alpha', 'sqrt alphas', 'sqrt alpha t'],
  },
  {
    id: 'root-beta',
    name: 'root of beta',
    symbol: (role) => String.raw`\sqrt{1-${role}}`,
    encode: (alpha) => sqrt(complement(alpha)),
    words: ['sqrt beta', 'sqrt betas', 'sqrt one minus alpha', 'sqrt one minus alphas', 'sigma', 'sigma t', 'std'],
  },
  {
    id: 'inverse-root-alpha',
    name: 'one over the root of alpha',
    symbol: (role) => String.raw`1/\sqrt{${role}}`,
    encode: rsqrt,
    words: ['sqrt recip alphas', 'sqrt recip alpha', 'recip sqrt alpha', 'one over sqrt alpha'],
  },
  {
    id: 'inverse-alpha',
    name: 'one over alpha',
    symbol: (role) => `1/${role}`,
    encode: reciprocal,
    words: ['recip alphas', 'recip alpha'],
  },
  {
    id: 'log-alpha',
    name: 'log of alpha',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: ['log alpha', 'log alphas', 'log alpha t'],
  },
];

/** Forms of a signal-to-noise ratio. */
export const ratioForms: readonly Encoding[] = [
  {
    id: 'ratio',
    name: 'signal-to-noise ratio',
    symbol: (role) => role,
    encode: (ratio) => ratio,
    words: ['snr', 'signal to noise', 'snrs', 'snr t'],
  },
  {
    id: 'log',
    name: 'log of the signal-to-noise ratio',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: ['log snr', 'logsnr'],
  },
  {
    id: 'level',
    name: 'signal level',
    symbol: (role) => String.raw`\frac{${role}}{1+${role}}`,
    encode: (ratio) => divide(ratio, add(one, ratio)),
    words: levelWords,
  },
];
