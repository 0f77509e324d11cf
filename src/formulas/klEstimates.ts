/** KL divergences that are estimated from a sample, or floored. */

import type { Formula } from './formula.ts';
import { choosing, differences, logarithmic, squared } from './operationGroups.ts';
import type { Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import {
  distributionOfPriorWords,
  kingma2013,
  klWords,
  mean,
  noise,
  posteriorDensityWords,
  posteriorWords,
  priorDensityWords,
  priorMean,
  priorStd,
  sample,
  sampleWords,
  std,
} from './vaeRoles.ts';
import { freeBits } from '../maths/elbo/bounds.ts';
import { gaussianEntropy, gaussianNll, klBetweenGaussians, klToStandardNormal, reparametrise } from '../maths/elbo/gaussian.ts';
import { alongside, meanUnderGaussian } from '../maths/elbo/quadrature.ts';
import { add, log, negate, relu, subtract } from '../maths/tensor/elementwise.ts';
import { mean as meanOf, sum } from '../maths/tensor/reduce.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

const one = scalar(1);
const none = scalar(0);

const isDrawn: Evidence = [
  [{ role: 'sample', origin: ['sample', 'normal'] }],
  [{ role: 'sample', words: sampleWords }],
  [{ context: ['kl', 'kld', 'elbo', 'vae', 'variational', 'posterior', 'divergence'] }],
];

/** Names of whose log-probabilities are compared in reinforcement learning. */
const policies = ['ref', 'reference', 'old', 'policy', 'pi'];
const divergence: Role = { id: 'kl', shape: 'B D', domain: 'positive', words: klWords };
const floor: Role = {
  id: 'floor',
  shape: '',
  domain: 'positive',
  literal: true,
  words: ['free bits', 'free nats', 'lambda', 'floor', 'min kl', 'kl min', 'fb', 'free bit', 'target kl', 'threshold', 'lamb'],
};

const isDivergence: Evidence = [
  [{ role: 'kl', formula: ['kl_diag_std_normal', 'kl_gauss_gauss', 'kl_gauss_full', 'kl_dist', 'kl_mc', 'kl_categorical'] }],
  // Most rates are none, and many have a floor.
  [{ role: 'kl', words: klWords.filter((words) => words !== 'rate') }],
  [{ role: 'floor', words: ['free bits', 'free nats', 'free bit', 'free nat', 'min kl', 'kl min', 'kl floor'] }],
  [{ context: ['free bits', 'free nats', 'freebits', 'min kl', 'kl min'] }],
];

/** A divergence that no floor touches where it is compared would pass for one with a floor. */
const isFloored: Evidence = [
  [{ role: 'floor', words: floor.words! }],
  [{ context: ['free bits', 'free nats', 'freebits', 'freenats', 'min kl', 'kl min', 'fb', 'kl floor'] }],
];

type Given = Readonly<Record<string, Tensor>>;

/** A floor that only keeps rounding from below 0 is none. */
function floorOf(given: Given): Tensor {
  const value = given['floor']!;
  return value.values.some((number) => number < 1e-4) ? scalar(NaN) : value;
}

/** The floor after the mean over the batch, for each example, of the sum over components, and as the excess alone. */
function freeBitsReadings(roles: readonly Role[], klOf: (given: Given) => Tensor, evidence?: Evidence): ValueReading[] {
  const common = {
    kind: 'value',
    roles: [...roles, floor],
    fit: 'loss',
    operations: [choosing],
    rank: 2,
    ...(evidence && { evidence }),
  } as const;
  const total = (given: Given): Tensor => sum(klOf(given), [-1]);
  return [
    { ...common, axes: 'D', summed: 'D', elements: (given) => freeBits(meanOf(klOf(given), [0]), floorOf(given)) },
    {
      ...common,
      axes: 'B D',
      summed: 'D',
      elements: (given) => freeBits(klOf(given), floorOf(given)),
      remark: 'floor taken for each example, not after the mean over the batch',
    },
    {
      ...common,
      axes: 'B',
      summed: '',
      elements: (given) => freeBits(total(given), floorOf(given)),
      remark: 'floor taken of the sum over components, for each example',
    },
    {
      ...common,
      axes: '',
      summed: '',
      elements: (given) => freeBits(meanOf(total(given), null), floorOf(given)),
      remark: 'floor taken of the whole divergence, after the mean over the batch',
    },
    {
      ...common,
      axes: 'D',
      summed: 'D',
      elements: (given) => excess(meanOf(klOf(given), [0]), given),
      remark: 'the excess above the floor alone',
    },
    {
      ...common,
      axes: 'B D',
      summed: 'D',
      elements: (given) => excess(klOf(given), given),
      remark: 'the excess above the floor alone, for each example',
    },
  ];
}

function excess(kl: Tensor, given: Given): Tensor {
  return relu(subtract(kl, floorOf(given)));
}

export const klEstimates: readonly Formula[] = [
  {
    id: 'kl_mc',
    family: 'VAE',
    name: 'One-sample KL estimate',
    latex: String.raw`\term{logPosterior}{\log q(z\mid x)}-\term{logPrior}{\log p(z)},\quad\term{sample}{z}\sim q(z\mid x)`,
    lines: [
      String.raw`\term{logPosterior}{\log q(z\mid x)}=-\sum_j\biggl[\tfrac12\log2\pi+\log\term{std}{\sigma_j}+\frac{(\term{sample}{z_j}-\term{mean}{\mu_j})^2}{2\term{std}{\sigma_j^2}}\biggr],\quad\term{sample}{z_j}=\term{mean}{\mu_j}+\term{std}{\sigma_j}\,\term{noise}{\epsilon_j}`,
      String.raw`\term{logPrior}{\log p(z)}=-\sum_j\biggl[\tfrac12\log2\pi+\log\term{priorStd}{s_j}+\frac{(\term{sample}{z_j}-\term{priorMean}{m_j})^2}{2\term{priorStd}{s_j^2}}\biggr]`,
      String.raw`\mathbb E_q\bigl[\log q(z\mid x)-\log p(z)\bigr]=-\term{entropy}{H(q)}-\mathbb E_q\,\term{logPrior}{\log p(z)}`,
      String.raw`\log q(z\mid x)=\log q_0(z_0\mid x)-\term{logDet}{\log\lvert\det J\rvert}\quad\text{(through a flow)}`,
    ],
    terms: [
      term(
        'logPosterior',
        String.raw`\log q(z\mid x)`,
        'log-density of the posterior',
        'Of the sample, under the distribution that it is drawn from.',
        '[batch]',
        'nats',
      ),
      term('logPrior', String.raw`\log p(z)`, 'log-density of the prior', 'Of the same sample, under the prior.', '[batch]', 'nats'),
      term(
        'entropy',
        'H(q)',
        'entropy of the posterior',
        'Where it is known, it takes the place of the first log-density.',
        '[batch]',
        'nats',
      ),
      term('sample', 'z', 'sample', 'Drawn from the posterior.', '[batch, latent]'),
      term('mean', String.raw`\mu_j`, 'mean', 'Of a Gaussian posterior.', '[batch, latent]'),
      term('std', String.raw`\sigma_j`, 'standard deviation', 'Of a Gaussian posterior.', '[batch, latent]'),
      term('noise', String.raw`\epsilon_j`, 'noise', 'Standard normal: the sample in units of the posterior.', '[batch, latent]'),
      term('priorMean', 'm_j', 'mean of the prior', 'Of a Gaussian prior; mostly 0.', '[batch, latent]'),
      term('priorStd', 's_j', 'standard deviation of the prior', 'Of a Gaussian prior; mostly 1.', '[batch, latent]'),
      term(
        'logDet',
        String.raw`\log\lvert\det J\rvert`,
        'log-determinant of a flow',
        'Of the Jacobian of what turns a draw of a Gaussian into the sample.',
        '[batch]',
        'nats',
      ),
    ],
    claim: 'estimate',
    note: 'Equal to the divergence in expectation, not in value: for one sample it can be below 0. With the entropy of q in closed form it has less variance.',
    source: { paper: kingma2013, arxiv: '1312.6114' },
    steps: [],
    identities: [
      {
        latex: String.raw`\mathbb E_{z\sim q}\bigl[\log q(z)-\log p(z)\bigr]=D_{KL}(q\Vert p)`,
        words: 'Its mean under q is the divergence.',
        sides: ({ mean, std, priorMean, priorStd }) => [
          meanUnderGaussian(mean!, std!, (z) =>
            subtract(gaussianNll(z, alongside(priorMean!), alongside(priorStd!)), gaussianNll(z, alongside(mean!), alongside(std!))),
          ),
          klBetweenGaussians(mean!, std!, priorMean!, priorStd!),
        ],
      },
      {
        latex: String.raw`-\mathbb E_{z\sim q}\log q(z)=H(q)=\tfrac12\sum_j\bigl[1+\log2\pi+\log\sigma_j^2\bigr]`,
        words: 'The mean of the first log-density is minus the entropy.',
        sides: ({ mean, std }) => [
          meanUnderGaussian(mean!, std!, (z) => gaussianNll(z, alongside(mean!), alongside(std!))),
          gaussianEntropy(std!),
        ],
      },
    ],
    mistakes: [
      'The sample is not drawn from q, or is held constant where the gradient has to pass through it.',
      'The two log-densities are of different samples.',
      'One log-density is summed over components and the other is a mean.',
    ],
    readings: [
      {
        kind: 'value',
        roles: [
          {
            id: 'logPosterior',
            shape: 'B',
            domain: 'logProbability',
            words: [...posteriorDensityWords, ...posteriorWords],
            not: ['p', 'prior', 'ref'],
          },
          {
            id: 'logPrior',
            shape: 'B',
            domain: 'logProbability',
            words: [...priorDensityWords, ...distributionOfPriorWords],
            not: ['q', 'posterior', 'ref'],
          },
        ],
        axes: 'B',
        summed: '',
        elements: ({ logPosterior, logPrior }) => subtract(logPosterior!, logPrior!),
        fit: 'loss',
        operations: [differences],
        evidence: [
          [
            { role: 'logPosterior', words: posteriorDensityWords, not: policies },
            { role: 'logPrior', words: priorDensityWords, not: policies },
          ],
          [
            { role: 'logPosterior', origin: ['logDensity'] },
            { role: 'logPrior', origin: ['logDensity'] },
            { role: 'logPosterior', words: posteriorWords },
            { role: 'logPrior', words: distributionOfPriorWords },
          ],
          [
            { role: 'logPosterior', origin: ['ownDensity'] },
            { role: 'logPrior', origin: ['logDensity'] },
            { role: 'logPrior', without: ['ownDensity'] },
            { context: [], not: ['policy', 'actor', 'ppo', 'agent', 'rl'] },
          ],
          [
            { role: 'logPosterior', origin: ['logDensity'] },
            { role: 'logPrior', origin: ['logDensity'] },
            { context: ['kl', 'kld', 'divergence', 'elbo', 'vae', 'variational'] },
          ],
        ],
      },
      {
        kind: 'value',
        roles: [
          { id: 'entropy', shape: 'B', domain: 'real', words: ['entropy', 'ent', 'h', 'q entropy', 'entropy q'] },
          {
            id: 'logPrior',
            shape: 'B',
            domain: 'logProbability',
            words: [...priorDensityWords, ...distributionOfPriorWords],
            not: ['q', 'posterior', 'ref'],
          },
        ],
        axes: 'B',
        summed: '',
        elements: ({ entropy, logPrior }) => negate(add(entropy!, logPrior!)),
        fit: 'loss',
        operations: [differences],
        evidence: [
          [
            { role: 'entropy', words: ['entropy', 'ent'] },
            { role: 'logPrior', words: [...priorDensityWords, ...distributionOfPriorWords] },
            { context: ['kl', 'kld', 'divergence', 'elbo', 'vae', 'variational'] },
          ],
        ],
        remark: 'the entropy of q in closed form',
      },
      {
        kind: 'value',
        roles: [
          { id: 'logPosterior', shape: 'B', domain: 'logProbability', words: [...posteriorDensityWords, 'log q0', 'ln q0', 'q0'] },
          {
            id: 'logDet',
            shape: 'B',
            domain: 'real',
            words: [
              'log det',
              'logdet',
              'ldj',
              'sum log det',
              'log det jacobian',
              'sum ldj',
              'log abs det',
              'sldj',
              'log jacobian',
              'sum logdet',
            ],
          },
          { id: 'logPrior', shape: 'B', domain: 'logProbability', words: priorDensityWords },
        ],
        axes: 'B',
        summed: '',
        elements: ({ logPosterior, logDet, logPrior }) => subtract(subtract(logPosterior!, logDet!), logPrior!),
        fit: 'loss',
        operations: [differences],
        evidence: [
          [
            { role: 'logDet', words: ['log det', 'logdet', 'ldj', 'sldj', 'log abs det', 'log jacobian', 'sum logdet', 'jacobian'] },
            { role: 'logPosterior', words: [...posteriorDensityWords, 'log q0', 'ln q0', 'q0'] },
          ],
        ],
        remark: 'of a posterior that a flow transforms',
      },
      {
        kind: 'value',
        roles: [sample, mean, std],
        axes: 'B D',
        summed: 'D',
        elements: ({ sample, mean, std }) => subtract(gaussianNll(sample!, none, one), gaussianNll(sample!, mean!, std!)),
        fit: 'loss',
        operations: [logarithmic, squared],
        evidence: isDrawn,
      },
      {
        kind: 'value',
        roles: [sample, mean, std, priorMean, priorStd],
        axes: 'B D',
        summed: 'D',
        elements: ({ sample, mean, std, priorMean, priorStd }) =>
          subtract(gaussianNll(sample!, priorMean!, priorStd!), gaussianNll(sample!, mean!, std!)),
        fit: 'loss',
        operations: [logarithmic, squared],
        evidence: isDrawn,
      },
      {
        kind: 'value',
        roles: [sample, std, priorMean, priorStd],
        axes: 'B D',
        summed: 'D',
        elements: ({ sample, std, priorMean, priorStd }) => subtract(gaussianNll(sample!, priorMean!, priorStd!), gaussianEntropy(std!)),
        fit: 'loss',
        operations: [logarithmic, squared],
        evidence: isDrawn,
        remark: 'the entropy of q in closed form',
      },
      {
        kind: 'value',
        roles: [noise, mean, std],
        axes: 'B D',
        summed: 'D',
        elements: ({ noise, mean, std }) =>
          subtract(gaussianNll(reparametrise(mean!, std!, noise!), none, one), add(log(std!), gaussianNll(noise!, none, one))),
        fit: 'loss',
        operations: [logarithmic, squared],
      },
      {
        kind: 'value',
        roles: [sample, std],
        axes: 'B D',
        summed: 'D',
        elements: ({ sample, std }) => subtract(gaussianNll(sample!, none, one), gaussianEntropy(std!)),
        fit: 'loss',
        operations: [logarithmic, squared],
        evidence: [[{ role: 'sample', origin: ['sample', 'normal'] }], [{ context: ['kl', 'kld', 'elbo'] }]],
        remark: 'the entropy of q in closed form',
      },
    ],
  },
  {
    id: 'kl_free_bits',
    family: 'VAE',
    name: 'KL with free bits',
    latex: String.raw`\sum_j\max\bigl(\term{floor}{\lambda},\,\mathbb E_x\,\term{kl}{D_{KL,j}}\bigr)`,
    lines: [String.raw`\term{kl}{D_{KL,j}}=\tfrac12\bigl(\term{mean}{\mu_j^2}+\term{std}{\sigma_j^2}-1-\log\term{std}{\sigma_j^2}\bigr)`],
    terms: [
      term(
        'floor',
        String.raw`\lambda`,
        'free bits',
        'A divergence below it costs nothing more, so that the latent is not given up early in training.',
        'number',
        'nats',
      ),
      term(
        'kl',
        'D_{KL,j}',
        'divergence of a component',
        'Of the posterior from the prior, for component j (or a group of them).',
        '[batch, latent]',
        'nats',
      ),
      term('mean', String.raw`\mu_j`, 'mean', 'Of a Gaussian posterior.', '[batch, latent]'),
      term('std', String.raw`\sigma_j`, 'standard deviation', 'Of a Gaussian posterior.', '[batch, latent]'),
    ],
    claim: 'definition',
    note: 'The paper takes the floor after the mean over the batch. Taken for each example it is another, larger value; both are in use. The excess alone, max(0, D − λ), differs by a constant.',
    source: {
      paper: 'Kingma et al. 2016, Improving Variational Inference with Inverse Autoregressive Flow',
      arxiv: '1606.04934',
    },
    steps: [],
    identities: [
      {
        latex: String.raw`\max(\lambda,D)=\lambda+\max(0,D-\lambda)`,
        words: 'It is the floor and the excess above it.',
        sides: ({ kl, floor }) => [freeBits(kl!, floor!), add(floor!, relu(subtract(kl!, floor!)))],
      },
    ],
    mistakes: [
      'The lesser of the two is taken: the divergence is then bounded from above.',
      'The floor is taken of the sum over components where it is meant for each of them.',
      'The floor is given in bits while the divergence is in nats.',
    ],
    readings: [
      ...freeBitsReadings([divergence], ({ kl }) => kl!, isDivergence),
      ...freeBitsReadings([mean, std], ({ mean, std }) => klToStandardNormal(mean!, std!), isFloored),
    ],
  },
];
