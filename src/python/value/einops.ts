/** Patterns of einops ("b (h d) t -> b h t d"; Rogozhnikov 2022, Einops: Clear and Reliable Tensor Manipulations). */

import * as reduce from '../../maths/tensor/reduce.ts';
import { broadcastTo, permute, reshape } from '../../maths/tensor/shape.ts';
import { ShapeError, sizeOf, type Tensor } from '../../maths/tensor/tensor.ts';

/** Axes in order; those in brackets are one axis of the array. "1" is an axis of its own. */
type Side = readonly (readonly string[])[];

export function rearrange(x: Tensor, pattern: string, sizes: ReadonlyMap<string, number>): Tensor {
  return arrange(x, pattern, sizes, null);
}

export function einopsReduce(x: Tensor, pattern: string, sizes: ReadonlyMap<string, number>, how: string): Tensor {
  return arrange(x, pattern, sizes, how);
}

export function einopsRepeat(x: Tensor, pattern: string, sizes: ReadonlyMap<string, number>): Tensor {
  const { left, right } = sidesOf(pattern, x.shape.length);
  const lengths = lengthsOf(x, left, sizes);
  const added = right.flat().filter((name) => name !== '1' && !left.flat().includes(name));
  for (const name of added) if (!lengths.has(name)) throw new ShapeError(`The length of ${name} is not given.`);
  const flat = reshape(
    x,
    left.flat().map((name) => lengthOf(lengths, name)),
  );
  const all = broadcastTo(reshape(flat, [...added.map(() => 1), ...flat.shape]), [
    ...added.map((name) => lengthOf(lengths, name)),
    ...flat.shape,
  ]);
  return regrouped(all, [...added, ...left.flat()], right, lengths);
}

function arrange(x: Tensor, pattern: string, sizes: ReadonlyMap<string, number>, how: string | null): Tensor {
  const { left, right } = sidesOf(pattern, x.shape.length);
  const lengths = lengthsOf(x, left, sizes);
  const names = left.flat();
  let flat = reshape(
    x,
    names.map((name) => lengthOf(lengths, name)),
  );
  const kept = new Set(right.flat());
  const gone = names.flatMap((name, axis) => (kept.has(name) && name !== '1' ? [] : [axis]));
  const ones = names.every((name) => kept.has(name) || lengthOf(lengths, name) === 1);
  if (gone.length > 0) {
    const by = how ? reductions[how] : ones ? reduce.sum : undefined;
    if (!by) throw new ShapeError(`${pattern} leaves out an axis.`);
    flat = by(flat, gone, false);
  }
  return regrouped(
    flat,
    names.filter((_, axis) => !gone.includes(axis)),
    right,
    lengths,
  );
}

const reductions: Readonly<Record<string, (x: Tensor, axes: readonly number[], keep: boolean) => Tensor>> = {
  mean: reduce.mean,
  sum: reduce.sum,
  max: reduce.amax,
  min: reduce.amin,
  prod: reduce.product,
};

function regrouped(flat: Tensor, names: readonly string[], right: Side, lengths: ReadonlyMap<string, number>): Tensor {
  const order = right.flat().filter((name) => name !== '1');
  const places = order.map((name) => names.indexOf(name));
  if (places.includes(-1) || order.length !== names.length)
    throw new ShapeError(`The axes ${names.join(' ')} cannot become ${order.join(' ')}.`);
  return reshape(
    permute(flat, places),
    right.map((group) => sizeOf(group.map((name) => lengthOf(lengths, name)))),
  );
}

const lengthOf = (lengths: ReadonlyMap<string, number>, name: string): number => (name === '1' ? 1 : lengths.get(name)!);

function sidesOf(pattern: string, rank: number): { left: Side; right: Side } {
  const [left = '', right = ''] = pattern.split('->');
  const sides = [left, right].map(sideOf);
  const named = sides[0]!.filter((group) => group[0] !== '...').length;
  const spread = Array.from({ length: Math.max(0, rank - named) }, (_, axis) => [`...${axis}`]);
  const [first, second] = sides.map((side) =>
    side.flatMap((group) =>
      group[0] === '...' && group.length === 1 ? spread : [group.flatMap((name) => (name === '...' ? spread.flat() : [name]))],
    ),
  );
  return { left: first!, right: second! };
}

function sideOf(text: string): string[][] {
  const groups: string[][] = [];
  for (const [part] of text.matchAll(/\([^()]*\)|\.\.\.|[^\s()]+/g)) {
    groups.push(part.startsWith('(') ? part.slice(1, -1).trim().split(/\s+/).filter(Boolean) : [part]);
  }
  return groups;
}

function lengthsOf(x: Tensor, left: Side, sizes: ReadonlyMap<string, number>): Map<string, number> {
  if (left.length !== x.shape.length) throw new ShapeError(`A pattern of ${left.length} axes does not fit shape [${x.shape.join(', ')}].`);
  const lengths = new Map(sizes);
  left.forEach((group, axis) => {
    const open = group.filter((name) => name !== '1' && !lengths.has(name));
    const known = sizeOf(group.filter((name) => !open.includes(name)).map((name) => lengthOf(lengths, name)));
    const length = x.shape[axis]!;
    if (open.length > 1 || length % known !== 0) throw new ShapeError(`An axis of ${length} cannot be (${group.join(' ')}).`);
    if (open.length === 1) lengths.set(open[0]!, length / known);
    else if (known !== length) throw new ShapeError(`An axis of ${length} cannot be (${group.join(' ')}).`);
  });
  return lengths;
}
