/** What is wrong with the code of a unit. */

import type { Computed } from '../expression/follow/context.ts';
import type { Checked } from './checked.ts';
import type { Fault } from './fault.ts';
import { contradictions } from './contradictions.ts';
import { nearMisses } from './near/nearMisses.ts';
import { brokenProperties } from './rules/each.ts';

const each: readonly ((statement: Computed, checked: Checked) => Iterable<Fault>)[] = [brokenProperties];

/** Step by step: each is short. */
export function* check(checked: Checked): Generator<void, Fault[]> {
  const faults: Fault[] = [];
  for (const statement of checked.computed) {
    for (const rule of each) faults.push(...rule(statement, checked));
    yield;
  }
  faults.push(...(yield* nearMisses(checked, faults)));
  faults.push(...contradictions(checked, faults));
  return faults;
}
