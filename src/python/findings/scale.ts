/** What the factor between code and formula is made of: means, and a number. */

import { sizeOf } from '../../maths/tensor/tensor.ts';
import { fitIn, type Match } from '../recognise/comparison/match.ts';
import type { Layout } from '../recognise/comparison/layouts.ts';

export interface Scale {
  /** Axes that are averaged over instead of summed. */
  readonly means: readonly string[];
  /** What is left of the factor. */
  readonly factor: number;
}

const isClose = (a: number, b: number): boolean => Math.abs(a - b) <= 1e-6 * Math.max(Math.abs(a), Math.abs(b));

/** Operations through which a length can come to divide. */
const dividing = ['mean', 'crossEntropy', 'einopsReduce', 'variance', 'size', 'shape', 'count'];

/** A mean halves where an axis becomes twice as long, a sum does not. */
export function scaleOf(match: Match): Scale {
  const { fit, layout, cut } = match;
  if (isClose(fit.factor, 1) || !dividing.some((operation) => cut.operations.has(operation))) return { means: [], factor: fit.factor };
  const means: string[] = [];
  for (const axis of fit.summed) {
    const longer = withLonger(layout, axis);
    // What was computed for the binding was computed on the old lengths.
    const other = longer && fitIn({ ...match, binding: { ...match.binding, choices: new Map(match.binding.choices) } }, longer);
    if (longer && !other) return likelyScale(fit.factor, fit.summed, layout.lengths);
    if (other && isClose(2 * other.factor, fit.factor)) means.push(axis);
  }
  return { means, factor: withMeans(fit.factor, means, layout.lengths) };
}

const layouts = new WeakMap<Layout, Map<string, Layout | null>>();

/** null where the code does not have the axis. */
function withLonger(layout: Layout, axis: string): Layout | null {
  const known = layouts.get(layout) ?? new Map<string, Layout | null>();
  layouts.set(layout, known);
  let longer = known.get(axis);
  if (longer === undefined) {
    const [first, ...rest] = layout.lengths[axis] ?? [];
    longer = first === undefined ? null : { ...layout, lengths: { ...layout.lengths, [axis]: [2 * first, ...rest] } };
    known.set(axis, longer);
  }
  return longer;
}

const withMeans = (factor: number, means: readonly string[], lengths: Layout['lengths']): number =>
  means.reduce((rest, axis) => rest * sizeOf(lengths[axis] ?? [1]), factor);

/** How odd it would be for somebody to write the number. */
function oddness(factor: number): number {
  const size = Math.abs(factor);
  if (isClose(size, 1)) return 0;
  if (isClose(size, 2) || isClose(size, 0.5)) return 1;
  for (const whole of [4, 8, 10, 100]) if (isClose(size, whole) || isClose(size, 1 / whole)) return 2;
  return isClose(size, Math.round(size)) ? 3 : 4;
}

/** Of the ways to explain a factor by means over axes that were summed over, the one that leaves the least odd number. */
export function likelyScale(factor: number, summed: readonly string[], lengths: Layout['lengths']): Scale {
  let best: Scale = { means: [], factor };
  let cost = oddness(factor);
  for (let set = 1; set < 1 << summed.length; set++) {
    const means = summed.filter((_, place) => set & (1 << place));
    const left = withMeans(factor, means, lengths);
    const own = oddness(left) + 0.1 * means.length;
    if (own < cost) [best, cost] = [{ means, factor: left }, own];
  }
  return best;
}

/** "1/2", "-2", "0.37". */
export function numberInWords(value: number): string {
  const sign = value < 0 ? '-' : '';
  const size = Math.abs(value);
  if (isClose(size, Math.round(size)) && size >= 1) return sign + String(Math.round(size));
  for (let below = 2; below <= 12; below++) {
    const above = size * below;
    if (isClose(above, Math.round(above)) && above >= 0.5) return `${sign}${Math.round(above)}/${below}`;
  }
  return sign + String(Number(size.toPrecision(3)));
}
