import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { excessLoss, optimalScores, type GanLoss } from '../../../../src/maths/adversarial/optimum.ts';
import { hingeOfFake, hingeOfReal, leastSquares, targetedCrossEntropy } from '../../../../src/maths/adversarial/losses.ts';
import { scalar, type Tensor } from '../../../../src/maths/tensor/tensor.ts';

const bounded = ['minimax', 'non-saturating', 'least-squares', 'hinge'] as const;
type Bounded = (typeof bounded)[number];
const value = ({ values }: Tensor): number => Number(values[0]);

/** r times the loss of a real example, and 1 - r times that of a generated one, by the losses that formulas are checked with. */
function lossAt(loss: Bounded, share: number, score: number): number {
  if (loss === 'hinge') return share * value(hingeOfReal(scalar(score))) + (1 - share) * value(hingeOfFake(scalar(score)));
  if (loss === 'least-squares')
    return share * value(leastSquares(scalar(score), scalar(1))) + (1 - share) * value(leastSquares(scalar(score), scalar(0)));
  const probability = 1 / (1 + Math.exp(-score));
  const entropy = (target: number): number => value(targetedCrossEntropy(scalar(probability), scalar(target)));
  return share * entropy(1) + (1 - share) * entropy(0);
}

const shares = fc.double({ min: 0.01, max: 0.99, noNaN: true });

describe('the best discriminator', () => {
  it.each(bounded)('has the least loss at every point: %s', (loss) => {
    fc.assert(
      fc.property(
        shares,
        fc.double({ min: -12, max: 12, noNaN: true }),
        fc.double({ min: -30, max: 30, noNaN: true }),
        (share, other, logFake) => {
          const logReal = logFake + Math.log(share / (1 - share));
          const best = optimalScores(loss, [logReal], [logFake])![0]!;
          const least = lossAt(loss, share, best);
          expect(lossAt(loss, share, other)).toBeGreaterThanOrEqual(least - 1e-9);
          expect(excessLoss(loss, share, other)).toBeCloseTo(lossAt(loss, share, other) - least, 9);
          expect(excessLoss(loss, share, best)).toBeCloseTo(0, 9);
        },
      ),
    );
  });

  it('is certain where one density alone has mass, and is not said where neither has', () => {
    const [real, fake] = [
      [0, -Infinity, -Infinity],
      [-Infinity, 0, -Infinity],
    ];
    const of = (loss: GanLoss): number[] => [...optimalScores(loss, real, fake)!];
    expect(of('minimax')).toEqual([Infinity, -Infinity, NaN]);
    expect(of('least-squares')).toEqual([1, 0, NaN]);
    expect(of('hinge')).toEqual([1, -1, NaN]);
    expect(optimalScores('wasserstein', real, fake)).toBeNull();
  });

  it('leaves the divergence of Bernoulli distributions, also at scores without an exponential', () => {
    expect(excessLoss('minimax', 0.5, 0)).toBe(0);
    expect(excessLoss('minimax', 1, 800)).toBe(0);
    expect(excessLoss('minimax', 0, 800)).toBe(800);
    expect(excessLoss('minimax', 0.25, Math.log(3))).toBeCloseTo(0.25 * Math.log(0.25 / 0.75) + 0.75 * Math.log(0.75 / 0.25), 12);
  });
});
