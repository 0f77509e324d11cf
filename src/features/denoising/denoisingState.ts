/** What is kept of the panel of a diffusion model over a reload. It may be another version's, or damaged. */

import * as z from 'zod/mini';
import { diffusionFields } from '../../models/diffusion/settings.ts';
import { mostSeeds, type DenoisingViewState } from '../../protocol/denoisingView.ts';
import type { DiffusionSettings } from '../../protocol/diffusion.ts';

// Without this zod probes `new Function`, which strict hosts report as a violation.
z.config({ jitless: true });

const text = z.string().check(z.maxLength(4_000));
const place = z.int().check(z.gte(0), z.lte(100_000));

const shownDiffusionFields = { ...diffusionFields, count: z.int().check(z.gte(1), z.lte(mostSeeds)) };

const state = z.object({
  model: z.nullable(text),
  settings: z.object(shownDiffusionFields),
  place: z.object({ item: place, evaluation: z.nullable(place) }),
  attention: z.object({ word: z.nullable(place), site: z.nullable(place), head: z.nullable(place), averaged: z.boolean() }),
  strip: z.enum(['x', 'clean']),
  image: z.nullable(z.object({ address: text, from: place })),
  openSteps: z.array(text).check(z.maxLength(64)),
});

/** null where it is none. */
export function parseDenoisingState(value: unknown): DenoisingViewState | null {
  const read = state.safeParse(value);
  return read.success ? { ...read.data, settings: givenOf(read.data.settings) } : null;
}

/** Without what is there and has no value: messages tell that from what is not there. */
function givenOf<Settings extends Partial<DiffusionSettings>>(settings: object): Settings {
  const given = (value: unknown): unknown =>
    typeof value === 'object' && value !== null && !Array.isArray(value)
      ? Object.fromEntries(Object.entries(value).flatMap(([key, part]) => (part === undefined ? [] : [[key, given(part)]])))
      : value;
  return given(settings) as Settings;
}
