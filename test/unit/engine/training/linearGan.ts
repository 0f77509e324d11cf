/** GANs of which everything is known: players that are linear, and a Gaussian. */

import { ganLosses, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import { defaultCoefficients, type Coefficients, type TrainingData } from '../../../../src/protocol/training.ts';

/**
 * A network of two hidden layers of 64 that is linear to rounding: silu(x) - silu(-x) = x.
 *
 * @param matrix [outputs][2]
 */
export function linear(matrix: readonly (readonly [number, number])[], bias: readonly number[]): Float32Array {
  const first = new Float32Array(128);
  const second = new Float32Array(4096);
  for (const axis of [0, 1])
    for (const sign of [0, 1]) {
      const unit = 2 * axis + sign;
      first[2 * unit + axis] = 1 - 2 * sign;
      second[64 * unit + 2 * axis] = 1 - 2 * sign;
      second[64 * unit + 2 * axis + 1] = 2 * sign - 1;
    }
  const third = new Float32Array(64 * matrix.length);
  matrix.forEach((row, k) => third.set([row[0], -row[0], row[1], -row[1]], 64 * k));
  return Float32Array.from([...first, ...new Float32Array(64), ...second, ...new Float32Array(64), ...third, ...bias]);
}

/** Unit variance around (1, 0), against a generator that gives unit variance around (-1, 0): log p_d - log p_g is 2 x. */
export const unitAround: TrainingData = {
  kind: 'mixture',
  mixture: {
    weights: [1],
    means: [[1, 0]],
    covariances: [
      [
        [1, 0],
        [0, 1],
      ],
    ],
  },
};
export const shifted = linear(
  [
    [1, 0],
    [0, 1],
  ],
  [-1, 0],
);

export function coefficientsOf(loss: GanLoss, change: Coefficients = {}): Coefficients {
  return { ...defaultCoefficients.gan, loss: ganLosses.indexOf(loss), ...change };
}

/** 2 JSD of Gaussians of this variance around 1 and -1, by Simpson's rule along the line between them. */
export function divergenceOf(variance: number): number {
  const [n, reach] = [2000, 9 * Math.sqrt(variance)];
  let sum = 0;
  for (let i = 0; i <= n; i++) {
    const t = -reach + (2 * reach * i) / n;
    const [p, q] = [1, -1].map((mean) => Math.exp(-((t - mean) ** 2) / 2 / variance) / Math.sqrt(2 * Math.PI * variance)) as [
      number,
      number,
    ];
    sum += (p * Math.log((2 * p) / (p + q)) + q * Math.log((2 * q) / (p + q))) * (i === 0 || i === n ? 1 : i % 2 ? 4 : 2);
  }
  return (sum * 2 * reach) / n / 3;
}
