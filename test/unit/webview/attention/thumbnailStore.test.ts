import { describe, expect, it } from 'vitest';
import type { AttentionRun, SiteRun, Thumbnails, ThumbnailsRequest } from '../../../../src/protocol/inference.ts';
import { ThumbnailStore } from '../../../../webview/attention/thumbnailStore.ts';

const sites = Array.from({ length: 6 }, (_, index): SiteRun => ({
  index,
  name: '',
  layer: index,
  kind: 'self',
  batch: 1,
  heads: 2,
  queries: 100,
  keys: 50,
  headDim: 8,
}));
const run = { runId: 'a', sites } as unknown as AttentionRun;

/** A store whose requests are answered by hand. */
function setUp(): {
  store: ThumbnailStore;
  asked: { request: ThumbnailsRequest; signal: AbortSignal | undefined; answer: (maxima: number[]) => void; fail: () => void }[];
  dropped: number[];
  failures: unknown[];
} {
  const asked: ReturnType<typeof setUp>['asked'] = [];
  const dropped: number[] = [];
  const failures: unknown[] = [];
  const store = new ThumbnailStore(run, {
    fetch: (request, { signal }) =>
      new Promise<Thumbnails>((resolve, reject) => {
        const { size } = request;
        asked.push({
          request,
          signal,
          answer: (maxima) =>
            resolve({ heads: 2, rows: size, columns: size, values: new Uint16Array(2 * size * size), maxima: Float32Array.from(maxima) }),
          fail: () => reject(new Error('no')),
        });
      }),
    arrived: () => undefined,
    dropped: (picture) => dropped.push(picture.rows),
    failed: (error) => failures.push(error),
  });
  return { store, asked, dropped, failures };
}

const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('ThumbnailStore', () => {
  it('asks in the order wanted, for two rows at once, and drops what is no longer wanted', async () => {
    const { store, asked } = setUp();
    store.want([3, 1, 2], 32);
    expect(asked.map(({ request }) => request.site)).toEqual([3, 1]);
    asked[0]?.answer([0.5, 0.25]);
    await turn();
    expect(asked.map(({ request }) => request.site)).toEqual([3, 1, 2]);
    store.want([2, 4], 32);
    expect(asked[1]?.signal?.aborted).toBe(true);
    expect(asked[2]?.signal?.aborted).toBe(false);
    // Late all the same: it is not kept.
    asked[1]?.answer([1, 1]);
    await turn();
    expect(store.pictureOf(1)).toBeNull();
    expect(store.largest).toBe(0.5);
    expect(store.maximumOf({ row: 3, head: 1 })).toBe(0.25);
    expect(asked.map(({ request }) => request.site)).toEqual([3, 1, 2, 4]);
  });

  it('asks again for finer ones only, and keeps the coarser until they come', async () => {
    const { store, asked, dropped } = setUp();
    store.want([0], 32);
    asked[0]?.answer([1, NaN]);
    await turn();
    expect(store.pooling).toBe(Math.ceil(100 / 32));
    store.want([0], 32);
    expect(asked).toHaveLength(1);
    store.want([0], 64);
    expect(store.pictureOf(0)?.rows).toBe(32);
    asked[1]?.answer([1, NaN]);
    await turn();
    expect(dropped).toEqual([32]);
    expect(store.pictureOf(0)?.rows).toBe(64);
    expect(store.largest).toBe(1);
    store.clear();
    expect(dropped).toEqual([32, 64]);
    expect(store.largest).toBeNull();
  });

  it('asks for what failed only when told to', async () => {
    const { store, asked, failures } = setUp();
    store.want([0], 32);
    asked[0]?.fail();
    await turn();
    expect(failures).toHaveLength(1);
    store.want([0], 32);
    expect(asked).toHaveLength(1);
    store.retry();
    expect(asked).toHaveLength(2);
  });
});
