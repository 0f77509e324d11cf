/** A model as the process holds it: its file as data, its attention, its tokenizer and the session that gives the operands. */

import { dirname, join } from 'node:path';
import { OnnxError, readModel, type OnnxModel } from '../../onnx/model.ts';
import { externalFiles, parameterCount } from '../../onnx/stored.ts';
import { findAttention, type AttentionSite } from '../../onnx/attention/find.ts';
import { outputsChunk, untapped } from '../../onnx/attention/tap.ts';
import { fixedLength, idsInput } from '../../models/feeds.ts';
import { readTokenizer, type Tokenizer } from '../../models/tokenizer.ts';
import type { EngineSettings, LoadedModel, ModelSource } from '../../protocol/inference.ts';
import { transferring } from '../../protocol/messages.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { SessionInfo } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import { checkExternalFiles, checkOtherFiles, fileStamps, readModelFile } from './files.ts';

export interface HeldModel {
  source: ModelSource;
  settings: EngineSettings;
  sha256: string;
  /** The other files, as `Recipe` has them. */
  files: Readonly<Record<string, string>>;
  bytes: Uint8Array;
  onnx: OnnxModel;
  sites: readonly AttentionSite[];
  /** Folder of the weights that are kept outside of the file. */
  externalFolder: string | undefined;
  tokenizer: Tokenizer | undefined;
  /** Gives the operands of every site. */
  session: SessionInfo;
  /** What was told to who asked for the model. */
  report: LoadedModel;
}

function invalidModel(path: string, error: unknown): unknown {
  if (!(error instanceof OnnxError)) return error;
  return new RpcError('model-invalid', `${path} cannot be used: ${error.message}. Choose another file, or export the model again.`);
}

/** Opens a session of the model with more tensors among its outputs. */
export async function openTapped(
  runtime: Runtime,
  model: Pick<HeldModel, 'bytes' | 'onnx' | 'externalFolder' | 'settings' | 'source'>,
  tensors: readonly string[],
  context: CallContext,
): Promise<SessionInfo> {
  const { bytes, onnx, externalFolder, settings } = model;
  const chunk = outputsChunk(untapped(onnx, tensors));
  const tapped = new Uint8Array(bytes.length + chunk.length);
  tapped.set(bytes);
  tapped.set(chunk, bytes.length);
  const request = { model: tapped, settings, ...(externalFolder === undefined ? {} : { externalFolder }) };
  try {
    return await runtime.open(transferring(request, [tapped.buffer]), { signal: context.signal });
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'bad-model') throw error;
    throw new RpcError('model-invalid', `${model.source.path}: ${error.message} Choose another file, or export the model again.`);
  }
}

/** The tensors that enter the attention of all sites. */
export function operandNames(sites: readonly AttentionSite[]): string[] {
  return [...new Set(sites.flatMap(({ operands, output }) => [...operands.map(({ tensor }) => tensor), output]))];
}

/**
 * Reads, checks and opens a model.
 *
 * @throws RpcError 'model-missing', 'model-unreadable', 'model-too-large', 'model-invalid', 'hash-mismatch', 'external-data-missing',
 *   'external-data-outside', 'tokenizer-invalid', and what the runtime says
 */
export async function loadModel(runtime: Runtime, source: ModelSource, settings: EngineSettings, context: CallContext): Promise<HeldModel> {
  const started = performance.now();
  context.progress({ message: 'Reading the model' });
  const { bytes, sha256 } = await readModelFile(source, context);
  await checkOtherFiles(source, context);

  context.progress({ message: 'Looking for attention' });
  let onnx: OnnxModel;
  let found: ReturnType<typeof findAttention>;
  let outside: string[];
  let parameters: number;
  try {
    onnx = readModel(bytes);
    outside = externalFiles(onnx);
    parameters = parameterCount(onnx);
    found = findAttention(onnx);
  } catch (error) {
    throw invalidModel(source.path, error);
  }
  const externalFolder = outside.length > 0 ? await checkExternalFiles(source.path, outside) : undefined;
  const files = await fileStamps([
    ...outside.map((name) => join(dirname(source.path), name)),
    ...(source.tokenizerPath === undefined ? [] : [source.tokenizerPath]),
  ]);
  const tokenizer = source.tokenizerPath === undefined ? undefined : await readTokenizer(source.tokenizerPath);

  context.progress({ message: 'Starting the engine' });
  const { sites, uncovered } = found;
  const partial = { source, settings, sha256, files, bytes, onnx, sites, externalFolder, tokenizer };
  const session = await openTapped(runtime, partial, operandNames(sites), context);
  const own = new Set(onnx.graph.outputs.map(({ name }) => name));
  const report: LoadedModel = {
    inputs: session.inputs,
    outputs: session.outputs.filter(({ name }) => own.has(name)),
    parameters,
    sites: sites.map(({ name, layer, kind }, index) => ({ index, name, layer, kind })),
    uncovered: uncovered.map(({ op, count }) => `${op} (${count} ${count === 1 ? 'node' : 'nodes'})`),
    hasTokenizer: tokenizer !== undefined && idsInput(session.inputs) !== undefined,
    context: contextOf(source, session),
    provider: session.provider,
    loadMs: performance.now() - started,
  };
  return { ...partial, session, report };
}

/** The fewest of the tokens that the manifest states and those that the file's shapes demand. */
function contextOf(source: ModelSource, { inputs }: SessionInfo): number | null {
  const limits = [source.context, fixedLength(inputs)].filter((limit) => typeof limit === 'number');
  return limits.length === 0 ? null : Math.min(...limits);
}
