/** Keeps the view's state with the editor, a moment after its last change. */

import type { AttentionViewState } from '../../src/protocol/attention.ts';

const delayMs = 200;

export interface StateMemory {
  getState(): unknown;
  setState(state: AttentionViewState): unknown;
}

export class StateKeeper {
  readonly #memory: StateMemory;
  readonly #save: (state: AttentionViewState) => void;
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(memory: StateMemory, save: (state: AttentionViewState) => void) {
    this.#memory = memory;
    this.#save = save;
  }

  keep(state: AttentionViewState): void {
    this.#memory.setState(state);
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => this.#save(state), delayMs);
  }
}
