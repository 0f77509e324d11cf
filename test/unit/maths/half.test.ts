import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromHalf, toHalf, toHalfByBits } from '../../../src/maths/half.ts';

const allHalves = Uint16Array.from({ length: 0x10000 }, (_, bits) => bits);

/** The value of a half by IEEE 754's definition, in doubles. */
function valueByDefinition(bits: number): number {
  const sign = (-1) ** (bits >> 15);
  const exponent = (bits >> 10) & 31;
  const fraction = (bits & 1023) / 1024;
  if (exponent === 31) return fraction === 0 ? sign * Infinity : NaN;
  return exponent === 0 ? sign * 2 ** -14 * fraction : sign * 2 ** (exponent - 15) * (1 + fraction);
}

const finite = [...allHalves.subarray(0, 0x7c00)].map(valueByDefinition);

/** The nearest half by search: the definition of rounding, ties to the even bits. */
function nearestHalf(value: number): number {
  const magnitude = Math.abs(value);
  const sign = value < 0 || Object.is(value, -0) ? 0x8000 : 0;
  // Half way to what the next power of two would be, and beyond, is infinity.
  if (magnitude >= 65_520) return sign | 0x7c00;
  let low = 0;
  let high = finite.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if (finite[middle]! <= magnitude) low = middle;
    else high = middle - 1;
  }
  if (low === finite.length - 1) return sign | low;
  const below = magnitude - finite[low]!;
  const above = finite[low + 1]! - magnitude;
  return sign | (below < above || (below === above && low % 2 === 0) ? low : low + 1);
}

describe('fromHalf', () => {
  it('gives every half its value', () => {
    const values = fromHalf(allHalves);
    for (const bits of allHalves)
      if (!Object.is(values[bits], valueByDefinition(bits))) expect(values[bits], bits.toString(16)).toBe(valueByDefinition(bits));
  });
});

// Where the engine has no Float16Array the two are the same.
describe.each([
  ['toHalf', toHalf],
  ['toHalfByBits', toHalfByBits],
])('%s', (_, toHalf) => {
  it('gives every half back, NaN as the quiet one', () => {
    const back = toHalf(fromHalf(allHalves));
    for (const bits of allHalves) {
      const isNaN = (bits & 0x7c00) === 0x7c00 && (bits & 0x3ff) !== 0;
      const expected = isNaN ? 0x7e00 : bits;
      if ((back[bits]! & (isNaN ? 0x7fff : 0xffff)) !== expected) expect(back[bits], bits.toString(16)).toBe(expected);
    }
  });

  it('rounds the middle between two halves to the even one, and what is beside it to the nearer one', () => {
    for (let low = 0; low + 1 < finite.length; low++) {
      const middle = (finite[low]! + finite[low + 1]!) / 2;
      // The float32 values next to the middle.
      const words = new Uint32Array(Float32Array.of(middle).buffer);
      const [under, over] = [words[0]! - 1, words[0]! + 1].map((word) => new Float32Array(Uint32Array.of(word).buffer)[0]!);
      const values = Float32Array.of(under!, middle, over!);
      const expected = [low, low % 2 === 0 ? low : low + 1, low + 1];
      const actual = [...toHalf(values)];
      if (actual.join() !== expected.join()) expect(actual, String(middle)).toEqual(expected);
    }
  });

  it('is the nearest half for any float32', () => {
    const anyWord = fc.integer({ min: 0, max: 0xffffffff }).map((word) => new Float32Array(Uint32Array.of(word).buffer)[0]!);
    const near = fc.float({ min: -70_000, max: 70_000, noNaN: true });
    fc.assert(
      fc.property(fc.oneof(anyWord, near), (value) => {
        fc.pre(!Number.isNaN(value));
        expect(toHalf(Float32Array.of(value))[0]).toBe(nearestHalf(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it('reads a part of a buffer', () => {
    expect([...toHalf(Float32Array.of(9, 1, -2).subarray(1))]).toEqual([0x3c00, 0xc000]);
  });

  if ('f16round' in Math) {
    it('agrees with Math.f16round', () => {
      const { f16round: round } = Math as unknown as { f16round: (value: number) => number };
      fc.assert(fc.property(fc.float(), (value) => Object.is(fromHalf(toHalf(Float32Array.of(value)))[0], round(value))));
    });
  }
});
