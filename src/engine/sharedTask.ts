import { RpcError, type CallOptions, type Progress } from '../protocol/rpc.ts';

/**
 * Work under way that several callers may wait for. Each can give up by its own signal; when the last one has, the work is
 * abandoned. Who joins late hears the latest progress first.
 */
export class SharedTask<T> {
  private readonly work: Promise<T>;
  private readonly abandon: () => void;
  private readonly waiting = new Set<CallOptions>();
  private settled = false;
  private latest: Progress | undefined;

  /** `start` begins the work at once; `abandon` is called at most once, when nobody waits for it any more. */
  constructor(start: (onProgress: (progress: Progress) => void) => Promise<T>, abandon: () => void) {
    this.abandon = abandon;
    this.work = start((progress) => {
      this.latest = progress;
      for (const { onProgress } of [...this.waiting]) onProgress?.(progress);
    });
    const done = (): void => {
      this.settled = true;
    };
    this.work.then(done, done);
  }

  /** Waits for the work; rejects with RpcError `cancelled` as soon as the signal aborts. */
  join(options: CallOptions = {}): Promise<T> {
    const { signal, onProgress } = options;
    if (signal?.aborted) return Promise.reject(new RpcError('cancelled', 'Cancelled.'));
    if (this.settled) return this.work;
    const waiter = { ...options };
    this.waiting.add(waiter);
    if (this.latest) onProgress?.(this.latest);
    return new Promise<T>((resolve, reject) => {
      const leave = (): void => {
        signal?.removeEventListener('abort', giveUp);
        this.waiting.delete(waiter);
      };
      const giveUp = (): void => {
        leave();
        reject(new RpcError('cancelled', 'Cancelled.'));
        if (this.waiting.size === 0 && !this.settled) this.abandon();
      };
      signal?.addEventListener('abort', giveUp, { once: true });
      this.work.then(
        (value) => {
          leave();
          resolve(value);
        },
        (error: Error) => {
          leave();
          reject(error);
        },
      );
    });
  }
}
