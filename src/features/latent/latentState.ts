/** What is kept of the latent panel over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import type { LatentViewState } from '../../protocol/latent.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const text = z.string().check(z.maxLength(4_000));
const whole = z.int().check(z.gte(0), z.lte(1_000_000_000));
const pixels = z.int().check(z.gte(0), z.lte(1_000_000));
const place = z.tuple([z.number(), z.number()]);

const state = z.object({
  model: z.nullable(text),
  data: z.nullable(text),
  projection: z.object({ method: z.enum(['dimensions', 'pca', 'umap']), dimensions: z.tuple([whole, whole]) }),
  colouring: z.nullable(
    z.union([z.object({ by: z.literal('label'), label: text }), z.object({ by: z.enum(['elbo', 'reconstruction', 'kl', 'error']) })]),
  ),
  lit: z.nullable(whole),
  viewport: z.nullable(z.object({ centre: place, scale: place })),
  place: z.nullable(place),
  item: z.nullable(whole),
  path: z.nullable(z.tuple([place, place])),
  spherical: z.boolean(),
  manifold: z.boolean(),
  part: z.nullable(z.object({ x: pixels, y: pixels, width: pixels.check(z.gte(1)), height: pixels.check(z.gte(1)) })),
});

/** null where it is none. */
export function parseLatentState(value: unknown): LatentViewState | null {
  const read = state.safeParse(value);
  return read.success ? read.data : null;
}
