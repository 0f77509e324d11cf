/** The messages between the panel of a GAN and the extension host, and what the host keeps of it. */

import type { WalkWay } from '../maths/gan/walk.ts';
import type {
  Directions,
  DirectionsRequest,
  GanBatch,
  GanEvaluation,
  GanRecipe,
  GanSampleRequest,
  Generated,
  GenerateRequest,
  LoadedGan,
} from './gan.ts';
import type { LatentData } from './latent.ts';
import type { Picture } from './pictures.ts';
import type { Streamed } from './rpc.ts';
import type { GanRun, GanSettings } from './sampling.ts';
import type { NeighboursOf } from './vae.ts';

/** Ends of a 95 % interval of a share. */
export interface ShareBetween {
  readonly low: number;
  readonly high: number;
}

/** Members that two attacks on a model's twin find at 1 % false positives, as its card says. */
export interface TwinAudit {
  readonly score: ShareBetween;
  readonly nearness: ShareBetween;
}

export interface GanModel {
  readonly id: string;
  readonly title: string;
  /** It was added, and can be removed. */
  readonly added?: true;
  /** Data that it was not trained on and data that it was, where these are known. */
  readonly known: { readonly data: string; readonly train: string } | null;
  readonly audit: TwinAudit | null;
}

/** The place in z that is looked at. */
export interface GanPlace {
  /** Number of a sample among those that are shown. */
  readonly sample: number;
  /** On the way to another of them; null: at the sample. */
  readonly walk: { readonly to: number; readonly way: WalkWay; readonly at: number } | null;
  /** How far along each of the leading directions. */
  readonly moves: readonly number[];
}

export interface GanViewState {
  readonly model: string | null;
  readonly settings: GanSettings;
  readonly place: GanPlace;
  /** Data that samples are measured against, and the training data; null: none. */
  readonly data: string | null;
  readonly train: string | null;
}

export interface GanContent {
  readonly models: readonly GanModel[];
  /** Models of the user's own run here: the workspace is trusted. */
  readonly canAdd: boolean;
  readonly data: readonly LatentData[];
  readonly state: GanViewState | null;
}

/** An image file as the model takes it, with its score. */
export interface ScoredPicture {
  readonly picture: Picture;
  /** null: the model has no discriminator. */
  readonly score: number | null;
  /** The class that it is scored as: the one that scores highest; null where there is none. */
  readonly class: number | null;
  /** What was changed of it, in sentences. */
  readonly notices: readonly string[];
}

export interface MeasureRequest {
  /** Ids of listed data. */
  readonly data: string;
  readonly train: string | null;
  readonly samples: number;
  readonly seed: number;
  readonly truncation: number | null;
}

/** Settings from the clipboard, as a model takes them. */
export interface PastedGan {
  /** The one that they name, else the one that is shown. */
  readonly model: string;
  readonly settings: Partial<GanSettings>;
  /** What was not taken over; null: nothing. */
  readonly notice: string | null;
}

export interface GanHost {
  ready(params: Record<never, never>): GanContent;
  saveState(params: { state: GanViewState }): void;
  /** Loads a model. @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  load(params: { model: string }): LoadedGan;
  sample(params: GanSampleRequest): Streamed<GanBatch, GanRecipe>;
  generate(params: GenerateRequest): Generated;
  directions(params: DirectionsRequest): Directions;
  measure(params: MeasureRequest): GanEvaluation;
  /** The nearest examples of the training data. */
  neighbours(params: { pictures: Float32Array; train: string; k: number }): NeighboursOf;
  /** The image file that is open in front, else one that the user picks; null: none was picked. */
  pickPicture(params: { pick: boolean }): ScoredPicture | null;
  /** Lets the user choose a data folder or array file; it is one of the data from then on. null: none was chosen. */
  addData(params: Record<never, never>): LatentData | null;
  /** Lets the user add a model; its id, or null if none was added. */
  addModel(params: Record<never, never>): string | null;
  /** Takes a model that was added off the list; its files stay. */
  removeModel(params: { model: string }): void;
  /** Asks where, and writes: a picture of the samples as PNG, or all numbers [count, ...item] as .npy. */
  save(params: { run: GanRun; png: Uint8Array | null }): void;
  copy(params: { text: string; what: string }): void;
  /** @param params `model` is the one that is shown. @throws RpcError 'setting-invalid' with the value that is none of the model's */
  paste(params: { model: string }): PastedGan;
}

export interface GanPage {
  /** The models that can be looked at are others. */
  models(params: { models: readonly GanModel[]; canAdd: boolean }): void;
  /** Shows a model with settings. */
  show(params: { model: string; settings: GanSettings }): void;
}
