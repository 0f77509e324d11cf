/** A variational autoencoder as the process holds it. */

import { elementCount } from '../../../formats/elements.ts';
import { findingsOf } from '../../../models/vae/findings.ts';
import { findTensors } from '../../../models/vae/roles.ts';
import { lengthOf, sizesOf } from '../../../models/vae/sizes.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { LoadedVae, VaeInspection, VaeSource } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { closeFiles, openFiles, type OpenedFiles } from './files.ts';
import { undecided } from '../items/undecided.ts';
import { fixedBatch } from '../items/trying.ts';
import { probe } from './probing.ts';

export interface HeldVae {
  source: VaeSource;
  settings: EngineSettings;
  files: OpenedFiles;
  loaded: LoadedVae;
  /** Numbers of an item. */
  size: number;
  latent: number;
  /** Sizes of the encoder's input behind the batch. */
  inputSizes: readonly number[];
  /** Items that a part takes at once, where its file fixes it. */
  encoderBatch: number | undefined;
  decoderBatch: number | undefined;
}

/** What is said of a model when it is asked for without being loaded. */
export async function inspectVae(
  runtime: Runtime,
  source: VaeSource,
  settings: EngineSettings,
  context: CallContext,
): Promise<VaeInspection> {
  const files = await openFiles(runtime, source, settings, context);
  try {
    return await find(runtime, source, files, context);
  } finally {
    await closeFiles(runtime, files);
  }
}

/** @throws RpcError as `openFiles` does, 'model-invalid', 'undecided' */
export async function loadVae(runtime: Runtime, source: VaeSource, settings: EngineSettings, context: CallContext): Promise<HeldVae> {
  const started = performance.now();
  const files = await openFiles(runtime, source, settings, context);
  try {
    const { tensors, layout, questions } = await find(runtime, source, files, context);
    if (!layout || questions.some(({ needed }) => needed)) throw undecided(source.name, questions);
    const { decoder, encoder } = files;
    const latent = elementCount(tensors.latentShape);
    const loaded: LoadedVae = {
      ...layout,
      latent,
      latentNames: source.latentNames?.length === latent ? source.latentNames : Array.from({ length: latent }, (_, j) => `z${j + 1}`),
      parameters: decoder.parameters + (encoder && encoder !== decoder ? encoder.parameters : 0),
      sha256: Object.fromEntries([decoder, encoder].flatMap((file) => (file ? [[file.path, file.sha256] as const] : []))),
      provider: decoder.session.provider,
      loadMs: performance.now() - started,
    };
    const size = tensors.encoder ? lengthOf(tensors.encoder.input)! : elementCount(tensors.itemSizes);
    const inputSizes = tensors.encoder ? sizesOf(tensors.encoder.input)! : tensors.itemSizes;
    const encoderBatch = tensors.encoder && fixedBatch(tensors.encoder.input);
    return { source, settings, files, loaded, size, latent, inputSizes, encoderBatch, decoderBatch: fixedBatch(tensors.decoder.input) };
  } catch (error) {
    await closeFiles(runtime, files);
    throw error;
  }
}

async function find(runtime: Runtime, source: VaeSource, files: OpenedFiles, context: CallContext): Promise<VaeInspection> {
  const tensors = findTensors(files.decoder, files.encoder);
  // Given the wrong way round, the files are taken as they are.
  if (files.encoder && tensors.decoder.path !== files.decoder.path) [files.decoder, files.encoder] = [files.encoder, files.decoder];
  context.progress({ message: 'Trying the model' });
  const probes = await probe(runtime, files, tensors, context.signal);
  return { ...findingsOf(tensors, probes, source), tensors, probes };
}
