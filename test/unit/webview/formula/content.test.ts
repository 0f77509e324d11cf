import { describe, expect, it } from 'vitest';
import { formatValue, residualSentence, valueText } from '../../../../webview/shared/formula/content.ts';

describe('numbers', () => {
  it.each([
    [0, '0'],
    [-0, '0'],
    [8, '8'],
    [0.125, '0.1250'],
    [-1.23456, '−1.235'],
    [0.00001234567, '1.235e-5'],
    [-123456.7, '−1.235e5'],
    [9999.6, '1.000e4'],
    [12340, '1.234e4'],
    [-Infinity, '−∞'],
    [Infinity, '∞'],
    [NaN, 'not a number'],
  ])('%f is %s', (value, text) => expect(formatValue(value)).toBe(text));
});

it('says how far run and computation are apart, and why they are not compared', () => {
  expect(residualSentence([{ quantity: 'the weights', difference: 3.14e-8 }])).toBe(
    'This computation (double precision) and the run differ by at most 3.1e-8 in the weights.',
  );
  expect(residualSentence([{ quantity: 'a', difference: 0 }, { quantity: 'b', difference: 1e-3 }])).toContain('at most 0 in a, 1.0e-3 in b.'); // prettier-ignore
  expect(residualSentence({ sentence: 'Not compared.' })).toBe('Not compared.');
});

it('says of a vector how long it is and how far it reaches', () => {
  expect(valueText({ kind: 'vector', values: Float32Array.of(0.5, -2, 1) })).toBe('3 components within ±2');
});
