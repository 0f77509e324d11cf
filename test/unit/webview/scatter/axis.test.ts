import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { linearAxis, logAxis } from '../../../../webview/shared/scatter/axis.ts';

describe('a linear axis', () => {
  it('holds zero and all values, and marks round numbers in their order', () => {
    fc.assert(
      fc.property(fc.array(fc.double({ min: -1e3, max: 1e3, noNaN: true })), (values) => {
        const axis = linearAxis(values, 5);
        for (const value of [0, ...values]) {
          expect(axis.place(value)).toBeGreaterThanOrEqual(-1e-9);
          expect(axis.place(value)).toBeLessThanOrEqual(1 + 1e-9);
        }
        const places = axis.ticks.map(({ at }) => at);
        expect(places).toEqual(places.toSorted((a, b) => a - b));
        expect(axis.ticks.map(({ label }) => label)).toContain('0');
      }),
    );
  });

  it('is labelled as briefly as it can be', () => {
    expect(linearAxis([0.6, 0.1], 3)).toMatchObject({
      ticks: [{ at: 0, label: '0' }, { label: '0.2' }, { label: '0.4' }, { at: 1, label: '0.6' }],
    });
  });
});

describe('an axis of powers of ten', () => {
  it('runs between the powers around the values; what has no logarithm stands at its start', () => {
    const axis = logAxis([0.02, 0.5, 0], 5);
    expect(axis.ticks).toEqual([
      { at: 0, label: '0.01' },
      { at: 0.5, label: '0.1' },
      { at: 1, label: '1' },
    ]);
    expect(axis.place(0.1)).toBeCloseTo(0.5, 12);
    expect(axis.place(0)).toBe(0);
  });

  it('marks no more powers than there is room for', () => {
    const { ticks } = logAxis([1e-12, 1], 5);
    expect(ticks.length).toBeLessThanOrEqual(6);
    expect(ticks[0]?.label).toBe('1e−12');
  });

  it('is there where no value is above 0', () => expect(logAxis([0, 0], 5).place(0)).toBe(0));
});
