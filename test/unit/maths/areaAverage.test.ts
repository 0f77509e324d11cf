import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf } from '../../../src/formats/elements.ts';
import { areaAverage } from '../../../src/maths/areaAverage.ts';
import { differences, expectedImages } from '../images.ts';

describe('areaAverage', () => {
  it.each(['7x5', '21x4', '30x20', '1x1'])('is what NumPy gives of pixels divided until they fit: %s', (size) => {
    const [width, height] = size.split('x').map(Number) as [number, number];
    const { data: colour } = expectedImages.get('rgb8.png')!;
    const { data } = expectedImages.get(`area ${size}`)!;
    const expected = elementsOf('float64', data) as Float64Array;
    for (let offset = 0; offset < 3; offset++) {
      const channel = areaAverage(colour, { width: 21, height: 13, step: 3, offset }, { width, height });
      expect(
        differences(
          channel,
          expected.filter((_, at) => at % 3 === offset),
        ).largest,
      ).toBeLessThan(1e-10);
    }
  });

  it('keeps the mean, and a picture of the same size', () => {
    const side = fc.integer({ min: 1, max: 20 });
    fc.assert(
      fc.property(side, side, side, side, fc.integer(), (width, height, across, down, seed) => {
        const plane = Float64Array.from({ length: width * height }, (_, at) => Math.sin(seed + 7 * at));
        const mean = (values: Float64Array): number => values.reduce((sum, value) => sum + value, 0) / values.length;
        expect(mean(areaAverage(plane, { width, height }, { width: across, height: down }))).toBeCloseTo(mean(plane), 10);
        expect(differences(areaAverage(plane, { width, height }, { width, height }), plane).largest).toBeLessThan(1e-12);
      }),
    );
  });
});
