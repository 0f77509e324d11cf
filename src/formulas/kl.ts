/** KL divergences of a variational auto-encoder. */

import { covariance } from './encodings.ts';
import type { Formula, Source } from './formula.ts';
import { klEstimates } from './klEstimates.ts';
import { differences, logarithmic, squared } from './operationGroups.ts';
import type { Role } from './reading.ts';
import { term } from './term.ts';
import { kingma2013, mean, mean1, mean2, priorWords, std, std1, std2 } from './vaeRoles.ts';
import {
  gaussianNll,
  klBetweenGaussians,
  klBetweenMultivariateGaussians,
  klToStandardMultivariateNormal,
  klToStandardNormal,
} from '../maths/elbo/gaussian.ts';
import { alongside, meanUnderGaussian } from '../maths/elbo/quadrature.ts';
import { add, divide, log, multiply, sqrt, square, subtract } from '../maths/tensor/elementwise.ts';
import { cholesky, triangularSolve } from '../maths/tensor/linear.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { broadcastTo, diagonal, diagonalMatrix, expandDims } from '../maths/tensor/shape.ts';
import { scalar } from '../maths/tensor/tensor.ts';

const hershey: Source = {
  paper: 'Hershey and Olsen 2007, Approximating the Kullback Leibler Divergence Between Gaussian Mixture Models',
};

const one = scalar(1);
const none = scalar(0);

const determinants = ['logAbsDeterminant', 'determinant', 'cholesky', 'log', 'sum', 'einsum', 'product'];

const covariance1: Role = {
  id: 'covariance1',
  shape: 'B D D',
  domain: 'covariance',
  encodings: covariance,
  words: ['q', 'sigma1', 'cov1', 's1'],
};
const covariance2: Role = {
  id: 'covariance2',
  shape: 'B D D',
  domain: 'covariance',
  encodings: covariance,
  words: ['p', 'prior', 'sigma2', 'cov2', 's2'],
};
const multivariate = { kind: 'value', axes: 'B', summed: '', fit: 'loss', operations: [determinants, squared] } as const;

export const kl: readonly Formula[] = [
  {
    id: 'kl_diag_std_normal',
    family: 'VAE',
    name: 'KL of a diagonal Gaussian to N(0, I)',
    latex: String.raw`\term{kl}{D_{KL}}=-\tfrac12\sum_j\bigl(1+\log\term{std}{\sigma_j^2}-\term{mean}{\mu_j^2}-\term{std}{\sigma_j^2}\bigr)`,
    lines: [],
    terms: [
      term('kl', 'D_{KL}', 'divergence', 'What it costs, for one example, to say z by q(z|x) instead of the prior.', '[batch]', 'nats'),
      term('mean', String.raw`\mu_j`, 'mean', 'The mean of component j of the latent.', '[batch, latent]'),
      term(
        'std',
        String.raw`\sigma_j`,
        'standard deviation',
        'Of component j of the latent; code mostly holds the log of its square.',
        '[batch, latent]',
      ),
    ],
    claim: 'identity',
    note: 'In closed form. The sum over the latent’s components belongs to it; over the batch any reduction does. A mean over components is the same divided by their number, which weakens it against the reconstruction.',
    source: { paper: kingma2013, place: 'appendix B', arxiv: '1312.6114' },
    steps: [],
    identities: [
      {
        latex: String.raw`D_{KL}=\mathbb E_{z\sim\mathcal N(\mu,\sigma^2)}\bigl[\log\mathcal N(z;\mu,\sigma^2)-\log\mathcal N(z;0,1)\bigr]`,
        words: 'It is the mean of the difference of log-densities under the first Gaussian.',
        sides: ({ mean, std }) => [
          klToStandardNormal(mean!, std!),
          meanUnderGaussian(mean!, std!, (z) => subtract(gaussianNll(z, none, one), gaussianNll(z, alongside(mean!), alongside(std!)))),
        ],
      },
    ],
    mistakes: [
      'The log-variance is taken for a variance or for a standard deviation: the exponential is missing, or one factor 2 is.',
      'A sign inside the sum is turned: the least value is then no longer at mean 0 and standard deviation 1.',
      'The mean over all elements stands beside a reconstruction that is summed: the divergence then hardly counts.',
      'The factor 1/2 is on one part of the sum alone.',
    ],
    readings: [
      {
        kind: 'value',
        roles: [mean, std],
        axes: 'B D',
        summed: 'D',
        elements: ({ mean, std }) => klToStandardNormal(mean!, std!),
        fit: 'loss',
        operations: [logarithmic, squared],
      },
    ],
  },
  {
    id: 'kl_gauss_gauss',
    family: 'VAE',
    name: 'KL between two diagonal Gaussians',
    latex: String.raw`\term{kl}{D_{KL}(\mathcal N_1\Vert\mathcal N_2)}=\tfrac12\sum_j\biggl[\log\frac{\term{std2}{\sigma_{2j}^2}}{\term{std1}{\sigma_{1j}^2}}+\frac{\term{std1}{\sigma_{1j}^2}+(\term{mean1}{\mu_{1j}}-\term{mean2}{\mu_{2j}})^2}{\term{std2}{\sigma_{2j}^2}}-1\biggr]`,
    lines: [],
    terms: [
      term(
        'kl',
        String.raw`D_{KL}(\mathcal N_1\Vert\mathcal N_2)`,
        'divergence',
        'Of the first Gaussian from the second, for one example.',
        '[batch]',
        'nats',
      ),
      term('mean1', String.raw`\mu_{1j}`, 'first mean', 'Of the Gaussian that the mean is taken under: the posterior.', '[batch, latent]'),
      term('std1', String.raw`\sigma_{1j}`, 'first standard deviation', 'Of the Gaussian that the mean is taken under.', '[batch, latent]'),
      term(
        'mean2',
        String.raw`\mu_{2j}`,
        'second mean',
        'Of the Gaussian that is compared with: the prior; 0 where code leaves it out.',
        '[batch, latent]',
      ),
      term('std2', String.raw`\sigma_{2j}`, 'second standard deviation', 'Of the Gaussian that is compared with.', '[batch, latent]'),
    ],
    claim: 'identity',
    note: 'In closed form, with a second Gaussian or with a prior of another mean or variance. It is not symmetric: the reverse divergence is another value.',
    source: hershey,
    steps: [],
    identities: [
      {
        latex: String.raw`D_{KL}=\mathbb E_{z\sim\mathcal N_1}\bigl[\log\mathcal N_1(z)-\log\mathcal N_2(z)\bigr]`,
        words: 'It is the mean of the difference of log-densities under the first Gaussian.',
        sides: ({ mean1, std1, mean2, std2 }) => [
          klBetweenGaussians(mean1!, std1!, mean2!, std2!),
          meanUnderGaussian(mean1!, std1!, (z) =>
            subtract(gaussianNll(z, alongside(mean2!), alongside(std2!)), gaussianNll(z, alongside(mean1!), alongside(std1!))),
          ),
        ],
      },
      {
        latex: String.raw`D_{KL}(\mathcal N(\mu_1,\sigma_1^2)\Vert\mathcal N(\mu_2,\sigma_2^2))=D_{KL}\bigl(\mathcal N(\tfrac{\mu_1-\mu_2}{\sigma_2},\tfrac{\sigma_1^2}{\sigma_2^2})\Vert\mathcal N(0,1)\bigr)`,
        words: 'In units of the second Gaussian it is the divergence from N(0, 1).',
        sides: ({ mean1, std1, mean2, std2 }) => [
          klBetweenGaussians(mean1!, std1!, mean2!, std2!),
          klToStandardNormal(divide(subtract(mean1!, mean2!), std2!), divide(std1!, std2!)),
        ],
      },
    ],
    variants: [
      {
        words: 'the other way round',
        roles: ({ mean1, std1, mean2, std2, ...roles }) => ({
          ...roles,
          mean1: mean2 ?? scalar(0),
          std1: std2 ?? scalar(1),
          mean2: mean1!,
          std2: std1!,
        }),
      },
    ],
    mistakes: [
      'The two log-variances stand the wrong way round: their sign decides which Gaussian is compared with which.',
      'The squared distance is divided by the first variance, or by the second standard deviation.',
      'The −1 of each component is left out: a constant, which shifts the value and not the gradient.',
    ],
    readings: [
      {
        kind: 'value',
        roles: [mean1, std1, mean2, std2],
        axes: 'B D',
        summed: 'D',
        elements: ({ mean1, std1, mean2, std2 }) => klBetweenGaussians(mean1!, std1!, mean2!, std2!),
        fit: 'loss',
        operations: [logarithmic, squared],
      },
      {
        kind: 'value',
        roles: [mean1, std1, mean2, { ...std2, shape: '', literal: true }],
        axes: 'B D',
        summed: 'D',
        elements: ({ mean1, std1, mean2, std2 }) => klBetweenGaussians(mean1!, std1!, mean2!, std2!),
        fit: 'loss',
        operations: [logarithmic, squared],
        remark: 'one spread for all components of the second Gaussian',
      },
      {
        kind: 'value',
        roles: [mean1, std1, { id: 'mean2', shape: 'B D', domain: 'real', words: priorWords }],
        axes: 'B D',
        summed: 'D',
        elements: ({ mean1, std1, mean2 }) => klBetweenGaussians(mean1!, std1!, mean2!, one),
        fit: 'loss',
        operations: [logarithmic, squared, differences],
        remark: 'the second Gaussian has variance 1',
      },
    ],
  },

  {
    id: 'kl_gauss_full',
    family: 'VAE',
    name: 'KL between two multivariate Gaussians',
    latex: String.raw`\term{kl}{D_{KL}(\mathcal N_1\Vert\mathcal N_2)}=\tfrac12\biggl[\mathrm{tr}\bigl(\term{covariance2}{\Sigma_2^{-1}}\term{covariance1}{\Sigma_1}\bigr)+\Delta^\top\term{covariance2}{\Sigma_2^{-1}}\Delta-\term{dimensions}{d}+\log\frac{\term{covariance2}{\lvert\Sigma_2\rvert}}{\term{covariance1}{\lvert\Sigma_1\rvert}}\biggr],\quad\Delta=\term{mean2}{\mu_2}-\term{mean1}{\mu_1}`,
    lines: [],
    terms: [
      term(
        'kl',
        String.raw`D_{KL}(\mathcal N_1\Vert\mathcal N_2)`,
        'divergence',
        'Of the first Gaussian from the second.',
        '[batch]',
        'nats',
      ),
      term('mean1', String.raw`\mu_1`, 'first mean', 'Of the Gaussian that the mean is taken under.', '[batch, latent]'),
      term(
        'covariance1',
        String.raw`\Sigma_1`,
        'first covariance',
        'Symmetric and positive definite; code often holds its Cholesky factor.',
        '[batch, latent, latent]',
      ),
      term('mean2', String.raw`\mu_2`, 'second mean', 'Of the Gaussian that is compared with.', '[batch, latent]'),
      term(
        'covariance2',
        String.raw`\Sigma_2`,
        'second covariance',
        'Of the Gaussian that is compared with: it is its inverse that weighs.',
        '[batch, latent, latent]',
      ),
      term('dimensions', 'd', 'dimensions', 'The number of components.'),
    ],
    claim: 'identity',
    note: 'In closed form, with full covariances.',
    source: hershey,
    steps: [],
    identities: [
      {
        latex: String.raw`D_{KL}\bigl(\mathcal N(\mu_1,\mathrm{diag}\,\sigma_1^2)\Vert\mathcal N(\mu_2,\mathrm{diag}\,\sigma_2^2)\bigr)=\tfrac12\sum_j\Bigl[\log\tfrac{\sigma_{2j}^2}{\sigma_{1j}^2}+\cdots\Bigr]`,
        words: 'Where both covariances are diagonal it is the sum over components.',
        sides: ({ mean1, mean2, covariance1, covariance2 }) => {
          const [v1, v2] = [diagonal(covariance1!), diagonal(covariance2!)];
          return [
            klBetweenMultivariateGaussians(mean1!, diagonalMatrix(v1), mean2!, diagonalMatrix(v2)),
            sum(klBetweenGaussians(mean1!, sqrt(v1), mean2!, sqrt(v2)), [-1]),
          ];
        },
      },
      {
        latex: String.raw`\mathrm{tr}(\Sigma_2^{-1}\Sigma_1)+\log\tfrac{\lvert\Sigma_2\rvert}{\lvert\Sigma_1\rvert}=\lVert L_2^{-1}L_1\rVert_F^2+2\log\tfrac{\lvert L_2\rvert}{\lvert L_1\rvert},\quad\Sigma=LL^\top`,
        words: 'From Cholesky factors it needs no inverse.',
        sides: ({ mean1, mean2, covariance1, covariance2 }) => {
          const [l1, l2] = [cholesky(covariance1!), cholesky(covariance2!)];
          const ratio = triangularSolve(l2, l1, 'lower');
          const difference = triangularSolve(l2, expandDims(subtract(mean2!, mean1!), -1), 'lower');
          const logs = multiply(scalar(2), sum(subtract(log(diagonal(l2)), log(diagonal(l1))), [-1]));
          const squares = add(sum(square(ratio), [-2, -1]), sum(square(difference), [-2, -1]));
          return [
            klBetweenMultivariateGaussians(mean1!, covariance1!, mean2!, covariance2!),
            multiply(scalar(0.5), add(subtract(squares, scalar(mean1!.shape.at(-1)!)), logs)),
          ];
        },
      },
    ],
    mistakes: [
      'The inverse is of the first covariance where it has to be of the second.',
      'The Cholesky factor is taken for the covariance: its log-determinant is then half of what is meant.',
      'The number of dimensions is left out: a constant, so the gradient is right and the value is not a divergence.',
    ],
    readings: [
      {
        ...multivariate,
        roles: [mean1, covariance1, { ...mean2, absent: 0 }, covariance2],
        elements: ({ mean1, covariance1, mean2, covariance2 }) =>
          klBetweenMultivariateGaussians(mean1!, covariance1!, broadcastTo(mean2!, mean1!.shape), covariance2!),
      },
      {
        ...multivariate,
        roles: [mean1, covariance1],
        elements: ({ mean1, covariance1 }) => klToStandardMultivariateNormal(mean1!, covariance1!),
        remark: 'the second Gaussian is N(0, I)',
      },
    ],
  },
  {
    id: 'kl_dist',
    family: 'VAE',
    name: 'KL divergence of distribution objects',
    latex: String.raw`\term{kl}{D_{KL}}\bigl(\term{posterior}{q}\Vert\term{prior}{p}\bigr)=\mathbb E_{z\sim q}\bigl[\log\term{posterior}{q(z)}-\log\term{prior}{p(z)}\bigr]`,
    lines: [],
    terms: [
      term('kl', 'D_{KL}', 'divergence', 'Of the first distribution from the second; 0 where they are the same.', '[batch]', 'nats'),
      term('posterior', 'q', 'first distribution', 'What the mean is taken under: the posterior.'),
      term('prior', 'p', 'second distribution', 'What it is compared with: the prior.'),
    ],
    claim: 'definition',
    note: 'The library chooses the closed form by the kinds of the two distributions; it is not in the code. Components that are independent are summed only where the distribution says that they are one event.',
    source: { paper: 'Kullback and Leibler 1951, On Information and Sufficiency' },
    steps: [],
    mistakes: [
      'The two distributions stand the wrong way round.',
      'The result has one number a component, and its mean is taken where its sum is meant.',
    ],
    readings: [{ kind: 'call', calls: ['klDivergence'] }],
  },
  ...klEstimates,
];
