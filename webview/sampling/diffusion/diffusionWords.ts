/** What the sampling view says of a diffusion model's samples. Pure, so that each sentence can be tested. */

import { samplers } from '../../../src/maths/samplers/list.ts';
import type { Condition, DiffusionSettings } from '../../../src/protocol/diffusion.ts';
import type { DiffusionFacts, DiffusionOutcome, DiffusionPictureRun, SamplingModel } from '../../../src/protocol/sampling.ts';
import { counted, formatCount, formatDuration, shortNumber } from '../../shared/numbers.ts';
import { className, settingsFor } from './condition.ts';

/** "DPM-Solver++", of a name or a class. */
export function samplerTitle(named: string): string {
  return samplers.find(({ name, className: ofDiffusers }) => name === named || ofDiffusers === named)?.title ?? named;
}

/** "told “A b”", "told class 3"; null where it is told nothing. */
export function toldWords({ prompt, label }: Condition, facts: DiffusionFacts | null): string | null {
  if (label !== undefined) {
    const known = facts?.conditioning.kind === 'class' && typeof label === 'number';
    return `told class ${known ? className(facts.conditioning, label) : label}`;
  }
  if (prompt === undefined) return null;
  return prompt.trim() === '' ? 'told the empty text' : `told “${prompt}”`;
}

function guidanceWords({ guidance, rescale }: DiffusionSettings): string | null {
  if (guidance === 1) return null;
  return `guidance ${shortNumber(guidance)}${rescale === 0 ? '' : ` rescaled by ${shortNumber(rescale)}`}`;
}

const joined = (...parts: (string | null)[]): string => parts.filter((part) => part !== null).join(', ');

/** What happens when it is started. */
export function diffusionStartSentence(model: SamplingModel, chosen: DiffusionSettings, facts: DiffusionFacts | null): string {
  const settings = facts ? settingsFor(facts, chosen) : chosen;
  const own = facts ? `its own sampler, ${samplerTitle(facts.sampler)}` : 'its own sampler';
  const sampler = settings.sampler === null ? own : samplerTitle(settings.sampler);
  const what = `${model.title} denoises ${counted(settings.count, 'sample')} in ${counted(settings.run.steps, 'step')} of ${sampler}`;
  return `${joined(what, toldWords(settings.condition, facts), guidanceWords(settings))}.`;
}

/** What is seen of a run. */
export function diffusionRunSentence(run: DiffusionPictureRun, model: SamplingModel, facts: DiffusionFacts | null): string {
  const { settings, outcome, reached } = run;
  const sampler = outcome?.sampler ?? settings.sampler ?? facts?.sampler;
  const what = outcome
    ? `${counted(settings.count, 'sample')} of ${model.title}`
    : `What ${model.title} predicts ${counted(settings.count, 'sample')} to become, after ${counted(reached?.evaluations ?? 0, 'evaluation')}`;
  const how = `${counted(settings.run.steps, 'step')}${sampler === undefined ? '' : ` of ${samplerTitle(sampler)}`}`;
  return `${joined(what, toldWords(settings.condition, facts), how, guidanceWords(settings), seedWords(settings))}.`;
}

export function seedWords({ seed, count }: Pick<DiffusionSettings, 'seed' | 'count'>): string {
  return count === 1 ? `seed ${seed}` : `seeds ${seed} to ${seed + count - 1}`;
}

/** "12 samples in 310 ms, 25 evaluations." and what there is to note. */
export function diffusionOutcomeSentence({ took, evaluations, notices }: DiffusionOutcome, count: number): string {
  return [`${counted(count, 'sample')} in ${formatDuration(took)}, ${counted(evaluations, 'evaluation')}.`, ...notices].join(' ');
}

/** What is seen before the end. */
export function reachedSentence({ reached }: Pick<DiffusionPictureRun, 'reached'>): string | null {
  if (!reached) return null;
  const at = reached.timestep === null ? '' : ` at t = ${formatCount(Number(reached.timestep.toFixed(1)))}`;
  return reached.latents
    ? `Shown: the clean latents predicted${at}, the first channels as colours from −3 to 3.`
    : `Shown: the clean samples predicted${at}.`;
}

export const diffusionSampleName = ({ seed }: DiffusionSettings, index: number): string => `Sample of seed ${seed + index}`;

export function diffusionSettingsSummary({ condition, sampler, run, guidance, rescale, count, seed }: DiffusionSettings): string {
  const { prompt, label } = condition;
  return [
    ...(prompt === undefined ? [] : [`“${prompt}”`]),
    ...(label === undefined ? [] : [`class ${label}`]),
    ...(sampler === null ? [] : [samplerTitle(sampler)]),
    counted(run.steps, 'step'),
    ...(guidance === 1 ? [] : [`guidance ${shortNumber(guidance)}`]),
    ...(rescale === 0 ? [] : [`rescale ${shortNumber(rescale)}`]),
    counted(count, 'sample'),
    `seed ${seed}`,
  ].join(' · ');
}

/** All that decides samples, a name for each, for a table of what differs. */
export function diffusionTold({ condition, run, options, ...rest }: DiffusionSettings): Record<string, unknown> {
  return { ...rest, ...condition, ...run, ...options };
}
