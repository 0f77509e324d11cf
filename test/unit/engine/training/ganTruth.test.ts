import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganLosses, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import type { MixtureShape } from '../../../../src/maths/mixtures/mixture.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import {
  defaultCoefficients,
  type Coefficients,
  type GanTruth,
  type GanTruthRequest,
  type TrainingService,
} from '../../../../src/protocol/training.ts';
import { mixtures, openService } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

/**
 * A network of two hidden layers of 64 that is linear to rounding: silu(x) - silu(-x) = x.
 *
 * @param matrix [outputs][2]
 */
function linear(matrix: readonly (readonly [number, number])[], bias: readonly number[]): Float32Array {
  const first = new Float32Array(128);
  const second = new Float32Array(4096);
  for (const axis of [0, 1])
    for (const sign of [0, 1]) {
      const unit = 2 * axis + sign;
      first[2 * unit + axis] = 1 - 2 * sign;
      second[64 * unit + 2 * axis] = 1 - 2 * sign;
      second[64 * unit + 2 * axis + 1] = 2 * sign - 1;
    }
  const third = new Float32Array(64 * matrix.length);
  matrix.forEach((row, k) => third.set([row[0], -row[0], row[1], -row[1]], 64 * k));
  return Float32Array.from([...first, ...new Float32Array(64), ...second, ...new Float32Array(64), ...third, ...bias]);
}

const raster = { left: -6, right: 6, bottom: -6, top: 6, columns: 120, rows: 120 };
const cell = 0.1 ** 2;
/** Unit variance around (1, 0), against a generator that gives unit variance around (-1, 0): log p_d - log p_g is 2 x. */
const data: MixtureShape = {
  weights: [1],
  means: [[1, 0]],
  covariances: [
    [
      [1, 0],
      [0, 1],
    ],
  ],
};
const shifted = linear(
  [
    [1, 0],
    [0, 1],
  ],
  [-1, 0],
);

function of(loss: GanLoss, change: Coefficients = {}): Coefficients {
  return { ...defaultCoefficients.gan, loss: ganLosses.indexOf(loss), ...change };
}

function truthOf(discriminator: Float32Array, change: Partial<GanTruthRequest> = {}, generator = shifted): Promise<GanTruth> {
  return service.ganTruth({
    parameters: { generator, discriminator },
    data: { kind: 'mixture', mixture: data },
    ...{ coefficients: of('minimax'), seed: 3, count: 4000, raster },
    ...change,
  });
}

/** 2 JSD of Gaussians of unit variance around 1 and -1, by Simpson's rule along the line between them. */
const twiceDivergence = ((): number => {
  const [n, reach] = [2000, 9];
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const t = -reach + (2 * reach * i) / n;
    const [p, q] = [1, -1].map((mean) => Math.exp(-((t - mean) ** 2) / 2) / Math.sqrt(2 * Math.PI)) as [number, number];
    sum += (p * Math.log((2 * p) / (p + q)) + q * Math.log((2 * q) / (p + q))) * (i === 0 || i === n ? 1 : i % 2 ? 4 : 2);
  }
  return (sum * 2 * reach) / n / 3;
})();

describe('the truth beside a GAN', () => {
  it('has nothing between the best discriminator and itself, and knows both densities', async () => {
    const { scores, optimal, density, dataDensity, divergence, gap, outside, flat } = await truthOf(linear([[2, 0]], [0]));
    expect(divergence! * 2).toBeCloseTo(twiceDivergence, 3);
    expect(gap!.integrated).toBeLessThan(1e-3);
    expect(Math.abs(gap!.sampled.value)).toBeLessThan(4 * gap!.sampled.standardError + 1e-3);
    expect([outside, flat]).toEqual([expect.closeTo(0, 3) as number, 0]);
    const seen = scores.findIndex((score, i) => dataDensity![i]! > 1e-3 && density[i]! > 1e-3 && Math.abs(score - optimal![i]!) > 0.05);
    expect(seen).toBe(-1);
    expect(density.reduce((sum, value) => sum + value, 0) * cell).toBeCloseTo(1, 3);
  });

  it('is twice the divergence away from a discriminator that says one half everywhere, by both ways', async () => {
    const { gap, divergence } = await truthOf(linear([[0, 0]], [0]));
    expect(gap!.integrated).toBeCloseTo(2 * divergence!, 5);
    expect(gap!.integrated).toBeCloseTo(twiceDivergence, 3);
    expect(Math.abs(gap!.sampled.value - twiceDivergence)).toBeLessThan(4 * gap!.sampled.standardError);
    expect(gap!.sampled.standardError).toBeLessThan(0.03);
  });

  it.each(['least-squares', 'hinge', 'non-saturating'] as const)('agrees with fresh points about a poor one: %s', async (loss) => {
    const { gap } = await truthOf(linear([[-0.5, 0.3]], [0.4]), { coefficients: of(loss), count: 20_000 });
    expect(gap!.integrated).toBeGreaterThan(0.1);
    expect(Math.abs(gap!.sampled.value - gap!.integrated)).toBeLessThan(4 * gap!.sampled.standardError + 2e-3);
  });

  it('says what there is not: no best score of a Wasserstein loss, no density of points themselves or of a lost dimension', async () => {
    const best = linear([[2, 0]], [0]);
    const wasserstein = await truthOf(best, { coefficients: of('wasserstein') });
    expect([wasserstein.optimal, wasserstein.gap]).toEqual([null, null]);
    expect(wasserstein.divergence! * 2).toBeCloseTo(twiceDivergence, 3);
    const points = await truthOf(best, { data: { kind: 'points', points: [[0, 0]], bandwidth: 0 } });
    expect([points.optimal, points.dataDensity, points.divergence, points.gap, points.coverage]).toEqual([null, null, null, null, null]);
    const collapsed = await truthOf(
      best,
      {},
      linear(
        [
          [1, 0],
          [2, 0],
        ],
        [0, 0],
      ),
    );
    expect(collapsed.flat).toBeCloseTo(1, 6);
  });

  it('counts points by mode beside what the data itself has', async () => {
    const ring = await truthOf(linear([[0, 0]], [0]), { data: { kind: 'mixture', mixture: mixtures['ring']! }, count: 8000 });
    const { real, generated } = ring.coverage!;
    expect(real).toHaveLength(8);
    for (const { share, spread } of real) {
      expect(share).toBeCloseTo(1 / 8, 1);
      expect(spread).toBeGreaterThan(0.9);
    }
    expect(Math.min(...generated.map(({ share }) => share))).toBeLessThan(0.05);
  });

  it.each<[Partial<GanTruthRequest>, string, RegExp]>([
    [{ count: 1 }, 'setting-invalid', /count is 1; it must be a whole number from 2/],
    [{ mesh: 0 }, 'setting-invalid', /mesh is 0/],
    [{ seed: -1 }, 'setting-invalid', /The seed is -1; it must be a whole number from 0/],
    [{ raster: { ...raster, rows: 2 ** 20 } }, 'setting-invalid', /raster\.rows is 1048576/],
    [{ raster: { ...raster, right: -6 } }, 'setting-invalid', /raster\.right is -6; it must be a number above -6/],
    [{ raster: { ...raster, top: NaN } }, 'setting-invalid', /raster\.top is NaN/],
    [{ parameters: { generator: shifted, discriminator: new Float32Array(4) } }, 'bad-input', /4417 parameters; 4 were given/],
    [{ parameters: { generator: shifted.map(() => NaN), discriminator: new Float32Array(4417) } }, 'not-finite', /The generator gives NaN/],
    [{ coefficients: { ...of('hinge'), loss: 5 } }, 'coefficient-invalid', /loss is 5; it must be the number of one of 0 \(minimax\), 1/],
    [{ coefficients: { ...of('hinge'), noise: -1 } }, 'coefficient-invalid', /noise is -1/],
  ])('refuses what does not fit: case %#', async (change, code, words) => {
    await expect(truthOf(new Float32Array(4417), change)).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });
});
