/** What small models of points in the plane are trained on, and how a number is told that was found from draws. */

import type { MixtureShape } from '../maths/mixtures/mixture.ts';

export type TrainingData =
  | { readonly kind: 'mixture'; readonly mixture: MixtureShape }
  /** Points [n] with a Gaussian kernel of this deviation on each; 0: the points themselves, which have no density. */
  | { readonly kind: 'points'; readonly points: readonly (readonly [number, number])[]; readonly bandwidth: number };

export interface Estimate {
  readonly value: number;
  readonly standardError: number;
}
