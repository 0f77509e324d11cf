import { describe, expect, it } from 'vitest';
import { coloured } from '../../../../webview/shared/points/field.ts';

const ramp = [
  [0, 0, 255],
  [0, 0, 0],
  [255, 0, 0],
] as const;

describe('a field', () => {
  it('has the colours of its values, the highest row first, cut at the ends of the range', () => {
    // Rows from below: -1, 0; then 1, 9.
    const bytes = coloured({ columns: 2, rows: 2, values: [-1, 0, 1, 9], range: [-1, 1], ramp });
    expect([...bytes]).toEqual([255, 0, 0, 255, 255, 0, 0, 255, 0, 0, 255, 255, 0, 0, 0, 255]);
  });

  it('shows nothing where there is no number', () => {
    expect([...coloured({ columns: 1, rows: 1, values: [NaN], range: [0, 1], ramp })]).toEqual([0, 0, 0, 0]);
  });

  it('is of one colour where all values are one', () => {
    expect([...coloured({ columns: 1, rows: 1, values: [3], range: [3, 3], ramp }).slice(0, 3)]).toEqual([0, 0, 255]);
  });
});
