/** Samples, each of which depends on the seed, its own number and what is chosen alone; and walks between two of them. */

import { LEAST_TRUNCATION, noiseOf } from '../../../maths/gan/noise.ts';
import { walked } from '../../../maths/gan/walk.ts';
import type { GanBatch, GanRecipe, GanSampleRequest, SampleAddress } from '../../../protocol/gan.ts';
import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import { checkNumber, checkWhole, MOST_SEED } from '../items/inputs.ts';
import { classesOfSamples } from './classes.ts';
import type { HeldGan } from './model.ts';
import type { GanParts } from './parts.ts';

/** Samples that are made together, always from multiples of it on: what a kernel does with one row may depend on those beside it. */
const TOGETHER = 16;
/** So that numbers of draws stay below 2^53. */
const MOST_SAMPLES = 2 ** 31;
const MOST_TRUNCATION = 10;

/** @throws RpcError 'bad-input', 'not-a-number' */
export async function sample(
  model: HeldGan,
  parts: GanParts,
  request: GanSampleRequest,
  context: StreamContext<GanBatch>,
): Promise<GanRecipe> {
  const started = performance.now();
  const { latent, loaded, settings, size, generatorBatch } = model;
  const { walk } = request;
  const first = checkWhole('first', request.first, 0, MOST_SAMPLES);
  const count = checkWhole('count', request.count, 1, 100_000);
  const batch = generatorBatch ?? TOGETHER;
  // A walk's steps are as many as are asked for: its first one is the first of a batch.
  const start = walk ? 0 : Math.floor(first / batch) * batch;
  const end = walk ? first + count : Math.ceil((first + count) / batch) * batch;
  const z = walk ? walkOf(model, request, end) : zOf(model, request, start, end - start);
  const classes = walk ? classesOfWalk(model, request, end) : classesOfSamples(model, request.class, start, end - start);
  await parts.generate(
    z,
    classes,
    context.signal,
    async (made) => {
      const from = Math.max(first, start + made.first);
      const to = Math.min(first + count, start + made.first + made.count);
      if (to <= from) return;
      const offset = from - start - made.first;
      const pictures = made.pictures.slice(offset * size, (offset + to - from) * size);
      const own = classes.slice(from - start, to - start);
      // All of the batch is scored, so that no score depends on what is asked for beside it either.
      const scored = loaded.discriminator
        ? await parts.score(made.pictures, classes.slice(made.first, made.first + made.count), context.signal, batch)
        : null;
      context.item({
        ...{ first: from, count: to - from, pictures, classes: own },
        z: z.slice((from - start) * latent, (to - start) * latent),
        scores: scored && scored.slice(offset, offset + to - from),
      });
    },
    batch,
  );
  const { used, engineVersion } = loaded.provider;
  return {
    ...{ sha256: loaded.sha256, request: { ...request }, settings, batch, engineVersion },
    exact: used === 'cpu',
    runMs: performance.now() - started,
  };
}

/** z of samples `first` to `first + count - 1`. @throws RpcError 'bad-input' */
export function zOf(
  { latent, loaded: { prior } }: HeldGan,
  { seed, truncation }: Pick<GanSampleRequest, 'seed' | 'truncation'>,
  first: number,
  count: number,
): Float32Array {
  checkWhole('seed', seed, 0, MOST_SEED);
  if (truncation !== null) checkNumber('truncation', truncation, LEAST_TRUNCATION, MOST_TRUNCATION);
  try {
    return noiseOf({ seed, prior, latent, truncation }, first, count);
  } catch (error) {
    throw error instanceof RangeError ? new RpcError('bad-input', error.message) : error;
  }
}

function walkOf(model: HeldGan, { walk, truncation }: GanSampleRequest, steps: number): Float32Array {
  const { from, to, way } = walk!;
  if (way !== 'linear' && way !== 'spherical') throw new RpcError('bad-input', `A walk is linear or spherical, not ${String(way)}.`);
  if (steps < 2) throw new RpcError('bad-input', `A walk has at least 2 steps, not ${steps}.`);
  const at = (name: string, { seed, sample: number }: SampleAddress): Float32Array =>
    zOf(model, { seed, truncation }, checkWhole(`walk.${name}.sample`, number, 0, MOST_SAMPLES), 1);
  return walked(at('from', from), at('to', to), steps, way);
}

/** Of the sample that the walk begins with, all along. */
function classesOfWalk(model: HeldGan, { walk, class: chosen }: GanSampleRequest, steps: number): Int32Array {
  const [own] = classesOfSamples(model, chosen, walk!.from.sample, 1);
  return own === undefined ? new Int32Array(0) : new Int32Array(steps).fill(own);
}
