/** The scores of a run's heads, a site at a time: what has come, what is on its way, what has failed. */

import type { AttentionRun, HeadScoresRequest, SiteScores } from '../../../src/protocol/inference.ts';
import type { CallOptions } from '../../../src/protocol/rpc.ts';

export interface ScoreEvents {
  fetch(request: HeadScoresRequest, options: CallOptions): Promise<SiteScores>;
  arrived(): void;
  failed(error: unknown): void;
}

export class ScoreStore {
  readonly #run: AttentionRun;
  readonly #events: ScoreEvents;
  readonly #kept = new Map<string, SiteScores>();
  readonly #failed = new Set<string>();
  /** One at a time: a site is long work, and pictures wait behind it. */
  #pending: { key: string; abort: AbortController } | null = null;
  #wanted: readonly number[] = [];
  #withoutFirst = false;

  constructor(run: AttentionRun, events: ScoreEvents) {
    this.#run = run;
    this.#events = events;
  }

  /** Wants these sites (positions in the run's list), in this order; what is on its way for another is dropped. */
  want(rows: readonly number[], withoutFirst: boolean): void {
    this.#wanted = rows;
    this.#withoutFirst = withoutFirst;
    if (this.#pending && !rows.some((row) => this.#key(row) === this.#pending?.key)) this.#drop();
    this.#fetchNext();
  }

  /** Scores of a site as it was last wanted, with or without the first token; null until they have come. */
  of(row: number): SiteScores | null {
    return this.#kept.get(this.#key(row)) ?? null;
  }

  /** Sites whose scores have come. */
  get count(): number {
    return this.#run.sites.filter((_, row) => this.of(row) !== null).length;
  }

  /** Whether what is wanted is still to come. */
  get busy(): boolean {
    return this.#pending !== null;
  }

  /** Tries those again that failed. */
  retry(): void {
    this.#failed.clear();
    this.#fetchNext();
  }

  clear(): void {
    this.#wanted = [];
    this.#drop();
    this.#kept.clear();
  }

  #key(row: number): string {
    return `${row} ${String(this.#withoutFirst)}`;
  }

  #drop(): void {
    this.#pending?.abort.abort();
    this.#pending = null;
  }

  #fetchNext(): void {
    if (this.#pending) return;
    const next = this.#wanted.find((row) => !this.#kept.has(this.#key(row)) && !this.#failed.has(this.#key(row)));
    if (next !== undefined) void this.#fetch(next);
  }

  async #fetch(row: number): Promise<void> {
    const site = this.#run.sites[row];
    if (!site) return;
    const pending = { key: this.#key(row), abort: new AbortController() };
    this.#pending = pending;
    const request = { runId: this.#run.runId, site: site.index, withoutFirst: this.#withoutFirst };
    try {
      const scores = await this.#events.fetch(request, { signal: pending.abort.signal });
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#kept.set(pending.key, scores);
    } catch (error) {
      if (this.#pending !== pending) return;
      this.#pending = null;
      this.#failed.add(pending.key);
      this.#events.failed(error);
    }
    this.#fetchNext();
    this.#events.arrived();
  }
}
