/** What is asked of a small GAN as it stands: its coefficients, its networks on points, and what a point costs. */

import type { Raster } from '../../../../maths/adversarial/pushforward.ts';
import { ganLosses, type GanLoss } from '../../../../maths/adversarial/optimum.ts';
import { RpcError } from '../../../../protocol/rpc.ts';
import type { Coefficients, GanState } from '../../../../protocol/training.ts';
import { checkCoefficients, checkSeed, checkWhole } from '../checks.ts';
import { finite } from '../finite.ts';
import type { Graphs } from '../graphs.ts';
import { programOf } from '../programs.ts';

const MOST_CELLS = 2 ** 20;

/** @throws RpcError 'coefficient-invalid', 'setting-invalid' */
export function checkState({ coefficients, seed }: GanState): void {
  checkCoefficients(programOf({ family: 'gan' }), coefficients);
  checkSeed(seed);
}

export function lossOf({ loss }: Coefficients): GanLoss {
  return ganLosses[loss!]!;
}

/** @throws RpcError 'setting-invalid' */
export function checkRaster(raster: Raster): void {
  checkWhole('raster.columns', raster.columns, 1, MOST_CELLS);
  checkWhole('raster.rows', raster.rows, 1, Math.floor(MOST_CELLS / raster.columns));
  const sides = [
    ['right', raster.left, raster.right],
    ['top', raster.bottom, raster.top],
  ] as const;
  for (const [name, low, high] of sides)
    if (!(high > low && high - low < Infinity))
      throw new RpcError('setting-invalid', `raster.${name} is ${high}; it must be a number above ${low}.`);
}

/** Both players on any number of points. */
export interface Players {
  /** @param z [n, 2] @returns [n, 2] @throws RpcError 'not-finite', 'bad-input' */
  readonly generate: (z: Float32Array) => Promise<Float32Array>;
  /** @param x [n, 2] @returns [n] and [n, 2] @throws RpcError 'not-finite', 'bad-input' */
  readonly score: (x: Float32Array) => Promise<{ scores: Float32Array; slopes: Float32Array }>;
}

export function playersOf(graphs: Graphs, { parameters, coefficients }: GanState): Players {
  const spectral = Float32Array.of(coefficients['spectral']!);
  return {
    generate: async (z) => finite('generator', (await graphs.rows('gan.generator', parameters.generator, { z }))['x']!),
    score: async (x) => {
      const { score, slope } = await graphs.rows('gan.discriminator', parameters.discriminator, { x, spectral });
      return { scores: finite('discriminator', score!), slopes: finite('discriminator’s slope', slope!) };
    },
  };
}
