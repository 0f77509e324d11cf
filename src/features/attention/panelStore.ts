import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { parsePanelState } from './panelState.ts';
import type { PanelState } from './subject.ts';

/** States of panels that were never restored are kept no longer than this many newer ones. */
const kept = 100;

/** Keeps what panels are made again from, by panel id, in the workspace's storage. */
export class PanelStore {
  readonly #memento: vscode.Memento;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  get(id: string): PanelState | null {
    return parsePanelState(this.#all()[id]);
  }

  set(id: string, state: PanelState): void {
    this.#write([...this.#others(id).slice(-(kept - 1)), [id, state]]);
  }

  delete(id: string): void {
    this.#write(this.#others(id));
  }

  #others(id: string): [string, unknown][] {
    return Object.entries(this.#all()).filter(([other]) => other !== id);
  }

  #all(): Readonly<Record<string, unknown>> {
    return this.#memento.get<Record<string, unknown>>(storageKeys.attentionPanels, {});
  }

  #write(states: readonly [string, unknown][]): void {
    void this.#memento.update(storageKeys.attentionPanels, Object.fromEntries(states));
  }
}
