/** What a formula view is given to show, and how its numbers are written. */

import type { Formula } from '../../../src/formulas/formula.ts';

/** What a term is in a run. `note` says what a reader has to know of it. */
export type TermValue =
  | { readonly kind: 'number'; readonly value: number; readonly note?: string }
  | { readonly kind: 'vector'; readonly values: ArrayLike<number>; readonly note?: string }
  /** A tensor as a picture; `words` tell what is seen of it. */
  | { readonly kind: 'tensor'; readonly paint: (canvas: HTMLCanvasElement) => void; readonly words: string; readonly note?: string }
  | { readonly kind: 'masked'; readonly note?: string }
  /** Not known in this run; `note` says why. */
  | { readonly kind: 'absent'; readonly note: string };

export interface FormulaContent {
  readonly formula: Formula;
  /** By term; terms without a value have no card. */
  readonly values: ReadonlyMap<string, TermValue>;
  /** What the indices stand for: "i" is "query 12", the token `return`. */
  readonly indices?: readonly { readonly symbol: string; readonly name: string; readonly token: string | null }[];
  /** How far the run is from the same computed in double precision, for each quantity that was compared; or what there is to say instead. */
  readonly residual?: readonly { readonly quantity: string; readonly difference: number }[] | { readonly sentence: string };
  /** What has to be said of this run: sentences. */
  readonly notes?: readonly string[];
  readonly openSteps: ReadonlySet<string>;
}

/** A number to four significant digits, with a true minus: "−0.1235", "1.235e-5", "−∞". */
export function formatValue(value: number): string {
  if (Number.isNaN(value)) return 'not a number';
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '−∞';
  if (value === 0) return '0';
  const size = Math.abs(value);
  const text =
    Number.isInteger(value) && size < 1e4 ? String(size) : size < 1e-4 || size >= 1e4 ? size.toExponential(3) : size.toPrecision(4);
  return `${value < 0 ? '−' : ''}${text.replace('e+', 'e')}`;
}

/** "This computation (double precision) and the run differ by at most 3.1e-8 in the weights of the row, 2.0e-7 in the output." */
export function residualSentence(residual: NonNullable<FormulaContent['residual']>): string {
  if ('sentence' in residual) return residual.sentence;
  const parts = residual.map(({ quantity, difference }) => `${difference === 0 ? '0' : difference.toExponential(1)} in ${quantity}`);
  return `This computation (double precision) and the run differ by at most ${parts.join(', ')}.`;
}

/** A value as one line of text. */
export function valueText(value: TermValue): string {
  switch (value.kind) {
    case 'number':
      return formatValue(value.value);
    case 'masked':
      return 'masked';
    case 'absent':
      return 'not known';
    case 'tensor':
      return value.words;
    case 'vector':
      return `${value.values.length} components within ±${formatValue(largest(value.values))}`;
  }
}

/** The largest absolute value. */
export function largest(values: ArrayLike<number>): number {
  let most = 0;
  for (let index = 0; index < values.length; index++) most = Math.max(most, Math.abs(values[index] ?? 0));
  return most;
}
