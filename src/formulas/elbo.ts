/** The ELBO and what is made of it. */

import {
  areDensities,
  divergenceOfSum,
  divergences,
  klTerm,
  likelihoodWords,
  logJoint,
  logJointTerm,
  logLikelihood,
  logLikelihoodTerm,
  logPosterior,
  logPosteriorTerm,
  logPrior,
  logPriorTerm,
  reconstructionOfSum,
  reconstructionTerm,
  reconstructionWords,
} from './elboRoles.ts';
import type { Formula } from './formula.ts';
import { importance } from './importance.ts';
import { choosing, differences } from './operationGroups.ts';
import type { Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import { kingma2013, klWords, posteriorDensityWords } from './vaeRoles.ts';
import { heldAtCapacity, negativeImportanceBound, weightedParts } from '../maths/elbo/bounds.ts';
import { add, multiply, negate, subtract } from '../maths/tensor/elementwise.ts';
import { mean as meanOf, sum } from '../maths/tensor/reduce.ts';
import { expandDims } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

const one = scalar(1);

const someReconstruction: Role = { id: 'reconstruction', shape: 'B', domain: 'real', words: reconstructionWords, not: klWords, absent: 0 };
const someDivergence: Role = { id: 'kl', shape: 'B', domain: 'positive', words: klWords, not: ['recon', 'reconstruction'] };
const strictLikelihoodWords = likelihoodWords.filter((words) => words.startsWith('log') || words.startsWith('l'));
const areLikelihoodAndDivergence: Evidence = [{ words: klWords }, { formula: divergences }].flatMap((known) => [
  [
    { role: 'kl', ...known },
    { role: 'logLikelihood', words: strictLikelihoodWords },
  ],
  [
    { role: 'kl', ...known },
    { role: 'logLikelihood', origin: ['logDensity'] },
  ],
]);

const negElbo: Formula = {
  id: 'neg_elbo',
  family: 'VAE',
  name: 'Negative ELBO',
  latex: String.raw`-\mathrm{ELBO}=\term{reconstruction}{-\mathbb E_q[\log p(x\mid z)]}+\term{kl}{D_{KL}(q(z\mid x)\Vert p(z))}`,
  lines: [
    String.raw`-\mathrm{ELBO}=\mathbb E_q\bigl[\term{logPosterior}{\log q(z\mid x)}-\term{logLikelihood}{\log p(x\mid z)}-\term{logPrior}{\log p(z)}\bigr]`,
    String.raw`\term{logJoint}{\log p(x,z)}=\term{logLikelihood}{\log p(x\mid z)}+\term{logPrior}{\log p(z)}`,
  ],
  terms: [reconstructionTerm, klTerm, logPosteriorTerm, logLikelihoodTerm, logPriorTerm, logJointTerm],
  claim: 'bound',
  note: 'Never below −log p(x), by the divergence of q(z|x) from the true posterior. Its unit is nats only where p(x|z) is a density: a plain squared error or a cross-entropy with grey values is none.',
  source: { paper: kingma2013, place: 'eq. 3', arxiv: '1312.6114' },
  steps: [],
  identities: [
    {
      latex: String.raw`-\mathrm{ELBO}=\mathbb E_q\Bigl[-\log\frac{p(x,z)}{q(z\mid x)}\Bigr]`,
      words: 'For one sample it is the importance-weighted bound with one weight.',
      sides: ({ logPosterior, logLikelihood, logPrior }) => [
        negativeElbo(logPosterior!, logLikelihood!, logPrior!),
        negativeImportanceBound(expandDims(subtract(add(logLikelihood!, logPrior!), logPosterior!), -1)),
      ],
    },
  ],
  mistakes: [
    'The reconstruction is a mean over pixels and the divergence a sum over components, or the other way round: their ratio is then that of a β-VAE.',
    'The divergence is taken off instead of added.',
    'The divergence is summed over the batch while the reconstruction is a mean over it.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [logPosterior, logLikelihood, logPrior],
      axes: 'B',
      summed: '',
      elements: ({ logPosterior, logLikelihood, logPrior }) => negativeElbo(logPosterior!, logLikelihood!, logPrior!),
      fit: 'density',
      operations: [differences],
      evidence: areDensities,
      rank: 2,
    },
    {
      kind: 'value',
      roles: [logPosterior, logJoint],
      axes: 'B',
      summed: '',
      elements: ({ logPosterior, logJoint }) => subtract(logPosterior!, logJoint!),
      fit: 'density',
      operations: [differences],
      evidence: [
        [
          { role: 'logPosterior', words: posteriorDensityWords },
          { context: ['elbo', 'evidence lower bound', 'negative elbo', 'neg elbo', 'vi loss', 'svi'] },
        ],
        [
          { role: 'logPosterior', origin: ['ownDensity'] },
          { role: 'logJoint', words: ['log joint', 'ln joint', 'joint log prob'], not: ['q', 'lq', 'qz', 'lqz', 'marginal', 'aggregate'] },
        ],
        [
          { role: 'logPosterior', words: posteriorDensityWords },
          { role: 'logJoint', words: ['log joint', 'ln joint', 'joint log prob'], not: ['q', 'lq', 'qz', 'lqz', 'marginal', 'aggregate'] },
        ],
      ],
      remark: 'log p(x, z) as one',
    },
    {
      kind: 'value',
      roles: [{ ...logPosterior, shape: 'B D' }, logLikelihood, { ...logPrior, shape: 'B D' }],
      axes: 'B',
      summed: '',
      elements: ({ logPosterior, logLikelihood, logPrior }) => negativeElbo(sum(logPosterior!, [-1]), logLikelihood!, sum(logPrior!, [-1])),
      fit: 'density',
      operations: [differences, ['sum', 'mean']],
      evidence: areDensities,
      rank: 2,
      remark: 'log-densities of components',
    },
    {
      kind: 'value',
      roles: [logLikelihood, someDivergence],
      axes: 'B',
      summed: '',
      elements: ({ logLikelihood, kl }) => subtract(kl!, logLikelihood!),
      fit: 'density',
      operations: [differences],
      evidence: areLikelihoodAndDivergence,
      rank: 2,
    },
    { kind: 'sum', terms: [reconstructionOfSum, { ...divergenceOfSum, weight: 'one' }], rank: 2 },
  ],
};

function negativeElbo(logPosterior: Tensor, logLikelihood: Tensor, logPrior: Tensor): Tensor {
  return subtract(subtract(logPosterior, logLikelihood), logPrior);
}

const beta: Role = {
  id: 'beta',
  shape: '',
  domain: 'positive',
  words: ['beta', 'kl weight', 'kld weight', 'weight', 'kl coef', 'kl coeff', 'anneal', 'lambda'],
};
const betaVae: Formula = {
  id: 'beta_vae',
  family: 'VAE',
  name: 'beta-VAE loss',
  latex: String.raw`\term{reconstruction}{-\mathbb E_q[\log p(x\mid z)]}+\term{beta}{\beta}\,\term{kl}{D_{KL}(q(z\mid x)\Vert p(z))}`,
  lines: [String.raw`\term{reconstruction}{-\mathbb E_q[\log p(x\mid z)]}=-\mathbb E_q\,\term{logLikelihood}{\log p(x\mid z)}`],
  terms: [
    reconstructionTerm,
    term(
      'beta',
      String.raw`\beta`,
      'weight of the divergence',
      'Above 1 it buys independent components with a worse reconstruction; it may be warmed up from 0.',
    ),
    klTerm,
    logLikelihoodTerm,
  ],
  claim: 'definition',
  note: 'A bound on −log p(x) only where β is 1 or more; with β below 1 it is none.',
  source: { paper: 'Higgins et al. 2017, beta-VAE: Learning Basic Visual Concepts with a Constrained Variational Framework' },
  steps: [],
  identities: [
    {
      latex: String.raw`\beta=1\ \Rightarrow\ -\mathrm{ELBO}`,
      words: 'With β = 1 it is the negative ELBO, here with the estimate of the divergence from one sample.',
      sides: ({ reconstruction, kl, beta }) => [
        subtract(betaVaeLoss(reconstruction!, kl!, beta!), betaVaeLoss(reconstruction!, kl!, subtract(beta!, one))),
        kl!,
      ],
    },
  ],
  mistakes: [
    'The weight is on the reconstruction instead of the divergence, where the name says otherwise.',
    'A mean over pixels hides a weight of their number.',
  ],
  readings: [
    { kind: 'sum', terms: [reconstructionOfSum, { ...divergenceOfSum, weight: 'other' }], rank: 2 },
    {
      kind: 'value',
      roles: [{ id: 'reconstruction', shape: 'B', domain: 'real', words: reconstructionWords, not: klWords }, someDivergence, beta],
      axes: 'B',
      summed: '',
      elements: ({ reconstruction, kl, beta }) => betaVaeLoss(reconstruction!, kl!, beta!),
      fit: 'loss',
      operations: [
        ['add', 'subtract'],
        ['multiply', 'divide'],
      ],
      evidence: [
        [
          { role: 'reconstruction', words: reconstructionWords },
          { role: 'kl', words: klWords },
        ],
        [
          { role: 'reconstruction', words: reconstructionWords },
          { role: 'kl', formula: divergenceOfSum.formulas },
        ],
      ],
    },
    {
      kind: 'value',
      roles: [logLikelihood, someDivergence, beta],
      axes: 'B',
      summed: '',
      elements: ({ logLikelihood, kl, beta }) => betaVaeLoss(negate(logLikelihood!), kl!, beta!),
      fit: 'density',
      operations: [differences, ['multiply', 'divide']],
      evidence: areLikelihoodAndDivergence,
      rank: 2,
    },
  ],
};

function betaVaeLoss(reconstruction: Tensor, kl: Tensor, beta: Tensor): Tensor {
  return add(reconstruction, multiply(beta, kl));
}

const capacityWords = ['capacity', 'c', 'cap', 'c max', 'target', 'kl target', 'target kl'];
const capacityVae: Formula = {
  id: 'capacity_vae',
  family: 'VAE',
  name: 'beta-VAE with controlled capacity',
  latex: String.raw`\term{reconstruction}{-\mathbb E_q[\log p(x\mid z)]}+\term{gamma}{\gamma}\,\bigl\lvert\term{kl}{D_{KL}}-\term{capacity}{C}\bigr\rvert`,
  lines: [String.raw`\term{reconstruction}{-\mathbb E_q[\log p(x\mid z)]}=-\mathbb E_q\,\term{logLikelihood}{\log p(x\mid z)}`],
  terms: [
    reconstructionTerm,
    term('gamma', String.raw`\gamma`, 'weight', 'How hard the divergence is held at the capacity; large.'),
    klTerm,
    term('capacity', 'C', 'capacity', 'What the divergence is held at: raised from 0 during training.', 'number', 'nats'),
    logLikelihoodTerm,
  ],
  claim: 'definition',
  source: { paper: 'Burgess et al. 2018, Understanding disentangling in beta-VAE', arxiv: '1804.03599' },
  steps: [],
  identities: [
    {
      latex: String.raw`C=0\ \Rightarrow\ \gamma\lvert D_{KL}-C\rvert=\gamma D_{KL}`,
      words: 'With no capacity it is the β-VAE’s loss, since a divergence is never below 0.',
      sides: ({ kl, gamma }) => [heldAtCapacity(kl!, scalar(0), gamma!), multiply(gamma!, kl!)],
    },
  ],
  mistakes: [
    'The absolute value is missing: the divergence is then pressed to 0 whatever the capacity is.',
    'The capacity is in bits while the divergence is in nats.',
  ],
  readings: [
    { axes: 'B', held: 'B', of: someReconstruction, sign: one },
    // Of the whole batch, where it is its mean that is held.
    { axes: '', held: '', of: someReconstruction, sign: one },
    { axes: '', held: 'B', of: someReconstruction, sign: one },
    { axes: 'B', held: 'B', of: logLikelihood, sign: scalar(-1) },
    { axes: '', held: '', of: logLikelihood, sign: scalar(-1) },
  ].map(({ axes, held, of, sign }): ValueReading => ({
    kind: 'value',
    roles: [
      { id: 'capacity', shape: '', domain: 'positive', words: capacityWords, literal: true },
      { ...of, shape: axes },
      { id: 'kl', shape: held, domain: 'positive', words: klWords },
      { id: 'gamma', shape: '', domain: 'positive', words: ['gamma', 'beta', 'weight', 'lambda'], literal: true, absent: 1 },
    ],
    axes,
    summed: '',
    elements: (given) => {
      const kl = held === axes ? given['kl']! : meanOf(given['kl']!, null);
      return add(heldAtCapacity(kl, given['capacity']!, given['gamma']!), multiply(sign, given[of.id]!));
    },
    fit: 'loss',
    operations: [choosing],
    evidence: [
      [{ role: 'kl', formula: divergences }],
      // Every rate of a layer is none of a bound.
      [{ role: 'kl', words: klWords.filter((words) => words !== 'rate') }],
      [{ role: 'capacity', words: ['capacity', 'cap', 'c max'] }],
      [{ context: ['capacity'] }],
    ],
    rank: 2,
  })),
};

const aggregateWords = [
  'joint',
  'lqz',
  'lq joint',
  'log q joint',
  'log qz',
  'logqz',
  'log q z',
  'aggregate',
  'log q agg',
  'log qz marginal',
  'marginal',
  'qz',
  'log q',
];
const factorisedWords = [
  ...['each', 'lqzj', 'lqzi', 'lq each', 'log q each', 'marg', 'factorised', 'factorized', 'independent', 'per dim'],
  ...[
    'log prod qz',
    'log prod qzi',
    'log qz prod',
    'log qz product',
    'logqz prodmarginals',
    'log qz prod marginals',
    'prod',
    'product',
    'marginals',
  ],
  ...['log prod', 'prod marginals', 'log q z prod', 'log prod qzj', 'log qzj'],
];
const weights: readonly Role[] = [
  { id: 'alpha', shape: '', domain: 'positive', words: ['alpha', 'mi weight', 'anneal'], absent: 1 },
  { id: 'beta', shape: '', domain: 'positive', words: ['beta', 'tc weight', 'tc'], literal: true, absent: 1 },
  { id: 'gamma', shape: '', domain: 'positive', words: ['gamma', 'kl weight', 'dw'], absent: 1 },
];
const tcWords = ['tc', 'total correlation', 'tc loss', 'correlation', 'd tc', 'vae tc loss'];
const miWords = ['mi', 'mutual info', 'mutual information', 'mi loss', 'index code mi', 'information', 'i qz'];
const dimensionWords = ['dw kl', 'dimension kl', 'dimwise kl', 'dim kl', 'dimension wise kl', 'dw', 'dwkl', 'kl', 'dw kl loss', 'kl loss'];

/** Each part is a difference of two log-densities. */
const asDifference = ['kl_mc'];
const factorRemark = 'as FactorVAE has it: the whole divergence once, and the total correlation once more';

const tcVae: Formula = {
  id: 'tc_vae',
  family: 'VAE',
  name: 'Total-correlation decomposition',
  latex: String.raw`\term{reconstruction}{L_{rec}}+\term{alpha}{\alpha}\,\term{information}{I_q(z;n)}+\term{beta}{\beta}\,\term{correlation}{TC(z)}+\term{gamma}{\gamma}\term{dimensions}{\sum_jD_{KL}(q(z_j)\Vert p(z_j))}`,
  lines: [
    String.raw`\term{information}{I_q(z;n)}=\mathbb E_q\bigl[\term{logPosterior}{\log q(z\mid x)}-\term{logAggregate}{\log q(z)}\bigr]`,
    String.raw`\term{correlation}{TC(z)}=\mathbb E_q\bigl[\term{logAggregate}{\log q(z)}-\term{logFactorised}{\log\textstyle\prod_jq(z_j)}\bigr]`,
    String.raw`\term{dimensions}{\sum_jD_{KL}(q(z_j)\Vert p(z_j))}=\mathbb E_q\bigl[\term{logFactorised}{\log\textstyle\prod_jq(z_j)}-\term{logPrior}{\log p(z)}\bigr]`,
  ],
  terms: [
    term('reconstruction', 'L_{rec}', 'reconstruction', 'Minus the log-likelihood of the example.', '[batch]', 'nats'),
    term('alpha', String.raw`\alpha`, 'weight of the information', 'Mostly 1.'),
    term(
      'information',
      'I_q(z;n)',
      'index-code mutual information',
      'How much the latent says of which example it is of.',
      '[batch]',
      'nats',
    ),
    term('beta', String.raw`\beta`, 'weight of the total correlation', 'Above 1 it presses components to be independent.'),
    term(
      'correlation',
      'TC(z)',
      'total correlation',
      'How far the components of the latent are from independent, over all examples.',
      '[batch]',
      'nats',
    ),
    term('gamma', String.raw`\gamma`, 'weight of the dimensions', 'Mostly 1.'),
    term(
      'dimensions',
      String.raw`\sum_jD_{KL}(q(z_j)\Vert p(z_j))`,
      'divergence of the dimensions',
      'Of each component over all examples from its prior.',
      '[batch]',
      'nats',
    ),
    logPosteriorTerm,
    term(
      'logAggregate',
      String.raw`\log q(z)`,
      'log-density of the aggregate',
      'Of the sample, under the mean of all examples’ posteriors; estimated from the batch.',
      '[batch]',
      'nats',
    ),
    term(
      'logFactorised',
      String.raw`\log\prod_jq(z_j)`,
      'log-density of the factorised aggregate',
      'The sum of the components’ own log-densities.',
      '[batch]',
      'nats',
    ),
    logPriorTerm,
  ],
  claim: 'identity',
  note: 'With all weights 1 the three parts are the divergence. FactorVAE has the weights (1, 1 + γ, 1) and estimates the total correlation by a discriminator: another value.',
  source: { paper: 'Chen et al. 2018, Isolating Sources of Disentanglement in Variational Autoencoders', arxiv: '1802.04942' },
  steps: [],
  identities: [
    {
      latex: String.raw`I_q(z;n)+TC(z)+\sum_jD_{KL}(q(z_j)\Vert p(z_j))=\mathbb E_q\bigl[\log q(z\mid x)-\log p(z)\bigr]`,
      words: 'With all weights 1 it is the divergence from the prior.',
      sides: ({ logPosterior, logAggregate, logFactorised, logPrior }) => [
        weightedParts(logPosterior!, logAggregate!, logFactorised!, logPrior!, { information: one, correlation: one, dimensions: one }),
        subtract(logPosterior!, logPrior!),
      ],
    },
  ],
  mistakes: [
    'The density of the aggregate is estimated from the batch as if the batch were all data.',
    'log q(z) is made from a sum over components after the log-sum-exp over the batch, which is the factorised one.',
    'The weight is on the mutual information where the total correlation is meant.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        someReconstruction,
        {
          ...logPosterior,
          words: [
            'own',
            'lqzx',
            'lq own',
            'log q own',
            'log q zx',
            'log q z x',
            'logqz condx',
            'log qz condx',
            'log qzx',
            'log q zCx',
            'log qz x',
            'condx',
            'q zx',
          ],
          not: [],
        },
        { id: 'logAggregate', shape: 'B', domain: 'logProbability', words: aggregateWords },
        { id: 'logFactorised', shape: 'B', domain: 'logProbability', words: factorisedWords },
        { ...logPrior, words: ['lpz', 'lp', 'log pz', 'logpz', 'log p z', 'log prior', 'prior'] },
        ...weights,
      ],
      axes: 'B',
      summed: '',
      elements: ({ reconstruction, logPosterior, logAggregate, logFactorised, logPrior, alpha, beta, gamma }) =>
        add(
          weightedParts(logPosterior!, logAggregate!, logFactorised!, logPrior!, {
            information: alpha!,
            correlation: beta!,
            dimensions: gamma!,
          }),
          reconstruction!,
        ),
      fit: 'loss',
      operations: [differences],
      evidence: [
        [{ role: 'logFactorised', words: factorisedWords }],
        [{ context: ['tc', 'btcvae', 'tcvae', 'tc vae', 'beta tc', 'total correlation'] }],
      ],
      rank: 2,
    },
    {
      kind: 'value',
      roles: [
        someReconstruction,
        { id: 'information', shape: 'B', domain: 'real', words: miWords },
        { id: 'correlation', shape: 'B', domain: 'real', words: tcWords },
        { id: 'dimensions', shape: 'B', domain: 'real', words: dimensionWords },
        ...weights,
      ],
      axes: 'B',
      summed: '',
      elements: ({ reconstruction, information, correlation, dimensions, alpha, beta, gamma }) =>
        add(reconstruction!, add(add(multiply(alpha!, information!), multiply(beta!, correlation!)), multiply(gamma!, dimensions!))),
      fit: 'loss',
      operations: [['add', 'subtract']],
      evidence: [
        [
          { role: 'information', words: miWords },
          { role: 'correlation', words: tcWords },
        ],
      ],
      rank: 2,
    },
    {
      kind: 'value',
      roles: [
        someReconstruction,
        { id: 'dimensions', shape: 'B', domain: 'positive', words: klWords },
        { id: 'correlation', shape: 'B', domain: 'real', words: tcWords },
        { id: 'beta', shape: '', domain: 'positive', words: ['gamma', 'beta', 'tc weight', 'weight'], literal: true, absent: 1 },
      ],
      axes: 'B',
      summed: '',
      elements: ({ reconstruction, dimensions, correlation, beta }) =>
        add(add(reconstruction!, dimensions!), multiply(beta!, correlation!)),
      fit: 'loss',
      operations: [['add', 'subtract']],
      evidence: [
        [
          { role: 'correlation', words: tcWords },
          { role: 'dimensions', words: klWords },
        ],
        [
          { role: 'correlation', words: tcWords },
          { role: 'dimensions', formula: divergences },
        ],
      ],
      rank: 2,
      remark: factorRemark,
    },
    {
      kind: 'sum',
      terms: [
        { id: 'reconstruction', formulas: reconstructionOfSum.formulas, words: reconstructionWords, optional: true },
        { id: 'information', formulas: [], words: miWords, also: asDifference },
        { id: 'correlation', formulas: [], words: tcWords, also: asDifference },
        { id: 'dimensions', formulas: [], words: dimensionWords, also: asDifference },
      ],
      rank: 3,
    },
    {
      kind: 'sum',
      terms: [
        reconstructionOfSum,
        { id: 'correlation', formulas: [], words: tcWords, also: asDifference },
        { id: 'dimensions', formulas: divergences, words: klWords },
      ],
      rank: 3,
      remark: factorRemark,
    },
  ],
};

export const elbo: readonly Formula[] = [negElbo, betaVae, capacityVae, tcVae, ...importance];
