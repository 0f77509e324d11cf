/** What is known of a run's data before a step is done: its density at every level, and points that noise is put on. */

import type { Raster } from '../../src/maths/adversarial/pushforward.ts';
import { noisedAt } from '../../src/maths/diffusion/exact.ts';
import { logDensities, responsibilities } from '../../src/maths/mixtures/density.ts';
import { mixtureOf, mixtureOfPoints, type Mixture } from '../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../src/maths/mixtures/sample.ts';
import { normals } from '../../src/maths/random/normal.ts';
import { gridPlaces, windowAround, type Window } from '../../src/maths/vae/posteriorGrid.ts';
import type { TrainingData } from '../../src/protocol/training.ts';
import { regions, squareAround } from '../shared/points/regions.ts';

/** Cells a side: of the density, of fields that the host computes, and of what guidance samples. */
const sides = { density: 72, field: 48, guided: 40 } as const;
/** Deviations around each component, and around the noise. */
const reach = 4;
/** Streams of the run's seed that no training and no evaluation draws from. */
const streams = { points: 96, noise: 98 } as const;
/** Levels whose density is remembered. */
const mostLevels = 256;

export interface LevelDensity {
  /** [side, side], nats, from the lowest row on. */
  readonly logDensity: Float64Array;
  readonly side: number;
  /** Around the regions that hold 50 and 90 %. */
  readonly contours: readonly Float64Array[];
}

export class PlaneData {
  readonly mixture: Mixture;
  readonly window: Window;
  readonly fieldRaster: Raster;
  readonly guidedRaster: Raster;
  readonly #seed: number;
  readonly #places: Float32Array;
  readonly #levels = new Map<number, LevelDensity>();

  /** @throws RangeError where the data have no density */
  constructor(data: TrainingData, seed: number) {
    this.#seed = seed;
    this.mixture = data.kind === 'mixture' ? mixtureOf(data.mixture) : mixtureOfPoints(data.points.flat(), data.bandwidth);
    const { means, covariances, count } = this.mixture;
    const gaussians = Array.from({ length: count }, (_, k) => ({
      mean: [means[2 * k]!, means[2 * k + 1]!] as const,
      variance: [covariances[3 * k]!, covariances[3 * k + 2]!] as const,
    }));
    this.window = squareAround(windowAround([...gaussians, { mean: [0, 0], variance: [0.7, 0.7] }], reach));
    this.fieldRaster = { ...this.window, columns: sides.field, rows: sides.field };
    this.guidedRaster = { ...this.window, columns: sides.guided, rows: sides.guided };
    this.#places = gridPlaces(this.window, sides.density);
  }

  densityAt(level: number): LevelDensity {
    const known = this.#levels.get(level);
    if (known) return known;
    const logDensity = logDensities(noisedAt(this.mixture, level), this.#places);
    const found = { logDensity, side: sides.density, contours: regions(logDensity, this.window, sides.density) };
    if (this.#levels.size >= mostLevels) this.#levels.clear();
    this.#levels.set(level, found);
    return found;
  }

  /** The data's own points with one noise each, at every level: [levels, count, 2]. */
  forward(levels: ArrayLike<number>, count: number): Float32Array {
    const { points } = sampleMixture(this.mixture, { seed: this.#seed, stream: streams.points }, count);
    const noise = normals({ seed: this.#seed, stream: streams.noise }, 2 * count);
    const states = new Float32Array(levels.length * 2 * count);
    for (let at = 0; at < levels.length; at++) {
      const [alpha, sigma] = [Math.sqrt(levels[at]!), Math.sqrt(1 - levels[at]!)];
      for (let i = 0; i < 2 * count; i++) states[at * 2 * count + i] = alpha * points[i]! + sigma * noise[i]!;
    }
    return states;
  }

  /** One half of the components, in their order: of the moons, one moon. */
  half(half: 0 | 1): number[] {
    const { count } = this.mixture;
    const middle = Math.ceil(count / 2);
    // Of one component, both halves are it.
    const [from, to] = half === 0 || count === 1 ? [0, middle] : [middle, count];
    return Array.from({ length: to - from }, (_, i) => from + i);
  }

  /** The component that each of points [n, 2] most likely belongs to: [n]. */
  componentsOf(points: Float32Array): Uint16Array {
    const { count } = this.mixture;
    const shares = responsibilities(this.mixture, points);
    return Uint16Array.from({ length: points.length / 2 }, (_, i) => {
      let best = 0;
      for (let k = 1; k < count; k++) if (shares[i * count + k]! > shares[i * count + best]!) best = k;
      return best;
    });
  }
}
