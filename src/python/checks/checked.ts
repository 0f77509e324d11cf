/** What a rule is told of. */

import type { Computed } from '../expression/follow/context.ts';
import type { Found } from '../recognise/findings.ts';
import type { Recogniser } from '../recognise/recogniser.ts';

export interface Checked {
  /** Every statement, in the order in which they were met. */
  readonly computed: readonly Computed[];
  readonly found: readonly Found[];
  readonly recogniser: Recogniser;
}
