/** What is kept of the diffusion panel over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import { planeSchedules } from '../../maths/diffusion/planeSchedule.ts';
import { flowKinds, planeArrows, planeMaps, type DenoiserRunSummary, type DenoiserViewState } from '../../protocol/denoiserView.ts';
import { runChoice, runRecord } from '../training/keptRun.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const share = z.number().check(z.gte(0), z.lte(1));

const state = z.object({
  ...runChoice,
  rate: z.number().check(z.gte(0)),
  // Whether there is such a sampler, and it takes so many steps, is the page's to know.
  run: z.object({
    sampler: z.string().check(z.maxLength(100)),
    steps: z.int().check(z.gte(1), z.lte(1000)),
    eta: share,
    schedule: z.enum(planeSchedules),
  }),
  count: z.int().check(z.gte(1), z.lte(100_000)),
  left: z.enum(flowKinds),
  right: z.enum(flowKinds),
  memory: z.int().check(z.gte(1), z.lte(4096)),
  half: z.literal([0, 1]),
  guidance: z.number().check(z.gte(0), z.lte(100)),
  map: z.enum(planeMaps),
  arrows: z.enum(planeArrows),
  paths: z.boolean(),
  time: share,
});

const summary = z.object({
  ...runRecord,
  places: z.array(
    z.object({
      step: z.int().check(z.gte(0)),
      ...{ loss: z.number(), above: z.number(), learned: z.number(), exact: z.number(), data: z.number() },
      divergence: z.nullable(z.number()),
    }),
  ),
});

/** null where it is none. */
export function parseDenoiserState(value: unknown): DenoiserViewState | null {
  const read = state.safeParse(value);
  return read.success ? read.data : null;
}

/** null where it is none. */
export function parseDenoiserRun(value: unknown): DenoiserRunSummary | null {
  const read = summary.safeParse(value);
  return read.success ? read.data : null;
}
