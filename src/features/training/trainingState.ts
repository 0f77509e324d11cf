/** What is kept of the training panel over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import type { RunSummary, TrainingViewState } from '../../protocol/trainingView.ts';
import { runChoice, runRecord } from './keptRun.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const step = z.int().check(z.gte(0));
const atLeastZero = z.number().check(z.gte(0));
const estimate = z.object({ value: z.number(), standardError: z.number() });

const state = z.object({
  ...runChoice,
  beta: atLeastZero,
  rate: atLeastZero,
});

const summary = z.object({
  ...runRecord,
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
