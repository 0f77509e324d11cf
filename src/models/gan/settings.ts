/** What decides a GAN's samples, as JSON has it: kept, copied, and given on a command line. */

import * as z from 'zod/mini';
import type { GanSettings } from '../../protocol/sampling.ts';
import { LEAST_TRUNCATION } from '../../maths/gan/noise.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const seed = z.int().check(z.gte(0), z.lte(2 ** 32 - 1));
const place = z.int().check(z.gte(0), z.lte(2 ** 31));
const address = z.strictObject({ seed, sample: place });

export const MOST_TRUNCATION = 10;

export const ganFields = {
  from: z.enum(['prior', 'walk']),
  count: z.int().check(z.gte(1), z.lte(100_000)),
  seed,
  first: place,
  truncation: z.nullable(z.number().check(z.gte(LEAST_TRUNCATION), z.lte(MOST_TRUNCATION))),
  class: z.union([z.literal('each'), z.int().check(z.gte(0))], { error: 'must be "each" or the number of a class' }),
  walk: z.strictObject({ from: address, to: address, way: z.enum(['linear', 'spherical']) }),
} satisfies Record<keyof GanSettings, unknown>;

/** What each may be, for a message. */
export const ganFieldsInWords =
  'from "prior" or "walk"; count 1 to 100000 (of a walk 2 or more); seed 0 to 4294967295; first 0 or more; truncation null or 0.1 to 10; ' +
  'class "each" or its number; walk {"from": {"seed": 1, "sample": 0}, "to": {"seed": 1, "sample": 1}, "way": "linear" or "spherical"}';
