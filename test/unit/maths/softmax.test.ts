import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { elementsOf } from '../../../src/formats/elements.ts';
import { readNpz } from '../../../src/formats/npz.ts';
import { softmaxRows } from '../../../src/maths/softmax.ts';

const row = fc.array(fc.float({ noNaN: true, min: -80, max: 80 }), { minLength: 1, maxLength: 40 });

describe('softmaxRows', () => {
  it('gives what PyTorch gives, masked cells included', async () => {
    const arrays = await readNpz(await readFile(join(import.meta.dirname, '../../fixtures/formats/softmax.npz')));
    const [logits, expected] = ['logits', 'weights'].map((name) => elementsOf('float32', arrays.get(name)!.data) as Float32Array);
    const actual = softmaxRows(logits!, 7);
    // Both are doubles rounded to float32 at the end.
    actual.forEach((weight, i) => expect(Math.abs(weight - expected![i]!)).toBeLessThanOrEqual(1e-7));
  });

  it('sums to 1 in each row', () => {
    fc.assert(
      fc.property(row, (logits) => {
        const sum = softmaxRows(Float32Array.from(logits), logits.length).reduce((a, b) => a + b, 0);
        expect(sum).toBeCloseTo(1, 5);
      }),
    );
  });

  it('does not change when a row is shifted', () => {
    fc.assert(
      fc.property(row, fc.integer({ min: -64, max: 64 }), (values, shift) => {
        // Eighths, so that the shift is exact.
        const logits = values.map((value) => Math.round(value * 8) / 8);
        const shifted = logits.map((value) => value + shift);
        expect(softmaxRows(Float32Array.from(shifted), logits.length)).toEqual(softmaxRows(Float32Array.from(logits), logits.length));
      }),
    );
  });

  it('gives zeros for a row that may attend to nothing, and only for it', () => {
    expect([...softmaxRows(Float32Array.of(-Infinity, -Infinity, 0, 0), 2)]).toEqual([0, 0, 0.5, 0.5]);
  });

  it('refuses rows that are not whole', () => {
    expect(() => softmaxRows(new Float32Array(5), 2)).toThrow('5 values');
  });
});
