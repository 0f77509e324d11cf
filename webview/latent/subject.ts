/** The picture that is looked at: an item of the data or one from elsewhere. What the model says of it comes bit by bit. */

import type { PosteriorGrid } from '../../src/maths/vae/posteriorGrid.ts';
import type { EncodedPicturePart, LatentHost } from '../../src/protocol/latent.ts';
import type { PictureFile } from '../../src/protocol/pictures.ts';
import type { Progress, Remote } from '../../src/protocol/rpc.ts';
import type { EvidenceOf, Examination, NeighboursOf } from '../../src/protocol/vae.ts';
import { OneAtATime } from '../shared/oneAtATime.ts';

/** Draws for the terms of the ELBO, and for log p(x). */
const draws = 64;
const importanceDraws = 2_000;
const seed = 1;
/** Of the proposal: a little wider than q, so that its tails are heavier. */
const inflation = 1.2;
const ks = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000];
const neighbours = 5;
const contourSide = 96;
const contourShares = [0.5, 0.9];

export interface Subject {
  readonly name: string;
  /** Of the data; null: from elsewhere. */
  readonly item: number | null;
  /** As the model takes it, [...item]. */
  readonly values: Float32Array;
  /** Where the encoder places it; null: not known yet. */
  readonly encoding: EncodedPicturePart['encoding'] | null;
  /** Another part of its file is being chosen: what is said below is of the one before. */
  readonly moving: boolean;
  readonly examined: Examination | null;
  /** It could not be examined. */
  readonly hasFailed: boolean;
  readonly evidence: EvidenceOf | null;
  readonly contours: PosteriorGrid | null;
  readonly neighbours: NeighboursOf | null;
}

const unsaid = { examined: null, hasFailed: false, evidence: null, contours: null, neighbours: null };

export interface SubjectEvents {
  changed(): void;
  /** null: nothing is worked out. */
  busy(message: string | null): void;
  failed(error: unknown): void;
}

export class SubjectDesk {
  readonly #host: Remote<LatentHost>;
  readonly #events: SubjectEvents;
  readonly #work = new OneAtATime();
  #subject: Subject | null = null;
  #file: PictureFile | null = null;

  constructor(host: Remote<LatentHost>, events: SubjectEvents) {
    this.#host = host;
    this.#events = events;
  }

  get subject(): Subject | null {
    return this.#subject;
  }

  /** The file whose picture is looked at; null: it is of the data. */
  get file(): PictureFile | null {
    return this.#file;
  }

  clear(): void {
    this.#work.cancel();
    [this.#subject, this.#file] = [null, null];
  }

  /** Looks at an item of the data. */
  item(runId: string, item: number, name: string): void {
    this.#file = null;
    this.#begin(async (signal) => {
      const onProgress = this.#onProgress;
      const values = await this.#host.item({ runId, item }, { signal, onProgress });
      this.#events.busy(null);
      await this.#look({ ...unsaid, name, item, values, encoding: null, moving: false }, signal);
    });
  }

  /** Looks at a picture from elsewhere. */
  picture(file: PictureFile, name: string, values: Float32Array): void {
    this.#file = file;
    this.#begin((signal) => this.#look({ ...unsaid, name, item: null, values, encoding: null, moving: false }, signal));
  }

  /** Looks again at what could not be examined. */
  again(): void {
    const subject = this.#subject;
    if (subject) this.#begin((signal) => this.#look(subject, signal));
  }

  /** Shows another part of the file that is looked at. What was said of the one before stays until `rest`. */
  move(file: PictureFile, part: Pick<EncodedPicturePart, 'values' | 'encoding'>): void {
    if (file !== this.#file || !this.#subject) return;
    this.#work.cancel();
    const { values, encoding } = part;
    this.#put({ ...this.#subject, values, encoding, moving: true });
  }

  /** Looks at the part that was moved to. */
  rest(name: string): void {
    const subject = this.#subject;
    if (!subject?.moving) return;
    this.#begin((signal) => this.#examine({ ...subject, ...unsaid, name, moving: false }, signal));
  }

  /** Works log p(x) out, and the true posterior's contours where there are two dimensions. */
  weigh(latent: number): void {
    const subject = this.#subject;
    if (!subject) return;
    this.#begin(async (signal) => {
      this.#events.busy('Working log p(x) out');
      const picture = subject.values;
      const onProgress = this.#onProgress;
      const evidence = await this.#host.evidence({ picture, draws: importanceDraws, seed, inflation, ks }, { signal, onProgress });
      this.#put({ ...subject, evidence });
      if (latent !== 2) return;
      const { logEvidence } = evidence;
      const contours = await this.#host.contours({ picture, side: contourSide, shares: contourShares, logEvidence }, { signal });
      this.#put({ ...subject, evidence, contours });
    });
  }

  /** Looks for the nearest examples that the model was trained on. */
  compare(): void {
    const subject = this.#subject;
    if (!subject) return;
    this.#begin(async (signal) => {
      this.#events.busy('Comparing with the training examples');
      const found = await this.#host.neighbours({ pictures: subject.values, k: neighbours }, { signal });
      this.#put({ ...subject, neighbours: found });
    });
  }

  /** What is said of another picture is not left standing beside this one. */
  async #look(subject: Subject, signal: AbortSignal): Promise<void> {
    this.#put({ ...subject, hasFailed: false });
    await this.#examine(subject, signal);
  }

  async #examine(subject: Subject, signal: AbortSignal): Promise<void> {
    try {
      const examined = await this.#host.examine({ picture: subject.values, draws, seed }, { signal });
      this.#put({ ...subject, examined, encoding: subject.encoding ?? examined, hasFailed: false });
    } catch (error) {
      if (!signal.aborted) this.#put({ ...subject, hasFailed: true });
      throw error;
    }
  }

  readonly #onProgress = ({ message }: Progress): void => this.#events.busy(message);

  #put(subject: Subject): void {
    this.#subject = subject;
    this.#events.changed();
  }

  #begin(work: (signal: AbortSignal) => Promise<void>): void {
    this.#work.begin(work, { failed: (error) => this.#events.failed(error), ended: () => this.#events.busy(null) });
  }
}
