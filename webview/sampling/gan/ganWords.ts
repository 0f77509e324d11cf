/** What the sampling view says of a GAN's samples. Pure, so that each sentence can be tested. */

import type { SampleAddress } from '../../../src/protocol/gan.ts';
import type { GanFacts, GanRun, GanSettings, PictureOutcome, SamplingModel } from '../../../src/protocol/sampling.ts';
import { counted, formatDuration, minus } from '../../shared/numbers.ts';
import { sizeOf } from '../../shared/pictures/drawing.ts';

export const addressWords = ({ seed, sample }: SampleAddress): string => `sample ${sample} of seed ${seed}`;

/** "each class in turn", "class D"; null where the model is told none. */
export function classWords({ class: chosen, from }: GanSettings, facts: GanFacts | null): string | null {
  if (facts?.classes.length === 0) return null;
  if (chosen === 'each') return from === 'walk' ? 'class of the first end' : 'each class in turn';
  return `class ${facts?.classes[chosen] ?? chosen}`;
}

const truncationWords = ({ truncation }: GanSettings): string | null =>
  truncation === null ? null : `numbers of z above ${truncation} in size drawn again`;

const joined = (...parts: (string | null)[]): string => parts.filter((part) => part !== null).join(', ');

/** What happens when it is started. */
export function ganStartSentence(model: SamplingModel, settings: GanSettings, facts: GanFacts | null): string {
  const { from, count, walk } = settings;
  const what =
    from === 'walk'
      ? `${model.title} generates ${counted(count, 'step')} of a ${walk.way} walk from ${addressWords(walk.from)} to ${addressWords(walk.to)}`
      : `${model.title} generates ${counted(count, 'sample')} from noise`;
  return `${joined(what, classWords(settings, facts), truncationWords(settings))}.`;
}

/** What is seen of a run: what it is, and how the discriminator scores it. */
export function ganRunSentence(run: GanRun, model: SamplingModel, facts: GanFacts | null): string {
  const { settings, shape, levels, scores } = run;
  const count = shape ? levels.length / sizeOf(shape) : 0;
  const { from, walk, seed } = settings;
  const what =
    from === 'walk'
      ? `${counted(count, 'step')} of a ${walk.way} walk of ${model.title} from ${addressWords(walk.from)} to ${addressWords(walk.to)}`
      : `${counted(count, 'sample')} of ${model.title}, seed ${seed}`;
  const scored = scores.length > 0 ? `; the discriminator scores them ${rangeOf(scores)}` : '';
  return `${joined(what, classWords(settings, facts), truncationWords(settings))}${scored}.`;
}

function rangeOf(scores: readonly number[]): string {
  const mean = scores.reduce((sum, score) => sum + score, 0) / scores.length;
  return `${scoreWords(Math.min(...scores))} to ${scoreWords(Math.max(...scores))}, ${scoreWords(mean)} in the mean`;
}

export const scoreWords = (score: number): string => minus(Math.abs(score) >= 1e4 ? score.toExponential(2) : score.toFixed(3));

export function ganOutcomeSentence({ took }: PictureOutcome, count: number, { from }: GanSettings): string {
  return `${counted(count, from === 'walk' ? 'step' : 'sample')} in ${formatDuration(took)}.`;
}

/** What is known of one: "Sample 3 of seed 1: D, score 0.012". */
export function ganSampleSentence({ settings, classes, scores }: GanRun, index: number): string {
  const { from, seed, first } = settings;
  const name = from === 'walk' ? `Step ${index + 1} of ${settings.count}` : `Sample ${first + index} of seed ${seed}`;
  const facts = [
    ...(classes[index] === undefined ? [] : [classes[index]]),
    ...(scores[index] === undefined ? [] : [`score ${scoreWords(scores[index])}`]),
  ];
  return facts.length > 0 ? `${name}: ${facts.join(', ')}` : name;
}

export function ganSettingsSummary(settings: GanSettings): string {
  const { from, count, seed, first, truncation, walk } = settings;
  const at = ({ seed: own, sample }: SampleAddress): string => `${own}/${sample}`;
  const parts =
    from === 'walk'
      ? [`${walk.way} walk ${at(walk.from)} to ${at(walk.to)}`, counted(count, 'step')]
      : [counted(count, 'sample'), `seed ${seed}`, ...(first > 0 ? [`from ${first}`] : [])];
  return [
    ...parts,
    ...(settings.class === 'each' ? [] : [`class ${settings.class}`]),
    ...(truncation === null ? [] : [`truncated at ${truncation}`]),
  ].join(' · ');
}
