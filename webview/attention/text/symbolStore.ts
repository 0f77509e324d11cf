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
  #loading = false;

  constructor(events: SymbolStoreEvents) {
    this.#events = events;
  }

  /** The symbols, once they have come. */
  want(): TextSymbols | null {
    if (!this.#asked) void this.#load();
    return this.#symbols;
  }

  get isLoading(): boolean {
    return this.#loading;
  }

  /** Lets them be asked for again where they failed. */
  retry(): void {
    if (!this.#symbols) this.#asked = null;
  }

  clear(): void {
    this.#symbols = this.#asked = null;
    this.#loading = false;
  }

  async #load(): Promise<void> {
    const asked = {};
    this.#asked = asked;
    this.#loading = true;
    try {
      const symbols = await this.#events.symbols();
      if (this.#asked !== asked) return;
      this.#symbols = symbols;
      this.#loading = false;
      this.#events.arrived();
    } catch (error) {
      if (this.#asked !== asked) return;
      this.#loading = false;
      this.#events.failed(error);
    }
  }
}
