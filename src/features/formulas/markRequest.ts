/** What a link of a hover asks to be shown in the code. */

import type { Span } from '../../maths/nesting.ts';

/** Where one symbol stands. */
export interface Marked {
  /** "#rrggbb", the symbol's own. */
  readonly colour: string;
  readonly spans: readonly Span[];
}

export interface MarkRequest {
  readonly uri: string;
  readonly version: string;
  readonly marks: readonly Marked[];
}

/** A request as a link brings it: anybody may have written that. */
export function parseMarkRequest(value: unknown): MarkRequest | null {
  const { uri, version, marks } = fieldsOf(value);
  if (typeof uri !== 'string' || typeof version !== 'string' || !Array.isArray(marks)) return null;
  const parsed = marks.slice(0, mostMarks).map((mark: unknown): Marked | null => {
    const { colour, spans } = fieldsOf(mark);
    if (typeof colour !== 'string' || !/^#[0-9a-f]{6}$/i.test(colour) || !Array.isArray(spans)) return null;
    return { colour, spans: spans.slice(0, mostSpans).filter(isSpan) };
  });
  return parsed.includes(null) ? null : { uri, version, marks: parsed.filter((mark) => mark !== null) };
}

const mostMarks = 40;
export const mostSpans = 60;

const fieldsOf = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};

function isSpan(value: unknown): value is Span {
  const { start, end } = fieldsOf(value);
  return Number.isSafeInteger(start) && Number.isSafeInteger(end) && Number(start) >= 0 && Number(start) <= Number(end);
}
