/** Further ways of writing formulas down, each with what looks like it and is another thing. */

import { describe, expect, test } from 'vitest';
import { last } from './named.ts';

const code = (head: string, ...lines: string[]): string => [`def ${head}:`, ...lines.map((line) => `    ${line}`)].join('\n');

const attend = ['s = q @ k.transpose(-2, -1) / math.sqrt(q.size(-1))', 's = s + mask', 'return s.softmax(-1) @ v'];
const causal = 'mask = torch.triu(torch.full((t, t), float("-inf")), diagonal=1)';

describe('known in this spelling', () => {
  test.each([
    // What is gathered in a list.
    [
      'kl_diag_std_normal',
      code(
        'f(pairs)',
        'losses = []',
        'for mu, logvar in pairs:',
        '    losses.append(-0.5 * (1 + logvar - mu.pow(2) - logvar.exp()).sum(-1))',
      ),
    ],
    // An attribute of an attribute has methods too.
    [
      'q_sample',
      code(
        'f(scheduler, x, t)',
        'noise = torch.randn_like(x)',
        'ac = scheduler.alphas_cumprod.to(x.device)[t].view(-1, 1, 1, 1)',
        'return ac.sqrt() * x + (1 - ac).sqrt() * noise',
      ),
    ],
    ['kl_diag_std_normal', code('f(out)', 'return -0.5 * (1 + out.stats.logvar - out.stats.mu.pow(2) - out.stats.logvar.exp()).sum(-1)')],
    [
      'reverse_sde',
      [
        'batch_mul = jax.vmap(lambda a, b: a * b)',
        code('f(sde, score_fn, x, t)', 'drift, diffusion = sde.sde(x, t)', 'return drift - batch_mul(diffusion ** 2, score_fn(x, t))'),
      ].join('\n'),
    ],
    [
      'kl_mc',
      code(
        'divergence(x)',
        'qz = Normal(a(x), b(x).exp())',
        'z = qz.rsample()',
        'kl = (qz.log_prob(z) - Normal(0, 1).log_prob(z)).sum(-1)',
      ),
    ],
    [
      'kl_mc',
      code(
        'f(m, L)',
        'q = MultivariateNormal(m, scale_tril=L)',
        'z = q.rsample()',
        'p = Normal(0., 1.).log_prob(z).sum(-1)',
        'return q.log_prob(z) - p',
      ),
    ],
    ['kl_k1', code('kl(policy, ref, a)', 'logp, ref_logp = policy.log_prob(a), ref.log_prob(a)', 'return logp - ref_logp')],
    ['bits_per_dim', code('f(recon, kl, x)', 'bpd = (recon + kl).mean() / (math.log(2) * x[0].numel())')],
    ['bits_per_dim', code('f(log_pz, logdet, x)', 'bpd = -(log_pz + logdet).mean() / (np.log(2.) * np.prod(x.shape[1:]))')],
    ['bits_per_dim', code('bits_per_dim(nll, shape)', 'return nll / (np.prod(shape) * np.log(2))')],
    ['neg_elbo', code('f(recon, kl, x)', 'loss = (recon + kl).mean() / x[0].numel()')],
    ['sdpa', code('f(q, k, v, t)', causal, ...attend)],
    ['sdpa', code('f(q, k, v, t)', causal, 'mask = mask[None, None, :t, :t]', ...attend)],
    ['feature_matching', code('f(D, G, x, z)', '_, a = D(x)', '_, b = D(G(z))', 'return ((a.mean(0) - b.mean(0)) ** 2).sum()')],
    [
      'reparam',
      [
        'class D:',
        '    def __init__(self, p, fixed=False):',
        '        self.mean, self.logvar = torch.chunk(p, 2, dim=1)',
        '        self.std = torch.exp(0.5 * self.logvar)',
        '        if fixed:',
        '            self.std = torch.zeros_like(self.mean)',
        '    def sample(self):',
        '        return self.mean + self.std * torch.randn(self.mean.shape)',
      ].join('\n'),
    ],
    ['pf_ode', code('ve_probability_flow(scorenet, x, sigma)', 'd = -sigma * scorenet(x, sigma)')],
    ['eps_from_score', code('f(score_net, x, sigma)', 'eps = -sigma * score_net(x, sigma)')],
    [
      'sinusoidal_pos',
      code(
        'positional_encoding(n, d)',
        'a = np.arange(n)[:, None] / 10000 ** (2 * (np.arange(d)[None] // 2) / d)',
        'a[:, 0::2] = np.sin(a[:, 0::2])',
        'a[:, 1::2] = np.cos(a[:, 1::2])',
      ),
    ],
    [
      'sinusoidal_pos',
      code(
        'embed(t, dim)',
        'h = dim // 2',
        'f = torch.exp(-math.log(10000) * torch.arange(start=0, end=h) / h)',
        'a = t[:, None] * f[None]',
        'return torch.cat([a.cos(), a.sin()], -1)',
      ),
    ],
    [
      'kl_gauss_gauss',
      code(
        'kl(self, other)',
        'ratio = (self.mean - other.mean) ** 2 / other.var + self.var / other.var',
        'return 0.5 * torch.sum(ratio - 1 - self.logvar + other.logvar, dim=1)',
      ),
    ],
    [
      'rope',
      code(
        'rotate(q, cos, sin)',
        'a, b = q.reshape(q.shape[:-1] + (-1, 2)).unbind(-1)',
        'c, s = cos.view([d if i == 1 else 1 for i, d in enumerate(a.shape)]), sin.view([d if i == 1 else 1 for i, d in enumerate(a.shape)])',
        'return torch.stack([a * c - b * s, a * s + b * c], dim=-1).flatten(3)',
      ),
    ],
    [
      'kl_mc',
      code(
        'kl_loss(z_p, logs_q, m_p, logs_p)',
        'kl = logs_p - logs_q - 0.5',
        'kl += 0.5 * (z_p - m_p) ** 2 * torch.exp(-2 * logs_p)',
        'return kl.sum()',
      ),
    ],
    ['kl_free_bits', code('f(self, per_channel)', 'return per_channel.mean(0).clamp(min=self.free_bits).sum()')],
    ['beta_vae', code('f(recon_loss, kld, step, warmup)', 'kl_weight = min(1.0, step / warmup)', 'return recon_loss + kl_weight * kld')],
    [
      'layer_norm',
      code(
        'layer_norm(self, x)',
        'u = x.mean(1, keepdim=True)',
        's = (x - u).pow(2).mean(1, keepdim=True)',
        'x = (x - u) / torch.sqrt(s + self.eps)',
        'return self.weight[:, None, None] * x + self.bias[:, None, None]',
      ),
    ],
    ['rms_norm', code('f(self, x)', 'h = x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)', 'return h * self.weight')],
  ])('%s', (id, text) => {
    expect(last(text)).toContain(id);
  });
});

describe('known through classes', () => {
  const criterion = ['class Base:', '    def __init__(self, one=1.):', '        self.real_label, self.fake_label = one, 0.'];
  const bce = [
    '        self.loss = nn.BCEWithLogitsLoss()',
    '    @property',
    '    def room(self):',
    '        return self.step / self.steps * self.most',
  ];
  const derived = [...criterion, ...bce, 'class Middle(Base):', '    weight: float = 1.', 'class Own(Middle):'];
  test.each([
    [
      'gan_d_bce',
      [
        ...derived,
        '    def d_loss(self, real, fake):',
        '        return self.loss(real, real.new_full(real.shape, self.real_label)) + self.loss(fake, fake.new_full(fake.shape, self.fake_label))',
      ],
    ],
    ['capacity_vae', [...derived, '    def f(self, rec, kl):', '        return rec + self.gamma * (kl.mean() - self.room).abs()']],
    ['capacity_vae', ['def f(ll, kl, a):', '    kl = kl.mean()', '    return -ll.mean() + a.gamma * torch.abs(kl - a.C)']],
    ['kl_diag_std_normal', ['def f(post):', '    return 0.5 * (post.loc.square() + post.log_var.exp() - post.log_var - 1.0)']],
    ['bce', ['def f(recon_x, x):', "    loss = F.binary_cross_entropy(recon_x, x.view(-1, 784), reduction='sum')"]],
    [
      'gan_g_ns',
      [
        'class Trainer:',
        '    def __init__(self, G, D):',
        '        self.G, self.D = nn.parallel.DistributedDataParallel(G), nn.parallel.DistributedDataParallel(D)',
        '    def step(self, n):',
        '        loss = -F.logsigmoid(self.D(self.G(torch.randn(n, 64)))).mean()',
      ],
    ],
  ])('%s', (id, lines) => {
    expect(last(lines.join('\n'))).toEqual([id]);
  });
});

describe('told from its like', () => {
  const student = 'p = F.log_softmax(s / self.T, dim=1)';
  test.each([
    ['bradley_terry', code('reward_loss(self, chosen, rejected)', 'preference_loss = -F.logsigmoid(chosen - rejected).mean()')],
    ['kl_mc', code('kl(self, q, z)', 'return q.log_prob(z) - self.prior.log_prob(z)')],
    ['kl_k1', code('kl(self, policy, a)', 'return policy.log_prob(a) - self.ref.log_prob(a)')],
    ['distill_kl', code('f(self, s, t)', student, 'q = F.softmax(t / self.T, dim=1).detach()', 'return F.kl_div(p, q) * self.T ** 2')],
    ['neg_elbo', code('f(z, m, s)', 'q = Normal(m, s)', 'z = q.rsample()', 'log_joint = model(z)', 'log_w = log_joint - q.log_prob(z)')],
  ])('%s', (id, text) => {
    expect(last(text)).toEqual([id]);
  });
});

describe('named by the statement that computes it, not by one that hands it on', () => {
  test.each([
    ['in another shape', code('f(q, k, v, t)', ...attend.slice(0, 1), 'o = s.softmax(-1) @ v', 'o = o.transpose(1, 2).flatten(2)')],
    ['times a number', code('f(self, q, c, s)', 'a, b = q.chunk(2, -1)', 'q = q * c + torch.cat((-b, a), -1) * s', 'q = q * self.scale')],
    [
      'put together',
      code(
        'f(x, z, n)',
        'for _ in range(n):',
        '    e = log_px(x, z) + log_pz(z) - log_q(z, x)',
        '    all.append(e)',
        'w = torch.cat(all, 0)',
      ),
    ],
  ])('%s', (_, text) => {
    expect(last(text)).toEqual([]);
  });
});

describe('another thing', () => {
  test.each([
    [
      'feature_matching',
      'means of one network of two given things',
      code('f(e, a, b)', 'a, b = e(a), e(b)', 'return ((a.mean(0) - b.mean(0)) ** 2).sum()'),
    ],
    [
      'kl_gauss_gauss',
      'log-variances the other way round',
      code('f(a, b)', 'return 0.5 * torch.sum((a.mean - b.mean) ** 2 / b.var + a.var / b.var - 1 + a.logvar - b.logvar)'),
    ],
    [
      'ddim_step',
      'noise told from a velocity',
      'class DDIM:\n    def step(self, model_output, a, sample):\n        e = a.sqrt() * model_output + (1 - a).sqrt() * sample\n        return e',
    ],
    [
      'sdpa_weights',
      'weights that compete for inputs',
      code(
        'f(slots, x, wq, wk)',
        'q, k = slots @ wq, x @ wk',
        's = k @ q.T / jnp.sqrt(q.shape[-1])',
        'a = jax.nn.softmax(s, axis=-1) + 1e-8',
      ),
    ],
    [
      'vq_commitment',
      'what moves the code book',
      code(
        'codebook(x, e)',
        'i = jnp.argmin(((x[:, None] - e) ** 2).sum(-1), -1)',
        'q = e[i]',
        'loss = jnp.mean((q - jax.lax.stop_gradient(x)) ** 2)',
      ),
    ],
  ])('no %s: %s', (id, _, text) => {
    expect(last(text)).not.toContain(id);
  });
});
