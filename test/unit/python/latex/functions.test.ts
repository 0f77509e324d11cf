import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import katex from 'katex';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainLatex } from '../../../../src/formulas/formula.ts';
import { latexOfFunction } from '../../../../src/python/latex/functions.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';
import { valueOfLines } from './value.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/latex');

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

/** LaTeX of the function that a text is, without terms; KaTeX takes it as it stands. */
function latexOf(text: string): string {
  const definition = readModule(parser, text).body.find((statement) => statement.kind === 'function');
  if (!definition) throw new Error(`No function: ${text}`);
  const plain = plainLatex(latexOfFunction(definition, { text }).latex);
  katex.renderToString(plain, { throwOnError: true, strict: 'error' });
  return plain;
}

/** Without what does not change what a reader takes it for: sizes of brackets, space, dots, fonts, ways to begin cases. */
function plainly(latex: string): string {
  return latex
    .replace(/\\(?:mathopen|mathclose)\{\}|\\(?:left|right|[bB]igl|[bB]igr)(?![a-z])|\\,|\\cdot(?![a-z])/g, '')
    .replace(/\\(?:math(?:rm|bf)|textrm|text)\{([^{}]*)\}/g, '$1')
    .replace(/\\begin\{(?:cases|array)\}(?:\{ll\})?/g, 'cases ')
    .replace(/\\end\{(?:cases|array)\}/g, '')
    .replace(/^(.*)\\\{ *(cases .*) \.$/s, '$1$2')
    .replace(/, *&/g, '&')
    .replace(/\\intercal/g, String.raw`\top`)
    .replace(/\\[lr]vert/g, '|')
    .replace(/\\tfrac\{1\}\{2\}/g, '0.5')
    .replace(/([_^])(\\?\w+)(?![{\w])/g, '$1{$2}')
    .replace(/\(\{(.*)\}\)$/, '$1')
    .replace(/\\ (?=\S)/g, '')
    .replace(/\s+/g, '');
}

describe('latexify’s kinds of functions', () => {
  const source = readFileSync(join(fixtures, 'functions.py'), 'utf8').replaceAll('\r\n', '\n');
  const functions = new Map(
    source
      .split(/^# (?=.* ---$)/m)
      .slice(1)
      .map((part) => [part.slice(0, part.indexOf(' ---\n')), part.slice(part.indexOf('\n') + 1)]),
  );
  const expected = JSON.parse(readFileSync(join(fixtures, 'expected.json'), 'utf8')) as Record<string, string | null>;

  /** Where ours is another way to write the same, or latexify is wrong or says nothing. */
  const otherwise: Readonly<Record<string, string>> = {
    modulo: String.raw`f(x, y) = x \bmod y`,
    bits: String.raw`f(x, y, z) = (x \mathbin{\&} y) \mathbin{|} (z \oplus x)`,
    signs: String.raw`f(x, y) = -x + y`,
    exponential: String.raw`f(x, y) = e^{-x} + e^{x \, y}`,
    'inverse hyperbolic': String.raw`f(x) = \mathrm{arsinh}(x) + \mathrm{arcosh}(x) + \mathrm{artanh}(x)`,
    indices: String.raw`f(x, i, j) = x_{i} + x_{i j}`,
    'an attribute': String.raw`f(x) = y`,
    'a constant': String.raw`f(r) = 2 \pi \, r`,
    'complex numbers': String.raw`f(x) = x + 2\mathrm{i}`,
    text: String.raw`f(x) = \text{abc}`,
    'a list with a condition': String.raw`f(n) = [i \mid i \in n, i > 0]`,
    'a sum over a set': String.raw`f(s) = \sum_{i \in s} i`,
    match: String.raw`f(x) = \begin{cases} 1 & \text{if } x = 0 \\ x & \text{if } x = 1 \\ x^{2} & \text{otherwise} \end{cases}`,
    assignments: String.raw`\begin{aligned} y &= x^{2} + 1 \\ z &= y \, y + y \\ f(x) &= z \, z - z \end{aligned}`,
    'assignment to what was': String.raw`f(x) = 2 (x + 1) + 1`,
    'losses: a method with no arguments': String.raw`f(\mu, \log \sigma^{2}) = -\tfrac{1}{2} \sum (1 + \log \sigma^{2} - \mu^{2} - \sigma^{2})`,
    'losses: an axis by name': String.raw`f(x, y) = \mathrm{mean}\Bigl(\sum_{\mathrm{dim}=1} (x - y)^{2}\Bigr)`,
    'losses: methods': String.raw`f(x, y) = \mathrm{mean}\Bigl(\sum_{\mathrm{dim}=-1} (x - y)^{2}\Bigr)`,
    'losses: a loop': String.raw`f(\mathrm{xs}) = \sum_{x \in \mathrm{xs}} x^{2}`,
    'losses: with': String.raw`f(x) = 2 x + 1`,
    'losses: a function within': String.raw`f(d) = \mathrm{mean}\bigl(\log(1 + e^{-d})\bigr)`,
    'losses: shape': String.raw`f(a, t, x) = a_{t} \, x`,
  };

  it.each([...functions])('%s', (name, text) => {
    const own = otherwise[name];
    const latex = latexOf(text);
    if (own === undefined) expect(plainly(latex)).toBe(plainly(expected[name] ?? ''));
    else {
      expect(latex).toBe(own);
      expect(plainly(latex)).not.toBe(plainly(expected[name] ?? ''));
    }
    expect(Object.keys(expected)).toEqual([...functions.keys()]);
  });
});

describe('what a function computes on the way', () => {
  it.each<[what: string, code: string, latex: string]>([
    [
      'is put in the place of its name where that is short',
      `def reparameterize(self, mu, logvar):
    std = torch.exp(0.5 * logvar)
    eps = torch.randn_like(std)
    return mu + eps * std
`,
      String.raw`\mathrm{reparameterize}(\mu, \log \sigma^{2}) = \mu + \epsilon \, \sigma`,
    ],
    [
      'has a line where it is used again, and what is drawn says from what',
      `def gradient_penalty(D, real, fake, lambda_=10):
    alpha = torch.rand(real.size(0), 1, 1, 1)
    interp = alpha * real + (1 - alpha) * fake
    d = D(interp)
    grads = autograd.grad(outputs=d, inputs=interp, grad_outputs=torch.ones_like(d), create_graph=True)[0]
    return lambda_ * ((grads.norm(2, dim=1) - 1) ** 2).mean()
`,
      String.raw`\begin{aligned} \alpha &\sim \mathcal{U}(0, 1) \\ \mathrm{interp} &= \alpha \, \mathrm{real} + (1 - \alpha) \, \mathrm{fake} \\ \mathrm{gradient\_penalty}(D, \mathrm{real}, \mathrm{fake}, \lambda) &= \lambda \, \mathrm{mean}\left(\Bigl(\bigl\lVert \nabla_{\mathrm{interp}} D(\mathrm{interp})\bigr\rVert_{2} - 1\Bigr)^{2}\right) \end{aligned}`,
    ],
    [
      'is what it is where all that may be left out is given',
      `def q_sample(self, x_start, t, noise=None):
    if noise is None:
        noise = torch.randn_like(x_start)
    a = extract(self.sqrt_alphas_cumprod, t, x_start.shape)
    b = extract(self.sqrt_one_minus_alphas_cumprod, t, x_start.shape)
    return a * x_start + b * noise
`,
      String.raw`\mathrm{q\_sample}(x_{\mathrm{start}}, t, \epsilon) = \sqrt{\bar{\alpha}_{t}} \, x_{\mathrm{start}} + \sqrt{1 - \bar{\alpha}_{t}} \, \epsilon`,
    ],
    [
      'is by cases where it is decided',
      `def f(x, y):
    if y > 0:
        z = x ** 2
    else:
        z = -x
    return z + 1
`,
      String.raw`f(x, y) = \left(\begin{cases} x^{2} & \text{if } y > 0 \\ -x & \text{otherwise} \end{cases}\right) + 1`,
    ],
    [
      'goes on after a branch that returns',
      `def f(x):
    if x > 1:
        return 1
    y = 2 * x
    if x > 0:
        y = y + 1
    return y
`,
      String.raw`f(x) = \begin{cases} 1 & \text{if } x > 1 \\ 2 x + 1 & \text{if } x > 0 \\ 2 x & \text{otherwise} \end{cases}`,
    ],
    [
      'is not followed through a loop: its variable stays',
      'def f(x):\n    y = 0\n    while y < x:\n        y += x\n    return y + x\n',
      'f(x) = y + x',
    ],
    [
      'is all there is where nothing is returned',
      `def __init__(self, T):
    self.betas = torch.linspace(1e-4, 0.02, T)
    self.alphas = 1 - self.betas
    self.alphas_cumprod = torch.cumprod(self.alphas, dim=0)
`,
      String.raw`\begin{aligned} \beta &= \mathrm{linspace}(10^{-4}, 0.02, T) \\ \alpha &= 1 - \beta \\ \bar{\alpha} &= \mathrm{cumprod}_{\mathrm{dim}=0}(\alpha) \end{aligned}`,
    ],
    ['is nothing', 'def f(x, *args):\n    pass\n', String.raw`f(x, \mathrm{args})`],
    ['is an error in some case', 'def f(x):\n    if x < 0:\n        raise ValueError(x)\n    return x\n', 'f(x) = x'],
    [
      'is by what a value is',
      'def f(x):\n    match x:\n        case 1:\n            return 2\n        case "a" | "b":\n            return 3\n        case y if y > 1:\n            return 4\n    return 5\n',
      String.raw`f(x) = \begin{cases} 2 & \text{if } x = 1 \\ 3 & \text{if } x = \text{"a" | "b"} \\ 4 & \text{if } x = \text{y} \\ 5 & \text{otherwise} \end{cases}`,
    ],
  ])('%s', (_, code, latex) => {
    expect(latexOf(code)).toBe(latex);
  });

  it('has the value that Python gives it, whatever is set again and decided on the way', () => {
    interface Program {
      code: string[];
      run: (values: Record<string, number>) => void;
    }
    const names = ['a', 'b', 'c', 'd', 'e'];
    const name = fc.constantFrom(...names);
    const operation = fc.constantFrom<[string, (x: number, y: number) => number]>(
      ['+', (x, y) => x + y],
      ['-', (x, y) => x - y],
      ['*', (x, y) => x * y],
    );
    const term = fc.oneof(
      name.map((own) => ({ code: own, of: (values: Record<string, number>) => values[own]! })),
      fc.integer({ min: 1, max: 3 }).map((own) => ({ code: String(own), of: () => own })),
    );
    const value = fc.tuple(term, operation, term, operation, term).map(([x, [first, one], y, [second, two], z]) => ({
      code: `(${x.code} ${first} ${y.code}) ${second} ${z.code}`,
      of: (values: Record<string, number>) => two(one(x.of(values), y.of(values)), z.of(values)),
    }));
    const assignment = fc.tuple(name, value, fc.boolean()).map(([target, { code, of }, adds]): Program => ({
      code: [`${target} ${adds ? '+=' : '='} ${code}`],
      run: (values) => {
        values[target] = (adds ? values[target]! : 0) + of(values);
      },
    }));
    const decision = fc
      .tuple(
        name,
        fc.integer({ min: -4, max: 4 }),
        fc.array(assignment, { minLength: 1, maxLength: 2 }),
        fc.array(assignment, { maxLength: 2 }),
      )
      .map(([tested, bound, then, otherwise]): Program => ({
        code: [
          `if ${tested} > ${bound}:`,
          ...then.flatMap(({ code }) => code).map((line) => `    ${line}`),
          ...(otherwise.length > 0 ? ['else:', ...otherwise.flatMap(({ code }) => code).map((line) => `    ${line}`)] : []),
        ],
        run: (values) => {
          for (const { run } of values[tested]! > bound ? then : otherwise) run(values);
        },
      }));
    const body = fc.array(fc.oneof({ weight: 3, arbitrary: assignment }, decision), { maxLength: 5 });
    fc.assert(
      fc.property(body, value, fc.array(fc.integer({ min: -3, max: 3 }), { minLength: 5, maxLength: 5 }), (programs, result, numbers) => {
        const code = `def f(a, b, c, d, e):\n${[...programs.flatMap((program) => program.code), `return ${result.code}`].map((line) => `    ${line}\n`).join('')}`;
        const given = Object.fromEntries(names.map((own, at) => [own, numbers[at]!]));
        const values = { ...given };
        for (const { run } of programs) run(values);
        const expected = result.of(values);
        fc.pre(Math.abs(expected) < 1e12);
        const latex = latexOf(code);
        expect([code, latex, valueOfLines(latex, given)]).toEqual([code, latex, expected === 0 ? expect.closeTo(0) : expected]);
      }),
      { numRuns: 200 },
    );
  });
});
