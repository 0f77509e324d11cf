/** Part of a text, in UTF-16 units; end exclusive. */
export interface Span {
  start: number;
  end: number;
}

/**
 * Spans in the order in which they begin, each after the one that it lies in, with the number of those that hold it. One that reaches
 * beyond the end of what it begins in is cut there; empty ones are left out. So the last one of the result that holds a place is the
 * innermost.
 */
export function nest<T extends Span>(spans: readonly T[]): (T & { depth: number })[] {
  const ordered = spans.filter(({ start, end }) => start < end).sort((a, b) => a.start - b.start || b.end - a.end);
  const around: Span[] = [];
  return ordered.map((span) => {
    while (around.length > 0 && around.at(-1)!.end <= span.start) around.pop();
    const nested = { ...span, end: Math.min(span.end, around.at(-1)?.end ?? span.end), depth: around.length };
    around.push(nested);
    return nested;
  });
}
