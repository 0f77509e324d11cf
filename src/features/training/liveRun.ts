/** A run that is open: its training, its newest parameters, and its places in the rate-distortion plane. */

import type { Training } from '../../engine/training/training.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import { messageOf } from '../../protocol/errors.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Checkpoint } from '../../protocol/training.ts';
import type { RatePlace, RunContent, RunSummary, TrainingPage, TrainingStatus } from '../../protocol/trainingView.ts';
import type { Disposable, Remote } from '../../protocol/rpc.ts';
import { log } from '../log/log.ts';

/** Points that a place is measured over. */
const placePoints = 2_000;
/** While it runs, a place is measured when so many more steps are done than at the last: early ones lie far apart, late ones do not. */
const growth = 1.25;
const network = 'vae';
/** Told by the training itself when they meet it. */
const lost: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive', 'closed', 'cancelled']);

export type Notice = TrainingStatus['notice'];

export interface LiveRunEvents {
  /** Tells the page, where there is one. */
  tell(call: (page: Remote<TrainingPage>) => Promise<unknown>): void;
  /** There is more to keep. */
  changed(run: LiveRun): void;
}

export class LiveRun implements Disposable {
  readonly client: TrainingClient;
  readonly training: Training;
  #summary: RunSummary;
  #notice: Notice;
  #parameters: { readonly step: number; readonly parameters: Float32Array } | null = null;
  #measuring: Promise<void> = Promise.resolve();
  #waiting = 0;
  #closed = false;
  readonly #events: LiveRunEvents;
  readonly #subscriptions: readonly Disposable[];

  constructor(client: TrainingClient, training: Training, summary: RunSummary, events: LiveRunEvents, notice: Notice = null) {
    this.client = client;
    this.training = training;
    this.#summary = summary;
    this.#events = events;
    this.#notice = notice;
    const { id } = summary;
    this.#subscriptions = [
      training.onLosses((points) => events.tell((page) => page.losses({ run: id, points }))),
      training.onPicture(({ step, parameters, stepsPerSecond }) => {
        this.#parameters = { step, parameters: parameters[network]! };
        events.tell((page) => page.picture({ run: id, step, stepsPerSecond }));
      }),
      training.onCheckpoint((checkpoint) => this.#checkpointed(checkpoint)),
      training.onRestarted(({ reason, step, again }) => {
        const repeated = again > 0 ? ` ${again} step${again === 1 ? ' is' : 's are'} done again.` : '';
        this.notify({ kind: 'warning', message: `${reason} The training goes on from its last checkpoint, step ${step}.${repeated}` });
      }),
      training.onChanged(() => this.#tellStatus()),
    ];
    this.#takeCheckpoint();
  }

  get summary(): RunSummary {
    return this.#summary;
  }

  get status(): TrainingStatus {
    const { step, running, coefficients, changes, failure, checkpoints } = this.training;
    return {
      ...{ run: this.#summary.id, step, lastStep: Math.max(step, checkpoints.at(-1)?.step ?? 0), running, coefficients, changes },
      ...{ failure: failure ?? null, notice: this.#notice },
    };
  }

  get content(): RunContent {
    const { setup, losses } = this.training;
    return { summary: this.#summary, data: setup.data, losses, status: this.status };
  }

  /** Whether it stands before a step that it has done already. */
  get isBehind(): boolean {
    return (this.training.checkpoints.at(-1)?.step ?? 0) > this.training.step;
  }

  /** The newest parameters. @throws RpcError 'not-begun' */
  get parameters(): { readonly step: number; readonly parameters: Float32Array } {
    if (!this.#parameters) throw new RpcError('not-begun', 'This run has no parameters yet. Begin it again.');
    return this.#parameters;
  }

  notify(notice: Notice): void {
    this.#notice = notice;
    this.#tellStatus();
  }

  /** The first parameters and the entropy of the data, without a step. */
  async prepare(signal?: AbortSignal): Promise<void> {
    await this.training.run({ until: 0, ...(signal && { signal }) });
    this.#takeCheckpoint();
    this.#measure(0, this.parameters.parameters);
  }

  /** Trains in the background; how it ends is told by its status. */
  run(until?: number): void {
    this.#notice = null;
    this.training
      .run(until === undefined ? {} : { until })
      .then(() => this.#stopped())
      .catch((error: unknown) => {
        if (error instanceof RpcError && (error.code === 'cancelled' || error.code === 'closed')) return;
        this.notify({ kind: 'error', message: messageOf(error) });
      });
  }

  /** Where it stands has been changed from outside. */
  moved(): void {
    this.#notice = null;
    this.#takeCheckpoint();
    this.#tellStatus();
  }

  /** Of the step before one. */
  betaBefore(step: number): number {
    const { changes } = this.training;
    return (changes.findLast((change) => change.step < step) ?? changes[0]!).coefficients['beta']!;
  }

  dispose(): void {
    this.#closed = true;
    for (const subscription of this.#subscriptions) subscription.dispose();
    void this.training.dispose();
  }

  #takeCheckpoint(): void {
    const { checkpoint } = this.training;
    if (checkpoint) this.#parameters = { step: checkpoint.step, parameters: checkpoint.tensors[`${network}.parameters`]! };
  }

  #checkpointed({ step, tensors }: Checkpoint): void {
    const last = this.#summary.places.at(-1)?.step ?? 0;
    // The last waits for the pause.
    if (this.training.running && step > 0 && step >= growth * last && this.#waiting === 0)
      this.#measure(step, tensors[`${network}.parameters`]!);
  }

  #stopped(): void {
    if (this.#closed) return;
    this.#takeCheckpoint();
    this.#tellStatus();
    this.#events.changed(this);
    const { step, parameters } = this.parameters;
    if (step > 0) this.#measure(step, parameters);
  }

  #tellStatus(): void {
    const { status } = this;
    this.#events.tell((page) => page.status({ status }));
  }

  /** Measures the place of a step, one after the other. */
  #measure(step: number, parameters: Float32Array): void {
    this.#waiting++;
    this.#measuring = this.#measuring.then(() => this.#measureNow(step, parameters)).finally(() => void this.#waiting--);
  }

  async #measureNow(step: number, parameters: Float32Array): Promise<void> {
    if (this.#closed || this.#summary.places.some((place) => place.step === step)) return;
    const { data, seed } = this.training.setup;
    try {
      const { rate, distortion, slack, entropy } = await this.client.rateDistortion({ parameters, data, seed, count: placePoints });
      const place: RatePlace = { step, beta: this.betaBefore(step), rate, distortion, slack };
      const places = [...this.#summary.places, ...(step > 0 && isFinitePlace(place) ? [place] : [])].sort((a, b) => a.step - b.step);
      this.#summary = { ...this.#summary, entropy: entropy?.value ?? null, places };
    } catch (error) {
      const message = messageOf(error);
      log().debug(`Place of step ${step} in the rate-distortion plane: ${message}`);
      if (!(error instanceof RpcError && lost.has(error.code)) && !this.#closed)
        this.notify({ kind: 'warning', message: `Step ${step} has no place in the rate-distortion plane: ${message}` });
      return;
    }
    if (this.#closed) return;
    const { summary } = this;
    this.#events.tell((page) => page.summary({ summary }));
    if (step > 0) this.#events.changed(this);
  }
}

function isFinitePlace({ rate, distortion, slack }: RatePlace): boolean {
  return [rate, distortion, ...(slack ? [slack] : [])].every(
    ({ value, standardError }) => Number.isFinite(value) && Number.isFinite(standardError),
  );
}
