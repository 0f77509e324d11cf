/** One picture examined: the terms of its ELBO, log p(x), and what lies between. */

import { normals } from '../../../maths/random/normal.ts';
import { bestGaussian, boundOfGaussian, logWeights } from '../../../maths/vae/bestGaussian.ts';
import { addLogPrior, klByDimension, logDensities, reparametrised, sumOf } from '../../../maths/vae/gaussian.ts';
import { boundsByDraws, importanceEstimate, meanAndError } from '../../../maths/vae/importance.ts';
import { addLogLikelihoods, addPixelLogLikelihoods } from '../../../maths/vae/likelihood.ts';
import { posteriorGrid, windowAround, type PosteriorGrid } from '../../../maths/vae/posteriorGrid.ts';
import { evidenceByQuadrature, type Evidence } from '../../../maths/vae/quadrature.ts';
import { RpcError, type CallContext, type StreamContext } from '../../../protocol/rpc.ts';
import type {
  ContoursRequest,
  EvidenceItem,
  EvidenceOf,
  EvidenceRequest,
  EvidencesRequest,
  Examination,
  ExamineRequest,
} from '../../../protocol/vae.ts';
import { checkItem, checkItems, checkNumber, checkWhole, MOST_SEED } from '../items/inputs.ts';
import type { HeldVae } from './model.ts';
import { asRpcError, checkNumbers, type Nats } from './nats.ts';
import type { VaeParts } from './parts.ts';
import { encodingOf, placeOf } from './sampling.ts';

/** Streams of one seed: numbers for one thing are never those for another. */
const streams = { elbo: 1, proposal: 2, bounds: 3, fit: 4, compared: 5 };

export async function examine(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  { picture, draws, seed }: ExamineRequest,
  { signal }: CallContext,
): Promise<Examination> {
  checkWhole('draws', draws, 1, 100_000);
  checkWhole('seed', seed, 0, MOST_SEED);
  const { latent } = model;
  const { mean, logVariance } = await placeOf(model, parts, picture, signal);
  const noise = normals({ seed, stream: streams.elbo }, draws * latent);
  const z = logVariance ? reparametrised({ mean, logVariance }, noise) : mean.slice();
  const count = z.length / latent;
  const withoutNats = nats.missing(() => picture);
  const density = withoutNats === null ? nats.density(picture) : undefined;
  const logs = new Float64Array(count);
  const pixels = new Float64Array(model.size);
  let pictureOfZ: Float32Array | undefined;
  await parts.decode(z, signal, (batch) => {
    pictureOfZ ??= batch.pictures.slice(0, model.size);
    if (!density) return;
    addLogLikelihoods(density, picture, batch, logs.subarray(batch.first, batch.first + batch.count));
    const own = new Float64Array(model.size);
    addPixelLogLikelihoods(density, picture, batch, own);
    for (let i = 0; i < own.length; i++) pixels[i]! += (own[i]! * batch.count) / count;
  });
  checkNumbers(logs, (at) => `at draw ${at} of z`);
  let pictureOfMean: Float32Array | undefined;
  await parts.decode(mean, signal, (batch) => void (pictureOfMean = batch.pictures.slice(0, model.size)));
  const klOfEach = logVariance && klByDimension(mean, logVariance);
  const kl = klOfEach && sumOf(klOfEach);
  const reconstruction = density ? { ...meanAndError(logs), ofZ: logs[0]! } : null;
  const elbo = reconstruction && kl !== null ? { mean: reconstruction.mean - kl, standardError: reconstruction.standardError } : null;
  return {
    mean,
    logVariance,
    z: z.slice(0, latent),
    noise: logVariance ? noise.slice(0, latent) : new Float64Array(latent),
    pictureOfZ: pictureOfZ!,
    pictureOfMean: pictureOfMean!,
    reconstruction,
    pixels: density ? pixels : null,
    klByDimension: klOfEach,
    kl,
    elbo,
    klByDraws: logVariance ? divergenceByDraws({ mean, logVariance }, z, latent) : null,
    withoutNats,
    draws: count,
  };
}

function divergenceByDraws(q: { mean: Float32Array; logVariance: Float32Array }, z: Float32Array, latent: number) {
  const logs = logDensities(q, z);
  const prior = new Float64Array(logs.length);
  addLogPrior(z, latent, prior);
  return meanAndError(logs.map((value, i) => value - prior[i]!));
}

/** @throws RpcError 'bad-input', 'no-encoder', 'no-spread', 'no-likelihood', 'not-a-number' */
export async function evidence(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  request: EvidenceRequest,
  context: CallContext,
): Promise<EvidenceOf> {
  const { picture, ks } = request;
  const { signal } = context;
  const draws = checkWhole('draws', request.draws, 25, 1_000_000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const inflation = checkNumber('inflation', request.inflation, 1, 10);
  for (const k of ks) checkWhole('ks', k, 1, draws);
  const { latent } = model;
  const q = await encodingOf(model, parts, picture, signal);
  const logJoint = nats.logJoint(picture, signal);
  const noiseOf = (stream: number) => normals({ seed, stream }, draws * latent);
  try {
    context.progress({ message: 'Weighting draws of the encoder', fraction: 0 });
    const importance = importanceEstimate(await logWeights(logJoint, q, noiseOf(streams.proposal), inflation));
    const weights = await logWeights(logJoint, q, noiseOf(streams.bounds), 1);
    context.progress({ message: 'Looking for the best Gaussian', fraction: 0.3 });
    const fit = await bestGaussian(logJoint, q, (count, start) => normals({ seed, stream: streams.fit }, count, start), undefined, signal);
    const compared = noiseOf(streams.compared);
    const own = await boundOfGaussian(logJoint, q, compared);
    const best = await boundOfGaussian(logJoint, fit, compared);
    const gain = meanAndError(best.values.map((value, i) => value - own.values[i]!));
    context.progress({ message: 'Integrating over the latent space', fraction: 0.6 });
    const quadrature = latent === 2 ? await integrated(nats, picture, q, signal) : null;
    const isIntegrated = quadrature?.agreed === true;
    const logEvidence = isIntegrated ? quadrature.fine : importance.logEvidence;
    const uncertain = isIntegrated ? 0 : importance.standardError;
    const gapTo = (bound: { elbo: number; standardError: number }) => ({
      value: logEvidence - bound.elbo,
      standardError: uncertain === null ? null : Math.hypot(uncertain, bound.standardError),
      lowerBound: !isIntegrated,
    });
    return {
      method: isIntegrated ? 'quadrature' : 'importance',
      logEvidence,
      quadrature,
      importance,
      byK: boundsByDraws(weights, ks),
      elbo: { mean: own.elbo, standardError: own.standardError },
      gap: gapTo(own),
      best: {
        mean: fit.mean,
        logVariance: fit.logVariance,
        elbo: { mean: best.elbo, standardError: best.standardError },
        settled: fit.settled,
        evaluations: fit.evaluations,
      },
      amortisationGap: { value: gain.mean, standardError: gain.standardError },
      familyGap: gapTo(best),
    };
  } catch (error) {
    throw asRpcError(error);
  }
}

/** log p(x) of each of several pictures, one after the other. @throws RpcError as `evidence` does */
export async function evidences(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  request: EvidencesRequest,
  context: StreamContext<EvidenceItem>,
): Promise<{ count: number }> {
  const count = checkItems('pictures', request.pictures, model.size);
  const draws = checkWhole('draws', request.draws, 25, 1_000_000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const inflation = checkNumber('inflation', request.inflation, 1, 10);
  const noise = normals({ seed, stream: streams.proposal }, draws * model.latent);
  const { signal } = context;
  try {
    for (let index = 0; index < count; index++) {
      const picture = request.pictures.slice(index * model.size, (index + 1) * model.size);
      const q = await encodingOf(model, parts, picture, signal);
      const importance = importanceEstimate(await logWeights(nats.logJoint(picture, signal), q, noise, inflation));
      const quadrature = model.latent === 2 ? await integrated(nats, picture, q, signal) : null;
      const isIntegrated = quadrature?.agreed === true;
      context.item({
        index,
        method: isIntegrated ? 'quadrature' : 'importance',
        logEvidence: isIntegrated ? quadrature.fine : importance.logEvidence,
        importance,
        quadrature,
      });
      context.progress({ message: `log p(x) of ${index + 1} of ${count}`, fraction: (index + 1) / count });
    }
  } catch (error) {
    throw asRpcError(error);
  }
  return { count };
}

async function integrated(
  nats: Nats,
  picture: Float32Array,
  { mean, logVariance }: { mean: Float32Array; logVariance: Float32Array },
  signal: AbortSignal,
): Promise<Evidence> {
  const deviation = Math.exp((logVariance[0]! + logVariance[1]!) / 4);
  const scanned = await nats.scan(picture, signal);
  return evidenceByQuadrature(nats.logJoint(picture, signal), {
    encoder: { z: [mean[0]!, mean[1]!], deviation },
    ...(scanned && { scanned }),
  });
}

/** @throws RpcError 'not-two-dimensional', and as `evidence` does */
export async function contours(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  { picture, side, shares, logEvidence, window }: ContoursRequest,
  { signal }: CallContext,
): Promise<PosteriorGrid> {
  if (model.latent !== 2)
    throw new RpcError('not-two-dimensional', `p(z|x) has contours in a plane; this model has ${model.latent} latent dimensions.`);
  checkWhole('side', side, 8, 400);
  for (const share of shares) checkNumber('shares', share, 0, 1);
  checkNumber('logEvidence', logEvidence, -Number.MAX_VALUE, Number.MAX_VALUE);
  if (window && !(window.left < window.right && window.bottom < window.top))
    throw new RpcError(
      'bad-input',
      `The window from ${window.left} to ${window.right} and ${window.bottom} to ${window.top} holds nothing.`,
    );
  checkItem('picture', picture, model.size);
  const around = async () => {
    const { mean, logVariance } = await encodingOf(model, parts, picture, signal);
    return windowAround([{ mean: [mean[0]!, mean[1]!], variance: [Math.exp(logVariance[0]!), Math.exp(logVariance[1]!)] }], 4);
  };
  try {
    return await posteriorGrid(nats.logJoint(picture, signal), logEvidence, window ?? (await around()), side, shares);
  } catch (error) {
    throw asRpcError(error);
  }
}
