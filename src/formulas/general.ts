/** Losses of any model, and what a likelihood is reported as. */

import { ofClass } from '../maths/losses/categorical.ts';
import { bitsPerDimension, perplexity as perplexityOf, scaledToLevels } from '../maths/losses/likelihood.ts';
import { add, divide, exp, log, log2, multiply, negate, power, square, subtract } from '../maths/tensor/elementwise.ts';
import { mean, sum, variance } from '../maths/tensor/reduce.ts';
import { scalar } from '../maths/tensor/tensor.ts';
import { distributionForms } from './categorical.ts';
import type { Formula } from './formula.ts';
import { differences } from './operationGroups.ts';
import type { Encoding, Evidence, Requirement, Role, ValueReading } from './reading.ts';
import { term } from './term.ts';

const lossNames = [
  ...[
    'mse',
    'mse loss',
    'mean squared error',
    'l2 loss',
    'squared error',
    'l2',
    'mse fn',
    'square loss',
    'mean square error',
    'squared loss',
    'meansquarederror',
    'sq err',
    'squared difference',
  ],
];
const lossWords = [
  ...lossNames,
  'loss',
  'error',
  'err',
  'recon',
  'rec loss',
  'recon loss',
  'reconstruction',
  'rec',
  'losses',
  'residual loss',
  'cost',
  'objective',
  'regression',
];
const predictedWords = [
  'pred',
  'preds',
  'prediction',
  'predictions',
  'y pred',
  'y hat',
  'yhat',
  'recon',
  'recon x',
  'x hat',
  'x recon',
  'output',
  'outputs',
  'out',
  'reconstruction',
  'decoded',
  'model output',
  'estimate',
  'hat',
  'predicted',
  'logits',
  'x rec',
  'mu x',
];
const wantedWords = [
  'target',
  'targets',
  'y',
  'y true',
  'label',
  'labels',
  'x',
  'gt',
  'truth',
  'ground truth',
  'data',
  'inputs',
  'images',
  'real',
  'actual',
  'original',
  'true',
];

/** Names of what keeps parameters where they are. */
const penaltyContexts = [
  ...['penalty', 'regulariser', 'regularizer', 'regularisation', 'regularization', 'ewc', 'consolidation', 'weight decay'],
  ...['proximal', 'prox', 'fisher', 'l2 sp', 'anchor'],
];

const meanSquaredError: Formula = {
  id: 'mse',
  family: 'Loss',
  name: 'Mean squared error',
  latex: String.raw`\tfrac1n\sum_i(\term{prediction}{\hat y_i}-\term{target}{y_i})^2`,
  lines: [String.raw`\tfrac1n\sum_i\term{weight}{w_i}(\term{prediction}{\hat y_i}-\term{target}{y_i})^2`],
  terms: [
    term('prediction', String.raw`\hat y_i`, 'prediction', 'What the model gives.', '[batch, features]'),
    term('target', 'y_i', 'target', 'What it should give.', '[batch, features]'),
    term('weight', 'w_i', 'weight', 'Of an element: 1, or 0 where it is masked.', '[batch, features]'),
  ],
  claim: 'definition',
  note: 'A generic name: what is predicted, and from what, decides which loss it is. As a likelihood its half is that of a Gaussian with standard deviation 1.',
  source: { paper: 'Bishop 2006, Pattern Recognition and Machine Learning' },
  steps: [],
  identities: [
    {
      latex: String.raw`\tfrac1n\sum_i(\hat y_i-y_i)^2=\overline{(\hat y-y)}^2+\mathrm{Var}(\hat y-y)`,
      words: 'It is the square of the mean error, and the variance of the errors.',
      sides: ({ prediction, target }) => {
        const errors = subtract(prediction!, target!);
        return [mean(square(errors), null), add(square(mean(errors, null)), variance(errors, null, false, 0))];
      },
    },
  ],
  mistakes: [
    'Shapes [n] and [n, 1] spread to [n, n], and every prediction is compared with every target.',
    'A mean over all elements stands beside a term that is summed over features.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [
        { id: 'prediction', shape: 'B D', domain: 'real', words: predictedWords },
        { id: 'target', shape: 'B D', domain: 'real', words: wantedWords },
        {
          id: 'weight',
          shape: 'B D',
          domain: 'positive',
          words: ['weight', 'weights', 'mask', 'w', 'loss weight', 'sample weight'],
          absent: 1,
        },
      ],
      axes: 'B D',
      summed: '',
      elements: ({ prediction, target, weight }) => multiply(weight!, square(subtract(prediction!, target!))),
      fit: 'loss',
      operations: [
        ['square', 'multiply', 'power', 'norm', 'abs', 'einsum', 'matmul'],
        ['subtract', 'add', 'negate'],
      ],
      evidence: [
        [{ target: lossWords }, { context: [], not: penaltyContexts }],
        [{ context: lossNames }],
        [
          { context: ['loss', 'loss fn', 'compute loss', 'criterion', 'training step', 'train step', 'reconstruction loss', 'recon loss'] },
          { role: 'prediction', words: predictedWords },
        ],
        [
          { role: 'prediction', words: predictedWords },
          { role: 'target', words: wantedWords },
        ],
        [
          { role: 'prediction', origin: ['call'] },
          { role: 'target', words: wantedWords },
        ],
        [{ role: 'prediction', answers: 'target' }],
      ],
      rank: 0,
    },
  ],
};

const pplWords = ['perplexity', 'ppl', 'perplexities', 'pplx', 'perp'];
const lossOfTokens: readonly string[] = [
  'loss',
  'ce',
  'nll',
  'cross entropy',
  'losses',
  'neg log likelihood',
  'lm loss',
  'mean loss',
  'avg loss',
  'eval loss',
  'val loss',
  'mean nll',
  'total loss',
  'log likelihood',
  'crossentropy',
  'nlls',
  'entropy loss',
  'loss mean',
  'test loss',
  'valid loss',
  'average loss',
  'total nll',
  'token loss',
  'avg nll',
  'ppl',
  'xent',
  'ce loss',
  'neg log likelihoods',
];
/** Of those, what is called after what is modelled rather than after what it is for. */
const likelihoodOfTokens = lossOfTokens.filter((words) => !words.includes('loss') && words !== 'log likelihood' && words !== 'ppl');
/** What else is exponentiated. */
const otherExponents = ['kl', 'vae', 'elbo', 'mse', 'l1', 'l2', 'adv', 'reg', 'policy', 'value', 'flow', 'focal', 'weight', 'weights'];
/** Where no name says so: it is a cross-entropy, or called one, whose exponential is nothing else. */
const isOfTokens = (role: string): Requirement[][] => [
  [{ role, formula: ['cross_entropy', 'label_smoothing'] }],
  [
    { role, words: likelihoodOfTokens, not: otherExponents },
    { context: [], not: otherExponents },
  ],
  [
    { role, words: ['loss', 'losses', ...lossOfTokens], not: otherExponents },
    { role, origin: ['call', 'attribute'] },
    { context: [], not: otherExponents },
  ],
];
const isPerplexity: Requirement[] = [{ target: pplWords }, { context: pplWords }];
const summed: readonly Encoding[] = [
  {
    id: 'negative',
    name: 'sum of the negative log-probabilities',
    symbol: (role) => role,
    encode: (total) => total,
    words: ['nll', 'loss', 'total loss', 'total nll', 'losses', 'ce'],
  },
  {
    id: 'positive',
    name: 'sum of the log-probabilities',
    symbol: (role) => `-${role}`,
    encode: negate,
    words: ['log prob', 'log likelihood', 'logp', 'll', 'log probs', 'total log prob', 'logprob sum'],
  },
];

const perplexity: Formula = {
  id: 'perplexity',
  family: 'Loss',
  name: 'Perplexity',
  latex: String.raw`\term{perplexity}{\mathrm{PPL}}=\exp\Bigl(\term{crossEntropy}{-\frac1N\sum_{t=1}^N\ln p(x_t\mid x_{<t})}\Bigr)`,
  lines: [
    String.raw`\term{crossEntropy}{\mathrm{CE}}=\frac{\term{total}{-\sum_t\ln p(x_t\mid x_{<t})}}{\term{count}{N}},\quad\term{logProbability}{\ln p(x_t\mid x_{<t})}=\ln\mathrm{softmax}(\term{prediction}{z_t})[\term{label}{x_t}]`,
    String.raw`\term{perplexity}{\mathrm{PPL}}=\exp\biggl(\frac{\sum_t\term{mask}{m_t}\,\term{loss}{\ell_t}}{\sum_t\term{mask}{m_t}}\biggr),\quad\term{loss}{\ell_t}=-\term{logProbability}{\ln p(x_t\mid x_{<t})}`,
  ],
  terms: [
    term(
      'perplexity',
      String.raw`\mathrm{PPL}`,
      'perplexity',
      'The number of tokens, all alike, among which a choice would be as uncertain; two models compare only with one tokenizer.',
      'number',
      'tokens',
    ),
    term(
      'crossEntropy',
      String.raw`\mathrm{CE}`,
      'mean cross-entropy',
      'The mean of −ln p over the tokens that were predicted; in nats, since it is put into exp.',
      'number',
      'nats',
    ),
    term('total', String.raw`-\sum_t\ln p(x_t\mid x_{<t})`, 'sum of the losses', 'Over all tokens that were predicted.', 'number', 'nats'),
    term('count', 'N', 'number of tokens', 'Those that were predicted: padding and the first one are none of them.', 'number', 'tokens'),
    term(
      'logProbability',
      String.raw`\ln p(x_t\mid x_{<t})`,
      'log-probability of a token',
      'What the model gave the token that came, from those before it.',
      '[tokens]',
      'nats',
    ),
    term('prediction', 'z_t', 'logits', 'The model’s last numbers, before the token.', '[tokens, vocabulary]', 'nats'),
    term('label', 'x_t', 'token', 'The token that came.', '[tokens]', 'token'),
    term('loss', String.raw`\ell_t`, 'loss of a token', 'Minus its log-probability.', '[sequences, tokens]', 'nats'),
    term('mask', 'm_t', 'mask', '1 for a token that counts, 0 for padding.', '[sequences, tokens]'),
  ],
  claim: 'definition',
  note: 'Of a cross-entropy in nats: 2 to its power is a mistake, unless it is in bits.',
  source: {
    paper: 'Jelinek, Mercer, Bahl and Baker 1977, Perplexity: a measure of the difficulty of speech recognition tasks',
    place: 'abstract (J. Acoust. Soc. Am. 62, S63)',
  },
  steps: [],
  identities: [
    {
      latex: String.raw`e^{\mathrm{CE}}=2^{\mathrm{CE}/\ln2}`,
      words: 'In bits the base is 2.',
      sides: ({ crossEntropy }) => [exp(crossEntropy!), power(scalar(2), divide(crossEntropy!, scalar(Math.LN2)))],
    },
    {
      latex: String.raw`p(x_t\mid x_{<t})=\tfrac1V\ \Rightarrow\ \mathrm{PPL}=V`,
      words: 'A model that knows nothing has the perplexity of the vocabulary.',
      sides: ({ prediction }) => {
        const size = scalar(prediction!.shape.at(-1) ?? 1);
        return [perplexityOf(log(divide(scalar(1), size))), size];
      },
    },
  ],
  mistakes: [
    'A cross-entropy in nats is put into a power of 2.',
    'The mean is one of means of batches that hold different numbers of tokens.',
    'Perplexities are averaged: their logarithms should be.',
  ],
  readings: [
    {
      kind: 'value',
      roles: [{ id: 'crossEntropy', shape: '', domain: 'positive', words: lossOfTokens }],
      axes: '',
      summed: '',
      elements: ({ crossEntropy }) => exp(crossEntropy!),
      fit: 'quantity',
      operations: [['exp', 'power', 'exp2']],
      evidence: [
        ...isPerplexity.map((named): Requirement[] => [named, { role: 'crossEntropy', words: lossOfTokens }]),
        ...isPerplexity.map((named): Requirement[] => [named, { role: 'crossEntropy', formula: ['cross_entropy', 'label_smoothing'] }]),
        ...isOfTokens('crossEntropy'),
      ],
    },
    {
      kind: 'value',
      roles: [
        { id: 'total', shape: '', domain: 'positive', encodings: summed },
        {
          id: 'count',
          shape: '',
          domain: 'positive',
          words: [
            'n',
            'count',
            'tokens',
            'n tokens',
            'num tokens',
            'total tokens',
            'length',
            'total',
            'steps',
            'words',
            'seq len',
            'end loc',
          ],
        },
      ],
      axes: '',
      summed: '',
      elements: ({ total, count }) => exp(divide(total!, count!)),
      fit: 'quantity',
      operations: [['exp', 'power', 'exp2']],
      evidence: [...isPerplexity.map((named) => [named]), ...isOfTokens('total')],
    },
    {
      kind: 'value',
      roles: [
        {
          id: 'logProbability',
          shape: 'B',
          domain: 'logProbability',
          words: ['log prob', 'log probs', 'logp', 'logprobs', 'token logprobs', 'log p', 'log likelihoods'],
        },
      ],
      axes: '',
      summed: '',
      elements: ({ logProbability }) => perplexityOf(logProbability!),
      fit: 'quantity',
      operations: [['exp', 'power', 'exp2']],
      evidence: isPerplexity.map((named) => [named]),
    },
    {
      kind: 'value',
      roles: [
        { id: 'prediction', shape: 'B C', domain: 'distribution', encodings: distributionForms },
        {
          id: 'label',
          shape: 'B',
          domain: 'class',
          classes: 'C',
          words: ['y', 'target', 'targets', 'label', 'labels', 'ids', 'input ids', 'tokens'],
        },
      ],
      axes: '',
      summed: '',
      elements: ({ prediction, label }) => perplexityOf(ofClass(log(prediction!), label!)),
      fit: 'quantity',
      operations: [['exp', 'power', 'exp2']],
      // Of a probability it is one over it.
      evidence: [...isPerplexity.map((named) => [named]), [{ role: 'prediction', encodings: ['logit'] }]],
    },
    // Of each sequence, over the tokens that count.
    {
      kind: 'value',
      roles: [
        { id: 'loss', shape: 'B T', domain: 'positive', words: lossOfTokens },
        { id: 'mask', shape: 'B T', domain: 'positive', words: ['mask', 'attention mask', 'weights', 'attn mask', 'loss mask'], absent: 1 },
      ],
      axes: 'B',
      summed: '',
      elements: ({ loss, mask }) => {
        const counted = add(mask!, multiply(scalar(0), loss!));
        return exp(divide(sum(multiply(loss!, counted), [-1]), sum(counted, [-1])));
      },
      fit: 'quantity',
      operations: [
        ['exp', 'power', 'exp2'],
        ['sum', 'mean', 'einsum'],
      ],
      evidence: [
        ...isPerplexity.map((named): Requirement[] => [named, { role: 'loss', words: lossOfTokens }]),
        ...isPerplexity.map((named): Requirement[] => [named, { role: 'loss', formula: ['cross_entropy', 'label_smoothing'] }]),
        ...isOfTokens('loss'),
      ],
      remark: 'of each sequence',
    },
  ],
};

const bitWords = [
  'bpd',
  'bits per dim',
  'bits',
  'bits dim',
  'bits per dimension',
  'bits per pixel',
  'bpp',
  'bits per sub pixel',
  'bits per byte',
  'bpb',
  'bpc',
  'bits per char',
  'bits per character',
  'bits per token',
  'bits per word',
  'bit per dim',
  'nats to bits',
  'to bpd',
];
const natsForms: readonly Encoding[] = [
  {
    id: 'negative',
    name: 'negative log-likelihood',
    symbol: (role) => role,
    encode: (nats) => nats,
    words: ['nll', 'loss', 'neg elbo', 'elbo loss', 'neg log likelihood', 'decoder nll', 'kl', 'nats', 'vb', 'rate', 'total nll'],
  },
  {
    id: 'positive',
    name: 'log-likelihood',
    symbol: (role) => `-${role}`,
    encode: negate,
    words: ['log px', 'logpx', 'log likelihood', 'log prob', 'logp', 'll', 'elbo', 'log p', 'logprob', 'log p x', 'logp x'],
  },
];
const nats: Role = { id: 'nats', shape: 'B', domain: 'positive', encodings: natsForms };
const pixelWords = [
  ...[
    'n dims',
    'num dims',
    'ndims',
    'n dim',
    'num dim',
    'dims',
    'dim',
    'n pixel',
    'num pixel',
    'n pixels',
    'num pixels',
    'pixels',
    'pixel',
  ],
  ...['num subpix', 'numel', 'num elements'],
];
const dimensions: Role = {
  id: 'dimensions',
  shape: '',
  domain: 'positive',
  words: [
    'dim',
    'd',
    'dims',
    'num dims',
    'n dims',
    'num pixels',
    'n pixels',
    'num dim',
    'numel',
    'dimensions',
    'nelement',
    'n',
    'pixels',
    'num subpix',
    'ndims',
    'prod',
    'image size',
    'data dim',
    'num elements',
    'shape',
  ],
  literal: true,
};
const levelForms: readonly Encoding[] = [
  {
    id: 'levels',
    name: 'number of levels',
    symbol: (role) => role,
    encode: (levels) => levels,
    words: ['n bins', 'bins', 'levels', 'k', 'num levels', 'n levels', 'quants'],
  },
  {
    id: 'bits',
    name: 'bits of a level',
    symbol: (role) => String.raw`\log_2 ${role}`,
    encode: log2,
    words: ['n bits', 'bits', 'nbits', 'num bits'],
  },
];
/** Of every example, or of the mean of a batch. */
function perExampleOrMean(of: Pick<ValueReading, 'roles' | 'elements' | 'operations' | 'evidence' | 'remark'>): ValueReading[] {
  const common = { ...of, kind: 'value', summed: '', fit: 'quantity' } as const;
  return [
    { ...common, axes: 'B' },
    { ...common, axes: '', elements: (given) => mean(of.elements(given), null), operations: [...of.operations, ['mean', 'sum']] },
  ];
}

const isBits: Evidence = [[{ target: bitWords }], [{ context: bitWords }]];

const bitsPerDim: Formula = {
  id: 'bits_per_dim',
  family: 'Loss',
  name: 'Bits per dimension',
  latex: String.raw`\frac{\term{nats}{\mathrm{NLL}_{nats}}}{\term{dimensions}{D}\ln2}`,
  lines: [
    String.raw`\frac{\term{nats}{\mathrm{NLL}_{nats}}+\term{dimensions}{D}\ln\term{levels}{k}}{\term{dimensions}{D}\ln2}=\frac{\term{nats}{\mathrm{NLL}_{nats}}}{\term{dimensions}{D}\ln2}+\log_2\term{levels}{k}`,
    String.raw`\frac{\term{nats}{\mathrm{NLL}}+\term{more}{\mathrm{NLL}'}}{\term{dimensions}{D}\ln2}`,
  ],
  terms: [
    term(
      'nats',
      String.raw`\mathrm{NLL}_{nats}`,
      'negative log-likelihood',
      'Of an example, all its dimensions together.',
      '[batch]',
      'nats',
    ),
    term(
      'more',
      String.raw`\mathrm{NLL}'`,
      'second part',
      'Where the negative log-likelihood is a sum of two: a divergence beside a reconstruction, a log-determinant beside a density.',
      '[batch]',
      'nats',
    ),
    term('dimensions', 'D', 'number of dimensions', 'How many numbers an example is made of: of a picture, its pixels times its channels.'),
    term('levels', 'k', 'number of levels', 'Where densities are of numbers from 0 to 1 that were k levels: 256 of 8 bits.'),
  ],
  claim: 'definition',
  note: 'Comparable between models only where the data are the same whole numbers: a density of scaled data needs the logarithm of the number of levels.',
  source: { paper: 'Theis, van den Oord and Bethge 2016, A note on the evaluation of generative models', arxiv: '1511.01844' },
  steps: [],
  identities: [
    {
      latex: String.raw`\frac{\mathrm{NLL}}{D\ln2}=\tfrac1D\log_2e^{\mathrm{NLL}}`,
      words: 'It is a logarithm to the base 2.',
      sides: ({ nats, dimensions }) => [bitsPerDimension(nats!, dimensions!), divide(log2(exp(nats!)), dimensions!)],
    },
    {
      latex: String.raw`\frac{\mathrm{NLL}+D\ln k}{D\ln2}=\frac{\mathrm{NLL}}{D\ln2}+\log_2k`,
      words: 'Levels add the bits that one of them has.',
      sides: ({ nats, dimensions, levels }) => [
        bitsPerDimension(scaledToLevels(nats!, dimensions!, levels!), dimensions!),
        add(bitsPerDimension(nats!, dimensions!), log2(levels!)),
      ],
    },
  ],
  mistakes: [
    'The loss has been averaged over dimensions already, and is divided by their number again.',
    'The scaling of the data to the range from 0 to 1 is left out: the result is lower by the bits of a level.',
    'Nats are reported as bits: the division by ln 2 is missing.',
  ],
  readings: [
    ...perExampleOrMean({
      roles: [nats, dimensions],
      elements: ({ nats, dimensions }) => bitsPerDimension(nats!, dimensions!),
      operations: [['divide', 'multiply', 'reciprocal', 'log2']],
      evidence: [
        ...isBits,
        [
          { role: 'nats', words: ['loss', 'elbo'] },
          { role: 'dimensions', words: pixelWords },
        ],
        [{ role: 'nats', words: ['nll', 'log px', 'logpx', 'log likelihood', 'neg log likelihood', 'log prob', 'log p x', 'logp', 'll'] }],
      ],
    }),
    ...perExampleOrMean({
      roles: [nats, { ...nats, id: 'more' }, dimensions],
      elements: ({ nats, more, dimensions }) => bitsPerDimension(add(nats!, more!), dimensions!),
      operations: [['divide', 'multiply', 'reciprocal', 'log2'], differences],
      evidence: isBits,
      remark: 'of two parts',
    }),
    ...perExampleOrMean({
      roles: [nats, dimensions, { id: 'levels', shape: '', domain: 'positive', encodings: levelForms, literal: true }],
      elements: ({ nats, dimensions, levels }) => bitsPerDimension(scaledToLevels(nats!, dimensions!, levels!), dimensions!),
      operations: [['divide', 'multiply', 'reciprocal', 'log2']],
      evidence: isBits,
      remark: 'of scaled levels',
    }),
    ...perExampleOrMean({
      roles: [nats],
      elements: ({ nats }) => bitsPerDimension(nats!, scalar(1)),
      operations: [['divide', 'multiply', 'reciprocal', 'log2']],
      evidence: isBits,
      remark: 'from nats that are per dimension already',
    }),
    {
      kind: 'value',
      roles: [nats, dimensions],
      axes: '',
      summed: '',
      elements: ({ nats, dimensions }) => bitsPerDimension(sum(nats!, null), dimensions!),
      fit: 'quantity',
      operations: [['divide', 'multiply', 'reciprocal', 'log2'], ['sum']],
      evidence: isBits,
      remark: 'of all examples or tokens together',
    },
  ],
};

export const general: readonly Formula[] = [meanSquaredError, perplexity, bitsPerDim];
