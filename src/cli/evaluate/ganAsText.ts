/** An evaluation of a GAN as a person reads it. */

import type { Birthdays } from '../../maths/fidelity/birthday.ts';
import { distanceUnit } from '../../protocol/pictures.ts';
import type { GanEvaluation, LoadedGan, MembershipByScores, ScoreComparison, ScoresOf } from '../../protocol/gan.ts';
import { copyingLines, foundLine, otherAttacks, percent, twoSetsLines, withoutModelLine } from './privacyText.ts';

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
  lines.push(...copyingLines(copying));
  if (membership) lines.push(...membershipLines(membership));
  if (withoutMembership !== null) lines.push(`The data and the training data are not compared: ${withoutMembership}`);
  return `${lines.join('\n')}\n`;
}

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

function membershipLines(membership: MembershipByScores): string[] {
  const { differ, whiteBox, blackBox, withoutScore } = membership;
  const lines = twoSetsLines(membership);
  if (differ) return [...lines, '  Nothing is said of membership; scores and data-copying z tell of this difference too'];
  return [
    ...lines,
    ...(whiteBox ? [foundLine('the discriminator’s score', whiteBox)] : []),
    ...(withoutScore === null ? [] : [`  without the discriminator’s score: ${withoutScore}`]),
    ...(blackBox ? [foundLine('the distance to the nearest sample', blackBox), withoutModelLine(blackBox)] : []),
    otherAttacks,
  ];
}
