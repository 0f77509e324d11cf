import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { beforeAll, describe, expect, it } from 'vitest';
import { createOutline } from '../../../../src/python/reader/outline.ts';
import { loadParser } from '../../../../src/python/reader/parser.ts';
import type { PythonSymbol } from '../../../../src/protocol/python.ts';

const root = join(import.meta.dirname, '../../../..');
const fixtures = join(root, 'test/fixtures/python-outline');
const wasm = (file: string) => Uint8Array.from(readFileSync(join(root, 'node_modules', file)));

let outline: (text: string) => PythonSymbol[];
beforeAll(async () => {
  outline = createOutline(
    await loadParser(wasm('web-tree-sitter/web-tree-sitter.wasm'), wasm('tree-sitter-python/tree-sitter-python.wasm')),
  );
});

/** Name, kind, first line, last line, depth: as Python's own parser has them in expected.json. */
type Row = [name: string, kind: string, first: number, last: number, depth: number];

function rowsOf(text: string): Row[] {
  const line = (offset: number): number => text.slice(0, offset).split('\n').length;
  return outline(text).map(({ name, kind, start, end, depth }) => [name, kind, line(start), line(end - 1), depth]);
}

/** Each definition's text from its first character to its last, by name. */
const textsOf = (text: string) => Object.fromEntries(outline(text).map(({ name, start, end }) => [name, text.slice(start, end)]));
const named = (text: string) => outline(text).map(({ name, kind, depth }) => `${'  '.repeat(depth)}${kind} ${name}`);

describe('whole files, against Python’s own parser', () => {
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, Row[]>;
  const read = (name: string) => {
    const own = name === 'training.py' || name === 'odd.py';
    return readFileSync(join(own ? fixtures : join(root, 'test/editor/workspace'), name), 'utf8').replaceAll('\r\n', '\n');
  };

  it.each(Object.keys(expected))('%s', (name) => {
    expect(rowsOf(read(name))).toEqual(expected[name]);
  });

  it.each(Object.keys(expected))('%s with CRLF', (name) => {
    expect(rowsOf(read(name).replaceAll('\n', '\r\n'))).toEqual(expected[name]);
  });

  it('finds the same in what is left of a file from any of its lines on', () => {
    for (const [name, rows] of Object.entries(expected)) {
      // The rest of a string that holds code cannot be told from code.
      if (name === 'odd.py') continue;
      const lines = read(name).split('\n');
      for (let first = 1; first <= lines.length; first++) {
        const left = rowsOf(lines.slice(first - 1).join('\n')).map(([own, , from, to]) => [own, from + first - 1, to + first - 1]);
        const expectedOf = (keep: (row: Row) => boolean) => rows.filter(keep).map(([own, , from, to]) => [own, from, to]);
        // Of one that begins before, its header may be left still: by its last line it is known.
        const cut = expectedOf((row) => row[2] < first).map(([own, , to]) => `${own} ${to}`);
        const found = left.filter(([own, , to]) => !cut.includes(`${own} ${to}`));
        expect([name, first, found]).toEqual([name, first, expectedOf((row) => row[2] >= first)]);
      }
    }
  });
});

describe('offsets', () => {
  it('are in UTF-16 units, behind characters of any plane', () => {
    const text = '# 😀 é 漢\nx = "😀"; y = 1\n@π("😀")\ndef größe(a):\n\treturn a  # 😀\n\nclass Ω: "😀"\n';
    expect(textsOf(text)).toEqual({ größe: '@π("😀")\ndef größe(a):\n\treturn a  # 😀', Ω: 'class Ω: "😀"' });
  });

  it('hold decorators and async, and neither the white space before nor the line break after', () => {
    const text = '@a\r\n@b(\r\n  1)\r\nasync def f():\r\n    pass\r\n\r\nclass A:\r\n    @c\r\n    def m(self):\r\n        pass\r\n\r\n';
    expect(textsOf(text)).toEqual({
      f: '@a\r\n@b(\r\n  1)\r\nasync def f():\r\n    pass',
      A: 'class A:\r\n    @c\r\n    def m(self):\r\n        pass',
      m: '@c\r\n    def m(self):\r\n        pass',
    });
  });
});

describe('text that is not Python as a whole', () => {
  it('begins within a class: functions that take self are its methods', () => {
    const text = '        return x\n\n    @property\n    def a(self):\n        pass\n\n    def b(n): pass\n\nclass B:\n    def c(): pass\n';
    expect(named(text)).toEqual(['method a', 'function b', 'class B', '  method c']);
  });

  it('begins within a string of several lines', () => {
    for (const quotes of ['"""', "'''"]) {
      const text = `  of a docstring, class of its own: don't\n    ${quotes}\n    x = 1\n\ndef f():\n    ${quotes}Doc.${quotes}\n    return 1\n\ndef g(): pass\n`;
      expect(textsOf(text)).toEqual({ f: `def f():\n    ${quotes}Doc.${quotes}\n    return 1`, g: 'def g(): pass' });
    }
  });

  it('begins within brackets, or in the middle of a clause', () => {
    expect(named('        b=2,\n    ):\n        pass\n\n    def f(self): pass\n')).toEqual(['method f']);
    expect(named('        x()\n    except E as e:\n        pass\n    finally:\n        y()\n\ndef g():\n    pass\n')).toEqual([
      'function g',
    ]);
  });

  it.each([
    ['def f', 'def f'],
    ['def f(a', 'def f(a'],
    ['def f(n):', 'def f(n):'],
    ['def f(n):\n    if n < 2:\n        return (', 'def f(n):\n    if n < 2:\n        return ('],
    ['x = 1\n@dec\ndef f(\n    a,\n    b\n', '@dec\ndef f(\n    a,\n    b'],
    ['def f(\n    a\n) -> int:\n    return [\n        1,\n\ny = 2\n', 'def f(\n    a\n) -> int:\n    return [\n        1,'],
    ['class f(Base', 'class f(Base'],
    ['def f(a):\n    """Not\n    finished', 'def f(a):\n    """Not\n    finished'],
  ])('ends in the middle: %j', (text, whole) => {
    expect(textsOf(text)).toEqual({ f: whole });
  });

  it('has an error in one definition: the others stand', () => {
    expect(
      named('class A(B:\n    def m(self):\n        x = = 1\n\n    def n(self): pass\n\ndef g():\n    return )\n\ndef h(): pass\n'),
    ).toEqual(['class A', '  method m', '  method n', 'function g', 'function h']);
  });

  it('is a notebook’s cell: magics, commands and questions are passed over, in blocks too', () => {
    const text =
      '%%time\n%matplotlib inline\n!pip install "x\nimport a\nb?\n?c\ndef f():\n    %time (\n\n    !ls {\n\nclass A:\n    def m(self):\n        return 5 %a\n';
    expect(textsOf(text)).toMatchObject({
      f: 'def f():\n    %time (\n\n    !ls {',
      A: 'class A:\n    def m(self):\n        return 5 %a',
    });
    expect(named(text)).toEqual(['function f', 'class A', '  method m']);
  });

  it('takes an operator at the beginning of a line for what it is', () => {
    expect(textsOf('def f(a, b):\n    return (a\n        %b\n        != b)\n')).toEqual({
      f: 'def f(a, b):\n    return (a\n        %b\n        != b)',
    });
  });

  it.each([
    '',
    '\n',
    '\ufeff',
    '\0',
    'Prose of the class of things that define a definite class: none.',
    '{"class": "A", "def": [1]}',
    '# class A:',
  ])('has no definitions: %j', (text) => {
    expect(outline(text)).toEqual([]);
  });

  it('is made of anything: definitions lie within the text and within each other, and are named as it names them', () => {
    const piece = fc.constantFrom(
      ...[
        'def ',
        'class ',
        'async ',
        'f',
        'A',
        '(',
        ')',
        ':',
        '\n',
        '\r\n',
        '    ',
        '\t',
        '"""',
        "'",
        '#',
        '@',
        '😀',
        'self',
        '%x',
        '!',
        '\\',
        ',',
      ],
      ...['def f(self):\n', 'class A:\n', '    pass\n', 'return x\n', '\f', '\ud800', 'é', '1', ' = ', 'else:\n', '{', ']'],
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 60 }), (pieces) => {
        const text = pieces.join('');
        const around: PythonSymbol[] = [];
        let last = 0;
        for (const symbol of outline(text)) {
          const { name, start, end, depth } = symbol;
          expect(start).toBeGreaterThanOrEqual(last);
          expect(end).toBeGreaterThan(start);
          expect(end).toBeLessThanOrEqual(around[depth - 1]?.end ?? text.length);
          expect(text.slice(start, end)).toContain(name);
          expect(depth).toBeLessThanOrEqual(around.length);
          around.length = depth;
          around.push(symbol);
          last = start;
        }
      }),
      { numRuns: 500 },
    );
  });
});
