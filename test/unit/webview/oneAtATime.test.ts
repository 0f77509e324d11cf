import { beforeEach, expect, it, vi } from 'vitest';
import { OneAtATime } from '../../../webview/shared/oneAtATime.ts';

let told: string[] = [];
beforeEach(() => (told = []));

/** Work that goes on until it is let go or fails, or is aborted. */
function begin(one: OneAtATime, name: string): { readonly done: () => void; readonly fail: () => void; readonly signal: AbortSignal } {
  let work!: ReturnType<typeof begin>;
  one.begin(
    (signal) =>
      new Promise((done, reject) => {
        work = { done, fail: () => reject(new Error('broken')), signal };
        signal.addEventListener('abort', () => reject(new Error('aborted')));
      }),
    {
      failed: (error) => told.push(`${name} failed: ${error instanceof Error ? error.message : ''}`),
      ended: () => told.push(`${name} ended`),
    },
  );
  return work;
}
/** So long that all that was settled has been told of. */
const settled = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

it('is busy until its work is done, and tells that it is', async () => {
  const one = new OneAtATime();
  expect(one.busy).toBe(false);
  const { done } = begin(one, 'a');
  expect(one.busy).toBe(true);
  done();
  await settled();
  expect(told).toEqual(['a ended']);
  expect(one.busy).toBe(false);
});

it('tells a failure, then the end', async () => {
  const one = new OneAtATime();
  begin(one, 'a').fail();
  await settled();
  expect(told).toEqual(['a failed: broken', 'a ended']);
  expect(one.busy).toBe(false);
});

it('cancels: no failure, but an end, until which it is busy', async () => {
  const one = new OneAtATime();
  const { signal } = begin(one, 'a');
  one.cancel();
  expect(signal.aborted).toBe(true);
  expect(one.busy).toBe(true);
  await settled();
  expect(told).toEqual(['a ended']);
  expect(one.busy).toBe(false);
});

it('drops: neither failure nor end, and is free at once', async () => {
  const one = new OneAtATime();
  const { signal } = begin(one, 'a');
  one.drop();
  expect(signal.aborted).toBe(true);
  expect(one.busy).toBe(false);
  await settled();
  expect(told).toEqual([]);
});

it('ends work for newer work without a word', async () => {
  const one = new OneAtATime();
  const older = begin(one, 'a');
  const newer = begin(one, 'b');
  expect(older.signal.aborted).toBe(true);
  expect(newer.signal.aborted).toBe(false);
  await settled();
  expect(told).toEqual([]);
  expect(one.busy).toBe(true);
  newer.done();
  await settled();
  expect(told).toEqual(['b ended']);
});

it('cancels and drops nothing where nothing is under way', async () => {
  const one = new OneAtATime();
  one.cancel();
  one.drop();
  const { done } = begin(one, 'a');
  done();
  await settled();
  expect(told).toEqual(['a ended']);
});

it('goes on after a listener has thrown', async () => {
  const warn = vi.spyOn(console, 'warn').mockImplementation(() => undefined);
  const one = new OneAtATime();
  one.begin(async () => Promise.resolve(), {
    failed: () => undefined,
    ended: () => {
      throw new Error('in the listener');
    },
  });
  await settled();
  expect(warn).toHaveBeenCalledOnce();
  expect(one.busy).toBe(false);
  warn.mockRestore();
});
