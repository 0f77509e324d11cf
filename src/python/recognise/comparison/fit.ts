/** Whether two computations agree, and up to what. */

import type { ValueReading } from '../../../formulas/reading.ts';
import * as reduce from '../../../maths/tensor/reduce.ts';
import { sizeOf, type Tensor } from '../../../maths/tensor/tensor.ts';
import { axesOf } from './layouts.ts';

/** code = factor * formula + constant, the formula summed over `summed`. */
export interface Fit {
  readonly factor: number;
  readonly constant: number;
  /** Axes that the formula was summed over. */
  readonly summed: readonly string[];
  /** Only the derivatives agree; the values differ by what no gradient reaches. */
  readonly gradientAlone: boolean;
}

/** Relative to the largest number that is compared. */
const tolerance = 1e-7;

/** Sets of axes that can be summed over so that as many elements are left as the code has. */
export function sumsThatFit(axes: string, required: string, elements: Tensor, count: number, exact: boolean): string[][] {
  const names = axesOf(axes);
  const must = axesOf(required);
  const found: string[][] = [];
  for (let set = 0; set < 1 << names.length; set++) {
    const summed = names.filter((_, place) => set & (1 << place));
    const kept = elements.shape.filter((_, place) => !(set & (1 << place)));
    if (sizeOf(kept) !== count) continue;
    if (exact && summed.join() !== must.join()) continue;
    found.push(summed);
  }
  // First those that sum what the formula sums.
  const missing = (summed: string[]): number => must.filter((axis) => !summed.includes(axis)).length;
  return found.sort((a, b) => missing(a) - missing(b) || a.length - b.length);
}

export function summedOver(elements: Tensor, axes: string, summed: readonly string[]): Tensor {
  const places = axesOf(axes).flatMap((axis, place) => (summed.includes(axis) ? [place] : []));
  return places.length > 0 ? reduce.sum(elements, places, false) : elements;
}

/** Less is what rounding leaves of nothing. */
const leastFactor = 1e-10;

const isClose = (a: number, b: number, scale: number): boolean => Math.abs(a - b) <= tolerance * scale;

function largest(...arrays: (Float64Array | null)[]): number {
  let most = 1e-6;
  for (const array of arrays) if (array) for (const value of array) most = Math.max(most, Math.abs(value));
  return most;
}

const allFinite = (values: Float64Array | null): boolean => !values || values.every(Number.isFinite);

/** The fit that holds at every point; null where there is none. `code` and `formula` have the same elements in the same order. */
export function fit(
  code: readonly Tensor[],
  formula: readonly Tensor[],
  kind: ValueReading['fit'],
  mayDetach: boolean,
  summed: readonly string[],
): Fit | null {
  for (const { values, tangents } of [...code, ...formula]) if (!allFinite(values) || !allFinite(tangents)) return null;
  const factor = kind === 'quantity' ? 1 : factorOf(code, formula);
  if (factor === null || Math.abs(factor) < leastFactor || (kind !== 'density' && factor < 0)) return null;
  for (const [place, { tangents: theirs, values }] of code.entries()) {
    const ours = formula[place]!.tangents;
    const scale = Math.max(largest(theirs), Math.abs(factor) * largest(ours));
    for (let at = 0; at < values.length; at++) if (!isClose(theirs?.[at] ?? 0, factor * (ours?.[at] ?? 0), scale)) return null;
  }
  const scale = Math.max(
    ...code.map(({ values }) => largest(values)),
    Math.abs(factor) * Math.max(...formula.map(({ values }) => largest(values))),
  );
  const constant = code[0]!.values[0]! - factor * formula[0]!.values[0]!;
  const agrees = code.every(({ values }, place) =>
    values.every((value, at) => isClose(value, factor * formula[place]!.values[at]! + constant, scale)),
  );
  if (agrees) {
    const isZero = isClose(constant, 0, scale);
    if (kind === 'quantity' && !isZero) return null;
    return { factor, constant: isZero ? 0 : constant, summed, gradientAlone: false };
  }
  return mayDetach && kind !== 'quantity' && code.some(({ tangents }) => tangents?.some((value) => value !== 0))
    ? { factor, constant: 0, summed, gradientAlone: true }
    : null;
}

/** From derivatives where there are some, else from differences of values. */
function factorOf(code: readonly Tensor[], formula: readonly Tensor[]): number | null {
  let [best, factor] = [0, null as number | null];
  for (const [place, { tangents: ours }] of formula.entries()) {
    if (!ours) continue;
    ours.forEach((value, at) => {
      if (Math.abs(value) > best) [best, factor] = [Math.abs(value), (code[place]!.tangents?.[at] ?? 0) / value];
    });
  }
  if (best > 1e-9) return factor;
  const [ours, theirs] = [formula, code].map((tensors) => tensors.flatMap(({ values }) => [...values]));
  const far = ours!.reduce((most, value, at) => (Math.abs(value - ours![0]!) > Math.abs(ours![most]! - ours![0]!) ? at : most), 0);
  const distance = ours![far]! - ours![0]!;
  return Math.abs(distance) > 1e-9 ? (theirs![far]! - theirs![0]!) / distance : null;
}
