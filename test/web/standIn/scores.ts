/** Scores of maps that a test knows in full. */

import { createHeadScorer } from '../../../src/maths/attention/headScores.ts';
import { patterns } from '../../../src/maths/attention/patterns.ts';
import type { SiteScores, TokenSpan } from '../../../src/protocol/inference.ts';
import type { WeightMap } from './maps.ts';

export function scoresOf(
  maps: readonly WeightMap[],
  tokens: readonly TokenSpan[] | undefined,
  text: string,
  withoutFirst: boolean,
): SiteScores {
  // Equal texts are one token of the vocabulary; tokens without a text stand one after the other.
  const ids = new Map<string, number>();
  const known = tokens?.map((token) => ({ ...token, id: ids.get(token.text) ?? ids.set(token.text, ids.size).size - 1 }));
  const whole = text === '' ? (tokens?.map((token) => token.text[0] ?? ' ').join('') ?? '') : text;
  const targets = known ? patterns.map(({ targetsOf }) => targetsOf(known, whole)) : [];
  return {
    patterns: known ? patterns.map(({ id }) => id) : [],
    heads: maps.map(({ queries, keys, weights }) => {
      const scorer = createHeadScorer({ queries, keys, targets, examples: 5, withoutFirst });
      scorer.add({ values: weights, offset: 0, stride: keys, firstRow: 0, rowCount: queries });
      return scorer.result();
    }),
  };
}
