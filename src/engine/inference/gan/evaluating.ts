/** A GAN measured on data. */

import type { DataSet } from '../../../models/dataset.ts';
import type { EvaluationRequest, GanEvaluation } from '../../../protocol/gan.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { CopyingOf } from '../../../protocol/vae.ts';
import { copying, type TrainingData } from '../items/copying.ts';
import { gathered, readData, spreadOver } from '../items/data.ts';
import { checkWhole, MOST_SEED } from '../items/inputs.ts';
import { classesOfData, classesOfSamples } from './classes.ts';
import { birthdayOf, coverageOf, diversityOf, featuresOf } from './fidelity.ts';
import type { Evaluating, Pictures } from './evaluated.ts';
import type { Judge } from './judging.ts';
import { lookForMembers } from './memberships.ts';
import type { HeldGan } from './model.ts';
import type { GanParts } from './parts.ts';
import { zOf } from './sampling.ts';
import { compareScores } from './scoring.ts';

/** @throws RpcError 'bad-input', 'data-invalid', 'memory', 'not-a-number' */
export async function evaluate(
  { model, parts, judge, training }: { model: HeldGan; parts: GanParts; judge: Judge; training: TrainingData },
  request: EvaluationRequest,
  context: CallContext,
): Promise<GanEvaluation> {
  const started = performance.now();
  const count = checkWhole('samples', request.samples, 10, 100_000);
  const seed = checkWhole('seed', request.seed, 0, MOST_SEED);
  const most = checkWhole('most', request.most, 10, 100_000);
  const of: Evaluating = { model, parts, judge, seed, context };
  const dataSet = await readData(model, request.data, undefined, context);
  if (dataSet.count < 10) throw new RpcError('data-invalid', `${dataSet.name} holds ${dataSet.count} items; at least 10 are compared.`);
  const trainSet = request.train === undefined ? null : await readData(model, request.train, undefined, context);
  context.progress({ message: 'Sampling' });
  const classes = classesOfSamples(model, 'each', 0, count);
  const samples: Pictures = {
    count,
    items: await parts.generateAll(zOf(model, request, 0, count), classes, context.signal),
    classes: classes.length > 0 ? classes : null,
  };
  const [data, labelled] = await picturesOf(of, dataSet, most);
  const train = trainSet && (await picturesOf(of, trainSet, most))[0];
  const scores = await compareScores(of, samples, data, train);
  const judged = judge.reads ? { samples: await judge.of(samples.items, context), data: await judge.of(data.items, context) } : null;
  const features = await featuresOf(of, samples, data, train, judged);
  const copied =
    trainSet && trainSet.count >= 2
      ? await copying(
          model,
          () => Promise.resolve(samples.items),
          training,
          { train: request.train!, test: request.data, samples: count, seed, tests: most },
          context,
        )
      : null;
  const membership = request.train === undefined ? null : await lookForMembers(of, request, samples);
  return {
    data: { name: dataSet.name, count: dataSet.count, notices: dataSet.notices },
    train: trainSet && { name: trainSet.name, count: trainSet.count },
    ...{ samples: count, compared: data.count, labelled, ...scores },
    coverage: judged && coverageOf(of, samples, data, judged),
    diversity: diversityOf(of, samples, data),
    birthday: birthdayOf(of, samples, data),
    features,
    copying: copied && withoutPairs(copied),
    membership: membership?.found ?? null,
    withoutMembership: membership?.without ?? null,
    recipe: { sha256: model.loaded.sha256, request },
    runMs: performance.now() - started,
  };
}

const withoutPairs = ({ pairs: _, ...numbers }: CopyingOf): Omit<CopyingOf, 'pairs'> => numbers;

/** Items of a data set, evenly spread, with their classes: by its labels, else as the classifier reads them. */
async function picturesOf({ model, judge, context }: Evaluating, data: DataSet, most: number): Promise<[Pictures, string | null]> {
  const places = spreadOver(data.count, most);
  const items = gathered(model, data, places);
  const wrong = items.findIndex((value) => !Number.isFinite(value));
  if (wrong >= 0)
    throw new RpcError(
      'data-invalid',
      `${data.name} has ${items[wrong]} in item ${places[Math.floor(wrong / model.size)]}; numbers are needed.`,
    );
  const labels = classesOfData(model, data);
  if (labels) return [{ count: places.length, items, classes: Int32Array.from(places, (place) => labels.classes[place]!) }, labels.heading];
  if (model.loaded.classes.length === 0 || !judge.reads) return [{ count: places.length, items, classes: null }, null];
  return [{ count: places.length, items, classes: (await judge.of(items, context)).read, read: true }, `as the ${judge.name} reads them`];
}
