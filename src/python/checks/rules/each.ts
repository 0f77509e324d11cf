/** The rules that look at what becomes of values, each broken property told once. */

import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { causal } from './causal.ts';
import { detached } from './detached.ts';
import { inputs } from './inputs.ts';
import { likelihoods } from './likelihoods.ts';
import { masks } from './masks.ts';
import { noise } from './noise.ts';
import { penalties } from './penalties.ts';
import { perplexity } from './perplexity.ts';
import { reductions } from './reductions.ts';
import { scale } from './scale.ts';
import { schedules } from './schedules.ts';
import { smoothing } from './smoothing.ts';
import { softmaxAxis } from './softmaxAxis.ts';
import { straightThrough } from './straightThrough.ts';
import { targets } from './targets.ts';
import { temperature } from './temperature.ts';

type Rule = (statement: Computed, checked: Checked) => Iterable<Fault>;

const each: readonly Rule[] = [
  inputs,
  masks,
  causal,
  softmaxAxis,
  scale,
  noise,
  schedules,
  likelihoods,
  penalties,
  reductions,
  temperature,
  perplexity,
  straightThrough,
  smoothing,
  detached,
  targets,
];

const told = new WeakMap<Checked, Set<string>>();

export function* brokenProperties(statement: Computed, checked: Checked): Generator<Fault> {
  let known = told.get(checked);
  if (!known) told.set(checked, (known = new Set()));
  for (const rule of each) {
    for (const fault of rule(statement, checked)) {
      // It may spoil several statements, and `total += x` is two of one text.
      const key = `${fault.rule} ${fault.at.id}`;
      if (known.has(key)) continue;
      known.add(key);
      yield fault;
    }
  }
}
