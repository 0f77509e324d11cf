import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as view from '../../../../webview/shared/points/viewport.ts';

const size = fc.record({ width: fc.integer({ min: 40, max: 2000 }), height: fc.integer({ min: 40, max: 2000 }) });
const plane = fc
  .record({
    left: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    bottom: fc.double({ min: -1e3, max: 1e3, noNaN: true }),
    width: fc.double({ min: 1e-2, max: 1e3, noNaN: true }),
    height: fc.double({ min: 1e-2, max: 1e3, noNaN: true }),
    equal: fc.boolean(),
  })
  .map(({ left, bottom, width, height, equal }) => ({ box: { left, right: left + width, bottom, top: bottom + height }, equal }));
const part = fc.double({ min: 0, max: 1, noNaN: true });

describe('the box around points', () => {
  it('holds those that have a place, and has a size where they do not spread', () => {
    const nowhere = Float32Array.of(NaN, Infinity, -Infinity, 0);
    expect(view.boxOf(Float32Array.of(1, 5, 3, NaN), Float32Array.of(-2, 7, 0, 99))).toEqual({ left: 1, right: 5, bottom: -2, top: 7 });
    expect(view.boxOf(nowhere, Float32Array.of(1, 1, 1, NaN))).toEqual({ left: -1, right: 1, bottom: -1, top: 1 });
    expect(view.boxOf(Float32Array.of(4, 4), Float32Array.of(0, 0))).toEqual({ left: 2, right: 6, bottom: -1, top: 1 });
  });
});

describe('viewport', () => {
  it('fits the whole box, with equal units where they are asked for', () => {
    fc.assert(
      fc.property(plane, size, (of, screen) => {
        const { box, equal } = of;
        const got = view.resolveViewport(null, of, screen);
        const seen = view.visibleBox(got, screen);
        expect(seen.left).toBeLessThan(box.left);
        expect(seen.right).toBeGreaterThan(box.right);
        expect(seen.bottom).toBeLessThan(box.bottom);
        expect(seen.top).toBeGreaterThan(box.top);
        if (equal) expect(got.scale[0]).toBe(got.scale[1]);
        expect(view.isFit(got, of, screen)).toBe(true);
      }),
    );
  });

  it('finds every place again where it was drawn, y upwards', () => {
    fc.assert(
      fc.property(plane, size, part, part, fc.double({ min: 0.5, max: 50, noNaN: true }), (of, screen, along, up, factor) => {
        const got = view.zoomAt(view.fit(of, screen), of, screen, { x: 30, y: 30 }, factor);
        const { box } = of;
        const [x, y] = [box.left + along * (box.right - box.left), box.bottom + up * (box.top - box.bottom)];
        const [foundX, foundY] = view.unproject(got, screen, view.project(got, screen, x, y));
        expect(foundX).toBeCloseTo(x, 6);
        expect(foundY).toBeCloseTo(y, 6);
        expect(view.project(got, screen, x, y + 1).y).toBeLessThan(view.project(got, screen, x, y).y);
      }),
    );
  });

  it('keeps what is under the pointer where it is when zooming in on the box', () => {
    fc.assert(
      fc.property(plane, size, part, part, fc.double({ min: 1, max: 50, noNaN: true }), (of, screen, along, up, factor) => {
        const whole = view.fit(of, screen);
        const { box } = of;
        const [x, y] = [box.left + along * (box.right - box.left), box.bottom + up * (box.top - box.bottom)];
        const at = view.project(whole, screen, x, y);
        const after = view.project(view.zoomAt(whole, of, screen, at, factor), screen, x, y);
        expect(after.x).toBeCloseTo(at.x, 4);
        expect(after.y).toBeCloseTo(at.y, 4);
      }),
    );
  });

  it('never loses the box, and zooms no further than points can be told apart', () => {
    fc.assert(
      fc.property(plane, size, fc.double(), fc.double(), fc.double(), (of, screen, x, y, scale) => {
        const got = view.resolveViewport({ centre: [x, y], scale: [scale, scale] }, of, screen);
        const { box } = of;
        expect(got.centre[0]).toBeGreaterThanOrEqual(box.left);
        expect(got.centre[0]).toBeLessThanOrEqual(box.right);
        expect(got.centre[1]).toBeGreaterThanOrEqual(box.bottom);
        expect(got.centre[1]).toBeLessThanOrEqual(box.top);
        const whole = view.fit(of, screen);
        expect(got.scale[0]).toBeGreaterThanOrEqual(whole.scale[0] / 8.001);
        const finest = Math.max(Math.abs(box.left), Math.abs(box.right)) * 2 ** -23;
        expect(got.scale[0]).toBeLessThanOrEqual(Math.max(whole.scale[0], 1 / finest) * 1.001);
        expect(view.resolveViewport(got, of, screen)).toEqual(got);
      }),
    );
  });

  it('moves with the hand, and back', () => {
    const of = { box: { left: -2, right: 2, bottom: -2, top: 2 }, equal: true };
    const screen = { width: 400, height: 300 };
    const start = view.zoomAt(view.fit(of, screen), of, screen, { x: 200, y: 150 }, 4);
    const at = view.project(start, screen, 0.1, 0.2);
    const moved = view.panBy(start, of, screen, 30, -20);
    const after = view.project(moved, screen, 0.1, 0.2);
    expect(after.x).toBeCloseTo(at.x + 30);
    expect(after.y).toBeCloseTo(at.y - 20);
    expect(view.panBy(moved, of, screen, -30, 20).centre[0]).toBeCloseTo(start.centre[0]);
  });

  it('shows a place that is out of view, and moves nothing for one that is in it', () => {
    fc.assert(
      fc.property(plane, size, part, part, (of, screen, along, up) => {
        const start = view.zoomAt(view.fit(of, screen), of, screen, { x: 1, y: 1 }, 8);
        const { box } = of;
        const [x, y] = [box.left + along * (box.right - box.left), box.bottom + up * (box.top - box.bottom)];
        const shown = view.scrollTo(start, of, screen, x, y, 10) ?? start;
        const at = view.project(shown, screen, x, y);
        expect(at.x).toBeGreaterThan(9.99);
        expect(at.x).toBeLessThan(screen.width - 9.99);
        expect(at.y).toBeGreaterThan(9.99);
        expect(at.y).toBeLessThan(screen.height - 9.99);
        // Rounding aside.
        expect(view.scrollTo(shown, of, screen, x, y, 9.9)).toBeNull();
      }),
    );
  });
});
