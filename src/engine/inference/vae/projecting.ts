/** The encoded data in a plane. */

import { UMAP } from 'umap-js';
import { MOST_DIMENSIONS, principalComponents, projected } from '../../../maths/projection/pca.ts';
import { nearestNeighbours } from '../../../maths/privacy/nearest.ts';
import { uniforms } from '../../../maths/random/stream.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { Projection, ProjectionRequest } from '../../../protocol/vae.ts';
import { resting } from '../rest.ts';
import { spreadOver } from '../items/data.ts';
import type { KeptData } from './encodedData.ts';
import { checkWhole, MOST_SEED } from '../items/inputs.ts';

/** UMAP of more takes minutes in JavaScript. */
const MOST_FOR_UMAP = 10_000;

/** @throws RpcError 'bad-input' */
export async function project(
  { mean, data }: Pick<KeptData, 'mean' | 'data'>,
  latent: number,
  request: ProjectionRequest,
  context: CallContext,
): Promise<Projection> {
  const { count } = data;
  switch (request.method) {
    case 'dimensions': {
      const [a, b] = request.dimensions ?? [0, Math.min(1, latent - 1)];
      checkWhole('dimensions', a, 0, latent - 1);
      checkWhole('dimensions', b, 0, latent - 1);
      const points = new Float32Array(2 * count);
      for (let i = 0; i < count; i++) {
        points[2 * i] = mean[i * latent + a]!;
        points[2 * i + 1] = mean[i * latent + b]!;
      }
      return { points, items: null, pca: null };
    }
    case 'pca': {
      if (count < 2 || latent > MOST_DIMENSIONS || latent < 2)
        throw new RpcError(
          'bad-input',
          `Principal components in a plane need at least 2 items and 2 to ${MOST_DIMENSIONS} dimensions; there are ${count} items and ${latent}.`,
        );
      const found = principalComponents(mean, latent, 2);
      return { points: projected(found, mean), items: null, pca: { share: found.share, axes: found.components, mean: found.mean } };
    }
    case 'umap':
      return umap({ mean, data }, latent, request, context);
    default:
      throw new RpcError('bad-input', `There is no projection ${String(request.method)}; there are dimensions, pca and umap.`);
  }
}

/** McInnes et al. 2018 (arXiv:1802.03426), as umap-js computes it, on neighbours that are found exactly here. */
async function umap(
  { mean, data }: Pick<KeptData, 'mean' | 'data'>,
  latent: number,
  { seed = 1, neighbours = 15 }: ProjectionRequest,
  context: CallContext,
): Promise<Projection> {
  checkWhole('seed', seed, 0, MOST_SEED);
  const places = spreadOver(data.count, MOST_FOR_UMAP);
  const k = checkWhole('neighbours', neighbours, 2, 100);
  if (places.length <= k)
    throw new RpcError(
      'bad-input',
      `UMAP with ${k} neighbours needs more than ${k} items; there are ${places.length}. Use another projection.`,
    );
  const points = new Float32Array(places.length * latent);
  places.forEach((place, i) => points.set(mean.subarray(place * latent, (place + 1) * latent), i * latent));
  const found = await nearestNeighbours(points, points, latent, k, resting(context, 'Looking for neighbours'));
  const rows = <T extends ArrayLike<number>>(of: T): number[][] =>
    places.map((_, i) => Array.from({ length: k }, (__, j) => of[i * k + j]!));
  const random = randomOf(seed);
  const model = new UMAP({ nComponents: 2, nNeighbors: k, random });
  model.setPrecomputedKNN(rows(found.index), rows(found.distance));
  const epochs = model.initializeFit(places.map((_, i) => Array.from(points.subarray(i * latent, (i + 1) * latent))));
  const rest = resting(context, 'Laying the points out');
  for (let epoch = 0; epoch < epochs; epoch++) {
    model.step();
    if (epoch % 5 === 0) await rest(epoch / epochs);
  }
  return { points: Float32Array.from(model.getEmbedding().flat()), items: Uint32Array.from(places), pca: null };
}

/** Uniform numbers one after the other, drawn many at once. */
function randomOf(seed: number): () => number {
  const together = 4096;
  let drawn: ArrayLike<number> = [];
  let [used, start] = [0, 0];
  return () => {
    if (used === drawn.length) {
      drawn = uniforms({ seed, stream: 9 }, together, start);
      start += together;
      used = 0;
    }
    return drawn[used++]!;
  };
}
