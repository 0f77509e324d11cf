/** The messages between the panel in which a denoiser of points in the plane trains and the extension host, and what the host keeps of it. */

import type { Raster } from '../maths/adversarial/pushforward.ts';
import type { PlaneRunChoice } from '../maths/diffusion/planeSamplers.ts';
import type { DenoiserConvergence, DenoiserFloor, DenoiserRun, DenoiserTruth, GuidedDensity, NoiseSource } from './denoiser.ts';
import type { RunChoice, RunHost, RunPage, RunRecord } from './trainingRun.ts';

/** What points flow by: four denoisers with the sampler, or the noise that is put on the data. */
export const flowKinds = ['learned', 'exact', 'memory', 'guided', 'forward'] as const;
export type FlowKind = (typeof flowKinds)[number];

/** What lies under the points of the plane of what was learned. */
export const planeMaps = ['density', 'difference'] as const;
export type PlaneMap = (typeof planeMaps)[number];

/** What arrows show there. */
export const planeArrows = ['learned', 'exact', 'difference', 'none'] as const;
export type PlaneArrows = (typeof planeArrows)[number];

export interface DenoiserViewState extends RunChoice {
  /** Of Adam. */
  readonly rate: number;
  readonly run: PlaneRunChoice;
  /** Points that are followed when the training rests. */
  readonly count: number;
  /** What flows in each of the two planes. */
  readonly left: FlowKind;
  readonly right: FlowKind;
  /** Training points of the denoiser that knows them alone. */
  readonly memory: number;
  /** Towards one half of the data's components: which, and how strongly (1: the half itself). */
  readonly half: 0 | 1;
  readonly guidance: number;
  readonly map: PlaneMap;
  readonly arrows: PlaneArrows;
  /** Whether the paths of some points by the flow and by the equation with noise are drawn. */
  readonly paths: boolean;
  /** Where in the run: 0 is the noise that it begins with, 1 the samples. */
  readonly time: number;
}

/** What a step has come to. */
export interface DenoiserPlace {
  readonly step: number;
  /** Of one coordinate, over all levels of the training. */
  readonly loss: number;
  readonly above: number;
  /** Energy distances to the data. */
  readonly learned: number;
  readonly exact: number;
  readonly data: number;
  /** Nats; null where it was not measured. */
  readonly divergence: number | null;
}

export interface DenoiserRunSummary extends RunRecord {
  /** By step. */
  readonly places: readonly DenoiserPlace[];
}

/** At the newest parameters that the host has. */
export interface DenoiserFlow extends DenoiserRun {
  readonly run: string;
  readonly step: number;
}

export interface DenoiserField {
  readonly run: string;
  readonly step: number;
  readonly level: number;
  readonly raster: Raster;
  /** [rows, columns, 2] the noise that is predicted at the middles of cells, from the lowest row on. */
  readonly noise: Float32Array;
}

export interface DenoiserMeasures {
  readonly run: string;
  readonly step: number;
  readonly truth: DenoiserTruth;
}

/** What is known of the data of a run before it has learned anything. */
export interface DenoiserFacts {
  readonly run: string;
  readonly floor: DenoiserFloor;
  readonly convergence: DenoiserConvergence;
}

/** What guidance samples, and what it is said to. */
export interface DenoiserGuided extends GuidedDensity {
  readonly run: string;
}

export interface DenoiserHost extends RunHost<DenoiserViewState, DenoiserRunSummary> {
  stepOnce(params: Record<never, never>): void;
  /** @param params.count points that are followed */
  flow(params: { source: NoiseSource; run: PlaneRunChoice; count: number }): DenoiserFlow;
  field(params: { level: number; raster: Raster }): DenoiserField;
  /** Kept as a place of the run. */
  truth(params: { run: PlaneRunChoice; count: number; samples: number; likelihoods: number; memory: number }): DenoiserMeasures;
  facts(params: Record<never, never>): DenoiserFacts;
  guided(params: { components: readonly number[]; scale: number; raster: Raster }): DenoiserGuided;
}

export type DenoiserPage = RunPage<DenoiserRunSummary>;
