/** Membership by two data sets of a user's: compared as data first. */

import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { TwoSetsOf, TwoSetsRequest } from '../../../protocol/vae.ts';
import { checkWhole, MOST_SEED } from '../items/inputs.ts';
import { membershipOf } from '../items/membership.ts';
import { coinsOf, compareSets } from '../items/twoSets.ts';
import { elbosOf } from './encodedData.ts';
import type { HeldVae } from './model.ts';
import type { Nats } from './nats.ts';
import type { VaeParts } from './parts.ts';

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
  const compared = await compareSets(model, { ...request, most, seed }, context);
  const { test: data, differ, inBoth, pooled } = compared;
  if (differ) return { data, differ, inBoth, membership: null, withoutNats: null };
  context.progress({ message: 'Scoring the data' });
  const score = await elbosOf(model, parts, nats, pooled, { draws, seed }, context.signal).catch(reasonOf);
  if (typeof score === 'string') return { data, differ, inBoth, membership: null, withoutNats: score };
  const membership = await membershipOf({ score, ...coinsOf(compared), items: pooled, size: model.size }, seed, context);
  return { data, differ, inBoth, membership, withoutNats: null };
}

/** Why a model gives no ELBO, where that is what is wrong. */
function reasonOf(error: unknown): string {
  if (error instanceof RpcError && ['no-encoder', 'no-spread', 'no-likelihood'].includes(error.code)) return error.message;
  throw error;
}
