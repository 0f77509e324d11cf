/** Models of one family that a user added, kept over all workspaces. */

import type * as vscode from 'vscode';
import { Emitter, type Event } from '../../protocol/emitter.ts';

/** A model that can be looked at. */
export interface ListedModel {
  readonly id: string;
  readonly title: string;
  readonly description: string;
  readonly bundled: boolean;
  /** Of an added one: its .onnx files. */
  readonly files: readonly string[];
}

export interface OwnModelsOptions<Own> {
  readonly memento: vscode.Memento;
  readonly storageKey: string;
  /** Those of a stored list that can be read: it may be another version's, or damaged. */
  readonly parse: (stored: unknown) => Own[];
  /** The path that a model is asked for by. */
  readonly idOf: (own: Own) => string;
}

export class OwnModels<Own> {
  readonly #options: OwnModelsOptions<Own>;
  readonly #changed = new Emitter<void>();
  /** One was added or removed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(options: OwnModelsOptions<Own>) {
    this.#options = options;
  }

  list(): Own[] {
    const { memento, storageKey, parse } = this.#options;
    return parse(memento.get<unknown>(storageKey));
  }

  find(id: string): Own | undefined {
    return this.list().find((own) => this.#options.idOf(own) === id);
  }

  /** In place of one that was added from there before. */
  async add(own: Own): Promise<void> {
    await this.#write([...this.#without(this.#options.idOf(own)), own]);
  }

  /** Its files stay. */
  async remove(id: string): Promise<void> {
    await this.#write(this.#without(id));
  }

  #without(id: string): Own[] {
    return this.list().filter((own) => this.#options.idOf(own) !== id);
  }

  async #write(all: readonly Own[]): Promise<void> {
    const { memento, storageKey } = this.#options;
    await memento.update(storageKey, all);
    this.#changed.fire();
  }
}
