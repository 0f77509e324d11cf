/** The part of an image file that is looked at: encoded while it is dragged, examined when it rests. */

import type { EncodedPicturePart, LatentHost } from '../../../src/protocol/latent.ts';
import type { PictureFile } from '../../../src/protocol/pictures.ts';
import type { Remote } from '../../../src/protocol/rpc.ts';
import type { PicturePart } from '../../../src/protocol/vae.ts';
import { Latest } from '../../shared/latest.ts';
import type { SubjectDesk } from '../subject.ts';
import { PartView } from './partView.ts';
import { isWhole } from './rectangle.ts';

/** Milliseconds without a change after which a part rests. */
const rest = 250;

export interface PartEvents {
  /** What was changed of the part that rests, in sentences. */
  rested(notices: readonly string[]): void;
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
  /** The part that was encoded last, and what was changed of it. */
  #encoded: PicturePart | null = null;
  #notices: readonly string[] = [];
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(host: Remote<LatentHost>, subjects: SubjectDesk, events: PartEvents) {
    this.#subjects = subjects;
    this.#events = events;
    this.#view = new PartView({ changed: (part) => this.#changed(part), ended: () => this.#restSoon() });
    this.#encoding = new Latest(
      ({ part }) => host.encodePicturePart({ part }),
      (answer, request) => this.#take(answer, request),
      (error) => {
        if (this.#isShown) this.#events.failed(error);
      },
    );
  }

  get element(): HTMLElement {
    return this.#view.element;
  }

  /** Shows a file, all of which is looked at. */
  show(file: PictureFile): void {
    clearTimeout(this.#timer);
    this.#encoding.forget();
    [this.#file, this.#encoded] = [file, null];
    this.#view.show(file);
  }

  get #isShown(): boolean {
    return this.#file !== null && this.#subjects.file === this.#file;
  }

  #changed(part: PicturePart): void {
    clearTimeout(this.#timer);
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
      if (!this.#view.dragged && this.#isShown && this.#encoded === this.#view.part) this.#rest(this.#file!);
    }, rest);
  }

  #rest(file: PictureFile): void {
    const { name } = file.preview;
    this.#events.rested(this.#notices);
    this.#subjects.rest(isWhole(this.#view.part, file) ? name : `Part of ${name}`);
  }
}
