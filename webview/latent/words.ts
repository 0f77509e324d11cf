/** What the latent panel says. Pure, so that each sentence can be tested. */

import type { AggregatePosterior } from '../../src/maths/vae/aggregate.ts';
import type { MembershipAudit } from '../../src/maths/privacy/membership.ts';
import type { WithoutModel } from '../../src/maths/privacy/withoutModel.ts';
import type { ValueRange } from '../../src/maths/vae/likelihood.ts';
import type { ComparedData } from '../../src/protocol/latent.ts';
import type { CopyingOf, EncodedData, EvidenceOf, Examination, LoadedVae, MembershipOf } from '../../src/protocol/vae.ts';
import { counted, formatCount, minus, shortNumber } from '../shared/numbers.ts';

/** A number of nats, with a true minus. */
export function nats(value: number, digits = 1): string {
  const text = Math.abs(value).toFixed(digits).replace('Infinity', '∞');
  // What is rounded to nothing has no sign.
  return `${value < 0 && Number(text) !== 0 ? '−' : ''}${text} nats`;
}

/** "±0.3" or nothing. */
export function plusMinus(error: number | null, digits = 1): string {
  return error === null ? '' : ` ± ${error.toFixed(digits)}`;
}

/** What the bars of a vector are. */
export function barsSentence({ low, high }: ValueRange): string {
  return `A bar for each number, from ${shortNumber(low)} to ${shortNumber(high)} and cut there; the line is 0.`;
}

/** What is seen: how the model uses its latent space for the data. */
export function dataSentence(model: LoadedVae, { name, count, active, collapsed, elbo, withoutNats }: EncodedData): string {
  const start = `${counted(count, 'item')} of ${name} in ${counted(model.latent, 'latent dimension')}`;
  const use = active === null || collapsed === null ? '' : `: ${formatCount(active)} active, ${formatCount(collapsed)} collapsed`;
  if (elbo)
    return `${start}${use}; mean ELBO ${nats(elbo.mean)}${plusMinus(elbo.standardError)}, ${minus(elbo.bitsPerDimension.toFixed(3))} bits a number.`;
  return `${start}${use}. ${withoutNats ?? ''}`.trim();
}

/** Of a model without an encoder. */
export function decoderSentence({ latent }: LoadedVae): string {
  return `A decoder of ${counted(latent, 'latent dimension')}, without an encoder: places of the prior are decoded, no data has a place.`;
}

/** What the ELBO of a picture is made of. */
export function examinationSentence(name: string, { elbo, reconstruction, kl, withoutNats }: Examination): string {
  if (!elbo || !reconstruction || kl === null) return `${name}: ${withoutNats ?? 'no nats'}`;
  return `${name}: ELBO ${nats(elbo.mean)}${plusMinus(elbo.standardError)} = ${nats(reconstruction.mean)} − ${nats(kl)}.`;
}

/** How log p(x) was had, and how far it can be trusted. */
export function evidenceSentence({ method, logEvidence, quadrature, importance }: EvidenceOf): string {
  if (method === 'quadrature' && quadrature) {
    const agreed = quadrature.agreed ? 'agree' : 'do NOT agree';
    const modes = counted(quadrature.modes.length, 'mode');
    return `log p(x) = ${nats(logEvidence, 2)} by quadrature around ${modes}: two resolutions ${agreed} (difference ${quadrature.difference.toExponential(1)}).`;
  }
  const { effectiveSize, paretoShape, draws, standardError } = importance;
  const shape = Number.isFinite(paretoShape) ? ` ${paretoShape.toFixed(2)} is` : '';
  const trust =
    shape !== '' && paretoShape <= 0.7 && standardError !== null
      ? `${shape} at most 0.7: ± ${standardError.toFixed(2)}`
      : `${shape || ' cannot be told, as if it were'} above 0.7: it has no standard error, and log p(x) may lie well above`;
  return `log p(x) ≥ ${nats(logEvidence)} in expectation, by importance sampling: ${formatCount(draws)} draws count as ${effectiveSize.toFixed(1)}; Pareto k-hat${trust}.`;
}

/** The gap between log p(x) and the ELBO, and where it comes from. */
export function gapSentence({ gap, amortisationGap, familyGap }: EvidenceOf): string {
  const least = gap.lowerBound ? 'at least ' : '';
  return `The ELBO lies ${least}${nats(gap.value, 2)} below log p(x): ${nats(amortisationGap.value, 2)} are the encoder’s, ${familyGap.lowerBound ? 'at least ' : ''}${nats(familyGap.value, 2)} the family’s.`;
}

/** R = I(x; z) + KL(q-bar || p) with this data's numbers. */
export function aggregateSentences(found: AggregatePosterior): readonly string[] {
  const { rate, information, divergence, standardErrors, residual, residualError, draws, n } = found;
  return [
    `The mean KL to the prior, ${nats(rate, 2)}, is what z tells of which item it is, ${nats(information, 2)}${plusMinus(standardErrors.information, 2)} (at most log n = ${nats(Math.log(n), 2)}), and how far the mean of all ${formatCount(n)} posteriors is from the prior, ${nats(divergence, 2)}${plusMinus(standardErrors.divergence, 2)}.`,
    `What is left is ${nats(residual, 2)}${plusMinus(residualError, 2)}: 0 but for the ${formatCount(draws)} draws that both are measured with.`,
  ];
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;

/** Whether samples lie nearer to training examples than new examples do. */
export function copyingSentence({ z, nearer, samples, examples, compared, trainCount, ratioOfSamples, ratioOfTests }: CopyingOf): string {
  const verdict =
    z < -3
      ? 'samples lie NEARER to training examples than new examples do: some are likely copies'
      : z > 3
        ? 'samples lie farther from training examples than new examples do'
        : 'samples lie about as far from training examples as new examples do';
  return (
    `Of ${formatCount(samples)} samples from the prior and ${formatCount(examples)} held-out examples: ${verdict} (data-copying z ${minus(z.toFixed(1))}; ` +
    `a new example is the nearer one in ${percent(nearer)}). Nearest distance over the mean of the next ${compared - 1}: ${ratioOfSamples.toFixed(2)} against ${ratioOfTests.toFixed(2)}. ` +
    `Compared with ${formatCount(trainCount)} training examples.`
  );
}

/** Numbers of an audit, with three digits. */
const auc = (value: number): string => value.toFixed(3);
const foundOf = ({ foundAtOnePercent: { low, high } }: MembershipAudit): string => `${percent(low)} to ${percent(high)}`;
const aucOf = ({ auc: { value, low, high } }: MembershipAudit): string => `AUC ${auc(value)}, ${auc(low)} to ${auc(high)}`;

/** An AUC that permuted coins give less often than this is one of the data. */
const byChance = 0.01;

/** How many are found by the data alone. */
function withoutModelSentence(audit: WithoutModel): string {
  const { low, high, p } = audit.byChance;
  const numbers = `Without the model, from the examples alone, ridge regression finds ${foundOf(audit)} (AUC ${auc(audit.auc.value)}; permuted coins give ${auc(low)} to ${auc(high)})`;
  return p < byChance ? `${numbers}: the data itself differs, and what the ELBO finds may be that difference.` : `${numbers}.`;
}

/** How many members one attack finds; it says nothing of others. */
export function membershipSentence(audit: MembershipOf | null): string {
  if (!audit)
    return 'Members cannot be looked for: that takes a twin of the model, trained on families chosen by coin flips, which it does not have.';
  const { memberFamilies, otherFamilies, examples } = audit;
  return (
    `In its twin, trained on ${memberFamilies} of ${memberFamilies + otherFamilies} font families chosen by coin flips, the ELBO of an example finds ` +
    `${foundOf(audit)} of the members at 1 % false positives (${aucOf(audit)}, over families drawn again; ${formatCount(examples)} examples). ` +
    `${withoutModelSentence(audit.withoutModel)} Other attacks may find more.`
  );
}

/** Whether two data sets differ as data; where they are not told apart, how many members one attack finds. */
export function twoSetsSentence({ members, others, twoSets: { data, differ, inBoth, membership, withoutNats } }: ComparedData): string {
  const test =
    `${percent(data.share)} of nearest neighbours are of the same set, ${percent(data.expected)} expected of sets that are alike ` +
    `(p = ${data.p.toFixed(3)}; ${counted(data.first, 'item')} and ${formatCount(data.second)})`;
  const both =
    inBoth === 0
      ? ''
      : ` ${counted(inBoth, 'item')} of ${others} ${inBoth === 1 ? 'is' : 'are'} in ${members} too, and ${inBoth === 1 ? 'counts' : 'count'} as both: choose data without ${inBoth === 1 ? 'it' : 'them'}.`;
  if (differ)
    return `As data, what it was trained on (${members}) and what it was not (${others}) differ: ${test}.${both} Nothing is said of membership or copies, for this difference alone could show as either.`;
  const alike = `As data, what it was trained on (${members}) and what it was not (${others}) are not told apart: ${test}.${both}`;
  if (!membership) return `${alike} Members cannot be looked for without an ELBO. ${withoutNats ?? ''}`.trim();
  return (
    `${alike} The ELBO of an item finds ${foundOf(membership)} of the members at 1 % false positives (${aucOf(membership)}, over items drawn again). ` +
    `${withoutModelSentence(membership.withoutModel)} Other attacks may find more.`
  );
}

/** How the bound of K draws rises, beside its picture. */
export function tightnessSentence(byK: readonly { readonly k: number; readonly bound: number }[]): string {
  const [first, last] = [byK[0], byK.at(-1)];
  if (!first || !last) return '';
  const at = ({ k, bound }: typeof first): string => `${nats(bound)} (K = ${formatCount(k)})`;
  return `from ${at(first)} to ${at(last)}; the dashed line is log p(x)`;
}

/** What the curves around a picture's place are. @param shares of the true posterior that the thin ones hold; none: they are not there */
export function keySentence(shares: readonly number[]): string {
  const percents = shares.map((share) => `${Math.round(100 * share)} %`).join(' and ');
  return `Thick line: q(z|x) at one deviation${percents && `; thin lines: ${percents} of the true posterior p(z|x)`}.`;
}
