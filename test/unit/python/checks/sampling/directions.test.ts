/** Steps along a velocity: with the time, or against it. */

import { describe, expect, test } from 'vitest';
import { only, rulesOf } from '../near/told.ts';

const imports = 'import numpy as np\nimport torch\n';
const sampler = (loop: string, ...lines: string[]): string =>
  `\ndef encode(field, x, n=50):\n    h = 1.0 / n\n    ${loop}:\n${lines.map((line) => `        ${line}\n`).join('')}    return x\n`;
const forward = sampler('for i in range(n)', 'x = x + h * field(x, i * h)');
const trained = `
def loss(field, x0, x1):
    t = torch.rand(len(x0), 1)
    x_t = (1 - t) * x0 + t * x1
    return (field(x_t, t) - (x1 - x0)).pow(2).mean()
`;
const levels = 'for a, b in zip(ts[:-1], ts[1:])';

describe('a step goes the other way than its time', () => {
  test.each([
    ['a round counted down', sampler('for i in reversed(range(n))', 'x = x + h * field(x, (i + 1) * h)')],
    ['a range that falls', sampler('for i in range(n, 0, -1)', 't = torch.full((len(x),), i / n)', 'x = x + field(x, t) / n')],
    ['a time that falls as the round rises', sampler('for i in range(n)', 'x = x + h * field(x, 1.0 - i * h)')],
    ['times that fall', sampler('for t in torch.linspace(1, 0, n)', 'v = field(x, t)', 'x = x + v * h')],
    ['times turned round', sampler('for t in np.linspace(0, 1, n)[::-1]', 'x += field(x, t) / n')],
    ['levels by subscript', sampler('for i in range(n)', 'x = x + (ts[i] - ts[i + 1]) * field(x, ts[i].expand(len(x)))')],
    ['levels in pairs', sampler(levels, 'dt = a - b', 'x = x + dt * field(x, a)')],
    ['a step taken off while the time rises', sampler('for i in range(n)', 'x = x - h * field(x, i * h)')],
  ])('%s', async (_, code) => {
    for (const beside of [forward.replace('encode', 'sample'), trained])
      expect(await only(imports + beside + code)).toMatchObject({ rule: 'wrong-direction', severity: 'warning' });
    // By itself the velocity may be the negative of another's.
    expect(await rulesOf(imports + code)).toEqual([]);
  });

  test.each([
    ['down', sampler('for i in reversed(range(n))', 'x = x - h * field(x, (i + 1) * h)')],
    ['by levels', sampler(levels, 'x = x + (b - a) * field(x, a)')],
    ['by levels, taken off', sampler(levels, 'x = x - (a - b) * field(x, a)')],
    ['by levels that are one less the time', sampler('for i in range(n)', 'x = x + (s[i] - s[i + 1]) * field(x, 1 - s[i])')],
    ['with the velocity of what is gone to', sampler(levels, 'x = x + (b - a) * field(x, b)')],
    ['of another network', sampler('for i in reversed(range(n))', 'x = x + h * score(x, (i + 1) * h)')],
    ['of a length that is given', sampler('for i in reversed(range(n))', 'x = x + dt * field(x, i / n)')],
    ['times that are given', sampler('for t in ts', 'x = x + h * field(x, t)')],
  ])('not %s', async (_, code) => {
    for (const beside of [forward.replace('encode', 'sample'), trained]) expect(await rulesOf(imports + beside + code)).toEqual([]);
  });
});

test('slopes of a denoiser whose level has the shape of the samples', async () => {
  const step = (length: string): string => `${imports}
def to_d(x, sigma, denoised):
    return (x - denoised) / sigma[(...,) + (None,) * (x.ndim - sigma.ndim)]

def sample(model, x, sigmas):
    ones = x.new_ones([x.shape[0]])
    for lo, hi in zip(sigmas[:-1], sigmas[1:]):
        d = to_d(x, lo * ones, model(x, lo * ones))
        x = x + d * ${length}
    return x
`;
  expect(await only(step('(lo - hi)'))).toMatchObject({ rule: 'wrong-direction', mended: 'x = x + d * (hi - lo)' });
  expect(await rulesOf(step('(hi - lo)'))).toEqual([]);
});
