/** Everything that is found wrong, by a name that is also that of its page in `media/rules`. */

import type { Severity } from '../../protocol/python.ts';

export interface Rule {
  /** A few words. */
  readonly name: string;
  readonly severity: Severity;
}

export const rules = {
  'probabilities-for-logits': { name: 'Probabilities where logits belong', severity: 'warning' },
  'normalised-twice': { name: 'Normalised twice', severity: 'hint' },
  'logits-for-probabilities': { name: 'Logits where probabilities belong', severity: 'warning' },
  'logarithms-missing': { name: 'Probabilities where logarithms belong', severity: 'warning' },
  'mask-keeps-weight': { name: 'A mask that leaves weight', severity: 'warning' },
  'mask-after-softmax': { name: 'A mask after the softmax', severity: 'info' },
  'mask-transposed': { name: 'A causal mask the wrong way round', severity: 'warning' },
  'mask-inverted': { name: 'A mask that leaves out what counts', severity: 'warning' },
  'softmax-axis': { name: 'A softmax over the wrong axis', severity: 'warning' },
  'attention-scale': { name: 'Attention scaled wrongly', severity: 'warning' },
  'uniform-noise': { name: 'Uniform noise where it has to be normal', severity: 'warning' },
  'noise-times-variance': { name: 'Noise multiplied by a variance', severity: 'warning' },
  'schedule-of-betas': { name: 'A schedule of the wrong table', severity: 'warning' },
  'schedule-table': { name: 'A table that is not what it is called', severity: 'warning' },
  'spread-of-density': { name: 'A density given another spread', severity: 'warning' },
  'penalty-without-graph': { name: 'A gradient penalty that trains nothing', severity: 'warning' },
  'penalty-not-per-example': { name: 'A gradient penalty of the whole batch', severity: 'warning' },
  'reductions-mixed': { name: 'A sum over the batch beside a mean', severity: 'warning' },
  'temperature-multiplied': { name: 'A temperature that multiplies', severity: 'warning' },
  'log-ratio-reversed': { name: 'Logarithms of densities the wrong way round', severity: 'warning' },
  'mean-of-logarithms': { name: 'A mean of logarithms for the logarithm of a mean', severity: 'info' },
  'perplexity-base': { name: 'No perplexity', severity: 'warning' },
  'nats-as-bits': { name: 'Nats called bits', severity: 'info' },
  'straight-through-exchanged': { name: 'A straight-through estimator the wrong way round', severity: 'warning' },
  'targets-sum': { name: 'Targets that do not sum to 1', severity: 'warning' },
  'held-side': { name: 'The wrong side held constant', severity: 'info' },
  'pair-crossed': { name: 'Compared with the other of a pair', severity: 'warning' },
  'same-twice': { name: 'The same for both of a pair', severity: 'info' },
  'clip-optimistic': { name: 'A clipped loss that is no bound', severity: 'warning' },
  'targets-alike': { name: 'One target for real and generated', severity: 'warning' },
  'minimum-elsewhere': { name: 'A loss whose minimum lies elsewhere', severity: 'warning' },
  'wrong-direction': { name: 'A loss that moves the wrong way', severity: 'warning' },
  'no-inverse': { name: 'No inverse of the forward process', severity: 'warning' },
  'marginals-differ': { name: 'Marginals that do not fit the schedule', severity: 'warning' },
  'guidance-not-conditional': { name: 'Guidance that is not conditional at scale 1', severity: 'warning' },
  'no-rotation': { name: 'A rotation that is none', severity: 'warning' },
  'against-the-path': { name: 'A velocity against its path', severity: 'warning' },
  'generator-not-held': { name: 'A discriminator that trains the generator', severity: 'warning' },
  'players-agree': { name: 'Both players want the same', severity: 'warning' },
  'another-form': { name: 'Used in one form, called another', severity: 'warning' },
  'other-sign': { name: 'Another sign', severity: 'info' },
  'function-missing': { name: 'A root, power or function that is missing', severity: 'info' },
  'function-extra': { name: 'A root, power or function too many', severity: 'info' },
  'another-function': { name: 'One function for another', severity: 'info' },
  swapped: { name: 'Two values that have changed places', severity: 'info' },
  'factor-scope': { name: 'A factor of a part', severity: 'info' },
  'other-factor': { name: 'Another factor', severity: 'info' },
  'term-unused': { name: 'A term that is worked out and not used', severity: 'info' },
  'constant-missing': { name: 'A constant that is missing', severity: 'info' },
  'another-axis': { name: 'Along another axis', severity: 'info' },
  'another-reduction': { name: 'A sum for a mean', severity: 'info' },
  'another-value': { name: 'One value for another', severity: 'info' },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;
