/** What an evaluation says to the formula of its step. */

import type { StepForm } from '../../src/formulas/samplerStep.ts';
import { stepOfRun } from '../../src/formulas/samplerStep.ts';
import type { DiffusionRun, LoadedDiffusion } from '../../src/protocol/diffusion.ts';
import type { FormulaContent, TermValue } from '../shared/formula/content.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { shortNumber } from '../shared/numbers.ts';
import { lengthOf, type Moment, type ShownTensor } from './moment.ts';
import { drawnOf, scaleOf } from './scales.ts';
import { imageOf, paintImage } from './tensorPictures.ts';
import { samplerOf, updateOf, type Update } from './update.ts';

export interface StepContent {
  readonly run: DiffusionRun;
  readonly moment: Moment;
  readonly model: LoadedDiffusion;
  readonly palette: Palette;
  /** Of the engine's own computation; null: it is not known yet. */
  readonly residual: number | null;
  readonly openSteps: ReadonlySet<string>;
}

/** null: the numbers of this step are not known, as where the model tells its variance, or of the sample. */
export function stepContent({ run, moment, model, palette, residual, openSteps }: StepContent): FormulaContent | null {
  const { told, item, evaluation } = moment;
  const update = told && updateOf(run, evaluation);
  const sampler = samplerOf(run);
  if (!told || !update || !sampler) return null;
  const { guidance, rescale } = run.recipe.request;
  const guided = guidance !== 1;
  const form: StepForm = {
    ...{ kind: update.kind, sampler: run.sampler, title: sampler.title, prediction: run.settings.predictionType },
    ...{ exploding: told.alpha === 1 && told.sigma > 0, guided },
    ...{ hasEarlier: update.kind === 'linear' && update.earlier.some((rate) => rate !== 0), hasFresh: update.fresh !== 0 },
    rescaled: guided && rescale > 0,
  };
  const number = (value: number, note?: string): TermValue => ({ kind: 'number', value, ...(note !== undefined && { note }) });
  const length = (name: 'output' | 'conditional' | 'unguided'): TermValue => number(lengthOf(told, name, item), 'its length');
  const tensor = (name: ShownTensor): TermValue => tensorValue(name, moment, model, palette);
  const next = nextOf(moment);
  return {
    formula: stepOfRun(form),
    values: new Map<string, TermValue>([
      ['next', next ? pictured(next, 'x', moment, model, palette) : { kind: 'absent', note: 'it is larger than is shown' }],
      ['x', tensor('x')],
      ['clean', tensor('clean')],
      ['noise', tensor('noise')],
      ...rates(update),
      ['alpha', number(told.alpha)],
      ['sigma', number(told.sigma)],
      ['output', length('output')],
      ['conditional', length('conditional')],
      ['unguided', length('unguided')],
      ['guidance', number(guidance)],
      ['rescale', number(rescale)],
    ]),
    residual: [
      ...(residual === null ? [] : [{ quantity: 'x after the step (the engine’s own step)', difference: residual }]),
      ...differences(moment, update),
    ],
    notes: clipNotes(run),
    openSteps,
  };
}

function rates(update: Update): [string, TermValue][] {
  const number = (value: number): TermValue => ({ kind: 'number', value });
  return [
    ['cleanRate', number(update.clean)],
    ['freshRate', number(update.fresh)],
    ...(update.kind === 'mixed'
      ? [['noiseRate', number(update.noise)] satisfies [string, TermValue]]
      : ([
          ['xRate', number(update.x)],
          ['earlier', { kind: 'vector', values: update.earlier }],
        ] satisfies [string, TermValue][])),
  ];
}

function tensorValue(name: ShownTensor, moment: Moment, model: LoadedDiffusion, palette: Palette): TermValue {
  const values = drawnOf(name, moment);
  return values ? pictured(values, name, moment, model, palette) : { kind: 'absent', note: 'it is not there' };
}

function pictured(values: Float32Array, name: ShownTensor, moment: Moment, model: LoadedDiffusion, palette: Palette): TermValue {
  const image = imageOf(values, moment.shape, scaleOf(name, values, model), palette);
  return { kind: 'tensor', paint: (canvas) => paintImage(canvas, image), words: `length ${shortNumber(Math.hypot(...values))}` };
}

/** x after the step. */
function nextOf({ tensors: { x, step } }: Moment): Float32Array | null {
  return x && step ? x.map((value, at) => value + step[at]!) : null;
}

/**
 * The formula computed here from its own terms, beside x after the step of the run: where nothing else is in it. Both are pictures of the
 * same size, means over the same pixels where they were made smaller, and the formula is linear.
 */
function differences({ tensors, shape }: Moment, update: Update): { quantity: string; difference: number }[] {
  const { x, clean, noise, step } = tensors;
  if (!x || !clean || !noise || !step || shape.height === 0) return [];
  if (update.fresh !== 0 || (update.kind === 'linear' && update.earlier.some((rate) => rate !== 0))) return [];
  let [difference, largest] = [0, 1];
  for (let at = 0; at < x.length; at++) {
    const by =
      update.kind === 'mixed' ? update.clean * clean[at]! + update.noise * noise[at]! : update.x * x[at]! + update.clean * clean[at]!;
    const after = x[at]! + step[at]!;
    difference = Math.max(difference, Math.abs(by - after));
    largest = Math.max(largest, Math.abs(after));
  }
  return [{ quantity: 'x after the step (this formula)', difference: difference / largest }];
}

function clipNotes({ settings }: DiffusionRun): string[] {
  const { clipSample, clipSampleRange, thresholding } = settings;
  if (thresholding)
    return ['The predicted clean sample is thresholded before it is used: values beyond a quantile of each item are cut off.'];
  return clipSample ? [`The predicted clean sample is cut off at ±${clipSampleRange} before it is used.`] : [];
}
