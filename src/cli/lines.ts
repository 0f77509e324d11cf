/** Lines (from 1) that a part of a text covers. */
export function lineRange(text: string, start: number, end: number): { first: number; last: number; total: number } {
  const count = (until: number): number => {
    let lines = 1;
    for (let at = text.indexOf('\n'); at >= 0 && at < until; at = text.indexOf('\n', at + 1)) lines++;
    return lines;
  };
  return { first: count(start), last: count(Math.max(start, end - 1)), total: count(text.length) };
}
