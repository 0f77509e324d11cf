/** Stands in for the extension host of the panel of a diffusion model: a denoiser that knows one small picture, and real samplers. */

import { ddim } from '../../../src/maths/samplers/ddim.ts';
import { samplers } from '../../../src/maths/samplers/list.ts';
import { without, type SamplerSettings } from '../../../src/maths/samplers/settings.ts';
import { begin, planned, trajectory } from '../../../src/maths/samplers/trajectory.ts';
import { combined } from '../../../src/maths/samplers/arrays.ts';
import { normals } from '../../../src/maths/random/normal.ts';
import type {
  DenoisingContent,
  DenoisingHost,
  DenoisingPage,
  PastedDenoising,
  SampleParams,
  StartImage,
} from '../../../src/protocol/denoisingView.ts';
import type {
  DiffusionRun,
  EvaluationOfRun,
  LoadedDiffusion,
  TensorName,
  WordMaps,
  WordMapsRequest,
} from '../../../src/protocol/diffusion.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import { RpcError, type Handlers, type Remote } from '../../../src/protocol/rpc.ts';
import { pageChannel } from './pageChannel.ts';

const [height, width] = [8, 12];
const size = height * width;
const words = ['<start>', 'A', 'b', 'bold', '<pad>', '<pad>'];

/** Of a model's scheduler, whatever the sampler. */
const scheduleOf = ({ betaSchedule, predictionType, timestepSpacing }: SamplerSettings): Partial<SamplerSettings> => ({
  ...{ betaSchedule, predictionType, timestepSpacing },
});

/** A bright square on a dark ground. */
const known = Float32Array.from({ length: size }, (_, at) => {
  const [row, column] = [Math.floor(at / width), at % width];
  return row >= 2 && row < 6 && column >= 2 && column < 6 ? 1 : -1;
});

const model: LoadedDiffusion = {
  conditioning: { kind: 'caption', characters: ['A', 'b'], styles: ['bold', 'italic'] },
  ...{ withoutGuidance: null, sizes: [1, height, width], item: { kind: 'image', channels: 1, height, width }, latent: null },
  range: { low: -1, high: 1 },
  scheduler: {
    sampler: 'ddim',
    settings: {
      ...without,
      ...ddim.defaults,
      betaSchedule: 'squaredcos_cap_v2',
      predictionType: 'v_prediction',
      timestepSpacing: 'trailing',
    },
    ignored: [],
  },
  timestepType: 'int64',
  sites: [
    { index: 0, name: 'down.attention', layer: 0 },
    { index: 1, name: 'up.attention', layer: 1 },
  ],
  ...{ parameters: 1000, sha256: {}, provider: { requested: 'auto', used: 'cpu', engineVersion: '1' }, loadMs: 1 },
};

class DenoisingStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<DenoisingPage>;
  content: DenoisingContent = {
    models: [
      { id: 'diffusion-glyphs', title: 'Diffusion model of glyph pairs' },
      { id: '/own/pipeline', title: 'Another', added: true },
    ],
    canAdd: true,
    state: null,
  };
  loaded: LoadedDiffusion = model;
  image: StartImage | null = {
    address: 'file:///photo.png',
    picture: {
      name: 'photo.png',
      shape: { channels: 1, height, width },
      levels: Uint8Array.from({ length: size }, (_, at) => 2 * at),
    },
    ...{ values: Float32Array.from({ length: size }, (_, at) => at / size), notices: ['photo.png: was made smaller.'] },
  };
  /** By method: what it fails with. */
  failures: Record<string, string> = {};
  /** Methods whose answers wait. */
  holding: string[] = [];
  /** The evaluation behind which a run waits. */
  stopsBehind: number | null = null;
  residual = 3e-7;
  pasted: PastedDenoising = { model: 'diffusion-glyphs', settings: { seed: 12, guidance: 3 }, notice: null };
  #runs = 0;
  #waiting: (() => void)[] = [];

  constructor() {
    const told =
      <P, T>(method: string, answer: (params: P) => T) =>
      async (params: unknown, { signal }: { signal: AbortSignal }): Promise<Awaited<T>> => {
        await this.#asked(method, params, signal);
        return await answer(params as P);
      };
    const nothing = (): undefined => undefined;
    const handlers: Handlers<DenoisingHost> = {
      ready: told('ready', () => this.content),
      saveState: told('saveState', nothing),
      load: told('load', () => this.loaded),
      sample: async (params, { item, signal }) => {
        await this.#asked('sample', params, signal);
        return this.#sampled(params, item, signal);
      },
      tensors: () => {
        throw new RpcError('bad-input', 'Nothing is asked of tensors.');
      },
      recompute: told('recompute', ({ evaluation }: { evaluation: number }) => ({
        evaluation,
        residuals: new Float64Array(16).fill(this.residual),
      })),
      wordMaps: told('wordMaps', mapsOf),
      invert: told('invert', () => ({
        ...{ init: Float32Array.from(normals({ seed: 1, stream: 0 }, size)), given: known, returned: known.map((value) => 0.98 * value) },
        ...{ error: 0.02, largest: 0.02, mean: 0.01, deviation: 1.02 },
      })),
      release: told('release', nothing),
      pickImage: told('pickImage', () => this.image),
      readImage: told('readImage', () => {
        if (!this.image) throw new RpcError('data-invalid', 'photo.png is gone.');
        return this.image;
      }),
      addModel: told('addModel', () => null),
      removeModel: told('removeModel', nothing),
      saveTrajectory: told('saveTrajectory', nothing),
      savePicture: told('savePicture', nothing),
      copy: told('copy', nothing),
      paste: told('paste', () => this.pasted),
    };
    this.page = duplex<DenoisingHost, DenoisingPage>(pageChannel(), handlers);
  }

  /** Lets what waits go on. */
  release(): void {
    this.holding = [];
    this.stopsBehind = null;
    for (const go of this.#waiting.splice(0)) go();
  }

  async #asked(method: string, params: unknown, signal: AbortSignal): Promise<void> {
    this.calls.push({ method, params });
    while (this.holding.includes(method) && !signal.aborted) await this.#wait(signal);
    signal.throwIfAborted();
    const failure = this.failures[method];
    if (failure !== undefined) throw new RpcError('run-failed', failure);
  }

  #wait(signal: AbortSignal): Promise<void> {
    return new Promise<void>((resolve) => {
      this.#waiting.push(resolve);
      signal.addEventListener('abort', () => resolve(), { once: true });
    });
  }

  async #sampled(
    { settings, start, shown }: SampleParams,
    give: (evaluations: readonly EvaluationOfRun[]) => void,
    signal: AbortSignal,
  ): Promise<DiffusionRun> {
    const { scheduler } = this.loaded;
    const { seed, count, run } = settings;
    const sampler = samplers.find(({ name }) => name === (settings.sampler ?? scheduler.sampler))!;
    const plan = planned(sampler, { ...without, ...sampler.defaults, ...scheduleOf(scheduler.settings) }, run);
    const noise = Float32Array.from(
      Array.from({ length: count }, (_, item) => [...normals({ seed: seed + item, stream: 0 }, size)]).flat(),
    );
    const from = start?.from ?? 0;
    const begun = begin(plan, noise, count);
    const { alpha, sigma } = sampler.ratesAt(plan, from);
    const pictures = Float32Array.from({ length: count * size }, (_, at) => start?.picture[at % size] ?? 0);
    const state = start ? { ...begun, x: combined([alpha, pictures], [sigma, noise]), evaluations: from } : begun;
    const rates = Array.from(plan.timesteps, (_, index) => sampler.ratesAt(plan, index));
    // The velocity of which the known picture is the clean sample, beside x of variance 1.
    const velocity = (x: ArrayLike<number>, _timestep: number, at: number): Float32Array => {
      const length = Math.hypot(rates[at]!.alpha, rates[at]!.sigma);
      const [a, s] = [rates[at]!.alpha / length, rates[at]!.sigma / length];
      return Float32Array.from({ length: count * size }, (__, i) => (a * x[i]! - 0.9 * known[i % size]!) / s);
    };
    let before: ArrayLike<number> | null = null;
    for await (const { index, timestep, x, output, predictedClean, predictedNoise, step, ...told } of trajectory(
      sampler,
      plan,
      state,
      velocity,
      (draw, many) => normals({ seed, stream: draw + 1 }, many),
    )) {
      const tensors = { x, clean: predictedClean, noise: predictedNoise, step, output, conditional: output, unguided: output };
      const previous = before;
      before = step;
      give([
        {
          ...{ index, timestep, alpha: told.alpha, sigma: told.sigma, ms: 1 },
          lengths: Object.fromEntries(
            Object.entries(tensors).map(([name, values]) => [name, each(count, (item) => Math.sqrt(inner(values, values, item)))]),
          ),
          turns: each(count, (item) =>
            previous ? inner(previous, step, item) / Math.sqrt(inner(previous, previous, item) * inner(step, step, item)) : NaN,
          ),
          pictures: Object.fromEntries(
            shown.tensors.map((name: TensorName) => [
              name,
              {
                ...{ evaluations: [index], items: Array.from({ length: count }, (_, i) => i), channels: 1, height, width },
                values: Float32Array.from((tensors as Record<string, ArrayLike<number>>)[name]!),
              },
            ]),
          ),
        },
      ]);
      while (this.stopsBehind === index && !signal.aborted) await this.#wait(signal);
      signal.throwIfAborted();
    }
    return {
      ...{
        runId: `run-${this.#runs++}`,
        items: count,
        from,
        timesteps: plan.timesteps,
        sampler: sampler.name,
        settings: plan.settings,
        draws: 0,
      },
      alphas: Float64Array.from(rates, (each) => each.alpha),
      sigmas: Float64Array.from(rates, (each) => each.sigma),
      recipe: {
        ...{ sha256: {}, engineVersion: '1', exact: true, settings: { provider: 'auto', threads: 0, memoryLimit: 2 ** 30 } },
        request: { ...settings, seeds: [seed], conditions: [settings.condition], keep: 'all' },
      },
      ...{ notices: [], runMs: 10, modelMs: 8, keptBytes: 1000 },
    };
  }
}

const each = (count: number, value: (item: number) => number): Float64Array =>
  Float64Array.from({ length: count }, (_, item) => value(item));

function inner(a: ArrayLike<number>, b: ArrayLike<number>, item: number): number {
  let sum = 0;
  for (let at = item * size; at < (item + 1) * size; at++) sum += a[at]! * b[at]!;
  return sum;
}

/** Each word is attended to from a column of its own; of single layers and heads a little more. */
function mapsOf({ site, head, evaluations }: WordMapsRequest): WordMaps {
  const [rows, columns] = [4, 6];
  const own = 0.5 + 0.05 * (site ?? 0) + 0.02 * (head ?? 0) + 0.001 * evaluations.length;
  const maps = new Float32Array(words.length * rows * columns);
  for (let word = 0; word < words.length; word++)
    for (let place = 0; place < rows * columns; place++)
      maps[word * rows * columns + place] = place % columns === word ? (word === 1 ? own : 0.3) : 0.1;
  return { words, heads: site === null ? 1 : 4, height: rows, width: columns, maps };
}

declare global {
  interface Window {
    denoising: DenoisingStandIn;
  }
}

window.denoising = new DenoisingStandIn();
Object.assign(window, { standIn: window.denoising });
