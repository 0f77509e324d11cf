import { stat } from 'node:fs/promises';
import { basename } from 'node:path';
import * as vscode from 'vscode';
import { sourceFromFile, type BundledModel } from '../../models/registry.ts';
import type { ModelSource } from '../../protocol/inference.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { ModelFamily, SamplingModel } from '../../protocol/sampling.ts';
import type { Models } from '../models/models.ts';

/** Families that can be sampled. */
const sampled: readonly ModelFamily[] = ['transformer', 'vae'];

/** The models that can be sampled, as the view lists them. */
export class SamplingModels {
  readonly #models: Models;

  constructor(models: Models) {
    this.#models = models;
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
    ];
  }

  /** @throws RpcError 'model-missing', 'untrusted' */
  async source(id: string): Promise<ModelSource> {
    const bundled = (await this.#bundled()).find(({ source }) => source.id === id);
    if (bundled) return bundled.source;
    const added = this.#models.added.list().find(({ path }) => path === id);
    if (!added) throw new RpcError('model-missing', `There is no model “${id}” here any more. Choose another.`);
    if (!vscode.workspace.isTrusted)
      throw new RpcError(
        'untrusted',
        `${basename(id)} is not run in an untrusted workspace. Trust the workspace, or choose a bundled model.`,
      );
    return sourceFromFile(added.path);
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
