/** What a node between the score product and the softmax does to the scores, as far as the formula of attention has a place for it. */

import type { ChainLink } from './chain.ts';

/** Inputs are named by their place among the node's. */
export type Meaning =
  /** Another type or layout of the same numbers. */
  | { kind: 'same' }
  | { kind: 'tanh' }
  /** By one number. */
  | { kind: 'scale'; input: number; divides: boolean }
  | { kind: 'add'; input: number; subtracts: boolean }
  /** A score stays where the condition is `kept`, else the other input stands in its place. */
  | { kind: 'select'; condition: number; other: number; kept: boolean };

const unchanged: ReadonlySet<string> = new Set(['Cast', 'Identity', 'Dropout', 'Reshape', 'Transpose', 'Squeeze', 'Unsqueeze', 'Expand']);

/**
 * null: it has no place in the formula.
 *
 * @param elements how many numbers an input has
 */
export function meaningOf({ step: { node }, through }: ChainLink, elements: (input: number) => number): Meaning | null {
  const input = through === 0 ? 1 : 0;
  if (unchanged.has(node.opType)) return { kind: 'same' };
  switch (node.opType) {
    case 'Tanh':
      return { kind: 'tanh' };
    case 'Mul':
      return elements(input) === 1 ? { kind: 'scale', input, divides: false } : null;
    case 'Div':
      return through === 0 && elements(input) === 1 ? { kind: 'scale', input, divides: true } : null;
    case 'Add':
      return { kind: 'add', input, subtracts: false };
    case 'Sub':
      return through === 0 ? { kind: 'add', input, subtracts: true } : null;
    case 'Where':
      return through === 0 ? null : { kind: 'select', condition: 0, other: through === 1 ? 2 : 1, kept: through === 1 };
    default:
      return null;
  }
}
