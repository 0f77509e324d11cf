/** The losses of a run as lines, and what of them is drawn. */

import { summaryOf } from '../../src/maths/summary.ts';
import type { LossPoint } from '../../src/protocol/training.ts';

export const lines = ['loss', 'distortion', 'kl0', 'kl1'] as const;
export type Line = (typeof lines)[number];

/** Points kept; where there are more, every second goes. */
const most = 4_096;

export function valueOf({ values }: LossPoint, line: Line): number {
  switch (line) {
    case 'loss':
      return values['loss']?.[0] ?? NaN;
    case 'distortion':
      return -(values['reconstruction']?.[0] ?? NaN);
    case 'kl0':
      return values['kl']?.[0] ?? NaN;
    case 'kl1':
      return values['kl']?.[1] ?? NaN;
  }
}

/** Those that are new behind those that are there. A run that has gone back forgets what came later. */
export function joined(points: readonly LossPoint[], more: readonly LossPoint[]): readonly LossPoint[] {
  const first = more[0]?.step ?? Infinity;
  const all = [...points.filter(({ step }) => step < first), ...more];
  return all.length > most ? all.filter((_, at) => at % 2 === 1 || at === all.length - 1) : all;
}

/** The range of values that is drawn, without the first tenth of a run, whose losses tower over what follows; 0 is in it. */
export function rangeOf(points: readonly LossPoint[], others: readonly number[]): readonly [low: number, high: number] {
  const late = points.slice(Math.floor(points.length / 10));
  const values = [...(late.length > 0 ? late : points).flatMap((point) => lines.map((line) => valueOf(point, line))), ...others, 0];
  const { least: low, greatest: high } = summaryOf(values).finite!;
  const margin = 0.05 * (high - low || 1);
  return [low - margin, high + margin];
}

/** A line of at most about one point a pixel, in CSS pixels; points that are no number break it. */
export function pathOf(points: readonly LossPoint[], line: Line, x: (step: number) => number, y: (value: number) => number): string {
  let path = '';
  let isOpen = false;
  for (const point of points) {
    const value = valueOf(point, line);
    if (Number.isFinite(value)) path += `${isOpen ? 'L' : 'M'}${x(point.step).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = Number.isFinite(value);
  }
  return path;
}
