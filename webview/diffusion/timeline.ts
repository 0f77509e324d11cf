/** Where in a run of the sampler the pictures stand: a place among its states, moved by hand or played. */

/** Milliseconds that a whole run takes at least, and a state at most. */
const whole = 3_000;
const quickest = 1000 / 30;

export interface TimelineEvents {
  /** It stands at another state. */
  moved(): void;
  changed(): void;
}

export class Timeline {
  readonly #events: TimelineEvents;
  #states = 1;
  #at = 0;
  #playing: number | null = null;
  #since = 0;

  constructor(events: TimelineEvents) {
    this.#events = events;
  }

  /** The index of the state. */
  get at(): number {
    return this.#at;
  }

  /** 0 at the noise, 1 at the samples. */
  get share(): number {
    return this.#states > 1 ? this.#at / (this.#states - 1) : 1;
  }

  get last(): number {
    return this.#states - 1;
  }

  get isPlaying(): boolean {
    return this.#playing !== null;
  }

  /** The run has other states: the place among them stays as far on. */
  fit(states: number, share = this.share): void {
    this.#states = states;
    this.#at = Math.round(share * (states - 1));
    this.#events.moved();
  }

  /** By hand: what was playing stops. */
  go(at: number): void {
    this.stop();
    this.#to(at);
  }

  /** From here on, from the beginning where it stands at the end. */
  play(): void {
    if (this.#playing !== null) return;
    if (this.#at === this.last) this.#to(0);
    this.#since = performance.now();
    this.#playing = requestAnimationFrame(() => this.#frame());
    this.#events.changed();
  }

  stop(): void {
    if (this.#playing === null) return;
    cancelAnimationFrame(this.#playing);
    this.#playing = null;
    this.#events.changed();
  }

  #frame(): void {
    const each = Math.max(quickest, whole / Math.max(1, this.last));
    const now = performance.now();
    const steps = Math.floor((now - this.#since) / each);
    if (steps > 0) {
      this.#since += steps * each;
      this.#to(this.#at + steps);
    }
    if (this.#at === this.last) {
      this.#playing = null;
      this.#events.changed();
      return;
    }
    this.#playing = requestAnimationFrame(() => this.#frame());
  }

  #to(at: number): void {
    const next = Math.max(0, Math.min(this.last, Math.round(at)));
    if (next === this.#at) return;
    this.#at = next;
    this.#events.moved();
  }
}
