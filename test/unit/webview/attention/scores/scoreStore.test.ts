import { describe, expect, it } from 'vitest';
import type { AttentionRun, HeadScoresRequest, SiteScores } from '../../../../../src/protocol/inference.ts';
import { ScoreStore } from '../../../../../webview/attention/scores/scoreStore.ts';

const run = { runId: 'run', sites: [0, 1, 2].map((index) => ({ index: 10 + index })) } as unknown as AttentionRun;
const turn = (): Promise<void> => new Promise((resolve) => setTimeout(resolve));

class Engine {
  readonly asked: { request: HeadScoresRequest; signal: AbortSignal; answer: (scores: SiteScores) => void; fail: () => void }[] = [];
  readonly failures: unknown[] = [];
  arrived = 0;
  readonly store = new ScoreStore(run, {
    fetch: (request, { signal }) =>
      new Promise((resolve, reject) => {
        this.asked.push({ request, signal: signal!, answer: resolve, fail: () => reject(new Error('no')) });
      }),
    arrived: () => this.arrived++,
    failed: (error) => this.failures.push(error),
  });

  async answer(): Promise<SiteScores> {
    const scores: SiteScores = { patterns: [], heads: [] };
    this.asked.at(-1)!.answer(scores);
    await turn();
    return scores;
  }
}

describe('the store of scores', () => {
  it('asks for one site after the other, in the order in which they are wanted, and once', async () => {
    const engine = new Engine();
    engine.store.want([2, 0], false);
    expect(engine.asked.map(({ request }) => request)).toEqual([{ runId: 'run', site: 12, withoutFirst: false }]);
    const scores = await engine.answer();
    expect(engine.store.of(2)).toBe(scores);
    expect(engine.asked.map(({ request }) => request.site)).toEqual([12, 10]);
    await engine.answer();
    engine.store.want([2, 0], false);
    expect(engine.asked).toHaveLength(2);
    expect([engine.store.count, engine.arrived]).toEqual([2, 2]);
  });

  it('drops what is not wanted any more, and lets what is go on', async () => {
    const engine = new Engine();
    engine.store.want([0, 1], false);
    engine.store.want([1, 0], false);
    expect(engine.asked).toHaveLength(1);
    engine.store.want([1], false);
    expect(engine.asked[0]!.signal.aborted).toBe(true);
    expect(engine.asked[1]!.request.site).toBe(11);
    engine.asked[0]!.answer({ patterns: [], heads: [] });
    await turn();
    expect(engine.store.of(0)).toBeNull();
  });

  it('keeps scores with and without the first token apart', async () => {
    const engine = new Engine();
    engine.store.want([0], false);
    const all = await engine.answer();
    engine.store.want([0], true);
    expect([engine.store.of(0), engine.asked[1]!.request.withoutFirst]).toEqual([null, true]);
    await engine.answer();
    engine.store.want([0], false);
    expect(engine.store.of(0)).toBe(all);
    expect(engine.asked).toHaveLength(2);
  });

  it('goes on behind a failure, which is asked for again only when that is wanted', async () => {
    const engine = new Engine();
    engine.store.want([0, 1], false);
    engine.asked[0]!.fail();
    await turn();
    expect(engine.failures).toHaveLength(1);
    await engine.answer();
    engine.store.want([0, 1], false);
    expect(engine.asked.map(({ request }) => request.site)).toEqual([10, 11]);
    engine.store.retry();
    expect(engine.asked.at(-1)!.request.site).toBe(10);
  });
});
