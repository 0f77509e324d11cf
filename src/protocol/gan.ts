/** The messages between whoever asks and an inference process that holds a GAN. Arrays are item after item. */

import type { Birthdays } from '../maths/fidelity/birthday.ts';
import type { NoisePrior } from '../maths/gan/noise.ts';
import type { WalkWay } from '../maths/gan/walk.ts';
import type { MembershipAudit } from '../maths/privacy/membership.ts';
import type { TwoSampleTest } from '../maths/privacy/twoSample.ts';
import type { ValueRange } from '../maths/vae/likelihood.ts';
import type { EngineSettings, ProviderReport, TensorInfo } from './inference.ts';
import type { ModelAnswers, ModelQuestion } from './question.ts';
import type { Streamed } from './rpc.ts';
import type {
  CopyingOf,
  CopyingRequest,
  FittedPicture,
  ItemLayout,
  ItemShape,
  KeptPicture,
  MembershipOf,
  NeighboursOf,
  NeighboursRequest,
  PicturePart,
  PictureRequest,
  Seen,
} from './vae.ts';

/** A classifier that reads a model's pictures, and in whose features they are compared. */
export interface JudgeSource {
  name: string;
  path: string;
  sha256?: Readonly<Record<string, string>>;
  input: string;
  logits: string;
  features: string;
  classes: readonly string[];
  /** What it takes, in 0 to 1. */
  item: ItemShape;
}

/** Where a model lies and what is known of it. Paths are absolute. */
export interface GanSource {
  /** Stable name: the bundled model's, or the generator's path. */
  id: string;
  name: string;
  generator: string;
  /** Without it there are no scores. */
  discriminator?: string;
  /** Hex sha256 of each file, by path; a file that differs is refused. */
  sha256?: Readonly<Record<string, string>>;
  /** Stated by a manifest; else found, or asked for. */
  prior?: NoisePrior;
  range?: ValueRange;
  classes?: readonly string[];
  /** Reads its pictures where they are what it was made for. */
  judge?: JudgeSource;
  answers?: ModelAnswers;
}

/** How a part is told the class: by its number, or by a row of zeros with a one in its place. */
export interface ClassInput {
  name: string;
  kind: 'number' | 'one-hot';
  type: 'int64' | 'int32' | 'float32';
  /** Sizes behind the batch. */
  sizes: readonly number[];
}

export interface GeneratorRoles {
  path: string;
  noise: string;
  class?: ClassInput;
  picture: string;
  /** Filled with zeros. */
  others: readonly TensorInfo[];
}

export interface DiscriminatorRoles {
  path: string;
  picture: string;
  class?: ClassInput;
  /** Several numbers an item (one a patch) are averaged. */
  score: string;
  others: readonly TensorInfo[];
}

/** What each tensor of a model is. */
export interface GanLayout {
  generator: GeneratorRoles;
  discriminator?: DiscriminatorRoles;
  item: ItemShape;
  layout: ItemLayout;
  /** Sizes of z behind the batch: [64], [64, 1, 1]. Elsewhere z is [latent], its product. */
  latentShape: readonly number[];
  prior: NoisePrior;
  range: ValueRange;
  /** Of vectors: the values that they are drawn between, a little more than was seen. */
  drawn?: ValueRange;
  /** By number; empty where the generator is told none. */
  classes: readonly string[];
  /** A classifier reads the pictures. */
  judged: boolean;
}

export interface GanFindings {
  /** Under the answers given and, where there is none, the likely ones; null where a question that is needed has neither. */
  layout: GanLayout | null;
  questions: readonly ModelQuestion[];
}

/** The tensors of both parts, as far as sizes tell. */
export interface GanTensors {
  generator: { path: string; inputs: readonly TensorInfo[]; outputs: readonly TensorInfo[] };
  discriminator?: { path: string; picture: TensorInfo; inputs: readonly TensorInfo[]; outputs: readonly TensorInfo[] };
  /** Sizes of an item, behind the batch. */
  itemSizes: readonly number[];
}

/** What trying the generator showed. */
export interface GanProbes {
  /** The values that each output took. */
  outputs: Readonly<Record<string, Seen>>;
  /** By input of whole numbers: how many classes it takes before it fails; null where it takes any. */
  classes: Readonly<Record<string, number | null>>;
}

/** Findings with what they follow from: under other answers they follow again, without another look at the files. */
export interface GanInspection extends GanFindings {
  tensors: GanTensors;
  probes: GanProbes;
}

export interface LoadedGan extends GanLayout {
  latent: number;
  parameters: number;
  /** Of each file that was read, by path. */
  sha256: Readonly<Record<string, string>>;
  provider: ProviderReport;
  loadMs: number;
}

/** A class by its number, or each in turn: sample i is of class i mod their number. Of a model without classes it says nothing. */
export type ChosenClass = number | 'each';

/** A sample by its seed and number. */
export interface SampleAddress {
  readonly seed: number;
  readonly sample: number;
}

/** z goes from one sample to another; both ends are among the steps. */
export interface Walk {
  readonly from: SampleAddress;
  readonly to: SampleAddress;
  readonly way: WalkWay;
}

/** Sample i depends on (seed, i) and what is chosen alone, never on how many are asked for or from where on. */
export interface GanSampleRequest {
  seed: number;
  first: number;
  count: number;
  /** Numbers of z that are larger in size are drawn again; null: none is. Of N(0, 1) alone. */
  truncation: number | null;
  class: ChosenClass;
  /** Instead of samples: `count` steps of it, from the `first` on; the class is that of the sample it begins with. */
  walk?: Walk;
}

export interface GanBatch {
  first: number;
  count: number;
  /** [count, ...item] in the model's range, channels first. */
  pictures: Float32Array;
  /** [count, latent] */
  z: Float32Array;
  /** [count]; empty of a model without classes. */
  classes: Int32Array;
  /** [count]; null without a discriminator. */
  scores: Float64Array | null;
}

/** What samples came from: enough to make them again. */
export interface GanRecipe {
  sha256: Readonly<Record<string, string>>;
  request: GanSampleRequest;
  settings: EngineSettings;
  /** Samples that are made together: always from multiples of it on, so that no sample depends on what is asked for beside it. */
  batch: number;
  engineVersion: string;
  /** Whether the same recipe gives the same bytes again: on the CPU. Elsewhere values are within 1e-3. */
  exact: boolean;
  runMs: number;
}

/** Pictures of given z, [count, latent]. */
export interface GenerateRequest {
  z: Float32Array;
  /** [count]; of a model without classes it is not looked at. */
  classes: Int32Array;
}

export interface Generated {
  count: number;
  pictures: Float32Array;
  scores: Float64Array | null;
}

export interface DirectionsRequest {
  /** [latent] */
  z: Float32Array;
  class: number;
  /** How many are told. */
  count: number;
}

/** Where the picture changes most around a z: the leading right singular vectors of the generator's Jacobian there. */
export interface Directions {
  /** [count, latent], each of length 1. */
  directions: Float64Array;
  /** [count]: root mean square change of the picture's numbers, in shares of the range, for a step of length 1: to first order. */
  gains: Float64Array;
  /** [count]: share of the sum of squared gains over all directions. */
  shares: Float64Array;
}

export interface ScoreRequest {
  /** [count, ...item] in the model's range. */
  pictures: Float32Array;
  /** [count]; else each is scored as the class that scores highest. */
  classes?: Int32Array;
}

export interface Scores {
  /** [count] */
  scores: Float64Array;
  /** [count]: the classes that they are scored as; empty where there are none. */
  classes: Int32Array;
}

export interface EvaluationRequest {
  /** Data that the model was not trained on, unless it is that which is asked about: an absolute path. */
  data: string;
  /** What it was trained on. */
  train?: string;
  samples: number;
  seed: number;
  truncation: number | null;
  /** At most so many items of each data set, evenly spread. */
  most: number;
}

export interface ScoresOf {
  readonly count: number;
  readonly mean: number;
  readonly deviation: number;
}

/** The discriminator's scores of what it is asked to tell apart; null where it is not known. */
export interface ScoreComparison {
  samples: ScoresOf;
  data: ScoresOf | null;
  train: ScoresOf | null;
  /** Chance that one of the first scores above one of the second; ties count half. */
  dataAboveSamples: number | null;
  trainAboveSamples: number | null;
  trainAboveData: number | null;
  /** Each, for histograms. */
  each: { samples: Float64Array; data: Float64Array | null; train: Float64Array | null };
}

/** What the classifier reads in samples. */
export interface ClassCoverage {
  names: readonly string[];
  /** Of each class: the samples that were asked to be it (of a model without classes: all), and the share that is read as it. */
  asked: Int32Array;
  read: Float64Array;
  /** Asked classes of which at least half of the samples are read as such; of a model without classes: those that at least one sample is read as. */
  hit: number;
  /** Share of all samples read as the class asked for. Null of a model without classes. */
  accuracy: number | null;
  /** Share of the data read as its labels say. Null too where it has no labels. */
  accuracyOfData: number | null;
}

/** How many samples look alike, and how many pictures there could be: the birthday test (Arora and Zhang 2018, arXiv:1706.08224). */
export interface BirthdayTest {
  /** Pictures of a batch, all of one class where classes are known. */
  batch: number;
  /** At most so far apart, in root mean square of the range, two count as alike: half of the data's batches have such a pair. */
  threshold: number;
  samples: Birthdays;
  data: Birthdays;
}

export interface Diversity {
  /** Mean root mean square distance between two of one class (of any, where classes are not known), in shares of the range. */
  samples: number;
  data: number;
  /** By class, NaN where fewer than two; null where classes are not known. */
  byClass: { samples: Float64Array; data: Float64Array } | null;
}

export interface FeatureComparison {
  /** "the 128 features of the bundled classifier", "pixels" */
  space: string;
  dimensions: number;
  /** Of samples and data; and, as what a perfect copy would get, of training data and data, or of two halves of the data. */
  frechet: number;
  reference: { frechet: number; of: 'train' | 'halves' };
  /** k of the neighbours whose distance makes a region. */
  neighbours: number;
  precision: number;
  recall: number;
  samples: number;
  data: number;
}

export interface MembershipByScores {
  data: TwoSampleTest;
  /** Then nothing is said of membership. */
  differ: boolean;
  /** Items of the data that the training data has too, number for number. */
  inBoth: number;
  /** By the discriminator's score; null where there is none, or the data differs. */
  whiteBox: MembershipAudit | null;
  /** By the distance to the nearest sample. */
  blackBox: MembershipOf | null;
  /** Why there is no white-box score; null where there is, or none was needed. */
  withoutScore: string | null;
}

export interface GanEvaluation {
  data: { name: string; count: number; notices: readonly string[] };
  train: { name: string; count: number } | null;
  samples: number;
  /** Items of the data that were compared. */
  compared: number;
  /** Heading of the data's labels that are the model's classes; null: no class of an item is known. */
  labelled: string | null;
  scores: ScoreComparison | null;
  /** Why there are none of the samples, or none of the data. */
  withoutScores: string | null;
  coverage: ClassCoverage | null;
  diversity: Diversity;
  birthday: BirthdayTest | null;
  features: FeatureComparison;
  copying: Omit<CopyingOf, 'pairs'> | null;
  membership: MembershipByScores | null;
  /** Why it was not looked for, where there is training data. */
  withoutMembership: string | null;
  recipe: { sha256: Readonly<Record<string, string>>; request: EvaluationRequest };
  runMs: number;
}

/**
 * Calls can be cancelled; those that run long tell their progress.
 *
 * Errors are RpcErrors: 'not-loaded', 'bad-input' (an array of the wrong size, a setting outside its range: with both), 'no-discriminator',
 * 'not-a-number' (the generator gives NaN: for which sample), 'data-invalid', 'memory', and those of loading.
 */
export interface GanService {
  /** What the files are and what they do not say, found by their shapes and names and by running them; loads nothing. */
  inspect(params: { source: GanSource; settings: EngineSettings }): GanInspection;
  /** @throws RpcError 'undecided' with the questions whose answers are needed; what is likely is not taken for an answer */
  load(params: { source: GanSource; settings: EngineSettings }): LoadedGan;
  sample(params: GanSampleRequest): Streamed<GanBatch, GanRecipe>;
  generate(params: GenerateRequest): Generated;
  directions(params: DirectionsRequest): Directions;
  /** @throws RpcError 'no-discriminator' */
  score(params: ScoreRequest): Scores;
  evaluate(params: EvaluationRequest): GanEvaluation;
  /** A PNG or JPEG file, or a part of it, as the model takes it. @throws RpcError 'data-invalid' */
  readPicture(params: PictureRequest): FittedPicture & { kept?: KeptPicture };
  /** A part of the picture that is kept. @throws RpcError 'unknown-picture' where it is not kept any more */
  partOfPicture(params: { picture: string; part: PicturePart }): FittedPicture;
  /** Frees a picture that is kept. */
  forgetPicture(params: { picture: string }): void;
  /** The arrays of a data file of which one has to be named, as in "data.npz#images"; none where it is clear. @throws RpcError 'data-invalid' */
  arraysToChooseFrom(params: { path: string }): readonly { name: string; about: string }[];
  neighbours(params: NeighboursRequest): NeighboursOf;
  copying(params: CopyingRequest): CopyingOf;
}
