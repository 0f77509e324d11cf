/** A folder of training graphs, for whoever trains: loads it on first use, begins trainings, and evaluates what they came to. */

import type { Event } from '../protocol/emitter.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { CallOptions } from '../protocol/rpc.ts';
import {
  defaultCoefficients,
  type AggregateDensityRequest,
  type Coefficients,
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
import { ModelProcess, type ProcessOwner } from './modelProcess.ts';
import type { InferenceProcess } from './process.ts';
import { Training, type KeptTraining } from './training/training.ts';

export interface TrainingClientOptions extends ProcessOwner<TrainingService> {
  /** Absolute; holds training.json. */
  folder: string;
  settings: EngineSettings;
}

type Evaluation = 'network' | 'vaeTerms' | 'planeDensity' | 'rateDistortion' | 'aggregateDensity';

/** Calls reject with RpcErrors: those of ModelProcess, else what the service says. Trainings outlive their process. */
export class TrainingClient {
  readonly family = 'training';
  readonly source: { readonly id: string };
  readonly settings: EngineSettings;
  /** The process has ended without having been told to; the value says how, in words. */
  readonly onExit: Event<string>;

  private readonly model: ModelProcess<TrainingService, LoadedTraining>;
  private readonly trainings = new Set<Training>();

  constructor({ folder, settings, ...owner }: TrainingClientOptions) {
    this.source = { id: folder };
    this.settings = settings;
    this.model = new ModelProcess({ ...owner, load: (remote, options) => remote.load({ folder, settings }, options) });
    this.onExit = this.model.onExit;
  }

  /** Loads the folder unless it is loaded; calls at the same time share the load. */
  load(options: CallOptions = {}): Promise<LoadedTraining> {
    return this.model.load(options);
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

  /** The process as it is now; undefined when none runs. */
  get process(): InferenceProcess<TrainingService> | undefined {
    return this.model.current?.process;
  }

  get busy(): boolean {
    return this.model.busy;
  }

  /** Whether it holds nothing: no process, no call under way, no training that could go on. */
  get spent(): boolean {
    return this.process === undefined && !this.busy && this.trainings.size === 0;
  }

  /** When a call last began or ended, as Date.now() gives it. */
  get lastUsed(): number {
    return this.model.lastUsed;
  }

  /** Ends the process, if any; trainings that run go on in a new one. `reason` says in words why. */
  end(reason: string): void {
    this.model.end(reason);
  }

  dispose(): void {
    this.model.dispose();
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
