/** What values of code are taken for. */

import type { Encoding, Role } from '../../../formulas/reading.ts';
import type { Node } from '../../expression/node.ts';

/** What a value is taken for: a role in some form, or something that does not change which formula it is. */
export type Choice = { readonly role: Role; readonly encoding: Encoding | null } | { readonly neutral: 'weight' | 'tiny' };

export type Choices = ReadonlyMap<Node, Choice>;

export interface Binding {
  readonly choices: Choices;
  /** Of roles that the code holds as a number. */
  readonly literals: Readonly<Record<string, number>>;
}

export interface Option {
  readonly choice: Choice;
  readonly score: number;
  /** Of the role; -1 for none. */
  readonly role: number;
  /** Whether the role may be held in this form beside another one. */
  readonly isOneOfSeveral: boolean;
  /** Bits of the alternatives of what has to speak for the formula that it leaves open. */
  readonly open: number;
}

/** What speaks for a formula, as far as it is known before a value is worked out. */
export interface Outlook {
  /** Bits of the alternatives that what stands around the code leaves open. */
  readonly start: number;
  /** Bits of those that one choice leaves open. */
  readonly of: (node: Node, role: Role, encoding: Encoding | null) => number;
  /** Whether a whole choice that leaves these alternatives open is worth a value: asked before the numbers of the code are tried for the roles that are left. */
  readonly isOpen: (choices: Choices, open: number) => boolean;
}
