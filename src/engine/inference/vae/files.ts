/** The files of a variational autoencoder, read, checked and opened; none of them is trusted. */

import { OnnxError, readModel } from '../../../onnx/model.ts';
import { externalFiles, parameterCount } from '../../../onnx/stored.ts';
import type { FileTensors } from '../../../models/vae/roles.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import { transferring } from '../../../protocol/messages.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { VaeSource } from '../../../protocol/vae.ts';
import type { SessionInfo } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { checkExternalFiles, readModelFile } from '../files.ts';

export interface OpenedFile extends FileTensors {
  session: SessionInfo;
  sha256: string;
  parameters: number;
}

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

async function openFile(
  runtime: Runtime,
  { id, name, sha256: expected }: VaeSource,
  path: string,
  settings: EngineSettings,
  context: CallContext,
): Promise<OpenedFile> {
  const { bytes, sha256 } = await readModelFile({ id, name, path, ...(expected && { sha256: expected }) }, context);
  let outside: string[];
  let parameters: number;
  try {
    const onnx = readModel(bytes);
    outside = externalFiles(onnx);
    parameters = parameterCount(onnx);
  } catch (error) {
    if (!(error instanceof OnnxError)) throw error;
    throw new RpcError('model-invalid', `${path} cannot be used: ${error.message}. Choose another file, or export the model again.`);
  }
  const externalFolder = outside.length > 0 ? await checkExternalFiles(path, outside) : undefined;
  context.progress({ message: 'Starting the engine' });
  const request = { model: bytes, settings, ...(externalFolder !== undefined && { externalFolder }) };
  try {
    const session = await runtime.open(transferring(request, [bytes.buffer as ArrayBuffer]), { signal: context.signal });
    return { path, inputs: session.inputs, outputs: session.outputs, session, sha256, parameters };
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'bad-model') throw error;
    throw new RpcError('model-invalid', `${path}: ${error.message} Choose another file, or export the model again.`);
  }
}
