/** How much a mixture's points cannot be foretold: what no model's cross-entropy falls below. */

import { logDensities } from './density.ts';
import { expectationOver, type Expectation } from './expectation.ts';
import type { Mixture } from './mixture.ts';

export interface MixtureEntropy extends Omit<Expectation, 'value'> {
  /** H = -E log p(x), nats. May be below 0: it is of a density. */
  entropy: number;
}

/** @param seed of points that are drawn, where quadrature would take too long */
export function entropyOf(mixture: Mixture, seed = 0): MixtureEntropy {
  const { value, ...how } = expectationOver(mixture, (points) => logDensities(mixture, points), seed);
  return { entropy: -value, ...how };
}
