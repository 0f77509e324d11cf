/** Diffusion: from a noisy sample to one of an earlier time, and what that costs in nats. */

import {
  implicitStep,
  posteriorCleanWeight,
  posteriorMean,
  posteriorNoisyWeight,
  posteriorVariance,
  reverseMean,
} from '../maths/diffusion/ancestral.ts';
import { cleanFromNoise, noised, noiseLevel } from '../maths/diffusion/kernel.ts';
import { add, divide, multiply, sqrt, square, subtract, where } from '../maths/tensor/elementwise.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import {
  alpha,
  alphaTerm,
  clean,
  cleanTerm,
  comesFrom,
  drawnNoise,
  ho,
  level,
  levelNames,
  levelTerm,
  named,
  namedLevel,
  namedNoise,
  noise,
  noiseTerm,
  noiseWords,
  noisy,
  noisyTerm,
  predictedCleanWords,
  predictedNoiseWords,
  previousLevel,
  previousWords,
  scheduledLevel,
  products,
  sums,
} from './diffusionRoles.ts';
import type { Formula } from './formula.ts';
import type { Encoding, Evidence, Requirement, Role, SumTerm, ValueReading } from './reading.ts';
import { signalLevel } from './signalLevel.ts';
import { term } from './term.ts';

const one = scalar(1);

const previousLevelTerm = term(
  'previousLevel',
  String.raw`\bar\alpha_{t-1}`,
  'signal level after the step',
  'Alpha-bar of the time that is gone to, at which less noise is left.',
);
const posteriorContext = [
  'posterior',
  'q posterior',
  'posterior mean',
  'posterior variance',
  'posterior mean coef1',
  'posterior mean coef2',
  'q mean variance',
  'p mean variance',
];
const posteriorEvidence: Evidence = [
  // Both levels are known to be one: a share of anything else looks like either.
  ...[namedLevel, scheduledLevel].flatMap((known) => [
    [known, named('previousLevel', [...previousWords, ...levelNames])],
    [known, comesFrom('previousLevel', 'schedule')],
    [known, comesFrom('level', 'computed'), comesFrom('previousLevel', 'computed')],
  ]),
  [{ context: posteriorContext }],
  [{ target: posteriorContext }],
];

/** Alpha of the step is known, or told from the two levels. */
const stepAlphas: readonly { readonly roles: readonly Role[]; readonly alpha: (roles: Readonly<Record<string, Tensor>>) => Tensor }[] = [
  { roles: [alpha], alpha: ({ alpha }) => alpha! },
  { roles: [], alpha: ({ level, previousLevel }) => divide(level!, previousLevel!) },
];

type OfStep = (roles: Readonly<Record<string, Tensor>>, alpha: Tensor) => Tensor;

function posteriorReadings(ends: readonly Role[], of: OfStep, remark?: string): ValueReading[] {
  return stepAlphas.map(({ roles, alpha: alphaOf }): ValueReading => ({
    kind: 'value',
    roles: [...ends, level, previousLevel, ...roles],
    axes: ends.length > 0 ? 'B D' : '',
    summed: '',
    elements: (given) => of(given, alphaOf(given)),
    fit: 'quantity',
    operations: [products, ['subtract', 'add', 'negate']],
    evidence: posteriorEvidence,
    ...(remark !== undefined && { remark }),
  }));
}

const posterior: Formula = {
  id: 'ddpm_posterior',
  family: 'Diffusion',
  name: 'Posterior mean and variance',
  latex: String.raw`\term{mean}{\tilde\mu_t}=\frac{\sqrt{\term{previousLevel}{\bar\alpha_{t-1}}}\,\term{beta}{\beta_t}}{1-\term{level}{\bar\alpha_t}}\term{clean}{x_0}+\frac{\sqrt{\term{alpha}{\alpha_t}}(1-\term{previousLevel}{\bar\alpha_{t-1}})}{1-\term{level}{\bar\alpha_t}}\term{noisy}{x_t},\quad\term{variance}{\tilde\beta_t}=\frac{1-\term{previousLevel}{\bar\alpha_{t-1}}}{1-\term{level}{\bar\alpha_t}}\term{beta}{\beta_t}`,
  lines: [
    String.raw`\term{mean}{\tilde\mu_t}=\term{cleanWeight}{c_0}\,\term{clean}{x_0}+\term{noisyWeight}{c_t}\,\term{noisy}{x_t},\quad\term{beta}{\beta_t}=1-\term{alpha}{\alpha_t}`,
  ],
  terms: [
    term(
      'mean',
      String.raw`\tilde\mu_t`,
      'posterior mean',
      'The mean of the sample one step earlier, given the noisy and the clean one.',
      '[batch, features]',
    ),
    previousLevelTerm,
    term('beta', String.raw`\beta_t`, 'beta', 'The variance of the noise that step t adds: one less alpha.'),
    levelTerm,
    cleanTerm,
    alphaTerm,
    noisyTerm,
    term(
      'variance',
      String.raw`\tilde\beta_t`,
      'posterior variance',
      'The variance of the sample one step earlier, given the noisy and the clean one.',
    ),
    term('cleanWeight', 'c_0', 'weight of the clean sample', 'What the clean sample is multiplied by in the mean.'),
    term('noisyWeight', 'c_t', 'weight of the noisy sample', 'What the noisy sample is multiplied by in the mean.'),
  ],
  claim: 'identity',
  note: 'Exact, by Bayes’ rule, where the clean sample is known; a sampler puts its prediction in its place.',
  source: { ...ho, place: 'eq. 7' },
  steps: [],
  identities: [
    {
      latex: String.raw`c_0+c_t\sqrt{\bar\alpha_t}=\sqrt{\bar\alpha_{t-1}}`,
      words: 'On average it has the signal of the earlier time.',
      sides: ({ level, previousLevel }) => {
        const ratio = divide(level!, previousLevel!);
        const weights = [posteriorCleanWeight(ratio, level!, previousLevel!), posteriorNoisyWeight(ratio, level!, previousLevel!)] as const;
        // With a ratio above 1 the root still exists; the identity is one of rational functions of the roots.
        return [add(weights[0], multiply(weights[1], sqrt(level!))), sqrt(previousLevel!)];
      },
    },
    {
      latex: String.raw`c_t^2(1-\bar\alpha_t)+\tilde\beta_t=1-\bar\alpha_{t-1}`,
      words: 'Its noise is that of the earlier time: what is left of the noise, and the posterior’s own.',
      sides: ({ level, previousLevel }) => {
        const ratio = divide(level!, previousLevel!);
        const kept = multiply(square(posteriorNoisyWeight(ratio, level!, previousLevel!)), noiseLevel(level!));
        return [add(kept, posteriorVariance(ratio, level!, previousLevel!)), noiseLevel(previousLevel!)];
      },
    },
  ],
  mistakes: [
    'The levels of the two times have changed places, or the earlier one is shifted by one step too many.',
    'Alpha-bar stands where alpha is meant: under the root of the second factor it is alpha of the step.',
    'The variance is used as a standard deviation: noise is multiplied by it without the root.',
  ],
  readings: [
    ...posteriorReadings([clean, { ...noisy, not: ['noise', 'eps', 'epsilon'] }], ({ clean, noisy, level, previousLevel }, alphaOfStep) =>
      posteriorMean(clean!, noisy!, alphaOfStep, level!, previousLevel!),
    ),
    ...posteriorReadings(
      [],
      ({ level, previousLevel }, alphaOfStep) => posteriorVariance(alphaOfStep, level!, previousLevel!),
      'the variance',
    ),
    ...posteriorReadings(
      [],
      ({ level, previousLevel }, alphaOfStep) => posteriorCleanWeight(alphaOfStep, level!, previousLevel!),
      'the weight of the clean sample',
    ),
    ...posteriorReadings(
      [],
      ({ level, previousLevel }, alphaOfStep) => posteriorNoisyWeight(alphaOfStep, level!, previousLevel!),
      'the weight of the noisy sample',
    ),
    {
      kind: 'value',
      roles: [
        {
          id: 'cleanWeight',
          shape: '',
          domain: 'positive',
          words: [
            'posterior mean coef1',
            'coef1',
            'coeff1',
            'mean coef1',
            'c1',
            'coef x0',
            'posterior mean x0 coef',
            'original sample coeff',
          ],
        },
        clean,
        {
          id: 'noisyWeight',
          shape: '',
          domain: 'positive',
          words: [
            'posterior mean coef2',
            'coef2',
            'coeff2',
            'mean coef2',
            'c2',
            'coef xt',
            'posterior mean xt coef',
            'current sample coeff',
          ],
        },
        noisy,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ cleanWeight, clean, noisyWeight, noisy }) => add(multiply(cleanWeight!, clean!), multiply(noisyWeight!, noisy!)),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        [
          named('cleanWeight', ['posterior mean coef1', 'posterior mean coef', 'posterior', 'posterior mean coef 1']),
          named('noisyWeight', ['posterior mean coef2', 'posterior mean coef', 'posterior', 'posterior mean coef 2']),
        ],
        [
          named('cleanWeight', ['coef1', 'coeff1', 'mean coef1']),
          named('noisyWeight', ['coef2', 'coeff2', 'mean coef2']),
          { context: posteriorContext },
        ],
        [
          { context: ['posterior', 'q posterior', 'posterior mean', 'q mean variance'] },
          named('clean', ['x0', 'x 0', 'x start', 'xstart', ...predictedCleanWords]),
          named('noisy', ['xt', 'x t', 'zt', 'z t', 'noisy']),
        ],
        [
          { role: 'cleanWeight', formula: ['ddpm_posterior'] },
          { role: 'noisyWeight', formula: ['ddpm_posterior'] },
        ],
      ],
      remark: 'the mean, by weights computed elsewhere',
    },
  ],
};

const predictedNoise: Role = {
  ...noise,
  words: [...predictedNoiseWords, ...noiseWords],
  not: ['x0', 'x 0', 'x start', 'xstart', 'clean', 'original', 'recon', 'denoised', 'image', 'images'],
};

const mean: Formula = {
  id: 'ddpm_mean',
  family: 'Diffusion',
  name: 'Reverse mean from noise',
  latex: String.raw`\term{mean}{\mu_\theta}=\frac1{\sqrt{\term{alpha}{\alpha_t}}}\Bigl(\term{noisy}{x_t}-\frac{1-\term{alpha}{\alpha_t}}{\sqrt{1-\term{level}{\bar\alpha_t}}}\term{noise}{\epsilon_\theta}\Bigr)`,
  lines: [],
  terms: [
    term('mean', String.raw`\mu_\theta`, 'mean', 'Of the sample one step earlier, by the predicted noise.', '[batch, features]'),
    alphaTerm,
    noisyTerm,
    levelTerm,
    term('noise', String.raw`\epsilon_\theta`, 'predicted noise', 'What the network says of the noise in the sample.', '[batch, features]'),
  ],
  claim: 'identity',
  note: 'It is the posterior’s mean with the clean sample that the predicted noise leaves; a clipped one has another mean.',
  source: { ...ho, place: 'eq. 11' },
  steps: [],
  identities: [
    {
      latex: String.raw`\mu_\theta(x_t,\epsilon)=\tilde\mu_t\bigl(x_t,\hat x_0(x_t,\epsilon)\bigr)`,
      words: 'It is the posterior’s mean, with the clean sample from the noise.',
      sides: ({ noisy, noise, alpha, level }) => {
        const previous = divide(level!, alpha!);
        const predicted = cleanFromNoise(noisy!, noise!, level!);
        // Weights of the posterior have the root of the earlier level, which is above 1 for some draws: both sides are then still equal.
        return [reverseMean(noisy!, noise!, alpha!, level!), posteriorMean(predicted, noisy!, alpha!, level!, previous)];
      },
    },
  ],
  mistakes: [
    'Alpha-bar stands before the bracket where alpha is meant, or alpha under the inner root where alpha-bar is.',
    'Beta is under a root with alpha-bar: the factor of the noise is beta over the root of 1 − alpha-bar.',
    'The noise of the step is added at the last step too.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [noisy, predictedNoise, alpha, level],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, noise, alpha, level }) => reverseMean(noisy!, noise!, alpha!, level!),
      fit: 'quantity',
      operations: [products, ['subtract', 'add', 'negate']],
      evidence: [
        [comesFrom('noise', 'call'), namedLevel],
        [comesFrom('noise', 'call'), scheduledLevel],
        [named('noise', [...predictedNoiseWords, ...noiseWords]), namedLevel],
        [
          named('noise', [...predictedNoiseWords, ...noiseWords]),
          named('alpha', ['alpha', 'alphas', 'beta', 'betas', 'sqrt recip alphas']),
        ],
      ],
    },
  ],
};

const divergences = ['kl_gauss_gauss', 'kl_gauss_full', 'kl_dist', 'kl_diag_std_normal'];
const boundContext = [
  'vb',
  'vlb',
  'variational bound',
  'vb terms',
  'vb terms bpd',
  'vlb loss',
  'calc bpd',
  'bpd loop',
  'elbo',
  'lvlb',
  'nll',
  'variational lower bound',
];

/** Each of the terms may be in bits per dimension. */
const inBits = ['bits_per_dim'];

const boundTerms: readonly SumTerm[] = [
  {
    id: 'prior',
    formulas: divergences,
    words: ['kl prior', 'prior kl', 'prior', 'prior loss', 'loss prior', 'lt', 'prior bpd', 'loss klz', 'bpd latent', 'latent loss'],
    also: inBits,
  },
  {
    id: 'kl',
    formulas: [...divergences, 'ddpm_eps_mse', 'ddpm_vlb'],
    words: [
      'kl',
      'loss diff',
      'diffusion loss',
      'diff loss',
      'vb',
      'vlb',
      'loss t',
      'kl t',
      'total bpd',
      'transitions',
      'loss diffusion',
      'bpd diff',
    ],
    also: inBits,
  },
  {
    id: 'reconstruction',
    formulas: ['gauss_nll', 'bce', 'cross_entropy'],
    words: ['recon', 'reconstruction', 'loss recon', 'recon loss', 'decoder nll', 'l0', 'nll', 'loss 0'],
    also: inBits,
    optional: true,
  },
];

const timeWords = ['t', 'time', 'timestep', 'timesteps', 'step', 'ts'];
const firstForms: readonly Encoding[] = [
  {
    id: 'flag',
    name: 'whether it is the first time',
    symbol: (role) => role,
    encode: (first) => first,
    words: ['is first', 'mask', 't is zero', 'first', 'is last'],
  },
  {
    id: 'time',
    name: 'time, 0 at first',
    symbol: (role) => `1-${role}`,
    encode: (first) => subtract(one, first),
    words: timeWords,
  },
  {
    id: 'time-from-1',
    name: 'time, 1 at first',
    symbol: (role) => `2-${role}`,
    encode: (first) => subtract(scalar(2), first),
    words: timeWords,
  },
];

const boundSteps: Role = {
  id: 'steps',
  shape: '',
  domain: 'positive',
  words: ['t', 'steps', 'num timesteps', 'n steps', 'num steps'],
  absent: 1,
};
const noiseGuess: Role = { ...predictedNoise, id: 'prediction' };
/** As variational diffusion models hold it. */
const minusLogRatio = (role: Role): Role => ({ ...role, encodings: signalLevel.filter(({ id }) => id === 'minus-log-snr') });
const rateWords = ['gamma', 'gamma prime', 'gamma grad', 'dgamma', 'd gamma', 'g prime', 'g t grad', 'g grad', 'g t', 'dg'];

const bound: Formula = {
  id: 'ddpm_vlb',
  family: 'Diffusion',
  name: 'Variational bound of a diffusion model',
  latex: String.raw`\term{prior}{L_T}+\sum_{t\ge2}\mathbb E\,\term{kl}{D_{KL}(q(x_{t-1}\mid x_t,x_0)\Vert p_\theta)}-\mathbb E\term{reconstruction}{\log p_\theta(x_0\mid x_1)}`,
  lines: [
    String.raw`\term{first}{[t=1]}\ \bigl(-\term{reconstruction}{\log p_\theta(x_0\mid x_1)}\bigr)+\bigl(1-\term{first}{[t=1]}\bigr)\,\term{kl}{D_{KL}(q\Vert p_\theta)}`,
    String.raw`\term{bound}{L_{vlb}}=\term{steps}{T}\,\mathbb E_t\,\term{kl}{D_{KL}(q\Vert p_\theta)}`,
    String.raw`\term{simple}{\lVert\epsilon-\epsilon_\theta\rVert^2}+\lambda\,\term{bound}{L_{vlb}}`,
    String.raw`\tfrac12\term{steps}{T}\Bigl(\frac{\term{previousLevel}{\bar\alpha_{t-1}}\,(1-\term{level}{\bar\alpha_t})}{(1-\term{previousLevel}{\bar\alpha_{t-1}})\,\term{level}{\bar\alpha_t}}-1\Bigr)\lVert\term{noise}{\epsilon}-\term{prediction}{\epsilon_\theta}\rVert^2`,
    String.raw`T\to\infty:\quad\tfrac12\term{rate}{\gamma'(t)}\,\lVert\term{noise}{\epsilon}-\term{prediction}{\epsilon_\theta}\rVert^2,\quad\gamma=-\log\mathrm{SNR}`,
  ],
  terms: [
    term(
      'prior',
      'L_T',
      'prior term',
      'The divergence of the noisiest sample from a standard normal: it has nothing to learn.',
      '[batch]',
      'nats',
    ),
    term('kl', 'D_{KL}', 'term of a step', 'The divergence of the posterior of step t from what the model makes of it.', '[batch]', 'nats'),
    term(
      'reconstruction',
      String.raw`\log p_\theta(x_0\mid x_1)`,
      'log-likelihood of the last step',
      'Of the data, given the sample with the least noise.',
      '[batch]',
      'nats',
    ),
    term(
      'first',
      '[t=1]',
      'whether it is the last step',
      '1 where the time is the first one, from which data are read, and 0 elsewhere.',
      '[batch]',
    ),
    term('steps', 'T', 'number of steps', 'What a term is multiplied by where its time is drawn uniformly.'),
    term(
      'simple',
      String.raw`\lVert\epsilon-\epsilon_\theta\rVert^2`,
      'simple loss',
      'The squared error of the noise, weighted alike at all times.',
      '[batch]',
    ),
    term(
      'bound',
      'L_{vlb}',
      'term of the bound',
      'One term of the bound, times the number of steps where the time is drawn uniformly.',
      '[batch]',
      'nats',
    ),
    levelTerm,
    previousLevelTerm,
    noiseTerm,
    term('prediction', String.raw`\epsilon_\theta`, 'predicted noise', 'What the network says of the noise.', '[batch, features]'),
    term('rate', String.raw`\gamma'(t)`, 'rate of the noise', 'How fast minus the log of the signal-to-noise ratio rises with time.'),
  ],
  claim: 'bound',
  note: 'One term alone, of a drawn time, is a term of the bound: times the number of steps it is an estimate of the whole.',
  source: { ...ho, place: 'eq. 5' },
  steps: [],
  identities: [
    {
      latex: String.raw`\frac{(c_0)^2}{2\tilde\beta_t}\lVert x_0-\hat x_0\rVert^2=\tfrac12\bigl(\mathrm{SNR}(t-1)-\mathrm{SNR}(t)\bigr)\lVert x_0-\hat x_0\rVert^2`,
      words:
        'With the posterior’s variance, the term of a step is half of what the signal-to-noise ratio rises by, times the squared error of the clean sample.',
      sides: ({ kl, reconstruction }) => {
        // Any two levels, told from two positive numbers.
        const levelOf = (x: Tensor): Tensor => divide(square(x), add(one, square(x)));
        const [later, earlier] = [levelOf(kl!), levelOf(reconstruction!)];
        const ratio = divide(later, earlier);
        const weight = divide(square(posteriorCleanWeight(ratio, later, earlier)), posteriorVariance(ratio, later, earlier));
        return [weight, subtract(divide(earlier, noiseLevel(earlier)), divide(later, noiseLevel(later)))];
      },
    },
  ],
  mistakes: [
    'The term of one time is not multiplied by the number of steps beside a loss that is of all.',
    'The gradient of the bound moves the mean too, where only the variance is meant to learn from it.',
    'Nats are taken for bits, or a mean over dimensions for a sum.',
  ],
  readings: [
    ...[false, true].map((summed): ValueReading => ({
      kind: 'value',
      roles: [
        { id: 'first', shape: 'B', domain: 'binary', encodings: firstForms },
        { id: 'reconstruction', shape: 'B', domain: 'real', words: ['decoder nll', 'nll', 'recon', 'l0', 'decoder', 'reconstruction'] },
        { id: 'kl', shape: summed ? 'B D' : 'B', domain: 'real', words: ['kl', 'kl div', 'lt', 'vb', 'kl loss'] },
        boundSteps,
      ],
      axes: 'B',
      summed: '',
      elements: ({ first, reconstruction, kl, steps }) =>
        multiply(steps!, where(first!, reconstruction!, summed ? sum(kl!, [1], false) : kl!)),
      fit: 'loss',
      operations: [['where', 'multiply', 'lerp', 'masked']],
      evidence: [
        [
          { role: 'kl', formula: divergences },
          named('reconstruction', ['decoder nll', 'nll', 'recon', 'l0', 'decoder', 'reconstruction', 'log likelihood']),
        ],
        [{ role: 'kl', formula: divergences }, { role: 'first', encodings: ['time', 'time-from-1'] }, named('first', timeWords)],
        [named('kl', ['kl']), named('reconstruction', ['decoder nll', 'nll', 'decoder', 'log likelihood', 'l0'])],
        [named('kl', ['kl', 'lt']), { context: boundContext }],
      ],
      rank: 2,
      remark: 'the term of one time',
    })),
    {
      kind: 'value',
      roles: [noise, noiseGuess, minusLogRatio(level), minusLogRatio(previousLevel), { ...boundSteps, literal: true }],
      axes: 'B D',
      summed: 'D',
      elements: ({ noise, prediction, level, previousLevel, steps }) => {
        const fall = subtract(divide(divide(previousLevel!, noiseLevel(previousLevel!)), divide(level!, noiseLevel(level!))), one);
        return multiply(multiply(scalar(0.5), multiply(steps!, fall)), square(subtract(noise!, prediction!)));
      },
      fit: 'loss',
      operations: [
        ['expm1', 'exp'],
        ['square', 'power', 'multiply'],
        ['subtract', 'add', 'negate'],
      ],
      evidence: [[drawnNoise], [namedNoise]],
      rank: 2,
      remark: 'the term of one time, by the noise',
    },
    {
      kind: 'value',
      roles: [noise, noiseGuess, { id: 'rate', shape: '', domain: 'positive', words: rateWords }],
      axes: 'B D',
      summed: 'D',
      elements: ({ noise, prediction, rate }) => multiply(multiply(scalar(0.5), rate!), square(subtract(noise!, prediction!))),
      fit: 'loss',
      operations: [
        ['square', 'power', 'multiply'],
        ['subtract', 'add', 'negate'],
      ],
      evidence: [drawnNoise, namedNoise].map((known) => [known, comesFrom('rate', 'gradient'), named('rate', rateWords)]),
      rank: 2,
      remark: 'the term of one time, in continuous time',
    },
    {
      kind: 'sum',
      terms: boundTerms,
      evidence: [[{ context: [...boundContext, 'diffusion', 'vdm'] }], [{ target: ['vlb', 'vb', 'bound', 'elbo', 'total bpd', 'bpd'] }]],
      rank: 2,
    },
    {
      kind: 'sum',
      terms: [
        {
          id: 'simple',
          formulas: ['ddpm_eps_mse', 'v_mse', 'mse'],
          words: ['simple', 'loss simple', 'l simple', 'mse', 'simple loss', 'mse loss'],
        },
        {
          id: 'bound',
          formulas: ['ddpm_vlb'],
          words: ['vb', 'vlb', 'loss vlb', 'vb loss', 'vlb loss', 'lvlb', 'vb term'],
          weight: 'other',
        },
      ],
      rank: 2,
      remark: 'the simple loss with a share of the bound',
    },
    {
      kind: 'sum',
      terms: [
        { id: 'simple', formulas: ['ddpm_eps_mse', 'v_mse', 'mse'], words: ['simple', 'loss simple', 'l simple', 'simple loss'] },
        { id: 'bound', formulas: ['ddpm_vlb'], words: ['vb', 'vlb', 'loss vlb', 'vb loss', 'vlb loss', 'lvlb', 'vb term'] },
      ],
      rank: 2,
      remark: 'the simple loss with the bound',
    },
  ],
};

const stepSigma: Role = {
  id: 'sigma',
  shape: '',
  domain: 'small',
  words: ['sigma', 'sigma t', 'std dev t', 'eta sigma', 'std', 'sigmas', 'std dev'],
};
const fresh: Role = {
  id: 'fresh',
  shape: 'B D',
  domain: 'real',
  words: ['noise', 'z', 'xi', 'variance noise', 'eps', 'random noise', 'randn'],
};
const ddimContext = [
  'ddim',
  'ddim step',
  'ddim sample',
  'p sample ddim',
  'sample ddim',
  'implicit',
  'ddim sampler',
  'reverse ddim',
  'ddim inversion',
  'denoise step',
];
const predictedClean: Role = { ...clean, words: predictedCleanWords, not: [...(clean.not ?? []), 'loss', 'losses', 'crit', 'criterion'] };
/** What the network was given is no prediction of the clean sample. */
const toldClean = comesFrom('clean', 'computed', 'call');
/** Of a sample and its velocity the same rotation gives the noise: the network was given the sample, and never its own guess. */
const unshown: readonly Requirement[] = [
  { role: 'clean', keptFrom: 'noise' },
  { role: 'noise', keptFrom: 'clean' },
];
const toldWays: Evidence = [
  [{ role: 'clean', formula: ['x0_from_eps', 'x0_from_v'] }],
  [named('clean', predictedCleanWords), named('noise', predictedNoiseWords)],
  [toldClean, named('clean', predictedCleanWords), comesFrom('noise', 'call')],
  [toldClean, named('previousLevel', previousWords), comesFrom('noise', 'call')],
  [named('previousLevel', previousWords), named('noise', predictedNoiseWords)],
  [{ context: ddimContext }, toldClean],
  [{ context: ddimContext }, named('clean', predictedCleanWords)],
];
const implicitEvidence: Evidence = toldWays.map((needed) => [...needed, ...unshown]);
const namedPrevious = named('previousLevel', [...previousWords, ...levelNames]);
const fromNoisyEvidence: Evidence = [
  [comesFrom('noise', 'call'), namedLevel],
  [comesFrom('noise', 'call'), scheduledLevel],
  [named('noise', predictedNoiseWords), namedLevel],
  [named('noise', [...predictedNoiseWords, ...noiseWords]), { context: ddimContext }],
];

/** At the time that is left there is less signal than at the one that is gone to. */
const laterLevel: Role = { ...level, domain: 'small' };
const etaWords = ['eta', 'ddim eta'];
const eta: Role = { id: 'eta', shape: '', domain: 'unit', words: etaWords };
const scaledSigma = (later: Tensor, earlier: Tensor, share: Tensor): Tensor =>
  multiply(share, sqrt(posteriorVariance(divide(later, earlier), later, earlier)));

const ddim: Formula = {
  id: 'ddim_step',
  family: 'Diffusion',
  name: 'DDIM step',
  latex: String.raw`\term{step}{x_s}=\sqrt{\term{previousLevel}{\bar\alpha_s}}\,\term{clean}{\hat x_0}+\sqrt{1-\term{previousLevel}{\bar\alpha_s}-\term{sigma}{\sigma^2}}\,\term{noise}{\epsilon}+\term{sigma}{\sigma}\term{fresh}{\xi}`,
  lines: [
    String.raw`\term{clean}{\hat x_0}=\frac{\term{noisy}{x_t}-\sqrt{1-\term{level}{\bar\alpha_t}}\,\term{noise}{\epsilon}}{\sqrt{\term{level}{\bar\alpha_t}}}`,
    String.raw`\term{sigma}{\sigma}^2=\term{eta}{\eta}^2\,\frac{1-\term{previousLevel}{\bar\alpha_s}}{1-\term{level}{\bar\alpha_t}}\Bigl(1-\frac{\term{level}{\bar\alpha_t}}{\term{previousLevel}{\bar\alpha_s}}\Bigr)`,
  ],
  terms: [
    term('step', 'x_s', 'next sample', 'The sample at the time s that is gone to.', '[batch, features]'),
    { ...previousLevelTerm, symbol: String.raw`\bar\alpha_s` },
    term(
      'clean',
      String.raw`\hat x_0`,
      'predicted clean sample',
      'What the sample would be without the predicted noise.',
      '[batch, features]',
    ),
    term(
      'sigma',
      String.raw`\sigma`,
      'standard deviation of fresh noise',
      'Between 0, where the step is deterministic, and the root of 1 − alpha-bar of s.',
    ),
    term('noise', String.raw`\epsilon`, 'predicted noise', 'What the network says of the noise in the sample.', '[batch, features]'),
    term('fresh', String.raw`\xi`, 'fresh noise', 'Drawn anew at this step.', '[batch, features]'),
    term('eta', String.raw`\eta`, 'share of the posterior’s noise', '0 where the step is deterministic, 1 where it is that of DDPM.'),
    noisyTerm,
    levelTerm,
  ],
  claim: 'definition',
  note: 'The squared sigma is at most 1 − alpha-bar of s. After the clean sample has been clipped, the noise must be computed again from it.',
  source: { paper: 'Song, Meng and Ermon 2021, Denoising Diffusion Implicit Models', place: 'eq. 12', arxiv: '2010.02502' },
  steps: [],
  identities: [
    {
      latex: String.raw`\sigma=0:\quad\sqrt{\bar\alpha_s}\,x_0+\sqrt{1-\bar\alpha_s}\,\epsilon=x_s`,
      words: 'Without fresh noise it is the forward noising to the other time, with the very same noise.',
      sides: ({ clean, noise, previousLevel }) => [
        implicitStep(clean!, noise!, previousLevel!, null, null),
        noised(clean!, noise!, previousLevel!),
      ],
    },
    {
      latex: String.raw`\sigma^2=\tilde\beta_t:\quad\sqrt{1-\bar\alpha_s-\sigma^2}=\frac{\sqrt{\bar\alpha_t/\bar\alpha_s}\,(1-\bar\alpha_s)}{\sqrt{1-\bar\alpha_t}}`,
      words: 'With the posterior’s variance it is the step of DDPM.',
      sides: ({ level, previousLevel }) => {
        // A later time with less signal than the earlier one.
        const later = multiply(level!, previousLevel!);
        const variance = posteriorVariance(level!, later, previousLevel!);
        const kept = subtract(noiseLevel(previousLevel!), variance);
        return [kept, divide(multiply(level!, square(noiseLevel(previousLevel!))), noiseLevel(later))];
      },
    },
  ],
  mistakes: [
    'After clipping the clean sample, the noise of before is still used: the two no longer belong to one noisy sample.',
    'The squared sigma is not taken from under the root: the sample then has too much noise.',
    'The noise rate is that of the time that is left, not of the time that is gone to.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [predictedClean, predictedNoise, previousLevel],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, previousLevel }) => implicitStep(clean!, noise!, previousLevel!, null, null),
      fit: 'quantity',
      operations: [products, sums],
      evidence: implicitEvidence,
    },
    {
      kind: 'value',
      roles: [predictedClean, predictedNoise, previousLevel, stepSigma, fresh],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, previousLevel, sigma, fresh }) => implicitStep(clean!, noise!, previousLevel!, sigma!, fresh!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [...implicitEvidence, [comesFrom('fresh', 'normal'), namedPrevious]],
    },
    {
      kind: 'value',
      roles: [predictedClean, predictedNoise, previousLevel, stepSigma],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, previousLevel, sigma }) => implicitStep(clean!, noise!, previousLevel!, sigma!, scalar(0)),
      fit: 'quantity',
      operations: [products, sums],
      evidence: implicitEvidence,
      remark: 'its mean, before fresh noise',
    },
    {
      kind: 'value',
      roles: [noisy, predictedNoise, level, previousLevel],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, noise, level, previousLevel }) =>
        implicitStep(cleanFromNoise(noisy!, noise!, level!), noise!, previousLevel!, null, null),
      fit: 'quantity',
      operations: [products, sums],
      evidence: fromNoisyEvidence,
    },
    {
      kind: 'value',
      roles: [noisy, predictedNoise, level, previousLevel, stepSigma, fresh],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, noise, level, previousLevel, sigma, fresh }) =>
        implicitStep(cleanFromNoise(noisy!, noise!, level!), noise!, previousLevel!, sigma!, fresh!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: fromNoisyEvidence,
    },
    {
      kind: 'value',
      roles: [predictedClean, predictedNoise, laterLevel, previousLevel, eta, fresh],
      axes: 'B D',
      summed: '',
      elements: ({ clean, noise, level, previousLevel, eta, fresh }) =>
        implicitStep(clean!, noise!, previousLevel!, scaledSigma(level!, previousLevel!, eta!), fresh!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [...implicitEvidence, [named('eta', etaWords)]],
      remark: 'with η times the posterior’s standard deviation',
    },
    {
      kind: 'value',
      roles: [noisy, predictedNoise, laterLevel, previousLevel, eta, fresh],
      axes: 'B D',
      summed: '',
      elements: ({ noisy, noise, level, previousLevel, eta, fresh }) =>
        implicitStep(cleanFromNoise(noisy!, noise!, level!), noise!, previousLevel!, scaledSigma(level!, previousLevel!, eta!), fresh!),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [...fromNoisyEvidence, [named('eta', etaWords)]],
      remark: 'with η times the posterior’s standard deviation',
    },
    {
      kind: 'value',
      roles: [{ id: 'step', shape: 'B D', domain: 'real' }, stepSigma, fresh],
      axes: 'B D',
      summed: '',
      elements: ({ step, sigma, fresh }) => add(step!, multiply(sigma!, fresh!)),
      fit: 'quantity',
      operations: [products, sums],
      evidence: [
        [{ role: 'step', formula: ['ddim_step'] }, comesFrom('fresh', 'normal')],
        [{ role: 'step', formula: ['ddim_step'] }, named('fresh', ['noise', 'variance noise', 'random noise', 'fresh noise'])],
      ],
      remark: 'fresh noise added to its mean',
    },
  ],
};

export const sampling: readonly Formula[] = [posterior, mean, bound, ddim];
