/** Goes from evaluation to evaluation by itself, as a film does. */

/** Of each picture of the film. */
const frameMs = 120;

export class Player {
  readonly #advance: () => boolean;
  readonly #changed: () => void;
  #timer: ReturnType<typeof setInterval> | undefined;

  /** @param advance goes one on; false: there is none to go to */
  constructor(advance: () => boolean, changed: () => void) {
    [this.#advance, this.#changed] = [advance, changed];
  }

  get isPlaying(): boolean {
    return this.#timer !== undefined;
  }

  play(): void {
    this.#timer ??= setInterval(() => {
      if (!this.#advance()) this.pause();
    }, frameMs);
    this.#changed();
  }

  pause(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#changed();
  }
}
