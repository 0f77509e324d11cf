/** What a rule is told of. */

import type { Span } from '../../maths/nesting.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Found } from '../recognise/findings.ts';
import type { Recogniser } from '../recognise/recogniser.ts';

export interface Checked {
  /** Every statement, in the order in which they were met. */
  readonly computed: readonly Computed[];
  readonly found: readonly Found[];
  readonly recogniser: Recogniser;
  readonly textOf: (span: Span) => string;
  /** What names of modules stand for: "np" for "numpy". */
  readonly imports: ReadonlyMap<string, string>;
}
