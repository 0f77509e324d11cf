/** The messages between whoever asks and an inference process that holds a diffusion model. Arrays are item after item. */

import type { RunSettings, SamplerSettings } from '../maths/samplers/settings.ts';
import type { ValueRange } from '../maths/vae/likelihood.ts';
import type { EngineSettings, ProviderReport } from './inference.ts';
import type { Streamed } from './rpc.ts';
import type { FittedPicture, ItemShape, KeptPicture, PicturePart, PictureRequest } from './vae.ts';

/** Where a model lies. The path is absolute. */
export interface DiffusionSource {
  /** Stable name: the bundled model's, or the folder's path. */
  id: string;
  name: string;
  folder: string;
  /** What a manifest says; without it the folder is laid out as diffusers lays out a pipeline. */
  bundled?: BundledDiffusion;
  /** Hex sha256 of each file, by path; a file that differs is refused. */
  sha256?: Readonly<Record<string, string>>;
}

export interface BundledDiffusion {
  /** File of the denoiser, in the folder. */
  model: string;
  /** What it is told in ids of these: two characters and words of style; null: nothing. */
  caption: { words: readonly string[]; length: number } | null;
}

/** What a model is told beside x and the timestep. */
export type Conditioning =
  | { kind: 'none' }
  /** A text that an encoder reads, as so many tokens at most. */
  | { kind: 'text'; tokens: number }
  /** Two characters and words of style behind them. */
  | { kind: 'caption'; characters: readonly string[]; styles: readonly string[] }
  /** One of `count`; names by number, as far as there are any. `none` stands for no class, where the model was trained with it. */
  | { kind: 'class'; count: number; names: Readonly<Record<number, readonly string[]>>; none: number | null };

export interface SchedulerOfModel {
  /** As a sampler is called from a terminal. */
  sampler: string;
  settings: SamplerSettings;
  /** Options of the file that its sampler has none of. */
  ignored: readonly string[];
}

/** One place of the denoiser where places attend to words. */
export interface WordSite {
  /** Position in the list, by which it is asked for. */
  index: number;
  name: string;
  layer: number;
}

export interface LoadedDiffusion {
  conditioning: Conditioning;
  /** Why there is no guidance; null where there is. */
  withoutGuidance: string | null;
  /** Sizes of x behind the batch: [channels, height, width] as a rule. */
  sizes: readonly number[];
  /** What x is, as an item: of a latent model a picture of latents. */
  item: ItemShape;
  /** Of latents: what they are multiplied by as x, and the sizes of the pictures that they stand for. */
  latent: { scaling: number; shift: number; picture: Extract<ItemShape, { kind: 'image' }>; encodes: boolean } | null;
  /** Values of pictures, from black to white. */
  range: ValueRange;
  scheduler: SchedulerOfModel;
  /** What the denoiser is told as a timestep: where it is whole, fractions are cut off. */
  timestepType: string;
  /** Where places attend to words; empty where none was found. */
  sites: readonly WordSite[];
  parameters: number;
  /** Of each file that was read, by path. */
  sha256: Readonly<Record<string, string>>;
  provider: ProviderReport;
  loadMs: number;
}

/** What one item is told; what its model is not told by is an error. */
export interface Condition {
  prompt?: string;
  /** In place of the empty text, towards which guidance leads away. */
  negative?: string;
  /** A class by its number or one of its names. */
  label?: number | string;
}

/** Start from a picture instead of from noise alone: x before the evaluation `from` is the picture, noised. */
export interface PictureStart {
  /** [items, ...] in the model's range, or one that all begin with. Of a latent model: pictures, or latents as x has them. */
  picture: Float32Array;
  as: 'picture' | 'x';
  /** The first evaluation that is made. */
  from: number;
}

/**
 * The tensors of an evaluation, each as long as x: x before the step, the clean sample and the noise that it is predicted to be made of,
 * the model's output as the sampler is given it, that without and with the condition (of a guided run the former too), and x after the step
 * less x before it.
 */
export type TensorName = 'x' | 'clean' | 'noise' | 'output' | 'unguided' | 'conditional' | 'step';

/** Pictures that are told with each evaluation. */
export interface ShownTensors {
  tensors: readonly TensorName[];
  /** Places of items; all where they are not given. */
  items?: readonly number[];
  /** Most pixels along the longer side. */
  side: number;
}

/** An item depends on its seed, its condition and what is chosen alone, never on those beside it (but for rounding). */
export interface DiffusionRequest {
  /** One an item. */
  seeds: readonly number[];
  /** One an item, or one for all. */
  conditions: readonly Condition[];
  /** By its class or name; null: the model's own. */
  sampler: string | null;
  /** In place of those of the model's scheduler_config.json, by their names there. */
  options: Readonly<Record<string, unknown>>;
  run: RunSettings;
  /** 1: the condition alone, in one evaluation an item. */
  guidance: number;
  /** Share of the guided prediction that is scaled to the conditional one's deviation, 0 to 1. */
  rescale: number;
  /** Standard normal numbers [items, ...] in place of those that the seeds give. */
  init?: Float32Array;
  /** The same of the draws of noise on the way, in order: [draws, items, ...]. */
  noise?: Float32Array;
  start?: PictureStart;
  shown?: ShownTensors;
  /** What stays of the run: all of its tensors, x of every evaluation, or the sample alone. */
  keep: 'all' | 'trajectory' | 'sample';
}

/** Pictures of tensors, made smaller where they are larger than asked for. */
export interface TensorPictures {
  /** Whose they are, in order: every evaluation's items. */
  evaluations: readonly number[];
  items: readonly number[];
  channels: number;
  height: number;
  width: number;
  /** [evaluations, items, channels, height, width] */
  values: Float32Array;
}

/** What is told of an evaluation. */
export interface EvaluationOfRun {
  index: number;
  /** Of the training. */
  timestep: number;
  /** x = alpha x0 + sigma noise, before the step. */
  alpha: number;
  sigma: number;
  /** [items] of each tensor: its Euclidean length. */
  lengths: Readonly<Partial<Record<TensorName, Float64Array>>>;
  /** [items]: cosine of the angle between this step and the one before; NaN of the first. */
  turns: Float64Array;
  pictures: Readonly<Partial<Record<TensorName, TensorPictures>>>;
  ms: number;
}

/** Enough to make a run again. */
export interface DiffusionRecipe {
  sha256: Readonly<Record<string, string>>;
  request: DiffusionRequest;
  settings: EngineSettings;
  engineVersion: string;
  /** Whether the same recipe gives the same bytes again: on the CPU. Elsewhere values are within 1e-3. */
  exact: boolean;
}

export interface DiffusionRun {
  runId: string;
  items: number;
  /** The first evaluation that was made; the others follow it. */
  from: number;
  /** Of the sampler, all of them: what the model is told. */
  timesteps: Float64Array;
  /** x = alpha x0 + sigma noise before each of those evaluations. */
  alphas: Float64Array;
  sigmas: Float64Array;
  sampler: string;
  settings: SamplerSettings;
  /** Draws of noise on the way. */
  draws: number;
  recipe: DiffusionRecipe;
  notices: readonly string[];
  runMs: number;
  /** Of the denoiser alone. */
  modelMs: number;
  /** Bytes that are kept of it. */
  keptBytes: number;
}

export interface TensorRequest {
  runId: string;
  /** The number of evaluations is that of the sample: x after the last step, of which there is no other tensor. */
  evaluations: readonly number[];
  tensor: TensorName;
  /** Places of items; all where they are not given. */
  items?: readonly number[];
  /** Most pixels along the longer side; all of them where it is not given. */
  side?: number;
  /**
   * Of latents: as they are, as the decoder's pictures, or by the linear map from latents to colours that comes nearest to the decoder on
   * the run's own samples.
   */
  as: 'values' | 'decoded' | 'linear';
}

export interface ReadTensors extends TensorPictures {
  /** Of the linear map: share of the variance of the decoder's pictures, made as small as the latents, that it explains. */
  explained?: number;
}

export interface InversionRequest {
  /** One item in the model's range, or latents as x has them. */
  picture: Float32Array;
  as: 'picture' | 'x';
  condition: Condition;
  /** In place of the model's scheduler_config.json, for DDIM. What is clipped or thresholded on the way cannot be had back. */
  options: Readonly<Record<string, unknown>>;
  steps: number;
  guidance: number;
}

/** The noise that DDIM makes a picture of, and how near to it. */
export interface Inversion {
  /** As `init` takes it. */
  init: Float32Array;
  /** x of the picture, and that of the way back. */
  given: Float32Array;
  returned: Float32Array;
  /** Root mean square and largest difference of both. */
  error: number;
  largest: number;
  /** Of the noise: mean and deviation, which are 0 and 1 of standard normal noise. */
  mean: number;
  deviation: number;
}

export interface WordMapsRequest {
  runId: string;
  /** Maps are averaged over these. */
  evaluations: readonly number[];
  item: number;
  /** One of `sites`; null: the mean over all, on the largest of their grids. */
  site: number | null;
  /** null: the mean over heads. */
  head: number | null;
}

/** Where each word is attended to from. */
export interface WordMaps {
  words: readonly string[];
  heads: number;
  height: number;
  width: number;
  /** [words, height, width]; of each place the weights of all words sum to 1. */
  maps: Float32Array;
}

/** The update of one evaluation, computed again in double precision. */
export interface RecomputedStep {
  evaluation: number;
  /** [items]: largest difference of x after the step, over max(1, max |x|). */
  residuals: Float64Array;
}

/**
 * Calls can be cancelled; those that run long tell their progress.
 *
 * Errors are RpcErrors: 'not-loaded', 'bad-input' (an array of the wrong size, a setting outside its range: with both), 'scheduler-invalid' (a
 * sampler or option: with its value), 'not-a-number' (with the evaluation and the tensor), 'unknown-run', 'memory', 'no-attention', 'no-decoder',
 * 'no-encoder', 'no-guidance', and those of loading.
 */
export interface DiffusionService {
  /** @throws RpcError 'memory' before anything is read where the files are larger than the setting */
  load(params: { source: DiffusionSource; settings: EngineSettings }): LoadedDiffusion;
  /** What is kept of a run is asked for by its id. Evaluations are told in order; those of one screen's frame together. */
  sample(params: DiffusionRequest): Streamed<readonly EvaluationOfRun[], DiffusionRun>;
  tensors(params: TensorRequest): ReadTensors;
  /** Writes x before each evaluation that was made and after the last, float32 [evaluations + 1, items, ...], as .npy. */
  writeTrajectory(params: { runId: string; path: string }): void;
  recompute(params: { runId: string; evaluation: number }): RecomputedStep;
  wordMaps(params: WordMapsRequest): WordMaps;
  invert(params: InversionRequest): Inversion;
  release(params: { runId: string }): void;
  /** A PNG or JPEG file, or a part of it, as the model takes it. @throws RpcError 'data-invalid' */
  readPicture(params: PictureRequest): FittedPicture & { kept?: KeptPicture };
  /** A part of the picture that is kept. @throws RpcError 'unknown-picture' where it is not kept any more */
  partOfPicture(params: { picture: string; part: PicturePart }): FittedPicture;
  /** Frees a picture that is kept. */
  forgetPicture(params: { picture: string }): void;
}

/** What decides samples, beside the model. Item i has the seed and i. */
export interface DiffusionSettings extends Pick<DiffusionRequest, 'sampler' | 'options' | 'run' | 'guidance' | 'rescale'> {
  readonly condition: Condition;
  readonly count: number;
  readonly seed: number;
}

export const defaultDiffusion: DiffusionSettings = {
  sampler: null,
  options: {},
  run: { steps: 25 },
  guidance: 1,
  rescale: 0,
  condition: {},
  count: 1,
  seed: 1,
};
