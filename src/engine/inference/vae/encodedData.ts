/** A data set encoded as a whole: kept for what is asked of it later. */

import type { DataSet } from '../../../models/dataset.ts';
import { normals } from '../../../maths/random/normal.ts';
import { dimensionUse } from '../../../maths/vae/aggregate.ts';
import { klByDimension, reparametrised, sumOf } from '../../../maths/vae/gaussian.ts';
import { meanAndError } from '../../../maths/vae/importance.ts';
import { addOwnLogLikelihoods, type PixelDensity } from '../../../maths/vae/likelihood.ts';
import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import type { DataRequest, EncodedData, EncodedPart } from '../../../protocol/vae.ts';
import { hashOf, itemsAt, readData, spreadOver } from '../items/data.ts';
import { checkWhole, MOST_SEED } from '../items/inputs.ts';
import type { HeldVae } from './model.ts';
import { checkNumbers, type Nats } from './nats.ts';
import type { EncodedBatch, VaeParts } from './parts.ts';

export interface KeptData {
  data: DataSet;
  report: EncodedData;
  /** [count, latent] each. */
  mean: Float32Array;
  logVariance: Float32Array | null;
  /** [count], nats; null where there are none. */
  elbo: Float64Array | null;
}

/** Items that are encoded, decoded and told of together. */
const TOGETHER = 256;
const STREAM = 8;

export async function encodeData(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  request: DataRequest,
  runId: string,
  context: StreamContext<EncodedPart>,
): Promise<KeptData> {
  const started = performance.now();
  const draws = checkWhole('draws', request.draws, 1, 1000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const data = await readData(model, request.path, request.array, context);
  const { latent, loaded } = model;
  const { count } = data;
  const withoutNats = nats.missing(() => itemsAt(model, data, 0, count));
  const density = withoutNats === null ? nats.density(itemsAt(model, data, 0, 1)) : undefined;

  const mean = new Float32Array(count * latent);
  const logVariance = loaded.encoder?.spread ? new Float32Array(count * latent) : null;
  const reconstruction = density && logVariance ? new Float64Array(count) : null;
  const kl = logVariance ? new Float64Array(count) : null;
  for (let first = 0; first < count; first += TOGETHER) {
    const many = Math.min(TOGETHER, count - first);
    const pictures = itemsAt(model, data, first, first + many);
    await parts.encode(pictures, context.signal, (batch) => {
      mean.set(batch.mean, (first + batch.first) * latent);
      if (batch.logVariance) logVariance?.set(batch.logVariance, (first + batch.first) * latent);
    });
    const part: EncodedBatch = {
      first,
      count: many,
      mean: mean.slice(first * latent, (first + many) * latent),
      logVariance: logVariance && logVariance.slice(first * latent, (first + many) * latent),
    };
    if (part.logVariance && kl) {
      const each = klByDimension(part.mean, part.logVariance);
      for (let i = 0; i < each.length; i++) kl[first + Math.floor(i / latent)]! += each[i]!;
    }
    const drawn =
      density && part.logVariance ? await reconstructed(model, parts, density, pictures, part, { draws, seed }, context.signal) : null;
    if (drawn) {
      checkNumbers(drawn, (at) => `for item ${first + at} of ${data.name}`);
      reconstruction?.set(drawn, first);
    }
    const error = await errorsOf(model, parts, pictures, part.mean, context.signal);
    context.item({ ...part, reconstruction: drawn, kl: kl && kl.slice(first, first + many), error });
    context.progress({ message: `Encoded ${first + many} of ${count}`, fraction: (first + many) / count });
  }

  const elbo = reconstruction && kl && reconstruction.map((value, i) => value - kl[i]!);
  const dimensions = logVariance && dimensionUse({ latent, mean, logVariance });
  const total = elbo && meanAndError(elbo);
  const report: EncodedData = {
    runId,
    name: data.name,
    count,
    labels: data.labels,
    ...(data.paths && { paths: data.paths }),
    notices: data.notices,
    elbo: total && { ...total, bitsPerDimension: -total.mean / (Math.LN2 * model.size) },
    reconstruction: reconstruction && meanAndError(reconstruction).mean,
    kl: kl && meanAndError(kl).mean,
    withoutNats,
    dimensions,
    active: dimensions && dimensions.filter(({ active }) => active).length,
    collapsed: dimensions && dimensions.filter(({ collapsed }) => collapsed).length,
    sensitivity: await sensitivityOf(model, parts, mean, context.signal),
    recipe: { sha256: loaded.sha256, request, data: hashOf(data) },
    runMs: performance.now() - started,
  };
  return { data, report, mean, logVariance, elbo };
}

/** The ELBO of each picture, with so many draws for each. @throws RpcError 'no-encoder', 'no-spread', 'no-likelihood' */
export async function elbosOf(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  pictures: Float32Array,
  of: { draws: number; seed: number },
  signal: AbortSignal,
): Promise<Float64Array> {
  const density = nats.density(pictures);
  const { latent, size } = model;
  const scores = new Float64Array(pictures.length / size);
  await parts.encode(pictures, signal, async (batch) => {
    if (!batch.logVariance)
      throw new RpcError('no-spread', 'The encoder gives a place for each picture and no distribution, so that there is no ELBO.');
    const own = pictures.subarray(batch.first * size, (batch.first + batch.count) * size);
    const drawn = await reconstructed(model, parts, density, own, batch, of, signal);
    const kl = klByDimension(batch.mean, batch.logVariance);
    drawn.forEach((value, i) => (scores[batch.first + i] = value - sumOf(kl.subarray(i * latent, (i + 1) * latent))));
  });
  return scores;
}

/** Mean over draws of log p(x|z) of each picture. Draw d of item i depends on the seed, d and i alone. */
async function reconstructed(
  { latent, size }: HeldVae,
  parts: VaeParts,
  density: PixelDensity,
  pictures: Float32Array,
  { first, count, mean, logVariance }: EncodedBatch,
  { draws, seed }: { draws: number; seed: number },
  signal: AbortSignal,
): Promise<Float64Array> {
  const sums = new Float64Array(count);
  const noise = normals({ seed, stream: STREAM }, count * draws * latent, first * draws * latent);
  const z = new Float32Array(count * latent);
  for (let draw = 0; draw < draws; draw++) {
    for (let i = 0; i < count; i++) {
      const q = { mean: mean.subarray(i * latent, (i + 1) * latent), logVariance: logVariance!.subarray(i * latent, (i + 1) * latent) };
      const at = (i * draws + draw) * latent;
      z.set(reparametrised(q, noise.subarray(at, at + latent)), i * latent);
    }
    await parts.decode(z, signal, (batch) => {
      const from = batch.first;
      const own = pictures.subarray(from * size, (from + batch.count) * size);
      addOwnLogLikelihoods(density, own, batch, sums.subarray(from, from + batch.count));
    });
  }
  return sums.map((sum) => sum / draws);
}

/** Mean squared error of what is decoded from the mean, in shares of the range. */
async function errorsOf(
  { size, loaded }: HeldVae,
  parts: VaeParts,
  pictures: Float32Array,
  mean: Float32Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const width = loaded.range.high - loaded.range.low;
  const errors = new Float64Array(pictures.length / size);
  await parts.decode(mean, signal, (batch) => {
    for (let i = 0; i < batch.pictures.length; i++) {
      const item = batch.first + Math.floor(i / size);
      errors[item]! += ((batch.pictures[i]! - pictures[batch.first * size + i]!) / width) ** 2 / size;
    }
  });
  return errors;
}

/** Places that the decoder's change is measured at, and how many of them in all dimensions together. */
const PLACES = 32;
const MOST_PLACES = 4096;

/** Mean change of the picture for a step as wide as the means' deviation along each dimension, in shares of the range. */
async function sensitivityOf(
  { latent, size, loaded }: HeldVae,
  parts: VaeParts,
  mean: Float32Array,
  signal: AbortSignal,
): Promise<Float64Array> {
  const count = mean.length / latent;
  const places = spreadOver(count, Math.max(1, Math.min(PLACES, Math.floor(MOST_PLACES / latent))));
  const width = loaded.range.high - loaded.range.low;
  const sensitivity = new Float64Array(latent);
  const z = new Float32Array(2 * places.length * latent);
  for (let j = 0; j < latent; j++) {
    const column = Float64Array.from({ length: count }, (_, i) => mean[i * latent + j]!);
    const step = (meanAndError(column).standardError ?? 0) * Math.sqrt(count);
    places.forEach((place, i) => {
      for (const [side, sign] of [-0.5, 0.5].entries()) {
        z.set(mean.subarray(place * latent, (place + 1) * latent), (2 * i + side) * latent);
        z[(2 * i + side) * latent + j]! += sign * step;
      }
    });
    // A pair may be parted: a file may take one item at a time.
    let before = new Float32Array(0);
    await parts.draw(z, signal, ({ first, count: many, pictures }) => {
      for (let i = 0; i < many; i++) {
        const picture = pictures.slice(i * size, (i + 1) * size);
        if ((first + i) % 2 === 0) before = picture;
        else for (let p = 0; p < size; p++) sensitivity[j]! += Math.abs(picture[p]! - before[p]!) / (width * size * places.length);
      }
    });
  }
  return sensitivity;
}
