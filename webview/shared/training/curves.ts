/** Numbers of a run by step, as lines, and what of them is drawn. */

import { summaryOf } from '../../../src/maths/summary.ts';

export interface AtStep {
  readonly step: number;
}

export interface CurveLine<Point extends AtStep> {
  /** Its class in the style sheet. */
  readonly id: string;
  readonly name: string;
  /** NaN where it is not known. */
  readonly value: (point: Point) => number;
}

/** Points kept; where there are more, every second goes. */
const most = 4_096;

/** Those that are new behind those that are there. A run that has gone back forgets what came later. */
export function joined<Point extends AtStep>(points: readonly Point[], more: readonly Point[]): readonly Point[] {
  const first = more[0]?.step ?? Infinity;
  const all = [...points.filter(({ step }) => step < first), ...more];
  return all.length > most ? all.filter((_, at) => at % 2 === 1 || at === all.length - 1) : all;
}

/** The range of values that is drawn, without the first tenth of a run, whose losses tower over what follows; 0 is in it, and its end where nothing lies beyond. */
export function rangeOf<Point extends AtStep>(
  points: readonly Point[],
  lines: readonly CurveLine<Point>[],
  others: readonly number[],
): readonly [low: number, high: number] {
  const late = points.slice(Math.floor(points.length / 10));
  const values = [...(late.length > 0 ? late : points).flatMap((point) => lines.map((line) => line.value(point))), ...others, 0];
  const { least: low, greatest: high } = summaryOf(values).finite!;
  const margin = 0.05 * (high - low || 1);
  return [low < 0 ? low - margin : 0, high > 0 ? high + margin : 0];
}

/** A line of at most about one point a pixel, in CSS pixels; points that are no number break it. */
export function pathOf<Point extends AtStep>(
  points: readonly Point[],
  line: CurveLine<Point>,
  x: (step: number) => number,
  y: (value: number) => number,
): string {
  let path = '';
  let isOpen = false;
  for (const point of points) {
    const value = line.value(point);
    if (Number.isFinite(value)) path += `${isOpen ? 'L' : 'M'}${x(point.step).toFixed(1)} ${y(value).toFixed(1)}`;
    isOpen = Number.isFinite(value);
  }
  return path;
}
