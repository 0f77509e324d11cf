/** Where tokens lie in their text, in UTF-16 offsets as editors count. */

export interface Span {
  start: number;
  end: number;
}

/** A surrogate pair is one code point and two UTF-16 units; a lone surrogate is one of each. */
const surrogatePair = /[\ud800-\udbff][\udc00-\udfff]/;

/** Maps offsets counted in code points to UTF-16 offsets. */
export function utf16Offsets(text: string): (codePoint: number) => number {
  if (!surrogatePair.test(text)) return (codePoint) => Math.min(codePoint, text.length);
  const offsets = new Uint32Array(text.length + 1);
  let count = 0;
  for (let unit = 0; unit < text.length; unit += text.codePointAt(unit)! > 0xffff ? 2 : 1) offsets[count++] = unit;
  return (codePoint) => (codePoint < count ? offsets[codePoint]! : text.length);
}

/** Length in UTF-8 of the character at `unit`; a lone surrogate is encoded as U+FFFD. */
function utf8Length(codePoint: number): number {
  return codePoint < 0x80 ? 1 : codePoint < 0x800 ? 2 : codePoint < 0x10000 ? 3 : 4;
}

/**
 * Spans of pieces that together are exactly the text's UTF-8 bytes, by their lengths in bytes. Pieces inside one character each
 * get that whole character.
 */
export function spansOfBytes(text: string, lengths: readonly number[]): Span[] {
  let unit = 0;
  let byte = 0; // bytes before `unit`
  let position = 0; // bytes before the piece
  /** Moves to the character that holds byte `target`, or to its end when `target` lies inside it and `whole` is set. */
  const moveTo = (target: number, whole: boolean): number => {
    while (byte < target && unit < text.length) {
      const codePoint = text.codePointAt(unit)!;
      const next = byte + utf8Length(codePoint);
      const after = unit + (codePoint > 0xffff ? 2 : 1);
      if (next > target) return whole ? after : unit;
      unit = after;
      byte = next;
    }
    return unit;
  };
  return lengths.map((length) => {
    const start = moveTo(position, false);
    position += length;
    return { start, end: length === 0 ? start : moveTo(position, true) };
  });
}

function fold(text: string): string {
  return text.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
}

/**
 * Spans of pieces that a tokenizer has normalised (lower case, accents dropped, blanks dropped), by looking each one up in the text behind
 * the one before. A piece that is not found there gets an empty span.
 */
export function spansBySearch(text: string, pieces: readonly string[]): Span[] {
  // The folded text, and which unit of the text each of its units is from.
  let folded = '';
  const origin: number[] = [];
  for (let unit = 0; unit < text.length;) {
    const size = text.codePointAt(unit)! > 0xffff ? 2 : 1;
    const part = fold(text.slice(unit, unit + size));
    folded += part;
    for (let i = 0; i < part.length; i++) origin.push(unit);
    unit += size;
  }
  const unitAt = (position: number): number => origin[position] ?? text.length;
  /** How far a piece may lie from the one before: over blanks, and a few dropped characters. */
  const reach = 64;
  let position = 0;
  return pieces.map((piece) => {
    const wanted = fold(piece);
    const found = wanted === '' ? -1 : folded.slice(position, position + reach + wanted.length).indexOf(wanted);
    if (found < 0) return { start: unitAt(position), end: unitAt(position) };
    const start = position + found;
    position = start + wanted.length;
    return { start: unitAt(start), end: Math.max(unitAt(start), unitAt(position)) };
  });
}
