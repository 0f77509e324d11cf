import { expect, it } from 'vitest';
import { RowStore } from '../../../webview/attention/rows.ts';

it('asks for a row that failed only when told to try again', async () => {
  let asked = 0;
  const failures: unknown[] = [];
  const store = new RowStore(
    () => Promise.reject(new Error(`failure ${++asked}`)),
    () => undefined,
    (error) => failures.push(error),
  );
  const request = { runId: 'a', map: { kind: 'head' as const, site: 0, head: 0 }, query: 3 };
  // What is drawn wants its row at every frame, and a failure is drawn.
  for (let frame = 0; frame < 10; frame++) {
    expect(store.want(request)).toBeNull();
    await Promise.resolve();
    await Promise.resolve();
  }
  expect([asked, failures.length]).toEqual([1, 1]);
  store.retry();
  store.want(request);
  expect(asked).toBe(2);
});
