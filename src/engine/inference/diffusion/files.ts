/** The files of a diffusion model: what lies in its folder, and each opened. */

import { join } from 'node:path';
import { readPipelineFolder, type LatentParts, type PipelineFolder, type TextParts } from '../../../models/diffusion/pipelineFolder.ts';
import { readSmallFile } from '../../../models/diffusion/jsonFile.ts';
import { parseSchedulerFile } from '../../../models/diffusion/schedulerFile.ts';
import { SCHEDULER_FILE } from '../../../models/diffusion/schedulerName.ts';
import { checkWeights } from '../../../models/diffusion/weightSizes.ts';
import { findAttention, type AttentionSite } from '../../../onnx/attention/find.ts';
import type { DiffusionSource } from '../../../protocol/diffusion.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { checkOtherFiles } from '../files.ts';
import { openFile, type OpenedFile } from '../items/openFile.ts';

export interface OpenedDiffusion {
  pipeline: PipelineFolder;
  denoiser: OpenedFile;
  /** Where its places attend to something else. */
  sites: readonly AttentionSite[];
  text: OpenedFile | null;
  decoder: OpenedFile | null;
  encoder: OpenedFile | null;
}

/** @throws RpcError 'memory' before a file of weights is read, as `readPipelineFolder` does, and as `openFile` does */
export async function openDiffusion(
  runtime: Runtime,
  source: DiffusionSource,
  settings: EngineSettings,
  context: CallContext,
): Promise<OpenedDiffusion> {
  const pipeline = await pipelineOf(source, context);
  const { denoiser, text, latents } = pipeline;
  const paths = [denoiser, text?.encoder, latents?.decoder, latents?.encoder].filter((path) => typeof path === 'string');
  await checkWeights(source.name, paths, settings.memoryLimit);
  const opened: OpenedFile[] = [];
  const open = async (path: string | null | undefined, look?: Parameters<typeof openFile>[5]): Promise<OpenedFile | null> => {
    if (path === null || path === undefined) return null;
    const file = await openFile(runtime, source, path, settings, context, look);
    opened.push(file);
    return file;
  };
  let sites: readonly AttentionSite[] = [];
  try {
    return {
      pipeline,
      denoiser: (await open(denoiser, (onnx) => {
        sites = findAttention(onnx).sites.filter(({ kind }) => kind === 'cross');
      }))!,
      sites,
      text: await open(text?.encoder),
      decoder: await open(latents?.decoder),
      encoder: await open(latents?.encoder),
    };
  } catch (error) {
    for (const { session } of opened) await runtime.close({ session: session.session });
    throw error;
  }
}

export async function closeDiffusion(runtime: Runtime, { denoiser, text, decoder, encoder }: OpenedDiffusion): Promise<void> {
  for (const file of [denoiser, text, decoder, encoder]) if (file) await runtime.close({ session: file.session.session });
}

async function pipelineOf(source: DiffusionSource, context: CallContext): Promise<PipelineFolder> {
  const { bundled, folder, id, name, sha256 } = source;
  if (!bundled) return readPipelineFolder(folder);
  const path = join(folder, bundled.model);
  // The scheduler's file decides what is sampled as much as the weights do.
  await checkOtherFiles({ id, name, path, ...(sha256 && { sha256 }) }, context);
  const schedulerPath = join(folder, SCHEDULER_FILE);
  const text = await readSmallFile(schedulerPath);
  if (text === undefined) throw new RpcError('model-missing', `${schedulerPath} is missing. Reinstall the model.`);
  const none: { text: TextParts | null; latents: LatentParts | null } = { text: null, latents: null };
  return { denoiser: path, config: null, scheduler: parseSchedulerFile(text, schedulerPath), ...none, names: {} };
}
