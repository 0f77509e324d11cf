/** What a formula needs to be bound. */

import type { Role, ValueReading } from '../../../formulas/reading.ts';

/** Whether a role has to be held by the code: it is neither left out nor a number that stands there. */
export const isRequired = ({ absent, literal }: Role): boolean => absent === undefined && literal !== true;

interface Needs {
  /** Bits of the roles that have to be bound. */
  readonly required: number;
  readonly requiredCount: number;
  /** Whether a role may be held in several forms. */
  readonly several: boolean;
  readonly literal: readonly Role[];
}

const needs = new WeakMap<ValueReading, Needs>();

export function needsOf(reading: ValueReading): Needs {
  let known = needs.get(reading);
  if (!known) {
    const { roles } = reading;
    const places = roles.flatMap((role, place) => (isRequired(role) ? [place] : []));
    known = {
      required: places.reduce((bits, place) => bits | (1 << place), 0),
      requiredCount: places.length,
      several: roles.some(({ encodings }) => encodings !== undefined && encodings.length > 1),
      literal: roles.filter(({ literal }) => literal === true),
    };
    needs.set(reading, known);
  }
  return known;
}
