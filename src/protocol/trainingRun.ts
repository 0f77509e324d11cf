/** What panels in which a small model trains share with the extension host: data, the run that is open, and those that are kept. */

import type { CoefficientChange, Coefficients, LossPoint, NotFinite, TrainingData } from './training.ts';

/** The name of data that the user drew; the others are those of the folder's mixtures. */
export const drawnData = 'drawn';

/** What is to be trained on. */
export interface DataChoice {
  /** A mixture's name, or `drawnData`. */
  readonly name: string;
  /** Those that were drawn, and the deviation of the Gaussian on each. */
  readonly points: readonly (readonly [number, number])[];
  readonly bandwidth: number;
}

/** How a run begins. */
export interface RunChoice extends DataChoice {
  readonly seed: number;
  /** null: as fast as it can. */
  readonly stepsPerSecond: number | null;
}

/** What is kept of a run beside its training. */
export interface RunRecord {
  readonly id: string;
  readonly data: string;
  /** The same for the same data alone. */
  readonly dataKey: string;
  readonly seed: number;
}

export interface TrainingStatus {
  readonly run: string;
  /** Where it stands. */
  readonly step: number;
  /** The last step that can be gone to. */
  readonly lastStep: number;
  readonly running: boolean;
  readonly coefficients: Coefficients;
  readonly changes: readonly CoefficientChange[];
  /** Why it stopped by itself. */
  readonly failure: NotFinite | null;
  /** What has happened to it that nobody asked for. */
  readonly notice: { readonly kind: 'info' | 'warning' | 'error'; readonly message: string } | null;
}

/** All of a run that the page begins with. */
export interface RunContent<Summary extends RunRecord> {
  readonly summary: Summary;
  readonly data: TrainingData;
  readonly losses: readonly LossPoint[];
  readonly status: TrainingStatus;
}

export interface RunsContent<State, Summary extends RunRecord> {
  /** Names of the mixtures. */
  readonly mixtures: readonly string[];
  readonly state: State | null;
  /** The newest first, the one that is open among them. */
  readonly runs: readonly Summary[];
  /** null: none was kept. */
  readonly run: RunContent<Summary> | null;
}

export interface RunHost<State, Summary extends RunRecord> {
  /** Loads the graphs; the last run is opened as it was left, paused. @throws RpcError what the engine says */
  ready(params: Record<never, never>): RunsContent<State, Summary>;
  saveState(params: { state: State }): void;
  /** A new run that has done no step, in place of the one that is open. @throws RpcError 'data-invalid', 'setting-invalid' */
  begin(params: State): RunContent<Summary>;
  /**
   * Goes on until it is paused. Where it had been gone back in, a new run begins there and the one before stays.
   *
   * @param params.until a step at which it pauses by itself
   */
  run(params: { until?: number }): void;
  pause(params: Record<never, never>): void;
  /** @throws RpcError 'coefficient-invalid' */
  change(params: { coefficients: Coefficients }): void;
  /** @throws RpcError 'setting-invalid' */
  speed(params: { stepsPerSecond: number | null }): void;
  /** To the last checkpoint at or before a step of any run that is kept. @throws RpcError 'run-missing', 'training-unreadable' */
  seek(params: { run: string; step: number }): RunContent<Summary>;
  /** All runs but the one that is open. */
  forget(params: Record<never, never>): void;
  copy(params: { text: string; what: string }): void;
}

export interface RunPage<Summary extends RunRecord> {
  /** Another run is open. */
  show(params: { run: RunContent<Summary>; runs: readonly Summary[] }): void;
  status(params: { status: TrainingStatus }): void;
  losses(params: { run: string; points: readonly LossPoint[] }): void;
  /** There are newer parameters. */
  picture(params: { run: string; step: number; stepsPerSecond: number }): void;
  summary(params: { summary: Summary }): void;
}
