/** What a small VAE with these parameters is: the terms of its ELBO, log p(x), its place in the rate-distortion plane. */

import { logDensities } from '../../../maths/mixtures/density.ts';
import { entropyOf } from '../../../maths/mixtures/entropy.ts';
import { mixtureOf } from '../../../maths/mixtures/mixture.ts';
import { normals } from '../../../maths/random/normal.ts';
import { aggregatePosterior } from '../../../maths/vae/aggregate.ts';
import { klByDimension } from '../../../maths/vae/gaussian.ts';
import { meanAndError } from '../../../maths/vae/importance.ts';
import { LatentCells, REACH, type Box } from '../../../maths/vae/latentCells.ts';
import { NotANumberError } from '../../../maths/vae/logJoint.ts';
import { PlaneMixture } from '../../../maths/vae/planeDensity.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type {
  AggregateDensityRequest,
  Estimate,
  PlaneDensity,
  PlaneDensityRequest,
  RateDistortion,
  RateDistortionRequest,
  VaePoints,
  VaeTerms,
  VaeTermsRequest,
} from '../../../protocol/training.ts';
import { rest } from '../rest.ts';
import { checkWhole } from './checks.ts';
import { dataSource } from './draws.ts';
import type { Graphs } from './graphs.ts';

/** Streams of a seed that evaluations take: none that a training has (`programs`). */
const streams = { points: 64, noise: 66, aggregate: 67 };
/** Deviations that neighbouring nodes of the latent plane may be decoded apart, one after the other. */
const GAPS = [2, 1.4, 1, 0.7, 0.5];
const MOST_NODES = 2_000_000;
/** Points at which two resolutions are compared. Where there are more, they are computed with the wider of the two. */
const COMPARED = 400;
/** Places lower than the highest by more, in nats, need not agree. */
const LOWEST = 20;
/** Points of a place in the rate-distortion plane, at most: each of the draws below is compared with all of them. */
const MOST_POINTS = 100_000;
/** Points that q-bar is drawn for. */
const MOST_DRAWS = 512;
/** Places that a density is computed at between two looks at whether it is still wanted. */
const AT_ONCE = 256;
const LOG_2_PI = Math.log(2 * Math.PI);

export async function vaeTerms(
  graphs: Graphs,
  { parameters, points, seed, draws }: VaeTermsRequest,
  signal: AbortSignal,
): Promise<VaeTerms> {
  if (!(Number.isInteger(draws) && draws >= 1))
    throw new RpcError('setting-invalid', `draws is ${draws}; it must be a whole number of 1 or more.`);
  const { mean, logVariance } = await encode(graphs, { parameters, points });
  const count = points.length / 2;
  const sums = new Float64Array(count);
  const squares = new Float64Array(count);
  let logDeviation = NaN;
  for (let draw = 0; draw < draws; draw++) {
    signal.throwIfAborted();
    const noise = normals({ seed, stream: streams.noise }, 2 * count, 2 * count * draw);
    const z = mean.map((value, i) => value + Math.exp(logVariance[i]! / 2) * noise[i]!);
    const { location, log_deviation: deviation } = await decode(graphs, parameters, z);
    logDeviation = deviation[0]!;
    for (let i = 0; i < count; i++) {
      const value = logLikelihood(points, location, i, logDeviation);
      sums[i]! += value;
      squares[i]! += value * value;
    }
  }
  const reconstruction = sums.map((sum) => sum / draws);
  const variances = reconstruction.map((value, i) => Math.max(0, squares[i]! / draws - value * value));
  return {
    mean,
    logVariance,
    kl: klByDimension(mean, logVariance),
    reconstruction,
    reconstructionError: variances.map((variance) => (draws > 1 ? Math.sqrt(variance / (draws - 1)) : NaN)),
    logDeviation,
  };
}

/** The latent plane is cut finer until two resolutions agree. */
export async function planeDensity(
  graphs: Graphs,
  { parameters, points, tolerance = 1e-3 }: PlaneDensityRequest,
  signal: AbortSignal,
): Promise<PlaneDensity> {
  const wrong = points.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RpcError('bad-input', `Point ${wrong >> 1} has the coordinate ${points[wrong]}.`);
  const compared = someOf(points, COMPARED);
  const logDeviation = (await decode(graphs, parameters, new Float32Array(2)))['log_deviation'][0]!;
  if (!Number.isFinite(logDeviation)) throw noDensity(`The log-deviation is ${logDeviation}.`);
  let evaluations = 1;
  const cells = new LatentCells(
    async (z) => {
      await rest(signal);
      evaluations += z.length / 2;
      return (await decode(graphs, parameters, z)).location;
    },
    Math.exp(logDeviation),
    boxAround(points),
  );
  let wider: Resolution | undefined;
  let difference = Infinity;
  for (const gap of GAPS) {
    const whole = await cells.refine(gap, MOST_NODES).catch((error: unknown) => {
      throw error instanceof NotANumberError ? noDensity(error.message) : error;
    });
    const mixture = new PlaneMixture(cells.nodes(), logDeviation);
    const finer: Resolution = { mixture, gap, nodes: cells.nodeCount, values: await mixture.logDensities(compared, () => rest(signal)) };
    if (wider) difference = differenceOf(finer.values, wider.values);
    const agreed = whole && difference <= tolerance;
    if (!agreed && whole && gap !== GAPS.at(-1)) {
      wider = finer;
      continue;
    }
    const all = compared.length === points.length;
    const chosen = agreed && wider && !all ? wider : finer;
    const logDensity = all ? finer.values : await chosen.mixture.logDensities(points, () => rest(signal));
    const { nodes } = chosen;
    return { logDensity, difference, agreed, compared: compared.length / 2, gap: chosen.gap, nodes, reach: REACH, evaluations };
  }
  throw new Error('There is no last resolution.');
}

interface Resolution {
  mixture: PlaneMixture;
  gap: number;
  nodes: number;
  /** At the points that are compared. */
  values: Float64Array;
}

/** @throws RpcError 'data-invalid', 'setting-invalid', 'not-finite' */
export async function rateDistortion(
  graphs: Graphs,
  { parameters, data, seed, count }: RateDistortionRequest,
  signal: AbortSignal,
): Promise<RateDistortion> {
  checkWhole('count', count, 2, MOST_POINTS);
  const source = dataSource(data);
  const drawn = source.draw({ seed, stream: streams.points }, count, 0);
  const points = new Float32Array(drawn);
  const terms = await vaeTerms(graphs, { parameters, points, seed, draws: 1 }, signal);
  const rates = Float64Array.from({ length: count }, (_, i) => terms.kl[2 * i]! + terms.kl[2 * i + 1]!);
  checkFinite('rate', rates);
  checkFinite('distortion', terms.reconstruction);
  const draws = Math.min(count, MOST_DRAWS);
  const chosen = Uint32Array.from({ length: draws }, (_, i) => Math.floor((i * count) / draws));
  const noise = normals({ seed, stream: streams.aggregate }, 2 * draws);
  const encoded = { latent: 2, mean: terms.mean, logVariance: terms.logVariance };
  const aggregate = await aggregatePosterior(encoded, chosen, noise, () => rest(signal));
  const { mixture } = source;
  const logs = mixture && logDensities(mixture, drawn);
  return {
    rate: estimate(rates),
    rateByDimension: [0, 1].map((j) => terms.kl.reduce((sum, value, i) => sum + (i % 2 === j ? value : 0), 0) / count),
    distortion: estimate(terms.reconstruction.map((value) => -value)),
    information: { value: aggregate.information, standardError: aggregate.standardErrors.information ?? NaN },
    divergence: { value: aggregate.divergence, standardError: aggregate.standardErrors.divergence ?? NaN },
    residual: { value: aggregate.residual, standardError: aggregate.residualError ?? NaN },
    entropy: mixture && entropyResult(entropyOf(mixture, seed)),
    slack: logs && estimate(logs.map((log, i) => log - (terms.reconstruction[i]! - rates[i]!))),
    count,
  };
}

export async function aggregateDensity(
  graphs: Graphs,
  { parameters, points, latents }: AggregateDensityRequest,
  signal: AbortSignal,
): Promise<Float64Array> {
  const { mean, logVariance } = await encode(graphs, { parameters, points });
  const count = points.length / 2;
  const each = Array.from({ length: count }, (_, i) => i);
  try {
    const mixture = mixtureOf({
      weights: each.map(() => 1 / count),
      means: each.map((i) => [mean[2 * i]!, mean[2 * i + 1]!]),
      covariances: each.map((i) => [
        [Math.exp(logVariance[2 * i]!), 0],
        [0, Math.exp(logVariance[2 * i + 1]!)],
      ]),
    });
    const result = new Float64Array(latents.length / 2);
    for (let i = 0; i < result.length; i += AT_ONCE) {
      result.set(logDensities(mixture, latents.subarray(2 * i, 2 * (i + AT_ONCE))), i);
      await rest(signal);
    }
    return result;
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    throw new RpcError('not-finite', `The encoder’s Gaussians have no density together: ${error.message}`);
  }
}

async function encode(graphs: Graphs, { parameters, points }: VaePoints): Promise<{ mean: Float32Array; logVariance: Float32Array }> {
  const { mean, log_variance: logVariance } = await graphs.rows('vae.encoder', parameters, { x: points });
  return { mean: mean!, logVariance: logVariance! };
}

async function decode(
  graphs: Graphs,
  parameters: Float32Array,
  z: Float32Array,
): Promise<Record<'location' | 'log_deviation', Float32Array>> {
  return await graphs.rows('vae.decoder', parameters, { z });
}

function logLikelihood(points: Float32Array, location: Float32Array, i: number, logDeviation: number): number {
  const [dx, dy] = [points[2 * i]! - location[2 * i]!, points[2 * i + 1]! - location[2 * i + 1]!];
  return -0.5 * Math.exp(-2 * logDeviation) * (dx * dx + dy * dy) - 2 * logDeviation - LOG_2_PI;
}

function noDensity(why: string): RpcError {
  return new RpcError('not-finite', `The model has no density: ${why}`);
}

function boxAround(points: Float32Array): Box {
  const box = { left: Infinity, right: -Infinity, bottom: Infinity, top: -Infinity };
  for (let i = 0; i < points.length; i += 2) {
    box.left = Math.min(box.left, points[i]!);
    box.right = Math.max(box.right, points[i]!);
    box.bottom = Math.min(box.bottom, points[i + 1]!);
    box.top = Math.max(box.top, points[i + 1]!);
  }
  return box;
}

function checkFinite(name: string, values: Float64Array): void {
  const wrong = values.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0) throw new RpcError('not-finite', `The ${name} of point ${wrong} is ${values[wrong]}; go back to an earlier checkpoint.`);
}

function entropyResult({ entropy, error, method }: ReturnType<typeof entropyOf>): NonNullable<RateDistortion['entropy']> {
  return { value: entropy, error, method };
}

function estimate(values: Float64Array): Estimate {
  const { mean, standardError } = meanAndError(values);
  return { value: mean, standardError: standardError ?? NaN };
}

function someOf(points: Float32Array, most: number): Float32Array {
  const count = points.length / 2;
  const some = new Float32Array(2 * Math.min(count, most));
  for (let i = 0; i < some.length / 2; i++) {
    const from = Math.floor((i * count) / (some.length / 2));
    some.set(points.subarray(2 * from, 2 * from + 2), 2 * i);
  }
  return some;
}

function differenceOf(fine: Float64Array, coarse: Float64Array): number {
  const highest = fine.reduce((top, value) => Math.max(top, value), -Infinity);
  return fine.reduce((most, value, i) => (value < highest - LOWEST ? most : Math.max(most, Math.abs(value - coarse[i]!))), 0);
}
