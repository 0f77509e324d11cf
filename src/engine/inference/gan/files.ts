/** The files of a GAN, opened. */

import type { EngineSettings } from '../../../protocol/inference.ts';
import type { GanSource } from '../../../protocol/gan.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { openFile, type OpenedFile } from '../items/openFile.ts';

export interface OpenedGan {
  generator: OpenedFile;
  discriminator: OpenedFile | undefined;
}

/** @throws RpcError as `openFile` does */
export async function openGan(runtime: Runtime, source: GanSource, settings: EngineSettings, context: CallContext): Promise<OpenedGan> {
  const generator = await openFile(runtime, source, source.generator, settings, context);
  if (source.discriminator === undefined) return { generator, discriminator: undefined };
  try {
    return { generator, discriminator: await openFile(runtime, source, source.discriminator, settings, context) };
  } catch (error) {
    await closeGan(runtime, { generator, discriminator: undefined });
    throw error;
  }
}

export async function closeGan(runtime: Runtime, { generator, discriminator }: OpenedGan): Promise<void> {
  await runtime.close({ session: generator.session.session });
  if (discriminator) await runtime.close({ session: discriminator.session.session });
}
