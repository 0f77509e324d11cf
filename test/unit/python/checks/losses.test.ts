/** Losses put together, divergences that lack a constant, weights of samples, sides that are held. */

import { describe, expect, test } from 'vitest';
import { def, placesOf, rulesOf } from './near/told.ts';

const kl = 'kl = -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())';
const bce = "bce = F.binary_cross_entropy(recon, x, reduction='sum')";

describe('a loss of a variational autoencoder', () => {
  test.each([
    ['takes the divergence off', def('loss(recon, x, mu, logvar)', bce, kl, 'bce - kl')],
    ['takes it off with a weight', def('loss(recon, x, mu, logvar, beta)', bce, kl, 'bce - beta * kl')],
    ['takes off what it only has by name', def('loss(self, recon, x, q)', bce, 'kld = self.divergence(q)', 'bce - kld')],
    ['adds the log-likelihood', def('loss(x, dec, mu, logvar)', 'log_px = dec.log_prob(x).sum()', kl, 'kl + log_px')],
  ])('that %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['wrong-direction']);
  });

  test.each([
    ['adds both', def('loss(recon, x, mu, logvar)', bce, kl, 'bce + kl')],
    ['is the bound', def('elbo(recon, x, mu, logvar)', bce, kl, '-bce - kl')],
    ['takes off minus the divergence', def('loss(recon, x, mu, logvar)', bce, kl.replace('-0.5', '0.5'), 'bce - kl')],
    ['takes off the log-likelihood', def('loss(x, dec, mu, logvar)', 'log_px = dec.log_prob(x).sum()', kl, 'kl - log_px')],
    ['holds it near a capacity', def('loss(recon, x, mu, logvar, c)', bce, kl, 'bce + 10 * (kl - c).abs()')],
    ['has an error that may be a likelihood', def('loss(self, x, z, mu, logvar)', 'recon = self.score(x, z)', kl, 'recon - kl')],
  ])('is right where it %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });

  test('averages the reconstruction and sums the divergence', async () => {
    const lines = ["rec = F.binary_cross_entropy(recon, x, reduction='sum') / x.size(0)", 'w = min(1.0, step / warmup)', kl];
    expect(await rulesOf(def('loss(recon, x, mu, logvar, step, warmup)', ...lines, 'rec + w * kl'))).toEqual(['reductions-mixed']);
    expect(await rulesOf(def('loss(recon, x, mu, logvar, step, warmup)', ...lines, 'rec + w * kl / x.size(0)'))).toEqual([]);
  });
});

describe('a loss of a discriminator', () => {
  const of = (total: string): string =>
    def(
      'loss(d_real, d_fake)',
      'err_real = F.binary_cross_entropy_with_logits(d_real, torch.ones_like(d_real))',
      'err_fake = F.binary_cross_entropy_with_logits(d_fake, torch.zeros_like(d_fake))',
      total,
    );
  test('takes one half off the other', async () => {
    expect(await rulesOf(of('err_real - err_fake'))).toEqual(['wrong-direction']);
    expect(await rulesOf(of('(err_real + err_fake) / 2'))).toEqual([]);
  });
  test('is a difference where the answers have no cost', async () => {
    expect(await rulesOf(def('loss(d_real, d_fake)', 'd_fake.mean() - d_real.mean()'))).toEqual([]);
  });
});

describe('a perplexity', () => {
  const of = (value: string): string =>
    def(
      'evaluate(logits, targets)',
      'logp = logits - torch.log(torch.exp(logits).sum(-1, keepdim=True))',
      'ce = -logp[torch.arange(len(targets)), targets].mean()',
      `ppl = ${value}`,
      'ppl',
    );
  test('is the exponential of what it is called', async () => {
    expect(await rulesOf(of('ce'))).toEqual(['function-missing']);
    expect(await rulesOf(of('torch.exp(ce)'))).toEqual([]);
  });
});

describe('a divergence', () => {
  test('that lacks the 1 of each dimension', async () => {
    const of = (holder: string, rest: string): string =>
      def(`${holder}(mu, logvar)`, `0.5 * torch.sum(mu ** 2 + logvar.exp() - logvar${rest}, dim=1)`);
    expect(await rulesOf(of('kl_loss', ''))).toEqual(['constant-missing']);
    expect(await rulesOf(of('kl_loss', ' - 1'))).toEqual([]);
    expect(await rulesOf(of('regulariser', ''))).toEqual([]);
  });

  test('whose logarithm is of deviations and keeps the half of variances', async () => {
    const of = (half: string): string =>
      def(
        'kl(mean_q, std_q, mean_p, std_p)',
        'r = std_q / std_p',
        'd = (mean_q - mean_p) / std_p',
        `(0.5 * (r ** 2 + d ** 2 - 1) - ${half}r.log()).sum(-1)`,
      );
    expect(await rulesOf(of('0.5 * '))).toEqual(['minimum-elsewhere']);
    expect(await rulesOf(of(''))).toEqual([]);
  });

  test('that a capacity is kept of', async () => {
    const of = (variance: string): string =>
      def(
        'loss(x, recon, mu, log_var, gamma, C)',
        `kld_loss = torch.mean(-0.5 * torch.sum(1 + log_var - mu ** 2 - ${variance}, dim=1), dim=0)`,
        'F.mse_loss(recon, x) + gamma * (kld_loss - C).abs()',
      );
    expect(await rulesOf(of('log_var ** 2'))).toEqual(['minimum-elsewhere']);
    expect(await rulesOf(of('log_var.exp()'))).toEqual([]);
  });

  test('with a floor that is a ceiling', async () => {
    const of = (bound: string): string =>
      def('free_nats(kl_dims, nats)', 'mean_kl = kl_dims.mean(dim=0)', `mean_kl.clamp(${bound}=nats).sum()`);
    expect(await rulesOf(of('max'))).toHaveLength(1);
    expect(await rulesOf(of('min'))).toEqual([]);
  });
});

describe('logarithms of weights', () => {
  const of = (weights: string): string =>
    def('estimate(log_p, log_q, k)', `log_w = ${weights}`, 'torch.logsumexp(log_w, dim=0) - math.log(k)');
  test('upside down', async () => {
    expect(await rulesOf(of('log_q - log_p'))).toEqual(['log-ratio-reversed']);
    expect(await rulesOf(of('log_p - log_q'))).toEqual([]);
  });
});

describe('a density', () => {
  test('whose deviation is known by a letter', async () => {
    const of = (sign: string): string =>
      def(
        'reward_nll(self, feat, reward)',
        'mean = self.head(feat)',
        's = self.reward_logstd',
        `0.5 * ((reward - mean) / s.exp()).pow(2) ${sign} s`,
      );
    expect(await rulesOf(of('-'))).toEqual(['minimum-elsewhere']);
    expect(await rulesOf(of('+'))).toEqual([]);
  });

  test('of Laplace divides a distance that is not squared', async () => {
    expect(
      await rulesOf(
        def(
          'nll(x, recon, logvar)',
          'rec_loss = torch.abs(x - recon)',
          'nll_loss = rec_loss / torch.exp(logvar) + logvar',
          'nll_loss.sum()',
        ),
      ),
    ).toEqual([]);
  });
});

describe('weights of samples', () => {
  const of = (sign: string): string =>
    def(
      'estimate(k, z)',
      'lik, prior, post = a(z), b(z), c(z)',
      `log_w = lik + prior ${sign} post`,
      'torch.logsumexp(log_w, dim=0) - math.log(k)',
    );
  test('by the names of densities', async () => {
    expect(await rulesOf(of('+'))).toEqual(['log-ratio-reversed']);
    expect(await rulesOf(of('-'))).toEqual([]);
  });
});

describe('both halves of quantisation, in two statements', () => {
  const of = (book: string, commit: string): string =>
    def('losses(z, q, beta)', `codebook, commit = F.mse_loss(${book}), F.mse_loss(${commit})`, 'codebook + beta * commit');
  test('of signs, handed on with nothing held', async () => {
    const handed = (given: string): string => def('forward(z)', 'code = torch.where(z > 0, 1.0, -1.0)', given);
    expect(await rulesOf(handed('z + (code - z)'))).toEqual(['held-side']);
    expect(await rulesOf(handed('z + (code - z).detach()'))).toEqual([]);
  });
  test('hold the same side', async () => {
    expect(await rulesOf(of('q, z.detach()', 'z.detach(), q'))).toEqual(['held-side']);
    expect(await rulesOf(of('q, z.detach()', 'z, q.detach()'))).toEqual([]);
  });
});

describe('a discrepancy', () => {
  const of = (factor: string): string =>
    def(
      'mmd(kernel, x, y)',
      'k_xx, k_yy, k_xy = kernel(x, x), kernel(y, y), kernel(x, y)',
      `k_xx.mean() + k_yy.mean() - ${factor}k_xy.mean()`,
    );
  test('whose cross term counts once', async () => {
    expect(await rulesOf(of(''))).toHaveLength(1);
    expect(await rulesOf(of('2 * '))).toEqual([]);
  });
  test('of kernels in a loop', async () => {
    const looped = (factor: string): string =>
      [
        'def mmd(x, y, kernels):',
        '    total = 0.0',
        '    for k in kernels:',
        `        total = total + k(x, x).mean() + k(y, y).mean() - ${factor}k(x, y).mean()`,
        '    return total',
        '',
      ].join('\n');
    expect(await rulesOf(looped(''))).toEqual(['minimum-elsewhere']);
    expect(await rulesOf(looped('2 * '))).toEqual([]);
  });
});

describe('the exponential of an entropy', () => {
  const of = (sign: string): string =>
    def('usage(counts)', 'p = counts / counts.sum()', `torch.exp(${sign}torch.sum(p * torch.log(p + 1e-10)))`);
  test('in bits', async () => {
    const inBits = of('-').replace('torch.log(', 'torch.log2(');
    expect(await rulesOf(inBits)).toEqual(['perplexity-base']);
    expect(await rulesOf(inBits.replace('torch.exp(', 'torch.exp2('))).toEqual([]);
  });
  test('without its sign', async () => {
    expect(await rulesOf(of(''))).toEqual(['other-sign']);
    expect(await rulesOf(of('-'))).toEqual([]);
  });
});

describe('a velocity of another function than the path', () => {
  const of = (difference: string): string =>
    [
      'import torch',
      'class Matcher:',
      '    def sample_xt(self, x0, x1, t):',
      '        return t * x1 + (1 - t) * x0',
      '    def ut(self, x0, x1):',
      `        return ${difference}`,
      '    def distance(self, x0, x1):',
      '        return x0 - x1',
      '',
    ].join('\n');
  test('goes against it', async () => {
    expect(await rulesOf(of('x0 - x1'))).toEqual(['against-the-path']);
    expect(await rulesOf(of('x1 - x0'))).toEqual([]);
  });
});

describe('what cancels', () => {
  const of = (variance: string): string => def('kl_loss(mu, logvar)', `-0.5 * torch.sum(1 + logvar - mu ** 2 - ${variance}, dim=-1)`);
  test('in a sum of several terms', async () => {
    expect(await rulesOf(of('logvar'))).toContain('same-twice');
    expect(await rulesOf(of('logvar.exp()'))).toEqual([]);
  });
  test('is not what is in one set and not in another', async () => {
    expect(await rulesOf(def('apart(one, other)', 'list(set(one) - set(other)) + list(set(other) - set(one))'))).toEqual([]);
  });
  test('is not what was added before to what a list holds', async () => {
    const code = [
      'def memory_curve(peak, costs, nodes, edges):',
      '    memory = [(peak, "peak")]',
      '    for node in nodes:',
      '        memory.append((memory[-1][0] + costs[node], "computed again"))',
      '        for before in edges(node):',
      '            memory.append((memory[-1][0] + costs[before], "computed for it"))',
      '        memory.append((memory[-1][0] - costs[node], "dropped"))',
      '    return memory',
      '',
    ].join('\n');
    expect(await rulesOf(code)).toEqual([]);
  });
  test('is not what stands along another axis', async () => {
    const code = def(
      'offsets(n)',
      'at = torch.tensor([[row, column] for row in range(n) for column in range(n)])',
      'at[:, None, :] - at[None, :, :] + n - 1',
    );
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('bits', () => {
  const of = (value: string): string => def('reconstruction_bits(nll_nats, dims)', value);
  test('are nats over the logarithm of 2', async () => {
    expect(await rulesOf(of('nll_nats * math.log(2) / dims'))).toContain('other-factor');
    expect(await rulesOf(of('nll_nats / math.log(2) / dims'))).toEqual([]);
  });
});

describe('a slip of a value that only leads to the formula', () => {
  test('is told where that is made', async () => {
    const code = def(
      'gradient_penalty(d, x_hat, weight)',
      'g = torch.autograd.grad(d(x_hat).sum(), x_hat, create_graph=True)[0]',
      'slopes = g.square().sum(dim=[1, 2, 3])',
      'weight * ((slopes - 1) ** 2).mean()',
    );
    expect((await placesOf(code)).map(({ at }) => at)).toEqual(['g.square().sum(dim=[1, 2, 3])']);
  });
});
