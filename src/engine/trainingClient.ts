/** A folder of training graphs, for whoever trains: loads it on first use, begins trainings, and evaluates what they came to. */

import type {
  DenoiserConvergence,
  DenoiserConvergenceRequest,
  DenoiserFloor,
  DenoiserFloorRequest,
  DenoiserRun,
  DenoiserRunRequest,
  DenoiserTruth,
  DenoiserTruthRequest,
  GuidedDensity,
  GuidedDensityRequest,
} from '../protocol/denoiser.ts';
import type { CallOptions } from '../protocol/rpc.ts';
import {
  defaultCoefficients,
  type AggregateDensityRequest,
  type Coefficients,
  type GameRotation,
  type GameRotationRequest,
  type GanFrame,
  type GanFrameRequest,
  type GanTerms,
  type GanTermsRequest,
  type GanTruth,
  type GanTruthRequest,
  type LoadedTraining,
  type NetworkRequest,
  type PlaneDensity,
  type PlaneDensityRequest,
  type RateDistortion,
  type RateDistortionRequest,
  type TrainingService,
  type TrainingSetup,
  type VaeTerms,
  type VaeTermsRequest,
} from '../protocol/training.ts';
import { ModelClient, type ModelClientOptions } from './modelClient.ts';
import { Training, type KeptTraining } from './training/training.ts';

export interface TrainingClientOptions extends Omit<ModelClientOptions<TrainingService, never>, 'source'> {
  /** Absolute; holds training.json. */
  folder: string;
}

type Evaluation = Exclude<keyof TrainingService, 'load' | 'train' | 'change' | 'pause'>;

/** Calls reject with RpcErrors: those of ModelProcess, else what the service says. Trainings outlive their process. */
export class TrainingClient extends ModelClient<TrainingService, LoadedTraining> {
  readonly family = 'training';

  private readonly trainings = new Set<Training>();

  constructor({ folder, ...options }: TrainingClientOptions) {
    const { settings } = options;
    super({ source: { id: folder }, ...options }, (remote, watched) => remote.load({ folder, settings }, watched));
  }

  /** A training that has not begun. Coefficients that are not named are the usual ones. */
  begin(setup: TrainingSetup, coefficients: Coefficients = {}): Training {
    const all = { ...defaultCoefficients[setup.model.family], ...coefficients };
    return this.resume({ setup, step: 0, timeline: { checkpoints: [], losses: [], changes: [{ step: 0, coefficients: all }] } });
  }

  /** A training as it was kept, paused where it was. */
  resume(kept: KeptTraining): Training {
    const training = new Training(this.model, kept, () => this.trainings.delete(training));
    this.trainings.add(training);
    return training;
  }

  network(params: NetworkRequest, options: CallOptions = {}): Promise<Readonly<Record<string, Float32Array>>> {
    return this.evaluate('network', params, options);
  }

  /** Mean and log-variance [n, 2] of q(z|x) at points [n, 2]. */
  async encode(parameters: Float32Array, points: Float32Array, options: CallOptions = {}) {
    const found = await this.network({ graph: 'vae.encoder', parameters, inputs: { x: points } }, options);
    return { mean: found['mean']!, logVariance: found['log_variance']! };
  }

  /** Mean [n, 2] of p(x|z) at latents [n, 2], and the log of its deviation. */
  async decode(parameters: Float32Array, latents: Float32Array, options: CallOptions = {}) {
    const found = await this.network({ graph: 'vae.decoder', parameters, inputs: { z: latents } }, options);
    return { location: found['location']!, logDeviation: found['log_deviation']![0]! };
  }

  vaeTerms(params: VaeTermsRequest, options: CallOptions = {}): Promise<VaeTerms> {
    return this.evaluate('vaeTerms', params, options);
  }

  planeDensity(params: PlaneDensityRequest, options: CallOptions = {}): Promise<PlaneDensity> {
    return this.evaluate('planeDensity', params, options);
  }

  rateDistortion(params: RateDistortionRequest, options: CallOptions = {}): Promise<RateDistortion> {
    return this.evaluate('rateDistortion', params, options);
  }

  aggregateDensity(params: AggregateDensityRequest, options: CallOptions = {}): Promise<Float64Array> {
    return this.evaluate('aggregateDensity', params, options);
  }

  gameRotation(params: GameRotationRequest, options: CallOptions = {}): Promise<GameRotation> {
    return this.evaluate('gameRotation', params, options);
  }

  ganFrame(params: GanFrameRequest, options: CallOptions = {}): Promise<GanFrame> {
    return this.evaluate('ganFrame', params, options);
  }

  ganTerms(params: GanTermsRequest, options: CallOptions = {}): Promise<GanTerms> {
    return this.evaluate('ganTerms', params, options);
  }

  ganTruth(params: GanTruthRequest, options: CallOptions = {}): Promise<GanTruth> {
    return this.evaluate('ganTruth', params, options);
  }

  denoiserRun(params: DenoiserRunRequest, options: CallOptions = {}): Promise<DenoiserRun> {
    return this.evaluate('denoiserRun', params, options);
  }

  denoiserTruth(params: DenoiserTruthRequest, options: CallOptions = {}): Promise<DenoiserTruth> {
    return this.evaluate('denoiserTruth', params, options);
  }

  denoiserFloor(params: DenoiserFloorRequest, options: CallOptions = {}): Promise<DenoiserFloor> {
    return this.evaluate('denoiserFloor', params, options);
  }

  denoiserConvergence(params: DenoiserConvergenceRequest, options: CallOptions = {}): Promise<DenoiserConvergence> {
    return this.evaluate('denoiserConvergence', params, options);
  }

  guidedDensity(params: GuidedDensityRequest, options: CallOptions = {}): Promise<GuidedDensity> {
    return this.evaluate('guidedDensity', params, options);
  }

  /** The noise [n, 2] that a denoiser predicts in points [n, 2] of one level. */
  async denoise(parameters: Float32Array, points: Float32Array, level: number, options: CallOptions = {}): Promise<Float32Array> {
    const inputs = { x: points, alpha_bar: new Float32Array(points.length / 2).fill(level) };
    return (await this.network({ graph: 'denoiser', parameters, inputs }, options))['noise']!;
  }

  protected get keeps(): boolean {
    return this.trainings.size > 0;
  }

  private evaluate<K extends Evaluation>(
    method: K,
    params: Parameters<TrainingService[K]>[0],
    options: CallOptions,
  ): Promise<ReturnType<TrainingService[K]>> {
    return this.model.call(options, (remote, watched) => {
      const call = remote[method] as unknown as (params: object, options: CallOptions) => Promise<ReturnType<TrainingService[K]>>;
      return call(params, watched);
    });
  }
}
