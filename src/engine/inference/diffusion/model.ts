/** A diffusion model as the process holds it. */

import { elementCount } from '../../../formats/elements.ts';
import { charactersOf, stylesOf } from '../../../models/diffusion/caption.ts';
import { DEFAULT_SCALING } from '../../../models/diffusion/configs.ts';
import { invalid } from '../../../models/diffusion/jsonFile.ts';
import { findDenoiserRoles, type DenoiserRoles } from '../../../models/diffusion/roles.ts';
import { sampleSizes } from '../../../models/diffusion/sampleSizes.ts';
import { chosenScheduler, type SchedulerFile } from '../../../models/diffusion/schedulerFile.ts';
import { readTextTokenizer, type TextTokenizer } from '../../../models/diffusion/textTokenizer.ts';
import type { Conditioning, DiffusionSource, LoadedDiffusion } from '../../../protocol/diffusion.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { ItemShape } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { closeDiffusion, openDiffusion, type OpenedDiffusion } from './files.ts';
import { Latents } from './latents.ts';

export interface HeldDiffusion {
  source: DiffusionSource;
  settings: EngineSettings;
  files: OpenedDiffusion;
  roles: DenoiserRoles;
  scheduler: SchedulerFile;
  tokenizer: TextTokenizer | null;
  latents: Latents | null;
  loaded: LoadedDiffusion;
  /** Numbers of x of one item. */
  size: number;
}

/** What diffusers trains on and decodes to. */
const RANGE = { low: -1, high: 1 };

/** @throws RpcError as `openDiffusion` does, 'model-invalid', 'tokenizer-invalid' */
export async function loadDiffusion(
  runtime: Runtime,
  source: DiffusionSource,
  settings: EngineSettings,
  context: CallContext,
): Promise<HeldDiffusion> {
  const started = performance.now();
  const files = await openDiffusion(runtime, source, settings, context);
  try {
    const { pipeline, denoiser, sites } = files;
    const roles = findDenoiserRoles(denoiser);
    const sizes = sampleSizes(roles, pipeline.config);
    const size = elementCount(sizes);
    const scheduler = chosenScheduler(pipeline.scheduler);
    const tokenizer = pipeline.text && (await readTextTokenizer(pipeline.text));
    const conditioning = conditioningOf(source, files, roles, tokenizer);
    const { config } = pipeline.latents ?? {};
    const scale = { scaling: config?.scaling_factor ?? DEFAULT_SCALING, shift: config?.shift_factor ?? 0 };
    const latents =
      files.decoder && (await Latents.open(runtime, { decoder: files.decoder, encoder: files.encoder }, sizes, scale, context.signal));
    const opened = [denoiser, files.text, files.decoder, files.encoder].filter((file) => file !== null);
    const loaded: LoadedDiffusion = {
      conditioning,
      withoutGuidance: withoutGuidance(conditioning),
      sizes,
      item: itemOf(sizes),
      latent: latents && { ...scale, picture: latents.picture, encodes: files.encoder !== null },
      range: RANGE,
      scheduler: { sampler: scheduler.sampler.name, settings: scheduler.settings, ignored: scheduler.ignored },
      timestepType: roles.timestep.type,
      sites: roles.words || roles.caption ? sites.map(({ name, layer }, index) => ({ index, name, layer })) : [],
      parameters: opened.reduce((sum, { parameters }) => sum + parameters, 0),
      sha256: Object.fromEntries(opened.map(({ path, sha256 }) => [path, sha256])),
      provider: denoiser.session.provider,
      loadMs: performance.now() - started,
    };
    return { source, settings, files, roles, scheduler: pipeline.scheduler, tokenizer, latents, loaded, size };
  } catch (error) {
    await closeDiffusion(runtime, files);
    throw error;
  }
}

function itemOf(sizes: readonly number[]): ItemShape {
  if (sizes.length !== 3) return { kind: 'vector', length: elementCount(sizes) };
  return { kind: 'image', channels: sizes[0]!, height: sizes[1]!, width: sizes[2]! };
}

/** @throws RpcError 'model-invalid' where the denoiser asks for what the pipeline does not have, or the other way round */
function conditioningOf(
  { bundled }: DiffusionSource,
  { pipeline: { text, config, names } }: OpenedDiffusion,
  { path, words, caption, label }: DenoiserRoles,
  tokenizer: TextTokenizer | null,
): Conditioning {
  if (words && !text) throw invalid(`${path} takes ${words.name}, but the pipeline has no text_encoder and tokenizer that give it.`);
  if (text && !words) throw invalid(`The pipeline has a text_encoder, but ${path} takes nothing of it (encoder_hidden_states).`);
  if (caption && !bundled?.caption) throw invalid(`${path} takes ids of words (${caption.name}), and nothing says what they stand for.`);
  if ([words, caption, label].filter((role) => role !== null).length > 1)
    throw invalid(`${path} takes a text and a class at once, which is not known here.`);
  if (tokenizer) return { kind: 'text', tokens: tokenizer.length };
  if (caption) return { kind: 'caption', characters: charactersOf(bundled!.caption!), styles: stylesOf(bundled!.caption!) };
  if (!label) return { kind: 'none' };
  const { num_class_embeds: classes, num_embeds_ada_norm: withNone } = config ?? {};
  const count = withNone ?? classes;
  if (typeof count !== 'number')
    throw invalid(
      `${path} takes a class (${label.name}), and no config.json beside it says how many there are (num_class_embeds, num_embeds_ada_norm).`,
    );
  return { kind: 'class', count, names, none: withNone ?? null };
}

function withoutGuidance(conditioning: Conditioning): string | null {
  if (conditioning.kind === 'none') return 'The model is told nothing that samples could be guided by.';
  if (conditioning.kind === 'class' && conditioning.none === null)
    return 'The model has no class that stands for none (its config.json has num_class_embeds), away from which it could be guided.';
  return null;
}
