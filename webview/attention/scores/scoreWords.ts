/** What is said of a head's scores. Pure, so that each sentence can be tested. */

import { patterns } from '../../../src/maths/attention/patterns.ts';
import type { HeadOrder } from '../../../src/protocol/attention.ts';
import { counted, formatCount } from '../../shared/numbers.ts';
import type { BestPattern, RankingProgress } from './ranking.ts';

/** A score says what a head is like only where it reaches this part of what lies above chance. */
const telling = 0.2;

const left = ', first token left out';

/** As in a list: "Induction". */
export function orderName(order: HeadOrder): string {
  if (order === 'layer') return 'Layer order';
  return order === 'entropy' ? 'Entropy' : (patterns.find(({ id }) => id === order)?.name ?? order);
}

/** Two decimals: a score has no more to say. */
export function formatScore(score: number): string {
  return score > 0 && score < 0.005 ? '<0.01' : score.toFixed(2);
}

export function countedQueries(count: number): string {
  return `${formatCount(count)} ${count === 1 ? 'query' : 'queries'}`;
}

/** "induction 0.94 (chance 0.02, 212 queries)". */
export function bestPhrase({ pattern, score, chance, eligible }: BestPattern, withoutFirst: boolean): string {
  const facts = `chance ${formatScore(chance)}, ${countedQueries(eligible)}${withoutFirst ? left : ''}`;
  return `${pattern.name.toLowerCase()} ${formatScore(score)} (${facts})`;
}

/** What heads with its pattern are like, to follow what one of a head's queries attends to; null where none stands out. */
export function suchHeads(best: BestPattern | null, withoutFirst: boolean): string | null {
  if (!best || best.lift < telling) return null;
  const { pattern, score, chance } = best;
  const facts = `${pattern.name.toLowerCase()} ${formatScore(score)}; chance ${formatScore(chance)}${withoutFirst ? left : ''}`;
  return `; such heads attend to ${pattern.description} (${facts})`;
}

/** "7 of 24 heads", and what is still to come. */
export function rankingText({ shown, heads, layersDone, layers }: RankingProgress): string {
  const count = `${formatCount(shown)} of ${counted(heads, 'head')}`;
  return layersDone < layers ? `${count}, ${formatCount(layersDone)} of ${counted(layers, 'layer')} scored` : count;
}

/** What stands where no head does; null while heads are to come, or there are some. */
export function emptyText({ shown, layersDone, layers }: RankingProgress, order: HeadOrder, least: number): string | null {
  if (shown > 0 || layersDone < layers) return null;
  const name = orderName(order).toLowerCase();
  if (least > 0) return `No head reaches ${least} on ${name}. Lower the least score.`;
  return `No query of this text has a key of the pattern “${name}”, so that no head has a score.`;
}
