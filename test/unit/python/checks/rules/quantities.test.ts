/** Noise, schedules, spreads of densities, temperatures, perplexities, smoothed targets. */

import { describe, expect, test } from 'vitest';
import { below, go, mended, severities, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':')[0]!);

describe('noise', () => {
  test.each([
    ['a reparametrisation', go('mu, logvar', 'return mu + torch.exp(0.5 * logvar) * torch.rand_like(mu)'), 'torch.rand_like(mu)'],
    ['by a name', go('mu, std', 'eps = torch.rand(std.shape)', 'return mu + eps * std'), 'torch.rand(std.shape)'],
    ['forward', go('x, a, t', 'noise = torch.rand_like(x)', 'return a[t].sqrt() * x + (1 - a[t]).sqrt() * noise'), 'torch.rand_like(x)'],
    ['JAX', go('key, mu, sigma', 'return mu + sigma * jax.random.uniform(key, mu.shape)'), 'jax.random.uniform(key, mu.shape)'],
    [
      'given to a function of the file',
      below('def q_sample(x, s, noise):\n    return x + s.sqrt() * noise\n', go('x, s', 'return q_sample(x, s, torch.rand_like(x))')),
      'torch.rand_like(x)',
    ],
  ])('that is uniform: %s', async (_, code, at) => {
    expect(await told(code)).toEqual([`uniform-noise: ${at}`]);
  });

  test('is mended by a normal draw', async () => {
    expect(await mended(go('mu, std', 'return mu + torch.rand_like(std) * std'))).toBe('return mu + torch.randn_like(std) * std');
    expect(await mended(go('mu, std', 'return mu + torch.rand(std.shape) * std'))).toBe('return mu + torch.randn(std.shape) * std');
  });

  test.each([
    ['normal', go('mu, std', 'return mu + torch.randn_like(std) * std')],
    ['a share', go('x, y', 'e = torch.rand(len(x), 1, 1, 1)', 'return e * x + (1 - e) * y')],
    ['a dither', go('x', 'return x + torch.rand_like(x) / 256')],
    ['a dropout', go('x, std', 'return x + std * (torch.rand_like(x) > 0.5)')],
    ['Gumbel’s', go('x, std', 'return x - std * torch.log(-torch.log(torch.rand_like(x)))')],
    ['a time', go('x, sigma_min, sigma_max', 'return sigma_min + torch.rand(len(x)) * (sigma_max - sigma_min)')],
    ['of a given width', go('x, std', 'return x + std * np.random.uniform(-1, 1, x.shape)')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });

  test.each([
    [
      'a log-variance’s exponential',
      go('mu, logvar', 'return mu + logvar.exp() * torch.randn_like(mu)'),
      'logvar.exp() * torch.randn_like(mu)',
    ],
    [
      'a variance',
      go('m, posterior_variance, t', 'return m + posterior_variance[t] * torch.randn_like(m)'),
      'posterior_variance[t] * torch.randn_like(m)',
    ],
    ['a square', go('m, sigma', 'return m + sigma ** 2 * torch.randn_like(m)'), 'sigma ** 2 * torch.randn_like(m)'],
    ['a beta', go('f, x, betas, t', 'return x - f(x, t) + betas[t] * torch.randn_like(x)'), 'betas[t] * torch.randn_like(x)'],
    [
      'a variance, but for the last step',
      go('m, v, t', 'variance = v[t]', 'z = torch.randn_like(m) if t > 0 else 0.0', 'return m + variance * z'),
      'variance * z',
    ],
  ])('times %s', async (_, code, at) => {
    expect(await told(code)).toEqual([`noise-times-variance: ${at}`]);
  });

  test.each([
    ['half of it', go('mu, logvar', 'return mu + (0.5 * logvar).exp() * torch.randn_like(mu)')],
    ['its root', go('mu, logvar', 'return mu + logvar.exp().sqrt() * torch.randn_like(mu)')],
    ['a log-deviation’s exponential', go('mu, log_std', 'return mu + log_std.exp() * torch.randn_like(mu)')],
    ['a name that says nothing', go('mu, s', 'return mu + s.exp() * torch.randn_like(mu)')],
    ['a root of a step', go('x, dt, sigma', 'return x + sigma * dt.sqrt() * torch.randn_like(x)')],
    ['its share of what is predicted', go('x, betas, a, t', 'return x - betas[t] / (1 - a[t]).sqrt() * torch.randn_like(x)')],
  ])('times %s is right', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a schedule', () => {
  test.each([
    [
      'of betas',
      go('n', 'betas = torch.linspace(1e-4, 0.02, n)', 'return torch.cumprod(betas, dim=0)'),
      'return torch.cumprod(1.0 - betas, dim=0)',
    ],
    ['as a method', go('betas', 'return betas.cumprod(0)'), 'return (1.0 - betas).cumprod(0)'],
    ['summed', go('betas', 'alphas = 1 - betas', 'return np.cumsum(alphas)'), 'return np.cumprod(alphas)'],
  ])('of the wrong table: %s', async (_, code, right) => {
    expect(await rulesOf(code)).toEqual(['schedule-of-betas']);
    expect(await mended(code)).toBe(right);
  });

  test.each([
    ['of 1 - beta', go('betas', 'return torch.cumprod(1 - betas, 0)')],
    ['of alphas', go('betas', 'alphas = 1.0 - betas', 'return alphas.cumprod(0)')],
    ['by logarithms', go('betas', 'return np.exp(np.cumsum(np.log(1 - betas)))')],
    ['an integral', go('betas', 'return np.cumsum(betas)')],
    ['transmittance', go('alphas', 'return torch.cumprod(1 - alphas + 1e-10, -1)')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a density', () => {
  const from = 'from torch.distributions import MultivariateNormal, Normal';
  const spread = 'spread-of-density';
  test.each([
    [
      'a deviation',
      go('m, x, std', 'return F.gaussian_nll_loss(m, x, std)'),
      'F.gaussian_nll_loss(m, x, std)',
      'return F.gaussian_nll_loss(m, x, std ** 2)',
    ],
    [
      'a log-variance',
      go('m, x, logvar', 'return F.gaussian_nll_loss(m, x, logvar)'),
      'F.gaussian_nll_loss(m, x, logvar)',
      'return F.gaussian_nll_loss(m, x, logvar.exp())',
    ],
    [
      'a log-variance for a scale',
      below(from, go('m, logvar', 'q = Normal(m, logvar)', 'return q.rsample()')),
      'Normal(m, logvar)',
      'q = Normal(m, (0.5 * logvar).exp())',
    ],
    [
      'a variance for a scale',
      below(from, go('m, x, var', 'return Normal(m, scale=var).log_prob(x)')),
      'Normal(m, scale=var)',
      'return Normal(m, scale=var ** 0.5).log_prob(x)',
    ],
    [
      'an exponential',
      below(from, go('m, logvar', 'v = logvar.exp()', 'return Normal(m, v).rsample()')),
      'Normal(m, v)',
      'return Normal(m, v ** 0.5).rsample()',
    ],
  ])('given %s', async (_, code, at, right) => {
    expect(await told(code)).toEqual([`${spread}: ${at}`]);
    expect(await mended(code)).toBe(right);
  });

  test('whose covariance holds deviations', async () => {
    expect(await told(below(from, go('m, std', 'return MultivariateNormal(m, torch.diag_embed(std)).rsample()')))).toEqual([
      `${spread}: MultivariateNormal(m, torch.diag_embed(std))`,
    ]);
    expect(await told(below(from, go('m, std', 'return MultivariateNormal(m, scale_tril=torch.diag_embed(std)).rsample()')))).toEqual([]);
  });

  test.each([
    ['a variance', go('m, x, std', 'return F.gaussian_nll_loss(m, x, std ** 2)')],
    ['a name', go('m, x, var', 'return F.gaussian_nll_loss(m, x, var)')],
    ['what is not known', go('m, x, s', 'return F.gaussian_nll_loss(m, x, s)')],
    ['a softplus', go('m, x, raw', 'return F.gaussian_nll_loss(m, x, F.softplus(raw) + 1e-6)')],
    ['a deviation for a scale', below(from, go('m, logvar', 'return Normal(m, torch.exp(0.5 * logvar)).rsample()'))],
    ['a root', below(from, go('m, var', 'return Normal(m, var.sqrt()).rsample()'))],
    ['an exponential of a log-deviation', below(from, go('m, log_std', 'return Normal(m, log_std.exp()).rsample()'))],
  ])('is right given %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a temperature', () => {
  const unit = 'a, b = F.normalize(a, dim=-1), F.normalize(b, dim=-1)';
  test.each([
    [
      'by default',
      go('a, b, y, temperature=0.07', unit, 's = a @ b.t() * temperature', 'return F.cross_entropy(s, y)'),
      'a @ b.t() * temperature',
    ],
    ['a number', go('a, b, y', unit, 's = 0.1 * (a @ b.T)', 'return F.cross_entropy(s, y)'), '0.1 * (a @ b.T)'],
    ['one side', go('a, b, y, tau=0.07', unit, 'return F.cross_entropy(tau * a @ b.t(), y)'), 'tau * a'],
  ])('that multiplies, %s', async (_, code, at) => {
    expect(await told(code)).toEqual([`temperature-multiplied: ${at}`]);
  });

  test.each([
    ['that divides', go('a, b, y, temperature=0.07', unit, 'return F.cross_entropy(a @ b.t() / temperature, y)')],
    ['above 1', go('a, b, y, scale=14.3', unit, 'return F.cross_entropy(a @ b.t() * scale, y)')],
    ['that is learned', go('a, b, y', unit, 't = nn.Parameter(torch.tensor(0.07))', 'return F.cross_entropy(a @ b.t() * t, y)')],
    ['that is not known', go('a, b, y, temperature', unit, 'return F.cross_entropy(a @ b.t() * temperature, y)')],
    ['of attention', go('q, k', 'return torch.softmax(q @ k.mT * 0.125, -1)')],
    ['a weight of the loss', go('a, b, y, tau=0.5', unit, 'return tau * F.cross_entropy(a @ b.t(), y)')],
  ])('%s is right', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('perplexity and bits', () => {
  test.each([
    ['2 to nats', go('x, y', 'loss = F.cross_entropy(x, y)', 'return 2 ** loss'), 'perplexity-base', 'warning'],
    ['by name', go('loss', 'ppl = 2 ** loss', 'return ppl'), 'perplexity-base', 'warning'],
    [
      'of a sum',
      go('x, y', 'nll = F.cross_entropy(x, y, reduction="sum")', 'perplexity = torch.exp(nll)', 'return perplexity'),
      'perplexity-base',
      'info',
    ],
    ['nats', go('nll, n', 'bpd = nll / n', 'return bpd'), 'nats-as-bits', 'info'],
    ['nats of a density', go('log_px, n', 'bits_per_dim = -log_px.mean() / n', 'return bits_per_dim'), 'nats-as-bits', 'info'],
    ['nats of a function', go('nll, x', 'return nll / x[0].numel()').replace('def go', 'def bits_per_dim'), 'nats-as-bits', 'info'],
  ])('%s', async (_, code, rule, severity) => {
    expect(await rulesOf(code)).toEqual([rule]);
    expect(await severities(code)).toEqual([severity]);
  });

  test.each([
    ['e to nats', go('x, y', 'ppl = torch.exp(F.cross_entropy(x, y))', 'return ppl')],
    ['2 to bits', go('x, y', 'bits = F.cross_entropy(x, y) / math.log(2)', 'return 2 ** bits')],
    ['2 to bits by name', go('ce_bits', 'perplexity = 2 ** ce_bits', 'return perplexity')],
    ['2 to a level', go('level', 'return 2 ** level')],
    ['an entropy of base 2', go('p', 'h = -(p * p.log2()).sum()', 'return 2 ** h')],
    ['of a mean', go('x, y, n', 'nll = F.cross_entropy(x, y, reduction="sum")', 'ppl = torch.exp(nll / n)', 'return ppl')],
    ['a probability', go('x, y', 'p = torch.exp(-F.cross_entropy(x, y, reduction="sum"))', 'return p')],
    ['bits', go('nll, n', 'bpd = nll / (n * math.log(2))', 'return bpd')],
    ['of a logarithm of base 2', go('log2_likelihood, n', 'bpd = -log2_likelihood / n', 'return bpd')],
  ])('are right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('smoothed targets', () => {
  const filled = (right: string, others: string): string =>
    go('y, k, eps', `t = torch.full((len(y), k), ${others})`, `t.scatter_(1, y[:, None], ${right})`, 'return t');
  test.each([
    ['filled', filled('1 - eps', 'eps / k')],
    ['chosen', go('y, k, eps', 'hot = jax.nn.one_hot(y, k)', 'return jnp.where(hot > 0, 1.0 - eps, eps / k)')],
    ['the whole of it for each', go('y, k, eps', 'return F.one_hot(y, k) * (1 - eps) + eps')],
    ['its share among the others, for all', go('y, k, eps', 'return F.one_hot(y, k) * (1 - eps) + eps / (k - 1)')],
    ['too much', filled('1 - eps + eps / k', 'eps / (k - 1)')],
  ])('that do not sum to 1: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['targets-sum']);
  });

  test.each([
    ['over all', filled('1 - eps + eps / k', 'eps / k')],
    ['over the others', filled('1 - eps', 'eps / (k - 1)')],
    ['but for the padding', filled('1 - eps', 'eps / (k - 2)')],
    ['one-hot', go('y, k, eps', 'return (1 - eps) * F.one_hot(y, k) + eps / k')],
    ['a hard one', go('y, k', 't = torch.zeros(len(y), k)', 'return t.scatter_(1, y[:, None], 1.0)')],
  ])('are right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
