import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { parsePanelState } from './panelState.ts';
import type { PanelState } from './subject.ts';

/**
 * So many states are kept, the newest. None is deleted when its panel is closed: panels are closed with their window too, and have to
 * come back with it.
 */
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

  /** The newest state of a panel with this title, of those that no open panel has. */
  idOf(title: string, open: ReadonlySet<string>): string | null {
    const found = Object.keys(this.#all()).findLast((id) => !open.has(id) && this.get(id)?.title === title);
    return found ?? null;
  }

  set(id: string, state: PanelState): void {
    this.#write([...this.#others(id).slice(-(kept - 1)), [id, state]]);
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
