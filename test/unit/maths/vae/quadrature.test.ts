import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { logSumExp } from '../../../../src/maths/vae/importance.ts';
import type { LogJoint } from '../../../../src/maths/vae/logJoint.ts';
import { eigen2, findModes } from '../../../../src/maths/vae/modes.ts';
import { levelsByMass, posteriorGrid, windowAround } from '../../../../src/maths/vae/posteriorGrid.ts';
import { evidenceByQuadrature } from '../../../../src/maths/vae/quadrature.ts';
import { scanPoints } from '../../../../src/maths/vae/scan.ts';
import { linear, logJointOf } from './fixtures.ts';

interface Part {
  share: number;
  mean: [number, number];
  /** Deviations along two axes, and the angle that these are turned by. */
  deviations: [number, number];
  angle: number;
}

/** log of a sum of Gaussians with a known integral: what p(x, z) may look like. */
function mixture(parts: readonly Part[], logEvidence: number): LogJoint {
  return (z, count) => {
    const values = Float64Array.from({ length: count }, (_, i) =>
      logSumExp(
        parts.map(({ share, mean, deviations: [a, b], angle }) => {
          const [dx, dy] = [z[2 * i]! - mean[0], z[2 * i + 1]! - mean[1]];
          const [u, v] = [Math.cos(angle) * dx + Math.sin(angle) * dy, Math.cos(angle) * dy - Math.sin(angle) * dx];
          return Math.log(share) - (u / a) ** 2 / 2 - (v / b) ** 2 / 2 - Math.log(2 * Math.PI * a * b);
        }),
      ),
    );
    return Promise.resolve(values.map((value) => value + logEvidence));
  };
}

const encoderAt = (x: number, y: number, deviation: number) => ({ z: [x, y] as const, deviation });

describe('log p(x) by quadrature', () => {
  it('is that of a linear-Gaussian model to 1e-6 nats, with the mean and covariance of p(z|x)', async () => {
    const model = linear['linear-2'];
    for (const [picture, logEvidence] of model.logEvidence.entries()) {
      const [x, y] = model.mean[picture] as [number, number];
      const found = await evidenceByQuadrature(logJointOf(model, picture), {
        encoder: encoderAt(x, y, Math.exp(model.logVariance[0]! / 2)),
        tolerance: 1e-6,
      });
      expect(Math.abs(found.logEvidence - logEvidence)).toBeLessThan(1e-6);
      expect(found.agreed).toBe(true);
      expect(found.difference).toBeLessThan(1e-6);
      expect(Math.abs(found.fine - found.coarse)).toBeLessThanOrEqual(found.difference + 1e-12);
      expect(found.modes).toHaveLength(1);
      const [[xx, xy], [, yy]] = model.posteriorCovariance as [[number, number], [number, number]];
      [xx, xy, yy].forEach((expected, i) => {
        expect(Math.abs(found.covariance[i]! - expected)).toBeLessThan(1e-5);
        expect(Math.abs(found.modes[0]!.covariance[i]! - expected)).toBeLessThan(2e-3 * xx);
      });
      found.mean.forEach((value, j) => expect(Math.abs(value - model.posteriorMean[picture]![j]!)).toBeLessThan(1e-5));
      expect(found.modes[0]!.laplace).toBeCloseTo(logEvidence, 2);
    }
  });

  it('is right for posteriors of any width, place and slant, with an encoder that is off', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          x: fc.double({ min: -3, max: 3, noNaN: true }),
          y: fc.double({ min: -3, max: 3, noNaN: true }),
          a: fc.double({ min: -4.6, max: 0, noNaN: true }),
          b: fc.double({ min: -4.6, max: 0, noNaN: true }),
          angle: fc.double({ min: 0, max: 3.1, noNaN: true }),
          off: fc.double({ min: -2, max: 2, noNaN: true }),
        }),
        async ({ x, y, a, b, angle, off }) => {
          const deviations: [number, number] = [Math.exp(a), Math.exp(b)];
          const logJoint = mixture([{ share: 1, mean: [x, y], deviations, angle }], -400);
          const width = Math.min(...deviations);
          const found = await evidenceByQuadrature(logJoint, {
            encoder: encoderAt(x + off * width, y - off * width, width * Math.exp(off)),
          });
          expect(Math.abs(found.logEvidence + 400)).toBeLessThan(2e-4);
          expect(found.agreed).toBe(true);
        },
      ),
      { numRuns: 40, seed: 5 },
    );
  });

  it('finds modes that the encoder knows nothing of, and counts them', async () => {
    const parts: Part[] = [
      { share: 0.5, mean: [0.4, -0.2], deviations: [0.02, 0.05], angle: 0.4 },
      { share: 0.3, mean: [-1.7, 1.9], deviations: [0.3, 0.2], angle: 0 },
      { share: 0.2, mean: [2.6, 0.3], deviations: [0.15, 0.1], angle: 1 },
    ];
    const found = await evidenceByQuadrature(mixture(parts, -12), { encoder: encoderAt(0.4, -0.2, 0.03) });
    expect(Math.abs(found.logEvidence + 12)).toBeLessThan(1e-4);
    expect(found.modes.map(({ laplace }) => Math.round(1000 * Math.exp(laplace + 12)) / 1000)).toEqual([0.5, 0.3, 0.2]);
    // Without that of the encoder it would be log 0.5 off.
    expect(Math.abs(found.modes[0]!.laplace + 12)).toBeGreaterThan(0.5);
  });

  it('is right where p(z|x) is no Gaussian: a bent ridge, against a fine grid', async () => {
    const logJoint: LogJoint = (z, count) =>
      Promise.resolve(
        Float64Array.from({ length: count }, (_, i) => {
          const [x, y] = [z[2 * i]!, z[2 * i + 1]!];
          return -0.5 * (x * x + y * y) - 0.5 * ((y - x * x + 1) / 0.1) ** 2;
        }),
      );
    const [side, reach] = [3000, 6];
    const step = (2 * reach) / side;
    const z = new Float32Array(2 * side);
    const rows = new Float64Array(side);
    for (let row = 0; row < side; row++) {
      for (let i = 0; i < side; i++) {
        z[2 * i] = -reach + (row + 0.5) * step;
        // Centred on the ridge, and fine enough for its width.
        z[2 * i + 1] = z[2 * i]! ** 2 - 1 + ((i + 0.5) / side - 0.5) * 2;
      }
      rows[row] = logSumExp(await logJoint(z, side)) + Math.log(2 / side);
    }
    const expected = logSumExp(rows) + Math.log(step);
    const found = await evidenceByQuadrature(logJoint, { encoder: encoderAt(1, 0, 0.1), most: 150_000 });
    expect(Math.abs(found.logEvidence - expected)).toBeLessThan(1e-4);
    expect(found.agreed).toBe(true);
    expect(found.modes.map(({ z }) => Math.round(10 * Math.abs(z[0])))).toEqual([7, 7]);
  });

  it('takes a scan that was made before, and asks for less then', async () => {
    const model = linear['linear-2'];
    const logJoint = logJointOf(model, 0);
    const encoder = encoderAt(model.mean[0]![0]!, model.mean[0]![1]!, 0.2);
    const points = scanPoints();
    const scanned = await logJoint(points, points.length / 2);
    const [with_, without] = [
      await evidenceByQuadrature(logJoint, { encoder, scanned }),
      await evidenceByQuadrature(logJoint, { encoder }),
    ];
    expect(with_.logEvidence).toBe(without.logEvidence);
    expect(with_.evaluations).toBe(without.evaluations - points.length / 2);
  });

  it('says when it may not look often enough to agree, and what is no number', async () => {
    const sharp = mixture([{ share: 1, mean: [1, 1], deviations: [0.02, 0.02], angle: 0 }], 0);
    const cut = await evidenceByQuadrature(sharp, { encoder: encoderAt(1, 1, 0.02), most: 6000 });
    expect(cut.agreed).toBe(false);
    expect(cut.difference).toBeGreaterThan(1e-4);
    const broken: LogJoint = (_, count) => Promise.resolve(new Float64Array(count).fill(NaN));
    await expect(evidenceByQuadrature(broken, { encoder: encoderAt(0, 0, 1) })).rejects.toThrow(/is NaN at z = \(-4\.65/);
    const impossible: LogJoint = (_, count) => Promise.resolve(new Float64Array(count).fill(-Infinity));
    await expect(evidenceByQuadrature(impossible, { encoder: encoderAt(0, 0, 1) })).rejects.toThrow(/p\(x, z\) is 0/);
  });
});

describe('modes', () => {
  it('of a Gaussian are its mean and covariance', async () => {
    const logJoint = mixture([{ share: 1, mean: [0.3, 0.7], deviations: [0.5, 0.1], angle: 0.6 }], 3);
    const [mode, ...others] = await findModes(logJoint, [encoderAt(1, 0, 0.3), encoderAt(0.2, 0.9, 1)]);
    expect(others).toEqual([]);
    expect(mode!.z[0]).toBeCloseTo(0.3, 3);
    expect(mode!.z[1]).toBeCloseTo(0.7, 3);
    const { values } = eigen2(...mode!.covariance);
    expect(Math.sqrt(values[0])).toBeCloseTo(0.5, 2);
    expect(Math.sqrt(values[1])).toBeCloseTo(0.1, 3);
    expect(mode!.laplace).toBeCloseTo(3, 3);
  });
});

describe('the posterior on a grid', () => {
  it('holds its mass, and its regions of half and nine tenths are the ellipses of a Gaussian', async () => {
    const model = linear['linear-2'];
    const [[xx, xy], [, yy]] = model.posteriorCovariance as [[number, number], [number, number]];
    const mean = model.posteriorMean[0] as [number, number];
    const window = windowAround([{ mean, variance: [xx, yy] }], 6);
    const grid = await posteriorGrid(logJointOf(model, 0), model.logEvidence[0]!, window, 160, [0.5, 0.9]);
    expect(grid.mass).toBeCloseTo(1, 4);
    // A Gaussian of two dimensions has the share 1 - exp(-r^2/2) within r deviations.
    const top = -Math.log(2 * Math.PI) - 0.5 * Math.log(xx * yy - xy * xy);
    grid.levels.forEach(({ share, logDensity }) => expect(Math.abs(logDensity - (top + Math.log(1 - share)))).toBeLessThan(0.02));
    const off = await posteriorGrid(logJointOf(model, 0), model.logEvidence[0]! + 0.1, window, 160, [0.5]);
    expect(off.mass).toBeCloseTo(Math.exp(-0.1), 3);
  });

  it('levels: all of the cells hold everything', () => {
    const cells = Float64Array.of(0.4, 0.3, 0.2, 0.1).map(Math.log);
    expect(levelsByMass(cells, [0.35, 0.65, 1]).map(({ logDensity }) => Math.exp(logDensity))).toEqual([
      expect.closeTo(0.4),
      expect.closeTo(0.3),
      expect.closeTo(0.1),
    ]);
  });
});
