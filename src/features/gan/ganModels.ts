import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { GanClient } from '../../engine/ganClient.ts';
import { readJudge } from '../../models/gan/judge.ts';
import { sourceOfBundledGan } from '../../models/gan/source.ts';
import type { BundledModel } from '../../models/registry.ts';
import type { Event } from '../../protocol/emitter.ts';
import type { GanSource } from '../../protocol/gan.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';
import type { ListedModel } from '../models/ownModels.ts';
import { checkUsable } from '../models/usable.ts';
import { idOf, sourceOfAdded, titleOf, type AddedGan, type AddedGans } from './addedGans.ts';
import { addGan } from './addGan.ts';

export interface GanModelsOptions {
  readonly models: Models;
  readonly engine: Engine;
  readonly added: AddedGans;
  /** Of the bundled models, a folder each. */
  readonly folder: string;
}

/** The GANs that can be looked at: the bundled ones, and in a trusted workspace those that were added. */
export class GanModels {
  readonly #options: GanModelsOptions;
  readonly onDidChange: Event<void>;

  constructor(options: GanModelsOptions) {
    this.#options = options;
    this.onDidChange = options.added.onDidChange;
  }

  bundled(): Promise<BundledModel[]> {
    return this.#options.models.bundled('gan');
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

  /** Starts nothing by itself. @throws RpcError 'model-missing', 'untrusted' */
  async client(id: string): Promise<GanClient> {
    return this.#options.engine.gan(await this.#source(id));
  }

  /** Lets the user add one. Returns its id; undefined: none was added. */
  async add(): Promise<string | undefined> {
    const { added, engine } = this.#options;
    return addGan({ added, engine, judge: await this.#judge() });
  }

  /** Takes one that was added off the list; its files stay. */
  remove(id: string): Promise<void> {
    return this.#options.added.remove(id);
  }

  #judge(): ReturnType<typeof readJudge> {
    return readJudge(this.#options.folder);
  }

  async #source(id: string): Promise<GanSource> {
    const judge = await this.#judge();
    const bundled = (await this.bundled()).find(({ source }) => source.id === id);
    if (bundled) return sourceOfBundledGan(bundled, dirname(bundled.source.path), judge);
    const added = this.#options.added.find(id);
    if (!added) throw new RpcError('model-missing', `There is no GAN “${id}” here any more. Choose another.`);
    await checkUsable(id, titleOf(added.place));
    return sourceOfAdded(added, judge);
  }
}

function listedOf({ place, summary }: AddedGan): ListedModel {
  const files = place.kind === 'files' ? [place.generator, ...(place.discriminator === null ? [] : [place.discriminator])] : [];
  return { id: idOf(place), title: titleOf(place), description: summary, bundled: false, files };
}
