/** The messages between the panel in which a GAN of points in the plane trains and the extension host, and what the host keeps of it. */

import type { Raster } from '../maths/adversarial/pushforward.ts';
import type { Coefficients, GameRotation, GanFrame, GanTerms, GanTruth } from './training.ts';
import type { RunChoice, RunHost, RunPage, RunRecord } from './trainingRun.ts';

/** What the picture of the truth is coloured by. */
export const truthSurfaces = ['best', 'difference', 'densities'] as const;
export type TruthSurface = (typeof truthSurfaces)[number];

/** Whose step is done. */
export type Player = 'both' | 'discriminator' | 'generator';

export interface AdversarialViewState extends RunChoice {
  /** What a run begins with; those of the open run while one is. */
  readonly coefficients: Coefficients;
  /** The preset that was begun; null: none, or it was left. */
  readonly preset: string | null;
  readonly truth: TruthSurface;
  readonly arrows: boolean;
  readonly grid: boolean;
  readonly realPoints: boolean;
}

/** What a step has come to. Null where the data have no density. */
export interface GanPlace {
  readonly step: number;
  /** Jensen-Shannon divergence, nats, and its error; of a run that was kept before errors were told, none is known. */
  readonly divergence: number | null;
  readonly divergenceError?: number | null | undefined;
  /** Of how many. */
  readonly modesHit: number | null;
  readonly modes: number | null;
  /** Shares of points within three deviations of a component. */
  readonly within: { readonly generated: number; readonly real: number } | null;
}

export interface GanRunSummary extends RunRecord {
  /** By step. */
  readonly places: readonly GanPlace[];
}

/** At the newest parameters that the host has. */
export interface AdversarialFrame extends GanFrame {
  readonly run: string;
  readonly step: number;
}

export interface AdversarialTruth {
  readonly run: string;
  readonly step: number;
  /** In force there. */
  readonly coefficients: Coefficients;
  /** Of the truth's arrays. */
  readonly raster: Raster;
  readonly truth: GanTruth;
  readonly terms: GanTerms;
}

export interface AdversarialRotation {
  readonly run: string;
  readonly step: number;
  /** With the coefficients in force, and with some of them changed. */
  readonly now: GameRotation;
  readonly other: GameRotation;
  readonly changed: Coefficients;
}

export interface AdversarialHost extends RunHost<AdversarialViewState, GanRunSummary> {
  /** One step of both players, or of one of them alone. */
  step(params: { player: Player }): void;
  /** @param params.z [n, 2] @param params.grid [m, 2] */
  frame(params: { z: Float32Array; grid: Float32Array; raster: Raster }): AdversarialFrame;
  /** Kept as a place of the run. @param params.mesh cells of the noise's mesh along each side */
  truth(params: { count: number; raster: Raster; mesh: number }): AdversarialTruth;
  /** @param params.changed in the second of the two */
  rotation(params: { changed: Coefficients }): AdversarialRotation;
}

export type AdversarialPage = RunPage<GanRunSummary>;
