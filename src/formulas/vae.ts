/** Variational auto-encoders: draws and densities, and all that `kl.ts` and `elbo.ts` have. */

import { elbo } from './elbo.ts';
import { kernelRate, spread } from './encodings.ts';
import type { Formula } from './formula.ts';
import { kl } from './kl.ts';
import { differences, logarithmic, pairs, squared } from './operationGroups.ts';
import type { Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import { kingma2013, mean, meanWords, noise, noiseWords, std } from './vaeRoles.ts';
import {
  discrepancyOfAllPairs,
  discrepancyOfDistinctPairs,
  discrepancyOfUnpaired,
  gaussianKernel,
  inverseMultiquadratic,
} from '../maths/elbo/discrepancy.ts';
import { gaussianEntropy, gaussianNll, reparametrise } from '../maths/elbo/gaussian.ts';
import { alongside, meanUnderGaussian } from '../maths/elbo/quadrature.ts';
import { add, divide, exp, log, multiply, negate, square, subtract } from '../maths/tensor/elementwise.ts';
import { matmul } from '../maths/tensor/linear.ts';
import { mean as meanOf, sum } from '../maths/tensor/reduce.ts';
import { swapAxes } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';

const one = scalar(1);
const none = scalar(0);

const target: Role = {
  id: 'target',
  shape: 'B D',
  domain: 'real',
  words: ['x', 'y', 'target', 'data', 'value', 'obs', 'z', 'sample', 'targets', 'action'],
};
const centre: Role = { ...mean, words: [...meanWords, 'recon', 'x hat', 'pred', 'reconstruction', 'prediction', 'x recon'], absent: 0 };
const common = { kind: 'value', axes: 'B D', summed: 'D' } as const;

/** Names of what draws a latent, a weight or an action. */
const drawing = [
  ...[
    'reparam',
    'reparametrize',
    'reparameterize',
    'reparametrise',
    'reparameterise',
    'reparameterization',
    'reparametrization',
    'reparameterized',
    'reparametrized',
    'reparameterised',
    'reparametrised',
    'rsample',
  ],
  ...[
    'encode',
    'encoder',
    'sample z',
    'sample latent',
    'vae',
    'posterior',
    'variational',
    'bayes',
    'bayesian',
    'actor',
    'gaussian policy',
    'bottleneck',
    'latent',
    'latents',
    'z',
  ],
];

const reparam: Formula = {
  id: 'reparam',
  family: 'VAE',
  name: 'Reparametrisation',
  latex: String.raw`\term{sample}{z}=\term{mean}{\mu}+\term{std}{\sigma}\odot\term{noise}{\epsilon},\quad\term{noise}{\epsilon}\sim\mathcal N(0,I)`,
  lines: [],
  terms: [
    term('sample', 'z', 'sample', 'A draw of the Gaussian that the gradient can pass through.', '[batch, latent]'),
    term('mean', String.raw`\mu`, 'mean', 'Of the Gaussian that is drawn from: mostly what an encoder gives.', '[batch, latent]'),
    term('std', String.raw`\sigma`, 'standard deviation', 'Of the Gaussian; code mostly holds the log of its square.', '[batch, latent]'),
    term('noise', String.raw`\epsilon`, 'noise', 'Standard normal, drawn anew each time.', '[batch, latent]'),
  ],
  claim: 'identity',
  note: 'The draw is apart from the parameters, so that a mean over draws can be differentiated with respect to them.',
  source: { paper: kingma2013, place: 'section 2.4', arxiv: '1312.6114' },
  steps: [],
  identities: [
    {
      latex: String.raw`-\log\mathcal N(z;\mu,\sigma^2)=\log\sigma-\log\mathcal N(\epsilon;0,1)`,
      words: 'The density of the sample is that of the noise over the standard deviation.',
      sides: ({ mean, std, noise }) => [
        gaussianNll(reparametrise(mean!, std!, noise!), mean!, std!),
        add(log(std!), gaussianNll(noise!, none, one)),
      ],
    },
  ],
  mistakes: [
    'The log-variance or the variance multiplies the noise where the standard deviation has to.',
    'The noise is uniform (rand) instead of normal (randn).',
    'A sample is drawn in a way that no gradient passes through.',
  ],
  readings: [
    {
      ...common,
      summed: '',
      roles: [mean, std, noise],
      elements: ({ mean, std, noise }) => reparametrise(mean!, std!, noise!),
      fit: 'quantity',
      operations: [
        ['multiply', 'divide'],
        ['add', 'subtract'],
      ],
      evidence: [
        [
          { role: 'noise', origin: ['normal', 'sample'] },
          { role: 'std', encodings: ['log-variance', 'log-std', 'before-softplus'] },
        ],
        [
          { role: 'noise', origin: ['normal', 'sample'] },
          { role: 'mean', words: ['mu', 'loc', 'mus', 'z mean', 'mean z', 'mu z', 'q mean', 'latent mean'] },
        ],
        [
          { role: 'noise', words: noiseWords },
          { role: 'mean', words: ['mu', 'loc', 'mus', 'z mean', 'mean z', 'mu z', 'q mean', 'latent mean'] },
          {
            role: 'std',
            words: ['std', 'sigma', 'scale', 'logvar', 'log var', 'stddev', 'log std', 'sd', 'log scale', 'log sigma', 'var'],
          },
        ],
        [{ role: 'noise', origin: ['normal', 'sample'] }, { context: drawing }],
        // Both said by a network, and called so.
        [
          { role: 'noise', origin: ['normal', 'sample'] },
          { role: 'mean', words: meanWords },
          { role: 'mean', origin: ['call', 'part'] },
          { role: 'std', words: ['std', 'stddev', 'sd', 'std dev', 'sigma', 'scale', 'logvar', 'log std'] },
          { role: 'std', origin: ['call', 'part', 'computed'] },
        ],
        [{ role: 'noise', words: noiseWords }, { role: 'mean', words: meanWords }, { context: drawing }],
      ],
      // Noise is added to a mean in many formulas that have a name of their own.
      rank: 0.5,
    },
  ],
};

/** Names of numbers that are no spread, in whatever form. */
const noSpread = ['loc', 'mean', 'mu', 'prob', 'probs', 'df', 'dof', 'concentration'];

const gaussNll: Formula = {
  id: 'gauss_nll',
  family: 'VAE',
  name: 'Gaussian (negative) log density',
  latex: String.raw`-\log p(x)=\tfrac12\sum_j\biggl[\log2\pi+\log\term{std}{\sigma_j^2}+\frac{(\term{target}{x_j}-\term{mean}{\mu_j})^2}{\term{std}{\sigma_j^2}}\biggr]`,
  lines: [],
  terms: [
    term('target', 'x_j', 'value', 'What the density is of: data, an action, a latent.', '[batch, features]'),
    term('mean', String.raw`\mu_j`, 'mean', 'Of the Gaussian: a decoder’s output, a policy’s mean.', '[batch, features]'),
    term('std', String.raw`\sigma_j`, 'standard deviation', 'Of the Gaussian: learned, given, or 1.', '[batch, features]'),
  ],
  claim: 'definition',
  note: 'Of either sign; the constant log 2π may be absent where only differences or gradients matter. A sum of squares without 1/2 is this with σ² = 1/2.',
  source: { paper: 'Nix and Weigend 1994, Estimating the mean and variance of the target probability distribution' },
  steps: [],
  identities: [
    {
      latex: String.raw`\mathbb E_{x\sim\mathcal N(\mu,\sigma^2)}\bigl[-\log p(x)\bigr]=\tfrac12\bigl(1+\log2\pi+\log\sigma^2\bigr)`,
      words: 'Its mean under the Gaussian itself is the entropy.',
      sides: ({ mean, std }) => [
        meanUnderGaussian(mean!, std!, (x) => gaussianNll(x, alongside(mean!), alongside(std!))),
        gaussianEntropy(std!),
      ],
    },
    {
      latex: String.raw`p(x;\mu,\sigma)=\frac1\sigma\,p\Bigl(\frac{x-\mu}\sigma;0,1\Bigr)`,
      words: 'In units of the Gaussian it is the standard normal density over σ.',
      sides: ({ target, mean, std }) => [
        exp(negate(gaussianNll(target!, mean!, std!))),
        divide(exp(negate(gaussianNll(divide(subtract(target!, mean!), std!), none, one))), std!),
      ],
    },
  ],
  mistakes: [
    'A standard deviation is given where a variance is expected, or a log-variance where either is.',
    'The squared error is divided by the standard deviation instead of the variance: the best σ is then not |x − μ|.',
    'The log of the variance is left out, so that a larger σ is always better.',
  ],
  readings: [
    {
      ...common,
      roles: [target, centre, std],
      elements: ({ target, mean, std }) => gaussianNll(target!, mean!, std!),
      fit: 'density',
      operations: [logarithmic, squared],
    },
    {
      ...common,
      roles: [target, centre, { id: 'std', shape: '', domain: 'positive', encodings: spread, not: noSpread }],
      elements: ({ target, mean, std }) => gaussianNll(target!, mean!, std!),
      fit: 'density',
      operations: [logarithmic, squared],
      // Of two numbers one may be taken for the logarithm of the other: a × x² + b is no density for that.
      evidence: [[{ role: 'std', words: spread.flatMap(({ words }) => words) }]],
      remark: 'one spread for all components',
    },
    // Where the spread is a number, only the constant tells it from a weighted squared error: the very value is asked for.
    ...(['B D', 'B'] as const).flatMap((axes) =>
      [1, -1].map((sign): ValueReading => ({
        kind: 'value',
        roles: [target, centre, { id: 'std', shape: '', domain: 'positive', encodings: spread, not: noSpread, literal: true, absent: 1 }],
        axes,
        summed: '',
        elements: ({ target, mean, std }) => {
          const each = multiply(scalar(sign), gaussianNll(target!, mean!, std!));
          return axes === 'B' ? sum(each, [-1]) : each;
        },
        fit: 'quantity',
        operations: [squared],
        remark: 'the spread is a number',
      })),
    ),
  ],
};

const kernelWords = ['kernel', 'k', 'gram', 'rbf', 'imq', 'kxx', 'kyy', 'kxy', 'xx', 'yy', 'xy', 'k xx', 'k yy', 'k xy'];
const isKernel: Evidence = [
  [
    { role: 'kernel1', words: kernelWords },
    { role: 'between', words: kernelWords },
  ],
  [{ context: ['mmd', 'maximum mean discrepancy', 'discrepancy', 'mmd2'] }],
];
const kernels: readonly Role[] = [
  {
    id: 'kernel1',
    shape: 'N N',
    domain: 'unit',
    words: ['k xx', 'kxx', 'xx', 'k x x', 'kernel xx', 'real'],
    not: ['xy', 'yy', 'kxy', 'kyy'],
  },
  {
    id: 'kernel2',
    shape: 'N N',
    domain: 'unit',
    words: ['k yy', 'kyy', 'yy', 'k y y', 'kernel yy', 'fake'],
    not: ['xy', 'xx', 'kxy', 'kxx'],
  },
  {
    id: 'between',
    shape: 'N N',
    domain: 'unit',
    words: ['k xy', 'kxy', 'xy', 'k x y', 'kernel xy', 'cross'],
    not: ['xx', 'yy', 'kxx', 'kyy'],
  },
];
/** The size of the samples, where code names it; the formula has it from the kernels. */
const count: Role = {
  id: 'count',
  shape: '',
  domain: 'length',
  classes: 'N',
  named: true,
  absent: 1,
  words: ['n', 'm', 'size', 'batch size', 'num', 'bs', 'b', 'nx', 'ny'],
};
const samples: readonly Role[] = [
  { id: 'first', shape: 'N D', domain: 'real', words: ['x', 'z', 'source', 'real', 'a', 'prior', 'true'] },
  { id: 'second', shape: 'N D', domain: 'real', words: ['y', 'z prior', 'target', 'fake', 'b', 'samples', 'q', 'prior', 'z'] },
];
const rate: Role = { id: 'rate', shape: '', domain: 'positive', encodings: kernelRate, literal: true, absent: 1 };
const estimates = [
  { of: discrepancyOfAllPairs, remark: 'all pairs, those of an element with itself too: biased' },
  { of: discrepancyOfDistinctPairs, remark: 'without the diagonal: unbiased' },
  { of: discrepancyOfUnpaired, remark: 'without any diagonal: unbiased' },
];
const inUse = [
  { kernel: gaussianKernel, ways: ['exp'] },
  { kernel: inverseMultiquadratic, ways: ['divide', 'reciprocal', 'power'] },
];

const mmd: Formula = {
  id: 'mmd',
  family: 'VAE',
  name: 'Squared maximum mean discrepancy',
  latex: String.raw`\mathrm{MMD}^2=\mathbb E\bigl[\term{kernel1}{k(x,x')}\bigr]+\mathbb E\bigl[\term{kernel2}{k(y,y')}\bigr]-2\,\mathbb E\bigl[\term{between}{k(x,y)}\bigr]`,
  lines: [
    String.raw`\term{between}{k(x,y)}=\exp\bigl(-\term{rate}{\gamma}\,\lVert\term{first}{x}-\term{second}{y}\rVert^2\bigr)\quad\text{(for instance)}`,
    String.raw`\mathbb E\bigl[k(x,x')\bigr]\approx\frac1{\term{count}{n}(\term{count}{n}-1)}\sum_{i\ne j}k(x_i,x_j),\quad\mathbb E\bigl[k(x,y)\bigr]\approx\frac1{\term{count}{n}\term{count2}{m}}\sum_{i,j}k(x_i,y_j)`,
  ],
  terms: [
    term('kernel1', "k(x,x')", 'kernel within the first sample', 'How alike two elements of the first sample are.', '[first, first]'),
    term('kernel2', "k(y,y')", 'kernel within the second sample', 'How alike two elements of the second sample are.', '[second, second]'),
    term('between', 'k(x,y)', 'kernel between the samples', 'How alike an element of each are.', '[first, second]'),
    term('first', 'x', 'first sample', 'Drawn from one of the two distributions.', '[first, features]'),
    term('second', 'y', 'second sample', 'Drawn from the other.', '[second, features]'),
    term('count', 'n', 'size of the samples', 'How many elements each sample has.', 'number', 'elements'),
    term('count2', 'm', 'size of the second sample', 'Where it is another one than that of the first.', 'number', 'elements'),
    term('rate', String.raw`\gamma`, 'rate', 'How fast a Gaussian kernel falls: one over twice the squared bandwidth.'),
  ],
  claim: 'estimate',
  note: 'x and x′ are independent draws. With the diagonal dropped the estimate is unbiased (and may be below 0), with it kept it is biased: both are in use.',
  source: { paper: 'Gretton et al. 2012, A Kernel Two-Sample Test', place: 'lemma 6' },
  steps: [],
  identities: [
    {
      latex: String.raw`k(x,y)=x^\top y\ \Rightarrow\ \mathrm{MMD}^2=\lVert\bar x-\bar y\rVert_2^2`,
      words: 'With the linear kernel, all pairs counted, it is the squared distance of the means.',
      sides: ({ first, second }) => {
        const linear = (a: Tensor, b: Tensor): Tensor => matmul(a, swapAxes(b, 0, 1));
        return [
          discrepancyOfAllPairs(linear(first!, first!), linear(second!, second!), linear(first!, second!)),
          sum(square(subtract(meanOf(first!, [0]), meanOf(second!, [0]))), [0]),
        ];
      },
    },
  ],
  mistakes: [
    'The mixed term is counted once instead of twice: two equal samples then do not give 0.',
    'A distance is used where a kernel is meant, which turns the sign.',
    'The diagonal is dropped from the sums but still counted in the divisor.',
  ],
  readings: [
    ...estimates.map(({ of, remark }): ValueReading => ({
      kind: 'value',
      roles: [...kernels, count],
      axes: '',
      summed: '',
      elements: ({ kernel1, kernel2, between }) => of(kernel1!, kernel2!, between!),
      fit: 'loss',
      operations: [differences, ['mean', 'sum', 'einsum', 'matmul']],
      evidence: isKernel,
      remark,
    })),
    ...[['count'], ['count', 'count2']].map((counts): ValueReading => ({
      kind: 'value',
      roles: [...kernels, ...counts.map((id): Role => ({ id, shape: '', domain: 'length', classes: 'N', words: count.words! }))],
      axes: '',
      summed: '',
      elements: ({ kernel1, kernel2, between }) => discrepancyOfDistinctPairs(kernel1!, kernel2!, between!),
      fit: 'loss',
      operations: [differences, ['sum', 'einsum', 'matmul']],
      evidence: isKernel,
      remark: 'without the diagonal: unbiased',
    })),
    ...inUse.flatMap(({ kernel, ways }) =>
      estimates.slice(0, 2).map(({ of, remark }): ValueReading => ({
        kind: 'value',
        roles: [...samples, rate],
        axes: '',
        summed: '',
        elements: ({ first, second, rate }) =>
          of(kernel(first!, first!, rate!), kernel(second!, second!, rate!), kernel(first!, second!, rate!)),
        fit: 'loss',
        operations: [differences, ways, pairs, ['mean', 'sum']],
        remark,
      })),
    ),
  ],
};

export const vae: readonly Formula[] = [...kl, reparam, gaussNll, mmd, ...elbo];
