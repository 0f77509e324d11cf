/** Where each word is attended to from, of what is looked at. */

import type { AttentionPlace, DenoisingHost } from '../../src/protocol/denoisingView.ts';
import type { WordMaps, WordMapsRequest } from '../../src/protocol/diffusion.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import { Latest } from '../shared/latest.ts';

export interface MapsOf {
  readonly request: WordMapsRequest;
  readonly maps: WordMaps;
}

export class AttentionMaps {
  readonly #latest: Latest<WordMapsRequest, WordMaps>;
  #asked = '';
  #found: MapsOf | null = null;
  #failed = false;

  constructor(host: Remote<DenoisingHost>, events: { changed(): void; failed(error: unknown): void }) {
    this.#latest = new Latest(
      (request) => host.wordMaps(request),
      (maps, request) => {
        [this.#found, this.#failed] = [{ request, maps }, false];
        events.changed();
      },
      (error) => {
        this.#failed = true;
        events.failed(error);
      },
    );
  }

  get found(): MapsOf | null {
    return this.#found;
  }
  /** They were asked for, and did not come. */
  get failed(): boolean {
    return this.#failed;
  }

  /** Asks anew where they are of something else. @param evaluations all that the run has */
  show(runId: string, evaluations: readonly number[], evaluation: number, item: number, place: AttentionPlace): void {
    const { site, head, averaged } = place;
    const shown = averaged ? evaluations : evaluations.filter((each) => each === evaluation);
    // Of the sample nothing is asked; the last evaluation made it.
    const request: WordMapsRequest = {
      ...{ runId, item, site, head: site === null ? null : head },
      evaluations: shown.length > 0 ? shown : evaluations.slice(-1),
    };
    const key = JSON.stringify(request);
    if (key === this.#asked) return;
    this.#asked = key;
    this.#latest.ask(request);
  }

  clear(): void {
    this.#latest.forget();
    [this.#asked, this.#found, this.#failed] = ['', null, false];
  }
}

/** Places of the words, without the padding at the end but for its first. */
export function shownWords(words: readonly string[]): number[] {
  let length = words.length;
  while (length > 1 && words[length - 1] === words[length - 2]) length--;
  return Array.from({ length }, (_, at) => at);
}

/** [height, width] of a word. */
export function mapOf({ maps, height, width }: WordMaps, word: number): Float32Array {
  return maps.subarray(word * height * width, (word + 1) * height * width);
}

/** The word whose largest weight, over the mean of its own map, is largest: it is attended to from the smallest region. */
export function keenest(maps: WordMaps): number {
  const keenness = shownWords(maps.words).map((word) => {
    const own = mapOf(maps, word);
    const mean = own.reduce((sum, value) => sum + value, 0) / own.length;
    return own.reduce((most, value) => Math.max(most, value), 0) / (mean || 1);
  });
  return keenness.indexOf(Math.max(...keenness));
}
