/** The ways of published packages: modules handed around, targets kept in buffers, losses put together of named terms. */

import { describe, expect, test } from 'vitest';
import { last } from './named.ts';

const code = (head: string, ...lines: string[]): string => [`def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

const criterion = `
class Criterion(nn.Module):
    def __init__(self, real=1.0, fake=0.0):
        super().__init__()
        self.register_buffer('real_label', torch.tensor(1.0))
        self.register_buffer('fake_label', torch.tensor(0.0))
        self.loss = nn.MSELoss()

    def wanted(self, said, is_real):
        label = self.real_label if is_real else self.fake_label
        return label.expand_as(said)

    def forward(self, said, is_real):
        return self.loss(said, self.wanted(said, is_real))
`;
const trainer = (made: string, ...lines: string[]): string =>
  [
    criterion,
    'class Trainer:',
    '    def __init__(self, g, d, device):',
    '        self.g, self.d = g, d',
    `        self.criterion = ${made}`,
    '    def step(self, real, z):',
    ...lines.map((line) => `        ${line}`),
  ].join('\n');

describe('known in a package', () => {
  test.each([
    ['lsgan_g', trainer('Criterion().to(device)', 'loss = self.criterion(self.d(self.g(z)), True)')],
    ['lsgan_g', trainer('nn.DataParallel(Criterion()).cuda()', 'loss = self.criterion(self.d(self.g(z)), True)')],
    [
      'lsgan_d',
      trainer(
        'torch.compile(Criterion().to(device).eval())',
        'a = self.criterion(self.d(real), True)',
        'b = self.criterion(self.d(self.g(z).detach()), False)',
        'loss = 0.5 * (a + b)',
      ),
    ],
    [
      'v_target',
      code('go(img, times)', 'noise = torch.randn_like(img)', 'alpha, sigma = rates(img, times)', 'v = alpha * noise - sigma * img'),
    ],
    [
      'bits_per_dim',
      code(
        'go(logits, y, n_chars)',
        'nll = F.cross_entropy(logits, y, reduction="none")',
        'bits_per_char = nll.sum() / (n_chars * math.log(2))',
      ),
    ],
    ['tc_vae', code('go(rec_loss, mi, tc, dw_kl, a, beta, gamma)', 'loss = rec_loss + (mi + beta * tc + 0.5 * gamma * dw_kl)')],
    [
      'tc_vae',
      code(
        'go(x, x_hat, log_qz, log_prod_qz, log_qzx, log_pz, beta)',
        'rec = F.mse_loss(x_hat, x)',
        'kl = (log_qzx - log_pz).mean()',
        'tc = (log_qz - log_prod_qz).mean()',
        'loss = rec + kl + (beta - 1) * tc',
      ),
    ],
    ['bce', code('go(x, l)', 'return jnp.sum(x * jax.nn.log_sigmoid(l) + (1 - x) * jax.nn.log_sigmoid(-l), -1)')],
    [
      'beta_vae',
      code(
        'go(x, y, m, v, w)',
        'rec = ((x - y) ** 2).sum(-1)',
        'kl = 0.5 * (m ** 2 + v - 1 - v.log()).sum(-1)',
        'return w * kl.mean() + rec.mean()',
      ),
    ],
    [
      'sinusoidal_pos',
      code(
        'go(t, n_freqs)',
        'w = torch.exp(-math.log(1e4) * torch.arange(n_freqs) / n_freqs)',
        'a = t[:, None] * w',
        'return torch.cat([a.sin(), a.cos()], -1)',
      ),
    ],
    [
      'sdpa',
      code(
        'go(q, k, v, ch)',
        's = 1 / math.sqrt(math.sqrt(ch))',
        'w = torch.einsum("bct,bcs->bts", q * s, k * s).softmax(-1)',
        'return torch.einsum("bts,bcs->bct", w, v)',
      ),
    ],
    [
      'sdpa',
      code(
        'go(q, k, v)',
        'a = torch.einsum("bhdi,bhdj->bhij", q * q.shape[-2] ** -0.5, k).softmax(-1)',
        'return torch.einsum("bhij,bhdj->bhid", a, v)',
      ),
    ],
    [
      'clip_loss',
      code(
        'go(self, image, text, scale)',
        'a = scale * image @ text.T',
        'b = scale * text @ image.T',
        'labels = self.labels(len(a))',
        'return (F.cross_entropy(a, labels) + F.cross_entropy(b, labels)) / 2',
      ),
    ],
    [
      'reparam',
      code(
        'go(out)',
        'mean, std = tf.split(out, 2, -1)',
        'std = tf.nn.softplus(std) + 0.1',
        'return mean + std * tf.random.normal(tf.shape(mean))',
      ),
    ],
    [
      'hinge_d',
      code(
        'go(real, fake)',
        'return torch.max(1 - real, torch.zeros_like(real)).mean() + torch.max(1 + fake, torch.zeros_like(fake)).mean()',
      ),
    ],
    [
      'hinge_d',
      'class GANLoss:\n    def loss(self, input):\n        least = torch.min(input - 1, torch.zeros_like(input))\n        return -torch.mean(least)',
    ],
    [
      'ddim_step',
      code(
        'go(x, eps, a_t, a_prev, sigma)',
        'x0 = (x - (1 - a_t).sqrt() * eps) / a_t.sqrt()',
        'prev_sample = a_prev.sqrt() * x0 + (1 - a_prev - sigma ** 2).sqrt() * eps',
        'noise = torch.randn_like(x)',
        'prev_sample = prev_sample + sigma * noise',
      ),
    ],
  ])('%s', (id, text) => {
    expect(last(text)).toContain(id);
  });
});

describe('not known in a package', () => {
  test.each([
    [
      'mse',
      'what keeps parameters',
      code('ewc_penalty(ps, qs, fs)', 'for p, q, f in zip(ps, qs, fs):', '    loss = (f * (p - q) ** 2).sum()'),
    ],
    ['mse', 'a share', code('r2(y, pred)', 'return 1 - ((y - pred) ** 2).sum() / ((y - y.mean()) ** 2).sum()')],
    [
      'lsgan_g',
      'what a discriminator wants',
      trainer('Criterion().to(device)', 'loss = self.criterion(self.d(self.g(z).detach()), False)'),
    ],
    [
      'cosine_schedule',
      'it for more examples',
      code('go(t, x)', 'log_snr = -torch.log(torch.cos((t + 0.008) / 1.008 * math.pi / 2) ** -2 - 1)', 'many = log_snr.expand(x.shape[0])'),
    ],
    [
      'r1',
      'a weighted one',
      code(
        'go(loss, cfg, x, d)',
        'grads, = torch.autograd.grad(d(x).sum(), x, create_graph=True)',
        'r1 = cfg.gamma / 2 * grads.pow(2).sum([1, 2, 3]).mean()',
        'total = loss + r1 * cfg.every',
      ),
    ],
    [
      'rope',
      'it for more heads',
      code('go(q, k, cos, sin)', 'k = rotated(k, cos, sin)', 'k = k[:, :, None].expand(1, 2, 3, 4, 5).reshape(1, 6, 4, 5)'),
    ],
    ['reparam', 'data that are put back', code('go(x, mean, std)', 'return mean + std * x')],
    ['reparam', 'parameters as they begin', code('go(w, mean=0.0, std=0.02)', 'w = mean + std * torch.randn(4, 4)')],
    ['hinge_d', 'a margin between classes', code('svm(x, y)', 'return torch.max(1 - y * x, torch.zeros_like(x)).mean()')],
    ['hinge_d', 'a largest number', code('go(real, fake)', 'return torch.max(1 - real, 0)[0].mean() + torch.max(1 + fake, 0)[0].mean()')],
  ])('no %s: %s', (id, _, text) => {
    expect(last(text)).not.toContain(id);
  });
});
