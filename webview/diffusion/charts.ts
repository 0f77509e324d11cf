/** The curves of the diffusion panel that are over no steps of the training. */

import type { TemplateResult } from 'lit';
import { solvers } from '../../src/maths/diffusion/convergence.ts';
import { planeLevels, type PlaneSchedule } from '../../src/maths/diffusion/planeSchedule.ts';
import type { DenoiserConvergence, DenoiserFloor, LevelLoss } from '../../src/protocol/denoiser.ts';
import type { Palette } from '../shared/heatmap/colours.ts';
import { linearAxis, logAxis } from '../shared/scatter/axis.ts';
import { signed } from '../shared/training/words.ts';
import { chart } from './chart.ts';

const logSnr = (level: number): number => Math.log(level / (1 - level));
/** Places along a schedule that are drawn. */
const every = 10;

const known = new Map<PlaneSchedule, Float32Array>();

/** Computed once: the chart is drawn with every state that is shown. */
function levelsOf(schedule: PlaneSchedule): Float32Array {
  const levels = known.get(schedule) ?? planeLevels(schedule);
  known.set(schedule, levels);
  return levels;
}

/** alpha-bar, the deviation of the noise and its log SNR along time, and the level where the pictures stand. */
export function scheduleChart(schedule: PlaneSchedule, level: number, palette: Palette): TemplateResult {
  const levels = levelsOf(schedule);
  const places = Array.from({ length: Math.ceil(levels.length / every) }, (_, i) => i * every);
  const times = places.map((place) => place / (levels.length - 1));
  // All three in one plot: log SNR goes from 7 to -7.
  const lines = [
    { name: 'ᾱ', points: places.map((place, i) => [times[i]!, levels[place]!] as const), note: signed(level, 3) },
    {
      name: 'σ',
      points: places.map((place, i) => [times[i]!, Math.sqrt(1 - levels[place]!)] as const),
      note: signed(Math.sqrt(1 - level), 3),
    },
    {
      name: 'log SNR / 14 + ½',
      points: places.map((place, i) => [times[i]!, logSnr(levels[place]!) / 14 + 0.5] as const),
      note: level < 1 ? `(log SNR ${signed(logSnr(level), 2)})` : '(no noise)',
    },
  ];
  let now = levels.findIndex((each) => each <= level);
  if (now < 0) now = levels.length - 1;
  return chart({
    ...{ name: 'Schedule', unit: 'share', along: 'time: data to noise', lines, palette, now: now / (levels.length - 1) },
    ...{ x: linearAxis([0, 1], 5), y: linearAxis([0, 1], 5) },
  });
}

/** The loss at each level, its floor, and how far the learned score is off. */
export function levelChart(levels: readonly LevelLoss[], floor: DenoiserFloor | null, level: number, palette: Palette): TemplateResult {
  const along = [logSnr(0.001), logSnr(0.999)];
  const lines = [
    { name: 'loss', points: levels.map((each) => [logSnr(each.level), each.loss.value] as const) },
    ...(floor ? [{ name: 'floor', points: Array.from(floor.levels, (each, i) => [logSnr(each), floor.floors[i]!] as const) }] : []),
    { name: 'error of the score', points: levels.map((each) => [logSnr(each.level), each.above.value] as const) },
  ];
  const most = Math.min(2, Math.max(1, ...levels.map(({ loss }) => loss.value)));
  return chart({
    ...{ name: 'Loss by level', unit: 'mean square', along: 'log SNR: noise to data', lines, palette },
    now: level < 1 ? Math.max(along[0]!, Math.min(along[1]!, logSnr(level))) : along[1]!,
    ...{ x: linearAxis(along, 6), y: linearAxis([0, most], 5) },
  });
}

/** Errors of solvers against evaluations, both as logarithms: a slope is an order. */
export function orderChart({ curves }: DenoiserConvergence, palette: Palette): TemplateResult {
  const lines = curves.map(({ solver, errors, order }) => ({
    name: solvers.find(({ id }) => id === solver)?.title ?? solver,
    points: errors.map(({ evaluations, error }) => [evaluations, error] as const),
    note: signed(order, 1),
  }));
  const all = lines.flatMap(({ points }) => points);
  return chart({
    ...{ name: 'Order of convergence', unit: 'RMS error', along: 'evaluations', lines, palette, now: null },
    x: logAxis(
      all.map(([evaluations]) => evaluations),
      4,
    ),
    y: logAxis(
      all.map(([, error]) => error),
      5,
    ),
  });
}
