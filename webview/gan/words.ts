/** What the panel of a GAN says. Pure, so that each sentence can be tested. */

import type { Birthdays } from '../../src/maths/fidelity/birthday.ts';
import type { GanEvaluation, LoadedGan, MembershipByScores } from '../../src/protocol/gan.ts';
import type { GanPlace, ScoredPicture, ShareBetween, TwinAudit } from '../../src/protocol/ganView.ts';
import { counted, formatCount, minus } from '../shared/numbers.ts';
import type { Samples } from './session.ts';

export const scoreWords = (score: number): string => minus(Math.abs(score) >= 1e4 ? score.toExponential(2) : score.toFixed(3));
export const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
const between = ({ low, high }: ShareBetween): string => `${(100 * low).toFixed(1)} to ${percent(high)}`;

/** "Sample 3 of seed 1: D" */
export function sampleName({ settings, classes }: Pick<Samples, 'settings' | 'classes'>, names: readonly string[], index: number): string {
  const own = classes[index];
  return `Sample ${settings.first + index} of seed ${settings.seed}${own === undefined ? '' : `: ${names[own] ?? own}`}`;
}

/** "Sample 3 of seed 1: D, score −0.055" */
export function scoredName(samples: Pick<Samples, 'settings' | 'classes' | 'scores'>, names: readonly string[], index: number): string {
  const score = samples.scores[index];
  return `${sampleName(samples, names, index)}${score === undefined ? '' : `, score ${scoreWords(score)}`}`;
}

/** Where what is looked at lies, beside the sample. */
export function placeWords({ walk, moves }: GanPlace, samples: Pick<Samples, 'settings'>): string | null {
  const moved = moves.filter((move) => move !== 0).length;
  const parts = [
    ...(walk ? [`${Math.round(100 * walk.at)} % of the ${walk.way} way to sample ${samples.settings.first + walk.to}`] : []),
    ...(moved > 0 ? [`moved along ${counted(moved, 'direction')}`] : []),
  ];
  return parts.length > 0 ? parts.join(', ') : null;
}

/** Share of scores below one. */
export const shareBelow = (scores: ArrayLike<number>, score: number): number =>
  Array.from(scores).reduce((below, other) => below + (other < score ? 1 : other === score ? 0.5 : 0), 0) / scores.length;

/** Of the samples that are shown. */
export function samplesSentence(title: string, samples: Samples): string {
  const { settings, count, scores } = samples;
  const cut = settings.truncation === null ? '' : `, numbers of z above ${settings.truncation} in size drawn again`;
  const scored =
    scores.length === 0
      ? ''
      : `; the discriminator scores them ${scoreWords(Math.min(...scores))} to ${scoreWords(Math.max(...scores))}, ${scoreWords(scores.reduce((sum, score) => sum + score, 0) / scores.length)} in the mean`;
  return `${counted(count, 'sample')} of ${title}, seed ${settings.seed}${cut}${scored}.`;
}

/** What was measured, the most telling first. */
export function measuredSentence(title: string, { samples, coverage, diversity, scores, data }: GanEvaluation): string {
  const read =
    coverage === null
      ? null
      : coverage.accuracy === null
        ? `${coverage.hit} of ${coverage.names.length} classes are read in ${counted(samples, 'sample')}`
        : `${percent(coverage.accuracy)} of ${counted(samples, 'sample')} are read as the class asked for`;
  const less = diversity.samples < diversity.data;
  const variety = `two ${diversity.byClass ? 'of one class ' : ''}lie ${diversity.samples.toFixed(3)} apart, ${less ? 'less' : 'not less'} than ${diversity.data.toFixed(3)} in ${data.name}`;
  const told = scores?.dataAboveSamples;
  const score =
    told === null || told === undefined
      ? null
      : `the discriminator scores data above samples ${percent(told)} of the time${Math.abs(told - 0.5) < 0.05 ? ', hardly more or less than chance' : ''}`;
  return `${title}: ${[read, variety, score].filter((part) => part !== null).join('; ')}.`;
}

export function imageSentence(
  { picture, score, class: own }: ScoredPicture,
  { classes }: Pick<LoadedGan, 'classes'>,
  samples: readonly number[],
): string {
  if (score === null) return `${picture.name}: the model has no discriminator to score it.`;
  const as = own === null ? '' : ` as ${classes[own] ?? own}, the class that scores highest`;
  const where = samples.length === 0 ? '' : `, above ${percent(shareBelow(samples, score))} of the samples`;
  return `${picture.name} scores ${scoreWords(score)}${as}${where}.`;
}

/** "about 120 (80 to 210)", "more than 300" */
export function supportWords({ support: { value, low, high } }: Birthdays): string {
  const whole = (count: number): string => formatCount(Math.round(count));
  if (high === null) return `more than ${whole(low)}`;
  return value === null ? `at most ${whole(high)}` : `${whole(value)} (${whole(low)} to ${whole(high)})`;
}

/** What the birthday test says, and what it does not. */
export function birthdaySentence({ birthday, diversity }: GanEvaluation, { item }: Pick<LoadedGan, 'item'>): string {
  if (!birthday) return 'There are too few of a class for a birthday test.';
  const { batch, threshold, samples, data } = birthday;
  const of = diversity.byClass ? ' of one class' : '';
  return (
    `Birthday test: of batches of ${batch}${of}, ${samples.found} of ${samples.batches} have two at most ${threshold.toFixed(3)} apart, ` +
    `as ${data.found} of ${data.batches} of the data have: as often as of ${supportWords(samples)} equally likely ${item.kind === 'image' ? 'pictures' : 'items'}, where the data counts as ${supportWords(data)}. ` +
    'Samples that differ in fine grain alone are not alike by it.'
  );
}

/** What is given away, no more than was measured. */
export function privacySentences(evaluation: GanEvaluation | null, audit: TwinAudit | null): string[] {
  const sentences: string[] = [];
  if (evaluation?.copying) {
    const { z, samples, examples } = evaluation.copying;
    const how =
      z < -2
        ? 'nearer to training examples than new data does: copying'
        : z > 2
          ? 'farther from training examples than new data does'
          : 'as far from training examples as new data does';
    sentences.push(
      `Samples lie ${how} (data-copying z ${minus(z.toFixed(1))}, ${counted(samples, 'sample')} against ${counted(examples, 'item')}).`,
    );
  }
  if (evaluation?.membership) sentences.push(membershipSentence(evaluation.membership));
  if (evaluation?.withoutMembership) sentences.push(`Members were not looked for: ${evaluation.withoutMembership}`);
  if (audit)
    sentences.push(
      `Of a twin that was trained on families chosen by coins, the discriminator’s score finds ${between(audit.score)} of the members at 1 % false positives, nearness to samples ${between(audit.nearness)}, as the model’s card says. Other attacks may find more.`,
    );
  return sentences;
}

function membershipSentence({ data, differ, inBoth, whiteBox, blackBox }: MembershipByScores): string {
  const both = inBoth === 0 ? '' : ` ${counted(inBoth, 'item')} of the data ${inBoth === 1 ? 'is' : 'are'} in the training data too.`;
  if (differ)
    return `As data, the training data and the data differ (p = ${data.p.toFixed(3)}): scores may tell them apart for that alone, so nothing is said of membership, and copying tells of this difference too.${both}`;
  const found = [
    ...(whiteBox ? [`the discriminator’s score finds ${between(whiteBox.foundAtOnePercent)}`] : []),
    ...(blackBox ? [`nearness to samples ${whiteBox ? '' : 'finds '}${between(blackBox.foundAtOnePercent)}`] : []),
  ];
  const chance = blackBox ? `; without the model, the items alone give ${between(blackBox.withoutModel.foundAtOnePercent)}` : '';
  return `Of the members, at 1 % false positives, ${found.join(', ')}${chance}. Other attacks may find more.${both}`;
}
