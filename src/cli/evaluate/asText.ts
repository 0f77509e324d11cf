/** An evaluation as a person reads it. */

import type { EncodedData, TwoSetsOf } from '../../protocol/vae.ts';
import type { Evaluation, EvaluatedItem } from './evaluation.ts';
import { copyingLines, foundLine, otherAttacks, twoSetsLines, withoutModelLine } from './privacyText.ts';

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
  lines.push(...copyingLines(copying));
  if (twoSets) lines.push(...comparison(twoSets));
  if (withoutTwoSets !== null) lines.push(`The data and the training data are not compared: ${withoutTwoSets}`);
  return `${lines.join('\n')}\n`;
}

function comparison(twoSets: TwoSetsOf): string[] {
  const { differ, membership, withoutNats } = twoSets;
  const lines = twoSetsLines(twoSets);
  if (differ) return [...lines, '  Nothing is said of membership, and data-copying z tells of this difference too'];
  if (!membership) return [...lines, `  Members cannot be looked for without an ELBO: ${withoutNats ?? 'there is none.'}`];
  return [...lines, foundLine('the ELBO of an item', membership), withoutModelLine(membership), otherAttacks];
}

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
