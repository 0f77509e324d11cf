import { diffArrays } from 'diff';

/** Lines to be taken out or put in; texts that differ by more are not looked at closely: the extension host has other work. */
const mostEdits = 1_024;

/**
 * Where a place (an offset into `from`) stands in `to`, by the lines that both have; one in a line that `to` lacks is where what
 * stands in its place begins.
 */
export function correspondence(from: string, to: string): (offset: number) => number {
  if (from === to) return (offset) => offset;
  const [lines, others] = [linesOf(from), linesOf(to)];
  const changes = diffArrays(lines, others, { maxEditLength: mostEdits });
  /** Of each line of `from`: where it begins there, where what corresponds begins in `to`, and how much of it is there. */
  const spans: { start: number; at: number; length: number }[] = [];
  let [start, at] = [0, 0];
  const stepOver = (line: string, kept: boolean): void => {
    spans.push({ start, at, length: kept ? line.length : 0 });
    start += line.length;
    if (kept) at += line.length;
  };
  if (!changes) {
    // Line by line from the top: a guess, but one near which something of the kind may stand.
    lines.forEach((line, index) => {
      spans.push({ start, at, length: Math.min(line.length, others[index]?.length ?? 0) });
      start += line.length;
      at += others[index]?.length ?? 0;
    });
  } else {
    for (const { added, removed, value } of changes) {
      if (added) for (const line of value) at += line.length;
      else for (const line of value) stepOver(line, !removed);
    }
  }
  return (offset) => {
    if (offset >= from.length) return to.length;
    const span = spans.findLast((each) => each.start <= offset);
    return span ? span.at + Math.min(offset - span.start, span.length) : 0;
  };
}

/** Each with its line break. */
const linesOf = (text: string): string[] => text.match(/[^\n]*\n|[^\n]+$/g) ?? [];
