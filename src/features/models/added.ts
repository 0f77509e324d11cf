import type * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import { Emitter, type Event } from '../../protocol/emitter.ts';

/** A model from the user's own disk. */
export interface AddedModel {
  /** Absolute path of the .onnx file. */
  path: string;
  /** What was found in it when it was added: "12 attention sites, 124M parameters, context 1,024". */
  summary: string;
}

/** The models that a user added, kept over all workspaces. */
export class AddedModels {
  readonly #memento: vscode.Memento;
  readonly #changed = new Emitter<void>();
  /** One was added or removed. */
  readonly onDidChange: Event<void> = this.#changed.event;

  constructor(memento: vscode.Memento) {
    this.#memento = memento;
  }

  list(): AddedModel[] {
    const stored = this.#memento.get<unknown>(storageKeys.addedModels);
    return Array.isArray(stored) ? stored.filter(isAddedModel) : [];
  }

  async add(model: AddedModel): Promise<void> {
    await this.#write([...this.list().filter(({ path }) => path !== model.path), model]);
  }

  async remove(path: string): Promise<void> {
    await this.#write(this.list().filter((model) => model.path !== path));
  }

  async #write(models: AddedModel[]): Promise<void> {
    await this.#memento.update(storageKeys.addedModels, models);
    this.#changed.fire();
  }
}

function isAddedModel(value: unknown): value is AddedModel {
  if (typeof value !== 'object' || value === null) return false;
  const { path, summary } = value as Partial<AddedModel>;
  return typeof path === 'string' && typeof summary === 'string';
}
