import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { readPiece, type Part } from '../../../../src/python/source/parts.ts';
import { piecesOf } from '../../../../src/python/source/pieces.ts';
import { codeOf, unitsOf } from '../../../../src/python/source/units.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const partsOf = (text: string): Part[] =>
  piecesOf(text).flatMap(({ start, end }) => readPiece(text.slice(start, end), (code) => readModule(parser, code)).parts);

const labelOf = ({ kind, source, names }: Part): string => (kind === 'statement' ? source : [...names.given].join());

/** What is read, and with what. */
const needs = (text: string): Record<string, string[]> =>
  Object.fromEntries(
    unitsOf(partsOf(text)).map(({ targets, parts }) => {
      const own = new Set(targets);
      const name = targets[0]?.kind === 'statement' ? 'outside' : labelOf(targets[0]!);
      return [name, parts.filter((part) => !own.has(part)).map(labelOf)];
    }),
  );

describe('what a unit depends on', () => {
  it('is what gives the names that it uses, and what those depend on', () => {
    const text = `
import torch
import numpy as np
steps = 10
betas = torch.linspace(0, 1, steps)
other = np.ones(3)
def helper(x):
    return x * other
def f(x, other=None):
    """np"""  # helper
    betas_here = betas
    return betas_here * x
def g(x):
    return helper(x)
`;
    expect(needs(text)).toEqual({
      outside: [],
      helper: ['import numpy as np', 'other = np.ones(3)'],
      f: ['import torch', 'steps = 10', 'betas = torch.linspace(0, 1, steps)'],
      g: ['import numpy as np', 'other = np.ones(3)', 'helper'],
    });
  });

  it('of a method is its class, what makes it, and the methods that it names', () => {
    const text = `
class Base:
    def shared(self): return 1
class Other:
    def shared(self): return 2
class A(Base):
    size = 3
    def __init__(self): self.beta = Other
    def plain(self): return self.size
    def encode(self, x): self.mu = x
    def kl(self): return self.mu + self.shared()
    def loss(self): return self.kl()
    def later(self): self.mu = 0
`;
    const found = needs(text);
    expect(found['plain']).toEqual(['Base', 'Other', 'A', '__init__']);
    // What a method before it has set.
    expect(found['kl']).toEqual(['Base', 'shared', 'Other', 'shared', 'A', '__init__', 'encode']);
    expect(found['loss']).toEqual(['Base', 'shared', 'Other', 'shared', 'A', '__init__', 'encode', 'kl']);
  });

  it('is told apart from what only looks like it', () => {
    const text = `
import matplotlib.pyplot as plt
values = []
values.append(1)
plt.plot(values)
def f(values): return values
def g(): return [values for values in values]
def h(): return plt
`;
    expect(needs(text)).toEqual({
      outside: [],
      f: [],
      g: ['values = []', 'values.append(1)'],
      h: ['import matplotlib.pyplot as plt'],
    });
  });
});

describe('the key of a unit', () => {
  const keys = (text: string): Map<string, string> =>
    new Map(unitsOf(partsOf(text)).map(({ targets, key }) => [labelOf(targets[0]!), key]));
  const text = 'a = 1\ndef f(): return a\ndef g(): return f()\ndef h(): return 2\n';

  it.each([
    ['a = 1', 'a = 2', ['a = 2', 'f', 'g']],
    ['return a', 'return a + 1', ['f', 'g']],
    ['return 2', 'return 3', ['h']],
    ['\ndef g', '\n\n# a\ndef g', []],
    ['a = 1\n', '', ['f', 'g']],
  ])('changes with what it depends on: %j to %j', (from, to, changed) => {
    const [before, after] = [keys(text), keys(text.replace(from, to))];
    expect([...after].filter(([name, key]) => before.get(name) !== key).map(([name]) => name)).toEqual(changed);
  });

  it('tells what is read from what it is read with', () => {
    const [f, g] = unitsOf(partsOf('def f(): return g\ndef g(): return f\n'));
    expect(f!.key).not.toBe(g!.key);
  });
});

describe('the code of a unit', () => {
  it('has every statement where its text says', () => {
    const text = 'a = 1\ndef f(x):\n    return x\nif a:\n    b = f(a)\n\nclass A:\n    def m(self):\n        return b\n';
    for (const unit of unitsOf(partsOf(text))) {
      const code = codeOf(unit);
      expect(code.statements.map(({ start, end }) => code.text.slice(start, end))).toEqual(unit.targets.map(({ source }) => source));
      expect(code.starts).toEqual(code.statements.map(({ start }) => start));
    }
  });
});
