/** What is kept of the training panel over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import type { RunSummary, TrainingViewState } from '../../protocol/trainingView.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const text = z.string().check(z.minLength(1), z.maxLength(200));
const step = z.int().check(z.gte(0));
const atLeastZero = z.number().check(z.gte(0));
const pair = z.tuple([z.number(), z.number()]);
const estimate = z.object({ value: z.number(), standardError: z.number() });

const state = z.object({
  name: text,
  points: z.array(pair).check(z.maxLength(1_000)),
  bandwidth: z.number().check(z.gt(0)),
  seed: z.int().check(z.gte(0), z.lt(2 ** 32)),
  beta: atLeastZero,
  rate: atLeastZero,
  stepsPerSecond: z.nullable(z.number().check(z.gt(0))),
});

const summary = z.object({
  // Part of a file's name.
  id: z.string().check(z.regex(/^[0-9a-f-]{36}$/)),
  data: text,
  dataKey: z.string().check(z.maxLength(200)),
  seed: step,
  entropy: z.nullable(z.number()),
  places: z.array(z.object({ step, beta: atLeastZero, rate: estimate, distortion: estimate, slack: z.nullable(estimate) })),
});

/** null where it is none. */
export function parseTrainingState(value: unknown): TrainingViewState | null {
  const read = state.safeParse(value);
  return read.success ? read.data : null;
}

/** null where it is none. */
export function parseRunSummary(value: unknown): RunSummary | null {
  const read = summary.safeParse(value);
  return read.success ? read.data : null;
}
