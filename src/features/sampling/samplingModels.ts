import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import type { BundledModel } from '../../models/registry.ts';
import type { ModelFamily, SamplingModel } from '../../protocol/sampling.ts';
import type { GanModels } from '../gan/ganModels.ts';
import type { Models } from '../models/models.ts';
import type { ListedModel } from '../models/ownModels.ts';
import type { DiffusionModels } from '../pipelines/diffusionModels.ts';
import type { VaeModels } from '../vae/vaeModels.ts';

/** Families that can be sampled. */
const sampled: readonly ModelFamily[] = ['transformer', 'vae', 'gan', 'diffusion'];

/** The models that can be sampled, as the view lists them. */
export class SamplingModels {
  readonly #models: Models;
  readonly #vaes: VaeModels;
  readonly #gans: GanModels;
  readonly #diffusions: DiffusionModels;

  constructor(models: Models, vaes: VaeModels, gans: GanModels, diffusions: DiffusionModels) {
    [this.#models, this.#vaes, this.#gans, this.#diffusions] = [models, vaes, gans, diffusions];
  }

  async list(): Promise<SamplingModel[]> {
    const bundled = await Promise.all((await this.#bundled()).map(cardOf));
    // A model of the user's own runs in trusted workspaces only.
    const added = vscode.workspace.isTrusted ? this.#models.added.list() : [];
    return [
      ...bundled,
      ...(await Promise.all(
        added.map(async ({ path, summary }) => ({
          ...{ id: path, family: 'transformer' as const, title: basename(path), description: summary },
          ...{ bytes: await sizeOf([path]), bundled: false },
        })),
      )),
      ...(await Promise.all(this.#vaes.added().map((listed) => addedCard('vae', listed)))),
      ...(await Promise.all(this.#gans.added().map((listed) => addedCard('gan', listed)))),
      ...(await Promise.all(this.#diffusions.added().map((listed) => addedCard('diffusion', listed)))),
    ];
  }

  /** Takes one that was added off the list; its files stay. */
  async remove(id: string): Promise<void> {
    const isTransformer = this.#models.added.list().some(({ path }) => path === id);
    const listing = [this.#gans, this.#diffusions].find((models) => models.added().some((added) => added.id === id));
    await (isTransformer ? this.#models : (listing ?? this.#vaes)).remove(id);
  }

  /** Where a bundled model's card lies; null for others. */
  async cardOf(id: string): Promise<vscode.Uri | null> {
    const bundled = (await this.#bundled()).find(({ source }) => source.id === id);
    return bundled ? vscode.Uri.joinPath(vscode.Uri.file(bundled.source.path), '..', 'MODEL_CARD.md') : null;
  }

  async #bundled(): Promise<BundledModel[]> {
    return this.#models.bundled(...sampled);
  }
}

async function cardOf({ manifest, source }: BundledModel): Promise<SamplingModel> {
  return {
    ...{ id: source.id, family: manifest.family, title: manifest.title, description: manifest.description },
    ...{ bytes: await sizeOf(Object.keys(source.sha256 ?? { [source.path]: '' }).filter((file) => file.endsWith('.onnx'))), bundled: true },
  };
}

async function addedCard(family: 'vae' | 'gan' | 'diffusion', { id, title, description, files }: ListedModel): Promise<SamplingModel> {
  return { ...{ id, family, title, description, bundled: false }, bytes: files.length === 0 ? null : await sizeOf(files) };
}

async function sizeOf(files: readonly string[]): Promise<number | null> {
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => null,
      ),
    ),
  );
  return sizes.reduce<number | null>((sum, size) => (sum === null || size === null ? null : sum + size), 0);
}
