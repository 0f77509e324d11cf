/** What a list that is not complete yet says. */

import type { Span } from '../../../maths/nesting.ts';

/** "120 of 2,000 lines are still to be read."; empty where none is. Spans come in the order in which they begin. */
export function stillToRead(text: string, unread: readonly Span[]): string {
  if (unread.length === 0) return '';
  let [lines, from] = [0, 0];
  for (const { start, end } of unread) {
    // Spans may lie in one another.
    if (end > from) lines += linesIn(text.slice(Math.max(start, from), end));
    from = Math.max(end, from);
  }
  return `${lines.toLocaleString('en')} of ${linesIn(text).toLocaleString('en')} lines are still to be read.`;
}

const linesIn = (text: string): number => text.split('\n').length - (text.endsWith('\n') ? 1 : 0);
