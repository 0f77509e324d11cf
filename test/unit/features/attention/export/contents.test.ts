import { describe, expect, it } from 'vitest';
import { mapCsv, mapNpy, type OpenMap } from '../../../../../src/features/attention/export/contents.ts';
import { readNpy } from '../../../../../src/formats/npy.ts';
import { elementsOf } from '../../../../../src/formats/elements.ts';
import type { RowRequest } from '../../../../../src/protocol/inference.ts';

const tokens = ['a', 'b', 'c'].map((text, id) => ({ id, text, start: id, end: id + 1 }));
const open = {
  result: { run: { runId: 'r', tokens } },
  map: { kind: 'head', site: 0, head: 0 },
  site: { index: 0, kind: 'self', queries: 3, keys: 3 },
} as unknown as OpenMap;
const work = { signal: new AbortController().signal, onProgress: () => undefined };
const row = async ({ query }: RowRequest): Promise<Float32Array> =>
  Float32Array.from([0.5, 0.25, 0.125], (weight, key) => (key > query ? NaN : weight));

async function all<T>(pieces: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const piece of pieces) list.push(piece);
  return list;
}

describe('a map that is exported', () => {
  it('is a line a query in CSV', async () => {
    expect((await all(mapCsv(open, row, work))).join('')).toBe(
      ['query / key,0: a,1: b,2: c', '0: a,0.5,,', '1: b,0.5,0.25,', '2: c,0.5,0.25,0.125', ''].join('\r\n'),
    );
  });

  it('names keys of another sequence by their position', async () => {
    const cross = { ...open, site: { ...open.site, kind: 'cross' } } as OpenMap;
    expect((await all(mapCsv(cross, row, work)))[0]).toBe('query / key,0,1,2\r\n');
  });

  it('is an array [queries, keys] in .npy, 0 where masked', async () => {
    const file = readNpy(Buffer.concat(await all(mapNpy(open, row, work))));
    expect(file).toMatchObject({ type: 'float32', shape: [3, 3] });
    expect([...elementsOf('float32', file.data)]).toEqual([0.5, 0, 0, 0.5, 0.25, 0, 0.5, 0.25, 0.125]);
  });
});
