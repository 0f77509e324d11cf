/** Samples, each of which depends on the seed and its own number alone. */

import { normals } from '../../../maths/random/normal.ts';
import { reparametrised } from '../../../maths/vae/gaussian.ts';
import { RpcError, type StreamContext } from '../../../protocol/rpc.ts';
import type { SampleBatch, SampleRecipe, SampleRequest } from '../../../protocol/vae.ts';
import { checkItem, checkNumber, checkWhole, MOST_SEED } from '../items/inputs.ts';
import { rowsTogether } from '../items/rows.ts';
import type { HeldVae } from './model.ts';
import type { VaeParts } from './parts.ts';

/**
 * Samples that are decoded together, always from multiples of it on: what a kernel does with one row may depend on how many there are
 * beside it.
 */
export const TOGETHER = 16;
/** Milliseconds between two messages at least, 30 a second: each wakes two processes, which takes its time from the decoder. */
const MESSAGE_EVERY = 33;
/** So that numbers of draws stay below 2^53. */
const MOST_SAMPLES = 2 ** 31;

/** @throws RpcError 'bad-input', 'no-encoder', 'no-spread' */
export async function sample(
  model: HeldVae,
  parts: VaeParts,
  request: SampleRequest,
  context: StreamContext<SampleBatch>,
): Promise<SampleRecipe> {
  const started = performance.now();
  const { latent, loaded, settings, size, decoderBatch } = model;
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const first = checkWhole('first', request.first, 0, MOST_SAMPLES);
  const count = checkWhole('count', request.count, 1, 100_000);
  const temperature = checkNumber('temperature', request.temperature, 0, 10);
  const q = request.around === undefined ? undefined : await encodingOf(model, parts, request.around, context.signal);
  const batch = decoderBatch ?? TOGETHER;
  const start = Math.floor(first / batch) * batch;
  const end = Math.ceil((first + count) / batch) * batch;
  const noise = normals({ seed, stream: 0 }, (end - start) * latent, start * latent);
  const z = q ? reparametrised(q, noise, temperature) : Float32Array.from(noise, (value) => temperature * value);
  let untold: Float32Array[] = [];
  let told = { to: first, at: -Infinity };
  const tell = (to: number): void => {
    const { to: from } = told;
    const pictures = rowsTogether(untold);
    context.item({ first: from, count: to - from, pictures, z: z.slice((from - start) * latent, (to - start) * latent) });
    [untold, told] = [[], { to, at: performance.now() }];
  };
  await parts.draw(
    z,
    context.signal,
    (decoded) => {
      const from = Math.max(first, start + decoded.first);
      const to = Math.min(first + count, start + decoded.first + decoded.count);
      if (to <= from) return;
      const offset = from - start - decoded.first;
      untold.push(decoded.pictures.subarray(offset * size, (offset + to - from) * size));
      if (to === first + count || performance.now() - told.at >= MESSAGE_EVERY) tell(to);
    },
    batch,
  );
  const { used, engineVersion } = loaded.provider;
  return {
    sha256: loaded.sha256,
    request: { ...request },
    settings,
    batch,
    engineVersion,
    exact: used === 'cpu',
    runMs: performance.now() - started,
  };
}

export interface Encoding {
  mean: Float32Array;
  logVariance: Float32Array;
}

/** q(z|x) of one picture. @throws RpcError 'bad-input', 'no-encoder', 'no-spread' */
export async function encodingOf(model: HeldVae, parts: VaeParts, picture: Float32Array, signal: AbortSignal): Promise<Encoding> {
  const { mean, logVariance } = await placeOf(model, parts, picture, signal);
  if (logVariance) return { mean, logVariance };
  throw new RpcError(
    'no-spread',
    'The encoder gives a place for each picture and no distribution around it, so there is no q(z|x) to draw from.',
  );
}

/** The same, of an encoder that may give no distribution. */
export async function placeOf(
  model: HeldVae,
  parts: VaeParts,
  picture: Float32Array,
  signal: AbortSignal,
): Promise<{ mean: Float32Array; logVariance: Float32Array | null }> {
  checkItem('picture', picture, model.size);
  let found: { mean: Float32Array; logVariance: Float32Array | null } | undefined;
  await parts.encode(picture, signal, (batch) => void (found = batch));
  return found!;
}
