import { describe, expect, it } from 'vitest';
import type { LossPoint } from '../../../../src/protocol/training.ts';
import type { TrainingMeasures } from '../../../../src/protocol/trainingView.ts';
import { logarithmic, nearlyLogarithmic } from '../../../../webview/shared/training/controls.ts';
import { joined, pathOf, rangeOf } from '../../../../webview/shared/training/curves.ts';
import { coefficientText, signed } from '../../../../webview/shared/training/words.ts';
import { lossLines } from '../../../../webview/training/lossLines.ts';
import { numbersOf } from '../../../../webview/training/measured.ts';
import { graphResidual, objectiveContent } from '../../../../webview/training/objective.ts';
import { boundWithin, boxAround } from '../../../../webview/training/ratePlane.ts';
import { changeWords, placeWords, planeSentence, stepSentence } from '../../../../webview/training/words.ts';

const measures = (agreed: boolean): TrainingMeasures => ({
  ...{ run: 'r', step: 2_400, beta: 0.5, aggregate: new Float64Array(0) },
  terms: {
    ...{ mean: new Float32Array(4), logVariance: new Float32Array(4), logDeviation: 0, reconstructionError: Float64Array.of(0, 0) },
    kl: Float64Array.of(1, 2, 0.5, 1.5),
    reconstruction: Float64Array.of(1, 0.2),
  },
  density: {
    ...{ logDensity: Float64Array.of(-1.9, -1.7), difference: 0.3, agreed, compared: 2, gap: 1, nodes: 4225, reach: 6 },
    evaluations: 1,
  },
});
const estimate = (value: number, standardError = 0.1) => ({ value, standardError });
const place = { step: 1_200, beta: 4, rate: estimate(1), distortion: estimate(0.5), slack: estimate(0.3) };
const summary = { id: 'r', data: 'ring', dataKey: 'k', seed: 1, entropy: 1.2, places: [place] };

describe('what is said of a step', () => {
  it('is the mean of its points, and the gap is of the same points', () => {
    const numbers = numbersOf(measures(true));
    // ELBO of the points: 1 - 3 and 0.2 - 2.
    expect(numbers.elbo.value).toBeCloseTo(-1.9, 12);
    expect(numbers.elbo.standardError).toBeCloseTo(0.1, 12);
    expect(numbers.rateByDimension).toEqual([0.75, 1.75]);
    expect(numbers.gap?.value).toBeCloseTo(0.1, 12);
    expect(numbers.gap?.standardError).toBeCloseTo(0, 12);
    expect(stepSentence(numbers)).toBe(
      'Step 2,400 at beta 0.5: the ELBO is −1.90 ± 0.10 nats; log p(x) is 0.10 above it; R = 2.50, D = −0.60.',
    );
  });

  it('claims no log p(x) where two grids do not agree', () => {
    const numbers = numbersOf(measures(false));
    expect(numbers.evidence).toBeNull();
    expect(stepSentence(numbers)).toContain('log p(x) is not known: two grids of z differ by 0.3 nats');
  });

  it('says below beta 1 that the loss is no bound', () => {
    const numbers = numbersOf(measures(true));
    const content = (beta: number) =>
      objectiveContent({ numbers: { ...numbers, beta }, place, entropy: 1.2, losses: [], changes: [] }, new Set()).formula;
    expect(content(1).claim).toBe('bound');
    expect(content(0.99).claim).toBe('definition');
    expect(content(0.99).note).toContain('no bound');
  });

  it('says where a run lies in the rate-distortion plane', () => {
    expect(planeSentence(summary, place)).toContain('H = 1.20 nats (the line). At step 1,200 it is 0.30 ± 0.10 nats above.');
    expect(planeSentence({ ...summary, entropy: null }, null)).toContain('being worked out');
    expect(placeWords(place, false)).toBe('Beta 4, step 1,200 of an earlier run: R 1.00, D 0.50, 0.30 ± 0.10 nats above the entropy');
    const box = boxAround([{ ...place, rate: estimate(3), distortion: estimate(-2.5) }], 0.5);
    expect(box).toEqual({ left: 0, right: 3, bottom: -2.5, top: 1 });
  });

  it('draws as much of the line R + D = H as shows, from R = 0 on', () => {
    const plane = (left: number, top: number) => ({
      size: { width: 4, height: 4 },
      place: ({ x, y }: { x: number; y: number }) => [left + x, top - y] as const,
    });
    expect(boundWithin(plane(-1, 3), 1)).toEqual(Float64Array.of(0, 1, 2, -1));
    expect(boundWithin(plane(1, 9), 1)).toBeNull();
  });

  it('writes numbers with a true minus, and none before zero', () => {
    expect([signed(-0.001), signed(-1.5), coefficientText(2e-3), coefficientText(0), coefficientText(1e30), coefficientText(4.6)]).toEqual([
      ...['0.00', '−1.50', '2e-3', '0', '1e30', '4.6'],
    ]);
    expect(changeWords({ beta: 1, rate: 0.002 }, { beta: 4, rate: 0.002 })).toBe('beta 4');
    expect(changeWords(undefined, { beta: 4 })).toBe('');
  });
});

const point = (step: number, loss: number, reconstruction = -loss, kl = [0, 0]): LossPoint => ({
  ...{ step, values: { loss: [loss], reconstruction: [reconstruction], kl } },
});

describe('the check of the graph’s loss', () => {
  const changes = [{ step: 0, coefficients: { beta: 2 } }];
  it('moves with an error in any of its sides', () => {
    const right = [point(10, 0), point(20, 2 * 3 - 0.5, 0.5, [1, 2])];
    expect(graphResidual(right, changes)?.difference).toBe(0);
    const planted = [point(20, 2 * 3 - 0.5 + 0.01, 0.5, [1, 2]), point(20, 5.5, 0.5, [1, 2.01]), point(20, 5.5, 0.51, [1, 2])];
    for (const wrong of planted) expect(graphResidual([right[0]!, wrong], changes)?.difference).toBeGreaterThan(9e-3);
  });

  it('is not made over steps of two betas, nor without a step', () => {
    expect(graphResidual([point(10, 0), point(20, 1)], [...changes, { step: 15, coefficients: { beta: 1 } }])).toBeNull();
    expect(graphResidual([], changes)).toBeNull();
  });
});

describe('curves', () => {
  it('grow at their end, forget what came after a step that is done again, and stay as many as can be drawn', () => {
    const all = joined([point(1, 5), point(2, 4), point(3, 3)], [point(2, 9), point(3, 8)]);
    expect(all.map(({ values }) => values['loss']![0])).toEqual([5, 9, 8]);
    let many: readonly LossPoint[] = [];
    for (let step = 0; step < 20_000; step += 100)
      many = joined(
        many,
        Array.from({ length: 100 }, (_, i) => point(step + i, 1)),
      );
    expect(many.length).toBeLessThanOrEqual(4_096);
    expect(many.at(-1)?.step).toBe(19_999);
  });

  it('leave the first steps out of their range, and break where there is no number', () => {
    const points = Array.from({ length: 100 }, (_, i) => point(i, i < 5 ? 1_000 : 2));
    const [low, high] = rangeOf(points, lossLines, [-1]);
    expect(high).toBeLessThan(10);
    expect(low).toBeLessThan(-1);
    expect(
      pathOf(
        [point(0, 1), point(1, NaN), point(2, 3)],
        lossLines[0]!,
        (x) => x,
        (y) => y,
      ),
    ).toBe('M0.0 1.0M2.0 3.0');
    expect(lossLines.map(({ value }) => value(point(0, 3, -2, [0.5, 0.7])))).toEqual([3, 2, 0.5, 0.7]);
  });
});

describe('scales of sliders', () => {
  it('go there and back, and reach their ends', () => {
    for (const scale of [nearlyLogarithmic(8), logarithmic(1e-5, 1)])
      for (const share of [0, 0.1, 0.5, 1]) expect(scale.place(scale.value(share))).toBeCloseTo(share, 9);
    expect([nearlyLogarithmic(8).value(0), nearlyLogarithmic(8).value(1)]).toEqual([0, 8]);
    expect([nearlyLogarithmic(8).place(100), logarithmic(1e-5, 1).place(0)]).toEqual([1, 0]);
  });
});
