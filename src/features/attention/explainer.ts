import type { Failure } from '../../protocol/attention.ts';
import { messageOf } from '../../protocol/errors.ts';
import type { InferenceService } from '../../protocol/inference.ts';
import type { Disposable, Progress } from '../../protocol/rpc.ts';
import type { EngineClient } from '../../engine/client.ts';
import type { ReadOptions } from '../../engine/runs.ts';
import type { Engine } from '../engine/engine.ts';
import { log } from '../log/log.ts';
import type { Models } from '../models/models.ts';
import { withLateNotification } from '../progress.ts';
import { nameOf, openDocument } from './documents.ts';
import { Explanation } from './explanation.ts';
import { emptyText, failureOf, isCancelled } from './failure.ts';
import { digestOf, hasContent, type Subject } from './subject.ts';

/** Told of what an explainer does, as it happens. */
export interface ExplainerListener {
  started(explanation: Explanation, title: string): void;
  /** There is a result, or the one before stands again since the work was cancelled. */
  shown(): void;
  progressed(progress: Progress): void;
  failed(failure: Failure, error?: unknown): void;
  stale(stale: boolean): void;
  rerunning(reason: string): void;
  /** The process that holds the result ended while nothing was asked of it. */
  lost(reason: string): void;
}

interface Shown {
  explanation: Explanation;
  client: EngineClient;
  subscriptions: Disposable[];
}

interface Request {
  subject: Subject;
  /** Digest of the text as it was last shown, where a change since then has to be told. */
  digest: string | null;
}

type Reads = Omit<InferenceService, 'load' | 'attention' | 'release'>;

/** Runs the texts of one panel, one after the other, and keeps the last result readable. */
export class Explainer implements Disposable {
  readonly #engine: Engine;
  readonly #models: Models;
  readonly #listener: ExplainerListener;
  #shown: Shown | null = null;
  #failure: Failure | null = null;
  #progress: Progress | null = null;
  #abort: AbortController | null = null;
  #next: Request | null = null;
  #working: Promise<void> | null = null;
  /** Set while a lost result is made again for those who read it; aborting it gives up. */
  #rerun: AbortController | null = null;
  #reading = new AbortController();
  #disposed = false;

  constructor(engine: Engine, models: Models, listener: ExplainerListener) {
    this.#engine = engine;
    this.#models = models;
    this.#listener = listener;
  }

  get shown(): Explanation | null {
    return this.#shown?.explanation ?? null;
  }

  /** The model that what is shown was run on. */
  get client(): EngineClient | null {
    return this.#shown?.client ?? null;
  }

  get failure(): Failure | null {
    return this.#failure;
  }

  get progress(): Progress | null {
    return this.#progress;
  }

  /**
   * Explains a subject. A run under way ends first and is dropped: ending it sooner would end its process.
   *
   * @param digest of the text as it was last shown: the result says so when the text is another now
   */
  async explain(subject: Subject, digest: string | null = null): Promise<void> {
    if (this.#disposed) return;
    this.#next = { subject, digest };
    this.#working ??= this.#workOff().finally(() => (this.#working = null));
    await this.#working;
  }

  /** Ends the work under way, and its process with it. */
  cancel(): void {
    this.#next = null;
    this.#abort?.abort();
    this.#rerun?.abort();
  }

  /**
   * Reads what is shown. A result that was lost is made again first, which the listener is told.
   *
   * @param drop the read is not wanted any more
   */
  async read<K extends keyof Reads>(
    method: K,
    params: Parameters<Reads[K]>[0],
    drop: AbortSignal,
    onProgress?: (progress: Progress) => void,
  ): Promise<ReturnType<Reads[K]>> {
    if (!this.#shown) throw new Error('Nothing has been run yet.');
    const { client } = this.#shown;
    const { signal } = this.#reading;
    const call = client[method].bind(client) as (params: Parameters<Reads[K]>[0], options: ReadOptions) => Promise<ReturnType<Reads[K]>>;
    try {
      const value = await call(params, { signal, drop, ...(onProgress && { onProgress }) });
      this.#endRerun();
      return value;
    } catch (error) {
      // What was made again is there for the next read, though this one was dropped.
      if (this.#rerun) this.#endRerun(isCancelled(error) && drop.aborted && !signal.aborted ? undefined : error);
      throw error;
    }
  }

  dispose(): void {
    this.#disposed = true;
    this.cancel();
    this.#reading.abort();
    this.#drop();
  }

  async #workOff(): Promise<void> {
    for (let request = this.#next; request; request = this.#next) {
      this.#next = null;
      this.#abort = new AbortController();
      this.#failure = null;
      try {
        await this.#run(request, this.#abort);
      } catch (error) {
        if (isCancelled(error) && this.#shown) this.#show();
        else this.fail(error);
      }
      this.#abort = null;
    }
  }

  async #run({ subject, digest }: Request, abort: AbortController): Promise<void> {
    const document = subject.kind === 'prompt' ? null : await openDocument(subject.document);
    const title = document ? nameOf(document) : 'prompt';
    const explanation = new Explanation(subject, document, title);
    try {
      this.#listener.started(explanation, title);
      const { text, focus } = explanation.taken;
      if (!hasContent(text)) throw emptyText(subject.kind, title);
      this.#busy({ message: 'Starting…' });
      const drawn = subject.kind === 'prompt' ? subject.drawn : undefined;
      const { source, notice } = drawn
        ? { source: await this.#models.source(drawn.model), notice: undefined }
        : await this.#models.current();
      const client = this.#engine.client(source);
      const run = await withLateNotification(`Explaining ${title}`, abort, ({ signal, onProgress }) =>
        client.attention(drawn ? { text, ids: drawn.ids } : { text, focus }, {
          signal,
          onProgress: (progress) => {
            onProgress(progress);
            this.#busy(progress);
          },
        }),
      );
      if (this.#next || this.#disposed) {
        void client.release({ runId: run.runId }).catch(ignore);
        explanation.dispose();
        return;
      }
      const changed =
        digest !== null && digestOf(text) !== digest
          ? `${title} changed while the window was closed: this is its text as it is now.`
          : undefined;
      explanation.finish(run, source.name, [notice, changed].filter((sentence) => sentence !== undefined).join(' '));
      this.#drop();
      this.#shown = { explanation, client, subscriptions: this.#follow(explanation, client) };
      this.#show();
    } catch (error) {
      explanation.dispose();
      throw error;
    }
  }

  #follow(explanation: Explanation, client: EngineClient): Disposable[] {
    explanation.onStale = (stale) => this.#listener.stale(stale);
    return [
      client.onRerunning(({ runId, reason }) => {
        if (runId !== explanation.result?.run.runId) return;
        this.#rerun = this.#reading;
        this.#progress = { message: reason };
        this.#listener.rerunning(reason);
      }),
      client.onExit((reason) => {
        if (!this.#abort && !this.#rerun) this.#listener.lost(reason);
      }),
    ];
  }

  #endRerun(error?: unknown): void {
    if (!this.#rerun) return;
    this.#rerun = null;
    this.#reading = new AbortController();
    if (error === undefined) this.#show();
    else this.fail(error);
  }

  #show(): void {
    this.#progress = null;
    this.#failure = null;
    this.#listener.shown();
  }

  #drop(): void {
    const shown = this.#shown;
    this.#shown = null;
    if (!shown) return;
    const runId = shown.explanation.result?.run.runId;
    shown.explanation.dispose();
    for (const subscription of shown.subscriptions) subscription.dispose();
    if (runId !== undefined) void shown.client.release({ runId }).catch(ignore);
  }

  #busy(progress: Progress): void {
    this.#progress = progress;
    this.#listener.progressed(progress);
  }

  /** Shows what went wrong. */
  fail(error: unknown): void {
    if (this.#disposed) return;
    const failure = failureOf(error);
    if (!isCancelled(error)) log().error(failure.message);
    this.#progress = null;
    this.#failure = failure;
    this.#listener.failed(failure, error);
  }
}

const ignore = (error: unknown): void => log().debug(`A result was not freed: ${messageOf(error)}`);
