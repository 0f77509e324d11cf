import * as vscode from 'vscode';
import { storageKeys } from '../../../contributions.ts';

export interface PaintingChoice {
  on: boolean;
  /** token: the row of the token at the cursor. predicting: the row before it, from which the model predicted that token. */
  row: 'token' | 'predicting';
}

/** Whether and how texts are painted: the user's choice, kept over all windows. */
export class PaintingOptions implements vscode.Disposable {
  readonly #memento: vscode.Memento;
  readonly #changed = new vscode.EventEmitter<PaintingChoice>();
  readonly onDidChange = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  get choice(): PaintingChoice {
    const stored = this.#memento.get<Partial<PaintingChoice>>(storageKeys.painting);
    return { on: stored?.on !== false, row: stored?.row === 'predicting' ? 'predicting' : 'token' };
  }

  async set(change: Partial<PaintingChoice>): Promise<void> {
    const choice = { ...this.choice, ...change };
    await this.#memento.update(storageKeys.painting, choice);
    this.#changed.fire(choice);
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
