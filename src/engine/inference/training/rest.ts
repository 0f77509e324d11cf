/** Lets the thread answer other calls between two pieces of work; throws when the work is no longer wanted. */
export function resting(signal: AbortSignal): () => Promise<void> {
  return async () => {
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
  };
}
