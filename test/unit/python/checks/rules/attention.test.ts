/** Masks, the axis and the scale of attention. */

import { describe, expect, test } from 'vitest';
import { below, go, mended, messages, severities, told } from './told.ts';

const scores = 's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5';
const attend = (...lines: string[]): string => go('q, k, v, mask, n', scores, ...lines, 'return F.softmax(s, dim=-1) @ v');

describe('a mask that leaves weight', () => {
  test.each([
    ['zero', attend('s = s.masked_fill(mask == 0, 0.0)'), 's.masked_fill(mask == 0, 0.0)'],
    ['a tiny number', attend('s = torch.where(mask, s, 1e-9)'), 'torch.where(mask, s, 1e-9)'],
    ['a great one', attend('s = s.masked_fill(mask, 1e9)'), 's.masked_fill(mask, 1e9)'],
    [
      'before a scale',
      go('q, k, mask', 's = (q @ k.mT).masked_fill(mask, 0)', 'return (s / 8).softmax(-1)'),
      '(q @ k.mT).masked_fill(mask, 0)',
    ],
    ['a product', attend('s = s * mask[:, None, None, :]'), 's * mask[:, None, None, :]'],
    ['a triangle', attend('s = s * torch.tril(torch.ones(n, n))'), 's * torch.tril(torch.ones(n, n))'],
    ['what is added', attend('s = s + mask * 1e-9'), 'mask * 1e-9'],
    ['what is added in place', attend('s += mask * 1e-9'), 'mask * 1e-9'],
    ['where there may be none', attend('if n > 1:', '    s = s.masked_fill(mask == 0, 0)'), 's.masked_fill(mask == 0, 0)'],
    [
      'own similarities',
      go('z, y, n', 's = z @ z.T', 's = s.masked_fill(torch.eye(n).bool(), 0)', 'return F.cross_entropy(s / 0.1, y)'),
      's.masked_fill(torch.eye(n).bool(), 0)',
    ],
    [
      'the diagonal in place',
      go('z, y', 's = z @ z.T', 's.fill_diagonal_(0.0)', 'return F.cross_entropy(s / 0.1, y)'),
      's.fill_diagonal_(0.0)',
    ],
    [
      'own similarities in a sum of exponentials',
      go('z, p, n', 's = z @ z.T / 0.1', 's = s * (1 - torch.eye(n))', 'return (torch.logsumexp(s, dim=1) - s[torch.arange(n), p]).mean()'),
      's * (1 - torch.eye(n))',
    ],
    ['entries that are changed', attend('s[mask == 0] = 0.0'), 's[mask == 0] = 0.0'],
    ['NumPy’s indices', attend('s[np.triu_indices(n, k=1)] = 1e-9'), 's[np.triu_indices(n, k=1)] = 1e-9'],
    ['a triangle that is added', attend('s = s + torch.triu(torch.full((n, n), 1e-9), 1)'), 'torch.triu(torch.full((n, n), 1e-9), 1)'],
    ['one of two numbers that is added', attend('s = s + torch.where(mask, 0.0, 1e-9)'), 'torch.where(mask, 0.0, 1e-9)'],
    ['a great one that is added', attend('s = s + (1 - mask) * 1e9'), '(1 - mask) * 1e9'],
  ])('%s', async (_, code, at) => {
    expect(await told(code)).toEqual([`mask-keeps-weight: ${at}`]);
  });

  test('is mended with minus infinity', async () => {
    expect(await mended(attend('s = s.masked_fill(mask == 0, 0.0)'))).toBe('s = s.masked_fill(mask == 0, float("-inf"))');
    expect(await mended(attend('s = s.masked_fill(mask, 1e9)'))).toBeNull();
  });

  test.each([
    ['minus infinity', attend('s = s.masked_fill(mask == 0, float("-inf"))')],
    ['a low number', attend('s = torch.where(mask, s, -1e9)')],
    ['what is added', attend('s = s + (1 - mask) * -10000.0')],
    ['what is below zero where it is masked', attend('s = s + (mask - 1) * 1e9')],
    ['entries set to minus infinity', attend('s[mask == 0] = float("-inf")')],
    ['a product beside a low number', attend('s = s * mask - 1e4 * (1 - mask)')],
    ['a product that is masked again', attend('s = s * mask', 's = s.masked_fill(mask == 0, -1e9)')],
    ['rows without any key', attend('s = s.masked_fill(mask, -1e9)', 's = s.masked_fill(mask.all(-1, keepdim=True), 0.0)')],
    ['rows', attend('s = s.masked_fill(mask.unsqueeze(-1), 0.0)')],
    ['what is not finite', attend('s = torch.where(torch.isnan(s), 0.0, s)')],
    ['a threshold', attend('s = torch.where(s > 0, s, 0.0)')],
    [
      'a masked softmax',
      go('q, k, mask', 's = q @ k.mT', 'w = (s * mask).softmax(-1) * mask', 'return w / (w.sum(-1, keepdim=True) + 1e-13)'),
    ],
    ['a gate', go('x, gate', 'return (x * gate).softmax(-1)')],
    ['a bias where there is one', attend('s = s + torch.where(mask, 0.5, 0.0)')],
    ['classes of examples that do not count', go('x, y, mask', 'return F.cross_entropy(x.masked_fill(mask, 0.0), y)')],
  ])('is not %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a mask after the softmax', () => {
  const after = (...lines: string[]): string => go('q, k, v, mask, head_mask, n', 'w = torch.softmax(q @ k.mT / 8, dim=-1)', ...lines);
  test.each([
    ['times', after('w = w * mask', 'return w @ v'), 'w * mask'],
    ['filled', after('return w.masked_fill(mask == 0, 0.0) @ v'), 'w.masked_fill(mask == 0, 0.0)'],
    ['a triangle', after('return (w * torch.tril(torch.ones(n, n))) @ v'), 'w * torch.tril(torch.ones(n, n))'],
  ])('%s', async (_, code, at) => {
    expect(await told(code)).toEqual([`mask-after-softmax: ${at}`]);
    expect(await severities(code)).toEqual(['info']);
  });

  test.each([
    ['renormalised', after('w = w * mask', 'return w / w.sum(-1, keepdim=True) @ v')],
    ['of heads', after('return (w * head_mask) @ v')],
    ['of queries', after('return (w * mask[..., None]) @ v')],
    ['of what was masked before', go('q, k, mask', 's = (q @ k.mT).masked_fill(mask, -1e9)', 'return s.softmax(-1) * (1 - mask)')],
    ['of dropout', after('return w * (torch.rand_like(w) > 0.1)')],
    ['of experts', go('x, w, mask', 'return torch.softmax(x @ w, -1) * mask')],
  ])('is right where it is %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a causal mask', () => {
  const causal = (...lines: string[]): string => attend(...lines);
  test.each([
    ['of the other triangle', causal('m = torch.tril(torch.ones(n, n), diagonal=-1)', 's = s.masked_fill(m == 1, float("-inf"))')],
    ['transposed', causal('m = torch.triu(torch.ones(n, n), 1).bool()', 's = s.masked_fill(m.T, -1e9)')],
    ['kept above', causal('m = torch.triu(torch.ones(n, n))', 's = s.masked_fill(m == 0, -1e9)')],
    ['by where', causal('s = torch.where(torch.triu(torch.ones(n, n)).bool(), s, -1e9)')],
    ['by where, the other way', causal('s = torch.where(torch.tril(torch.ones(n, n)).bool(), -1e9, s)')],
    ['added', causal('s = s + torch.tril(torch.full((n, n), float("-inf")), -1)')],
    ['by positions', causal('i = torch.arange(n)', 's = s.masked_fill(i[:, None] > i[None, :], -1e9)')],
    ['in another shape', causal('m = torch.triu(torch.ones(n, n)).view(1, 1, n, n)', 's = s.masked_fill(m[:, :, :n, :n] == 0, -1e9)')],
  ])('is wrong %s', async (_, code) => {
    expect((await told(code)).map((one) => one.split(':')[0])).toEqual(['mask-transposed']);
  });

  test('is shown where minus infinity is put on one side', async () => {
    const code = causal('low = torch.tril(torch.full((n, n), float("-inf")), -1)', 's = s + low');
    expect(await told(code)).toEqual(['mask-transposed: torch.tril(torch.full((n, n), float("-inf")), -1)']);
  });

  test('in the fused call', async () => {
    const fused = (mask: string): string => go('q, k, v, n', `return F.scaled_dot_product_attention(q, k, v, attn_mask=${mask})`);
    expect(await told(fused('torch.triu(torch.ones(n, n)).bool()'))).toHaveLength(1);
    expect(await told(fused('torch.tril(torch.ones(n, n)).bool()'))).toEqual([]);
  });

  test.each([
    ['upper', causal('m = torch.triu(torch.ones(n, n), 1).bool()', 's = s.masked_fill(m, float("-inf"))')],
    ['lower, where it is 0', causal('m = torch.tril(torch.ones(n, n))', 's = s.masked_fill(m == 0, -1e9)')],
    ['lower, not', causal('m = torch.tril(torch.ones(n, n)).bool()', 's = s.masked_fill(~m, -1e9)')],
    ['by where', causal('s = torch.where(torch.tril(torch.ones(n, n)).bool(), s, -1e9)')],
    ['added', causal('s = s + torch.triu(torch.full((n, n), float("-inf")), 1)')],
    ['times a low number', causal('s = s + (1 - torch.tril(torch.ones(n, n))) * -1e9')],
    ['by positions', causal('i = torch.arange(n)', 's = s.masked_fill(i[None, :] > i[:, None], -1e9)')],
    ['of a window', causal('m = torch.tril(torch.ones(n, n), diagonal=-16)', 's = s.masked_fill(m == 1, -1e9)')],
    ['of a window that is not known', causal('m = torch.tril(torch.ones(n, n), diagonal=-mask)', 's = s.masked_fill(m == 1, -1e9)')],
    [
      'where keys come first',
      go('q, k, n', 's = k @ q.mT', 'm = torch.triu(torch.ones(n, n))', 'return s.masked_fill(m == 0, -1e9).softmax(-2)'),
    ],
  ])('is right: %s', async (_, code) => {
    expect((await told(code)).filter((one) => one.startsWith('mask-transposed'))).toEqual([]);
  });
});

describe('the axis of a softmax', () => {
  test.each([
    ['the queries', go('q, k, v', 'w = torch.softmax(q @ k.mT / 8, dim=-2)', 'return w @ v')],
    [
      'the heads',
      go(
        'q, k, v',
        's = jnp.einsum("bqhd,bkhd->bhqk", q, k)',
        'w = jax.nn.softmax(s, axis=1)',
        'return jnp.einsum("bhqk,bkhd->bqhd", w, v)',
      ),
    ],
    ['by names alone', go('query, key', 'return torch.softmax(query @ key.transpose(1, 2), dim=-2)')],
    ['the first axis, whatever that is', go('q, k, v', 'return torch.softmax(q @ k.mT, dim=0) @ v')],
    ['the queries, by number', go('q, k, v', 'return torch.bmm(torch.bmm(q, k.transpose(1, 2)).softmax(dim=1), v)')],
    [
      'the heads, of an array that holds all',
      go('x, n, h, d', 'q, k, v = x.reshape(1, n, 3, h, d).permute(2, 0, 3, 1, 4)', 'return (q @ k.transpose(-2, -1)).softmax(dim=1) @ v'),
    ],
    [
      'the rows of matrices',
      go('Q, K, V', 's = Q @ K.T', 'e = np.exp(s - s.max(axis=0, keepdims=True))', 'return e / e.sum(axis=0, keepdims=True) @ V'),
    ],
    [
      'the queries, by a function of the file',
      below(
        'def soft(x, axis=-1):\n    e = np.exp(x - x.max(axis=axis, keepdims=True))\n    return e / e.sum(axis=axis, keepdims=True)',
        go('q, k, v', 'w = soft(q @ k.T, axis=0)', 'return w @ v'),
      ),
    ],
    ['the batch', go('q, k, v', 's = torch.einsum("bid,bjd->bij", q, k)', 'return torch.einsum("bij,bjd->bid", s.softmax(0), v)')],
  ])('over %s', async (_, code) => {
    expect((await told(code)).map((one) => one.split(':')[0])).toEqual(['softmax-axis']);
  });

  test('is told with both axes', async () => {
    const [message] = await messages(go('q, k, v', 'w = torch.softmax(q @ k.mT / 8, dim=-2)', 'return w @ v'));
    expect(message).toContain('over the queries (axis -2 of the scores), the values are summed over axis -1');
  });

  test.each([
    ['the last', go('q, k, v', 'return torch.softmax(q @ k.mT, dim=-1) @ v')],
    ['by number', go('q, k, v', 's = torch.einsum("bhqd,bhkd->bhqk", q, k)', 'return torch.softmax(s, dim=3) @ v')],
    [
      'slots',
      go('q, k, v', 'w = torch.softmax(k @ q.mT, dim=-1) + 1e-8', 'w = w / w.sum(-2, keepdim=True)', 'return w.transpose(-1, -2) @ v'),
    ],
    ['keys first', go('q, k, v', 's = torch.einsum("bkd,bqd->bkq", k, q)', 'return torch.einsum("bkq,bkd->bqd", s.softmax(1), v)')],
    ['linear attention', go('q, k, v', 'k = k.softmax(dim=-2)', 'return q.softmax(-1) @ (k.mT @ v)')],
    ['both ways', go('a, b', 's = a @ b.mT', 'return s.softmax(-1) @ b, s.softmax(-2).mT @ a')],
    ['of names that say nothing', go('a, b', 'return torch.softmax(a @ b.mT, dim=-2)')],
    ['an unknown rank', go('q, k, v', 'return torch.softmax(q @ k.mT, dim=2) @ v')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('the scale of attention', () => {
  test.each([
    ['times the root', go('q, k, v, d', 's = q @ k.mT * d ** 0.5', 'return s.softmax(-1) @ v'), 'q @ k.mT * d ** 0.5', 'warning'],
    [
      'over its inverse',
      go('q, k, head_dim', 's = (q @ k.mT) / head_dim ** -0.5', 'return s.softmax(-1)'),
      '(q @ k.mT) / head_dim ** -0.5',
      'warning',
    ],
    [
      'twice',
      go('q, k, v', 'q = q / math.sqrt(q.size(-1))', 's = q @ k.mT / math.sqrt(k.size(-1))', 'return s.softmax(-1) @ v'),
      'q @ k.mT / math.sqrt(k.size(-1))',
      'info',
    ],
    [
      'in the fused call',
      go('q, k, v', 'q = q * q.size(-1) ** -0.5', 'return F.scaled_dot_product_attention(q, k, v)'),
      'F.scaled_dot_product_attention(q, k, v)',
      'info',
    ],
  ])('%s', async (_, code, at, severity) => {
    expect(await told(code)).toEqual([`attention-scale: ${at}`]);
    expect(await severities(code)).toEqual([severity]);
  });

  const held = (scale: string): string =>
    below(
      `class Attend(nn.Module):\n    def __init__(self, d):\n        super().__init__()\n        self.scale = ${scale}\n    def forward(self, q, k, v):\n        return torch.softmax(q @ k.mT / self.scale, -1) @ v\n`,
      go('x', 'return x'),
    );
  test('by an attribute', async () => {
    expect(await told(held('d ** -0.5'))).toHaveLength(1);
    expect(await told(held('d ** 0.5'))).toEqual([]);
  });

  test.each([
    ['once', go('q, k, v, d', 'return torch.softmax(q @ k.mT / d ** 0.5, -1) @ v')],
    ['none', go('q, k, v', 'return torch.softmax(q @ k.mT, -1) @ v')],
    ['1/d', go('q, k, v', 'return torch.softmax(q @ k.mT / q.size(-1), -1) @ v')],
    ['split', go('q, k, v', 'c = q.size(-1) ** -0.25', 'return torch.softmax((q * c) @ (k * c).mT, -1) @ v')],
    [
      'of unit vectors',
      go('q, k, d', 'q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)', 'return torch.softmax(q @ k.mT * d ** 0.5, -1)'),
    ],
    ['undone', go('q, k, v, scale', 'q = q * (scale * math.sqrt(q.size(-1)))', 'return F.scaled_dot_product_attention(q, k, v)')],
    ['given', go('q, k, v', 'q = q * q.size(-1) ** -0.5', 'return F.scaled_dot_product_attention(q, k, v, scale=1.0)')],
    ['unknown', go('q, k, scale, d', 'return torch.softmax((q * scale) @ k.mT * d ** 0.5, -1)')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a mask of padding', () => {
  const masked = (mask: string, ...before: string[]): string =>
    go(
      'q, k, v, tokens, pad_id, lengths, valid, is_pad',
      ...before,
      's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5',
      `return s.masked_fill(${mask}, float("-inf")).softmax(-1) @ v`,
    );
  test.each([
    ['that are none', masked('(tokens != pad_id)[:, None]')],
    ['of a length', masked('(torch.arange(k.size(-2))[None] < lengths[:, None])[:, None]')],
    ['called valid', masked('valid[:, None]')],
    ['of what is no padding', masked('~is_pad[:, None]')],
    [
      'as a tokenizer gives them',
      go(
        'q, k, v, memory_mask',
        's = q @ k.transpose(-2, -1) / 8',
        's = s.masked_fill(memory_mask[:, None, None, :] == 1, -1e9)',
        'return s.softmax(-1) @ v',
      ),
    ],
    [
      'where zero is added',
      go('q, k, v, valid', 's = q @ k.transpose(-2, -1) / 8', 's = s + torch.where(valid, -1e9, 0.0)', 'return s.softmax(-1) @ v'),
    ],
  ])('leaves out the keys %s', async (_, code) => {
    expect((await told(code)).map((one) => one.split(':', 1)[0])).toEqual(['mask-inverted']);
  });

  test.each([
    ['tokens', masked('(tokens == pad_id)[:, None]')],
    ['lengths', masked('(torch.arange(k.size(-2))[None] >= lengths[:, None])[:, None]')],
    ['its name', masked('is_pad[:, None]')],
    ['what is valid', masked('valid[:, None] == 0')],
    [
      'a mask of padding that is one there',
      go(
        'q, k, v, pad_mask',
        's = q @ k.transpose(-2, -1) / 8',
        's = s.masked_fill(pad_mask[:, None, None, :] == 1, -1e9)',
        'return s.softmax(-1) @ v',
      ),
    ],
    [
      'a mask of pairs that may be either',
      go('q, k, v, mask', 's = q @ k.transpose(-2, -1) / 8', 's = s.masked_fill(mask[:, None] == 1, -1e9)', 'return s.softmax(-1) @ v'),
    ],
    [
      'where minus infinity is added',
      go('q, k, v, valid', 's = q @ k.transpose(-2, -1) / 8', 's = s + torch.where(valid, 0.0, -1e9)', 'return s.softmax(-1) @ v'),
    ],
    ['a name that may mean either', masked('~pad_mask[:, None]', 'pad_mask = q.mean(-1) > 0')],
  ])('is right by %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('attention without a scale', () => {
  const own = (...lines: string[]): string =>
    `${['class Attention(nn.Module):', '    def __init__(self, dim):', '        super().__init__()', '        self.q, self.k, self.v = nn.Linear(dim, dim), nn.Linear(dim, dim), nn.Linear(dim, dim)', '        self.scale = dim ** -0.5', '    def forward(self, x, bias):', '        q, k, v = self.q(x), self.k(x), self.v(x)', ...lines.map((line) => `        ${line}`)].join('\n')}\n`;
  const read = async (code: string): Promise<string[]> =>
    (await told(below(code, go('x', 'return x')))).map((one) => one.split(':', 1)[0]!);
  test('of its own queries and keys is told', async () => {
    const code = own('s = q @ k.transpose(-2, -1)', 'return s.softmax(-1) @ v');
    expect(await read(code)).toEqual(['attention-scale']);
  });
  test.each([
    ['before', own('q = q * self.scale', 's = q @ k.transpose(-2, -1)', 'return s.softmax(-1) @ v')],
    ['in the weights, beside a bias', own('s = q @ k.transpose(-2, -1) + bias', 'return s.softmax(-1) @ v')],
    [
      'by what normalises',
      own('q, k = F.normalize(q, dim=-1), F.normalize(k, dim=-1)', 's = q @ k.transpose(-2, -1)', 'return s.softmax(-1) @ v'),
    ],
    ['by whoever gives them', go('q, k, v', 'return (q @ k.transpose(-2, -1)).softmax(-1) @ v')],
  ])('is right where it is scaled %s', async (_, code) => {
    expect(await read(code)).toEqual([]);
  });
});

describe('a causal mask that is the wrong one from the start', () => {
  const scores = 's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5';
  const by = (mask: string, use: string): string =>
    go('q, k, v, n', mask, scores, `return s.masked_fill(${use}, float("-inf")).softmax(-1) @ v`);
  test.each([
    ['by its name', by('allowed = torch.triu(torch.ones(n, n))', 'allowed == 0'), 'torch.triu(torch.ones(n, n))'],
    ['by what is usual', by('mask = torch.triu(torch.ones(n, n))', 'mask == 0'), 'torch.triu(torch.ones(n, n))'],
    [
      'by places',
      by('allowed = torch.arange(n)[:, None] <= torch.arange(n)[None, :]', '~allowed'),
      'torch.arange(n)[:, None] <= torch.arange(n)[None, :]',
    ],
    [
      'not, but is used the other way',
      by('allowed = torch.tril(torch.ones(n, n))', 'allowed == 1'),
      's.masked_fill(allowed == 1, float("-inf"))',
    ],
  ])('is told where it is made: %s', async (_, code, at) => {
    expect(await told(code)).toEqual([`mask-transposed: ${at}`]);
  });
  test('is right where it is said to look back', async () => {
    expect(await told(by('past = torch.tril(torch.ones(n, n), -1)', 'past == 1'))).toEqual([]);
  });
});

describe('a scale after the softmax', () => {
  const scored = 's = q @ k.transpose(-2, -1)';

  test.each([
    ['of the weights', go('q, k, v', scored, 'w = F.softmax(s, dim=-1) / math.sqrt(q.size(-1))', 'return w @ v')],
    ['times a power', go('q, k, v', 'w = torch.matmul(q, k.transpose(-2, -1)).softmax(-1) * q.shape[-1] ** -0.5', 'return w @ v')],
    ['of what they are summed to', go('q, k, v', scored, 'return F.softmax(s, dim=-1) @ v / math.sqrt(q.size(-1))')],
    [
      'with the width taken from a shape',
      go('q, k, v', 'n, d = q.shape[-2:]', scored, 'w = F.softmax(s, dim=-1) / np.sqrt(d)', 'return w @ v'),
    ],
  ])('%s', async (_, code) => {
    expect((await told(code)).map((one) => one.split(':')[0])).toEqual(['attention-scale']);
  });

  test.each([
    ['with the scores scaled', go('q, k, v', `${scored} / 8`, 'w = F.softmax(s / math.sqrt(q.size(-1)), dim=-1)', 'return w @ v')],
    ['with a factor of a head', go('q, k, v, gate', scored, 'w = F.softmax(s, dim=-1) * gate', 'return w @ v')],
  ])('is none %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a mask of pairs', () => {
  const near = go(
    'q, k, v, n, window',
    'i = torch.arange(n)',
    'near = (i[:, None] - i[None, :]).abs() < window',
    scores,
    's = s.masked_fill(~near, 0.0)',
    'return s.softmax(-1) @ v',
  );

  test('of two positions is none of rows', async () => {
    expect(await told(near)).toEqual(['mask-keeps-weight: s.masked_fill(~near, 0.0)']);
    const both = near.replace('< window', '< window').replace('near = ', 'near = (i[:, None] >= i[None, :]) & ');
    expect(await told(both)).toEqual(['mask-keeps-weight: s.masked_fill(~near, 0.0)']);
  });

  test('after the softmax', async () => {
    const after = (rest: string): string =>
      go('q, k, v, ids', scores, `w = s.softmax(-1) * (ids[:, :, None] == ids[:, None, :])`, rest, 'return w @ v');
    expect(await told(after('pass'))).toEqual(['mask-after-softmax: s.softmax(-1) * (ids[:, :, None] == ids[:, None, :])']);
    expect(await told(after('w = w / w.sum(-1, keepdim=True)'))).toEqual([]);
    expect(await told(go('q, k, v, same_doc', scores, 'w = s.softmax(-1) * same_doc', 'return w @ v'))).toEqual([
      'mask-after-softmax: s.softmax(-1) * same_doc',
    ]);
  });
});

describe('the width of the whole model', () => {
  const cut = (width: string, head: string): string =>
    go(
      'x, qkv, n_heads, d_model, head_dim, b, t',
      'q, k, v = qkv(x).chunk(3, -1)',
      ...['q', 'k', 'v'].map((one) => `${one} = ${one}.view(b, t, n_heads, ${head}).transpose(1, 2)`),
      `s = q @ k.transpose(-2, -1) / ${width} ** 0.5`,
      'return s.softmax(-1) @ v',
    );
  test.each(['head_dim', 'd_model // n_heads'])('is told beside heads of %s', async (head) => {
    expect((await told(cut('d_model', head))).map((one) => one.split(':', 1)[0])).toEqual(['attention-scale']);
  });
  test.each([
    ['head_dim', 'head_dim'],
    ['(d_model // n_heads)', 'd_model // n_heads'],
    ['q.size(-1)', 'head_dim'],
  ])('is not %s', async (width, head) => {
    expect(await told(cut(width, head))).toEqual([]);
  });
});
