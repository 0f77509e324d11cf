import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf, floatsOf, isElementType } from '../../../src/formats/elements.ts';
import { NpzError, readNpz } from '../../../src/formats/npz.ts';

const folder = join(import.meta.dirname, '../../fixtures/formats');
const read = (name: string): Promise<Buffer> => readFile(join(folder, name));

/** Writes a little-endian number into a copy. */
function patched(bytes: Uint8Array, at: number, value: number): Buffer {
  const copy = Buffer.from(bytes);
  copy.writeUInt32LE(value, at);
  return copy;
}

describe('readNpz', () => {
  it.each(['stored.npz', 'deflated.npz'])('reads every type that NumPy writes (%s)', async (name) => {
    const arrays = await readNpz(await read(name));
    const values = (key: string): number[] => {
      const { type, data } = arrays.get(key)!;
      if (!isElementType(type)) throw new Error(type);
      const elements = elementsOf(type, data);
      return Array.from(floatsOf(type, elements) ?? elements, Number);
    };
    const counting = Array.from({ length: 24 }, (_, i) => i);
    for (const type of ['float16', 'float32', 'float64']) expect(values(type), type).toEqual(counting.map((i) => i / 8 - 1));
    for (const type of ['int8', 'int16', 'int32', 'int64']) expect(values(type), type).toEqual(counting.map((i) => i - 12));
    for (const type of ['uint8', 'uint16', 'uint32', 'uint64']) expect(values(type), type).toEqual(counting);
    expect(values('bool')).toEqual(counting.map((i) => (i % 3 === 0 ? 1 : 0)));
    for (const key of [...arrays.keys()].slice(0, 12)) {
      expect(arrays.get(key)!.type).toBe(key);
      expect(arrays.get(key)!.shape).toEqual([2, 3, 4]);
    }
    expect(values('big_endian')).toEqual(counting.map((i) => i - 12));
    expect(values('fortran')).toEqual(counting.map((i) => i - 12));
    expect(arrays.get('scalar')).toMatchObject({ type: 'int64', shape: [] });
    expect(values('scalar')).toEqual([7]);
    expect(arrays.get('empty')).toMatchObject({ shape: [2, 0, 3] });
    expect(values('vector')).toEqual([1, 2, 3]);
  });

  it.each([
    ['strings.npz', 'names.npy: Its element type <U1'],
    ['objects.npz', 'things.npy: Its element type |O'],
  ])('names what it cannot read (%s)', async (name, message) => {
    await expect(readNpz(await read(name))).rejects.toThrow(message);
  });

  it('refuses what is no zip file, or cut off', async () => {
    const good = await read('deflated.npz');
    for (const bytes of [
      new Uint8Array(),
      Buffer.from('hello'),
      Buffer.alloc(500),
      good.subarray(0, good.length - 30),
      good.subarray(100),
    ]) {
      await expect(readNpz(bytes)).rejects.toThrow(NpzError);
    }
  });

  it('refuses to unpack more than the limit, before it unpacks anything', async () => {
    await expect(readNpz(await read('deflated.npz'), 1_000)).rejects.toThrow(/unpacks to \d+ bytes; the limit is 1000/);
  });

  it('believes no size that its packed bytes cannot make', async () => {
    const good = await read('deflated.npz');
    const entry = good.indexOf(Buffer.from([0x50, 0x4b, 0x01, 0x02]));
    await expect(readNpz(patched(good, entry + 24, 100_000_000))).rejects.toThrow('which no deflate does');
    await expect(readNpz(patched(good, entry + 24, 20))).rejects.toThrow('does not unpack to the 20 bytes');
    await expect(readNpz(patched(good, entry + 42, good.length - 4))).rejects.toThrow('is not where');
    await expect(readNpz(patched(good, entry + 20, good.length * 2))).rejects.toThrow('cut off');
  });

  it('ends with arrays or an error of its own, whatever the bytes', async () => {
    const good = await read('deflated.npz');
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(fc.nat(good.length - 1), fc.nat(255)), { minLength: 1, maxLength: 4 }), async (changes) => {
        const bytes = Buffer.from(good);
        for (const [at, byte] of changes) bytes[at] = byte;
        await readNpz(bytes, 1e6).catch((error: unknown) => expect(error).toBeInstanceOf(NpzError));
      }),
      { numRuns: 300 },
    );
  });
});
