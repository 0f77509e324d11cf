/** Two logarithms of densities in each other's place. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import type { TextChange } from '../fault.ts';
import type { Term } from './sums.ts';

/** Of two, each stands where the other belongs; null where that cannot be written. */
export function exchanged(terms: readonly Term[], { places }: Computed, { textOf }: Checked): TextChange | null {
  if (terms.length !== 2) return null;
  const spans = terms.map(({ node }) => places.filter((place) => place.node === node).sort((a, b) => b.end - b.start - (a.end - a.start)));
  const [first, second] = spans.map(([widest]) => widest);
  if (
    !first ||
    !second ||
    spans.some((all) => all.length > 1 && all[1]!.end > all[0]!.end) ||
    (first.start < second.end && second.start < first.end)
  )
    return null;
  const [a, b] = [textOf(first), textOf(second)];
  if (a.includes('\n') || b.includes('\n')) return null;
  return {
    title: `Exchange \`${a}\` and \`${b}\``,
    makes: null,
    edits: [
      { start: first.start, end: first.end, text: b },
      { start: second.start, end: second.end, text: a },
    ],
  };
}
