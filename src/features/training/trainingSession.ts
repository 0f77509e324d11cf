/** What the training panel does below its page: the run that is open, those that are kept, and what is asked of them, in turn. */

import { createHash } from 'node:crypto';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { mixtureOfPoints } from '../../maths/mixtures/mixture.ts';
import { RpcError, type CallOptions, type Disposable, type Remote } from '../../protocol/rpc.ts';
import type { Coefficients, TrainingData, TrainingSetup } from '../../protocol/training.ts';
import {
  drawnData,
  type LearnedDensity,
  type RunContent,
  type RunSummary,
  type TrainingFrame,
  type TrainingHost,
  type TrainingMeasures,
  type TrainingPage,
  type TrainingViewContent,
  type TrainingViewState,
} from '../../protocol/trainingView.ts';
import { LiveRun, type Notice } from './liveRun.ts';
import type { TrainingRuns } from './trainingRuns.ts';

/** Checkpoints that are kept of a run that has stopped, and of one that runs. */
const keptCheckpoints = { stopped: 24, running: 6 } as const;
/** Milliseconds between two times that a run is kept while it runs. */
const keptEach = 3_000;
/** Draws of z for the terms of each point. */
const draws = 4;

type MeasureRequest = Parameters<TrainingHost['measure']>[0];
type DensityRequest = Parameters<TrainingHost['density']>[0];

export interface TrainingSessionOptions {
  /** The engine of now; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns;
  readonly tell: (call: (page: Remote<TrainingPage>) => Promise<unknown>) => void;
}

export class TrainingSession implements Disposable {
  readonly #options: TrainingSessionOptions;
  #live: LiveRun | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #keptAt = 0;

  constructor(options: TrainingSessionOptions) {
    this.#options = options;
  }

  /** The run that is open, else the last that was kept. */
  async open(state: TrainingViewState | null, options: CallOptions): Promise<TrainingViewContent> {
    const { mixtures } = await this.#options.client().load(options);
    return this.#inTurn(async () => {
      if (!this.#live) await this.#openLast();
      const runs = await this.#summaries();
      return { mixtures: Object.keys(mixtures), state, runs, run: this.#live?.content ?? null };
    });
  }

  begin(state: TrainingViewState, options: CallOptions): Promise<RunContent> {
    return this.#inTurn(async () => {
      const client = this.#options.client();
      const { mixtures } = await client.load(options);
      const data = dataOf(state, mixtures);
      const setup: TrainingSetup = { model: { family: 'vae' }, data, seed: state.seed };
      const training = client.begin(setup, { beta: state.beta, rate: state.rate });
      await training.report({ stepsPerSecond: state.stepsPerSecond });
      const run = new LiveRun(client, training, newSummary(state.name, data, state.seed), this.#events);
      try {
        await run.prepare(options.signal);
      } catch (error) {
        run.dispose();
        throw error;
      }
      await this.#replace(run);
      return run.content;
    });
  }

  run(until?: (step: number) => number): Promise<void> {
    return this.#inTurn(async () => {
      const run = this.#current();
      if (run.training.running) return;
      await this.#branch();
      const { training } = this.#current();
      this.#current().run(until?.(training.step));
    });
  }

  /** @param notice why, where nobody asked for it */
  pause(notice: Notice = null): Promise<void> {
    return this.#inTurn(async () => {
      const run = this.#live;
      if (!run?.training.running) return;
      await run.training.pause();
      if (notice) run.notify(notice);
      await this.#keep(run);
    });
  }

  change(coefficients: Coefficients): Promise<void> {
    return this.#inTurn(async () => {
      if (!this.#current().training.running) await this.#branch();
      await this.#current().training.change(coefficients);
    });
  }

  speed(stepsPerSecond: number | null): Promise<void> {
    return this.#inTurn(() => this.#current().training.report({ stepsPerSecond }));
  }

  seek(id: string, step: number): Promise<RunContent> {
    return this.#inTurn(async () => {
      if (this.#live?.summary.id !== id) await this.#openKept(id);
      const run = this.#current();
      const reached = await run.training.seek(step);
      run.moved();
      if (reached !== step)
        run.notify({
          kind: 'info',
          message: `The checkpoint of step ${step} is not kept; this is the last before it, of step ${reached}.`,
        });
      return run.content;
    });
  }

  async frame(points: Float32Array, latents: Float32Array, options: CallOptions): Promise<TrainingFrame> {
    const run = this.#current();
    const { step, parameters } = run.parameters;
    const { mean, logVariance } = await run.client.encode(parameters, points, options);
    const { location, logDeviation } = await run.client.decode(parameters, latents, options);
    return { run: run.summary.id, step, mean, logVariance, location, logDeviation };
  }

  async measure({ points, latents, tolerance }: MeasureRequest, options: CallOptions): Promise<TrainingMeasures> {
    const run = this.#current();
    const { client } = run;
    const { step, parameters } = run.parameters;
    const terms = await client.vaeTerms({ parameters, points, seed: run.summary.seed, draws }, options);
    const density = await client.planeDensity({ parameters, points, tolerance }, options);
    const aggregate = await client.aggregateDensity({ parameters, points, latents }, options);
    return { run: run.summary.id, step, beta: run.betaBefore(step), terms, density, aggregate };
  }

  async density({ places, tolerance }: DensityRequest, options: CallOptions): Promise<LearnedDensity> {
    const run = this.#current();
    const { step, parameters } = run.parameters;
    const density = await run.client.planeDensity({ parameters, points: places, tolerance }, options);
    return { run: run.summary.id, step, density };
  }

  async forget(): Promise<void> {
    await this.#options.runs.forget(this.#live?.summary.id ?? null);
  }

  /** Stops what runs and keeps it. */
  async close(): Promise<void> {
    await this.pause();
    await this.#inTurn(() => this.dispose());
  }

  dispose(): void {
    this.#live?.dispose();
    this.#live = null;
  }

  get #events() {
    return {
      tell: this.#options.tell,
      changed: (run: LiveRun): void => {
        if (run.training.running && Date.now() - this.#keptAt < keptEach) return;
        void this.#keep(run);
      },
    };
  }

  #current(): LiveRun {
    if (!this.#live) throw new RpcError('not-begun', 'No run is open. Begin one.');
    return this.#live;
  }

  async #openLast(): Promise<void> {
    const [last] = await this.#options.runs.list();
    if (!last) return;
    try {
      await this.#openKept(last.id, true);
    } catch (error) {
      if (!(error instanceof RpcError)) throw error;
      // What cannot be read is no reason not to begin another.
    }
  }

  async #openKept(id: string, isLast = false): Promise<void> {
    const { summary, kept } = await this.#options.runs.open(id);
    const client = this.#options.client();
    const notice: Notice = isLast
      ? { kind: 'info', message: `This run was kept as it was at step ${kept.step}. It is paused; run it, and it goes on.` }
      : null;
    await this.#replace(new LiveRun(client, client.resume(kept), summary, this.#events, notice));
  }

  /** Going on from an earlier step would forget what came after: the run stays as it is, and another begins there. */
  async #branch(): Promise<void> {
    const run = this.#current();
    if (!run.isBehind) return;
    await this.#keep(run);
    const { data, dataKey, seed, entropy } = run.summary;
    const kept = run.training.kept();
    const upTo = <T extends { readonly step: number }>(all: readonly T[]): readonly T[] => all.filter(({ step }) => step <= kept.step);
    const { checkpoints, losses, changes } = kept.timeline;
    const timeline = { checkpoints: upTo(checkpoints), losses: upTo(losses), changes: upTo(changes) };
    const summary: RunSummary = { id: crypto.randomUUID(), data, dataKey, seed, entropy, places: [] };
    const next = new LiveRun(run.client, run.client.resume({ ...kept, timeline }), summary, this.#events);
    await this.#replace(next);
    const { content } = next;
    const runs = await this.#summaries();
    this.#options.tell((page) => page.show({ run: content, runs }));
  }

  async #replace(run: LiveRun): Promise<void> {
    const before = this.#live;
    if (before) {
      await before.training.pause();
      await this.#keep(before);
      before.dispose();
    }
    this.#live = run;
  }

  /** What has done no step is not worth keeping: its settings are. */
  async #keep(run: LiveRun): Promise<void> {
    const { training, summary } = run;
    if (training.checkpoints.every(({ step }) => step === 0)) return;
    this.#keptAt = Date.now();
    await this.#options.runs.keep(summary, training.kept(training.running ? keptCheckpoints.running : keptCheckpoints.stopped));
  }

  async #summaries(): Promise<readonly RunSummary[]> {
    const own = this.#live?.summary;
    const others = (await this.#options.runs.list()).filter(({ id }) => id !== own?.id);
    return own ? [own, ...others] : others;
  }

  #inTurn<T>(work: () => Promise<T> | T): Promise<T> {
    const result = this.#turn.then(work);
    this.#turn = result.catch(() => undefined);
    return result;
  }
}

function dataOf(
  { name, points, bandwidth }: TrainingViewState,
  mixtures: Readonly<Record<string, Extract<TrainingData, { kind: 'mixture' }>['mixture']>>,
): TrainingData {
  if (name === drawnData) {
    try {
      mixtureOfPoints(points.flat(), bandwidth);
    } catch (error) {
      throw new RpcError('data-invalid', `What was drawn cannot be trained on: ${(error as Error).message} Draw a point at least.`);
    }
    return { kind: 'points', points, bandwidth };
  }
  const mixture = Object.hasOwn(mixtures, name) ? mixtures[name] : undefined;
  if (!mixture)
    throw new RpcError('data-invalid', `There is no data “${name}”; there are ${[...Object.keys(mixtures), drawnData].join(', ')}.`);
  return { kind: 'mixture', mixture };
}

function newSummary(name: string, data: TrainingData, seed: number): RunSummary {
  const dataKey = createHash('sha256').update(JSON.stringify(data)).digest('hex');
  return { id: crypto.randomUUID(), data: name, dataKey, seed, entropy: null, places: [] };
}
