import { describe, expect, it } from 'vitest';
import { ganLosses } from '../../../../src/maths/adversarial/optimum.ts';
import { comparedWith } from '../../../../webview/adversarial/fixes.ts';
import { ganDataOf, gridCurve, shownPoints } from '../../../../webview/adversarial/ganData.ts';
import { arrowScale, pullArrows, medianPull } from '../../../../webview/adversarial/pulls.ts';
import { lossOf, scoreScale, sigmoid } from '../../../../webview/adversarial/scores.ts';

describe('scores', () => {
  it('are shown as probabilities where the loss takes their sigmoid, else as they are', () => {
    const shown = (loss: (typeof ganLosses)[number], score: number): number => scoreScale(loss, [-3, 5]).value(score);
    for (const loss of ['minimax', 'non-saturating'] as const) expect(shown(loss, 2)).toBeCloseTo(1 / (1 + Math.exp(-2)), 12);
    for (const loss of ['hinge', 'least-squares'] as const) expect(shown(loss, 0.3)).toBe(0.3);
    // A potential is known up to a constant: it is shown around the middle of what it is in the picture.
    expect(shown('wasserstein', 1)).toBe(0);
    expect(scoreScale('wasserstein', [-3, 5]).range).toEqual([-4, 4]);
    expect(scoreScale('wasserstein', [7, 7]).range).toEqual([-1, 1]);
  });

  it('have a middle level where D takes both for equally likely', () => {
    for (const [loss, score] of [
      ['minimax', 0],
      ['least-squares', 0.5],
      ['hinge', 0],
    ] as const) {
      const { levels, value } = scoreScale(loss, [0]);
      expect(levels[(levels.length - 1) / 2]).toBe(value(score));
    }
  });

  it('stay probabilities far out', () => {
    expect(sigmoid(-1e3)).toBe(0);
    expect(sigmoid(1e3)).toBe(1);
    expect(sigmoid(-3) + sigmoid(3)).toBeCloseTo(1, 15);
  });

  it('are of the loss that the coefficients name', () => {
    expect(ganLosses.map((_, loss) => lossOf({ loss }))).toEqual(ganLosses);
    expect(lossOf({ loss: 17 })).toBe('minimax');
  });
});

describe('pulls', () => {
  it('are arrows as long as they are, so that those that vanish do, and the longest are cut', () => {
    const shaft = (pull: number): number => {
      const [x, y, toX, toY] = pullArrows(Float32Array.of(1, 2), Float32Array.of(0.6 * pull, 0.8 * pull));
      return Math.hypot(toX! - x!, toY! - y!);
    };
    expect(shaft(0.2)).toBeCloseTo(arrowScale * 0.2, 6);
    expect(shaft(1e-4)).toBeCloseTo(arrowScale * 1e-4, 9);
    expect(shaft(1e6)).toBeLessThan(1);
    expect(pullArrows(Float32Array.of(1, 2), Float32Array.of(0, 0)).length).toBe(0);
    expect(pullArrows(Float32Array.of(1, 2), Float32Array.of(NaN, 0)).length).toBe(0);
  });

  it('point where they pull, with a wing on either side', () => {
    const arrow = pullArrows(Float32Array.of(0, 0), Float32Array.of(1, 0));
    const [tipX, tipY] = [arrow[2]!, arrow[3]!];
    const [first, second] = [arrow.subarray(6, 8), arrow.subarray(10, 12)];
    expect(tipY).toBe(0);
    expect(first[0]).toBeLessThan(tipX);
    expect(first[1]).toBeCloseTo(-second[1]!, 12);
  });

  it('have a median length', () => {
    expect(medianPull(Float32Array.of(3, 4, 0, 1, 0, 2))).toBe(2);
    expect(medianPull(Float32Array.of(0, 1, 0, 2))).toBe(1.5);
    expect(medianPull(new Float32Array(0))).toBeNaN();
  });
});

describe('what is known beforehand', () => {
  const mixture = { weights: [0.5, 0.5], means: [[-1, 0], [1, 0]], covariances: [[[0.1, 0], [0, 0.1]], [[0.1, 0], [0, 0.1]]] } as const; // prettier-ignore
  const data = ganDataOf({ kind: 'mixture', mixture }, 3);

  it('is a window around the data, points of them, and noise that depends on the seed alone', () => {
    const { left, right, bottom, top } = data.window;
    expect(right - left).toBeCloseTo(top - bottom, 9);
    expect(left).toBeLessThan(-2);
    expect(data.points.length).toBe(2 * shownPoints);
    expect(ganDataOf({ kind: 'mixture', mixture }, 3).z).toEqual(data.z);
    expect(ganDataOf({ kind: 'mixture', mixture }, 4).z).not.toEqual(data.z);
  });

  it('has a grid of noise whose lines stay lines: all of one have one coordinate', () => {
    const curve = gridCurve(data.grid);
    let [length, lines] = [0, 0];
    let [fixedX, fixedY] = [new Set<number>(), new Set<number>()];
    for (let i = 0; i < curve.length; i += 2) {
      if (Number.isNaN(curve[i]!)) {
        expect(Math.min(fixedX.size, fixedY.size)).toBe(1);
        expect(length).toBeGreaterThan(2);
        [length, lines, fixedX, fixedY] = [0, lines + 1, new Set(), new Set()];
      } else {
        length++;
        fixedX.add(curve[i]!);
        fixedY.add(curve[i + 1]!);
      }
    }
    expect(lines).toBe(18);
  });
});

describe('what the rotation is compared with', () => {
  it('is the same game without what holds D back, else with a fix', () => {
    expect(comparedWith({ r1: 1, gp: 0, spectral: 2, noise: 0 }, null).changed).toEqual({ r1: 0, spectral: 0 });
    expect(comparedWith({ r1: 0 }, null).changed).toEqual({ r1: 1 });
    const fix = { name: 'hinge', coefficients: { loss: 2 }, sentence: '' };
    const preset = { id: 'a', name: '', sentence: '', mixture: 'ring', coefficients: {}, steps: 1, fix };
    expect(comparedWith({ r1: 0 }, preset)).toEqual({ changed: { loss: 2 }, words: 'with the fix: hinge' });
  });
});
