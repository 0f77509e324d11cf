import { describe, expect, it } from 'vitest';
import type { ShadeRequest } from '../../../../../src/protocol/inference.ts';
import { ShadeStore } from '../../../../../webview/attention/text/shadeStore.ts';

const request = (more: Partial<ShadeRequest> = {}): ShadeRequest => ({
  runId: 'a',
  map: { kind: 'head', site: 0, head: 0 },
  direction: 'from',
  groups: [[1], [2]],
  ...more,
});

function storeOf(answer: (asked: ShadeRequest) => Promise<Float32Array>) {
  const log = { asked: [] as ShadeRequest[], signals: [] as AbortSignal[], arrived: 0, failed: [] as unknown[] };
  const store = new ShadeStore({
    shade: (asked, { signal }) => {
      log.asked.push(asked);
      log.signals.push(signal!);
      return answer(asked);
    },
    arrived: () => void log.arrived++,
    failed: (error) => log.failed.push(error),
  });
  return { store, log };
}
const settle = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

describe('sums of weights', () => {
  it('are asked for once, and then there', async () => {
    const { store, log } = storeOf(() => Promise.resolve(Float32Array.of(0.5, 0.25)));
    expect(store.want(request())).toBeNull();
    expect(store.want(request())).toBeNull();
    await settle();
    expect(store.want(request())).toEqual({ values: Float32Array.of(0.5, 0.25), removed: null });
    expect(log.asked).toHaveLength(1);
    expect(log.arrived).toBe(1);
  });

  it('are dropped when others are wanted', async () => {
    const { store, log } = storeOf(() => new Promise(() => undefined));
    store.want(request());
    store.want(request({ direction: 'to' }));
    await settle();
    expect(log.signals.map(({ aborted }) => aborted)).toEqual([true, false]);
    expect(store.isLoading).toBe(true);
  });

  it('that failed are asked for again on retry alone', async () => {
    let fails = true;
    const { store, log } = storeOf(() => (fails ? Promise.reject(new Error('no')) : Promise.resolve(Float32Array.of(1))));
    store.want(request());
    await settle();
    expect(store.want(request())).toBeNull();
    expect(log.asked).toHaveLength(1);
    expect(log.failed).toHaveLength(1);
    fails = false;
    store.retry();
    store.want(request());
    await settle();
    expect(store.want(request())?.values).toEqual(Float32Array.of(1));
  });

  it('without the first token say what it held: of the chosen rows, or of every row but the first on average', async () => {
    const map = { kind: 'head', site: 0, head: 0, withoutFirst: true } as const;
    const { store } = storeOf((asked) =>
      Promise.resolve(
        asked.map.withoutFirst
          ? Float32Array.of(NaN, 1)
          : asked.direction === 'from'
            ? Float32Array.of(0.6, 1)
            : Float32Array.of(1, 0.5, NaN, 0.25),
      ),
    );
    store.want(request({ map }));
    await settle();
    expect(store.want(request({ map }))?.removed).toBeCloseTo(0.3);
    store.want(request({ map, direction: 'to' }));
    await settle();
    expect(store.want(request({ map, direction: 'to' }))?.removed).toBeCloseTo(0.375);
  });
});
