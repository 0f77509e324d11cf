import type { Disposable } from './rpc.ts';

export type Event<T> = (listener: (value: T) => void) => Disposable;

/** Listeners of one event. A listener added while it fires hears from the next time on. */
export class Emitter<T> {
  private readonly listeners = new Set<{ call: (value: T) => void }>();

  readonly event: Event<T> = (listener) => {
    const entry = { call: listener };
    this.listeners.add(entry);
    return { dispose: () => void this.listeners.delete(entry) };
  };

  fire(value: T): void {
    for (const listener of [...this.listeners]) listener.call(value);
  }
}
