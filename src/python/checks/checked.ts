/** What a rule is told of. */

import type { Span } from '../../maths/nesting.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Value } from '../expression/values.ts';
import type { Found } from '../recognise/findings.ts';
import type { Recogniser } from '../recognise/recogniser.ts';

export interface Checked {
  /** Every statement, in the order in which they were met. */
  readonly computed: readonly Computed[];
  /** What objects of a class of the file hold, by the name of the class. */
  readonly attributes: ReadonlyMap<string, ReadonlyMap<string, Value>>;
  /** What an object of a class of the file gives when it is called, by the name of the class; null where the code does not tell. */
  readonly answerOf: (name: string) => Value | null;
  readonly found: readonly Found[];
  readonly recogniser: Recogniser;
  readonly textOf: (span: Span) => string;
  /** What names of modules stand for: "np" for "numpy". */
  readonly imports: ReadonlyMap<string, string>;
}
