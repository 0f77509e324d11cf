/** Logarithms of densities: their signs, and where their mean is taken. */

import { describe, expect, test } from 'vitest';
import { messages, mended, severities, told } from '../rules/told.ts';

const def = (name: string, parameters: string, ...lines: string[]): string =>
  `import math\nimport torch\ndef ${name}(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;

describe('densities that are added with other signs than their sum has', () => {
  test.each<[string, string, string, string | null]>([
    [
      'a divergence that is added to a loss',
      def('step', 'nll, log_q, log_p, beta', 'kl = log_p - log_q', 'loss = nll + beta * kl', 'return loss.mean()'),
      'warning',
      'kl = log_q - log_p',
    ],
    [
      'a divergence that is given',
      def('kl_monitor', 'logp, ref_logp', 'return (ref_logp - logp).mean()'),
      'info',
      'return (logp - ref_logp).mean()',
    ],
    [
      'a divergence by distributions',
      def('kl', 'q, prior, z', 'return prior.log_prob(z) - q.log_prob(z)'),
      'info',
      'return q.log_prob(z) - prior.log_prob(z)',
    ],
    [
      'a reward that pays for leaving the reference',
      def('shape', 'score, logprobs, ref_logprobs, kl_coef', 'rewards = score + kl_coef * (logprobs - ref_logprobs)', 'return rewards'),
      'warning',
      'rewards = score + kl_coef * (ref_logprobs - logprobs)',
    ],
    [
      'a total correlation',
      def('btc', 'rec, log_qz, log_prod_qz', 'tc = (log_prod_qz - log_qz).mean()', 'return rec + 6 * tc'),
      'warning',
      'tc = (log_qz - log_prod_qz).mean()',
    ],
    [
      'a bound, by one of its terms',
      def('elbo', 'log_px, log_pz, log_qz_x', 'return (log_px + log_pz + log_qz_x).mean()'),
      'warning',
      null,
    ],
    [
      'weights of importance',
      def('weights', 'log_px, log_pz, log_qz_x', 'log_w = log_px - log_pz - log_qz_x', 'return log_w'),
      'warning',
      null,
    ],
    [
      'the ratio of two policies',
      def('ppo', 'logp, old_logp, adv', 'ratio = torch.exp(old_logp - logp)', 'return -(ratio * adv).mean()'),
      'warning',
      'ratio = torch.exp(logp - old_logp)',
    ],
    [
      'an estimate that can be negative',
      def('k3', 'logp, ref_logp', 'r = ref_logp - logp', 'return torch.exp(r) + r - 1'),
      'warning',
      null,
    ],
    [
      'an estimate of what other samples are for',
      def('kl_penalty', 'logp, ref_logp', 'r = logp - ref_logp', 'return r.exp() - r - 1'),
      'info',
      'r = ref_logp - logp',
    ],
  ])('are told of: %s', async (_, code, severity, line) => {
    expect(await severities(code)).toEqual([severity]);
    expect((await told(code)).join()).toMatch(/^log-ratio-reversed: /);
    expect(await mended(code)).toBe(line);
  });

  test('says what stands and what belongs there', async () => {
    const code = def('step', 'nll, log_q, log_p', 'kl = log_p - log_q', 'return kl');
    expect(await messages(code)).toEqual([
      '`kl` has log q(z|x) − log p(z), and here stands log p(z) − log q(z|x): this is minus the divergence in the mean over samples of the first.',
    ]);
  });

  test.each<[string, string]>([
    ['a divergence', def('step', 'nll, log_q, log_p, beta', 'kl = log_q - log_p', 'loss = nll + beta * kl', 'return loss')],
    ['its negative, taken off', def('step', 'nll, log_q, log_p', 'kl = log_p - log_q', 'return nll - kl')],
    ['its negative, in a bound', def('step', 'log_px, log_q, log_p', 'kl = log_p - log_q', 'elbo = log_px + kl', 'return -elbo')],
    ['what is called its negative', def('neg_kl', 'log_q, log_p', 'return log_p - log_q')],
    ['a divergence over probabilities', def('kl', 'log_q, log_p, p', 'return (p * (log_p - log_q)).sum()')],
    [
      'a logarithm of a ratio called so',
      def('k3', 'logp, ref_logp', 'kl = ref_logp - logp', 'kl = torch.clamp(kl, -20, 20)', 'return torch.exp(kl) - kl - 1'),
    ],
    ['an estimate for samples of the old policy', def('approx_kl', 'logp, old_logp', 'r = logp - old_logp', 'return (r.exp() - 1) - r')],
    ['an estimate of the reverse', def('reverse_kl', 'logp, ref_logp', 'r = logp - ref_logp', 'return r.exp() - r - 1')],
    ['the reward that a policy implies', def('implicit_reward', 'logp, ref_logp, beta', 'return beta * (logp - ref_logp)')],
    ['a penalty', def('shape', 'score, logp, ref_logp, kl_coef', 'reward = score - kl_coef * (logp - ref_logp)', 'return reward')],
    ['several results of a function', def('rewards', 'kl_coef, logp, ref_logp', 'kl = logp - ref_logp', 'return -kl_coef * kl, kl')],
    ['a bound', def('elbo', 'log_px, log_pz, log_q', 'return (log_px + log_pz - log_q).mean()')],
    ['a bound that is a loss', def('loss', 'log_px, log_pz, log_q', 'return (log_q - log_pz - log_px).mean()')],
    ['a bound called a loss until it is turned', def('go', 'log_px, log_pz, log_q', 'loss = log_px + log_pz - log_q', 'return -loss')],
    ['a ratio', def('ppo', 'logp, old_logp', 'ratio = torch.exp(logp - old_logp)', 'return ratio')],
  ])('are silent on %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('the mean of the logarithms of weights', () => {
  test.each<[string, string]>([
    ['that are given', def('iwae_loss', 'log_w', 'return -log_w.mean(0).mean()')],
    ['of densities', def('importance_weighted_bound', 'log_px, log_pz, log_q', 'return torch.mean(log_px + log_pz - log_q, dim=0)')],
    ['with a name', def('iwae_eval', 'log_weights', 'bound = log_weights.mean(dim=0)', 'return -bound')],
  ])('is told of: %s', async (_, code) => {
    expect((await told(code)).join()).toMatch(/^mean-of-logarithms: /);
  });

  test.each<[string, string]>([
    ['the logarithm of the mean', def('iwae_loss', 'log_w, k', 'return -(torch.logsumexp(log_w, 0) - math.log(k)).mean()')],
    ['the ELBO beside it', def('iwae', 'log_w, k', 'elbo = log_w.mean(0)', 'return torch.logsumexp(log_w, 0) - math.log(k), elbo')],
    ['normalised weights', def('iwae_loss', 'log_w', 'w = torch.softmax(log_w, 0).detach()', 'return -(w * log_w).sum(0).mean()')],
    ['a mean over all of a batch', def('iwae_loss', 'log_w', 'return -log_w.mean()')],
    ['the ELBO', def('elbo', 'log_w', 'return log_w.mean(0)')],
  ])('is silent on %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
