/** Heads by their scores. Pure. */

import { patterns, type Pattern } from '../../../src/maths/attention/patterns.ts';
import type { HeadOrder } from '../../../src/protocol/attention.ts';
import type { SiteScores } from '../../../src/protocol/inference.ts';
import type { HeadPlace } from '../gridLayout.ts';

/** A head's score for a pattern, on the queries that it has a meaning for. */
export interface HeadScore {
  readonly score: number;
  /** null for entropy, which is compared with no chance. */
  readonly chance: number | null;
  /** Queries that it is a mean over. */
  readonly eligible: number;
}

export interface BestPattern extends HeadScore {
  readonly pattern: Pattern;
  readonly chance: number;
  /** Of what lies between chance and 1, the part that the score reaches. */
  readonly lift: number;
}

export interface RankedHead extends HeadPlace {
  readonly score: number;
}

/** How far the scores of all heads have come, for the overview that is ordered by them. */
export interface RankingProgress {
  readonly shown: number;
  readonly heads: number;
  readonly layersDone: number;
  readonly layers: number;
}

/** null where the score is not defined: no query is eligible, or the site's keys are not the text's. */
export function scoreOf(site: SiteScores, head: number, by: Exclude<HeadOrder, 'layer'>): HeadScore | null {
  const scores = site.heads[head];
  if (!scores) return null;
  if (by === 'entropy') {
    const { relative, rows } = scores.entropy;
    return relative === null ? null : { score: relative, chance: null, eligible: rows };
  }
  const found = scores.patterns[site.patterns.indexOf(by)];
  if (!found || found.score === null) return null;
  return { score: found.score, chance: found.chance, eligible: found.eligible };
}

/** Heads from the highest score down, of those that reach `least`; equal ones in the order of layers and heads. */
export function rankHeads(sites: readonly (SiteScores | null)[], by: Exclude<HeadOrder, 'layer'>, least: number): RankedHead[] {
  const scored = sites.flatMap((site, row) =>
    (site?.heads ?? []).flatMap((_, head) => {
      const score = site && scoreOf(site, head, by)?.score;
      return typeof score === 'number' && score >= least ? [{ row, head, score }] : [];
    }),
  );
  return scored.sort((a, b) => b.score - a.score || a.row - b.row || a.head - b.head);
}

/** Fewer queries than these say little of a head. */
const fewest = 5;

/** The pattern that a head is furthest above chance in; null where no pattern has queries enough. */
export function bestPattern(site: SiteScores, head: number): BestPattern | null {
  let best: BestPattern | null = null;
  for (const pattern of patterns) {
    const found = scoreOf(site, head, pattern.id);
    if (!found || found.chance === null || found.chance >= 1 || found.eligible < fewest) continue;
    const lift = (found.score - found.chance) / (1 - found.chance);
    if (!best || lift > best.lift) best = { ...found, chance: found.chance, pattern, lift };
  }
  return best;
}
