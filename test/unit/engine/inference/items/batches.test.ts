import { describe, expect, it, vi } from 'vitest';
import { inBatches } from '../../../../../src/engine/inference/items/batches.ts';
import type { RawTensor } from '../../../../../src/protocol/worker.ts';

const { signal } = new AbortController();
const items = Float32Array.from({ length: 14 }, (_, i) => i);
const pairs = { session: 1, fetches: ['out'], items, size: 2, fixed: undefined, wanted: 2, signal };

type Run = Parameters<typeof inBatches>[0]['runEach'];

const feedsOf = (part: Float32Array, count: number): Record<string, RawTensor> => ({
  in: { type: 'float32', shape: [count, 2], data: part },
});
/** The first item's first number of each batch of a call. */
const firstsOf = ({ feeds }: Parameters<Run>[0]): number[] => feeds.map((feed) => Number(feed['in']!.data[0]) / 2);
const echoed = ({ feeds }: Parameters<Run>[0]): Record<string, RawTensor>[] => feeds.map((feed) => ({ out: feed['in']! }));

/** An engine whose calls end when they are told to. */
function heldRuns(): { runEach: Run; asked: number[][]; end: (first: number) => void } {
  const ends = new Map<number, () => void>();
  const asked: number[][] = [];
  const runEach: Run = (call) => {
    const firsts = firstsOf(call);
    asked.push(firsts);
    return new Promise((resolve) => ends.set(firsts[0]!, () => resolve(echoed(call))));
  };
  return { runEach, asked, end: (first) => ends.get(first)!() };
}

const settled = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

describe('a part of a model called in batches', () => {
  it('always has a call waiting behind the one under way, and gives batches in order', async () => {
    const { runEach, asked, end } = heldRuns();
    const taken: [number, number, number[]][] = [];
    const done = inBatches({ runEach }, pairs, feedsOf, ({ out }, first, count) => {
      taken.push([first, count, [...(out!.data as Float32Array)]]);
    });
    await settled();
    expect(asked).toEqual([[0], [2]]);
    end(2);
    await settled();
    expect(taken).toEqual([]);
    end(0);
    await settled();
    expect(asked.flat()).toEqual([0, 2, 4, 6]);
    for (const [first] of asked.slice(2).toReversed()) end(first!);
    await done;
    expect(taken).toEqual([
      [0, 2, [0, 1, 2, 3]],
      [2, 2, [4, 5, 6, 7]],
      [4, 2, [8, 9, 10, 11]],
      [6, 1, [12, 13]],
    ]);
  });

  it('asks for more batches at once the faster they are', async () => {
    const sizes = async (took: number): Promise<number[]> => {
      const asked: number[] = [];
      const now = vi.spyOn(performance, 'now').mockReturnValue(0);
      let [done, before] = [0, Promise.resolve()];
      const runEach: Run = (call) => {
        asked.push(call.feeds.length);
        const own = before.then(settled).then(() => void now.mockReturnValue((done += took * call.feeds.length)));
        before = own;
        return own.then(() => echoed(call));
      };
      const many = Float32Array.from({ length: 80 }, (_, i) => i);
      await inBatches({ runEach }, { ...pairs, items: many }, feedsOf, () => undefined);
      now.mockRestore();
      return asked;
    };
    expect(Math.max(...(await sizes(100)))).toBe(1);
    expect((await sizes(11)).slice(0, 4)).toEqual([1, 1, 3, 3]);
    expect(Math.max(...(await sizes(0.01)))).toBe(8);
  });

  it('fills a batch up that the file fixes', async () => {
    const parts: number[][] = [];
    const counts: number[] = [];
    await inBatches(
      { runEach: (call) => Promise.resolve(echoed(call)) },
      { ...pairs, items: items.subarray(0, 6), fixed: 2, wanted: 64 },
      (part, count) => {
        parts.push([...part]);
        return feedsOf(part, count);
      },
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
    const runEach: Run = (call) => {
      asked.push(...firstsOf(call));
      return asked.includes(2) ? Promise.reject(new Error('no more memory')) : Promise.resolve(echoed(call));
    };
    const taken: number[] = [];
    const work = inBatches({ runEach }, pairs, feedsOf, (_outputs, first) => void taken.push(first));
    await expect(work).rejects.toThrow('no more memory');
    expect(taken).toEqual([0]);
    const before = asked.length;
    await settled();
    expect(asked.length).toBe(before);
  });

  it('ends when it is no longer wanted, before anything more is looked at', async () => {
    const { runEach, asked, end } = heldRuns();
    const abort = new AbortController();
    const work = inBatches({ runEach }, { ...pairs, signal: abort.signal }, feedsOf, () => {
      throw new Error('looked at');
    });
    abort.abort(new Error('enough'));
    end(0);
    await expect(work).rejects.toThrow('enough');
    expect(asked).toEqual([[0], [2]]);
  });
});
