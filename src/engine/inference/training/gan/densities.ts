/** The densities that a small GAN's discriminator tells apart: of the data and of the generator, both with the input noise. */

import { blurred } from '../../../../maths/adversarial/blur.ts';
import { noOptimum, optimalScores, type GanLoss, type NoOptimum } from '../../../../maths/adversarial/optimum.ts';
import { noiseMesh, pushForward, type Pushed, type Raster } from '../../../../maths/adversarial/pushforward.ts';
import { logDensities } from '../../../../maths/mixtures/density.ts';
import { mixtureOfPoints, noised, type Mixture } from '../../../../maths/mixtures/mixture.ts';
import type { Coefficients, TrainingData } from '../../../../protocol/training.ts';
import type { DataSource } from '../draws.ts';
import type { Players } from './state.ts';

/** Mass in cells without an area, from which on the generator has no density. */
const FLAT = 0.999;

export async function pushedBy({ generate }: Players, side: number, raster: Raster): Promise<Pushed> {
  const mesh = noiseMesh(side);
  return pushForward(mesh, await generate(mesh.corners), raster);
}

export interface Densities {
  mixture: Mixture;
  /** p_g [rows, columns]. */
  density: Float64Array;
  raster: Raster;
}

/** Both with noise of this deviation. null: one of them has no density. */
export function densitiesOf(data: TrainingData, source: DataSource, pushed: Pushed, raster: Raster, deviation: number): Densities | null {
  const mixture = mixtureSeen(data, source, deviation);
  if (!mixture || (deviation === 0 && pushed.flat > FLAT)) return null;
  return { mixture, density: blurred(pushed.density, raster, deviation), raster };
}

function mixtureSeen(data: TrainingData, { mixture }: DataSource, deviation: number): Mixture | null {
  if (deviation === 0) return mixture;
  if (mixture) return noised(mixture, 1, deviation);
  return data.kind === 'points' ? mixtureOfPoints(data.points.flat(), deviation) : null;
}

/** Points as the discriminator sees them. @param draws standard normal, as many numbers as the points have */
export function withNoise(points: Float32Array, deviation: number, draws: Float64Array): Float32Array {
  return deviation === 0 ? points : points.map((value, i) => value + deviation * draws[i]!);
}

/** Why there is no best discriminator; null where there is one. */
export function whyNoOptimum(loss: GanLoss, coefficients: Coefficients, densities: Densities | null): NoOptimum | null {
  const { r1, gp, clip, spectral } = coefficients as Record<'r1' | 'gp' | 'clip' | 'spectral', number>;
  return noOptimum(loss, { r1, gp, clip, spectral }) ?? (densities ? null : 'no-density');
}

/** The best scores at points [n, 2]. */
export function bestScores(loss: GanLoss, densities: Densities, points: Float32Array): Float64Array | null {
  const logFake = Float64Array.from({ length: points.length / 2 }, (_, i) =>
    Math.log(densityAt(densities, points[2 * i]!, points[2 * i + 1]!)),
  );
  return optimalScores(loss, logDensities(densities.mixture, points), logFake);
}

/** Between the middles of cells, linearly in both directions; 0 outside. */
function densityAt({ density, raster }: Densities, x: number, y: number): number {
  const { left, bottom, right, top, columns, rows } = raster;
  const across = ((x - left) / (right - left)) * columns - 0.5;
  const up = ((y - bottom) / (top - bottom)) * rows - 0.5;
  const [column, row] = [Math.floor(across), Math.floor(up)];
  const at = (c: number, r: number): number => (c >= 0 && r >= 0 && c < columns && r < rows ? density[r * columns + c]! : 0);
  const [u, v] = [across - column, up - row];
  return (
    (1 - v) * ((1 - u) * at(column, row) + u * at(column + 1, row)) + v * ((1 - u) * at(column, row + 1) + u * at(column + 1, row + 1))
  );
}
