/** What samples are beside data: which classes they are of, how different they are, and how near the two lie. */

import { birthdays, type Birthdays } from '../../../maths/fidelity/birthday.ts';
import { frechetDistance, MOST_SIDE } from '../../../maths/fidelity/frechet.ts';
import { groupsOf, meanDistance, nearestInBatches } from '../../../maths/fidelity/pairs.ts';
import { precisionRecall } from '../../../maths/fidelity/precisionRecall.ts';
import { quantile } from '../../../maths/privacy/membership.ts';
import type { BirthdayTest, ClassCoverage, Diversity, FeatureComparison } from '../../../protocol/gan.ts';
import { spreadOver } from '../items/data.ts';
import { rowsOf } from '../items/rows.ts';
import { resting } from '../rest.ts';
import type { Evaluating, Pictures } from './evaluated.ts';
import type { Judged } from './judging.ts';

/** Of a region of precision and recall. */
const NEIGHBOURS = 3;
/** Points of a set that regions are made of. */
const MOST_REGIONS = 2000;
/** Pictures of a batch of the birthday test. */
const MOST_BATCH = 64;
/** Pairs grow with the square of a group: more of one are not compared with each other. */
const MOST_GROUP = 1000;

interface Both {
  readonly samples: Judged;
  readonly data: Judged;
}

export function coverageOf({ model: { source, loaded } }: Evaluating, samples: Pictures, data: Pictures, judged: Both): ClassCoverage {
  const names = source.judge!.classes;
  const isTold = loaded.classes.length > 0;
  const [asked, right] = [new Int32Array(names.length), new Float64Array(names.length)];
  judged.samples.read.forEach((read, i) => {
    const wanted = samples.classes?.[i];
    if (wanted === undefined) right[read]!++;
    else {
      asked[wanted]!++;
      if (read === wanted) right[wanted]!++;
    }
  });
  if (!isTold) asked.fill(samples.count);
  const read = right.map((count, place) => count / asked[place]!);
  return {
    ...{ names, asked, read },
    hit: read.reduce((sum, share) => sum + (share >= (isTold ? 0.5 : Number.MIN_VALUE) ? 1 : 0), 0),
    accuracy: isTold ? right.reduce((sum, count) => sum + count, 0) / samples.count : null,
    accuracyOfData: isTold && data.classes && !data.read ? shareEqual(judged.data.read, data.classes) : null,
  };
}

const shareEqual = (a: Int32Array, b: Int32Array): number => a.reduce((sum, value, i) => sum + (value === b[i] ? 1 : 0), 0) / a.length;

/** By class where the classes of both are known. */
const classesKnown = (samples: Pictures, data: Pictures): boolean => samples.classes !== null && data.classes !== null;

const limited = (group: readonly number[]): number[] => spreadOver(group.length, MOST_GROUP).map((at) => group[at]!);

export function diversityOf({ model: { size, loaded } }: Evaluating, samples: Pictures, data: Pictures): Diversity {
  const width = loaded.range.high - loaded.range.low;
  const known = classesKnown(samples, data);
  const by = ({ items, classes, count }: Pictures): Float64Array => {
    const groups = groupsOf(count, known ? classes : null);
    if (!known) return Float64Array.of(meanDistance(items, size, limited(groups[0]!)) / width);
    const found = new Float64Array(loaded.classes.length).fill(NaN);
    for (const group of groups) found[classes![group[0]!]!] = meanDistance(items, size, limited(group)) / width;
    return found;
  };
  const [ofSamples, ofData] = [by(samples), by(data)];
  return {
    samples: meanOf(ofSamples),
    data: meanOf(ofData),
    byClass: known ? { samples: ofSamples, data: ofData } : null,
  };
}

function meanOf(values: Float64Array): number {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.reduce((sum, value) => sum + value, 0) / known.length;
}

/** Null where there are too few of a class. */
export function birthdayOf({ model: { size, loaded } }: Evaluating, samples: Pictures, data: Pictures): BirthdayTest | null {
  const known = classesKnown(samples, data);
  const groups = ({ classes, count }: Pictures): number[][] => groupsOf(count, known ? classes : null);
  const [ofSamples, ofData] = [groups(samples), groups(data)];
  const median = (of: readonly (readonly number[])[]): number =>
    quantile(
      Float64Array.from(of, ({ length }) => length),
      0.5,
    );
  const fewest = Math.min(median(ofSamples), median(ofData));
  // Without classes there is one group: it is cut so that there are batches to count.
  const batch = Math.min(MOST_BATCH, Math.floor(known ? fewest : fewest / 20));
  if (batch < 2) return null;
  const [inSamples, inData] = [nearestInBatches(samples.items, size, ofSamples, batch), nearestInBatches(data.items, size, ofData, batch)];
  // What counts as alike is such that the data has a pair in every other batch: there the test tells the most.
  const threshold = quantile(inData, 0.5);
  const counted = (nearest: Float64Array): Birthdays =>
    birthdays(nearest.length, nearest.filter((distance) => distance <= threshold).length, batch);
  return {
    batch,
    threshold: threshold / (loaded.range.high - loaded.range.low),
    samples: counted(inSamples),
    data: counted(inData),
  };
}

export async function featuresOf(
  { model, judge, context }: Evaluating,
  samples: Pictures,
  data: Pictures,
  train: Pictures | null,
  judged: Both | null,
): Promise<FeatureComparison> {
  const dimensions = judged ? judged.samples.dimensions : model.size;
  const points = {
    samples: judged ? judged.samples.features : samples.items,
    data: judged ? judged.data.features : data.items,
    train: train && (judged ? (await judge.of(train.items, context)).features : train.items),
  };
  const most = dimensions <= MOST_SIDE ? Infinity : MOST_SIDE;
  const some = (of: Float32Array, limit: number): Float32Array => {
    const count = of.length / dimensions;
    return count <= limit ? of : rowsOf(of, spreadOver(count, limit), dimensions);
  };
  context.progress({ message: 'Comparing features' });
  const frechet = frechetDistance(some(points.samples, most), some(points.data, most), dimensions);
  const reference = points.train
    ? { frechet: frechetDistance(some(points.train, most), some(points.data, most), dimensions), of: 'train' as const }
    : { frechet: betweenHalves(some(points.data, most), dimensions), of: 'halves' as const };
  const [ofSamples, ofData] = [some(points.samples, MOST_REGIONS), some(points.data, MOST_REGIONS)];
  const { precision, recall } = await precisionRecall(ofData, ofSamples, dimensions, NEIGHBOURS, resting(context, 'Comparing regions'));
  return {
    space: judged
      ? `the ${dimensions} features of the ${judge.name}`
      : model.loaded.item.kind === 'image'
        ? 'pixels'
        : 'the numbers themselves',
    ...{ dimensions, frechet, reference, neighbours: NEIGHBOURS, precision, recall },
    ...{ samples: ofSamples.length / dimensions, data: ofData.length / dimensions },
  };
}

/** Every other item against the rest: how large the distance is where there is no difference, of half as many. */
function betweenHalves(points: Float32Array, dimensions: number): number {
  const count = points.length / dimensions;
  const places = (rest: number): number[] => Array.from({ length: count }, (_, i) => i).filter((i) => i % 2 === rest);
  return frechetDistance(rowsOf(points, places(0), dimensions), rowsOf(points, places(1), dimensions), dimensions);
}
