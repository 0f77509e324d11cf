import { expect, it } from 'vitest';
import { toHalf } from '../../../../src/maths/half.ts';
import { colouredRuns } from '../../../../webview/shared/figure/runs.ts';
import { colourTable, maskedTones, rampColour, rampPosition, weightRamp } from '../../../../webview/shared/heatmap/colours.ts';

const palette = { ground: [255, 255, 255], ink: [0, 0, 0] } as const;
const scale = { kind: 'linear', top: 1 } as const;
const colours = { table: colourTable(weightRamp(palette), scale), ground: palette.ground, masked: maskedTones(palette), hatchPeriod: 8 };
const number = (weight: number): number => {
  const [red, green, blue] = rampColour(weightRamp(palette), rampPosition(scale, weight));
  return (red << 16) | (green << 8) | blue;
};

it('joins neighbours of one colour, and leaves away what is as the ground', () => {
  const values = toHalf(Float32Array.of(0, 0.5, 0.5, NaN, NaN, 1, 0.5, 0, 0, 0, 0, 0.5));
  const { coloured, masked, count } = colouredRuns({ rows: 2, columns: 6, layers: 1, values }, 0, colours);
  expect(Object.fromEntries(coloured)).toEqual({
    [number(0.5)]: [
      { row: 0, column: 1, length: 2 },
      { row: 1, column: 0, length: 1 },
      { row: 1, column: 5, length: 1 },
    ],
    [number(1)]: [{ row: 0, column: 5, length: 1 }],
  });
  expect(masked).toEqual([{ row: 0, column: 3, length: 2 }]);
  expect(count).toBe(5);
});

it('is of one layer', () => {
  const values = toHalf(Float32Array.of(0, 0, 1, 1));
  const picture = { rows: 1, columns: 2, layers: 2, values };
  expect(colouredRuns(picture, 0, colours).count).toBe(0);
  expect(colouredRuns(picture, 1, colours).count).toBe(1);
});
