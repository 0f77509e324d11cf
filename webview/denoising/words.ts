/** What the panel of a diffusion model says. Pure, so that each sentence can be tested. */

import { samplers } from '../../src/maths/samplers/list.ts';
import type { Conditioning, DiffusionSettings, Inversion, LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import { counted, minus, shortNumber } from '../shared/numbers.ts';
import type { Moment } from './moment.ts';
import type { Trajectory } from './session.ts';

/** "t = 640", "t = 640.5" */
export const timeWords = (timestep: number): string => `t = ${shortTime(timestep)}`;
const shortTime = (timestep: number): string => minus(String(Number(timestep.toPrecision(6))));

/** As a person counts them: the first is 1. */
export function evaluationWords({ evaluation, count, told }: Pick<Moment, 'evaluation' | 'count' | 'told'>): string {
  return told
    ? `evaluation ${evaluation + 1} of ${count} (${timeWords(told.timestep)})`
    : `the sample, after ${counted(count, 'evaluation')}`;
}

/** "25 evaluations of DDIM, seed 1; at evaluation 9 of 25 (t = 640) …" @param change of the predicted clean sample; null: not known */
export function headlineOf(trajectory: Trajectory, moment: Moment, sampler: string, change: number | null): string {
  const { settings, evaluations, run, from } = trajectory;
  const seed = settings.seed + moment.item;
  const done = run ? counted(moment.count - from, 'evaluation') : `${evaluations.length} of ${counted(moment.count - from, 'evaluation')}`;
  const start = trajectory.isFromPicture ? ', from a picture' : '';
  const lead = `${done} of ${sampler}, seed ${seed}${start}`;
  if (!moment.told) return `${lead}: the sample.`;
  const { alpha, sigma } = moment.told;
  const mixed = `x is ${shortNumber(alpha)} of the picture and ${shortNumber(sigma)} of noise`;
  const moved = change === null ? '' : `; the predicted picture changed by ${shortNumber(change)} since the evaluation before`;
  return `${lead}; at ${evaluationWords(moment)} ${mixed}${moved}.`;
}

/** What the model is told, as a field is called. */
export function conditionName({ kind }: Conditioning): string {
  return kind === 'caption' ? 'Caption' : kind === 'text' ? 'Prompt' : 'Class';
}

/** What a caption may be. */
export function captionHelp(conditioning: Conditioning): string {
  if (conditioning.kind === 'caption')
    return `Two characters of ${conditioning.characters.join('')}, then any of ${conditioning.styles.join(', ')}; empty: nothing is said`;
  if (conditioning.kind === 'text') return `At most ${conditioning.tokens} tokens are read; empty: nothing is said`;
  return 'What the model is told';
}

/** "7 cat" */
export function className({ names }: Extract<Conditioning, { kind: 'class' }>, label: number): string {
  const name = names[label]?.[0];
  return name === undefined ? String(label) : `${label} ${name}`;
}

/** A name of files: "diffusion-glyphs-seed-1" */
export function fileName(model: string, { seed }: Pick<DiffusionSettings, 'seed'>): string {
  return `${model.replace(/[^\w-]+/g, '_')}-seed-${seed}`;
}

export function inversionSentence({ error, largest, mean, deviation }: Inversion, { range }: Pick<LoadedDiffusion, 'range'>): string {
  const share = error / (range.high - range.low);
  return `There and back the picture is off by ${shortNumber(error)} (root mean square; ${(100 * share).toPrecision(2)} % of the range), at most ${shortNumber(largest)}. The noise has mean ${shortNumber(mean)} and deviation ${shortNumber(deviation)}; of standard normal noise they are 0 and 1.`;
}

/** By its name or class; what is none is told as it stands. */
export const samplerTitle = (sampler: string): string =>
  samplers.find(({ name, className: called }) => sampler === name || sampler === called)?.title ?? sampler;
