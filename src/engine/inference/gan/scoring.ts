/** The discriminator's scores of what it is asked to tell apart. */

import { areaUnderCurve } from '../../../maths/privacy/membership.ts';
import type { GanEvaluation, ScoreComparison, ScoreRequest, Scores, ScoresOf } from '../../../protocol/gan.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { checkItems } from '../items/inputs.ts';
import { checkClasses } from './classes.ts';
import type { Evaluating, Pictures } from './evaluated.ts';
import type { HeldGan } from './model.ts';
import type { GanParts } from './parts.ts';

/** Null where it is told a class that is not known of the pictures. */
export async function scoresOf({ model, parts, context }: Evaluating, { items, classes, count }: Pictures): Promise<Float64Array | null> {
  const { discriminator } = model.loaded;
  if (!discriminator || (discriminator.class && !classes)) return null;
  return parts.score(items, classes ?? new Int32Array(count), context.signal);
}

export async function compareScores(
  of: Evaluating,
  samples: Pictures,
  data: Pictures,
  train: Pictures | null,
): Promise<Pick<GanEvaluation, 'scores' | 'withoutScores'>> {
  if (!of.model.loaded.discriminator)
    return { scores: null, withoutScores: 'The model was opened without a discriminator. Add its discriminator.' };
  of.context.progress({ message: 'Scoring' });
  const each = {
    samples: (await scoresOf(of, samples))!,
    data: await scoresOf(of, data),
    train: train && (await scoresOf(of, train)),
  };
  const comparison: ScoreComparison = {
    ...{ samples: toldOf(each.samples), data: each.data && toldOf(each.data), train: each.train && toldOf(each.train), each },
    dataAboveSamples: each.data && chanceAbove(each.data, each.samples),
    trainAboveSamples: each.train && chanceAbove(each.train, each.samples),
    trainAboveData: each.train && each.data && chanceAbove(each.train, each.data),
  };
  return { scores: comparison, withoutScores: each.data ? null : withoutClasses };
}

export const withoutClasses =
  'The discriminator is told a class, and the classes of the data are not known: give data with labels that are called as the model’s classes are, a folder for each.';

function toldOf(scores: Float64Array): ScoresOf {
  const count = scores.length;
  const mean = scores.reduce((sum, value) => sum + value, 0) / count;
  const squares = scores.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  return { count, mean, deviation: count > 1 ? Math.sqrt(squares / (count - 1)) : 0 };
}

function chanceAbove(first: Float64Array, second: Float64Array): number {
  const both = new Float64Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return areaUnderCurve(
    both,
    Uint8Array.from(both, (_, i) => (i < first.length ? 1 : 0)),
  );
}

/** Scores of pictures that are given: of their classes, else of the class that scores highest. @throws RpcError 'no-discriminator', 'bad-input' */
export async function score(model: HeldGan, parts: GanParts, { pictures, classes }: ScoreRequest, signal: AbortSignal): Promise<Scores> {
  const count = checkItems('pictures', pictures, model.size);
  const { discriminator, classes: names } = model.loaded;
  if (classes !== undefined) {
    const own = checkClasses(model, classes, count);
    return { scores: await parts.score(pictures, own, signal), classes: own };
  }
  if (!discriminator?.class) return { scores: await parts.score(pictures, new Int32Array(0), signal), classes: new Int32Array(0) };
  if (count * names.length > 100_000)
    throw new RpcError('bad-input', `${count} pictures as each of ${names.length} classes are too many; give their classes.`);
  const best: Scores = { scores: new Float64Array(count).fill(-Infinity), classes: new Int32Array(count) };
  for (let place = 0; place < names.length; place++)
    (await parts.score(pictures, new Int32Array(count).fill(place), signal)).forEach((value, i) => {
      if (value > best.scores[i]!) [best.scores[i], best.classes[i]] = [value, place];
    });
  return best;
}
