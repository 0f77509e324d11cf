/** The messages between the sampling view and the extension host, and what the host keeps of it. */

import { defaultDiffusion, type Conditioning, type DiffusionSettings } from './diffusion.ts';
import type { ChosenClass, Walk } from './gan.ts';
import type { DecodingSettings, GeneratedToken, Generation, GenerationRequest } from './generation.ts';
import type { Picture, PictureShape } from './pictures.ts';
import type { Streamed } from './rpc.ts';

export type ModelFamily = 'transformer' | 'vae' | 'gan' | 'diffusion';

/** A model that can be sampled. */
export interface SamplingModel {
  readonly id: string;
  readonly family: ModelFamily;
  readonly title: string;
  readonly description: string;
  /** Of its files; null where they cannot be read. */
  readonly bytes: number | null;
  /** Came with the extension; else it was added. */
  readonly bundled: boolean;
}

/** Where a text that is continued stands. */
export interface TextOrigin {
  readonly uri: string;
  /** "loss.py" */
  readonly name: string;
  /** Of the cursor: a UTF-16 offset into the document, and its line, from 1. */
  readonly offset: number;
  readonly line: number;
}

/** The text before the cursor of the active editor. */
export interface TextTarget extends TextOrigin {
  /** The end of it, on one line. */
  readonly tail: string;
}

/** What a continuation begins from. */
export interface ContinuedText {
  readonly text: string;
  /** null: a prompt. */
  readonly origin: TextOrigin | null;
}

/** A token of a continuation and the one before it: continuations that part are a tree. */
export interface BranchNode {
  readonly token: GeneratedToken;
  /** Its place in the list; -1 is the end of the prompt. */
  readonly parent: number;
}

interface RunOf<Kind extends string> {
  readonly kind: Kind;
  readonly id: string;
  /** When it began, as Date.now() gives it. */
  readonly at: number;
  readonly model: string;
}

/** A text continued, with all that was tried. */
export interface TextRun extends RunOf<'text'> {
  readonly from: ContinuedText;
  readonly settings: DecodingSettings;
  readonly nodes: readonly BranchNode[];
  /** The last token of the continuation that is shown; -1: none yet. */
  readonly tip: number;
  /** Of the last continuation; null while it goes on, or where it was cancelled. */
  readonly outcome: Generation | null;
}

/** What decides pictures, beside the model. */
export interface PictureSettings {
  /** prior: z from N(0, I). around: z from the encoder's Gaussian of a picture. */
  readonly from: 'prior' | 'around';
  /** The deviations of what z is drawn from are multiplied by it. */
  readonly temperature: number;
  readonly count: number;
  /** Sample i depends on it and on i alone. 0 to 2^32 - 1. */
  readonly seed: number;
}

export const defaultPictures: PictureSettings = { from: 'prior', temperature: 1, count: 36, seed: 1 };

export interface PictureRequest {
  readonly model: string;
  readonly settings: PictureSettings;
  /** The picture around which z is drawn; null: from the prior. */
  readonly around: Picture | null;
}

/** Samples that are there: from the `first` on, one after the other. */
export interface PictureBatch {
  readonly first: number;
  readonly count: number;
  readonly shape: PictureShape;
  /** [count, channels, height, width], 256 levels. */
  readonly levels: Uint8Array;
}

export interface PictureOutcome {
  /** Milliseconds. */
  readonly took: number;
  /** Hex sha256 of the decoder's file. */
  readonly sha256: string;
  readonly engineVersion: string;
  /** The same settings give the same bytes again: on the CPU. Elsewhere values are within 1e-3. */
  readonly exact: boolean;
}

/** Pictures that were sampled. */
export interface PictureRun extends RunOf<'pictures'> {
  readonly settings: PictureSettings;
  readonly around: Picture | null;
  readonly shape: PictureShape | null;
  /** Of those that are there, [count, channels, height, width]. */
  readonly levels: Uint8Array;
  readonly outcome: PictureOutcome | null;
}

/** What decides a GAN's samples, beside the model. */
export interface GanSettings {
  /** prior: z of its own for each. walk: from one z to another. */
  readonly from: 'prior' | 'walk';
  /** Of samples, or of steps. */
  readonly count: number;
  /** Sample i depends on it and on i alone. 0 to 2^32 - 1. */
  readonly seed: number;
  /** Number of the first sample. */
  readonly first: number;
  /** Numbers of z that are larger in size are drawn again; null: none is. */
  readonly truncation: number | null;
  /** Of a walk it is that of the sample which the walk begins with. */
  readonly class: ChosenClass;
  readonly walk: Walk;
}

export const defaultGan: GanSettings = {
  ...{ from: 'prior', count: 36, seed: 1, first: 0, truncation: null, class: 'each' },
  walk: { from: { seed: 1, sample: 0 }, to: { seed: 1, sample: 1 }, way: 'spherical' },
};

/** Samples of a GAN, beside a picture of each what it is and where it came from. */
export interface GanRun extends RunOf<'gan'> {
  readonly settings: GanSettings;
  readonly shape: PictureShape | null;
  /** Of those that are there, [count, channels, height, width]. */
  readonly levels: Uint8Array;
  /** Of each that is there: the name of its class; empty of a model without classes. */
  readonly classes: readonly string[];
  /** Of each that is there: its discriminator's score; empty without one. */
  readonly scores: readonly number[];
  readonly outcome: PictureOutcome | null;
}

export interface GanPictureBatch extends PictureBatch {
  readonly classes: readonly string[];
  readonly scores: readonly number[];
}

/** What there is to choose of a GAN. */
export interface GanFacts {
  readonly latent: number;
  /** Names by number; empty where it is told none. */
  readonly classes: readonly string[];
  /** z is of N(0, 1), which can be truncated. */
  readonly truncates: boolean;
  readonly scores: boolean;
}

/** Those of a diffusion model as the view begins with them. */
export const firstDiffusion: DiffusionSettings = { ...defaultDiffusion, count: 12 };

/** Samples of a diffusion model. */
export interface DiffusionPictureRun extends RunOf<'diffusion'> {
  readonly settings: DiffusionSettings;
  readonly shape: PictureShape | null;
  /** [count, channels, height, width]: the samples; before the end the clean ones that the last evaluation predicted. */
  readonly levels: Uint8Array;
  /** How far it has come; null before the first evaluation. */
  readonly reached: DiffusionPlace | null;
  readonly outcome: DiffusionOutcome | null;
}

export interface DiffusionPlace {
  /** Evaluations that were made. */
  readonly evaluations: number;
  /** Of the last one; null at the end. */
  readonly timestep: number | null;
  /** What is seen are latents in false colours. */
  readonly latents: boolean;
}

/** All samples as they are seen after an evaluation. */
export interface DiffusionStage extends DiffusionPlace {
  readonly shape: PictureShape;
  readonly levels: Uint8Array;
}

export interface DiffusionOutcome extends PictureOutcome {
  readonly evaluations: number;
  /** By its name. */
  readonly sampler: string;
  readonly notices: readonly string[];
}

/** What there is to choose of a diffusion model. */
export interface DiffusionFacts {
  readonly conditioning: Conditioning;
  /** Why there is no guidance; null where there is. */
  readonly withoutGuidance: string | null;
  /** Its own, by name. */
  readonly sampler: string;
  /** Steps of its training: no sampler takes more. */
  readonly mostSteps: number;
  /** Of one sample, as large as it is sampled. */
  readonly picture: PictureShape;
}

/** Runs whose samples are pictures. */
export type PicturesRun = PictureRun | GanRun | DiffusionPictureRun;
export type SamplingRun = TextRun | PicturesRun;

/** What is chosen in the view. */
export interface SamplingChoices {
  /** null: the first. */
  readonly model: string | null;
  readonly source: 'file' | 'prompt';
  readonly prompt: string;
  readonly decoding: DecodingSettings;
  readonly pictures: PictureSettings;
  readonly gan: GanSettings;
  readonly diffusion: DiffusionSettings;
  /** All settings are shown, not the most used alone. */
  readonly settingsOpen: boolean;
  /** The run that is shown, and the one beside it. */
  readonly run: string | null;
  readonly beside: string | null;
}

export interface SamplingContent {
  readonly models: readonly SamplingModel[];
  /** Models of the user's own run here: the workspace is trusted. */
  readonly canAdd: boolean;
  readonly choices: SamplingChoices;
  /** The newest first. */
  readonly runs: readonly SamplingRun[];
  readonly target: TextTarget | null;
}

export interface SamplingHost {
  ready(params: Record<never, never>): SamplingContent;
  /** What was chosen is kept over a reload. */
  choose(params: { choices: SamplingChoices }): void;
  /** A run is kept, in place of the one with its id. */
  keep(params: { run: SamplingRun }): void;
  forget(params: { runs: readonly string[] }): void;
  /** @throws RpcError 'no-text' where no text is open, or nothing stands before its cursor */
  take(params: Record<never, never>): ContinuedText;
  /** @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  continueText(params: { model: string; request: GenerationRequest }): Streamed<readonly GeneratedToken[], Generation>;
  /** @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  samplePictures(params: PictureRequest): Streamed<PictureBatch, PictureOutcome>;
  /** @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  sampleGan(params: { model: string; settings: GanSettings }): Streamed<GanPictureBatch, PictureOutcome>;
  /** @throws RpcError as `sampleGan` does */
  ganFacts(params: { model: string }): GanFacts;
  /** @param whole pictures as large as they are sampled, not as large as they are shown @throws RpcError as `DiffusionService` does, and 'model-missing', 'untrusted' */
  sampleDiffusion(params: { model: string; settings: DiffusionSettings; whole: boolean }): Streamed<DiffusionStage, DiffusionOutcome>;
  /** @throws RpcError as `sampleDiffusion` does */
  diffusionFacts(params: { model: string }): DiffusionFacts;
  /** Opens the panel on a GAN, with settings. */
  exploreGan(params: { model: string; settings: GanSettings }): void;
  /** z of one sample, or of a step of a walk: [latent]. @throws RpcError as `sampleGan` does */
  zOf(params: { model: string; settings: GanSettings; index: number }): Float32Array;
  /** The image file that is open in front, else one that the user picks, as the model takes it; null: none was picked. */
  pickPicture(params: { model: string; pick: boolean }): Picture | null;
  /** Asks where, and writes: a picture of them as PNG, or all numbers [count, ...item] as .npy. */
  save(params: { run: PicturesRun; png: Uint8Array | null }): void;
  /** Puts text where its prompt ended, or, where that was edited, at the cursor. Says which; null: nowhere. */
  insert(params: { from: ContinuedText; text: string }): { place: 'origin' | 'cursor' } | null;
  copy(params: { text: string; what: string }): void;
  /** Of the settings that are on the clipboard; those that it does not have stay. @throws RpcError 'setting-invalid' */
  paste(params: Record<never, never>): PastedSettings;
  /** Opens the attention panel on the prompt and the tokens behind it. */
  explain(params: { model: string; from: ContinuedText; tokens: readonly number[] }): void;
  /** Lets the user add a model of any kind; its id, or null if none was added. */
  addModel(params: Record<never, never>): string | null;
  /** Takes a model that was added off the list; its files stay. */
  removeModel(params: { model: string }): void;
  openCard(params: { model: string }): void;
}

/** Settings as they are copied: JSON that `genlens sample --settings` takes. */
export interface PastedSettings {
  readonly model?: string;
  readonly decoding?: Partial<DecodingSettings>;
  readonly pictures?: Partial<PictureSettings>;
  readonly gan?: Partial<GanSettings>;
  readonly diffusion?: Partial<DiffusionSettings>;
}

export interface SamplingPage {
  /** Another editor is active, or its cursor has moved; null: no text is open. */
  target(params: { target: TextTarget | null }): void;
  models(params: { models: readonly SamplingModel[]; canAdd: boolean }): void;
  /** Continues the text at the cursor with what is chosen. */
  start(params: Record<never, never>): void;
}
