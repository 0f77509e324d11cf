import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { softmaxJacobianNorm } from '../../../../src/maths/attention/softmaxJacobian.ts';
import { rowSoftmax } from '../../../../src/maths/softmax.ts';

const file = join(import.meta.dirname, '../../../fixtures/attention-maths/jacobian.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { weights: number[]; norm: number }[] };

describe('the norm of the softmax’s Jacobian', () => {
  it('is what PyTorch differentiates, also where a sink is cut off', () => {
    for (const { weights, norm } of cases) expect(Math.abs(softmaxJacobianNorm(weights) - norm), weights.join(' ')).toBeLessThan(1e-12);
  });

  it('is no less than how far any direction is moved, and never more than half, nor than the largest row of absolute values', () => {
    const logits = fc.array(fc.double({ min: -20, max: 20, noNaN: true }), { minLength: 1, maxLength: 12 });
    fc.assert(
      fc.property(logits, fc.array(fc.double({ min: -1, max: 1, noNaN: true }), { minLength: 12, maxLength: 12 }), (row, direction) => {
        const { weights } = rowSoftmax(Float64Array.from(row));
        const norm = softmaxJacobianNorm(weights);
        const along = weights.reduce((sum, weight, key) => sum + weight * direction[key]!, 0);
        const moved = weights.map((weight, key) => weight * (direction[key]! - along));
        const length = (values: ArrayLike<number>) => Math.hypot(...Array.from(values));
        expect(length(moved)).toBeLessThanOrEqual(norm * length(direction.slice(0, row.length)) + 1e-12);
        expect(norm).toBeLessThanOrEqual(0.5 + 1e-15);
        expect(norm).toBeLessThanOrEqual(Math.max(...weights.map((weight) => 2 * weight * (1 - weight))) + 1e-12);
      }),
    );
  });

  it('is the half for two keys of half each, and nothing where all weight is on one key or on none', () => {
    expect(softmaxJacobianNorm([0.5, 0, 0.5])).toBe(0.5);
    expect(softmaxJacobianNorm([0, 1])).toBeLessThan(1e-15);
    expect(softmaxJacobianNorm([0, NaN])).toBe(0);
    expect(softmaxJacobianNorm([])).toBe(0);
  });
});
