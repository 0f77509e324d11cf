/** How a discriminator's score is shown: as a probability where the loss takes it for a logit, else as it is. */

import { ganLosses, type GanLoss } from '../../src/maths/adversarial/optimum.ts';
import type { Coefficients } from '../../src/protocol/training.ts';
import { differenceRamp, mix, type Palette, type Rgb } from '../shared/heatmap/colours.ts';

/** Of its colours: points and arrows lie on it. */
const strength = 0.5;

export function lossOf(coefficients: Coefficients): GanLoss {
  return ganLosses[coefficients['loss'] ?? 0] ?? ganLosses[0];
}

/** What a picture's colours are of. */
export interface ScoreScale {
  readonly name: string;
  readonly value: (score: number) => number;
  readonly range: readonly [low: number, high: number];
  /** Values that lines are drawn at; the middle one is where real and generated are alike. */
  readonly levels: readonly number[];
}

/** @param surface scores over a raster; what a Wasserstein loss gives is known up to a constant, and is shown around its middle */
export function scoreScale(loss: GanLoss, surface: ArrayLike<number>): ScoreScale {
  switch (loss) {
    case 'minimax':
    case 'non-saturating':
      return { name: 'D(x), probability of real', value: sigmoid, range: [0, 1], levels: [0.1, 0.3, 0.5, 0.7, 0.9] };
    case 'least-squares':
      return { name: 'score D(x)', value: (score) => score, range: [0, 1], levels: [0.1, 0.3, 0.5, 0.7, 0.9] };
    case 'hinge':
      return { name: 'score D(x)', value: (score) => score, range: [-1, 1], levels: [-0.8, -0.4, 0, 0.4, 0.8] };
    case 'wasserstein': {
      const [low, high] = extent(surface);
      const middle = (low + high) / 2;
      const half = (high - low) / 2 || 1;
      return {
        ...{ name: 'potential D(x), up to a constant', value: (score) => score - middle, range: [-half, half] },
        levels: [-0.8, -0.4, 0, 0.4, 0.8].map((share) => share * half),
      };
    }
  }
}

/** Blue where D takes points for generated, red where for real, the ground between. */
export function surfaceRamp(palette: Palette): readonly Rgb[] {
  return differenceRamp(palette).map((colour) => mix(palette.ground, colour, strength));
}

export function sigmoid(x: number): number {
  return x >= 0 ? 1 / (1 + Math.exp(-x)) : 1 - 1 / (1 + Math.exp(x));
}

function extent(values: ArrayLike<number>): readonly [low: number, high: number] {
  let [low, high] = [Infinity, -Infinity];
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < low) low = value;
    if (value > high) high = value;
  }
  return low <= high ? [low, high] : [0, 0];
}
