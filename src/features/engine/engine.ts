import { stripVTControlCharacters } from 'node:util';
import type { EngineClient } from '../../engine/client.ts';
import type { DiffusionClient } from '../../engine/diffusionClient.ts';
import type { GanClient } from '../../engine/ganClient.ts';
import { EnginePool } from '../../engine/pool.ts';
import type { TrainingClient } from '../../engine/trainingClient.ts';
import type { VaeClient } from '../../engine/vaeClient.ts';
import type { DiffusionSource } from '../../protocol/diffusion.ts';
import type { GanInspection, GanSource } from '../../protocol/gan.ts';
import type { ModelSource } from '../../protocol/inference.ts';
import type { CallOptions, Disposable } from '../../protocol/rpc.ts';
import type { VaeInspection, VaeSource } from '../../protocol/vae.ts';
import { log } from '../log/log.ts';
import { engineSettings, poolLimits } from './settings.ts';

/** The extension's inference processes. Settings hold from the next request on. */
export class Engine implements Disposable {
  readonly #entry: string;
  #pool: EnginePool | undefined;

  /** @param entry path of the inference process's bundle */
  constructor(entry: string) {
    this.#entry = entry;
  }

  /** The model's client under the settings of now; starts nothing by itself. */
  client(source: ModelSource): EngineClient {
    return this.#current().acquire(source, engineSettings());
  }

  /** The same of a variational autoencoder. */
  vae(source: VaeSource): VaeClient {
    return this.#current().acquireVae(source, engineSettings());
  }

  /** What a model's files are and what they do not say, found in a process that ends behind it. */
  inspectVae(source: VaeSource, options: CallOptions): Promise<VaeInspection> {
    return this.#current().inspectVae(source, engineSettings(), options);
  }

  /** The model's client of a GAN. */
  gan(source: GanSource): GanClient {
    return this.#current().acquireGan(source, engineSettings());
  }

  inspectGan(source: GanSource, options: CallOptions): Promise<GanInspection> {
    return this.#current().inspectGan(source, engineSettings(), options);
  }

  /** The model's client of a diffusion model. */
  diffusion(source: DiffusionSource): DiffusionClient {
    return this.#current().acquireDiffusion(source, engineSettings());
  }

  /** The same of a folder of training graphs. */
  training(folder: string): TrainingClient {
    return this.#current().acquireTraining(folder, engineSettings());
  }

  #current(): EnginePool {
    this.#pool ??= new EnginePool({ entry: this.#entry, log: writeLine });
    this.#pool.configure(poolLimits());
    return this.#pool;
  }

  dispose(): void {
    this.#pool?.dispose();
  }
}

/** What a process writes is meant for a terminal. */
function writeLine(line: string): void {
  const text = stripVTControlCharacters(line).trim();
  if (text) log().info(text);
}
