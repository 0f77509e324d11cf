/** Roles that several formulas of diffusion have, the names that code gives them, and what says where they come from. */

import { levelWords, noiseRateWords, signalLevel, signalRateWords, stepLevel } from './signalLevel.ts';
import type { Origin, Requirement, Role } from './reading.ts';
import type { Term } from './formula.ts';
import { term } from './term.ts';

/** Operations that a mixture of samples and noise is written with. */
export const sums: readonly string[] = ['add', 'subtract', 'sum', 'lerp', 'einsum', 'matmul'];
/** Rates may be sine and cosine of one angle. */
export const products: readonly string[] = ['multiply', 'divide', 'lerp', 'einsum', 'matmul', 'square', 'sin', 'cos'];

export const noiseWords = ['eps', 'epsilon', 'noise', 'noises', 'xi', 'gaussian noise', 'e', 'z', 'n', 'rand noise', 'target noise'];
export const predictedNoiseWords = [
  ...[
    'noise pred',
    'pred noise',
    'pred noises',
    'eps theta',
    'eps hat',
    'eps pred',
    'pred eps',
    'predicted noise',
    'noise prediction',
    'e t',
    'et',
    'e theta',
  ],
  ...[
    'noise hat',
    'noise theta',
    'model output',
    'model pred',
    'model out',
    'eps recon',
    'pred epsilon',
    'epsilon theta',
    'epsilon hat',
    'pred',
    'out',
    'output',
    'noise est',
  ],
];
export const cleanWords = [
  ...[
    'x0',
    'x 0',
    'x start',
    'xstart',
    'clean',
    'images',
    'image',
    'img',
    'imgs',
    'latents',
    'latent',
    'original samples',
    'original',
    'sample',
    'samples',
  ],
  ...['data', 'batch', 'x', 'z0', 'y0', 'actions', 'action', 'inputs', 'clean images'],
];
export const predictedCleanWords = [
  ...[
    'pred x0',
    'x0 pred',
    'pred xstart',
    'pred x start',
    'x start',
    'xstart',
    'pred original sample',
    'x0 hat',
    'x 0 hat',
    'pred images',
    'pred image',
    'denoised',
  ],
  ...[
    'x0',
    'x 0',
    'x recon',
    'x0 t',
    'x0 from e',
    'original',
    'clean',
    'x hat',
    'x0 est',
    'pred original',
    'x0 theta',
    'z0',
    'data pred',
    'pred data',
    'x clean',
    'recon',
    'x0 p',
  ],
];
export const noisyWords = [
  ...[
    'xt',
    'x t',
    'noisy',
    'noisy images',
    'noisy latents',
    'noisy samples',
    'sample',
    'x',
    'z t',
    'zt',
    'z',
    'latents',
    'x noisy',
    'perturbed',
    'xs',
    'img',
    'y',
  ],
  ...['x cur', 'noised', 'current', 'noisy x', 'x tilde'],
];
export const velocityWords = [
  'v',
  'velocity',
  'v pred',
  'pred v',
  'v theta',
  'v t',
  'vt',
  'v hat',
  'vel',
  'v prediction',
  'model output',
  'v target',
];
/** What is said of a quantity that a model gave. */
export const predictedMarks = ['pred', 'predicted', 'prediction', 'hat', 'theta', 'model', 'uncond', 'est', 'estimate'];

/** Names of numbers by which samples and noise are multiplied. */
export const rates = ['alpha', 'alphas', 'sigma', 'sigmas', 'beta', 'betas', 'abar', 'cumprod', 'snr', 'coef', 'coeff', 'rate', 'rates'];

export const clean: Role = {
  id: 'clean',
  shape: 'B D',
  domain: 'real',
  words: cleanWords,
  not: ['noise', 'noises', 'eps', 'epsilon', 'v', 'vt', 'velocity', 'prev', 'previous', ...rates],
};
export const noise: Role = {
  id: 'noise',
  shape: 'B D',
  domain: 'real',
  words: noiseWords,
  not: ['x0', 'x 0', 'x start', 'xstart', 'clean', 'mean', 'mu', 'v', 'vt', 'velocity', ...rates],
};
export const noisy: Role = {
  id: 'noisy',
  shape: 'B D',
  domain: 'real',
  words: noisyWords,
  not: ['noise', 'noises', 'eps', 'epsilon', 'x0', 'x start', ...rates],
};
/** Names of samples, and of numbers that are no signal level. */
const notLevels = [
  'x',
  'xt',
  'xs',
  'z',
  'zt',
  'v',
  'velocity',
  'out',
  'output',
  'pred',
  'eps',
  'epsilon',
  'sample',
  'latents',
  'img',
  'images',
  'lr',
  'momentum',
  'decay',
  'ema',
];
export const level: Role = {
  id: 'level',
  shape: '',
  domain: 'unit',
  encodings: signalLevel,
  not: [...notLevels, 'betas'],
};
export const previousWords = [
  'prev',
  'previous',
  'next',
  's',
  'ts',
  'alphas cumprod prev',
  'alpha prev',
  'target',
  'tm1',
  't minus 1',
  'last',
];
export const previousLevel: Role = {
  id: 'previousLevel',
  shape: '',
  domain: 'unit',
  encodings: signalLevel,
  words: ['prev', 'previous', 'next', 'target'],
  not: notLevels,
};
export const alpha: Role = { id: 'alpha', shape: '', domain: 'unit', encodings: stepLevel, not: ['cumprod', 'bar', 'abar', 'cum', 'hat'] };
/** A weight that the loss of each example may have. */
export const lossWeight: Role = {
  id: 'weight',
  shape: '',
  domain: 'positive',
  words: [
    'weight',
    'weights',
    'w',
    'lambda',
    'loss weight',
    'loss weights',
    'snr weight',
    'mse loss weights',
    'g2',
    'likelihood weighting',
    'weighting',
    'lam',
  ],
  absent: 1,
};

/** Names that code has for a signal level, in any form but that of two rates called alpha and sigma. */
export const levelNames = [
  ...levelWords,
  ...signalRateWords,
  ...noiseRateWords,
  'log snr',
  'logsnr',
  'log mean coeff',
  'alphas',
  'alpha',
  'gamma',
];

export function named(role: string, words: readonly string[], not?: readonly string[]): Requirement {
  return not ? { role, words, not } : { role, words };
}

export function comesFrom(role: string, ...origin: readonly Origin[]): Requirement {
  return { role, origin };
}

/** The noise itself, not what a model says of it. */
export const namedNoise = named('noise', noiseWords, predictedMarks);
export const drawnNoise = comesFrom('noise', 'normal');
/** Drawn or handed over, not told from a sample, as a sampler does. */
export const untold: Requirement = { role: 'noise', without: ['computed'] };
/** The clean sample was not told from the noise. */
export const unguessed: Requirement = { role: 'clean', apartFrom: 'noise' };
export const namedLevel = named('level', levelNames);
export const scheduledLevel = comesFrom('level', 'schedule');

export const levelTerm = term(
  'level',
  String.raw`\bar\alpha_t`,
  'signal level',
  'The share of the variance at time t that is signal: the product of all alphas up to t.',
);
export const cleanTerm: Term = term(
  'clean',
  'x_0',
  'clean sample',
  'What was there before noise was added: the data.',
  '[batch, features]',
);
export const noiseTerm: Term = term('noise', String.raw`\epsilon`, 'noise', 'Drawn from a standard normal.', '[batch, features]');
export const noisyTerm: Term = term('noisy', 'x_t', 'noisy sample', 'The sample at time t.', '[batch, features]');
export const alphaTerm: Term = term(
  'alpha',
  String.raw`\alpha_t`,
  'alpha',
  'What a single step leaves of the signal’s variance: one less beta.',
);

export const ho = { paper: 'Ho, Jain and Abbeel 2020, Denoising Diffusion Probabilistic Models', arxiv: '2006.11239' } as const;
export const salimans = {
  paper: 'Salimans and Ho 2022, Progressive Distillation for Fast Sampling of Diffusion Models',
  arxiv: '2202.00512',
} as const;
export const songEquations = {
  paper: 'Song et al. 2021, Score-Based Generative Modeling through Stochastic Differential Equations',
  arxiv: '2011.13456',
} as const;
export const karras = {
  paper: 'Karras et al. 2022, Elucidating the Design Space of Diffusion-Based Generative Models',
  arxiv: '2206.00364',
} as const;
