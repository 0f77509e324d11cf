/** What the latent panel says. Pure, so that each sentence can be tested. */

import type { EncodedData, EvidenceOf, Examination, LoadedVae } from '../../src/protocol/vae.ts';
import { formatCount } from '../shared/numbers.ts';

/** A number of nats, with a true minus. */
export function nats(value: number, digits = 1): string {
  return `${value.toFixed(digits).replace('-', '−')} nats`;
}

const counted = (count: number, noun: string): string => `${formatCount(count)} ${noun}${count === 1 ? '' : 's'}`;

/** "±0.3" or nothing. */
export function plusMinus(error: number | null, digits = 1): string {
  return error === null ? '' : ` ± ${error.toFixed(digits)}`;
}

/** What is seen: how the model uses its latent space for the data. */
export function dataSentence(model: LoadedVae, { name, count, active, collapsed, elbo, withoutNats }: EncodedData): string {
  const start = `${counted(count, 'item')} of ${name} in ${counted(model.latent, 'latent dimension')}`;
  const use = active === null || collapsed === null ? '' : `: ${formatCount(active)} active, ${formatCount(collapsed)} collapsed`;
  if (elbo)
    return `${start}${use}; mean ELBO ${nats(elbo.mean)}${plusMinus(elbo.standardError)}, ${elbo.bitsPerDimension.toFixed(3)} bits a number.`;
  return `${start}${use}. ${withoutNats ?? ''}`.trim();
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
  const trust =
    paretoShape > 0.7 || Number.isNaN(paretoShape)
      ? 'above 0.7: it has no standard error, and log p(x) may lie well above'
      : `at most 0.7: ± ${(standardError ?? NaN).toFixed(2)}`;
  return `log p(x) ≥ ${nats(logEvidence)} in expectation, by importance sampling: ${formatCount(draws)} draws count as ${effectiveSize.toFixed(1)}; Pareto k-hat ${paretoShape.toFixed(2)} is ${trust}.`;
}

/** The gap between log p(x) and the ELBO, and where it comes from. */
export function gapSentence({ gap, amortisationGap, familyGap }: EvidenceOf): string {
  const least = gap.lowerBound ? 'at least ' : '';
  return `The ELBO lies ${least}${nats(gap.value, 2)} below log p(x): ${nats(amortisationGap.value, 2)} are the encoder’s, ${familyGap.lowerBound ? 'at least ' : ''}${nats(familyGap.value, 2)} the family’s.`;
}
