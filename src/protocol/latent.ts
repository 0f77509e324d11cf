/** The messages between the latent-space panel and the extension host, and what the host keeps of it. */

import type { AggregatePosterior } from '../maths/vae/aggregate.ts';
import type { PosteriorGrid } from '../maths/vae/posteriorGrid.ts';
import type { Picture, PictureFile } from './pictures.ts';
import type { Streamed } from './rpc.ts';
import type {
  AggregateRequest,
  ContoursRequest,
  CopyingOf,
  CopyingRequest,
  Decoded,
  EncodedData,
  EncodedPart,
  EvidenceOf,
  EvidenceRequest,
  Examination,
  Encodings,
  ExamineRequest,
  ItemRequest,
  LoadedVae,
  MembershipOf,
  NeighboursOf,
  PicturePart,
  Projection,
  ProjectionRequest,
  TwoSetsOf,
} from './vae.ts';

/** Data that can be encoded. */
export interface LatentData {
  /** What it is asked for by. */
  readonly id: string;
  readonly name: string;
}

/** A model and data to look at with it. */
export interface LatentModel {
  readonly id: string;
  readonly title: string;
  /** Examples that it was trained on are here to compare with. */
  readonly hasTraining: boolean;
  /** It was added, and can be removed. */
  readonly added?: true;
}

/** What the points are coloured by. */
export type PointColouring = { readonly by: 'label'; readonly label: string } | { readonly by: 'elbo' | 'reconstruction' | 'kl' | 'error' };

export interface LatentViewState {
  readonly model: string | null;
  readonly data: string | null;
  readonly projection: { readonly method: ProjectionRequest['method']; readonly dimensions: readonly [number, number] };
  readonly colouring: PointColouring | null;
  /** A class of the label that stands out; null: none. */
  readonly lit: number | null;
  readonly viewport: { readonly centre: readonly [number, number]; readonly scale: readonly [number, number] } | null;
  /** The place that is decoded, in the plane; null: none yet. */
  readonly place: readonly [number, number] | null;
  /** The item of the data that is chosen. */
  readonly item: number | null;
  /** The ends of a path, in the plane. */
  readonly path: readonly [readonly [number, number], readonly [number, number]] | null;
  readonly spherical: boolean;
  /** The plane is shown decoded as a grid. */
  readonly manifold: boolean;
  /** The part of the image file that is looked at; null: none is. */
  readonly part: PicturePart | null;
}

export interface LatentContent {
  readonly models: readonly LatentModel[];
  /** Models of the user's own run here: the workspace is trusted. */
  readonly canAdd?: boolean;
  readonly data: readonly LatentData[];
  readonly state: LatentViewState | null;
}

/** Samples that are compared with training data, and how many of them are shown beside it. */
export type CopiesRequest = Pick<CopyingRequest, 'samples' | 'seed'> & { readonly shown: number };

/** Data that a model was trained on, as the user says, and data that it was not. */
export interface ComparedData {
  /** Their names. */
  readonly members: string;
  readonly others: string;
  readonly twoSets: TwoSetsOf;
  /** Samples against both; null where these differ as data, for then new examples lie farther from the training data or nearer for that. */
  readonly copying: CopyingOf | null;
}

/** A picture as the model takes it. */
interface TakenPicture {
  /** In the model's range. */
  readonly values: Float32Array;
  /** What was changed of it, in sentences. */
  readonly notices: readonly string[];
}

export interface PickedPicture extends TakenPicture {
  readonly picture: Picture;
  readonly file: PictureFile;
}

/** A part of a picture that was picked before. */
export interface ReopenedPicture extends TakenPicture {
  readonly file: PictureFile;
  /** All of it, where the file has become too small for the one that was asked for. */
  readonly part: PicturePart;
}

export interface EncodedPicturePart extends TakenPicture {
  readonly encoding: Pick<Encodings, 'mean' | 'logVariance'>;
}

export interface LatentHost {
  ready(params: Record<never, never>): LatentContent;
  saveState(params: { state: LatentViewState }): void;
  /** Loads a model. @throws RpcError 'model-missing', 'untrusted', and what the engine says */
  load(params: { model: string }): LoadedVae;
  /** Encodes data with the model that is loaded. */
  encode(params: { data: string }): Streamed<EncodedPart, EncodedData>;
  /** Lets the user choose a data folder or array file; it is one of the data from then on. null: none was chosen. */
  addData(params: Record<never, never>): LatentData | null;
  /** Lets the user add a model; its id, or null if none was added. */
  addModel(params: Record<never, never>): string | null;
  /** Takes a model that was added off the list; its files stay. */
  removeModel(params: { model: string }): void;
  decode(params: { z: Float32Array }): Decoded;
  /** One item as the model takes it, [...item]. */
  item(params: ItemRequest): Float32Array;
  project(params: ProjectionRequest): Projection;
  examine(params: ExamineRequest): Examination;
  evidence(params: EvidenceRequest): EvidenceOf;
  contours(params: ContoursRequest): PosteriorGrid;
  aggregate(params: AggregateRequest): AggregatePosterior;
  /** The nearest examples of the data that the model was trained on. */
  neighbours(params: { pictures: Float32Array; k: number }): NeighboursOf;
  /** Samples against the data that the model was trained on and that it was not. */
  copying(params: CopiesRequest): CopyingOf;
  /** How many members of its training an attack finds in the model's twin; null where it has none. */
  membership(params: Record<never, never>): MembershipOf | null;
  /** Lets the user choose data that the model was trained on and data that it was not; null: none was chosen. @throws RpcError 'untrusted', 'bad-input' */
  compareData(params: CopiesRequest): ComparedData | null;
  /** The image file that is open in front, else one that the user picks, as the model takes it; what was changed of it, in sentences. */
  pickPicture(params: { pick: boolean }): PickedPicture | null;
  /** A part of the picture that was picked last, for a page that is made anew; null: it is not known which. */
  reopenPicture(params: { part: PicturePart }): ReopenedPicture | null;
  /** A part of the picture that was picked last, encoded. */
  encodePicturePart(params: { part: PicturePart }): EncodedPicturePart;
  copy(params: { text: string; what: string }): void;
}

export interface LatentPage {
  /** The models that can be looked at are others. */
  models(params: { models: readonly LatentModel[]; canAdd: boolean }): void;
}
