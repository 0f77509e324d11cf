/** Membership by two data sets of a user's: compared as data first. */

import { nearestNeighbours } from '../../../maths/privacy/nearest.ts';
import { twoSampleTest } from '../../../maths/privacy/twoSample.ts';
import { permutation } from '../../../maths/random/stream.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { TwoSetsOf, TwoSetsRequest } from '../../../protocol/vae.ts';
import { resting } from '../rest.ts';
import { gathered, readData, spreadOver } from './data.ts';
import { elbosOf } from './encodedData.ts';
import { checkWhole, MOST_SEED } from './inputs.ts';
import type { HeldVae } from './model.ts';
import { membershipOf } from './membership.ts';
import type { Nats } from './nats.ts';
import type { VaeParts } from './parts.ts';

/** Nearest neighbours of each item that the sets are compared by. */
const COMPARED = 5;
/** Sets that differ with less chance than this are different data. */
const DIFFERENT = 0.01;

export async function twoSets(
  model: HeldVae,
  parts: VaeParts,
  nats: Nats,
  request: TwoSetsRequest,
  context: CallContext,
): Promise<TwoSetsOf> {
  const most = checkWhole('most', request.most, 10, 20_000);
  const draws = checkWhole('draws', request.draws, 1, 1000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const [members, others] = [await itemsOf(model, request.members, most, context), await itemsOf(model, request.others, most, context)];
  const pooled = new Float32Array(members.length + others.length);
  pooled.set(members);
  pooled.set(others, members.length);
  const n = pooled.length / model.size;
  const first = members.length / model.size;
  // An item is its own nearest.
  const k = COMPARED + 1;
  const found = await nearestNeighbours(pooled, pooled, model.size, k, resting(context, 'Comparing the data'));
  const neighbours = new Int32Array(n * COMPARED);
  for (let i = 0; i < n; i++) {
    const near = [...found.index.subarray(i * k, (i + 1) * k)].filter((other) => other !== i).slice(0, COMPARED);
    neighbours.set(near, i * COMPARED);
  }
  const data = twoSampleTest(neighbours, COMPARED, first, (which) => permutation({ seed, stream: 11 }, n, which * n));
  if (data.p < DIFFERENT) return { data, differ: true, membership: null, withoutNats: null };
  context.progress({ message: 'Scoring the data' });
  const score = await elbosOf(model, parts, nats, pooled, { draws, seed }, context.signal).catch(reasonOf);
  if (typeof score === 'string') return { data, differ: false, membership: null, withoutNats: score };
  const member = Uint8Array.from({ length: n }, (_, i) => (i < first ? 1 : 0));
  const family = Int32Array.from({ length: n }, (_, i) => i);
  const membership = await membershipOf({ score, member, family, items: pooled, size: model.size }, seed, context);
  return { data, differ: false, membership, withoutNats: null };
}

/** Why a model gives no ELBO, where that is what is wrong. */
function reasonOf(error: unknown): string {
  if (error instanceof RpcError && ['no-encoder', 'no-spread', 'no-likelihood'].includes(error.code)) return error.message;
  throw error;
}

async function itemsOf(model: HeldVae, path: string, most: number, context: CallContext): Promise<Float32Array> {
  const data = await readData(model, path, undefined, context);
  if (data.count <= COMPARED)
    throw new RpcError('data-invalid', `${path} holds ${data.count} items; at least ${COMPARED + 1} are compared.`);
  return gathered(model, data, spreadOver(data.count, most));
}
