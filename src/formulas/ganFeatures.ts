/** Distances of features, and cycles. */

import type { Formula } from './formula.ts';
import { discriminatorWords, fakeWords, partWeight, realWords } from './ganRoles.ts';
import { differences } from './operationGroups.ts';
import type { Evidence, Requirement, Role } from './reading.ts';
import { term } from './term.ts';
import { absoluteError, distanceOfMeans, squaredDistanceOfMeans } from '../maths/adversarial/penalties.ts';
import { discrepancyOfAllPairs } from '../maths/elbo/discrepancy.ts';
import { add, maximum, minimum, multiply, square, subtract } from '../maths/tensor/elementwise.ts';
import { matmul } from '../maths/tensor/linear.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { swapAxes } from '../maths/tensor/shape.ts';
import type { Tensor } from '../maths/tensor/tensor.ts';

const featureWords = [
  'feat',
  'feats',
  'features',
  'feature',
  'fmap',
  'fmaps',
  'fm',
  'f',
  'activations',
  'act',
  'hidden',
  'layer',
  'embedding',
  'intermediate',
];
const layerWords = ['feat', 'feats', 'features', 'feature', 'fmap', 'fmaps', 'activations', 'hidden', 'layer', 'layers', 'intermediate'];
const matchingContexts = [
  'feature matching',
  'fm',
  'fm loss',
  'feature match',
  'feat match',
  'loss fm',
  'feat loss',
  'feature loss',
  'match',
  'matching',
  'moment matching',
];
const realFeatures: Role = {
  id: 'real',
  shape: 'B D',
  domain: 'real',
  words: ['real', 'real features', 'f real', 'feat real', 'true', 'target', 'x', 'r'],
  not: ['fake'],
};
const fakeFeatures: Role = {
  id: 'fake',
  shape: 'B D',
  domain: 'real',
  words: ['fake', 'fake features', 'f fake', 'feat fake', 'gen', 'generated', 'g'],
  not: ['real'],
};
/** One discriminator gave both, as layers within it. */
const sameDiscriminator: Evidence = (['judgedBeside', 'saidLike'] as const).map((how): readonly Requirement[] => [
  how === 'saidLike' ? { role: 'real', saidLike: 'fake' } : { role: 'real', judgedBeside: 'fake' },
  ...['real', 'fake'].map((role): Requirement => ({ role, words: discriminatorWords })),
  ...['real', 'fake'].map((role): Requirement => ({ role, origin: ['part'] })),
]);
const areMatched: Evidence = [
  [
    { role: 'real', words: realWords },
    { role: 'fake', words: fakeWords },
  ],
  [{ context: matchingContexts }],
  ...sameDiscriminator,
  // Means of what one network said of examples and of what another network made.
  [{ role: 'real', judgedBeside: 'fake' }],
  [
    { role: 'real', saidLike: 'fake' },
    { role: 'fake', words: fakeWords },
  ],
];
const arePairs: Evidence = [
  ...sameDiscriminator,
  [
    { role: 'real', words: realWords, not: fakeWords },
    { role: 'fake', words: fakeWords },
    { role: 'fake', words: [...featureWords, 'd', 'disc', 'pred', 'preds'] },
  ],
  [{ role: 'real', words: realWords, not: fakeWords }, { role: 'fake', words: fakeWords }, { context: matchingContexts }],
  // Of a layer of a discriminator, whatever its counterpart is.
  [
    ...['real', 'fake'].flatMap((role) => [
      { role, words: discriminatorWords },
      { role, words: layerWords },
    ]),
  ],
  [
    { role: 'real', words: [...featureWords, 'r', 'rl'] },
    { role: 'fake', words: [...featureWords, 'g', 'gl'] },
    { context: ['feature matching', 'fm', 'feature match', 'feature loss'] },
  ],
];
/** The same, of features as they come: not of their means. */
const arePaired: Evidence = arePairs.map((alternative) => [
  ...alternative,
  ...['real', 'fake'].map((role) => ({ role, origin: ['call', 'parameter', 'attribute'] as const })),
]);
const roles = [realFeatures, fakeFeatures];
const matched = {
  kind: 'value',
  roles,
  axes: 'D',
  summed: 'D',
  fit: 'loss',
  operations: [['mean', 'sum', 'divide'], differences],
  evidence: areMatched,
  rank: 2,
} as const;
const paired = { kind: 'value', roles, axes: 'B D', summed: '', fit: 'loss', operations: [differences], evidence: arePaired } as const;

const meansMatching: Formula = {
  id: 'feature_matching',
  family: 'GAN',
  name: 'Feature matching (of means)',
  latex: String.raw`\bigl\lVert\mathbb E\,\term{real}{f(x)}-\mathbb E\,\term{fake}{f(G(z))}\bigr\rVert_2^2`,
  lines: [],
  terms: [
    term('real', 'f(x)', 'features of real examples', 'Of a layer of the discriminator.', '[batch, features]'),
    term('fake', 'f(G(z))', 'features of generated examples', 'Of the same layer.', '[batch, features]'),
  ],
  claim: 'definition',
  note: 'The means over the batch are compared, not example with example.',
  source: { paper: 'Salimans et al. 2016, Improved Techniques for Training GANs', place: 'section 3.1', arxiv: '1606.03498' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert\bar f-\bar g\rVert_2^2=\mathrm{MMD}^2\text{ with }k(f,g)=f^\top g`,
      words: 'It is the squared maximum mean discrepancy with the linear kernel.',
      sides: ({ real, fake }) => {
        const linear = (a: Tensor, b: Tensor): Tensor => matmul(a, swapAxes(b, 0, 1));
        return [
          sum(squaredDistanceOfMeans(real!, fake!), null),
          discrepancyOfAllPairs(linear(real!, real!), linear(fake!, fake!), linear(real!, fake!)),
        ];
      },
    },
  ],
  mistakes: [
    'The mean is taken after the difference is squared: that compares example with example.',
    'The features of real examples are not held constant, so that the discriminator is pulled along.',
  ],
  readings: [
    { ...matched, elements: ({ real, fake }) => squaredDistanceOfMeans(real!, fake!) },
    { ...matched, elements: ({ real, fake }) => distanceOfMeans(real!, fake!), remark: 'in the 1-norm' },
  ],
};

const pairedMatching: Formula = {
  id: 'feature_matching_paired',
  family: 'GAN',
  name: 'Feature matching (paired)',
  latex: String.raw`\sum_l\mathbb E\bigl\lVert\term{real}{D^l(x)}-\term{fake}{D^l(G(z))}\bigr\rVert_1`,
  lines: [],
  terms: [
    term('real', 'D^l(x)', 'features of a real example', 'Of layer l of the discriminator.', '[batch, features]'),
    term(
      'fake',
      'D^l(G(z))',
      'features of its counterpart',
      'Of the same layer, for what the generator made of the same input.',
      '[batch, features]',
    ),
  ],
  claim: 'definition',
  note: 'For paired data: what is generated has a real counterpart. Some use the squared error instead.',
  source: {
    paper: 'Wang et al. 2017, High-Resolution Image Synthesis and Semantic Manipulation with Conditional GANs',
    arxiv: '1711.11585',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`\lvert a-b\rvert=\max(a,b)-\min(a,b)`,
      words: 'The distance of two numbers is the larger less the smaller.',
      sides: ({ real, fake }) => [absoluteError(real!, fake!), subtract(maximum(real!, fake!), minimum(real!, fake!))],
    },
  ],
  mistakes: [
    'The features of the real example are not held constant.',
    'The last output is counted among the layers.',
    'It is used where real and generated examples are not paired.',
  ],
  readings: [
    { ...paired, elements: ({ real, fake }) => absoluteError(real!, fake!) },
    { ...paired, elements: ({ real, fake }) => square(subtract(real!, fake!)), remark: 'squared error instead of absolute' },
  ],
};

const cycleWords = [
  'cycle',
  'cycled',
  'cyc',
  'rec',
  'reconstructed',
  'recov',
  'recovered',
  'recon',
  'reconstruction',
  'same cycle',
  'back',
];
const cycleContexts = [
  'cycle loss',
  'loss cycle',
  'cycle consistency',
  'cycle consistent',
  'cyc loss',
  'loss cyc',
  'cycle',
  'consistency loss',
];
const image = (id: string, words: readonly string[], not: readonly string[]): Role => ({ id, shape: 'B D', domain: 'real', words, not });
const cycled = (id: string, words: readonly string[]): Role => image(id, [...words, ...cycleWords], ['idt', 'identity', 'same']);
const thereAndBack = ['X', 'Y'].map((side) => ({ role: `cycled${side}`, of: side.toLowerCase(), calls: 2 }));
const cycleWeights = [
  partWeight('weightX', ['lambda a', 'lambda x', 'weight a', 'lambda cyc', 'lambda']),
  partWeight('weightY', ['lambda b', 'lambda y', 'weight b']),
];

const cycle: Formula = {
  id: 'cycle_consistency',
  family: 'GAN',
  name: 'Cycle consistency loss',
  latex: String.raw`\mathbb E\bigl\lVert\term{cycledX}{F(G(x))}-\term{x}{x}\bigr\rVert_1+\mathbb E\bigl\lVert\term{cycledY}{G(F(y))}-\term{y}{y}\bigr\rVert_1`,
  lines: [
    String.raw`\term{weightX}{\lambda_x}\,\mathbb E\lVert F(G(x))-x\rVert_1+\term{weightY}{\lambda_y}\,\mathbb E\lVert G(F(y))-y\rVert_1`,
  ],
  terms: [
    term(
      'cycledX',
      'F(G(x))',
      'x there and back',
      'The example of the first kind, turned into the second kind and back.',
      '[batch, features]',
    ),
    term('x', 'x', 'example of the first kind', 'From the first collection.', '[batch, features]'),
    term(
      'cycledY',
      'G(F(y))',
      'y there and back',
      'The example of the second kind, turned into the first kind and back.',
      '[batch, features]',
    ),
    term('y', 'y', 'example of the second kind', 'From the second collection.', '[batch, features]'),
    term('weightX', String.raw`\lambda_x`, 'weight of the first cycle', '10 in the paper, for both.'),
    term('weightY', String.raw`\lambda_y`, 'weight of the second cycle', '10 in the paper, for both.'),
  ],
  claim: 'definition',
  note: 'One direction alone is a half of it.',
  source: {
    paper: 'Zhu et al. 2017, Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks',
    place: 'eq. 2',
    arxiv: '1703.10593',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`\lvert a-b\rvert=\max(a,b)-\min(a,b)`,
      words: 'The distance of two numbers is the larger less the smaller.',
      sides: ({ x, cycledX, y, cycledY }) => [
        add(absoluteError(cycledX!, x!), absoluteError(cycledY!, y!)),
        add(subtract(maximum(cycledX!, x!), minimum(cycledX!, x!)), subtract(maximum(cycledY!, y!), minimum(cycledY!, y!))),
      ],
    },
  ],
  mistakes: ['An example is compared with its translation instead of with what comes back.', 'Both cycles start at the same collection.'],
  readings: [
    {
      kind: 'value',
      roles: [
        image('x', ['x', 'a', 'real a', 'real x', 'source'], cycleWords),
        cycled('cycledX', ['rec a', 'rec x', 'cycled x', 'cycled a', 'recov a', 'x cycle']),
        image('y', ['y', 'b', 'real b', 'real y', 'target'], cycleWords),
        cycled('cycledY', ['rec b', 'rec y', 'cycled y', 'cycled b', 'recov b', 'y cycle']),
        ...cycleWeights,
      ],
      axes: 'B D',
      summed: '',
      elements: ({ x, cycledX, y, cycledY, weightX, weightY }) =>
        add(multiply(weightX!, absoluteError(cycledX!, x!)), multiply(weightY!, absoluteError(cycledY!, y!))),
      fit: 'loss',
      operations: [['abs', 'norm', 'where', 'maximum'], differences],
      evidence: [
        [{ context: cycleContexts }, ...thereAndBack],
        [{ role: 'cycledX', words: cycleWords }, { role: 'cycledY', words: cycleWords }, ...thereAndBack],
        [{ role: 'cycledX', thereAndBack: 'cycledY' }, ...thereAndBack],
      ],
      rank: 2,
    },
    {
      kind: 'value',
      roles: [image('x', ['x', 'y', 'real', 'real a', 'real b', 'image'], cycleWords), cycled('cycledX', []), cycleWeights[0]!],
      axes: 'B D',
      summed: '',
      elements: ({ x, cycledX, weightX }) => multiply(weightX!, absoluteError(cycledX!, x!)),
      fit: 'loss',
      operations: [['abs', 'norm', 'where', 'maximum'], differences],
      evidence: [
        [{ context: cycleContexts }, thereAndBack[0]!],
        [{ role: 'cycledX', words: ['cycle', 'cycled', 'cyc'] }, thereAndBack[0]!],
      ],
      remark: 'one direction of the two',
    },
  ],
};

export const ganFeatures: readonly Formula[] = [meansMatching, pairedMatching, cycle];
