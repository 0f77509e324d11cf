/** What decides a diffusion model's samples, as JSON has it: kept, copied, and given on a command line. */

import * as z from 'zod/mini';
import type { DiffusionSettings } from '../../protocol/diffusion.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const nonNegative = z.number().check(z.gte(0));

const run = z.strictObject({
  steps: z.int().check(z.gte(1), z.lte(100_000)),
  eta: z.optional(z.number().check(z.gte(0), z.lte(1))),
  useClippedModelOutput: z.optional(z.boolean()),
  churn: z.optional(
    z.strictObject({
      amount: nonNegative,
      smallest: z.optional(nonNegative),
      largest: z.optional(nonNegative),
      scale: z.optional(nonNegative),
    }),
  ),
  order: z.optional(z.int().check(z.gte(1), z.lte(4))),
  mu: z.optional(z.number()),
});

const condition = z.strictObject({
  prompt: z.optional(z.string()),
  negative: z.optional(z.string()),
  label: z.optional(z.union([z.int().check(z.gte(0)), z.string()])),
});

export const diffusionFields = {
  sampler: z.nullable(z.string()),
  options: z.record(z.string(), z.unknown()),
  run,
  guidance: z.number().check(z.gte(-1_000), z.lte(1_000)),
  rescale: z.number().check(z.gte(0), z.lte(1)),
  condition,
  count: z.int().check(z.gte(1), z.lte(100_000)),
  seed: z.int().check(z.gte(0), z.lte(2 ** 32 - 1)),
} satisfies Record<keyof DiffusionSettings, unknown>;

/** What each may be, for a message. */
export const diffusionFieldsInWords =
  'sampler null or a name; options by the names of scheduler_config.json; run {"steps": 25, "eta": 0 to 1, "churn": {"amount": 0 or more, "smallest", ' +
  '"largest", "scale"}, "order": 1 to 4, "mu": a number}; guidance -1000 to 1000; rescale 0 to 1; condition {"prompt", "negative"} or {"label"}; ' +
  'count 1 to 100000; seed 0 to 4294967295';
