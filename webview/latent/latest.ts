/** Of many requests the last: what is asked while one is under way waits, and only the newest of it is asked then. */

export class Latest<Request, Answer> {
  readonly #ask: (request: Request) => Promise<Answer>;
  readonly #take: (answer: Answer, request: Request) => void;
  readonly #failed: (error: unknown) => void;
  #busy = false;
  #next: { readonly request: Request } | null = null;

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

  async #work(): Promise<void> {
    this.#busy = true;
    try {
      for (let next = this.#next; next; next = this.#next) {
        this.#next = null;
        this.#take(await this.#ask(next.request), next.request);
      }
    } catch (error) {
      this.#failed(error);
    } finally {
      this.#busy = false;
    }
    if (this.#next) void this.#work();
  }
}
