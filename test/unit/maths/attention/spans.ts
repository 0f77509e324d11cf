/** The text of consecutive tokens, and where each stands in it. */
export function spansOf(parts: readonly string[]): [string, { start: number; end: number }[]] {
  let end = 0;
  return [parts.join(''), parts.map((part) => ({ start: end, end: (end += part.length) }))];
}
