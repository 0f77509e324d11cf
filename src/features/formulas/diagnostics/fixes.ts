/** Which fixes are made together. */

import type { Span } from '../../../maths/nesting.ts';
import type { Diagnostic, Fix } from '../../../protocol/python.ts';

export type Edit = Fix['edits'][number];

/** Of fixes that touch the same code, the first: where the others still are needed, they are found again after it. */
export function togetherOf(fixes: readonly Fix[]): Edit[] {
  const edits: Edit[] = [];
  for (const fix of fixes) if (!fix.edits.some((edit) => edits.some((made) => touch(edit, made)))) edits.push(...fix.edits);
  return edits.sort((a, b) => a.start - b.start);
}

/** Code that only differs from a formula may be meant so: nobody is to change it unasked. */
export const isSafe = ({ severity, fix }: Diagnostic): boolean => fix !== null && severity !== 'info';

const touch = (a: Span, b: Span): boolean => a.start <= b.end && b.start <= a.end;
