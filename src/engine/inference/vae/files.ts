/** The files of a variational autoencoder, read, checked and opened; none of them is trusted. */

import type { EngineSettings } from '../../../protocol/inference.ts';
import type { CallContext } from '../../../protocol/rpc.ts';
import type { VaeSource } from '../../../protocol/vae.ts';
import type { Runtime } from '../../worker/client.ts';
import { openFile, type OpenedFile } from '../items/openFile.ts';

export interface OpenedFiles {
  decoder: OpenedFile;
  /** The same as the decoder where both are one file. */
  encoder: OpenedFile | undefined;
}

/** @throws RpcError as `readModelFile` does, 'model-invalid', and what the runtime says */
export async function openFiles(runtime: Runtime, source: VaeSource, settings: EngineSettings, context: CallContext): Promise<OpenedFiles> {
  const decoder = await openFile(runtime, source, source.decoder, settings, context);
  if (source.encoder === undefined) return { decoder, encoder: undefined };
  if (source.encoder === source.decoder) return { decoder, encoder: decoder };
  try {
    return { decoder, encoder: await openFile(runtime, source, source.encoder, settings, context) };
  } catch (error) {
    await closeFiles(runtime, { decoder, encoder: undefined });
    throw error;
  }
}

export async function closeFiles(runtime: Runtime, { decoder, encoder }: OpenedFiles): Promise<void> {
  const sessions = new Set([decoder.session.session, ...(encoder ? [encoder.session.session] : [])]);
  for (const session of sessions) await runtime.close({ session });
}
