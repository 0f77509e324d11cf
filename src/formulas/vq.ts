/** Vector-quantised auto-encoders. */

import { derivative } from './derivative.ts';
import type { Formula } from './formula.ts';
import { held, squared } from './operationGroups.ts';
import type { Evidence, Role } from './reading.ts';
import { term } from './term.ts';
import { codebookAndCommitment, commitment, commitmentAndCodebook, straightThrough } from '../maths/elbo/codebook.ts';
import { add, multiply, square, subtract } from '../maths/tensor/elementwise.ts';
import { detach, scalar, type Tensor } from '../maths/tensor/tensor.ts';

const oord = {
  paper: 'van den Oord, Vinyals and Kavukcuoglu 2017, Neural Discrete Representation Learning',
  place: 'eq. 3',
  arxiv: '1711.00937',
};

const codeWords = [
  ...[
    'quantized',
    'quantised',
    'quantize',
    'quantise',
    'z q',
    'zq',
    'codebook',
    'code book',
    'codes',
    'embedding',
    'embeddings',
    'embed',
    'emb',
  ],
  ...[
    'quant',
    'e',
    'e k',
    'codeword',
    'codewords',
    'z quantized',
    'q',
    'nearest',
    'vq',
    'code',
    'quantized latents',
    'entries',
    'codevectors',
  ],
];
const strictCodeWords = codeWords.filter(
  (words) => !['q', 'e', 'code', 'emb', 'embed', 'embedding', 'embeddings', 'nearest'].includes(words),
);
const latentWords = [
  'z e',
  'ze',
  'z',
  'latent',
  'latents',
  'inputs',
  'encoded',
  'encoder',
  'h',
  'x',
  'features',
  'input',
  'encoding',
  'encodings',
  'flat',
];
const contexts = [
  'vq',
  'vqvae',
  'vq vae',
  'quantizer',
  'quantiser',
  'quantize',
  'quantization',
  'vector quantizer',
  'codebook',
  'commitment',
  'commit',
  'commit loss',
  'rvq',
  'lfq',
  'fsq',
  'quantise',
];

const latent: Role = { id: 'latent', shape: 'B D', domain: 'real', words: latentWords, not: ['quantized', 'z q', 'zq', 'codebook'] };
const code: Role = { id: 'code', shape: 'B D', domain: 'real', words: codeWords, not: ['z e', 'ze', 'encoder', 'inputs'] };
const weight: Role = {
  id: 'beta',
  shape: '',
  domain: 'positive',
  words: ['beta', 'commitment cost', 'commitment weight', 'commitment', 'commit weight', 'weight', 'cost', 'lambda', 'gamma'],
  literal: true,
  absent: 1,
};
const weightOfCodebook: Role = { id: 'beta', shape: '', domain: 'positive', words: weight.words!, literal: true };
/** What was looked up is the code, not the latent: the other way round it is what moves the code book. */
const isCode: Evidence = [
  { role: 'code', origin: ['lookup'] } as const,
  { role: 'code', words: strictCodeWords } as const,
  { context: contexts },
].map((one) => [one, { role: 'latent', without: ['lookup'] }]);

const latentTerm = term('latent', 'z_e', 'latent', 'What the encoder gives, before a code is chosen for it.', '[batch, features]');
const codeTerm = term('code', 'e', 'code', 'The vector of the code book that is nearest to the latent.', '[batch, features]');
const weightTerm = term(
  'beta',
  String.raw`\beta`,
  'weight of the commitment',
  'How fast the encoder follows the code book; 0.25 in the paper.',
);
const both = { kind: 'value', axes: 'B D', summed: 'D', fit: 'loss' } as const;

export const vq: readonly Formula[] = [
  {
    id: 'vq_commitment',
    family: 'VQ',
    name: 'VQ-VAE commitment loss',
    latex: String.raw`\term{beta}{\beta}\,\bigl\lVert\term{latent}{z_e}-\mathrm{sg}[\term{code}{e}]\bigr\rVert_2^2`,
    lines: [],
    terms: [weightTerm, latentTerm, codeTerm],
    claim: 'definition',
    note: 'This term moves the encoder alone: sg holds the code constant. Enough by itself where the code book follows by moving averages.',
    source: oord,
    steps: [],
    identities: [
      {
        latex: String.raw`\nabla_{e}\lVert z_e-\mathrm{sg}[e]\rVert_2^2=0`,
        words: 'A change of the code alone does not change it to first order.',
        sides: ({ latent, code }) => [derivative(commitment(detach(latent!), code!)), multiply(scalar(0), code!)],
      },
      {
        latex: String.raw`\lVert z_e-e\rVert_2^2=\lVert z_e\rVert_2^2-2z_e^\top e+\lVert e\rVert_2^2`,
        words: 'Its value is the squared distance, by whichever way.',
        sides: ({ latent, code }) => [
          detach(commitment(latent!, code!)),
          detach(add(subtract(square(latent!), multiply(scalar(2), multiply(latent!, code!))), square(code!))),
        ],
      },
    ],
    mistakes: [
      'The latent is held constant instead of the code: that is the code book’s term.',
      'Nothing is held constant: the code book is then moved by the commitment’s weight too.',
      'The latent is compared after the straight-through step, where it equals the code.',
    ],
    readings: [
      {
        ...both,
        roles: [latent, code, weight],
        elements: ({ latent, code, beta }) => multiply(beta!, commitment(latent!, code!)),
        operations: [squared, held],
        evidence: isCode,
      },
    ],
  },
  {
    id: 'vq_vae_loss',
    family: 'VQ',
    name: 'VQ-VAE code book and commitment loss',
    latex: String.raw`\bigl\lVert\mathrm{sg}[\term{latent}{z_e}]-\term{code}{e}\bigr\rVert_2^2+\term{beta}{\beta}\,\bigl\lVert\term{latent}{z_e}-\mathrm{sg}[\term{code}{e}]\bigr\rVert_2^2`,
    lines: [],
    terms: [latentTerm, codeTerm, weightTerm],
    claim: 'definition',
    note: 'The first term moves the codes, the second the encoder; their values are the same but for the weight. The reconstruction is added elsewhere.',
    source: oord,
    steps: [],
    identities: [
      {
        latex: String.raw`\text{value: }(1+\beta)\lVert z_e-e\rVert_2^2`,
        words: 'Its value is that of one squared distance, with both weights.',
        sides: ({ latent, code, beta }) => [
          detach(codebookAndCommitment(latent!, code!, beta!)),
          detach(multiply(add(scalar(1), beta!), square(subtract(latent!, code!)))),
        ],
      },
      {
        latex: String.raw`\beta=1:\ \nabla\bigl(\lVert\mathrm{sg}[z_e]-e\rVert_2^2+\lVert z_e-\mathrm{sg}[e]\rVert_2^2\bigr)=\nabla\lVert z_e-e\rVert_2^2`,
        words: 'With equal weights the gradient is that of the squared distance, whose value is half.',
        sides: ({ latent, code }) => [
          derivative(codebookAndCommitment(latent!, code!, scalar(1))),
          derivative(square(subtract(latent!, code!))),
        ],
      },
    ],
    mistakes: [
      'The weight is on the code book’s term: the encoder then follows faster than the codes.',
      'Both terms hold the same side constant.',
      'Nothing is held constant, so that both terms are one.',
    ],
    readings: [
      {
        ...both,
        roles: [latent, code, weight],
        elements: ({ latent, code, beta }) => codebookAndCommitment(latent!, code!, someWeight(beta!)),
        operations: [squared, held],
        evidence: isCode,
        rank: 2,
      },
      {
        ...both,
        roles: [latent, code, weightOfCodebook],
        elements: ({ latent, code, beta }) => commitmentAndCodebook(latent!, code!, beta!),
        operations: [squared, held],
        evidence: isCode,
        rank: 2,
        remark: 'the weight is on the code book’s term, not on the commitment',
      },
    ],
  },
  {
    id: 'ste',
    family: 'VQ',
    name: 'Straight-through estimator',
    latex: String.raw`\term{output}{\hat z}=\term{latent}{z}+\mathrm{sg}\bigl[\term{code}{e}-\term{latent}{z}\bigr]`,
    lines: [],
    terms: [
      term('output', String.raw`\hat z`, 'output', 'Has the value of the code and the gradient of the latent.', '[batch, features]'),
      term('latent', 'z', 'latent', 'What was there before the step that has no gradient.', '[batch, features]'),
      term('code', 'e', 'code', 'What that step gives: a code, a rounded or a thresholded value.', '[batch, features]'),
    ],
    claim: 'definition',
    note: 'The gradient is passed on as if the step were not there: biased, and mostly good enough.',
    source: {
      paper:
        'Bengio, Léonard and Courville 2013, Estimating or Propagating Gradients Through Stochastic Neurons for Conditional Computation',
      arxiv: '1308.3432',
    },
    steps: [],
    identities: [
      {
        latex: String.raw`\text{value: }\hat z=e`,
        words: 'Its value is the code.',
        sides: ({ latent, code }) => [detach(straightThrough(latent!, code!)), detach(code!)],
      },
      {
        latex: String.raw`\nabla\hat z=\nabla z`,
        words: 'Its derivative is the latent’s.',
        sides: ({ latent, code }) => [derivative(straightThrough(latent!, code!)), derivative(latent!)],
      },
    ],
    mistakes: [
      'What is held constant is the latent alone: the gradient then goes to the code.',
      'The difference is turned round.',
      'Losses of the code book are computed after it, where latent and code are equal.',
    ],
    readings: [
      {
        kind: 'value',
        roles: [latent, code],
        axes: 'B D',
        summed: '',
        elements: ({ latent, code }) => straightThrough(moving(latent!), code!),
        fit: 'quantity',
        operations: [held],
        rank: 2,
      },
      {
        kind: 'value',
        roles: [latent, { ...code, words: ['hard', 'one hot', 'onehot', 'rounded', 'binary', 'y hard', 'sign', 'quantized'] }],
        axes: 'B D',
        summed: '',
        elements: ({ latent, code }) => subtract(add(code!, latent!), detach(latent!)),
        fit: 'quantity',
        operations: [held],
        evidence: [
          [{ role: 'code', words: ['hard', 'one hot', 'onehot', 'rounded', 'round', 'binary', 'sign', 'y hard', 'hard samples'] }],
        ],
        rank: 2,
        remark: 'a gradient of the hard value would be let through too; mostly it has none',
      },
    ],
  },
];

/** A weight of 0 leaves the code book's term alone, which is another formula. */
function someWeight(weight: Tensor): Tensor {
  return weight.values.every((value) => value !== 0) ? weight : scalar(NaN);
}

/** What is held constant itself has no gradient to be passed on. */
function moving(latent: Tensor): Tensor {
  return latent.tangents ? latent : scalar(NaN);
}
