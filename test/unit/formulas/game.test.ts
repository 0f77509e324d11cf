import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { plainLatex, shownLatex, termIds } from '../../../src/formulas/formula.ts';
import { gameOfRun } from '../../../src/formulas/game.ts';
import { discriminatorLoss, excessLoss, ganLosses, optimalScores, type PointwiseLoss } from '../../../src/maths/adversarial/optimum.ts';
import { jensenShannon } from '../maths/adversarial/cells.ts';

const penalties = [false, true].flatMap((r1) => [false, true].map((gp) => ({ r1, gp })));

describe.each(ganLosses)('the game of the %s loss', (loss) => {
  it.each(penalties)('declares the terms that it uses with $r1 and $gp, and renders strictly', (inForce) => {
    const formula = gameOfRun(loss, inForce);
    const latex = [...shownLatex(formula), ...formula.steps.flatMap((step) => step.latex)];
    const declared = formula.terms.map(({ id }) => id);
    expect(new Set(declared).size).toBe(declared.length);
    expect(new Set(latex.flatMap(termIds))).toEqual(new Set(declared));
    expect([declared.includes('r1'), declared.includes('gp')]).toEqual([inForce.r1, inForce.gp]);
    for (const line of [...latex, ...formula.terms.map(({ symbol }) => symbol)])
      expect(() => katex.renderToString(plainLatex(line), { throwOnError: true, strict: 'error' }), line).not.toThrow();
  });
});

/** Two densities on a line of cells, none of them 0. */
const cells = 400;
const density = (middle: number, width: number): Float64Array => {
  const raw = Float64Array.from({ length: cells }, (_, i) => Math.exp(-(((i / cells - middle) / width) ** 2) / 2) + 1e-3);
  const total = raw.reduce((sum, value) => sum + value, 0);
  return raw.map((value) => value / total);
};
const [real, fake] = [density(0.4, 0.1), density(0.55, 0.15)];

/** L_D(D*) as a sum over the cells. */
function best(loss: PointwiseLoss): number {
  const scores = optimalScores(loss, real.map(Math.log), fake.map(Math.log))!;
  return scores.reduce((sum, score, i) => {
    const cost = discriminatorLoss(loss, score);
    return sum + real[i]! * cost.real + fake[i]! * cost.fake;
  }, 0);
}
const over = (value: (p: number, q: number) => number): number => real.reduce((sum, p, i) => sum + value(p, fake[i]!), 0);

describe('what is said of the best discriminator', () => {
  it('is log 4 less twice the Jensen-Shannon divergence for log losses', () => {
    for (const loss of ['minimax', 'non-saturating'] as const)
      expect(best(loss)).toBeCloseTo(Math.log(4) - 2 * jensenShannon(real, fake, 1), 10);
  });

  it('is 2 less twice the total variation for the hinge', () => {
    expect(best('hinge')).toBeCloseTo(2 - over((p, q) => Math.abs(p - q)), 10);
  });

  it('is half the integral of the harmonic part for least squares', () => {
    expect(best('least-squares')).toBeCloseTo(
      over((p, q) => (p * q) / (p + q) / 2),
      10,
    );
  });

  it('is lost by what the integral of the excess is, with any other score', () => {
    for (const loss of ['minimax', 'hinge', 'least-squares'] as const) {
      const score = (i: number): number => Math.sin(i / 30);
      const own = real.reduce(
        (sum, p, i) => sum + p * discriminatorLoss(loss, score(i)).real + fake[i]! * discriminatorLoss(loss, score(i)).fake,
        0,
      );
      const lost = real.reduce((sum, p, i) => sum + (p + fake[i]!) * excessLoss(loss, p / (p + fake[i]!), score(i)), 0);
      expect(own - best(loss)).toBeCloseTo(lost, 10);
    }
  });
});
