/** What smoothed targets sum to. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

describe('smoothed targets', () => {
  test.each([
    ['beside the whole label', go('target, n, eps', 'y = F.one_hot(target, n).float()', 'return y + eps / n'), 'y + eps / n'],
    [
      'of which each is the smoothing',
      go(
        'x, target, smoothing',
        't = torch.zeros_like(x)',
        't.fill_(smoothing)',
        't.scatter_(1, target.unsqueeze(1), 1 - smoothing)',
        'return t',
      ),
      'smoothing',
    ],
    [
      'as a sum of logarithms',
      go(
        'logits, y, eps',
        'lp = logits.log_softmax(-1)',
        'nll = F.nll_loss(lp, y)',
        'uniform = -lp.sum(-1).mean()',
        'return (1 - eps) * nll + eps * uniform',
      ),
      'lp.sum(-1)',
    ],
  ])('%s sum to more than 1', async (_, code, at) => {
    expect(await told(code)).toEqual([`targets-sum: ${at}`]);
  });

  test.each([
    ['a share of the smoothing', go('target, n, eps', 'y = F.one_hot(target, n).float()', 'return y * (1 - eps) + eps / n')],
    [
      'a share of it in what is filled',
      go(
        'x, target, smoothing, n',
        't = torch.zeros_like(x)',
        't.fill_(smoothing / (n - 1))',
        't.scatter_(1, target.unsqueeze(1), 1 - smoothing)',
        'return t',
      ),
    ],
    [
      'a mean of logarithms',
      go(
        'logits, y, eps',
        'lp = logits.log_softmax(-1)',
        'nll = F.nll_loss(lp, y)',
        'uniform = -lp.mean(-1).mean()',
        'return (1 - eps) * nll + eps * uniform',
      ),
    ],
    [
      'a share beside a sum',
      go(
        'logits, y, eps',
        'lp = logits.log_softmax(-1)',
        'nll = F.nll_loss(lp, y)',
        'share = eps / lp.size(-1)',
        'return (1 - eps) * nll + share * -lp.sum(-1).mean()',
      ),
    ],
    ['something else that is added', go('target, n, bias', 'return F.one_hot(target, n).float() + bias / n')],
  ])('are right with %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
