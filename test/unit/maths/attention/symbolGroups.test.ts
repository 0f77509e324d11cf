import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { symbolGroups } from '../../../../src/maths/attention/symbolGroups.ts';
import { nest } from '../../../../src/maths/nesting.ts';
import { spansOf } from './spans.ts';

/** A symbol of a text: from the first occurrence of a part of it to the end of the first of another. */
function symbol(text: string, name: string, from: string, to: string) {
  return { name, start: text.indexOf(from), end: text.indexOf(to) + to.length };
}

describe('symbolGroups', () => {
  const parts = [
    '<s>',
    'import',
    ' x',
    '\n\n',
    'class',
    ' A',
    ':',
    '\n    ',
    'k',
    ' =',
    ' 1',
    '\n\n    ',
    'def',
    ' f',
    '()',
    ': pass',
    '\n    ',
  ];
  const rest = ['@', 'p', '\n    ', 'def', ' g', '(): ', 'pass', '\n', 'y', '\n'];
  const [text, spans] = spansOf([...parts, ...rest]);
  const symbols = [symbol(text, 'A', 'class', 'g(): pass'), symbol(text, 'f', 'def f', 'f(): pass'), symbol(text, 'g', '@', 'g(): pass')];
  const shown = (symbolsOfText = symbols) =>
    symbolGroups(text, spans, symbolsOfText).map(({ name, symbol: index, start, stop }) => [name, index, text.slice(start, stop)]);

  it('gives a token to the innermost symbol, and white space to what is before it', () => {
    expect(shown()).toEqual([
      ['outside (1 of 2)', null, '<s>import x\n\n'],
      ['A', 0, 'class A:\n    k = 1\n\n    '],
      ['f', 1, 'def f(): pass\n    '],
      ['g', 2, '@p\n    def g(): pass\n'],
      ['outside (2 of 2)', null, 'y\n'],
    ]);
  });

  it('tells the runs of a symbol that others interrupt', () => {
    const between = symbol(text, 'k', 'k = 1', 'k = 1');
    expect(shown([symbols[0]!, between, symbols[1]!, symbols[2]!]).map(([name]) => name)).toEqual([
      'outside (1 of 2)',
      'A',
      'k',
      'f',
      'g',
      'outside (2 of 2)',
    ]);
    expect(shown([symbols[0]!, symbols[1]!]).map(([name]) => name)).toEqual([
      'outside (1 of 2)',
      'A (1 of 2)',
      'f',
      'A (2 of 2)',
      'outside (2 of 2)',
    ]);
  });

  it('is one group outside where there are no symbols, and none without tokens', () => {
    expect(shown([])).toEqual([['outside', null, text]]);
    expect(symbolGroups('', [], symbols)).toEqual([]);
  });

  it('leaves tokens without characters to themselves, and white space at the beginning to what follows', () => {
    const marked = [
      { start: 0, end: 0 },
      { start: 0, end: 2 },
      { start: 2, end: 3 },
      { start: 3, end: 3 },
      { start: 3, end: 4 },
      { start: 4, end: 4 },
    ];
    expect(symbolGroups('\n fx', marked, [{ name: 'f', start: 2, end: 4 }]).map(({ first, end, name }) => [first, end, name])).toEqual([
      [0, 1, ''],
      [1, 3, 'f (1 of 2)'],
      [3, 4, ''],
      [4, 5, 'f (2 of 2)'],
      [5, 6, ''],
    ]);
    expect(symbolGroups(' ', [{ start: 0, end: 1 }], []).map(({ name }) => name)).toEqual(['outside']);
  });

  it('keeps the parts of one character together', () => {
    const halves = [0, 0, 2].map((start) => ({ start, end: start === 0 ? 2 : 3 }));
    expect(symbolGroups('😀x', halves, [{ name: 'x', start: 2, end: 3 }]).map(({ first, end }) => [first, end])).toEqual([
      [0, 2],
      [2, 3],
    ]);
  });

  it('makes groups without gaps that hold every token, each of the innermost symbol, of any text and symbols', () => {
    const pieces = fc.array(fc.string({ unit: fc.constantFrom('a', ' ', '\n', '😀', '('), maxLength: 3 }), { maxLength: 30 });
    const ranges = fc.array(fc.tuple(fc.nat(60), fc.nat(60)), { maxLength: 8 });
    fc.assert(
      fc.property(pieces, ranges, (tokens, places) => {
        const [whole, wholeSpans] = spansOf(tokens);
        const nested = nest(places.map(([a, b], index) => ({ name: `s${index}`, start: Math.min(a, b), end: Math.max(a, b) })));
        const groups = symbolGroups(whole, wholeSpans, nested);
        let expected = 0;
        groups.forEach(({ first, end, symbol: index, name, start, stop }, group) => {
          expect(first).toBe(expected);
          expect(end).toBeGreaterThan(first);
          expected = end;
          const own = wholeSpans.slice(first, end);
          expect([start, stop]).toEqual([own[0]!.start, own.at(-1)!.end]);
          for (const span of own) {
            const at = span.start + whole.slice(span.start, span.end).search(/\S/);
            if (at < span.start) continue;
            const holders = nested.filter((one) => one.start <= at && at < one.end);
            expect(index === null ? undefined : nested[index]).toEqual(holders.toSorted((a, b) => a.depth - b.depth).at(-1));
          }
          if (name !== '') expect(name.startsWith(index === null ? 'outside' : nested[index]!.name)).toBe(true);
          const before = groups[group - 1];
          if (before && name !== '' && before.name !== '') expect(before.symbol).not.toBe(index);
        });
        expect(expected).toBe(tokens.length);
        expect(new Set(groups.map(({ name }) => name).filter(Boolean)).size).toBe(groups.filter(({ name }) => name).length);
      }),
    );
  });

  it('refuses spans outside the text', () => {
    expect(() => symbolGroups('ab', [{ start: 1, end: 3 }], [])).toThrow('1 to 3');
  });
});
