/** Settings as a user pastes them: as a view has copied them, or written by hand. */

import * as z from 'zod/mini';
import { checked } from '../../models/checkedJson.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { PastedSettings } from '../../protocol/sampling.ts';
import { decodingFields, pictureFields, shownDiffusionFields, shownGanFields } from './kept.ts';

/** `{"model": "code-transformer", "decoding": {...}}`, the same with `pictures`, `gan` or `diffusion`, or the settings alone. */
const settingsFile = z.strictObject({
  model: z.optional(z.string()),
  decoding: z.optional(z.partial(z.strictObject(decodingFields))),
  pictures: z.optional(z.partial(z.strictObject(pictureFields))),
  gan: z.optional(z.partial(z.strictObject(shownGanFields))),
  diffusion: z.optional(z.partial(z.strictObject(shownDiffusionFields))),
});

export type SettingsKind = 'decoding' | 'pictures' | 'gan' | 'diffusion';

/** An example of each, for a message. */
const examples: Readonly<Record<SettingsKind, object>> = {
  decoding: { temperature: 0.8, seed: 1 },
  pictures: { temperature: 1, seed: 1 },
  gan: { truncation: 0.7, seed: 1 },
  diffusion: { guidance: 2, seed: 1 },
};

/**
 * @param kind what settings are that stand alone; without it what they have tells
 * @throws RpcError 'setting-invalid' with the field that is wrong and its value
 */
export function parseSettings(json: string, kind?: SettingsKind): PastedSettings {
  let value: unknown;
  try {
    value = JSON.parse(json);
  } catch {
    // It may be a secret: what it is instead is not said.
    throw refuse(`What is on the clipboard is no JSON. ${advice(kind)}`);
  }
  const read = checked(settingsFile, wrapped(value, kind), 'What is on the clipboard', advice(kind), refuse);
  const given = (fields: object): object => Object.fromEntries(Object.entries(fields).filter(([, each]) => each !== undefined));
  const { model, decoding, pictures, gan, diffusion } = read;
  return {
    ...given({ model }),
    ...(decoding && { decoding: given(decoding) }),
    ...(pictures && { pictures: given(pictures) }),
    ...(gan && { gan: given(gan) }),
    ...(diffusion && { diffusion: given(diffusion) }),
  };
}

function wrapped(value: unknown, kind?: SettingsKind): unknown {
  if (typeof value !== 'object' || value === null || Object.keys(examples).some((key) => key in value)) return value;
  return { [kind ?? kindOf(value)]: value };
}

/** By what only pictures, GANs or diffusion models have. */
function kindOf(settings: object): SettingsKind {
  if ('truncation' in settings || 'walk' in settings || 'class' in settings) return 'gan';
  if (['sampler', 'options', 'run', 'guidance', 'rescale', 'condition'].some((key) => key in settings)) return 'diffusion';
  return 'count' in settings || 'from' in settings ? 'pictures' : 'decoding';
}

const advice = (kind: SettingsKind = 'decoding'): string =>
  `Copy settings from a view, or write them as JSON: ${JSON.stringify({ [kind]: examples[kind] })}.`;

/** Settings that are on the clipboard, for a model. */
export interface Pasted<Settings> {
  readonly model: string;
  readonly settings: Settings;
  /** What was not as it was asked for. */
  readonly notice: string | null;
}

/** Models of a family, as far as settings are taken over for them. */
interface Receiving<Loaded> {
  list(): Promise<readonly { readonly id: string; readonly title: string }[]>;
  client(id: string): Promise<{ load(options: { signal: AbortSignal }): Promise<Loaded> }>;
}

/**
 * Settings of a model that is not here are taken over for the one that is shown, where they fit.
 *
 * @throws RpcError 'setting-invalid' with the value
 */
export async function pastedOnto<Loaded, Settings>(
  models: Receiving<Loaded>,
  { json, kind, shown, signal }: { json: string; kind: SettingsKind; shown: string; signal: AbortSignal },
  settingsFor: (pasted: PastedSettings, title: string, model: Loaded) => Settings,
): Promise<Pasted<Settings>> {
  const pasted = parseSettings(json, kind);
  const listed = await models.list();
  const named = listed.find(({ id }) => id === pasted.model);
  const { id, title } = named ?? listed.find((each) => each.id === shown) ?? { id: shown, title: shown };
  const settings = settingsFor(pasted, title, await (await models.client(id)).load({ signal }));
  const isOther = pasted.model !== undefined && !named;
  const notice = isOther ? `The settings are of the model “${pasted.model}”, which is not here: they were taken over for ${title}.` : null;
  return { model: id, settings, notice };
}

const refuse = (message: string): RpcError => new RpcError('setting-invalid', message);
