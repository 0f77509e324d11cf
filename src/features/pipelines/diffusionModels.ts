import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { DiffusionClient } from '../../engine/diffusionClient.ts';
import { resolveDiffusion, sourceOfBundledDiffusion } from '../../models/diffusion/source.ts';
import type { BundledModel } from '../../models/registry.ts';
import type { DiffusionSource } from '../../protocol/diffusion.ts';
import type { Event } from '../../protocol/emitter.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';
import type { ListedModel } from '../models/ownModels.ts';
import { checkUsable } from '../models/usable.ts';
import { titleOf, type AddedPipeline, type AddedPipelines } from './addedPipelines.ts';
import { addPipeline } from './addPipeline.ts';

export interface DiffusionModelsOptions {
  readonly models: Models;
  readonly engine: Engine;
  readonly added: AddedPipelines;
  /** Of the bundled models, a folder each. */
  readonly folder: string;
}

/** The diffusion models that can be sampled: the bundled ones, and in a trusted workspace those that were added. */
export class DiffusionModels {
  readonly #options: DiffusionModelsOptions;
  readonly onDidChange: Event<void>;

  constructor(options: DiffusionModelsOptions) {
    this.#options = options;
    this.onDidChange = options.added.onDidChange;
  }

  bundled(): Promise<BundledModel[]> {
    return this.#options.models.bundled('diffusion');
  }

  /** Those that the user added; none in an untrusted workspace. */
  added(): ListedModel[] {
    return vscode.workspace.isTrusted ? this.#options.added.list().map(listedOf) : [];
  }

  async list(): Promise<ListedModel[]> {
    const bundled = (await this.bundled()).map(({ manifest, source }) => ({
      ...{ id: source.id, title: manifest.title, description: manifest.description, bundled: true, files: [] },
    }));
    return [...bundled, ...this.added()];
  }

  /** Starts nothing by itself. @throws RpcError 'model-missing', 'untrusted', 'manifest-invalid' of a folder that has changed since */
  async client(id: string): Promise<DiffusionClient> {
    return this.#options.engine.diffusion(await this.#source(id));
  }

  /** Lets the user add one. Returns its id; undefined: none was added. */
  add(): Promise<string | undefined> {
    const { added, engine, folder } = this.#options;
    return addPipeline(added, engine, folder);
  }

  /** Takes one that was added off the list; its files stay. */
  remove(id: string): Promise<void> {
    return this.#options.added.remove(id);
  }

  async #source(id: string): Promise<DiffusionSource> {
    const bundled = (await this.bundled()).find(({ source }) => source.id === id);
    if (bundled) return sourceOfBundledDiffusion(bundled, dirname(bundled.source.path));
    const added = this.#options.added.find(id);
    if (!added) throw new RpcError('model-missing', `There is no diffusion model “${id}” here any more. Choose another.`);
    await checkUsable(id, titleOf(added));
    return { ...(await resolveDiffusion(id, this.#options.folder)), id, name: titleOf(added) };
  }
}

function listedOf({ folder, files, summary }: AddedPipeline): ListedModel {
  return { id: folder, title: titleOf({ folder }), description: summary, bundled: false, files };
}
