/** Work of which one piece at a time is under way: what is begun ends what was before. */

export interface WorkListener {
  /** Not of work that was ended. */
  failed(error: unknown): void;
  /** However it came to its end, unless other work has begun since. */
  ended(): void;
}

export class OneAtATime {
  #current: AbortController | null = null;

  get busy(): boolean {
    return this.#current !== null;
  }

  begin(work: (signal: AbortSignal) => Promise<void>, listener: WorkListener): void {
    this.cancel();
    const own = new AbortController();
    this.#current = own;
    work(own.signal)
      .catch((error: unknown) => {
        if (!own.signal.aborted) listener.failed(error);
      })
      .finally(() => {
        if (this.#current !== own) return;
        this.#current = null;
        listener.ended();
      })
      .catch(console.warn);
  }

  /** Ends what is under way; its end is told. */
  cancel(): void {
    this.#current?.abort();
  }

  /** Ends what is under way and tells nothing more of it. */
  drop(): void {
    this.cancel();
    this.#current = null;
  }
}
