import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { elementsOf } from '../../../../src/formats/elements.ts';
import type { NpyArray } from '../../../../src/formats/npy.ts';
import { readBundledModel } from '../../../../src/models/registry.ts';
import type { AttentionRun } from '../../../../src/protocol/inference.ts';
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
const text = 'def area(width, height):\n    return width * height  # é 😀\n';
/** Logits of up to some 30, float32 in ONNX Runtime against float32 in PyTorch. */
const tolerance = 1e-3;
const half = { ...fixtureSource('causal'), id: 'half', path: join(root, 'test/fixtures/next-token/half.onnx') };

const doubles = (array: NpyArray | undefined): Float64Array => {
  if (array?.type !== 'float64') throw new Error(`no float64 array but ${String(array?.type)}`);
  return elementsOf('float64', array.data) as Float64Array;
};
const numbers = (array: NpyArray | undefined): number[] => Array.from(elementsOf('int64', array!.data) as BigInt64Array, Number);

async function start(source = fixtureSource('causal')): Promise<{ service: TestService; run: AttentionRun }> {
  const service = startService();
  await service.load({ source, settings });
  return { service, run: await service.attention({ text }) };
}

/** Of logits [vocabulary], written out: -log2 of the softmax of each. */
function bitsOf(logits: Float32Array): number[] {
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  return [...logits].map((logit) => (Math.log(sum) - logit) / Math.LN2);
}

describe('the likely tokens of all rows', () => {
  it('are those of each row, in the same order, with their probabilities and names', async () => {
    const { service, run } = await start();
    const { runId } = run;
    const { count, vocabulary, ids, probabilities, tokens } = await service.likelyTokens({ runId, count: 7 });
    expect(count).toBe(7);
    expect(ids).toHaveLength(7 * run.tokens!.length);
    const names = new Map(tokens.map(({ id, text: name }) => [id, name]));
    for (let position = 0; position < run.tokens!.length; position++) {
      const { logits, top } = await service.nextToken({ runId, position });
      expect(vocabulary).toBe(logits.length);
      const row = [...ids.subarray(7 * position, 7 * (position + 1))];
      expect(row).toEqual(top.slice(0, 7).map(({ id }) => id));
      // Sorted as a whole, which is not how they are found.
      expect(row).toEqual([...logits.keys()].sort((a, b) => logits[b]! - logits[a]! || a - b).slice(0, 7));
      expect(row.map((id) => names.get(id))).toEqual(top.slice(0, 7).map((token) => token.text));
      const bits = bitsOf(logits);
      row.forEach((id, place) => expect(probabilities[7 * position + place]).toBeCloseTo(2 ** -bits[id]!, 5));
    }
    await expect(service.likelyTokens({ runId, count: 0 })).rejects.toMatchObject({ code: 'out-of-range' });
  });
});

describe('the causal model', () => {
  let expected: Map<string, NpyArray>;
  let ids: number[];
  const row = (position: number): Float32Array => {
    const { data, shape } = expected.get('logits')!;
    return floats({ type: 'float32', shape, data }).slice(position * shape[1]!, (position + 1) * shape[1]!);
  };
  beforeAll(async () => {
    expected = await fixtureArrays('../next-token/causal.npz');
    ids = numbers(expected.get('ids'));
  });

  it('has the logits of PyTorch at each token, named, with what really follows', async () => {
    const { service, run } = await start();
    expect(run.tokens!.map(({ id }) => id)).toEqual(ids);
    for (let position = 0; position < ids.length; position++) {
      const { logits, top, actual } = await service.nextToken({ runId: run.runId, position });
      expect(largestDifference(logits, row(position))).toBeLessThanOrEqual(tolerance);
      const descending = [...row(position)].sort((a, b) => b - a);
      expect(top).toHaveLength(20);
      top.forEach(({ id }, place) => expect(Math.abs(row(position)[id]! - descending[place]!)).toBeLessThanOrEqual(2 * tolerance));
      expect(actual?.id ?? null).toBe(ids[position + 1] ?? null);
      if (actual) expect(actual.text).toBe(run.tokens![position + 1]!.text);
      for (const { id, text: name } of top) {
        const at = ids.indexOf(id);
        if (at >= 0) expect(name).toBe(run.tokens![at]!.text);
      }
    }
  });

  it('is asked of each token by the row before it; the first has no prediction', async () => {
    const { service, run } = await start();
    const { surprisal, rank, probability, entropy } = await service.predictions({ runId: run.runId });
    for (const values of [surprisal, rank, probability]) {
      expect(values).toHaveLength(ids.length);
      expect(values[0]).toBeNaN();
    }
    for (let position = 0; position < ids.length; position++) {
      const bits = bitsOf(row(position));
      expect(entropy[position]).toBeCloseTo(
        bits.reduce((sum, each) => sum + each * 2 ** -each, 0),
        3,
      );
      if (position + 1 === ids.length) break;
      const own = bits[ids[position + 1]!]!;
      expect(surprisal[position + 1]).toBeCloseTo(own, 3);
      expect(probability[position + 1]).toBeCloseTo(2 ** -own, 4);
      const near = (by: number): number => 1 + bits.filter((each) => each < own + by).length;
      expect(rank[position + 1]).toBeGreaterThanOrEqual(near(-tolerance));
      expect(rank[position + 1]).toBeLessThanOrEqual(near(tolerance));
    }
  });

  it('gives the same in half precision, as near as that is', async () => {
    const { service, run } = await start(half);
    const { logits } = await service.nextToken({ runId: run.runId, position: 5 });
    expect(logits).toBeInstanceOf(Float32Array);
    // Half precision has 11 bits.
    row(5).forEach((value, id) => expect(Math.abs(logits[id]! - value)).toBeLessThanOrEqual(Math.abs(value) * 2 ** -11 + tolerance));
    const { entropy } = await service.predictions({ runId: run.runId });
    expect(entropy[5]).toBeCloseTo(
      bitsOf(row(5)).reduce((sum, each) => sum + each * 2 ** -each, 0),
      2,
    );
  });

  it('is run once more for its logits, and again where they take too much memory to be kept', async () => {
    /** Runs of the model for its logits alone. */
    const asked = async (memoryLimit?: number): Promise<number> => {
      let count = 0;
      const service = startService((runtime) => ({
        run: (params, options) => {
          if ('input_ids' in params.feeds && params.fetches.join() === 'logits') count++;
          return runtime.run(params, options);
        },
      }));
      await service.load({ source: fixtureSource('causal'), settings: { ...settings, ...(memoryLimit !== undefined && { memoryLimit }) } });
      const { runId } = await service.attention({ text });
      await Promise.all([service.predictions({ runId }), service.nextToken({ runId, position: 1 })]);
      await service.nextToken({ runId, position: 2 });
      return count;
    };
    expect(await asked()).toBe(1);
    const [length, vocabulary] = expected.get('logits')!.shape;
    const bytes = 4 * length! * vocabulary!;
    expect(await asked(8 * bytes)).toBe(1);
    expect(await asked(8 * bytes - 8)).toBe(2);
  });

  it('is not asked of a token that there is not, nor of a run that was released', async () => {
    const { service, run } = await start();
    for (const position of [-1, 0.5, ids.length, NaN])
      await expect(service.nextToken({ runId: run.runId, position })).rejects.toMatchObject({ code: 'out-of-range' });
    await service.release({ runId: run.runId });
    await expect(service.predictions({ runId: run.runId })).rejects.toMatchObject({ code: 'unknown-run' });
  });

  it('gives up when nobody waits any more', async () => {
    const { service, run } = await start();
    const abort = new AbortController();
    const reading = service.predictions({ runId: run.runId }, { signal: abort.signal });
    abort.abort();
    await expect(reading).rejects.toThrow();
    expect((await service.predictions({ runId: run.runId })).entropy).toHaveLength(ids.length);
  });
});

it('the bundled model says of each token of a text what PyTorch says with its weights', async () => {
  const { source } = await readBundledModel(join(root, 'models/code-transformer'));
  const service = startService();
  await service.load({ source, settings });
  const code = await readFile(join(fixtures, '../code-transformer/text.txt'), 'utf8');
  const { runId, tokens, recipe } = await service.attention({ text: code });
  const expected = await fixtureArrays('../next-token/code.npz');
  expect(Buffer.from(expected.get('sha256')!.data).toString('hex'), 'run test/fixtures/next-token/make.py again').toBe(recipe.sha256);
  expect(tokens!.map(({ id }) => id)).toEqual(numbers(expected.get('ids')));
  const logits = floats(expected.get('logits'));
  const vocabulary = logits.length / 3;
  for (const [at, position] of numbers(expected.get('rows')).entries()) {
    const answer = await service.nextToken({ runId, position });
    expect(largestDifference(answer.logits, logits.slice(at * vocabulary, (at + 1) * vocabulary))).toBeLessThanOrEqual(tolerance);
  }
  const { surprisal, entropy } = await service.predictions({ runId });
  doubles(expected.get('surprisal')).forEach((bits, at) => {
    if (at > 0) expect(Math.abs(surprisal[at]! - bits), `surprisal of token ${at}`).toBeLessThan(5e-3);
  });
  doubles(expected.get('entropy')).forEach((bits, at) => expect(Math.abs(entropy[at]! - bits), `entropy of row ${at}`).toBeLessThan(5e-3));
});

describe('refused in words', () => {
  it('where a token sees what stands behind it', async () => {
    const service = startService();
    await service.load({ source: fixtureSource('biased'), settings });
    const { runId } = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('biased/feeds.npz')) });
    await expect(service.predictions({ runId })).rejects.toMatchObject({
      code: 'not-autoregressive',
      message: expect.stringContaining('the first token attends to token 1, which stands behind it') as unknown,
    });
  });

  it('where the model gives no logits', async () => {
    const arrays = await fixtureArrays('../cell/scaled/expected.npz');
    const service = startService();
    await service.load({ source: { id: 'scaled', name: 'scaled', path: join(root, 'test/fixtures/cell/scaled/model.onnx') }, settings });
    const { runId } = await service.attention({ feeds: { x: arrays.get('x')! } });
    await expect(service.nextToken({ runId, position: 0 })).rejects.toMatchObject({
      code: 'no-logits',
      message: expect.stringContaining('scaled gives mixed (float32 [2, sequence, 12])') as unknown,
    });
  });
});
