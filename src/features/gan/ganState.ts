/** What is kept of the panel of a GAN over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import { ganFields } from '../../models/gan/settings.ts';
import type { GanViewState, TwinAudit } from '../../protocol/ganView.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const text = z.string().check(z.maxLength(4_000));
const place = z.int().check(z.gte(0), z.lte(10_000));

/** As many as a page can show. */
const settings = z.object({ ...ganFields, count: z.int().check(z.gte(1), z.lte(1_000)) });

const state = z.object({
  model: z.nullable(text),
  settings,
  place: z.object({
    sample: place,
    walk: z.nullable(z.object({ to: place, way: z.enum(['linear', 'spherical']), at: z.number().check(z.gte(0), z.lte(1)) })),
    moves: z.array(z.number().check(z.gte(-100), z.lte(100))).check(z.maxLength(64)),
  }),
  data: z.nullable(text),
  train: z.nullable(text),
});

/** null where it is none. */
export function parseGanState(value: unknown): GanViewState | null {
  const read = state.safeParse(value);
  return read.success ? read.data : null;
}

const share = z.number().check(z.gte(0), z.lte(1));
const attack = z.looseObject({ foundInterval: z.tuple([share, share]) });
const metrics = z.looseObject({ membership: z.object({ score: attack, nearness: attack }) });

/** What a manifest says that two attacks on the model's twin find; null where it says nothing. */
export function auditOf(given: unknown): TwinAudit | null {
  const read = metrics.safeParse(given);
  if (!read.success) return null;
  const between = ({ foundInterval: [low, high] }: z.infer<typeof attack>): { low: number; high: number } => ({ low, high });
  const { score, nearness } = read.data.membership;
  return { score: between(score), nearness: between(nearness) };
}
