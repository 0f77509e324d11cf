/** Settings as a user pastes them, as far as a diffusion model takes them. */

import * as z from 'zod/mini';
import { checked } from '../../models/checkedJson.ts';
import { diffusionFieldsInWords } from '../../models/diffusion/settings.ts';
import { mostSeeds } from '../../protocol/denoisingView.ts';
import type { DiffusionSettings, LoadedDiffusion } from '../../protocol/diffusion.ts';
import { RpcError } from '../../protocol/rpc.ts';
import { givenOf, shownDiffusionFields } from './denoisingState.ts';

const own = z.partial(z.strictObject(shownDiffusionFields));
/** `{"model": "diffusion-glyphs", "diffusion": {...}}`, or the settings alone. */
const wrapped = z.strictObject({ model: z.optional(z.string()), diffusion: own });

/** Of settings that are wrapped, as each panel copies its own. */
const kinds = ['diffusion', 'gan', 'pictures', 'decoding'];

const advice = `Copy those of a diffusion model: {"diffusion": {"seed": 1, "run": {"steps": 25}}}. Fields: ${diffusionFieldsInWords}; here count is at most ${mostSeeds}.`;

export interface ClipboardSettings {
  readonly model?: string;
  readonly settings: Partial<DiffusionSettings>;
}

/** @throws RpcError 'setting-invalid' with the field that is wrong and its value */
export function parseDenoisingSettings(text: string): ClipboardSettings {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    // It may be a secret: what it is instead is not said.
    throw refuse(`What is on the clipboard is no JSON. ${advice}`);
  }
  const isAlone = typeof value === 'object' && value !== null && !kinds.some((kind) => kind in value);
  const read = checked(isAlone ? own : wrapped, value, 'What is on the clipboard', advice, refuse);
  if (isAlone) return { settings: givenOf(read) };
  const { model, diffusion } = read as z.infer<typeof wrapped>;
  return { ...(model !== undefined && { model }), settings: givenOf(diffusion) };
}

/** @param name of the model, for messages @throws RpcError 'setting-invalid' with the value that is nothing for it */
export function checkFits(
  { condition, guidance }: Partial<DiffusionSettings>,
  name: string,
  { conditioning, withoutGuidance }: Pick<LoadedDiffusion, 'conditioning' | 'withoutGuidance'>,
): void {
  const { prompt, negative, label } = condition ?? {};
  const told = conditioning.kind === 'class' ? 'a class (label)' : conditioning.kind === 'none' ? 'nothing' : 'a text (prompt)';
  const isText = conditioning.kind === 'text' || conditioning.kind === 'caption';
  for (const [field, value] of Object.entries({ prompt, negative }))
    if (value !== undefined && !isText) throw refuse(`condition.${field} ("${value}") is nothing that ${name} has: it is told ${told}.`);
  if (label !== undefined && conditioning.kind !== 'class')
    throw refuse(`condition.label (${label}) is nothing that ${name} has: it is told ${told}.`);
  if (guidance !== undefined && guidance !== 1 && withoutGuidance !== null)
    throw refuse(`guidance (${guidance}) is nothing that ${name} has: ${withoutGuidance} Write 1.`);
}

const refuse = (message: string): RpcError => new RpcError('setting-invalid', message);
