/** Which formulas of a text have to do with the frame in which a program has stopped. */

import type { Span } from '../../../maths/nesting.ts';
import type { Finding, PythonSymbol } from '../../../protocol/python.ts';

/** The function that a line of code is in; null outside of all. */
export function functionAt(symbols: readonly PythonSymbol[], line: Span): PythonSymbol | null {
  const around = symbols.filter(({ kind, start, end }) => kind !== 'class' && start <= line.start && line.end <= end);
  return around.reduce<PythonSymbol | null>((best, one) => (best && best.depth >= one.depth ? best : one), null);
}

/** The formulas that the function itself computes, or, outside of all, the text. */
export function formulasOf(findings: readonly Finding[], holder: PythonSymbol | null): Finding[] {
  return findings.filter((finding) =>
    holder === null
      ? finding.holder === null
      : finding.holder !== null && finding.holder.name === holder.name && isIn(finding.holder, holder) && isIn(finding, holder),
  );
}

const isIn = (inner: Span, outer: Span): boolean => inner.start >= outer.start && inner.end <= outer.end;

/** Where a statement stands to the line at which the program has stopped: which it is about to run, or within which it waits. */
export type Standing = 'here' | 'within' | 'before' | 'after';

/** @param isInnermost whether nothing was called in the line that has not come back */
export function standingOf(statement: Span, line: Span, isInnermost: boolean): Standing {
  if (statement.start <= line.end && line.start <= statement.end) return isInnermost ? 'here' : 'within';
  return statement.end < line.start ? 'before' : 'after';
}
