import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { bracketPairs } from '../../../../src/maths/attention/brackets.ts';

/** Pairs as the text has them: marks the pair's opener and closer with one digit each, the rest with a dot. */
function marked(text: string): string {
  const marks = [...text].map(() => '.');
  bracketPairs(text).forEach(([opener, closer], i) => (marks[opener] = marks[closer] = String(i)));
  return marks.join('');
}

describe('bracketPairs', () => {
  it.each([
    ['f(a[1], {2})', '.2.0.0..1.12'],
    ['((()))', '210012'],
    // Neither kind closes the other; what is open between the two of a pair stays alone.
    ['([)]', '0.0.'],
    ['(]) )(', '0.0...'],
    ["(')', ')')", '0........0'],
    ['f("(", x)', '.0......0'],
    [String.raw`("\")", y)`, '0........0'],
    [String.raw`(r'\')', y)`, '0.........0'],
    ['(Rb")" f\'[\')', '0..........0'],
    ["x = '''\n(' ''' + (1)", '.................0.0'],
    ['(# ) (\n)', '0......0'],
    ["('#')", '0...0'],
    // Prose: an apostrophe opens nothing, nor does a quote that its line leaves open.
    ["(don't) (isn't)", '0.....0.1.....1'],
    ["('tis)\n(it's)", '0....0.1....1'],
    // A keyword may stand right before a string.
    ["(return')')", '0.........0'],
    // A backslash carries a string over the end of its line.
    ["('a\\\n)')", '0......0'],
    ["('a\\\r\n)')", '0.......0'],
    // Three quotes that nothing closes reach to the end.
    ['() """ ()', '00.......'],
    ['""()', '..00'],
    ['', ''],
  ])('of %j', (text, expected) => {
    expect(marked(text)).toBe(expected);
  });

  it("are those of Python's own tokenizer, among literals and comments of all kinds", async () => {
    const fixtures = join(import.meta.dirname, '../../../fixtures/attention-maths');
    const { pairs } = JSON.parse(await readFile(join(fixtures, 'brackets.json'), 'utf8')) as { pairs: [number, number][] };
    expect(pairs.length).toBeGreaterThan(20);
    expect(bracketPairs(await readFile(join(fixtures, 'brackets.txt'), 'utf8'))).toEqual(pairs);
  });

  it('finds each pair of nested brackets around any names', () => {
    const nested = fc.letrec<{ tree: string }>((tie) => ({
      tree: fc
        .tuple(fc.constantFrom('()', '[]', '{}'), fc.array(fc.oneof({ maxDepth: 4 }, fc.constant(' a '), tie('tree')), { maxLength: 3 }))
        .map(([pair, inner]) => pair[0]! + inner.join('') + pair[1]!),
    })).tree;
    fc.assert(
      fc.property(nested, (text) => {
        const pairs = bracketPairs(text);
        expect(pairs.length * 2).toBe(text.replace(/[^()[\]{}]/g, '').length);
        for (const [opener, closer] of pairs) {
          expect(['()', '[]', '{}']).toContain(text[opener]! + text[closer]!);
          // As much is opened as closed between the two.
          const between = text.slice(opener + 1, closer);
          expect(between.replace(/[^([{]/g, '').length).toBe(between.replace(/[^)\]}]/g, '').length);
        }
      }),
    );
  });

  it('takes any text, each bracket in one pair at most, openers before their closers', () => {
    const text = fc.string({ unit: fc.constantFrom(...'()[]{}\'"#\\\n\ra f\ud83d'), maxLength: 60 });
    fc.assert(
      fc.property(text, (any) => {
        const pairs = bracketPairs(any);
        expect(new Set(pairs.flat()).size).toBe(2 * pairs.length);
        for (const [opener, closer] of pairs) expect(['()', '[]', '{}']).toContain(opener < closer && any[opener]! + any[closer]!);
      }),
    );
  });
});
