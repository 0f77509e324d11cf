/** Where the attention weights of a model come from: recomputed from operands, or kept as they leave the graph. */

import { floatsOf } from '../../formats/elements.ts';
import type { Feeds } from '../../models/feeds.ts';
import type { AttentionSite } from '../../onnx/attention/find.ts';
import type { ProviderReport } from '../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../protocol/rpc.ts';
import type { RawTensor, SessionInfo } from '../../protocol/worker.ts';
import type { Runtime } from '../worker/client.ts';
import { CutOuts } from './cutOuts.ts';
import { keepWeights } from './keptWeights.ts';
import { openTapped, operandNames, projectedNames, type HeldModel } from './loadedModel.ts';
import { checkMemory, operandBytes, weightBytes, type Sample } from './memory.ts';
import { OperandWeights, siteSizesOf } from './operandWeights.ts';
import type { SiteSizes, SiteWeights } from '../../maps/siteWeights.ts';
import { longestWindow } from './window.ts';

/** Largest difference between recomputed weights and those of the full tap at which they count as the same. */
const tolerance = 1e-5;

/** How the weights of this model are had. */
export interface Source {
  kind: 'operands' | 'weights';
  maxDifference: number;
  sample: Sample;
  /** Element types of the sites' softmax inputs. */
  logitTypes: readonly string[];
  /** The session whose outputs the weights and softmax inputs are; open only where they are kept. */
  session: SessionInfo | undefined;
}

/** What a run is shown from. */
export interface Captured {
  sites: SiteWeights[];
  /** What the weights are computed from, inputs of the model included; null where the weights themselves are kept. */
  operands: ReadonlyMap<string, RawTensor> | null;
  bytes: number;
}

/** Errors are RpcErrors: 'memory', 'unsupported-type', 'model-invalid', and what the runtime says. */
export class WeightsSource {
  /** Where the model runs, once that is proven. */
  provider: ProviderReport;
  private readonly runtime: Runtime;
  private readonly model: HeldModel;
  readonly cutOuts: CutOuts;
  private source: Promise<Source> | undefined;
  /** Gives the operands; closed where weights are kept instead. */
  private operandSession: number | undefined;

  constructor(runtime: Runtime, model: HeldModel) {
    this.runtime = runtime;
    this.model = model;
    this.provider = model.session.provider;
    this.operandSession = model.session.session;
    this.cutOuts = new CutOuts(runtime, model);
  }

  /**
   * Decided once a model, on its first run.
   *
   * @param feeds a sample; @param contextLimit tokens that the model takes, where that is known
   */
  async decide(feeds: Feeds, contextLimit: number | null, context: CallContext): Promise<Source> {
    this.source ??= this.choose(feeds, contextLimit, context);
    try {
      return await this.source;
    } catch (error) {
      this.source = undefined;
      throw error;
    }
  }

  /** As it was decided. */
  async decided(): Promise<Source> {
    if (this.source === undefined) throw new Error('A model that has been run has a source of weights.');
    return this.source;
  }

  /** Runs the model and takes what its weights are read from. */
  capture(feeds: Feeds, source: Source, context: CallContext): Promise<Captured> {
    return source.kind === 'operands' ? this.captureOperands(feeds, context) : this.captureWeights(feeds, source, context);
  }

  /** Runs the model for outputs of its own, in the session that is open. */
  async fetch(feeds: Feeds, fetches: readonly string[]): Promise<Readonly<Record<string, RawTensor>>> {
    return this.runtime.run({ session: await this.session(), feeds: feeds.tensors, fetches });
  }

  /** The session that is open: it gives the model's own outputs too, and those that nobody fetches cost nothing. */
  async session(): Promise<number> {
    const session = (await this.source)?.session?.session ?? this.operandSession;
    if (session === undefined) throw new Error('A model that is loaded has a session.');
    return session;
  }

  async close(): Promise<void> {
    const source = await this.source?.catch(() => undefined);
    await this.cutOuts.close();
    if (source?.session) await this.runtime.close({ session: source.session.session });
    await this.closeOperandSession();
  }

  private async closeOperandSession(): Promise<void> {
    const session = this.operandSession;
    this.operandSession = undefined;
    if (session !== undefined) await this.runtime.close({ session });
  }

  /**
   * Runs a sample once for its operands and once for its weights, and compares.
   *
   * Operands are what is kept as a rule: they grow with the length of the text, weights with its square. Weights are kept instead
   * where recomputing does not give the same numbers (half-precision and some quantised files), and where operands are the larger:
   * for a model whose joins are as large as its weights (a relative bias for each head and layer), or whose sequences are short beside
   * the width of its heads. A second session gives the weights, because an output inside of the attention keeps ONNX Runtime from
   * fusing there, which changes the numbers of quantised models.
   */
  private async choose(feeds: Feeds, contextLimit: number | null, context: CallContext): Promise<Source> {
    const { model, runtime } = this;
    context.progress({ message: 'Checking the attention on a sample' });
    const fetches = this.operandFetches();
    this.provider = await runtime.selfTest({ session: model.session.session, feeds: feeds.tensors, fetches }, { signal: context.signal });
    this.cutOuts.provider = this.provider.used;
    const operands = await this.operandsOf(feeds, context);
    const readers = await this.readersOf(operands, feeds.batch, context);
    const sizes = readers.map((reader) => reader.sizes);
    const sample: Sample = { length: feeds.length, batch: feeds.batch, operands: [...operands.values()], sites: sizes };
    checkMemory(
      2 * Math.max(0, ...sizes.map((site) => 4 * site.batch * site.heads * site.queries * site.keys)),
      model.settings.memoryLimit,
      'The weights of one layer',
    );

    const names = [...model.sites.flatMap(({ tap, logits }) => [tap, logits]), ...projectedNames(model)];
    // Where the operands were computed: a provider that failed its self-test is not asked again.
    const proven = { ...model, settings: { ...model.settings, provider: this.provider.used } };
    const session = await openTapped(runtime, proven, names, context);
    let keep = false;
    try {
      let maxDifference = 0;
      for (const group of groupsWithin(model.settings.memoryLimit / 4, sizes)) {
        const taps = await runtime.run(
          { session: session.session, feeds: feeds.tensors, fetches: [...new Set(group.map((i) => model.sites[i]!.tap))] },
          { signal: context.signal },
        );
        for (const i of group) {
          const difference = await largestDifference(readers[i]!, floats(taps[model.sites[i]!.tap], model.sites[i]!), context.signal);
          maxDifference = Math.max(maxDifference, difference);
        }
      }
      // Judged at the length that the model is used at; a short sample would always favour weights.
      const usual =
        feeds.length > 0 && isLengthFree(sample) ? Math.max(feeds.length, Math.min(contextLimit ?? 1_024, longestWindow)) : feeds.length;
      keep = maxDifference > tolerance || operandBytes(sample, usual) > weightBytes(sample, usual);
      const typeOf = new Map(session.outputs.map(({ name, type }) => [name, type]));
      const logitTypes = model.sites.map(({ logits }) => typeOf.get(logits) ?? 'float32');
      return { kind: keep ? 'weights' : 'operands', maxDifference, sample, logitTypes, session: keep ? session : undefined };
    } finally {
      if (!keep) await runtime.close({ session: session.session });
      else await this.closeOperandSession();
    }
  }

  /** Operands that the graph computes; those that are inputs of the model are in the feeds. */
  private operandFetches(): string[] {
    const inputs = new Set(this.model.session.inputs.map(({ name }) => name));
    return operandNames(this.model).filter((name) => !inputs.has(name));
  }

  private async operandsOf(feeds: Feeds, { signal }: CallContext): Promise<Map<string, RawTensor>> {
    if (this.operandSession === undefined) throw new Error('Where weights are kept nothing asks for operands.');
    const fetched = await this.runtime.run(
      { session: this.operandSession, feeds: feeds.tensors, fetches: this.operandFetches() },
      { signal },
    );
    const operands = new Map(Object.entries(fetched));
    for (const name of operandNames(this.model)) {
      const fed = feeds.tensors[name];
      if (fed && !operands.has(name)) operands.set(name, fed);
    }
    return operands;
  }

  private readersOf(operands: ReadonlyMap<string, RawTensor>, batch: number, context: CallContext): Promise<OperandWeights[]> {
    return Promise.all(this.model.sites.map((site) => OperandWeights.open(this.cutOuts, site, operands, batch, context.signal)));
  }

  private async captureOperands(feeds: Feeds, context: CallContext): Promise<Captured> {
    const operands = await this.operandsOf(feeds, context);
    const sites = await this.readersOf(operands, feeds.batch, context);
    const bytes = [...operands.values()].reduce((sum, { data }) => sum + data.byteLength, 0);
    return { sites, operands, bytes };
  }

  private async captureWeights(feeds: Feeds, { session }: Source, { signal }: CallContext): Promise<Captured> {
    if (!session) throw new Error('Kept weights have a session.');
    const fetches = [...new Set(this.model.sites.flatMap(({ tap, logits }) => [tap, logits]))];
    const outputs = await this.runtime.run({ session: session.session, feeds: feeds.tensors, fetches }, { signal });
    const sites = this.model.sites.map((site) => {
      const tap = outputs[site.tap]!;
      return keepWeights(
        site.name,
        siteSizesOf(site, tap.shape, feeds.batch, undefined),
        floats(tap, site),
        floats(outputs[site.logits], site),
      );
    });
    return { sites, operands: null, bytes: sites.reduce((sum, site) => sum + site.bytes, 0) };
  }
}

function floats(tensor: RawTensor | undefined, site: AttentionSite): Float32Array {
  const values = tensor && floatsOf(tensor.type, tensor.data);
  if (values) return values;
  throw new RpcError(
    'unsupported-type',
    `The attention weights of ${site.name} have elements of type ${tensor?.type ?? 'unknown'}; floating-point ones are read.`,
  );
}

/** Largest difference of recomputed weights to those of the full tap; cells that are NaN in both agree. */
async function largestDifference(reader: OperandWeights, expected: Float32Array, signal: AbortSignal): Promise<number> {
  const { batch, heads, queries, keys } = reader.sizes;
  let largest = 0;
  for (let b = 0, at = 0; b < batch; b++) {
    const actual = await reader.readRaw({ batch: b, head: null, queryStart: 0, queryEnd: queries }, signal);
    for (let i = 0; i < heads * queries * keys; i++, at++) {
      const difference = Math.abs(actual[i]! - expected[at]!);
      if (difference > largest) largest = difference;
      else if (difference !== difference && (actual[i] === actual[i]) !== (expected[at] === expected[at])) return Infinity;
    }
  }
  return largest;
}

/** Whether some dimension follows the length of the text. */
function isLengthFree({ length, sites }: Sample): boolean {
  return sites.some(({ queries, keys }) => queries === length || keys === length);
}

/** Sites in groups whose weights take at most `limit` bytes together, or of one. */
function groupsWithin(limit: number, sizes: readonly SiteSizes[]): number[][] {
  const groups: number[][] = [];
  let room = 0;
  sizes.forEach(({ batch, heads, queries, keys }, i) => {
    const bytes = 4 * batch * heads * queries * keys;
    if (groups.length === 0 || bytes > room) {
      groups.push([]);
      room = limit;
    }
    groups.at(-1)!.push(i);
    room -= bytes;
  });
  return groups;
}
