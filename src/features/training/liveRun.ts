/** A run that is open: its training, its newest parameters, and what is kept beside it. */

import type { Training } from '../../engine/training/training.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError, type Disposable } from '../../protocol/rpc.ts';
import type { Checkpoint, Coefficients, LossPoint } from '../../protocol/training.ts';
import type { RunContent, RunRecord, TrainingStatus } from '../../protocol/trainingRun.ts';

export type Notice = TrainingStatus['notice'];

/** What is told of a run to the page that shows it. */
export interface RunListener<Summary extends RunRecord> {
  show(run: RunContent<Summary>, runs: readonly Summary[]): void;
  status(status: TrainingStatus): void;
  losses(run: string, points: readonly LossPoint[]): void;
  picture(run: string, step: number, stepsPerSecond: number): void;
  summary(summary: Summary): void;
}

export interface LiveRunEvents<Summary extends RunRecord> {
  readonly listener: RunListener<Summary>;
  /** There is more to keep. */
  changed(run: LiveRun<Summary>): void;
  checkpointed(run: LiveRun<Summary>, checkpoint: Checkpoint): void;
  /** It has stopped, for whatever reason but its end. */
  stopped(run: LiveRun<Summary>): void;
}

export interface Parameters {
  readonly step: number;
  /** By network. */
  readonly of: Readonly<Record<string, Float32Array>>;
}

export class LiveRun<Summary extends RunRecord> implements Disposable {
  readonly client: TrainingClient;
  readonly training: Training;
  #summary: Summary;
  #notice: Notice;
  #parameters: Parameters | null = null;
  #closed = false;
  readonly #events: LiveRunEvents<Summary>;
  readonly #subscriptions: readonly Disposable[];

  constructor(client: TrainingClient, training: Training, summary: Summary, events: LiveRunEvents<Summary>, notice: Notice = null) {
    this.client = client;
    this.training = training;
    this.#summary = summary;
    this.#events = events;
    this.#notice = notice;
    const { id } = summary;
    const { listener } = events;
    this.#subscriptions = [
      training.onLosses((points) => listener.losses(id, points)),
      training.onPicture(({ step, parameters, stepsPerSecond }) => {
        this.#parameters = { step, of: parameters };
        listener.picture(id, step, stepsPerSecond);
      }),
      training.onCheckpoint((checkpoint) => events.checkpointed(this, checkpoint)),
      training.onRestarted(({ reason, step, again }) => {
        const repeated = again > 0 ? ` ${again} step${again === 1 ? ' is' : 's are'} done again.` : '';
        this.notify({ kind: 'warning', message: `${reason} The training goes on from its last checkpoint, step ${step}.${repeated}` });
      }),
      training.onChanged(() => this.#tellStatus()),
    ];
    this.#takeCheckpoint();
  }

  get summary(): Summary {
    return this.#summary;
  }

  get isClosed(): boolean {
    return this.#closed;
  }

  get status(): TrainingStatus {
    const { step, running, coefficients, changes, failure, checkpoints } = this.training;
    return {
      ...{ run: this.#summary.id, step, lastStep: Math.max(step, checkpoints.at(-1)?.step ?? 0), running, coefficients, changes },
      ...{ failure: failure ?? null, notice: this.#notice },
    };
  }

  get content(): RunContent<Summary> {
    const { setup, losses } = this.training;
    return { summary: this.#summary, data: setup.data, losses, status: this.status };
  }

  /** Whether it stands before a step that it has done already. */
  get isBehind(): boolean {
    return (this.training.checkpoints.at(-1)?.step ?? 0) > this.training.step;
  }

  /** The newest. @throws RpcError 'not-begun' */
  get parameters(): Parameters {
    if (!this.#parameters) throw new RpcError('not-begun', 'This run has no parameters yet. Begin it again.');
    return this.#parameters;
  }

  notify(notice: Notice): void {
    this.#notice = notice;
    this.#tellStatus();
  }

  /** Keeps other things beside the run. */
  record(summary: Summary): void {
    if (this.#closed) return;
    this.#summary = summary;
    this.#events.listener.summary(summary);
    this.#events.changed(this);
  }

  /** The first parameters, without a step. */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.training.run({ until: 0, ...(signal && { signal }) });
    this.#takeCheckpoint();
  }

  /** Trains in the background; how it ends is told by its status. Resolves when it has stopped, and never rejects. */
  async run(until?: number): Promise<void> {
    this.#notice = null;
    try {
      await this.training.run(until === undefined ? {} : { until });
    } catch (error) {
      if (error instanceof RpcError && (error.code === 'cancelled' || error.code === 'closed')) return;
      this.notify({ kind: 'error', message: messageOf(error) });
      return;
    }
    if (this.#closed) return;
    this.#takeCheckpoint();
    this.#tellStatus();
    this.#events.changed(this);
    this.#events.stopped(this);
  }

  /** Where it stands has been changed from outside. */
  moved(): void {
    this.#notice = null;
    this.#takeCheckpoint();
    this.#tellStatus();
  }

  /** Of the step before one. */
  coefficientsBefore(step: number): Coefficients {
    const { changes } = this.training;
    return (changes.findLast((change) => change.step < step) ?? changes[0]!).coefficients;
  }

  dispose(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    void this.training.dispose();
  }

  #takeCheckpoint(): void {
    const { checkpoint } = this.training;
    if (checkpoint) this.#parameters = { step: checkpoint.step, of: parametersOf(checkpoint) };
  }

  #tellStatus(): void {
    this.#events.listener.status(this.status);
  }
}

const suffix = '.parameters';

/** By network. */
export function parametersOf({ tensors }: Checkpoint): Readonly<Record<string, Float32Array>> {
  return Object.fromEntries(
    Object.entries(tensors).flatMap(([name, values]) => (name.endsWith(suffix) ? [[name.slice(0, -suffix.length), values]] : [])),
  );
}
