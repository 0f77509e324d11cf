/** One variational autoencoder, for whoever asks: loads it on first use, and makes again what was lost. */

import type { Event } from '../protocol/emitter.ts';
import type { EngineSettings } from '../protocol/inference.ts';
import type { CallOptions, Remote, StreamOptions } from '../protocol/rpc.ts';
import type {
  DataRequest,
  EncodedData,
  EncodedPart,
  EvidenceItem,
  LoadedVae,
  SampleBatch,
  VaeService,
  VaeSource,
} from '../protocol/vae.ts';
import { ModelClient, type ModelClientOptions } from './modelClient.ts';
import type { InferenceProcess } from './process.ts';
import { Runs, type ReadOptions } from './runs.ts';

export type VaeClientOptions = ModelClientOptions<VaeService, VaeSource>;

/** A data set to encode, and who hears of its parts; nobody does when it is encoded again. */
interface DataRun {
  request: DataRequest;
  onItem: ((part: EncodedPart) => void) | undefined;
}

type Method = Exclude<keyof VaeService, 'inspect' | 'load' | 'release' | 'encodeDataSet'>;
type OfData = 'item' | 'project' | 'aggregate' | 'membership';
type Params<K extends keyof VaeService> = Parameters<VaeService[K]>[0];

/**
 * Calls reject with RpcErrors: those of ModelProcess and of Runs, else what the service says. Cancelling a load or the encoding of a data set
 * ends the process; whatever else it was doing is done again in a fresh one. Encoded data outlives its process: asked for again, it is encoded
 * again under the same id, and `onRerunning` says why.
 */
export class VaeClient extends ModelClient<VaeService, LoadedVae, VaeSource> implements Omit<Remote<VaeService>, 'load' | 'inspect'> {
  readonly family = 'vae';
  readonly onRerunning: Event<{ runId: string; reason: string }>;

  private readonly runs: Runs<VaeService, LoadedVae, DataRun, EncodedData>;

  constructor(options: VaeClientOptions) {
    const { source, settings } = options;
    super(options, (remote, watched) => remote.load({ source, settings }, watched));
    this.runs = new Runs(this.model, {
      begin: (remote, { request, onItem }, options) => remote.encodeDataSet(request, { ...options, ...(onItem && { onItem }) }),
      release: (remote, params, options) => remote.release(params, options),
      changed: ({ recipe: before }, { recipe: after }) => {
        const file = Object.keys(before.sha256).find((path) => before.sha256[path] !== after.sha256[path]);
        return file ?? (before.data === after.data ? undefined : before.request.path);
      },
      tooManyTogether: 'These data sets do not fit into memory together. Raise genlens.engine.memoryLimit.',
    });
    this.onRerunning = this.runs.onRerunning;
  }

  readonly decode = this.plain('decode');
  readonly encode = this.plain('encode');
  readonly readPicture = this.plain('readPicture');
  readonly partOfPicture = this.plain('partOfPicture');
  readonly forgetPicture = this.plain('forgetPicture');
  readonly examine = this.plain('examine');
  readonly evidence = this.plain('evidence');
  readonly contours = this.plain('contours');
  readonly neighbours = this.plain('neighbours');
  readonly copying = this.plain('copying');
  readonly twoSets = this.plain('twoSets');
  readonly arraysToChooseFrom = this.plain('arraysToChooseFrom');
  readonly item = this.ofData('item');
  readonly project = this.ofData('project');
  readonly aggregate = this.ofData('aggregate');
  readonly membership = this.ofData('membership');

  sample(params: Params<'sample'>, options: StreamOptions<SampleBatch> = {}): ReturnType<Remote<VaeService>['sample']> {
    return this.model.call(options, (remote, watched) => remote.sample(params, watched));
  }

  evidences(params: Params<'evidences'>, options: StreamOptions<EvidenceItem> = {}): ReturnType<Remote<VaeService>['evidences']> {
    return this.model.call(options, (remote, watched) => remote.evidences(params, watched));
  }

  async encodeDataSet(request: DataRequest, { onItem, ...options }: StreamOptions<EncodedPart> = {}): Promise<EncodedData> {
    const run: DataRun = { request, onItem };
    try {
      return await this.runs.make(run, options);
    } finally {
      run.onItem = undefined;
    }
  }

  /** Frees what is kept of a data set; it cannot be made again after. */
  release({ runId }: { runId: string }, options: CallOptions = {}): Promise<void> {
    return this.runs.release(runId, options);
  }

  protected get keeps(): boolean {
    return !this.runs.empty;
  }

  override dispose(): void {
    super.dispose();
    this.runs.clear();
  }

  private plain<K extends Exclude<Method, OfData | 'sample' | 'evidences'>>(
    method: K,
  ): (params: Params<K>, options?: CallOptions) => Promise<Awaited<ReturnType<VaeService[K]>>> {
    return (params, options = {}) =>
      this.model.call(options, (remote, watched) => {
        const call = remote[method] as unknown as (params: Params<K>, options: CallOptions) => Promise<Awaited<ReturnType<VaeService[K]>>>;
        return call(params, watched);
      });
  }

  private ofData<K extends OfData>(method: K): (params: Params<K>, options?: ReadOptions) => Promise<Awaited<ReturnType<VaeService[K]>>> {
    return (params, options = {}) =>
      this.runs.read([params.runId], options, (remote, ids, watched) => {
        const call = remote[method] as unknown as (params: object, options: CallOptions) => Promise<Awaited<ReturnType<VaeService[K]>>>;
        return call({ ...params, runId: ids.get(params.runId) }, watched);
      });
  }
}

/** Asks what a model's files are, in a process of its own that ends behind it. */
export async function inspectVae(
  start: () => InferenceProcess<VaeService>,
  source: VaeSource,
  settings: EngineSettings,
  options: CallOptions = {},
): ReturnType<Remote<VaeService>['inspect']> {
  const process = start();
  try {
    return await process.remote.inspect({ source, settings }, options);
  } finally {
    process.kill({ code: 'asked', cause: 'The model was looked at.', message: 'The model was looked at.' });
  }
}
