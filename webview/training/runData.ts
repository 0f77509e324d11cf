/** What is known of a run's data: its density, points drawn from it, and the part of the plane where it lies. */

import { logDensities } from '../../src/maths/mixtures/density.ts';
import { mixtureOf, mixtureOfPoints, type Mixture } from '../../src/maths/mixtures/mixture.ts';
import { sampleMixture } from '../../src/maths/mixtures/sample.ts';
import { normals } from '../../src/maths/random/normal.ts';
import { gridPlaces, windowAround, type Window } from '../../src/maths/vae/posteriorGrid.ts';
import type { TrainingData } from '../../src/protocol/training.ts';
import { regions, squareAround } from '../shared/points/regions.ts';

/** Points of the data, and samples of the decoder. */
const shownPoints = 600;
/** Cells a side: of the true density, which is cheap, of the learned one, and of the aggregate posterior. */
export const sides = { data: 160, learned: 48, aggregate: 56 } as const;
/** Of the latent plane: three deviations of the prior and some more. */
export const latentWindow: Window = { left: -3.6, right: 3.6, bottom: -3.6, top: 3.6 };
/** Deviations around each component. */
const reach = 5;
/** Streams of the run's seed that no training draws from. */
const streams = { points: 96, latents: 98, noise: 99 } as const;

export interface RunData {
  readonly mixture: Mixture;
  readonly window: Window;
  /** [n, 2] and the component of each. */
  readonly points: Float32Array;
  readonly components: Uint16Array;
  /** Of the true density. */
  readonly contours: readonly Float64Array[];
  /** Standard normal numbers: [n, 2] each. */
  readonly latents: Float32Array;
  readonly noise: Float64Array;
  readonly places: Float32Array;
  readonly latentPlaces: Float32Array;
}

/** @throws RangeError where the data have no density */
export function runDataOf(data: TrainingData, seed: number): RunData {
  const mixture = data.kind === 'mixture' ? mixtureOf(data.mixture) : mixtureOfPoints(data.points.flat(), data.bandwidth);
  const { means, covariances, count } = mixture;
  const each = Array.from({ length: count }, (_, k) => k);
  const window = squareAround(
    windowAround(
      each.map((k) => ({ mean: [means[2 * k]!, means[2 * k + 1]!], variance: [covariances[3 * k]!, covariances[3 * k + 2]!] })),
      reach,
    ),
  );
  const { points, components } = sampleMixture(mixture, { seed, stream: streams.points }, shownPoints);
  return {
    ...{ mixture, window, points: Float32Array.from(points), components: Uint16Array.from(components) },
    contours: regions(logDensities(mixture, gridPlaces(window, sides.data)), window, sides.data),
    latents: Float32Array.from(normals({ seed, stream: streams.latents }, 2 * shownPoints)),
    noise: normals({ seed, stream: streams.noise }, 2 * shownPoints),
    places: gridPlaces(window, sides.learned),
    latentPlaces: gridPlaces(latentWindow, sides.aggregate),
  };
}

/** Samples of p(x): what latents of the prior are decoded to, and the noise of p(x|z). */
export function samplesOf(location: Float32Array, logDeviation: number, noise: Float64Array): Float32Array {
  const deviation = Math.exp(logDeviation);
  return location.map((value, at) => value + deviation * noise[at]!);
}
