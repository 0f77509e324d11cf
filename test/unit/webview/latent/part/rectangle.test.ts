import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gripAt, handles, isWhole, moved, resized, spanning, stretched } from '../../../../../webview/latent/part/rectangle.ts';

const size = { width: 100, height: 60 };
const part = { x: 20, y: 10, width: 30, height: 20 };

describe('a rectangle', () => {
  it('spans two corners in whole pixels, whichever comes first', () => {
    const expected = { x: 10, y: 20, width: 30, height: 15 };
    expect(spanning({ x: 10.4, y: 19.6 }, { x: 39.7, y: 35.2 }, size, false)).toEqual(expected);
    expect(spanning({ x: 39.7, y: 35.2 }, { x: 10.4, y: 19.6 }, size, false)).toEqual(expected);
    expect(spanning({ x: 100, y: 60 }, { x: 100, y: 60 }, size, false)).toEqual({ x: 99, y: 59, width: 1, height: 1 });
    expect(spanning({ x: 90, y: 50 }, { x: 900, y: -5 }, size, false)).toEqual({ x: 90, y: 0, width: 10, height: 50 });
  });

  it('is square where it is to be, as large as there is room', () => {
    expect(spanning({ x: 10, y: 10 }, { x: 40, y: 15 }, size, true)).toEqual({ x: 10, y: 10, width: 30, height: 30 });
    expect(spanning({ x: 10, y: 10 }, { x: 90, y: 15 }, size, true)).toEqual({ x: 10, y: 10, width: 50, height: 50 });
    expect(spanning({ x: 50, y: 40 }, { x: 45, y: 10 }, size, true)).toEqual({ x: 20, y: 10, width: 30, height: 30 });
  });

  it('is moved as far as there is room', () => {
    expect(moved(part, { x: 5, y: -3 }, size)).toEqual({ ...part, x: 25, y: 7 });
    expect(moved(part, { x: 500, y: -500 }, size)).toEqual({ ...part, x: 70, y: 0 });
  });

  it('is resized by its corners and edges, and turns over', () => {
    expect(resized(part, 'se', { x: 60, y: 40 }, size, false)).toEqual({ x: 20, y: 10, width: 40, height: 30 });
    expect(resized(part, 'nw', { x: 60, y: 40 }, size, false)).toEqual({ x: 50, y: 30, width: 10, height: 10 });
    expect(resized(part, 'ne', { x: 60, y: 5 }, size, false)).toEqual({ x: 20, y: 5, width: 40, height: 25 });
    expect(resized(part, 'e', { x: 60, y: 0 }, size, false)).toEqual({ ...part, width: 40 });
    expect(resized(part, 'w', { x: 60, y: 0 }, size, false)).toEqual({ ...part, x: 50, width: 10 });
    expect(resized(part, 's', { x: 0, y: 60 }, size, false)).toEqual({ ...part, height: 50 });
    expect(resized(part, 'n', { x: 0, y: -9 }, size, false)).toEqual({ ...part, y: 0, height: 30 });
  });

  it('stays square around its middle by an edge', () => {
    expect(resized(part, 'e', { x: 60, y: 0 }, size, true)).toEqual({ x: 20, y: 0, width: 40, height: 40 });
    expect(resized(part, 'e', { x: 100, y: 0 }, size, true)).toEqual({ x: 20, y: 0, width: 60, height: 60 });
    expect(resized(part, 'n', { x: 0, y: 20 }, size, true)).toEqual({ x: 30, y: 20, width: 10, height: 10 });
  });

  it('is stretched by its far edges or its near ones', () => {
    expect(stretched(part, { x: 3, y: 0 }, size, 'far')).toEqual({ ...part, width: 33 });
    expect(stretched(part, { x: -99, y: 99 }, size, 'far')).toEqual({ ...part, width: 1, height: 50 });
    expect(stretched(part, { x: -3, y: 0 }, size, 'near')).toEqual({ ...part, x: 17, width: 33 });
    expect(stretched(part, { x: 99, y: -99 }, size, 'near')).toEqual({ x: 49, y: 0, width: 1, height: 30 });
  });

  it('lies inside in whole pixels, whatever is done to it', () => {
    const number = fc.double({ min: -300, max: 300, noNaN: true });
    const point = fc.record({ x: number, y: number });
    fc.assert(
      fc.property(
        ...[fc.record({ width: fc.integer({ min: 1, max: 120 }), height: fc.integer({ min: 1, max: 120 }) }), point, point],
        ...[point, fc.constantFrom(...handles), fc.boolean()],
        (within, from, to, next, handle, square) => {
          const first = spanning(from, to, within, square);
          const by = { x: Math.round(next.x), y: Math.round(next.y) };
          const all = [first, moved(first, by, within), resized(first, handle, next, within, square)];
          for (const { x, y, width, height } of [...all, stretched(first, by, within, 'far'), stretched(first, by, within, 'near')]) {
            for (const value of [x, y, width, height]) expect(Number.isInteger(value)).toBe(true);
            expect(Math.min(x, y)).toBeGreaterThanOrEqual(0);
            expect(Math.min(width, height)).toBeGreaterThanOrEqual(1);
            expect(x + width).toBeLessThanOrEqual(within.width);
            expect(y + height).toBeLessThanOrEqual(within.height);
          }
          if (square) for (const { width, height } of [first, all[2]!]) expect(width).toBe(height);
        },
      ),
    );
  });

  it('is the whole only with every pixel', () => {
    expect(isWhole({ x: 0, y: 0, ...size }, size)).toBe(true);
    expect(isWhole({ x: 0, y: 0, width: 100, height: 59 }, size)).toBe(false);
  });
});

describe('what a pointer takes hold of', () => {
  it('is a corner, an edge, the inside or nothing', () => {
    const at = (x: number, y: number): string | null => gripAt({ x, y }, part, 6);
    expect([at(20, 10), at(35, 8), at(52, 9), at(47, 20), at(50, 30), at(35, 33), at(18, 32), at(21, 20)]).toEqual([...handles]);
    expect(at(35, 20)).toBe('inside');
    expect([at(10, 20), at(35, 40), at(60, 60)]).toEqual([null, null, null]);
  });

  it('can be the inside of the smallest', () => {
    expect(gripAt({ x: 22, y: 12 }, { x: 20, y: 10, width: 4, height: 4 }, 6)).toBe('inside');
  });
});
