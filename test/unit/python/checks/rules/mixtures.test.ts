/** Gradient penalties between real and generated examples: the share of each, and what the lengths are held at. */

import { describe, expect, test } from 'vitest';
import { go, severities, told } from './told.ts';

const penalty = (share: string, mixture: string, last = 'return ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean()'): string =>
  go('d, a, b', share, `x = (${mixture}).requires_grad_()`, 'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]', last).replace(
    'def go',
    'def gradient_penalty',
  );
const mixture = 'e * a + (1 - e) * b';

describe('one share for the whole batch', () => {
  test.each([
    ['torch.rand(1)', mixture],
    ['torch.rand(1, 1, 1, 1)', mixture],
    ['torch.rand(())', 'b + e * (a - b)'],
    ['torch.rand(1, 1)', 'torch.lerp(b, a, e)'],
    ['np.random.uniform()', mixture],
    ['np.random.uniform(0, 1)', mixture],
    ['np.random.rand()', mixture],
  ])('%s in %s', async (draw, mixed) => {
    const code = penalty(`e = ${draw}`, mixed);
    expect(await told(code)).toEqual([`penalty-not-per-example: ${draw}`]);
    expect(await severities(code)).toEqual(['info']);
  });

  test.each([
    ['torch.rand(len(a), 1, 1, 1)', mixture],
    ['torch.rand((len(a), 1))', mixture],
    ['torch.rand_like(a)', mixture],
    ['torch.rand(shape)', mixture],
    ['torch.rand(*shape)', mixture],
    ['np.random.uniform(0, 1, (len(a), 1))', mixture],
    ['np.random.uniform(size=(len(a), 1))', mixture],
  ])('is none with %s', async (draw, mixed) => {
    expect(await told(penalty(`e = ${draw}`, mixed))).toEqual([]);
  });
});

describe('a difference to 1', () => {
  const of = (last: string): string => penalty('e = torch.rand(len(a), 1)', mixture, last);

  test.each(['(g.norm(2, dim=1) - 1).mean()', '10 * torch.mean(torch.sqrt((g ** 2).sum(1) + 1e-12) - 1.0)'])(
    'is not squared in %s',
    async (value) => {
      expect((await told(of(`return ${value}`))).map((one) => one.split(':')[0])).toEqual(['minimum-elsewhere']);
    },
  );

  test.each([
    'return ((g.norm(2, dim=1) - 1) ** 2).mean()',
    'return (g.norm(2, dim=1) - 1).abs().mean()',
    'return F.relu(g.norm(2, dim=1) - 1).mean()',
    'return g.norm(2, dim=1).mean()',
  ])('is, or there is none: %s', async (last) => {
    expect(await told(of(last))).toEqual([]);
  });
});
