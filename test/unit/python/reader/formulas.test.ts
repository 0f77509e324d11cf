import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import type { Formula } from '../../../../src/formulas/formula.ts';
import type { Finding } from '../../../../src/protocol/python.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const few = ['kl_diag_std_normal', 'mse', 'reparam', 'beta_vae'].map((id) => catalogue.get(id)!);
const rethrow = (error: unknown): never => {
  throw error;
};
const open = (formulas: Iterable<Formula> = few): FormulaReader => new FormulaReader(parser, formulas, rethrow);
const always = { limit: Infinity };

/** What is found, line by line: the id and the code. */
const shown = (text: string, findings: readonly Finding[]): string[] =>
  findings.map(({ start, end, formula }) => `${formula}: ${text.slice(start, end)}`);

/** A formula whose readings are asked for once for every unit that is read. */
function counted(): { formulas: Formula[]; count: () => number } {
  let count = 0;
  const [first, ...others] = few;
  const formula = { ...first! };
  Object.defineProperty(formula, 'readings', {
    enumerable: true,
    get: () => {
      count++;
      return first!.readings;
    },
  });
  return { formulas: [formula, ...others], count: () => count };
}

const vae = `import torch
import torch.nn.functional as F

class VAE(torch.nn.Module):
    def __init__(self, beta=4.0):
        self.beta = beta

    def sample(self, mu, logvar):
        std = torch.exp(0.5 * logvar)
        return mu + std * torch.randn_like(std)

    def loss(self, x):
        mu, logvar = self.encoder(x)
        recon = self.decoder(self.sample(mu, logvar))
        mse = F.mse_loss(recon, x)
        kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()
        return mse + self.beta * kl

def report(prediction, target):
    return F.mse_loss(prediction, target)

print(report(1, 2))
`;

describe('the formulas of a text', () => {
  it('are those of its statements, with what they are in the code', async () => {
    const findings = await open().read('a', vae, always);
    expect(shown(vae, findings)).toEqual([
      'reparam: return mu + std * torch.randn_like(std)',
      'mse: mse = F.mse_loss(recon, x)',
      'kl_diag_std_normal: kl = -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp(), dim=1).mean()',
      'beta_vae: return mse + self.beta * kl',
      'mse: return F.mse_loss(prediction, target)',
    ]);
    const kl = findings[2]!;
    expect(kl).toMatchObject({ equality: 'exact', remarks: ['mean over the batch'], parts: [], holder: { name: 'loss' } });
    expect(vae.slice(kl.holder!.start, kl.holder!.end)).toBe('loss');
    const roles = Object.fromEntries(kl.variables.map(({ code, term, encoding }) => [code, { term, encoding }]));
    expect(roles).toMatchObject({ logvar: { term: 'std', encoding: 'log-variance' }, mu: { term: 'mean', encoding: null } });
    for (const { code, spans } of kl.variables) for (const { start, end } of spans) expect(vae.slice(start, end)).toBe(code);
    for (const { id } of kl.variables) expect(kl.latex).toContain(`\\term{${id}}{`);
    expect(findings[3]).toMatchObject({ parts: ['mse', 'kl_diag_std_normal'], remarks: [expect.stringContaining('`self.beta`')] });
  });

  it('of definitions that a place touches are those alone', async () => {
    const { formulas, count } = counted();
    const reader = open(formulas);
    const at = vae.indexOf('report(prediction');
    expect(shown(vae, await reader.read('a', vae, { ...always, within: { start: at, end: at } }))).toEqual([
      'mse: return F.mse_loss(prediction, target)',
    ]);
    expect(reader.unread('a').map(({ start }) => vae.slice(start, start + 12))).toContain('class VAE(to');
    const one = count();
    await reader.read('a', vae, always);
    expect(one).toBeGreaterThan(0);
    expect(count()).toBeGreaterThan(one);
    expect(reader.unread('a')).toEqual([]);
  });

  it('are named where they are computed, and at calls of that function where a call is asked for', async () => {
    const text = [
      'def kl(mu, logvar):',
      '    return -0.5 * (1 + logvar - mu ** 2 - logvar.exp()).sum(-1)',
      'def step(self, mu, logvar):',
      '    penalty = kl(mu, logvar)',
      '    return self.net(penalty)',
      '',
    ].join('\n');
    const reader = open();
    const all = await reader.read('a', text, always);
    expect(all.map(({ formula, holder, calls }) => [formula, holder?.name, calls])).toEqual([['kl_diag_std_normal', 'kl', null]]);
    const at = text.indexOf('penalty');
    const here = await reader.read('a', text, { ...always, within: { start: at, end: at } });
    expect(here.map(({ formula, holder, calls }) => [formula, holder?.name, calls])).toEqual([['kl_diag_std_normal', 'step', 'kl']]);
  });

  it('are named where they are finished: not half of a loss, nor where what was computed is gathered', async () => {
    const text = [
      'import torch, torch.nn.functional as F',
      'def d_loss(real_logits, fake_logits):',
      '    real_loss = F.relu(1 - real_logits).mean()',
      '    fake_loss = F.relu(1 + fake_logits).mean()',
      '    return real_loss + fake_loss',
      'def epoch(model, loader):',
      '    total = 0.0',
      '    for x, y in loader:',
      '        loss = F.cross_entropy(model(x), y)',
      '        total += loss.item() * x.size(0)',
      '    return total / len(loader)',
      '',
    ].join('\n');
    const reader = open(catalogue.values());
    const lineOf = (offset: number): number => text.slice(0, offset).split('\n').length;
    const all = await reader.read('a', text, always);
    expect(all.map(({ formula, start }) => [formula, lineOf(start)])).toEqual([
      ['hinge_d', 5],
      ['cross_entropy', 9],
    ]);
    const at = text.indexOf('real_loss');
    const here = await reader.read('a', text, { ...always, within: { start: at, end: at } });
    expect(here.map(({ formula, isPart }) => [formula, isPart])).toContainEqual(['hinge_d', true]);
  });

  it.each(['vae_torch_1.py', 'diffusion_torch_gaussian.py', 'gan_torch_losses.py'])(
    'are the same for one place as for all: %s',
    async (name) => {
      const text = readFileSync(join(import.meta.dirname, '../../../fixtures/python-formulas/seen', name), 'utf8');
      const all = await open(catalogue.values()).read('a', text, always);
      expect(all.length).toBeGreaterThan(2);
      const brief = ({ start, end, formula }: Finding) => `${start}-${end} ${formula}`;
      const reader = open(catalogue.values());
      for (const finding of all) {
        const { start } = finding;
        const here = await reader.read('a', text, { ...always, within: { start, end: start } });
        expect(here.map(brief)).toContain(brief(finding));
      }
      expect((await reader.read('a', text, always)).map(brief)).toEqual(all.map(brief));
    },
  );

  it('are told as far as there was time, and the rest when it is asked for again', async () => {
    const reader = open();
    const whole = await open().read('a', vae, always);
    expect(await reader.read('a', vae, { limit: 0 })).toEqual([]);
    expect(reader.unread('a').length).toBeGreaterThan(3);
    let found: Finding[] = [];
    for (let times = 0; reader.unread('a').length > 0 && times < 10_000; times++) found = await reader.read('a', vae, { limit: 0.01 });
    expect(found).toEqual(whole);
  });

  it('leaves the thread to what is asked of a place', async () => {
    const text = Array.from({ length: 100 }, (_, index) => vae.replaceAll('VAE', `VAE${index}`)).join('\n');
    const reader = open();
    const whole = reader.read('whole', text, always);
    await new Promise((resolve) => setImmediate(resolve));
    const before = reader.unread('whole').length;
    expect(before).toBeGreaterThan(0);
    // Long enough to take turns, if that were so.
    const place = await reader.read('place', text, { ...always, within: { start: 0, end: 30 * vae.length } });
    expect(place.length).toBeGreaterThan(30);
    expect(reader.unread('whole')).toHaveLength(before);
    await whole;
    expect(reader.unread('whole')).toEqual([]);
  });

  it('stop being read when nobody waits for them', async () => {
    const stop = new AbortController();
    const long = Array.from({ length: 200 }, (_, at) =>
      vae.replaceAll('report', `report${at}`).replaceAll('VAE', `VAE${at}`).replaceAll('4.0', `${at}.5`),
    ).join('');
    const reading = open().read('a', long, { ...always, signal: stop.signal });
    setImmediate(() => stop.abort(new Error('stopped')));
    await expect(reading).rejects.toThrow('stopped');
  });
});

describe('what is wrong with a text', () => {
  const masked = `import torch

def odd(x, mask):
    return torch.softmax(torch.where(mask, x, 0.0), dim=-1)
`;
  const rules = (findings: readonly Finding[]): string[] => findings.flatMap(({ diagnostics }) => diagnostics.map(({ rule }) => rule));

  it('is told where it is checked, but for what a comment asks to ignore', async () => {
    const reader = open();
    const read = async (text: string, options = {}): Promise<string[]> => rules(await reader.read('a', text, { ...always, ...options }));
    const checked = { checked: true };
    expect(await read(masked)).toEqual([]);
    expect(await read(masked, checked)).toEqual(['mask-keeps-weight']);
    const ignored = masked.replace('dim=-1)', 'dim=-1)  # genlens: ignore[mask-keeps-weight]');
    const anywhere = `# genlens: ignore-file[mask-keeps-weight]\n${masked}`;
    for (const text of [ignored, anywhere]) {
      expect(await reader.read('a', text, { ...always, checked: true })).toEqual([]);
      // What is at hand is left out as well where no check is asked for.
      expect(await read(text)).toEqual([]);
      expect(await read(text, { checked: true, ignored: true })).toEqual(['mask-keeps-weight']);
    }
    expect(await read(ignored.replace('keeps', 'lost'), checked)).toEqual(['mask-keeps-weight']);
  });
});

describe('a text that has changed', () => {
  const changes: [what: string, from: string, to: string, units: number][] = [
    ['nothing', 'x', 'x', 0],
    ['blanks and comments between definitions', '\n\ndef report', '\n# a comment\n\n\ndef report', 0],
    ['one function', 'return F.mse_loss(prediction, target)', 'return 2 * F.mse_loss(prediction, target)', 2],
    ['one method', 'std * torch.randn_like(std)', 'torch.randn_like(std) * std', 2],
    ['what is outside', 'print(', 'show(', 1],
  ];
  it.each(changes)('is read where the change can matter: %s', async (_, from, to, units) => {
    const { formulas, count } = counted();
    const reader = open(formulas);
    await reader.read('a', vae, always);
    const before = count();
    const text = vae.replace(from, to);
    const findings = await reader.read('a', text, always);
    expect(count() - before).toBe(units);
    expect(findings).toEqual(await open().read('b', text, always));
  });

  it('says what a new text says, whatever it was before', async () => {
    const lines = [
      ...['import torch', 'import torch.nn.functional as F', 'beta = 2.0', 'x = torch.randn(3)', 'x = x * 2', 'y = F.mse_loss(x, beta)'],
      ...[
        'def f(mu, logvar):',
        'def g(a, b):',
        'class A:',
        '    def h(self, mu, logvar):',
        '    def __init__(self): self.x = F.mse_loss',
        '    @property',
      ],
      ...[
        '    return -0.5 * torch.sum(1 + logvar - mu ** 2 - logvar.exp())',
        '        return f(mu, logvar) + F.mse_loss(mu, 0)',
        '    return a + g(a, b)',
      ],
      ...[
        '    eps = torch.randn_like(mu)',
        '    return mu + eps * logvar.exp()',
        '    return F.mse_loss(a, b) + beta * f(a, b)',
        '    x = (',
        '"""',
        ')',
        '',
        '# a',
      ],
      ...['    self.x = mu', '        kl = self.h(mu, self.x)', 'loss = g(x, y) + 4 * f(x, y)', '  if x:', 'else:'],
    ];
    const line = fc.constantFrom(...lines);
    const edit = fc.record({ at: fc.nat(), removed: fc.nat({ max: 4 }), added: fc.array(line, { maxLength: 3 }) });
    const reader = open();
    let texts = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(line, { maxLength: 40 }), fc.array(edit, { maxLength: 5 }), async (first, edits) => {
        const now = [...first];
        const key = String(texts++);
        for (const { at, removed, added } of [{ at: 0, removed: 0, added: [] }, ...edits]) {
          now.splice(at % (now.length + 1), removed, ...added);
          const text = now.join('\n');
          expect(await reader.read(key, text, always)).toEqual(await open().read('', text, always));
        }
      }),
      { numRuns: 40 },
    );
  });
});
