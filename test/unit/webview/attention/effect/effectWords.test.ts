import { describe, expect, it } from 'vitest';
import type { Measured } from '../../../../../webview/attention/effect/edgeStudy.ts';
import {
  correlationSentence,
  edgeText,
  effectSentence,
  formatChange,
  formatEdgeWeight,
  inUnit,
  rowSentence,
  strongestKeys,
  type Edge,
} from '../../../../../webview/attention/effect/effectWords.ts';
import { plainText } from '../../../../../webview/attention/words.ts';

const tokens = ['def', ' area', '(', ' width'];
const token = (key: number): string => tokens[key] ?? String(key);
const edge = (key: number, weight: number, bits: number, norm: number | null = null): Edge => ({
  key,
  weight,
  norm,
  change: bits * Math.LN2,
});
const measured: Measured = { target: { id: 7, text: '\n', actual: true }, logProbability: -0.5, changes: new Map() };
const row = Float32Array.of(0.1, 0.5, 0.1, 0.3, NaN);

describe('the strongest keys', () => {
  it('are those with the largest weights, the nearer of equals first; masked ones are none', () => {
    expect(
      strongestKeys(
        Float32Array.from({ length: 40 }, (_, key) => key / 40),
        16,
      ),
    ).toEqual(Array.from({ length: 16 }, (_, i) => 39 - i));
    expect(strongestKeys(row, 0)).toEqual([1, 3, 2, 0]);
  });

  it('are said with the share of the weight that they have', () => {
    const query = { quoted: 'width', position: 3 };
    expect(plainText(rowSentence(query, row, [1, 3]))).toBe('Query width: its 2 strongest of 4 keys have 0.80 of its weight.');
    expect(plainText(rowSentence(query, row, [0, 1, 2, 3]))).toBe('Query width attends to 4 keys.');
    expect(plainText(rowSentence(query, Float32Array.of(1, NaN), [0]))).toBe(
      'Query width attends to one key alone: with that edge masked nothing would be left.',
    );
    expect(plainText(rowSentence(query, Float32Array.of(NaN), []))).toBe('Query width attends to nothing: all keys are masked.');
  });
});

describe('what masking does', () => {
  it('is said of the edge with the largest effect, whichever way it goes', () => {
    const edges = [edge(0, 0.62, -1.3), edge(1, 0.3, 0.2)];
    expect(plainText(effectSentence(edges, measured, 'bits', token))).toBe(
      'Masking def (weight 0.62) lowers the log-probability of ↵, which follows, by 1.3 bits',
    );
    expect(plainText(effectSentence([...edges, edge(2, 0.01, 2)], measured, 'nats', token))).toBe(
      'Masking ( (weight 0.01) raises the log-probability of ↵, which follows, by 1.4 nats',
    );
  });

  it('names the most probable token where none follows, and says where nothing changes much', () => {
    const end: Measured = { ...measured, target: { id: 7, text: ' x', actual: false } };
    expect(plainText(effectSentence([edge(0, 0.6, -0.001), edge(1, 0.3, 0.002)], end, 'bits', token))).toBe(
      'Masking any of 2 edges changes the log-probability of ·x, the most probable next token, by less than 0.01 bits',
    );
  });

  it('is nothing where no edge could be masked', () => expect(effectSentence([edge(0, 1, NaN)], measured, 'bits', token)).toEqual([]));

  it('is heard of each edge', () => {
    expect(edgeText(edge(1, 0.3, -0.25, 2), 'bits', token)).toBe('key 1  area: weight 0.3, times |W_O v| 0.6, change −0.25 bits');
    expect(edgeText(edge(1, 1, NaN), 'bits', token)).toBe('key 1  area: weight 1, nothing else to attend to');
  });
});

it('numbers have the digits that say something', () => {
  expect([-1.294, 0.0421, 13.4, 1e-6, NaN].map(formatChange)).toEqual(['−1.3', '+0.042', '+13', '0', '–']);
  expect([0.0093, 0.62, 0.00004, 0, 1].map(formatEdgeWeight)).toEqual(['0.0093', '0.62', '4e-5', '0', '1']);
  expect(inUnit(Math.LN2, 'bits')).toBe(1);
  expect(inUnit(2, 'nats')).toBe(2);
});

it('the rank correlation says of what, and of how many', () => {
  expect(correlationSentence(-0.072, 32, 'weight')).toBe('Rank correlation (Spearman) of weight and size of the change: −0.07, n = 32.');
  expect(correlationSentence(0.8, 4, 'contribution')).toContain('weight × |W_O v| and size of the change: 0.80, n = 4');
  expect(correlationSentence(null, 2, 'weight')).toContain('2 edges alone');
});
