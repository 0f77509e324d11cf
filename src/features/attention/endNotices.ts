import * as vscode from 'vscode';
import { showLog } from '../log/log.ts';

interface Notice {
  /** What was under way when the process ended, to be done again. */
  readonly retries: Set<() => void>;
}

/** Tells of the end of a process once, however many panels it served: a panel may be out of sight. */
export class EndNotices {
  readonly #open = new Map<string, Notice>();

  /**
   * @param message how the process ended
   * @param retry does again what was under way; without it nothing was
   */
  tell(message: string, retry?: () => void): void {
    const open = this.#open.get(message);
    const notice = open ?? { retries: new Set() };
    if (retry) notice.retries.add(retry);
    if (open) return;
    this.#open.set(message, notice);
    // The other panels are told in the same turn: what to say depends on them.
    setImmediate(() => void this.#show(message, notice));
  }

  async #show(message: string, { retries }: Notice): Promise<void> {
    try {
      const chosen =
        retries.size > 0
          ? await vscode.window.showErrorMessage(message, 'Retry', 'Show Log')
          : await vscode.window.showWarningMessage(
              `${message} What the panels show stays, and is made again where more of it is asked for.`,
              'Show Log',
            );
      if (chosen === 'Retry') for (const retry of retries) retry();
      else if (chosen === 'Show Log') showLog();
    } finally {
      this.#open.delete(message);
    }
  }
}
