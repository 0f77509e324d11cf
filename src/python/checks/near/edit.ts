/** One thing in code that is changed: a slip, and how it would be mended. */

import type { Attributes, Node } from '../../expression/node.ts';

/** One thing that is changed. `there` is what the code has, `wanted` what it would have. */
export interface Edit {
  readonly kind: EditKind;
  /** The operation or the value that is changed, and what it would be. */
  readonly there: Node;
  readonly wanted: Node;
  /** What uses it there; null where it is the whole, or is changed wherever it stands. */
  readonly within: Node | null;
  /** Further changes of the same kind, made together with it. */
  readonly also: readonly Replacement[];
}

export type Replacement = Pick<Edit, 'there' | 'wanted' | 'within'>;

export type EditKind =
  | 'sign'
  | 'missing function'
  | 'extra function'
  | 'another function'
  | 'order'
  | 'scope'
  | 'factor'
  | 'axis'
  | 'reduction'
  | 'extra factor'
  | 'missing factor'
  | 'another value'
  | 'swapped'
  | 'off by one'
  /** Of two operations, which comes first. */
  | 'exchanged';

let made = 0;

/** A node that the graph of the file does not hold. */
export function make(op: string, args: readonly Node[], attributes: Attributes = {}): Node {
  return { id: --made, op, args, attributes };
}

export const number = (value: number): Node => make('number', [], { value });
