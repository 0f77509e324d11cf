import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as view from '../../../../webview/shared/heatmap/viewport.ts';

const grid = fc.record({ rows: fc.integer({ min: 1, max: 8192 }), columns: fc.integer({ min: 1, max: 8192 }) });
const size = fc.record({ width: fc.integer({ min: 40, max: 2000 }), height: fc.integer({ min: 40, max: 2000 }) });
const asked = fc.record({
  query: fc.double({ min: -100, max: 9000, noNaN: true }),
  key: fc.double({ min: -100, max: 9000, noNaN: true }),
  scale: fc.double({ min: 0.001, max: 200, noNaN: true }),
});

describe('viewport', () => {
  it('fits the whole map, and a short one without blowing it up', () => {
    expect(view.resolveViewport(null, { rows: 1000, columns: 500 }, { width: 400, height: 500 })).toEqual({ query: 0, key: 0, scale: 0.5 });
    expect(view.fitScale({ rows: 3, columns: 3 }, { width: 900, height: 900 })).toBe(32);
  });

  it('never shows what lies beyond the map while there is map to show', () => {
    fc.assert(
      fc.property(grid, size, asked, (map, screen, wish) => {
        const got = view.resolveViewport(wish, map, screen);
        expect(got.query).toBeGreaterThanOrEqual(0);
        expect(got.key).toBeGreaterThanOrEqual(0);
        if (map.rows * got.scale > screen.height) expect(got.query + screen.height / got.scale).toBeLessThanOrEqual(map.rows + 1e-6);
        else expect(got.query).toBe(0);
        expect(view.resolveViewport(got, map, screen)).toEqual(got);
      }),
      // All rows show, but 2001 - 45 / (45 / 2001) is not 0.
      {
        examples: [
          [
            { rows: 2001, columns: 1 },
            { width: 40, height: 45 },
            { query: 5e-324, key: 0, scale: 0.001 },
          ],
        ],
      },
    );
  });

  it('keeps the cell under the pointer where it is when zooming in', () => {
    const map = { rows: 1000, columns: 1000 };
    const screen = { width: 500, height: 500 };
    const fit = view.resolveViewport(null, map, screen);
    fc.assert(
      fc.property(
        fc.double({ min: 0, max: 499, noNaN: true }),
        fc.double({ min: 0, max: 499, noNaN: true }),
        fc.double({ min: 1, max: 60, noNaN: true }),
        (x, y, factor) => {
          const zoomed = view.zoomAt(fit, map, screen, { x, y }, factor);
          expect(zoomed.key + x / zoomed.scale).toBeCloseTo(fit.key + x / fit.scale, 6);
          expect(zoomed.query + y / zoomed.scale).toBeCloseTo(fit.query + y / fit.scale, 6);
        },
      ),
    );
  });

  it('pans as a hand drags, and stops at the edges', () => {
    const map = { rows: 100, columns: 100 };
    const screen = { width: 200, height: 200 };
    const from = { query: 10, key: 20, scale: 4 };
    expect(view.panBy(from, map, screen, 40, -20)).toEqual({ query: 15, key: 10, scale: 4 });
    expect(view.panBy(from, map, screen, 4000, 4000)).toEqual({ query: 0, key: 0, scale: 4 });
    expect(view.panBy(from, map, screen, -4000, -4000)).toEqual({ query: 50, key: 50, scale: 4 });
  });

  it('finds the cell under a point and none beside the map', () => {
    const map = { rows: 10, columns: 10 };
    const at = { query: 2.5, key: 0, scale: 10 };
    expect(view.cellAt(at, map, { x: 0, y: 0 })).toEqual({ query: 2, key: 0 });
    expect(view.cellAt(at, map, { x: 99.9, y: 5 })).toEqual({ query: 3, key: 9 });
    expect(view.cellAt(at, map, { x: 100, y: 5 })).toBeNull();
  });

  it('scrolls no further than a cell needs', () => {
    const map = { rows: 100, columns: 100 };
    const screen = { width: 100, height: 100 };
    const from = { query: 50, key: 50, scale: 10 };
    expect(view.scrollToCell(from, map, screen, { query: 55, key: 55 })).toEqual(from);
    expect(view.scrollToCell(from, map, screen, { query: 60, key: 49 })).toEqual({ query: 51, key: 49, scale: 10 });
  });
});
