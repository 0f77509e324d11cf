import * as vscode from 'vscode';
import type { Progress } from '../protocol/rpc.ts';

/** Work that takes longer than this is shown in a notification too. */
const patienceMs = 1_000;

export interface Work {
  signal: AbortSignal;
  onProgress: (progress: Progress) => void;
}

/**
 * Runs `work`, with a notification that can cancel it once it takes long. The notification ends with the work.
 *
 * @param abort what Cancel aborts
 */
export async function withLateNotification<T>(title: string, abort: AbortController, work: (options: Work) => Promise<T>): Promise<T> {
  let latest: Progress | undefined;
  let report: ((progress: Progress) => void) | undefined;
  const result = work({
    signal: abort.signal,
    onProgress: (progress) => {
      latest = progress;
      report?.(progress);
    },
  });
  const timer = setTimeout(() => {
    void vscode.window.withProgress(
      { location: vscode.ProgressLocation.Notification, title, cancellable: true },
      async (notification, token) => {
        token.onCancellationRequested(() => abort.abort());
        let done = 0;
        report = ({ message, fraction }) => {
          const increment = fraction === undefined ? undefined : Math.max(0, fraction - done) * 100;
          if (fraction !== undefined) done = Math.max(done, fraction);
          notification.report({ message, ...(increment !== undefined && { increment }) });
        };
        if (latest) report(latest);
        await result.then(
          () => undefined,
          () => undefined,
        );
      },
    );
  }, patienceMs);
  try {
    return await result;
  } finally {
    clearTimeout(timer);
  }
}
