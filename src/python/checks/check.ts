/** What is wrong with the code of a unit. */

import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';
import { constants } from './constants.ts';
import { contradictions } from './contradictions.ts';
import { densities } from './densities/densities.ts';
import { maximised } from './maximised.ts';
import { coefficients } from './noising/coefficients.ts';
import { freshNoise } from './noising/fresh.ts';
import { residuals } from './noising/residuals.ts';
import { rotations } from './noising/rotations.ts';
import { samplingRules } from './sampling/each.ts';
import { guidanceSums } from './sampling/guidanceSum.ts';
import { slopesOfSteps } from './sampling/orders.ts';
import { scalings } from './sampling/scalings.ts';
import { targetsOffPaths } from './sampling/paths.ts';
import { tables } from './noising/tables.ts';
import { unused } from './unused.ts';
import { nearMisses } from './near/nearMisses.ts';
import { brokenProperties, otherProperties } from './rules/each.ts';

/** Step by step: each is short. */
export function* check(checked: Checked): Generator<void, Fault[]> {
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    faults.push(...brokenProperties(statement, checked));
    yield;
  }
  faults.push(...(yield* tables(checked, faults)));
  faults.push(...(yield* coefficients(checked, faults)));
  faults.push(...(yield* rotations(checked, faults)));
  for (const rule of samplingRules) {
    faults.push(...rule(checked, faults));
    yield;
  }
  faults.push(...(yield* densities(checked, faults)));
  faults.push(...(yield* nearMisses(checked, faults)));
  faults.push(...(yield* residuals(checked, faults)));
  faults.push(...freshNoise(checked, faults));
  faults.push(...guidanceSums(checked, faults));
  faults.push(...scalings(checked, faults));
  faults.push(...slopesOfSteps(checked, faults));
  faults.push(...targetsOffPaths(checked, faults));
  faults.push(...contradictions(checked, faults));
  faults.push(...maximised(checked, faults));
  faults.push(...constants(checked, faults));
  faults.push(...unused(checked));
  faults.push(...otherProperties(checked, faults));
  return faults;
}
