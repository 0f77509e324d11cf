/** Long work that shares a processor with what it looks at: it is done now and then, and at once where it is urgent. */

import type { CallOptions } from '../../../src/protocol/rpc.ts';

export class Paced<Request, Answer> {
  readonly #work: (request: Request, options: CallOptions) => Promise<Answer>;
  readonly #take: (answer: Answer, request: Request) => void;
  readonly #failed: (error: unknown) => void;
  readonly #now: () => number;
  readonly #resting: number;
  #running: AbortController | null = null;
  #restsUntil = -Infinity;

  /** @param options.resting the work rests for so many times as long as it took */
  constructor(
    work: (request: Request, options: CallOptions) => Promise<Answer>,
    take: (answer: Answer, request: Request) => void,
    failed: (error: unknown) => void,
    { resting = 3, now = (): number => performance.now() }: { readonly resting?: number; readonly now?: () => number } = {},
  ) {
    this.#resting = resting;
    this.#work = work;
    this.#take = take;
    this.#failed = failed;
    this.#now = now;
  }

  /** @param urgent done in place of what is under way, whose answer is dropped; else it is done only where it is time */
  ask(request: Request, urgent: boolean): void {
    if (!urgent && (this.#running || this.#now() < this.#restsUntil)) return;
    this.#running?.abort();
    void this.#do(request);
  }

  /** What is under way is not wanted any more. */
  stop(): void {
    this.#running?.abort();
    this.#running = null;
  }

  async #do(request: Request): Promise<void> {
    const own = new AbortController();
    this.#running = own;
    const began = this.#now();
    try {
      const answer = await this.#work(request, { signal: own.signal });
      if (this.#running === own) this.#take(answer, request);
    } catch (error) {
      if (this.#running === own) this.#failed(error);
    }
    if (this.#running !== own) return;
    this.#running = null;
    this.#restsUntil = this.#now() + this.#resting * (this.#now() - began);
  }
}
