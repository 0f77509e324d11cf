/** What every client of a model has, whatever is asked of it: the pool keeps all of them by this. */

import type { Event } from '../protocol/emitter.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { ModelFamily } from '../protocol/life.ts';
import type { CallOptions, Remote } from '../protocol/rpc.ts';
import { ModelProcess, type ProcessOwner } from './modelProcess.ts';
import type { InferenceProcess } from './process.ts';

export interface ModelClientOptions<Service, Source> extends ProcessOwner<Service> {
  source: Source;
  settings: EngineSettings;
}

export abstract class ModelClient<Service, Loaded, Source extends { readonly id: string } = { readonly id: string }> {
  abstract readonly family: ModelFamily;
  readonly source: Source;
  readonly settings: EngineSettings;
  /** The process has ended without having been told to; the value says how, in words. */
  readonly onExit: Event<string>;

  protected readonly model: ModelProcess<Service, Loaded>;

  constructor(
    { source, settings, ...owner }: ModelClientOptions<Service, Source>,
    load: (remote: Remote<Service>, options: CallOptions) => Promise<Loaded>,
  ) {
    this.source = source;
    this.settings = settings;
    this.model = new ModelProcess({ ...owner, load });
    this.onExit = this.model.onExit;
  }

  /** Whether something could be asked for that is made again when its process is gone. */
  protected abstract get keeps(): boolean;

  /** Loads the model unless it is loaded; calls at the same time share the load. */
  load(options: CallOptions = {}): Promise<Loaded> {
    return this.model.load(options);
  }

  /** The process as it is now; undefined when none runs. */
  get process(): InferenceProcess<Service> | undefined {
    return this.model.current?.process;
  }

  get busy(): boolean {
    return this.model.busy;
  }

  /** Whether it holds nothing: no process, no call under way, nothing that could be asked for. */
  get spent(): boolean {
    return this.process === undefined && !this.busy && !this.keeps;
  }

  /** When a call last began or ended, as Date.now() gives it. */
  get lastUsed(): number {
    return this.model.lastUsed;
  }

  /** Ends the process, if any; what it kept is made again when asked for. `reason` says in words why. */
  end(reason: string): void {
    this.model.end(reason);
  }

  dispose(): void {
    this.model.dispose();
  }
}
