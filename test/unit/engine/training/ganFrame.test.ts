import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import { normals } from '../../../../src/maths/random/normal.ts';
import type { Remote } from '../../../../src/protocol/rpc.ts';
import type { GanFrameRequest, TrainingService } from '../../../../src/protocol/training.ts';
import { coefficientsOf, linear, unitAround } from './linearGan.ts';
import { largestDifference, openService } from './support.ts';

let service: Remote<TrainingService>;
let close: () => void;
beforeAll(async () => ({ service, close } = await openService()));
afterAll(() => close());

const z = new Float32Array(normals({ seed: 1, stream: 0 }, 2 * 300));
const grid = Float32Array.of(-1, -1, 0, 0, 1, 2);
const raster = { left: -2, right: 2, bottom: -1, top: 2, columns: 5, rows: 3 };
const generator = linear(
  [
    [0.5, 0.25],
    [-1, 2],
  ],
  [0.5, -0.75],
);
const behind = (places: Float32Array): Float32Array =>
  places.map((_, i) => {
    const [a, b] = [places[i - (i % 2)]!, places[i - (i % 2) + 1]!];
    return i % 2 === 0 ? 0.5 * a + 0.25 * b + 0.5 : -a + 2 * b - 0.75;
  });

function request(change: Partial<GanFrameRequest> = {}): GanFrameRequest {
  return {
    parameters: { generator, discriminator: linear([[1.5, -2]], [0.25]) },
    ...{ data: unitAround, coefficients: coefficientsOf('non-saturating'), seed: 1, z, grid, raster },
    ...change,
  };
}

describe('a frame of a GAN', () => {
  it('has points, their scores, a grid and a surface, each where it belongs', async () => {
    const { points, scores, places, surface } = await service.ganFrame(request());
    expect(largestDifference(points, behind(z))).toBeLessThan(1e-5);
    expect(largestDifference(places, behind(grid))).toBeLessThan(1e-5);
    const scoreAt = (x: number, y: number): number => 1.5 * x - 2 * y + 0.25;
    expect(
      largestDifference(
        scores,
        scores.map((_, i) => scoreAt(points[2 * i]!, points[2 * i + 1]!)),
      ),
    ).toBeLessThan(1e-5);
    const middles = surface.map((_, i) => scoreAt(-2 + 0.8 * ((i % 5) + 0.5), -1 + Math.floor(i / 5) + 0.5));
    expect(surface).toHaveLength(15);
    expect(largestDifference(surface, middles)).toBeLessThan(1e-5);
  });

  it.each<[GanLoss, (score: number) => number]>([
    ['minimax', (s) => -Math.log(1 + Math.exp(s))],
    ['non-saturating', (s) => Math.log(1 + Math.exp(-s))],
    ['hinge', (s) => -s],
    ['least-squares', (s) => (s - 1) ** 2 / 2],
    ['wasserstein', (s) => -s],
  ])('pulls points down the generator’s loss: %s', async (loss, lossOf) => {
    const { scores, pulls } = await service.ganFrame(request({ coefficients: coefficientsOf(loss) }));
    const step = 1e-4;
    const expected = pulls.map((_, i) => {
      const score = scores[i >> 1]!;
      return (-(lossOf(score + step) - lossOf(score - step)) / (2 * step)) * [1.5, -2][i % 2]!;
    });
    expect(largestDifference(pulls, expected)).toBeLessThan(2e-5);
  });

  it('is that of a discriminator whose norms are set, where they are', async () => {
    const { scores, points, pulls, surface } = await service.ganFrame(
      request({ coefficients: coefficientsOf('wasserstein', { spectral: 2 }) }),
    );
    // Norms of sqrt 2, 2 and 2.5 sqrt 2 become 2 each: the slope is 8 / 10 of what it was.
    expect(
      largestDifference(
        scores,
        scores.map((_, i) => 0.8 * (1.5 * points[2 * i]! - 2 * points[2 * i + 1]!) + 0.25),
      ),
    ).toBeLessThan(1e-5);
    expect(
      largestDifference(
        pulls,
        pulls.map((_, i) => 0.8 * [1.5, -2][i % 2]!),
      ),
    ).toBeLessThan(1e-5);
    expect(surface[0]!).toBeCloseTo(0.8 * (1.5 * -1.6 - 2 * -0.5) + 0.25, 5);
  });

  it('without points or a grid is the surface alone', async () => {
    const nothing = new Float32Array(0);
    const { points, scores, pulls, places, surface } = await service.ganFrame(request({ z: nothing, grid: nothing }));
    expect([points, scores, pulls, places].map(({ length }) => length)).toEqual([0, 0, 0, 0]);
    expect(surface).toHaveLength(15);
  });

  it.each<[Partial<GanFrameRequest>, string, RegExp]>([
    [{ z: new Float32Array(3) }, 'bad-input', /z has 3 numbers; a place in the plane has two/],
    [{ grid: new Float32Array(5) }, 'bad-input', /grid has 5 numbers/],
    [{ raster: { ...raster, columns: 0 } }, 'setting-invalid', /raster\.columns is 0/],
    [{ coefficients: { ...coefficientsOf('hinge'), spectral: -1 } }, 'coefficient-invalid', /spectral is -1/],
    [{ parameters: { generator, discriminator: new Float32Array(5) } }, 'bad-input', /The discriminator has 4417 parameters; 5 were given/],
  ])('refuses what does not fit: case %#', async (change, code, words) => {
    await expect(service.ganFrame(request(change))).rejects.toMatchObject({ code, message: expect.stringMatching(words) as unknown });
  });
});
