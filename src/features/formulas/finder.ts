/** Finds the formulas of sources, each as it stands once. */

import type { Span } from '../../maths/nesting.ts';
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
  /** Once all have been found. */
  settled: readonly Finding[] | null;
}

/** Told those that were found so far, and what is still to be read, where a text takes long. */
type Partly = (findings: readonly Finding[], unread: readonly Span[]) => void;

type Reader = Pick<PythonReader, 'formulas' | 'unread'>;

export class FormulaFinder {
  readonly #reader: Reader;
  readonly #found = new Map<string, Found>();
  /** The one reading under way for a file. */
  readonly #running = new Map<string, { readonly done: Promise<unknown>; readonly abort: AbortController }>();

  constructor(reader: Reader) {
    this.#reader = reader;
  }

  /**
   * Of the whole text, in the order in which they begin; whoever asks for the same text meanwhile has the same answer. The reading of
   * the text that it was edited from is given up, and who waits for that one has the newest one's answer.
   */
  async of(source: Findable, partly: Partly = () => undefined): Promise<readonly Finding[]> {
    const { uri, version } = source;
    const known = this.#found.get(uri);
    this.#found.delete(uri);
    const found = known?.version === version ? known : this.#begin(source, partly);
    this.#found.set(uri, found);
    if (this.#found.size > remembered) this.#found.delete(this.#found.keys().next().value ?? '');
    try {
      return (found.settled = await found.findings);
    } catch (error) {
      // What went wrong may not go wrong again: the thread is a new one.
      if (this.#found.get(uri) === found) this.#found.delete(uri);
      throw error;
    }
  }

  /** Those of the definitions at a place of the text: found sooner than all. Aborted: those that were found so far. */
  async at(source: Findable, place: Span, signal?: AbortSignal): Promise<readonly Finding[]> {
    const { uri, version, text } = source;
    const known = this.#found.get(uri);
    if (known?.version === version && known.settled) return known.settled;
    for (let calls = 1; ; calls++) {
      const findings = await this.#reader.formulas({ key: uri, text, within: place });
      const unread = await this.#reader.unread({ key: uri });
      if (calls === mostCalls || signal?.aborted || !unread.some(({ start, end }) => start <= place.end && place.start <= end))
        return findings;
    }
  }

  #begin(source: Findable, partly: Partly): Found {
    this.#running.get(source.uri)?.abort.abort();
    // It is known before it is read, which asks for the newest.
    return { version: source.version, findings: Promise.resolve().then(() => this.#readAfter(source, partly)), settled: null };
  }

  async #readAfter(source: Findable, partly: Partly): Promise<Finding[]> {
    const { uri, version } = source;
    await this.#running.get(uri)?.done.catch(() => undefined);
    const newest = (): Found | undefined => this.#found.get(uri);
    const isNewest = (): boolean => newest() === undefined || newest()?.version === version;
    if (!isNewest()) return newest()!.findings;
    const abort = new AbortController();
    const done = this.#read(source, abort.signal, partly);
    this.#running.set(uri, { done, abort });
    try {
      return await done;
    } catch (error) {
      if (!isNewest()) return await newest()!.findings;
      throw error;
    } finally {
      if (this.#running.get(uri)?.abort === abort) this.#running.delete(uri);
    }
  }

  async #read({ uri, text }: Findable, signal: AbortSignal, partly: Partly): Promise<Finding[]> {
    let findings = await this.#reader.formulas({ key: uri, text }, { signal });
    for (let calls = 1; calls < mostCalls; calls++) {
      const unread = await this.#reader.unread({ key: uri });
      if (unread.length === 0) break;
      signal.throwIfAborted();
      partly(findings, unread);
      findings = await this.#reader.formulas({ key: uri, text }, { signal });
    }
    return findings;
  }
}
