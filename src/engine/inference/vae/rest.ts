/** Long work on the process's main thread, which answers other calls between its pieces. */

import { setImmediate } from 'node:timers/promises';
import type { CallContext } from '../../../protocol/rpc.ts';

/** What is called between pieces of work: it lets others have the thread, tells how far the work is, and throws when nobody wants it. */
export function resting(context: CallContext, message: string): (fraction: number) => Promise<void> {
  return async (fraction) => {
    context.progress({ message, fraction });
    await setImmediate();
    context.signal.throwIfAborted();
  };
}
