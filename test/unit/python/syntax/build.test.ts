import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Expression, Module, Statement } from '../../../../src/python/syntax/ast.ts';
import { readModule, readTree } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from './parser.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/python-syntax');

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const read = (text: string): Module => readModule(parser, text);
const only = (text: string): Expression => {
  const [statement] = read(text).body;
  if (statement?.kind !== 'expression') throw new Error(`No expression: ${text}`);
  return statement.value;
};

/** What both readers say: see make.py for what is left out. */
function plain(node: unknown, inString = false): unknown {
  if (Array.isArray(node)) return node.map((one) => plain(one, inString));
  if (node === null || typeof node !== 'object') return node;
  const { kind } = node as { kind?: string };
  const left = Object.entries(node).filter(
    ([key]) =>
      !['range', 'nameRange'].includes(key) && !(kind === 'number' && key === 'text') && !(inString && ['start', 'end'].includes(key)),
  );
  return Object.fromEntries(left.map(([key, value]) => [key, plain(value, inString || (kind === 'string' && key === 'parts'))]));
}

describe('whole text, against Python’s own parser', () => {
  const source = readFileSync(join(fixtures, 'snippets.py'), 'utf8').replaceAll('\r\n', '\n');
  const snippets = new Map(
    source
      .split(/^# (?=.* ---$)/m)
      .slice(1)
      .map((snippet) => [snippet.slice(0, snippet.indexOf(' ---\n')), snippet.slice(snippet.indexOf('\n') + 1)]),
  );
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, Statement[]>;

  it.each([...snippets])('%s', (name, text) => {
    const { body, whole } = read(text);
    expect(plain(body)).toEqual(plain(expected[name]));
    expect(whole).toBe(true);
    expect(snippets.size).toBe(Object.keys(expected).length);
  });
});

/** A line a statement: its kind, its name or first line, what is in it indented. */
function sketch(text: string, statements: readonly Statement[] = read(text).body, depth = 0): string[] {
  return statements.flatMap((statement) => {
    const words =
      statement.kind === 'function' || statement.kind === 'class'
        ? statement.name
        : text.slice(statement.start, statement.end).split(/\r?\n/)[0];
    const within = (bodies: readonly (readonly Statement[])[]): string[] => bodies.flatMap((body) => sketch(text, body, depth + 1));
    const bodies: (readonly Statement[])[] = [];
    if ('branches' in statement) bodies.push(...statement.branches.map(({ body }) => body));
    if ('body' in statement) bodies.push(statement.body);
    if ('alternatives' in statement) bodies.push(...statement.alternatives);
    if ('otherwise' in statement) bodies.push(statement.otherwise);
    if ('finally' in statement) bodies.push(statement.finally);
    return [`${'  '.repeat(depth)}${statement.kind} ${words}`, ...within(bodies)];
  });
}

describe('what Python of today has beside', () => {
  it('types as parameters of definitions', () => {
    expect(sketch('def f[T, *Ts](x: T) -> T:\n    return x\nclass A[T: int](B[T]): pass\ntype X = list[int]\n')).toEqual([
      'function f',
      '  return return x',
      'class A',
      '  skipped pass',
      'skipped type X = list[int]',
    ]);
  });

  it('quotes within f-strings', () => {
    expect(plain(only('f"{a["k"]} {f"{b}"}"'), true)).toMatchObject({
      parts: [{ kind: 'subscript' }, ' ', { kind: 'string', parts: [{ kind: 'name', id: 'b' }] }],
    });
  });

  it('and what Python 2 had: print, numbers, comparison, tuples of parameters', () => {
    expect(sketch('print "a", b\nprint >>f, "a"\nexec "x"\nx = 1\n')).toEqual([
      'skipped print "a", b',
      'skipped print >>f, "a"',
      'skipped exec "x"',
      'assignment x = 1',
    ]);
    expect(only('0777')).toMatchObject({ kind: 'number', value: 511 });
    expect(only('10L')).toMatchObject({ kind: 'number', value: 10 });
    expect(only('a <> b')).toMatchObject({ kind: 'comparison', rest: [{ operator: '!=' }] });
    expect(only('lambda (a, b), c: c')).toMatchObject({ kind: 'lambda', parameters: [{ name: '' }, { name: 'c' }] });
  });
});

describe('text that is not Python as a whole', () => {
  it.each<[text: string, statements: string[]]>([
    ['x = 1\nloss = F.mse_loss(x,\ny = 2\n', ['assignment x = 1', 'skipped loss = F.mse_loss(x,', 'assignment y = 2']],
    [
      'def f(a):\n    x = a\n    loss = g(x,\n    y = 2\n    return y\n\ndef h():\n    return 1\n',
      [
        'function f',
        '  assignment x = a',
        '  skipped loss = g(x,',
        '  assignment y = 2',
        '  return return y',
        'function h',
        '  return return 1',
      ],
    ],
    ['def f(a):\n    x = a.\n    return a\n', ['function f', '  skipped x = a.', '  return return a']],
    ['x = a.\ny = 2\n', ['skipped x = a.', 'assignment y = 2']],
    ['x =\ny = 2\nz = 1.\nw = ...\n', ['skipped x =', 'assignment y = 2', 'assignment z = 1.', 'assignment w = ...']],
    ['x = y and\nf(z)\nfrom a import *\nz\n', ['skipped x = y and', 'expression f(z)', 'import from a import *', 'expression z']],
    ['def f(a):\n    return a +\n', ['function f', '  skipped return a +']],
    ['x = [1, 2\n\ndef f():\n    return 1)\n\nz = 5\n', ['skipped x = [1, 2', 'function f', '  skipped return 1)', 'assignment z = 5']],
    ['x = torch.mean((a - b ** 2)\nif y:\n    z = 1\n', ['skipped x = torch.mean((a - b ** 2)', 'if if y:', '  assignment z = 1']],
    ['x = "abc\ny = 2\n', ['skipped x = "abc', 'assignment y = 2']],
    [
      'def f():\n    """Doc\n\n    return 1\n\ndef g():\n    return 2\n',
      ['function f', '  skipped """Doc', '  return return 1', 'function g', '  return return 2'],
    ],
    ['for i in range(3)\n    x = i\ny = 1\n', ['try for i in range(3)', '  assignment x = i', 'assignment y = 1']],
    ['if x = 3:\n    y = 1\nelse:\n    z = 2\n', ['if if x = 3:', '  assignment y = 1', '  assignment z = 2']],
    ['@a\ndef f(a:\n    return 1\n', ['function f', '  return return 1']],
    [
      'class A(\n    def f(self):\n        x = = 1\n        return x\n',
      ['class A', '  function f', '    skipped x = = 1', '    return return x'],
    ],
    ['x = 1\n    y = 2\nz = 3\n', ['assignment x = 1', 'assignment y = 2', 'assignment z = 3']],
    ['a = b c\nd = 1\n', ['skipped a = b c', 'assignment d = 1']],
    ['if a:\nb = 1\n', ['if if a:', 'assignment b = 1']],
    ['x = 1 $ 2\ny = 3\n', ['skipped x = 1 $ 2', 'assignment y = 3']],
  ])('has a line that is none: the others are read: %j', (text, statements) => {
    expect(sketch(text)).toEqual(statements);
    const crlf = text.replaceAll('\n', '\r\n');
    expect(sketch(crlf)).toEqual(statements);
  });

  it('is a notebook’s cell: magics, commands and questions are skipped, and nothing is amiss', () => {
    const text = '%%time\n%matplotlib inline\n!pip install "x\nimport a\nb?\ndef f(x):\n    %time (\n\n    return x %a\n';
    expect(sketch(text)).toEqual([
      'skipped %%time',
      'skipped %matplotlib inline',
      'skipped !pip install "x',
      'import import a',
      'skipped b?',
      'function f',
      '  skipped %time (',
      '  return return x %a',
    ]);
    expect(read(text).whole).toBe(true);
    expect(sketch('%%bash\nx = 1\n')).toEqual(['skipped %%bash']);
  });

  it('begins with indented lines, those around them following', () => {
    expect(sketch('        x = 1\n        return x\n\n    def g(self):\n        return 2\n\ny = 3\n')).toEqual([
      'assignment x = 1',
      'return return x',
      'function g',
      '  return return 2',
      'assignment y = 3',
    ]);
    expect(sketch('\tx = 1\n\ty = 2\n')).toEqual(['assignment x = 1', 'assignment y = 2']);
    expect(sketch('        a\n    except E:\n        b = 1\nc = 2\n')).toEqual([
      'try         a',
      '  expression a',
      '  assignment b = 1',
      'assignment c = 2',
    ]);
  });

  it('has an error within an expression: nothing is made of that expression', () => {
    const { body } = readTree(parser.parse('x = f(a b, c) + d\n')!, 'x = f(a b, c) + d\n');
    expect(body).toMatchObject([{ kind: 'assignment', value: { kind: 'binary', left: { kind: 'unread' }, right: { kind: 'name' } } }]);
  });

  it.each(['', '\n', '\ufeff', '\0', '# only a comment', '\ud800', '"""'])('is %j', (text) => {
    expect(read(text).body.every(({ kind }) => kind === 'skipped')).toBe(true);
  });
});

/** How many expressions are within one another, at most. */
function depthOf(node: unknown): number {
  // Not by recursion: that the reader has bounded it is what is asked.
  let deepest = 0;
  for (let level: unknown[] = [node]; level.length > 0; deepest++)
    level = level.flatMap((one): unknown[] => (one !== null && typeof one === 'object' ? Object.values(one) : []));
  return deepest;
}

describe('bounds', () => {
  const many = 100_000;
  it.each(
    [
      ['brackets', `x = ${'['.repeat(many)}${']'.repeat(many)}\ny = 1\n`],
      ['open brackets', `x = ${'('.repeat(many)}\ny = 1\n`],
      ['calls', `x = ${'f('.repeat(many)}${')'.repeat(many)}\ny = 1\n`],
      ['a chain', `x = a${' + a'.repeat(many)}\ny = 1\n`],
      ['methods', `x = a${'.b()'.repeat(many)}\ny = 1\n`],
      ['signs', `x = ${'-'.repeat(many)}1\ny = 1\n`],
      ['f-strings', `x = ${'f"{'.repeat(300)}1${'}"'.repeat(300)}\ny = 1\n`],
      ['blocks', `${Array.from({ length: 1000 }, (_, depth) => `${' '.repeat(depth)}if a:\n`).join('')}${' '.repeat(1000)}b\ny = 1\n`],
    ].map(([name = '', text = '']) => ({ name, text })),
  )('$name without end are read as far as anybody writes them', ({ text }) => {
    const { body } = read(text);
    expect(sketch('', [body.at(-1)!])).toEqual(['assignment ']);
    expect(depthOf(body)).toBeLessThan(2500);
  });

  it('leaves out what is within enormous literals, and reads what follows', () => {
    const numbers = `x = [${'1.25, '.repeat(many)}]\n`;
    expect(read(`${numbers}y = 1\n`).body).toMatchObject([
      { kind: 'assignment', value: { kind: 'unread', end: numbers.length - 1 } },
      { kind: 'assignment' },
    ]);
    expect(read(`x = "${'\\n'.repeat(many)}"\n`).body).toMatchObject([{ value: { kind: 'unread' } }]);
    expect(read(`x = ${'9'.repeat(many)}\n`).body).toMatchObject([{ value: { kind: 'unread' } }]);
    expect(read('x = "not long"\n').body).toMatchObject([{ value: { kind: 'string' } }]);
  });
});

/** Every node lies within the one that holds it, and statements follow one another. */
function expectNested(node: unknown, around: { start: number; end: number }): void {
  if (Array.isArray(node)) {
    let last = around.start;
    for (const one of node as unknown[]) {
      expectNested(one, around);
      const { start, end } = (one ?? {}) as Partial<{ start: number; end: number }>;
      if (start === undefined || end === undefined) continue;
      expect(start).toBeGreaterThanOrEqual(last);
      last = end;
    }
  } else if (node !== null && typeof node === 'object') {
    const own = 'start' in node ? (node as { start: number; end: number }) : around;
    expect(own.start).toBeGreaterThanOrEqual(around.start);
    expect(own.end).toBeLessThanOrEqual(around.end);
    expect(own.end).toBeGreaterThanOrEqual(own.start);
    for (const value of Object.values(node)) expectNested(value, own);
  }
}

describe('anything at all', () => {
  const source = readFileSync(join(fixtures, 'snippets.py'), 'utf8');
  const tokens = source.match(/\s+|\w+|[^\w\s]/gu) ?? [];
  const odd = fc.constantFrom(
    '(',
    ')',
    '[',
    '{',
    '}',
    '"',
    "'''",
    'f"{',
    '\\',
    '\n',
    '\r\n',
    '\t',
    '  ',
    ':',
    '=',
    '*',
    'def ',
    'else:',
    '%a',
    '!b',
    '😀',
    '\ud800',
    '\0',
  );

  const check = (text: string): void => {
    const module = read(text);
    expect(module).toMatchObject({ start: 0, end: text.length });
    expectNested(module, module);
  };

  it('is read: a file in which something was left out, put in or moved', () => {
    const place = fc.nat({ max: tokens.length - 1 });
    const change = fc.record({
      at: place,
      out: fc.nat({ max: 5 }),
      put: fc.array(
        fc.oneof(
          odd,
          place.map((at) => tokens[at]!),
        ),
        { maxLength: 3 },
      ),
    });
    fc.assert(
      fc.property(place, fc.nat({ max: 400 }), fc.array(change, { maxLength: 4 }), (from, length, changes) => {
        const pieces = tokens.slice(from, from + length);
        for (const { at, out, put } of changes) pieces.splice(pieces.length > 0 ? at % pieces.length : 0, out, ...put);
        check(pieces.join(''));
      }),
      { numRuns: 400 },
    );
  });

  it('is read: tokens in any order', () => {
    const token = fc.oneof(odd, fc.constantFrom(...tokens));
    fc.assert(
      fc.property(fc.array(token, { maxLength: 80 }), (pieces) => check(pieces.join(''))),
      { numRuns: 400 },
    );
  });

  it('is read: every beginning of a file, as it is typed', () => {
    const text = source.slice(source.indexOf('# A variational'));
    for (let end = 0; end < text.length; end += 7) check(text.slice(0, end));
  });
});
