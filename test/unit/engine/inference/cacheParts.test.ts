import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { feedsApart, withCachesApart } from '../../../../src/engine/inference/cacheParts.ts';
import { outputsChunk } from '../../../../src/onnx/attention/tap.ts';
import { readModel } from '../../../../src/onnx/model.ts';
import type { StackedCache } from '../../../../src/onnx/stackedCaches.ts';
import { merged } from '../../../../src/onnx/wire.ts';
import { wireWriter } from '../../../../src/onnx/wireWriter.ts';
import type { TensorData } from '../../../../src/protocol/inference.ts';
import type { RawTensor } from '../../../../src/protocol/worker.ts';
import { settings, startService } from './support/service.ts';
import { openSession, runSession } from '../../onnx/fixtures.ts';

const folder = join(import.meta.dirname, '../../../fixtures/stacked-caches');
const bytesOf = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, `${name}.onnx`)));
const apart = (file: Uint8Array): ReturnType<typeof withCachesApart> => withCachesApart(file, readModel(file));

function ids(...rows: readonly number[][]): RawTensor {
  return { type: 'int64', shape: [rows.length, rows[0]!.length], data: BigInt64Array.from(rows.flat(), BigInt) };
}

function emptyCaches(stacked: readonly StackedCache[], batch: number): Record<string, RawTensor> {
  const shapeOf = ({ sizes }: StackedCache): number[] => [...sizes, batch, 2, 0, 4];
  return Object.fromEntries(
    stacked.map((cache) => [cache.input, { type: 'float32', shape: shapeOf(cache), data: new Float32Array() } satisfies RawTensor]),
  );
}

const run = async (file: Uint8Array, feeds: Readonly<Record<string, RawTensor>>): Promise<ReadonlyMap<string, RawTensor>> =>
  runSession(await openSession(file), new Map(Object.entries(feeds)));

describe.each([
  ['all-layers', [{ input: 'past', output: 'present', sizes: [2, 2] }]],
  [
    'each-layer',
    [
      { input: 'past_0', output: 'present_0', sizes: [2] },
      { input: 'past_1', output: 'present_1', sizes: [2] },
    ],
  ],
] as const)('%s', (name, expected) => {
  const file = bytesOf(name);
  const { file: changed, stacked } = apart(file)!;

  it('is taken apart along the axes that it is stacked by', () => {
    expect(stacked).toMatchObject(expected);
    const { graph } = readModel(changed);
    const parts = stacked.flatMap((cache) => cache.parts);
    expect(graph.inputs.map((input) => input.name)).toEqual(['ids', ...parts.map(({ input }) => input)]);
    expect(graph.outputs.map((output) => output.name)).toEqual(['logits', ...parts.map(({ output }) => output)]);
    expect(graph.inputs.slice(1).map(({ shape }) => shape)).toEqual(parts.map(() => ['batch', 2, 'past', 4]));
    expect(new Set(parts.map(({ input }) => input)).size).toBe(4);
  });

  it('gives the same numbers to the last bit, step after step', async () => {
    let whole = emptyCaches(stacked, 2);
    let parts: Readonly<Record<string, RawTensor>> = feedsApart(whole, stacked);
    for (const step of [ids([3, 1, 4], [1, 5, 9]), ids([2], [6]), ids([5, 3], [5, 8])]) {
      const expected = await run(file, { ids: step, ...whole });
      const actual = await run(changed, { ids: step, ...parts });
      expect(actual.get('logits')).toEqual(expected.get('logits'));
      whole = Object.fromEntries(stacked.map(({ input, output }) => [input, expected.get(output)!]));
      parts = Object.fromEntries(stacked.flatMap((cache) => cache.parts.map(({ input, output }) => [input, actual.get(output)!])));
      expect(parts).toEqual(feedsApart(whole, stacked));
    }
  });
});

it('leaves a file as it is whose cache is needed as one', () => {
  expect(apart(bytesOf('reused'))).toBeNull();
});

it('leaves a file as it is where the cache gives more than its parts and their sizes', async () => {
  const file = bytesOf('all-layers');
  const added = (write: (graph: ReturnType<typeof wireWriter>) => void): Uint8Array => {
    const [graph, chunk] = [wireWriter(), wireWriter()];
    write(graph);
    chunk.bytes(7, graph.finish());
    return merged([file, chunk.finish()]);
  };
  const output = (graph: ReturnType<typeof wireWriter>, name: string): void => graph.message(12, () => graph.text(1, name));
  const changes: ((graph: ReturnType<typeof wireWriter>) => void)[] = [
    (graph) => (graph.node('Abs', ['past'], ['more']), output(graph, 'more')),
    (graph) => (graph.node('Shape', ['past'], ['more']), output(graph, 'more')),
    (graph) => (graph.node('Shape', ['past'], ['more'], { start: 1 }), output(graph, 'more')),
    (graph) => (graph.node('Identity', ['present'], ['more']), output(graph, 'more')),
    (graph) => output(graph, 'select'),
    (graph) => output(graph, 'stack'),
    (graph) => output(graph, 'cat_2'),
  ];
  for (const change of changes) {
    const changed = added(change);
    await openSession(changed);
    expect(apart(changed)).toBeNull();
  }
  // Sizes behind the stacked axes are those of each part.
  const measured = apart(added((graph) => (graph.node('Shape', ['past'], ['more'], { start: 2 }), output(graph, 'more'))))!;
  const caches = feedsApart(emptyCaches(measured.stacked, 3), measured.stacked);
  const results = await run(measured.file, { ids: ids([1], [2], [3]), ...caches });
  expect(results.get('more')?.data).toEqual(BigInt64Array.of(3n, 2n, 0n, 4n));
});

it('is nothing that who uses the model has to know: the file’s own tensors are told of, and may be given', async () => {
  const path = join(folder, 'all-layers.onnx');
  const service = startService();
  const { inputs, outputs } = await service.load({ source: { id: path, name: 'all-layers', path }, settings });
  expect(inputs.map(({ name, type, shape }) => [name, type, shape.length])).toEqual([
    ['ids', 'int64', 2],
    ['past', 'float32', 6],
  ]);
  expect(outputs.map(({ name, shape }) => [name, shape.length])).toEqual([
    ['logits', 3],
    ['present', 6],
  ]);
  const past = Float32Array.from({ length: 2 * 2 * 2 * 3 * 4 }, (_, i) => Math.sin(i));
  const tensor = (type: string, shape: readonly number[], data: ArrayBufferView): TensorData => ({
    ...{ type, shape, data: new Uint8Array(data.buffer, data.byteOffset, data.byteLength) },
  });
  const feeds = { ids: tensor('int64', [1, 2], BigInt64Array.of(3n, 4n)), past: tensor('float32', [2, 2, 1, 2, 3, 4], past) };
  const { runId, sites } = await service.attention({ feeds });
  expect(sites.map(({ queries, keys }) => [queries, keys])).toEqual([
    [2, 5],
    [2, 5],
  ]);
  // In the second layer: what the file's own run gives.
  const whole = await openSession(merged([new Uint8Array(readFileSync(path)), outputsChunk(['softmax_1'])]));
  const given: [string, RawTensor][] = [
    ['ids', ids([3, 4])],
    ['past', { type: 'float32', shape: [2, 2, 1, 2, 3, 4], data: past }],
  ];
  const expected = (await runSession(whole, new Map(given))).get('softmax_1')!.data as Float32Array;
  for (const head of [0, 1]) {
    const row = await service.row({ runId, map: { kind: 'head', site: 1, head }, query: 1 });
    const start = (head * 2 + 1) * 5;
    expect([...row].map((value) => value.toFixed(6))).toEqual([...expected.subarray(start, start + 5)].map((value) => value.toFixed(6)));
  }
  const wrong = { ...feeds, past: tensor('float32', [2, 2, 1, 2, 3, 3], past.subarray(0, 72)) };
  await expect(service.attention({ feeds: wrong })).rejects.toThrow('Input past: expected float32 [2, 2, batch, 2, past, 4], got');
});

it('leaves a file without a cache as it is', () => {
  expect(apart(new Uint8Array(readFileSync(join(folder, '../generation/whole/model.onnx'))))).toBeNull();
  expect(apart(new Uint8Array(readFileSync(join(folder, '../generation/cached/model.onnx'))))).toBeNull();
});
