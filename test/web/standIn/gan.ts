/** Stands in for the extension host of the panel of a GAN: a linear generator of small pictures, and a discriminator that adds them up. */

import { noiseOf } from '../../../src/maths/gan/noise.ts';
import { birthdays } from '../../../src/maths/fidelity/birthday.ts';
import { sensitivityOf } from '../../../src/maths/gan/directions.ts';
import { normals } from '../../../src/maths/random/normal.ts';
import type { GanBatch, GanEvaluation, GanRecipe, GanSampleRequest, LoadedGan } from '../../../src/protocol/gan.ts';
import type { GanContent, GanHost, GanPage, PastedGan, ScoredPicture } from '../../../src/protocol/ganView.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import { RpcError, type Handlers, type Progress, type Remote } from '../../../src/protocol/rpc.ts';
import { pageChannel } from './pageChannel.ts';

const [latent, side] = [4, 8];
const size = side * side;
const weights = normals({ seed: 4, stream: 0 }, latent * size).map((value) => 0.15 * value);
const classes = [...'ABC'];

const model: LoadedGan = {
  generator: { path: '/g.onnx', noise: 'z', picture: 'image', others: [] },
  discriminator: { path: '/d.onnx', picture: 'image', score: 'score', others: [] },
  ...{ item: { kind: 'image', channels: 1, height: side, width: side }, layout: 'channels-first', latentShape: [latent] },
  ...{ prior: 'normal', range: { low: 0, high: 1 }, classes, judged: true, latent, parameters: 512, sha256: {}, loadMs: 1 },
  provider: { requested: 'auto', used: 'cpu', engineVersion: '1' },
};

class GanStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<GanPage>;
  content: GanContent = {
    models: [
      {
        ...{ id: 'gan-glyphs', title: 'GAN of glyphs', known: { data: 'held out', train: 'train' } },
        audit: { score: { low: 0.003, high: 0.012 }, nearness: { low: 0.011, high: 0.026 } },
      },
      { id: '/own/generator.onnx', title: 'own', added: true, known: null, audit: null },
    ],
    canAdd: true,
    data: [
      { id: 'held out', name: 'Glyphs, held out' },
      { id: 'train', name: 'Glyphs, trained on' },
    ],
    state: null,
  };
  loaded: LoadedGan = model;
  image: ScoredPicture | null = {
    picture: {
      name: 'photo.png',
      shape: { channels: 1, height: side, width: side },
      levels: Uint8Array.from({ length: size }, (_, at) => 4 * at),
    },
    ...{ score: 0.4, class: 1, notices: ['photo.png: was made smaller.'] },
  };
  /** By method: what it fails with. */
  failures: Record<string, string> = {};
  /** Methods whose answers wait. */
  holding: string[] = [];
  differ = true;
  pasted: PastedGan = { model: 'gan-glyphs', settings: { seed: 12, class: 2, truncation: 0.7 }, notice: null };
  #waiting: (() => void)[] = [];

  constructor() {
    const told =
      <P, T>(method: string, answer: (params: P) => T) =>
      async (params: unknown, { signal }: { signal: AbortSignal }): Promise<Awaited<T>> => {
        await this.#asked(method, params, signal);
        return await answer(params as P);
      };
    const nothing = (): undefined => undefined;
    const handlers: Handlers<GanHost> = {
      ready: told('ready', () => this.content),
      saveState: told('saveState', nothing),
      load: told('load', () => this.loaded),
      sample: async (params, { item, signal }) => {
        await this.#asked('sample', params, signal);
        return sampled(params, this.loaded, item);
      },
      generate: told('generate', ({ z }: { z: Float32Array }) => {
        const pictures = drawn(z);
        return { count: z.length / latent, pictures, scores: this.loaded.discriminator ? Float64Array.of(scoreOf(pictures)) : null };
      }),
      directions: told('directions', ({ count }: { count: number }) => {
        const { directions, values, shares } = sensitivityOf(weights, latent, count);
        return { directions, gains: values.map((value) => value / Math.sqrt(size)), shares };
      }),
      measure: async (params, { progress, signal }) => {
        progress({ message: 'Comparing regions', fraction: 0.4 } satisfies Progress);
        await this.#asked('measure', params, signal);
        return evaluation(params.samples, params.train !== null, this.differ);
      },
      neighbours: told('neighbours', ({ pictures, k }: { pictures: Float32Array; k: number }) => ({
        ...{ k, trainCount: 7316, ratio: Float64Array.of(0.8) },
        index: Int32Array.from({ length: k }, (_, at) => 10 * at),
        distance: Float64Array.from({ length: k }, (_, at) => 1 + at / 10),
        nearest: Float32Array.from({ length: k * size }, (_, at) => pictures[at % size]! * 0.5),
      })),
      pickPicture: told('pickPicture', () => this.image),
      addData: told('addData', () => ({ id: '/own/data', name: 'data' })),
      addModel: told('addModel', () => null),
      removeModel: told('removeModel', nothing),
      save: told('save', nothing),
      copy: told('copy', nothing),
      paste: told('paste', () => this.pasted),
    };
    this.page = duplex<GanHost, GanPage>(pageChannel(), handlers);
  }

  /** Lets what waits go on. */
  release(): void {
    this.holding = [];
    for (const go of this.#waiting.splice(0)) go();
  }

  async #asked(method: string, params: unknown, signal: AbortSignal): Promise<void> {
    this.calls.push({ method, params });
    while (this.holding.includes(method) && !signal.aborted)
      await new Promise<void>((resolve) => {
        this.#waiting.push(resolve);
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    signal.throwIfAborted();
    const failure = this.failures[method];
    if (failure !== undefined) throw new RpcError('run-failed', failure);
  }
}

/** [count, size], around a grey. */
function drawn(z: Float32Array): Float32Array {
  const pictures = new Float32Array((z.length / latent) * size);
  for (let at = 0; at < pictures.length; at++) {
    const item = Math.floor(at / size);
    let sum = 0.4;
    for (let j = 0; j < latent; j++) sum += z[item * latent + j]! * weights[j * size + (at % size)]!;
    pictures[at] = Math.max(0, Math.min(1, sum));
  }
  return pictures;
}

const scoreOf = (picture: Float32Array): number => picture.reduce((sum, value) => sum + value, 0) / size - 0.4;

function sampled(
  { seed, first, count, truncation, class: chosen }: GanSampleRequest,
  { classes: names, discriminator }: LoadedGan,
  give: (batch: GanBatch) => void,
): GanRecipe {
  for (let at = 0; at < count; at += 16) {
    const many = Math.min(16, count - at);
    const z = noiseOf({ seed, prior: 'normal', latent, truncation }, first + at, many);
    const pictures = drawn(z);
    give({
      ...{ first: first + at, count: many, pictures, z },
      classes: Int32Array.from({ length: names.length > 0 ? many : 0 }, (_, i) =>
        chosen === 'each' ? (first + at + i) % names.length : chosen,
      ),
      scores: discriminator ? Float64Array.from({ length: many }, (_, i) => scoreOf(pictures.subarray(i * size, (i + 1) * size))) : null,
    });
  }
  return {
    ...{ sha256: {}, batch: 16, engineVersion: '1', exact: true, runMs: 3 },
    request: { seed, first, count, truncation, class: chosen },
    settings: { provider: 'auto', threads: 0, memoryLimit: 2 ** 30 },
  };
}

function evaluation(samples: number, hasTraining: boolean, differ: boolean): GanEvaluation {
  const scores = (mean: number, stream: number): Float64Array => normals({ seed: 2, stream }, 300).map((value) => mean + 0.1 * value);
  const each = { samples: scores(0, 0), data: scores(0.05, 1), train: hasTraining ? scores(0.06, 2) : null };
  const told = (mean: number) => ({ count: 300, mean, deviation: 0.1 });
  const interval = (value: number) => ({ value, low: value - 0.01, high: value + 0.01 });
  const audit = {
    ...{ auc: interval(0.52), foundAtOnePercent: interval(0.015), foundIfIndependent: interval(0.015) },
    ...{ epsilon: 0, memberFamilies: 200, otherFamilies: 200, examples: 400 },
  };
  const byChance = { permutations: 99, low: 0.45, high: 0.55, p: 0.4 };
  const comparison = { share: 0.64, expected: 0.5, p: differ ? 0.001 : 0.4, first: 200, second: 200 };
  return {
    ...{
      data: { name: 'Glyphs, held out', count: 8246, notices: [] },
      train: hasTraining ? { name: 'Glyphs, trained on', count: 7316 } : null,
    },
    ...{ samples, compared: 1000, labelled: 'character', withoutScores: null, runMs: 10 },
    scores: {
      ...{ samples: told(0), data: told(0.05), train: hasTraining ? told(0.06) : null, each },
      ...{ dataAboveSamples: 0.64, trainAboveSamples: hasTraining ? 0.66 : null, trainAboveData: hasTraining ? 0.53 : null },
    },
    coverage: {
      ...{
        names: classes,
        asked: Int32Array.of(334, 333, 333),
        read: Float64Array.of(0.98, 0.4, 0.9),
        hit: 2,
        accuracy: 0.76,
        accuracyOfData: 0.96,
      },
    },
    diversity: { samples: 0.145, data: 0.235, byClass: { samples: Float64Array.of(0.1, 0.2, 0.1), data: Float64Array.of(0.2, 0.2, 0.2) } },
    birthday: { batch: 32, threshold: 0.031, samples: birthdays(62, 40, 32), data: birthdays(62, 31, 32) },
    features: {
      ...{
        space: 'the 128 features of the classifier of glyphs',
        dimensions: 128,
        frechet: 7.23,
        reference: { frechet: 1.51, of: 'train' },
      },
      ...{ neighbours: 3, precision: 0.29, recall: 0.4, samples: 1000, data: 1000 },
    },
    copying: hasTraining
      ? {
          ...{ z: 23.04, nearer: 0.7, pBelow: 1, samples, examples: 1000, compared: 50 },
          ...{ ratioOfSamples: 0.8, ratioOfTests: 0.65, trainCount: 7316 },
        }
      : null,
    membership: hasTraining
      ? {
          ...{ data: comparison, differ, inBoth: 0, withoutScore: null, whiteBox: differ ? null : audit },
          blackBox: differ ? null : { ...audit, withoutModel: { ...audit, byChance } },
        }
      : null,
    withoutMembership: null,
    recipe: { sha256: {}, request: { data: '/d', samples, seed: 1, truncation: null, most: 1000 } },
  };
}

declare global {
  interface Window {
    gan: GanStandIn;
  }
}

window.gan = new GanStandIn();
Object.assign(window, { standIn: window.gan });
