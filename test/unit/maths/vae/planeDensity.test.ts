import { describe, expect, it } from 'vitest';
import { LatentCells, REACH, type Box, type Decode } from '../../../../src/maths/vae/latentCells.ts';
import { NotANumberError } from '../../../../src/maths/vae/logJoint.ts';
import { PlaneMixture } from '../../../../src/maths/vae/planeDensity.ts';

const everywhere: Box = { left: -100, right: 100, bottom: -100, top: 100 };
const rest = async (): Promise<void> => Promise.resolve();

/** A decoder of each z, counting what it is asked. */
function decoder(f: (u: number, v: number) => readonly [number, number]): { decode: Decode; asked: () => number } {
  let asked = 0;
  const decode: Decode = async (z) => {
    asked += z.length / 2;
    const x = new Float32Array(z.length);
    for (let i = 0; i < z.length; i += 2) x.set(f(z[i]!, z[i + 1]!), i);
    return Promise.resolve(x);
  };
  return { decode, asked: () => asked };
}

async function densityOf(
  f: (u: number, v: number) => readonly [number, number],
  deviation: number,
  points: readonly number[],
  gap: number,
): Promise<Float64Array> {
  const cells = new LatentCells(decoder(f).decode, deviation, everywhere);
  expect(await cells.refine(gap, 3e6)).toBe(true);
  return new PlaneMixture(cells.nodes(), Math.log(deviation)).logDensities(points, rest);
}

/** By the trapezoidal rule, all of it. */
function byGrid(f: (u: number, v: number) => readonly [number, number], deviation: number, x: number, y: number, step: number): number {
  let sum = 0;
  for (let u = -7; u <= 7; u += step)
    for (let v = -7; v <= 7; v += step) {
      const [a, b] = f(u, v);
      sum += Math.exp(-(u * u + v * v) / 2 - ((x - a) ** 2 + (y - b) ** 2) / (2 * deviation ** 2));
    }
  return Math.log((sum * step * step) / (2 * Math.PI * deviation) ** 2);
}

describe('the latent plane cut up', () => {
  it('holds all of the prior', async () => {
    const cells = new LatentCells(decoder((u, v) => [Math.sin(3 * u), u * v]).decode, 0.2, everywhere);
    for (const gap of [2, 0.7]) {
      await cells.refine(gap, 1e6);
      const mass = cells.nodes().logWeights.reduce((sum, log) => sum + Math.exp(log), 0);
      expect(mass).toBeCloseTo(1, 8);
    }
  });

  it('gives a linear decoder its Gaussian, whichever way it stretches', async () => {
    for (const [a, b, c, d] of [
      [1, 0, 0, 1],
      [3, 0.5, -0.2, 0.05],
      [0, 2, 0.001, 0],
      [0, 0, 0, 0],
    ] as const) {
      const deviation = 0.1;
      const points = [0.2, -0.1, 1, 0.4, -2, 0.1];
      const found = await densityOf((u, v) => [a * u + b * v + 0.1, c * u + d * v], deviation, points, 0.7);
      const [xx, xy, yy] = [a * a + b * b + deviation ** 2, a * c + b * d, c * c + d * d + deviation ** 2];
      const determinant = xx * yy - xy * xy;
      for (let i = 0; i < 3; i++) {
        const [x, y] = [points[2 * i]! - 0.1, points[2 * i + 1]!];
        const squares = (yy * x * x - 2 * xy * x * y + xx * y * y) / determinant;
        const expected = -squares / 2 - Math.log(2 * Math.PI) - Math.log(determinant) / 2;
        if (expected > -20) expect(Math.abs(found[i]! - expected)).toBeLessThan(1e-4);
      }
    }
  });

  it('follows a decoder that is steep in places, at a small part of what a grid as fine as there would take', async () => {
    const steep = (u: number, v: number): [number, number] => [Math.tanh(12 * u) + 0.1 * v, Math.sin(u + v)];
    const { decode, asked } = decoder(steep);
    const cells = new LatentCells(decode, 0.08, everywhere);
    await cells.refine(0.7, 1e6);
    const mixture = new PlaneMixture(cells.nodes(), Math.log(0.08));
    const points = [1, 0.5, -1, 0.2, 0.3, -0.1, 0, 0.9];
    const found = await mixture.logDensities(points, rest);
    for (let i = 0; i < 4; i++)
      expect(Math.abs(found[i]! - byGrid(steep, 0.08, points[2 * i]!, points[2 * i + 1]!, 0.004))).toBeLessThan(1e-4);
    expect(asked()).toBeLessThan((14 / 0.004) ** 2 / 50);
  });

  it('comes closer as it is cut finer, and is off where it is cut too little', async () => {
    const curved = (u: number, v: number): [number, number] => [u + 0.3 * v * v, 2 * Math.sin(v)];
    const points = [0.4, 0.3, 1, -1.9];
    const finest = await densityOf(curved, 0.05, points, 0.4);
    const errors = await Promise.all(
      [8, 2, 1].map(async (gap) =>
        Math.max(...(await densityOf(curved, 0.05, points, gap)).map((value, i) => Math.abs(value - finest[i]!))),
      ),
    );
    expect(errors[0]).toBeGreaterThan(0.05);
    expect(errors[2]).toBeLessThan(1e-3);
    expect(errors[1]).toBeLessThan(errors[0]!);
    expect(errors[2]).toBeLessThan(errors[1]!);
  });

  it('leaves whole what is decoded far from all places that are asked for', async () => {
    const far = decoder((u, v) => [10 * u, 10 * v]);
    const all = new LatentCells(far.decode, 0.2, everywhere);
    await all.refine(1, 3e6);
    const part = new LatentCells(far.decode, 0.2, { left: -1, right: 1, bottom: -1, top: 1 });
    await part.refine(1, 3e6);
    expect(part.nodeCount).toBeLessThan(all.nodeCount / 5);
    const points = [0.5, -0.9, 1, 1];
    const [a, b] = await Promise.all([all, part].map((cells) => new PlaneMixture(cells.nodes(), Math.log(0.2)).logDensities(points, rest)));
    for (let i = 0; i < 2; i++) expect(b![i]).toBeCloseTo(a![i]!, 6);
  });

  it('says where it may not be cut as finely as is wanted, and what is no number', async () => {
    const cells = new LatentCells(decoder((u, v) => [100 * u, 100 * v]).decode, 0.01, everywhere);
    expect(await cells.refine(1, 20_000)).toBe(false);
    expect(cells.nodeCount).toBeLessThanOrEqual(20_000);
    const broken = new LatentCells(decoder((u, v) => [u > REACH / 2 ? NaN : u, v]).decode, 1, everywhere);
    await expect(broken.refine(1, 1e6)).rejects.toThrow(NotANumberError);
    await expect(broken.refine(1, 1e6)).rejects.toThrow(/is decoded to NaN/);
  });

  it('has a density far from everything, by what is nearest', async () => {
    const found = await densityOf((u, v) => [Math.tanh(u), Math.tanh(v)], 0.01, [3, 0], 1);
    expect(found[0]).toBeLessThan(-15_000);
    expect(found[0]).toBeGreaterThan(-25_000);
  });
});
