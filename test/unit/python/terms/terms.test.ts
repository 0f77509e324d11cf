import { beforeAll, describe, expect, it } from 'vitest';
import type { Parser } from 'web-tree-sitter';
import type { ProgramValue, StatementTerms, TermValue } from '../../../../src/protocol/terms.ts';
import { TermReader } from '../../../../src/python/reader/terms.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const imports = 'import math\nimport numpy as np\nimport torch\nimport torch.nn.functional as F\nfrom config import eps\n\n';

/** The last line of a function's body, which is given names. */
function read(line: string, before = ''): { text: string; start: number; end: number } {
  const head = `${imports}def scale(x):\n    return x\n\nclass Model:\n    def loss(self, x, mu, logvar, scores, mask, losses, options):\n${before}        `;
  return { text: `${head}${line}\n`, start: head.length, end: head.length + line.length };
}

const array = (values: number[], shape: number[] = [values.length], more: Partial<ProgramValue> = {}): ProgramValue =>
  ({
    kind: 'array',
    library: 'torch',
    dtype: 'float32',
    shape,
    values: Float64Array.from(values),
    sampled: false,
    ...more,
  }) as ProgramValue;

/** The statement, and what its terms are by their code. */
function look(line: string, values: Readonly<Record<string, ProgramValue>>, autocast = false) {
  const place = read(line);
  const reader = new TermReader(parser);
  const told = reader.terms(place.text, place);
  if (!told) throw new Error(`${line} computes nothing`);
  const paths = new Map([...told.variables, ...(told.target ? [told.target] : [])].map(({ code, path }) => [code, path]));
  const given = Object.entries(values).map(([code, value]) => [paths.get(code) ?? [code], value] as const);
  const found = reader.values(place.text, place, given, autocast)!;
  const terms = new Map(told.terms.map(({ id, code }) => [code, found.terms.find((term) => term.id === id)!]));
  return { told, terms, isTarget: found.isTarget };
}

const codes = (told: StatementTerms): string[] => told.variables.map(({ code }) => code);
const origins = (terms: ReadonlyMap<string, TermValue>): string[] =>
  [...terms].flatMap(([code, term]) => ('origin' in term && term.origin ? [`${term.origin} at ${code}`] : []));
const problem = (term: TermValue | undefined): string | null => (term && 'problem' in term ? term.problem : null);
const range = (term: TermValue | undefined): unknown => (term && 'summary' in term ? term.summary.finite : problem(term));

describe('a statement', () => {
  it('is read of what it names: variables, attributes and constant indices, and nothing of a library', () => {
    const { told } = look('loss = F.mse_loss(self.net.scale * x, losses[0]) + options["beta"] * eps * math.pi - torch.exp(mu[-1])', {});
    expect(codes(told)).toEqual(['self.net.scale', 'x', 'losses[0]', 'losses', 'options["beta"]', 'options', 'eps', 'mu[-1]', 'mu']);
    expect(told.variables.find(({ code }) => code === 'options["beta"]')?.path).toEqual(['options', { index: 'beta' }]);
    expect(told.variables.filter(({ held }) => held).map(({ code }) => code)).toEqual(['losses', 'options', 'mu']);
    expect(told.target).toEqual({ code: 'loss', path: ['loss'] });
  });

  it('asks for nothing that would have to be computed', () => {
    const { told } = look('y = scale(x)[i].mean() + self.f(mu[i]).a.b + [t for t in losses][0] + losses[i + 1] + x.shape[0]', {});
    expect(codes(told)).toEqual(['x', 'i', 'mu', 'losses']);
  });

  it('has its terms in the order in which they are computed, each marked in its formula', () => {
    const { told } = look('kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)', {});
    expect(told.terms.map(({ code }) => code)).toEqual([
      '1 + logvar',
      'mu.pow(2)',
      '1 + logvar - mu.pow(2)',
      'logvar.exp()',
      '1 + logvar - mu.pow(2) - logvar.exp()',
      'torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)',
      '-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)',
    ]);
    for (const { id } of [...told.terms, ...told.variables]) expect(told.latex).toContain(String.raw`\term{${id}}{`);
    expect(told.latex).not.toMatch(/\\term\{(?![tv]\d)/);
  });

  it('is none where nothing is computed', () => {
    const { text } = read('pass');
    expect(new TermReader(parser).terms(text, { start: text.indexOf('class Model'), end: text.indexOf('class Model') + 5 })).toBeNull();
    expect(new TermReader(parser).terms(text, { start: 0, end: 6 })).toBeNull();
  });
});

describe('the terms of a statement', () => {
  it('are computed from what the program holds', () => {
    const { terms } = look('kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)', {
      mu: array([1, 2, 3, 4], [2, 2]),
      logvar: array([0, 0, 0, 0], [2, 2]),
    });
    expect(terms.get('mu.pow(2)')).toMatchObject({ shape: [2, 2], dtype: 'float32' });
    expect(range(terms.get('mu.pow(2)'))).toEqual({ least: 1, greatest: 16, mean: 7.5 });
    expect(range([...terms.values()].at(-1))).toEqual({ least: 2.5, greatest: 12.5, mean: 7.5 });
    expect(origins(terms)).toEqual([]);
  });

  it('overflow as they do in the precision of the program, and say where', () => {
    const line = 'kl = (1 + logvar - logvar.exp()).mean()';
    expect(origins(look(line, { logvar: array([1, 89]) }).terms)).toEqual(['infinity at logvar.exp()']);
    expect(origins(look(line, { logvar: array([1, 89], [2], { dtype: 'float64' }) }).terms)).toEqual([]);
    expect(origins(look(line, { logvar: array([1, 12], [2], { dtype: 'float16' }) }).terms)).toEqual(['infinity at logvar.exp()']);
    expect(origins(look(line, { logvar: array([1, 12], [2], { dtype: 'bfloat16' }) }).terms)).toEqual([]);
    // In which precision it is then computed is not known.
    expect(origins(look(line, { logvar: array([1, 89]) }, true).terms)).toEqual([]);
    expect(origins(look('kl = logvar.double().exp()', { logvar: array([1, 89]) }).terms)).toEqual([]);
  });

  it('say where NaN arises, and not where it only goes on', () => {
    expect(origins(look('y = (x / x.sum()).log() * mu', { x: array([0, 0]), mu: array([1, 1]) }).terms)).toEqual(['nan at x / x.sum()']);
    expect(origins(look('y = x * mu + 1', { x: array([NaN, 0]), mu: array([1, 1]) }).terms)).toEqual([]);
    expect(origins(look('y = x.log()', { x: array([NaN, 0]) }).terms)).toEqual(['infinity at x.log()']);
    expect(origins(look('y = x.log() * x', { x: array([1, 0]) }).terms)).toEqual(['infinity at x.log()', 'nan at x.log() * x']);
    expect(origins(look('y = (x.std(dim=0) + 1).log()', { x: array([1, 2], [1, 2]) }).terms)).toEqual(['nan at x.std(dim=0)']);
  });

  it('are as they are written, where what has the same value would stay finite', () => {
    const { terms } = look('p = scores.exp() / scores.exp().sum(-1, keepdim=True)', { scores: array([100, 0], [1, 2]) });
    expect(origins(terms)).toEqual(['infinity at scores.exp()', 'nan at scores.exp() / scores.exp().sum(-1, keepdim=True)']);
    expect(origins(look('p = torch.softmax(scores, -1)', { scores: array([100, 0], [1, 2]) }).terms)).toEqual([]);
  });

  it('take an infinity that the code writes for meant', () => {
    const values = { scores: array([1, 2, 3, 4], [2, 2]), mask: array([1, 0, 1, 1], [2, 2], { dtype: 'bool' }) };
    const { terms } = look("p = torch.softmax(scores.masked_fill(mask == 0, float('-inf')), dim=-1)", values);
    expect(origins(terms)).toEqual([]);
    expect(terms.get("scores.masked_fill(mask == 0, float('-inf'))")).toMatchObject({ summary: { negativeInfinity: 1 } });
    const all = look("p = torch.softmax(scores.masked_fill(mask == 0, float('-inf')), dim=-1)", {
      ...values,
      mask: array([0, 0, 1, 1], [2, 2], { dtype: 'bool' }),
    });
    expect(origins(all.terms)).toEqual([expect.stringMatching(/^nan at torch\.softmax/)]);
  });

  it('are not told where the program decides: calls, draws, what was not read or not whole', () => {
    const { terms } = look('z = mu + torch.randn_like(mu) * scale(mu) + self.net(mu).exp() + F.dropout(mu) + torch.nan_to_num(mu)', {
      mu: array([1, 2]),
    });
    expect(problem(terms.get('torch.randn_like(mu)'))).toContain('nothing is called');
    expect(problem(terms.get('scale(mu)'))).toBe('calls `scale`, and nothing is called');
    expect(problem(terms.get('self.net(mu).exp()'))).toBe('calls `self.net`, and nothing is called');
    expect(problem(terms.get('F.dropout(mu)'))).toContain('F.dropout');
    expect(problem(terms.get('torch.nan_to_num(mu)'))).toContain('nan_to_num');
    const why = { kind: 'unread', why: 'is a property' } as const;
    const others = look('y = (self.beta * x).sum() + mu.exp() * mu.shape[0]', {
      'self.beta': why,
      x: array([1]),
      mu: array([1, 2], [70_000, 4], { sampled: true }),
    });
    expect(problem(others.terms.get('(self.beta * x).sum()'))).toBe('is a property');
    expect(problem(others.terms.get('mu.exp()'))).toBe('is too large to be read whole');
    expect(
      look('y = x / mu.shape[0]', { x: array([140_000]), mu: array([1], [70_000, 4], { sampled: true }) }).terms.get('x / mu.shape[0]'),
    ).toMatchObject({ summary: { finite: { mean: 2 } } });
  });

  it('take axes, switches and settings from the program', () => {
    const x = array([1, 2, 3, 4, 5, 6], [2, 3]);
    const number = (value: number) => ({ kind: 'number', type: 'int', value }) as const;
    expect(look('y = x.sum(dim=self.axis)', { x, 'self.axis': number(0) }).terms.get('x.sum(dim=self.axis)')).toMatchObject({ shape: [3] });
    expect(look('y = x.sum(dim=self.axis)', { x, 'self.axis': number(1) }).terms.get('x.sum(dim=self.axis)')).toMatchObject({ shape: [2] });
    expect(
      look('y = x.sum(0, keepdim=options)', { x, options: { kind: 'number', type: 'bool', value: 1 } }).terms.get(
        'x.sum(0, keepdim=options)',
      ),
    ).toMatchObject({ shape: [1, 3] });
    expect(
      look('y = F.mse_loss(x, x, reduction=self.how)', { x, 'self.how': { kind: 'text', value: 'none' } }).terms.get(
        'F.mse_loss(x, x, reduction=self.how)',
      ),
    ).toMatchObject({ shape: [2, 3] });
    expect(
      look('y = x if self.on else x * 2', { x, 'self.on': { kind: 'number', type: 'bool', value: 0 } }).terms.get(
        'x if self.on else x * 2',
      ),
    ).toMatchObject({ summary: { finite: { greatest: 12 } } });
  });

  it('go by an array or by what a list holds, whichever it is', () => {
    const held = { kind: 'unread', why: 'is an element of an array' } as const;
    const ofArray = look('y = losses[0] * 2', { losses: array([5, 7]), 'losses[0]': held });
    expect(range(ofArray.terms.get('losses[0] * 2'))).toMatchObject({ greatest: 10 });
    const ofList = look('y = losses[0] * 2', { losses: { kind: 'unread', why: 'is a list' }, 'losses[0]': array([3]) });
    expect(range(ofList.terms.get('losses[0] * 2'))).toMatchObject({ greatest: 6 });
  });

  it('agree with what the statement has assigned, or not', () => {
    const line = 'y = (x * x).sum()';
    const one = array([14.000001], []);
    expect(look(line, { x: array([1, 2, 3]), y: one }).isTarget).toBe(true);
    expect(look(line, { x: array([1, 2, 4]), y: one }).isTarget).toBe(false);
    expect(look(line, { x: array([1, 2, 3]) }).isTarget).toBeNull();
    const mean = look('y = x.mean()', { x: array([1, NaN]), y: array([NaN], []) });
    expect(mean.isTarget).toBe(true);
    expect(look('y += x.sum()', { x: array([1, 2]), y: array([3], []) }).told.terms.at(-1)?.code).toBe('y += x.sum()');
  });

  it('are what the array’s own library computes', () => {
    const numpy = { library: 'numpy' } as Partial<ProgramValue>;
    const spread = (line: string, more = {}): unknown => range([...look(line, { x: array([1, 3], [2], more) }).terms.values()].at(-1));
    expect(spread('y = x.var()')).toMatchObject({ mean: 2 });
    expect(spread('y = x.var()', numpy)).toBe('calls `x.var`, and nothing is called');
    expect(spread('y = np.var(x)', numpy)).toMatchObject({ mean: 1 });
    expect(spread('y = torch.var(x)')).toMatchObject({ mean: 2 });
  });

  it('are not told of bits of whole numbers, nor of what a call does beside', () => {
    const whole = array([1, 2], [2], { dtype: 'int64' });
    expect(problem(look('y = ~x', { x: whole }).terms.get('~x'))).toBe('works on the bits of whole numbers');
    expect(problem(look('y = x & mu', { x: whole, mu: whole }).terms.get('x & mu'))).toBe('works on the bits of whole numbers');
    const mask = array([1, 0], [2], { dtype: 'bool' });
    expect(look('y = ~x', { x: mask }).terms.get('~x')).toMatchObject({ dtype: 'bool', summary: { finite: { mean: 0.5 } } });
    expect(problem(look('y = np.sum(x, where=mask)', { x: whole, mask }).terms.get('np.sum(x, where=mask)'))).toContain(
      'nothing is called',
    );
  });

  it('are in no precision that is known where a call asks for another one', () => {
    const half = array([1, 12], [2], { dtype: 'float16' });
    const { terms } = look('y = torch.exp(torch.sum(x, dim=0, dtype=torch.float32))', { x: half });
    expect(origins(terms)).toEqual([]);
    expect(terms.get('torch.sum(x, dim=0, dtype=torch.float32)')).toMatchObject({ dtype: '' });
  });

  it('do not end a call that does not fit the shapes, nor one that is too large', () => {
    expect(problem(look('y = x @ mu', { x: array([1, 2], [1, 2]), mu: array([1, 2, 3], [3, 1]) }).terms.get('x @ mu'))).toMatch(
      /^cannot be computed: /,
    );
    const long = array(Array<number>(60_000).fill(1));
    expect(problem(look('y = torch.outer(x, x)', { x: long }).terms.get('torch.outer(x, x)'))).toMatch(/^cannot be computed: /);
  });
});
