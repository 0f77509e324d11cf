/** Which formulas are meant by a place in the code. */

import type { Span } from '../../maths/nesting.ts';
import type { Finding } from '../../protocol/python.ts';

export interface Meant {
  /** The place is the name of a function: what is meant are all formulas that it holds. */
  readonly by: 'place' | 'function';
  /** Of a place: the innermost first. Of a function: in the order in which they come. */
  readonly findings: readonly Finding[];
}

/**
 * Null where there are none.
 * @param line of the place: a formula may be a part of the statement on it
 */
export function meantAt(findings: readonly Finding[], offset: number, line: Span): Meant | null {
  const around = findings.filter(({ start, end }) => start <= offset && offset <= end);
  if (around.length > 0) return { by: 'place', findings: innermostFirst(around) };
  const held = findings.filter(({ holder }) => holder !== null && holder.start <= offset && offset <= holder.end);
  if (held.length > 0) return { by: 'function', findings: held };
  const beside = findings.filter(({ start, end }) => start <= line.end && line.start <= end);
  return beside.length > 0 ? { by: 'place', findings: innermostFirst(beside) } : null;
}

function innermostFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => a.end - a.start - (b.end - b.start));
}
