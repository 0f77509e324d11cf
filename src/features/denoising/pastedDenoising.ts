/** What a diffusion model takes of settings that were pasted. */

import { mostSeeds } from '../../protocol/denoisingView.ts';
import type { DiffusionSettings, LoadedDiffusion } from '../../protocol/diffusion.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { PastedSettings } from '../../protocol/sampling.ts';

/** @param name of the model, for messages @throws RpcError 'setting-invalid' with the value that is nothing for it */
export function settingsFor(
  { diffusion }: PastedSettings,
  name: string,
  { conditioning, withoutGuidance }: Pick<LoadedDiffusion, 'conditioning' | 'withoutGuidance'>,
): Partial<DiffusionSettings> {
  if (!diffusion) throw refuse('The settings on the clipboard are none of a diffusion model. Copy those of one: {"diffusion": {...}}.');
  const { condition, guidance, count } = diffusion;
  const { prompt, negative, label } = condition ?? {};
  const told = conditioning.kind === 'class' ? 'a class (label)' : conditioning.kind === 'none' ? 'nothing' : 'a text (prompt)';
  const isText = conditioning.kind === 'text' || conditioning.kind === 'caption';
  for (const [field, value] of Object.entries({ prompt, negative }))
    if (value !== undefined && !isText) throw refuse(`condition.${field} ("${value}") is nothing that ${name} has: it is told ${told}.`);
  if (label !== undefined && conditioning.kind !== 'class')
    throw refuse(`condition.label (${label}) is nothing that ${name} has: it is told ${told}.`);
  if (guidance !== undefined && guidance !== 1 && withoutGuidance !== null)
    throw refuse(`guidance (${guidance}) is nothing that ${name} has: ${withoutGuidance} Write 1.`);
  if (count !== undefined && count > mostSeeds) throw refuse(`count (${count}) is more than this panel shows: at most ${mostSeeds}.`);
  return diffusion;
}

const refuse = (message: string): RpcError => new RpcError('setting-invalid', message);
