import fc from 'fast-check';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainLatex } from '../../../../src/formulas/formula.ts';
import { latexAt } from '../../../../src/python/latex/place.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { importsOf } from '../../../../src/python/syntax/imports.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const text = `import torch as t
from torch import exp

class Model:
    @t.no_grad()
    def loss(self, mu, logvar):
        """Of a batch."""
        kl = -0.5 * (1 + logvar - mu ** 2 - exp(logvar))
        if kl.dim() > 1:
            kl = t.sum(kl)
        return kl

x = a + b * c
`;

/** What is read where `code` stands first, or between two of its `|`; and the LaTeX. */
function at(code: string): [read: string | undefined, latex: string | undefined] {
  const start = text.indexOf(code);
  const found = latexAt(readModule(parser, text), text, { start, end: start + code.length });
  return [found ? text.slice(found.start, found.end) : undefined, found ? plainLatex(found.latex) : undefined];
}
const cursor = (before: string) => {
  const start = text.indexOf(before) + before.length;
  const found = latexAt(readModule(parser, text), text, { start, end: start });
  return found ? [text.slice(found.start, found.end).split('\n')[0], plainLatex(found.latex)] : null;
};

describe('a selection', () => {
  it('is the smallest expression around it', () => {
    expect(at('b * c')).toEqual(['b * c', String.raw`b \, c`]);
    expect(at(' * c')).toEqual(['b * c', String.raw`b \, c`]);
    expect(at('a + b')).toEqual(['a + b * c', String.raw`a + b \, c`]);
    expect(at('exp(logvar)')).toEqual(['exp(logvar)', String.raw`\sigma^{2}`]);
  });

  it('is a statement, where it is more than its value', () => {
    expect(at('x = a + b * c')).toEqual(['x = a + b * c', String.raw`x = a + b \, c`]);
    expect(at('x = a')).toEqual(['x = a + b * c', String.raw`x = a + b \, c`]);
    expect(at('        kl = t.sum(kl)\n')).toEqual(['kl = t.sum(kl)', String.raw`\mathrm{kl} = \sum \mathrm{kl}`]);
  });

  it('is the function, where it is the whole of it or several of its statements', () => {
    const definition = text.slice(text.indexOf('    @t.'), text.indexOf('\nx = '));
    expect(at(definition)[0]).toBe(definition.trim());
    expect(at(definition)[1]).toContain(String.raw`\text{if } \mathrm{kl.dim}() > 1`);
    expect(at('if kl.dim() > 1:\n            kl = t.sum(kl)\n        return kl')[0]).toBe(definition.trim());
  });

  it('is nothing in what is no formula', () => {
    expect(at('import torch as t')).toEqual([undefined, undefined]);
    expect(at('class Model:')).toEqual([undefined, undefined]);
    expect(latexAt(readModule(parser, ''), '', { start: 0, end: 0 })).toBeNull();
  });
});

describe('a place', () => {
  it('is in a statement', () => {
    expect(cursor('x = a')).toEqual(['x = a + b * c', String.raw`x = a + b \, c`]);
    expect(cursor('kl = -0')?.[1]).toBe(String.raw`\mathrm{kl} = -\tfrac{1}{2} (1 + \log \sigma^{2} - \mu^{2} - \sigma^{2})`);
  });

  it('is at a function, by its header', () => {
    expect(cursor('def lo')?.[0]).toBe('@t.no_grad()');
    expect(cursor('import t')).toBeNull();
  });

  it('is anywhere, in anything', () => {
    const module = readModule(parser, text);
    fc.assert(
      fc.property(fc.integer({ min: -5, max: text.length + 5 }), fc.integer({ min: -5, max: text.length + 5 }), (start, end) => {
        const found = latexAt(module, text, { start, end });
        if (!found) return;
        expect(found.start).toBeGreaterThanOrEqual(0);
        expect(found.end).toBeLessThanOrEqual(text.length);
        if (start >= 0 && start <= end && end <= text.length && text.slice(start, end).trim() !== '') {
          expect(found.start).toBeLessThanOrEqual(start + text.slice(start, end).search(/\S/));
          expect(found.end).toBeGreaterThanOrEqual(start + text.slice(start, end).trimEnd().length);
        }
      }),
    );
  });
});

it('finds what a text imports, wherever it does', () => {
  const code =
    'import a.b\nimport c as d\nif x:\n    from e import f as g\nelse:\n    from .h import *\ndef k():\n    import l\ntry:\n    import m\nexcept E:\n    import n\n';
  expect([...importsOf(readModule(parser, code))]).toEqual([
    ['a', 'a'],
    ['d', 'c'],
    ['g', 'e.f'],
    ['*', '.h.*'],
    ['l', 'l'],
    ['m', 'm'],
    ['n', 'n'],
  ]);
});
