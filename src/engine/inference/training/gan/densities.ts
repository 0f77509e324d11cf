/** The densities that a small GAN's discriminator tells apart: of the data and of the generator, both with the input noise. */

import { held, meshDensities } from '../../../../maths/adversarial/meshDensity.ts';
import { noOptimum, optimalScores, type GanLoss, type NoOptimum } from '../../../../maths/adversarial/optimum.ts';
import type { Raster } from '../../../../maths/adversarial/pushforward.ts';
import { logDensities } from '../../../../maths/mixtures/density.ts';
import { mixtureOfPoints, noised, type Mixture } from '../../../../maths/mixtures/mixture.ts';
import type { Coefficients, TrainingData } from '../../../../protocol/training.ts';
import type { DataSource } from '../draws.ts';
import type { GeneratorMesh } from './mesh.ts';

/** Mass in cells without an area, from which on the generator has no density. */
const FLAT = 0.999;

/** p_g [n] at points [n, 2]. @param noise [n, 2] z, of points that the generator gave without input noise */
export type FakeDensity = (points: Float32Array, noise?: Float32Array) => Float64Array;

export interface Densities {
  mixture: Mixture;
  fake: FakeDensity;
}

/** Both with noise of this deviation. null: one of them has no density. @param generator its density with the noise, and what mass has lost a dimension */
export function densitiesOf(
  data: TrainingData,
  source: DataSource,
  { flat, fake }: { flat: number; fake: FakeDensity },
  deviation: number,
): Densities | null {
  const mixture = mixtureSeen(data, source, deviation);
  return mixture && (deviation > 0 || flat <= FLAT) ? { mixture, fake } : null;
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

/** The best scores at points [n, 2]. @param noise as of `FakeDensity` */
export function bestScores(loss: GanLoss, { mixture, fake }: Densities, points: Float32Array, noise?: Float32Array): Float64Array | null {
  return optimalScores(loss, logDensities(mixture, points), fake(points, noise).map(Math.log));
}

/**
 * By the triangles of the mesh. A generated point lies a little beside the image of its own triangle, since the map is not linear there; its
 * density is no less than what that triangle has.
 */
export function byMesh(mesh: GeneratorMesh): FakeDensity {
  return (points, noise) => {
    const found = meshDensities(mesh, points);
    if (!noise) return found;
    const { own } = held(mesh, noise);
    return found.map((density, i) => Math.max(density, own[i]!));
  };
}

/** By a raster [rows, columns]: between the middles of cells, linearly in both directions; 0 outside. */
export function byRaster(density: Float64Array, raster: Raster): FakeDensity {
  return (points) =>
    Float64Array.from({ length: points.length / 2 }, (_, i) => between(density, raster, points[2 * i]!, points[2 * i + 1]!));
}

function between(density: Float64Array, { left, bottom, right, top, columns, rows }: Raster, x: number, y: number): number {
  const across = ((x - left) / (right - left)) * columns - 0.5;
  const up = ((y - bottom) / (top - bottom)) * rows - 0.5;
  const [column, row] = [Math.floor(across), Math.floor(up)];
  const at = (c: number, r: number): number => (c >= 0 && r >= 0 && c < columns && r < rows ? density[r * columns + c]! : 0);
  const [u, v] = [across - column, up - row];
  return (
    (1 - v) * ((1 - u) * at(column, row) + u * at(column + 1, row)) + v * ((1 - u) * at(column, row + 1) + u * at(column + 1, row + 1))
  );
}
