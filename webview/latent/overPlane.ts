/** What lies over the points: the posterior that the encoder gives, the true one, a path, the place that is decoded. */

import { nothing, svg, type TemplateResult } from 'lit';
import type { LatentViewState } from '../../src/protocol/latent.ts';
import { contourOf } from '../shared/points/contours.ts';
import { crosshair, curve, ellipse, handle } from '../shared/points/overlay.ts';
import type { PointsView } from '../shared/points/pointsView.ts';
import { placeOf, shadow, type Place, type Plane } from './plane.ts';
import type { Subject } from './subject.ts';

export interface OverPlane {
  readonly plane: Plane | null;
  readonly subject: Subject | null;
  readonly state: Pick<LatentViewState, 'place' | 'path'>;
  readonly moveTo: (place: Place) => void;
  readonly movePath: (path: readonly [Place, Place]) => void;
}

export function lay(points: PointsView, { plane, subject, state: { place, path }, moveTo, movePath }: OverPlane): void {
  if (!plane) {
    points.overlay(() => nothing);
    return;
  }
  points.overlay((projection) => {
    const parts: TemplateResult[] = [];
    const own = subject?.encoding;
    if (own?.logVariance) {
      const variance = own.logVariance.map(Math.exp);
      const { axes, angle } = shadow(plane, variance);
      parts.push(ellipse(projection, { mean: placeOf(plane, own.mean), axes, angle, tone: 'strong' }));
    }
    for (const places of subject?.moving ? [] : contoursOf(subject)) parts.push(curve(projection, { places, tone: 'plain' }));
    if (path) {
      const [start, end] = path;
      parts.push(curve(projection, { places: Float64Array.of(...start, ...end), tone: 'plain' }));
      parts.push(handle(projection, { place: start, name: 'Start of the path', label: 'A', moved: (to) => movePath([to, end]) }));
      parts.push(handle(projection, { place: end, name: 'End of the path', label: 'B', moved: (to) => movePath([start, to]) }));
    }
    if (place) parts.push(crosshair(projection, { place, name: 'Place that is decoded', moved: moveTo }));
    return svg`${parts}`;
  });
}

const contours = new WeakMap<object, Float64Array[]>();
function contoursOf(subject: Subject | null): Float64Array[] {
  const grid = subject?.contours;
  if (!grid) return [];
  let known = contours.get(grid);
  if (!known) contours.set(grid, (known = grid.levels.map(({ logDensity }) => contourOf(grid, logDensity))));
  return known;
}
