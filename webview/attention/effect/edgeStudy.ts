/** Masks the edges of one query of a head, some at a time, and keeps what came of it. */

import { messageOf } from '../../../src/protocol/errors.ts';
import type { EdgeEffects, EdgeEffectsRequest } from '../../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../../src/protocol/rpc.ts';

/** Edges asked for at once: what has come is shown, and kept when the rest is cancelled. */
const atOnce = 16;
/** What no trying again will change. */
const refusals = new Set(['no-logits', 'not-autoregressive', 'no-tokens', 'cannot-mask']);
/** Queries whose results are kept. */
const kept = 64;

export type StudyPlace = Omit<EdgeEffectsRequest, 'keys'>;

/** What is known of one query's edges. */
export interface Measured {
  readonly target: EdgeEffects['target'];
  /** Of the target with no edge masked, nats. */
  readonly logProbability: number;
  /** By key: change of it in nats; NaN where nothing would be left to attend to. */
  readonly changes: ReadonlyMap<number, number>;
}

export type StudyState =
  | { readonly kind: 'idle' }
  | { readonly kind: 'running'; readonly done: number; readonly of: number }
  | { readonly kind: 'failed'; readonly message: string; readonly final: boolean };

export interface EdgeStudyEvents {
  fetch(request: EdgeEffectsRequest, options: CallOptions): Promise<EdgeEffects>;
  changed(): void;
  /** All that was asked for has come. */
  finished(): void;
}

export class EdgeStudy {
  readonly #events: EdgeStudyEvents;
  readonly #measured = new Map<string, Measured>();
  #place = '';
  #running: AbortController | null = null;
  #state: StudyState = { kind: 'idle' };

  constructor(events: EdgeStudyEvents) {
    this.#events = events;
  }

  get state(): StudyState {
    return this.#state;
  }

  of(place: StudyPlace): Measured | null {
    return this.#measured.get(nameOf(place)) ?? null;
  }

  /** Looks at a query; what was under way for another ends. */
  look(place: StudyPlace): void {
    if (this.#place === nameOf(place)) return;
    this.cancel();
    this.#place = nameOf(place);
  }

  /** Masks those of the keys whose edge has not been masked yet. */
  async measure(place: StudyPlace, keys: readonly number[]): Promise<void> {
    this.look(place);
    if (this.#running) return;
    const left = keys.filter((key) => !this.of(place)?.changes.has(key));
    const running = new AbortController();
    this.#running = running;
    const { signal } = running;
    const progress = (done: number): void => {
      if (this.#running !== running) return;
      this.#state = { kind: 'running', done, of: left.length };
      this.#events.changed();
    };
    progress(0);
    try {
      for (let done = 0; done < left.length; done += atOnce) {
        const some = left.slice(done, done + atOnce);
        const onProgress: CallOptions['onProgress'] = ({ fraction = 0 }) => progress(done + Math.floor(fraction * some.length));
        const effects = await this.#events.fetch({ ...place, keys: some }, { signal, onProgress });
        if (signal.aborted) return;
        this.#keep(place, effects);
        progress(done + some.length);
      }
      this.#end({ kind: 'idle' });
      this.#events.finished();
    } catch (error) {
      if (signal.aborted) return;
      const message = messageOf(error);
      const final = error instanceof RpcError && refusals.has(error.code);
      this.#end(error instanceof RpcError && error.code === 'cancelled' ? { kind: 'idle' } : { kind: 'failed', message, final });
    }
  }

  cancel(): void {
    this.#running?.abort();
    this.#end({ kind: 'idle' });
  }

  /** Forgets the run. */
  clear(): void {
    this.cancel();
    this.#place = '';
    this.#measured.clear();
  }

  #keep(place: StudyPlace, { target, logProbability, keys, changes }: EdgeEffects): void {
    const name = nameOf(place);
    const before = this.#measured.get(name);
    const all = new Map([...(before?.changes ?? []), ...keys.map((key, i) => [key, changes[i]!] as const)]);
    this.#measured.delete(name);
    this.#measured.set(name, { target, logProbability, changes: all });
    for (const oldest of this.#measured.keys()) {
      if (this.#measured.size <= kept) break;
      this.#measured.delete(oldest);
    }
  }

  #end(state: StudyState): void {
    this.#running = null;
    this.#state = state;
    this.#events.changed();
  }
}

const nameOf = ({ runId, site, head, query }: StudyPlace): string => `${runId} ${site} ${head} ${query}`;
