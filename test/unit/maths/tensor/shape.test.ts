import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { equal } from '../../../../src/maths/tensor/elementwise.ts';
import type { Index } from '../../../../src/maths/tensor/indexing.ts';
import { all } from '../../../../src/maths/tensor/reduce.ts';
import * as shape from '../../../../src/maths/tensor/shape.ts';
import { scalar, ShapeError, sizeOf, tensor, type Tensor } from '../../../../src/maths/tensor/tensor.ts';
import { at, coordinates, dual, shapes, tangents } from './naive.ts';

const { arange, broadcastTo, concatenate, expandDims, flip, full, gather, permute, reshape, roll, slice, split, squeeze, stack, tile } =
  shape;

/** Each element its own place, which tangents repeat. */
function places(lengths: readonly number[]): Tensor {
  const values = Float64Array.from({ length: sizeOf(lengths) }, (_, i) => i);
  return tensor(values, lengths, values.slice());
}

const same = (a: Tensor, b: Tensor) => {
  expect(a.shape).toEqual(b.shape);
  expect(a.values).toEqual(b.values);
  expect(a.tangents).toEqual(b.tangents);
};

/** Python's range of a slice, from what Python itself says of it: one place after the other. */
function placesOf(length: number, { from, to, step }: { from: number | null; to: number | null; step: number }): number[] {
  const counted = (end: number) => (end < 0 ? end + length : end);
  const inside = [...Array(length).keys()];
  const reached = step > 0 ? inside : inside.toReversed();
  const first = from === null ? -Infinity : step > 0 ? counted(from) : -counted(from);
  const last = to === null ? Infinity : step > 0 ? counted(to) : -counted(to);
  return reached
    .filter((place) => (step > 0 ? place : -place) >= first && (step > 0 ? place : -place) < last)
    .filter((_, i) => i % Math.abs(step) === 0);
}

describe('slices', () => {
  const end = fc.option(fc.integer({ min: -6, max: 6 }));
  const range = fc.record({ from: end, to: end, step: fc.integer({ min: -3, max: 3 }).filter((step) => step !== 0) });

  it('take what Python’s ranges and places name, with new axes between', () => {
    const specs = shapes(1, 3).chain((lengths) =>
      fc.tuple(
        fc.constant(lengths),
        fc.tuple(...lengths.map((length) => fc.oneof(range, fc.integer({ min: -length, max: length - 1 })))),
        fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
      ),
    );
    fc.assert(
      fc.property(specs, ([lengths, own, news]) => {
        const x = places(lengths);
        const given: Index[] = own.flatMap((spec, axis) => (news[axis] ? [null, spec] : [spec]));
        const result = slice(x, given);
        const found = own.map((spec, axis) =>
          typeof spec === 'number' ? [(spec + lengths[axis]!) % lengths[axis]!] : placesOf(lengths[axis]!, spec),
        );
        const expected = coordinates(found.map((list) => list.length)).map((chosen) =>
          at(
            x,
            chosen.map((i, axis) => found[axis]![i]!),
          ),
        );
        expect([...result.values]).toEqual(expected);
        expect([...result.tangents!]).toEqual(expected);
        expect(result.shape).toEqual(
          own.flatMap((spec, axis) => [...(news[axis] ? [1] : []), ...(typeof spec === 'number' ? [] : [found[axis]!.length])]),
        );
      }),
    );
  });

  it('an ellipsis stands for the axes that are left, also none', () => {
    const x = places([2, 3, 4]);
    same(slice(x, ['ellipsis', 1]), slice(x, [{}, {}, 1]));
    same(slice(x, [1, 'ellipsis', 0]), slice(x, [1, {}, 0]));
    same(slice(x, [1, 'ellipsis', 0, 2]), slice(x, [1, 0, 2]));
    same(slice(x, []), x);
  });

  it('refuse what is not there', () => {
    const x = places([2, 3]);
    for (const specs of [
      [2],
      [-3],
      [0.5],
      [0, 0, 0],
      ['ellipsis', 'ellipsis'],
      [{ step: 0 }],
      [{ from: 0.5 }],
      [tensor([2], [1])],
    ] as Index[][])
      expect(() => slice(x, specs)).toThrow(ShapeError);
    expect(() => slice(x, [tensor([0, 1], [2]), tensor([0, 1, 2], [3])])).toThrow('[2] and [3]');
  });
});

describe('shapes', () => {
  it('what is split is put together again, along every axis', () => {
    const cut = shapes(1, 3).chain((lengths) =>
      fc.tuple(fc.constant(lengths), fc.integer({ min: 0, max: lengths.length - 1 }), fc.integer({ min: 1, max: 5 })),
    );
    fc.assert(
      fc.property(cut, ([lengths, axis, parts]) => {
        const x = places(lengths);
        same(concatenate(split(x, parts, axis), axis - lengths.length), x);
        const single = split(x, new Array<number>(lengths[axis]!).fill(1), axis);
        same(
          stack(
            single.map((part) => squeeze(part, axis)),
            axis,
          ),
          x,
        );
      }),
    );
  });

  it('orders of axes, turns and shifts undo each other', () => {
    const ordered = shapes(1, 4).chain((lengths) =>
      fc.tuple(dual(lengths), fc.shuffledSubarray([...lengths.keys()], { minLength: lengths.length })),
    );
    fc.assert(
      fc.property(ordered, fc.integer({ min: -9, max: 9 }), ([x, order], shift) => {
        const turned = permute(x, order);
        for (const coordinate of coordinates(turned.shape)) {
          const own = order.map((_, axis) => coordinate[order.indexOf(axis)]!);
          expect(at(turned, coordinate)).toBe(at(x, own));
          expect(at(tangents(turned), coordinate)).toBe(at(tangents(x), own));
        }
        same(
          permute(
            turned,
            [...order.keys()].map((axis) => order.indexOf(axis)),
          ),
          x,
        );
        same(flip(flip(x, order), null), x);
        same(roll(roll(x, shift, -1), -shift, -1), x);
        same(roll(roll(x, shift, null), -shift, null), x);
        same(reshape(reshape(x, [-1]), x.shape), x);
        same(squeeze(expandDims(x, 1), 1), x);
      }),
    );
  });

  it('a broadcast repeats what is 1 long', () => {
    fc.assert(
      fc.property(shapes(0, 3), fc.integer({ min: 1, max: 3 }), (lengths, times) => {
        const x = places(lengths);
        same(broadcastTo(x, [times, ...lengths.map(() => -1)]), tile(expandDims(x, 0), [times, ...lengths.map(() => 1)]));
      }),
    );
  });

  it('gather takes along one axis', () => {
    const x = places([3, 4]);
    expect([...gather(x, 1, tensor([0, 3, 1, 2], [2, 2])).values]).toEqual([0, 3, 5, 6]);
    expect([...gather(x, 0, tensor([0, 2, 1, -1], [1, 4])).values]).toEqual([0, 9, 6, 11]);
  });

  const refused: [string, () => unknown, string][] = [
    ['reshape', () => reshape(places([2, 3]), [4, -1]), '[2, 3] cannot be read as [4, -1]'],
    ['reshape of two unknown lengths', () => reshape(places([4]), [-1, -1]), '[-1, -1]'],
    ['permute', () => permute(places([2, 3]), [0, 0]), '[0, 0]'],
    ['broadcastTo', () => broadcastTo(places([2, 3]), [2]), '[2, 3] cannot be broadcast to [2]'],
    ['broadcastTo of a longer axis', () => broadcastTo(places([3]), [2, 1]), '[3] cannot be broadcast to [2, 1]'],
    ['broadcastTo of a new axis', () => broadcastTo(places([3]), [-1, 3]), '[-1, 3]'],
    ['concatenate', () => concatenate([places([2, 3]), places([2, 2])], 0), '[2, 3] and [2, 2]'],
    ['concatenate of nothing', () => concatenate([], 0), 'Nothing'],
    ['stack', () => stack([places([3]), places([2])], 0), '[3] and [2]'],
    ['gather', () => gather(places([2, 3]), 0, places([2])), '[2] do not fit [2, 3]'],
    ['gather outside', () => gather(places([2, 3]), 0, places([1, 3])), 'no place 2'],
    ['oneHot', () => shape.oneHot(places([3]), 2), 'no place 2'],
    ['split', () => split(places([4]), [1, 2], 0), '[1, 2]'],
    ['split in no parts', () => split(places([4]), 0, 0), '0 parts'],
    ['diagonal', () => shape.diagonal(places([4])), '[4]'],
    ['full', () => full([-1], 0), '[-1]'],
    ['full of too much', () => full([1e5, 1e5], 0), 'larger than'],
    ['arange without end', () => arange(0, Infinity, 1), '[Infinity]'],
    ['arange without step', () => arange(0, 1, 0), '[Infinity]'],
    ['tile', () => tile(places([2]), [1e9]), 'larger than'],
    ['repeat', () => shape.repeat(places([2]), -1, 0), '[2, -1]'],
  ];
  it.each(refused)('%s refuses what does not fit', (_, compute, message) => {
    expect(compute).toThrow(ShapeError);
    expect(compute).toThrow(message);
  });

  it('constants have no tangents, and what is made of constants has none', () => {
    expect(
      concatenate(
        [scalar(1), scalar(2)].map((x) => expandDims(x, 0)),
        0,
      ).tangents,
    ).toBeNull();
    expect(shape.eye(2).tangents).toBeNull();
    expect(shape.triangle(full([2, 2], 1), 'lower').tangents).toBeNull();
    expect(all(equal(shape.linspace(0, 1, 5), tensor([0, 0.25, 0.5, 0.75, 1], [5])), null).values[0]).toBe(1);
  });
});
