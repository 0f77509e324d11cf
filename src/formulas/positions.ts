/** Positions: rotary and sinusoidal embeddings. */

import { add, atan2, cos, multiply, negate, sin, square, subtract } from '../maths/tensor/elementwise.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { arange, expandDims, slice, stack } from '../maths/tensor/shape.ts';
import { scalar, type Tensor } from '../maths/tensor/tensor.ts';
import { anglesOfFeatures, rotated, sinusoids, type Arrangement, type Pairing } from '../maths/transformer/positions.ts';
import type { Formula } from './formula.ts';
import type { Evidence, Encoding, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const joining = ['concatenate', 'stack', 'where', 'roll', 'flip', 'einsum', 'matmul'];

/** Forms of the angles: code holds cosines and sines, both of the same angles. */
const angleForms: readonly Encoding[] = [
  {
    id: 'cosine',
    name: 'cosine of the angle',
    symbol: (role) => String.raw`\cos ${role}`,
    encode: cos,
    words: ['cos', 'cosine', 'cos cached', 'freqs cos', 'cos emb', 'c'],
  },
  {
    id: 'sine',
    name: 'sine of the angle',
    symbol: (role) => String.raw`\sin ${role}`,
    encode: sin,
    words: ['sin', 'sine', 'sin cached', 'freqs sin', 'sin emb', 's'],
  },
  {
    id: 'angle',
    name: 'angle',
    symbol: (role) => role,
    encode: (angle) => angle,
    words: ['freqs', 'angles', 'theta', 'angle', 'emb', 'pos', 'rotary pos emb', 'freq', 'pos emb', 'freqs cis', 'phase'],
  },
  {
    id: 'negative-sine',
    name: 'sine of the angle turned the other way',
    symbol: (role) => String.raw`-\sin ${role}`,
    encode: (angle) => negate(sin(angle)),
    words: [],
  },
];

const rotatedRole: Role = {
  id: 'x',
  shape: 'B H T E',
  domain: 'real',
  words: ['q', 'k', 'query', 'key', 'x', 't', 'xq', 'xk', 'qk', 'queries', 'keys'],
};

/** Each pair's rotation as a matrix, which is made of its angle: here the first of its entries. */
const matrixForm: readonly Encoding[] = [
  {
    id: 'matrix',
    name: 'matrix of the rotation',
    symbol: (role) => String.raw`R(${role})`,
    encode: (angles) => {
      const [cosine, sine] = [cos(firstEntry(angles)), sin(firstEntry(angles))];
      return stack([stack([cosine, negate(sine)], -1), stack([sine, cosine], -1)], -2);
    },
    words: ['freqs cis', 'pe', 'rope', 'rotations', 'rot', 'freqs', 'rotary emb', 'image rotary emb', 'pos emb'],
  },
];

/** [..., 2, 2] */
const firstEntry = (matrices: Tensor): Tensor => slice(matrices, ['ellipsis', 0, 0]);

/** Of each feature, or of each pair; for all examples alike or for each. P is half of E. */
const angleShapes: readonly { readonly shape: string; readonly ofFeatures: (angles: Tensor, pairing: Pairing) => Tensor }[] = [
  { shape: 'T E', ofFeatures: (angles) => angles },
  { shape: 'T P', ofFeatures: anglesOfFeatures },
  { shape: 'B T E', ofFeatures: (angles) => expandDims(angles, 1) },
  { shape: 'B T P', ofFeatures: (angles, pairing) => expandDims(anglesOfFeatures(angles, pairing), 1) },
];

const pairings: readonly { readonly pairing: Pairing; readonly remark?: string }[] = [
  { pairing: 'halves' },
  { pairing: 'neighbours', remark: 'pairs of neighbouring features: equal to the other pairing after a permutation' },
];

const turningWords = [
  'cos',
  'sin',
  'cosine',
  'sine',
  'freqs',
  'freq',
  'freqs cis',
  'cis',
  'angle',
  'angles',
  'theta',
  'thetas',
  'phase',
  'phases',
  'c',
  's',
];
/** Any linear mixing of halves has this form: something has to say that it is a turn. */
const isTurned: Evidence = [
  [{ role: 'angles', words: turningWords }],
  // Of angles the code itself takes cosine and sine.
  [{ role: 'angles', encodings: ['angle'] }],
  [{ context: ['rope', 'rotary', 'rotate', 'rotation', 'rotate half', 'apply rotary', 'apply rope'] }],
];

const rope: Formula = {
  id: 'rope',
  family: 'Transformer',
  name: 'Rotary position embedding',
  latex: String.raw`\term{x}{q_m}\cos\term{angles}{m\theta_k}+\term{turned}{\mathrm{rot}(q_m)}\sin\term{angles}{m\theta_k},\quad\mathrm{rot}(q)=(-q_2,q_1)`,
  lines: [],
  terms: [
    term('x', 'q_m', 'query or key', 'Of the token at position m, before the product of scores.', '[batch, heads, tokens, headDim]'),
    term(
      'angles',
      String.raw`m\theta_k`,
      'angle',
      'How far the pair k is turned at position m: the position times the frequency of the pair.',
      '[tokens, pairs]',
      'radians',
    ),
    term(
      'turned',
      String.raw`\mathrm{rot}(q_m)`,
      'quarter turn',
      'The same vector with every pair turned by a right angle.',
      '[batch, heads, tokens, headDim]',
    ),
  ],
  claim: 'definition',
  note: 'Which two features make a pair, those of the two halves or neighbours, is a convention: both are it, and weights of one do not fit the other.',
  source: {
    paper: 'Su et al. 2021, RoFormer: Enhanced Transformer with Rotary Position Embedding',
    place: 'section 3.4.2',
    arxiv: '2104.09864',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert R_mq\rVert=\lVert q\rVert`,
      words: 'It is a rotation: lengths stay.',
      sides: ({ x, angles }) => [sum(square(rotated(x!, samePairs(angles!, 'halves'), 'halves')), [-1]), sum(square(x!), [-1])],
    },
    {
      latex: String.raw`R_{m+n}q=R_n(R_mq)`,
      words: 'Turning twice is turning by the sum: scores depend on the distance of positions alone.',
      sides: ({ x, angles }) => {
        const turn = samePairs(angles!, 'neighbours');
        return [rotated(x!, add(turn, turn), 'neighbours'), rotated(rotated(x!, turn, 'neighbours'), turn, 'neighbours')];
      },
    },
  ],
  mistakes: [
    'The sign of the turned half is wrong or missing: lengths then change, and it is no rotation.',
    'Angles are laid out for one pairing and features are turned in the other.',
    'Values are rotated too: only queries and keys are.',
    'The position of a cached key starts from 0 again at every step of generation.',
  ],
  variants: [{ words: 'turned the other way', roles: (roles) => ({ ...roles, angles: negate(roles['angles']!) }) }],
  readings: [
    ...pairings.flatMap(({ pairing, remark }) =>
      angleShapes.map(({ shape, ofFeatures }): ValueReading => ({
        kind: 'value',
        roles: [rotatedRole, { id: 'angles', shape, domain: 'real', encodings: angleForms }],
        axes: 'B H T E',
        summed: '',
        elements: ({ x, angles }) => rotated(x!, ofFeatures(angles!, pairing), pairing),
        fit: 'quantity',
        operations: [['multiply', 'einsum', 'matmul', 'cos', 'sin'], joining],
        layouts: [{ x: 'B T H E', result: 'B T H E' }],
        evidence: isTurned,
        ...(remark !== undefined && { remark }),
      })),
    ),
    {
      kind: 'value',
      roles: [rotatedRole, { id: 'angles', shape: 'T P R R', domain: 'real', encodings: matrixForm }],
      axes: 'B H T E',
      summed: '',
      elements: ({ x, angles }) => rotated(x!, anglesOfFeatures(firstEntry(angles!), 'neighbours'), 'neighbours'),
      fit: 'quantity',
      operations: [
        ['multiply', 'einsum', 'matmul'],
        ['index', 'part', 'einsum', 'matmul'],
        ['reshape', 'rearrange', 'stack'],
      ],
      evidence: isTurned,
      remark: 'by a table of matrices',
    },
  ],
};

/** Angles for every feature, equal within each pair: of the first half of those given. */
function samePairs(angles: Tensor, pairing: Pairing): Tensor {
  const half = (angles.shape.at(-1) ?? 0) / 2;
  return anglesOfFeatures(slice(angles, ['ellipsis', { from: 0, to: half, step: 1 }]), pairing);
}

/** Codes differ in the order of sines and cosines, and in how steeply frequencies fall: none is a mistake. */
const arrangements: readonly { readonly arrangement: Arrangement; readonly remark?: string }[] = [
  { arrangement: 'sines first' },
  { arrangement: 'cosines first', remark: 'cosines first' },
  { arrangement: 'in turns', remark: 'sines and cosines in turns' },
  { arrangement: 'sines', remark: 'the sines alone' },
  { arrangement: 'cosines', remark: 'the cosines alone' },
];
/** Sines alone are those of a rotation as well. */
const isEmbedding: Evidence = [
  [
    {
      context: [],
      not: ['rope', 'rotary', 'rotate', 'rotation', 'ro pe', 'freqs cis', 'rotary cache', 'c', 's', 'cos', 'sin', 'cosine', 'sine'],
    },
  ],
];
const isHalf = (arrangement: Arrangement): boolean => arrangement === 'sines' || arrangement === 'cosines';

/** Code may count the features, or their pairs: the frequencies. */
const widthForms: readonly Encoding[] = [
  {
    id: 'features',
    name: 'number of features',
    symbol: (role) => role,
    encode: (width) => width,
    words: ['dim', 'd model', 'embedding dim', 'd', 'channels', 'embed dim', 'width'],
    not: ['half', 'freqs'],
  },
  {
    id: 'pairs',
    name: 'number of frequencies',
    symbol: (role) => `${role}/2`,
    encode: (width) => multiply(width, scalar(0.5)),
    words: [
      'half',
      'half dim',
      'freqs',
      'n freqs',
      'num freqs',
      'frequencies',
      'num frequencies',
      'n frequencies',
      'bands',
      'pairs',
      'n fourier',
    ],
  },
];

/** Times between 0 and 1 are taken for a thousand steps. */
const timeForms: readonly Encoding[] = [
  {
    id: 'steps',
    name: 'time in steps',
    symbol: (role) => role,
    encode: (time) => time,
    words: ['t', 'time', 'timesteps', 'pos', 'position', 'positions', 'x', 'steps', 'noise level'],
  },
  {
    id: 'share',
    name: 'time in thousands of steps',
    symbol: (role) => `${role}/1000`,
    encode: (time) => multiply(time, scalar(1e-3)),
    words: ['t', 'time', 'timesteps', 'x', 'sigma', 'noise level'],
  },
];

/** Times that are given, or all positions up to a number of them. */
const timings: readonly { readonly time: Role; readonly scale: readonly Role[]; readonly times: (time: Tensor) => Tensor }[] = [
  {
    scale: [{ id: 'scale', shape: '', domain: 'positive', words: ['time factor', 'time scale', 'scale'], named: true, absent: 1 }],
    time: {
      id: 'time',
      shape: 'T',
      domain: 'real',
      encodings: timeForms,
    },
    times: (time) => time,
  },
  {
    scale: [],
    time: {
      id: 'time',
      shape: '',
      domain: 'length',
      classes: 'T',
      words: [
        'max len',
        'n',
        'length',
        'seq len',
        'max seq len',
        'end',
        'num positions',
        'n positions',
        'max length',
        'block size',
        'context length',
      ],
    },
    times: (count) => arange(0, count.values[0]!, 1),
  },
];

const sinusoidalPosition: Formula = {
  id: 'sinusoidal_pos',
  family: 'Transformer',
  name: 'Sinusoidal embedding',
  latex: String.raw`\term{embedding}{\mathrm{PE}(t)}=[\sin(\term{time}{t}\,\term{frequency}{\omega_k}),\cos(\term{time}{t}\,\term{frequency}{\omega_k})],\quad\term{frequency}{\omega_k}=\term{period}{10000}^{-2k/\term{width}{d}}`,
  lines: [String.raw`\term{time}{t}\to\term{scale}{c}\,\term{time}{t}`],
  terms: [
    term('embedding', String.raw`\mathrm{PE}(t)`, 'embedding', 'What stands for the position or the time.', '[times, width]'),
    term('time', 't', 'position or time', 'Of a token, or of a step of diffusion.', '[times]'),
    term('scale', 'c', 'scale', 'What times are multiplied by first: a thousand where they go from 0 to 1.'),
    term(
      'frequency',
      String.raw`\omega_k`,
      'frequency',
      'From 1 down to about one over the longest period, in equal ratios.',
      '[pairs]',
      'radians',
    ),
    term('period', '10000', 'longest period', 'Over 2π: how slow the last pair turns.'),
    term('width', 'd', 'width', 'The number of features of the embedding.'),
  ],
  claim: 'definition',
  note: 'Sines and cosines stand one after the other or in turns, either first; the exponent may be k/(d/2 − 1). Each is right where the same one is used throughout.',
  source: { paper: 'Vaswani et al. 2017, Attention Is All You Need', place: 'section 3.5', arxiv: '1706.03762' },
  steps: [],
  identities: [
    {
      latex: String.raw`\lVert\mathrm{PE}(t)\rVert^2=\frac d2`,
      words: 'Every time has an embedding of the same length.',
      sides: ({ time, period }) => {
        const lengths = sum(square(sinusoids(time!, period!, 8, false, 'in turns')), [-1]);
        return [lengths, add(scalar(4), subtract(time!, time!))];
      },
    },
    {
      latex: String.raw`\sin((t+s)\omega)=\sin(t\omega)\cos(s\omega)+\cos(t\omega)\sin(s\omega)`,
      words: 'A later time is a rotation of an earlier one, by an angle that depends on the difference alone.',
      sides: ({ time, period }) => {
        const later = sinusoids(add(time!, scalar(2)), period!, 8, false, 'sines first');
        // A rotation by minus the angle turns (sine, cosine) onwards.
        const angles = shiftAngles(period!);
        return [later, rotated(sinusoids(time!, period!, 8, false, 'sines first'), negate(angles), 'halves')];
      },
    },
  ],
  mistakes: [
    'The exponent lacks the factor that makes it fall from 0 to −1: all pairs then turn nearly alike.',
    'An odd width leaves one feature over.',
    'Times between 0 and 1 are embedded with frequencies that are meant for whole steps: all embeddings are then nearly the same.',
  ],
  readings: timings.flatMap(({ time, scale, times }) =>
    arrangements.flatMap(({ arrangement, remark }) =>
      [false, true].map((steep): ValueReading => {
        const remarks = [...(remark === undefined ? [] : [remark]), ...(steep ? ['exponent k/(d/2 − 1)'] : [])];
        return {
          kind: 'value',
          roles: [
            time,
            ...scale,
            {
              id: 'width',
              shape: '',
              domain: 'length',
              classes: 'W',
              encodings: widthForms,
            },
            {
              id: 'period',
              shape: '',
              domain: 'positive',
              words: ['max period', 'theta', 'base', 'max positions', 'max wavelength', 'n'],
              literal: true,
            },
          ],
          axes: isHalf(arrangement) ? 'T P' : 'T W',
          summed: '',
          elements: ({ time, scale, width, period }) =>
            sinusoids(multiply(scale ?? scalar(1), times(time!)), period!, width!.values[0]!, steep, arrangement),
          fit: 'quantity',
          operations: [
            ['sin', 'cos'],
            // Sines alone of an outer product are mostly those of a rotation.
            ['exp', 'power', 'exp2', 'divide', 'reciprocal', ...(isHalf(arrangement) ? [] : ['outer', 'einsum'])],
          ],
          ...(isHalf(arrangement) && { evidence: isEmbedding }),
          ...(remarks.length > 0 && { remark: remarks.join(', ') }),
        };
      }),
    ),
  ),
};

/** How far every pair of width 8 turns within two units of time, one angle for each feature. */
function shiftAngles(period: Tensor): Tensor {
  const sines = sinusoids(scalar(2), period, 8, false, 'sines');
  const cosines = sinusoids(scalar(2), period, 8, false, 'cosines');
  return anglesOfFeatures(atan2(sines, cosines), 'halves');
}

export const positions: readonly Formula[] = [rope, sinusoidalPosition];
