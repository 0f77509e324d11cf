/** An evaluation of a GAN as a person reads it. */

import type { Birthdays } from '../../maths/fidelity/birthday.ts';
import type { MembershipAudit } from '../../maths/privacy/membership.ts';
import { distanceUnit } from '../../protocol/pictures.ts';
import type { GanEvaluation, LoadedGan, MembershipByScores, ScoreComparison, ScoresOf } from '../../protocol/gan.ts';

export function ganAsText(name: string, loaded: LoadedGan, found: GanEvaluation): string {
  const { data, train, samples, compared, labelled, scores, withoutScores, copying, membership, withoutMembership } = found;
  const lines = [
    `${name}: ${samples} samples${loaded.classes.length > 0 ? `, each of ${loaded.classes.length} classes in turn` : ''}; ${compared} of ${data.count} items of ${data.name}${train ? `; trained on ${train.name}` : ''}`,
    ...data.notices.map((notice) => `  ${notice}`),
    ...(loaded.classes.length > 0 && labelled !== null ? [`Classes of the data: ${labelled}`] : []),
    ...(scores ? scoreLines(scores) : []),
    ...(withoutScores === null ? [] : [`${scores ? 'No scores of the data' : 'No scores'}: ${withoutScores}`]),
    ...coverageLines(found),
    ...diversityLines(found, loaded),
    ...featureLines(found),
  ];
  if (copying)
    lines.push(
      `Compared with ${copying.trainCount} training items: data-copying z ${copying.z.toFixed(1)} (${copying.samples} samples against ${copying.examples} items of the data; far below 0 where samples lie nearer to the training items than new ones do)`,
      `  nearest over the mean of the next ${copying.compared - 1}: ${copying.ratioOfSamples.toFixed(3)} for samples, ${copying.ratioOfTests.toFixed(3)} for the data (medians)`,
    );
  if (membership) lines.push(...membershipLines(membership));
  if (withoutMembership !== null) lines.push(`The data and the training data are not compared: ${withoutMembership}`);
  return `${lines.join('\n')}\n`;
}

const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const whole = (value: number): string => Math.round(value).toLocaleString('en');

function scoreLines({ samples, data, train, dataAboveSamples, trainAboveSamples, trainAboveData }: ScoreComparison): string[] {
  const told = (what: string, of: ScoresOf | null): string => (of ? `, ${of.mean.toFixed(3)} ± ${of.deviation.toFixed(3)} of ${what}` : '');
  const above = [
    ...(dataAboveSamples === null ? [] : [`${dataAboveSamples.toFixed(3)} of the data above samples`]),
    ...(trainAboveSamples === null ? [] : [`${trainAboveSamples.toFixed(3)} of training items above samples`]),
    ...(trainAboveData === null ? [] : [`${trainAboveData.toFixed(3)} of training items above the data`]),
  ];
  return [
    `Discriminator: scores ${samples.mean.toFixed(3)} ± ${samples.deviation.toFixed(3)} of samples${told('the data', data)}${told('the training items', train)} (means and deviations)`,
    ...(above.length > 0 ? [`  AUC (1/2: not told apart): ${above.join(', ')}`] : []),
  ];
}

function coverageLines({ coverage, samples }: GanEvaluation): string[] {
  if (!coverage) return [];
  const { names, read, hit, accuracy, accuracyOfData } = coverage;
  if (accuracy === null) return [`Classes: ${hit} of ${names.length} are read in at least one of ${samples} samples`];
  const least = [...read.keys()]
    .filter((place) => coverage.asked[place]! > 0)
    .sort((a, b) => read[a]! - read[b]!)
    .slice(0, 5)
    .map((place) => `${names[place]} ${percent(read[place]!)}`);
  return [
    `Classes: ${percent(accuracy)} of samples are read as the class asked for${accuracyOfData === null ? '' : `, ${percent(accuracyOfData)} of the data`}; ${hit} of ${names.length} classes in at least half of their samples (least: ${least.join(', ')})`,
    '  a model that is told the class draws every class; how different the samples of one are is what follows',
  ];
}

function diversityLines({ diversity, birthday }: GanEvaluation, loaded: LoadedGan): string[] {
  const unit = distanceUnit(loaded);
  const items = loaded.item.kind === 'image' ? 'pictures' : 'items';
  const within = diversity.byClass ? 'two of one class' : 'two';
  const lines = [
    `Distance between ${within}: ${diversity.samples.toFixed(3)} of samples, ${diversity.data.toFixed(3)} of the data (root mean square, in ${unit})`,
  ];
  if (!birthday) return [...lines, 'Birthday test: too few of a class'];
  const { batch, threshold, samples, data } = birthday;
  return [
    ...lines,
    `Birthday test: batches of ${batch}${diversity.byClass ? ' of one class' : ''} with two at most ${threshold.toFixed(3)} apart, which half of the data’s have: ${samples.found} of ${samples.batches} of samples, ${data.found} of ${data.batches} of the data`,
    `  as often as of ${supportInWords(samples)} equally likely ${items}${diversity.byClass ? ' a class' : ''}, where the data counts as ${supportInWords(data)}`,
  ];
}

/** "120 (80 to 210)", "more than 300" */
export function supportInWords({ support: { value, low, high } }: Birthdays): string {
  if (high === null) return `more than ${whole(low)}`;
  return value === null ? `at most ${whole(high)}` : `${whole(value)} (${whole(low)} to ${whole(high)})`;
}

function featureLines({ features: { space, frechet, reference, neighbours, precision, recall, samples, data } }: GanEvaluation): string[] {
  const beside = reference.of === 'train' ? 'of the training items and the data' : 'of two halves of the data';
  return [
    `In ${space}: Frechet distance ${frechet.toPrecision(4)} of samples and the data, ${reference.frechet.toPrecision(4)} ${beside}; it compares with no other features and no other numbers of items`,
    `  precision ${precision.toFixed(3)}, recall ${recall.toFixed(3)} (${neighbours} nearest neighbours, ${samples} samples, ${data} of the data)`,
  ];
}

const found = ({ foundAtOnePercent: { low, high } }: MembershipAudit): string =>
  `${percent(low)} to ${percent(high)} of the members at 1 % false positives`;
const area = ({ auc }: MembershipAudit): string =>
  `(AUC ${auc.value.toFixed(3)}, ${auc.low.toFixed(3)} to ${auc.high.toFixed(3)}, over items drawn again)`;

function membershipLines({ data, differ, inBoth, whiteBox, blackBox, withoutScore }: MembershipByScores): string[] {
  const test =
    `${percent(data.share)} of nearest neighbours are of the same set, ${percent(data.expected)} expected of sets that are alike ` +
    `(p = ${data.p.toFixed(3)}; ${data.first} training items, ${data.second} of the data)`;
  const both = inBoth === 0 ? [] : [`  ${inBoth} of the data's items are in the training data too, and count as both`];
  if (differ)
    return [
      `As data, the training data and the data differ: ${test}`,
      ...both,
      '  Nothing is said of membership; scores and data-copying z tell of this difference too',
    ];
  const lines = [`As data, the training data and the data are not told apart: ${test}`, ...both];
  if (whiteBox) lines.push(`  the discriminator’s score finds ${found(whiteBox)} ${area(whiteBox)}`);
  if (withoutScore !== null) lines.push(`  without the discriminator’s score: ${withoutScore}`);
  if (blackBox) {
    const { withoutModel } = blackBox;
    const { byChance } = withoutModel;
    lines.push(
      `  the distance to the nearest sample finds ${found(blackBox)} ${area(blackBox)}`,
      `  without the model, from the items alone, ridge regression finds ${found(withoutModel)} (AUC ${withoutModel.auc.value.toFixed(3)}; permuted coins give ${byChance.low.toFixed(3)} to ${byChance.high.toFixed(3)}, p = ${byChance.p.toFixed(3)})`,
    );
  }
  return [...lines, '  Other attacks may find more'];
}
