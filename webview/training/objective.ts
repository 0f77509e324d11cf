/** What a step says to the formula of its objective. */

import { objectiveOfRun, weightedObjectiveOfRun } from '../../src/formulas/objective.ts';
import type { CoefficientChange, Estimate, LossPoint } from '../../src/protocol/training.ts';
import type { RatePlace } from '../../src/protocol/trainingView.ts';
import type { FormulaContent, TermValue } from '../shared/formula/content.ts';
import { formatCount } from '../shared/numbers.ts';
import type { StepNumbers } from './measured.ts';

export interface ObjectiveContent {
  readonly numbers: StepNumbers;
  /** The newest place of the run; null: none yet. */
  readonly place: RatePlace | null;
  readonly entropy: number | null;
  readonly losses: readonly LossPoint[];
  readonly changes: readonly CoefficientChange[];
}

export function objectiveContent(
  { numbers, place, entropy, losses, changes }: ObjectiveContent,
  openSteps: ReadonlySet<string>,
): FormulaContent {
  const { beta, rate, distortion, elbo, evidence, gap, difference, count, step } = numbers;
  const later: TermValue = { kind: 'absent', note: 'measured when it pauses' };
  const apart: TermValue = { kind: 'absent', note: `two grids of z differ by ${difference.toPrecision(1)} nats` };
  const overPoints = ({ value, standardError }: Estimate, more = ''): TermValue => ({
    ...{ kind: 'number', value, note: `± ${standardError.toFixed(3)}, over ${formatCount(count)} points${more}` },
  });
  const ofPlace = (value: Estimate | null | undefined): TermValue =>
    value && place
      ? { kind: 'number', value: value.value, note: `± ${value.standardError.toFixed(3)}, of step ${formatCount(place.step)}` }
      : later;
  const residual = graphResidual(losses, changes);
  return {
    formula: beta < 1 ? weightedObjectiveOfRun : objectiveOfRun,
    values: new Map<string, TermValue>([
      ['loss', { kind: 'number', value: distortion.value + beta * rate.value, note: `of step ${formatCount(step)}` }],
      ['reconstruction', overPoints(distortion)],
      ['beta', { kind: 'number', value: beta }],
      ['kl', overPoints(rate)],
      ['evidence', evidence ? overPoints(evidence, `, grids agree to ${difference.toPrecision(1)}`) : apart],
      ['elbo', overPoints(elbo)],
      ['gap', gap ? overPoints(gap) : apart],
      ['rate', ofPlace(place?.rate)],
      ['distortion', ofPlace(place?.distortion)],
      ['entropy', entropy === null ? later : { kind: 'number', value: entropy, note: 'of the mixture' }],
      ['slack', ofPlace(place?.slack)],
    ]),
    ...(residual && { residual }),
    openSteps,
  };
}

/**
 * The loss that the step's graph gave against the sum of the terms that it gave, of the last point whose steps all had one beta; null
 * where there is none.
 */
export function graphResidual(
  losses: readonly LossPoint[],
  changes: readonly CoefficientChange[],
): { sentence: string; difference: number } | null {
  const last = losses.at(-1);
  if (!last) return null;
  const first = losses.at(-2)?.step ?? 0;
  const beta = changes.findLast((change) => change.step <= first)?.coefficients['beta'];
  const hasChanged = changes.some((change) => change.step > first && change.step < last.step);
  const [loss] = last.values['loss'] ?? [];
  const [reconstruction] = last.values['reconstruction'] ?? [];
  const kl = last.values['kl']?.reduce((sum, value) => sum + value, 0);
  if (beta === undefined || hasChanged || loss === undefined || reconstruction === undefined || kl === undefined) return null;
  const difference = Math.abs(loss - (beta * kl - reconstruction));
  return {
    difference,
    sentence: `Over steps ${formatCount(first + 1)} to ${formatCount(last.step)} the loss of the step’s graph and the sum of its terms (double precision) differ by ${difference === 0 ? '0' : difference.toExponential(1)} nats.`,
  };
}
