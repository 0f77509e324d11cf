import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { labelStep, placeLabels } from '../../../../webview/shared/heatmap/thinning.ts';

describe('thinning', () => {
  it('keeps labels a pitch apart at any zoom and place, the active one among them', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8192 }),
        fc.double({ min: 0.02, max: 64, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.array(fc.integer({ min: 0, max: 8191 }), { maxLength: 2 }),
        (count, scale, part, active) => {
          const places = placeLabels({ first: part * count, scale, count, length: 700 }, 16, active);
          const centres = places.map((place) => place.centre).sort((a, b) => a - b);
          for (let i = 1; i < centres.length; i++) expect((centres[i] ?? 0) - (centres[i - 1] ?? 0)).toBeGreaterThanOrEqual(16 - 1e-6);
          const [first] = active;
          const shows =
            first !== undefined &&
            first < count &&
            (first + 0.5 - part * count) * scale >= 0 &&
            (first + 0.5 - part * count) * scale <= 700;
          expect(places.some((place) => place.active && place.index === first)).toBe(shows);
        },
      ),
    );
  });

  it('writes every label where there is room', () => {
    const places = placeLabels({ first: 2, scale: 20, count: 100, length: 100 }, 16, []);
    expect(places.map((place) => place.index)).toEqual([2, 3, 4, 5, 6]);
    expect(places[0]?.centre).toBe(10);
  });

  it('thins to the same tokens wherever the map is moved', () => {
    const at = (first: number) => placeLabels({ first, scale: 4, count: 1000, length: 200 }, 16, []).map((place) => place.index);
    expect(at(0)).toEqual([0, 5, 10, 15, 20, 25, 30, 35, 40, 45]);
    expect(at(7.3).every((index) => index % 5 === 0)).toBe(true);
  });

  it.each([
    [0.5, 1],
    [1, 1],
    [1.01, 2],
    [2.1, 5],
    [5, 5],
    [7, 10],
    [10, 10],
    [11, 20],
    [400, 500],
  ])('a label that needs %d cells stands every %d', (cells, step) => expect(labelStep(cells)).toBe(step));
});
