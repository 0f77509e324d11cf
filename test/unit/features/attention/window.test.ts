import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cutWindow, windowLimit } from '../../../../src/features/attention/window.ts';

describe('cutWindow', () => {
  it('takes all of a text that fits', () => {
    expect(cutWindow('abc', 1)).toEqual({ start: 0, end: 3 });
    expect(cutWindow('', 0)).toEqual({ start: 0, end: 0 });
  });

  it('cuts at line starts around the focus', () => {
    const text = Array.from({ length: 100 }, (_, i) => `line ${String(i).padStart(3, '0')}\r\n`).join('');
    const { start, end } = cutWindow(text, text.indexOf('line 050') + 2, 100);
    expect(text.slice(start, end)).toMatch(/^line 046\r\n.*line 054\r\n$/s);
  });

  it('keeps the whole budget at either end of the text', () => {
    const text = 'x\n'.repeat(500);
    expect(cutWindow(text, 0, 100)).toEqual({ start: 0, end: 100 });
    expect(cutWindow(text, text.length, 100)).toEqual({ start: 900, end: 1000 });
  });

  it('never tears a surrogate pair or a CRLF in a line that is too long', () => {
    const { start, end } = cutWindow('🙂'.repeat(200), 201, 99);
    expect([start % 2, end % 2]).toEqual([0, 0]);
    expect(end - start).toBeGreaterThan(90);
  });

  it('holds the focus, stays in the limit and is cut where nothing is torn, for any text', () => {
    const pieces = fc.array(fc.constantFrom('a', ' ', '\n', '\r\n', '\t', '🙂', 'ש', 'é', '文'), { maxLength: 400 });
    fc.assert(
      fc.property(pieces, fc.nat(900), fc.integer({ min: 20, max: 200 }), (parts, at, limit) => {
        const text = parts.join('');
        const focus = Math.min(at, text.length);
        const { start, end } = cutWindow(text, focus, limit);
        expect(end - start).toBeLessThanOrEqual(limit);
        if (text.length <= limit) expect(end - start).toBe(text.length);
        expect(start).toBeLessThanOrEqual(focus + 1);
        expect(end).toBeGreaterThanOrEqual(focus - 1);
        const edges = new Set([0]);
        for (const part of parts) edges.add([...edges].at(-1)! + part.length);
        expect([edges.has(start), edges.has(end)]).toEqual([true, true]);
      }),
    );
  });

  it('offers far more than a context of a thousand tokens', () => {
    const text = 'x = 1\n'.repeat(1_000_000);
    const { start, end } = cutWindow(text, 3_000_000);
    expect(end - start).toBeGreaterThan(windowLimit - 12);
  });
});
