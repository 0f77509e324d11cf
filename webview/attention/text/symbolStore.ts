/** The symbols of the text that is shown, asked for when they are first wanted. */

import type { TextSymbols } from '../../../src/protocol/attention.ts';

export interface SymbolStoreEvents {
  symbols(): Promise<TextSymbols>;
  arrived(): void;
  failed(error: unknown): void;
}

export class SymbolStore {
  readonly #events: SymbolStoreEvents;
  #symbols: TextSymbols | null = null;
  #asked: object | null = null;

  constructor(events: SymbolStoreEvents) {
    this.#events = events;
  }

  /** The symbols, once they have come. */
  want(): TextSymbols | null {
    if (!this.#asked) void this.#load();
    return this.#symbols;
  }

  /** Lets them be asked for again where they failed. */
  retry(): void {
    if (!this.#symbols) this.#asked = null;
  }

  clear(): void {
    this.#symbols = this.#asked = null;
  }

  async #load(): Promise<void> {
    const asked = {};
    this.#asked = asked;
    try {
      const symbols = await this.#events.symbols();
      if (this.#asked !== asked) return;
      this.#symbols = symbols;
      this.#events.arrived();
    } catch (error) {
      if (this.#asked === asked) this.#events.failed(error);
    }
  }
}
