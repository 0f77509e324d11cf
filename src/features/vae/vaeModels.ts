import { dirname } from 'node:path';
import type { VaeClient } from '../../engine/vaeClient.ts';
import type { BundledModel } from '../../models/registry.ts';
import { sourceOfBundled } from '../../models/vae/source.ts';
import { RpcError } from '../../protocol/rpc.ts';
import type { Engine } from '../engine/engine.ts';
import type { Models } from '../models/models.ts';

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

  /** Starts nothing by itself. @throws RpcError 'model-missing' */
  async client(id: string): Promise<VaeClient> {
    const found = (await this.bundled()).find(({ source }) => source.id === id);
    if (!found) throw new RpcError('model-missing', `There is no variational autoencoder “${id}” here any more. Choose another.`);
    return this.#engine.vae(sourceOfBundled(found, dirname(found.source.path)));
  }
}
