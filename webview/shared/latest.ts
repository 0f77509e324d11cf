/** Of many requests the last: what is asked while one is under way waits, and only the newest of it is asked then. */

export class Latest<Request, Answer> {
  readonly #ask: (request: Request) => Promise<Answer>;
  readonly #take: (answer: Answer, request: Request) => void;
  readonly #failed: (error: unknown) => void;
  #busy = false;
  #next: { readonly request: Request } | null = null;
  #forgotten = 0;

  constructor(
    ask: (request: Request) => Promise<Answer>,
    take: (answer: Answer, request: Request) => void,
    failed: (error: unknown) => void,
  ) {
    this.#ask = ask;
    this.#take = take;
    this.#failed = failed;
  }

  ask(request: Request): void {
    this.#next = { request };
    if (!this.#busy) void this.#work();
  }

  /** Nothing that was asked is taken, or told of, any more. */
  forget(): void {
    this.#next = null;
    this.#forgotten++;
  }

  async #work(): Promise<void> {
    this.#busy = true;
    let current = this.#forgotten;
    try {
      for (let next = this.#next; next; next = this.#next) {
        this.#next = null;
        current = this.#forgotten;
        const answer = await this.#ask(next.request);
        if (current === this.#forgotten) this.#take(answer, next.request);
      }
    } catch (error) {
      if (current === this.#forgotten) this.#failed(error);
    } finally {
      this.#busy = false;
    }
    if (this.#next) void this.#work();
  }
}
