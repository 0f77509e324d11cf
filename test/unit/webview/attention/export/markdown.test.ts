import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { AttentionResult } from '../../../../../src/protocol/attention.ts';
import { codeSpan, mapMarkdown, StrongestPairs } from '../../../../../webview/attention/export/markdown.ts';

describe('the strongest pairs', () => {
  it('are the largest weights of all rows, largest first, and of equal ones the earlier', () => {
    const weight = fc.constantFrom(0, 0.1, 0.2, 0.3, NaN);
    fc.assert(
      fc.property(
        fc.array(fc.array(weight, { minLength: 4, maxLength: 4 }), { maxLength: 6 }),
        fc.integer({ min: 1, max: 8 }),
        (rows, count) => {
          const strongest = new StrongestPairs(count);
          rows.forEach((row, query) => strongest.add(query, Float32Array.from(row)));
          const all = rows.flatMap((row, query) => row.map((value, key) => ({ query, key, weight: Math.fround(value) })));
          const expected = all.filter((pair) => pair.weight > 0).sort((a, b) => b.weight - a.weight || a.query - b.query || a.key - b.key);
          expect(strongest.pairs).toEqual(expected.slice(0, count));
        },
      ),
    );
  });
});

describe('code in Markdown', () => {
  it.each([
    ['def', '`def`'],
    ['`', '`` ` ``'],
    ['a``b', '```a``b```'],
    ['a|b', '`a|b`'],
    ['', '`  `'],
  ])('%j is %s', (text, span) => {
    expect(codeSpan(text)).toBe(span);
  });

  it('has a backslash before a pipe in a table', () => {
    expect(codeSpan('a|b`', true)).toBe('`` a\\|b` ``');
  });
});

describe('a map as Markdown', () => {
  const result = {
    subject: {
      kind: 'editor',
      title: 'we`ird|.py',
      modelName: 'code',
      lines: { first: 3, last: 9, total: 20 },
      windowed: true,
      cut: false,
    },
    run: { recipe: { sha256: 'abcdef0123456789' }, provider: { used: 'cpu' } },
  } as unknown as AttentionResult;
  const tokens = ['|', '`', '\n', ' x'];
  const content = {
    name: 'Layer 3, head 0',
    result,
    queries: 4,
    keys: 4,
    pairs: [
      { query: 1, key: 0, weight: 0.75 },
      { query: 3, key: 2, weight: 0.00001 },
    ],
    query: (index: number) => tokens[index]!,
    key: (index: number) => tokens[index]!,
  };

  it('has a line a pair, with weights and both tokens', () => {
    const lines = mapMarkdown(content).split('\n');
    expect(lines[0]).toBe('## Layer 3, head 0: attention of ``we`ird|.py``');
    const table = lines.filter((line) => line.startsWith('|'));
    expect(table).toEqual([
      '| | weight | query | key |',
      '|---:|---:|:---|:---|',
      '| 1 | 0.7500 | `` ` `` 1 | `\\|` 0 |',
      '| 2 | 1.000e-5 | `·x` 3 | `↵` 2 |',
    ]);
    expect(lines.at(-2)).toBe('Model: `code` (sha256 `abcdef012345`) on CPU; text: ``we`ird|.py``, lines 3–9 of 20.');
  });

  it('says so where there are none', () => {
    expect(mapMarkdown({ ...content, pairs: [] })).toContain('No weight is above 0.');
  });
});
