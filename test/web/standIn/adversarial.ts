/** Stands in for the extension host of the GAN's panel: a generator that is linear, so that its density is known, and a discriminator that is too. */

import { logDensities } from '../../../src/maths/mixtures/density.ts';
import { mixtureOf } from '../../../src/maths/mixtures/mixture.ts';
import { optimalScores } from '../../../src/maths/adversarial/optimum.ts';
import type { Raster } from '../../../src/maths/adversarial/pushforward.ts';
import { gridPlaces } from '../../../src/maths/vae/posteriorGrid.ts';
import type {
  AdversarialFrame,
  AdversarialHost,
  AdversarialPage,
  AdversarialRotation,
  AdversarialTruth,
  AdversarialViewState,
  GanPlace,
  GanRunSummary,
} from '../../../src/protocol/adversarialView.ts';
import { duplex } from '../../../src/protocol/peer.ts';
import type { Handlers, Remote } from '../../../src/protocol/rpc.ts';
import type { Coefficients, GanTerm, GanTerms, GanTruth, LossPoint, TrainingData } from '../../../src/protocol/training.ts';
import type { RunContent, TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import { pageChannel } from './pageChannel.ts';

const modes = [
  [2, 0],
  [0, 2],
  [-2, 0],
  [0, -2],
] as const;
const variance = 0.04;
const shape = {
  weights: modes.map(() => 0.25),
  means: modes,
  covariances: modes.map(
    () =>
      [
        [variance, 0],
        [0, variance],
      ] as const,
  ),
};
const ring: TrainingData = { kind: 'mixture', mixture: shape };
/** G(z) = z / 2 + (1, 0). */
const spread = 0.5;
const shift = [1, 0] as const;

class AdversarialStandIn {
  readonly calls: { method: string; params: unknown }[] = [];
  readonly page: Remote<AdversarialPage>;
  kept: { state: AdversarialViewState | null; runs: GanRunSummary[] } = { state: null, runs: [] };
  failure: string | null = null;
  run: RunContent<GanRunSummary> | null = null;
  #count = 0;

  constructor() {
    const told =
      <T>(method: string, answer: (params: never) => T) =>
      (params: unknown): T => {
        this.calls.push({ method, params });
        if (this.failure !== null) throw new Error(this.failure);
        return answer(params as never);
      };
    const handlers: Handlers<AdversarialHost> = {
      ready: told('ready', () => ({ mixtures: ['ring', 'grid'], state: this.kept.state, runs: this.kept.runs, run: null })),
      saveState: told('saveState', () => undefined),
      begin: told('begin', (state: AdversarialViewState) => (this.run = this.#begun(state))),
      run: told('run', () => this.status({ running: true, failure: null, notice: null })),
      pause: told('pause', () => this.status({ running: false })),
      step: told('step', () => this.status({ step: this.run!.status.step + 1 })),
      change: told('change', ({ coefficients }: { coefficients: Coefficients }) => {
        const { changes, step } = this.run!.status;
        const all = { ...this.run!.status.coefficients, ...coefficients };
        const before = changes.filter((change) => change.step < step);
        this.status({ coefficients: all, changes: [...before, { step, coefficients: all }] });
      }),
      speed: told('speed', () => undefined),
      seek: told('seek', ({ step }: { step: number }) => {
        this.run = { ...this.run!, status: { ...this.run!.status, step, running: false } };
        return this.run;
      }),
      frame: told('frame', (params: { z: Float32Array; grid: Float32Array; raster: Raster }) => this.#frame(params)),
      truth: told('truth', ({ raster }: { raster: Raster }) => this.#truth(raster)),
      rotation: told('rotation', ({ changed }: { changed: Coefficients }) => this.#rotation(changed)),
      forget: told('forget', () => undefined),
      copy: told('copy', () => undefined),
    };
    this.page = duplex<AdversarialHost, AdversarialPage>(pageChannel(), handlers);
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
      const values = { 'discriminator.loss': [1.2 + Math.sin(step / 50) / 5], 'generator.loss': [0.9 + Math.cos(step / 50) / 5] };
      return { step, values: { ...values, 'discriminator.penalty': [0.1] } };
    });
    this.run = { ...this.run!, losses: [...losses, ...points] };
    void this.page.losses({ run: summary.id, points });
    const step = status.step + steps;
    this.status({ step });
    void this.page.picture({ run: summary.id, step, stepsPerSecond: 312 });
  }

  #begun(state: AdversarialViewState): RunContent<GanRunSummary> {
    const { coefficients } = state;
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

  #frame({ z, grid, raster }: { z: Float32Array; grid: Float32Array; raster: Raster }): AdversarialFrame {
    const points = generated(z);
    const { summary, status } = this.run!;
    return {
      ...{ run: summary.id, step: status.step, points, scores: scored(points), places: generated(grid) },
      ...{ pulls: points.map((_, i) => (i % 2 === 0 ? -0.4 : 0.1)), surface: scored(gridPlaces(raster, raster.columns)) },
    };
  }

  #truth(raster: Raster): AdversarialTruth {
    const { summary, status } = this.run!;
    const mixture = mixtureOf(shape);
    const places = gridPlaces(raster, raster.columns);
    const logReal = logDensities(mixture, places);
    const logFake = Float64Array.from(logReal, (_, i) => {
      const [x, y] = [(places[2 * i]! - shift[0]) / spread, (places[2 * i + 1]! - shift[1]) / spread];
      return -(x * x + y * y) / 2 - Math.log(2 * Math.PI * spread * spread);
    });
    const loss = (['minimax', 'non-saturating', 'hinge', 'least-squares', 'wasserstein'] as const)[status.coefficients['loss']!]!;
    const penalised = status.coefficients['r1']! > 0;
    const optimal = penalised ? null : optimalScores(loss, logReal, logFake);
    const mode = (share: number) => ({ share, mean: [0, 0] as const, covariance: [variance, 0, variance] as const, spread: 0.8 });
    const coverage = {
      ...{ generated: [0.97, 0.01, 0.01, 0.01].map(mode), real: [0.25, 0.25, 0.25, 0.25].map(mode) },
      ...{ within: { generated: 0.61, real: 0.989 }, hit: [true, false, false, false], modesHit: 1 },
    };
    const truth: GanTruth = {
      ...{ real: new Float32Array(0), generated: new Float32Array(0), scores: scored(places), optimal },
      ...{ density: logFake.map(Math.exp), outside: 0, flat: 0, turned: 0, dataDensity: logReal.map(Math.exp) },
      divergence: { value: 0.412, standardError: 0.006, coarser: 0.42, error: 0.01 },
      found: { value: 0.996, standardError: 0.004 },
      noOptimum: penalised ? 'r1' : loss === 'wasserstein' ? 'wasserstein' : null,
      gap: optimal ? { integrated: 0.512, sampled: { value: 0.503, standardError: 0.009, coarser: 0.503, error: 0.009 } } : null,
      ...{ coverage, steepest: 1.52, steepnessBound: 14.2 },
    };
    const place: GanPlace = { step: status.step, divergence: 0.412, divergenceError: 0.01, modesHit: 1, modes: 4, within: coverage.within };
    this.run = { ...this.run!, summary: { ...summary, places: [...summary.places.filter(({ step }) => step !== status.step), place] } };
    void this.page.summary({ summary: this.run.summary });
    return {
      run: summary.id,
      step: status.step,
      coefficients: status.coefficients,
      raster,
      truth,
      terms: termsOf(optimal !== null, penalised),
    };
  }

  #rotation(changed: Coefficients): AdversarialRotation {
    const { summary, status } = this.run!;
    const pair = (real: number) => [
      { real, imaginary: 1.2, residual: 1e-4 },
      { real, imaginary: -1.2, residual: 1e-4 },
    ];
    const game = (real: number, isNearer: boolean) => ({
      ...{ eigenvalues: pair(real), speed: 0.2, steps: pair(1e-3 * real).map((each) => ({ ...each, comesNearer: isNearer })) },
    });
    return { run: summary.id, step: status.step, now: game(0.01, false), other: game(-0.5, true), changed };
  }
}

function generated(z: Float32Array): Float32Array {
  return z.map((value, i) => spread * value + shift[i % 2 === 0 ? 0 : 1]);
}

/** D(x) = -x₁. */
function scored(points: Float32Array): Float32Array {
  return Float32Array.from({ length: points.length / 2 }, (_, i) => -points[2 * i]!);
}

function termsOf(hasOptimum: boolean, penalised: boolean): GanTerms {
  const estimate = (value: number) => ({ value, standardError: 0.02 });
  const term = (own: number, best: number): GanTerm => ({ own: estimate(own), best: hasOptimum ? estimate(best) : null });
  const side = (own: number) => ({ score: term(0.4, 2), probability: term(0.6, 0.9), logarithm: term(-own, -0.1), loss: term(own, 0.1) });
  return {
    ...{ real: side(0.7), generated: side(0.5) },
    generator: { score: term(-1, -2), logarithm: term(-1.3, -2.1), loss: term(1.3, 2.1) },
    ...{
      squaredSlope: estimate(0.9),
      slopeExcess: estimate(0.2),
      gradients: { generator: 0.4, discriminator: 0.6 },
      penalty: { r1: penalised ? 0.45 : 0, gp: 0 },
    },
    noOptimum: hasOptimum ? null : 'r1',
  };
}

declare global {
  interface Window {
    adversarial: AdversarialStandIn;
  }
}

window.adversarial = new AdversarialStandIn();
Object.assign(window, { standIn: window.adversarial });
