/** Penalties on gradients, which are added to losses of adversarial networks. */

import type { Formula } from './formula.ts';
import { fakeWords, partWeight, realWords } from './ganRoles.ts';
import { squared } from './operationGroups.ts';
import type { Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';
import { moved, normPenalty, oneSidedNormPenalty, rowNorm, styleNorm, zeroCentredPenalty } from '../maths/adversarial/penalties.ts';
import { add, maximum, multiply, square, subtract } from '../maths/tensor/elementwise.ts';
import { einsum } from '../maths/tensor/linear.ts';
import { mean as meanOf } from '../maths/tensor/reduce.ts';
import { detach, scalar, type Tensor } from '../maths/tensor/tensor.ts';

const one = scalar(1);
const gradientWords = ['grad', 'grads', 'gradient', 'gradients', 'dydx', 'r1 grads', 'grad real', 'pl grads', 'path grads', 'd grad', 'g'];
const penaltyContexts = [
  'gp',
  'gradient penalty',
  'penalty',
  'wgan',
  'wgangp',
  'wgan gp',
  'lipschitz',
  'grad penalty',
  'reg',
  'regularizer',
  'regularization',
];
const zeroCentredContexts = [...penaltyContexts, 'r1', 'r2', 'zero centered', 'zero centred', 'd reg', 'grad real', 'r1 reg', 'regularize'];
const pathContexts = ['path length', 'pl', 'path', 'ppl', 'path reg', 'path regularize', 'path lengths', 'pl penalty', 'pathlength'];

const gradient: Role = { id: 'gradient', shape: 'B D', domain: 'real', words: gradientWords };
const isGradient = (contexts: readonly string[]): Evidence => [
  [{ role: 'gradient', origin: ['gradient'] }],
  [{ role: 'gradient', words: ['grad', 'grads', 'gradient', 'gradients', 'dydx'] }, { context: contexts }],
];
const norms: readonly string[] = ['norm', 'sqrt', 'power', 'square', 'multiply', 'einsum', 'matmul'];
const gradientTerm = (symbol: string, meaning: string) => term('gradient', symbol, 'gradient', meaning, '[batch, features]');

const gradientPenalty: Formula = {
  id: 'wgan_gp',
  family: 'GAN',
  name: 'WGAN gradient penalty',
  latex: String.raw`\term{lambda}{\lambda}\,\mathbb E_{\hat x}\bigl[(\lVert\term{gradient}{\nabla_{\hat x}D(\hat x)}\rVert_2-\term{target}{1})^2\bigr],\quad\hat x=\epsilon x+(1-\epsilon)G(z)`,
  lines: [],
  terms: [
    term('lambda', String.raw`\lambda`, 'weight', '10 in the paper.'),
    gradientTerm(
      String.raw`\nabla_{\hat x}D(\hat x)`,
      'Of the critic with respect to its input, at a point between a real and a generated example.',
    ),
    term('target', '1', 'target norm', 'What the norm is held at.'),
  ],
  claim: 'definition',
  note: 'The norm is of each example by itself, and so is ε. The one-sided form, with max(0, ·), lets smaller norms be.',
  source: { paper: 'Gulrajani et al. 2017, Improved Training of Wasserstein GANs', place: 'eq. 3', arxiv: '1704.00028' },
  steps: [],
  identities: [
    {
      latex: String.raw`(\lVert g\rVert-1)^2=\lVert g\rVert^2-2\lVert g\rVert+1`,
      words: 'It is the zero-centred penalty, less twice the norm, up to a constant.',
      sides: ({ gradient }) => [
        normPenalty(gradient!, one),
        add(subtract(zeroCentredPenalty(gradient!, scalar(2)), multiply(scalar(2), rowNorm(gradient!))), one),
      ],
    },
    {
      latex: String.raw`\max(0,\lVert g\rVert-1)^2+\max(0,1-\lVert g\rVert)^2=(\lVert g\rVert-1)^2`,
      words: 'What is above and what is below make up the two-sided form.',
      sides: ({ gradient }) => [
        add(oneSidedNormPenalty(gradient!, one), square(maximum(scalar(0), subtract(one, rowNorm(gradient!))))),
        normPenalty(gradient!, one),
      ],
    },
  ],
  mistakes: [
    'The norm is taken over the whole batch instead of over each example.',
    'One ε is drawn for the whole batch.',
    'The graph of the gradient is not kept (create_graph), so that the penalty has no gradient itself.',
    'The gradient is taken with respect to the parameters.',
  ],
  readings: (
    [
      [normPenalty, undefined],
      [oneSidedNormPenalty, 'one-sided: only norms above the target cost'],
    ] as const
  ).map(([penalty, remark]): ValueReading => ({
    kind: 'value',
    roles: [
      gradient,
      {
        id: 'target',
        shape: '',
        domain: 'positive',
        absent: 1,
        words: ['center', 'centre', 'target', 'k', 'constant', 'lipschitz constant', 'gamma'],
        not: ['mean', 'path', 'pl', 'ema', 'length', 'avg', 'lambda', 'weight'],
      },
      partWeight('lambda', ['lambda', 'lambda gp', 'gp weight', 'weight', 'lamb', 'coef', 'gp lambda']),
    ],
    axes: 'B',
    summed: '',
    elements: ({ gradient, target, lambda }) => multiply(lambda!, penalty(gradient!, target!)),
    fit: 'loss',
    operations: [norms],
    evidence: isGradient(penaltyContexts),
    ...(remark && { remark }),
  })),
};

const r1: Formula = {
  id: 'r1',
  family: 'GAN',
  name: 'Zero-centred gradient penalty (R1)',
  latex: String.raw`\frac{\term{gamma}{\gamma}}2\,\mathbb E_x\lVert\term{gradient}{\nabla_xD(x)}\rVert_2^2`,
  lines: [],
  terms: [
    term('gamma', String.raw`\gamma`, 'weight', 'Of the penalty; the factor 1/2 is often taken into it.'),
    gradientTerm(
      String.raw`\nabla_xD(x)`,
      'Of the discriminator with respect to real examples; on generated ones the penalty is called R2.',
    ),
  ],
  claim: 'definition',
  note: 'With or without the one half. On generated examples it is R2.',
  source: { paper: 'Mescheder, Geiger and Nowozin 2018, Which Training Methods for GANs do actually Converge?', arxiv: '1801.04406' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert g\rVert_2^2=g^\top g`,
      words: 'The square of the norm is the gradient’s product with itself.',
      sides: ({ gradient, gamma }) => [
        zeroCentredPenalty(gradient!, gamma!),
        multiply(multiply(scalar(0.5), gamma!), einsum('bd,bd->b', [gradient!, gradient!])),
      ],
    },
  ],
  mistakes: [
    'The mean over all elements is taken: the penalty is then weaker by the size of an example.',
    'The graph of the gradient is not kept (create_graph).',
    'The norm is not squared.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [gradient, partWeight('gamma', ['gamma', 'r1 gamma', 'weight', 'lambda', 'r1', 'r1 weight'])],
      axes: 'B',
      summed: '',
      elements: ({ gradient, gamma }) => zeroCentredPenalty(gradient!, gamma!),
      fit: 'loss',
      operations: [squared],
      evidence: [
        [{ role: 'gradient', origin: ['gradient'] }, { context: zeroCentredContexts }],
        [
          { role: 'gradient', origin: ['gradient'] },
          { role: 'gradient', words: [...realWords, ...fakeWords, 'd', 'disc', 'discriminator', 'critic', 'netd'] },
        ],
        [{ role: 'gradient', words: ['grad', 'grads', 'gradient', 'gradients', 'dydx'] }, { context: zeroCentredContexts }],
        [
          { role: 'gradient', origin: ['gradient'] },
          { role: 'gamma', words: ['gamma', 'r1', 'r1 gamma', 'r1 weight'] },
        ],
      ],
    },
  ],
};

const pathMean: Role = {
  id: 'target',
  shape: '',
  domain: 'positive',
  words: [
    'pl mean',
    'mean path length',
    'path mean',
    'mean path lengths',
    'ema',
    'a',
    'mean',
    'avg',
    'target',
    'steps',
    'path length mean',
    'moving average',
  ],
  not: ['decay', 'beta', 'weight'],
};
const decay: Role = { id: 'decay', shape: '', domain: 'unit', words: ['decay', 'pl decay', 'beta', 'momentum', 'rate'], literal: true };
const isPath: Evidence = [
  [
    { role: 'gradient', origin: ['gradient'] },
    { role: 'target', words: pathMean.words! },
  ],
  [{ role: 'gradient', origin: ['gradient'] }, { context: pathContexts }],
  [{ role: 'gradient', words: gradientWords }, { context: pathContexts }],
];
const isLength: Evidence = [
  [{ role: 'gradient', origin: ['gradient'] }, { context: pathContexts }],
  [{ role: 'gradient', words: ['pl grads', 'path grads'] }],
];
const paths = [
  { from: gradient, length: rowNorm },
  { from: { ...gradient, shape: 'B L D' }, length: styleNorm },
];

const pathLength: Formula = {
  id: 'path_length',
  family: 'GAN',
  name: 'Path length regularisation',
  latex: String.raw`\mathbb E_{w,y}\bigl(\lVert\term{gradient}{J_w^\top y}\rVert_2-\term{target}{a}\bigr)^2`,
  lines: [
    String.raw`\term{length}{\ell}=\lVert J_w^\top y\rVert_2,\quad\term{gradient}{J_w^\top y}=\nabla_w\bigl(g(w)\cdot y\bigr),\quad y\sim\mathcal N(0,I)`,
    String.raw`\term{target}{a}\leftarrow\term{target}{a}+\term{decay}{\rho}\bigl(\mathbb E\lVert\term{gradient}{J_w^\top y}\rVert_2-\term{target}{a}\bigr)`,
  ],
  terms: [
    gradientTerm(String.raw`J_w^\top y`, 'Of the image’s product with noise, with respect to the style: how far the image moves with it.'),
    term('length', String.raw`\ell`, 'path length', 'Of one example: how far the image moves for a step of the style.', '[batch]'),
    term('target', 'a', 'target length', 'A running mean of the lengths.'),
    term('decay', String.raw`\rho`, 'rate', 'How fast the running mean follows.'),
  ],
  claim: 'definition',
  note: 'Asks that a step of the same size in the latent changes the image equally everywhere. The length alone is shown by this name too.',
  source: {
    paper: 'Karras et al. 2019, Analyzing and Improving the Image Quality of StyleGAN',
    place: 'section 3.2',
    arxiv: '1912.04958',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`(\lVert g\rVert-a)^2=\lVert g\rVert^2-2a\lVert g\rVert+a^2`,
      words: 'Written out, the target stands by the length alone.',
      sides: ({ gradient, target }) => [
        normPenalty(gradient!, target!),
        add(
          subtract(einsum('bd,bd->b', [gradient!, gradient!]), multiply(multiply(scalar(2), target!), rowNorm(gradient!))),
          square(target!),
        ),
      ],
    },
  ],
  mistakes: [
    'The noise is not divided by the root of the number of pixels: the lengths then grow with the resolution.',
    'The graph of the gradient is not kept (create_graph).',
    'The running mean is not held constant from step to step.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        {
          id: 'length',
          shape: 'B',
          domain: 'positive',
          words: ['pl lengths', 'path lengths', 'path length', 'lengths', 'pl length', 'pl', 'path'],
          not: ['mean'],
        },
        pathMean,
      ],
      axes: 'B',
      summed: '',
      elements: ({ length, target }) => square(subtract(length!, target!)),
      fit: 'loss',
      operations: [squared],
      evidence: [
        [{ role: 'length', words: ['pl lengths', 'path lengths', 'path length', 'pl length'] }],
        [{ role: 'length', words: ['lengths', 'length'] }, { context: pathContexts }],
        [{ role: 'length', formula: ['path_length'] }],
      ],
      rank: 2,
    },
    ...paths.flatMap(({ from, length }): ValueReading[] => {
      const common = { kind: 'value', axes: 'B', summed: '', operations: [norms] } as const;
      const toMean = (lengths: Tensor, mean: Tensor): Tensor => square(subtract(lengths, mean));
      return [
        {
          ...common,
          roles: [from, pathMean],
          elements: ({ gradient, target }) => toMean(length(gradient!), target!),
          fit: 'loss',
          evidence: isPath,
          rank: 2,
        },
        // What of it is held constant: nothing, the mean of this batch, or all of it.
        ...(
          [
            (mean: Tensor, lengths: Tensor, rate: Tensor) => moved(mean, lengths, rate),
            (mean: Tensor, lengths: Tensor, rate: Tensor) => moved(mean, detach(lengths), rate),
            (mean: Tensor, lengths: Tensor, rate: Tensor) => detach(moved(mean, lengths, rate)),
          ] as const
        ).map((follow): ValueReading => ({
          ...common,
          roles: [from, pathMean, decay],
          elements: ({ gradient, target, decay }) => {
            const lengths = length(gradient!);
            return toMean(lengths, follow(target!, meanOf(lengths, null), decay!));
          },
          fit: 'loss',
          // That a running mean of the lengths is what they are held at says it.
          evidence: [...isPath, [{ role: 'gradient', origin: ['gradient'] }]],
          rank: 2,
          remark: 'the running mean takes in this batch first',
        })),
        {
          ...common,
          roles: [from],
          elements: ({ gradient }) => length(gradient!),
          fit: 'quantity',
          evidence: isLength,
          remark: 'the length alone',
        },
      ];
    }),
  ],
};

export const ganPenalties: readonly Formula[] = [gradientPenalty, r1, pathLength];
