/** Two data sets of a user's, compared as data before a model's scores of them are. */

import { createHash } from 'node:crypto';
import type { DataSet } from '../../../models/dataset.ts';
import { nearestNeighbours } from '../../../maths/privacy/nearest.ts';
import { twoSampleTest, type TwoSampleTest } from '../../../maths/privacy/twoSample.ts';
import { permutation } from '../../../maths/random/stream.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import { resting } from '../rest.ts';
import { gathered, itemsAt, readData, spreadOver, type TakesItems } from './data.ts';

/** Nearest neighbours of each item that the sets are compared by. */
const COMPARED = 5;
/** Sets that differ with less chance than this are different data. */
const DIFFERENT = 0.01;

/** Items of a data set, evenly spread over it. */
export interface SetOfItems {
  readonly data: DataSet;
  /** Of the items among those of the data. */
  readonly places: readonly number[];
}

export interface ComparedSets {
  readonly members: SetOfItems;
  readonly others: SetOfItems;
  /** [n, ...item]: the members, then the others. */
  readonly pooled: Float32Array;
  readonly test: TwoSampleTest;
  /** Then nothing is said of membership. */
  readonly differ: boolean;
  /** Items of all the other data that the members' data has too, number for number. */
  readonly inBoth: number;
}

/** @throws RpcError 'data-invalid', 'memory' */
export async function compareSets(
  model: TakesItems,
  { members: membersAt, others: othersAt, most, seed }: { members: string; others: string; most: number; seed: number },
  context: CallContext,
): Promise<ComparedSets> {
  const [members, others] = [await itemsOf(model, membersAt, most, context), await itemsOf(model, othersAt, most, context)];
  const [first, n] = [members.places.length, members.places.length + others.places.length];
  const pooled = new Float32Array(n * model.size);
  pooled.set(gathered(model, members.data, members.places));
  pooled.set(gathered(model, others.data, others.places), first * model.size);
  // An item is its own nearest.
  const k = COMPARED + 1;
  const found = await nearestNeighbours(pooled, pooled, model.size, k, resting(context, 'Comparing the data'));
  const neighbours = new Int32Array(n * COMPARED);
  for (let i = 0; i < n; i++) {
    const near = [...found.index.subarray(i * k, (i + 1) * k)].filter((other) => other !== i).slice(0, COMPARED);
    neighbours.set(near, i * COMPARED);
  }
  const test = twoSampleTest(neighbours, COMPARED, first, (which) => permutation({ seed, stream: 11 }, n, which * n));
  return {
    members,
    others,
    pooled,
    test,
    differ: test.p < DIFFERENT,
    inBoth: await countShared(model, members.data, others.data, context),
  };
}

/** As the model takes them: the same pictures may be kept as levels here and as floats there. */
async function countShared(model: TakesItems, members: DataSet, others: DataSet, context: CallContext): Promise<number> {
  const rest = resting(context, 'Looking for items that are in both');
  const all = members.count + others.count;
  const keysOf = async (data: DataSet, before: number): Promise<string[]> => {
    const keys: string[] = [];
    for (let place = 0; place < data.count; place++) {
      if (place % 1_000 === 0) await rest((before + place) / all);
      const item = itemsAt(model, data, place, place + 1);
      keys.push(
        createHash('sha256')
          .update(new Uint8Array(item.buffer, item.byteOffset, item.byteLength))
          .digest('base64'),
      );
    }
    return keys;
  };
  const known = new Set(await keysOf(members, 0));
  return (await keysOf(others, members.count)).filter((key) => known.has(key)).length;
}

/** Of the pooled items, each of which is taken for independent of the others. */
export function coinsOf({ test: { first, second } }: ComparedSets): { member: Uint8Array; family: Int32Array } {
  return {
    member: Uint8Array.from({ length: first + second }, (_, i) => (i < first ? 1 : 0)),
    family: Int32Array.from({ length: first + second }, (_, i) => i),
  };
}

async function itemsOf(model: TakesItems, path: string, most: number, context: CallContext): Promise<SetOfItems> {
  const data = await readData(model, path, undefined, context);
  if (data.count <= COMPARED)
    throw new RpcError('data-invalid', `${path} holds ${data.count} items; at least ${COMPARED + 1} are compared.`);
  return { data, places: spreadOver(data.count, most) };
}
