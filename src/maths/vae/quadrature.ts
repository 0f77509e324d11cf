/**
 * log p(x) in two latent dimensions by adaptive quadrature. The plane, along the axes of the mode where there is one alone, is cut into rectangles;
 * each is cut again where its integral and that of its parts differ by more than is allowed, and around every mode in any case until it is
 * as small as the mode.
 */

import { inFrame, integrate, logArea, newCell, partsOf, PER_CELL, Seen, type Cell, type Frame } from './cells.ts';
import { logSumExp } from './importance.ts';
import { counted, type LogJoint } from './logJoint.ts';
import { eigen2, findModes, type Mode, type Start } from './modes.ts';
import { scanPoints, SCAN_SIDE, scanTops } from './scan.ts';

export interface QuadratureOptions {
  /** Where the encoder says that z lies. */
  encoder: Start;
  /** log p(x, z) at `scanPoints`, where it is known already; else it is asked for. */
  scanned?: Float64Array;
  /** Nats by which the two resolutions may differ. */
  tolerance?: number;
  /** Evaluations of log p(x, z) after which it ends without having agreed. */
  most?: number;
}

export interface Evidence {
  /** log p(x), nats: that of the finer resolution. */
  logEvidence: number;
  /** By rectangles, and by their parts. */
  coarse: number;
  fine: number;
  /** The sum over rectangles of |parts - rectangle|, as a share of p(x): at least what the two differ by, in nats. */
  difference: number;
  /** Whether that is within the tolerance. */
  agreed: boolean;
  /** Of p(z|x), that of most mass first; those that hold less than 1e-9 of it are left out. */
  modes: readonly Mode[];
  /** Of p(z|x). */
  mean: readonly [number, number];
  covariance: readonly [xx: number, xy: number, yy: number];
  evaluations: number;
  /** The square that was integrated over: coordinates between -reach and reach. */
  reach: number;
}

/** The prior has 1e-11 of its mass beyond. */
const LEAST_REACH = 7;
/** Rectangles that hold less than exp(-NEGLIGIBLE) of the whole are left as they are. */
const NEGLIGIBLE = 30;
/** A cell is cut where a place at its border shows that nodes have missed more than exp(-MISSED) of the whole. */
const MISSED = 12;
/** Of a rectangle near a mode: the widest that it may stay, in the mode's shorter deviation. */
const WIDEST = 3;

/** A mode in the frame: its place and deviations along the frame's axes, and the shortest along its own. */
interface Spot {
  u: number;
  v: number;
  deviationU: number;
  deviationV: number;
  shortest: number;
}

/**
 * @throws NotANumberError where log p(x, z) is none; RangeError where p(x) is 0 wherever it was looked
 */
export async function evidenceByQuadrature(logJoint: LogJoint, options: QuadratureOptions): Promise<Evidence> {
  const { tolerance = 1e-4, most = 60_000 } = options;
  const { ask, evaluations } = counted(logJoint, 2);
  const scanned = options.scanned ?? (await ask(scanPoints(), SCAN_SIDE * SCAN_SIDE));
  const modes = withMass(await findModes(ask, [options.encoder, ...scanTops(scanned)]));
  const reach = Math.max(LEAST_REACH, ...modes.map(reachOf));
  const frame = frameOf(modes);
  const spots = modes.map((mode) => spotOf(frame, mode));
  const seen = new Seen(frame, scanned);

  let pairs: Cell[] = [];
  const leaves: Cell[] = [];
  let toCut = [rootOf(frame, reach)];
  await integrate(ask, frame, toCut, seen);
  for (;;) {
    const total = logSumExp([...pairs.flatMap(({ parts }) => parts), ...toCut, ...leaves].map(({ log }) => log));
    const spared = (cell: Cell): boolean =>
      !spots.some((spot) => near(cell, spot)) && seen.highestIn(cell) + frame.logDeterminant + logArea(cell) < total - NEGLIGIBLE;
    const cut = [...toCut, ...leaves.splice(0)].filter((cell) => !spared(cell) || !leaves.push(cell));
    for (const cell of cut) cell.parts = partsOf(cell);
    const parts = cut.flatMap((cell) => cell.parts);
    await integrate(ask, frame, parts, seen);
    pairs.push(...cut);

    const reference = logSumExp([...pairs.flatMap(({ parts }) => parts), ...leaves].map(({ log }) => log));
    if (reference === -Infinity) throw new RangeError('p(x, z) is 0 wherever it was looked at, so that p(x) has no logarithm.');
    const errorOf = ({ log, parts }: Cell): number =>
      Math.abs(parts.reduce((sum, part) => sum + Math.exp(part.log - reference), -Math.exp(log - reference)));
    const missed = (pair: Cell): boolean => {
      const highest = seen.highestIn(pair);
      return (
        highest > Math.max(...pair.parts.map((part) => part.highest)) + 3 &&
        highest + frame.logDeterminant + logArea(pair) > reference - MISSED
      );
    };
    const forced = pairs.filter(
      (pair) => missed(pair) || pair.parts.some((part) => spots.some((spot) => near(part, spot) && wide(part, spot))),
    );
    const wanted = [...forced, ...ofLargestErrors(pairs, new Set(forced), errorOf, tolerance)];
    // Each has up to four parts, and each of these four.
    const again = wanted.slice(0, Math.floor((most - evaluations()) / (16 * PER_CELL)));
    if (again.length === 0) {
      const difference = pairs.reduce((sum, pair) => sum + errorOf(pair), 0);
      return { ...summed(pairs, leaves), difference, agreed: wanted.length === 0, modes, evaluations: evaluations(), reach };
    }
    const gone = new Set(again);
    pairs = pairs.filter((pair) => !gone.has(pair));
    toCut = again.flatMap(({ parts }) => parts);
  }
}

/** Those of the largest errors, until what the rest adds up to is allowed. */
function ofLargestErrors(pairs: readonly Cell[], without: ReadonlySet<Cell>, errorOf: (pair: Cell) => number, tolerance: number): Cell[] {
  const byError = pairs.filter((pair) => !without.has(pair)).map((pair) => ({ pair, error: errorOf(pair) }));
  byError.sort((a, b) => b.error - a.error);
  let left = byError.reduce((sum, { error }) => sum + error, 0);
  const largest: Cell[] = [];
  for (const { pair, error } of byError) {
    if (left <= tolerance / 2) break;
    largest.push(pair);
    left -= error;
  }
  return largest;
}

function summed(pairs: Cell[], leaves: Cell[]): Pick<Evidence, 'logEvidence' | 'coarse' | 'fine' | 'mean' | 'covariance'> {
  const finest = [...pairs.flatMap(({ parts }) => parts), ...leaves];
  const fine = logSumExp(finest.map(({ log }) => log));
  const coarse = logSumExp([...pairs, ...leaves].map(({ log }) => log));
  const moments = new Float64Array(5);
  for (const one of finest) {
    const share = Math.exp(one.log - fine);
    if (share > 0) for (let k = 0; k < 5; k++) moments[k]! += share * one.moments[k]!;
  }
  const [x, y, xx, xy, yy] = moments as unknown as [number, number, number, number, number];
  return { logEvidence: fine, coarse, fine, mean: [x, y], covariance: [xx - x * x, xy - x * y, yy - y * y] };
}

function withMass(modes: Mode[]): Mode[] {
  const most = Math.max(...modes.map(({ laplace }) => laplace));
  return modes.filter(({ laplace }) => laplace > most + Math.log(1e-9)).sort((a, b) => b.laplace - a.laplace);
}

/** Ten deviations beyond a mode, whichever way. */
function reachOf({ z, covariance: [xx, , yy] }: Mode): number {
  return Math.max(Math.abs(z[0]) + 10 * Math.sqrt(xx), Math.abs(z[1]) + 10 * Math.sqrt(yy));
}

/** The axes of the only mode, however slanted; several have no axes in common. */
function frameOf([mode, ...others]: readonly Mode[]): Frame {
  if (!mode || others.length > 0) return { origin: [0, 0], axes: [1, 0, 0, 1], logDeterminant: 0 };
  const { values, vectors } = eigen2(...mode.covariance);
  const [a, b] = [Math.sqrt(values[0]), Math.sqrt(Math.max(values[1], 1e-6 * values[0]))];
  return {
    origin: mode.z,
    axes: [a * vectors[0], a * vectors[1], b * vectors[2], b * vectors[3]],
    logDeterminant: Math.log(a) + Math.log(b),
  };
}

function spotOf(frame: Frame, { z, covariance: [xx, xy, yy] }: Mode): Spot {
  const [u, v] = inFrame(frame, z[0], z[1]);
  const {
    axes: [ux, uy, vx, vy],
  } = frame;
  const determinant = ux * vy - uy * vx;
  const [a, b, c, d] = [vy / determinant, -vx / determinant, -uy / determinant, ux / determinant];
  const uu = a * a * xx + 2 * a * b * xy + b * b * yy;
  const uv = a * c * xx + (a * d + b * c) * xy + b * d * yy;
  const vv = c * c * xx + 2 * c * d * xy + d * d * yy;
  const { values } = eigen2(uu, uv, vv);
  return { u, v, deviationU: Math.sqrt(uu), deviationV: Math.sqrt(vv), shortest: Math.sqrt(Math.max(values[1], 1e-6 * values[0])) };
}

/** The smallest rectangle of the frame around the square of z from -reach to reach. */
function rootOf(frame: Frame, reach: number): Cell {
  const corners = [
    [-reach, -reach],
    [-reach, reach],
    [reach, -reach],
    [reach, reach],
  ].map(([x, y]) => inFrame(frame, x!, y!));
  const [us, vs] = [corners.map(([u]) => u), corners.map(([, v]) => v)];
  const [left, right, bottom, top] = [Math.min(...us), Math.max(...us), Math.min(...vs), Math.max(...vs)];
  return newCell((left + right) / 2, (bottom + top) / 2, (right - left) / 2, (top - bottom) / 2);
}

/** Whether a rectangle is within three deviations of a mode. */
function near({ u, v, halfU, halfV }: Cell, spot: Spot): boolean {
  return Math.abs(spot.u - u) < halfU + 3 * spot.deviationU && Math.abs(spot.v - v) < halfV + 3 * spot.deviationV;
}

function wide({ halfU, halfV }: Cell, { shortest }: Spot): boolean {
  return 2 * Math.max(halfU, halfV) > WIDEST * shortest;
}
