import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NoOptimum } from '../../../../src/maths/adversarial/optimum.ts';
import { mixtureOfPoints, shapeOf } from '../../../../src/maths/mixtures/mixture.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { Coefficients, GanTruth, GanTruthRequest, TrainingData, TrainingService } from '../../../../src/protocol/training.ts';
import { coefficientsOf, divergenceOf, linear, shifted, unitAround } from './linearGan.ts';
import { mixtures, openService } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

const raster = { left: -6, right: 6, bottom: -6, top: 6, columns: 120, rows: 120 };
const cell = 0.1 ** 2;
function truthOf(discriminator: Float32Array, change: Partial<GanTruthRequest> = {}, generator = shifted): Promise<GanTruth> {
  return service.ganTruth({
    parameters: { generator, discriminator },
    data: unitAround,
    ...{ coefficients: coefficientsOf('minimax'), seed: 3, count: 4000, raster },
    ...change,
  });
}

const twiceDivergence = divergenceOf(1);

describe('the truth beside a GAN', () => {
  it('has nothing between the best discriminator and itself, and knows both densities', async () => {
    const { scores, optimal, density, dataDensity, divergence, found, gap, outside, flat } = await truthOf(linear([[2, 0]], [0]));
    expect(Math.abs(divergence!.value * 2 - twiceDivergence)).toBeLessThan(8 * divergence!.error);
    expect(divergence!.error).toBeLessThan(0.01);
    expect(Math.abs(found!.value - 1)).toBeLessThan(4 * found!.standardError);
    expect(gap!.integrated).toBeLessThan(1e-3);
    expect(Math.abs(gap!.sampled.value)).toBeLessThan(4 * gap!.sampled.standardError + 1e-3);
    expect([outside, flat]).toEqual([expect.closeTo(0, 3) as number, 0]);
    const seen = scores.findIndex((score, i) => dataDensity![i]! > 1e-3 && density[i]! > 1e-3 && Math.abs(score - optimal![i]!) > 0.05);
    expect(seen).toBe(-1);
    expect(density.reduce((sum, value) => sum + value, 0) * cell).toBeCloseTo(1, 3);
  });

  it('is twice the divergence away from a discriminator that says one half everywhere, by both ways', async () => {
    const { gap, divergence } = await truthOf(linear([[0, 0]], [0]));
    // No point costs the best discriminator more than what it tells of the divergence.
    expect(gap!.sampled.value).toBeCloseTo(2 * divergence!.value, 9);
    expect(gap!.sampled.error).toBeCloseTo(2 * divergence!.error, 9);
    expect(gap!.integrated).toBeCloseTo(twiceDivergence, 3);
    expect(Math.abs(gap!.sampled.value - twiceDivergence)).toBeLessThan(4 * gap!.sampled.standardError);
    expect(gap!.sampled.standardError).toBeLessThan(0.03);
  });

  it.each(['least-squares', 'hinge', 'non-saturating'] as const)('agrees with fresh points about a poor one: %s', async (loss) => {
    const { gap } = await truthOf(linear([[-0.5, 0.3]], [0.4]), { coefficients: coefficientsOf(loss), count: 20_000 });
    expect(gap!.integrated).toBeGreaterThan(0.1);
    expect(Math.abs(gap!.sampled.value - gap!.integrated)).toBeLessThan(4 * gap!.sampled.standardError + 2e-3);
  });

  it('is the same at points whatever the raster is, also of filaments that are lost in its cells', async () => {
    // Two Gaussians of width 0.01 that are two of these apart: to cells of 0.1 they are one.
    const [width, twice] = [0.01, twiceDivergence];
    const data: TrainingData = {
      kind: 'mixture',
      mixture: {
        weights: [1],
        means: [[0, 2 * width]],
        covariances: [
          [
            [1, 0],
            [0, width ** 2],
          ],
        ],
      },
    };
    const thin = linear(
      [
        [1, 0],
        [0, width],
      ],
      [0, 0],
    );
    const half = linear([[0, 0]], [0]);
    const { divergence, gap, found } = await truthOf(half, { data, count: 10_000 }, thin);
    // 4 errors: missed by 1 of 16,000 seeds.
    expect(Math.abs(divergence!.value - twice / 2)).toBeLessThan(4 * divergence!.error);
    expect(Math.abs(gap!.sampled.value - twice)).toBeLessThan(4 * gap!.sampled.error);
    expect(divergence!.error).toBeLessThan(0.005);
    expect(Math.abs(found!.value - 1)).toBeLessThan(4 * found!.standardError);
    expect(Math.abs(gap!.integrated - twice)).toBeGreaterThan(20 * gap!.sampled.error);
    const other = await truthOf(half, { data, count: 10_000, raster: { ...raster, left: -3, columns: 150, rows: 60 } }, thin);
    expect([other.divergence, other.gap!.sampled, other.found]).toEqual([divergence, gap!.sampled, found]);
  });

  it('says what there is not: no best score of a Wasserstein loss, no density of points themselves or of a lost dimension', async () => {
    const best = linear([[2, 0]], [0]);
    const wasserstein = await truthOf(best, { coefficients: coefficientsOf('wasserstein') });
    expect([wasserstein.optimal, wasserstein.gap]).toEqual([null, null]);
    expect(Math.abs(wasserstein.divergence!.value * 2 - twiceDivergence)).toBeLessThan(8 * wasserstein.divergence!.error);
    const points = await truthOf(best, { data: { kind: 'points', points: [[0, 0]], bandwidth: 0 } });
    const { optimal, dataDensity, divergence, found, gap, coverage } = points;
    expect([optimal, dataDensity, divergence, found, gap, coverage]).toEqual([null, null, null, null, null, null]);
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
    expect([collapsed.optimal, collapsed.noOptimum, collapsed.gap]).toEqual([null, 'no-density', null]);
    // A line and a density share nothing.
    expect(collapsed.divergence!.value).toBeCloseTo(Math.LN2, 3);
  });

  it.each<[Coefficients, NoOptimum | null]>([
    [{}, null],
    [{ noise: 0.2 }, null],
    [{ r1: 0.1 }, 'r1'],
    [{ gp: 1 }, 'gp'],
    [{ clip: 0.1 }, 'clip'],
    [{ spectral: 1 }, 'spectral'],
  ])('says why there is no best score: %j', async (change, reason) => {
    const { optimal, noOptimum, gap } = await truthOf(linear([[2, 0]], [0]), { coefficients: coefficientsOf('non-saturating', change) });
    expect(noOptimum).toBe(reason);
    expect(optimal === null).toBe(reason !== null);
    // The loss without penalties has its own.
    expect(gap).not.toBeNull();
  });

  it('has both densities of the input noise: the best discriminator is flatter, and the gap is 2 JSD of wider Gaussians', async () => {
    const noise = 0.75;
    const coefficients = coefficientsOf('minimax', { noise });
    const best = await truthOf(linear([[2 / (1 + noise ** 2), 0]], [0]), { coefficients });
    expect(best.gap!.integrated).toBeLessThan(1e-3);
    expect(Math.abs(best.gap!.sampled.value)).toBeLessThan(4 * best.gap!.sampled.standardError + 1e-3);
    const off = best.scores.findIndex(
      (score, i) => best.dataDensity![i]! > 1e-3 && best.density[i]! > 1e-3 && Math.abs(score - best.optimal![i]!) > 0.05,
    );
    expect(off).toBe(-1);
    const half = await truthOf(linear([[0, 0]], [0]), { coefficients });
    expect(half.gap!.integrated).toBeCloseTo(divergenceOf(1 + noise ** 2), 3);
    expect(Math.abs(half.gap!.sampled.value - divergenceOf(1 + noise ** 2))).toBeLessThan(4 * half.gap!.sampled.standardError);
    // What the generator is to learn has no noise.
    expect(Math.abs(half.divergence!.value * 2 - twiceDivergence)).toBeLessThan(8 * half.divergence!.error);
    expect(half.gap!.sampled.coarser).toBeNull();
  });

  it('has with noise a density of points themselves: as many Gaussians', async () => {
    const points = [
      [1, 0],
      [0, 1],
    ] as const;
    const noise = 0.5;
    const change = { coefficients: coefficientsOf('minimax', { noise }), count: 20_000 };
    const own = await truthOf(linear([[0.5, 0]], [0]), { ...change, data: { kind: 'points', points, bandwidth: 0 } });
    expect([own.noOptimum, own.dataDensity, own.coverage]).toEqual([null, null, null]);
    expect(Math.abs(own.gap!.sampled.value - own.gap!.integrated)).toBeLessThan(4 * own.gap!.sampled.standardError + 2e-3);
    const kernels = { kind: 'mixture', mixture: shapeOf(mixtureOfPoints(points.flat(), 1e-3)) } as const;
    const nearly = await truthOf(linear([[0.5, 0]], [0]), { ...change, data: kernels });
    expect(own.gap!.integrated).toBeCloseTo(nearly.gap!.integrated, 4);
  });

  it('is nowhere steeper than the bound, and as steep as a plane is', async () => {
    const plane = await truthOf(linear([[1.5, 2]], [0.3]));
    expect(plane.steepest).toBeCloseTo(2.5, 4);
    // Matrices of norms sqrt 2, 2 and 2.5 sqrt 2, and twice an activation whose slope is 1.0998 at most.
    expect(plane.steepnessBound).toBeCloseTo(10 * 1.09984 ** 2, 3);
    const held = await truthOf(linear([[1.5, 2]], [0.3]), { coefficients: coefficientsOf('hinge', { spectral: 1 }) });
    expect(held.steepest).toBeCloseTo(0.25, 4);
    expect(held.steepnessBound).toBeCloseTo(1.09984 ** 2, 4);
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

  it('knows which modes are hit: one of eight by a generator that gives nothing else, none by one that misses all', async () => {
    const data = { kind: 'mixture', mixture: mixtures['ring']! } as const;
    const around = (x: number, y: number): Float32Array =>
      linear(
        [
          [0.1, 0],
          [0, 0.1],
        ],
        [x, y],
      );
    // The ring has modes of deviation 0.1 at a distance of 2.
    const one = (await truthOf(linear([[0, 0]], [0]), { data }, around(2, 0))).coverage!;
    expect([one.modesHit, one.hit[0]]).toEqual([1, true]);
    expect(one.generated[0]!.spread).toBeCloseTo(1, 1);
    expect(one.generated[3]!.spread).toBeNaN();
    const inside = 1 - Math.exp(-4.5);
    for (const share of [one.within.generated, one.within.real])
      expect(Math.abs(share - inside)).toBeLessThan(4 * Math.sqrt((inside * (1 - inside)) / 4000));
    const none = (await truthOf(linear([[0, 0]], [0]), { data }, around(0, 0))).coverage!;
    expect([none.modesHit, none.within.generated]).toEqual([0, 0]);
  });

  it.each<[Partial<GanTruthRequest>, string, RegExp]>([
    [{ count: 1 }, 'setting-invalid', /count is 1; it must be a whole number from 2/],
    [{ mesh: 0 }, 'setting-invalid', /mesh is 0/],
    [{ mesh: 63 }, 'setting-invalid', /mesh is 63; it must be even/],
    [{ seed: -1 }, 'setting-invalid', /The seed is -1; it must be a whole number from 0/],
    [{ raster: { ...raster, rows: 2 ** 20 } }, 'setting-invalid', /raster\.rows is 1048576/],
    [{ raster: { ...raster, right: -6 } }, 'setting-invalid', /raster\.right is -6; it must be a number above -6/],
    [{ raster: { ...raster, top: NaN } }, 'setting-invalid', /raster\.top is NaN/],
    [{ parameters: { generator: shifted, discriminator: new Float32Array(4) } }, 'bad-input', /4417 parameters; 4 were given/],
    [{ parameters: { generator: shifted.map(() => NaN), discriminator: new Float32Array(4417) } }, 'not-finite', /The generator gives NaN/],
    [
      { coefficients: { ...coefficientsOf('hinge'), loss: 5 } },
      'coefficient-invalid',
      /loss is 5; it must be the number of one of 0 \(minimax\), 1/,
    ],
    [{ coefficients: { ...coefficientsOf('hinge'), noise: -1 } }, 'coefficient-invalid', /noise is -1/],
  ])('refuses what does not fit: case %#', async (change, code, words) => {
    await expect(truthOf(new Float32Array(4417), change)).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });
});
