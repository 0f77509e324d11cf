import { beforeAll, describe, expect, it } from 'vitest';
import type { AttentionRun, ShadeRequest } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, floats, settings, startService, type TestService } from './support/service.ts';

/** Weights [batch, heads, queries, keys] of each site, from PyTorch; batch 0 is looked at. */
const [heads, size] = [3, 40];

describe('what tokens attend to, over heads', () => {
  let service: TestService;
  let run: AttentionRun;
  let weights: Float32Array[];
  const weight = (site: number, head: number, query: number, key: number): number => weights[site]![(head * size + query) * size + key]!;

  beforeAll(async () => {
    service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    run = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('causal/feeds.npz')) });
    const expected = await fixtureArrays('causal/expected.npz');
    weights = run.sites.map(({ index }) => floats(expected.get(`weights_${index}`)));
  });

  const shade = (request: Partial<ShadeRequest>): Promise<Float32Array> =>
    service.shade({
      runId: run.runId,
      heads: [{ site: 0, head: 0 }],
      combine: 'mean',
      direction: 'from',
      tokens: [0],
      withoutFirst: false,
      ...request,
    });
  const all = (): { site: number; head: number }[] =>
    run.sites.flatMap(({ index }) => Array.from({ length: heads }, (_, head) => ({ site: index, head })));
  const close = (actual: Float32Array, expected: (at: number) => number): void => {
    expect(actual).toHaveLength(size);
    actual.forEach((value, at) => {
      if (Number.isNaN(expected(at))) expect(value).toBeNaN();
      else expect(value).toBeCloseTo(expected(at), 5);
    });
  };

  it('is the row of one head, the keys behind the query masked', async () => {
    close(await shade({ heads: [{ site: 1, head: 2 }], tokens: [7] }), (key) => (key > 7 ? NaN : weight(1, 2, 7, key)));
  });

  it('sums the rows of several queries, each once', async () => {
    const expected = (key: number): number => (key > 9 ? NaN : (key > 4 ? 0 : weight(0, 0, 4, key)) + weight(0, 0, 9, key));
    close(await shade({ tokens: [4, 9, 4] }), expected);
  });

  it('is the mean over heads of several layers, or their largest weight', async () => {
    const of = (query: number, key: number): number[] => all().map(({ site, head }) => weight(site, head, query, key));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    close(await shade({ heads: all(), tokens: [20] }), (key) => (key > 20 ? NaN : mean(of(20, key))));
    close(await shade({ heads: all(), tokens: [20], combine: 'max' }), (key) => (key > 20 ? NaN : Math.max(...of(20, key))));
  });

  it('is the column of a key, towards it', async () => {
    close(await shade({ tokens: [5], direction: 'to' }), (query) => (query < 5 ? NaN : weight(0, 0, query, 5)));
  });

  it('leaves the first token out and makes the rest sum to 1', async () => {
    const row = await shade({ tokens: [12], withoutFirst: true });
    const rest = 1 - weight(0, 0, 12, 0);
    close(row, (key) => (key === 0 || key > 12 ? NaN : weight(0, 0, 12, key) / rest));
    expect(row.filter((value) => !Number.isNaN(value)).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    close(await shade({ tokens: [0], withoutFirst: true }), () => NaN);
  });

  it('refuses what there is not', async () => {
    await expect(shade({ heads: [] })).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining('No head') as unknown,
    });
    await expect(shade({ heads: [{ site: 0, head: heads }] })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ heads: [{ site: 9, head: 0 }] })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ tokens: [size] })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ tokens: [1.5] })).rejects.toMatchObject({ code: 'out-of-range' });
  });
});
