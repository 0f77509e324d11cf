/** How a model continues a text: found out once, on a few tokens. */

import { floatsOf } from '../../../formats/elements.ts';
import type { CachePair } from '../../../models/cache.ts';
import { batchForText, continuingFeeds, idsInput, type Feeds } from '../../../models/feeds.ts';
import { subgraphs, type Graph, type OnnxModel } from '../../../onnx/model.ts';
import type { TensorInfo } from '../../../protocol/inference.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { KeptTensor, RawTensor } from '../../../protocol/worker.ts';
import type { Runtime } from '../../worker/client.ts';
import { cachePairs } from '../cacheParts.ts';
import type { HeldModel } from '../loadedModel.ts';
import { chooseLogits, namesOf, noLogits } from '../logitsOutput.ts';
import { relativeDistance } from './compare.ts';

/** A cache input, the output that continues it, and the axis that counts tokens. */
export interface MeasuredPair extends CachePair {
  lengthAxis: number;
}

export interface LogitsLayout {
  name: string;
  /** Along which the tokens lie; null where there are logits for the last one alone. */
  axis: number | null;
  vocabulary: number;
}

export interface Plan {
  logits: LogitsLayout;
  /** Undefined where the model has no cache, or none that gives the numbers of a run without it. */
  pairs: readonly MeasuredPair[] | undefined;
  /** Whether several tokens may follow a cache at once. */
  severalAtOnce: boolean;
  /** Of the cache, for one token of one sequence. */
  bytesPerToken: number;
  /** Sequences that the file demands in a run. */
  batch: number;
}

/** Tokens of the longer and the shorter sample. */
const sampleLength = 6;
const shorterBy = 2;

/** Relative distance of logits that count as the same: rounding, also of half precision. */
const tolerance = 1e-2;
/** Of models that round activations by the largest of the whole run, so that no token's logits are free of the others. */
const quantisedTolerance = 0.3;

/** What runs need: the session may change while a model is in use. */
export interface Runs {
  runtime: Runtime;
  model: HeldModel;
  session: () => Promise<number>;
}

export function idsSample(ids: readonly number[], context: number | null): number[] {
  return Array.from({ length: Math.min(sampleLength, context ?? sampleLength) }, (_, i) => ids[i % ids.length]!);
}

/**
 * @param sample a few tokens, as `idsSample` gives them
 * @throws RpcError 'no-logits', 'not-autoregressive', and what the runtime says
 */
export async function planFor(runs: Runs, sample: readonly number[]): Promise<Plan> {
  const { model } = runs;
  const { outputs } = model.report;
  const output = chooseLogits(outputs.filter(({ shape }) => shape.length === 3 || shape.length === 2));
  if (!output) throw noLogits(`${model.source.name} gives ${namesOf(outputs)}`);
  const pairs = cachePairs(model);
  await proveProvider(runs, sample, output);

  const probe = new Probe(runs, output, pairs);
  try {
    const long = await probe.run(sample, 0);
    const logits = layoutOf(long, output, model);
    const tested = sample.length - shorterBy;
    const batch = batchForText(idsInput(model.session.inputs)!);
    const uncached: Plan = { logits, pairs: undefined, severalAtOnce: false, bytesPerToken: 0, batch };
    if (tested < 1) return uncached;
    const short = await probe.run(sample.slice(0, tested), 0);
    const allowed = usesDynamicQuantisation(model.onnx) ? quantisedTolerance : tolerance;
    if (logits.axis !== null) checkAutoregressive(long, short, { rows: tested, logits, allowed, model });

    const measured = pairs.map((pair, i): MeasuredPair | undefined => {
      const lengthAxis = axisThatGrew(short.kept[i]!.shape, tested, long.kept[i]!.shape, sample.length);
      return lengthAxis === undefined ? undefined : { ...pair, lengthAxis };
    });
    if (pairs.length === 0 || !measured.every((pair) => pair !== undefined)) return uncached;
    const bytesPerToken = long.kept.reduce((sum, { bytes }) => sum + bytes, 0) / sample.length / batch;
    const expected = lastRow(long, logits);
    const agrees = ({ logits: tensor }: Probed, count: number): boolean =>
      relativeDistance(rowOf(tensor, logits.axis === null ? 0 : count - 1, logits.vocabulary), expected) <= allowed;
    const found = { ...uncached, pairs: measured, bytesPerToken };
    try {
      if (agrees(await probe.run(sample.slice(tested), tested, short.kept), shorterBy)) return { ...found, severalAtOnce: true };
    } catch (error) {
      if (!(error instanceof RpcError) || error.code !== 'run-failed') throw error;
    }
    let last = short;
    for (let at = tested; at < sample.length; at++) last = await probe.run(sample.slice(at, at + 1), at, last.kept);
    return agrees(last, 1) ? found : uncached;
  } finally {
    await probe.free();
  }
}

interface Probed {
  /** [batch, rows, vocabulary], or without rows, or without a batch. */
  logits: RawTensor;
  /** In the order of the pairs. */
  kept: readonly KeptTensor[];
  feeds: Feeds;
}

class Probe {
  private readonly runs: Runs;
  private readonly output: TensorInfo;
  private readonly pairs: readonly CachePair[];
  private readonly made: number[] = [];

  constructor(runs: Runs, output: TensorInfo, pairs: readonly CachePair[]) {
    this.runs = runs;
    this.output = output;
    this.pairs = pairs;
  }

  async run(ids: readonly number[], past: number, cache: readonly KeptTensor[] = []): Promise<Probed> {
    const { runtime, session } = this.runs;
    const feeds = sampleFeeds(this.runs, ids, past);
    const cached = Object.fromEntries(cache.map((tensor, i) => [this.pairs[i]!.input.name, tensor]));
    const { outputs, kept } = await runtime.runKept({
      session: await session(),
      feeds: { ...feeds.tensors, ...cached },
      fetches: [this.output.name],
      keep: this.pairs.map(({ output }) => output.name),
    });
    const tensors = this.pairs.map(({ output }) => kept[output.name]!);
    this.made.push(...tensors.map((tensor) => tensor.kept));
    return { logits: outputs[this.output.name]!, kept: tensors, feeds };
  }

  async free(): Promise<void> {
    await this.runs.runtime.free({ kept: this.made });
  }
}

function sampleFeeds({ model }: Runs, ids: readonly number[], past: number): Feeds {
  const { inputs } = model.session;
  const input = idsInput(inputs);
  if (!input) throw new RpcError('input-missing', `${model.source.name} takes no token ids, so it cannot continue a text.`);
  const rows = Array.from({ length: batchForText(input) }, () => ids);
  return continuingFeeds(inputs, { rows, past, logits: ids.length, paddingId: model.tokenizer?.paddingId ?? 0 });
}

/** A provider that has to prove itself does so before anything is drawn with it. */
async function proveProvider(runs: Runs, sample: readonly number[], output: TensorInfo): Promise<void> {
  const { tensors } = sampleFeeds(runs, sample, 0);
  await runs.runtime.selfTest({ session: await runs.session(), feeds: tensors, fetches: [output.name] });
}

function layoutOf({ logits, feeds }: Probed, output: TensorInfo, model: HeldModel): LogitsLayout {
  const { shape } = logits;
  const vocabulary = shape.at(-1) ?? 0;
  const perToken = shape.length === 3 ? shape[1] : shape[0];
  const flat = idsInput(model.session.inputs)!.shape.length === 1;
  const axis = shape.length === 3 ? 1 : 0;
  const wrong = noLogits(`${model.source.name} gives "${output.name}" as [${shape.join(', ')}] for ${feeds.length} tokens`);
  if (vocabulary < 2 || !floatsOf(logits.type, logits.data.subarray(0, 1))) throw wrong;
  if (perToken === feeds.length && feeds.length > 1 && (shape.length === 3 || flat)) return { name: output.name, axis, vocabulary };
  if (perToken === (shape.length === 3 || flat ? 1 : feeds.batch)) return { name: output.name, axis: null, vocabulary };
  throw wrong;
}

/** The first sequence's row of logits. */
function rowOf({ type, data }: RawTensor, row: number, vocabulary: number): Float32Array {
  return floatsOf(type, data.subarray(row * vocabulary, (row + 1) * vocabulary))!;
}

function lastRow({ logits: tensor, feeds }: Probed, { axis, vocabulary }: LogitsLayout): Float32Array {
  // Padding stands behind a sample that is shorter than the file's length, but then there is no cache.
  return rowOf(tensor, axis === null ? 0 : feeds.length - 1, vocabulary);
}

function axisThatGrew(short: readonly number[], shorter: number, long: readonly number[], longer: number): number | undefined {
  if (short.length !== long.length) return undefined;
  const grown = short.flatMap((size, axis) => (size === long[axis] ? [] : [axis]));
  const [axis] = grown;
  return grown.length === 1 && short[axis!] === shorter && long[axis!] === longer ? axis : undefined;
}

interface Compared {
  rows: number;
  logits: LogitsLayout;
  allowed: number;
  model: HeldModel;
}

/** @throws RpcError 'not-autoregressive' where logits of a token change with what stands behind it */
function checkAutoregressive(long: Probed, short: Probed, { rows, logits: { vocabulary }, allowed, model }: Compared): void {
  for (let row = 0; row < rows; row++) {
    const distance = relativeDistance(rowOf(long.logits, row, vocabulary), rowOf(short.logits, row, vocabulary));
    if (Number.isNaN(distance)) throw nanLogits(model);
    if (distance <= allowed) continue;
    throw new RpcError(
      'not-autoregressive',
      `${model.source.name} is not autoregressive: its logits of a token change by ${(100 * distance).toPrecision(2)} % with the tokens behind it, so they do not predict the next one. Choose a model that is trained to predict the next token.`,
    );
  }
}

export function nanLogits(model: HeldModel): RpcError {
  return new RpcError(
    'nan-logits',
    `${model.source.name} gives logits that are not numbers (NaN), or none that is finite: nothing can be drawn from them. Its file may be damaged, or hold weights too large for its precision.`,
  );
}

function usesDynamicQuantisation({ graph }: OnnxModel): boolean {
  const inside = ({ nodes }: Graph): boolean =>
    nodes.some((node) => node.opType === 'DynamicQuantizeLinear' || subgraphs(node).some((inner) => inside(inner)));
  return inside(graph);
}
