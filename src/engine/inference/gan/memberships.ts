/** Whether a GAN gives away what it was trained on: by its discriminator's score, and by how near its samples come. */

import { membershipAudit } from '../../../maths/privacy/membership.ts';
import { nearestNeighbours } from '../../../maths/privacy/nearest.ts';
import { integers } from '../../../maths/random/stream.ts';
import type { EvaluationRequest, MembershipByScores } from '../../../protocol/gan.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import { membershipOf } from '../items/membership.ts';
import { rowsOf } from '../items/rows.ts';
import { coinsOf, compareSets, type ComparedSets } from '../items/twoSets.ts';
import { resting } from '../rest.ts';
import { classesOfData } from './classes.ts';
import type { Evaluating, Pictures } from './evaluated.ts';
import { groupsOf } from '../../../maths/fidelity/pairs.ts';
import { scoresOf, withoutClasses } from './scoring.ts';

/** The training data's items and the data's are compared as data first: only where a test does not tell them apart, scores say anything. */
export async function lookForMembers(
  of: Evaluating,
  request: EvaluationRequest,
  samples: Pictures,
): Promise<{ found: MembershipByScores | null; without: string | null }> {
  const { model, seed, context } = of;
  let compared: ComparedSets;
  try {
    compared = await compareSets(model, { members: request.train!, others: request.data, most: request.most, seed }, context);
  } catch (error) {
    // Both data sets are known to be read: what is wrong with them is that they hold too few items.
    if (error instanceof RpcError && error.code === 'data-invalid') return { found: null, without: error.message };
    throw error;
  }
  const { test: data, differ, inBoth, pooled } = compared;
  if (differ) return { found: { data, differ, inBoth, whiteBox: null, blackBox: null, withoutScore: null }, without: null };
  const pictures: Pictures = { count: pooled.length / model.size, items: pooled, classes: await classesOfPooled(of, compared) };
  context.progress({ message: 'Scoring the data' });
  const coins = coinsOf(compared);
  const score = await scoresOf(of, pictures);
  const near = (await nearestSamples(of, pictures, samples)).map((distance) => -distance);
  return {
    found: {
      ...{ data, differ, inBoth },
      whiteBox: score && membershipAudit({ score, ...coins }, (bound, count, start) => integers({ seed, stream: 10 }, bound, count, start)),
      blackBox: await membershipOf({ score: near, ...coins, items: pooled, size: model.size }, seed, context),
      withoutScore: score ? null : model.loaded.discriminator ? withoutClasses : 'There is no discriminator.',
    },
    without: null,
  };
}

async function classesOfPooled(
  { model, judge, context }: Evaluating,
  { members, others, pooled }: ComparedSets,
): Promise<Int32Array | null> {
  const [first, second] = [members, others].map(({ data, places }) => {
    const labels = classesOfData(model, data);
    return labels && places.map((place) => labels.classes[place]!);
  });
  if (first && second) return Int32Array.from([...first, ...second]);
  return model.loaded.classes.length > 0 && judge.reads ? (await judge.of(pooled, context)).read : null;
}

/** Of each picture the distance to the nearest sample: of its class, where it is known. */
async function nearestSamples({ model: { size }, context }: Evaluating, pictures: Pictures, samples: Pictures): Promise<Float64Array> {
  const known = pictures.classes !== null && samples.classes !== null;
  const nearest = new Float64Array(pictures.count).fill(Infinity);
  const ofSamples = new Map(
    groupsOf(samples.count, known ? samples.classes : null).map((group) => [known ? samples.classes[group[0]!]! : 0, group]),
  );
  for (const group of groupsOf(pictures.count, known ? pictures.classes : null)) {
    const own = ofSamples.get(known ? pictures.classes[group[0]!]! : 0);
    if (!own) continue;
    const rest = resting(context, 'Comparing with the samples');
    const found = await nearestNeighbours(rowsOf(pictures.items, group, size), rowsOf(samples.items, own, size), size, 1, rest);
    group.forEach((place, i) => (nearest[place] = found.distance[i]!));
  }
  // A class of which there is no sample has no distance: it is the farthest.
  const farthest = nearest.reduce((most, distance) => (Number.isFinite(distance) ? Math.max(most, distance) : most), 0);
  return nearest.map((distance) => (Number.isFinite(distance) ? distance : farthest));
}
