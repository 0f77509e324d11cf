import { describe, expect, it } from 'vitest';
import { editorSymbols } from '../../../../../src/features/attention/symbols/editorSymbols.ts';

/** Ten characters a line, eleven with its break, ten lines. */
const offsetAt = ({ line, character }: { line: number; character: number }): number =>
  line > 9 ? 110 : Math.max(0, line) * 11 + Math.min(Math.max(0, character), 10);
const range = (startLine: number, start: number, endLine: number, end: number) => ({
  start: { line: startLine, character: start },
  end: { line: endLine, character: end },
});
const [Class, Method, Property, Constructor, Enum, Interface, Function, Variable, String, Struct] = [4, 5, 6, 8, 9, 10, 11, 12, 14, 22];

describe('the symbols that an extension names', () => {
  it('are flattened from a tree, each with its offsets; what holds no text of its own is left out, not what it holds', () => {
    const answer = [
      {
        name: 'A',
        kind: Class,
        range: range(0, 0, 3, 5),
        selectionRange: range(0, 6, 0, 7),
        children: [
          { name: 'constructor', kind: Constructor, range: range(1, 2, 1, 8), children: [] },
          { name: 'x', kind: Property, range: range(2, 0, 2, 4), children: [{ name: 'm', kind: Method, range: range(2, 1, 2, 3) }] },
        ],
      },
      { name: 'f', kind: Function, range: range(4, 0, 4, 9) },
      { name: 'v', kind: Variable, range: range(5, 0, 5, 9) },
      { name: 'E', kind: Enum, range: range(6, 0, 6, 9) },
      { name: 'I', kind: Interface, range: range(7, 0, 7, 9) },
      { name: 'S', kind: Struct, range: range(8, 0, 8, 9) },
      { name: 'N', kind: 2, range: range(9, 0, 9, 9) },
    ];
    expect(editorSymbols(answer, offsetAt)).toEqual([
      { name: 'A', kind: 'class', start: 0, end: 38 },
      { name: 'constructor', kind: 'method', start: 13, end: 19 },
      { name: 'm', kind: 'method', start: 23, end: 25 },
      { name: 'f', kind: 'function', start: 44, end: 53 },
      { name: 'E', kind: 'enum', start: 66, end: 75 },
      { name: 'I', kind: 'interface', start: 77, end: 86 },
      { name: 'S', kind: 'class', start: 88, end: 97 },
      { name: 'N', kind: 'module', start: 99, end: 108 },
    ]);
  });

  it('may be SymbolInformation, whose range is its location’s', () => {
    const answer = [{ name: 'f', kind: Function, containerName: 'A', location: { uri: 'file:///a.py', range: range(1, 0, 2, 0) } }];
    expect(editorSymbols(answer, offsetAt)).toEqual([{ name: 'f', kind: 'function', start: 11, end: 22 }]);
  });

  it('are sections where a string has lines, as a heading of Markdown', () => {
    const answer = [
      { name: '# Title', kind: String, range: range(0, 0, 5, 0) },
      { name: '"value"', kind: String, range: range(1, 0, 1, 5) },
    ];
    expect(editorSymbols(answer, offsetAt)).toEqual([{ name: '# Title', kind: 'section', start: 0, end: 55 }]);
  });

  it('are none at all without an answer, and none that count in one that names others', () => {
    for (const answer of [undefined, null, [], 'symbols', {}, 7]) expect(editorSymbols(answer, offsetAt)).toBeNull();
    expect(editorSymbols([{ name: 'v', kind: Variable, range: range(0, 0, 0, 1) }], offsetAt)).toEqual([]);
  });

  it('are left out where they are none; what is too long is cut', () => {
    const good = { name: '  f\n  of x  ', kind: Function, range: range(-3, -1, 99, 99) };
    const answer = [
      null,
      undefined,
      7,
      'f',
      {},
      { ...good, name: 7 },
      { ...good, kind: 'Function' },
      { ...good, kind: 999 },
      { ...good, range: undefined },
      { ...good, range: { start: null, end: 3 } },
      { ...good, range: { start: { line: NaN, character: 0 }, end: { line: 1, character: Infinity } } },
      { ...good, range: { start: { line: 0.5, character: 0 }, end: { line: 1, character: 0 } } },
      { ...good, children: 'none' },
      { ...good, name: 'n'.repeat(1000), children: [[], null] },
    ];
    expect(editorSymbols(answer, offsetAt)).toEqual([
      { name: 'f of x', kind: 'function', start: 0, end: 110 },
      { name: 'n'.repeat(200), kind: 'function', start: 0, end: 110 },
    ]);
  });

  it('end somewhere, though they hold themselves', () => {
    const symbol: Record<string, unknown> = { name: 'f', kind: Function, range: range(0, 0, 1, 0) };
    symbol['children'] = Array.from({ length: 1000 }, () => symbol);
    expect(editorSymbols([symbol], offsetAt)!.length).toBeLessThanOrEqual(20_000);
  });
});
