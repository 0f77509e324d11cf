/** Where the denoiser's places attend to words: run once more on what is kept of an evaluation, with its weights among the outputs. */

import { floatsOf } from '../../../formats/elements.ts';
import { areaAverage } from '../../../maths/areaAverage.ts';
import { inputOf } from '../../../maths/samplers/trajectory.ts';
import { siteSizes } from '../../../onnx/attention/sizes.ts';
import { outputsChunk, untapped } from '../../../onnx/attention/tap.ts';
import { readModel } from '../../../onnx/model.ts';
import { externalFiles } from '../../../onnx/stored.ts';
import { merged } from '../../../onnx/wire.ts';
import type { WordMaps, WordMapsRequest } from '../../../protocol/diffusion.ts';
import { transferring } from '../../../protocol/messages.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { Runtime } from '../../worker/client.ts';
import { checkExternalFiles, readModelFile } from '../files.ts';
import { checkWhole } from '../items/inputs.ts';
import { fixedBatch } from '../items/trying.ts';
import { denoiserFeeds } from './denoiser.ts';
import type { KeptRun } from './keptRuns.ts';
import type { HeldDiffusion } from './model.ts';

/** One site's weights of one evaluation: [heads, places, words]. */
interface SiteMaps {
  heads: number;
  places: number;
  words: number;
  weights: Float32Array;
}

/** Bytes of weights that are kept at most: of an evaluation one looks at many. */
const MOST_KEPT = 2 ** 27;

export class WordMapReader {
  private readonly runtime: Runtime;
  private readonly model: HeldDiffusion;
  private session: Promise<number> | undefined;
  /** By run, evaluation and item, in order of last use. */
  private readonly kept = new Map<string, readonly SiteMaps[]>();

  constructor(runtime: Runtime, model: HeldDiffusion) {
    this.runtime = runtime;
    this.model = model;
  }

  /** @throws RpcError 'no-attention', 'bad-input', 'model-changed' */
  async read(run: KeptRun, { evaluations, item, site, head }: WordMapsRequest, context: CallContext): Promise<WordMaps> {
    const { sites } = this.model.loaded;
    if (sites.length === 0)
      throw new RpcError(
        'no-attention',
        `${this.model.source.name} has no attention from places to words that is written as a product, a softmax and a product.`,
      );
    const place = checkWhole('item', item, 0, run.items - 1);
    if (evaluations.length === 0) throw new RpcError('bad-input', 'No evaluation is named whose maps are asked for; give at least one.');
    if (site !== null) checkWhole('site', site, 0, sites.length - 1);
    const chosen = site === null ? sites.map((_, at) => at) : [site];
    const words = run.told.given[place]!.texts;
    let sum: { height: number; width: number; maps: Float64Array } | undefined;
    let heads = 0;
    for (const [at, evaluation] of evaluations.entries()) {
      context.progress({ message: 'Reading attention', fraction: at / evaluations.length });
      const all = await this.of(run, evaluation, place, context);
      const grids = chosen.map((index) => this.mapsOf(all[index]!, head, words.length));
      heads = Math.max(...chosen.map((index) => all[index]!.heads));
      const largest = grids.reduce((a, b) => (b.height * b.width > a.height * a.width ? b : a));
      sum ??= { height: largest.height, width: largest.width, maps: new Float64Array(words.length * largest.height * largest.width) };
      for (const grid of grids) addTo(sum, grid, 1 / (grids.length * evaluations.length));
    }
    const { height, width, maps } = sum!;
    return { words, heads, height, width, maps: Float32Array.from(maps) };
  }

  async close(): Promise<void> {
    const session = await this.session?.catch(() => undefined);
    this.kept.clear();
    if (session !== undefined) await this.runtime.close({ session });
  }

  private mapsOf({ heads, places, words, weights }: SiteMaps, head: number | null, count: number): Grid {
    if (head !== null) checkWhole('head', head, 0, heads - 1);
    if (words !== count) throw new RpcError('bad-input', `This site attends to ${words} places that are no words of the text (${count}).`);
    const { height, width } = gridOf(this.model.loaded.sizes, places);
    const maps = new Float64Array(words * places);
    const chosen = head === null ? Array.from({ length: heads }, (_, i) => i) : [head];
    for (const h of chosen)
      for (let place = 0; place < places; place++)
        for (let word = 0; word < words; word++)
          maps[word * places + place]! += weights[(h * places + place) * words + word]! / chosen.length;
    return { height, width, maps };
  }

  private async of(run: KeptRun, evaluation: number, item: number, context: CallContext): Promise<readonly SiteMaps[]> {
    const key = `${run.runId} ${evaluation} ${item}`;
    const known = this.kept.get(key) ?? (await this.computed(run, evaluation, item, context));
    this.kept.delete(key);
    this.kept.set(key, known);
    for (const oldest of this.kept.keys()) {
      const bytes = [...this.kept.values()].flat().reduce((sum, { weights }) => sum + weights.byteLength, 0);
      if (bytes <= MOST_KEPT || oldest === key) break;
      this.kept.delete(oldest);
    }
    return known;
  }

  private async computed(
    { sampler, plan, states, from, told }: KeptRun,
    evaluation: number,
    item: number,
    context: CallContext,
  ): Promise<SiteMaps[]> {
    const { files, roles } = this.model;
    const last = plan.timesteps.length - 1;
    checkWhole('evaluations', evaluation, from, last);
    const state = states.length === last - from + 2 ? states[evaluation - from] : undefined;
    if (!state) throw new RpcError('bad-input', 'Of this run the sample alone was kept; run it again with more kept.');
    const row = { item, told: told.given[item]! };
    const rows = Array.from({ length: fixedBatch(roles.sample) ?? 1 }, () => row);
    const feeds = denoiserFeeds(this.model, inputOf(sampler, plan, state), plan.timesteps[evaluation]!, rows);
    const session = await (this.session ??= this.open(context));
    const outputs = await this.runtime.run(
      { session, feeds, fetches: [...new Set(files.sites.map(({ tap }) => tap))] },
      { signal: context.signal },
    );
    return files.sites.map((site) => {
      const tensor = outputs[site.tap]!;
      const values = floatsOf(tensor.type, tensor.data);
      if (!values)
        throw new RpcError('unsupported-type', `The attention weights of ${site.name} are ${tensor.type}; floating-point ones are read.`);
      const { heads, queries, keys } = siteSizes(site, tensor.shape, rows.length);
      return { heads, places: queries, words: keys, weights: values.slice(0, heads * queries * keys) };
    });
  }

  /** The file once more, with the weights among its outputs: an output inside of the attention costs time, so runs do without. */
  private async open(context: CallContext): Promise<number> {
    const { source, settings, files } = this.model;
    const { path, sha256 } = files.denoiser;
    const { bytes, sha256: now } = await readModelFile({ id: source.id, name: source.name, path }, context);
    if (now !== sha256) throw new RpcError('model-changed', `${path} has changed since it was loaded. Load the model again.`);
    const onnx = readModel(bytes);
    const outside = externalFiles(onnx);
    const externalFolder = outside.length > 0 ? await checkExternalFiles(path, outside) : undefined;
    const model = merged([
      bytes,
      outputsChunk(
        untapped(
          onnx,
          files.sites.map(({ tap }) => tap),
        ),
      ),
    ]);
    const request = { model, settings, ...(externalFolder !== undefined && { externalFolder }) };
    return (await this.runtime.open(transferring(request, [model.buffer as ArrayBuffer]), { signal: context.signal })).session;
  }
}

interface Grid {
  height: number;
  width: number;
  /** [words, height, width] */
  maps: Float64Array;
}

function addTo(sum: Grid, grid: Grid, share: number): void {
  const [from, to] = [grid.height * grid.width, sum.height * sum.width];
  for (let word = 0; word < grid.maps.length / from; word++) {
    const own = grid.maps.subarray(word * from, (word + 1) * from);
    const large = from === to ? own : areaAverage(own, grid, sum);
    for (let i = 0; i < to; i++) sum.maps[word * to + i]! += share * large[i]!;
  }
}

/** Height and width of so many places: those of x, divided by one number; one row where none fits. */
export function gridOf(sizes: readonly number[], places: number): { height: number; width: number } {
  const [, height = 1, width = places] = sizes.length === 3 ? sizes : [];
  for (let divisor = 1; divisor <= Math.max(height, width); divisor++) {
    const [h, w] = [Math.ceil(height / divisor), Math.ceil(width / divisor)];
    if (h * w === places) return { height: h, width: w };
  }
  return { height: 1, width: places };
}
