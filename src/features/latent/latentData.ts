import * as vscode from 'vscode';
import { storageKeys } from '../../contributions.ts';
import type { LatentData } from '../../protocol/latent.ts';
import { nameOfData, pickData, type KnowsArrays } from './dataPicking.ts';

/** So many data sets of the user's own are listed, the newest. */
const kept = 10;

const named = (path: string): LatentData => ({ id: path, name: nameOfData(path) });

/** Data that can be encoded: the bundled glyphs, and array files and folders of pictures that the user chose. */
export class LatentDataSets {
  readonly #glyphs: string;
  readonly #memento: vscode.Memento;

  /** @param glyphs folder of the bundled glyphs */
  constructor(glyphs: string, memento: vscode.Memento) {
    this.#glyphs = glyphs;
    this.#memento = memento;
  }

  list(): LatentData[] {
    // A path of the user's own is opened in a trusted workspace only.
    const own = vscode.workspace.isTrusted ? this.#own() : [];
    return [{ id: 'held out', name: 'Glyphs, held out' }, { id: 'train', name: 'Glyphs, trained on' }, ...own.map(named)];
  }

  /** Where the data of an id lies; null where it is not listed. */
  pathOf(id: string): string | null {
    if (!this.list().some((data) => data.id === id)) return null;
    return id === 'held out' || id === 'train' ? `${this.#glyphs}#${id}` : id;
  }

  /** What the bundled models were trained on, as far as it is here, and what they were not. */
  get training(): { readonly train: string; readonly test: string } {
    return { train: `${this.#glyphs}#train`, test: `${this.#glyphs}#held out` };
  }

  /** Lets the user choose for a model; null: nothing was chosen. */
  async add(client: KnowsArrays): Promise<LatentData | null> {
    const chosen = await pickData(client, { title: 'Choose Data to Encode', question: 'What holds the data?', openLabel: 'Encode' });
    if (chosen === null) return null;
    await this.#memento.update(storageKeys.latentData, [chosen, ...this.#own().filter((path) => path !== chosen)].slice(0, kept));
    return named(chosen);
  }

  #own(): string[] {
    const stored = this.#memento.get<unknown>(storageKeys.latentData);
    return Array.isArray(stored) ? stored.filter((path) => typeof path === 'string').slice(0, kept) : [];
  }
}
