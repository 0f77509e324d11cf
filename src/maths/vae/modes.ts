/** The modes of p(z|x) in two dimensions: where a search that climbs by fitted paraboloids ends. */

import type { LogJoint } from './logJoint.ts';

export interface Mode {
  z: readonly [number, number];
  /** log p(x, z) there, nats. */
  logJoint: number;
  /** Of the Gaussian that fits there (Laplace): the variances and the covariance between them. */
  covariance: readonly [xx: number, xy: number, yy: number];
  /** log of that Gaussian's integral, nats: what the mode would be of p(x) were it Gaussian. */
  laplace: number;
}

export interface Start {
  z: readonly [number, number];
  /** Length over which log p(x, z) is thought to change by about 1 nat. */
  deviation: number;
}

/** One climb: its place, and the two directions and lengths by which it looks around. */
interface Climb {
  x: number;
  y: number;
  /** Columns (ux, uy), (vx, vy). */
  basis: [ux: number, uy: number, vx: number, vy: number];
  /** The best that it has seen, with its place. */
  best: { x: number; y: number; value: number };
  mode: Mode | undefined;
}

const ROUNDS = 40;
/** Of a paraboloid's axis: how far the next look around goes, in its deviations. Far enough that float32 does not blur it. */
const LOOK = 0.7;
/** Finer than float32 can tell places apart. */
const FINEST = 1e-5;

/** Eigenvalues and vectors of a symmetric matrix of two dimensions, the larger first. */
export function eigen2(xx: number, xy: number, yy: number): { values: [number, number]; vectors: [number, number, number, number] } {
  const middle = (xx + yy) / 2;
  const radius = Math.hypot((xx - yy) / 2, xy);
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [c, s] = [Math.cos(angle), Math.sin(angle)];
  return { values: [middle + radius, middle - radius], vectors: [c, s, -s, c] };
}

/**
 * Climbs from all starts at once. Each round looks at the eight places around each climb, fits a paraboloid by least squares and goes to
 * its top; where it has none, to the best place seen. Climbs that end at one place are one mode.
 *
 * @returns the highest first
 */
export async function findModes(logJoint: LogJoint, starts: readonly Start[]): Promise<Mode[]> {
  const climbs = starts.map(({ z: [x, y], deviation }): Climb => {
    return { x, y, basis: [deviation, 0, 0, deviation], best: { x, y, value: -Infinity }, mode: undefined };
  });
  for (let round = 0; round < ROUNDS; round++) {
    const found = climbs.flatMap(({ mode }) => mode ?? []);
    // What has come to where another ended would end there too.
    const going = climbs.filter(({ mode, x, y }) => !mode && !found.some((other) => within(other, x, y)));
    if (going.length === 0) break;
    const z = new Float32Array(going.length * 18);
    going.forEach(({ x, y, basis: [ux, uy, vx, vy] }, c) => {
      for (let k = 0; k < 9; k++) {
        const [i, j] = [Math.floor(k / 3) - 1, (k % 3) - 1];
        z[c * 18 + 2 * k] = x + i * ux + j * vx;
        z[c * 18 + 2 * k + 1] = y + i * uy + j * vy;
      }
    });
    const values = await logJoint(z, going.length * 9);
    going.forEach((climb, c) => step(climb, z.subarray(c * 18, c * 18 + 18), values.subarray(c * 9, c * 9 + 9)));
  }
  return merged(climbs.flatMap(({ mode }) => mode ?? []));
}

function step(climb: Climb, z: Float32Array, f: Float64Array): void {
  let top = 0;
  for (let k = 1; k < 9; k++) if (f[k]! > f[top]!) top = k;
  const { best, basis } = climb;
  if (f[top]! === -Infinity) {
    climb.basis = scaledBasis(basis, 2);
    return;
  }
  // A step that led down is taken back, and the next look is closer.
  if (f[top]! < best.value - 1e-3) {
    [climb.x, climb.y] = [best.x, best.y];
    climb.basis = scaledBasis(basis, 0.5);
    best.value = -Infinity;
    return;
  }
  climb.best = { x: z[2 * top]!, y: z[2 * top + 1]!, value: f[top]! };
  const fit = paraboloid(f);
  const found = fit && axesOf(fit, basis);
  if (!fit || !found) {
    [climb.x, climb.y] = [z[2 * top]!, z[2 * top + 1]!];
    if (top === 4) climb.basis = scaledBasis(basis, 0.5);
    return;
  }
  const length = Math.hypot(fit.i, fit.j);
  const shorter = Math.min(1, 2 / length);
  const [ux, uy, vx, vy] = basis;
  climb.x += shorter * (fit.i * ux + fit.j * vx);
  climb.y += shorter * (fit.i * uy + fit.j * vy);
  const { values, vectors } = eigen2(...found);
  const deviations = values.map((value) => Math.sqrt(Math.max(value, FINEST ** 2)));
  const before = Math.sqrt(Math.abs(ux * vy - uy * vx));
  const now = LOOK * Math.sqrt(deviations[0]! * deviations[1]!);
  const limit = Math.min(4, Math.max(0.25, now / before)) / (now / before);
  const [a, b] = [LOOK * limit * deviations[0]!, LOOK * limit * deviations[1]!];
  climb.basis = [a * vectors[0], a * vectors[1], b * vectors[2], b * vectors[3]];
  if (length >= 0.3 || now / before > 2 || now / before < 0.5) return;
  const logJoint = Math.max(fit.top, f[4]!);
  const laplace = logJoint + Math.log(2 * Math.PI) + (Math.log(values[0]) + Math.log(values[1])) / 2;
  climb.mode = { z: [climb.x, climb.y], logJoint, covariance: found, laplace };
}

function scaledBasis([ux, uy, vx, vy]: Climb['basis'], by: number): Climb['basis'] {
  return [by * ux, by * uy, by * vx, by * vy];
}

/** The top of the paraboloid through a 3 x 3 look, in its units, with the covariance there. */
interface Paraboloid {
  i: number;
  j: number;
  top: number;
  covariance: [ii: number, ij: number, jj: number];
}

/** By least squares on the nine values; undefined where it has no top. */
function paraboloid(f: Float64Array): Paraboloid | undefined {
  if (f.includes(-Infinity)) return undefined;
  const [a, b, c, d, e, g, h, k, l] = f as unknown as [number, number, number, number, number, number, number, number, number];
  const [low, mid, high] = [a + b + c, d + e + g, h + k + l];
  const [left, centre, right] = [a + d + h, b + e + k, c + g + l];
  const gradient = [(high - low) / 6, (right - left) / 6] as const;
  const ii = (high + low - 2 * mid) / 3;
  const jj = (right + left - 2 * centre) / 3;
  const ij = (a - c - h + l) / 4;
  const determinant = ii * jj - ij * ij;
  if (!(ii < 0 && jj < 0 && determinant > 1e-9 * ii * jj)) return undefined;
  const i = -(jj * gradient[0] - ij * gradient[1]) / determinant;
  const j = -(ii * gradient[1] - ij * gradient[0]) / determinant;
  const middle = (low + mid + high) / 9 - (ii + jj) / 3;
  return {
    i,
    j,
    top: middle + (gradient[0] * i + gradient[1] * j) / 2,
    covariance: [-jj / determinant, ij / determinant, -ii / determinant],
  };
}

/** The covariance in z; undefined where rounding has left none. */
function axesOf({ covariance: [ii, ij, jj] }: Paraboloid, [ux, uy, vx, vy]: Climb['basis']): [number, number, number] | undefined {
  const xx = ux * ux * ii + 2 * ux * vx * ij + vx * vx * jj;
  const xy = ux * uy * ii + (ux * vy + uy * vx) * ij + vx * vy * jj;
  const yy = uy * uy * ii + 2 * uy * vy * ij + vy * vy * jj;
  return xx > 0 && xx * yy - xy * xy > 0 ? [xx, xy, yy] : undefined;
}

function merged(modes: Mode[]): Mode[] {
  const kept: Mode[] = [];
  for (const mode of modes.sort((a, b) => b.logJoint - a.logJoint)) if (!kept.some((other) => within(other, ...mode.z))) kept.push(mode);
  return kept;
}

/** Whether a place is within a deviation of a mode. */
function within({ z: [x, y], covariance: [xx, xy, yy] }: Mode, toX: number, toY: number): boolean {
  const [dx, dy] = [toX - x, toY - y];
  return (yy * dx * dx - 2 * xy * dx * dy + xx * dy * dy) / (xx * yy - xy * xy) < 1;
}
