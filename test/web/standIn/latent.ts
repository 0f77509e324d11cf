/**
 * Stands in for the extension host of the latent panel: a VAE of discs, whose first two latents are a disc's place. The second model has four
 * latents; the last two are the data's own and move no disc. What is kept outlives a reload of the page.
 */

import type { Picture } from '../../../src/protocol/pictures.ts';
import type { ComparedData, LatentContent, LatentHost, LatentPage } from '../../../src/protocol/latent.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import type {
  CopyingOf,
  EncodedData,
  EncodedPart,
  EvidenceOf,
  Examination,
  LoadedVae,
  MembershipOf,
  PicturePart,
} from '../../../src/protocol/vae.ts';
import { pageChannel } from './pageChannel.ts';

const side = 16;
const count = 600;
const each = 200;

/** A disc whose place is z, [side, side]. */
function disc(x: number, y: number): Float32Array {
  const [column, row] = [side / 2 + 2 * x, side / 2 - 2 * y];
  return Float32Array.from({ length: side * side }, (_, at) =>
    Math.max(0, Math.min(1, 4 - Math.hypot((at % side) - column, Math.floor(at / side) - row))),
  );
}
const joined = (pictures: readonly Float32Array[]): Float32Array => {
  const all = new Float32Array(pictures.length * side * side);
  pictures.forEach((picture, at) => all.set(picture, at * side * side));
  return all;
};
/** Three heaps, one a class. */
const meanOf = (item: number): readonly [number, number] => {
  const turn = (2 * Math.PI * (item % 3)) / 3;
  const spread = 0.5 * Math.sin(item * 12.9898);
  return [1.2 * Math.cos(turn) + spread, 1.2 * Math.sin(turn) + 0.5 * Math.cos(item * 78.233)];
};

const modelOf = (latent: number): LoadedVae => ({
  ...{
    latent,
    latentNames: Array.from({ length: latent }, (_, at) => `z${at}`),
    latentShape: [latent],
    parameters: 1_000,
    sha256: {},
    loadMs: 20,
    layout: 'channels-first',
  },
  ...{ item: { kind: 'image', channels: 1, height: side, width: side }, range: { low: 0, high: 1 } },
  encoder: {
    path: '/m/encoder.onnx',
    input: 'image',
    mean: 'mean',
    spread: { output: 'logvar', form: 'log-variance' },
    halves: false,
    others: [],
  },
  decoder: { path: '/m/decoder.onnx', input: 'z', location: 'location', picture: 'image', sigmoid: false, others: [] },
  likelihood: { kind: 'discretised-logistic', levels: 256, spread: 'log-scale' },
  provider: { requested: 'auto', used: 'cpu', engineVersion: '1.30.0' },
});
/** A place among the latents: what is behind the first two differs from item to item. */
const latentsOf = ([x, y]: readonly [number, number], item: number, latent: number): number[] =>
  [x, y, (item % 11) / 4, -(item % 7) / 4].slice(0, latent);

const copying: CopyingOf = {
  ...{ z: 3.2, nearer: 0.61, pBelow: 0.99, samples: 1_000, examples: 1_000 },
  ...{ ratioOfSamples: 0.78, ratioOfTests: 0.71, compared: 50, trainCount: 7_316 },
  pairs: {
    ...{ samples: joined([-1, 0, 1].map((x) => disc(x, 0))), nearest: joined([-1, 0, 1].map((x) => disc(x, 0.5))) },
    ...{ index: Int32Array.of(11, 4, 99), distance: Float64Array.of(0.4, 1.1, 2.3), ratio: Float64Array.of(0.12, 0.5, 0.93) },
  },
};
const found = {
  ...{ foundAtOnePercent: { value: 0.009, low: 0.005, high: 0.019 }, foundIfIndependent: { value: 0.009, low: 0.006, high: 0.013 } },
  ...{ epsilon: 0, memberFamilies: 49, otherFamilies: 69, examples: 7_316 },
};
const audit: MembershipOf = {
  ...{ ...found, auc: { value: 0.56, low: 0.52, high: 0.6 } },
  withoutModel: { ...found, auc: { value: 0.463, low: 0.42, high: 0.501 }, byChance: { low: 0.423, high: 0.579, p: 0.775 } },
};

class LatentStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<LatentPage>;
  content: LatentContent = {
    models:
      sessionStorage.getItem('models') === 'none'
        ? []
        : [
            { id: 'vae-glyphs-2', title: 'VAE of glyphs, 2 dimensions', hasTraining: true },
            { id: 'vae-glyphs', title: 'VAE of glyphs, 16 dimensions', hasTraining: false },
          ],
    data: [{ id: 'glyphs', name: 'Held-out glyphs' }],
    state: JSON.parse(sessionStorage.getItem('state') ?? 'null') as LatentContent['state'],
  };
  /** By method: what each call of it fails with. */
  failures: Readonly<Record<string, string>> = {};
  /** Methods whose calls are answered when they are released. */
  holding: readonly string[] = [];
  #latent = 2;
  readonly #waiting: (() => void)[] = [];
  added: { id: string; name: string } | null = { id: '/data/own', name: 'own' };
  /** What was changed of the picture that is picked. */
  notices: readonly string[] = [];
  /** The size of the image file that is picked. */
  file = { width: 4_000, height: 3_000 };
  /** Which one that was is known after a reload. */
  readonly reopens = sessionStorage.getItem('reopens') !== 'no';
  /** What differs from what is said else. */
  summary: Partial<EncodedData> = {};
  /** Models that are loaded have an encoder. */
  withEncoder = true;
  examined: Partial<Examination> = {};
  evidence: Partial<EvidenceOf> = {};
  /** What comes of two data sets of the user's; null: none was chosen. */
  compared: ComparedData | null = {
    ...{ members: 'seen', others: 'unseen', copying },
    twoSets: {
      data: { share: 0.503, expected: 0.4999, p: 0.31, first: 2_000, second: 1_500 },
      ...{
        differ: false,
        inBoth: 0,
        membership: { ...audit, memberFamilies: 2_000, otherFamilies: 1_500, examples: 3_500 },
        withoutNats: null,
      },
    },
  };

  constructor() {
    const told =
      <T>(method: string, answer: (params: never) => T) =>
      async (params: unknown): Promise<T> => {
        this.calls.push({ method, params });
        await this.#held(method);
        return answer(params as never);
      };
    const handlers: Handlers<LatentHost> = {
      ready: told('ready', () => this.content),
      saveState: told('saveState', ({ state }: { state: object }) => sessionStorage.setItem('state', JSON.stringify(state))),
      load: told('load', ({ model }: { model: string }) => {
        this.#latent = model === 'vae-glyphs' ? 4 : 2;
        const { encoder, ...rest } = modelOf(this.#latent);
        return this.withEncoder ? { ...rest, encoder: encoder! } : rest;
      }),
      encode: async (params, { item, progress }) => {
        this.calls.push({ method: 'encode', params });
        const latent = this.#latent;
        for (let first = 0; first < count; first += each) {
          item(partFrom(first, latent));
          progress({ message: `Encoded ${first + each} of ${count}`, fraction: (first + each) / count });
          await this.#held('encode');
        }
        return {
          ...summary,
          ...this.summary,
          dimensions: summary.dimensions && [...summary.dimensions, ...summary.dimensions].slice(0, latent),
        };
      },
      addData: told('addData', () => this.added),
      addModel: told('addModel', () => null),
      removeModel: told('removeModel', () => undefined),
      decode: told('decode', ({ z }: { z: Float32Array }) => ({
        count: z.length / this.#latent,
        pictures: joined(
          Array.from({ length: z.length / this.#latent }, (_, at) => disc(z[this.#latent * at]!, z[this.#latent * at + 1]!)),
        ),
      })),
      item: async (params, { progress }) => {
        this.calls.push({ method: 'item', params });
        if (this.holding.includes('item')) progress({ message: 'Encoded 200 of 600', fraction: 1 / 3 });
        await this.#held('item');
        return disc(...meanOf(params.item));
      },
      project: told('project', ({ method }: { method: string }) => {
        // Upwards lies the first of four, to the right the second.
        if (method === 'pca')
          return {
            ...{ points: new Float32Array(0), items: null },
            pca: { share: Float64Array.of(0.6, 0.3), axes: Float64Array.of(0, 1, 0, 0, 1, 0, 0, 0), mean: Float64Array.of(0, 0, 0.5, 0) },
          };
        const items = Uint32Array.from({ length: count / 2 }, (_, at) => 2 * at + 1);
        return { points: Float32Array.from([...items].flatMap((item) => [item / 100, (item % 3) - 1])), items, pca: null };
      }),
      examine: told('examine', () => ({ ...examination, ...wider(this.#latent), ...this.examined })),
      evidence: told('evidence', () => ({ ...evidence, ...this.evidence })),
      contours: told('contours', ({ side: cells }: { side: number }) => ({
        ...{ window: { left: 0, right: 2, bottom: -1, top: 1 }, side: cells, mass: 0.999 },
        logDensity: Float64Array.from({ length: cells * cells }, (_, at) => {
          const [x, y] = [(2 * (at % cells)) / cells - 0.8, (2 * Math.floor(at / cells)) / cells - 1];
          return -0.5 * ((x / 0.2) ** 2 + (y / 0.3) ** 2);
        }),
        levels: [
          { share: 0.5, logDensity: -0.69 },
          { share: 0.9, logDensity: -2.3 },
        ],
      })),
      aggregate: told('aggregate', () => ({
        ...{ rate: 5.1, information: 4.2, divergence: 0.87, standardErrors: { information: 0.02, divergence: 0.03 } },
        ...{ residual: 0.03, residualError: 0.04, draws: 1_000, n: count },
      })),
      neighbours: told('neighbours', () => ({
        ...{ k: 2, index: Int32Array.of(4, 9), distance: Float64Array.of(1.2, 2.4), ratio: Float64Array.of(0.6), trainCount: 7_316 },
        nearest: disc(0.9, 0.1),
      })),
      copying: told('copying', () => copying),
      membership: told('membership', () => ({ ...audit, memberFamilies: 49, otherFamilies: 69, examples: 7_316 })),
      compareData: async (params, { progress, signal }) => {
        this.calls.push({ method: 'compareData', params });
        progress({ message: 'Comparing the data', fraction: 0.5 });
        signal.addEventListener('abort', () => this.calls.push({ method: 'compareData stopped', params: {} }));
        await this.#held('compareData');
        return this.compared;
      },
      pickPicture: told('pickPicture', () => ({
        picture: { name: 'a.png', shape: { channels: 1, height: side, width: side }, levels: new Uint8Array(side * side) },
        values: disc(-1, -1),
        notices: this.notices,
        file: { ...this.file, preview: previewOf(this.file) },
      })),
      encodePicturePart: told('encodePicturePart', ({ part }: { part: PicturePart }) => {
        const place = this.#middleOf(part);
        const encoding = {
          mean: Float32Array.from(latentsOf(place, 0, this.#latent)),
          logVariance: new Float32Array(this.#latent).fill(-3),
        };
        return { values: disc(...place), notices: this.notices, encoding };
      }),
      reopenPicture: told('reopenPicture', ({ part }: { part: PicturePart }) => {
        const file = { ...this.file, preview: previewOf(this.file) };
        return this.reopens ? { values: disc(...this.#middleOf(part)), notices: this.notices, file, part } : null;
      }),
      copy: told('copy', () => undefined),
    };
    this.page = duplex<LatentHost, LatentPage>(pageChannel(), handlers);
  }

  /** Answers what waits. */
  release(): void {
    this.holding = [];
    for (const go of this.#waiting.splice(0)) go();
  }

  /** Answers what waits first; what is asked after it waits again. */
  releaseOne(): void {
    this.#waiting.shift()?.();
  }

  /** A part of a picture is a disc at its middle. */
  #middleOf({ x, y, width, height }: PicturePart): readonly [number, number] {
    return [(4 * (x + width / 2)) / this.file.width - 2, 2 - (4 * (y + height / 2)) / this.file.height];
  }

  async #held(method: string): Promise<void> {
    if (this.holding.includes(method)) await new Promise<void>((resolve) => this.#waiting.push(resolve));
    const failure = this.failures[method];
    if (failure !== undefined) throw new Error(failure);
  }
}

/** Rings of light on a slope of colours, at most 320 pixels long. */
function previewOf(file: { width: number; height: number }): Picture {
  const scale = Math.min(1, 320 / Math.max(file.width, file.height));
  const [width, height] = [Math.max(1, Math.round(file.width * scale)), Math.max(1, Math.round(file.height * scale))];
  const levels = Uint8Array.from({ length: 3 * width * height }, (_, at) => {
    const [channel, place] = [Math.floor(at / (width * height)), at % (width * height)];
    const [x, y] = [(place % width) / width, Math.floor(place / width) / height];
    return 255 * [x, y, 0.5 + 0.5 * Math.sin(40 * Math.hypot(x - 0.5, y - 0.5))][channel]!;
  });
  return { name: 'a.png', shape: { channels: 3, height, width }, levels };
}

function partFrom(first: number, latent: number): EncodedPart {
  const items = Array.from({ length: each }, (_, at) => first + at);
  return {
    ...{ first, count: each, mean: Float32Array.from(items.flatMap((item) => latentsOf(meanOf(item), item, latent))) },
    logVariance: new Float32Array(latent * each).fill(-3),
    reconstruction: Float64Array.from(items, (item) => -400 - (item % 37)),
    kl: Float64Array.from(items, (item) => 5 + (item % 5)),
    error: Float64Array.from(items, (item) => 0.01 + 0.001 * (item % 7)),
  };
}

const summary: EncodedData = {
  ...{ runId: 'r', name: 'Held-out glyphs', count, notices: [], withoutNats: null, runMs: 400, active: 1, collapsed: 1 },
  labels: [
    { name: 'character', names: ['A', 'B', 'C'], values: Uint8Array.from({ length: count }, (_, item) => item % 3) },
    {
      name: 'font',
      names: Array.from({ length: 120 }, (_, font) => `Font ${font}`),
      values: Uint8Array.from({ length: count }, (_, item) => item % 120),
    },
  ],
  elbo: { mean: -425.5, standardError: 1.2, bitsPerDimension: 0.783 },
  ...{ reconstruction: -418.5, kl: 7, sensitivity: Float64Array.of(0.12, 0.0003, 0, 0) },
  dimensions: [
    { kl: 6.99, varianceOfMean: 0.9, active: true, collapsed: false, mean: 0, variance: 1 },
    { kl: 0.004, varianceOfMean: 0.001, active: false, collapsed: true, mean: 0, variance: 1 },
  ],
  recipe: { sha256: {}, request: { path: '/glyphs', draws: 4, seed: 1 }, data: '' },
};

const examination: Examination = {
  ...{
    mean: Float32Array.of(1.2, 0),
    logVariance: Float32Array.of(-3, -2),
    z: Float32Array.of(1.3, 0.2),
    noise: Float64Array.of(0.45, 0.54),
  },
  ...{ pictureOfZ: disc(1.3, 0.2), pictureOfMean: disc(1.2, 0), withoutNats: null, draws: 64, kl: 7.02 },
  reconstruction: { mean: -418.2, standardError: 0.31, ofZ: -419 },
  pixels: Float64Array.from({ length: side * side }, (_, at) => -1 - (at % 5) / 3),
  klByDimension: Float64Array.of(6.9, 0.12),
  elbo: { mean: -425.22, standardError: 0.31 },
  klByDraws: { mean: 6.98, standardError: 0.11 },
};

/** The vectors of an examination in four latents. */
function wider(latent: number): Partial<Examination> {
  if (latent === 2) return {};
  const [mean, logVariance] = [Float32Array.of(1.2, 0, 0.75, -0.5), Float32Array.of(-3, -2, 0, 0)];
  const klByDimension = Float64Array.of(6.9, 0.12, 0, 0);
  return { mean, logVariance, z: mean, noise: new Float64Array(4), klByDimension };
}

const evidence: EvidenceOf = {
  ...{ method: 'quadrature', logEvidence: -423.9 },
  quadrature: {
    ...{ logEvidence: -423.9, reach: 6, coarse: -423.9, fine: -423.9, difference: 3e-5, agreed: true, evaluations: 20_000, modes: [] },
    ...{ mean: [1.2, 0], covariance: [0.04, 0, 0.09] },
  },
  importance: { logEvidence: -424, standardError: 0.1, effectiveSize: 310, paretoShape: 0.4, draws: 2_000 },
  byK: [1, 10, 100, 1_000].map((k) => ({ k, bound: -425.2 + Math.log10(k) / 2.6, standardError: 0.1, groups: 2_000 / k })),
  elbo: { mean: -425.2, standardError: 0.05 },
  gap: { value: 1.3, standardError: 0.05, lowerBound: false },
  best: {
    ...{ mean: Float64Array.of(1.2, 0), logVariance: Float64Array.of(-3.2, -2.4), settled: true, evaluations: 4_000 },
    elbo: { mean: -424.6, standardError: 0.04 },
  },
  amortisationGap: { value: 0.6, standardError: 0.02 },
  familyGap: { value: 0.7, standardError: 0.04, lowerBound: false },
};

declare global {
  interface Window {
    latent: LatentStandIn;
  }
}

window.latent = new LatentStandIn();
Object.assign(window, { standIn: window.latent });
