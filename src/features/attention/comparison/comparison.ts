import type { EngineClient } from '../../../engine/client.ts';
import type { AttentionResult, ComparedText, OtherText } from '../../../protocol/attention.ts';
import { messageOf } from '../../../protocol/errors.ts';
import type { AttentionRequest, InferenceService } from '../../../protocol/inference.ts';
import type { Disposable } from '../../../protocol/rpc.ts';
import { log } from '../../log/log.ts';
import { withLateNotification } from '../../progress.ts';
import type { Explainer } from '../explainer.ts';
import type { Explanation } from '../explanation.ts';
import { codeOf, failureOf, isCancelled } from '../failure.ts';
import { relativeToWindow } from '../../../report/shownRun.ts';
import { describe, windowOf } from '../subject.ts';
import { readOther, type ReadText } from './otherText.ts';

type Reads = Pick<InferenceService, 'comparison' | 'comparedTile' | 'comparedRow'>;

/** A run of another text, and what it was made from. */
interface Held {
  client: EngineClient;
  request: AttentionRequest;
  result: AttentionResult;
  rerunning: Disposable;
}

const nothing: Omit<OtherText, 'text'> = { result: null, notice: null, progress: null, failure: null };
/** The run cannot be made again. */
const gone = new Set(['unknown-run', 'model-changed']);

/** The text that a panel's is compared with: run through the same model, and kept as long as it is compared with. */
export class Comparison implements Disposable {
  readonly #explainer: Pick<Explainer, 'shown' | 'client' | 'read'>;
  readonly #tellPage: (other: OtherText) => void;
  readonly #read: typeof readOther;
  #other: OtherText = { text: { kind: 'same' }, ...nothing };
  #held: Held | null = null;
  /** What is under way; whatever began before is dropped when it is done: ending it sooner would end its process. */
  #work: { text: ComparedText; explained: Explanation; abort: AbortController } | null = null;

  /** @param read reads the text */
  constructor(explainer: Pick<Explainer, 'shown' | 'client' | 'read'>, tellPage: (other: OtherText) => void, read = readOther) {
    this.#explainer = explainer;
    this.#tellPage = tellPage;
    this.#read = read;
  }

  /** Has a text run, unless its run is there, and tells the page what comes of it. */
  async with(text: ComparedText): Promise<void> {
    const { shown: explained, client } = this.#explainer;
    if (text.kind === 'same') {
      this.#work = null;
      this.#drop();
      this.#other = { text, ...nothing };
      return;
    }
    if (!explained?.result || !client) return;
    if (this.#work?.explained === explained && sameText(this.#work.text, text)) {
      this.#tellPage(this.#other);
      return;
    }
    const work = { text, explained, abort: new AbortController() };
    this.#work = work;
    this.#tell({ text, ...nothing, progress: { message: 'Reading the text to compare with…' } });
    try {
      const read = await this.#read(text, explained);
      if (this.#work !== work) return;
      if (read.taken.text === explained.taken.text || read.taken.text === explained.result.text) {
        this.#drop();
        this.#tell({ text, ...nothing, result: explained.result, notice: read.unchanged });
      } else {
        const result = this.#heldFor(client, read) ?? (await this.#run(client, read, work));
        if (result && this.#work === work) this.#tell({ text, ...nothing, result });
      }
    } catch (error) {
      if (this.#work !== work) return;
      if (!isCancelled(error)) log().error(messageOf(error));
      this.#tell({ text, ...nothing, failure: failureOf(error) });
    }
    if (this.#work === work) this.#work = null;
  }

  /** What is explained is another now: what is under way was of the one before. The page asks for what it compares with. */
  reset(): void {
    this.#work = null;
  }

  cancel(): void {
    this.#work?.abort.abort();
  }

  /** Reads two runs beside each other. One that was lost is made again first, which the page is told. */
  async read<K extends keyof Reads>(method: K, params: Parameters<Reads[K]>[0], drop: AbortSignal): Promise<ReturnType<Reads[K]>> {
    try {
      return await this.#explainer.read(method, params, drop);
    } catch (error) {
      if (gone.has(codeOf(error) ?? '')) this.#drop();
      throw error;
    } finally {
      if (this.#other.result && this.#other.progress) this.#tell({ ...this.#other, progress: null });
    }
  }

  dispose(): void {
    this.cancel();
    this.#work = null;
    this.#drop();
  }

  async #run(client: EngineClient, read: ReadText, work: { abort: AbortController }): Promise<AttentionResult | null> {
    const { title, taken, lines } = read;
    const request = requestOf(read);
    const run = await withLateNotification(`Comparing with ${title}`, work.abort, ({ signal, onProgress }) =>
      client.attention(request, {
        signal,
        onProgress: (progress) => {
          onProgress(progress);
          if (this.#work === work) this.#tell({ ...this.#other, progress });
        },
      }),
    );
    if (this.#work !== work) {
      release(client, run.runId);
      return null;
    }
    this.#drop();
    const window = windowOf(run, taken);
    const result: AttentionResult = {
      run: relativeToWindow(run, window),
      subject: describe({ kind: 'editor', title, modelName: client.source.name, taken, run, lines }),
      text: taken.text.slice(window.start, window.end),
    };
    const rerunning = client.onRerunning(({ runId, reason }) => {
      if (runId === run.runId && this.#other.result === result) this.#tell({ ...this.#other, progress: { message: reason } });
    });
    this.#held = { client, request, result, rerunning };
    return result;
  }

  /** The run that is there of a text already. */
  #heldFor(client: EngineClient, read: ReadText): AttentionResult | null {
    const held = this.#held;
    const { text, focus } = requestOf(read);
    return held?.client === client && held.request.text === text && held.request.focus === focus ? held.result : null;
  }

  #drop(): void {
    const held = this.#held;
    this.#held = null;
    if (!held) return;
    held.rerunning.dispose();
    release(held.client, held.result.run.runId);
  }

  #tell(other: OtherText): void {
    this.#other = other;
    this.#tellPage(other);
  }
}

const requestOf = ({ taken: { text, focus } }: ReadText): { text: string; focus: number } => ({ text, focus });
const sameText = (a: ComparedText, b: ComparedText): boolean => JSON.stringify(a) === JSON.stringify(b);

function release(client: EngineClient, runId: string): void {
  client.release({ runId }).catch((error: unknown) => log().debug(`A result was not freed: ${messageOf(error)}`));
}
