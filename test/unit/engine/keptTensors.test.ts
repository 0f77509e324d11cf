import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { RuntimeClient } from '../../../src/engine/worker/client.ts';
import { takeEntries } from '../../../src/engine/worker/entries.ts';
import type { EngineSettings } from '../../../src/protocol/inference.ts';
import type { RawTensor } from '../../../src/protocol/worker.ts';
import { bundle } from './support/bundles.ts';
import { onnxModel } from './support/tinyModels.ts';

const settings: EngineSettings = { provider: 'cpu', threads: 1, memoryLimit: 2 ** 30 };
const floats = (shape: number[], ...values: number[]): RawTensor => ({ type: 'float32', shape, data: Float32Array.from(values) });

/** sum = a + b, product = a * b. */
const arithmetic = onnxModel(
  [
    { op: 'Add', inputs: ['a', 'b'], outputs: ['sum'] },
    { op: 'Mul', inputs: ['a', 'b'], outputs: ['product'] },
  ],
  ['a', 'b'].map((name) => ({ name, type: 'float32', shape: ['n', 2] }) as const),
  ['sum', 'product'].map((name) => ({ name, type: 'float32', shape: ['n', 2] }) as const),
);

let built: Awaited<ReturnType<typeof bundle>>;
let client: RuntimeClient;
let session: number;

beforeAll(async () => {
  built = await bundle('kept', { worker: 'src/engine/worker/main.ts' });
  client = new RuntimeClient(join(built.folder, 'worker.cjs'));
  ({ session } = await client.open({ model: arithmetic.slice(), settings }));
});
afterAll(async () => {
  client.dispose();
  await built.remove();
});

describe('tensors that stay in the thread', () => {
  it('go from run to run, and are there until they are freed', async () => {
    const one = await client.keep({ tensor: floats([1, 2], 1, 2) });
    expect(one).toMatchObject({ type: 'float32', shape: [1, 2], bytes: 8 });
    let state = one;
    for (let step = 0; step < 10; step++) {
      const { kept, outputs } = await client.runKept({
        session,
        feeds: { a: { kept: state.kept }, b: floats([1, 2], 1, 10) },
        fetches: step === 9 ? ['product'] : [],
        keep: ['sum'],
        free: [state.kept],
      });
      if (step === 9) expect([...outputs['product']!.data]).toEqual([10, 920]);
      else expect(outputs).toEqual({});
      await expect(client.fetch({ kept: state.kept })).rejects.toMatchObject({ code: 'unknown-tensor' });
      state = kept['sum']!;
    }
    expect(await client.fetch({ kept: state.kept })).toEqual(floats([1, 2], 11, 102));
    // A copy: the other stays.
    expect(await client.fetch({ kept: state.kept })).toEqual(floats([1, 2], 11, 102));
    await client.free({ kept: [state.kept, state.kept, 12_345] });
    await expect(client.fetch({ kept: state.kept })).rejects.toThrow(`kept tensor ${state.kept}`);
  });

  it('may be fed more than once, kept and fetched at the same time, and stay where a run fails', async () => {
    const { kept } = await client.keep({ tensor: floats([2, 2], 1, 2, 3, 4) });
    const run = await client.runKept({ session, feeds: { a: { kept }, b: { kept } }, fetches: ['sum', 'product'], keep: ['sum'] });
    expect([...run.outputs['sum']!.data]).toEqual([2, 4, 6, 8]);
    expect([...(await client.fetch({ kept: run.kept['sum']!.kept })).data]).toEqual([2, 4, 6, 8]);
    const failing = client.runKept({
      session,
      feeds: { a: { kept }, b: floats([3, 2], 1, 2, 3, 4, 5, 6) },
      fetches: [],
      keep: ['sum'],
      free: [kept],
    });
    await expect(failing).rejects.toMatchObject({ code: 'run-failed' });
    expect([...(await client.fetch({ kept })).data]).toEqual([1, 2, 3, 4]);
    await expect(client.runKept({ session: 99, feeds: {}, fetches: [], keep: [] })).rejects.toMatchObject({ code: 'unknown-session' });
    await expect(client.runKept({ session, feeds: { a: { kept: -1 } }, fetches: [], keep: [] })).rejects.toMatchObject({
      code: 'unknown-tensor',
    });
  });

  it('give parts: of an output, and of themselves in any order', async () => {
    const { kept } = await client.keep({ tensor: floats([3, 2], 1, 2, 3, 4, 5, 6) });
    const feeds = { a: { kept }, b: floats([3, 2], 0, 0, 0, 0, 0, 0) };
    const rows = async (start: number, end?: number): Promise<RawTensor> =>
      (await client.runKept({ session, feeds, fetches: [{ name: 'sum', axis: 0, start, ...(end !== undefined && { end }) }], keep: [] }))
        .outputs['sum']!;
    expect(await rows(-1)).toEqual(floats([1, 2], 5, 6));
    expect(await rows(1, 2)).toEqual(floats([1, 2], 3, 4));
    expect(await rows(0)).toEqual(floats([3, 2], 1, 2, 3, 4, 5, 6));
    const [shorter, reordered] = await client.take({
      parts: [
        { kept, entries: { axis: 0, start: 0, end: 2 } },
        { kept, entries: { axis: 1, indices: [1, 1, 0] } },
      ],
    });
    expect(await client.fetch({ kept: shorter!.kept })).toEqual(floats([2, 2], 1, 2, 3, 4));
    expect(await client.fetch({ kept: reordered!.kept })).toEqual(floats([3, 3], 2, 2, 1, 4, 4, 3, 6, 6, 5));
    for (const entries of [
      { axis: 2, start: 0, end: 0 },
      { axis: 0, start: 1, end: 4 },
      { axis: 0, indices: [3] },
    ])
      await expect(client.take({ parts: [{ kept, entries }] })).rejects.toMatchObject({
        code: 'bad-input',
        message: expect.stringContaining('[3, 2]') as string,
      });
  });

  it('give their memory back when they are freed', async () => {
    const size = 2 ** 20;
    const zero: RawTensor = { type: 'float32', shape: [size / 2, 2], data: new Float32Array(size) };
    let { kept } = await client.keep({ tensor: zero });
    const b = await client.keep({ tensor: zero });
    const step = async (): Promise<void> => {
      const run = await client.runKept({ session, feeds: { a: { kept }, b: { kept: b.kept } }, fetches: [], keep: ['sum'], free: [kept] });
      kept = run.kept['sum']!.kept;
    };
    for (let i = 0; i < 20; i++) await step();
    const before = process.memoryUsage.rss();
    // 400 times 4 MiB.
    for (let i = 0; i < 400; i++) await step();
    expect(process.memoryUsage.rss() - before).toBeLessThan(100 * 2 ** 20);
    await client.free({ kept: [kept, b.kept] });
  });
});

describe('takeEntries', () => {
  it('is what indexing each element gives', () => {
    const shape = fc.array(fc.integer({ min: 1, max: 4 }), { minLength: 1, maxLength: 4 });
    fc.assert(
      fc.property(shape, fc.nat(), fc.array(fc.nat(), { maxLength: 5 }), (sizes, at, picks) => {
        const axis = at % sizes.length;
        const indices = picks.map((pick) => pick % sizes[axis]!);
        const count = sizes.reduce((product, size) => product * size, 1);
        const tensor: RawTensor = { type: 'int32', shape: sizes, data: Int32Array.from({ length: count }, (_, i) => i) };
        const taken = takeEntries(tensor, { axis, indices });
        const inner = sizes.slice(axis + 1).reduce((product, size) => product * size, 1);
        const expected: number[] = [];
        for (let outer = 0; outer < count / inner / sizes[axis]!; outer++)
          for (const index of indices) for (let i = 0; i < inner; i++) expected.push((outer * sizes[axis]! + index) * inner + i);
        expect([...taken.data].map(Number)).toEqual(expected);
        expect(taken.shape).toEqual(sizes.map((size, i) => (i === axis ? indices.length : size)));
        const part = takeEntries(tensor, { axis, start: 0, end: sizes[axis]! });
        expect([...part.data]).toEqual([...tensor.data]);
      }),
    );
  });
});
