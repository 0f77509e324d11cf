/** Forms in which code holds probabilities: of classes, or of one thing being true. */

import { add, log, square, subtract } from '../maths/tensor/elementwise.ts';
import { sum } from '../maths/tensor/reduce.ts';
import { scalar } from '../maths/tensor/tensor.ts';
import { logitOf } from '../maths/losses/categorical.ts';
import type { Encoding } from './reading.ts';

export const logitWords: readonly string[] = [
  'logits',
  'logit',
  'scores',
  'output',
  'outputs',
  'out',
  'pred',
  'preds',
  'y hat',
  'prediction',
  'predictions',
  'x',
  'input',
  'inputs',
  'z',
  'lm logits',
];
export const logProbabilityWords: readonly string[] = [
  ...[
    'log prob',
    'log probs',
    'logp',
    'logprobs',
    'logprob',
    'log p',
    'log softmax',
    'log q',
    'logq',
    'log probabilities',
    'log probability',
    'lprobs',
    'lprob',
    'lp',
    'log y',
    'logsoftmax',
  ],
];
export const probabilityWords: readonly string[] = [
  'p',
  'q',
  'probs',
  'prob',
  'probabilities',
  'softmax',
  'y pred',
  'y hat',
  'pi',
  'preds',
  'pred',
  'dist',
  'probability',
  'y prob',
  'p hat',
  'pt',
  'output',
];

/** Of a distribution over classes, the last axis. */
export const distributionForms: readonly Encoding[] = [
  {
    id: 'logit',
    name: 'logits',
    // Logits are log-probabilities up to a number of their own for each row: here one that no code can know.
    symbol: (role) => String.raw`\log ${role}+c`,
    encode: (probabilities) => add(log(probabilities), sum(square(probabilities), [-1], true)),
    words: logitWords,
  },
  { id: 'log-probability', name: 'log-probabilities', symbol: (role) => String.raw`\log ${role}`, encode: log, words: logProbabilityWords },
  { id: 'probability', name: 'probabilities', symbol: (role) => role, encode: (probabilities) => probabilities, words: probabilityWords },
];

/** Logits of classes, the last axis: code that holds them makes probabilities of them itself. */
export const logitForm: readonly Encoding[] = [
  { id: 'logit', name: 'logits', symbol: (role) => String.raw`\log ${role}+c`, encode: (logits) => logits, words: logitWords },
];

/** Of probabilities of classes that are there already: they are taken as they are, whatever they sum to. */
export const probabilityForms: readonly Encoding[] = distributionForms.filter(({ id }) => id !== 'logit');

/** Of the probability that something is true. */
export const truthForms: readonly Encoding[] = [
  { id: 'logit', name: 'logit', symbol: (role) => String.raw`\sigma^{-1}(${role})`, encode: logitOf, words: logitWords },
  {
    id: 'probability',
    name: 'probability',
    symbol: (role) => role,
    encode: (probability) => probability,
    words: [...probabilityWords, 'recon', 'reconstruction', 'recon x', 'x hat'],
  },
  {
    id: 'complement',
    name: 'probability of the opposite',
    symbol: (role) => `1-${role}`,
    encode: (probability) => subtract(scalar(1), probability),
    words: [],
  },
];
