/** Attention and normalisation of a Transformer, as code has them. */

import { attentionWeights, weightedValues } from '../maths/transformer/attention.ts';
import { layerNormalised, rmsNormalised, type Guard } from '../maths/transformer/normalisation.ts';
import { add, divide, log, multiply, reciprocal, sqrt, square, subtract } from '../maths/tensor/elementwise.ts';
import { matmul } from '../maths/tensor/linear.ts';
import { mean, sum } from '../maths/tensor/reduce.ts';
import { expandDims, slice, swapAxes } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { attentionWeight, sdpa as shownAttention } from './attention.ts';
import type { Formula, Variant } from './formula.ts';
import type { Encoding, Evidence, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const one = scalar(1);
const none = scalar(0);

const softmaxing = ['softmax', 'exp', 'exp2', 'power', 'logSoftmax', 'sigmoid'];
const products = ['matmul', 'einsum', 'outer'];

const queryRole: Role = {
  id: 'query',
  shape: 'B H T E',
  domain: 'real',
  words: ['q', 'query', 'queries', 'xq', 'q heads', 'query layer', 'query states'],
  not: ['k', 'v', 'key', 'value', 'keys', 'values'],
};
const keyRole: Role = {
  id: 'key',
  shape: 'B H S E',
  domain: 'real',
  words: ['k', 'key', 'keys', 'xk', 'k t', 'key layer', 'key states'],
  not: ['q', 'v', 'query', 'value', 'queries', 'values'],
};
const valueRole: Role = {
  id: 'value',
  shape: 'B H S D',
  domain: 'real',
  words: ['v', 'value', 'values', 'xv', 'value layer', 'value states'],
  not: ['q', 'k', 'query', 'key', 'queries', 'keys'],
};

/** A root of the head width, of queries as they are drawn. */
const rootOfWidth = ({ shape }: Tensor): Tensor => scalar(Math.sqrt(shape.at(-1) ?? 1));

/** The initialisation, or the learning rate, may make up for another scale. */
const otherScales: readonly Variant[] = [
  { words: 'scaled by 1/d', roles: ({ query, ...roles }) => ({ ...roles, query: divide(query!, rootOfWidth(query!)) }) },
  { words: 'not scaled', roles: ({ query, ...roles }) => ({ ...roles, query: multiply(query!, rootOfWidth(query!)) }) },
];

/** Forms of the factor on the scores. */
const scaleForms: readonly Encoding[] = [
  {
    id: 'factor',
    name: 'factor',
    symbol: (role) => role,
    encode: (scale) => scale,
    words: ['scale', 'scaling', 'factor', 'multiplier', 'scale factor'],
  },
  {
    id: 'width',
    name: 'head width',
    symbol: (role) => `(${role})^{-2}`,
    encode: (scale) => reciprocal(square(scale)),
    words: [
      'd',
      'dk',
      'd k',
      'dim',
      'head dim',
      'dim head',
      'head size',
      'depth',
      'd head',
      'hd',
      'key dim',
      'hidden size',
      'dim k',
      'd model',
      'attention head size',
    ],
  },
  {
    id: 'divisor',
    name: 'divisor, one over the factor',
    symbol: (role) => `1/(${role})`,
    encode: reciprocal,
    words: ['temperature', 'sqrt d', 'sqrt dk', 'norm factor', 'norm', 'tau', 'scale'],
  },
  {
    id: 'logarithm',
    name: 'logarithm of the factor',
    symbol: (role) => String.raw`\log ${role}`,
    encode: log,
    words: ['logit scale', 'log scale', 'log temperature'],
  },
  {
    id: 'root',
    name: 'root of the factor, on queries and on keys',
    symbol: (role) => String.raw`\sqrt{${role}}`,
    encode: sqrt,
    words: ['scale'],
  },
];

/** What is added to scores before the softmax. */
interface Biasing {
  readonly roles: readonly Role[];
  readonly bias: (roles: Readonly<Record<string, Tensor>>) => Tensor | null;
}

const biasWords = [
  'bias',
  'mask',
  'attn bias',
  'attention mask',
  'position bias',
  'rel pos',
  'alibi',
  'relative position bias',
  'pos bias',
];

/** A mask that leaves keys out leaves the formula as it is on the others. */
const biases: readonly Biasing[] = [
  { roles: [], bias: () => null },
  { roles: [{ id: 'mask', shape: 'T S', domain: 'real', words: biasWords, not: ['q', 'k', 'v'] }], bias: (given) => given['mask']! },
  {
    roles: [{ id: 'mask', shape: 'B T S', domain: 'real', words: biasWords, not: ['q', 'k', 'v'] }],
    bias: (given) => expandDims(given['mask']!, 1),
  },
];

/** One over the root of the head width, or a factor that the code holds. */
const scales: readonly { readonly roles: readonly Role[]; readonly scale: (roles: Readonly<Record<string, Tensor>>) => Tensor }[] = [
  { roles: [], scale: ({ query }) => scalar(1 / Math.sqrt(query!.shape.at(-1) ?? 1)) },
  {
    roles: [{ id: 'scale', shape: '', domain: 'positive', encodings: scaleForms, absent: 1, literal: true }],
    scale: ({ scale }) => scale!,
  },
];

/** Heads behind tokens, tokens behind features, keys transposed. */
const layouts: readonly Readonly<Record<string, string>>[] = [
  { query: 'B T H E', key: 'B S H E', value: 'B S H D', result: 'B T H D' },
  { result: 'B T H D' },
  { query: 'B T H E', key: 'B S H E', value: 'B S H D' },
  { query: 'B H E T', key: 'B H E S', value: 'B H D S', result: 'B H D T' },
  { query: 'B H E T', key: 'B H E S', value: 'B H D S' },
  { key: 'B H E S' },
  { key: 'B H E S', value: 'B H D S', result: 'B H D T' },
];
const weightLayouts: readonly Readonly<Record<string, string>>[] = [
  { query: 'B T H E', key: 'B S H E' },
  { query: 'B H E T', key: 'B H E S' },
  { key: 'B H E S' },
];

const attentionWords = ['attention', 'attn', 'sdpa', 'mha', 'self attn', 'cross attn', 'transformer'];

/** Where the scale is not the one over the root of the width, softmax of a product may be a classifier or a router. */
const isAttention: Evidence = [
  [{ role: 'query', words: ['q', 'query', 'queries', 'xq', 'wq', 'to q', 'q proj'] }],
  [{ role: 'key', words: ['k', 'key', 'keys', 'xk', 'wk', 'to k', 'k proj'] }],
  [{ context: attentionWords }],
  [{ target: ['attn', 'attention', 'attention weights', 'attn weights', 'attention probs', 'attn probs'] }],
];

/** [..., 1] */
const firstOf = (x: Tensor): Tensor => slice(x, ['ellipsis', { from: 0, to: 1, step: 1 }]);

type AttentionOf = (roles: Readonly<Record<string, Tensor>>, scale: Tensor, bias: Tensor | null) => Tensor;

function attentionReadings(
  ends: readonly Role[],
  axes: string,
  orders: readonly Readonly<Record<string, string>>[],
  of: AttentionOf,
): ValueReading[] {
  return scales.flatMap(({ roles: scaleRoles, scale }) =>
    biases.map(({ roles, bias }): ValueReading => ({
      kind: 'value',
      roles: [...ends, ...roles, ...scaleRoles],
      axes,
      summed: '',
      elements: (given) => of(given, scale(given), bias(given)),
      fit: 'quantity',
      operations: [softmaxing, products],
      layouts: orders,
      ...(scaleRoles.length > 0 && { evidence: isAttention }),
    })),
  );
}

/** Several query heads share one of keys and values: the keys and values are not repeated, the products have an axis more. */
function groupedReadings(
  ends: readonly Role[],
  axes: string,
  orders: readonly Readonly<Record<string, string>>[],
  of: AttentionOf,
): ValueReading[] {
  return scales.map(({ roles: scaleRoles, scale }): ValueReading => ({
    kind: 'value',
    roles: [...ends.map((role) => (role.id === 'query' ? { ...role, shape: 'B H G T E' } : role)), ...scaleRoles],
    axes,
    summed: '',
    elements: ({ query, ...shared }) => {
      const spread = Object.fromEntries(Object.entries(shared).map(([id, x]) => [id, id === 'scale' ? x : expandDims(x, 2)]));
      return of({ query: query!, ...spread }, scale({ query: query!, ...shared }), null);
    },
    fit: 'quantity',
    operations: [softmaxing, ['einsum', 'matmul']],
    layouts: orders,
    evidence: isAttention,
    remark: 'query heads in groups, each with one head of keys and values',
  }));
}
/** Heads of queries by heads of keys, and the other way round; tokens before heads or behind. */
const groupedLayouts: readonly Readonly<Record<string, string>>[] = [
  { query: 'B T H G E', key: 'B S H E', value: 'B S H D', result: 'B T H G D' },
  { query: 'B T G H E', key: 'B S H E', value: 'B S H D', result: 'B T G H D' },
  { query: 'B G H T E', result: 'B G H T D' },
];
const groupedWeightLayouts: readonly Readonly<Record<string, string>>[] = [
  { query: 'B T H G E', key: 'B S H E' },
  { query: 'B T G H E', key: 'B S H E', result: 'B G H T S' },
  { query: 'B G H T E', result: 'B G H T S' },
];

const attended: AttentionOf = (given, scale, bias) =>
  weightedValues(attentionWeights(given['query']!, given['key']!, scale, bias), given['value']!);
const weighed: AttentionOf = (given, scale, bias) => attentionWeights(given['query']!, given['key']!, scale, bias);

const sdpa: Formula = {
  ...shownAttention,
  note: 'The softmax is over the keys; the mask or bias may be absent. Another factor than one over the root of the head width may be right: it may be folded into the queries or learned.',
  identities: [
    {
      latex: String.raw`\mathrm{softmax}(s+c\mathbf 1^\top)V=\mathrm{softmax}(s)V`,
      words: 'A number added to all scores of a query changes nothing.',
      sides: ({ query, key, value }) => {
        const shift = sum(query!, [-1], true);
        const scale = scalar(0.5);
        return [
          weightedValues(attentionWeights(query!, key!, scale, shift), value!),
          weightedValues(attentionWeights(query!, key!, scale, null), value!),
        ];
      },
    },
    {
      latex: String.raw`Q=0,\ M=0\ \Rightarrow\ o_i=\frac1n\sum_jv_j`,
      words: 'A query of zeros attends to all keys alike: its output is the mean of the values.',
      sides: ({ query, key, value }) => {
        const still = multiply(query!, none);
        const spread = add(mean(value!, [-2], true), multiply(none, sum(query!, [-1], true)));
        return [weightedValues(attentionWeights(still, key!, one, null), value!), spread];
      },
    },
  ],
  mistakes: [
    'The softmax is taken over the queries: columns sum to 1 then, not rows.',
    'Scores are multiplied by the root of the head width where they should be divided by it.',
    'The mask is filled with 0 or with a tiny number before the softmax: such keys then still have weight.',
    'The root is of the model’s width and not of the head’s.',
  ],
  variants: otherScales,
  readings: [
    ...attentionReadings([queryRole, keyRole, valueRole], 'B H T D', layouts, attended),
    ...groupedReadings([queryRole, keyRole, valueRole], 'B H G T D', groupedLayouts, attended),
  ],
};

const weights: Formula = {
  id: 'sdpa_weights',
  family: 'Transformer',
  name: 'Attention weights',
  latex: String.raw`\mathrm{softmax}\Bigl(\frac{\term{query}{Q}\term{key}{K^\top}}{\term{scale}{\sqrt{d_k}}}\Bigr)`,
  lines: [
    String.raw`\term{weight}{\alpha_{ij}}=\frac{\exp(s_{ij})}{\sum_l\exp(s_{il})},\quad s_{ij}=\frac{\term{query}{q_i}\cdot\term{key}{k_j}}{\term{scale}{\sqrt{d_k}}}+\term{mask}{M_{ij}}`,
  ],
  terms: [
    term('query', 'Q', 'queries', 'What each token looks for.', '[batch, heads, queries, headDim]'),
    term('key', 'K', 'keys', 'What each token is found by.', '[batch, heads, keys, headDim]'),
    term(
      'scale',
      String.raw`\sqrt{d_k}`,
      'scale',
      'What every score is divided by, or multiplied by its inverse: the root of the head width, or what the model has instead.',
    ),
    term(
      'mask',
      'M_{ij}',
      'mask or bias',
      'What is added to the scaled score: 0 where nothing is, −∞ where query i must not attend to key j.',
      '[queries, keys]',
      'nats',
    ),
    attentionWeight,
  ],
  claim: 'definition',
  note: 'Without the product with the values. A mask or bias may be added before the softmax.',
  source: { paper: 'Vaswani et al. 2017, Attention Is All You Need', place: 'eq. 1', arxiv: '1706.03762' },
  steps: [],
  identities: [
    {
      latex: String.raw`\sum_j\alpha_{ij}=1`,
      words: 'The weights of a query sum to 1.',
      sides: ({ query, key }) => {
        const sums = sum(attentionWeights(query!, key!, scalar(0.5), null), [-1]);
        return [sums, add(one, multiply(none, sums))];
      },
    },
    {
      latex: String.raw`\ln\frac{\alpha_{ij}}{\alpha_{i1}}=s_{ij}-s_{i1}`,
      words: 'The ratio of two weights of a query is the exponential of the difference of their scores.',
      sides: ({ query, key }) => {
        const logs = log(attentionWeights(query!, key!, scalar(0.5), null));
        const scores = multiply(scalar(0.5), matmul(query!, swapAxes(key!, -1, -2)));
        return [subtract(logs, firstOf(logs)), subtract(scores, firstOf(scores))];
      },
    },
  ],
  mistakes: [
    'The softmax is taken over the queries: columns sum to 1 then, not rows.',
    'Scores are multiplied by the root of the head width where they should be divided by it.',
    'The mask is filled with 0 or with a tiny number before the softmax: such keys then still have weight.',
  ],
  variants: otherScales,
  readings: [
    ...attentionReadings([queryRole, keyRole], 'B H T S', weightLayouts, weighed),
    ...groupedReadings([queryRole, keyRole], 'B H G T S', groupedWeightLayouts, weighed),
  ],
};

const xWords = ['x', 'hidden states', 'hidden', 'h', 'inputs', 'input', 'features'];
const gainForms: readonly Encoding[] = [
  {
    id: 'gain',
    name: 'gain',
    symbol: (role) => role,
    encode: (gain) => gain,
    words: ['weight', 'gain', 'gamma', 'scale', 'g', 'a 2', 'w', 'alpha'],
  },
  {
    id: 'excess',
    name: 'gain less 1',
    symbol: (role) => `${role}-1`,
    encode: (gain) => subtract(gain, one),
    words: ['scale', 'weight', 'gamma'],
  },
];
const givenEpsilon: Role = { id: 'epsilon', shape: '', domain: 'small', words: ['eps', 'epsilon', 'variance epsilon'], literal: true };
const epsilon: Role = { ...givenEpsilon, absent: 0 };
const gain = (shape: string): Role => ({ id: 'gain', shape, domain: 'real', encodings: gainForms, absent: 1 });
const shift = (shape: string): Role => ({
  id: 'bias',
  shape,
  domain: 'real',
  words: ['bias', 'beta', 'b', 'shift', 'b 2', 'offset'],
  absent: 0,
});

/** Features last, or on the axis behind the examples (then the gain may differ over the rest too). */
const places = [
  { x: 'B D', gain: 'D', axis: -1 },
  { x: 'B D N', gain: 'D N', axis: 1 },
] as const;
/** Gain and shift of each example, for all its tokens. */
const adapted = { x: 'B N D', gain: 'B D', axis: -1 } as const;

/** Pictures with the features before height and width, and one gain for each feature. */
const pictures = { x: 'B D P T', gain: 'D', axis: 1 } as const;

const normalisationTerms = [
  term('x', 'x', 'features', 'What is normalised, for each example alone.', '[batch, features]'),
  term('epsilon', String.raw`\varepsilon`, 'epsilon', 'A small number that keeps the division finite.'),
  term('gain', 'g', 'gain', 'Learned: what each feature is multiplied by; 1 where code has none.', '[features]'),
];

/** Forms of the width by which a vector of length 1 is made one of mean square 1. */
const widthForms: readonly Encoding[] = [
  {
    id: 'root',
    name: 'root of the width',
    symbol: (role) => String.raw`\sqrt{${role}}`,
    encode: sqrt,
    words: ['scale', 'sqrt dim', 'sqrt d'],
  },
  {
    id: 'inverse-root',
    name: 'one over the root of the width',
    symbol: (role) => `${role}^{-1/2}`,
    encode: (width) => reciprocal(sqrt(width)),
    words: ['scale'],
  },
  { id: 'width', name: 'width', symbol: (role) => role, encode: (width) => width, words: ['dim', 'd', 'width', 'hidden size', 'features'] },
];

/** These scale vectors of length 1 by what is not their width. */
const otherNorms = ['weight norm', 'pair norm', 'spectral norm', 'scale norm', 'l2 norm', 'grad norm', 'gradient norm'];

const rmsNorm: Formula = {
  id: 'rms_norm',
  family: 'Transformer',
  name: 'RMS normalisation',
  latex: String.raw`\frac{\term{x}{x}}{\sqrt{\frac1{\term{width}{d}}\sum_j\term{x}{x_j^2}+\term{epsilon}{\varepsilon}}}\odot\term{gain}{g}`,
  lines: [],
  terms: [...normalisationTerms, term('width', 'd', 'width', 'The number of features.')],
  claim: 'definition',
  note: 'The mean is not taken off: that is layer normalisation.',
  source: { paper: 'Zhang and Sennrich 2019, Root Mean Square Layer Normalization', place: 'eq. 4', arxiv: '1910.07467' },
  steps: [],
  identities: [
    {
      latex: String.raw`\frac1d\sum_j\Bigl(\frac{x_j}{\sqrt{\frac1d\sum_kx_k^2}}\Bigr)^2=1`,
      words: 'Without epsilon and gain the mean square of the result is 1.',
      sides: ({ x }) => {
        const size = mean(square(rmsNormalised(x!, -1, none, 'under the root')), [-1]);
        return [size, add(one, multiply(none, size))];
      },
    },
    {
      latex: String.raw`\mathrm{RMSNorm}(cx)=\mathrm{RMSNorm}(x),\ c>0,\ \varepsilon=0`,
      words: 'Without epsilon the size of the input makes no difference.',
      sides: ({ x }) => [
        rmsNormalised(multiply(scalar(3.7), x!), -1, none, 'under the root'),
        rmsNormalised(x!, -1, none, 'under the root'),
      ],
    },
  ],
  mistakes: [
    'The sum of squares is taken where the mean is meant: the result is smaller by the root of the width.',
    'The root is missing: features are divided by their mean square.',
    'The mean is taken over examples or tokens, not over features.',
  ],
  readings: places.flatMap(({ x, gain: gainShape, axis }) => [
    {
      kind: 'value',
      roles: [
        { id: 'x', shape: x, domain: 'real', words: xWords },
        gain(gainShape),
        { id: 'width', shape: '', domain: 'length', classes: 'D', encodings: widthForms },
      ],
      axes: x,
      summed: '',
      elements: (given) => multiply(rmsNormalised(given['x']!, axis, none, 'under the root'), given['gain']!),
      fit: 'quantity',
      operations: [
        ['square', 'multiply', 'power', 'norm', 'einsum', 'matmul'],
        ['sqrt', 'rsqrt', 'power', 'norm'],
      ],
      // A vector of length 1 is scaled by much else.
      evidence: [
        [
          { role: 'width', words: widthForms.flatMap(({ words }) => words).filter((word) => word !== 'features') },
          { context: [], not: otherNorms },
        ],
        [{ context: ['rms', 'rms norm', 'rmsnorm', 'norm'], not: otherNorms }],
      ],
      remark: 'the vector of length 1, times the root of the width',
    },
    ...(['under the root', 'to the root'] satisfies Guard[]).map((guard): ValueReading => ({
      kind: 'value',
      roles: [{ id: 'x', shape: x, domain: 'real', words: xWords }, gain(gainShape), guard === 'under the root' ? epsilon : givenEpsilon],
      axes: x,
      summed: '',
      elements: (given) => multiply(rmsNormalised(given['x']!, axis, given['epsilon']!, guard), given['gain']!),
      fit: 'quantity',
      operations: [
        ['square', 'multiply', 'power', 'norm', 'einsum', 'matmul'],
        ['sqrt', 'rsqrt', 'power', 'norm'],
      ],
      ...(guard === 'to the root' && { remark: 'ε added to the root, not under it' }),
    })),
  ]),
};

/** How codes guard the division, and how they count the variance. */
const spreads: readonly { readonly guard: Guard; readonly correction: 0 | 1; readonly remark?: string }[] = [
  { guard: 'under the root', correction: 0 },
  { guard: 'to the root', correction: 0, remark: 'ε added to the standard deviation, not to the variance' },
  { guard: 'under the root', correction: 1, remark: 'variance with d − 1 below' },
  { guard: 'to the root', correction: 1, remark: 'standard deviation with d − 1 below, ε added to it' },
];

/** Without a gain it may be any standardisation. */
const isLayerNorm: Evidence = [
  [
    {
      context: [
        'layer norm',
        'layernorm',
        'ln',
        'layer normalization',
        'layer normalisation',
        'norm layer',
        'pre norm',
        'post norm',
        'ada ln',
        'chan layer norm',
      ],
    },
  ],
  [{ target: ['layer norm', 'layernorm', 'ln', 'ln out', 'normed', 'x norm', 'x normed'] }],
  [
    { role: 'gain', words: ['weight', 'gain', 'gamma', 'scale', 'g', 'a 2', 'w'] },
    { role: 'x', words: xWords, not: ['adv', 'advantages', 'returns', 'rewards', 'data', 'batch', 'bn'] },
  ],
];

const layerNorm: Formula = {
  id: 'layer_norm',
  family: 'Transformer',
  name: 'Layer normalisation',
  latex: String.raw`\frac{\term{x}{x}-\term{mean}{\bar x}}{\sqrt{\term{variance}{\mathrm{Var}(x)}+\term{epsilon}{\varepsilon}}}\odot\term{gain}{g}+\term{bias}{b}`,
  lines: [],
  terms: [
    ...normalisationTerms,
    term('mean', String.raw`\bar x`, 'mean', 'Over the features of one example.', '[batch]'),
    term('variance', String.raw`\mathrm{Var}(x)`, 'variance', 'Over the features of one example, divided by their number.', '[batch]'),
    term('bias', 'b', 'bias', 'Learned: what is added to each feature; 0 where code has none.', '[features]'),
  ],
  claim: 'definition',
  note: 'Over the features of each example, never over examples: that is batch normalisation.',
  source: { paper: 'Ba, Kiros and Hinton 2016, Layer Normalization', arxiv: '1607.06450' },
  steps: [],
  identities: [
    {
      latex: String.raw`\mathrm{LN}(cx+a)=\mathrm{LN}(x),\ c>0,\ \varepsilon=0`,
      words: 'Without epsilon neither the size nor the level of the input makes a difference.',
      sides: ({ x }) => [
        layerNormalised(add(multiply(scalar(3.7), x!), scalar(2)), -1, none, 'under the root', 0),
        layerNormalised(x!, -1, none, 'under the root', 0),
      ],
    },
    {
      latex: String.raw`\mathrm{LN}(x)=\mathrm{RMSNorm}(x-\bar x)`,
      words: 'It is RMS normalisation of what the mean has been taken off of.',
      sides: ({ x, epsilon }) => [
        layerNormalised(x!, -1, epsilon!, 'under the root', 0),
        rmsNormalised(subtract(x!, mean(x!, [-1], true)), -1, epsilon!, 'under the root'),
      ],
    },
  ],
  mistakes: [
    'Mean and variance are taken over examples or over all elements: examples then depend on each other.',
    'The variance is taken for the standard deviation: the root is missing.',
    'The standard deviation has d − 1 below, as PyTorch’s std does unless told otherwise: the difference is small for wide features.',
  ],
  readings: [...places, adapted, pictures].flatMap(({ x, gain: gainShape, axis }) =>
    (x === pictures.x ? spreads.slice(0, 1) : spreads).map(({ guard, correction, remark }): ValueReading => ({
      kind: 'value',
      roles: [
        { id: 'x', shape: x, domain: 'real', words: xWords },
        gain(gainShape),
        shift(gainShape),
        guard === 'under the root' ? epsilon : givenEpsilon,
      ],
      axes: x,
      summed: '',
      elements: (given) => {
        const normalised = layerNormalised(given['x']!, axis, given['epsilon']!, guard, correction);
        const spread = (value: Tensor): Tensor => {
          if (value.shape.length === 0) return value;
          if (x === pictures.x) return expandDims(expandDims(value, -1), -1);
          return gainShape === 'B D' ? expandDims(value, 1) : value;
        };
        return add(multiply(normalised, spread(given['gain']!)), spread(given['bias']!));
      },
      fit: 'quantity',
      operations: [
        ['variance', 'mean', 'sum', 'layerNorm', 'norm', 'einsum', 'matmul'],
        ['sqrt', 'rsqrt', 'power', 'norm', 'layerNorm'],
      ],
      evidence: isLayerNorm,
      ...(remark !== undefined && { remark }),
    })),
  ),
};

export const transformer: readonly Formula[] = [sdpa, weights, rmsNorm, layerNorm];
