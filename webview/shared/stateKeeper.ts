/** Keeps the view's state with the editor: a change at once, since the page may be gone the next moment, and of many the last. */

const delayMs = 200;

export interface StateMemory<State> {
  getState(): unknown;
  setState(state: State): unknown;
}

export class StateKeeper<State extends object> {
  readonly #memory: StateMemory<State> | null;
  readonly #save: (state: State) => void;
  /** Runs for a moment after a state was sent. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Not sent yet. */
  #latest: State | null = null;

  /** @param memory null: the page has none of its own */
  constructor(memory: StateMemory<State> | null, save: (state: State) => void) {
    this.#memory = memory;
    this.#save = save;
  }

  keep(state: State): void {
    this.#memory?.setState(state);
    this.#latest = state;
    if (this.#timer === undefined) this.#send();
  }

  #send(): void {
    const state = this.#latest;
    this.#latest = null;
    this.#timer = state ? setTimeout(() => this.#send(), delayMs) : undefined;
    if (state) this.#save(state);
  }
}
