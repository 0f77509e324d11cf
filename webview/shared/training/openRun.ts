/** The run that a page shows, as its host tells of it; what is asked of the host, and what came of that. */

import { messageOf } from '../../../src/protocol/errors.ts';
import type { CallOptions, Handlers, Progress } from '../../../src/protocol/rpc.ts';
import type { Coefficients, LossPoint } from '../../../src/protocol/training.ts';
import type { RunChoice, RunContent, RunPage, RunRecord, RunsContent, TrainingStatus } from '../../../src/protocol/trainingRun.ts';
import { Latest } from '../latest.ts';
import { joined } from './curves.ts';

/** What it asks of its host; see `RunHost`. */
export interface RunCalls<State extends RunChoice, Summary extends RunRecord> {
  ready(params: Record<never, never>, options: CallOptions): Promise<RunsContent<State, Summary>>;
  begin(params: State, options: CallOptions): Promise<RunContent<Summary>>;
  run(params: { until?: number }): Promise<void>;
  pause(params: Record<never, never>): Promise<void>;
  change(params: { coefficients: Coefficients }): Promise<void>;
  speed(params: { stepsPerSecond: number | null }): Promise<void>;
  seek(params: { run: string; step: number }): Promise<RunContent<Summary>>;
  forget(params: Record<never, never>): Promise<void>;
}

export interface OpenRunEvents<State extends RunChoice, Summary extends RunRecord> {
  /** What the page had been left as. */
  restored(state: State | null): void;
  /** Another run is open, or the same stands elsewhere. */
  shown(run: RunContent<Summary>, isOther: boolean): void;
  /** There are newer parameters. @param rests nothing newer will come for now */
  moved(rests: boolean): void;
  /** Of any run that is kept. */
  recorded(): void;
  changed(): void;
}

export interface Waiting {
  readonly progress: Progress;
  readonly abort: AbortController;
}

export class OpenRun<State extends RunChoice, Summary extends RunRecord> {
  readonly #host: RunCalls<State, Summary>;
  readonly #events: OpenRunEvents<State, Summary>;
  readonly #changes: Latest<Coefficients, void>;
  readonly #seeks: Latest<{ run: string; step: number }, RunContent<Summary>>;
  #asked: Coefficients = {};
  #runs: readonly Summary[] = [];
  mixtures: readonly string[] = [];
  status: TrainingStatus | null = null;
  summary: Summary | null = null;
  losses: readonly LossPoint[] = [];
  /** 0 where it rests, or it is not known yet. */
  stepsPerSecond = 0;
  /** What the user waits for. */
  waiting: Waiting | null = null;
  problem: string | null = null;
  isLoaded = false;

  constructor(host: RunCalls<State, Summary>, events: OpenRunEvents<State, Summary>) {
    this.#host = host;
    this.#events = events;
    const failed = (error: unknown): void => this.failed(error);
    this.#changes = new Latest(
      (coefficients) => host.change({ coefficients }),
      () => undefined,
      failed,
    );
    this.#seeks = new Latest(
      (place) => host.seek(place),
      (content) => this.show(content, this.#runs),
      failed,
    );
  }

  /** Of every run that is kept, the open one first. */
  get runs(): readonly Summary[] {
    return this.#runs;
  }

  get isRunning(): boolean {
    return this.status?.running ?? false;
  }

  /** @param otherwise what is done where no run was kept */
  open(otherwise: (options: Required<CallOptions>) => Promise<void>): void {
    this.act(
      this.#waitingFor('The training graphs are loaded…', async (options) => {
        const { mixtures, state, runs, run } = await this.#host.ready({}, options);
        [this.isLoaded, this.mixtures, this.#runs] = [true, mixtures, runs];
        this.#events.restored(state);
        if (run) this.show(run, runs);
        else await otherwise(options);
      }),
    );
  }

  begin(work: (options: Required<CallOptions>) => Promise<void>): void {
    this.act(this.#waitingFor('A new run is begun…', work));
  }

  async beginWith(state: State, options: CallOptions): Promise<void> {
    this.show(await this.#host.begin(state, options), this.#runs);
  }

  /** @param until a step at which it pauses by itself */
  run(until?: number): void {
    this.act(this.#host.run(until === undefined ? {} : { until }));
  }

  pause(): void {
    this.act(this.#host.pause({}));
  }

  /** Two that are changed at once are asked for together: the last request alone is kept. */
  change(coefficients: Coefficients): void {
    this.#asked = { ...this.#asked, ...coefficients };
    this.#changes.ask(this.#asked);
  }

  changeAndRun(coefficients: Coefficients): void {
    this.act(this.#host.change({ coefficients }).then(() => this.#host.run({})));
  }

  speed(stepsPerSecond: number | null): void {
    if (this.status) this.act(this.#host.speed({ stepsPerSecond }));
  }

  seek(run: string, step: number): void {
    this.#seeks.ask({ run, step });
  }

  forget(): void {
    this.act(
      this.#host.forget({}).then(() => {
        this.#runs = this.#runs.filter(({ id }) => id === this.summary?.id);
        this.#events.recorded();
        this.#events.changed();
      }),
    );
  }

  /** No run is open. */
  close(): void {
    [this.status, this.summary, this.losses] = [null, null, []];
    this.#events.changed();
  }

  show(run: RunContent<Summary>, runs: readonly Summary[]): void {
    const { summary, losses, status } = run;
    const isOther = summary.id !== this.summary?.id;
    this.#asked = {};
    [this.summary, this.status, this.losses, this.problem] = [summary, status, losses, null];
    this.#runs = [summary, ...runs.filter(({ id }) => id !== summary.id)];
    this.#events.shown(run, isOther);
    this.#events.moved(true);
    this.#events.changed();
  }

  tookStatus(status: TrainingStatus): void {
    if (status.run !== this.summary?.id) return;
    const hasStopped = this.status?.running === true && !status.running;
    const hasMoved = this.status?.step !== status.step;
    this.status = status;
    if (hasStopped) this.stepsPerSecond = 0;
    if (hasStopped || (hasMoved && !status.running)) this.#events.moved(true);
    if (!status.running) this.#events.recorded();
    this.#events.changed();
  }

  tookLosses(run: string, points: readonly LossPoint[]): void {
    if (run !== this.summary?.id) return;
    this.losses = joined(this.losses, points);
    this.#events.changed();
  }

  tookPicture(run: string, step: number, stepsPerSecond: number): void {
    if (run !== this.summary?.id || !this.status) return;
    this.status = { ...this.status, step, lastStep: Math.max(step, this.status.lastStep) };
    this.stepsPerSecond = stepsPerSecond;
    this.#events.moved(false);
    this.#events.changed();
  }

  tookSummary(summary: Summary): void {
    if (summary.id === this.summary?.id) this.summary = summary;
    this.#runs = this.#runs.map((run) => (run.id === summary.id ? summary : run));
    this.#events.recorded();
    this.#events.changed();
  }

  act(work: Promise<unknown>): void {
    work.catch((error: unknown) => this.failed(error));
  }

  failed(error: unknown): void {
    this.problem = messageOf(error);
    this.#events.changed();
  }

  /** The user has read what failed. */
  dismiss(): void {
    this.problem = null;
    this.#events.changed();
  }

  async #waitingFor(message: string, work: (options: Required<CallOptions>) => Promise<void>): Promise<void> {
    this.waiting?.abort.abort();
    const abort = new AbortController();
    this.waiting = { progress: { message }, abort };
    const onProgress = (progress: Progress): void => {
      if (this.waiting?.abort === abort) this.waiting = { progress, abort };
      this.#events.changed();
    };
    this.#events.changed();
    try {
      await work({ signal: abort.signal, onProgress });
    } catch (error) {
      // Something else was asked for, or the user has cancelled.
      if (!abort.signal.aborted || this.waiting.abort === abort) throw error;
    } finally {
      if (this.waiting.abort === abort) this.waiting = null;
      this.#events.changed();
    }
  }
}

/** What the host may tell a page of its run. */
export function runHandlers<State extends RunChoice, Summary extends RunRecord>(
  open: () => OpenRun<State, Summary>,
): Handlers<RunPage<Summary>> {
  return {
    show: ({ run, runs }) => open().show(run, runs),
    status: ({ status }) => open().tookStatus(status),
    losses: ({ run, points }) => open().tookLosses(run, points),
    picture: ({ run, step, stepsPerSecond }) => open().tookPicture(run, step, stepsPerSecond),
    summary: ({ summary }) => open().tookSummary(summary),
  };
}
