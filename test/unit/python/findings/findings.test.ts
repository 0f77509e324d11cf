import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { plainLatex, termIds } from '../../../../src/formulas/formula.ts';
import type { Finding } from '../../../../src/protocol/python.ts';
import { likelyScale, numberInWords } from '../../../../src/python/findings/scale.ts';
import { FormulaReader } from '../../../../src/python/reader/formulas.ts';
import { pythonParser } from '../syntax/parser.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

const ids = [
  'kl_diag_std_normal',
  'mse',
  'reparam',
  'beta_vae',
  'gan_g_ns',
  'ddpm_eps_mse',
  'q_sample',
  'kl_categorical',
  'label_smoothing',
];
const few = ids.flatMap((id) => catalogue.get(id) ?? []);

/** What is found in the body of a function of these parameters. */
async function found(parameters: string, ...lines: string[]): Promise<{ text: string; findings: Finding[] }> {
  const text = `import torch\nimport torch.nn.functional as F\ndef f(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;
  const reader = new FormulaReader(parser, few, (error) => {
    throw error;
  });
  return { text, findings: await reader.read('', text, { limit: Infinity }) };
}

const kl = '(mu ** 2 + logvar.exp() - 1 - logvar)';

describe('what differs from the formula', () => {
  it.each([
    [`return 0.5 * ${kl}.sum(dim=1)`, []],
    [`return 0.5 * ${kl}.sum(dim=1).mean()`, ['mean over the batch']],
    [`return 0.5 * ${kl}.sum()`, ['sum over the batch']],
    [`return ${kl}.sum(-1)`, ['times 2']],
    [`return 0.5 * ${kl}.mean()`, ['mean over the batch and the dimensions']],
    [`return 0.5 * ${kl}`, ['one number for each of the dimensions, not summed']],
    // As many as there are dimensions where it is compared first.
    [`return ${kl}.sum(1).mean() / 4`, ['mean over the batch', 'times 1/2']],
    [`return ${kl}.mean(0).sum() / 8`, ['mean over the batch', 'times 1/4']],
    [`return beta * 0.5 * ${kl}.sum(1)`, ['weighted by `beta`']],
    [`return 0.5 * ${kl}.sum() / batch_size`, ['sum over the batch', 'divided by `batch_size`']],
    [`return 0.5 * (${kl}.sum(1) * mask).sum() / mask.sum()`, ['mean over the batch', 'masked by `mask`']],
    [`return 0.5 * (${kl}.sum(1) * mask).sum()`, ['sum over the batch', 'masked by `mask`']],
    [`return 0.5 * ${kl}.sum(1) + 3`, ['up to a constant']],
  ])('is said in words: %s', async (line, remarks) => {
    const { findings } = await found('mu, logvar, x, mask, beta=1.0, batch_size=4', line);
    expect(findings.map(({ formula, remarks: said }) => [formula, said])).toEqual([['kl_diag_std_normal', remarks]]);
    expect(findings[0]!.equality).toBe(remarks.includes('up to a constant') ? 'up to constant' : 'exact');
  });

  it('is also told of what was made in place, by a statement that has no value', async () => {
    const { findings } = await found(
      'log_q',
      'if log_q.dim() == 2:',
      '    log_q = log_q.unsqueeze(1)',
      'b, t, n = log_q.shape',
      'targets = targets.view(-1)',
      'with torch.no_grad():',
      '    p = log_q.clone()',
      '    ignored = targets == pad',
      '    p.scatter_(1, targets.unsqueeze(1), confidence)',
      "loss = F.kl_div(log_q, p, reduction='none')",
      'loss = loss.masked_fill(ignored.unsqueeze(1), 0)',
      "if reduction == 'mean':",
      '    return loss.view(b, -1).sum(1) / length',
    );
    expect(new Set(findings.map(({ formula }) => formula))).toEqual(new Set(['kl_categorical']));
  });

  it('is what terms of a sum are multiplied by', async () => {
    const { findings } = await found(
      'recon_x, x, mu, logvar, beta',
      'rec = F.mse_loss(recon_x, x)',
      `kl = 0.5 * ${kl}.sum(1).mean()`,
      'return rec + 2 * beta * kl',
    );
    expect(findings.at(-1)).toMatchObject({
      formula: 'beta_vae',
      parts: ['mse', 'kl_diag_std_normal'],
      remarks: [expect.stringMatching(/^divergence times `2 \* beta`$/)],
    });
  });
});

describe('the factor of a fit', () => {
  const lengths = { B: [3], D: [2, 4] };
  it('is taken for means where a number would be odd', () => {
    expect(likelyScale(1 / 3, ['B', 'D'], lengths)).toEqual({ means: ['B'], factor: 1 });
    expect(likelyScale(0.5 / 24, ['B', 'D'], lengths)).toEqual({ means: ['B', 'D'], factor: 0.5 });
    expect(likelyScale(0.5, ['B', 'D'], lengths)).toEqual({ means: [], factor: 0.5 });
  });

  it.each([
    [0.5, '1/2'],
    [-2, '-2'],
    [2 / 3, '2/3'],
    [0.3712, '0.371'],
    [1e-4, '0.0001'],
    [7 / 12, '7/12'],
  ])('%s is written as %s', (value, words) => expect(numberInWords(value)).toBe(words));
});

describe('the variables of a finding', () => {
  it('are those of its LaTeX, each with where it stands', async () => {
    const { text, findings } = await found('mu, logvar', `kl = 0.5 * ${kl}.sum(1)`, 'return kl');
    const [finding] = findings;
    expect(plainLatex(finding!.latex)).toContain(String.raw`\sigma^{2}`);
    expect(new Set(finding!.variables.map(({ id }) => id))).toEqual(new Set(termIds(finding!.latex)));
    for (const { code, spans } of finding!.variables)
      expect(spans.map(({ start, end }) => text.slice(start, end))).toEqual(spans.map(() => code));
    expect(finding!.variables.find(({ code }) => code === 'logvar')).toMatchObject({ term: 'std', encoding: 'log-variance' });
    expect(finding!.variables.find(({ code }) => code === 'kl')).toMatchObject({ term: null, encoding: null });
  });

  it('stand where they are made where the statement only names what is made of them', async () => {
    const { text, findings } = await found(
      'mu, logvar',
      'var = logvar.exp()',
      'terms = mu ** 2 + var - 1 - logvar',
      'total = terms.sum(1)',
      'return 0.5 * total',
    );
    const last = findings.at(-1)!;
    expect(text.slice(last.start, last.end)).toBe('return 0.5 * total');
    const mean = last.variables.find(({ term }) => term === 'mean')!;
    expect(mean.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['mu']);
    // The formula is seen in what the names stand for.
    expect(last.latex).toContain(`\\term{${mean.id}}{`);
  });

  it('are not looked for in a value that its name has no more', async () => {
    const { findings } = await found('mu, logvar', `total = ${kl}.sum(1)`, 'mu = mu + 1', 'return 0.5 * total');
    const last = findings.at(-1)!;
    expect(last.formula).toBe('kl_diag_std_normal');
    expect(termIds(last.latex)).toEqual(['total']);
  });

  it('may be made of several, and then are the first that stands in them alone', async () => {
    const { text, findings } = await found('model, x_t, t, noise', 'return F.mse_loss(model(x_t, t), noise)');
    const [finding] = findings;
    const prediction = finding?.variables.find(({ code }) => code === 'model(x_t, t)');
    expect(prediction).toMatchObject({ term: 'prediction', id: 'model' });
    expect(prediction!.spans.map(({ start, end }) => text.slice(start, end))).toEqual(['model(x_t, t)']);
    expect(finding!.variables.map(({ id }) => id)).toEqual([...new Set(finding!.variables.map(({ id }) => id))]);
  });
});
