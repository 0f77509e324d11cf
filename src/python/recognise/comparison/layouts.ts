/** In which shapes code may hold what a formula has by named axes. */

import type { ValueReading } from '../../../formulas/reading.ts';

/** Lengths of the named axes: more than one where the axis is several in code, none where it is missing. */
export type Layout = {
  readonly lengths: Readonly<Record<string, readonly number[]>>;
  /** Other orders of axes, by role. */
  readonly orders: Readonly<Record<string, string>>;
};

/** Lengths that differ, so that a mean over one axis is not mistaken for one over another; an axis called 1 has one element. */
const usual: Readonly<Record<string, number>> = {
  1: 1,
  B: 3,
  D: 4,
  C: 5,
  K: 5,
  H: 2,
  T: 3,
  S: 3,
  E: 4,
  L: 2,
  N: 3,
  M: 4,
  P: 2,
  R: 2,
  V: 5,
  F: 4,
  G: 2,
  W: 4,
};

export function axesOf(shape: string): string[] {
  return shape.split(' ').filter(Boolean);
}

const cache = new WeakMap<ValueReading, Layout[]>();

const ordered = new WeakMap<ValueReading, number>();

/** How many of the first layouts differ in the order of axes alone: that code runs on one of them tells nothing of the others. */
export function orderedOf(reading: ValueReading): number {
  layoutsOf(reading);
  return ordered.get(reading)!;
}

/** The most usual first. */
export function layoutsOf(reading: ValueReading): readonly Layout[] {
  const known = cache.get(reading);
  if (known) return known;
  const names = new Set([
    ...reading.roles.flatMap(({ shape, classes }) => [...axesOf(shape), ...axesOf(classes ?? '')]),
    ...axesOf(reading.axes),
  ]);
  const base = Object.fromEntries([...names].map((name) => [name, [usual[name] ?? 3]]));
  const layouts: Layout[] = [];
  const add = (changes: Readonly<Record<string, readonly number[]>>, orders = {}): void =>
    void layouts.push({ lengths: { ...base, ...changes }, orders });
  add({});
  for (const orders of reading.layouts ?? []) add({}, orders);
  // One head: the same orders without its axis.
  if (names.has('H')) for (const orders of [{}, ...(reading.layouts ?? [])]) add({ H: [] }, orders);
  ordered.set(reading, layouts.length);
  if (names.has('D')) {
    // Pictures, several examples on the way, one example, and numbers without features.
    add({ D: [2, 4, 4] });
    if (names.has('B')) {
      add({ B: [2, 3] });
      add({ B: [] });
    }
    add({ D: [] });
  } else if (names.has('B')) {
    add({ B: [3, 1] });
    add({ B: [2, 1, 2, 2] });
    add({ B: [] });
    if (names.has('C') || names.has('V') || names.has('T')) add({ B: [2, 3] });
  }
  if (names.has('H')) add({ B: [], H: [] });
  // Places of a picture that are not made one axis: rows and columns of queries, and of keys.
  if (names.has('H') && names.has('T') && names.has('S')) add({ H: [], T: [2, 3], S: [2, 3] });
  cache.set(reading, layouts);
  return layouts;
}

/** The shape of a role in code. */
export function shapeIn({ lengths, orders }: Layout, role: string, shape: string): number[] {
  return axesOf(orders[role] ?? shape).flatMap((axis) => lengths[axis] ?? [1]);
}

/** The shape of a role as the formula has it. */
export function canonicalShape({ lengths }: Layout, shape: string): number[] {
  return axesOf(shape).map((axis) => (lengths[axis] ?? [1]).reduce((size, length) => size * length, 1));
}
