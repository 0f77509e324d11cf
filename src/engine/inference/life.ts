/** The life of an inference process: serves its owner, and never outlives it. */

import { parentChannel } from '../../protocol/channels.ts';
import type { InferenceLife, InferenceOwner } from '../../protocol/life.ts';
import { duplex } from '../../protocol/peer.ts';
import { RpcError, type Handlers } from '../../protocol/rpc.ts';
import { RuntimeClient } from '../worker/client.ts';

/** Internal software error, as sysexits.h numbers it. */
const EX_SOFTWARE = 70;

/**
 * Starts the worker thread in `workerEntry`, builds the service on it and answers the parent. Ends with the parent, and after an
 * error that nothing caught: then it tells the parent first.
 */
export function runInferenceProcess<Service>(workerEntry: string, createService: (runtime: RuntimeClient) => Handlers<Service>): void {
  // Nothing gentler ends a process whose thread is inside a run.
  const end = (): void => void process.kill(process.pid, 'SIGKILL');
  if (!process.connected) return end();
  process.once('disconnect', end);

  let failing = false;
  const fail = (message: string, stack: string): void => {
    if (failing) return;
    failing = true;
    process.stderr.write(`${stack}\n`);
    owner
      .failed({ message })
      .finally(() => process.exit(EX_SOFTWARE))
      .catch(() => undefined);
  };
  const onError = (error: unknown): void =>
    error instanceof Error ? fail(error.message, error.stack ?? error.message) : fail(String(error), String(error));
  process.on('uncaughtException', onError);
  process.on('unhandledRejection', onError);

  const runtime = new RuntimeClient(workerEntry);
  runtime.onDied((reason) => fail(reason, reason));
  const owner = duplex<InferenceLife, InferenceOwner>(
    parentChannel(),
    { ...createService(runtime), ping: () => ({ residentBytes: process.memoryUsage.rss() }) },
    {
      // An RpcError tells its caller all there is; anything else is a fault of this process.
      onError: (method, error) => {
        if (error instanceof Error && !(error instanceof RpcError)) process.stderr.write(`${method}: ${error.stack ?? error.message}\n`);
      },
    },
  );
}
