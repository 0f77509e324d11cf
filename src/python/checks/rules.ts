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
  'softmax-axis': { name: 'A softmax over the wrong axis', severity: 'warning' },
  'attention-scale': { name: 'Attention scaled wrongly', severity: 'warning' },
} as const satisfies Record<string, Rule>;

export type RuleId = keyof typeof rules;
