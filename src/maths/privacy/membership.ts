/** How well scores tell the examples that a model was trained on from those that it was not: the audit of a twin model. */

import { clopperPearson } from '../beta.ts';
import { ranks } from '../rankCorrelation.ts';

/** Examples with the score that an attack gives them (higher: a member, it says), whether they are, and the family that was drawn for. */
export interface Scored {
  score: Float64Array;
  member: Uint8Array;
  /** Coins were thrown for whole families; examples of one are not independent. */
  family: Int32Array;
}

export interface Interval {
  value: number;
  low: number;
  high: number;
}

export interface MembershipAudit {
  /** Chance that a member's score is above a non-member's; ties count half. Interval by drawing families again. */
  auc: Interval;
  /** Share of members above the score that 1 % of the non-members exceed. Interval by drawing families again. */
  foundAtOnePercent: Interval;
  /**
   * What that threshold does when families are counted as they are: Clopper-Pearson's interval of the share found, as if each example were
   * independent; narrower than the one above where families differ.
   */
  foundIfIndependent: Interval;
  /** A lower bound on the epsilon of (epsilon, delta)-differential privacy, at 95 %, for coin-flipped examples; 0 where none is shown. */
  epsilon: number;
  memberFamilies: number;
  otherFamilies: number;
  examples: number;
}

/** AUC by ranks. */
export function areaUnderCurve(score: Float64Array, member: Uint8Array): number {
  const ranked = ranks(score);
  let [inside, sum] = [0, 0];
  for (let i = 0; i < score.length; i++) {
    if (!member[i]) continue;
    inside++;
    sum += ranked[i]!;
  }
  return (sum - (inside * (inside + 1)) / 2) / (inside * (score.length - inside));
}

/** The q-th quantile, between neighbouring values linearly (type 7 of Hyndman and Fan 1996). */
export function quantile(values: Float64Array, q: number): number {
  const sorted = values.slice().sort();
  const place = q * (sorted.length - 1);
  const low = Math.floor(place);
  const rest = place - low;
  return sorted[low]! * (1 - rest) + (rest > 0 ? sorted[low + 1]! * rest : 0);
}

/** How many members and how many others have a score above the one that `falsely` of the others exceed. */
export function countsAt(
  score: Float64Array,
  member: Uint8Array,
  falsely: number,
): { found: number; members: number; wrong: number; others: number } {
  const threshold = quantile(
    score.filter((_, i) => !member[i]),
    1 - falsely,
  );
  const counts = { found: 0, members: 0, wrong: 0, others: 0 };
  for (let i = 0; i < score.length; i++) {
    const above = score[i]! > threshold ? 1 : 0;
    if (member[i]) {
      counts.members++;
      counts.found += above;
    } else {
      counts.others++;
      counts.wrong += above;
    }
  }
  return counts;
}

/** The share of members that is found there. */
export function foundAt(score: Float64Array, member: Uint8Array, falsely: number): number {
  const { found, members } = countsAt(score, member, falsely);
  return found / members;
}

/**
 * @param integers whole numbers from 0 to bound - 1: (bound, count, start) as the seeded generator gives them
 * @throws RangeError where there are no members or no non-members, or a family has both
 */
export function membershipAudit(
  { score, member, family }: Scored,
  integers: (bound: number, count: number, start: number) => Float64Array,
  redraws = 400,
): MembershipAudit {
  const rows = new Map<number, number[]>();
  for (let i = 0; i < score.length; i++) {
    const known = rows.get(family[i]!);
    if (!known) rows.set(family[i]!, [i]);
    else if (member[known[0]!] === member[i]) known.push(i);
    else throw new RangeError(`Family ${family[i]} has members and others; coins are thrown for whole families.`);
  }
  const groups = [...rows.values()];
  const inside = groups.filter((group) => member[group[0]!]);
  const outside = groups.filter((group) => !member[group[0]!]);
  if (inside.length === 0 || outside.length === 0)
    throw new RangeError(`${inside.length} families of members and ${outside.length} of others; both are needed.`);
  const [areas, shares] = [new Float64Array(redraws), new Float64Array(redraws)];
  let place = 0;
  for (let redraw = 0; redraw < redraws; redraw++) {
    const chosen: number[] = [];
    for (const from of [inside, outside]) {
      for (const one of integers(from.length, from.length, place)) chosen.push(...from[one]!);
      place += from.length;
    }
    const scores = Float64Array.from(chosen, (i) => score[i]!);
    const members = Uint8Array.from(chosen, (i) => member[i]!);
    areas[redraw] = areaUnderCurve(scores, members);
    shares[redraw] = foundAt(scores, members, 0.01);
  }
  const counts = countsAt(score, member, 0.01);
  const found = counts.found / counts.members;
  return {
    auc: { value: areaUnderCurve(score, member), low: quantile(areas, 0.025), high: quantile(areas, 0.975) },
    foundAtOnePercent: { value: found, low: quantile(shares, 0.025), high: quantile(shares, 0.975) },
    foundIfIndependent: { value: found, ...clopperPearson(counts.found, counts.members) },
    epsilon: epsilonBound(counts),
    memberFamilies: inside.length,
    otherFamilies: outside.length,
    examples: score.length,
  };
}

/**
 * A lower bound on epsilon, ln((TPR - delta)/FPR) at the unfavourable Clopper-Pearson ends (Jagielski, Ullman and Oprea 2020,
 * arXiv:2006.07709, section 3): at least what any (epsilon, delta) guarantee must allow, if each example's coin was its own. 0 where
 * nothing is shown.
 */
export function epsilonBound({ found, members, wrong, others }: ReturnType<typeof countsAt>, delta = 1e-5, confidence = 0.95): number {
  const truly = clopperPearson(found, members, confidence).low - delta;
  const wrongly = clopperPearson(wrong, others, confidence).high;
  return truly > 0 ? Math.max(0, Math.log(truly / wrongly)) : 0;
}
