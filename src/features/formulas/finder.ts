/** Finds the formulas of sources, each as it stands once. */

import type { Span } from '../../maths/nesting.ts';
import { Emitter } from '../../protocol/emitter.ts';
import type { Finding } from '../../protocol/python.ts';
import type { PythonReader } from '../../python/client.ts';

/** What is read, as far as the finder needs it. */
export interface Findable {
  readonly uri: string;
  readonly version: string;
  readonly text: string;
}

/** Sources whose findings are remembered. */
const remembered = 16;
/** Calls that one text may take, each of which goes on with what the one before had no time for. */
const mostCalls = 20;

interface Found {
  readonly version: string;
  readonly findings: Promise<Finding[]>;
  /** Once all have been found; then with what is wrong with them, as far as that is known. */
  settled: readonly Finding[] | null;
  /** Once somebody has asked for it; null of a text that was edited meanwhile. */
  checked: Promise<readonly Finding[] | null> | null;
}

/** What is known of a text so far. */
export interface Known {
  readonly uri: string;
  readonly version: string;
  readonly findings: readonly Finding[];
  /** What is still to be read, in the order in which it begins. */
  readonly unread: readonly Span[];
}

type Reader = Pick<PythonReader, 'formulas' | 'unread'>;

export class FormulaFinder {
  readonly #reader: Reader;
  readonly #found = new Map<string, Found>();
  /** The one reading under way for a file. */
  readonly #running = new Map<string, { readonly done: Promise<unknown>; readonly abort: AbortController }>();
  readonly #known = new Emitter<Known>();

  /** A part of a text that takes long was read, or what was read has been checked, which comes in parts too. */
  readonly onKnown = this.#known.event;

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Of the whole text, in the order in which they begin; whoever asks for the same text meanwhile has the same answer. The reading of
   * the text that it was edited from is given up, and who waits for that one has the newest one's answer.
   */
  async of(source: Findable): Promise<readonly Finding[]> {
    const { uri, version } = source;
    const known = this.#found.get(uri);
    this.#found.delete(uri);
    const found = known?.version === version ? known : this.#begin(source);
    this.#found.set(uri, found);
    if (this.#found.size > remembered) this.#found.delete(this.#found.keys().next().value ?? '');
    try {
      const findings = await found.findings;
      return (found.settled ??= findings);
    } catch (error) {
      this.#forget(uri, found);
      throw error;
    }
  }

  /**
   * The same with all that is wrong with them, which takes longer: reading goes on where `of` ends. Null where the text was edited
   * meanwhile.
   */
  async check(source: Findable): Promise<readonly Finding[] | null> {
    const { uri, version } = source;
    await this.of(source);
    const found = this.#found.get(uri);
    if (found?.version !== version) return null;
    try {
      return await (found.checked ??= this.#check(source, found));
    } catch (error) {
      this.#forget(uri, found);
      throw error;
    }
  }

  /** Those of the definitions at a place of the text: found sooner than all. Aborted: those that were found so far. */
  async at(source: Findable, place: Span, signal?: AbortSignal): Promise<readonly Finding[]> {
    const known = this.#found.get(source.uri);
    return known?.version === source.version && known.settled ? known.settled : this.allAt(source, place, signal);
  }

  /** The same, whether or not the whole text was read: also where a function that computes one is called, and each of several terms. */
  async allAt({ uri, text }: Findable, place: Span, signal?: AbortSignal): Promise<readonly Finding[]> {
    for (let calls = 1; ; calls++) {
      const findings = await this.#reader.formulas({ key: uri, text, within: place });
      const unread = await this.#reader.unread({ key: uri });
      if (calls === mostCalls || signal?.aborted || !unread.some(({ start, end }) => start <= place.end && place.start <= end))
        return findings;
    }
  }

  #begin(source: Findable): Found {
    this.#running.get(source.uri)?.abort.abort();
    // It is known before it is read, which asks for the newest.
    return {
      version: source.version,
      findings: Promise.resolve().then(() => this.#readAfter(source)),
      settled: null,
      checked: null,
    };
  }

  async #readAfter(source: Findable): Promise<Finding[]> {
    const { uri, version } = source;
    await this.#running.get(uri)?.done.catch(() => undefined);
    const newest = (): Found | undefined => this.#found.get(uri);
    const isNewest = (): boolean => newest() === undefined || newest()?.version === version;
    if (!isNewest()) return newest()!.findings;
    try {
      return await this.#run(uri, (signal) => this.#read(source, signal));
    } catch (error) {
      if (!isNewest()) return await newest()!.findings;
      throw error;
    }
  }

  /** Until a newer text of the same file is to be read. */
  async #run<T>(uri: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const abort = new AbortController();
    const done = work(abort.signal);
    this.#running.set(uri, { done, abort });
    try {
      return await done;
    } finally {
      if (this.#running.get(uri)?.abort === abort) this.#running.delete(uri);
    }
  }

  async #read({ uri, version, text }: Findable, signal: AbortSignal): Promise<Finding[]> {
    let findings = await this.#reader.formulas({ key: uri, text }, { signal });
    for (let calls = 1; calls < mostCalls; calls++) {
      const unread = await this.#reader.unread({ key: uri });
      if (unread.length === 0) break;
      signal.throwIfAborted();
      this.#known.fire({ uri, version, findings, unread });
      findings = await this.#reader.formulas({ key: uri, text }, { signal });
    }
    return findings;
  }

  async #check({ uri, version, text }: Findable, found: Found): Promise<readonly Finding[] | null> {
    const isEdited = (): boolean => (this.#found.get(uri) ?? found).version !== version;
    try {
      return await this.#run(uri, async (signal) => {
        for (let calls = 1; ; calls++) {
          const findings = await this.#reader.formulas({ key: uri, text, checked: true }, { signal });
          const unread = await this.#reader.unread({ key: uri, checked: true });
          signal.throwIfAborted();
          found.settled = findings;
          this.#known.fire({ uri, version, findings, unread: [] });
          if (unread.length === 0 || calls === mostCalls) return findings;
        }
      });
    } catch (error) {
      if (isEdited()) return null;
      throw error;
    }
  }

  /** What went wrong may not go wrong again: the thread is a new one. */
  #forget(uri: string, found: Found): void {
    if (this.#found.get(uri) === found) this.#found.delete(uri);
  }
}
