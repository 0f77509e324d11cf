/** Places of the plane that is shown, and the z that they stand for. */

import type { Projection } from '../../src/protocol/vae.ts';

export type Place = readonly [x: number, y: number];

/** How the plane lies in the latent space; null where its places stand for no z: of a projection that is not linear. */
export interface Plane {
  /** [latent] each: a step of the plane along x and along y. */
  readonly x: Float64Array;
  readonly y: Float64Array;
  /** The z of the place (0, 0), where nothing else is chosen. */
  readonly origin: Float64Array;
  /** What the axes are called. */
  readonly names: readonly [string, string];
}

/** What a latent dimension is called. */
export function dimensionName(names: readonly string[], at: number): string {
  return names[at] ?? `z${at}`;
}

/** Of one dimension twice it is a line: nothing lies upwards. */
export function planeOfDimensions(latent: number, [a, b]: readonly [number, number], names: readonly string[]): Plane {
  const unit = (at: number): Float64Array => Float64Array.from({ length: latent }, (_, index) => (index === at ? 1 : 0));
  const isLine = a === b;
  return {
    x: unit(a),
    y: isLine ? new Float64Array(latent) : unit(b),
    origin: new Float64Array(latent),
    names: [dimensionName(names, a), isLine ? '' : dimensionName(names, b)],
  };
}

export function planeOfComponents({ axes, mean, share }: NonNullable<Projection['pca']>): Plane {
  const latent = mean.length;
  const percent = (at: number): string => `${Math.round(100 * (share[at] ?? 0))} %`;
  return {
    ...{ x: axes.slice(0, latent), y: axes.slice(latent, 2 * latent), origin: mean },
    names: [`first component (${percent(0)} of the variance)`, `second component (${percent(1)})`],
  };
}

/** Where a z lies in the plane: its foot. The axes are of length 1 and at right angles, or one is 0. */
export function placeOf({ x, y, origin }: Plane, z: ArrayLike<number>): Place {
  let [along, up] = [0, 0];
  for (let at = 0; at < origin.length; at++) {
    const from = z[at]! - origin[at]!;
    along += from * x[at]!;
    up += from * y[at]!;
  }
  return [along, up];
}

/**
 * The z above a place.
 *
 * @param base what it has in the directions that the plane does not show; null: what the plane's middle has
 */
export function zAt(plane: Plane, [along, up]: Place, base: ArrayLike<number> | null): Float32Array {
  const { x, y, origin } = plane;
  const from = base ?? origin;
  const [ownX, ownY] = base ? placeOf(plane, base) : [0, 0];
  return Float32Array.from(origin, (_, at) => from[at]! + (along - ownX) * x[at]! + (up - ownY) * y[at]!);
}

/** The points of a data set in the plane. */
export function pointsIn(plane: Plane, means: Float32Array): { x: Float32Array; y: Float32Array } {
  const latent = plane.origin.length;
  const count = means.length / latent;
  const points = { x: new Float32Array(count), y: new Float32Array(count) };
  for (let item = 0; item < count; item++) {
    const [along, up] = placeOf(plane, means.subarray(item * latent, (item + 1) * latent));
    points.x[item] = along;
    points.y[item] = up;
  }
  return points;
}

/** Half axes and angle of a Gaussian's shadow on the plane, at one deviation. */
export function shadow({ x, y }: Plane, variance: ArrayLike<number>): { axes: readonly [number, number]; angle: number } {
  let [xx, xy, yy] = [0, 0, 0];
  for (let at = 0; at < variance.length; at++) {
    xx += variance[at]! * x[at]! ** 2;
    xy += variance[at]! * x[at]! * y[at]!;
    yy += variance[at]! * y[at]! ** 2;
  }
  const [middle, spread] = [(xx + yy) / 2, Math.hypot((xx - yy) / 2, xy)];
  return { axes: [Math.sqrt(middle + spread), Math.sqrt(Math.max(0, middle - spread))], angle: Math.atan2(2 * xy, xx - yy) / 2 };
}
