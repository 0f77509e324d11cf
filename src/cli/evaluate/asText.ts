/** An evaluation as a person reads it. */

import type { MembershipAudit } from '../../maths/privacy/membership.ts';
import type { EncodedData, TwoSetsOf } from '../../protocol/vae.ts';
import type { Evaluation, EvaluatedItem } from './evaluation.ts';

export function asText(name: string, { loaded, data, items, rate, copying, twoSets, withoutTwoSets }: Evaluation): string {
  const lines = [
    `${name}: ${loaded.latent} latent dimensions, ${data.count} items of ${data.name}`,
    ...data.notices.map((notice) => `  ${notice}`),
  ];
  lines.push(...terms(data));
  if (rate)
    lines.push(
      `Rate ${nats(rate.rate)} = information ${nats(rate.information)} + divergence of the aggregate posterior from the prior ${nats(rate.divergence)}`,
    );
  lines.push(...evidence(items));
  if (data.dimensions)
    lines.push(
      `Dimensions: ${data.active} active, ${data.collapsed} collapsed (mean KL below 0.01 nats)`,
      ...data.dimensions.map(
        ({ kl, varianceOfMean, collapsed }, j) =>
          `  ${loaded.latentNames[j]}: KL ${kl.toFixed(3)}, variance of the mean ${varianceOfMean.toFixed(3)}${collapsed ? ', collapsed' : ''}`,
      ),
    );
  if (copying)
    lines.push(
      `Compared with ${copying.trainCount} training items: data-copying z ${copying.z.toFixed(1)} (${copying.samples} samples against ${copying.examples} items of the data; far below 0 where samples lie nearer to the training items than new ones do)`,
      `  nearest over the mean of the next ${copying.compared - 1}: ${copying.ratioOfSamples.toFixed(3)} for samples, ${copying.ratioOfTests.toFixed(3)} for the data (medians)`,
    );
  if (twoSets) lines.push(...comparison(twoSets));
  if (withoutTwoSets !== null) lines.push(`The data and the training data are not compared: ${withoutTwoSets}`);
  return `${lines.join('\n')}\n`;
}

function comparison({ data, differ, inBoth, membership, withoutNats }: TwoSetsOf): string[] {
  const test =
    `${percent(data.share)} of nearest neighbours are of the same set, ${percent(data.expected)} expected of sets that are alike ` +
    `(p = ${data.p.toFixed(3)}; ${data.first} training items, ${data.second} of the data)`;
  const both = inBoth === 0 ? [] : [`  ${inBoth} of the data's items are in the training data too, and count as both`];
  if (differ)
    return [
      `As data, the training data and the data differ: ${test}`,
      ...both,
      '  Nothing is said of membership, and data-copying z tells of this difference too',
    ];
  const alike = `As data, the training data and the data are not told apart: ${test}`;
  if (!membership) return [alike, ...both, `  Members cannot be looked for without an ELBO: ${withoutNats ?? 'there is none.'}`];
  const { auc, withoutModel } = membership;
  const { byChance } = withoutModel;
  return [
    alike,
    ...both,
    `  the ELBO of an item finds ${found(membership)} (AUC ${auc.value.toFixed(3)}, ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}, over items drawn again)`,
    `  without the model, from the items alone, ridge regression finds ${found(withoutModel)} (AUC ${withoutModel.auc.value.toFixed(3)}; permuted coins give ${byChance.low.toFixed(3)} to ${byChance.high.toFixed(3)}, p = ${byChance.p.toFixed(3)})`,
    '  Other attacks may find more',
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const found = ({ foundAtOnePercent: { low, high } }: MembershipAudit): string =>
  `${percent(low)} to ${percent(high)} of the members at 1 % false positives`;

const nats = (value: number): string => `${value.toFixed(2)} nats`;

function terms({ elbo, reconstruction, kl, withoutNats }: EncodedData): string[] {
  if (!elbo) return [`No nats: ${withoutNats ?? 'the encoder gives no distribution.'}`, ...(kl === null ? [] : [`KL ${nats(kl)}`])];
  const error = elbo.standardError === null ? '' : ` ± ${elbo.standardError.toFixed(2)}`;
  return [
    `ELBO ${elbo.mean.toFixed(2)}${error} nats (${elbo.bitsPerDimension.toFixed(3)} bits a dimension) = reconstruction ${nats(reconstruction!)} - KL ${nats(kl!)}`,
  ];
}

function evidence(items: readonly EvaluatedItem[]): string[] {
  const found = items.flatMap(({ logEvidence, elbo }) => (logEvidence && elbo !== null ? [{ ...logEvidence, elbo }] : []));
  if (found.length === 0) return [];
  const mean = (of: (one: (typeof found)[number]) => number): number => found.reduce((sum, one) => sum + of(one), 0) / found.length;
  const integrated = found.filter(({ method }) => method === 'quadrature').length;
  const heavy = found.filter((one) => one.method === 'importance' && !(one.paretoShape <= 0.7)).length;
  const how =
    integrated === found.length
      ? 'by quadrature'
      : `by importance sampling${integrated > 0 ? ` (${integrated} by quadrature)` : ''}, a lower bound in the mean${heavy > 0 ? `; k-hat is above 0.7 for ${heavy}, whose error is not known` : ''}`;
  return [
    `log p(x) of ${found.length} items: ${nats(mean(({ value }) => value))} in the mean, ${nats(mean(({ value, elbo }) => value - elbo))} above their ELBO, ${how}`,
  ];
}
