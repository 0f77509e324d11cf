import { describe, expect, it } from 'vitest';
import { inBatches } from '../../../../../src/engine/inference/items/batches.ts';
import type { RawTensor } from '../../../../../src/protocol/worker.ts';

const { signal } = new AbortController();
const items = Float32Array.from({ length: 14 }, (_, i) => i);

/** An engine whose runs end when they are told to. */
function heldRuns(): {
  run: (part: Float32Array, count: number, first: number) => Promise<Readonly<Record<string, RawTensor>>>;
  asked: number[];
  end: (first: number) => void;
} {
  const ends = new Map<number, () => void>();
  const asked: number[] = [];
  const run = (part: Float32Array, count: number, first: number): Promise<Readonly<Record<string, RawTensor>>> => {
    asked.push(first);
    return new Promise((resolve) => ends.set(first, () => resolve({ out: { type: 'float32', shape: [count, 2], data: part } })));
  };
  return { run, asked, end: (first) => ends.get(first)!() };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a part of a model called in batches', () => {
  it('always has a run waiting behind the one under way, and gives batches in order', async () => {
    const { run, asked, end } = heldRuns();
    const taken: [number, number, number[]][] = [];
    const done = inBatches({ items, size: 2, fixed: undefined, wanted: 2, signal }, run, ({ out }, first, count) => {
      taken.push([first, count, [...(out!.data as Float32Array)]]);
    });
    await settled();
    expect(asked).toEqual([0, 2]);
    end(2);
    await settled();
    expect(taken).toEqual([]);
    end(0);
    await settled();
    expect(asked).toEqual([0, 2, 4, 6]);
    end(6);
    end(4);
    await done;
    expect(taken).toEqual([
      [0, 2, [0, 1, 2, 3]],
      [2, 2, [4, 5, 6, 7]],
      [4, 2, [8, 9, 10, 11]],
      [6, 1, [12, 13]],
    ]);
  });

  it('fills a batch up that the file fixes', async () => {
    const parts: number[][] = [];
    const run = (part: Float32Array, count: number): Promise<Readonly<Record<string, RawTensor>>> => {
      parts.push([...part]);
      return Promise.resolve({ out: { type: 'float32', shape: [count, 2], data: part } });
    };
    const counts: number[] = [];
    await inBatches(
      { items: items.subarray(0, 6), size: 2, fixed: 2, wanted: 64, signal },
      run,
      (_, _first, count) => void counts.push(count),
    );
    expect(parts).toEqual([
      [0, 1, 2, 3],
      [4, 5, 4, 5],
    ]);
    expect(counts).toEqual([2, 1]);
  });

  it('ends with what a run failed with, and asks for no more', async () => {
    const asked: number[] = [];
    const run = (_: Float32Array, __: number, first: number): Promise<Readonly<Record<string, RawTensor>>> => {
      asked.push(first);
      return first === 2 ? Promise.reject(new Error('no more memory')) : Promise.resolve({});
    };
    const taken: number[] = [];
    const work = inBatches({ items, size: 2, fixed: undefined, wanted: 2, signal }, run, (_outputs, first) => void taken.push(first));
    await expect(work).rejects.toThrow('no more memory');
    expect([asked, taken]).toEqual([[0, 2, 4], [0]]);
  });

  it('ends when it is no longer wanted, before anything more is looked at', async () => {
    const { run, asked, end } = heldRuns();
    const abort = new AbortController();
    const work = inBatches({ items, size: 2, fixed: undefined, wanted: 2, signal: abort.signal }, run, () => {
      throw new Error('looked at');
    });
    abort.abort(new Error('enough'));
    end(0);
    await expect(work).rejects.toThrow('enough');
    expect(asked).toEqual([0, 2]);
  });
});
