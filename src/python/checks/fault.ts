/** What is wrong with a value of the code. */

import type { Span } from '../../maths/nesting.ts';
import type { Severity } from '../../protocol/python.ts';
import type { Computed } from '../expression/follow/context.ts';
import type { Node } from '../expression/node.ts';
import type { Match } from '../recognise/comparison/match.ts';
import type { RuleId } from './rules.ts';

export interface Fault {
  readonly rule: RuleId;
  /** Where it differs from the rule's own. */
  readonly severity?: Severity;
  /** What is there, what the formula has, why it matters: one sentence. */
  readonly message: string;
  /** The statement that is wrong by it: that of the formula. */
  readonly statement: Computed;
  /** The value at fault, which may have been computed by a statement before. */
  readonly at: Node;
  /** Where it stands, in a statement before, where the value itself stands in this one too. */
  readonly place?: Span;
  readonly related: readonly { readonly node: Node; readonly message: string }[];
  /** The formula that the statement nearly is, as it was matched with one thing changed. */
  readonly nearly: Match | null;
  /** What has to stand in place of which values; null where that is not sure. */
  readonly change: Change | null;
}

/** The smallest change after which it is right: of one value, or of pieces of the text. */
export type Change = ValueChange | TextChange;

export interface TextChange {
  readonly title: string;
  /** It need not be a formula by itself then, whatever it was found to be by value. */
  readonly makes?: null;
  readonly edits: readonly (Span & { readonly text: string })[];
}

export interface ValueChange {
  /** As it is offered: "Divide by sqrt(d)". */
  readonly title: string;
  readonly there: Node;
  /** The text that is to stand there, from the text that does. */
  readonly write: (text: string) => string;
}
