/** A short way of writing a term. */

import type { Term } from './formula.ts';

/** Of one sentence of meaning; a number without a unit unless said otherwise. */
export function term(id: string, symbol: string, name: string, meaning: string, shape = 'number', unit = 'dimensionless'): Term {
  return { id, symbol, name, meaning, shape, unit };
}
