import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Anchor, type Edit } from '../../../../src/features/attention/anchor.ts';

/** The editor's rule: the offsets of one change are all into the text before it. */
function edited(text: string, edits: readonly Edit[]): string {
  return [...edits]
    .sort((a, b) => b.rangeOffset - a.rangeOffset)
    .reduce((t, e) => t.slice(0, e.rangeOffset) + e.text + t.slice(e.rangeOffset + e.rangeLength), text);
}
const insert = (rangeOffset: number, text: string): Edit => ({ rangeOffset, rangeLength: 0, text });
const remove = (rangeOffset: number, rangeLength: number): Edit => ({ rangeOffset, rangeLength, text: '' });
const reader = (text: string) => (start: number, end: number) => text.slice(start, end);

describe('Anchor.carry', () => {
  it('follows a place through edits before, at and behind it', () => {
    const anchor = new Anchor(10, 'selected');
    anchor.apply([{ rangeOffset: 0, rangeLength: 0, text: 'a line\n' }]);
    expect([anchor.carry(10), anchor.carry(18)]).toEqual([17, 25]);
    anchor.apply([{ rangeOffset: 30, rangeLength: 2, text: '' }]);
    expect([anchor.carry(10), anchor.carry(18)]).toEqual([17, 25]);
    anchor.apply([{ rangeOffset: 15, rangeLength: 4, text: 'x' }]);
    expect([anchor.carry(10), anchor.carry(18)]).toEqual([15, 22]);
  });
});

describe('Anchor', () => {
  const document = 'import os\n\ndef f(x):\n    return x\n';
  const start = document.indexOf('def');
  const name = { start: 4, end: 5 };

  it('carries a part through edits before, inside and after the text', () => {
    const anchor = new Anchor(start, document.slice(start));
    const edits = [insert(0, '# hello\r\n'), insert(start + 6, ', y'), remove(document.length - 1, 1)];
    anchor.apply(edits);
    const now = edited(document, edits);
    const at = anchor.locate(name);
    expect(at && now.slice(at.start, at.end)).toBe('f');
    expect(anchor.find(reader(now))).toBeNull();
  });

  it('finds the text moved by an edit above it, and again after undo', () => {
    const anchor = new Anchor(start, document.slice(start));
    anchor.apply([insert(0, 'x\n')]);
    expect(anchor.find(reader(`x\n${document}`))).toBe(start + 2);
    expect(anchor.locate(name)).toEqual({ start: start + 6, end: start + 7 });
    anchor.apply([remove(0, 2)]);
    expect(anchor.find(reader(document))).toBe(start);
    expect(anchor.locate(name)).toEqual({ start: start + 4, end: start + 5 });
  });

  it('knows a touched part as gone until undo brings it back', () => {
    const anchor = new Anchor(start, document.slice(start));
    anchor.apply([remove(start - 3, 8)]);
    expect(anchor.locate(name)).toBeNull();
    expect(anchor.find(reader(edited(document, [remove(start - 3, 8)])))).toBeNull();
    anchor.apply([insert(start - 3, document.slice(start - 3, start + 5))]);
    expect(anchor.find(reader(document))).toBe(start);
    expect(anchor.locate(name)).toEqual({ start: start + 4, end: start + 5 });
  });

  it('narrows to a part with the edits made so far', () => {
    const anchor = new Anchor(0, document);
    anchor.apply([insert(0, '##')]);
    const narrowed = anchor.narrow({ start, end: start + 9 });
    expect(narrowed.text).toBe('def f(x):');
    expect(narrowed.find(reader(`##${document}`))).toBe(start + 2);
  });

  it('either names the same characters or says they were touched, for any edits', () => {
    const change = fc.array(fc.record({ at: fc.nat(60), length: fc.nat(5), text: fc.constantFrom('', 'x', '\r\n', '🙂', 'שלום', '\t') }), {
      minLength: 1,
      maxLength: 3,
    });
    fc.assert(
      fc.property(fc.array(change, { maxLength: 4 }), fc.nat(20), fc.nat(20), (changes, from, length) => {
        // Each character of the document is its own letter, so that a part is recognised wherever it went.
        let text = Array.from({ length: 50 }, (_, i) => String.fromCharCode(0x4e00 + i)).join('');
        const anchor = new Anchor(5, text.slice(5, 45));
        const part = { start: from, end: Math.min(from + length, 40) };
        const wanted = text.slice(5 + part.start, 5 + part.end);
        for (const raw of changes) {
          const edits: Edit[] = [];
          for (const { at, length: n, text: inserted } of [...raw].sort((a, b) => a.at - b.at)) {
            const previous = edits.at(-1);
            const rangeOffset = Math.min(Math.max(at, previous ? previous.rangeOffset + previous.rangeLength + 1 : 0), text.length);
            if (!previous || rangeOffset > previous.rangeOffset) {
              edits.push({ rangeOffset, rangeLength: Math.min(n, text.length - rangeOffset), text: inserted });
            }
          }
          text = edited(text, edits);
          anchor.apply(edits);
        }
        const now = anchor.locate(part);
        if (now) expect(text.slice(now.start, now.end)).toBe(wanted);
        else expect(text.includes(wanted) && changes.length === 0).toBe(false);
      }),
    );
  });

  it('loses no part that typing and erasing beside it left whole', () => {
    const typed = fc.record({
      at: fc.nat(12),
      keys: fc.array(fc.constantFrom('a', 'b', 'erase', 'delete'), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(fc.array(typed, { maxLength: 5 }), fc.nat(9), fc.integer({ min: 1, max: 10 }), (bursts, from, length) => {
        // The document's own characters are numbers, typed ones are not.
        let characters: (number | string)[] = Array.from({ length: 10 }, (_, i) => i);
        const anchor = new Anchor(0, '0123456789');
        const part = { start: from, end: Math.min(from + length, 10) };
        const wanted = Array.from({ length: part.end - part.start }, (_, i) => from + i);
        const place = (): number => {
          const start = characters.indexOf(from);
          return wanted.every((id, i) => characters[start + i] === id) && start >= 0 ? start : -1;
        };
        let touched = false;
        for (const { at, keys } of bursts) {
          let cursor = Math.min(at, characters.length);
          for (const key of keys) {
            if ((key === 'erase' && cursor === 0) || (key === 'delete' && cursor === characters.length)) continue;
            const removed = key === 'erase' || key === 'delete' ? 1 : 0;
            if (key === 'erase') cursor--;
            const text = removed ? '' : key;
            anchor.apply([{ rangeOffset: cursor, rangeLength: removed, text }]);
            characters = characters.toSpliced(cursor, removed, ...text);
            cursor += text.length;
            touched ||= place() < 0;
          }
        }
        const now = anchor.locate(part);
        if (!touched) expect(now).toEqual({ start: place(), end: place() + wanted.length });
        else if (now) expect(characters.slice(now.start, now.end)).toEqual(wanted);
      }),
    );
  });
});
