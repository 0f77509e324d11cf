/** The rules that look at what becomes of values, each broken property told once. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { causal } from './causal.ts';
import { inputs } from './inputs.ts';
import { masks } from './masks.ts';
import { scale } from './scale.ts';
import { softmaxAxis } from './softmaxAxis.ts';

type Rule = (statement: Computed, checked: Checked) => Iterable<Fault>;

const each: readonly Rule[] = [inputs, masks, causal, softmaxAxis, scale];

const told = new WeakMap<Checked, Set<string>>();

export function* brokenProperties(statement: Computed, checked: Checked): Generator<Fault> {
  let known = told.get(checked);
  if (!known) told.set(checked, (known = new Set()));
  for (const rule of each) {
    for (const fault of rule(statement, checked)) {
      // `total += x` is two statements of one text.
      const key = `${fault.rule} ${statement.start} ${fault.at.id}`;
      if (known.has(key)) continue;
      known.add(key);
      yield fault;
    }
  }
}
