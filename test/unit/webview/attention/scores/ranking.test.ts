import { describe, expect, it } from 'vitest';
import { patterns } from '../../../../../src/maths/attention/patterns.ts';
import type { HeadScores } from '../../../../../src/maths/attention/headScores.ts';
import type { SiteScores } from '../../../../../src/protocol/inference.ts';
import { bestPattern, rankHeads, scoreOf } from '../../../../../webview/attention/scores/ranking.ts';
import { bestPhrase, emptyText, formatScore, rankingText, suchHeads } from '../../../../../webview/attention/scores/scoreWords.ts';

type Told = Partial<Record<string, [score: number | null, chance: number | null, eligible: number]>>;

function site(...heads: Told[]): SiteScores {
  return {
    patterns: patterns.map(({ id }) => id),
    heads: heads.map((told): HeadScores => ({
      patterns: patterns.map(({ id }) => {
        const [score, chance, eligible] = told[id] ?? [null, null, 0];
        return { score, chance, eligible, examples: [] };
      }),
      entropy: { relative: told['entropy']?.[0] ?? null, nats: null, rows: 9 },
      removed: null,
    })),
  };
}

describe('heads by their scores', () => {
  const first = site({ induction: [0.2, 0.02, 50] }, { induction: [0.9, 0.02, 50] }, { entropy: [0.4, null, 9] });
  const second = site({ induction: [0.5, 0.02, 50] }, { induction: [0.2, 0.02, 50] });

  it('stand from the highest down, equal ones by layer, without those that have none or whose layer is still to come', () => {
    const ranked = rankHeads([first, null, second], 'induction', 0);
    expect(ranked.map(({ row, head, score }) => [row, head, score])).toEqual([
      [0, 1, 0.9],
      [2, 0, 0.5],
      [0, 0, 0.2],
      [2, 1, 0.2],
    ]);
    expect(rankHeads([first, null, second], 'entropy', 0)).toEqual([{ row: 0, head: 2, score: 0.4 }]);
  });

  it('are left out below the least score, which counts', () => {
    expect(rankHeads([first, second], 'induction', 0.5).map(({ score }) => score)).toEqual([0.9, 0.5]);
    expect(rankHeads([first, second], 'induction', 0.91)).toEqual([]);
  });

  it('have no score of a pattern that the site was not scored for', () => {
    expect(scoreOf({ patterns: [], heads: first.heads }, 0, 'induction')).toBeNull();
    expect(scoreOf(first, 7, 'induction')).toBeNull();
  });
});

describe('the best pattern', () => {
  it('is the one furthest above chance, not the one with the highest score', () => {
    const best = bestPattern(site({ newline: [0.55, 0.5, 80], induction: [0.4, 0.02, 80] }), 0);
    expect(best?.pattern.id).toBe('induction');
    expect(best?.lift).toBeCloseTo(0.38 / 0.98, 12);
  });

  it('is none of too few queries, and none where chance is certain', () => {
    expect(bestPattern(site({ bracket: [1, 0.1, 4] }), 0)).toBeNull();
    expect(bestPattern(site({ itself: [1, 1, 40] }), 0)).toBeNull();
  });

  it('is told with its chance and queries; what such heads attend to only where it stands out', () => {
    const best = bestPattern(site({ induction: [0.94, 0.02, 212] }), 0)!;
    expect(bestPhrase(best, false)).toBe('induction 0.94 (chance 0.02, 212 queries)');
    expect(bestPhrase(best, true)).toBe('induction 0.94 (chance 0.02, 212 queries, first token left out)');
    expect(suchHeads(best, false)).toBe('; such heads attend to what followed the same token before (induction 0.94; chance 0.02)');
    expect(suchHeads(bestPattern(site({ induction: [0.12, 0.02, 212] }), 0), false)).toBeNull();
    expect(suchHeads(null, false)).toBeNull();
  });
});

it('scores have two decimals, and none that is not 0 reads as 0', () => {
  expect([0, 0.0049, 0.005, 0.944, 1].map(formatScore)).toEqual(['0.00', '<0.01', '0.01', '0.94', '1.00']);
});

describe('what the overview says of the order', () => {
  it('counts heads, and layers as long as some are to come', () => {
    expect(rankingText({ shown: 7, heads: 24, layersDone: 6, layers: 6 })).toBe('7 of 24 heads');
    expect(rankingText({ shown: 3, heads: 24, layersDone: 1, layers: 6 })).toBe('3 of 24 heads, 1 of 6 layers scored');
  });

  it('tells why there is nothing', () => {
    const done = { shown: 0, heads: 24, layersDone: 6, layers: 6 };
    expect(emptyText(done, 'induction', 0.5)).toContain('No head reaches 0.5 on induction');
    expect(emptyText(done, 'bracket', 0)).toContain('No query of this text');
    expect(emptyText({ ...done, layersDone: 5 }, 'induction', 0.5)).toBeNull();
    expect(emptyText({ ...done, shown: 1 }, 'induction', 0.5)).toBeNull();
  });
});
