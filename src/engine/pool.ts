/** The inference processes of one owner: one a model, within a memory limit, ended when idle. */

import type { DiffusionService, DiffusionSource } from '../protocol/diffusion.ts';
import type { GanInspection, GanService, GanSource } from '../protocol/gan.ts';
import type { TransformerService } from '../protocol/generation.ts';
import type { EngineSettings, ModelSource } from '../protocol/inference.ts';
import type { ModelFamily } from '../protocol/life.ts';
import { RpcError, type CallOptions, type Disposable } from '../protocol/rpc.ts';
import type { TrainingService } from '../protocol/training.ts';
import type { VaeInspection, VaeService, VaeSource } from '../protocol/vae.ts';
import { EngineClient } from './client.ts';
import { DiffusionClient } from './diffusionClient.ts';
import { GanClient, inspectGan } from './ganClient.ts';
import type { ProcessOwner } from './modelProcess.ts';
import { InferenceProcess, type ProcessOptions } from './process.ts';
import { TrainingClient } from './trainingClient.ts';
import { inspectVae, VaeClient } from './vaeClient.ts';

export interface PoolLimits {
  /** Bytes that all processes together may hold (resident); above it the idle one that was used longest ago is ended. */
  poolMemory: number;
  /** Minutes without a call after which a process is ended; 0 keeps it. */
  idleMinutes: number;
  /** Seconds without progress after which a waiting caller is told so; 0 never tells. */
  stallSeconds: number;
}

export const defaultLimits: PoolLimits = { poolMemory: 4 * 2 ** 30, idleMinutes: 10, stallSeconds: 60 };

type OwnOptions = Omit<ProcessOptions, 'family'>;

export type PoolOptions = Partial<PoolLimits> & Partial<OwnOptions> & Pick<OwnOptions, 'entry' | 'log'>;

/** What the pool needs of a client, whatever is asked of its model. */
interface PooledClient {
  readonly family: ModelFamily;
  readonly source: { readonly id: string };
  readonly process: Pick<InferenceProcess<unknown>, 'pid' | 'residentBytes' | 'measure'> | undefined;
  readonly busy: boolean;
  readonly spent: boolean;
  readonly lastUsed: number;
  end(reason: string): void;
  dispose(): void;
}

/** What the pool runs now. */
export interface RunningProcess {
  model: string;
  pid: number;
  residentBytes: number;
  busy: boolean;
}

export class EnginePool implements Disposable {
  private readonly processOptions: OwnOptions;
  /** By family, model and settings. */
  private readonly clients = new Map<string, PooledClient>();
  /** Those that have a process. */
  private readonly started = new Set<PooledClient>();
  /** Those whose process ends as soon as nothing is under way: their settings are no longer those of their model. */
  private readonly outdated = new Set<PooledClient>();
  private readonly idle: NodeJS.Timeout;
  private limits: PoolLimits;
  private measuring = false;
  private disposed = false;

  constructor({ poolMemory, idleMinutes, stallSeconds, ...options }: PoolOptions) {
    this.limits = { ...defaultLimits };
    this.configure({ poolMemory, idleMinutes, stallSeconds });
    this.processOptions = { pingInterval: 5000, pingsMissed: 6, ...options };
    this.idle = setInterval(() => this.endIdle(), 1000);
    this.idle.unref();
  }

  /** Takes over changed settings; what is undefined stays. */
  configure(limits: { [K in keyof PoolLimits]?: PoolLimits[K] | undefined }): void {
    this.limits = {
      poolMemory: limits.poolMemory ?? this.limits.poolMemory,
      idleMinutes: limits.idleMinutes ?? this.limits.idleMinutes,
      stallSeconds: limits.stallSeconds ?? this.limits.stallSeconds,
    };
  }

  /**
   * The client of a transformer with these settings; the same one for the same two. Starts nothing by itself. A process that the model
   * has under other settings ends with the last of what it is doing.
   */
  acquire(source: ModelSource, settings: EngineSettings): EngineClient {
    return this.clientOf(
      'transformer',
      source,
      settings,
      (owner: ProcessOwner<TransformerService>) => new EngineClient({ source, settings, ...owner }),
    );
  }

  /** The same of a variational autoencoder. */
  acquireVae(source: VaeSource, settings: EngineSettings): VaeClient {
    return this.clientOf('vae', source, settings, (owner: ProcessOwner<VaeService>) => new VaeClient({ source, settings, ...owner }));
  }

  /** What a model's files are and what they do not say, found in a process that ends behind it. */
  inspectVae(source: VaeSource, settings: EngineSettings, options: CallOptions = {}): Promise<VaeInspection> {
    return inspectVae(() => new InferenceProcess<VaeService>({ ...this.processOptions, family: 'vae' }), source, settings, options);
  }

  /** The same of a GAN. */
  acquireGan(source: GanSource, settings: EngineSettings): GanClient {
    return this.clientOf('gan', source, settings, (owner: ProcessOwner<GanService>) => new GanClient({ source, settings, ...owner }));
  }

  inspectGan(source: GanSource, settings: EngineSettings, options: CallOptions = {}): Promise<GanInspection> {
    return inspectGan(() => new InferenceProcess<GanService>({ ...this.processOptions, family: 'gan' }), source, settings, options);
  }

  /** The same of a diffusion model. */
  acquireDiffusion(source: DiffusionSource, settings: EngineSettings): DiffusionClient {
    return this.clientOf(
      'diffusion',
      source,
      settings,
      (owner: ProcessOwner<DiffusionService>) => new DiffusionClient({ source, settings, ...owner }),
    );
  }

  /** The client of a folder of training graphs; the same one for the same two, as `acquire`. */
  acquireTraining(folder: string, settings: EngineSettings): TrainingClient {
    return this.clientOf(
      'training',
      { id: folder },
      settings,
      (owner: ProcessOwner<TrainingService>) => new TrainingClient({ folder, settings, ...owner }),
    );
  }

  private clientOf<Service, Client extends PooledClient>(
    family: ModelFamily,
    source: { readonly id: string },
    settings: EngineSettings,
    create: (owner: ProcessOwner<Service>) => Client,
  ): Client {
    if (this.disposed) throw new Error('The engine has been closed.');
    const key = JSON.stringify([family, source, settings]);
    for (const [otherKey, other] of this.clients) {
      if (otherKey === key || other.family !== family || other.source.id !== source.id) continue;
      if (other.spent) this.clients.delete(otherKey);
      else if (other.process) this.outdated.add(other);
    }
    // A family has one kind of client.
    const known = this.clients.get(key) as Client | undefined;
    const client: Client = known ?? create(this.ownerOf(family, () => client));
    this.clients.set(key, client);
    this.outdated.delete(client);
    this.endOutdated();
    return client;
  }

  private ownerOf<Service>(family: ModelFamily, client: () => PooledClient): ProcessOwner<Service> {
    return {
      start: () => {
        if (this.disposed) throw new RpcError('closed', 'The engine has been closed.');
        this.started.add(client());
        return new InferenceProcess<Service>({ ...this.processOptions, family });
      },
      stallSeconds: () => this.limits.stallSeconds,
      onActivity: () => {
        if (!client().process) this.started.delete(client());
        this.endOutdated();
        void this.trim();
      },
    };
  }

  get running(): readonly RunningProcess[] {
    return this.live().map(({ client, process }) => ({
      model: client.source.id,
      pid: process.pid ?? 0,
      residentBytes: process.residentBytes,
      busy: client.busy,
    }));
  }

  /** Ends every process at once. */
  dispose(): void {
    this.disposed = true;
    clearInterval(this.idle);
    for (const client of new Set([...this.clients.values(), ...this.started])) client.dispose();
    this.clients.clear();
  }

  private live(): { client: PooledClient; process: NonNullable<PooledClient['process']> }[] {
    return [...this.started].flatMap((client) => (client.process ? [{ client, process: client.process }] : []));
  }

  private endOutdated(): void {
    for (const client of this.outdated) {
      if (client.busy) continue;
      this.outdated.delete(client);
      client.end('The settings of the engine have changed.');
    }
  }

  private endIdle(): void {
    const { idleMinutes } = this.limits;
    if (!(idleMinutes > 0)) return;
    for (const { client } of this.live())
      if (!client.busy && Date.now() - client.lastUsed >= idleMinutes * 60_000)
        client.end(`The model was not used for ${idleMinutes} minutes and its process was ended.`);
  }

  /** Measures, then ends idle processes, the one used longest ago first, until the rest fit. The one used last stays. */
  private async trim(): Promise<void> {
    if (this.measuring || this.disposed) return;
    this.measuring = true;
    await Promise.allSettled(this.live().map(({ process }) => process.measure()));
    this.measuring = false;
    const byUse = this.live().sort((a, b) => a.client.lastUsed - b.client.lastUsed);
    let total = byUse.reduce((sum, { process }) => sum + process.residentBytes, 0);
    for (const { client, process } of byUse.slice(0, -1)) {
      if (total <= this.limits.poolMemory) return;
      if (client.busy) continue;
      total -= process.residentBytes;
      client.end('Its process was ended to make room for another model.');
    }
  }
}
