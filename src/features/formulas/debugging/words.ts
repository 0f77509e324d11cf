/** Values of a program in words and numbers. */

import { infiniteIn, summaryOf, type Summary } from '../../../maths/summary.ts';
import type { ProgramValue } from '../../../protocol/terms.ts';

/** What is said of a value, in parts. */
export interface ValueWords {
  /** "float32[128, 20]"; empty where it is none of an array. */
  readonly type: string;
  /** "−3.1 … 2.4"; why it was not read. */
  readonly value: string;
  /** Of several finite numbers. */
  readonly mean: string;
  /** "12 of 40 are NaN"; empty where all are finite. */
  readonly bad: string;
  readonly isRead: boolean;
}

export function wordsOf(value: ProgramValue): ValueWords {
  const said = (words: Partial<ValueWords>): ValueWords => ({ type: '', value: '', mean: '', bad: '', isRead: true, ...words });
  switch (value.kind) {
    case 'array': {
      const { dtype, shape, values, sampled } = value;
      const words = numbersOf(dtype, shape, summaryOf(values));
      const size = shape.reduce((product, length) => product * length, 1);
      return sampled ? { ...words, value: `${words.value} in ${count(values.length)} of ${count(size)} that were read`.trim() } : words;
    }
    case 'number': {
      const { type, value: number } = value;
      if (type === 'bool') return said({ type, value: number === 0 ? 'False' : 'True' });
      return numbersOf(type, [], summaryOf([number]));
    }
    case 'numbers':
      return said({ value: `(${value.values.slice(0, 12).map(formatNumber).join(', ')}${value.values.length > 12 ? ', …' : ''})` });
    case 'text':
      return said({ type: 'str', value: JSON.stringify(value.value) });
    case 'none':
      return said({ value: 'None' });
    case 'unread':
      return said({ value: value.why, isRead: false });
  }
}

export function numbersOf(dtype: string, shape: readonly number[], summary: Summary): ValueWords {
  const { finite, count: size } = summary;
  const range =
    finite === null
      ? size === 0
        ? 'empty'
        : ''
      : finite.least === finite.greatest
        ? formatNumber(finite.least)
        : `${formatNumber(finite.least)} … ${formatNumber(finite.greatest)}`;
  return {
    type: shape.length === 0 ? dtype : `${dtype}[${shape.join(', ')}]`,
    value: range === '' && size === 1 ? oneBad(summary) : range,
    mean: finite !== null && finite.least !== finite.greatest ? formatNumber(finite.mean) : '',
    bad: badIn(summary),
    isRead: true,
  };
}

const oneBad = ({ nan, positiveInfinity }: Summary): string => (nan > 0 ? 'NaN' : positiveInfinity > 0 ? '∞' : '−∞');

/** "all NaN", "3 of 40 are NaN, 1 is infinite" */
export function badIn(summary: Summary): string {
  const { nan, count: size } = summary;
  const infinite = infiniteIn(summary);
  const said = [...(nan > 0 ? [shareOf(nan, size, 'NaN')] : []), ...(infinite > 0 ? [shareOf(infinite, size, 'infinite')] : [])];
  return said.join(', ');
}

/** "3 of 40 are NaN", "all NaN" */
export function shareOf(some: number, all: number, what: string): string {
  if (some === all) return all === 1 ? what : `all ${what}`;
  return `${count(some)} of ${count(all)} ${some === 1 ? 'is' : 'are'} ${what}`;
}

/** On one line: "float32[128, 20]  −3.1 … 2.4, 12 of 2,560 are NaN". */
export function lineOf({ type, value, bad }: ValueWords): string {
  const numbers = [value, ...(bad !== '' && bad !== value ? [bad] : [])].filter((part) => part !== '').join(', ');
  return [type, numbers].filter((part) => part !== '').join('  ');
}

const grouped = new Intl.NumberFormat('en-US');
const count = (number: number): string => grouped.format(number);

/** Three digits, and as many as a whole number has. */
export function formatNumber(value: number): string {
  if (Number.isNaN(value)) return 'NaN';
  const sign = value < 0 ? '−' : '';
  const size = Math.abs(value);
  if (size === Infinity) return `${sign}∞`;
  if (size === 0) return '0';
  if (Number.isInteger(size) && size < 1e6) return `${sign}${size}`;
  if (size >= 1e5 || size < 1e-3) {
    const [digits = '', power = ''] = size.toExponential(2).split('e');
    return `${sign}${Number(digits)}e${power.replace('+', '').replace('-', '−')}`;
  }
  return `${sign}${Number(size.toPrecision(3))}`;
}
