import { dirname } from 'node:path';
import type { VaeClient } from '../../engine/vaeClient.ts';
import type { BundledModel } from '../../models/registry.ts';
import { sourceOfBundled } from '../../models/vae/source.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';
import { twinOf, type Twin } from './twin.ts';

/** The variational autoencoders that can be looked at. */
export class VaeModels {
  readonly #models: Models;
  readonly #engine: Engine;

  constructor(models: Models, engine: Engine) {
    this.#models = models;
    this.#engine = engine;
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

  /** Starts nothing by itself. @throws RpcError 'model-missing' */
  async client(id: string): Promise<VaeClient> {
    const found = (await this.bundled()).find(({ source }) => source.id === id);
    if (!found) throw new RpcError('model-missing', `There is no variational autoencoder “${id}” here any more. Choose another.`);
    return this.#engine.vae(sourceOfBundled(found, dirname(found.source.path)));
  }
}
