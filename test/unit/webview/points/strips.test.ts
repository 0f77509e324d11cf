import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineSelection, enclosedPoints } from '../../../../webview/shared/points/lasso.ts';
import { nearestPoint, neighbour, type Direction } from '../../../../webview/shared/points/nearest.ts';
import { drawingOrder, placedPoints } from '../../../../webview/shared/points/order.ts';
import { sortedOrder } from '../../../../webview/shared/points/radix.ts';
import { Strips } from '../../../../webview/shared/points/strips.ts';

/** Numbers that meet often, and any at all. */
const number = fc.oneof(
  fc.integer({ min: -4, max: 4 }),
  fc.float({ min: -10, max: 10, noNaN: true }),
  fc.constantFrom(NaN, Infinity, -Infinity, 0, -0, 1e30, -1e30),
);
const cloud = fc.array(fc.tuple(number, number), { maxLength: 200 }).map((places) => ({
  x: Float32Array.from(places, ([x]) => x),
  y: Float32Array.from(places, ([, y]) => y),
}));
const scale = fc.tuple(fc.double({ min: 0.1, max: 100, noNaN: true }), fc.double({ min: 0.1, max: 100, noNaN: true }));
const place = fc.double({ min: -12, max: 12, noNaN: true });
const flags = fc.infiniteStream(fc.constantFrom(0, 0, 1));

const hiddenOf = (count: number, stream: Iterable<number>): Uint8Array => {
  const hidden = new Uint8Array(count);
  let index = 0;
  for (const flag of stream) {
    if (index === count) break;
    hidden[index++] = flag;
  }
  return hidden;
};
const stripsOf = (x: Float32Array, y: Float32Array): Strips => new Strips(x, y, placedPoints(x, y));
const distanceOf = (x: Float32Array, y: Float32Array, index: number, at: readonly number[], factors: readonly number[]): number =>
  ((x[index]! - at[0]!) * factors[0]!) ** 2 + ((y[index]! - at[1]!) * factors[1]!) ** 2;

it('sorts as comparing does, keys alike as they came', () => {
  fc.assert(
    fc.property(fc.array(fc.float({ noNaN: true }).filter((key) => !Object.is(key, -0))), (keys) => {
      const all = Uint32Array.from(keys, (_, index) => index);
      const found = sortedOrder(Float32Array.from(keys), all);
      expect(Array.from(found)).toEqual(Array.from(all).sort((a, b) => keys[a]! - keys[b]! || a - b));
    }),
  );
});

it('draws every point that has a place once, in an order whose beginning is a fair sample', () => {
  const count = 100_000;
  const x = Float32Array.from({ length: count }, (_, index) => (index % 10 === 0 ? NaN : index));
  const order = drawingOrder(x, new Float32Array(count));
  expect(order.length).toBe(0.9 * count);
  expect(new Set(order).size).toBe(order.length);
  expect(drawingOrder(x, new Float32Array(count))).toEqual(order);
  // Of 10,000 without replacement, the standard error of the mean is 274.
  const mean = order.subarray(0, 10_000).reduce((sum, index) => sum + index, 0) / 10_000;
  expect(Math.abs(mean - count / 2)).toBeLessThan(4 * 274);
});

describe('the nearest point', () => {
  it('is the one that looking at all of them finds', () => {
    fc.assert(
      fc.property(
        cloud,
        scale,
        place,
        place,
        flags,
        fc.double({ min: 0, max: 2000, noNaN: true }),
        ({ x, y }, factors, px, py, stream, radius) => {
          const hidden = hiddenOf(x.length, stream);
          let best: number | null = null;
          let bound = radius ** 2;
          for (let index = 0; index < x.length; index++) {
            const distance = distanceOf(x, y, index, [px, py], factors);
            if (hidden[index] || !(distance <= bound) || (distance === bound && best !== null)) continue;
            [best, bound] = [index, distance];
          }
          expect(nearestPoint({ strips: stripsOf(x, y), scale: factors, hidden }, px, py, radius)).toBe(best);
        },
      ),
    );
  });

  it('looks at few of a million, however they lie', () => {
    const count = 1_000_000;
    // All but a few within a millionth of the box, and a third of them at one place.
    const x = Float32Array.from({ length: count }, (_, index) =>
      index < 3 ? 1e6 * index : index % 3 === 0 ? 0.5 : Math.abs(Math.sin(index)),
    );
    const y = Float32Array.from({ length: count }, (_, index) =>
      index < 3 ? -1e6 * index : index % 3 === 0 ? 0.5 : Math.abs(Math.cos(7 * index)),
    );
    const strips = stripsOf(x, y);
    let looked = 0;
    const places = strips.y;
    Object.defineProperty(strips, 'y', {
      get() {
        looked++;
        return places;
      },
    });
    const found = nearestPoint({ strips, scale: [100, 100], hidden: null }, 0.3, 0.7, 12);
    expect(found).not.toBeNull();
    expect(looked).toBeLessThan(20_000);
  });
});

describe('the neighbour in a direction', () => {
  it.each<Direction>([
    [1, 0],
    [-1, 0],
    [0, 1],
    [0, -1],
  ])('%i, %i is the nearest within 45°', (right, up) => {
    fc.assert(
      fc.property(cloud, scale, flags, fc.nat(), ({ x, y }, factors, stream, pick) => {
        const all = Array.from(drawingOrder(x, y)).sort((a, b) => a - b);
        const from = all[pick % Math.max(1, all.length)];
        if (from === undefined) return;
        const hidden = hiddenOf(x.length, stream);
        let best: number | null = null;
        let bound = Infinity;
        for (const index of all) {
          const [dx, dy] = [(x[index]! - x[from]!) * factors[0], (y[index]! - y[from]!) * factors[1]];
          const [along, aside] = [dx * right + dy * up, Math.abs(right === 0 ? dx : dy)];
          const distance = along ** 2 + aside ** 2;
          if (hidden[index] || along <= 0 || aside > along || distance >= bound) continue;
          [best, bound] = [index, distance];
        }
        expect(neighbour({ strips: stripsOf(x, y), scale: factors, hidden }, x[from]!, y[from]!, [right, up])).toBe(best);
      }),
    );
  });
});

describe('a lasso', () => {
  /** The winding of the outline around a point by angles, whose parity is that of crossings. */
  const isAround = (corners: readonly (readonly [number, number])[], x: number, y: number): boolean => {
    let turn = 0;
    corners.forEach(([ax, ay], corner) => {
      const [bx, by] = corners[(corner + 1) % corners.length]!;
      turn += Math.atan2((ax - x) * (by - y) - (ay - y) * (bx - x), (ax - x) * (bx - x) + (ay - y) * (by - y));
    });
    return Math.abs(Math.round(turn / (2 * Math.PI))) % 2 === 1;
  };
  const corner = fc.tuple(fc.double({ min: -8, max: 8, noNaN: true }), fc.double({ min: -8, max: 8, noNaN: true }));

  it('holds what its outline winds around oddly often, but what is hidden', () => {
    fc.assert(
      fc.property(cloud, fc.array(corner, { minLength: 3, maxLength: 12 }), flags, ({ x, y }, corners, stream) => {
        const hidden = hiddenOf(x.length, stream);
        const found = new Set(enclosedPoints(stripsOf(x, y), Float64Array.from(corners.flat()), hidden));
        for (let index = 0; index < x.length; index++) {
          const [px, py] = [x[index]!, y[index]!];
          // A point on the line itself may be taken either way.
          const onLine = corners.some(([ax, ay], at) => {
            const [bx, by] = corners[(at + 1) % corners.length]!;
            const length = Math.hypot(bx - ax, by - ay);
            const along = length === 0 ? 0 : Math.max(0, Math.min(1, ((px - ax) * (bx - ax) + (py - ay) * (by - ay)) / length ** 2));
            return Math.hypot(px - ax - along * (bx - ax), py - ay - along * (by - ay)) < 1e-6;
          });
          if (onLine) continue;
          expect(found.has(index)).toBe(!hidden[index] && Number.isFinite(px) && Number.isFinite(py) && isAround(corners, px, py));
        }
      }),
    );
  });

  it('gives ascending indices, none without an area', () => {
    const x = Float32Array.of(1, 0, 0.5, 2);
    const y = Float32Array.of(1, 0, 0.5, 2);
    const strips = stripsOf(x, y);
    expect(Array.from(enclosedPoints(strips, Float64Array.of(-1, -1, 1.5, -1, 1.5, 1.5, -1, 1.5), null))).toEqual([0, 1, 2]);
    expect(enclosedPoints(strips, Float64Array.of(0, 0, 1, 1), null).length).toBe(0);
    expect(enclosedPoints(new Strips(x, y, new Uint32Array(0)), Float64Array.of(0, 0, 1, 0, 1, 1), null).length).toBe(0);
  });

  it('is laid on what is selected as sets are', () => {
    const set = fc.uniqueArray(fc.nat(40)).map((indices) => indices.sort((a, b) => a - b));
    fc.assert(
      fc.property(set, set, (a, b) => {
        const combined = (mode: 'replace' | 'add' | 'remove'): number[] =>
          Array.from(combineSelection(Uint32Array.from(a), Uint32Array.from(b), mode));
        expect(combined('replace')).toEqual(b);
        expect(combined('add')).toEqual([...new Set([...a, ...b])].sort((p, q) => p - q));
        expect(combined('remove')).toEqual(a.filter((index) => !b.includes(index)));
      }),
    );
  });
});
