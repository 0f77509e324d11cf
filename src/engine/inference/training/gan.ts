/** What a small GAN with these parameters is, and the truth beside it: both densities, the best discriminator, and how far this one is from it. */

import { discriminatorLoss, excessLoss, optimalScores, type PointwiseLoss } from '../../../maths/adversarial/optimum.ts';
import { jensenShannon, noiseMesh, pushForward, type Raster } from '../../../maths/adversarial/pushforward.ts';
import { logDensities } from '../../../maths/mixtures/density.ts';
import type { Mixture } from '../../../maths/mixtures/mixture.ts';
import { modeStatistics } from '../../../maths/mixtures/modes.ts';
import { normals } from '../../../maths/random/normal.ts';
import { meanAndError } from '../../../maths/vae/importance.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { Estimate, GanTruth, GanTruthRequest } from '../../../protocol/training.ts';
import { rest } from '../rest.ts';
import { checkLoss, checkSeed, checkWhole } from './checks.ts';
import { dataSource } from './draws.ts';
import type { Graphs } from './graphs.ts';

/** Streams of a seed that evaluations take: none that a training has (`programs`), nor a VAE's. Data takes two. */
const streams = { real: 68, noise: 70 };
const MESH = 128;
const MOST_POINTS = 100_000;
const MOST_CELLS = 2 ** 20;

/** @throws RpcError 'setting-invalid', 'data-invalid', 'not-finite' */
export async function ganTruth(graphs: Graphs, request: GanTruthRequest, signal: AbortSignal): Promise<GanTruth> {
  const { parameters, data, loss, seed, count, raster, mesh: side = MESH } = request;
  check(request);
  const source = dataSource(data);
  const { mixture } = source;
  const real = new Float32Array(source.draw({ seed, stream: streams.real }, count, 0));
  const noise = new Float32Array(normals({ seed, stream: streams.noise }, 2 * count));
  const generate = async (z: Float32Array): Promise<Float32Array> =>
    finite('generator', (await graphs.rows('gan.generator', parameters.generator, { z }))['x']!);
  const score = async (x: Float32Array): Promise<Float32Array> =>
    finite('discriminator', (await graphs.rows('gan.discriminator', parameters.discriminator, { x }))['score']!);

  const mesh = noiseMesh(side);
  const middles = middlesOf(raster);
  const generated = await generate(noise);
  const pushed = pushForward(mesh, await generate(mesh.corners), raster);
  await rest(signal);
  const scores = await score(middles);
  await rest(signal);
  const found = { real, generated, scores, ...pushed };
  if (!mixture) return { ...found, optimal: null, dataDensity: null, divergence: null, gap: null, modes: null };

  const logReal = logDensities(mixture, middles);
  await rest(signal);
  const dataDensity = logReal.map(Math.exp);
  const cell = ((raster.right - raster.left) / raster.columns) * ((raster.top - raster.bottom) / raster.rows);
  const modes = { generated: modeStatistics(mixture, generated), real: modeStatistics(mixture, real) };
  await rest(signal);
  const gap =
    loss === 'wasserstein'
      ? null
      : {
          integrated: integratedGap(loss, dataDensity, pushed.density, scores, cell),
          sampled: estimateOf(await Promise.all([real, generated].map(async (points) => ({ points, scores: await score(points) }))), loss, {
            mixture,
            density: pushed.density,
            raster,
          }),
        };
  return {
    ...found,
    optimal: optimalScores(loss, logReal, pushed.density.map(Math.log)),
    dataDensity,
    divergence: jensenShannon(dataDensity, pushed.density, cell),
    gap,
    modes,
  };
}

function check({ loss, seed, count, raster, mesh = MESH }: GanTruthRequest): void {
  checkLoss(loss);
  checkSeed(seed);
  checkWhole('count', count, 2, MOST_POINTS);
  checkWhole('mesh', mesh, 1, 1024);
  checkWhole('raster.columns', raster.columns, 1, MOST_CELLS);
  checkWhole('raster.rows', raster.rows, 1, Math.floor(MOST_CELLS / raster.columns));
  const sides = [
    ['right', raster.left, raster.right],
    ['top', raster.bottom, raster.top],
  ] as const;
  for (const [name, low, high] of sides)
    if (!(high > low && high - low < Infinity))
      throw new RpcError('setting-invalid', `raster.${name} is ${high}; it must be a number above ${low}.`);
}

function middlesOf({ left, bottom, right, top, columns, rows }: Raster): Float32Array {
  const points = new Float32Array(2 * rows * columns);
  for (let i = 0; i < rows * columns; i++) {
    points[2 * i] = left + ((right - left) * ((i % columns) + 0.5)) / columns;
    points[2 * i + 1] = bottom + ((top - bottom) * (Math.floor(i / columns) + 0.5)) / rows;
  }
  return points;
}

/** The integral over the raster of (p_d + p_g) times how far the scores are above the least loss. */
function integratedGap(loss: PointwiseLoss, real: Float64Array, fake: Float64Array, scores: Float32Array, cell: number): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const both = real[i]! + fake[i]!;
    if (both > 0) sum += both * excessLoss(loss, real[i]! / both, scores[i]!) * cell;
  }
  return sum;
}

interface Truth {
  mixture: Mixture;
  density: Float64Array;
  raster: Raster;
}

/** The mean over points of both of what this discriminator costs there more than the best one. */
function estimateOf([real, fake]: readonly { points: Float32Array; scores: Float32Array }[], loss: PointwiseLoss, truth: Truth): Estimate {
  const parts = [
    { side: 'real' as const, ...real! },
    { side: 'fake' as const, ...fake! },
  ].map(({ side, points, scores }) => {
    const logFake = Float64Array.from({ length: scores.length }, (_, i) => Math.log(densityAt(truth, points[2 * i]!, points[2 * i + 1]!)));
    const best = optimalScores(loss, logDensities(truth.mixture, points), logFake)!;
    const each = Float64Array.from(scores, (score, i) => discriminatorLoss(loss, score)[side] - discriminatorLoss(loss, best[i]!)[side]);
    // A point outside the raster, where p_g is said to be 0, has no best score that could be lost against.
    return meanAndError(each.map((value) => (Number.isFinite(value) ? value : 0)));
  });
  return {
    value: parts.reduce((sum, { mean }) => sum + mean, 0),
    standardError: Math.hypot(...parts.map(({ standardError }) => standardError ?? NaN)),
  };
}

/** Between the middles of cells, linearly in both directions; 0 outside. */
function densityAt({ density, raster }: Truth, x: number, y: number): number {
  const { left, bottom, right, top, columns, rows } = raster;
  const across = ((x - left) / (right - left)) * columns - 0.5;
  const up = ((y - bottom) / (top - bottom)) * rows - 0.5;
  const [column, row] = [Math.floor(across), Math.floor(up)];
  const at = (c: number, r: number): number => (c >= 0 && r >= 0 && c < columns && r < rows ? density[r * columns + c]! : 0);
  const [u, v] = [across - column, up - row];
  return (
    (1 - v) * ((1 - u) * at(column, row) + u * at(column + 1, row)) + v * ((1 - u) * at(column, row + 1) + u * at(column + 1, row + 1))
  );
}

function finite(network: string, values: Float32Array): Float32Array {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RpcError('not-finite', `The ${network} gives ${values[wrong]}; go back to an earlier checkpoint.`);
  return values;
}
