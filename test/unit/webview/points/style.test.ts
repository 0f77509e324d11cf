import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { luminance, type Palette, type Rgb } from '../../../../webview/shared/heatmap/colours.ts';
import { categoryColours, contrast, pointRamp, slotsOf, unknownColour, unknownSlot } from '../../../../webview/shared/points/colours.ts';
import { checkContent, type PointsContent } from '../../../../webview/shared/points/content.ts';
import { densityAt, emphasisedStyles, measureCrowding, pointStyle } from '../../../../webview/shared/points/density.ts';
import { drawingOrder } from '../../../../webview/shared/points/order.ts';
import { Pace } from '../../../../webview/shared/points/pace.ts';
import { boxOf } from '../../../../webview/shared/points/viewport.ts';

/** Low-discrepancy places on the unit square (Roberts 2018): as even as a grid, and on none. */
function even(count: number): { x: Float32Array; y: Float32Array } {
  return {
    x: Float32Array.from({ length: count }, (_, index) => (0.7548776662466927 * (index + 1)) % 1),
    y: Float32Array.from({ length: count }, (_, index) => (0.5698402909980532 * (index + 1)) % 1),
  };
}

describe('density', () => {
  it.each([1_000, 100_000, 400_000])('of %i points that lie evenly is their number by the area, at any zoom', (count) => {
    const { x, y } = even(count);
    const crowding = measureCrowding(x, y, drawingOrder(x, y), boxOf(x, y));
    for (const scale of [300, 1000, 4000]) {
      const found = densityAt(crowding, { centre: [0.5, 0.5], scale: [scale, scale] });
      const truth = count / scale ** 2;
      // A point is always in its own cell, which tells where cells hold few.
      const alone = 1 / 16 ** 2;
      expect(found).toBeGreaterThan(0.7 * truth);
      expect(found).toBeLessThan(1.5 * truth + 2 * alone);
    }
  });

  it('is that about the points, whatever plane a far outlier lays around them', () => {
    const { x, y } = even(20_000);
    const viewport = { centre: [0.5, 0.5], scale: [600, 600] } as const;
    const near = densityAt(measureCrowding(x, y, drawingOrder(x, y), boxOf(x, y)), viewport);
    const [farX, farY] = [Float32Array.of(...x, 900), Float32Array.of(...y, 900)];
    const far = densityAt(measureCrowding(farX, farY, drawingOrder(farX, farY), boxOf(farX, farY)), viewport);
    expect(far / near).toBeGreaterThan(0.6);
    expect(far / near).toBeLessThan(1.7);
  });

  it('is a number for no points and for one', () => {
    for (const x of [new Float32Array(0), Float32Array.of(3)]) {
      const crowding = measureCrowding(x, x, drawingOrder(x, x), boxOf(x, x));
      const { radius, opacity } = pointStyle(densityAt(crowding, { centre: [3, 3], scale: [100, 100] }));
      expect(radius).toBe(4);
      expect(opacity).toBe(0.85);
    }
  });
});

describe('the style of points', () => {
  const density = fc.double({ min: 1e-6, max: 1e3, noNaN: true });

  it('is smaller and fainter the more there are, within what can be seen', () => {
    fc.assert(
      fc.property(density, density, (a, b) => {
        const [few, many] = [pointStyle(Math.min(a, b)), pointStyle(Math.max(a, b))];
        expect(many.radius).toBeLessThanOrEqual(few.radius);
        expect(many.opacity).toBeLessThanOrEqual(few.opacity + 1e-9);
        for (const { radius, opacity } of [few, many]) {
          expect(radius).toBeGreaterThanOrEqual(0.75);
          expect(radius).toBeLessThanOrEqual(4);
          expect(opacity).toBeGreaterThanOrEqual(0.08);
          expect(opacity).toBeLessThanOrEqual(0.85);
        }
      }),
    );
  });

  it('covers 85 % of the ground where points overlap, and as much when a part of them is drawn', () => {
    for (const [crowd, drawn] of [
      [3, 1],
      [8, 1],
      [8, 0.25],
    ] as const) {
      const { radius, opacity } = pointStyle(crowd, drawn);
      const layers = crowd * drawn * Math.PI * radius ** 2;
      expect(1 - (1 - opacity) ** layers).toBeCloseTo(0.85, 6);
    }
    expect(pointStyle(8, 0.25).radius).toBe(pointStyle(8).radius);
  });
});

describe('points that stand out', () => {
  it('are seen however few of however many, and the others less than before', () => {
    const density = fc.double({ min: 1e-6, max: 1e3, noNaN: true });
    fc.assert(
      fc.property(density, density, (all, own) => {
        const before = pointStyle(all);
        const { full, faded } = emphasisedStyles(all, own);
        expect(full.radius).toBeGreaterThanOrEqual(before.radius);
        expect(full.radius).toBeLessThanOrEqual(2 * before.radius);
        expect(faded.opacity).toBeLessThan(before.opacity / 5);
        expect(faded.radius).toBe(before.radius);
        const layers = own * Math.PI * full.radius ** 2;
        if (full.opacity > 0.08 && full.opacity < 0.85) expect(1 - (1 - full.opacity) ** layers).toBeCloseTo(0.85, 6);
      }),
    );
    expect(emphasisedStyles(10, 1e-4).full).toEqual({ radius: 1.5, opacity: 0.85 });
  });
});

describe('the number of points drawn in a movement', () => {
  const after = (interval: number, frames: number): number => {
    const pace = new Pace();
    for (let frame = 0; frame < frames; frame++) pace.drawn(frame * interval, 1_000_000);
    return pace.budget;
  };
  it('falls on a slow machine, grows on a quick one, and pauses count for nothing', () => {
    expect(after(60, 20)).toBe(20_000);
    expect(after(16.7, 20)).toBe(1_000_000);
    expect(after(500, 20)).toBe(new Pace().budget);
  });
});

const palettes: readonly Palette[] = [
  { ground: [31, 31, 31], ink: [204, 204, 204] },
  { ground: [255, 255, 255], ink: [59, 59, 59] },
  { ground: [0, 0, 0], ink: [255, 255, 255] },
  { ground: [255, 255, 255], ink: [41, 41, 41] },
  // Solarized's grounds, which are neither black nor white.
  { ground: [0, 43, 54], ink: [131, 148, 150] },
];

describe.each(palettes)('colours on %j', (palette) => {
  it.each([1, 2, 8, 10, 62, 300, [10, 26, 26]])('of %j classes have a contrast of 3:1 to it, each its own', (classes) => {
    const colours = categoryColours(classes, palette);
    for (const colour of colours) expect(contrast(colour, palette.ground)).toBeGreaterThanOrEqual(3);
    if (colours.length <= 62) expect(new Set(colours.map(String)).size).toBe(colours.length);
  });

  it('of up to eight classes are alike in brightness to the eye', () => {
    const levels = categoryColours(8, palette).map(luminance);
    expect(Math.max(...levels) / Math.min(...levels)).toBeLessThan(1.5);
  });

  it('of groups share hues and differ in brightness', () => {
    const colours = categoryColours([10, 26, 26], palette);
    const [capital, small] = [colours[10 + 3]!, colours[36 + 3]!];
    expect(contrast(capital, small)).toBeGreaterThan(1.3);
    expect(Math.abs(hue(capital) - hue(small))).toBeLessThan(0.35);
  });

  it.each(['viridis', 'cividis', 'signed'] as const)('of %s stand out from it at every value', (name) => {
    const ramp = pointRamp(name, palette);
    expect(ramp.length).toBe(256);
    for (const colour of [...ramp, unknownColour(palette)]) expect(contrast(colour, palette.ground)).toBeGreaterThanOrEqual(1.6);
  });

  it.each(['viridis', 'cividis'] as const)('of %s go one way from it', (name) => {
    const levels = pointRamp(name, palette).map((colour) => contrast(colour, palette.ground));
    for (let index = 8; index < levels.length; index++) expect(levels[index]).toBeGreaterThan(levels[index - 8]!);
  });
});

/** Angle of the colour opposition in linear light, roughly a hue. */
function hue([red, green, blue]: Rgb): number {
  const [r, g, b] = [red, green, blue].map((part) => (part / 255) ** 2.2) as [number, number, number];
  return Math.atan2(Math.sqrt(3) * (g - b), 2 * r - g - b);
}

it('values take places on the ramp, those beyond its ends too, unknown ones none', () => {
  const values = Float32Array.of(-1, 0, 0.5, 1, 7, NaN, Infinity);
  expect(Array.from(slotsOf({ kind: 'values', values, range: [0, 1], ramp: 'viridis' }))).toEqual([0, 0, 128, 255, 255, unknownSlot, 255]);
  expect(Array.from(slotsOf({ kind: 'values', values: Float32Array.of(2, 2), range: [2, 2], ramp: 'viridis' }))).toEqual([0, 0]);
});

it('tells which array does not fit', () => {
  const content = (changed: Partial<PointsContent>): PointsContent => ({
    ...{ name: '', x: new Float32Array(3), y: new Float32Array(3), axes: { x: '', y: '', equal: true }, spoken: String },
    ...{ colour: { kind: 'classes', classes: new Uint8Array(3), count: 1 } },
    ...changed,
  });
  expect(() => checkContent(content({}))).not.toThrow();
  expect(() => checkContent(content({ y: new Float32Array(4) }))).toThrow('There are 3 points by x, but 4 values of y');
  expect(() => checkContent(content({ hidden: new Uint8Array(2) }))).toThrow('2 values of hidden');
  expect(() => checkContent(content({ colour: { kind: 'classes', classes: new Uint16Array(1), count: 1 } }))).toThrow(
    '1 values of classes',
  );
});
