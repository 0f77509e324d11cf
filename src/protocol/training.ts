/** The messages for training small models of points in the plane: a whole step (loss, gradients, Adam) is one graph or, of two players, one each. */

import type { Eigenvalue } from '../maths/adversarial/game.ts';
import { ganLosses, type NoOptimum } from '../maths/adversarial/optimum.ts';
import type { Raster } from '../maths/adversarial/pushforward.ts';
import type { MixtureShape } from '../maths/mixtures/mixture.ts';
import type { ModeStatistics } from '../maths/mixtures/modes.ts';
import type { DenoiserService } from './denoiser.ts';
import type { EngineSettings, ProviderReport } from './inference.ts';
import type { Streamed } from './rpc.ts';
import type { Estimate, TrainingData } from './trainingData.ts';

export type { Estimate, TrainingData } from './trainingData.ts';

/** What trains. */
export interface TrainedModel {
  readonly family: 'vae' | 'gan' | 'denoiser';
}

/** What a training begins with. The batch and the noise of step k depend on the seed and k alone. */
export interface TrainingSetup {
  readonly model: TrainedModel;
  readonly data: TrainingData;
  /** 0 to 2^32 - 1. A GAN's first parameters depend on it too; those of others are the folder's. */
  readonly seed: number;
}

/**
 * What may change from step to step, by name. vae: beta (of the KL term), rate, beta1, beta2 (Adam). denoiser: rate, beta1, beta2. gan, of
 * which nothing else says what is trained:
 * - loss: a number in `ganLosses`
 * - discriminator.steps, generator.steps: how often each player runs in one step, 0 to 100, the discriminator first; not both 0. Turn t of
 *   step s is given the same draws whatever these are and were
 * - batch: examples of a step, a power of 2 up to 256
 * - rate, beta1, beta2 of each player (`discriminator.rate`)
 * - r1: R1 is r1 / 2 times the mean squared slope of D at real points (Mescheder et al. 2018, arXiv:1801.04406, equation 9)
 * - gp: the gradient penalty is gp times the mean of (|slope of D| - 1)^2 between real and generated points (Gulrajani et al. 2017, arXiv:1704.00028)
 * - clip: D's parameters stay within +-clip (Arjovsky et al. 2017, arXiv:1701.07875); Infinity: as they are
 * - noise: deviation of the Gaussian noise on all points that D sees, in both players' steps (Arjovsky and Bottou 2017, arXiv:1701.04862)
 * - spectral: every matrix of D is divided by its spectral norm and multiplied by this (Miyato et al. 2018, arXiv:1802.05957); 0: as they are
 */
export type Coefficients = Readonly<Record<string, number>>;

export const defaultCoefficients: Readonly<Record<TrainedModel['family'], Coefficients>> = {
  vae: { beta: 1, rate: 2e-3, beta1: 0.9, beta2: 0.999 },
  gan: {
    loss: ganLosses.indexOf('non-saturating'),
    'discriminator.steps': 1,
    'generator.steps': 1,
    batch: 256,
    'discriminator.rate': 1e-3,
    'discriminator.beta1': 0.5,
    'discriminator.beta2': 0.99,
    'generator.rate': 3e-3,
    'generator.beta1': 0.5,
    'generator.beta2': 0.99,
    r1: 0,
    gp: 0,
    clip: Infinity,
    noise: 0,
    spectral: 0,
  },
  denoiser: { rate: 2e-3, beta1: 0.9, beta2: 0.999 },
};

/** All of a training after some steps: going on from here is the same, to the last bit, as never having stopped. */
export interface Checkpoint {
  /** Steps done. */
  readonly step: number;
  /** By network and part: `vae.parameters` [P], `vae.first`, `vae.second` [P] (Adam's moments), `vae.step` [1] (Adam's own count). */
  readonly tensors: Readonly<Record<string, Float32Array>>;
}

/** Coefficients that hold from a step on: the one that is done after `step` steps. */
export interface CoefficientChange {
  readonly step: number;
  readonly coefficients: Coefficients;
}

/** How often a training tells of itself. */
export interface Reporting {
  /** A point of the losses every n steps: the mean of these. */
  readonly lossesEvery: number;
  readonly checkpointsEvery: number;
  /** Parameters for a picture, at most this often; 0: none. */
  readonly picturesPerSecond: number;
  /** Slower than it could; null: as fast as it can. */
  readonly stepsPerSecond: number | null;
}

export const defaultReporting: Reporting = { lossesEvery: 10, checkpointsEvery: 200, picturesPerSecond: 10, stepsPerSecond: null };

export interface TrainRequest {
  /** The owner's name for it, by which it is changed and paused. */
  readonly training: string;
  readonly setup: TrainingSetup;
  /** null: from the beginning. */
  readonly from: Checkpoint | null;
  /** By step, the first no later than where it begins; later ones come into force on the way, as they did before. */
  readonly schedule: readonly CoefficientChange[];
  /** Steps after which it ends; null: it goes on until it is paused. */
  readonly until: number | null;
  readonly reporting: Reporting;
}

/**
 * Losses in nats (GAN: of the score that the loss has; denoiser: mean squared error), means over those of the steps since the point before, or
 * since it last began, in which there was such a loss; one that there never was is not among the values.
 */
export interface LossPoint {
  /** Steps done. */
  readonly step: number;
  /** vae: loss [1], reconstruction [1] (mean log p(x|z)), kl [2]. gan: `discriminator.loss` without penalties, `discriminator.penalty` (where r1, gp or spectral is not 0), `generator.loss`. */
  readonly values: Readonly<Record<string, readonly number[]>>;
}

export type TrainingItem =
  | { readonly kind: 'losses'; readonly points: readonly LossPoint[] }
  | { readonly kind: 'checkpoint'; readonly checkpoint: Checkpoint }
  | {
      readonly kind: 'picture';
      readonly step: number;
      /** By network. */
      readonly parameters: Readonly<Record<string, Float32Array>>;
      /** Of the last half second or more; 0 before. */
      readonly stepsPerSecond: number;
    };

/** Where a training met what is no number: the first such value of a step, in the order in which it is computed. */
export interface NotFinite {
  /** The step, from 0. It was not done. */
  readonly step: number;
  readonly network: string;
  /**
   * vae: mean, log-variance, kl, latent, location, log-deviation, reconstruction, loss. gan: generated points, scores at real points, scores at
   * generated points, slopes at real points, slopes between real and generated points, penalty, loss. Then, of all, gradient, second moment,
   * parameters.
   */
  readonly term: string;
  /** Where in it: the example and the dimension, the dimension, or the parameter. */
  readonly place: readonly number[];
  readonly value: number;
  /** A sentence, and what to do. */
  readonly message: string;
}

export type TrainingEnd =
  | { readonly why: 'until' | 'paused'; readonly checkpoint: Checkpoint }
  /** The checkpoint is that before the step. */
  | { readonly why: 'not-finite'; readonly checkpoint: Checkpoint; readonly failure: NotFinite };

export interface LoadedTraining {
  readonly batch: number;
  /** The folder's, by name. */
  readonly mixtures: Readonly<Record<string, MixtureShape>>;
  readonly provider: ProviderReport;
}

/** Of points and a VAE's parameters. */
export interface VaePoints {
  readonly parameters: Float32Array;
  /** [n, 2] */
  readonly points: Float32Array;
}

export interface VaeTermsRequest extends VaePoints {
  /** Of the noise of z. */
  readonly seed: number;
  /** Draws of z for each point. */
  readonly draws: number;
}

/** Terms of the ELBO of each point, nats. */
export interface VaeTerms {
  /** [n, 2] each. */
  readonly mean: Float32Array;
  readonly logVariance: Float32Array;
  /** [n, 2], in closed form. */
  readonly kl: Float64Array;
  /** [n] E_q log p(x|z): the mean over the draws, and its standard error (NaN of one draw). */
  readonly reconstruction: Float64Array;
  readonly reconstructionError: Float64Array;
  /** log of the deviation of p(x|z). */
  readonly logDeviation: number;
}

export interface PlaneDensityRequest extends VaePoints {
  /** Nats by which the two resolutions may differ; 1e-3 where it is not given. */
  readonly tolerance?: number;
}

/** log p(x) = log of the integral of p(x|z) p(z) over the plane of z, by a sum over nodes that are the same for every x. */
export interface PlaneDensity {
  /** [n] nats. */
  readonly logDensity: Float64Array;
  /** The largest difference between two resolutions, at places within 20 nats of the highest. */
  readonly difference: number;
  /** Whether that is within the tolerance. */
  readonly agreed: boolean;
  /** At how many of the places it was looked at: all, or some in even distances. */
  readonly compared: number;
  /** The resolution: how many deviations of p(x|z) neighbouring nodes are decoded apart at most, and how many nodes that are. */
  readonly gap: number;
  readonly nodes: number;
  /** How far the nodes go on each side of 0. */
  readonly reach: number;
  /** Of the decoder. */
  readonly evaluations: number;
}

export interface RateDistortionRequest {
  readonly parameters: Float32Array;
  readonly data: TrainingData;
  readonly seed: number;
  /** Points drawn from the data. */
  readonly count: number;
}

/** A model's place in the rate-distortion plane (Alemi et al. 2018, arXiv:1711.00464), over points drawn afresh; all in nats. */
export interface RateDistortion {
  /** R = E KL(q(z|x) || p(z)), and by dimension. */
  readonly rate: Estimate;
  readonly rateByDimension: readonly number[];
  /** D = -E E_q log p(x|z). */
  readonly distortion: Estimate;
  /** R = I_q(x;z) + KL(q-bar || p) over these points; I is at most log of their number. */
  readonly information: Estimate;
  readonly divergence: Estimate;
  /** rate - information - divergence over these points: 0 but for the draws. */
  readonly residual: Estimate;
  /** H of the data, with the error of its method; null of points without a density. R + D is no less. */
  readonly entropy: { readonly value: number; readonly error: number; readonly method: 'quadrature' | 'sampling' } | null;
  /** R + D - H, from the same points: E[log p_data(x) - ELBO(x)], which is 0 or more. null where there is no entropy. */
  readonly slack: Estimate | null;
  readonly count: number;
}

export interface AggregateDensityRequest extends VaePoints {
  /** [m, 2] places in the plane of z. */
  readonly latents: Float32Array;
}

/** A small GAN as it stands, and what its players are asked to do. */
export interface GanState {
  readonly parameters: { readonly generator: Float32Array; readonly discriminator: Float32Array };
  readonly data: TrainingData;
  /** As a training's, all of them: the loss is the one with this number in `ganLosses`. */
  readonly coefficients: Coefficients;
  /** Of the points that are drawn. */
  readonly seed: number;
}

export interface GanFrameRequest extends GanState {
  /** [n, 2] noise of the points that are drawn. */
  readonly z: Float32Array;
  /** [m, 2] noise of a grid's corners. */
  readonly grid: Float32Array;
  readonly raster: Raster;
}

/** What is drawn of a GAN while it trains. Without input noise, whatever its coefficient is. */
export interface GanFrame {
  /** [n, 2] G(z). */
  readonly points: Float32Array;
  /** [n] D's score of each, before any sigmoid. */
  readonly scores: Float32Array;
  /** [n, 2] minus the gradient of each point's own term of the generator's loss by the point: where the generator is asked to move it. */
  readonly pulls: Float32Array;
  /** [m, 2] the grid behind G. */
  readonly places: Float32Array;
  /** [rows, columns] D's score at the middles of the raster's cells, from the lowest row on. */
  readonly surface: Float32Array;
}

export interface GanTermsRequest extends GanState {
  /** The batch is that of the step after so many, in each player's first turn. */
  readonly step: number;
  /** As of `GanTruthRequest`. */
  readonly mesh?: number;
}

/** A term of a loss over a batch: the mean, and its standard error. */
export interface GanTerm {
  readonly own: Estimate;
  /** With D* in the place of D, on the same points; infinite where D* is. null: there is none, see `noOptimum`. */
  readonly best: Estimate | null;
}

/** Points of a batch as the discriminator sees them. */
export interface GanSide {
  /** D's score, before any sigmoid. */
  readonly score: GanTerm;
  /** Its sigmoid, D(x) as a probability. null: the loss takes the score as it is. */
  readonly probability: GanTerm | null;
  /** Nats: log D at real points, log(1 - D) at generated ones. null as `probability`. */
  readonly logarithm: GanTerm | null;
  /** What the score costs the discriminator. */
  readonly loss: GanTerm;
}

/** The numbers that stand under the terms of both players' losses. */
export interface GanTerms {
  readonly real: GanSide;
  readonly generated: GanSide;
  /** Of the generator's own batch: D's score, what it costs the generator, and for log losses log D(G(z)). */
  readonly generator: { readonly score: GanTerm; readonly logarithm: GanTerm | null; readonly loss: GanTerm };
  /** |grad D|^2 at real points: R1 is r1 / 2 times its mean. */
  readonly squaredSlope: Estimate;
  /** (|grad D| - 1)^2 between real and generated points: the gradient penalty is gp times its mean. */
  readonly slopeExcess: Estimate;
  /** Lengths of the gradients of both players' losses by their own parameters, with penalties: how hard each is pushed. */
  readonly gradients: { readonly generator: number; readonly discriminator: number };
  /** What is added to the discriminator's loss with the coefficients as they are. */
  readonly penalty: { readonly r1: number; readonly gp: number };
  readonly noOptimum: NoOptimum | null;
}

export interface GanTruthRequest extends GanState {
  /** Points drawn from the data, and from the generator. */
  readonly count: number;
  /** Cells in which densities and scores are told. */
  readonly raster: Raster;
  /** Cells of the noise's mesh along each side, an even number; 128 where it is not given. */
  readonly mesh?: number;
}

/** A mean over fresh points of both kinds, at which the generator's density is known. */
export interface GanEstimate extends Estimate {
  /** What a mesh of half as many cells along each side gives of the same draws; null where the density is told in cells of the raster. */
  readonly coarser: number | null;
  /** The standard error, and with it the change from the coarser mesh: the root of the sum of their squares. */
  readonly error: number;
}

/** Where generated points lie in the components of the data, and as many of the data's own. */
export interface GanCoverage {
  /** By component. Spreads are of the points within three deviations (`Reached`), so that what lies between modes makes none look wide. */
  readonly generated: readonly ModeStatistics[];
  readonly real: readonly ModeStatistics[];
  /** Share of the points within three deviations of a component. */
  readonly within: { readonly generated: number; readonly real: number };
  /** Whether a component has a tenth or more of the points within three deviations that its weight asks for; and how many have. */
  readonly hit: readonly boolean[];
  readonly modesHit: number;
}

/** A small GAN as it stands, and the truth beside it. Arrays over the raster are [rows, columns], from the lowest row on, at the middles of its cells. */
export interface GanTruth {
  /** [count, 2] each, drawn afresh; without input noise. */
  readonly real: Float32Array;
  readonly generated: Float32Array;
  /** D's score, before any sigmoid. */
  readonly scores: Float32Array;
  /** The best score for these densities, both convolved with the input noise; NaN where neither density is. null: there is none, and why. */
  readonly optimal: Float64Array | null;
  readonly noOptimum: NoOptimum | null;
  /** p_g, by the noise's mesh pushed forward; see `Pushed`. Without input noise. */
  readonly density: Float64Array;
  readonly outside: number;
  readonly flat: number;
  readonly turned: number;
  /** p_d without input noise; null of points without one, as what follows. */
  readonly dataDensity: Float64Array | null;
  /** Jensen-Shannon divergence of p_d and p_g, nats: at fresh points, by the triangles of the mesh. */
  readonly divergence: GanEstimate | null;
  /**
   * V(D*) - V(D) of the loss without penalties, which is 0 or more: the integral of (p_d + p_g) times the excess over the raster, which loses what
   * is finer than its cells, and the mean over fresh points, all with the input noise. Without noise the density at these is that of the mesh's
   * triangles, with noise the raster's. null too where the loss is Wasserstein's.
   */
  readonly gap: { readonly integrated: number; readonly sampled: GanEstimate } | null;
  /** Of the mass of p_g what the triangles of the mesh have where fresh points of G lie: 1 where the mesh is fine enough. null as `divergence`. */
  readonly found: Estimate | null;
  readonly coverage: GanCoverage | null;
  /** The largest |grad D| at the middles of the raster's cells, and what it cannot pass: the product of the layers' spectral norms and of the steepest slopes of their activations. */
  readonly steepest: number;
  readonly steepnessBound: number;
}

export interface GameRotationRequest extends GanState {
  /** The batch is that of the step after so many. */
  readonly step: number;
  /** Products with the Jacobian; 30 where it is not given. */
  readonly tries?: number;
}

export interface GameRotation {
  /** Of the Jacobian of v = (-grad_theta L_G, -grad_psi L_D), the largest first. Adam, clipping and numbers of steps take no part. */
  readonly eigenvalues: readonly Eigenvalue[];
  /** |v|: where it is not small, the game moves on before it turns. */
  readonly speed: number;
  /**
   * Both players at once by plain gradient steps, each at its own rate: the eigenvalues of diag(rates) J, and of each whether steps come nearer
   * along it, |1 + lambda| < 1.
   */
  readonly steps: readonly (Eigenvalue & { readonly comesNearer: boolean })[];
}

export interface NetworkRequest {
  /** `vae.encoder`, `gan.generator` ...: a graph of the folder that is no step. */
  readonly graph: string;
  readonly parameters: Float32Array;
  /** By input, rows of one number, as many as wanted; of an input that is a single number, that. */
  readonly inputs: Readonly<Record<string, Float32Array>>;
}

/** Answered by the inference process of a folder of training graphs. */
export interface TrainingService extends DenoiserService {
  /**
   * @param params.folder absolute; holds training.json
   * @throws RpcError 'training-invalid', 'model-missing', 'model-unreadable', 'hash-mismatch', and what the runtime says
   */
  load(params: { folder: string; settings: EngineSettings }): LoadedTraining;
  /**
   * Trains until it is paused, cancelled or done, or a value is no number. One by each name at a time; several take turns.
   *
   * @throws RpcError 'not-loaded', 'data-invalid', 'coefficient-invalid' with the name and value, 'checkpoint-invalid', 'training-busy'
   */
  train(params: TrainRequest): Streamed<TrainingItem, TrainingEnd>;
  /**
   * Takes effect in the next step that is not under way: the answer says from which step on which coefficients hold. Those that are not
   * named stay as they are, and what the schedule had for later is dropped.
   *
   * @throws RpcError 'unknown-training' where none of that name runs, 'coefficient-invalid', 'setting-invalid'
   */
  change(params: { training: string; coefficients?: Coefficients; reporting?: Reporting }): CoefficientChange;
  /** Ends a training after the step that is under way. @throws RpcError 'unknown-training' */
  pause(params: { training: string }): void;

  /** A network on any number of rows: outputs by name, cut to them. @throws RpcError 'unknown-graph', 'bad-input' */
  network(params: NetworkRequest): Readonly<Record<string, Float32Array>>;
  /** @throws RpcError 'setting-invalid', 'bad-input' */
  vaeTerms(params: VaeTermsRequest): VaeTerms;
  /** @throws RpcError 'not-finite' where the decoder gives no number, 'bad-input' */
  planeDensity(params: PlaneDensityRequest): PlaneDensity;
  /** @throws RpcError 'not-finite', 'data-invalid', 'setting-invalid' */
  rateDistortion(params: RateDistortionRequest): RateDistortion;
  /** log q-bar(z), q-bar the mean of the encoder's Gaussians of the points: [m] nats. */
  aggregateDensity(params: AggregateDensityRequest): Float64Array;
  /** In one run of the engine. What is no number is given as it is. @throws RpcError 'coefficient-invalid', 'setting-invalid', 'bad-input' */
  ganFrame(params: GanFrameRequest): GanFrame;
  /** @throws RpcError 'not-finite', 'data-invalid', 'coefficient-invalid', 'setting-invalid', 'bad-input' */
  ganTerms(params: GanTermsRequest): GanTerms;
  /** @throws RpcError 'not-finite' where a network gives no number, 'data-invalid', 'coefficient-invalid', 'setting-invalid', 'bad-input' */
  ganTruth(params: GanTruthRequest): GanTruth;
  /** @throws RpcError 'not-finite', 'data-invalid', 'coefficient-invalid', 'setting-invalid', 'bad-input' */
  gameRotation(params: GameRotationRequest): GameRotation;
}
