/** Which formulas are meant by a place in the code. */

import type { Span } from '../../maths/nesting.ts';
import type { Finding } from '../../protocol/python.ts';

export interface Meant {
  /** The place is the name of a function: what is meant are all formulas that it holds. */
  readonly by: 'place' | 'function';
  /** Of a place: what is wrong there first, then the innermost. Of a function: in the order in which they come. */
  readonly findings: readonly Finding[];
}

/**
 * Null where there are none.
 * @param line of the place: a formula may be a part of the statement on it
 */
export function meantAt(findings: readonly Finding[], offset: number, line: Span): Meant | null {
  const isAround = ({ start, end }: Span): boolean => start <= offset && offset <= end;
  // What is wrong with a formula may stand before it.
  const spoiled = innermostFirst(findings.filter(({ diagnostics }) => diagnostics.some(isAround)));
  const around = innermostFirst(findings.filter(isAround));
  if (spoiled.length + around.length > 0) return { by: 'place', findings: [...new Set([...spoiled, ...around])] };
  const held = findings.filter(({ holder }) => holder !== null && holder.start <= offset && offset <= holder.end);
  if (held.length > 0) return { by: 'function', findings: held };
  const beside = findings.filter(({ start, end }) => start <= line.end && line.start <= end);
  return beside.length > 0 ? { by: 'place', findings: innermostFirst(beside) } : null;
}

function innermostFirst(findings: readonly Finding[]): Finding[] {
  return findings.toSorted((a, b) => a.end - a.start - (b.end - b.start));
}
