/** What a cell of a head says to the formula of attention. */

import { sdpa } from '../../src/formulas/attention.ts';
import type { AttentionCell, ScoreStep } from '../../src/protocol/inference.ts';
import { formatValue, type FormulaContent, type TermValue } from '../shared/formula/content.ts';
import { shortTokenLabel } from '../shared/tokenLabel.ts';

/** A position of the map, and its token; null where the run has no tokens. */
export interface Position {
  readonly index: number;
  readonly text: string | null;
}

/** What of the map a term belongs to: the query's row, the key's column, or the cell where they meet. */
export const termPlace: Readonly<Record<string, 'row' | 'column' | 'cell'>> = {
  query: 'row',
  maximum: 'row',
  denominator: 'row',
  output: 'row',
  jacobianNorm: 'row',
  jacobianSlack: 'row',
  key: 'column',
  value: 'column',
  score: 'cell',
  scale: 'cell',
  mask: 'cell',
  logit: 'cell',
  weight: 'cell',
  slope: 'cell',
};

export function sdpaContent(cell: AttentionCell, query: Position, key: Position, openSteps: ReadonlySet<string>): FormulaContent {
  const { run, computed, variance } = cell;
  const { scale, mask, masked, regular } = foldSteps(cell.steps);
  const unexplained: TermValue = { kind: 'absent', note: 'not computed for this model' };
  const number = (value: number): TermValue => ({ kind: 'number', value });
  const vector = (values: ArrayLike<number> | null, what: string): TermValue =>
    values
      ? { kind: 'vector', values }
      : { kind: 'absent', note: cell.carried ? `a report holds no ${what}` : `${what} of this head are not kept in this run` };
  return {
    formula: sdpa,
    values: new Map<string, TermValue>([
      ['query', vector(cell.queryVector, 'queries')],
      ['key', vector(cell.keyVector, 'keys')],
      ['score', number(run.score)],
      ['scale', scaleValue(scale, variance.headDim)],
      ['mask', masked || mask === -Infinity ? { kind: 'masked' } : number(mask)],
      ['logit', number(run.logit)],
      ['maximum', computed ? number(computed.maximum) : unexplained],
      ['denominator', computed ? number(computed.denominator) : unexplained],
      ['weight', number(run.weight)],
      ['value', vector(cell.valueVector, 'values')],
      ['output', vector(cell.output, 'outputs')],
      ['variance', number(variance.total)],
      ['varianceTrace', number(variance.trace)],
      ['varianceQueryMean', number(variance.queryMean)],
      ['varianceKeyMean', number(variance.keyMean)],
      ['headDim', number(variance.headDim)],
      ['slope', number(run.weight * (1 - run.weight))],
      ['jacobianNorm', computed ? number(computed.jacobianNorm) : unexplained],
      ['jacobianSlack', computed ? number(0.5 - computed.jacobianNorm) : unexplained],
    ]),
    indices: [index('i', 'query', query), index('j', 'key', key)],
    residual: computed
      ? cell.carried
        ? {
            sentence: `Computed in this page in double precision, from queries and keys in half precision: the weights of this layer are at most ${computed.weightResidual.toExponential(1)} from the run’s own.`,
          }
        : [
            { quantity: 'the weights of the row', difference: computed.weightResidual },
            ...(computed.outputResidual === null ? [] : [{ quantity: 'the output', difference: computed.outputResidual }]),
            { quantity: 'the norm of the Jacobian', difference: computed.jacobianResidual },
          ]
      : { sentence: 'Not checked against the formula: the model does something on the way to the softmax that has no place in it.' },
    notes: regular ? [] : [traceSentence(cell)],
    openSteps,
  };
}

/**
 * All that is done to a score as one factor and one number added: exact where every step is a scale, an addition or a choice. A cap
 * or another operation has no place in the formula; `regular` is then false, and the factor is of what comes before it, the number of
 * what comes after it.
 */
export function foldSteps(steps: readonly ScoreStep[]): { scale: number | null; mask: number; masked: boolean; regular: boolean } {
  let scale: number | null = null;
  let mask = 0;
  let masked = false;
  let regular = true;
  for (const step of steps) {
    if (step.kind === 'scale') {
      if (regular) scale = (scale ?? 1) * step.factor;
      mask *= step.factor;
    } else if (step.kind === 'add') mask += step.value;
    else if (step.kind === 'select') masked ||= step.masked;
    else {
      regular = false;
      mask = 0;
    }
  }
  return { scale, mask, masked, regular };
}

function scaleValue(scale: number | null, headDim: number): TermValue {
  if (scale === null)
    return { kind: 'number', value: 1, note: 'the graph scales before the product: scale is already in q and k, if the model has one' };
  const usual = 1 / Math.sqrt(headDim);
  if (Math.abs(scale - usual) <= 1e-3 * usual) return { kind: 'number', value: scale };
  return { kind: 'number', value: scale, note: `the model’s own factor; 1/√${headDim} is ${formatValue(usual)}` };
}

/** What becomes of the score, operation by operation. */
function traceSentence({ steps, run }: AttentionCell): string {
  const parts = steps.map((step) => `${operation(step)} gives ${formatValue(step.after)}`);
  return `Here the score ${formatValue(run.score)} becomes the logit by more than scale and mask: ${parts.join(', ')}.`;
}

function operation(step: ScoreStep): string {
  switch (step.kind) {
    case 'scale':
      return `× ${formatValue(step.factor)}`;
    case 'add':
      return `+ ${formatValue(step.value)}`;
    case 'select':
      return step.masked ? 'the mask' : 'no mask';
    case 'cap':
      return `the soft cap ${formatValue(step.cap)} · tanh(x / ${formatValue(step.cap)})`;
    case 'other':
      return step.op;
  }
}

function index(symbol: string, role: string, { index: position, text }: Position): NonNullable<FormulaContent['indices']>[number] {
  return { symbol, name: `${role} ${position}`, token: text === null ? null : shortTokenLabel(text) };
}
