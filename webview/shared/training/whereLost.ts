import { RpcError, type CallOptions } from '../../../src/protocol/rpc.ts';

/** The process is lost: the training goes on in another, and so does what is asked of it. */
const lost: ReadonlySet<string> = new Set(['crashed', 'out-of-memory', 'unresponsive']);
const tries = 3;
const wait = 500;

/** Asks again where the process that would answer is lost on the way. */
export async function whereLost<T>(ask: () => Promise<T>, { signal }: CallOptions = {}): Promise<T> {
  for (let tried = 1; ; tried++) {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof RpcError && lost.has(error.code)) || tried === tries || signal?.aborted) throw error;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }
}
