/** What is asked of a denoiser of points in the plane as it stands, and the truth beside it. Levels are alpha-bar; x = alpha x0 + sigma noise. */

import type { Raster } from '../maths/adversarial/pushforward.ts';
import type { ConvergenceCurve } from '../maths/diffusion/convergence.ts';
import type { PlaneRunChoice } from '../maths/diffusion/planeSamplers.ts';
import type { Estimate, TrainingData } from './trainingData.ts';

/** Whose prediction a sampler follows. */
export type NoiseSource =
  | { readonly kind: 'learned' }
  /** The mixture's own. */
  | { readonly kind: 'exact' }
  /** Of the best denoiser that knows so many points of the data alone. */
  | { readonly kind: 'memory'; readonly count: number }
  /** The mixture's own, guided towards some of its components. */
  | { readonly kind: 'guided'; readonly components: readonly number[]; readonly scale: number };

export interface DenoiserState {
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  /** Of the noise that runs begin with and draw, and of points. */
  readonly seed: number;
}

export interface DenoiserRunRequest extends DenoiserState {
  readonly source: NoiseSource;
  readonly run: PlaneRunChoice;
  /** Points that are followed; the first of them are the same whatever the count is. */
  readonly count: number;
}

export interface DenoiserRun {
  /** Of x before each evaluation, and after the last: [states]. */
  readonly levels: Float64Array;
  /** [states, count, 2] */
  readonly states: Float32Array;
  /** The noise that was predicted in the first points: [states - 1, traced, 2]. */
  readonly predictions: Float32Array;
  readonly traced: number;
}

export interface DenoiserFloorRequest {
  readonly data: TrainingData;
  /** An odd number, 3 or more: even in log SNR between the levels of the training. */
  readonly levels: number;
}

/** What no loss falls below, of one coordinate. */
export interface DenoiserFloor {
  readonly levels: Float64Array;
  readonly floors: Float64Array;
  /** By quadrature the difference of two grids, by sampling the standard error. */
  readonly errors: Float64Array;
  /** Over all levels of the training. */
  readonly mean: number;
}

export interface DenoiserTruthRequest extends DenoiserState {
  /** As the floor's. */
  readonly levels: number;
  /** Points drawn for each level. */
  readonly count: number;
  readonly run: PlaneRunChoice;
  /** Samples whose distance to the data is told. */
  readonly samples: number;
  /** Points whose likelihood is told; 0: none. */
  readonly likelihoods: number;
  /** Training points of the denoiser that knows them alone. */
  readonly memory: number;
}

/** Means over points drawn for a level, of one coordinate, with their standard errors. */
export interface LevelLoss {
  readonly level: number;
  /** E|noise - predicted|^2 / 2. */
  readonly loss: Estimate;
  /** E|predicted - exact|^2 / 2, which is sigma^2 E|score - exact score|^2 / 2. */
  readonly above: Estimate;
  /** loss - above: the floor but for the draws. */
  readonly difference: Estimate;
  /** E|predicted - remembered|^2 / 2, at noised training points. */
  readonly toMemory: Estimate;
  /** E|predicted - exact|^2 / 2, there. */
  readonly toExact: Estimate;
}

export interface DenoiserTruth {
  readonly levels: readonly LevelLoss[];
  /** Over all levels of the training. */
  readonly overall: { readonly loss: Estimate; readonly above: Estimate; readonly difference: Estimate };
  /** Energy distances between samples and the data's own points; `data`: of two independent samples of these. */
  readonly distance: { readonly learned: number; readonly exact: number; readonly data: number };
  /**
   * Of points that are nearly clean, nats: log p of the probability flow of the denoiser and of the mixture, and E(exact - learned), which is
   * a Kullback-Leibler divergence. null: not asked for.
   */
  readonly likelihood: {
    readonly learned: Estimate;
    readonly exact: Estimate;
    readonly divergence: Estimate;
    readonly level: number;
  } | null;
}

export interface DenoiserConvergenceRequest {
  readonly data: TrainingData;
  readonly seed: number;
}

export interface DenoiserConvergence {
  readonly curves: readonly ConvergenceCurve[];
  /** The largest difference between the reference and one of half as many steps. */
  readonly referenceError: number;
  /** Noise over signal at both ends. */
  readonly largest: number;
  readonly smallest: number;
}

export interface GuidedDensityRequest {
  readonly data: TrainingData;
  readonly components: readonly number[];
  readonly scale: number;
  readonly raster: Raster;
}

/** [rows, columns], from the lowest row on, at the middles of cells; nats. */
export interface GuidedDensity {
  /** What guidance samples, by its probability flow. */
  readonly sampled: Float64Array;
  /** p(x)^(1 - scale) p(x | c)^scale, which integrates to 1 over the raster. */
  readonly tilted: Float64Array;
  /** Total variation distance between both, over the raster. */
  readonly apart: number;
}

/** Answered beside `TrainingService`, of a folder that has a denoiser. Data that have no density are refused where the exact one is asked for. */
export interface DenoiserService {
  /** @throws RpcError 'setting-invalid', 'data-invalid', 'not-finite' where the network gives no number, 'bad-input' */
  denoiserRun(params: DenoiserRunRequest): DenoiserRun;
  /** @throws RpcError 'setting-invalid', 'data-invalid' */
  denoiserFloor(params: DenoiserFloorRequest): DenoiserFloor;
  /** @throws RpcError 'setting-invalid', 'data-invalid', 'not-finite', 'bad-input' */
  denoiserTruth(params: DenoiserTruthRequest): DenoiserTruth;
  /** @throws RpcError 'setting-invalid', 'data-invalid' */
  denoiserConvergence(params: DenoiserConvergenceRequest): DenoiserConvergence;
  /** @throws RpcError 'setting-invalid', 'data-invalid' */
  guidedDensity(params: GuidedDensityRequest): GuidedDensity;
}
