/** Code that was once told of wrongly, or not at all. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from './told.ts';

const models = 'cond, uncond = model(x, t, condition), model(x, t, None)';

describe('nothing is told of', () => {
  test.each([
    ['an estimate by absolute values', def('kl_penalty(logp, ref_logp)', '(logp - ref_logp).abs()')],
    [
      'a divergence of a square that is computed before',
      def('klz(ft, ab, var_1)', 'mean1_sqr = ab * ft ** 2', '0.5 * torch.sum(mean1_sqr + var_1 - torch.log(var_1) - 1, dim=(1, 2, 3))'),
    ],
    ['an average over a batch', def('kl_term(posteriors)', 'kl_loss = posteriors.kl()', 'torch.sum(kl_loss) / kl_loss.shape[0]')],
    [
      'guidance from the conditional side, by what is called a scale',
      def('guided(model, x, t, condition, scale)', models, 'cond + scale * (cond - uncond)'),
    ],
    [
      'the weight of the paper, by what is called a scale',
      def('guided(model, x, t, condition, scale)', models, '(1 + scale) * cond - scale * uncond'),
    ],
    [
      'a penalty of what is said of real and generated',
      def('drift(real_scores, fake_scores)', '1e-3 * (real_scores ** 2).mean() + 1e-3 * (fake_scores ** 2).mean()'),
    ],
    ['a bound as it is', def('iwae(log_w, k)', 'bound = torch.logsumexp(log_w, dim=0) - math.log(k)', 'bound')],
    ['a bound that is given', def('iwae_bound(log_w, k)', 'torch.logsumexp(log_w, dim=0) - math.log(k)')],
    [
      'a step from a level that was raised',
      def(
        'sample(model, x, sigmas, gamma)',
        'for s, t in zip(sigmas[:-1], sigmas[1:]):',
        '    hat = s * (1 + gamma)',
        '    d = (x - model(x, hat)) / hat',
        '    x = x + (t - hat) * d',
        'x',
      ),
    ],
    ['a step to a rounded number', def('fit(n, scale)', 'n += round(n * scale) - n', 'n')],
    ['what is kept above 0', def('perplexity(nats, count)', 'float(np.exp(nats / max(count, 1)))')],
    [
      'labels of real examples that are smoothed',
      def('d_loss(real_scores, smooth)', 'F.binary_cross_entropy_with_logits(real_scores, (1.0 - smooth) * torch.ones_like(real_scores))'),
    ],
    ['logits of a reconstruction', def('loss(recon_x, x)', 'F.binary_cross_entropy_with_logits(recon_x, x).mean()')],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('is told', () => {
  test.each([
    [
      'a velocity against its path',
      'against-the-path',
      def(
        'loss(model, data, noise, t)',
        'x_t = (1 - t) * noise + t * data',
        'velocity = noise - data',
        '((model(x_t, t) - velocity) ** 2).mean()',
      ),
    ],
    [
      'a divergence that falls without end as the mean grows',
      'minimum-elsewhere',
      def('kl(mu, logvar)', '-0.5 * torch.sum(1 + logvar + mu.pow(2) - logvar.exp(), dim=1)'),
    ],
    [
      'a factor of the policy alone',
      'factor-scope',
      def(
        'dpo(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta)',
        '-F.logsigmoid(beta * (policy_chosen - policy_rejected) - (ref_chosen - ref_rejected)).mean()',
      ),
    ],
    [
      'layer normalisation over the batch',
      'another-axis',
      def(
        'layer_norm(x, gamma, beta, eps)',
        'mean = x.mean(0, keepdim=True)',
        'var = (x - mean).pow(2).mean(0, keepdim=True)',
        'gamma * (x - mean) / torch.sqrt(var + eps) + beta',
      ),
    ],
  ])('%s', async (_, rule, code) => {
    expect(await rulesOf(code)).toEqual([rule]);
  });
});

describe('is mended rightly', () => {
  test.each([
    [
      'a sum for a product',
      def('edm_weight(sigma, sigma_data)', '(sigma ** 2 + sigma_data ** 2) / (sigma + sigma_data) ** 2'),
      '(sigma ** 2 + sigma_data ** 2) / (sigma * sigma_data) ** 2',
    ],
    [
      'a weight beside a loss that is right',
      def(
        'loss(snr, gamma, eps_pred, noise)',
        'w = snr.clamp(min=gamma) / snr',
        '(w * (eps_pred - noise).square().flatten(1).mean(1)).mean()',
      ),
      'w = snr.clamp(max=gamma) / snr',
    ],
    [
      'a square of an exponential',
      def('kl(mu, logvar)', '-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp().pow(2), dim=1)'),
      '-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)',
    ],
    [
      'a square too many',
      def('nll(x, mu, sigma)', '(torch.log(sigma) + 0.5 * ((x - mu) / sigma ** 2) ** 2).mean()'),
      '(torch.log(sigma) + 0.5 * ((x - mu) / sigma) ** 2).mean()',
    ],
    [
      'the level of this step for that of the step before',
      def('ddim(x0, eps, alpha_bar_t, alpha_bar_prev)', 'alpha_bar_prev.sqrt() * x0 + (1 - alpha_bar_t).sqrt() * eps'),
      'alpha_bar_prev.sqrt() * x0 + (1 - alpha_bar_prev).sqrt() * eps',
    ],
  ])('%s', async (_, code, mended) => {
    expect((await only(code)).mended).toBe(mended);
  });
});

describe('a value that stands in itself many times over', () => {
  // Written out it has 2^40 terms: whoever follows each of them does not end.
  test.each([
    ['as a term', 'x = x + x'],
    ['as a factor', 'x = x * x'],
    ['as both', 'x = x * (x + 1)'],
    ['of a loss', 'x = F.softplus(x) + F.softplus(x)'],
  ])('%s', async (_, line) => {
    const code = def('loss(x)', ...Array.from({ length: 40 }, () => line), 'total = x.mean()', 'total');
    await expect(rulesOf(code)).resolves.toBeInstanceOf(Array);
  });
});
