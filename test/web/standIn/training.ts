/** Stands in for the extension host of the training panel: a VAE whose z is half of x, and whose losses fall by a law. */

import type { LossPoint, TrainingData } from '../../../src/protocol/training.ts';
import type { RunContent, TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import type { RatePlace, RunSummary, TrainingHost, TrainingPage, TrainingViewState } from '../../../src/protocol/trainingView.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import { pageChannel } from './pageChannel.ts';

const ring: TrainingData = {
  kind: 'mixture',
  mixture: {
    weights: [0.25, 0.25, 0.25, 0.25],
    means: [
      [2, 0],
      [0, 2],
      [-2, 0],
      [0, -2],
    ],
    covariances: Array.from(
      { length: 4 },
      () =>
        [
          [0.04, 0],
          [0, 0.04],
        ] as const,
    ),
  },
};
const deviation = 0.3;

class TrainingStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<TrainingPage>;
  kept: { state: TrainingViewState | null; runs: RunSummary[] } = { state: null, runs: [] };
  failure: string | null = null;
  /** Two grids of z agree. */
  agrees = true;
  run: RunContent<RunSummary> | null = null;
  #count = 0;

  constructor() {
    const told =
      <T>(method: string, answer: (params: never) => T) =>
      (params: unknown): T => {
        this.calls.push({ method, params });
        if (this.failure !== null) throw new Error(this.failure);
        return answer(params as never);
      };
    const handlers: Handlers<TrainingHost> = {
      ready: told('ready', () => ({ mixtures: ['ring', 'grid'], state: this.kept.state, runs: this.kept.runs, run: null })),
      saveState: told('saveState', () => undefined),
      begin: told('begin', (state: TrainingViewState) => (this.run = this.#begun(state))),
      run: told('run', () => this.status({ running: true, failure: null, notice: null })),
      pause: told('pause', () => this.status({ running: false })),
      stepOnce: told('stepOnce', () => this.status({ step: this.run!.status.step + 1 })),
      change: told('change', ({ coefficients }: { coefficients: Record<string, number> }) => {
        const { changes, step } = this.run!.status;
        const all = { ...this.run!.status.coefficients, ...coefficients };
        this.status({
          coefficients: all,
          changes: [...changes.filter((change) => change.step < step || step === 0), { step, coefficients: all }],
        });
      }),
      speed: told('speed', () => undefined),
      seek: told('seek', ({ step }: { step: number }) => {
        this.run = { ...this.run!, status: { ...this.run!.status, step, running: false } };
        return this.run;
      }),
      frame: told('frame', ({ points, latents }: { points: Float32Array; latents: Float32Array }) => ({
        ...{
          run: this.run!.summary.id,
          step: this.run!.status.step,
          mean: points.map((value) => value / 2),
          logVariance: points.map(() => -3),
        },
        ...{ location: latents.map((value) => 2 * value), logDeviation: Math.log(deviation) },
      })),
      measure: told('measure', ({ points, latents }: { points: Float32Array; latents: Float32Array }) => ({
        ...{ run: this.run!.summary.id, step: this.run!.status.step, beta: this.run!.status.coefficients['beta']! },
        terms: {
          ...{ mean: points.map((value) => value / 2), logVariance: points.map(() => -3), logDeviation: Math.log(deviation) },
          kl: Float64Array.from(points, () => 1.2),
          reconstruction: new Float64Array(points.length / 2).fill(-0.1),
          reconstructionError: new Float64Array(points.length / 2),
        },
        density: this.#density(points),
        aggregate: gaussian(latents, 1),
      })),
      density: told('density', ({ places }: { places: Float32Array }) => ({
        ...{ run: this.run!.summary.id, step: this.run!.status.step, density: this.#density(places) },
      })),
      forget: told('forget', () => undefined),
      copy: told('copy', () => undefined),
    };
    this.page = duplex<TrainingHost, TrainingPage>(pageChannel(), handlers);
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
      const fallen = 1 + 4 * Math.exp(-step / 300);
      return { step, values: { loss: [fallen + 2.4 * status.coefficients['beta']!], reconstruction: [-fallen], kl: [1.2, 1.2] } };
    });
    this.run = { ...this.run!, losses: [...losses, ...points] };
    void this.page.losses({ run: summary.id, points });
    const step = status.step + steps;
    this.status({ step });
    void this.page.picture({ run: summary.id, step, stepsPerSecond: 812 });
    const estimate = (value: number) => ({ value, standardError: 0.02 });
    const beta = status.coefficients['beta']!;
    const place: RatePlace = { step, beta, rate: estimate(2.4 / beta), distortion: estimate(0.2 * beta), slack: estimate(0.6) };
    this.run = { ...this.run, summary: { ...summary, places: [...summary.places, place] } };
    void this.page.summary({ summary: this.run.summary });
  }

  #begun(state: TrainingViewState): RunContent<RunSummary> {
    const coefficients = { beta: state.beta, rate: state.rate, beta1: 0.9, beta2: 0.999 };
    const id = `run ${++this.#count}`;
    const data: TrainingData = state.name === 'drawn' ? { kind: 'points', points: state.points, bandwidth: state.bandwidth } : ring;
    return {
      ...{ data, losses: [], summary: { id, data: state.name, dataKey: state.name, seed: state.seed, entropy: 1.39, places: [] } },
      status: {
        ...{ run: id, step: 0, lastStep: 0, running: false, coefficients, failure: null, notice: null },
        changes: [{ step: 0, coefficients }],
      },
    };
  }

  #density(places: Float32Array) {
    const logDensity = gaussian(places, 2);
    return {
      ...{ logDensity, difference: this.agrees ? 1e-3 : 0.4, agreed: this.agrees, compared: 400, gap: 1, nodes: 4225, reach: 6 },
      evaluations: 4_225,
    };
  }
}

function gaussian(places: Float32Array, sigma: number): Float64Array {
  return Float64Array.from({ length: places.length / 2 }, (_, i) => {
    const squared = places[2 * i]! ** 2 + places[2 * i + 1]! ** 2;
    return -squared / (2 * sigma * sigma) - Math.log(2 * Math.PI * sigma * sigma);
  });
}

declare global {
  interface Window {
    training: TrainingStandIn;
  }
}

window.training = new TrainingStandIn();
Object.assign(window, { standIn: window.training });
