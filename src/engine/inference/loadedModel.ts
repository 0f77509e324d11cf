/** A model as the process holds it: its file as data, its attention, its tokenizer and the session that gives the operands. */

import { dirname, join } from 'node:path';
import { OnnxError, readModel, type OnnxModel } from '../../onnx/model.ts';
import type { StackedCache } from '../../onnx/stackedCaches.ts';
import { externalFiles, parameterCount } from '../../onnx/stored.ts';
import { findAttention, type AttentionSite } from '../../onnx/attention/find.ts';
import { findProjection, type Projection } from '../../onnx/attention/projection.ts';
import { merged } from '../../onnx/wire.ts';
import { outputsChunk, untapped } from '../../onnx/attention/tap.ts';
import { fixedLength, idsInput } from '../../models/feeds.ts';
import { readTokenizer, type Tokenizer } from '../../models/tokenizer.ts';
import type { EngineSettings, LoadedModel, ModelSource, TensorInfo } from '../../protocol/inference.ts';
import { transferring } from '../../protocol/messages.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { SessionInfo } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import { declared, withCachesApart } from './cacheParts.ts';
import { checkExternalFiles, checkOtherFiles, fileStamps, readModelFile } from './files.ts';

export interface HeldModel {
  source: ModelSource;
  settings: EngineSettings;
  sha256: string;
  /** The other files, as `Recipe` has them. */
  files: Readonly<Record<string, string>>;
  /** The file, with its stacked caches taken apart. */
  bytes: Uint8Array;
  onnx: OnnxModel;
  stacked: readonly StackedCache[];
  sites: readonly AttentionSite[];
  /** Of each site. */
  projections: readonly (Projection | { refused: string })[];
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

type Openable = Pick<HeldModel, 'bytes' | 'onnx' | 'externalFolder' | 'settings' | 'source'>;

/** Opens a session of the model with more tensors among its outputs. */
export function openTapped(runtime: Runtime, model: Openable, tensors: readonly string[], context: CallContext): Promise<SessionInfo> {
  return openEdited(runtime, model, merged([model.bytes, outputsChunk(untapped(model.onnx, tensors))]), context);
}

/** @param edited bytes made from the model's, which are given away */
export async function openEdited(
  runtime: Runtime,
  { externalFolder, settings, source }: Pick<HeldModel, 'externalFolder' | 'settings' | 'source'>,
  edited: Uint8Array,
  context: CallContext,
): Promise<SessionInfo> {
  const request = { model: edited, settings, ...(externalFolder === undefined ? {} : { externalFolder }) };
  try {
    return await runtime.open(transferring(request, [edited.buffer as ArrayBuffer]), { signal: context.signal });
  } catch (error) {
    if (!(error instanceof RpcError) || error.code !== 'bad-model') throw error;
    throw new RpcError('model-invalid', `${source.path}: ${error.message} Choose another file, or export the model again.`);
  }
}

type Attention = Pick<HeldModel, 'sites' | 'projections'>;

/** The tensors that enter the attention of all sites, and its outputs. */
export function operandNames(model: Attention): string[] {
  const operands = model.sites.flatMap((site) => site.operands.map(({ tensor }) => tensor));
  return [...new Set([...operands, ...projectedNames(model)])];
}

/** What the outputs of all sites are computed and projected from, beside the weights. */
export function projectedNames({ sites, projections }: Attention): string[] {
  const values = sites.flatMap(({ operands, output }) => [
    ...operands.filter(({ role }) => role === 'value').map(({ tensor }) => tensor),
    output,
  ]);
  return [...new Set([...values, ...projections.flatMap((projection) => ('refused' in projection ? [] : projection.shapes))])];
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
  const { bytes: file, sha256 } = await readModelFile(source, context);
  await checkOtherFiles(source, context);

  context.progress({ message: 'Looking for attention' });
  let own: ReturnType<typeof declared>;
  let edited: { bytes: Uint8Array; onnx: OnnxModel; stacked: readonly StackedCache[] };
  let found: ReturnType<typeof findAttention>;
  let projections: HeldModel['projections'];
  let outside: string[];
  let parameters: number;
  try {
    const read = readModel(file);
    outside = externalFiles(read);
    parameters = parameterCount(read);
    own = declared(read);
    const apart = withCachesApart(file, read);
    const { onnx } = (edited = apart
      ? { bytes: apart.file, onnx: readModel(apart.file), stacked: apart.stacked }
      : { bytes: file, onnx: read, stacked: [] });
    found = findAttention(onnx);
    projections = found.sites.map((site) => findProjection(onnx, site));
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
  const partial = { source, settings, sha256, files, ...edited, sites, projections, externalFolder, tokenizer };
  const session = await openTapped(runtime, partial, operandNames(partial), context);
  // As the engine describes them; what was taken apart, as the file does.
  const described = (infos: readonly TensorInfo[], from: readonly TensorInfo[]): TensorInfo[] =>
    infos.map((info) => from.find(({ name }) => name === info.name) ?? info);
  const report: LoadedModel = {
    inputs: described(own.inputs, session.inputs),
    outputs: described(own.outputs, session.outputs),
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
