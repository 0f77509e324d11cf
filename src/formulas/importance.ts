/** Bounds from several samples. */

import { derivative } from './derivative.ts';
import {
  areDensities,
  boundContexts,
  logJoint,
  logJointTerm,
  logLikelihood,
  logLikelihoodTerm,
  logPosterior,
  logPosteriorTerm,
  logPrior,
  logPriorTerm,
} from './elboRoles.ts';
import type { Formula } from './formula.ts';
import { differences, logarithmic } from './operationGroups.ts';
import type { Evidence, Role } from './reading.ts';
import { term } from './term.ts';
import { posteriorDensityWords } from './vaeRoles.ts';
import { negativeImportanceBound, negativeRenyiBound, selfNormalisedBound } from '../maths/elbo/bounds.ts';
import { add, subtract } from '../maths/tensor/elementwise.ts';
import { broadcastTo, expandDims, slice } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

const weightWords = [
  'log w',
  'logw',
  'log weights',
  'log weight',
  'log ws',
  'lw',
  'log importance weights',
  'log iw',
  'elbo',
  'elbos',
  'w',
  'log ratio',
  'log wk',
];
const logWeights: Role = { id: 'logWeights', shape: 'B K', domain: 'real', words: weightWords };
const densitiesOfSamples: readonly Role[] = [
  { ...logLikelihood, shape: 'B K' },
  { ...logPrior, shape: 'B K' },
  { ...logPosterior, shape: 'B K' },
];
const jointOfSamples: readonly Role[] = [
  { ...logJoint, shape: 'B K' },
  { ...logPosterior, shape: 'B K' },
];
const logWeightsOf = ({ logLikelihood, logPrior, logPosterior }: Readonly<Record<string, Tensor>>): Tensor =>
  subtract(add(logLikelihood!, logPrior!), logPosterior!);
/** Code may have the samples before the examples. */
const samplesFirst = (roles: readonly Role[]) => [
  Object.fromEntries(roles.flatMap(({ id, shape }) => (shape === 'B K' ? [[id, 'K B'] as const] : []))),
];
/** The number of samples, where code names it; the formula has it from the weights. */
const samples: Role = {
  id: 'samples',
  shape: '',
  domain: 'length',
  classes: 'K',
  // Any number would do as a length that only adds a constant: it has to be called one.
  named: true,
  absent: 1,
  words: [
    'k',
    'num samples',
    'n samples',
    'samples',
    'num importance samples',
    'importance samples',
    'iw samples',
    'nsamples',
    'num particles',
    's',
  ],
  not: ['alpha', 'beta', 'gamma', 'order', 'temperature', 'tau', 'weight', 'scaled'],
};
const strongContexts = ['iwae', 'iwelbo', 'importance weighted', 'iw elbo', 'iwvae', 'miwae'];
const areWeights: Evidence = [
  [
    { role: 'logWeights', words: weightWords },
    { context: [...boundContexts, 'importance', 'log likelihood', 'marginal', 'bound', 'log px', 'nll'] },
  ],
  [{ role: 'logWeights', words: ['log w', 'logw', 'log weights', 'log weight', 'log iw', 'log importance weights'] }],
  [{ role: 'logWeights', formula: ['neg_elbo'] }],
  [{ context: strongContexts }],
];
const bounded = (...roles: Role[]) =>
  ({ kind: 'value', roles: [...roles, samples], axes: 'B', summed: '', fit: 'loss', layouts: samplesFirst(roles), rank: 2 }) as const;
const sumOfExponentials = ['logSumExp', 'exp', 'logMeanExp', 'softmax', 'logSoftmax', 'sum', 'mean'];
const weightTerm = term(
  'logWeights',
  'w_k',
  'importance weight',
  'Of sample k; code holds its logarithm: log p(x, z) − log q(z|x).',
  '[batch, samples]',
);
const samplesTerm = term('samples', 'K', 'samples', 'How many are drawn for each example.', 'number', 'samples');

const iwae: Formula = {
  id: 'iwae',
  family: 'VAE',
  name: 'IWAE bound',
  latex: String.raw`-\mathbb E\log\frac1{\term{samples}{K}}\sum_k\term{logWeights}{w_k},\quad\term{logWeights}{w_k}=\frac{p(x,z_k)}{q(z_k\mid x)},\quad z_k\sim q`,
  lines: [
    String.raw`\log\term{logWeights}{w_k}=\term{logLikelihood}{\log p(x\mid z_k)}+\term{logPrior}{\log p(z_k)}-\term{logPosterior}{\log q(z_k\mid x)}`,
    String.raw`\term{logJoint}{\log p(x,z_k)}=\log p(x\mid z_k)+\log p(z_k)`,
  ],
  terms: [samplesTerm, weightTerm, logLikelihoodTerm, logPriorTerm, logPosteriorTerm, logJointTerm],
  claim: 'bound',
  note: 'Never below −log p(x) in expectation, and nearer to it with more samples. The form through self-normalised weights has the same gradient, not the same value.',
  source: { paper: 'Burda, Grosse and Salakhutdinov 2015, Importance Weighted Autoencoders', arxiv: '1509.00519' },
  steps: [],
  identities: [
    {
      latex: String.raw`w_1=\dots=w_K=w\ \Rightarrow\ -\log\tfrac1K\sum_kw_k=-\log w`,
      words: 'Where all weights are equal, their number does not matter.',
      sides: ({ logWeights }) => {
        const first = slice(logWeights!, ['ellipsis', 0]);
        return [negativeImportanceBound(broadcastTo(expandDims(first, -1), logWeights!.shape)), subtract(scalar(0), first)];
      },
    },
    {
      latex: String.raw`\nabla\log\tfrac1K\sum_kw_k=\sum_k\tilde w_k\nabla\log w_k,\quad\tilde w_k=\tfrac{w_k}{\sum_lw_l}`,
      words: 'Its gradient is that of the log-weights, weighted by the normalised weights.',
      sides: ({ logWeights }) => [derivative(negativeImportanceBound(logWeights!)), derivative(selfNormalisedBound(logWeights!))],
    },
  ],
  mistakes: [
    'The mean over samples is taken of the log-weights: that is the ELBO.',
    'The log-sum-exp is over the batch instead of the samples.',
    'log K is left out: a constant, but the value is then no bound on log p(x).',
  ],
  readings: [
    {
      ...bounded(logWeights),
      elements: ({ logWeights }) => negativeImportanceBound(logWeights!),
      operations: [sumOfExponentials],
      evidence: areWeights,
    },
    {
      ...bounded(...densitiesOfSamples),
      elements: (given) => negativeImportanceBound(logWeightsOf(given)),
      operations: [sumOfExponentials, differences],
      evidence: areDensities,
    },
    {
      ...bounded(...jointOfSamples),
      elements: ({ logJoint, logPosterior }) => negativeImportanceBound(subtract(logJoint!, logPosterior!)),
      operations: [sumOfExponentials, differences],
      evidence: [
        [
          { role: 'logPosterior', words: posteriorDensityWords },
          { role: 'logJoint', words: logJoint.words! },
        ],
        [{ context: strongContexts }],
      ],
    },
    {
      ...bounded(logWeights),
      elements: ({ logWeights }) => selfNormalisedBound(logWeights!),
      operations: [['softmax', 'exp'], ['detach']],
      remark: 'through self-normalised weights: the same gradient, not the same value',
    },
    {
      ...bounded(...densitiesOfSamples),
      elements: (given) => selfNormalisedBound(logWeightsOf(given)),
      operations: [['softmax', 'exp'], ['detach'], differences],
      remark: 'through self-normalised weights: the same gradient, not the same value',
    },
  ],
};

const order: Role = { id: 'order', shape: '', domain: 'unit', words: ['alpha', 'order', 'a', 'renyi alpha', 'q'] };
const renyi: Formula = {
  id: 'renyi_elbo',
  family: 'VAE',
  name: 'Renyi bound (as a loss)',
  latex: String.raw`-\mathbb E\,\frac1{1-\term{order}{\alpha}}\log\frac1{\term{samples}{K}}\sum_k\term{logWeights}{w_k}^{1-\term{order}{\alpha}}`,
  lines: [
    String.raw`\log\term{logWeights}{w_k}=\term{logLikelihood}{\log p(x\mid z_k)}+\term{logPrior}{\log p(z_k)}-\term{logPosterior}{\log q(z_k\mid x)}`,
  ],
  terms: [
    term('order', String.raw`\alpha`, 'order', 'Not 1: there it tends to the ELBO; at 0 it is the importance-weighted bound.'),
    samplesTerm,
    weightTerm,
    logLikelihoodTerm,
    logPriorTerm,
    logPosteriorTerm,
  ],
  claim: 'estimate',
  note: 'With finitely many samples it is a biased estimate of the bound.',
  source: { paper: 'Li and Turner 2016, Rényi Divergence Variational Inference', arxiv: '1602.02311' },
  steps: [],
  identities: [
    {
      latex: String.raw`w_1=\dots=w_K=w\ \Rightarrow\ \text{for every }\alpha:\ -\log w`,
      words: 'Where all weights are equal, neither their number nor the order matters.',
      sides: ({ logWeights, order }) => {
        const first = slice(logWeights!, ['ellipsis', 0]);
        return [negativeRenyiBound(broadcastTo(expandDims(first, -1), logWeights!.shape), order!), subtract(scalar(0), first)];
      },
    },
    {
      latex: String.raw`\alpha\to0:\ -\log\tfrac1K\sum_kw_k`,
      words: 'Near order 0 it is the importance-weighted bound.',
      sides: ({ logWeights }) => [negativeRenyiBound(logWeights!, scalar(1e-11)), negativeImportanceBound(logWeights!)],
    },
  ],
  mistakes: [
    'The division by 1 − α is left out: the bounds of two orders are then not on one scale.',
    'The order is 1, where it divides by 0.',
  ],
  readings: [
    {
      ...bounded(logWeights, order),
      elements: ({ logWeights, order }) => negativeRenyiBound(logWeights!, order!),
      operations: [sumOfExponentials, logarithmic],
    },
    {
      ...bounded(...densitiesOfSamples, order),
      elements: (given) => negativeRenyiBound(logWeightsOf(given), given['order']!),
      operations: [sumOfExponentials, logarithmic],
    },
  ],
};

export const importance: readonly Formula[] = [iwae, renyi];
