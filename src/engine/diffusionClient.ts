/** One diffusion model, for whoever asks: loads it on first use, and makes runs again that ended with a process. */

import type {
  DiffusionRequest,
  DiffusionRun,
  DiffusionService,
  DiffusionSource,
  EvaluationOfRun,
  LoadedDiffusion,
} from '../protocol/diffusion.ts';
import type { Event } from '../protocol/emitter.ts';
import type { CallOptions, Remote, StreamOptions } from '../protocol/rpc.ts';
import { ModelClient, type ModelClientOptions } from './modelClient.ts';
import { Runs, type ReadOptions } from './runs.ts';

export type DiffusionClientOptions = ModelClientOptions<DiffusionService, DiffusionSource>;

/** What is sampled, and who hears of its evaluations; nobody does when it is sampled again. */
interface Asked {
  request: DiffusionRequest;
  onItem: ((evaluations: readonly EvaluationOfRun[]) => void) | undefined;
}

type Reading = 'tensors' | 'writeTrajectory' | 'recompute' | 'wordMaps';
type Plain = 'invert' | 'readPicture' | 'partOfPicture' | 'forgetPicture';
type Params<K extends keyof DiffusionService> = Parameters<DiffusionService[K]>[0];
type Result<K extends keyof DiffusionService> = Promise<Awaited<ReturnType<DiffusionService[K]>>>;

/**
 * Calls reject with RpcErrors: those of ModelProcess and Runs, else what the service says. A run that is cancelled ends its process: nothing
 * else ends an evaluation that is under way.
 */
export class DiffusionClient
  extends ModelClient<DiffusionService, LoadedDiffusion, DiffusionSource>
  implements Omit<Remote<DiffusionService>, 'load'>
{
  readonly family = 'diffusion';
  /** A run is made again, and why. */
  readonly onRerunning: Event<{ runId: string; reason: string }>;

  private readonly runs: Runs<DiffusionService, LoadedDiffusion, Asked, DiffusionRun>;

  constructor(options: DiffusionClientOptions) {
    const { source, settings } = options;
    super(options, (remote, watched) => remote.load({ source, settings }, watched));
    this.runs = new Runs(this.model, {
      begin: (remote, { request, onItem }, watched) => remote.sample(request, { ...watched, ...(onItem && { onItem }) }),
      release: (remote, params, watched) => remote.release(params, watched),
      changed: (before, after) => changedFile(before.recipe.sha256, after.recipe.sha256),
      tooManyTogether: 'These runs do not fit into memory together. Take fewer steps or items.',
    });
    this.onRerunning = this.runs.onRerunning;
  }

  readonly tensors = this.reading('tensors');
  readonly writeTrajectory = this.reading('writeTrajectory');
  readonly recompute = this.reading('recompute');
  readonly wordMaps = this.reading('wordMaps');
  readonly invert = this.plain('invert');
  readonly readPicture = this.plain('readPicture');
  readonly partOfPicture = this.plain('partOfPicture');
  readonly forgetPicture = this.plain('forgetPicture');

  async sample(request: DiffusionRequest, { onItem, ...options }: StreamOptions<readonly EvaluationOfRun[]> = {}): Promise<DiffusionRun> {
    const asked: Asked = { request, onItem };
    try {
      return await this.runs.make(asked, options);
    } finally {
      asked.onItem = undefined;
    }
  }

  /** Frees what a run keeps; it cannot be asked for any more. */
  release({ runId }: { runId: string }, options: CallOptions = {}): Promise<void> {
    return this.runs.release(runId, options);
  }

  override dispose(): void {
    this.runs.clear();
    super.dispose();
  }

  protected get keeps(): boolean {
    return !this.runs.empty;
  }

  private reading<K extends Reading>(method: K): (params: Params<K>, options?: ReadOptions) => Result<K> {
    return (params, options = {}) =>
      this.runs.read([params.runId], options, (remote, ids, watched) => {
        const call = remote[method] as unknown as (params: Params<K>, options: CallOptions) => Result<K>;
        return call({ ...params, runId: ids.get(params.runId)! }, watched);
      });
  }

  private plain<K extends Plain>(method: K): (params: Params<K>, options?: CallOptions) => Result<K> {
    return (params, options = {}) =>
      this.model.call(options, (remote, watched) => {
        const call = remote[method] as unknown as (params: Params<K>, options: CallOptions) => Result<K>;
        return call(params, watched);
      });
  }
}

function changedFile(before: Readonly<Record<string, string>>, after: Readonly<Record<string, string>>): string | undefined {
  return Object.keys({ ...before, ...after }).find((path) => before[path] !== after[path]);
}
