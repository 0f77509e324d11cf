import { dirname } from 'node:path';
import * as vscode from 'vscode';
import type { VaeClient } from '../../engine/vaeClient.ts';
import { elementCount } from '../../formats/elements.ts';
import type { BundledModel } from '../../models/registry.ts';
import { sourceOfBundled } from '../../models/vae/source.ts';
import type { Event } from '../../protocol/emitter.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { VaeSource } from '../../protocol/vae.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';
import type { ListedModel } from '../models/ownModels.ts';
import { checkUsable } from '../models/usable.ts';
import { idOf, sourceOfAdded, titleOf, type AddedVae, type AddedVaes } from './addedVaes.ts';
import { addVae } from './addVae.ts';
import { twinOf, type Twin } from './twin.ts';

/** The variational autoencoders that can be looked at: the bundled ones, and in a trusted workspace those that were added. */
export class VaeModels {
  readonly #models: Models;
  readonly #engine: Engine;
  readonly #added: AddedVaes;
  readonly onDidChange: Event<void>;

  constructor(models: Models, engine: Engine, added: AddedVaes) {
    [this.#models, this.#engine, this.#added] = [models, engine, added];
    this.onDidChange = added.onDidChange;
  }

  bundled(): Promise<BundledModel[]> {
    return this.#models.bundled('vae');
  }

  /** The twin of a model with its client; null where it has none. */
  async twin(id: string): Promise<{ client: VaeClient; members: Twin['members'] } | null> {
    const found = (await this.bundled()).find(({ source }) => source.id === id);
    const twin = found ? await twinOf(found) : null;
    return twin && { client: this.#engine.vae(twin.source), members: twin.members };
  }

  /** Those that the user added; none in an untrusted workspace. */
  added(): ListedModel[] {
    return vscode.workspace.isTrusted ? this.#added.list().map(listedOf) : [];
  }

  /** Of the bundled ones that of the fewest latent dimensions first: two are seen as they are. */
  async list(): Promise<ListedModel[]> {
    const byLatents = (await this.bundled()).sort((a, b) => latentsOf(a) - latentsOf(b));
    const bundled = byLatents.map(({ manifest, source }) => ({
      ...{ id: source.id, title: manifest.title, description: manifest.description, bundled: true, files: [] },
    }));
    return [...bundled, ...this.added()];
  }

  /** Starts nothing by itself. @throws RpcError 'model-missing', 'untrusted' */
  async client(id: string): Promise<VaeClient> {
    return this.#engine.vae(await this.#source(id));
  }

  /** Lets the user add one. Returns its id; undefined: none was added. */
  add(): Promise<string | undefined> {
    return addVae(this.#added, this.#engine);
  }

  /** Takes one that was added off the list; its files stay. */
  remove(id: string): Promise<void> {
    return this.#added.remove(id);
  }

  async #source(id: string): Promise<VaeSource> {
    const bundled = (await this.bundled()).find(({ source }) => source.id === id);
    if (bundled) return sourceOfBundled(bundled, dirname(bundled.source.path));
    const added = this.#added.find(id);
    if (!added) throw new RpcError('model-missing', `There is no variational autoencoder “${id}” here any more. Choose another.`);
    await checkUsable(id, titleOf(added.place));
    return sourceOfAdded(added);
  }
}

/** Numbers of z, which is what its manifest says that it is given. */
function latentsOf({ manifest }: BundledModel): number {
  return elementCount(manifest.inputs[0]?.shape.filter((size) => typeof size === 'number') ?? []);
}

function listedOf({ place, summary }: AddedVae): ListedModel {
  const files = place.kind === 'files' ? [...new Set([place.decoder, ...(place.encoder === null ? [] : [place.encoder])])] : [];
  return { id: idOf(place), title: titleOf(place), description: summary, bundled: false, files };
}
