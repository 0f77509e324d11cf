/** Attention, positions and language models as they are written in published code, each with what looks like it and is another thing. */

import { describe, expect, test } from 'vitest';
import { last } from './named.ts';

const code = (head: string, ...lines: string[]): string => [`def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');
const cases = (...all: [id: string, text: string][]): [string, string][] => all;

const grouped = (axes: string): string =>
  code(
    'attend(q, k, v, mask, head_dim)',
    "logits = jnp.einsum('BTKGH,BSKH->BKGTS', q * head_dim ** -0.5, k)",
    'logits = jnp.where(mask[:, None, None], logits, jnp.finfo(jnp.float32).min)',
    `probs = jax.nn.softmax(logits, axis=${axes})`,
    "return jnp.einsum('BKGTS,BSKH->BTKGH', probs, v)",
  );

const masked = (low: string): string =>
  code(
    'attend(q, k, v, causal, hd)',
    "att = tf.einsum('bqhd,bkhd->bhqk', q * hd ** -0.5, k)",
    `att = tf.where(causal, att, ${low})`,
    'att = tf.nn.softmax(att)',
    "return tf.einsum('bhqk,bkhd->bqhd', att, v)",
  );

const picture = (axis: number): string =>
  [
    'class PixelAttention(keras.layers.Layer):',
    '    def call(self, inputs):',
    '        b, height, width = ops.shape(inputs)[:3]',
    '        q, k, v = self.query(inputs), self.key(inputs), self.value(inputs)',
    '        score = ops.einsum("bhwc, bHWc->bhwHW", q, k) * float(self.units) ** -0.5',
    '        score = ops.reshape(score, [b, height, width, height * width])',
    `        score = ops.softmax(score, ${axis})`,
    '        score = ops.reshape(score, [b, height, width, height, width])',
    '        return ops.einsum("bhwHW,bHWc->bhwc", score, v)',
  ].join('\n');

const cached = (scores: string): string =>
  [
    code(
      'repeat_kv(x, n_rep)',
      'b, s, h, d = x.shape',
      'if n_rep == 1:',
      '    return x',
      'return x[:, :, :, None, :].expand(b, s, h, n_rep, d).reshape(b, s, h * n_rep, d)',
    ),
    code(
      'attend(xq, cache_k, cache_v, n_rep, head_dim, mask)',
      'keys = repeat_kv(cache_k[:2, :5], n_rep)',
      'values = repeat_kv(cache_v[:2, :5], n_rep)',
      'xq, keys, values = xq.transpose(1, 2), keys.transpose(1, 2), values.transpose(1, 2)',
      `scores = ${scores}`,
      'if mask is not None:',
      '    scores = scores + mask',
      'scores = F.softmax(scores.float(), dim=-1).type_as(xq)',
      'return torch.matmul(scores, values)',
    ),
  ].join('\n');

const turned = (turns: string): string =>
  [
    code(
      'beside(freqs_cis, x)',
      'shape = [d if i == 1 or i == x.ndim - 1 else 1 for i, d in enumerate(x.shape)]',
      'return freqs_cis.view(*shape)',
    ),
    code(
      'apply(xq, freqs_cis, gain)',
      'xq_ = torch.view_as_complex(xq.float().reshape(*xq.shape[:-1], -1, 2))',
      'freqs_cis = beside(freqs_cis, xq_)',
      `return torch.view_as_real(${turns}).flatten(3)`,
    ),
  ].join('\n');

const byMatrices = (second: string): string =>
  code(
    'apply_rope(xq, freqs_cis)',
    'xq_ = xq.float().reshape(*xq.shape[:-1], -1, 1, 2)',
    `return freqs_cis[..., 0] * xq_[..., 0] + ${second} * xq_[..., 1]`,
  );

const embedded = (times: string, product: string, base = '1 / max_positions'): string =>
  code(
    'embed(x, num_channels, max_positions)',
    'freqs = torch.arange(0, num_channels // 2, dtype=torch.float32) / (num_channels // 2)',
    `freqs = (${base}) ** freqs`,
    `x = ${times}`,
    `x = ${product}`,
    'return torch.cat([x.cos(), x.sin()], dim=1)',
  );

const ofTimes = (times: string): string =>
  code(
    'timestep_embedding(t, dim, max_period=10000, time_factor: float = 1000.0)',
    `t = ${times}`,
    'half = dim // 2',
    'freqs = torch.exp(-math.log(max_period) * torch.arange(start=0, end=half, dtype=torch.float32) / half)',
    'args = t[:, None].float() * freqs[None]',
    'return torch.cat([torch.cos(args), torch.sin(args)], dim=-1)',
  );

const score = (sign: string, labels: string): string =>
  code(
    'score(ids, params)',
    'logits = forward(ids[:-1], params)',
    'logprobs = logits - np.log(np.exp(logits).sum(axis=-1, keepdims=True))',
    `return ${sign}np.mean(logprobs[np.arange(len(ids) - 1), ${labels}])`,
  );

const ofSequences = (losses: string, result: string): string =>
  code('of_sequences(logits, labels, mask, mu)', `each = ${losses}`, `return ${result}`);
const tokens = 'F.cross_entropy(logits.transpose(1, 2), labels, reduction="none")';
const exponential = 'torch.exp((each * mask).sum(1) / mask.sum(1))';

const smoothing = (call: string): string =>
  [
    'class LabelSmoothing(nn.Module):',
    '    def __init__(self):',
    '        self.criterion = nn.KLDivLoss(reduction="sum")',
    '    def forward(self, x, true_dist):',
    `        return ${call}`,
  ].join('\n');

describe('known in this spelling', () => {
  test.each(
    cases(
      ['sdpa', grouped('-1')],
      ['sdpa', masked('tf.float32.min')],
      ['sdpa', picture(-1)],
      ['sdpa', cached('torch.matmul(xq, keys.transpose(2, 3)) / math.sqrt(head_dim)')],
      ['rope', turned('xq_ * freqs_cis')],
      ['rope', byMatrices('freqs_cis[..., 1]')],
      ['sinusoidal_pos', embedded('x', 'torch.outer(x, freqs)')],
      ['sinusoidal_pos', ofTimes('1000.0 * t')],
      ['sinusoidal_pos', ofTimes('time_factor * t')],
      ['cross_entropy', score('-', 'ids[1:]')],
      ['perplexity', ofSequences(tokens, exponential)],
      ['kl_categorical', smoothing('self.criterion(x, true_dist.clone().detach())')],
    ),
  )('%s', (id, text) => {
    expect(last(text)).toContain(id);
  });
});

describe('looks like it and is not', () => {
  test.each(
    cases(
      // Of every query alike, or over the queries.
      ['sdpa', grouped('-2')],
      ['sdpa', picture(1)],
      // What is masked with a large number has all the weight.
      ['sdpa', masked('tf.float32.eps')],
      ['sdpa', cached('xq - keys')],
      // A complex gain changes lengths.
      ['rope', turned('xq_ * freqs_cis * gain')],
      ['rope', turned('xq_ + freqs_cis')],
      ['rope', byMatrices('freqs_cis[..., 0]')],
      ['sinusoidal_pos', embedded('x', 'torch.outer(x, freqs)', 'max_positions')],
      ['sinusoidal_pos', embedded('x ** 2', 'torch.outer(x, freqs)')],
      ['sinusoidal_pos', ofTimes('t ** 2')],
      ['cross_entropy', score('', 'ids[1:]')],
      ['perplexity', ofSequences(tokens, 'torch.exp((each * mask).sum(1))')],
      ['perplexity', ofSequences('0.5 * (logits - mu) ** 2', exponential)],
      ['kl_categorical', code('poisson_deviance(y, mu)', 'return 2 * np.sum(np.where(y > 0, y * np.log(y / mu), 0) - (y - mu))')],
    ),
  )('%s', (id, text) => {
    expect(last(text)).not.toContain(id);
  });
});
