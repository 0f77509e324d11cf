import katex from 'katex';
import { describe, expect, it } from 'vitest';
import { denoisingOfRun, type UpdateKind } from '../../../src/formulas/denoising.ts';
import { plainLatex, shownLatex, termIds } from '../../../src/formulas/formula.ts';
import { exactNoise } from '../../../src/maths/diffusion/exact.ts';
import { planeRunOf } from '../../../src/maths/diffusion/planeSamplers.ts';
import { planeStates } from '../../../src/maths/diffusion/planeStates.ts';
import { normals } from '../../../src/maths/random/normal.ts';
import { data } from '../maths/samplers/exact.ts';

const kinds: readonly UpdateKind[] = ['ddim', 'ddpm', 'euler', 'heun', 'other'];

describe.each(kinds)('the formulas of a denoiser that is sampled by %s', (kind) => {
  it('declare the terms that they use, and render strictly', () => {
    const formula = denoisingOfRun(kind);
    const latex = [...shownLatex(formula), ...formula.steps.flatMap((step) => step.latex)];
    const declared = formula.terms.map(({ id }) => id);
    expect(new Set(declared).size).toBe(declared.length);
    expect(new Set(latex.flatMap(termIds))).toEqual(new Set(declared));
    for (const line of [...latex, ...formula.terms.map(({ symbol }) => symbol)])
      expect(() => katex.renderToString(plainLatex(line), { throwOnError: true, strict: 'error' }), line).not.toThrow();
    expect(denoisingOfRun(kind)).toBe(formula);
  });
});

describe('the steps that are written are those that are taken', () => {
  const count = 4;
  const states = async (sampler: string, eta = 0) => {
    const run = planeRunOf({ sampler, steps: 10, eta, schedule: 'linear' });
    const found: { x: number[]; noise: number[] | null; level: number }[] = [];
    const draw = (at: number, size: number): Float64Array => normals({ seed: 3, stream: at }, size);
    for await (const { points, noise, level } of planeStates(
      run,
      normals({ seed: 1, stream: 0 }, 2 * count),
      (x, at) => exactNoise(data, x, at),
      draw,
    ))
      found.push({ x: [...points], noise: noise && [...noise], level });
    return found;
  };
  const ratio = (level: number): number => Math.sqrt((1 - level) / level);
  const far = (a: readonly number[], b: readonly number[]): number => Math.max(...a.map((value, i) => Math.abs(value - b[i]!)));

  it('of DDIM, with noise of its own', async () => {
    const all = await states('ddim', 0.6);
    for (let at = 0; at < 10; at++) {
      const [now, next] = [all[at]!, all[at + 1]!];
      const s = 0.6 * Math.sqrt(((1 - next.level) / (1 - now.level)) * (1 - now.level / next.level));
      const z = normals({ seed: 3, stream: at }, 2 * count);
      const expected = now.x.map((x, i) => {
        const clean = (x - Math.sqrt(1 - now.level) * now.noise![i]!) / Math.sqrt(now.level);
        return Math.sqrt(next.level) * clean + Math.sqrt(Math.max(0, 1 - next.level - s * s)) * now.noise![i]! + s * z[i]!;
      });
      expect(far(next.x, expected)).toBeLessThan(1e-4);
    }
  });

  it('of DDPM', async () => {
    const all = await states('ddpm');
    for (let at = 0; at < 9; at++) {
      const [now, next] = [all[at]!, all[at + 1]!];
      const alpha = now.level / next.level;
      const z = normals({ seed: 3, stream: at }, 2 * count);
      const expected = now.x.map((x, i) => {
        const clean = (x - Math.sqrt(1 - now.level) * now.noise![i]!) / Math.sqrt(now.level);
        const mean = (Math.sqrt(next.level) * (1 - alpha) * clean + Math.sqrt(alpha) * (1 - next.level) * x) / (1 - now.level);
        return mean + Math.sqrt(((1 - next.level) / (1 - now.level)) * (1 - alpha)) * z[i]!;
      });
      expect(far(next.x, expected)).toBeLessThan(1e-4);
    }
  });

  it('of Euler and Heun', async () => {
    const euler = await states('euler');
    for (let at = 0; at < 10; at++) {
      const [now, next] = [euler[at]!, euler[at + 1]!];
      const expected = now.x.map(
        (x, i) => Math.sqrt(next.level) * (x / Math.sqrt(now.level) + (ratio(next.level) - ratio(now.level)) * now.noise![i]!),
      );
      expect(far(next.x, expected)).toBeLessThan(1e-4);
    }
    const heun = await states('heun');
    for (let at = 0; at + 2 < heun.length - 1; at += 2) {
      const [now, half, next] = [heun[at]!, heun[at + 1]!, heun[at + 2]!];
      const expected = now.x.map(
        (x, i) =>
          Math.sqrt(next.level) *
          (x / Math.sqrt(now.level) + ((ratio(next.level) - ratio(now.level)) * (now.noise![i]! + half.noise![i]!)) / 2),
      );
      expect(far(next.x, expected)).toBeLessThan(1e-4);
    }
  });
});
