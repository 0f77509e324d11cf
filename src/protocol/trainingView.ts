/** The messages between the panel in which a VAE of points in the plane trains and the extension host, and what the host keeps of it. */

import type { Coefficients, CoefficientChange, Estimate, LossPoint, NotFinite, PlaneDensity, TrainingData, VaeTerms } from './training.ts';

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

export interface TrainingViewState extends DataChoice {
  readonly seed: number;
  readonly beta: number;
  readonly rate: number;
  /** null: as fast as it can. */
  readonly stepsPerSecond: number | null;
}

/** A place of a run in the rate-distortion plane; nats. */
export interface RatePlace {
  readonly step: number;
  /** Of the step before it. */
  readonly beta: number;
  readonly rate: Estimate;
  readonly distortion: Estimate;
  /** R + D - H of the same points. */
  readonly slack: Estimate | null;
}

export interface RunSummary {
  readonly id: string;
  readonly data: string;
  /** The same for the same data alone. */
  readonly dataKey: string;
  readonly seed: number;
  /** H of the data, nats; null where it is not known yet. */
  readonly entropy: number | null;
  /** By step. */
  readonly places: readonly RatePlace[];
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
export interface RunContent {
  readonly summary: RunSummary;
  readonly data: TrainingData;
  readonly losses: readonly LossPoint[];
  readonly status: TrainingStatus;
}

export interface TrainingViewContent {
  /** Names of the mixtures. */
  readonly mixtures: readonly string[];
  readonly state: TrainingViewState | null;
  /** The newest first, the one that is open among them. */
  readonly runs: readonly RunSummary[];
  /** null: none was kept. */
  readonly run: RunContent | null;
}

/** What the networks make of points and of latents, at the newest parameters that the host has. */
export interface TrainingFrame {
  readonly run: string;
  readonly step: number;
  /** Of q(z|x): [n, 2] each. */
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
  /** Mean of p(x|z): [m, 2], and the log of its deviation. */
  readonly location: Float32Array;
  readonly logDeviation: number;
}

/** The terms of each point. */
export interface TrainingMeasures {
  readonly run: string;
  readonly step: number;
  /** Of the step before it. */
  readonly beta: number;
  /** Of the points. */
  readonly terms: VaeTerms;
  /** log p(x) of the points. */
  readonly density: PlaneDensity;
  /** log q-bar(z) at the latents. */
  readonly aggregate: Float64Array;
}

export interface LearnedDensity {
  readonly run: string;
  readonly step: number;
  /** log p(x) at the places. */
  readonly density: PlaneDensity;
}

export interface TrainingHost {
  /** Loads the graphs; the last run is opened as it was left, paused. @throws RpcError what the engine says */
  ready(params: Record<never, never>): TrainingViewContent;
  saveState(params: { state: TrainingViewState }): void;
  /** A new run that has done no step, in place of the one that is open. @throws RpcError 'data-invalid', 'setting-invalid' */
  begin(params: TrainingViewState): RunContent;
  /** Goes on until it is paused. Where it had been gone back in, a new run begins there and the one before stays. */
  run(params: Record<never, never>): void;
  pause(params: Record<never, never>): void;
  stepOnce(params: Record<never, never>): void;
  /** @throws RpcError 'coefficient-invalid' */
  change(params: { coefficients: Coefficients }): void;
  /** @throws RpcError 'setting-invalid' */
  speed(params: { stepsPerSecond: number | null }): void;
  /** To the last checkpoint at or before a step of any run that is kept. @throws RpcError 'run-missing', 'training-unreadable' */
  seek(params: { run: string; step: number }): RunContent;
  /** @param params.points [n, 2] @param params.latents [m, 2] */
  frame(params: { points: Float32Array; latents: Float32Array }): TrainingFrame;
  /** @param params.points [n, 2] @param params.latents [m, 2] of the plane of z @param params.tolerance nats, of log p(x) */
  measure(params: { points: Float32Array; latents: Float32Array; tolerance: number }): TrainingMeasures;
  /** @param params.places [k, 2] of the plane of x */
  density(params: { places: Float32Array; tolerance: number }): LearnedDensity;
  /** All runs but the one that is open. */
  forget(params: Record<never, never>): void;
  copy(params: { text: string; what: string }): void;
}

export interface TrainingPage {
  /** Another run is open. */
  show(params: { run: RunContent; runs: readonly RunSummary[] }): void;
  status(params: { status: TrainingStatus }): void;
  losses(params: { run: string; points: readonly LossPoint[] }): void;
  /** There are newer parameters. */
  picture(params: { run: string; step: number; stepsPerSecond: number }): void;
  summary(params: { summary: RunSummary }): void;
}
