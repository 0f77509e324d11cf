/** Means over pairs and under distributions, and the spreads of densities. */

import { describe, expect, test } from 'vitest';
import { told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);
const def = (name: string, parameters: string, ...lines: string[]): string =>
  `import math\nimport torch\nimport torch.nn.functional as F\ndef ${name}(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;

describe('the mean discrepancy of two samples', () => {
  const rbf = def('rbf', 'a, b, s=1.0', 'return torch.exp(-torch.cdist(a, b).pow(2) / s)');
  const of = (...lines: string[]): string => rbf + def('mmd', 'x, y, n, m', ...lines).replace(/^(?:import.*\n)+/, '');

  test.each([
    ['a cross term that counts once', of('return rbf(x, x).mean() + rbf(y, y).mean() - rbf(x, y).mean()'), ['minimum-elsewhere']],
    [
      'a cross term that is added',
      of('a, b, c = rbf(x, x), rbf(y, y), rbf(x, y)', 'return a.mean() + b.mean() + 2 * c.mean()'),
      ['minimum-elsewhere'],
    ],
    [
      'one beside means without the diagonal',
      of(
        'off = 1 - torch.eye(n)',
        'kxx = (rbf(x, x) * off).sum() / (n * (n - 1))',
        'kyy = (rbf(y, y) * off).sum() / (n * (n - 1))',
        'return kxx + kyy - rbf(x, y).mean()',
      ),
      ['minimum-elsewhere'],
    ],
    ['a cross term that counts twice', of('return rbf(x, x).mean() + rbf(y, y).mean() - 2 * rbf(x, y).mean()'), []],
    ['one each way', of('return rbf(x, x).mean() + rbf(y, y).mean() - rbf(x, y).mean() - rbf(y, x).mean()'), []],
    ['half of it', of('return 0.5 * rbf(x, x).mean() + 0.5 * rbf(y, y).mean() - rbf(x, y).mean()'), []],
    ['other things that are added', of('return rbf(x, x).mean() + rbf(y, y).mean() + rbf(n, m).mean()'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('a mean under a distribution', () => {
  test.each([
    [
      'weighted by logarithms',
      def('kd', 'a, b', 's, t = a.log_softmax(-1), b.log_softmax(-1)', 'return (t * (t - s)).sum(-1)'),
      ['function-missing'],
    ],
    [
      'weighted by probabilities',
      def('kd', 'a, b', 's, t = a.log_softmax(-1), b.log_softmax(-1)', 'return (t.exp() * (t - s)).sum(-1)'),
      [],
    ],
    ['a product of other things', def('f', 'x, y', 'return (x * (x - y)).sum(-1)'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('spreads', () => {
  const pdf = (scale: string): string =>
    `import jax.numpy as jnp\nfrom jax.scipy.stats import norm\ndef log_normal(x, mean, log_var):\n    return norm.logpdf(x, mean, ${scale}).sum(-1)\n`;
  const draw = (by: string): string => def('draw', 'mean, log_var', 'eps = torch.randn_like(mean)', `return mean + ${by} * eps`);

  test.each([
    ['a log-variance for a scale', pdf('log_var'), ['spread-of-density']],
    ['a variance for a scale', pdf('jnp.exp(log_var)'), ['spread-of-density']],
    ['a scale', pdf('jnp.exp(0.5 * log_var)'), []],
    ['noise times a log-variance', draw('log_var'), ['noise-times-variance']],
    ['noise times a deviation', draw('(0.5 * log_var).exp()'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});
