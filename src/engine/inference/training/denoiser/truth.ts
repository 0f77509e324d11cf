/** How far a small denoiser is from the best one: its loss by level, its samples, and the likelihood of its probability flow. */

import { exactNoise, noisedAt, ratesOfLevel } from '../../../../maths/diffusion/exact.ts';
import { meanOverLevels } from '../../../../maths/diffusion/floor.ts';
import { flowLogLikelihood, type NoiseField } from '../../../../maths/diffusion/likelihood.ts';
import { rememberedNoise } from '../../../../maths/diffusion/memory.ts';
import { trainedLevels } from '../../../../maths/diffusion/planeSchedule.ts';
import { planeStates, type Denoiser } from '../../../../maths/diffusion/planeStates.ts';
import { logDensities } from '../../../../maths/mixtures/density.ts';
import { energyDistance } from '../../../../maths/mixtures/energyDistance.ts';
import type { Mixture } from '../../../../maths/mixtures/mixture.ts';
import { sampleMixture } from '../../../../maths/mixtures/sample.ts';
import { normals } from '../../../../maths/random/normal.ts';
import { meanAndError } from '../../../../maths/vae/importance.ts';
import type { DenoiserTruth, DenoiserTruthRequest, LevelLoss } from '../../../../protocol/denoiser.ts';
import type { Estimate } from '../../../../protocol/training.ts';
import { rest } from '../../rest.ts';
import { checkSeed, checkWhole } from '../checks.ts';
import { dataSource } from '../draws.ts';
import { finite } from '../finite.ts';
import type { Graphs } from '../graphs.ts';
import { levelsOf } from './floor.ts';
import { drawsOf } from './run.ts';
import { denoiserOf, learnedNoise, memoryOf, mixtureOfData, MOST_POINTS, runOf, streams } from './state.ts';

/** Each is compared with each. */
const MOST_SAMPLES = 4_000;
/** Of Runge and Kutta, between the levels of the training: log p is right to 1e-3 nats for deviations of a twentieth of the plane. */
const FLOW_STEPS = 64;

/** @throws RpcError 'setting-invalid', 'data-invalid', 'not-finite', 'bad-input' */
export async function denoiserTruth(graphs: Graphs, request: DenoiserTruthRequest, signal: AbortSignal): Promise<DenoiserTruth> {
  const { parameters, data, seed, count, run, samples, likelihoods, memory } = request;
  checkSeed(seed);
  checkWhole('count', count, 2, MOST_POINTS);
  checkWhole('samples', samples, 2, MOST_SAMPLES);
  checkWhole('likelihoods', likelihoods, 0, MOST_POINTS);
  const levels = levelsOf(request.levels);
  runOf(run);
  const mixture = mixtureOfData(data);
  const training = memoryOf(dataSource(data), seed, memory);
  const learned: Denoiser = (points, level) => learnedNoise(graphs, parameters, points, level);
  const losses: LevelLoss[] = [];
  for (const [place, level] of levels.entries()) {
    losses.push(await lossAt(learned, mixture, training, { level, seed, count, start: place * count }));
    await rest(signal);
  }
  const over = (of: (loss: LevelLoss) => Estimate): Estimate => ({
    value: meanOverLevels(
      levels,
      losses.map((loss) => of(loss).value),
    ),
    standardError: errorOverLevels(
      levels,
      losses.map((loss) => of(loss).standardError),
    ),
  });
  return {
    levels: losses,
    overall: { loss: over(({ loss }) => loss), above: over(({ above }) => above), difference: over(({ difference }) => difference) },
    distance: await distancesOf(graphs, request, mixture, signal),
    likelihood: likelihoods > 0 ? await likelihoodOf(graphs, request, mixture, signal) : null,
  };
}

/** Points and noise are drawn for each level afresh. */
async function lossAt(
  learned: Denoiser,
  mixture: Mixture,
  training: Float64Array,
  { level, seed, count, start }: { level: number; seed: number; count: number; start: number },
): Promise<LevelLoss> {
  const noise = normals({ seed, stream: streams.levelNoise }, 2 * count, 2 * start);
  const { alpha, sigma } = ratesOfLevel(level);
  const noisedPoints = (clean: ArrayLike<number>): Float32Array =>
    new Float32Array(noise.map((value, i) => alpha * clean[i]! + sigma * value));
  const fresh = noisedPoints(sampleMixture(mixture, { seed, stream: streams.level }, count, start).points);
  const predicted = await learned(fresh, level);
  const exact = exactNoise(mixture, fresh, level);
  const [loss, above] = [halfSquares(predicted, noise), halfSquares(predicted, exact)];
  const seen = noisedPoints(noise.map((_, i) => training[i % training.length]!));
  const ofSeen = await learned(seen, level);
  return {
    level,
    loss: estimateOf(loss),
    above: estimateOf(above),
    difference: estimateOf(loss.map((value, i) => value - above[i]!)),
    toMemory: estimateOf(halfSquares(ofSeen, rememberedNoise(training, seen, level))),
    toExact: estimateOf(halfSquares(ofSeen, exactNoise(mixture, seen, level))),
  };
}

/** Of each point [n, 2], the mean of both coordinates' squares: [n]. */
function halfSquares(a: ArrayLike<number>, b: ArrayLike<number>): Float64Array {
  return Float64Array.from({ length: a.length / 2 }, (_, i) => ((a[2 * i]! - b[2 * i]!) ** 2 + (a[2 * i + 1]! - b[2 * i + 1]!) ** 2) / 2);
}

/** Levels are drawn for independently; the rule's weights are those that a mean of ones in one place has. */
function errorOverLevels(levels: Float64Array, errors: readonly number[]): number {
  return Math.hypot(
    ...errors.map(
      (error, i) =>
        error *
        meanOverLevels(
          levels,
          levels.map((_, j) => (i === j ? 1 : 0)),
        ),
    ),
  );
}

async function distancesOf(
  graphs: Graphs,
  request: DenoiserTruthRequest,
  mixture: Mixture,
  signal: AbortSignal,
): Promise<DenoiserTruth['distance']> {
  const { seed, samples } = request;
  const own = sampleMixture(mixture, { seed, stream: streams.own }, samples).points;
  const other = sampleMixture(mixture, { seed, stream: streams.other }, samples).points;
  const run = runOf(request.run);
  const start = new Float32Array(normals({ seed, stream: streams.start }, 2 * samples));
  const of = async (kind: 'learned' | 'exact'): Promise<number> => {
    let end: ArrayLike<number> = start;
    for await (const { points } of planeStates(run, start, denoiserOf(graphs, request, { kind }), drawsOf(seed))) {
      end = points;
      await rest(signal);
    }
    return energyDistance(end, own);
  };
  return { learned: await of('learned'), exact: await of('exact'), data: energyDistance(other, own) };
}

async function likelihoodOf(
  graphs: Graphs,
  { parameters, seed, likelihoods }: DenoiserTruthRequest,
  mixture: Mixture,
  signal: AbortSignal,
): Promise<DenoiserTruth['likelihood']> {
  const level = trainedLevels.highest;
  const noised = noisedAt(mixture, level);
  const points = sampleMixture(noised, { seed, stream: streams.likelihood }, likelihoods).points;
  const field: NoiseField = async (x, at) => {
    const inputs = { x: Float32Array.from(x), alpha_bar: new Float32Array(x.length / 2).fill(at) };
    const { noise, divergence } = await graphs.rows('denoiser.divergence', parameters, inputs);
    await rest(signal);
    return { noise: finite('denoiser', noise!), divergence: finite('divergence of the denoiser', divergence!) };
  };
  const { logDensity } = await flowLogLikelihood(field, points, { from: level, to: trainedLevels.lowest, steps: FLOW_STEPS });
  const exact = logDensities(noised, points);
  return {
    learned: estimateOf(logDensity),
    exact: estimateOf(exact),
    divergence: estimateOf(exact.map((log, i) => log - logDensity[i]!)),
    level,
  };
}

function estimateOf(values: Float64Array): Estimate {
  const { mean, standardError } = meanAndError(values);
  return { value: mean, standardError: standardError ?? NaN };
}
