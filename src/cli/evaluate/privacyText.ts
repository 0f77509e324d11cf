/** What a model gives away of its training as a person reads it, in words that hold for every family. */

import type { MembershipAudit } from '../../maths/privacy/membership.ts';
import type { CopyingOf, MembershipOf, TwoSetsOf } from '../../protocol/vae.ts';

export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

export function copyingLines(copying: Omit<CopyingOf, 'pairs'> | null): string[] {
  if (!copying) return [];
  const { trainCount, z, samples, examples, compared, ratioOfSamples, ratioOfTests } = copying;
  return [
    `Compared with ${trainCount} training items: data-copying z ${z.toFixed(1)} (${samples} samples against ${examples} items of the data; far below 0 where samples lie nearer to the training items than new ones do)`,
    `  nearest over the mean of the next ${compared - 1}: ${ratioOfSamples.toFixed(3)} for samples, ${ratioOfTests.toFixed(3)} for the data (medians)`,
  ];
}

/** Whether the two sets are told apart as data, before anything is said of members. */
export function twoSetsLines({ data, differ, inBoth }: Pick<TwoSetsOf, 'data' | 'differ' | 'inBoth'>): string[] {
  const test =
    `${percent(data.share)} of nearest neighbours are of the same set, ${percent(data.expected)} expected of sets that are alike ` +
    `(p = ${data.p.toFixed(3)}; ${data.first} training items, ${data.second} of the data)`;
  return [
    `As data, the training data and the data ${differ ? 'differ' : 'are not told apart'}: ${test}`,
    ...(inBoth === 0 ? [] : [`  ${inBoth} of the data's items are in the training data too, and count as both`]),
  ];
}

/** @param what finds them: "the ELBO of an item" */
export function foundLine(what: string, audit: MembershipAudit): string {
  const { auc } = audit;
  return `  ${what} finds ${found(audit)} (AUC ${auc.value.toFixed(3)}, ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}, over items drawn again)`;
}

export function withoutModelLine({ withoutModel }: MembershipOf): string {
  const { auc, byChance } = withoutModel;
  return `  without the model, from the items alone, ridge regression finds ${found(withoutModel)} (AUC ${auc.value.toFixed(3)}; permuted coins give ${byChance.low.toFixed(3)} to ${byChance.high.toFixed(3)}, p = ${byChance.p.toFixed(3)})`;
}

export const otherAttacks = '  Other attacks may find more';

const found = ({ foundAtOnePercent: { low, high } }: MembershipAudit): string =>
  `${percent(low)} to ${percent(high)} of the members at 1 % false positives`;
