import fc from 'fast-check';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { termIds } from '../../../../src/formulas/formula.ts';
import type { Span } from '../../../../src/maths/nesting.ts';
import { latexAt } from '../../../../src/python/latex/place.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { createOutline } from '../../../../src/python/reader/outline.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { labelledFiles, sets } from '../corpus/labelled.ts';
import { pythonParser } from '../syntax/parser.ts';

/** Each of the two properties runs for half of this, with seeds of its own; without it, always the same for about 20 s. */
const minutes = Number(process.env['GENLENS_FUZZ_MINUTES'] ?? 0);
const effort = (numRuns: number): fc.Parameters<unknown> =>
  minutes > 0 ? { numRuns: 1e9, interruptAfterTimeLimit: minutes * 30_000 } : { numRuns, seed: 20_260 };

let parser: Parser;
let reader: FormulaReader;
beforeAll(async () => {
  parser = await pythonParser();
  reader = new FormulaReader(parser, catalogue.values(), (error) => {
    throw error;
  });
});

/** Reads a text in every way there is. */
async function check(text: string): Promise<void> {
  const inText = ({ start, end }: Span): void => {
    if (!(start >= 0 && start <= end && end <= text.length)) expect.fail(`${start} to ${end} is not in a text of ${text.length}`);
  };
  const findings = await reader.read('text', text, { limit: Infinity });
  expect(reader.unread('text')).toEqual([]);
  for (const finding of findings) {
    inText(finding);
    if (finding.holder) inText(finding.holder);
    for (const { spans } of finding.variables) for (const span of spans) inText(span);
    const ids = finding.variables.map(({ id }) => id);
    // `termIds` is of what is typeset: each has to be a variable's.
    for (const id of termIds(finding.latex)) expect(ids).toContain(id);
  }
  // A piece of code is few formulas.
  expect(findings.length).toBeLessThanOrEqual(text.length);
  for (const symbol of createOutline(parser)(text)) inText(symbol);
  const module = readModule(parser, text);
  for (const at of [0.1, 0.4, 0.6, 0.9].map((share) => Math.floor(share * text.length))) {
    const read = latexAt(module, text, { start: at, end: at });
    if (!read) continue;
    inText(read);
    for (const { spans } of read.variables) for (const span of spans) inText(span);
  }
}

/** Texts that took longest, for those who let it run for minutes. */
const slowest: { ms: number; text: string }[] = [];
async function timed(text: string): Promise<void> {
  const began = process.cpuUsage();
  await check(text);
  const { user, system } = process.cpuUsage(began);
  slowest.push({ ms: (user + system) / 1e3, text });
  slowest.sort((a, b) => b.ms - a.ms).splice(3);
}

const files = sets.flatMap((set) => labelledFiles(set)).map(({ text }) => text.match(/\s+|\w+|[^\w\s]/gu) ?? []);
const lines = sets.flatMap((set) => labelledFiles(set)).flatMap(({ text }) => text.split('\n').filter((line) => line.trim() !== ''));
const odd = fc.constantFrom(
  ...['(', ')', '[', ']', '{', '}', '"', "'''", 'f"{', '\\', '\n', '\r\n', '\t', '    ', ':', '=', '*', '**', '@', '-', 'not ', 'lambda '],
  ...[
    'def f(x): ',
    'class A:',
    'else:',
    'return ',
    'x',
    '0',
    '1e400',
    '10**9',
    'None',
    '...',
    '%a',
    '!b',
    '# c',
    '😀',
    '\ud800',
    '\0',
    '\u2028',
  ],
);
const token = fc.oneof(
  odd,
  fc.tuple(fc.nat({ max: files.length - 1 }), fc.nat()).map(([file, at]) => files[file]![at % files[file]!.length]!),
);
const change = fc.record({ at: fc.nat(), out: fc.nat({ max: 6 }), put: fc.array(token, { maxLength: 4 }) });
const part = fc.record({ file: fc.nat({ max: files.length - 1 }), from: fc.nat(), length: fc.nat({ max: 400 }) });

describe('any text', () => {
  const budget = { timeout: Math.max(120_000, minutes * 120_000) };

  it('is read: pieces of files, in which something was left out, put in or moved', budget, async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(part, { minLength: 1, maxLength: 2 }), fc.array(change, { maxLength: 6 }), async (parts, changes) => {
        const pieces = parts.flatMap(({ file, from, length }) => {
          const tokens = files[file]!;
          const start = from % tokens.length;
          return tokens.slice(start, start + length);
        });
        await timed(pieces.join(''));
        for (const { at, out, put } of changes) pieces.splice(pieces.length > 0 ? at % pieces.length : 0, out, ...put);
        // As an edit of what was read before.
        await timed(pieces.join(''));
      }),
      effort(70),
    );
  });

  it('is read: lines and tokens in any order', budget, async () => {
    const line = fc.tuple(fc.nat({ max: lines.length - 1 }), fc.constantFrom(0, 4, 8)).map(([at, indent]) => {
      const own = lines[at]!;
      return indent === 8 ? own : ' '.repeat(indent) + own.trim();
    });
    const texts = fc.oneof(
      fc.array(token, { maxLength: 80 }).map((tokens) => tokens.join('')),
      fc.array(token, { maxLength: 80 }).map((tokens) => tokens.join(' ')),
      fc.array(line, { maxLength: 30 }).map((some) => some.join('\n')),
    );
    await fc.assert(
      fc.asyncProperty(texts, (text) => timed(text)),
      effort(1_000),
    );
    if (minutes > 0) for (const { ms, text } of slowest) console.log(`${ms.toFixed(0)} ms of CPU:\n${text}\n`);
  });
});

describe('what is large or deep', () => {
  const many = 20_000;
  const body = (code: string): string => `import torch\ndef f(x, y):\n${code.replace(/^/gm, '    ')}\n    return x\n`;
  const cases: [what: string, text: string][] = [
    ['brackets', body(`x = ${'('.repeat(many)}x${')'.repeat(many)}`)],
    ['brackets that stay open', body(`x = ${'['.repeat(many)}`)],
    ['signs', body(`x = ${'-'.repeat(many)}x`)],
    ['a long sum', body(`x = x${' + x * y'.repeat(many)}`)],
    ['a tower of powers', body(`x = x${' ** x'.repeat(2_000)}`)],
    ['calls of calls', body(`x = ${'torch.exp('.repeat(2_000)}x${')'.repeat(2_000)}`)],
    ['a chain of methods', body(`x = x${'.exp()'.repeat(2_000)}`)],
    ['subscripts', body(`x = x${'[0]'.repeat(many)}`)],
    ['lambdas', body(`x = ${'lambda a: '.repeat(2_000)}a`)],
    ['conditionals', body(`x = ${'x if y else '.repeat(2_000)}y`)],
    ['comparisons', body(`x = x${' < y'.repeat(many)}`)],
    ['blocks in blocks', Array.from({ length: 300 }, (_, depth) => `${' '.repeat(depth)}if x:\n`).join('') + `${' '.repeat(300)}y = 1\n`],
    ['functions in functions', Array.from({ length: 100 }, (_, depth) => `${' '.repeat(depth)}def f(x):\n`).join('')],
    ['a doubled value, again and again', body('x = x + x\n'.repeat(500))],
    ['a squared value, again and again', body('x = x * x\n'.repeat(500))],
    ['a long list', body(`x = torch.tensor([${'1.5, '.repeat(50_000)}])`)],
    ['a long list of lists', body(`x = torch.tensor([${'[1, 2], '.repeat(20_000)}])`)],
    ['a long string', body(`x = "${'a'.repeat(500_000)}"`)],
    ['a long f-string', body(`x = f"${'{x}'.repeat(5_000)}"`)],
    ['a long number', body(`x = ${'9'.repeat(50_000)} * x`)],
    ['numbers beyond all bounds', body('x = x * 1e400 + 10 ** 10 ** 10 - 2 ** 100000 / 0 + 1e308 * 10')],
    ['shapes beyond all bounds', body('x = torch.zeros(10 ** 12, 10 ** 12) + torch.arange(10 ** 15).view(-1, 0, 10 ** 9)')],
    ['loops beyond all bounds', body('for i in range(10 ** 12):\n    for j in range(10 ** 12):\n        x = x + torch.exp(y)\n')],
    ['a function of itself', 'def f(x):\n    return f(f(x)) + f(x - 1)\n'],
    ['a lambda of itself', 'f = lambda x: f(x - 1) + 1\ndef g(x):\n    return f(x)\n'],
    [
      'functions of one another',
      Array.from({ length: 40 }, (_, at) => `def f${at}(x):\n    return f${at + 1}(x) + f${at + 1}(-x)\n`).join(''),
    ],
    ['classes of themselves', 'class A(B): pass\nclass B(A):\n    def f(self): return self.f() + super().f()\n'],
    ['many functions', Array.from({ length: 2_000 }, (_, at) => `def f${at}(x):\n    return x\n`).join('')],
    ['many names', Array.from({ length: 5_000 }, (_, at) => `x${at} = x${at - 1}\n`).join('')],
    ['blanks', ' '.repeat(200_000) + 'x'],
    ['line ends', '\r\n'.repeat(50_000)],
    ['quotes', '"'.repeat(30_001)],
    ['backslashes', '\\'.repeat(30_000)],
    ['comments', '# %%time\n'.repeat(10_000)],
    ['a line with everything', body(`x = ${'f"{x!r:{y}}" if [a for a in x] else (lambda *b, **c: b @ c)(*x) '.repeat(300)}`)],
  ];
  it.each(cases)('is read: %s', { timeout: 120_000 }, async (_, text) => {
    await check(text);
  });
});
