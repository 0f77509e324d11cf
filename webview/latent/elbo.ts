/** What a picture says to the formula of the ELBO. */

import { evidenceOfRun } from '../../src/formulas/evidence.ts';
import type { EvidenceOf, Examination } from '../../src/protocol/vae.ts';
import type { FormulaContent, TermValue } from '../shared/formula/content.ts';
import { evidenceSentence, gapSentence, plusMinus } from './words.ts';

/** @param evidence null: not asked for yet */
export function elboContent(examined: Examination, evidence: EvidenceOf | null, openSteps: ReadonlySet<string>): FormulaContent {
  const { elbo, reconstruction, kl, klByDraws, mean, logVariance, z, noise, draws, withoutNats } = examined;
  const without: TermValue = { kind: 'absent', note: withoutNats ?? 'the model gives no nats' };
  const later: TermValue = { kind: 'absent', note: 'work log p(x) out to see it' };
  const number = (value: number | undefined, note?: string): TermValue =>
    value === undefined ? without : { kind: 'number', value, ...(note !== undefined && note !== '' && { note }) };
  const overDraws = (error: number | null): string => `mean of ${draws} draws${plusMinus(error, 2)}`;
  return {
    formula: evidenceOfRun,
    values: new Map<string, TermValue>([
      ['elbo', number(elbo?.mean, elbo ? overDraws(elbo.standardError) : '')],
      ['reconstruction', number(reconstruction?.mean, reconstruction ? overDraws(reconstruction.standardError) : '')],
      ['kl', number(kl ?? undefined, 'exact for two diagonal Gaussians')],
      ['z', { kind: 'vector', values: z }],
      ['mean', { kind: 'vector', values: mean }],
      ['deviation', logVariance ? { kind: 'vector', values: logVariance.map((value) => Math.exp(value / 2)) } : without],
      ['noise', { kind: 'vector', values: noise }],
      ['evidence', evidence ? number(evidence.logEvidence, evidence.method) : later],
      ['gap', evidence ? number(evidence.gap.value, evidence.gap.lowerBound ? 'at least, in expectation' : '') : later],
      [
        'amortisation',
        evidence ? number(evidence.amortisationGap.value, plusMinus(evidence.amortisationGap.standardError, 2).trim()) : later,
      ],
      ['family', evidence ? number(evidence.familyGap.value, evidence.familyGap.lowerBound ? 'at least, in expectation' : '') : later],
    ]),
    ...(kl !== null &&
      klByDraws && {
        residual: {
          sentence: `The divergence in closed form and by the same draws, log q(z|x) − log p(z), differ by ${Math.abs(kl - klByDraws.mean).toFixed(2)} nats; the draws leave${plusMinus(klByDraws.standardError, 2) || ' one of them alone'}.`,
        },
      }),
    notes: evidence ? [evidenceSentence(evidence), gapSentence(evidence)] : [],
    openSteps,
  };
}
