import { describe, expect, it } from 'vitest';
import type { EvidenceOf, Examination } from '../../../../src/protocol/vae.ts';
import type { FormulaContent } from '../../../../webview/shared/formula/content.ts';
import { elboContent } from '../../../../webview/latent/elbo.ts';

const examined: Examination = {
  ...{ mean: Float32Array.of(1, -2), logVariance: Float32Array.of(0, Math.log(4)), z: Float32Array.of(1.5, -1) },
  ...{
    noise: Float64Array.of(0.5, 0.5),
    pictureOfZ: new Float32Array(4),
    pictureOfMean: new Float32Array(4),
    draws: 64,
    withoutNats: null,
  },
  ...{ reconstruction: { mean: -418.2, standardError: 0.31, ofZ: -419 }, pixels: new Float64Array(4), kl: 7.02 },
  ...{ klByDimension: Float64Array.of(7, 0.02), elbo: { mean: -425.22, standardError: 0.31 } },
  klByDraws: { mean: 6.98, standardError: 0.11 },
};
const evidence = {
  ...{ method: 'importance', logEvidence: -423.9, quadrature: null },
  importance: { logEvidence: -423.9, standardError: 0.1, effectiveSize: 310, paretoShape: 0.4, draws: 2_000 },
  gap: { value: 1.3, standardError: 0.05, lowerBound: true },
  amortisationGap: { value: 0.6, standardError: 0.02 },
  familyGap: { value: 0.7, standardError: 0.04, lowerBound: true },
} as unknown as EvidenceOf;
const of = (change: Partial<Examination> = {}, found: EvidenceOf | null = null) =>
  elboContent({ ...examined, ...change }, found, new Set());
const sentenceOf = ({ residual }: FormulaContent): string => (residual && 'sentence' in residual ? residual.sentence : '');

describe('elboContent', () => {
  it('has a value for each term of the formula', () => {
    const { values, formula } = of({}, evidence);
    expect(formula.terms.map(({ id }) => id).filter((term) => !values.has(term))).toEqual([]);
    expect(values.get('elbo')).toEqual({ kind: 'number', value: -425.22, note: 'mean of 64 draws ± 0.31' });
    expect(values.get('kl')).toMatchObject({ value: 7.02 });
    expect(values.get('evidence')).toEqual({ kind: 'number', value: -423.9, note: 'importance' });
    expect(values.get('gap')).toMatchObject({ value: 1.3, note: 'at least, in expectation' });
    expect(values.get('family')).toMatchObject({ value: 0.7, note: 'at least, in expectation' });
  });

  it('has the terms of z = mean + deviation · noise', () => {
    const { values } = of();
    const [z, mean, deviation, noise] = ['z', 'mean', 'deviation', 'noise'].map((term) => {
      const value = values.get(term);
      return value?.kind === 'vector' ? Array.from(value.values) : [];
    });
    expect(deviation).toEqual([expect.closeTo(1, 6), expect.closeTo(2, 6)]);
    z!.forEach((value, at) => expect(value).toBeCloseTo(mean![at]! + deviation![at]! * noise![at]!, 6));
  });

  it('says what has not been worked out yet', () => {
    const { values, notes } = of();
    for (const term of ['evidence', 'gap', 'amortisation', 'family'])
      expect(values.get(term)).toEqual({ kind: 'absent', note: 'work log p(x) out to see it' });
    expect(notes).toEqual([]);
    expect(of({}, evidence).notes).toHaveLength(2);
  });

  it('checks the divergence by the same draws', () => {
    expect(sentenceOf(of())).toContain('differ by 0.04 nats; the draws leave ± 0.11.');
    // A fault in either of the two is seen.
    expect(sentenceOf(of({ kl: 9.02 }))).toContain('differ by 2.04 nats');
    expect(sentenceOf(of({ klByDraws: { mean: 6.98, standardError: null } }))).toContain('the draws leave one of them alone.');
    expect(of({ klByDraws: null })).not.toHaveProperty('residual');
  });

  it('says why a model gives no nats', () => {
    const { values } = of({ elbo: null, reconstruction: null, withoutNats: 'Its likelihood is not known.' });
    expect(values.get('elbo')).toEqual({ kind: 'absent', note: 'Its likelihood is not known.' });
    expect(values.get('kl')).toMatchObject({ kind: 'number' });
    const points = of({ elbo: null, reconstruction: null, kl: null, klByDraws: null, logVariance: null, withoutNats: null }).values;
    expect(points.get('deviation')).toEqual({ kind: 'absent', note: 'the model gives no nats' });
  });

  it('tells of a term that is endless', () => {
    const { values } = of({ elbo: { mean: -Infinity, standardError: NaN } });
    expect(values.get('elbo')).toMatchObject({ kind: 'number', value: -Infinity });
  });
});
