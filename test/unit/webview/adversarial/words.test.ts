import { describe, expect, it } from 'vitest';
import type { AdversarialRotation, AdversarialTruth } from '../../../../src/protocol/adversarialView.ts';
import { defaultCoefficients, type GanTerm, type GanTerms, type GanTruth } from '../../../../src/protocol/training.ts';
import { agreement, gameContent } from '../../../../webview/adversarial/gameContent.ts';
import { changeWords, complexText, gapSentence, rotationSentence, stepSentence } from '../../../../webview/adversarial/words.ts';

const mode = (share: number) => ({ share, mean: [0, 0] as const, covariance: [1, 0, 1] as const, spread: 1 });
const truth: GanTruth = {
  ...{ real: new Float32Array(0), generated: new Float32Array(0), scores: new Float32Array(0), optimal: null, noOptimum: null },
  ...{ density: new Float64Array(0), outside: 0, flat: 0, turned: 0, dataDensity: null },
  divergence: { value: 0.25, standardError: 0.003, coarser: 0.254, error: 0.005 },
  found: { value: 0.984, standardError: 0.006 },
  gap: { integrated: 0.5, sampled: { value: 0.52, standardError: 0.01, coarser: 0.52, error: 0.01 } },
  coverage: {
    ...{ generated: [mode(0.9), mode(0.1)], real: [mode(0.5), mode(0.5)], within: { generated: 0.45, real: 0.989 } },
    ...{ hit: [true, false], modesHit: 1 },
  },
  ...{ steepest: 2.5, steepnessBound: 40 },
};
const estimate = (value: number) => ({ value, standardError: 0.1 });
const term = (own: number, best: number | null): GanTerm => ({ own: estimate(own), best: best === null ? null : estimate(best) });
const terms = (best: number | null): GanTerms => {
  const side = (own: number) => ({
    score: term(1, best),
    probability: term(0.5, best),
    logarithm: term(-own, best),
    loss: term(own, best),
  });
  return {
    ...{ real: side(0.7), generated: side(0.4), generator: { score: term(0, best), logarithm: term(-1, best), loss: term(1.1, best) } },
    ...{
      squaredSlope: estimate(3),
      slopeExcess: estimate(1),
      gradients: { generator: 0.4, discriminator: 0.6 },
      penalty: { r1: 0.3, gp: 0.2 },
      noOptimum: best === null ? 'r1' : null,
    },
  };
};
const measured = (change: Partial<AdversarialTruth> = {}): AdversarialTruth => ({
  ...{ run: 'r', step: 1_200, coefficients: { ...defaultCoefficients.gan, loss: 1 }, truth, terms: terms(0.2) },
  ...{ raster: { left: 0, right: 1, bottom: 0, top: 1, columns: 1, rows: 1 }, ...change },
});

describe('what a step has come to', () => {
  it('is said beside what the data’s own points give', () => {
    expect(stepSentence(measured())).toBe(
      'Step 1,200, non-saturating loss: 1 of 2 modes hit, 45.0 % of samples within 3σ of one (real data 98.9 %); JSD 0.250 ± 0.005 nats.',
    );
  });

  it('says that a generator has lost a dimension, and that data without a density have no truth', () => {
    expect(stepSentence(measured({ truth: { ...truth, flat: 0.9 } }))).toContain('p_g has all but lost a dimension');
    expect(stepSentence(measured({ truth: { ...truth, coverage: null, divergence: null } }))).toContain('no density');
  });

  it('is two computations of what D loses, and how steep it is', () => {
    expect(gapSentence(measured())).toBe(
      'V(D*) − V(D) is 0.520 ± 0.010 at fresh points and 0.500 over the plane, in cells 1.0 wide, where what is finer is lost. Where fresh points of G lie, the mesh of z has 98.4 % ± 0.6 % of p_g’s mass; half as many cells along each side would change JSD by 0.004. The gradient of G’s loss is 0.40 long, of D’s 0.60. D is at most 2.50 steep on the raster; its layers allow 40.0.',
    );
    expect(gapSentence(measured({ truth: { ...truth, gap: null } }))).toMatch(
      /^Where fresh points of G lie, .* The gradient of G’s loss is/,
    );
    expect(gapSentence(measured({ truth: { ...truth, gap: null, divergence: null } }))).toMatch(/^The gradient of G’s loss is/);
  });

  it('says that with noise both computations take p_g in cells, and whether noise is wider than these', () => {
    const noisy = (noise: number) => gapSentence(measured({ coefficients: { ...defaultCoefficients.gan, noise } }));
    expect(noisy(2)).toMatch(/over the plane, both with p_g in cells 1\.0 wide\. /);
    expect(noisy(0.5)).toMatch(/both with p_g in cells 1\.0 wide, wider than the noise\. /);
  });

  it('says how many errors both computations are apart, and where cells are why', () => {
    const of = (integrated: number, error: number, noise = 0) =>
      agreement(measured({ coefficients: { ...defaultCoefficients.gan, noise } }), {
        integrated,
        sampled: { value: 0.5, standardError: error, coarser: null, error },
      });
    expect(of(0.515, 0.01)).toMatch(/ are 1\.5 errors apart\.$/);
    expect(of(0.46, 0.01)).toMatch(
      / are 4\.0 errors apart: the integral is over cells 1\.0 wide, and what of p_g is finer is lost there\.$/,
    );
    expect(of(0.54, 0.01)).toMatch(/ are 4\.0 errors apart\.$/);
    expect(of(0.46, 0.01, 2)).toMatch(/ are 4\.0 errors apart\.$/);
    expect(of(0.5, 0)).toContain('no known number of');
  });
});

describe('the formula of a batch', () => {
  const value = (content: ReturnType<typeof gameContent>, id: string) => content.values.get(id);

  it('adds up: the discriminator’s loss is its terms and the penalties in force', () => {
    const content = gameContent(measured({ coefficients: { ...defaultCoefficients.gan, loss: 1, r1: 1, gp: 1 } }), new Set());
    expect(value(content, 'dLoss')).toMatchObject({ value: 0.7 + 0.4 + 0.3 + 0.2 });
    expect(value(content, 'dBest')).toMatchObject({ value: 0.4 });
    expect(content.formula.terms.every(({ id }) => content.values.has(id))).toBe(true);
  });

  it('says why there is nothing at the best discriminator', () => {
    const content = gameContent(measured({ terms: terms(null), truth: { ...truth, gap: null } }), new Set());
    expect(value(content, 'dBest')).toMatchObject({ kind: 'absent', note: expect.stringContaining('With R1') as string });
    expect(content.residual).toBeUndefined();
  });
});

describe('the rotation of the game', () => {
  it('is said by its largest eigenvalue, how many turn, and along how many steps move away', () => {
    const pair = [
      { real: 0.05, imaginary: 1.5, residual: 0 },
      { real: 0.05, imaginary: -1.5, residual: 0 },
      { real: -0.2, imaginary: 0, residual: 0 },
    ];
    const game = { eigenvalues: pair, speed: 1, steps: pair.map((each, i) => ({ ...each, comesNearer: i === 2 })) };
    const rotation: AdversarialRotation = { run: 'r', step: 3, now: game, other: game, changed: {} };
    expect(rotationSentence(rotation)).toMatch(
      /^The largest eigenvalue is 0\.0500 ± 1\.50i; 2 of the 3 that were found turn\. .* move away along 2 of them;/,
    );
    expect(rotationSentence({ ...rotation, now: { ...game, eigenvalues: [] } })).toBe('No eigenvalue was found.');
    expect(complexText({ real: -0.25, imaginary: 0 })).toBe('−0.25');
  });
});

describe('changes', () => {
  const before = defaultCoefficients.gan;
  it('are said by their names, and by what is off', () => {
    expect(changeWords(before, { ...before, loss: 2 })).toBe('hinge');
    expect(changeWords({ ...before, r1: 1 }, { ...before, r1: 0 })).toBe('no R1');
    expect(changeWords({ ...before, clip: 0.01 }, before)).toBe('no clip');
    expect(changeWords(before, { ...before, 'discriminator.steps': 5 })).toBe('D steps 5');
    expect(changeWords(undefined, before)).toBe('');
  });

  it('leave a single step of one player unmarked', () => {
    const alone = { ...before, 'generator.steps': 0 };
    expect(changeWords(before, alone)).toBe('');
    expect(changeWords(alone, before)).toBe('');
  });
});
