/** The messages between an inference process's main thread and the worker thread that holds ONNX Runtime. */

import type { Choice, Choosing } from '../maths/decoding/choice.ts';
import type { EngineSettings, ProviderReport, TensorInfo } from './inference.ts';
import type { Streamed } from './rpc.ts';

/** A tensor as ONNX Runtime has it: float16 is a Uint16Array of bits, bool a Uint8Array, int64 a BigInt64Array. */
export interface RawTensor {
  /** ONNX element type as onnxruntime-common names it: float32, float16, int64, bool ... */
  type: string;
  shape: readonly number[];
  data: TensorArray;
}

export type TensorArray =
  | Float32Array
  | Float64Array
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | BigInt64Array
  | BigUint64Array;

export interface SessionInfo {
  session: number;
  inputs: readonly TensorInfo[];
  outputs: readonly TensorInfo[];
  provider: ProviderReport;
}

export interface SessionRequest {
  /** The model: a file, or bytes (a graph with taps, a cut-out), which whoever opens them takes over: they are freed. */
  model: string | Uint8Array;
  /** Folder of the weights that a model given as bytes keeps outside. */
  externalFolder?: string;
  /** Its runs are short and many: threads that have nothing to do sleep, and leave the processor to others, instead of spinning. */
  shortRuns?: boolean;
  settings: EngineSettings;
}

/** The one door to ONNX Runtime. */
export interface RuntimeWorker {
  open(params: SessionRequest): SessionInfo;
  /** Runs a session; only the outputs in `fetches` come back. */
  run(params: {
    session: number;
    feeds: Readonly<Record<string, RawTensor>>;
    fetches: readonly string[];
  }): Readonly<Record<string, RawTensor>>;
  /** Runs a session on each of several feeds, in order. An array that stands in more than one is sent once. */
  runEach(params: {
    session: number;
    feeds: readonly Readonly<Record<string, RawTensor>>[];
    fetches: readonly string[];
  }): readonly Readonly<Record<string, RawTensor>>[];
  close(params: { session: number }): void;
}

/** For sessions that `auto` put on a provider which has to prove itself. */
export interface RuntimeSelfTest {
  /**
   * Runs once on the provider and once on the CPU and compares; where they differ the session goes on on the CPU and the report
   * says why. Sessions that need no proof answer at once.
   */
  selfTest(params: { session: number; feeds: Readonly<Record<string, RawTensor>>; fetches: readonly string[] }): ProviderReport;
}

/** Asked by the process before its first session, while it reads the model. */
export interface RuntimePreparation {
  /** Loads the engine, so that the first session need not wait for it; what is wrong with it shows when a session is opened. */
  prepare(params: { settings: EngineSettings }): void;
}

/** A tensor that stays in the thread that runs models, and is named by its number: a cache, parameters in training, a sample on its way. */
export interface KeptTensor {
  kept: number;
  type: string;
  shape: readonly number[];
  bytes: number;
}

/** A tensor of a run's inputs: one that comes with the message, or one that is kept. */
export type Feed = RawTensor | Pick<KeptTensor, 'kept'>;

/** Some entries of one axis of a tensor, in this order: a shorter beginning, rows in another order, a row several times. */
export type Entries = { axis: number } & ({ start: number; end: number } | { indices: readonly number[] });

/** An output that comes back, or a part of it along one axis: from `start` (counted from the end where it is negative) to `end` or its end. */
export type Fetch = string | { name: string; axis: number; start: number; end?: number };

/** Tensors that go from run to run without leaving the thread. They are there until they are freed, or the thread ends. */
export interface RuntimeKeeping {
  /**
   * Runs a session on tensors of which some may be kept. Outputs in `keep` stay; those in `fetches` come back. What is named in `free`
   * is freed once the run is done, not where it fails.
   */
  runKept(params: {
    session: number;
    feeds: Readonly<Record<string, Feed>>;
    fetches: readonly Fetch[];
    keep: readonly string[];
    free?: readonly number[];
  }): { outputs: Readonly<Record<string, RawTensor>>; kept: Readonly<Record<string, KeptTensor>> };
  /** Entries of kept tensors, as kept tensors of their own; the others stay. */
  take(params: { parts: readonly { kept: number; entries: Entries }[] }): readonly KeptTensor[];
  /** Keeps a tensor that comes with the message. */
  keep(params: { tensor: RawTensor }): KeptTensor;
  /** A copy of a kept tensor. */
  fetch(params: { kept: number }): RawTensor;
  /** Frees kept tensors; numbers that name none are passed over. */
  free(params: { kept: readonly number[] }): void;
}

/** A text that tokens are drawn for, one from the logits behind the other, in the thread itself: no step waits for a message. */
export interface DrawRequest {
  session: number;
  /** Chosen by who asks, to end the drawing by. */
  drawing: number;
  /** Of the session. */
  inputs: readonly TensorInfo[];
  /** What the first token is chosen from [vocabulary]. */
  logits: Float32Array;
  /** Tokens of the text, all of them in the cache. */
  ids: readonly number[];
  /** The cache by the names of its inputs; it is freed as it is replaced. */
  cache: Readonly<Record<string, number>>;
  /** The output that continues each cache input, and the axis of both that counts tokens. */
  pairs: readonly { input: string; output: string; lengthAxis: number }[];
  logitsOutput: string;
  /** The axis of the logits that counts tokens, where there is one. */
  logitsAxis: number | null;
  /** Sequences that the file demands in a run; all are the same. */
  batch: number;
  choosing: Choosing;
  /** Place of the first token in its continuation. */
  place: number;
  ends: readonly number[];
  most: number;
}

export interface DrawnToken extends Choice {
  /** What it was chosen from, before any penalty [vocabulary]. */
  logits: Float32Array;
}

export interface Drawn {
  /** In the order of the pairs. */
  cache: readonly KeptTensor[];
  /** Tokens in it: the last one that was drawn is not run. */
  length: number;
  /** What a run failed with; the tokens before it are there. */
  failed?: { code: string; message: string };
}

export interface RuntimeDrawing {
  /**
   * Ends behind `most` tokens, with one of `ends`, when it is told to, or when its session is closed. Tokens that come fast come several at a
   * time: each message wakes another thread, which takes its time from the run.
   */
  draw(params: DrawRequest): Streamed<readonly DrawnToken[], Drawn>;
  /** Ends a drawing after the step that is under way. */
  endDrawing(params: { drawing: number }): void;
}

/** One kind of run of an iteration: a session, and what of the state goes in and comes out of it. */
export interface IterationPhase {
  session: number;
  /** By input: the name of a tensor of the state. */
  reads: Readonly<Record<string, string>>;
  /** By output: the name of the tensor of the state that it replaces. */
  writes: Readonly<Record<string, string>>;
  /** Outputs that come back of every run. */
  fetches: readonly string[];
}

/** Runs that each begin with what the one before has left: training, solvers. */
export interface RuntimeIteration {
  /**
   * Runs the phases that `steps` name, in order, each on its feeds and the state. The state leaves the thread once, at the end: between
   * runs nothing is copied.
   */
  iterate(params: {
    state: Readonly<Record<string, RawTensor>>;
    phases: readonly IterationPhase[];
    steps: readonly { phase: number; feeds: Readonly<Record<string, RawTensor>> }[];
  }): { state: Readonly<Record<string, RawTensor>>; outputs: readonly Readonly<Record<string, RawTensor>>[] };
}
