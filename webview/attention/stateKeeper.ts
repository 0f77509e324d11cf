/** Keeps the view's state with the editor: a change at once, since the page may be gone the next moment, and of many the last. */

import type { AttentionViewState } from '../../src/protocol/attention.ts';

const delayMs = 200;

export interface StateMemory {
  getState(): unknown;
  setState(state: AttentionViewState): unknown;
}

export class StateKeeper {
  readonly #memory: StateMemory;
  readonly #save: (state: AttentionViewState) => void;
  /** Runs for a moment after a state was sent. */
  #timer: ReturnType<typeof setTimeout> | undefined;
  /** Not sent yet. */
  #latest: AttentionViewState | null = null;

  constructor(memory: StateMemory, save: (state: AttentionViewState) => void) {
    this.#memory = memory;
    this.#save = save;
  }

  keep(state: AttentionViewState): void {
    this.#memory.setState(state);
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
