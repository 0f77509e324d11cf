/** The thumbnails of a run, a row a site: what was fetched, what is on its way, what has failed. */

import type { AttentionRun, Thumbnails, ThumbnailsRequest } from '../../src/protocol/inference.ts';
import type { CallOptions } from '../../src/protocol/rpc.ts';
import type { Picture } from '../shared/heatmap/renderer.ts';
import type { HeadPlace } from './gridLayout.ts';

export interface ThumbnailEvents {
  fetch(request: ThumbnailsRequest, options: CallOptions): Promise<Thumbnails>;
  arrived(row: number): void;
  dropped(picture: Picture): void;
  failed(error: unknown): void;
}

interface SiteThumbnails {
  readonly picture: Picture;
  readonly maxima: Float32Array;
  readonly texels: number;
}

/** Requests on their way at once: the process computes one at a time, the second hides the way. */
const parallel = 2;

export class ThumbnailStore {
  readonly #events: ThumbnailEvents;
  readonly #run: AttentionRun;
  readonly #kept = new Map<number, SiteThumbnails>();
  readonly #pending = new Map<number, AbortController>();
  readonly #failed = new Set<number>();
  #wanted: readonly number[] = [];
  #texels = 0;

  constructor(run: AttentionRun, events: ThumbnailEvents) {
    this.#run = run;
    this.#events = events;
  }

  /** Frees what has come and drops what is on its way. */
  clear(): void {
    this.want([], 0);
    for (const { picture } of this.#kept.values()) this.#events.dropped(picture);
    this.#kept.clear();
  }

  /** Wants these rows, in this order, of so many texels each way; what is on its way for others is dropped. */
  want(rows: readonly number[], texels: number): void {
    this.#wanted = rows;
    this.#texels = texels;
    for (const [row, abort] of this.#pending) {
      if (rows.includes(row)) continue;
      abort.abort();
      this.#pending.delete(row);
    }
    this.#fetchNext();
  }

  /** Tries those again that failed. */
  retry(): void {
    this.#failed.clear();
    this.#fetchNext();
  }

  pictureOf(row: number): Picture | null {
    return this.#kept.get(row)?.picture ?? null;
  }

  /** Largest weight of one head, once its thumbnail has come. */
  maximumOf({ row, head }: HeadPlace): number | null {
    return this.#kept.get(row)?.maxima[head] ?? null;
  }

  /** Largest unmasked weight of the heads that have come; null before the first. */
  get largest(): number | null {
    let largest = -Infinity;
    for (const { maxima } of this.#kept.values()) for (const weight of maxima) if (weight > largest) largest = weight;
    return largest === -Infinity ? null : largest;
  }

  /** Cells at most under one texel of the thumbnails that have come. */
  get pooling(): number {
    let most = 1;
    for (const [row, { picture }] of this.#kept) {
      const site = this.#run.sites[row];
      if (site) most = Math.max(most, Math.ceil(site.queries / picture.rows), Math.ceil(site.keys / picture.columns));
    }
    return most;
  }

  #fetchNext(): void {
    for (const row of this.#wanted) {
      if (this.#pending.size >= parallel) return;
      if (this.#pending.has(row) || this.#failed.has(row)) continue;
      if ((this.#kept.get(row)?.texels ?? 0) < this.#texels) void this.#fetch(row, this.#texels);
    }
  }

  async #fetch(row: number, texels: number): Promise<void> {
    const site = this.#run.sites[row];
    if (!site) return;
    const abort = new AbortController();
    this.#pending.set(row, abort);
    try {
      const { rows, columns, heads, values, maxima } = await this.#events.fetch(
        { runId: this.#run.runId, site: site.index, size: texels },
        { signal: abort.signal },
      );
      if (this.#pending.get(row) !== abort) return;
      const old = this.#kept.get(row);
      if (old) this.#events.dropped(old.picture);
      this.#kept.set(row, { picture: { rows, columns, layers: heads, values }, maxima, texels });
      this.#events.arrived(row);
    } catch (error) {
      if (this.#pending.get(row) !== abort) return;
      this.#failed.add(row);
      this.#events.failed(error);
    } finally {
      if (this.#pending.get(row) === abort) {
        this.#pending.delete(row);
        this.#fetchNext();
      }
    }
  }
}
