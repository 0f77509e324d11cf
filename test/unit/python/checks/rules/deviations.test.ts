/** What a normalisation divides by. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const layer = (...lines: string[]): string => go('x, g, b, eps', '"""Layer norm."""', 'mean = x.mean(-1, keepdim=True)', ...lines);

describe('under the root of a normalisation', () => {
  test.each([
    [
      'stands the deviation',
      layer('s = x.std(-1, keepdim=True)', 'return (x - mean) / torch.sqrt(s + eps) * g + b'),
      'function-extra: x.std(-1, keepdim=True)',
    ],
    [
      'stands what is called one',
      layer('std = x.std(-1, keepdim=True)', 'return (x - mean) / torch.sqrt(std + eps) * g + b'),
      'function-extra: torch.sqrt(std + eps)',
    ],
    [
      'stands the deviation, of an inverse root',
      layer('s = torch.sqrt(x.var(-1, keepdim=True))', 'return (x - mean) * torch.rsqrt(s + eps) * g + b'),
      'function-extra: torch.sqrt(x.var(-1, keepdim=True))',
    ],
    [
      'stands the square of the mean',
      go('x, g, eps', '"""RMS norm."""', 'm = x.mean(-1, keepdim=True) ** 2', 'return x * torch.rsqrt(m + eps) * g'),
      'another-value: x.mean(-1, keepdim=True) ** 2',
    ],
    [
      'stands the mean of the squares of what has its mean still',
      layer('v = x.pow(2).mean(-1, keepdim=True)', 'return (x - mean) * torch.rsqrt(v + eps) * g + b'),
      'another-value: x.pow(2).mean(-1, keepdim=True)',
    ],
  ])('%s', async (_, code, expected) => {
    expect(await told(code)).toEqual([expected]);
  });

  test.each([
    ['the variance', layer('v = x.var(-1, keepdim=True, unbiased=False)', 'return (x - mean) / torch.sqrt(v + eps) * g + b')],
    ['the deviation without a root', layer('s = x.std(-1, keepdim=True)', 'return (x - mean) / (s + eps) * g + b')],
    [
      'squares less the square of the mean',
      layer('v = (x ** 2).mean(-1, keepdim=True) - mean ** 2', 'return (x - mean) / torch.sqrt(v + eps) * g + b'),
    ],
    ['the mean of the squares', go('x, g, eps', '"""RMS norm."""', 'return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * g')],
    ['what is no normalisation', go('x, eps', 'return x / torch.sqrt(x.mean(-1, keepdim=True) ** 2 + eps)')],
  ])('may stand %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
