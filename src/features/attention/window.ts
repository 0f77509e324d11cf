/** A part of a text, in UTF-16 offsets, end exclusive. */
export interface TextRange {
  start: number;
  end: number;
}

/**
 * UTF-16 units of a document that are handed to the engine, which picks the tokens to run out of them. Far more than any context of
 * the models explained here needs, far less than what would be slow to tokenize or to send.
 */
export const windowLimit = 65_536;

/**
 * The part of `text` to hand over: all of it, or at most `limit` units around `focus`, cut at line starts. A line too long for that
 * is cut anywhere but inside a surrogate pair or a CRLF.
 */
export function cutWindow(text: string, focus: number, limit: number = windowLimit): TextRange {
  if (text.length <= limit) return { start: 0, end: text.length };
  const centre = Math.min(Math.max(focus, 0), text.length);
  const first = Math.min(Math.max(centre - Math.floor(limit / 2), 0), text.length - limit);
  const last = first + limit;

  const lineAfterFirst = text.indexOf('\n', first - 1) + 1;
  const start = first === 0 ? 0 : lineAfterFirst > 0 && lineAfterFirst <= centre ? lineAfterFirst : whole(text, first, 1);
  const lineBeforeLast = text.lastIndexOf('\n', last - 1) + 1;
  const end = last === text.length ? last : lineBeforeLast > centre ? lineBeforeLast : whole(text, last, -1);
  return { start, end };
}

/** `offset`, or the next one in `direction` at which nothing is torn apart. */
function whole(text: string, offset: number, direction: 1 | -1): number {
  const before = text.charCodeAt(offset - 1);
  const after = text.charCodeAt(offset);
  const insidePair = before >= 0xd800 && before <= 0xdbff && after >= 0xdc00 && after <= 0xdfff;
  const insideCrLf = before === 0x0d && after === 0x0a;
  return insidePair || insideCrLf ? offset + direction : offset;
}
