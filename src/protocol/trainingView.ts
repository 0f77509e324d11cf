/** The messages between the panel in which a VAE of points in the plane trains and the extension host, and what the host keeps of it. */

import type { Estimate, PlaneDensity, VaeTerms } from './training.ts';
import type { RunChoice, RunHost, RunPage, RunRecord } from './trainingRun.ts';

export interface TrainingViewState extends RunChoice {
  readonly beta: number;
  readonly rate: number;
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

export interface RunSummary extends RunRecord {
  /** H of the data, nats; null where it is not known yet. */
  readonly entropy: number | null;
  /** By step. */
  readonly places: readonly RatePlace[];
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

export interface TrainingHost extends RunHost<TrainingViewState, RunSummary> {
  stepOnce(params: Record<never, never>): void;
  /** @param params.points [n, 2] @param params.latents [m, 2] */
  frame(params: { points: Float32Array; latents: Float32Array }): TrainingFrame;
  /** @param params.points [n, 2] @param params.latents [m, 2] of the plane of z @param params.tolerance nats, of log p(x) */
  measure(params: { points: Float32Array; latents: Float32Array; tolerance: number }): TrainingMeasures;
  /** @param params.places [k, 2] of the plane of x */
  density(params: { places: Float32Array; tolerance: number }): LearnedDensity;
}

export type TrainingPage = RunPage<RunSummary>;
