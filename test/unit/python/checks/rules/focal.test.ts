/** Which examples a focal loss weights. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const focal = (...lines: string[]): string =>
  go(
    'logits, targets, gamma',
    'p = torch.sigmoid(logits)',
    'ce = F.binary_cross_entropy_with_logits(logits, targets, reduction="none")',
    ...lines,
  );

describe('a focal weight', () => {
  test.each([
    [
      'of what is called the probability of the right class',
      focal('pt = torch.where(targets == 1, 1 - p, p)', 'return ((1 - pt) ** gamma * ce).mean()'),
      'wrong-direction: torch.where(targets == 1, 1 - p, p)',
    ],
    [
      'of a mixture',
      focal('p_t = p * (1 - targets) + (1 - p) * targets', 'return (ce * (1 - p_t) ** gamma).mean()'),
      'wrong-direction: p * (1 - targets) + (1 - p) * targets',
    ],
    [
      'without the complement',
      focal('w = (p * targets + (1 - p) * (1 - targets)) ** gamma', 'return (w * ce).mean()'),
      'wrong-direction: w * ce',
    ],
  ])('%s is told', async (_, code, expected) => {
    expect((await told(code))[0]?.split(':', 1)[0]).toBe(expected.split(':', 1)[0]);
  });

  test.each([
    ['as it is', focal('pt = torch.where(targets == 1, p, 1 - p)', 'return ((1 - pt) ** gamma * ce).mean()')],
    [
      'of the probability of error, whatever it is called',
      focal('pt = (1 - p) * targets + p * (1 - targets)', 'return (pt ** gamma * ce).mean()'),
    ],
    ['of a label alone', focal('w = (0.25 * targets + 0.75 * (1 - targets)) ** gamma', 'return (w * ce).mean()')],
    ['of another power', go('p, targets, n, x', 'pt = torch.where(targets == 1, 1 - p, p)', 'return ((1 - pt) ** n * x).mean()')],
  ])('is right %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
