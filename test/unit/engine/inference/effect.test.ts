import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it, vi } from 'vitest';
import type { Runtime } from '../../../../src/engine/worker/client.ts';
import type { NpyArray } from '../../../../src/formats/npy.ts';
import { elementsOf } from '../../../../src/formats/elements.ts';
import { readBundledModel } from '../../../../src/models/registry.ts';
import type { AttentionRun, EdgeEffects } from '../../../../src/protocol/inference.ts';
import {
  fixtures,
  fixtureArrays,
  fixtureSource,
  floats,
  largestDifference,
  settings,
  startService,
  type TestService,
} from './support/service.ts';

const root = join(import.meta.dirname, '../../../..');
const folder = join(fixtures, '../effect');
const text = 'def area(width, height):\n    return width * height  # é 😀\n';

/** Absolute, of norms up to 20 and of log-probabilities in nats: float32 against float64; half precision has 11 bits. */
const models = [
  ['grouped-dynamo-18', 1e-4],
  ['grouped-ts-12', 1e-4],
  ['folded-dynamo-18', 1e-4],
  ['folded-ts-13', 1e-4],
  ['sink-dynamo-20', 1e-4],
  ['sink-ts-17', 1e-4],
  ['where-ts-11', 1e-4],
  ['half-dynamo-18', 0.02],
  // Their weights are rounded, so they are other models, if near ones.
  ['dynamic8', 0.2],
  ['static8', 0.2],
] as const;

const numbers = (array: NpyArray | undefined): number[] => Array.from(elementsOf('int64', array!.data) as BigInt64Array, Number);

interface Expected {
  arrays: Map<string, NpyArray>;
  places: { site: number; batch: number; head: number; query: number }[];
  /** Row of the place: [length]. */
  changes: (place: number) => Float32Array;
  /** [length] */
  norms: (place: { site: number; batch: number; head: number }) => Float32Array;
  length: number;
}

async function readExpected(name: string): Promise<Expected> {
  const arrays = await fixtureArrays(`../effect/${name}.npz`);
  const norms = floats(arrays.get('norms'));
  const [, batches, heads, length] = arrays.get('norms')!.shape as [number, number, number, number];
  const flat = numbers(arrays.get('places'));
  return {
    arrays,
    length,
    places: Array.from({ length: flat.length / 4 }, (_, i) => {
      const [site, batch, head, query] = flat.slice(4 * i, 4 * i + 4) as [number, number, number, number];
      return { site, batch, head, query };
    }),
    changes: (place) => floats(arrays.get('changes')).slice(place * length, (place + 1) * length),
    norms: ({ site, batch, head }) => norms.slice(((site * batches + batch) * heads + head) * length).slice(0, length),
  };
}

/** Largest difference of cells that are numbers in both; infinite where only one is. */
function difference(actual: Float32Array, expected: Float32Array): number {
  const masked = (values: Float32Array): string => Array.from(values, Number.isNaN).join();
  if (masked(actual) !== masked(expected)) return Infinity;
  return largestDifference(
    actual.filter((value) => !Number.isNaN(value)),
    expected.filter((value) => !Number.isNaN(value)),
  );
}

describe.each(models)('%s', (name, tolerance) => {
  let service: TestService;
  let run: AttentionRun;
  let expected: Expected;
  beforeAll(async () => {
    service = startService();
    await service.load({ source: { id: name, name, path: join(folder, `${name}.onnx`) }, settings });
    expected = await readExpected(name);
    run = await service.attention({ feeds: { ids: expected.arrays.get('ids')! } });
  });

  it('has the norms of W_O v_j that PyTorch has, for every head', async () => {
    for (const { index: site, heads, batch: batches } of run.sites) {
      for (let batch = 0; batch < batches; batch++) {
        for (let head = 0; head < heads; head++) {
          const { norms } = await service.valueNorms({ runId: run.runId, site, batch, head });
          expect(largestDifference(norms, expected.norms({ site, batch, head }))).toBeLessThanOrEqual(tolerance);
        }
      }
    }
  });

  it('has the change of the log-probability that PyTorch has, for every edge', async () => {
    const keys = Array.from({ length: expected.length }, (_, key) => key);
    for (const [i, place] of expected.places.entries()) {
      const effects = await service.edgeEffects({ runId: run.runId, ...place, keys });
      expect(effects.target).toMatchObject({ id: numbers(expected.arrays.get('target'))[i], actual: place.query + 1 < expected.length });
      expect(Math.abs(effects.logProbability - floats(expected.arrays.get('logp'))[i]!)).toBeLessThanOrEqual(tolerance);
      expect(difference(effects.changes, expected.changes(i)), JSON.stringify(place)).toBeLessThanOrEqual(tolerance);
      const { site, head, batch, query } = place;
      const row = await service.row({ runId: run.runId, map: { kind: 'head', site, head }, batch, query });
      expect(effects.weights).toEqual(row);
    }
  });
});

describe('a text', () => {
  const start = async (
    change: Parameters<typeof startService>[0] = () => ({}),
  ): Promise<{ service: TestService; run: AttentionRun; expected: Expected }> => {
    const service = startService(change);
    await service.load({ source: fixtureSource('causal'), settings });
    return { service, run: await service.attention({ text }), expected: await readExpected('causal') };
  };
  const allKeys = ({ length }: Expected): number[] => Array.from({ length }, (_, key) => key);
  const edgesOf = (
    service: TestService,
    { runId }: AttentionRun,
    place: Expected['places'][number],
    keys: readonly number[],
  ): Promise<EdgeEffects> => service.edgeEffects({ runId, ...place, keys });
  /** Tokens of each run that masks edges. */
  const lengthsOf = (): { lengths: number[]; change: (runtime: Runtime) => Pick<Runtime, 'run'> } => {
    const lengths: number[] = [];
    return {
      lengths,
      change: (runtime) => ({
        run: (params, options) => {
          if ('genlens_position' in params.feeds) lengths.push(params.feeds['input_ids']!.shape[1]!);
          return runtime.run(params, options);
        },
      }),
    };
  };

  it('has the effects and norms of PyTorch, from the tokens up to the query alone', async () => {
    const { lengths, change } = lengthsOf();
    const { service, run, expected } = await start(change);
    for (const [i, place] of expected.places.entries()) {
      lengths.length = 0;
      const effects = await edgesOf(service, run, place, allKeys(expected));
      expect(difference(effects.changes, expected.changes(i))).toBeLessThanOrEqual(1e-4);
      expect(new Set(lengths)).toEqual(new Set([place.query + 1]));
      // One without an edge, then each that the model does not mask itself.
      expect(lengths).toHaveLength(place.query + 2);
      const { norms } = await service.valueNorms({ runId: run.runId, ...place });
      expect(largestDifference(norms, expected.norms(place))).toBeLessThanOrEqual(1e-4);
    }
  });

  it('is run whole where its beginning gives other numbers', async () => {
    const { lengths, change } = lengthsOf();
    const { service, run, expected } = await start((runtime) => ({
      run: async (params, options) => {
        const outputs = await change(runtime).run(params, options);
        const [row] = Object.values(outputs);
        // As a model would whose numbers depend on how long its input is.
        if ('genlens_position' in params.feeds && params.feeds['input_ids']!.shape[1] !== expected.length)
          (row!.data as Float32Array)[0]! += 5;
        return outputs;
      },
    }));
    for (const [i, place] of expected.places.entries()) {
      const effects = await edgesOf(service, run, place, allKeys(expected));
      expect(difference(effects.changes, expected.changes(i))).toBeLessThanOrEqual(1e-4);
    }
    // Tried once.
    expect(lengths.filter((length) => length < expected.length)).toHaveLength(1);
  });

  it('is refused where the model gives other numbers once edges can be masked', async () => {
    const { service, run, expected } = await start((runtime) => ({
      run: async (params, options) => {
        const outputs = await runtime.run(params, options);
        if ('genlens_position' in params.feeds) (Object.values(outputs)[0]!.data as Float32Array)[0]! += 5;
        return outputs;
      },
    }));
    await expect(edgesOf(service, run, expected.places[0]!, [0])).rejects.toMatchObject({
      code: 'cannot-mask',
      message: expect.stringMatching(/gives the log-probability -\d+\.\d+ where the run has -\d+\.\d+/) as unknown,
    });
  });

  it('tells how far it is, and stops between two edges when nobody waits any more', async () => {
    const { lengths, change } = lengthsOf();
    const { service, run, expected } = await start(change);
    const abort = new AbortController();
    const messages: string[] = [];
    const asked = service.edgeEffects(
      { runId: run.runId, ...expected.places[0]!, keys: [0, 1, 2, 3, 4, 5] },
      {
        signal: abort.signal,
        onProgress: ({ message = '', fraction }) => {
          messages.push(`${message} ${fraction ?? ''}`);
          if (message.startsWith('Masked 2')) abort.abort();
        },
      },
    );
    await expect(asked).rejects.toThrow();
    expect(lengths).toHaveLength(3);
    expect(messages).toContain(`Masked 1 of 6 edges ${1 / 6}`);
  });

  it('is masked in a session that is opened once, and freed by the next run', async () => {
    const { service, run, expected } = await start();
    const before = service.sessions();
    await edgesOf(service, run, expected.places[0]!, [0]);
    await edgesOf(service, run, expected.places[1]!, [0]);
    expect(service.sessions()).toBe(before + 1);
    await service.attention({ text });
    expect(service.sessions()).toBe(before);
    const again = await edgesOf(service, run, expected.places[0]!, [0]);
    expect(again.changes[0]).toBeCloseTo(expected.changes(0)[0]!, 4);
  });

  it('gives the session back when nobody has asked for a while', async () => {
    const { service, run, expected } = await start();
    const before = service.sessions();
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      await edgesOf(service, run, expected.places[0]!, [0]);
      await vi.advanceTimersByTimeAsync(59_000);
      await edgesOf(service, run, expected.places[0]!, [0]);
      await vi.advanceTimersByTimeAsync(59_000);
      expect(service.sessions()).toBe(before + 1);
      await vi.advanceTimersByTimeAsync(1_000);
    } finally {
      vi.useRealTimers();
    }
    await expect.poll(() => service.sessions()).toBe(before);
  });

  it('is not asked of what there is not, nor of a run that was released', async () => {
    const { service, run, expected } = await start();
    const [place] = expected.places;
    for (const wrong of [{ site: 2 }, { head: 3 }, { batch: 1 }, { query: expected.length }, { query: -1 }])
      await expect(edgesOf(service, run, { ...place!, ...wrong }, [0])).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(edgesOf(service, run, place!, [0, expected.length])).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(service.valueNorms({ runId: run.runId, site: 0, head: 3 })).rejects.toMatchObject({ code: 'out-of-range' });
    await service.release({ runId: run.runId });
    await expect(edgesOf(service, run, place!, [0])).rejects.toMatchObject({ code: 'unknown-run' });
  });
});

it('a run with a past has the norms of the keys in it too, one query at a time', async () => {
  const service = startService();
  await service.load({ source: fixtureSource('cached'), settings });
  const feeds = Object.fromEntries(await fixtureArrays('cached/feeds.npz'));
  const run = await service.attention({ feeds });
  const [{ keys, queries }] = run.sites as [AttentionRun['sites'][number]];
  expect(keys).toBe(queries + 3);
  const whole = await service.valueNorms({ runId: run.runId, site: 0, batch: 1, head: 2 });
  expect(whole.norms).toHaveLength(keys);
  // Fewer queries than keys: the keys take turns in the rows that there are.
  const ids = feeds['ids']!;
  const one = await service.attention({
    feeds: { ...feeds, ids: { ...ids, shape: [2, 1], data: Buffer.concat([ids.data.subarray(0, 8), ids.data.subarray(40, 48)]) } },
  });
  const { norms } = await service.valueNorms({ runId: one.runId, site: 0, batch: 1, head: 2 });
  expect(norms).toHaveLength(4);
  expect(largestDifference(norms, whole.norms.slice(0, 4))).toBeLessThan(1e-5);
});

it('weights that are kept whole have the norms of W_O v_j all the same', async () => {
  const service = startService();
  await service.load({ source: fixtureSource('biased'), settings });
  const run = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('biased/feeds.npz')) });
  expect(run.source.kind).toBe('weights');
  const { norms } = await service.valueNorms({ runId: run.runId, site: 0, head: 1 });
  expect(norms).toHaveLength(33);
  expect(Math.min(...norms)).toBeGreaterThan(0);
});

describe('refused in words', () => {
  it('where no product with stored weights follows the head', async () => {
    const path = join(fixtures, '../onnx/cross-input-dynamo-18.onnx');
    const service = startService();
    await service.load({ source: { id: 'cross', name: 'cross', path }, settings });
    const arrays = await fixtureArrays('../onnx/cross-input-dynamo-18.npz');
    const feeds = Object.fromEntries([...arrays].flatMap(([key, array]) => (key.startsWith('input/') ? [[key.slice(6), array]] : [])));
    const { runId } = await service.attention({ feeds });
    await expect(service.valueNorms({ runId, site: 0, head: 0 })).rejects.toMatchObject({
      code: 'no-projection',
      message: 'Layer 0 of cross has no output projection that |W_O v| could be taken of: what the heads give is what the model gives.',
    });
    await expect(service.edgeEffects({ runId, site: 0, head: 0, query: 0, keys: [0] })).rejects.toMatchObject({ code: 'no-tokens' });
  });

  it('where a token sees what stands behind it', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('biased'), settings });
    const { runId } = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('biased/feeds.npz')) });
    await expect(service.edgeEffects({ runId, site: 0, head: 0, query: 0, keys: [0] })).rejects.toMatchObject({
      code: 'not-autoregressive',
    });
  });
});

it('the bundled model has the run’s own log-probability, and masks each edge by itself', async () => {
  const { source } = await readBundledModel(join(root, 'models/code-transformer'));
  const service = startService();
  await service.load({ source, settings });
  const code = await readFile(join(fixtures, '../code-transformer/text.txt'), 'utf8');
  const { runId, tokens, sites } = await service.attention({ text: code });
  const query = tokens!.length - 2;
  const { heads } = sites[2]!;
  const keys = [0, query - 1, query];
  for (let head = 0; head < heads; head++) {
    const [{ norms }, row, effects] = await Promise.all([
      service.valueNorms({ runId, site: 2, head }),
      service.row({ runId, map: { kind: 'head', site: 2, head }, query }),
      service.edgeEffects({ runId, site: 2, head, query, keys }),
    ]);
    expect(norms).toHaveLength(tokens!.length);
    expect(effects.target).toEqual({ id: tokens!.at(-1)!.id, text: tokens!.at(-1)!.text, actual: true });
    const { surprisal } = await service.predictions({ runId });
    expect(effects.logProbability).toBeCloseTo(-surprisal.at(-1)! * Math.LN2, 3);
    expect(effects.weights).toEqual(Float32Array.from(keys, (key) => row[key]!));
    expect(effects.changes.every(Number.isFinite)).toBe(true);
    const one = await service.edgeEffects({ runId, site: 2, head, query, keys: [query] });
    expect(one.changes[0]).toBeCloseTo(effects.changes[2]!, 6);
  }
});
