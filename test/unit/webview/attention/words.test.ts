import { siteLabel, siteName } from '../../../../src/maps/names.ts';
import { describe, expect, it } from 'vitest';
import type { AttentionSubject } from '../../../../src/protocol/attention.ts';
import type { SiteRun } from '../../../../src/protocol/inference.ts';
import { headSentence, linesSentence, plainText, summarizeRow } from '../../../../webview/attention/words.ts';
import { formatShare, formatWeight } from '../../../../webview/shared/numbers.ts';

const subject: AttentionSubject = { kind: 'editor', title: 'a.py', windowed: false, cut: false, modelName: 'm' };

describe('summaries of rows', () => {
  it('finds the strongest key and how far the row spreads, masked keys aside', () => {
    expect(summarizeRow(Float32Array.of(0.25, 0.25, 0.25, 0.25, NaN))).toMatchObject({ strongest: 0, weight: 0.25, spread: 4 });
    const { strongest, spread } = summarizeRow(Float32Array.of(0, 1, NaN));
    expect([strongest, spread]).toEqual([1, 1]);
    expect(summarizeRow(Float32Array.of(NaN, NaN))).toEqual({ strongest: null, weight: 0, spread: 0 });
  });

  it('measures the spread of a row that sums to less than one (a sink takes the rest) as of one that does not', () => {
    expect(summarizeRow(Float32Array.of(0.1, 0.1)).spread).toBeCloseTo(2, 5);
  });
});

describe('sentences', () => {
  const key = (index: number) => ['def', 'f', 'return'][index] ?? '?';
  const say = (query: number, row: Float32Array) => plainText(headSentence('Layer 3, head 0', query, key(query), key, summarizeRow(row)));

  it('says what a query attends to', () => {
    expect(say(2, Float32Array.of(0.62, 0.3, 0.08))).toBe('Layer 3, head 0: return attends most to def (0.62)');
    expect(say(2, Float32Array.of(0, 0.1, 0.9))).toBe('Layer 3, head 0: return attends most to itself (0.90)');
    expect(say(0, Float32Array.of(NaN, NaN, NaN))).toBe('Layer 3, head 0: def attends to nothing: all keys are masked');
  });

  it('does not call a weak weight attention to a key', () => {
    const row = new Float32Array(100).fill(0.01);
    expect(plainText(headSentence('L', 2, 'return', key, summarizeRow(row)))).toBe(
      'L: return spreads over about 100 keys, most to def (0.01)',
    );
  });

  it('names the lines that were run', () => {
    expect(linesSentence(subject)).toBeNull();
    expect(linesSentence({ ...subject, lines: { first: 1, last: 48, total: 48 } })).toBe('48 lines');
    expect(linesSentence({ ...subject, windowed: true, lines: { first: 120, last: 188, total: 2410 } })).toBe('lines 120–188 of 2,410');
    expect(linesSentence({ ...subject, kind: 'selection', lines: { first: 7, last: 7, total: 90 } })).toBe('line 7 of 90');
  });

  it('tells sites of one layer apart', () => {
    const site = (index: number, kind: 'self' | 'cross'): SiteRun => ({
      index,
      name: '',
      layer: 2,
      kind,
      batch: 1,
      heads: 1,
      queries: 1,
      keys: 1,
      headDim: null,
    });
    const sites = [site(0, 'self'), site(1, 'cross'), site(2, 'self')];
    expect(sites.map((each) => siteName(each, sites))).toEqual(['Layer 2 (1 of 2)', 'Layer 2 cross-attention', 'Layer 2 (2 of 2)']);
    expect(new Set(sites.map((each) => siteLabel(each, sites))).size).toBe(3);
  });
});

describe('numbers', () => {
  it('gives weights to four significant digits', () => {
    expect([0.62134, 1, 0, 0.00012345, 0.000012345].map(formatWeight)).toEqual(['0.6213', '1.000', '0', '0.0001234', '1.234e-5']);
  });
  it('gives shares to two decimals', () => {
    expect([0.6213, 1, 0, 0.0042].map(formatShare)).toEqual(['0.62', '1.00', '0', '0.004']);
  });
});
