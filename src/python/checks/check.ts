/** What is wrong with the code of a unit. */

import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';
import { contradictions } from './contradictions.ts';
import { coefficients } from './noising/coefficients.ts';
import { tables } from './noising/tables.ts';
import { nearMisses } from './near/nearMisses.ts';
import { brokenProperties } from './rules/each.ts';

/** Step by step: each is short. */
export function* check(checked: Checked): Generator<void, Fault[]> {
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    faults.push(...brokenProperties(statement, checked));
    yield;
  }
  faults.push(...(yield* tables(checked, faults)));
  faults.push(...(yield* coefficients(checked, faults)));
  faults.push(...(yield* nearMisses(checked, faults)));
  faults.push(...contradictions(checked, faults));
  return faults;
}
