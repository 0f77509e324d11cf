/** Stands in for the extension host of the diffusion panel: the denoiser is the exact one of a ring, bent so that it is off by a known amount. */

import { middlesOf, type Raster } from '../../../src/maths/adversarial/pushforward.ts';
import { convergenceOf, convergenceStart, flowReference, solvers } from '../../../src/maths/diffusion/convergence.ts';
import { exactNoise } from '../../../src/maths/diffusion/exact.ts';
import { componentsOf } from '../../../src/maths/diffusion/guidedMixture.ts';
import { logDensities } from '../../../src/maths/mixtures/density.ts';
import { evenLevels, lossFloor, meanOverLevels } from '../../../src/maths/diffusion/floor.ts';
import { rememberedNoise } from '../../../src/maths/diffusion/memory.ts';
import { planeRunOf } from '../../../src/maths/diffusion/planeSamplers.ts';
import { planeStates, type Denoiser } from '../../../src/maths/diffusion/planeStates.ts';
import { mixtureOf } from '../../../src/maths/mixtures/mixture.ts';
import { normals } from '../../../src/maths/random/normal.ts';
import type { LevelLoss } from '../../../src/protocol/denoiser.ts';
import type {
  DenoiserFacts,
  DenoiserFlow,
  DenoiserHost,
  DenoiserMeasures,
  DenoiserPage,
  DenoiserPlace,
  DenoiserRunSummary,
  DenoiserViewState,
} from '../../../src/protocol/denoiserView.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import { defaultCoefficients, type Coefficients, type LossPoint, type TrainingData } from '../../../src/protocol/training.ts';
import type { RunContent, TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import { pageChannel } from './pageChannel.ts';

const means = [
  [2, 0],
  [0, 2],
  [-2, 0],
  [0, -2],
] as const;
const round = [
  [0.04, 0],
  [0, 0.04],
] as const;
const shape = { weights: means.map(() => 0.25), means, covariances: means.map(() => round) };
const mixture = mixtureOf(shape);
const ring: TrainingData = { kind: 'mixture', mixture: shape };
const estimate = (value: number) => ({ value, standardError: 0.004 });

class DiffusionStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<DenoiserPage>;
  kept: { state: DenoiserViewState | null; runs: DenoiserRunSummary[] } = { state: null, runs: [] };
  failure: string | null = null;
  run: RunContent<DenoiserRunSummary> | null = null;
  #count = 0;

  constructor() {
    const told =
      <T>(method: string, answer: (params: never) => T) =>
      (params: unknown): T => {
        this.calls.push({ method, params });
        if (this.failure !== null) throw new Error(this.failure);
        return answer(params as never);
      };
    const handlers: Handlers<DenoiserHost> = {
      ready: told('ready', () => ({ mixtures: ['ring', 'grid'], state: this.kept.state, runs: this.kept.runs, run: null })),
      saveState: told('saveState', () => undefined),
      begin: told('begin', (state: DenoiserViewState) => (this.run = this.#begun(state))),
      run: told('run', () => this.status({ running: true, failure: null, notice: null })),
      pause: told('pause', () => this.status({ running: false })),
      stepOnce: told('stepOnce', () => this.status({ step: this.run!.status.step + 1 })),
      change: told('change', ({ coefficients }: { coefficients: Coefficients }) => {
        const { changes, step } = this.run!.status;
        const all = { ...this.run!.status.coefficients, ...coefficients };
        this.status({ coefficients: all, changes: [...changes.filter((change) => change.step < step), { step, coefficients: all }] });
      }),
      speed: told('speed', () => undefined),
      seek: told('seek', ({ step }: { step: number }) => {
        this.run = { ...this.run!, status: { ...this.run!.status, step, running: false } };
        return this.run;
      }),
      flow: told('flow', (params: Parameters<DenoiserHost['flow']>[0]) => this.#flow(params)),
      field: told('field', (params: { level: number; raster: Raster }) => this.#field(params)),
      truth: told('truth', (params: Parameters<DenoiserHost['truth']>[0]) => this.#truth(params)),
      facts: told('facts', () => this.#facts()),
      guided: told('guided', ({ components, scale, raster }: Parameters<DenoiserHost['guided']>[0]) => {
        const logs = Float64Array.from(logDensities(componentsOf(mixture, components), middlesOf(raster)));
        return { run: this.run!.summary.id, sampled: logs, tilted: logs.map((log) => scale * log), apart: 0.31 };
      }),
      forget: told('forget', () => undefined),
      copy: told('copy', () => undefined),
    };
    this.page = duplex<DenoiserHost, DenoiserPage>(pageChannel(), handlers);
  }

  status(change: Partial<TrainingStatus>): void {
    const status = { ...this.run!.status, ...change };
    this.run = { ...this.run!, status: { ...status, lastStep: Math.max(status.step, status.lastStep) } };
    void this.page.status({ status: this.run.status });
  }

  /** So many steps are done. */
  train(steps: number): void {
    const { status, summary, losses } = this.run!;
    const points = Array.from({ length: steps / 10 }, (_, i): LossPoint => {
      const step = status.step + 10 * (i + 1);
      return { step, values: { loss: [0.4 + 0.5 * Math.exp(-step / 200)] } };
    });
    this.run = { ...this.run!, losses: [...losses, ...points] };
    void this.page.losses({ run: summary.id, points });
    const step = status.step + steps;
    this.status({ step });
    void this.page.picture({ run: summary.id, step, stepsPerSecond: 312 });
  }

  #begun(state: DenoiserViewState): RunContent<DenoiserRunSummary> {
    const coefficients = { ...defaultCoefficients.denoiser, rate: state.rate };
    const id = `run ${++this.#count}`;
    const data: TrainingData = state.name === 'drawn' ? { kind: 'points', points: state.points, bandwidth: state.bandwidth } : ring;
    return {
      ...{ data, losses: [], summary: { id, data: state.name, dataKey: state.name, seed: state.seed, places: [] } },
      status: {
        ...{ run: id, step: 0, lastStep: 0, running: false, coefficients, failure: null, notice: null },
        changes: [{ step: 0, coefficients }],
      },
    };
  }

  async #flow({ source, run, count }: Parameters<DenoiserHost['flow']>[0]): Promise<DenoiserFlow> {
    const denoisers: Partial<Record<string, Denoiser>> = {
      learned: (points, level) => learned(points, level),
      exact: (points, level) => exactNoise(mixture, points, level),
      guided: (points, level) => exactNoise(mixture, points, level),
      memory: (points, level) => rememberedNoise([2, 0.1, -2.1, 0], points, level),
    };
    const choice = planeRunOf(run);
    const states = new Float32Array(choice.levels.length * 2 * count);
    const traced = Math.min(4, count);
    const predictions = new Float32Array((choice.levels.length - 1) * 2 * traced);
    const start = normals({ seed: 1, stream: 0 }, 2 * count);
    const draw = (at: number, size: number): Float64Array => normals({ seed: 2, stream: at }, size);
    for await (const { evaluation, points, noise } of planeStates(choice, start, denoisers[source.kind]!, draw)) {
      states.set(points, evaluation * 2 * count);
      if (noise) predictions.set(noise.subarray(0, 2 * traced), evaluation * 2 * traced);
    }
    const { summary, status } = this.run!;
    return { run: summary.id, step: status.step, levels: choice.levels, states, predictions, traced };
  }

  #field({ level, raster }: { level: number; raster: Raster }) {
    const { summary, status } = this.run!;
    return { run: summary.id, step: status.step, level, raster, noise: new Float32Array(learned(middlesOf(raster), level)) };
  }

  #truth({ likelihoods }: Parameters<DenoiserHost['truth']>[0]): DenoiserMeasures {
    const { summary, status } = this.run!;
    const levels = Array.from(evenLevels(0.001, 0.999, 17), (level): LevelLoss => ({
      level,
      ...{ loss: estimate(0.5), above: estimate(0.1), difference: estimate(0.4), toMemory: estimate(0.3), toExact: estimate(0.05) },
    }));
    const distance = { learned: 0.0421, exact: 0.0052, data: 0.0048 };
    const place: DenoiserPlace = { step: status.step, loss: 0.377, above: 0.051, ...distance, divergence: 0.12 };
    this.run = { ...this.run!, summary: { ...summary, places: [...summary.places.filter(({ step }) => step !== status.step), place] } };
    void this.page.summary({ summary: this.run.summary });
    return {
      ...{ run: summary.id, step: status.step },
      truth: {
        ...{ levels, distance, overall: { loss: estimate(0.377), above: estimate(0.051), difference: estimate(0.326) } },
        likelihood: likelihoods > 0 ? { learned: estimate(-1.9), exact: estimate(-1.78), divergence: estimate(0.12), level: 0.999 } : null,
      },
    };
  }

  #facts(): DenoiserFacts {
    const levels = evenLevels(0.001, 0.999, 9);
    const floors = levels.map((level) => lossFloor(mixture, level).value);
    const setting = { largest: 8, smallest: 0.1, steps: [10, 20, 40], count: 4, seed: 1 };
    const start = convergenceStart(mixture, setting);
    const reference = flowReference(mixture, start, setting, 400);
    return {
      run: this.run!.summary.id,
      floor: { levels, floors, errors: floors.map(() => 1e-5), mean: meanOverLevels(levels, floors) },
      convergence: {
        curves: solvers.map((solver) => convergenceOf(mixture, solver, setting, start, reference)),
        ...{ referenceError: 1e-9, largest: setting.largest, smallest: setting.smallest },
      },
    };
  }
}

/** Off by a tenth in one direction. */
function learned(points: ArrayLike<number>, level: number): Float64Array {
  return exactNoise(mixture, points, level).map((value, i) => (i % 2 === 0 ? value : 0.9 * value));
}

declare global {
  interface Window {
    diffusion: DiffusionStandIn;
  }
}

window.diffusion = new DiffusionStandIn();
Object.assign(window, { standIn: window.diffusion });
