/** One training, for whoever watches it: run, paused, changed, gone back in; it goes on from its last checkpoint when its process is lost. */

import { Emitter, type Event } from '../../protocol/emitter.ts';
import { RpcError } from '../../protocol/rpc.ts';
import {
  defaultReporting,
  type Checkpoint,
  type CoefficientChange,
  type Coefficients,
  type LoadedTraining,
  type LossPoint,
  type NotFinite,
  type Reporting,
  type TrainingEnd,
  type TrainingItem,
  type TrainingService,
  type TrainingSetup,
  type TrainRequest,
} from '../../protocol/training.ts';
import type { ModelProcess } from '../modelProcess.ts';
import { thinned, Timeline, type KeptTimeline } from './timeline.ts';

/** All that is needed to go on after a reload. */
export interface KeptTraining {
  readonly setup: TrainingSetup;
  /** Where it stands: that of a checkpoint, or 0. */
  readonly step: number;
  readonly timeline: KeptTimeline;
  readonly reporting?: Reporting;
}

export type TrainingPicture = Extract<TrainingItem, { kind: 'picture' }>;

export interface RunOptions {
  /** Ends after this step; without it the training goes on until it is paused. */
  until?: number;
  /** Ends it at once, at its last checkpoint. */
  signal?: AbortSignal;
}

/** A process that was lost so often without a checkpoint between is not tried again. */
const MOST_LOSSES = 3;
const lostCodes: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive']);

export class Training {
  readonly setup: TrainingSetup;
  readonly onLosses: Event<readonly LossPoint[]>;
  readonly onPicture: Event<TrainingPicture>;
  readonly onCheckpoint: Event<Checkpoint>;
  /** The process was lost: why, in words, the step that it goes on from, and how many steps are done again. */
  readonly onRestarted: Event<{ reason: string; step: number; again: number }>;
  /** It runs, or no longer; or stands elsewhere. */
  readonly onChanged: Event<void>;

  private readonly model: ModelProcess<TrainingService, LoadedTraining>;
  private readonly id = crypto.randomUUID();
  private readonly forget: () => void;
  private readonly emitters = {
    losses: new Emitter<readonly LossPoint[]>(),
    picture: new Emitter<TrainingPicture>(),
    checkpoint: new Emitter<Checkpoint>(),
    restarted: new Emitter<{ reason: string; step: number; again: number }>(),
    changed: new Emitter<void>(),
  };
  private readonly timeline: Timeline;
  private reporting: Reporting;
  private reached: number;
  private stopped: NotFinite | undefined;
  private active: { ended: Promise<unknown>; stopping: boolean } | undefined;

  constructor(model: ModelProcess<TrainingService, LoadedTraining>, kept: KeptTraining, forget: () => void) {
    this.model = model;
    this.forget = forget;
    this.setup = kept.setup;
    this.timeline = new Timeline(kept.timeline);
    this.reporting = kept.reporting ?? defaultReporting;
    this.reached = this.timeline.checkpointBefore(kept.step)?.step ?? 0;
    this.onLosses = this.emitters.losses.event;
    this.onPicture = this.emitters.picture.event;
    this.onCheckpoint = this.emitters.checkpoint.event;
    this.onRestarted = this.emitters.restarted.event;
    this.onChanged = this.emitters.changed.event;
  }

  /** Steps done, as far as is known here. */
  get step(): number {
    return this.reached;
  }

  get running(): boolean {
    return this.active !== undefined;
  }

  /** Why it stopped by itself; undefined once it has gone on. */
  get failure(): NotFinite | undefined {
    return this.stopped;
  }

  get coefficients(): Coefficients {
    return this.timeline.changeBefore(this.reached)!.coefficients;
  }

  get losses(): readonly LossPoint[] {
    return this.timeline.losses;
  }

  get checkpoints(): readonly Checkpoint[] {
    return this.timeline.checkpoints;
  }

  get changes(): readonly CoefficientChange[] {
    return this.timeline.changes;
  }

  /** The newest that is not after where it stands; undefined before the first step was asked for. */
  get checkpoint(): Checkpoint | undefined {
    return this.timeline.checkpointBefore(this.reached);
  }

  /**
   * Trains until it is paused, done, or meets what is no number. What was kept of later steps is forgotten: another future begins.
   *
   * @throws RpcError 'training-busy', 'cancelled' by the signal, those of ModelProcess when the process is lost over and over, and what
   *   the service says
   */
  async run({ until, signal }: RunOptions = {}): Promise<TrainingEnd> {
    if (this.active) throw new RpcError('training-busy', 'This training runs already; pause it first.');
    this.timeline.cutAt(this.reached);
    this.stopped = undefined;
    const active = { ended: Promise.resolve<unknown>(undefined), stopping: false };
    const running = this.keepRunning(active, until ?? null, signal);
    active.ended = running.catch(() => undefined);
    this.active = active;
    this.emitters.changed.fire();
    try {
      const end = await running;
      this.keep(end.checkpoint);
      this.reached = end.checkpoint.step;
      if (end.why === 'not-finite') this.stopped = end.failure;
      return end;
    } catch (error) {
      this.reached = this.timeline.checkpoints.at(-1)?.step ?? 0;
      throw error;
    } finally {
      this.active = undefined;
      this.emitters.changed.fire();
    }
  }

  /** Resolves when it has stopped, after the step that was under way. */
  async pause(): Promise<void> {
    const { active } = this;
    if (!active) return;
    active.stopping = true;
    const remote = this.model.current?.process.remote;
    // Where it has not begun or has just ended, there is nothing to pause: `stopping` is looked at before it begins.
    await remote?.pause({ training: this.id }).catch(() => undefined);
    await active.ended;
  }

  stepOnce(): Promise<TrainingEnd> {
    return this.run({ until: this.reached + 1 });
  }

  /** Back to the beginning, with the coefficients of now. */
  async reset(): Promise<void> {
    await this.pause();
    const { coefficients } = this;
    this.reached = 0;
    this.stopped = undefined;
    this.timeline.cutAt(0);
    this.timeline.addChange({ step: 0, coefficients });
    this.emitters.changed.fire();
  }

  /** To the last checkpoint at or before a step, with the coefficients of then; gives its step. Later ones stay until it runs or is changed. */
  async seek(step: number): Promise<number> {
    await this.pause();
    this.reached = this.timeline.checkpointBefore(step)?.step ?? 0;
    this.stopped = undefined;
    this.emitters.changed.fire();
    return this.reached;
  }

  /**
   * Coefficients from the next step on; those that are not named stay. Gives the step from which they hold.
   *
   * @throws RpcError 'coefficient-invalid'; while it is paused, only when it runs
   */
  async change(coefficients: Coefficients): Promise<number> {
    const change = (this.active && (await this.changeRunning({ coefficients }))) ?? {
      step: this.reached,
      coefficients: { ...this.coefficients, ...coefficients },
    };
    if (!this.active) this.timeline.cutAt(this.reached);
    this.timeline.addChange(change);
    this.emitters.changed.fire();
    return change.step;
  }

  /** @throws RpcError 'setting-invalid'; while it is paused, only when it runs */
  async report(reporting: Partial<Reporting>): Promise<void> {
    const all = { ...this.reporting, ...reporting };
    if (this.active) await this.changeRunning({ reporting: all });
    this.reporting = all;
  }

  /**
   * To be kept by its owner, and given to `resume` after a reload.
   *
   * @param most checkpoints, 3 or more, in even distances: each takes what the model has of numbers three times over
   */
  kept(most = Infinity): KeptTraining {
    const { losses, changes } = this.timeline;
    const checkpoints = thinned(this.timeline.checkpoints, most);
    return { setup: this.setup, step: this.checkpoint?.step ?? 0, timeline: { checkpoints, losses, changes }, reporting: this.reporting };
  }

  /** Stops it, and lets it go. */
  async dispose(): Promise<void> {
    await this.pause();
    this.forget();
  }

  private async keepRunning(active: { stopping: boolean }, until: number | null, signal?: AbortSignal): Promise<TrainingEnd> {
    const begins = this.reached;
    let lost: string | undefined;
    let losses = 0;
    let lastStart = -1;
    const ends = this.model.onEnded(({ end }) => (lost = end.cause));
    try {
      for (;;) {
        try {
          return await this.model.attempt({ ...(signal && { signal }) }, async (generation, watched) => {
            await generation.load.join(watched);
            const from = this.checkpoint ?? null;
            if (active.stopping && from) return { why: 'paused', checkpoint: from };
            if (lost !== undefined) this.tellRestart(lost, from?.step ?? begins);
            lost = undefined;
            const start = from?.step ?? 0;
            if (start > lastStart) losses = 0;
            lastStart = start;
            return generation.process.remote.train(this.requestOf(from, active.stopping ? start : until), {
              ...watched,
              onItem: (item) => this.take(item),
            });
          });
        } catch (error) {
          if (!(error instanceof RpcError && lostCodes.has(error.code)) || ++losses >= MOST_LOSSES) throw error;
        }
      }
    } finally {
      ends.dispose();
    }
  }

  private requestOf(from: Checkpoint | null, until: number | null): TrainRequest {
    const { setup, id, reporting } = this;
    const schedule = this.timeline.changes;
    return { training: id, setup, from, schedule, until, reporting };
  }

  private tellRestart(reason: string, step: number): void {
    const again = this.reached - step;
    this.reached = step;
    this.emitters.restarted.fire({ reason, step, again });
  }

  private take(item: TrainingItem): void {
    switch (item.kind) {
      case 'losses':
        this.reached = Math.max(this.reached, item.points.at(-1)!.step);
        this.timeline.addLosses(item.points);
        this.emitters.losses.fire(item.points);
        return;
      case 'picture':
        this.reached = Math.max(this.reached, item.step);
        this.emitters.picture.fire(item);
        return;
      case 'checkpoint':
        this.keep(item.checkpoint);
    }
  }

  private keep(checkpoint: Checkpoint): void {
    this.reached = Math.max(this.reached, checkpoint.step);
    this.timeline.addCheckpoint(checkpoint);
    this.emitters.checkpoint.fire(checkpoint);
  }

  /** undefined where none runs any more, or the process is gone: then it holds from where the next one begins. */
  private async changeRunning(params: { coefficients?: Coefficients; reporting?: Reporting }): Promise<CoefficientChange | undefined> {
    try {
      return await this.model.current?.process.remote.change({ training: this.id, ...params });
    } catch (error) {
      if (error instanceof RpcError && (error.code === 'unknown-training' || error.code === 'closed')) return undefined;
      throw error;
    }
  }
}
