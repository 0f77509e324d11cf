/** What a small GAN with these parameters is, and the truth beside it: both densities, the best discriminator, and how far this one is from it. */

import { blurred } from '../../../../maths/adversarial/blur.ts';
import { excessLoss, optimalScores, type PointwiseLoss } from '../../../../maths/adversarial/optimum.ts';
import { middlesOf, pushForward } from '../../../../maths/adversarial/pushforward.ts';
import { steepnessBound } from '../../../../maths/adversarial/steepness.ts';
import { reachOf, type Reached } from '../../../../maths/mixtures/coverage.ts';
import { logDensities } from '../../../../maths/mixtures/density.ts';
import type { Mixture } from '../../../../maths/mixtures/mixture.ts';
import { modeStatistics, type ModeStatistics } from '../../../../maths/mixtures/modes.ts';
import { normals } from '../../../../maths/random/normal.ts';
import type { GanCoverage, GanTruth, GanTruthRequest } from '../../../../protocol/training.ts';
import { rest } from '../../rest.ts';
import { checkWhole } from '../checks.ts';
import { dataSource } from '../draws.ts';
import type { Graphs } from '../graphs.ts';
import { byRaster, densitiesOf, whyNoOptimum, withNoise } from './densities.ts';
import { estimatesByMesh, gapByRaster } from './estimates.ts';
import { checkMesh, meshOf } from './mesh.ts';
import { checkRaster, checkState, lossOf, playersOf } from './state.ts';

/** Streams of a seed that evaluations take: none that a training has (`programs`), nor a VAE's. Data takes two. */
const streams = { real: 68, noise: 70, seenReal: 72, seenFake: 73 };
const MOST_POINTS = 100_000;
/** Of the points that a component's weight asks for: with as many it counts as hit. */
const HIT = 0.1;

/** @throws RpcError 'coefficient-invalid', 'setting-invalid', 'data-invalid', 'not-finite' */
export async function ganTruth(graphs: Graphs, request: GanTruthRequest, signal: AbortSignal): Promise<GanTruth> {
  const { parameters, data, coefficients, seed, count, raster } = request;
  checkState(request);
  checkRaster(raster);
  checkWhole('count', count, 2, MOST_POINTS);
  const side = checkMesh(request.mesh);
  const source = dataSource(data);
  const { mixture } = source;
  const [loss, noise] = [lossOf(coefficients), coefficients['noise']!];
  const players = playersOf(graphs, request);
  const middles = middlesOf(raster);

  const real = new Float32Array(source.draw({ seed, stream: streams.real }, count, 0));
  const z = new Float32Array(normals({ seed, stream: streams.noise }, 2 * count));
  const generated = await players.generate(z);
  const mesh = await meshOf(graphs, request, side);
  await rest(signal);
  const pushed = pushForward(mesh, mesh.places, raster);
  await rest(signal);
  const { scores, slopes } = await players.score(middles);
  await rest(signal);
  const density = blurred(pushed.density, raster, noise);
  const densities = densitiesOf(data, source, { flat: pushed.flat, fake: byRaster(density, raster) }, noise);
  const logReal = densities && logDensities(densities.mixture, middles);
  await rest(signal);
  const reason = whyNoOptimum(loss, coefficients, densities);
  const dataDensity = mixture && (noise === 0 && logReal ? logReal : logDensities(mixture, middles)).map(Math.exp);
  await rest(signal);
  const byPoints = mixture && (await estimatesByMesh(players, mesh, mixture, { real, z, generated, loss }, signal));
  const cell = ((raster.right - raster.left) / raster.columns) * ((raster.top - raster.bottom) / raster.rows);
  const seen = (points: Float32Array, stream: number): Float32Array => withNoise(points, noise, normals({ seed, stream }, 2 * count));
  return {
    ...{ real, generated, scores, ...pushed },
    optimal: reason === null ? optimalScores(loss, logReal!, density.map(Math.log)) : null,
    noOptimum: reason,
    dataDensity,
    divergence: byPoints && byPoints.divergence,
    found: byPoints && byPoints.found,
    gap:
      densities && loss !== 'wasserstein'
        ? {
            integrated: integratedGap(loss, logReal!, density, scores, cell),
            sampled:
              noise === 0
                ? byPoints!.gap!
                : await gapByRaster(players, loss, densities, {
                    real: seen(real, streams.seenReal),
                    fake: seen(generated, streams.seenFake),
                  }),
          }
        : null,
    coverage: mixture && coverageOf(mixture, real, generated),
    steepest: steepestOf(slopes),
    steepnessBound: steepnessBound(graphs.folder.layers['discriminator']!, parameters.discriminator, coefficients['spectral']!),
  };
}

function coverageOf(mixture: Mixture, real: Float32Array, generated: Float32Array): GanCoverage {
  const [reached, own] = [reachOf(mixture, generated), reachOf(mixture, real)];
  const hit = Array.from(reached.shares, (share, k) => share >= HIT * mixture.weights[k]!);
  const statistics = (points: Float32Array, { spreads }: Reached): ModeStatistics[] =>
    modeStatistics(mixture, points).map((mode, k) => ({ ...mode, spread: spreads[k]! }));
  return {
    generated: statistics(generated, reached),
    real: statistics(real, own),
    within: { generated: reached.within, real: own.within },
    hit,
    modesHit: hit.filter(Boolean).length,
  };
}

function steepestOf(slopes: Float32Array): number {
  let most = 0;
  for (let i = 0; i < slopes.length; i += 2) most = Math.max(most, Math.hypot(slopes[i]!, slopes[i + 1]!));
  return most;
}

/** The integral over the raster of (p_d + p_g) times how far the scores are above the least loss. */
function integratedGap(loss: PointwiseLoss, logReal: Float64Array, fake: Float64Array, scores: Float32Array, cell: number): number {
  let sum = 0;
  for (let i = 0; i < scores.length; i++) {
    const real = Math.exp(logReal[i]!);
    const both = real + fake[i]!;
    if (both > 0) sum += both * excessLoss(loss, real / both, scores[i]!) * cell;
  }
  return sum;
}
