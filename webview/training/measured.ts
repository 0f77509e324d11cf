/** The numbers of a step, from what was measured at each of the points that are shown. */

import { meanAndError } from '../../src/maths/vae/importance.ts';
import type { Estimate } from '../../src/protocol/training.ts';
import type { TrainingMeasures } from '../../src/protocol/trainingView.ts';

export interface StepNumbers {
  readonly step: number;
  readonly beta: number;
  readonly rate: Estimate;
  readonly rateByDimension: readonly [number, number];
  readonly distortion: Estimate;
  readonly elbo: Estimate;
  /** E log p(x), and E log p(x) - ELBO of the same points; null where two grids of z do not agree. */
  readonly evidence: Estimate | null;
  readonly gap: Estimate | null;
  /** Nats by which the grids differ. */
  readonly difference: number;
  readonly count: number;
}

export function numbersOf({ step, beta, terms, density }: TrainingMeasures): StepNumbers {
  const { kl, reconstruction } = terms;
  const count = reconstruction.length;
  const rates = reconstruction.map((_, i) => kl[2 * i]! + kl[2 * i + 1]!);
  const elbos = reconstruction.map((value, i) => value - rates[i]!);
  const logs = density.logDensity;
  const byDimension = (j: number): number => kl.reduce((sum, value, i) => sum + (i % 2 === j ? value : 0), 0) / count;
  return {
    ...{ step, beta, count, difference: density.difference },
    rate: estimate(rates),
    rateByDimension: [byDimension(0), byDimension(1)],
    distortion: estimate(reconstruction.map((value) => -value)),
    elbo: estimate(elbos),
    evidence: density.agreed ? estimate(logs) : null,
    gap: density.agreed ? estimate(logs.map((log, i) => log - elbos[i]!)) : null,
  };
}

function estimate(values: Float64Array): Estimate {
  const { mean, standardError } = meanAndError(values);
  return { value: mean, standardError: standardError ?? NaN };
}
