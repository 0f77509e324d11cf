/** The messages between an inference process's main thread and the worker thread that holds ONNX Runtime. */

import type { EngineSettings, ProviderReport, TensorInfo } from './inference.ts';

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
