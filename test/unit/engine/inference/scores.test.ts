import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import type { HeadScores } from '../../../../src/maths/attention/headScores.ts';
import { patterns } from '../../../../src/maths/attention/patterns.ts';
import type { AttentionRun } from '../../../../src/protocol/inference.ts';
import { fixtureArrays, fixtureSource, fixtures, settings, startService, type TestService } from './support/service.ts';

type Expected = Omit<HeadScores, 'patterns'> & {
  patterns: Record<string, { score: number | null; chance: number | null; eligible: number; strongest: [number, number] | null }>;
};

const places = 5;
const close = (actual: number | null | undefined, expected: number | null): void => {
  if (expected === null) expect(actual).toBeNull();
  else expect(actual).toBeCloseTo(expected, places);
};

describe('head scores of a text', () => {
  let service: TestService;
  let run: AttentionRun;
  let expected: Record<'all' | 'withoutFirst', Expected[][]>;

  beforeAll(async () => {
    service = startService();
    await service.load({ source: fixtureSource('causal'), settings });
    const text = new TextDecoder().decode((await fixtureArrays('causal/text.npz')).get('text')!.data);
    run = await service.attention({ text });
    expected = JSON.parse(await readFile(join(fixtures, '../head-scores/expected.json'), 'utf8')) as typeof expected;
  });

  it.each([
    ['all', false],
    ['withoutFirst', true],
  ] as const)('are those of NumPy on the weights of PyTorch: %s', async (name, withoutFirst) => {
    for (const [site, heads] of expected[name].entries()) {
      const scores = await service.headScores({ runId: run.runId, site, withoutFirst });
      expect(scores.patterns).toEqual(patterns.map(({ id }) => id));
      expect(scores.heads).toHaveLength(heads.length);
      for (const [head, known] of heads.entries()) {
        const found = scores.heads[head]!;
        expect(Object.keys(known.patterns)).toEqual(scores.patterns);
        Object.values(known.patterns).forEach(({ score, chance, eligible, strongest }, index) => {
          const pattern = found.patterns[index]!;
          close(pattern.score, score);
          close(pattern.chance, chance);
          expect(pattern.eligible).toBe(eligible);
          expect(pattern.examples[0] ? [pattern.examples[0].query, pattern.examples[0].key] : null).toEqual(strongest);
        });
        close(found.entropy.relative, known.entropy.relative);
        close(found.entropy.nats, known.entropy.nats);
        expect(found.entropy.rows).toBe(known.entropy.rows);
        close(found.removed, known.removed);
      }
    }
  });

  it('tell the strongest cells with their weights as the map has them', async () => {
    const { heads } = await service.headScores({ runId: run.runId, site: 1, withoutFirst: false });
    const { examples } = heads[2]!.patterns[0]!;
    expect(examples.length).toBeGreaterThan(1);
    for (const { query, key, weight } of examples) {
      expect(key).toBe(query - 1);
      expect((await service.row({ runId: run.runId, map: { kind: 'head', site: 1, head: 2 }, query }))[key]).toBe(weight);
    }
    expect(examples.map(({ weight }) => weight)).toEqual(examples.map(({ weight }) => weight).sort((a, b) => b - a));
  });

  it('end when they are cancelled, and do not hold up other calls meanwhile', async () => {
    const abort = new AbortController();
    const scores = service.headScores({ runId: run.runId, site: 0, withoutFirst: false }, { signal: abort.signal });
    abort.abort();
    await expect(scores).rejects.toThrow();
  });

  it('refuse a site that there is not', async () => {
    await expect(service.headScores({ runId: run.runId, site: 9, withoutFirst: false })).rejects.toMatchObject({ code: 'out-of-range' });
    await expect(service.headScores({ runId: run.runId, site: 0, batch: 1, withoutFirst: false })).rejects.toMatchObject({
      code: 'out-of-range',
    });
  });
});

it('are entropy alone where tensors were given', async () => {
  const service = startService();
  await service.load({ source: fixtureSource('causal'), settings });
  const run = await service.attention({ feeds: Object.fromEntries(await fixtureArrays('causal/feeds.npz')) });
  const scores = await service.headScores({ runId: run.runId, site: 0, withoutFirst: false });
  expect(scores.patterns).toEqual([]);
  expect(scores.heads).toHaveLength(3);
  for (const { patterns: none, entropy } of scores.heads) {
    expect(none).toEqual([]);
    expect(entropy.relative).toBeGreaterThan(0);
    expect(entropy.relative).toBeLessThan(1);
  }
});
