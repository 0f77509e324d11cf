/** RPC channels over what Node offers: a forked process (either end) and a message port. */

import type { ChildProcess } from 'node:child_process';
import type { MessagePort, Transferable, Worker } from 'node:worker_threads';
import { Emitter } from './emitter.ts';
import { messageOf } from './errors.ts';
import type { Channel } from './rpc.ts';

/**
 * The parent's end of a process forked with `serialization: 'advanced'`. It closes when the process has ended and everything it
 * wrote has arrived; `reason` then says in words how it ended.
 */
export function childChannel(child: ChildProcess, reason: () => string): Channel {
  const messages = new Emitter<unknown>();
  child.on('message', (message) => messages.fire(message));
  const closing = once((close) => {
    child.once('close', () => close(reason()));
    // A process that could not be started has an error and no end.
    child.on('error', () => {
      if (child.pid === undefined) close(reason());
    });
  });
  return {
    // A send that fails because the process is ending is answered by its end, which knows why.
    send: (message) => void child.send(message as object, () => undefined),
    onMessage: messages.event,
    onClose: closing,
  };
}

/** A forked process's end of the channel to its parent. */
export function parentChannel(self: NodeJS.Process = process): Channel {
  const messages = new Emitter<unknown>();
  self.on('message', (message) => messages.fire(message));
  return {
    send: (message) =>
      new Promise<void>((resolve, reject) => {
        if (!self.send) return reject(new Error('This process was not started with a channel to its parent.'));
        self.send(message, (error: Error | null) => (error ? reject(error) : resolve()));
      }),
    onMessage: messages.event,
    onClose: once((close) => self.once('disconnect', () => close('The parent process has ended.'))),
  };
}

/** One end of a MessageChannel, or a worker thread's way to its owner. */
export function portChannel(port: MessagePort): Channel {
  const messages = new Emitter<unknown>();
  port.on('message', (message: unknown) => messages.fire(message));
  return {
    send: (message, transfer) => port.postMessage(message, transfer as readonly Transferable[] | undefined),
    onMessage: messages.event,
    onClose: once((close) => port.once('close', () => close('The port was closed.'))),
  };
}

/** The owner's end of a worker thread. It closes when the thread has ended; the reason names the thread by `name`, and the cause. */
export function workerChannel(worker: Worker, name: string): Channel {
  let cause: string | undefined;
  worker.on('error', (error) => {
    cause = messageOf(error);
  });
  worker.on('messageerror', (error) => {
    cause = `a message could not be read (${error.message})`;
  });
  const messages = new Emitter<unknown>();
  worker.on('message', (message: unknown) => messages.fire(message));
  return {
    send: (message, transfer) => worker.postMessage(message, transfer as readonly Transferable[] | undefined),
    onMessage: messages.event,
    onClose: once((close) => worker.once('exit', () => close(`${name} has ended${cause === undefined ? '.' : `: ${cause}`}`))),
  };
}

/** An event that happens at most once; who asks after it has happened is told soon. */
function once(subscribe: (close: (reason: string) => void) => void): Channel['onClose'] {
  const closes = new Emitter<string>();
  let closed: string | undefined;
  subscribe((reason) => {
    if (closed !== undefined) return;
    closed = reason;
    closes.fire(reason);
  });
  return (listener) => {
    const reason = closed;
    if (reason === undefined) return closes.event(listener);
    let wanted = true;
    queueMicrotask(() => {
      if (wanted) listener(reason);
    });
    return { dispose: () => void (wanted = false) };
  };
}
