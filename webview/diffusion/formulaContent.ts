/** What a run and the state that is shown say to the formulas of denoising. */

import { denoisingOfRun, type UpdateKind } from '../../src/formulas/denoising.ts';
import type { DenoiserFacts, DenoiserFlow, DenoiserMeasures } from '../../src/protocol/denoiserView.ts';
import type { FormulaContent, TermValue } from '../shared/formula/content.ts';
import { formatCount } from '../shared/numbers.ts';
import { agreement } from './words.ts';

const kinds: Readonly<Record<string, UpdateKind>> = { ddim: 'ddim', ddpm: 'ddpm', euler: 'euler', heun: 'heun' };

export interface Shown {
  readonly measured: DenoiserMeasures | null;
  readonly facts: DenoiserFacts | null;
  /** Of the learned denoiser; null: none is shown. */
  readonly flow: DenoiserFlow | null;
  readonly at: number;
  readonly sampler: string;
}

export function denoisingContent({ measured, facts, flow, at, sampler }: Shown, openSteps: ReadonlySet<string>): FormulaContent {
  const later: TermValue = { kind: 'absent', note: 'not measured yet' };
  const number = (value: number, note: string): TermValue => ({ kind: 'number', value, note });
  const overall = measured?.truth.overall;
  const after = `step ${formatCount(measured?.step ?? 0)}, fresh points`;
  return {
    formula: denoisingOfRun(kinds[sampler] ?? 'other'),
    values: new Map<string, TermValue>([
      ['loss', overall ? number(overall.loss.value, `± ${overall.loss.standardError.toFixed(3)}, ${after}`) : later],
      ['above', overall ? number(overall.above.value, `± ${overall.above.standardError.toFixed(3)}, ${after}`) : later],
      ['floor', facts ? number(facts.floor.mean, 'by quadrature') : later],
      ...pointValues(flow, at),
    ]),
    ...(measured && facts && { residual: { sentence: agreement(measured, facts) } }),
    openSteps,
  };
}

/** Of the first point at the state that is shown. */
function pointValues(flow: DenoiserFlow | null, at: number): [string, TermValue][] {
  const ids = ['alpha', 'sigma', 'noisy', 'predicted', 'clean', 'next'];
  if (!flow) return ids.map((id) => [id, { kind: 'absent', note: 'the learned denoiser is not shown' }]);
  const count = flow.states.length / flow.levels.length / 2;
  const pointAt = (state: number): number[] => [...flow.states.subarray(state * 2 * count, state * 2 * count + 2)];
  const level = flow.levels[at] ?? 1;
  const [alpha, sigma] = [Math.sqrt(level), Math.sqrt(1 - level)];
  const vector = (values: readonly number[], note: string): TermValue => ({ kind: 'vector', values, note });
  const x = pointAt(at);
  const written = (values: readonly number[]): string => `(${values.map((value) => value.toFixed(3)).join(', ')})`;
  const isLast = at >= flow.levels.length - 1;
  const noise = isLast ? null : [...flow.predictions.subarray(at * 2 * flow.traced, at * 2 * flow.traced + 2)];
  const clean = noise?.map((value, i) => (x[i]! - sigma * value) / alpha);
  const none: TermValue = { kind: 'absent', note: 'there is no step after the samples' };
  return [
    ['alpha', { kind: 'number', value: alpha, note: `ᾱ = ${level.toPrecision(4)}` }],
    ['sigma', { kind: 'number', value: sigma }],
    ['noisy', vector(x, written(x))],
    ['predicted', noise ? vector(noise, written(noise)) : none],
    ['clean', clean ? vector(clean, written(clean)) : none],
    ['next', isLast ? none : vector(pointAt(at + 1), written(pointAt(at + 1)))],
  ];
}
