import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readNpy, type NpyArray } from '../../../../src/formats/npy.ts';
import { fromHalf, toHalf } from '../../../../src/maths/half.ts';
import type { AttentionRun } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, floats, largestDifference, settings, startService, type TestService } from './support/service.ts';

/** Float32 in ONNX Runtime against float32 in PyTorch. */
const tolerance = 1e-5;

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'genlens-service-'));
});
afterAll(() => rm(folder, { recursive: true }));

async function feedsOf(model: string): Promise<Record<string, NpyArray>> {
  return Object.fromEntries(await fixtureArrays(`${model}/feeds.npz`));
}

async function written(service: TestService, run: AttentionRun, site: number, head?: number): Promise<NpyArray> {
  const path = join(folder, `${run.runId}-${site}.npy`);
  await service.writeWeights({ runId: run.runId, site, path, ...(head === undefined ? {} : { head }) });
  return readNpy(await readFile(path));
}

describe.each([
  ['causal', 'operands', [2, 3, 40, 40]],
  ['cached', 'weights', [2, 3, 5, 8]],
  ['biased', 'weights', [2, 3, 33, 33]],
] as const)('weights of the %s model on given tensors', (model, kind, shape) => {
  let service: TestService;
  let run: AttentionRun;
  let expected: Map<string, NpyArray>;
  const [batch, heads, queries, keys] = shape;

  beforeAll(async () => {
    service = startService();
    await service.load({ source: fixtureSource(model), settings });
    run = await service.attention({ feeds: await feedsOf(model) });
    expected = await fixtureArrays(`${model}/expected.npz`);
  });

  it('have the sizes of the run, and say how they are had', () => {
    expect(run.source.kind).toBe(kind);
    expect(run.source.maxDifference).toBeLessThanOrEqual(tolerance);
    for (const site of run.sites) expect(site).toMatchObject({ batch, heads, queries, keys, kind: 'self' });
    expect(run.sites.map(({ layer }) => layer)).toEqual(run.sites.map((_, i) => i));
    expect(run.tokens).toBeUndefined();
    expect(run.recipe).toMatchObject({ model, settings });
    expect(run.keptBytes).toBeGreaterThan(0);
  });

  it('are those of PyTorch', async () => {
    for (const { index } of run.sites) {
      const file = await written(service, run, index);
      expect(file).toMatchObject({ type: 'float32', shape });
      expect(largestDifference(floats(file), floats(expected.get(`weights_${index}`)))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('can be written a head at a time', async () => {
    const head = heads - 1;
    const file = await written(service, run, 0, head);
    expect(file.shape).toEqual([batch, 1, queries, keys]);
    const all = floats(expected.get('weights_0'));
    const size = queries * keys;
    const of = (b: number): Float32Array => all.subarray((b * heads + head) * size, (b * heads + head + 1) * size);
    const wanted = Float32Array.of(...Array.from({ length: batch }, (_, b) => [...of(b)]).flat());
    expect(largestDifference(floats(file), wanted)).toBeLessThanOrEqual(tolerance);
  });

  it('come by rows, with NaN where they are masked and only there', async () => {
    const all = floats(expected.get('weights_0'));
    for (const [b, head, query] of [
      [0, 0, 0],
      [1, 2, 4],
      [1, 1, queries - 1],
    ] as const) {
      const row = await service.row({ runId: run.runId, map: { kind: 'head', site: 0, head }, batch: b, query });
      const start = ((b * heads + head) * queries + query) * keys;
      const isBlank = model === 'causal' && b === 1 && query < 6;
      row.forEach((weight, key) => {
        const masked = model === 'causal' ? key > query || (b === 1 && key < 6) : model === 'cached' && key > query + keys - queries;
        expect(Number.isNaN(weight), `query ${query}, key ${key}`).toBe(masked || isBlank);
        if (!masked && !isBlank) expect(Math.abs(weight - all[start + key]!)).toBeLessThanOrEqual(tolerance);
      });
    }
  });

  it('come as tiles: the largest of the unmasked cells under each', async () => {
    const rows: Float32Array[] = [];
    for (let query = 0; query < queries; query++)
      rows.push(await service.row({ runId: run.runId, map: { kind: 'head', site: 0, head: 1 }, batch: 1, query }));
    const area = { queryStart: 1, queryEnd: queries, keyStart: 2, keyEnd: keys - 1 };
    const tile = await service.tile({
      runId: run.runId,
      map: { kind: 'head', site: 0, head: 1 },
      batch: 1,
      ...area,
      rows: 3,
      columns: 400,
    });
    const [height, width] = [queries - 1, keys - 3];
    expect([tile.rows, tile.columns]).toEqual([3, width]);
    for (let i = 0; i < tile.rows; i++) {
      for (let j = 0; j < tile.columns; j++) {
        const under = rows.slice(1 + Math.floor((i * height) / 3), 1 + Math.floor(((i + 1) * height) / 3)).map((row) => row[2 + j]!);
        const seen = under.filter((weight) => !Number.isNaN(weight));
        const [wanted] = toHalf(Float32Array.of(seen.length === 0 ? NaN : Math.max(...seen)));
        expect(tile.values[i * tile.columns + j]).toBe(wanted);
      }
    }
  });

  it('come as thumbnails of every head, with its largest weight', async () => {
    const thumbnails = await service.thumbnails({ runId: run.runId, site: 0, batch: 0, size: 4 });
    expect(thumbnails).toMatchObject({ heads, rows: 4, columns: 4 });
    for (let head = 0; head < heads; head++) {
      const whole = { queryStart: 0, queryEnd: queries, keyStart: 0, keyEnd: keys };
      const tile = await service.tile({ runId: run.runId, map: { kind: 'head', site: 0, head }, batch: 0, ...whole, rows: 4, columns: 4 });
      expect(thumbnails.values.slice(head * 16, head * 16 + 16)).toEqual(tile.values);
      const largest = Math.max(...[...fromHalf(tile.values)].filter((weight) => !Number.isNaN(weight)));
      expect(thumbnails.maxima[head]).toBeCloseTo(largest, 3);
    }
  });

  it('refuses sites, heads, queries and batches that there are none of', async () => {
    const { runId } = run;
    const whole = { queryStart: 0, queryEnd: queries, keyStart: 0, keyEnd: keys, rows: 1, columns: 1 };
    await expect(service.row({ runId, map: { kind: 'head', site: 9, head: 0 }, query: 0 })).rejects.toThrow('attention site 9');
    await expect(service.row({ runId, map: { kind: 'head', site: 0, head: 3 }, query: 0 })).rejects.toThrow('head 3; they go from 0 to 2');
    await expect(service.row({ runId, map: { kind: 'head', site: 0, head: 0 }, query: queries })).rejects.toThrow(`query ${queries}`);
    await expect(service.row({ runId, map: { kind: 'head', site: 0, head: 0.5 }, query: 0 })).rejects.toThrow('0.5');
    await expect(service.tile({ runId, map: { kind: 'head', site: 0, head: 0 }, ...whole, batch: 2 })).rejects.toThrow('batch 2');
    await expect(service.tile({ runId, map: { kind: 'head', site: 0, head: 0 }, ...whole, keyEnd: keys + 1 })).rejects.toThrow(
      `0 to ${keys + 1}`,
    );
    await expect(service.tile({ runId, map: { kind: 'head', site: 0, head: 0 }, ...whole, rows: 1e9 })).rejects.toThrow('1000000000');
    await expect(service.thumbnails({ runId, site: 0, size: NaN })).rejects.toThrow('NaN');
    await expect(service.writeWeights({ runId, site: 0, head: -1, path: join(folder, 'no.npy') })).rejects.toThrow('head -1');
  });
});

describe('a text', () => {
  let service: TestService;
  beforeAll(async () => {
    service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
  });

  it('gives the tokens and weights that PyTorch gives for it', async () => {
    const expected = await fixtureArrays('causal/text.npz');
    const text = new TextDecoder().decode(expected.get('text')!.data);
    const run = await service.attention({ text });
    expect(run.window).toEqual({ start: 0, end: text.length, totalTokens: run.tokens!.length });
    const ids = new BigInt64Array(new Uint8Array(expected.get('ids')!.data).buffer);
    expect(run.tokens!.map(({ id }) => id)).toEqual(Array.from(ids, Number));
    expect(text.slice(...(({ start, end }) => [start, end] as const)(run.tokens!.at(-1)!))).toBe('\n');
    for (const site of [0, 1]) {
      const file = await written(service, run, site);
      expect(largestDifference(floats(file), floats(expected.get(`weights_${site}`)))).toBeLessThanOrEqual(tolerance);
    }
  });

  it('is cut to the window around the focus, as far as the table of positions goes', async () => {
    const lines = Array.from({ length: 60 }, (_, i) => `value_${i} = ${i}\n`);
    const text = lines.join('');
    const focus = text.indexOf('value_40');
    const run = await service.attention({ text, focus });
    const { start, end, totalTokens } = run.window!;
    expect(run.tokens!.length).toBeLessThanOrEqual(64);
    expect(run.tokens!.length).toBeGreaterThan(48);
    expect(totalTokens).toBeGreaterThan(400);
    expect(start).toBeLessThan(focus);
    expect(end).toBeGreaterThan(focus);
    expect(text[start - 1]).toBe('\n');
    expect(run.tokens![0]!.start).toBe(start);
    expect(run.tokens!.at(-1)!.end).toBe(end);
    expect(run.sites[0]!.queries).toBe(run.tokens!.length);
  });

  it('is refused when it is empty', async () => {
    await expect(service.attention({ text: '' })).rejects.toMatchObject({ code: 'empty' });
    await expect(service.attention({})).rejects.toMatchObject({ code: 'empty' });
  });

  it('is refused by a model without a tokenizer, which says what to do', async () => {
    const other = startService();
    await other.load({ source: fixtureSource('cached'), settings });
    await expect(other.attention({ text: 'a' })).rejects.toMatchObject({
      code: 'no-tokenizer',
      message: expect.stringContaining('tokenizer.json') as string,
    });
  });

  it('tells a tokenizer that is not the model’s by the token id that is too large', async () => {
    const other = startService();
    await other.load({
      source: fixtureSource('causal', { tokenizerPath: join(import.meta.dirname, '../../../../models/code-transformer/tokenizer.json') }),
      settings,
    });
    await expect(other.attention({ text: 'import numpy as np' })).rejects.toMatchObject({ code: 'wrong-tokenizer' });
  });
});

describe('runs that are kept', () => {
  const text = 'def f(x):\n    return x';

  it('are gone when they are released', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    const { runId } = await service.attention({ text });
    await service.release({ runId });
    await expect(service.row({ runId, map: { kind: 'head', site: 0, head: 0 }, query: 0 })).rejects.toMatchObject({ code: 'unknown-run' });
    await service.release({ runId });
  });

  it('make room for later ones, the least recently used first', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    const { keptBytes } = await service.attention({ text });
    const small = startService();
    await small.load({ source: fixtureSource('causal'), settings: { ...settings, memoryLimit: Math.ceil(keptBytes * 2.6) } });
    const runs = [await small.attention({ text }), await small.attention({ text })];
    const row = (i: number) => small.row({ runId: runs[i]!.runId, map: { kind: 'head', site: 0, head: 0 }, query: 0 });
    await row(0);
    runs.push(await small.attention({ text }));
    await expect(row(1)).rejects.toMatchObject({ code: 'unknown-run' });
    await expect(row(0)).resolves.toHaveLength(runs[0]!.sites[0]!.keys);
    await expect(row(2)).resolves.toHaveLength(runs[0]!.sites[0]!.keys);
  });

  it('fetches only what the graph computes, and never the weights', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    await service.attention({ text });
    service.fetched.length = 0;
    await service.attention({ text });
    expect(service.fetched).toHaveLength(1);
    expect(service.fetched[0]).not.toContain('softmax');
    // Queries, keys, values and outputs of two layers, the mask, and the shape in which the outputs are projected.
    expect(service.fetched[0]!.length).toBeLessThanOrEqual(2 * 4 + 2);
  });

  it('shares one cut-out session between alike layers, and closes all when another model is loaded', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    const { runId } = await service.attention({ text });
    await service.thumbnails({ runId, site: 0, size: 8 });
    // The model, its cut-out, and its cut-out that pools.
    expect(service.sessions()).toBe(3);
    await service.thumbnails({ runId, site: 1, size: 8 });
    expect(service.sessions()).toBe(3);
    await service.load({ source: fixtureSource('biased'), settings });
    expect(service.sessions()).toBe(1);
    await expect(service.thumbnails({ runId, site: 0, size: 8 })).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('are refused before they start when they would take too much memory', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('causal', { context: 64 }), settings: { ...settings, memoryLimit: 120_000 } });
    service.fetched.length = 0;
    const run = service.attention({ text: text.repeat(20) });
    await expect(run).rejects.toMatchObject({
      code: 'memory',
      message: expect.stringMatching(/64 tokens would take about 1 MiB, the limit is 1 MiB|KiB/) as string,
    });
  });
});

describe('a provider that fails its self-test', () => {
  it.each([
    ['causal', 'operands'],
    ['biased', 'weights'],
  ])('is asked for nothing more, where %s keeps %s', async (model, kind) => {
    const opened: string[] = [];
    const reason = 'coreml failed its self-test: differs from the CPU by 0.5 (at most 0.001)';
    const service = startService((runtime) => ({
      open: async (params, options) => {
        opened.push(params.settings.provider);
        const session = await runtime.open({ ...params, settings: { ...params.settings, provider: 'cpu' } }, options);
        return {
          ...session,
          provider: { ...session.provider, requested: 'auto', used: params.settings.provider === 'auto' ? 'coreml' : 'cpu' },
        };
      },
      selfTest: async () => ({ requested: 'auto', used: 'cpu', reason, engineVersion: '1' }),
    }));
    const loaded = await service.load({ source: fixtureSource(model), settings: { ...settings, provider: 'auto' } });
    expect(loaded.provider.used).toBe('coreml');
    const run = await service.attention({ feeds: await feedsOf(model) });
    expect(run.source.kind).toBe(kind);
    expect(run.provider).toMatchObject({ used: 'cpu', reason });
    await service.thumbnails({ runId: run.runId, site: 0, size: 4 });
    // The first gives the operands and goes on on the CPU; the full tap and the cut-outs are opened there.
    expect(opened[0]).toBe('auto');
    expect(opened.length).toBeGreaterThan(2);
    expect(opened.slice(1).every((provider) => provider === 'cpu')).toBe(true);
  });
});

it('answers nothing before a model is loaded', async () => {
  const service = startService();
  await expect(service.attention({ text: 'a' })).rejects.toMatchObject({ code: 'not-loaded' });
});

it('reports progress on the way', async () => {
  const service = startService();
  const messages: string[] = [];
  const onProgress = ({ message }: { message: string }): void => void messages.push(message);
  await service.load({ source: fixtureSource('causal'), settings }, { onProgress });
  await service.attention({ text: 'a b' }, { onProgress });
  expect([...new Set(messages)]).toEqual([
    'Reading the model',
    'Looking for attention',
    'Starting the engine',
    'Reading the text',
    'Checking the attention on a sample',
    'Running 2 tokens',
  ]);
});

it('writes a file whole or not at all', async () => {
  const service = startService();
  await service.load({ source: fixtureSource('causal'), settings });
  const { runId } = await service.attention({ text: 'some text' });
  const write = (path: string, signal?: AbortSignal) => service.writeWeights({ runId, site: 0, path }, signal ? { signal } : {});
  await expect(write(join(folder, 'nowhere', 'a.npy'))).rejects.toMatchObject({
    code: 'unwritable',
    message: expect.stringContaining('nowhere') as string,
  });
  await expect(write('relative.npy')).rejects.toMatchObject({ code: 'unwritable' });
  await expect(write('/dev/full/a.npy')).rejects.toMatchObject({ code: 'unwritable' });
  await expect(write(folder)).rejects.toMatchObject({ code: 'unwritable' });
  const cancelled = AbortSignal.abort();
  await expect(write(join(folder, 'cancelled.npy'), cancelled)).rejects.toThrow();
  expect((await readdir(folder)).filter((name) => name.includes('cancelled') || name.includes('.tmp'))).toEqual([]);
});
