/** A GAN as the process holds it. */

import { elementCount } from '../../../formats/elements.ts';
import { ganFindings } from '../../../models/gan/findings.ts';
import { findGanTensors } from '../../../models/gan/roles.ts';
import type { GanInspection, GanSource, LoadedGan } from '../../../protocol/gan.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { undecided } from '../items/undecided.ts';
import { fixedBatch } from '../items/trying.ts';
import { closeGan, openGan, type OpenedGan } from './files.ts';
import { probeGenerator } from './probing.ts';

export interface HeldGan {
  source: GanSource;
  settings: EngineSettings;
  files: OpenedGan;
  loaded: LoadedGan;
  /** Numbers of an item. */
  size: number;
  latent: number;
  /** Sizes of what the discriminator takes, behind the batch. */
  inputSizes: readonly number[];
  /** Items that a part takes at once, where its file fixes it. */
  generatorBatch: number | undefined;
  discriminatorBatch: number | undefined;
}

/** What is said of a model when it is asked for without being loaded. */
export async function inspectGan(
  runtime: Runtime,
  source: GanSource,
  settings: EngineSettings,
  context: CallContext,
): Promise<GanInspection> {
  const files = await openGan(runtime, source, settings, context);
  try {
    return await find(runtime, source, files, context);
  } finally {
    await closeGan(runtime, files);
  }
}

/** @throws RpcError as `openGan` does, 'model-invalid', 'undecided' */
export async function loadGan(runtime: Runtime, source: GanSource, settings: EngineSettings, context: CallContext): Promise<HeldGan> {
  const started = performance.now();
  const files = await openGan(runtime, source, settings, context);
  try {
    const { tensors, layout, questions } = await find(runtime, source, files, context);
    if (!layout || questions.some(({ needed }) => needed)) throw undecided(source.name, questions);
    const { generator, discriminator } = files;
    const latent = elementCount(layout.latentShape);
    const loaded: LoadedGan = {
      ...layout,
      latent,
      parameters: generator.parameters + (discriminator?.parameters ?? 0),
      sha256: Object.fromEntries([generator, discriminator].flatMap((file) => (file ? [[file.path, file.sha256] as const] : []))),
      provider: generator.session.provider,
      loadMs: performance.now() - started,
    };
    const noise = tensors.generator.inputs.find(({ name }) => name === layout.generator.noise)!;
    return {
      ...{ source, settings, files, loaded, latent, size: elementCount(tensors.itemSizes), inputSizes: tensors.itemSizes },
      generatorBatch: fixedBatch(noise),
      discriminatorBatch: tensors.discriminator && fixedBatch(tensors.discriminator.picture),
    };
  } catch (error) {
    await closeGan(runtime, files);
    throw error;
  }
}

async function find(runtime: Runtime, source: GanSource, files: OpenedGan, context: CallContext): Promise<GanInspection> {
  const tensors = findGanTensors(files.generator, files.discriminator);
  // Given the wrong way round, the files are taken as they are.
  if (files.discriminator && tensors.generator.path !== files.generator.path)
    [files.generator, files.discriminator] = [files.discriminator, files.generator];
  context.progress({ message: 'Trying the model' });
  const probes = await probeGenerator(runtime, files.generator, tensors, source, context.signal);
  return { ...ganFindings(tensors, probes, source), tensors, probes };
}
