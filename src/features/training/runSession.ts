/** What a panel in which a model trains does below its page: the run that is open, those that are kept, and what is asked of them, in turn. */

import { createHash } from 'node:crypto';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { RpcError, type CallOptions, type Disposable } from '../../protocol/rpc.ts';
import type { Checkpoint, Coefficients, Reporting, TrainedModel, TrainingSetup } from '../../protocol/training.ts';
import type { RunChoice, RunContent, RunRecord, RunsContent } from '../../protocol/trainingRun.ts';
import { chosenData } from './chosenData.ts';
import { LiveRun, type LiveRunEvents, type Notice, type RunListener } from './liveRun.ts';
import type { TrainingRuns } from './trainingRuns.ts';

/** Checkpoints that are kept of a run that has stopped, and of one that runs. */
const keptCheckpoints = { stopped: 24, running: 6 } as const;
/** Milliseconds between two times that a run is kept while it runs. */
const keptEach = 3_000;

/** What one family's runs have of their own. */
export interface RunFamily<State extends RunChoice, Summary extends RunRecord> {
  readonly model: TrainedModel;
  readonly reporting?: Partial<Reporting>;
  coefficients(state: State): Coefficients;
  /** What is kept beside a run that has done no step, or of one that goes on from a step of another. */
  summary(record: RunRecord, from: { readonly summary: Summary; readonly step: number } | null): Summary;
  /** It has its first parameters. */
  begun?(run: LiveRun<Summary>): void;
  checkpointed?(run: LiveRun<Summary>, checkpoint: Checkpoint): void;
  stopped?(run: LiveRun<Summary>): void;
}

export interface RunSessionOptions<State extends RunChoice, Summary extends RunRecord> {
  readonly family: RunFamily<State, Summary>;
  /** The engine of now; starts nothing by itself. */
  readonly client: () => TrainingClient;
  readonly runs: TrainingRuns<Summary>;
  readonly listener: RunListener<Summary>;
}

export class RunSession<State extends RunChoice, Summary extends RunRecord> implements Disposable {
  readonly #options: RunSessionOptions<State, Summary>;
  #live: LiveRun<Summary> | null = null;
  #turn: Promise<unknown> = Promise.resolve();
  #keptAt = 0;

  constructor(options: RunSessionOptions<State, Summary>) {
    this.#options = options;
  }

  /** The run that is open. @throws RpcError 'not-begun' */
  get current(): LiveRun<Summary> {
    if (!this.#live) throw new RpcError('not-begun', 'No run is open. Begin one.');
    return this.#live;
  }

  /** The run that is open, else the last that was kept. */
  async open(state: State | null, options: CallOptions): Promise<RunsContent<State, Summary>> {
    const { mixtures } = await this.#options.client().load(options);
    return this.#inTurn(async () => {
      if (!this.#live) await this.#openLast();
      const runs = await this.#summaries();
      return { mixtures: Object.keys(mixtures), state, runs, run: this.#live?.content ?? null };
    });
  }

  begin(state: State, options: CallOptions): Promise<RunContent<Summary>> {
    return this.#inTurn(async () => {
      const { family } = this.#options;
      const client = this.#options.client();
      const { mixtures } = await client.load(options);
      const data = chosenData(state, mixtures);
      const setup: TrainingSetup = { model: family.model, data, seed: state.seed };
      const training = client.begin(setup, family.coefficients(state));
      await training.report({ ...family.reporting, stepsPerSecond: state.stepsPerSecond });
      const dataKey = createHash('sha256').update(JSON.stringify(data)).digest('hex');
      const summary = family.summary({ id: crypto.randomUUID(), data: state.name, dataKey, seed: state.seed }, null);
      const run = new LiveRun(client, training, summary, this.#events);
      try {
        await run.prepare(options.signal);
      } catch (error) {
        run.dispose();
        throw error;
      }
      family.begun?.(run);
      await this.#replace(run);
      return run.content;
    });
  }

  /** Goes on in the background. @param until a step at which it pauses by itself; one that is done already has no say */
  run(until?: number): Promise<void> {
    return this.#inTurn(async () => {
      if (this.current.training.running) return;
      await this.#branch();
      const run = this.current;
      void run.run(until !== undefined && until > run.training.step ? until : undefined);
    });
  }

  /** One step, with other coefficients for it alone. */
  stepWith(coefficients: Coefficients): Promise<void> {
    return this.#inTurn(async () => {
      if (this.current.training.running) return;
      await this.#branch();
      const run = this.current;
      const { training } = run;
      const before = training.coefficients;
      const isOther = Object.keys(coefficients).length > 0;
      if (isOther) await training.change(coefficients);
      await run.run(training.step + 1);
      if (isOther && !run.isClosed) await training.change(before);
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
      if (!this.current.training.running) await this.#branch();
      await this.current.training.change(coefficients);
    });
  }

  speed(stepsPerSecond: number | null): Promise<void> {
    return this.#inTurn(() => this.current.training.report({ stepsPerSecond }));
  }

  seek(id: string, step: number): Promise<RunContent<Summary>> {
    return this.#inTurn(async () => {
      if (this.#live?.summary.id !== id) await this.#openKept(id);
      const run = this.current;
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

  get #events(): LiveRunEvents<Summary> {
    const { family, listener } = this.#options;
    return {
      listener,
      changed: (run) => {
        if (run.training.running && Date.now() - this.#keptAt < keptEach) return;
        void this.#keep(run);
      },
      checkpointed: (run, checkpoint) => family.checkpointed?.(run, checkpoint),
      stopped: (run) => family.stopped?.(run),
    };
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
    const run = this.current;
    if (!run.isBehind) return;
    await this.#keep(run);
    const { data, dataKey, seed } = run.summary;
    const kept = run.training.kept();
    const upTo = <T extends { readonly step: number }>(all: readonly T[]): readonly T[] => all.filter(({ step }) => step <= kept.step);
    const { checkpoints, losses, changes } = kept.timeline;
    const timeline = { checkpoints: upTo(checkpoints), losses: upTo(losses), changes: upTo(changes) };
    const record: RunRecord = { id: crypto.randomUUID(), data, dataKey, seed };
    const summary = this.#options.family.summary(record, { summary: run.summary, step: kept.step });
    const next = new LiveRun(run.client, run.client.resume({ ...kept, timeline }), summary, this.#events);
    await this.#replace(next);
    this.#options.listener.show(next.content, await this.#summaries());
  }

  async #replace(run: LiveRun<Summary>): Promise<void> {
    const before = this.#live;
    if (before) {
      await before.training.pause();
      await this.#keep(before);
      before.dispose();
    }
    this.#live = run;
  }

  /** What has done no step is not worth keeping: its settings are. */
  async #keep(run: LiveRun<Summary>): Promise<void> {
    const { training, summary } = run;
    if (training.checkpoints.every(({ step }) => step === 0)) return;
    this.#keptAt = Date.now();
    await this.#options.runs.keep(summary, training.kept(training.running ? keptCheckpoints.running : keptCheckpoints.stopped));
  }

  async #summaries(): Promise<readonly Summary[]> {
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
