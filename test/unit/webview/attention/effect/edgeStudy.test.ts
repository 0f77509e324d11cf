import { describe, expect, it } from 'vitest';
import type { EdgeEffects, EdgeEffectsRequest } from '../../../../../src/protocol/inference.ts';
import { RpcError, type CallOptions } from '../../../../../src/protocol/rpc.ts';
import { EdgeStudy, type StudyState } from '../../../../../webview/attention/effect/edgeStudy.ts';
import { NormStore } from '../../../../../webview/attention/effect/normStore.ts';

const place = { runId: 'run', site: 1, head: 2, query: 9 };
const keys = Array.from({ length: 40 }, (_, key) => key);

function effects({ keys: asked }: EdgeEffectsRequest): EdgeEffects {
  return {
    target: { id: 1, text: 'x', actual: true },
    logProbability: -1,
    keys: asked,
    weights: Float32Array.from(asked, () => 0.1),
    changes: Float32Array.from(asked, (key) => -key),
  };
}

function start(
  answer: (request: EdgeEffectsRequest, options: CallOptions) => Promise<EdgeEffects> = (request) => Promise.resolve(effects(request)),
) {
  const asked: EdgeEffectsRequest[] = [];
  const states: StudyState[] = [];
  let finished = 0;
  const study: EdgeStudy = new EdgeStudy({
    fetch: (request, options) => {
      asked.push(request);
      return answer(request, options);
    },
    changed: () => states.push(study.state),
    finished: () => finished++,
  });
  return { study, asked, states, finished: () => finished };
}

describe('a study of edges', () => {
  it('masks all that was asked for, some at a time, and says how far it is', async () => {
    const { study, asked, states, finished } = start();
    await study.measure(place, keys);
    expect(asked.map((request) => request.keys.length)).toEqual([16, 16, 8]);
    expect(asked[0]).toMatchObject(place);
    expect([...(study.of(place)?.changes ?? [])]).toEqual(keys.map((key) => [key, key === 0 ? -0 : -key]));
    expect(states.flatMap((state) => (state.kind === 'running' ? [state.done] : []))).toEqual([0, 16, 32, 40]);
    expect(study.state).toEqual({ kind: 'idle' });
    expect(finished()).toBe(1);
  });

  it('masks none twice', async () => {
    const { study, asked } = start();
    await study.measure(place, keys.slice(0, 3));
    await study.measure(place, keys.slice(0, 5));
    expect(asked.map((request) => request.keys)).toEqual([
      [0, 1, 2],
      [3, 4],
    ]);
    expect(study.of({ ...place, query: 8 })).toBeNull();
  });

  it('keeps what has come when it is cancelled, and ends when another query is looked at', async () => {
    for (const stop of [(study: EdgeStudy) => study.cancel(), (study: EdgeStudy) => study.look({ ...place, query: 3 })]) {
      let signal: AbortSignal | undefined;
      const { study, asked } = start((request, options) => {
        if (request.keys[0] === 0) return Promise.resolve(effects(request));
        signal = options.signal;
        return new Promise((_, reject) => signal?.addEventListener('abort', () => reject(new RpcError('cancelled', 'Cancelled.'))));
      });
      const measuring = study.measure(place, keys);
      await expect.poll(() => asked.length).toBe(2);
      stop(study);
      await measuring;
      expect(signal?.aborted).toBe(true);
      expect(study.state).toEqual({ kind: 'idle' });
      expect(study.of(place)?.changes.size).toBe(16);
    }
  });

  it('says why it failed, and whether trying again could help', async () => {
    for (const [code, final] of [
      ['memory', false],
      ['not-autoregressive', true],
    ] as const) {
      const { study, finished } = start(() => Promise.reject(new RpcError(code, `refused: ${code}`)));
      await study.measure(place, keys);
      expect(study.state).toEqual({ kind: 'failed', message: `refused: ${code}`, final });
      expect(finished()).toBe(0);
    }
  });

  it('follows the progress within what it asked for', async () => {
    const { study, states } = start((request, options) => {
      options.onProgress?.({ message: '', fraction: 0.5 });
      return Promise.resolve(effects(request));
    });
    await study.measure(place, keys.slice(0, 16));
    expect(states.flatMap((state) => (state.kind === 'running' ? [state.done] : []))).toEqual([0, 8, 16]);
  });
});

describe('norms of heads', () => {
  const request = { runId: 'run', site: 0, head: 1 };
  const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 0));

  it('are fetched once each, and forgotten with the run', async () => {
    let fetched = 0;
    let arrived = 0;
    const store = new NormStore({
      fetch: () => Promise.resolve({ norms: Float32Array.of(++fetched) }),
      arrived: () => arrived++,
      failed: () => undefined,
    });
    expect(store.want(request)).toBeNull();
    store.want(request);
    await settled();
    expect(store.want(request)).toEqual({ norms: Float32Array.of(1) });
    expect([fetched, arrived]).toEqual([1, 1]);
    store.clear();
    expect(store.want(request)).toBeNull();
  });

  it('say where a model has none; what failed is asked for again when it is told to', async () => {
    const errors: Error[] = [new RpcError('no-projection', 'none here'), new Error('broken')];
    const failed: unknown[] = [];
    let asked = 0;
    const store = new NormStore({
      fetch: () => Promise.reject(errors[asked++]!),
      arrived: () => undefined,
      failed: (error) => failed.push(error),
    });
    store.want(request);
    await settled();
    expect(store.want(request)).toEqual({ refused: 'none here' });
    store.want({ ...request, head: 2 });
    await settled();
    expect(failed).toHaveLength(1);
    store.want({ ...request, head: 2 });
    await settled();
    expect(asked).toBe(2);
    store.retry();
    store.want({ ...request, head: 2 });
    store.want(request);
    await settled();
    expect(asked).toBe(3);
  });
});
