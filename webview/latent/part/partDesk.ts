/** The part of an image file that is looked at: encoded while it is dragged, examined when it rests. */

import type { EncodedPicturePart, LatentHost } from '../../../src/protocol/latent.ts';
import type { PictureFile } from '../../../src/protocol/pictures.ts';
import type { Remote } from '../../../src/protocol/rpc.ts';
import type { PicturePart } from '../../../src/protocol/vae.ts';
import { Latest } from '../../shared/latest.ts';
import type { SubjectDesk } from '../subject.ts';
import { PartView } from './partView.ts';
import { nameOfPart } from './words.ts';

/** Milliseconds without a change after which a part rests. */
const rest = 250;

export interface PartEvents {
  /** @param notices what was changed of the part that rests, in sentences */
  rested(part: PicturePart, notices: readonly string[]): void;
  failed(error: unknown): void;
}

interface PartRequest {
  readonly file: PictureFile;
  readonly part: PicturePart;
}

export class PartDesk {
  readonly #subjects: SubjectDesk;
  readonly #events: PartEvents;
  readonly #view: PartView;
  readonly #encoding: Latest<PartRequest, EncodedPicturePart>;
  #file: PictureFile | null = null;
  /** The part that was encoded last, or is the first, and what was changed of it. */
  #encoded: PicturePart | null = null;
  #notices: readonly string[] = [];
  /** The part that was asked for last could not be encoded. */
  #hasFailed = false;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Remote<LatentHost>, subjects: SubjectDesk, events: PartEvents) {
    this.#subjects = subjects;
    this.#events = events;
    this.#view = new PartView({ changed: (part) => this.#changed(part), ended: () => this.#restSoon() });
    this.#encoding = new Latest(
      ({ part }) => host.encodePicturePart({ part }),
      (answer, request) => this.#take(answer, request),
      (error) => {
        if (!this.#isShown) return;
        this.#hasFailed = true;
        this.#events.failed(error);
        this.#restSoon();
      },
    );
  }

  get element(): HTMLElement {
    return this.#view.element;
  }

  /** Shows a file and the part of it that is looked at. */
  show(file: PictureFile, part: PicturePart): void {
    clearTimeout(this.#timer);
    this.#encoding.forget();
    [this.#file, this.#encoded, this.#hasFailed] = [file, part, false];
    this.#view.show(file, part);
  }

  get #isShown(): boolean {
    return this.#file !== null && this.#subjects.file === this.#file;
  }

  #changed(part: PicturePart): void {
    clearTimeout(this.#timer);
    this.#hasFailed = false;
    if (this.#isShown) this.#encoding.ask({ file: this.#file!, part });
  }

  #take({ values, notices, encoding }: EncodedPicturePart, { file, part }: PartRequest): void {
    [this.#encoded, this.#notices] = [part, notices];
    this.#subjects.move(file, { values, encoding });
    this.#restSoon();
  }

  /** Nothing in the page moves under a pointer that still drags. */
  #restSoon(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      if (this.#view.dragged || !this.#isShown) return;
      if (this.#hasFailed) this.#goBack(this.#file!);
      else if (this.#encoded === this.#view.part) this.#rest(this.#file!, this.#encoded);
    }, rest);
  }

  #rest(file: PictureFile, part: PicturePart): void {
    this.#events.rested(part, this.#notices);
    this.#subjects.rest(nameOfPart(part, file));
  }

  /** To the part whose picture is seen. What went wrong stays told. */
  #goBack(file: PictureFile): void {
    this.#hasFailed = false;
    this.#view.show(file, this.#encoded!);
    this.#subjects.rest(nameOfPart(this.#encoded!, file));
  }
}
