/** What a view of points shows. */

import type { TemplateResult } from 'lit';
import type { PointColour } from './colours.ts';
import type { Box } from './viewport.ts';

export interface PointsContent {
  /** What is shown, for who cannot see it. */
  readonly name: string;
  /** Places of the points, [n] each. A point whose place is not finite is left out. */
  readonly x: Float32Array;
  readonly y: Float32Array;
  readonly colour: PointColour;
  /** Not 0 where a point is not shown, [n]; null: all are. */
  readonly hidden?: Uint8Array | null;
  readonly axes: {
    readonly x: string | TemplateResult;
    readonly y: string | TemplateResult;
    /** A unit is as long on both. */
    readonly equal: boolean;
  };
  /** What is seen when all is; else the box around the points. */
  readonly box?: Box;
  /** What a point is, as it is heard. */
  readonly spoken: (index: number) => string;
}

/** Throws RangeError where arrays do not fit each other. */
export function checkContent({ x, y, colour, hidden }: PointsContent): void {
  const perPoint = { y, [colour.kind]: colour.kind === 'classes' ? colour.classes : colour.values, ...(hidden ? { hidden } : {}) };
  for (const [name, values] of Object.entries(perPoint)) {
    if (values.length !== x.length)
      throw new RangeError(`There are ${x.length} points by x, but ${values.length} values of ${name}: give one a point.`);
  }
}
