/** The statements that the stand-in of the reader knows. */

import type { Diagnostic, Finding, FormulaVariable } from '../../../src/protocol/python.ts';

export interface KnownCode extends Pick<Finding, 'formula' | 'latex' | 'equality' | 'remarks'> {
  readonly code: string;
  /** Each stands in the code by its id. */
  readonly variables: readonly Omit<FormulaVariable, 'spans' | 'code'>[];
  /** Told once the text has been checked. */
  readonly wrong?: KnownFault;
}

/** Places are pieces of the code. */
export interface KnownFault extends Pick<Diagnostic, 'rule' | 'severity' | 'message' | 'compared'> {
  readonly at: string;
  readonly related?: { readonly at: string; readonly message: string };
  /** What stands in place of what is wrong. */
  readonly fix?: { readonly title: string; readonly text: string };
}

const variable = (id: string, symbol: string, term: string | null, encoding: string | null = null) => ({ id, symbol, term, encoding });

export const knownCode = {
  attention: {
    code: 'torch.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)), -1) @ v',
    formula: 'sdpa',
    latex: String.raw`\mathrm{softmax}\Bigl(\frac{\term{q}{q}\,\term{k}{k}^\top}{\sqrt{d_q}}\Bigr)\term{v}{v}`,
    equality: 'exact',
    remarks: [],
    variables: [variable('q', 'q', 'query'), variable('k', 'k', 'key'), variable('v', 'v', 'value')],
  },
  kl: {
    code: 'kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1).mean()',
    formula: 'kl_diag_std_normal',
    latex: String.raw`-\tfrac12\,\mathbb{E}\sum_j\bigl(1+\term{logvar}{\log\sigma^2}-\term{mu}{\mu}^2-\exp\term{logvar}{\log\sigma^2}\bigr)`,
    equality: 'exact',
    remarks: ['mean over the batch'],
    variables: [variable('mu', String.raw`\mu`, 'mean'), variable('logvar', String.raw`\log\sigma^2`, 'std', 'log-variance')],
  },
  near: {
    code: 'torch.softmax(q @ k.T, -1)',
    formula: 'sdpa_weights',
    latex: String.raw`\mathrm{softmax}(\term{q}{q}\,\term{k}{k}^\top)`,
    equality: 'near miss',
    remarks: ['without the scale'],
    variables: [variable('q', 'q', 'query'), variable('k', 'k', 'key')],
  },
  masked: {
    code: 'scores.masked_fill(mask == 0, 1e-9)',
    formula: null,
    latex: String.raw`\mathrm{fill}(\term{scores}{s},\term{mask}{m},10^{-9})`,
    equality: 'near miss',
    remarks: [],
    variables: [variable('scores', 's', null), variable('mask', 'm', null)],
    wrong: {
      rule: 'mask-keeps-weight',
      severity: 'warning',
      message: 'What is masked is set to 1e-9 before the softmax, and keeps weight.',
      at: '1e-9',
      related: { at: 'mask == 0', message: 'The mask is here.' },
      fix: { title: 'Set it to minus infinity', text: 'float("-inf")' },
      compared: null,
    },
  },
  unscaled: {
    code: 'torch.softmax(a @ b.T * math.sqrt(d), -1)',
    formula: 'sdpa_weights',
    latex: String.raw`\mathrm{softmax}(\term{a}{a}\,\term{b}{b}^\top\sqrt{\term{d}{d}})`,
    equality: 'near miss',
    remarks: [],
    variables: [variable('a', 'a', 'query'), variable('b', 'b', 'key'), variable('d', 'd', null)],
    wrong: {
      rule: 'planted',
      severity: 'info',
      message: 'Scores are multiplied by sqrt(d), where they are divided by it.',
      at: '* math.sqrt(d)',
      fix: { title: 'Divide by sqrt(d)', text: '/ math.sqrt(d)' },
      compared: {
        written: String.raw`\mathrm{softmax}\bigl(\term{a}{a}\,\term{b}{b}^\top\term{differs}{\sqrt{d}}\bigr)`,
        right: String.raw`\mathrm{softmax}\Bigl(\frac{\term{a}{a}\,\term{b}{b}^\top}{\term{differs}{\sqrt{d}}}\Bigr)`,
      },
    },
  },
} as const satisfies Record<string, KnownCode>;
