import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { correspondence } from '../../../../../src/features/attention/comparison/corresponding.ts';

const before = 'import a\n\ndef f():\n    return a\n\nlast\n';
const after = 'import a\nimport b\n\ndef f():\n    return a\n\nlast = 1\n';

describe('corresponding places of two texts', () => {
  it('are the same places of lines that both have', () => {
    const there = correspondence(after, before);
    for (const word of ['import a', 'def f', 'f():', 'return']) expect(there(after.indexOf(word))).toBe(before.indexOf(word));
  });

  it('of a line that the other lacks is where what stands in its place begins', () => {
    expect(correspondence(after, before)(after.indexOf('import b') + 3)).toBe(before.indexOf('\n\ndef') + 1);
  });

  it('hold a line that was changed, from its start to its end', () => {
    const there = correspondence(after, before);
    const changed = after.indexOf('last');
    expect(before.slice(there(changed), there(after.length))).toBe('last\n');
  });

  it('lie within the other text, in the same order', () => {
    const text = fc.array(fc.constantFrom('a\n', 'b\n', 'c', '\n', '\r\n'), { maxLength: 12 }).map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, text, (from, to) => {
        const there = correspondence(from, to);
        const places = Array.from({ length: from.length + 1 }, (_, offset) => there(offset));
        for (const place of places) expect(place >= 0 && place <= to.length).toBe(true);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(places.at(-1)).toBe(to.length);
        if (from === to) expect(places).toEqual(places.map((_, offset) => offset));
      }),
    );
  });

  it('go by the number of the line where texts have little in common', () => {
    const lines = (of: string): string => Array.from({ length: 3_000 }, (_, index) => `${of}${index}\n`).join('');
    const [from, to] = [lines('x'), lines('y')];
    expect(correspondence(from, to)(from.indexOf('x1500'))).toBe(to.indexOf('y1500'));
  });
});
