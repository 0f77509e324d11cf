/** How near what a model makes lies to the examples that it was trained on: measured, never called safe. */

import type { DataSet } from '../../../models/dataset.ts';
import { dataCopying, distanceRatios } from '../../../maths/privacy/copying.ts';
import { quantile } from '../../../maths/privacy/membership.ts';
import { nearestNeighbours, type Neighbours } from '../../../maths/privacy/nearest.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { CopyingOf, CopyingRequest, NeighboursOf, NeighboursRequest } from '../../../protocol/vae.ts';
import { resting } from '../rest.ts';
import { gathered, itemsAt, readData, spreadOver, type TakesItems } from './data.ts';
import { checkItems, checkWhole, MOST_SEED } from './inputs.ts';
import { rowsOf } from './rows.ts';

/** Neighbours that a distance is compared with: the nearest over the mean of the 2nd to the 50th. */
const COMPARED = 50;

/** The training data that was looked into last: it is asked for again with every page of samples. */
export class TrainingData {
  private last: { path: string; data: DataSet; points: Float32Array } | undefined;

  async of(model: TakesItems, path: string, context: CallContext): Promise<{ data: DataSet; points: Float32Array }> {
    if (this.last?.path === path) return this.last;
    const data = await readData(model, path, undefined, context);
    this.last = { path, data, points: itemsAt(model, data, 0, data.count) };
    return this.last;
  }
}

export async function neighbours(
  model: TakesItems,
  training: TrainingData,
  request: NeighboursRequest,
  context: CallContext,
): Promise<NeighboursOf> {
  checkItems('pictures', request.pictures, model.size);
  const { data, points } = await training.of(model, request.train, context);
  const k = checkWhole('k', request.k, 2, data.count);
  const found = await nearestNeighbours(request.pictures, points, model.size, k, resting(context, 'Comparing with the training data'));
  const shown = checkWhole('shown', request.shown ?? 1, 1, k);
  const nearest = rowsOf(
    points,
    found.index.filter((_, at) => at % k < shown),
    model.size,
  );
  return { k, index: found.index, distance: found.distance, ratio: distanceRatios(found), nearest, trainCount: data.count };
}

/**
 * Samples against new examples, by how near each is to the training data.
 *
 * @param draw gives so many samples of a seed, [count, ...item]
 */
export async function copying(
  model: TakesItems,
  draw: (count: number, seed: number) => Promise<Float32Array>,
  training: TrainingData,
  request: CopyingRequest,
  context: CallContext,
): Promise<CopyingOf> {
  const samples = checkWhole('samples', request.samples, 2, 100_000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  checkWhole('tests', request.tests, 2, 1_000_000);
  const shown = checkWhole('shown', request.shown ?? 0, 0, samples);
  const test = await readData(model, request.test, undefined, context);
  const { data, points } = await training.of(model, request.train, context);
  const k = Math.min(COMPARED, data.count);
  if (k < 2) throw new RpcError('data-invalid', `${request.train} holds ${data.count} item; at least 2 are compared with.`);
  const made = await draw(samples, seed);
  const examples = gathered(model, test, spreadOver(test.count, request.tests));
  const ofMade = await nearestNeighbours(made, points, model.size, k, resting(context, 'Comparing samples with the training data'));
  const ofTests = await nearestNeighbours(
    examples,
    points,
    model.size,
    k,
    resting(context, 'Comparing new examples with the training data'),
  );
  const { index, distance } = nearestOf(ofMade);
  const ratio = distanceRatios(ofMade);
  const likeliest = Int32Array.from(ratio.keys())
    .sort((a, b) => ratio[a]! - ratio[b]!)
    .subarray(0, shown);
  const likeliestIndex = rowsOf(index, likeliest, 1);
  return {
    ...dataCopying(distance, nearestOf(ofTests).distance),
    pairs: {
      samples: rowsOf(made, likeliest, model.size),
      nearest: rowsOf(points, likeliestIndex, model.size),
      index: likeliestIndex,
      distance: rowsOf(distance, likeliest, 1),
      ratio: rowsOf(ratio, likeliest, 1),
    },
    ratioOfSamples: quantile(ratio, 0.5),
    ratioOfTests: quantile(distanceRatios(ofTests), 0.5),
    compared: k,
    trainCount: data.count,
  };
}

/** Of each point the nearest alone. */
function nearestOf({ k, index, distance }: Neighbours): { index: Int32Array; distance: Float64Array } {
  const count = index.length / k;
  const firsts = Int32Array.from({ length: count }, (_, i) => i * k);
  return { index: rowsOf(index, firsts, 1), distance: rowsOf(distance, firsts, 1) };
}
