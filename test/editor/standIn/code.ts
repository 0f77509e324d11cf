/** The statements that the stand-in of the reader knows. */

import type { Finding, FormulaVariable } from '../../../src/protocol/python.ts';

export interface KnownCode extends Pick<Finding, 'formula' | 'latex' | 'equality' | 'remarks'> {
  readonly code: string;
  /** Each stands in the code by its id. */
  readonly variables: readonly Omit<FormulaVariable, 'spans' | 'code'>[];
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
} as const satisfies Record<string, KnownCode>;
