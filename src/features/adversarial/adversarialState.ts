/** What is kept of the GAN panel over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import { truthSurfaces, type AdversarialViewState, type GanRunSummary } from '../../protocol/adversarialView.ts';
import { runChoice, runRecord } from '../training/keptRun.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const step = z.int().check(z.gte(0));
const count = z.nullable(step);

const state = z.object({
  ...runChoice,
  // The clipping that clips nothing is infinite, and is left out where it is kept.
  coefficients: z.record(z.string().check(z.maxLength(100)), z.number()),
  preset: z.nullable(z.string().check(z.maxLength(100))),
  truth: z.enum(truthSurfaces),
  arrows: z.boolean(),
  grid: z.boolean(),
  realPoints: z.boolean(),
});

const summary = z.object({
  ...runRecord,
  places: z.array(
    z.object({
      step,
      divergence: z.nullable(z.number()),
      divergenceError: z.optional(z.nullable(z.number())),
      modesHit: count,
      modes: count,
      within: z.nullable(z.object({ generated: z.number(), real: z.number() })),
    }),
  ),
});

/** null where it is none. */
export function parseAdversarialState(value: unknown): AdversarialViewState | null {
  const read = state.safeParse(value);
  return read.success ? read.data : null;
}

/** null where it is none. */
export function parseGanRun(value: unknown): GanRunSummary | null {
  const read = summary.safeParse(value);
  return read.success ? read.data : null;
}

/** As it is kept: storage writes JSON, which would make null of what is infinite. */
export function keptState(view: AdversarialViewState): AdversarialViewState {
  const finite = Object.entries(view.coefficients).filter(([, value]) => Number.isFinite(value));
  return { ...view, coefficients: Object.fromEntries(finite) };
}
