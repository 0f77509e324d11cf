/** One file of a model, read, checked and opened; it is not trusted. */

import { OnnxError, readModel, type OnnxModel } from '../../../onnx/model.ts';
import { externalFiles, parameterCount } from '../../../onnx/stored.ts';
import type { FileTensors } from '../../../models/vae/roles.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import { transferring } from '../../../protocol/messages.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { SessionInfo } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { checkExternalFiles, readModelFile } from '../files.ts';

/** A model of several files, as far as each is opened by itself. */
export interface FilesOf {
  readonly id: string;
  readonly name: string;
  /** Hex sha256 of each file, by path; a file that differs is refused. */
  readonly sha256?: Readonly<Record<string, string>>;
}

export interface OpenedFile extends FileTensors {
  session: SessionInfo;
  sha256: string;
  parameters: number;
}

/**
 * @param look at the file as data, before it is handed over
 * @throws RpcError as `readModelFile` does, 'model-invalid', and what the runtime says
 */
export async function openFile(
  runtime: Runtime,
  { id, name, sha256: expected }: FilesOf,
  path: string,
  settings: EngineSettings,
  context: CallContext,
  look: (onnx: OnnxModel) => void = () => undefined,
): Promise<OpenedFile> {
  const { bytes, sha256 } = await readModelFile({ id, name, path, ...(expected && { sha256: expected }) }, context);
  let outside: string[];
  let parameters: number;
  try {
    const onnx = readModel(bytes);
    outside = externalFiles(onnx);
    parameters = parameterCount(onnx);
    look(onnx);
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
