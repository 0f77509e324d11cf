import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { watchForStall } from '../../../src/engine/stall.ts';
import type { Progress, StreamOptions } from '../../../src/protocol/rpc.ts';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

it('tells how long nothing has been heard, where an item is a sign of life as progress is', () => {
  const told: string[] = [];
  const items: number[] = [];
  const options: StreamOptions<number> = {
    onProgress: ({ message }: Progress) => void told.push(message),
    onItem: (item) => void items.push(item),
  };
  const { watched, stop } = watchForStall(options, 10);
  for (const item of [1, 2, 3]) {
    vi.advanceTimersByTime(9_000);
    watched.onItem!(item);
  }
  vi.advanceTimersByTime(9_000);
  watched.onProgress!({ message: 'half' });
  vi.advanceTimersByTime(9_000);
  expect([told, items]).toEqual([['half'], [1, 2, 3]]);
  vi.advanceTimersByTime(11_000);
  expect(told.slice(1).map((message) => message.slice(0, 30))).toEqual([
    'No sign of progress for 10 s: ',
    'No sign of progress for 20 s: ',
  ]);
  stop();
  vi.advanceTimersByTime(60_000);
  expect(told).toHaveLength(3);
});
