import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { packNumbers, unpackNumbers } from '../../../src/protocol/numbers.ts';

/** As the editor carries a message. */
const carried = (value: unknown): unknown => unpackNumbers(JSON.parse(JSON.stringify(packNumbers(value))));

describe('numbers that JSON lacks', () => {
  it('arrive as they were sent', () => {
    const message = { elbo: { mean: -Infinity, standardError: NaN }, list: [1, Infinity, [NaN]], none: null, text: 'NaN', zero: 0 };
    expect(carried(message)).toEqual(message);
    const named = fc.string().filter((key) => key !== '__proto__');
    fc.assert(
      fc.property(fc.dictionary(named, fc.double({ noDefaultInfinity: false })), (numbers) => {
        // JSON has no −0 either, and it is 0.
        expect(carried(numbers)).toEqual(Object.fromEntries(Object.entries(numbers).map(([key, value]) => [key, value + 0])));
      }),
    );
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 4 }), (value) => {
        expect(packNumbers(value)).toBe(value);
      }),
    );
  });

  it('leave what holds none as it is, arrays of bytes above all', () => {
    const message = { levels: Uint8Array.of(1, 2), values: Float32Array.of(NaN), date: new Date(0) };
    expect(packNumbers(message)).toBe(message);
    expect(unpackNumbers(message)).toBe(message);
    const mixed = packNumbers({ ...message, mean: NaN }) as typeof message;
    expect(mixed.levels).toBe(message.levels);
  });
});
