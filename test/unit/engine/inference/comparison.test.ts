import { beforeAll, describe, expect, it } from 'vitest';
import { fromHalf } from '../../../../src/maths/half.ts';
import type { AttentionRun, Comparison, MapSource } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, settings, startService, type TestService } from './support/service.ts';

const before = 'def total(values):\n    return sum(values)\n';
const after = 'def total(values, start):\n    return start + sum(values)\n';
const head = (site: number, at: number): MapSource => ({ kind: 'head', site, head: at });

describe('two texts through one model', () => {
  let service: TestService;
  let a: AttentionRun;
  let b: AttentionRun;
  let compared: Comparison;
  const [mapA, mapB] = [head(1, 0), head(0, 2)];
  const sides = () => ({ a: { runId: a.runId, map: mapA }, b: { runId: b.runId, map: mapB } });
  /** Rows of a map as the run has it, without any axis but its own. */
  const rowsOf = (run: AttentionRun, map: MapSource): Promise<Float32Array[]> =>
    Promise.all(run.tokens!.map((_, query) => service.row({ runId: run.runId, map, query })));

  beforeAll(async () => {
    service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    [a, b] = [await service.attention({ text: after }), await service.attention({ text: before })];
    compared = await service.comparison(sides());
  });

  it('align by the ids of their tokens, on both axes alike', () => {
    const { queries, keys } = compared;
    expect(queries).toEqual(keys);
    expect(queries.aligned).toBeGreaterThan(b.tokens!.length / 2);
    expect(queries.a.length).toBe(a.tokens!.length + b.tokens!.length - queries.aligned);
    queries.a.forEach((token, place) => {
      const other = queries.b[place]!;
      if (token >= 0 && other >= 0) expect(a.tokens![token]!.id).toBe(b.tokens![other]!.id);
    });
  });

  it('have their weights and the difference at the places of their tokens, in rows and tiles', async () => {
    const { queries, keys } = compared;
    const [ofA, ofB] = [await rowsOf(a, mapA), await rowsOf(b, mapB)];
    const places = queries.a.length;
    const area = { queryStart: 0, queryEnd: places, keyStart: 0, keyEnd: places, rows: places, columns: places };
    const [tileA, difference] = await Promise.all(
      (['a', 'difference'] as const).map(async (picture) =>
        fromHalf((await service.comparedTile({ ...sides(), ...area, picture })).values),
      ),
    );
    let [largest, most] = [0, 0];
    for (let query = 0; query < places; query++) {
      const row = await service.comparedRow({ ...sides(), query });
      for (let key = 0; key < places; key++) {
        const cell = (rows: Float32Array[], q: number, k: number): number => (q < 0 || k < 0 ? -Infinity : rows[q]![k]!);
        const [x, y] = [cell(ofA, queries.a[query]!, keys.a[key]!), cell(ofB, queries.b[query]!, keys.b[key]!)];
        expect([row.a[key], row.b[key]]).toEqual([x, y]);
        const at = query * places + key;
        if (Number.isFinite(x)) expect(tileA![at]).toBeCloseTo(x, 3);
        else expect(tileA![at]).toBe(x);
        if (Number.isFinite(x) && Number.isFinite(y)) expect(difference![at]).toBeCloseTo(x - y, 3);
        else expect(difference![at]).toBe(x === -Infinity || y === -Infinity ? -Infinity : NaN);
        largest = Math.max(largest, ...[x, y].filter(Number.isFinite));
        if (Number.isFinite(x - y)) most = Math.max(most, Math.abs(x - y));
      }
    }
    expect(compared.largest).toBe(largest);
    expect(Math.abs(compared.mostDifferent!.a - compared.mostDifferent!.b)).toBe(most);
  });

  it('of one run are its own maps on its own axis', async () => {
    const { queries, mostDifferent } = await service.comparison({ a: { runId: a.runId, map: mapA }, b: { runId: a.runId, map: mapA } });
    expect(queries.aligned).toBe(a.tokens!.length);
    expect(mostDifferent).toMatchObject({ a: mostDifferent!.b });
  });

  it('refuses what there is not', async () => {
    const outside = { code: 'out-of-range' };
    await expect(service.comparison({ ...sides(), a: { runId: a.runId, map: head(9, 0) } })).rejects.toMatchObject(outside);
    await expect(service.comparedRow({ ...sides(), query: 1_000 })).rejects.toMatchObject(outside);
    const area = { queryStart: 0, queryEnd: 1, keyStart: 0, keyEnd: 1, rows: 1, columns: 1 };
    await expect(service.comparedTile({ ...sides(), ...area, picture: 'sum' as 'a' })).rejects.toMatchObject(outside);
    await expect(service.comparison({ ...sides(), b: { runId: 'none', map: mapB } })).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('says that a text and tensors of another length have nothing to be aligned by', async () => {
    const tensors = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('causal/feeds.npz')) });
    const asked = service.comparison({ ...sides(), b: { runId: tensors.runId, map: mapB } });
    await expect(asked).rejects.toMatchObject({
      code: 'not-comparable',
      message: expect.stringMatching(/queries and the other 40/) as unknown,
    });
  });
});
