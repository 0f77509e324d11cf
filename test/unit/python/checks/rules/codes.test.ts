/** Quantisation by a code book: what is held constant, which way round a difference is, how many codes are used. */

import { describe, expect, test } from 'vitest';
import { go, mended, told } from './told.ts';

const nearest = ['q = codes[torch.cdist(z, codes).argmin(-1)]'];
const estimator = (value: string): string => go('z, codes', ...nearest, `return ${value}`);

describe('a straight-through estimator', () => {
  test.each([
    ['z + (z - q).detach()', 'return z + (q - z).detach()'],
    ['z - (q - z).detach()', 'return z - (z - q).detach()'],
  ])('with its difference the other way round: %s', async (value, line) => {
    expect(await told(estimator(value))).toEqual([`other-sign: ${value}`]);
    expect(await mended(estimator(value))).toBe(line);
  });

  test('of what is rounded', async () => {
    expect(await told(go('x', 'return x + (x - torch.round(x)).detach()'))).toHaveLength(1);
    expect(await told(go('x', 'return x + (torch.round(x) - x).detach()'))).toEqual([]);
  });

  test('of what a code book is asked for', async () => {
    const asked = (value: string): string => go('z, codebook', 'picked = codebook(z)', `return ${value}`);
    expect(await told(asked('picked + (z - picked).detach()'))).toEqual([expect.stringContaining('straight-through-exchanged: ')]);
    expect(await told(asked('z + (picked - z).detach()'))).toEqual([]);
  });

  test.each(['z + (q - z).detach()', 'z - (z - q).detach()', 'z - q.detach()', '2 * z - q.detach()'])(
    'is right, or none: %s',
    async (value) => {
      expect(await told(estimator(value))).toEqual([]);
    },
  );
});

describe('code book and commitment', () => {
  const losses = (book: string, commitment: string): string =>
    go('h, e, beta', `return F.mse_loss(${book}) + beta * F.mse_loss(${commitment})`);

  test.each([
    ['the commitment', losses('e, h.detach()', 'h, e')],
    ['the code book', losses('e, h', 'h, e.detach()')],
  ])('%s holds neither side', async (_, code) => {
    expect(await told(code)).toEqual([expect.stringContaining('held-side: ')]);
  });

  test('of which one holds both sides', async () => {
    const both = losses('e.detach(), h.detach()', 'h, e.detach()');
    expect(await told(both)).toEqual([expect.stringContaining('held-side: ')]);
    expect(await told(losses('e, h.detach()', 'h, e.detach()'))).toEqual([]);
  });

  const added = (commitment: string): string =>
    go(
      'h, e, beta',
      'loss = 0.0',
      'loss = loss + F.mse_loss(e, h.detach())',
      `loss = loss + beta * F.mse_loss(${commitment})`,
      'return loss',
    );

  test('of what is added one by one hold the same side', async () => {
    expect(await told(added('h.detach(), e'))).toEqual([expect.stringContaining('held-side: beta * F.mse_loss(h.detach(), e)')]);
    expect(await told(added('h, e.detach()'))).toEqual([]);
  });

  test('are called the latents of encoder and code book', async () => {
    const latents = (encoder: string): string =>
      go(
        'h, e',
        `e_latent_loss = F.mse_loss(${encoder})`,
        'q_latent_loss = F.mse_loss(e, h.detach())',
        'return q_latent_loss + 0.25 * e_latent_loss',
      );
    expect(await told(latents('e.detach(), h.detach()'))).toEqual([
      expect.stringContaining('held-side: F.mse_loss(e.detach(), h.detach())'),
    ]);
    expect(await told(latents('e.detach(), h'))).toEqual([]);
  });

  test.each([
    ['each holds one', losses('e, h.detach()', 'h, e.detach()')],
    ['of no code', losses('student, teacher.detach()', 'student, teacher').replace('h, e, beta', 'student, teacher, beta')],
    ['of other things', go('x, y, e, h', 'return F.mse_loss(x, y) + F.mse_loss(h, e.detach())')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a perplexity', () => {
  const scores = ['lp = x.log_softmax(-1).gather(-1, y[:, None]).squeeze(-1)'];
  test.each([
    ['of an entropy that is averaged', go('p', 'return torch.exp(-(p * torch.log(p + 1e-10)).mean(-1))'), 'another-reduction'],
    ['in NumPy', go('n', 'p = n / n.sum()', 'return np.exp(-np.mean(p * np.log(p + 1e-10)))'), 'another-reduction'],
    ['of a whole text', go('x, y', ...scores, 'return torch.exp(-lp.sum())'), 'perplexity-base'],
    ['of a summed cross-entropy', go('x, y', 'return torch.exp(F.cross_entropy(x, y, reduction="sum"))'), 'perplexity-base'],
  ])('is none: %s', async (_, code, rule) => {
    expect(await told(code)).toEqual([expect.stringContaining(`${rule}: `)]);
  });

  test.each([
    ['of the codes in use', go('p', 'return torch.exp(-(p * torch.log(p + 1e-10)).sum(-1))')],
    ['averaged over groups', go('p', 'return torch.exp(-(p * p.log()).sum(-1).mean())')],
    ['of a mean', go('x, y', ...scores, 'return torch.exp(-lp.mean())')],
    ['a likelihood', go('x, y', ...scores, 'return torch.exp(lp.sum())')],
    ['ratios of policies', go('old, x, y', ...scores, 'return torch.exp((lp - old).sum(-1))')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
