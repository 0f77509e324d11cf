/** Causal masks that a function gives or an object keeps: told where they are made. */

import { describe, expect, test } from 'vitest';
import { below, go, told } from './told.ts';

const giving = (name: string, ...lines: string[]): string => go('n', ...lines).replace('def go', `def ${name}`);
const keeping = (kept: string, used: string): string =>
  below(
    `class CausalAttention(nn.Module):\n    def __init__(self, n):\n        super().__init__()\n        ${kept}\n    def forward(self, q, k, v):\n        s = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5\n        ${used}\n        return s.softmax(-1) @ v`,
    go('x', 'return x'),
  );
const wrong = (code: string, at: string): Promise<void> => expect(told(code)).resolves.toEqual([`mask-transposed: ${at}`]);

describe('a causal mask that can be none', () => {
  test.each([
    ['triu with the diagonal', giving('causal_mask', 'return torch.triu(torch.ones(n, n)).bool()'), 'torch.triu(torch.ones(n, n))'],
    [
      'in a statement of its own',
      giving('allowed', 'causal = torch.triu(torch.ones(n, n))', 'return causal'),
      'torch.triu(torch.ones(n, n))',
    ],
    ['below the diagonal', giving('look_ahead_mask', 'return 1 - np.tril(np.ones((n, n)), k=-1)'), 'np.tril(np.ones((n, n)), k=-1)'],
    [
      'not turned round',
      giving(
        'generate_square_subsequent_mask',
        'mask = torch.triu(torch.ones(n, n)) == 1',
        'mask = mask.float().masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, 0.0)',
        'return mask',
      ),
      'torch.triu(torch.ones(n, n))',
    ],
    ['by positions', giving('make_causal', 'i = jnp.arange(n)', 'return i[:, None] <= i[None, :]'), 'i[:, None] <= i[None, :]'],
    [
      'that is added',
      giving('causal_mask', 'return torch.triu(torch.full((n, n), float("-inf")))'),
      'torch.triu(torch.full((n, n), float("-inf")))',
    ],
    [
      'that is kept',
      keeping('self.register_buffer("mask", torch.triu(torch.ones(n, n)))', 's = s.masked_fill(self.mask == 0, float("-inf"))'),
      'torch.triu(torch.ones(n, n))',
    ],
    [
      'that is kept without the diagonal',
      keeping('self.causal = torch.tril(torch.ones(n, n), diagonal=-1).bool()', 's = s.masked_fill(~self.causal, float("-inf"))'),
      'torch.tril(torch.ones(n, n), diagonal=-1)',
    ],
  ])('%s', (_, code, at) => wrong(code, at));

  test('is not told again where it is used', () =>
    wrong(
      below(
        'def causal_mask(n):\n    return torch.triu(torch.ones(n, n)).bool()',
        go(
          'q, k, v',
          's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5',
          's = s.masked_fill(~causal_mask(q.size(-2)), float("-inf"))',
          'return s.softmax(-1) @ v',
        ),
      ),
      'torch.triu(torch.ones(n, n))',
    ));

  test.each([
    ['tril', giving('causal_mask', 'return torch.tril(torch.ones(n, n)).bool()')],
    ['triu of what is hidden', giving('subsequent_mask', 'm = np.triu(np.ones((1, n, n)), k=1)', 'return torch.from_numpy(m) == 0')],
    [
      'turned round',
      giving(
        'generate_square_subsequent_mask',
        'mask = (torch.triu(torch.ones(n, n)) == 1).transpose(0, 1)',
        'return mask.float().masked_fill(mask == 0, float("-inf")).masked_fill(mask == 1, 0.0)',
      ),
    ],
    ['one that is called strict', giving('strictly_causal_mask', 'return torch.tril(torch.ones(n, n), diagonal=-1)')],
    ['one of the other direction', giving('anti_causal_mask', 'return torch.triu(torch.ones(n, n))')],
    ['pairs', giving('pair_mask', 'return torch.triu(torch.ones(n, n))')],
    [
      'one that is kept',
      keeping('self.register_buffer("mask", torch.triu(torch.ones(n, n), 1).bool())', 's = s.masked_fill(self.mask, float("-inf"))'),
    ],
  ])('is none of %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
