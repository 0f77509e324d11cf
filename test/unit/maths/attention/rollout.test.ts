import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { combineHeads } from '../../../../src/maths/attention/combine.ts';
import {
  createRolloutColumnStep,
  createRolloutProductStep,
  createRolloutRowStep,
  identity,
  type RolloutStep,
} from '../../../../src/maths/attention/rollout.ts';

interface Fixture {
  /** [layers, heads, tokens, tokens] */
  maps: number[][][][];
  /** [tokens, tokens] */
  rollout: number[][];
}

const fixture = JSON.parse(await readFile(join(import.meta.dirname, '../../../fixtures/attention-maths/rollout.json'), 'utf8')) as Fixture;
const tokens = fixture.rollout.length;
const heads = fixture.maps.map((layer) => layer.map((map) => Float32Array.from(map.flat())));
const layers = heads.map((maps) => combineHeads(maps, 'mean'));
/** The mean over heads is rounded to float32 here, in PyTorch it is not. */
const digits = 6;

type Maps = readonly Float32Array[];

function pass(maps: Maps, start: Float64Array, size: number, stepOf: (values: Float64Array) => RolloutStep): Float64Array {
  return maps.reduce((values, map) => {
    const step = stepOf(values);
    step.add({ values: map, offset: 0, stride: size, firstRow: 0, rowCount: size });
    return step.values;
  }, start);
}

const rollout = (maps: Maps, size: number): Float64Array =>
  pass(maps, identity(size), size, (product) => createRolloutProductStep(product, size));
const oneAt = (at: number, size: number): Float64Array => Float64Array.from({ length: size }, (_, token) => Number(token === at));
const rolloutRow = (maps: Maps, size: number, query: number): Float64Array =>
  pass(maps.toReversed(), oneAt(query, size), size, createRolloutRowStep);
const rolloutColumn = (maps: Maps, size: number, key: number): Float64Array => pass(maps, oneAt(key, size), size, createRolloutColumnStep);

const square = fc.integer({ min: 1, max: 5 }).chain((size) =>
  fc.array(fc.array(fc.float({ min: 0, max: 1, noNaN: true }), { minLength: size ** 2, maxLength: size ** 2 }), {
    minLength: 1,
    maxLength: 4,
  }),
);

describe('rollout', () => {
  it('is what PyTorch computes, whole, row by row and column by column', () => {
    const whole = rollout(layers, tokens);
    fixture.rollout.flat().forEach((value, cell) => expect(whole[cell]).toBeCloseTo(value, digits));
    fixture.rollout.forEach((row, query) => {
      const found = rolloutRow(layers, tokens, query);
      row.forEach((value, key) => expect(found[key]).toBeCloseTo(value, digits));
    });
    for (let key = 0; key < tokens; key++) {
      const found = rolloutColumn(layers, tokens, key);
      fixture.rollout.forEach((row, query) => expect(found[query]).toBeCloseTo(row[key]!, digits));
    }
  });

  it('takes the layers in order: turned round they give something else', () => {
    const turned = rollout(layers.toReversed(), tokens);
    const furthest = fixture.rollout.flat().reduce((most, value, cell) => Math.max(most, Math.abs(value - turned[cell]!)), 0);
    expect(furthest).toBeGreaterThan(0.01);
  });

  it('sums to 1 in each row, for any maps', () => {
    fc.assert(
      fc.property(square, (maps) => {
        const size = Math.sqrt(maps[0]!.length);
        const whole = rollout(
          maps.map((map) => Float32Array.from(map)),
          size,
        );
        for (let query = 0; query < size; query++) {
          const row = whole.subarray(query * size, (query + 1) * size);
          expect(row.reduce((sum, value) => sum + value, 0)).toBeCloseTo(1, 10);
        }
      }),
    );
  });

  it('is the identity where no layer has weights, and without layers', () => {
    expect([...rollout([new Float32Array(4).fill(NaN)], 2)]).toEqual([1, 0, 0, 1]);
    expect([...rollout([], 2)]).toEqual([1, 0, 0, 1]);
  });

  it('takes masked cells for 0', () => {
    const masked = layers.map((map) => map.map((value, cell) => (cell % tokens > Math.floor(cell / tokens) ? NaN : value)));
    expect(rollout(masked, tokens)).toEqual(rollout(layers, tokens));
  });

  it('goes through a layer in stripes, without the rows that the query does not reach', () => {
    const query = 3;
    let row: Float64Array = Float64Array.from({ length: tokens }, (_, token) => (token === query ? 1 : 0));
    for (const map of layers.toReversed()) {
      const step = createRolloutRowStep(row);
      for (const [firstRow, rowCount] of [
        [2, 2],
        [0, 2],
      ] as const)
        step.add({ values: map, offset: firstRow * tokens, stride: tokens, firstRow, rowCount });
      row = step.values;
    }
    rolloutRow(layers, tokens, query).forEach((value, key) => expect(row[key]).toBeCloseTo(value, 12));
  });

  it('refuses sizes that do not fit', () => {
    const step = createRolloutRowStep(new Float64Array(2));
    expect(() => step.add({ values: new Float32Array(4), offset: 0, stride: 2, firstRow: 1, rowCount: 2 })).toThrow('Rows 1 to 3');
    expect(() => step.add({ values: new Float32Array(3), offset: 0, stride: 2, firstRow: 0, rowCount: 2 })).toThrow('3 weights');
  });
});
