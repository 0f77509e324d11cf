import type { TextRange } from './window.ts';

/** One edit as the editor reports it: `rangeLength` units at `rangeOffset` were replaced by `text`. */
export interface Edit {
  readonly rangeOffset: number;
  readonly rangeLength: number;
  readonly text: string;
}

/** What an edit does to offsets: `removed` units at `offset` became `inserted` units. */
interface Splice {
  offset: number;
  removed: number;
  inserted: number;
}

/**
 * Where text that was run stands in a document that is edited on. Offsets of the run stay usable: each is carried through the edits
 * made since, and those that an edit touched are known to be gone.
 */
export class Anchor {
  /** The text that was run. */
  readonly text: string;
  readonly #origin: number;
  #splices: Splice[];

  /** @param start UTF-16 offset of `text` in the document when it was read. */
  constructor(start: number, text: string) {
    this.text = text;
    this.#origin = start;
    this.#splices = [];
  }

  /** The same for a part of the text (offsets into the text). */
  narrow(part: TextRange): Anchor {
    const narrowed = new Anchor(this.#origin + part.start, this.text.slice(part.start, part.end));
    narrowed.#splices = [...this.#splices];
    return narrowed;
  }

  /** Takes in the edits of one change; their offsets are all into the document before it, as the editor gives them. */
  apply(edits: readonly Edit[]): void {
    const fromTheEnd = [...edits].sort((a, b) => b.rangeOffset - a.rangeOffset);
    for (const edit of fromTheEnd) this.#push({ offset: edit.rangeOffset, removed: edit.rangeLength, inserted: edit.text.length });
  }

  /**
   * Where the text begins in the document if it stands there (still or again) as it was run, else null.
   * @param read the document's text as it is now, by offsets
   */
  find(read: (start: number, end: number) => string): number | null {
    // Undoing an edit that spanned the start brings the text back to where it was, which carrying offsets cannot see.
    const carried = this.#splices.reduce(carryPoint, this.#origin);
    const found = [carried, this.#origin].find((start) => read(start, start + this.text.length) === this.text);
    if (found === undefined) return null;
    this.#splices = found === this.#origin ? [] : [move(this.#origin, found)];
    return found;
  }

  /** Edits were missed: nothing is known of where the text is, until it is found where it was. */
  lose(): void {
    this.#splices = [lost];
  }

  #push(splice: Splice): void {
    const last = this.#splices.at(-1);
    if (last === lost) return;
    const joined = last && join(last, splice);
    if (joined) this.#splices.splice(-1, 1, joined);
    else this.#splices.push(splice);
  }

  /** Where a place (an offset into the document when it was read) is now; one inside of what was replaced goes to its start. */
  carry(offset: number): number {
    return this.#splices.reduce(carryPoint, offset);
  }

  /** Where a part of the text (offsets into the text) stands in the document now; null when an edit touched it. */
  locate(part: TextRange): TextRange | null {
    let range: TextRange | null = { start: this.#origin + part.start, end: this.#origin + part.end };
    for (const splice of this.#splices) range = range && carry(range, splice);
    return range;
  }
}

/** Nothing that stood in the document is known to stand there now. */
const lost: Splice = { offset: 0, removed: Number.MAX_SAFE_INTEGER, inserted: 0 };

/** Two splices as one, where no text is left between them: who types makes one of many. */
function join(first: Splice, second: Splice): Splice | null {
  const firstEnd = first.offset + first.inserted;
  const secondEnd = second.offset + second.removed;
  if (second.offset > firstEnd || secondEnd < first.offset) return null;
  const offset = Math.min(first.offset, second.offset);
  const end = Math.max(firstEnd, secondEnd);
  return { offset, removed: end - first.inserted + first.removed - offset, inserted: end - second.removed + second.inserted - offset };
}

function carry(range: TextRange, { offset, removed, inserted }: Splice): TextRange | null {
  if (range.end <= offset) return range;
  if (range.start < offset + removed) return null;
  const by = inserted - removed;
  return { start: range.start + by, end: range.end + by };
}

function carryPoint(point: number, { offset, removed, inserted }: Splice): number {
  return point >= offset + removed ? point + inserted - removed : Math.min(point, offset);
}

/** The splice before `from` that moves what follows to `to`. */
function move(from: number, to: number): Splice {
  return to >= from ? { offset: from, removed: 0, inserted: to - from } : { offset: to, removed: from - to, inserted: 0 };
}
