import fc from 'fast-check';
import { expect, it } from 'vitest';
import { shuffleBytes, unshuffleBytes } from '../../../src/maths/byteShuffle.ts';

it('brings the first bytes of all numbers together, then the second ones', () => {
  expect([...shuffleBytes(Uint8Array.of(1, 10, 2, 20, 3, 30), 2)]).toEqual([1, 2, 3, 10, 20, 30]);
});

it('comes back as it was', () => {
  fc.assert(
    fc.property(fc.constantFrom(1, 2, 4, 8), fc.uint8Array({ maxLength: 50 }), (size, bytes) => {
      const whole = bytes.subarray(0, bytes.length - (bytes.length % size));
      expect(unshuffleBytes(shuffleBytes(whole, size), size)).toEqual(new Uint8Array(whole));
    }),
  );
});

it('refuses a part of a number', () => {
  expect(() => shuffleBytes(new Uint8Array(7), 2)).toThrow('7 bytes are no whole number of numbers of 2');
});
