import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import * as elementwise from '../../../../src/maths/tensor/elementwise.ts';
import * as linear from '../../../../src/maths/tensor/linear.ts';
import * as reduce from '../../../../src/maths/tensor/reduce.ts';
import * as shape from '../../../../src/maths/tensor/shape.ts';
import { tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';

/** As PyTorch wrote it: numbers that JSON lacks are strings. */
interface Recorded {
  readonly shape: number[];
  readonly values: (number | string)[];
  readonly tangents: (number | string)[] | null;
}

const file = join(import.meta.dirname, '../../../fixtures/tensor/operations.json');
const { cases } = JSON.parse(readFileSync(file, 'utf8')) as { cases: { name: string; args: unknown[]; result: Recorded | Recorded[] }[] };
const operations = { ...elementwise, ...reduce, ...shape, ...linear } as unknown as Record<string, (...args: unknown[]) => unknown>;

function arrayOf({ shape: lengths, values, tangents }: Recorded): Tensor {
  return tensor(values.map(Number), lengths, tangents && Float64Array.from(tangents, Number));
}

function argument(given: unknown): unknown {
  if (Array.isArray(given)) return given.map(argument);
  if (given && typeof given === 'object' && 'values' in given) return arrayOf(given as Recorded);
  return given === 'Infinity' || given === '-Infinity' ? Number(given) : given;
}

function agrees(actual: number, expected: number): boolean {
  return Object.is(actual, expected) || actual === expected || Math.abs(actual - expected) <= 1e-12 * Math.abs(expected) + 1e-13;
}

function disagreement(actual: Tensor, expected: Tensor): string | null {
  if (actual.shape.join() !== expected.shape.join()) return `shape [${actual.shape.join()}] instead of [${expected.shape.join()}]`;
  if (actual.values.length !== expected.values.length) return `${actual.values.length} values`;
  const still = new Float64Array(expected.values.length);
  for (let i = 0; i < expected.values.length; i++) {
    const [value, tangent] = [actual.values[i]!, (actual.tangents ?? still)[i]!];
    if (!agrees(value, expected.values[i]!)) return `value ${value} instead of ${expected.values[i]} at ${i}`;
    const change = (expected.tangents ?? still)[i]!;
    if (!agrees(tangent, change)) return `tangent ${tangent} instead of ${change} at ${i}`;
  }
  return null;
}

describe('values and derivatives that PyTorch computes', () => {
  it.each(Object.keys(operations))('%s', (name) => {
    const own = cases.filter((one) => one.name === name);
    expect(own, `cases of ${name}`).not.toHaveLength(0);
    for (const { args, result } of own) {
      const actual = [operations[name]!(...args.map(argument))].flat() as Tensor[];
      const expected = [result].flat().map(arrayOf);
      expect(actual, JSON.stringify(args)).toHaveLength(expected.length);
      expected.forEach((one, i) => expect(disagreement(actual[i]!, one), JSON.stringify(args)).toBeNull());
    }
  });

  it('knows every operation that was recorded', () => {
    expect([...new Set(cases.map(({ name }) => name))].filter((name) => !(name in operations))).toEqual([]);
  });
});
