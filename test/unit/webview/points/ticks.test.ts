import fc from 'fast-check';
import { expect, it } from 'vitest';
import { axisTicks } from '../../../../webview/shared/points/ticks.ts';

/** As a reader reads a label. */
const read = (label: string): number => Number(label.replaceAll('−', '-').replaceAll(',', ''));

it('writes round numbers with a true minus', () => {
  expect(axisTicks(-2.3, 2.3, 400, 80).map(({ label }) => label)).toEqual(['−2', '−1', '0', '1', '2']);
});

it('labels say the values that they stand at, and no two the same', () => {
  fc.assert(
    fc.property(
      fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      fc.double({ min: -4, max: 8, noNaN: true }),
      fc.integer({ min: 50, max: 2000 }),
      (low, exponent, length) => {
        const span = 10 ** exponent;
        const ticks = axisTicks(low, low + span, length, 60);
        expect(new Set(ticks.map(({ label }) => label)).size).toBe(ticks.length);
        for (const { value, label } of ticks) {
          expect(Math.abs(read(label) - value)).toBeLessThanOrEqual(span * 1e-3);
          expect(value).toBeGreaterThanOrEqual(low);
          expect(value).toBeLessThanOrEqual(low + span);
        }
        expect(ticks.length).toBeLessThanOrEqual(Math.max(2, length / 60) * 2.5);
      },
    ),
  );
});

it('keeps labels of large and of small numbers short', () => {
  for (const span of [1e-9, 1e-5, 1, 1e5, 1e12]) {
    for (const { label } of axisTicks(-span, span, 600, 80)) expect(label.length).toBeLessThanOrEqual(7);
  }
});
