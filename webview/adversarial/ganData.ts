/** What is known of a run's data before a step is done, and the noise that is followed through all of them. */

import type { Raster } from '../../src/maths/adversarial/pushforward.ts';
import { logDensities } from '../../src/maths/mixtures/density.ts';
import { mixtureOf, mixtureOfPoints, type Mixture } from '../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../src/maths/mixtures/sample.ts';
import { normals } from '../../src/maths/random/normal.ts';
import { gridPlaces, windowAround, type Window } from '../../src/maths/vae/posteriorGrid.ts';
import type { TrainingData } from '../../src/protocol/training.ts';
import { regions, squareAround } from '../shared/points/regions.ts';

/** Points of each kind. */
export const shownPoints = 500;
/** Cells a side: of the true density, of the discriminator while it trains, and of the truth, while it trains and when it rests. */
const sides = { data: 160, frame: 48, moving: 64, resting: 96 } as const;
/** Deviations around each component. */
const reach = 6;
/** The noise's grid: lines each way, places along each, and deviations from the middle. */
const grid = { lines: 9, places: 33, reach: 2.4 } as const;
/** Streams of the run's seed that no training draws from. */
const streams = { points: 96, noise: 98 } as const;

export interface GanData {
  readonly mixture: Mixture;
  readonly window: Window;
  /** [n, 2] of the data. */
  readonly points: Float32Array;
  /** Around the regions that hold 50 and 90 % of them. */
  readonly contours: readonly Float64Array[];
  /** Standard normal noise of the generated points that are shown [n, 2]. */
  readonly z: Float32Array;
  /** Places along the lines of the noise's grid, line by line [m, 2]. */
  readonly grid: Float32Array;
  readonly rasters: { readonly frame: Raster; readonly moving: Raster; readonly resting: Raster };
}

/** @throws RangeError where the data have no density */
export function ganDataOf(data: TrainingData, seed: number): GanData {
  const mixture = data.kind === 'mixture' ? mixtureOf(data.mixture) : mixtureOfPoints(data.points.flat(), data.bandwidth);
  const { means, covariances, count } = mixture;
  const gaussians = Array.from({ length: count }, (_, k) => ({
    mean: [means[2 * k]!, means[2 * k + 1]!] as const,
    variance: [covariances[3 * k]!, covariances[3 * k + 2]!] as const,
  }));
  const window = squareAround(windowAround(gaussians, reach));
  const raster = (side: number): Raster => ({ ...window, columns: side, rows: side });
  return {
    ...{ mixture, window },
    points: Float32Array.from(sampleMixture(mixture, { seed, stream: streams.points }, shownPoints).points),
    contours: regions(logDensities(mixture, gridPlaces(window, sides.data)), window, sides.data),
    z: Float32Array.from(normals({ seed, stream: streams.noise }, 2 * shownPoints)),
    grid: gridOf(),
    rasters: { frame: raster(sides.frame), moving: raster(sides.moving), resting: raster(sides.resting) },
  };
}

/** Lines of one z₁, then lines of one z₂. */
function gridOf(): Float32Array {
  const { lines, places } = grid;
  const at = (index: number, count: number): number => grid.reach * ((2 * index) / (count - 1) - 1);
  const all = new Float32Array(2 * 2 * lines * places);
  for (let line = 0; line < lines; line++)
    for (let place = 0; place < places; place++) {
      const [across, along] = [at(line, lines), at(place, places)];
      all.set([across, along], 2 * (line * places + place));
      all.set([along, across], 2 * ((lines + line) * places + place));
    }
  return all;
}

/** The grid behind the generator as pieces of line, parted by NaN. */
export function gridCurve(places: Float32Array): Float64Array {
  const each = 2 * grid.places;
  const lines = places.length / each;
  const curve = new Float64Array(places.length + 2 * lines).fill(NaN);
  for (let line = 0; line < lines; line++) curve.set(places.subarray(line * each, (line + 1) * each), line * (each + 2));
  return curve;
}
