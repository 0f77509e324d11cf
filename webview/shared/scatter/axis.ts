/** Where values lie along an axis, and its marks. */

import { scaleLinear, scaleLog } from 'd3-scale';
import { minus } from '../numbers.ts';

export interface Tick {
  /** 0 to 1 along the axis. */
  readonly at: number;
  readonly label: string;
}

export interface ScatterAxis {
  /** 0 to 1 along the axis; at its start for what a logarithm cannot place. */
  place(value: number): number;
  readonly ticks: readonly Tick[];
}

/** Values that spread no further are all zero but for rounding. */
const rounding = 1e-12;

/** From 0, or from below it where values are, to a round number past the largest: zero is always there. */
export function linearAxis(values: readonly number[], count: number): ScatterAxis {
  const [low, high] = [Math.min(0, ...values), Math.max(0, ...values)];
  const scale = scaleLinear()
    .domain(high - low > rounding ? [low, high] : [0, 1])
    .nice(count);
  const [first, last] = scale.domain() as [number, number];
  const format = scale.tickFormat(count);
  return {
    place: (value) => (value - first) / (last - first),
    ticks: scale.ticks(count).map((value) => ({ at: (value - first) / (last - first), label: value === 0 ? '0' : format(value) })),
  };
}

/** Powers of ten around the values, those above 0. */
export function logAxis(values: readonly number[], most: number): ScatterAxis {
  const positive = values.filter((value) => value > 0);
  if (positive.length === 0) return linearAxis([], most);
  const scale = scaleLog().domain([Math.min(...positive), Math.max(...positive)]);
  const [first, last] = scale.nice().domain().map(Math.log10) as [number, number];
  const span = last - first || 1;
  const step = Math.ceil(span / most);
  const exponents = Array.from({ length: Math.floor(span / step) + 1 }, (_, i) => first + i * step);
  return {
    place: (value) => (value > 0 ? Math.min(1, Math.max(0, (Math.log10(value) - first) / span)) : 0),
    ticks: exponents.map((exponent) => ({ at: (exponent - first) / span, label: powerLabel(Math.round(exponent)) })),
  };
}

/** 0.01, 1, 100, 1e-4. */
function powerLabel(exponent: number): string {
  return Math.abs(exponent) <= 3 ? String(Number((10 ** exponent).toPrecision(1))) : `1e${minus(String(exponent))}`;
}
