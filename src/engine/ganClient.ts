/** One GAN, for whoever asks: loads it on first use, and starts again what ended with a process. */

import type { GanBatch, GanService, GanSource, LoadedGan } from '../protocol/gan.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { CallOptions, Remote, StreamOptions } from '../protocol/rpc.ts';
import { ModelClient, type ModelClientOptions } from './modelClient.ts';
import type { InferenceProcess } from './process.ts';

export type GanClientOptions = ModelClientOptions<GanService, GanSource>;

type Method = Exclude<keyof GanService, 'inspect' | 'load' | 'sample'>;
type Params<K extends keyof GanService> = Parameters<GanService[K]>[0];

/** Calls reject with RpcErrors: those of ModelProcess, else what the service says. Nothing is kept in the process that is asked for later. */
export class GanClient extends ModelClient<GanService, LoadedGan, GanSource> implements Omit<Remote<GanService>, 'load' | 'inspect'> {
  readonly family = 'gan';

  constructor(options: GanClientOptions) {
    const { source, settings } = options;
    super(options, (remote, watched) => remote.load({ source, settings }, watched));
  }

  readonly generate = this.plain('generate');
  readonly directions = this.plain('directions');
  readonly score = this.plain('score');
  readonly evaluate = this.plain('evaluate');
  readonly readPicture = this.plain('readPicture');
  readonly partOfPicture = this.plain('partOfPicture');
  readonly forgetPicture = this.plain('forgetPicture');
  readonly arraysToChooseFrom = this.plain('arraysToChooseFrom');
  readonly neighbours = this.plain('neighbours');
  readonly copying = this.plain('copying');

  sample(params: Params<'sample'>, options: StreamOptions<GanBatch> = {}): ReturnType<Remote<GanService>['sample']> {
    return this.model.call(options, (remote, watched) => remote.sample(params, watched));
  }

  protected get keeps(): boolean {
    return false;
  }

  private plain<K extends Method>(method: K): (params: Params<K>, options?: CallOptions) => Promise<Awaited<ReturnType<GanService[K]>>> {
    return (params, options = {}) =>
      this.model.call(options, (remote, watched) => {
        const call = remote[method] as unknown as (params: Params<K>, options: CallOptions) => Promise<Awaited<ReturnType<GanService[K]>>>;
        return call(params, watched);
      });
  }
}

/** Asks what a model's files are, in a process of its own that ends behind it. */
export async function inspectGan(
  start: () => InferenceProcess<GanService>,
  source: GanSource,
  settings: EngineSettings,
  options: CallOptions = {},
): ReturnType<Remote<GanService>['inspect']> {
  const process = start();
  try {
    return await process.remote.inspect({ source, settings }, options);
  } finally {
    process.kill({ code: 'asked', cause: 'The model was looked at.', message: 'The model was looked at.' });
  }
}
