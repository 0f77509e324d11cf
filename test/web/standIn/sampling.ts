/** Stands in for the extension host of the sampling view: continues a text with words of its own, a token each, when it is told to. */

import type { DiffusionSettings } from '../../../src/protocol/diffusion.ts';
import { defaultDecoding, type GeneratedToken, type Generation, type GenerationRequest } from '../../../src/protocol/generation.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import { RpcError, type Handlers, type Remote, type StreamContext } from '../../../src/protocol/rpc.ts';
import {
  defaultGan,
  defaultPictures,
  firstDiffusion,
  type DiffusionFacts,
  type DiffusionOutcome,
  type DiffusionStage,
  type GanPictureBatch,
  type GanSettings,
  type PictureBatch,
  type PictureOutcome,
  type PictureRequest,
  type PastedSettings,
  type SamplingChoices,
  type SamplingContent,
  type SamplingHost,
  type SamplingPage,
} from '../../../src/protocol/sampling.ts';
import { pageChannel } from './pageChannel.ts';

const words = ['return', ' ', 'x', ' +', ' y', '\n', '    ', 'print', '(', 'x', ')', '\n'];
const choices: SamplingChoices = {
  ...{
    model: null,
    source: 'file',
    prompt: '',
    decoding: defaultDecoding,
    pictures: defaultPictures,
    gan: defaultGan,
    diffusion: firstDiffusion,
    settingsOpen: false,
    run: null,
    beside: null,
  },
};

class SamplingStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<SamplingPage>;
  content: SamplingContent = {
    models: [
      {
        ...{ id: 'code-transformer', family: 'transformer', title: 'Code transformer', bytes: 11_643_571, bundled: true },
        description: 'Decoder-only Transformer of 6 layers with 4 heads, 5.8 million parameters, trained on Python source.',
      },
      {
        ...{ id: 'vae-glyphs', family: 'vae', title: 'VAE of glyphs', bytes: 1_514_404, bundled: true },
        description: 'Encoder and decoder of printed letters and digits.',
      },
      {
        ...{ id: 'gan-glyphs', family: 'gan', title: 'GAN of glyphs', bytes: 1_854_947, bundled: true },
        description: 'Class-conditional generator and discriminator of printed letters and digits.',
      },
      {
        ...{ id: 'diffusion-glyphs', family: 'diffusion', title: 'Diffusion model of glyph pairs', bytes: 2_441_216, bundled: true },
        description: 'Text-conditional U-Net that draws two printed letters or digits side by side.',
      },
      {
        id: '/models/own.onnx',
        family: 'transformer',
        title: 'own.onnx',
        description: '12 attention layers',
        bytes: 498_000_000,
        bundled: false,
      },
    ],
    canAdd: true,
    choices,
    runs: [],
    target: {
      ...{ uri: 'file:///work/loss.py', name: 'loss.py', offset: 120, line: 12 },
      tail: 'def loss(mu, logvar, x):',
    },
  };
  /** Tokens wait until so many are asked for; null: they come at once. */
  held: number | null = null;
  pasted: PastedSettings = { model: 'code-transformer', decoding: { temperature: 1.3, seed: 7 } };
  failure: string | null = null;
  /** The GAN's noise is of N(0, 1). */
  truncates = true;
  /** What there is to choose of the diffusion model; null: it cannot be read. */
  diffusion: DiffusionFacts | null = {
    conditioning: { kind: 'caption', characters: [...'ABab12'], styles: ['bold', 'italic', 'serif', 'mono'] },
    ...{ withoutGuidance: null, sampler: 'ddim', mostSteps: 1_000, picture: pair },
  };
  /** What it tells of a run. */
  notices: string[] = [];
  /** What the user adds. */
  added: string | null = null;
  #release: (() => void) | undefined;

  constructor() {
    const told =
      <T>(method: string, answer: (params: never) => T) =>
      (params: unknown): T => {
        this.calls.push({ method, params });
        return answer(params as never);
      };
    const nothing = (): undefined => undefined;
    const handlers: Handlers<SamplingHost> = {
      ready: told('ready', () => this.content),
      choose: told('choose', nothing),
      keep: told('keep', nothing),
      forget: told('forget', nothing),
      take: told('take', () => {
        const { target } = this.content;
        if (!target) throw new RpcError('no-text', 'No text is open.');
        return { text: 'import torch\n\ndef loss(mu, logvar, x):\n    ', origin: target };
      }),
      continueText: (params, context) => {
        this.calls.push({ method: 'continueText', params });
        return this.#continue(params.request, context.item, context.signal);
      },
      samplePictures: (params, context) => {
        this.calls.push({ method: 'samplePictures', params });
        return this.#sample(params, context.item, context.signal);
      },
      sampleGan: (params, context) => {
        this.calls.push({ method: 'sampleGan', params });
        return this.#generate(params.settings, context.item, context.signal);
      },
      ganFacts: told('ganFacts', () => ({ latent: 8, classes: [...'ABC'], truncates: this.truncates, scores: true })),
      sampleDiffusion: (params, context) => {
        this.calls.push({ method: 'sampleDiffusion', params });
        return this.#denoise(params.settings, context);
      },
      diffusionFacts: told('diffusionFacts', () => {
        if (!this.diffusion) throw new RpcError('model-missing', 'unet/model.onnx is missing.');
        return this.diffusion;
      }),
      zOf: told('zOf', ({ index }: { index: number }) => Float32Array.from({ length: 8 }, (_, j) => Math.sin(index + j))),
      exploreGan: told('exploreGan', nothing),
      pickPicture: told('pickPicture', () => ({ name: 'a.png', shape, levels: drawn(7) })),
      save: told('save', nothing),
      insert: told('insert', () => ({ place: 'origin' as const })),
      copy: told('copy', nothing),
      paste: told('paste', () => this.pasted),
      explain: told('explain', nothing),
      addModel: told('addModel', () => this.added),
      removeModel: told('removeModel', nothing),
      openCard: told('openCard', nothing),
    };
    this.page = duplex<SamplingHost, SamplingPage>(pageChannel(), handlers);
  }

  /** Lets tokens that wait come. */
  release(count: number): void {
    this.held = (this.held ?? 0) + count;
    this.#release?.();
  }

  async #sample(
    { settings: { count, seed } }: PictureRequest,
    give: (batch: PictureBatch) => void,
    signal: AbortSignal,
  ): Promise<PictureOutcome> {
    for (let first = 0; first < count; first += 16) {
      while (this.held === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#release = resolve));
      if (this.held !== null) this.held--;
      signal.throwIfAborted();
      const all = Array.from({ length: Math.min(16, count - first) }, (_, at) => drawn(first + at + seed));
      give({ first, count: all.length, shape, levels: Uint8Array.from(all.flatMap((each) => [...each])) });
    }
    return { took: 24, sha256: 'ab'.repeat(32), engineVersion: '1.30.0', exact: true };
  }

  async #generate(
    { count, seed, first, from, class: chosen }: GanSettings,
    give: (batch: GanPictureBatch) => void,
    signal: AbortSignal,
  ): Promise<PictureOutcome> {
    for (let at = 0; at < count; at += 16) {
      while (this.held === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#release = resolve));
      if (this.held !== null) this.held--;
      signal.throwIfAborted();
      const places = Array.from({ length: Math.min(16, count - at) }, (_, i) => at + i);
      const numbers = places.map((place) => (from === 'walk' ? place : first + place + seed));
      give({
        ...{ first: at, count: places.length, shape, levels: Uint8Array.from(numbers.flatMap((number) => [...drawn(number)])) },
        classes: places.map((place) => 'ABC'[chosen === 'each' ? (from === 'walk' ? 0 : (first + place) % 3) : chosen]!),
        scores: numbers.map((number) => Math.sin(number) / 10),
      });
    }
    return { took: 24, sha256: 'ab'.repeat(32), engineVersion: '1.30.0', exact: true };
  }

  async #denoise(
    { count, seed, run: { steps }, sampler }: DiffusionSettings,
    { item, progress, signal }: StreamContext<DiffusionStage>,
  ): Promise<DiffusionOutcome> {
    const whole = (left: number): Uint8Array =>
      Uint8Array.from(Array.from({ length: count }, (_, at) => [...twoDrawn(seed + at, left)]).flat());
    for (let at = 0; at < steps; at++) {
      while (this.held === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#release = resolve));
      if (this.held !== null) this.held--;
      signal.throwIfAborted();
      const left = 1 - (at + 1) / steps;
      item({ evaluations: at + 1, timestep: Math.round(1_000 * left), latents: false, shape: pair, levels: whole(left) });
      progress({ message: `Evaluation ${at + 1} of ${steps}`, fraction: (at + 1) / steps });
    }
    item({ evaluations: steps, timestep: null, latents: false, shape: pair, levels: whole(0) });
    const { notices } = this;
    return {
      ...{ took: 310, sha256: 'ab'.repeat(32), engineVersion: '1.30.0', exact: true, evaluations: steps, notices },
      sampler: sampler ?? 'ddim',
    };
  }

  async #continue(
    { continuation, settings }: GenerationRequest,
    give: (tokens: readonly GeneratedToken[]) => void,
    signal: AbortSignal,
  ): Promise<Generation> {
    if (this.failure !== null) throw new RpcError('no-logits', this.failure);
    let text = '';
    let sum = 0;
    for (let at = 0; at < settings.maxTokens; at++) {
      while (this.held === 0 && !signal.aborted) await new Promise<void>((resolve) => (this.#release = resolve));
      if (this.held !== null) this.held--;
      signal.throwIfAborted();
      const token = tokenAt(continuation.length + at, settings.seed);
      text += token.added;
      sum += token.logProbability;
      give([token]);
    }
    return {
      ...{ end: 'maxTokens', text, tokens: settings.maxTokens, meanLogProbability: sum / settings.maxTokens, promptMs: 12, stepsMs: 350 },
      ...{
        window: { start: 0, end: 40, tokens: 18, totalTokens: 18 },
        cached: true,
        endTokens: { tokens: [], from: null },
        sha256: 'ab'.repeat(32),
      },
      provider: { requested: 'auto', used: 'cpu', engineVersion: '1.30.0' },
    };
  }
}

const shape = { channels: 1, height: 28, width: 28 };
const pair = { channels: 1, height: 28, width: 56 };

/** Two discs, the more blurred the more is left to do. */
function twoDrawn(number: number, left: number): Uint8Array {
  const [first, second] = [drawn(number), drawn(number + 3)];
  return Uint8Array.from({ length: 28 * 56 }, (_, at) => {
    const [x, y] = [at % 56, Math.floor(at / 56)];
    const level = (x < 28 ? first : second)[y * 28 + (x % 28)]!;
    return (1 - left) * level + left * 128;
  });
}

/** A disc whose place and size depend on its number. */
function drawn(number: number): Uint8Array {
  const [x, y, radius] = [8 + ((number * 5) % 12), 8 + ((number * 3) % 12), 4 + (number % 5)];
  return Uint8Array.from({ length: 784 }, (_, at) => {
    const distance = Math.hypot((at % 28) - x, Math.floor(at / 28) - y);
    return Math.max(0, Math.min(255, 255 * (radius - distance)));
  });
}

function tokenAt(place: number, seed: number): GeneratedToken {
  const text = words[(place + seed) % words.length]!;
  const probability = 1 / (1 + ((place * 7 + seed) % 5));
  const rest = (1 - probability) / 4;
  const others = ['self', ' -', ' lambda', '\t'];
  const alternatives = [
    { id: 1000 + ((place + seed) % words.length), text, probability, drawn: Math.min(1, probability * 1.2) },
    ...others.map((other, index) => ({ id: index, text: other, probability: rest, drawn: index < 2 ? rest : 0 })),
  ].sort((a, b) => b.probability - a.probability);
  const { id } = alternatives.find((each) => each.text === text)!;
  const rank = alternatives.findIndex((each) => each.id === id) + 1;
  return {
    ...{ id, text, added: text, logProbability: Math.log(probability), rank, entropy: 1.5, drawn: Math.min(1, probability * 1.2) },
    ...{ candidates: 3, alternatives },
  };
}

declare global {
  interface Window {
    sampling: SamplingStandIn;
  }
}

window.sampling = new SamplingStandIn();
Object.assign(window, { standIn: window.sampling });
