/** The comment by which a statement says that a rule does not apply to it. */

import type { Span } from '../../../maths/nesting.ts';
import { logicalLines } from '../../../python/syntax/logicalLines.ts';

/** What has to be written so that a rule is ignored by the statement at a place: into the comment that stands there, or as one of its own. */
export function ignoreEdit(text: string, at: number, rule: string): Span & { text: string } {
  // A statement reaches over as many lines as its brackets and strings take.
  const end = logicalLines(text).find((line) => line.start <= at && at <= line.end)?.end ?? at;
  const newline = text.indexOf('\n', end);
  const rest = text.slice(end, newline < 0 ? text.length : newline).trimEnd();
  const known = /#\s*genlens:\s*ignore\s*\[[^\]\n]*(?=\])/i.exec(rest);
  if (!known) return { start: end + rest.length, end: end + rest.length, text: `  # genlens: ignore[${rule}]` };
  const inside = end + known.index + known[0].length;
  return { start: inside, end: inside, text: known[0].trimEnd().endsWith('[') ? rule : `, ${rule}` };
}
