/** Long work on the process's main thread, which answers other calls between its pieces. */

import { setImmediate } from 'node:timers/promises';
import type { CallContext } from '../../protocol/rpc.ts';

/** Between two pieces of work: lets others have the thread, and throws when the work is no longer wanted. */
export async function rest(signal: AbortSignal): Promise<void> {
  await setImmediate();
  signal.throwIfAborted();
}

/** The same, telling how far the work is. */
export function resting(context: CallContext, message: string): (fraction: number) => Promise<void> {
  return (fraction) => {
    context.progress({ message, fraction });
    return rest(context.signal);
  };
}
