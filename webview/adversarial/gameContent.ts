/** What a batch says to the formula of its game. */

import { gameOfRun } from '../../src/formulas/game.ts';
import type { AdversarialTruth } from '../../src/protocol/adversarialView.ts';
import type { Estimate, GanTerm, GanTruth } from '../../src/protocol/training.ts';
import type { FormulaContent, TermValue } from '../shared/formula/content.ts';
import { formatCount } from '../shared/numbers.ts';
import { signed } from '../shared/training/words.ts';
import { lossOf } from './scores.ts';
import { cellWidth, noOptimumSentence } from './words.ts';

export function gameContent(measured: AdversarialTruth, openSteps: ReadonlySet<string>): FormulaContent {
  const { step, coefficients, truth, terms, raster } = measured;
  const loss = lossOf(coefficients);
  const { real, generated, generator, penalty, noOptimum } = terms;
  const penalties = { r1: (coefficients['r1'] ?? 0) > 0, gp: (coefficients['gp'] ?? 0) > 0 };
  const none: TermValue = { kind: 'absent', note: noOptimum ? noOptimumSentence(noOptimum) : 'there is none' };
  const ofBatch = ({ own }: GanTerm): TermValue => ({ kind: 'number', value: own.value, note: `± ${own.standardError.toFixed(3)}` });
  const plain = real.loss.own.value + generated.loss.own.value;
  const { gap, divergence } = truth;
  const best = sumOf(real.loss.best, generated.loss.best);
  return {
    formula: gameOfRun(loss, penalties),
    values: new Map<string, TermValue>([
      ['dLoss', { kind: 'number', value: plain + penalty.r1 + penalty.gp, note: `the batch of step ${formatCount(step)}` }],
      ['real', ofBatch(real.loss)],
      ['fake', ofBatch(generated.loss)],
      ['r1', { kind: 'number', value: penalty.r1, note: `γ ${coefficients['r1'] ?? 0}` }],
      ['gp', { kind: 'number', value: penalty.gp, note: `λ ${coefficients['gp'] ?? 0}` }],
      ['gLoss', { kind: 'number', value: generator.loss.own.value, note: atBest(generator.loss.best) }],
      ['generator', ofBatch(generator.loss)],
      ['gap', gap ? { kind: 'number', value: gap.sampled.value, note: `± ${gap.sampled.error.toFixed(3)}, fresh points` } : none],
      ['excess', gap ? { kind: 'number', value: gap.integrated, note: `in cells ${cellWidth(raster).toPrecision(2)} wide` } : none],
      ['dBest', best ? { kind: 'number', value: best.value, note: `± ${best.standardError.toFixed(3)}` } : none],
      [
        'divergence',
        divergence ? { kind: 'number', value: divergence.value, note: `± ${divergence.error.toFixed(3)}, fresh points` } : none,
      ],
    ]),
    ...(gap && { residual: { sentence: agreement(measured, gap) } }),
    openSteps,
  };
}

function atBest(best: Estimate | null): string {
  return best ? `${Number.isFinite(best.value) ? signed(best.value, 3) : 'infinite'} with D* in the place of D` : 'of its own batch';
}

/** Two computations of what D loses that share no point: how many errors they are apart, and where that is from cells. */
export function agreement(
  { coefficients, raster }: Pick<AdversarialTruth, 'coefficients' | 'raster'>,
  { integrated, sampled: { value, error } }: NonNullable<GanTruth['gap']>,
): string {
  const apart = (value - integrated) / error;
  const isLost = apart > 2 && (coefficients['noise'] ?? 0) < cellWidth(raster);
  return (
    `V(D*) − V(D) by the integral and by fresh points are ${Number.isFinite(apart) ? Math.abs(apart).toFixed(1) : 'no known number of'} errors ` +
    `apart${isLost ? `: the integral is over cells ${cellWidth(raster).toPrecision(2)} wide, and what of p_g is finer is lost there` : ''}.`
  );
}

/** Of two means over different points. */
function sumOf(a: Estimate | null, b: Estimate | null): Estimate | null {
  return a && b ? { value: a.value + b.value, standardError: Math.hypot(a.standardError, b.standardError) } : null;
}
