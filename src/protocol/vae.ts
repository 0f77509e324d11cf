/** The messages between whoever asks and an inference process that holds a variational autoencoder. Arrays are item after item. */

import type { DimensionUse, AggregatePosterior } from '../maths/vae/aggregate.ts';
import type { ImportanceEstimate, WeightedBound } from '../maths/vae/importance.ts';
import type { Likelihood, SpreadForm, ValueRange } from '../maths/vae/likelihood.ts';
import type { PosteriorGrid } from '../maths/vae/posteriorGrid.ts';
import type { Evidence } from '../maths/vae/quadrature.ts';
import type { DataCopying } from '../maths/privacy/copying.ts';
import type { MembershipAudit } from '../maths/privacy/membership.ts';
import type { WithoutModel } from '../maths/privacy/withoutModel.ts';
import type { TwoSampleTest } from '../maths/privacy/twoSample.ts';
import type { EngineSettings, ProviderReport, TensorInfo } from './inference.ts';
import type { ModelAnswers, ModelQuestion } from './question.ts';
import type { Streamed } from './rpc.ts';

/** What an item is: a picture's [channels, height, width], or a vector of numbers. */
export type ItemShape =
  | { readonly kind: 'image'; readonly channels: number; readonly height: number; readonly width: number }
  | { readonly kind: 'vector'; readonly length: number };

/** Where a model lies and what is known of it. Paths are absolute. */
export interface VaeSource {
  /** Stable name: the bundled model's, or the decoder's path. */
  id: string;
  name: string;
  /** Both in one file have one path. Without an encoder it can be decoded and sampled alone. */
  encoder?: string;
  decoder: string;
  /** Hex sha256 of each file, by path; a file that differs is refused. */
  sha256?: Readonly<Record<string, string>>;
  /** Stated by a manifest; else found, or asked for. */
  likelihood?: Likelihood;
  range?: ValueRange;
  latentNames?: readonly string[];
  answers?: ModelAnswers;
}

/** How an item's numbers lie in the model's tensors. */
export type ItemLayout = 'channels-first' | 'channels-last' | 'vector';

export interface EncoderRoles {
  path: string;
  input: string;
  mean: string;
  /** Without it the encoder gives a place and no distribution: no term of the ELBO is known. */
  spread?: { output: string; form: SpreadForm };
  /** Mean and spread stand in one output, the mean in the first half of its channels. */
  halves: boolean;
  /** Given to inputs that are the decoder's, where both are one file. */
  others: readonly TensorInfo[];
}

export interface DecoderRoles {
  path: string;
  input: string;
  /** What the likelihood's first number is read from, and its spread. */
  location: string;
  spread?: string;
  /** What is shown as the picture: an output of its own, or the location. */
  picture: string;
  /** What is shown is the sigmoid of that output, in the model's range. */
  sigmoid: boolean;
  /** Given to inputs that are the encoder's, where both are one file. */
  others: readonly TensorInfo[];
}

/** What each tensor of a model is. */
export interface VaeLayout {
  encoder?: EncoderRoles;
  decoder: DecoderRoles;
  item: ItemShape;
  layout: ItemLayout;
  /** Sizes of z behind the batch: [2], [4, 8, 8]. Elsewhere z is [latent], its product. */
  latentShape: readonly number[];
  range: ValueRange;
  /** Of vectors: the values that they are drawn between, a little more than was seen. Pictures are drawn in their range. */
  drawn?: ValueRange;
  /** Without it there are reconstructions and samples, and no nats. */
  likelihood?: Likelihood;
}

export interface VaeFindings {
  /** Under the answers given and, where there is none, the likely ones; null where a question that is needed has neither. */
  layout: VaeLayout | null;
  questions: readonly ModelQuestion[];
}

/** The tensors of an encoder that are of the size of z, or of twice that. */
export interface EncoderTensors {
  path: string;
  input: TensorInfo;
  outputs: readonly TensorInfo[];
  /** One output that holds mean and spread. */
  halves: boolean;
  /** Inputs beside it. */
  others: readonly TensorInfo[];
}

export interface DecoderTensors {
  path: string;
  input: TensorInfo;
  /** Of the size of an item, and any of one number an item: spreads. */
  outputs: readonly TensorInfo[];
  others: readonly TensorInfo[];
}

export interface VaeTensors {
  encoder?: EncoderTensors;
  decoder: DecoderTensors;
  latentShape: readonly number[];
  /** Sizes of an item, behind the batch. */
  itemSizes: readonly number[];
}

/** The values that an output took when the model was tried, on z = 0, on draws of the prior, or on what these were decoded to. */
export interface Seen {
  least: number;
  greatest: number;
  /** Whether the same input gave other values when it was given again. */
  random: boolean;
}

/** By the output's name; an output that could not be run is not there. */
export interface Probes {
  encoder: Readonly<Record<string, Seen>>;
  decoder: Readonly<Record<string, Seen>>;
}

/** Findings with what they follow from: under other answers they follow again, without another look at the files. */
export interface VaeInspection extends VaeFindings {
  tensors: VaeTensors;
  probes: Probes;
}

export interface LoadedVae extends VaeLayout {
  latent: number;
  latentNames: readonly string[];
  parameters: number;
  /** Of each file that was read, by path. */
  sha256: Readonly<Record<string, string>>;
  provider: ProviderReport;
  loadMs: number;
}

/** Pictures as numbers of the model's range: [count, ...item], channels first. */
export interface Decoded {
  count: number;
  pictures: Float32Array;
}

/** Sample i depends on (seed, i) alone, never on how many are asked for or from where on. */
export interface SampleRequest {
  seed: number;
  first: number;
  count: number;
  /** Factor of the deviations that z is drawn with. */
  temperature: number;
  /** A picture whose encoding z is drawn around, [...item]; else z is drawn from the prior. */
  around?: Float32Array;
}

export interface SampleBatch extends Decoded {
  first: number;
  /** [count, latent] */
  z: Float32Array;
}

/** What samples came from: enough to make them again. */
export interface SampleRecipe {
  sha256: Readonly<Record<string, string>>;
  request: SampleRequest;
  settings: EngineSettings;
  /** Samples that are decoded together: always from multiples of it on, so that no sample depends on what is asked for beside it. */
  batch: number;
  engineVersion: string;
  /** Whether the same recipe gives the same bytes again: on the CPU. Elsewhere values are within 1e-3. */
  exact: boolean;
  runMs: number;
}

/** q(z|x) of each picture, [count, latent] each. */
export interface Encodings {
  count: number;
  mean: Float32Array;
  /** Without a spread in the model it is null. */
  logVariance: Float32Array | null;
}

/** Data that is encoded as a whole and kept. */
export interface DataRequest {
  /** Absolute path of a data set: bundled, an array file, or a folder of pictures. */
  path: string;
  array?: string;
  /** Draws of z for each item's reconstruction term. */
  draws: number;
  seed: number;
}

export interface EncodedPart {
  first: number;
  count: number;
  mean: Float32Array;
  logVariance: Float32Array | null;
  /** [count]: mean over the draws of log p(x|z), nats; null where there are no nats. */
  reconstruction: Float64Array | null;
  /** [count]: sum over dimensions; null without a spread. */
  kl: Float64Array | null;
  /** [count]: mean squared error of the picture decoded from the mean, in shares of the range. */
  error: Float64Array;
}

export interface EncodedLabels {
  name: string;
  names: readonly string[];
  values: Uint8Array | Uint16Array | Uint32Array;
}

export interface EncodedData {
  runId: string;
  name: string;
  count: number;
  labels: readonly EncodedLabels[];
  paths?: readonly string[];
  notices: readonly string[];
  /** Means over the items, nats, with their standard errors; null where there are no nats, and why. */
  elbo: { mean: number; standardError: number | null; bitsPerDimension: number } | null;
  reconstruction: number | null;
  kl: number | null;
  withoutNats: string | null;
  /** By dimension; null without a spread. */
  dimensions: readonly DimensionUse[] | null;
  active: number | null;
  collapsed: number | null;
  /** Mean change of the picture, in shares of the range, for a deviation of the aggregate posterior along each dimension. */
  sensitivity: Float64Array;
  recipe: { sha256: Readonly<Record<string, string>>; request: DataRequest; data: string };
  runMs: number;
}

export interface ExamineRequest {
  /** [...item], in the model's range. */
  picture: Float32Array;
  draws: number;
  seed: number;
}

/** Every term of the ELBO for one picture. */
export interface Examination {
  mean: Float32Array;
  logVariance: Float32Array | null;
  /** The first of the draws, [latent], and the noise that gave it: z = mean + deviation * noise. */
  z: Float32Array;
  noise: Float64Array;
  /** Decoded from z and from the mean, [...item]. */
  pictureOfZ: Float32Array;
  pictureOfMean: Float32Array;
  /** Mean over the draws of log p(x|z), nats, with its standard error. */
  reconstruction: { mean: number; standardError: number | null; ofZ: number } | null;
  /** [...item]: the same of each number of the item. */
  pixels: Float64Array | null;
  /** [latent], exact. */
  klByDimension: Float64Array | null;
  kl: number | null;
  elbo: { mean: number; standardError: number | null } | null;
  /** The KL by the same draws, log q(z|x) - log p(z), and its standard error: a second way to it that can disagree. */
  klByDraws: { mean: number; standardError: number | null } | null;
  withoutNats: string | null;
  draws: number;
}

export interface EvidenceRequest {
  picture: Float32Array;
  /** Of importance sampling. */
  draws: number;
  seed: number;
  /** Factor of q's deviations in the proposal, above 1 so that its tails are heavier. */
  inflation: number;
  /** Numbers of draws that the bound is told for. */
  ks: readonly number[];
}

/** log p(x), by the best way there is, and what lies between it and the ELBO. All in nats. */
export interface EvidenceOf {
  method: 'quadrature' | 'importance';
  logEvidence: number;
  /** Of quadrature (2 latent dimensions). */
  quadrature: Evidence | null;
  importance: ImportanceEstimate;
  /** L_K with z from q itself. */
  byK: readonly WeightedBound[];
  elbo: { mean: number; standardError: number | null };
  /** log p(x) - ELBO; where log p(x) comes from importance sampling, a lower bound on it in expectation. */
  gap: { value: number; standardError: number | null; lowerBound: boolean };
  /** The best diagonal Gaussian for this x, by stochastic linear regression, and both bounds on the same draws. */
  best: {
    mean: Float64Array;
    logVariance: Float64Array;
    elbo: { mean: number; standardError: number | null };
    settled: boolean;
    evaluations: number;
  };
  /** ELBO of the best Gaussian - ELBO of the encoder's. */
  amortisationGap: { value: number; standardError: number | null };
  /** log p(x) - ELBO of the best Gaussian. */
  familyGap: { value: number; standardError: number | null; lowerBound: boolean };
}

/** log p(x) of each of several pictures, [count, ...item]; draws, seed and inflation as of one. */
export interface EvidencesRequest {
  pictures: Float32Array;
  draws: number;
  seed: number;
  inflation: number;
}

export interface EvidenceItem {
  index: number;
  method: EvidenceOf['method'];
  logEvidence: number;
  importance: ImportanceEstimate;
  quadrature: Evidence | null;
}

export interface ContoursRequest {
  picture: Float32Array;
  side: number;
  shares: readonly number[];
  /** log p(x), as `evidence` gave it. */
  logEvidence: number;
  /** The part of the plane; else four deviations around q. */
  window?: { left: number; right: number; bottom: number; top: number };
}

export interface ProjectionRequest {
  runId: string;
  /** dimensions: any two as they are. pca: by the covariance of the means. umap: on at most 10,000 items. */
  method: 'dimensions' | 'pca' | 'umap';
  dimensions?: readonly [number, number];
  seed?: number;
  neighbours?: number;
}

export interface Projection {
  /** [count, 2] */
  points: Float32Array;
  /** The items that the points are of; null: all. */
  items: Uint32Array | null;
  /** Of pca: share of the variance along each axis, and the axes [2, latent] around the mean. */
  pca: { share: Float64Array; axes: Float64Array; mean: Float64Array } | null;
}

export interface AggregateRequest {
  runId: string;
  draws: number;
  seed: number;
}

export interface NeighboursRequest {
  /** Pictures [count, ...item] in the model's range. */
  pictures: Float32Array;
  /** An absolute path: what the model was trained on. */
  train: string;
  k: number;
  /** So many of the nearest of each picture are given themselves (default 1). */
  shown?: number;
}

export interface NeighboursOf {
  k: number;
  /** [count, k] places among the training items, nearest first, and distances in the model's range. */
  index: Int32Array;
  distance: Float64Array;
  /** Of each picture: its nearest distance over the mean of the others. */
  ratio: Float64Array;
  /** [count, shown, ...item]: the nearest of each. */
  nearest: Float32Array;
  trainCount: number;
}

export interface CopyingRequest {
  train: string;
  /** Examples that the model was not trained on. */
  test: string;
  samples: number;
  seed: number;
  /** At most so many of the test examples are compared, evenly spread. */
  tests: number;
  /** So many of the samples are given with their nearest training items; none without it. */
  shown?: number;
}

/** Samples, each with its nearest training item, in the order of `ratio`: the likeliest copy first. */
export interface NearestPairs {
  /** [count, ...item] each, in the model's range. */
  samples: Float32Array;
  nearest: Float32Array;
  /** [count]: places among the training items, distances in the model's range. */
  index: Int32Array;
  distance: Float64Array;
  /** Nearest distance over the mean of the others that are compared. */
  ratio: Float64Array;
}

export interface CopyingOf extends DataCopying {
  pairs: NearestPairs;
  /** Nearest training items that each is compared with: 50, or as many as there are. */
  compared: number;
  /** Median of nearest distance over the mean of the others that are compared, of samples and of test examples. */
  ratioOfSamples: number;
  ratioOfTests: number;
  trainCount: number;
}

/**
 * Whether the ELBO tells the families that a model was trained on from others whose coins fell otherwise: a model whose members were chosen by
 * coin flips (a twin), on data that is labelled with families. Only then it says anything of membership.
 */
export interface MembershipRequest {
  runId: string;
  /** Heading of the labels that are families. */
  label: string;
  /** Names of the families that the model was trained on; all others of the data are those that it was not. */
  members: readonly string[];
  /** Names under another heading to which the data is limited: the training faces alone, say. */
  within?: { label: string; names: readonly string[] };
  seed: number;
}

/** How many members the ELBO finds. */
export interface MembershipOf extends MembershipAudit {
  /** How many the items find alone, by scores that never see the model. */
  withoutModel: WithoutModel;
}

/**
 * Whether the ELBO tells the data that a model was trained on from other data of a user's: only said where the two do not differ as data, for
 * else a difference of the scores is one of the data.
 */
export interface TwoSetsRequest {
  /** Absolute paths. */
  members: string;
  others: string;
  /** At most so many of each are compared, evenly spread. */
  most: number;
  draws: number;
  seed: number;
}

export interface TwoSetsOf {
  /** Of the data alone, without the model. */
  data: TwoSampleTest;
  /** The data differs: its chance is below 0.01. Then nothing is said of membership. */
  differ: boolean;
  /** Items that the model was not trained on, as it is said, and that stand among those that it was. */
  inBoth: number;
  /** Null where the data differs or there is no ELBO. Each item is taken for independent of the others. */
  membership: MembershipOf | null;
  /** Why there is no ELBO; null where there is, or none was needed. */
  withoutNats: string | null;
}

/** A part of a picture, in its pixels, from its upper left corner on. */
export interface PicturePart {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export interface PictureRequest {
  /** A PNG or JPEG file. */
  bytes: Uint8Array;
  /** What it is called where it cannot be read. */
  name?: string;
  /** Else all of it. */
  part?: PicturePart;
  /** Keeps the decoded picture, in place of one before, for parts of it; `preview`: most pixels of the longer side of what is shown of it. */
  keep?: { preview: number };
}

/** A picture as the model takes it. */
export interface FittedPicture {
  levels: Uint8Array;
  /** The levels in the model's range. */
  values: Float32Array;
  /** What was changed of it, each as part of a sentence. */
  notices: readonly string[];
}

/** A file's picture that is kept. */
export interface KeptPicture {
  /** What parts are asked for by. */
  id: string;
  width: number;
  height: number;
  /** All of it in its own colours, made smaller where it is large. */
  preview: { shape: { channels: number; height: number; width: number }; levels: Uint8Array };
}

/** Of one item of a data set that was encoded. */
export interface ItemRequest {
  runId: string;
  item: number;
}

/**
 * Calls can be cancelled; those that run long tell their progress.
 *
 * Errors are RpcErrors: 'not-loaded', 'bad-input' (an array of the wrong size, a setting outside its range: with both),
 * 'no-encoder', 'no-spread' (the encoder gives no distribution), 'no-likelihood' (no nats: the reason), 'not-a-number' (the decoder
 * gives NaN: where), 'data-invalid', 'unknown-run', 'memory', and those of loading.
 */
export interface VaeService {
  /** What the files are and what they do not say, found by their shapes and names and by running them; loads nothing. */
  inspect(params: { source: VaeSource; settings: EngineSettings }): VaeInspection;
  /** @throws RpcError 'undecided' with the questions whose answers are needed; what is likely is not taken for an answer */
  load(params: { source: VaeSource; settings: EngineSettings }): LoadedVae;
  /** @param params z [count, latent] */
  decode(params: { z: Float32Array }): Decoded;
  sample(params: SampleRequest): Streamed<SampleBatch, SampleRecipe>;
  /** @param params pictures [count, ...item] in the model's range */
  encode(params: { pictures: Float32Array }): Encodings;
  encodeDataSet(params: DataRequest): Streamed<EncodedPart, EncodedData>;
  /** A PNG or JPEG file, or a part of it, as the model takes it. @throws RpcError 'data-invalid' */
  readPicture(params: PictureRequest): FittedPicture & { kept?: KeptPicture };
  /** A part of the picture that is kept. @throws RpcError 'unknown-picture' where it is not kept any more */
  partOfPicture(params: { picture: string; part: PicturePart }): FittedPicture;
  /** Frees a picture that is kept. */
  forgetPicture(params: { picture: string }): void;
  /** One item, in the model's range. */
  item(params: ItemRequest): Float32Array;
  examine(params: ExamineRequest): Examination;
  evidence(params: EvidenceRequest): EvidenceOf;
  evidences(params: EvidencesRequest): Streamed<EvidenceItem, { count: number }>;
  contours(params: ContoursRequest): PosteriorGrid;
  project(params: ProjectionRequest): Projection;
  aggregate(params: AggregateRequest): AggregatePosterior;
  neighbours(params: NeighboursRequest): NeighboursOf;
  copying(params: CopyingRequest): CopyingOf;
  membership(params: MembershipRequest): MembershipOf;
  twoSets(params: TwoSetsRequest): TwoSetsOf;
  /** The arrays of a data file of which one has to be named, as in "data.npz#images"; none where it is clear. @throws RpcError 'data-invalid' */
  arraysToChooseFrom(params: { path: string }): readonly { name: string; about: string }[];
  /** Frees what was kept of a data set. */
  release(params: { runId: string }): void;
}
