import { beforeAll, describe, expect, it } from 'vitest';
import { fromHalf } from '../../../../src/maths/half.ts';
import type { AttentionRun, MapSource, ShadeRequest } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, floats, settings, startService, type TestService } from './support/service.ts';

/** Weights [batch, heads, queries, keys] of each site, from PyTorch; batch 0 is looked at. */
const [heads, size] = [3, 40];

describe('maps of heads, of several as one, and rollouts', () => {
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
      map: head(0, 0),
      direction: 'from',
      groups: [[0]],
      ...request,
    });
  const head = (site: number, at: number): MapSource => ({ kind: 'head', site, head: at });
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
    close(await shade({ map: head(1, 2), groups: [[7]] }), (key) => (key > 7 ? NaN : weight(1, 2, 7, key)));
  });

  it('sums the rows of several queries, each of a group once', async () => {
    const expected = (key: number): number => (key > 9 ? NaN : (key > 4 ? 0 : weight(0, 0, 4, key)) + weight(0, 0, 9, key));
    close(await shade({ groups: [[4], [9, 9]] }), expected);
  });

  it('is the mean over heads of several layers, or their largest weight', async () => {
    const of = (query: number, key: number): number[] => all().map(({ site, head }) => weight(site, head, query, key));
    const mean = (values: number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
    close(await shade({ map: { kind: 'mean', heads: all() }, groups: [[20]] }), (key) => (key > 20 ? NaN : mean(of(20, key))));
    close(await shade({ map: { kind: 'max', heads: all() }, groups: [[20]] }), (key) => (key > 20 ? NaN : Math.max(...of(20, key))));
  });

  it('averages the rows of a group, and sums the groups', async () => {
    const expected = (key: number): number =>
      key > 9 ? NaN : (key > 4 ? 0 : weight(0, 0, 4, key)) / 2 + weight(0, 0, 9, key) / 2 + (key > 6 ? 0 : weight(0, 0, 6, key));
    close(await shade({ groups: [[4, 9], [6]] }), expected);
  });

  it('sums the columns of keys, in groups or not', async () => {
    const expected = (query: number): number => (query < 3 ? NaN : weight(0, 0, query, 3) + (query < 5 ? 0 : weight(0, 0, query, 5)));
    close(await shade({ groups: [[3, 5]], direction: 'to' }), expected);
    close(await shade({ groups: [[3], [5]], direction: 'to' }), expected);
  });

  it('is the column of a key, towards it', async () => {
    close(await shade({ groups: [[5]], direction: 'to' }), (query) => (query < 5 ? NaN : weight(0, 0, query, 5)));
  });

  it('leaves the first token out and makes the rest sum to 1', async () => {
    const row = await shade({ groups: [[12]], map: { ...head(0, 0), withoutFirst: true } });
    const rest = 1 - weight(0, 0, 12, 0);
    close(row, (key) => (key === 0 || key > 12 ? NaN : weight(0, 0, 12, key) / rest));
    expect(row.filter((value) => !Number.isNaN(value)).reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 5);
    close(await shade({ groups: [[0]], map: { ...head(0, 0), withoutFirst: true } }), () => NaN);
  });

  describe('rollout', () => {
    const sites = (): number[] => run.sites.map(({ index }) => index);
    /** (A + I) / 2 of each layer, rows scaled to 1, multiplied from the first layer up. */
    const rollout = (): number[][] =>
      sites().reduce(
        (product, site) =>
          product.map((_, query) => {
            const mean = (key: number): number =>
              Array.from({ length: heads }, (__, at) => weight(site, at, query, key)).reduce((sum, value) => sum + value, 0) / heads;
            const own = Array.from({ length: size }, (__, key) => (key > query ? 0 : mean(key)) + Number(key === query));
            const total = own.reduce((sum, value) => sum + value, 0);
            return Array.from({ length: size }, (__, key) => own.reduce((sum, value, at) => sum + (value / total) * product[at]![key]!, 0));
          }),
        Array.from({ length: size }, (_, query) => Array.from({ length: size }, (__, key) => Number(key === query))),
      );

    it('is the product of the layers, by tile, row and column', async () => {
      const expected = rollout();
      const map: MapSource = { kind: 'rollout', sites: sites() };
      close(await service.row({ runId: run.runId, map, query: 17 }), (key) => (key > 17 ? NaN : expected[17]![key]!));
      close(await shade({ map, groups: [[8], [30]] }), (key) => (key > 30 ? NaN : expected[8]![key]! + expected[30]![key]!));
      close(await shade({ map, groups: [[6]], direction: 'to' }), (query) => (query < 6 ? NaN : expected[query]![6]!));
      const whole = { queryStart: 0, queryEnd: size, keyStart: 0, keyEnd: size, rows: size, columns: size };
      const tile = fromHalf((await service.tile({ runId: run.runId, map, ...whole })).values);
      for (let query = 0; query < size; query++)
        for (let key = 0; key < size; key++) {
          const value = tile[query * size + key]!;
          if (key > query) expect(value).toBeNaN();
          else expect(value).toBeCloseTo(expected[query]![key]!, 3);
        }
      // The whole is kept: rows come from it now, and are the same.
      close(await service.row({ runId: run.runId, map, query: 17 }), (key) => (key > 17 ? NaN : expected[17]![key]!));
    });

    it('without the first token has rows that sum to 1 again', async () => {
      const expected = rollout();
      const map: MapSource = { kind: 'rollout', sites: sites(), withoutFirst: true };
      const rest = 1 - expected[20]![0]!;
      close(await service.row({ runId: run.runId, map, query: 20 }), (key) => (key === 0 || key > 20 ? NaN : expected[20]![key]! / rest));
    });

    it('needs a layer', async () => {
      await expect(shade({ map: { kind: 'rollout', sites: [] } })).rejects.toMatchObject({ code: 'out-of-range' });
    });
  });

  it('refuses what there is not', async () => {
    await expect(shade({ map: { kind: 'mean', heads: [] } })).rejects.toMatchObject({
      code: 'out-of-range',
      message: expect.stringContaining('No head') as unknown,
    });
    await expect(shade({ map: head(0, heads) })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ map: head(9, 0) })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ groups: [[size]] })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(shade({ groups: [[1.5]] })).rejects.toMatchObject({ code: 'out-of-range' });
  });
});
