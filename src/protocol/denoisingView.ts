/** The messages between the panel of a diffusion model of pictures and the extension host, and what the host keeps of it. */

import {
  defaultDiffusion,
  type DiffusionRun,
  type DiffusionSettings,
  type EvaluationOfRun,
  type Inversion,
  type InversionRequest,
  type LoadedDiffusion,
  type ReadTensors,
  type RecomputedStep,
  type ShownTensors,
  type TensorRequest,
  type WordMaps,
  type WordMapsRequest,
} from './diffusion.ts';
import type { Picture } from './pictures.ts';
import type { Streamed } from './rpc.ts';

export interface DenoisingModel {
  readonly id: string;
  readonly title: string;
  /** It was added, and can be removed. */
  readonly added?: true;
}

/** What is looked at of a run. */
export interface DenoisingPlace {
  /** The seed's place among those that are drawn. */
  readonly item: number;
  /** The number of evaluations is that of the sample; null: the newest that there is. */
  readonly evaluation: number | null;
}

/** Whose attention is shown. */
export interface AttentionPlace {
  /** Its place in the text; null: the one whose map is keenest. */
  readonly word: number | null;
  /** One of the model's sites; null: the mean over all. */
  readonly site: number | null;
  /** null: the mean over the heads of the site. */
  readonly head: number | null;
  /** Over all evaluations, in place of the one that is looked at. */
  readonly averaged: boolean;
}

/** A run begins with a picture, noised, at an evaluation. */
export interface ImageStart {
  /** Of its file. */
  readonly address: string;
  readonly from: number;
}

export interface DenoisingViewState {
  readonly model: string | null;
  readonly settings: DiffusionSettings;
  readonly place: DenoisingPlace;
  readonly attention: AttentionPlace;
  /** What the strip of all evaluations shows. */
  readonly strip: 'x' | 'clean';
  readonly image: ImageStart | null;
  /** Steps of the formulas that are open. */
  readonly openSteps: readonly string[];
}

/** What is chosen before anything is. */
export const initialDenoising: DenoisingViewState = {
  model: null,
  settings: { ...defaultDiffusion, count: 3 },
  place: { item: 0, evaluation: null },
  attention: { word: null, site: null, head: null, averaged: false },
  strip: 'x',
  image: null,
  openSteps: [],
};

/** As many seeds as a page shows below each other. */
export const mostSeeds = 16;

export interface DenoisingContent {
  readonly models: readonly DenoisingModel[];
  /** Models of the user's own run here: the workspace is trusted. */
  readonly canAdd: boolean;
  readonly state: DenoisingViewState | null;
}

/** An image file as the model takes it. */
export interface StartImage {
  readonly address: string;
  readonly picture: Picture;
  /** In the model's range. */
  readonly values: Float32Array;
  /** What was changed of it, in sentences. */
  readonly notices: readonly string[];
}

export interface SampleParams {
  readonly settings: DiffusionSettings;
  readonly start: { readonly picture: Float32Array; readonly from: number } | null;
  readonly shown: ShownTensors;
}

/** Settings from the clipboard, as a model takes them. */
export interface PastedDenoising {
  /** The one that they name, else the one that is shown. */
  readonly model: string;
  readonly settings: Partial<DiffusionSettings>;
  /** What was not taken over; null: nothing. */
  readonly notice: string | null;
}

export interface DenoisingHost {
  ready(params: Record<never, never>): DenoisingContent;
  saveState(params: { state: DenoisingViewState }): void;
  /** Loads a model. @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  load(params: { model: string }): LoadedDiffusion;
  /** Evaluations are told in order, those of one screen's frame together. */
  sample(params: SampleParams): Streamed<readonly EvaluationOfRun[], DiffusionRun>;
  tensors(params: TensorRequest): ReadTensors;
  recompute(params: { runId: string; evaluation: number }): RecomputedStep;
  wordMaps(params: WordMapsRequest): WordMaps;
  invert(params: InversionRequest): Inversion;
  /** Frees what a run keeps. */
  release(params: { runId: string }): void;
  /** The image file that is open in front, else one that the user picks; null: none was picked. */
  pickImage(params: { pick: boolean }): StartImage | null;
  /** The image file at an address that an image has told before. */
  readImage(params: { address: string }): StartImage;
  /** Lets the user add a model; its id, or null if none was added. */
  addModel(params: Record<never, never>): string | null;
  /** Takes a model that was added off the list; its files stay. */
  removeModel(params: { model: string }): void;
  /** Asks where, and writes x of every evaluation and of the sample, float32 [evaluations + 1, items, ...], as .npy. */
  saveTrajectory(params: { runId: string; name: string }): void;
  /** Asks where, and writes a PNG file. */
  savePicture(params: { png: Uint8Array; name: string; title: string }): void;
  copy(params: { text: string; what: string }): void;
  /** @param params `model` is the one that is shown. @throws RpcError 'setting-invalid' with the value that is none of the model's */
  paste(params: { model: string }): PastedDenoising;
}

export interface DenoisingPage {
  /** The models that can be looked at are others. */
  models(params: { models: readonly DenoisingModel[]; canAdd: boolean }): void;
  /** Shows a model with settings. */
  show(params: { model: string; settings: DiffusionSettings }): void;
}
