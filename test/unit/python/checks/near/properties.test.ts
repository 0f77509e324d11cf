/** Slips by which a formula loses what it is used for: each is a warning that says what is lost. */

import { describe, expect, test } from 'vitest';
import { properties, propertyIds } from '../../../../../src/formulas/properties.ts';
import { def, only, rulesOf } from './told.ts';

const level = 'ab = table[t].view(-1, 1, 1, 1)';
const models = 'cond, uncond = model(x, t, condition), model(x, t, None)';

/** Rule, code, what is lost, what the fix leaves, the formula that it then is. */
const broken: readonly (readonly [rule: string, code: string, lost: string, mended: string, formula: string])[] = [
  [
    'minimum-elsewhere',
    def('kl(mu, std)', '0.5 * (mu ** 2 + std ** 2 - torch.log(std) - 1).sum(1)'),
    'is least, with gradient 0, where the mean is 0 and the deviation 1',
    '0.5 * (mu ** 2 + std ** 2 - torch.log(std ** 2) - 1).sum(1)',
    'kl_diag_std_normal',
  ],
  [
    'minimum-elsewhere',
    def('kl(mu, logvar)', '-0.5 * torch.sum(1 - logvar - mu.pow(2) - logvar.exp(), dim=1)'),
    'is least, with gradient 0, where the mean is 0 and the deviation 1',
    '-0.5 * torch.sum((1 + logvar) - mu.pow(2) - logvar.exp(), dim=1)',
    'kl_diag_std_normal',
  ],
  [
    'minimum-elsewhere',
    def('kl(mu, logvar)', '-0.5 * torch.sum(1 + logvar - mu - logvar.exp(), dim=1)'),
    'is least, with gradient 0, where the mean is 0 and the deviation 1',
    '-0.5 * torch.sum(1 + logvar - (mu ** 2) - logvar.exp(), dim=1)',
    'kl_diag_std_normal',
  ],
  [
    'minimum-elsewhere',
    def('nll(x, mu, logvar)', '(0.5 * logvar + (x - mu) ** 2 / logvar.exp()).sum(-1)'),
    'is least where the deviation is the distance of x from the mean',
    '(1 * logvar + (x - mu) ** 2 / logvar.exp()).sum(-1)',
    'gauss_nll',
  ],
  [
    'minimum-elsewhere',
    def('score_matching(score, noise, sigma)', '((score - noise / sigma) ** 2).mean()'),
    'is least where the score is −ε/σ',
    '((score + noise / sigma) ** 2).mean()',
    'dsm',
  ],
  [
    'minimum-elsewhere',
    def('loss(model, x0, x1, t)', 'v = model((1 - t) * x0 + t * x1, t)', '((v - (x1 + x0)) ** 2).mean()'),
    'is least where the prediction is the derivative of the path',
    '((v - (x1 - x0)) ** 2).mean()',
    'fm_loss',
  ],
  [
    'minimum-elsewhere',
    def(
      'gradient_penalty(critic, real, fake)',
      'between = (0.5 * real + 0.5 * fake).requires_grad_(True)',
      'gradient = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]',
      '(gradient.flatten(1).norm(2, dim=1) - 1).mean()',
    ),
    'is least where the gradient has the length 1',
    '((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()',
    'wgan_gp',
  ],
  [
    'minimum-elsewhere',
    def(
      'gradient_penalty(critic, real, fake)',
      'between = (0.5 * real + 0.5 * fake).requires_grad_(True)',
      'gradient = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]',
      '10 * ((gradient.flatten(1).norm(2, dim=1) + 1) ** 2).mean()',
    ),
    'is least where the gradient has the length 1',
    '10 * ((gradient.flatten(1).norm(2, dim=1) - 1) ** 2).mean()',
    'wgan_gp',
  ],
  ['no-inverse', def('eps_from_score(score, sigma)', 'sigma * score'), 'undoes s = −ε/σ', '(-sigma) * score', 'eps_from_score'],
  [
    'minimum-elsewhere',
    def('kl(mu_q, ls_q, mu_p, ls_p)', 'ls_q - ls_p + 0.5 * (torch.exp(2 * ls_q) + (mu_q - mu_p) ** 2) / torch.exp(2 * ls_p) - 0.5'),
    'is least, with gradient 0, where both Gaussians are the same',
    '(ls_p - ls_q) + 0.5 * (torch.exp(2 * ls_q) + (mu_q - mu_p) ** 2) / torch.exp(2 * ls_p) - 0.5',
    'kl_gauss_gauss',
  ],
  [
    'wrong-direction',
    def('reward_loss(chosen_rewards, rejected_rewards)', '-F.logsigmoid(rejected_rewards - chosen_rewards).mean()'),
    'falls with the reward of the chosen answer and rises with the rejected one’s',
    '-F.logsigmoid(chosen_rewards - rejected_rewards).mean()',
    'bradley_terry',
  ],
  [
    'wrong-direction',
    def(
      'dpo(policy_chosen, policy_rejected, ref_chosen, ref_rejected, beta)',
      '-F.logsigmoid(beta * ((policy_chosen - policy_rejected) + (ref_chosen - ref_rejected))).mean()',
    ),
    'falls as the chosen answer becomes likelier and rises with the rejected one, each against the reference',
    '-F.logsigmoid(beta * ((policy_chosen - policy_rejected) - (ref_chosen - ref_rejected))).mean()',
    'dpo',
  ],
  [
    'wrong-direction',
    def('critic_loss(critic, real, fake)', '-(critic(fake).mean() + critic(real).mean())'),
    'moves oppositely in D(x) and D(G(z))',
    '-(critic(fake).mean() - critic(real).mean())',
    'wgan_d',
  ],
  [
    'no-inverse',
    def('predict_x0(x_t, t, eps, alphas_cumprod)', level.replace('table', 'alphas_cumprod'), '(x_t - (1 - ab) * eps) / ab.sqrt()'),
    'undoes the forward noising',
    '(x_t - ((1 - ab) ** 0.5) * eps) / ab.sqrt()',
    'x0_from_eps',
  ],
  [
    'no-inverse',
    def(
      'predict_start_from_noise(x_t, t, noise, sqrt_recip_alphas_cumprod, sqrt_recipm1_alphas_cumprod)',
      'sqrt_recip_alphas_cumprod[t] * x_t + sqrt_recipm1_alphas_cumprod[t] * noise',
    ),
    'undoes the forward noising',
    'sqrt_recip_alphas_cumprod[t] * x_t - sqrt_recipm1_alphas_cumprod[t] * noise',
    'x0_from_eps',
  ],
  [
    'no-inverse',
    def('velocity(x0, noise, alpha, sigma)', 'alpha * noise + sigma * x0'),
    'is orthogonal to the noised sample: otherwise x₀ does not come back from it',
    'alpha * noise - sigma * x0',
    'v_target',
  ],
  [
    'no-inverse',
    def('predict_start_from_v(x_t, v, alpha, sigma)', 'sigma * x_t - alpha * v'),
    'undoes the rotation of sample and noise',
    'alpha * x_t - sigma * v',
    'x0_from_v',
  ],
  [
    'marginals-differ',
    def('q_sample(x0, t, noise, alphas_cumprod)', level.replace('table', 'alphas_cumprod'), 'ab * x0 + (1 - ab) * noise'),
    'keeps the variance of the noised sample at its schedule’s',
    '(ab ** 0.5) * x0 + ((1 - ab) ** 0.5) * noise',
    'q_sample',
  ],
  [
    'marginals-differ',
    def('q_sample(x0, t, noise, alphas_cumprod)', level.replace('table', 'alphas_cumprod'), 'ab.sqrt() * x0 - (1 - ab).sqrt() * noise'),
    'keeps the variance of the noised sample at its schedule’s',
    'ab.sqrt() * x0 + (1 - ab).sqrt() * noise',
    'q_sample',
  ],
  [
    'marginals-differ',
    def('posterior_mean(x0, x_t, beta, ab, ab_prev)', '(ab.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - ab_prev) * x_t) / (1 - ab)'),
    'has to give the distribution of the step before, with mean √ᾱ and variance 1 − ᾱ',
    '(ab_prev.sqrt() * beta * x0 + (1 - beta).sqrt() * (1 - ab_prev) * x_t) / (1 - ab)',
    'ddpm_posterior',
  ],
  [
    'guidance-not-conditional',
    def('guided(model, x, t, condition, scale)', models, 'uncond + scale * (uncond - cond)'),
    'gives the conditional prediction at scale 1',
    'uncond - scale * (uncond - cond)',
    'cfg',
  ],
  [
    'guidance-not-conditional',
    def('guided(model, x, t, condition, scale)', models, 'uncond + scale * (cond + uncond)'),
    'gives the conditional prediction at scale 1',
    'uncond + scale * (cond - uncond)',
    'cfg',
  ],
  [
    'no-rotation',
    def(
      'rotary(x, cos, sin)',
      'x1, x2 = x[..., ::2], x[..., 1::2]',
      'torch.stack([x1 * cos - x2 * sin, x2 * cos - x1 * sin], dim=-1).flatten(-2)',
    ),
    'keeps the length of every pair: it is a rotation',
    'torch.stack([x1 * cos - x2 * sin, (x2 * cos + x1 * sin)], dim=-1).flatten(-2)',
    'rope',
  ],
];

describe('a broken property', () => {
  test.each(broken.map(([rule, code, lost, mended, formula]) => ({ rule, code, lost, mended, formula })))('$rule: $mended', async (one) => {
    const { rule, code, lost, mended, formula } = one;
    const told = await only(code);
    expect(told).toMatchObject({ rule, severity: 'warning', mended, left: [] });
    expect(told.message).toContain(`, which ${lost}).`);
    expect(told.formulas).toContain(formula);
    expect(told.compared!.written).not.toBe(told.compared!.right);
  });

  test('is tried of every kind', () => {
    expect(new Set(broken.map(([rule]) => rule))).toEqual(new Set(propertyIds));
    const known = Object.values(properties).flatMap((all) => all.map(({ id }) => id));
    expect(new Set(known)).toEqual(new Set(propertyIds));
  });
});

describe('nothing is told of', () => {
  test.each([
    [
      'what is a divergence but for its constant, by another name',
      def('penalty(mu, logvar)', '-0.5 * (logvar - mu ** 2 - logvar.exp()).sum(1)'),
    ],
    ['a weighted divergence', def('kl(mu, logvar, beta)', '-0.5 * beta * torch.mean(1 + logvar - mu ** 2 - logvar.exp())')],
    ['a divergence of deviations', def('kl(mu, std)', '0.5 * (mu ** 2 + std ** 2 - 2 * std.log() - 1).sum(1)')],
    ['a likelihood of a log-deviation', def('nll(x, mu, log_std)', 'log_std + 0.5 * ((x - mu) / log_std.exp()) ** 2')],
    ['score matching, weighted', def('score_matching(score, noise, sigma)', '((sigma * score + noise) ** 2).mean()')],
    ['a reward loss by softplus', def('reward_loss(chosen, rejected)', 'F.softplus(rejected - chosen).mean()')],
    ['a reward loss with a margin', def('reward_loss(chosen, rejected, margin)', '-F.logsigmoid(chosen - rejected - margin).mean()')],
    ['a critic that is low on what is real', def('critic_loss(critic, real, fake)', 'critic(real).mean() - critic(fake).mean()')],
    ['a sample from a noise level', def('predict_x0(x_t, eps, sigma)', 'x_t - sigma * eps')],
    ['a velocity of the other sign', def('velocity(x0, noise, alpha, sigma)', 'sigma * x0 - alpha * noise')],
    [
      'less noise, as of sub-VP',
      def('noised(x0, t, noise, alphas_cumprod)', level.replace('table', 'alphas_cumprod'), 'ab.sqrt() * x0 + (1 - ab) * noise'),
    ],
    [
      'a step with fresh noise',
      def(
        'ddim_step(x0, eps, ab_prev, sigma)',
        'ab_prev.sqrt() * x0 + (1 - ab_prev - sigma ** 2).sqrt() * eps + sigma * torch.randn_like(x0)',
      ),
    ],
    ['guidance by the weight of the paper', def('guided(model, x, t, condition, w)', models, '(1 + w) * cond - w * uncond')],
    ['guidance from the conditional side', def('guided(model, x, t, condition, w)', models, 'cond + w * (cond - uncond)')],
    ['guidance by a scale less 1', def('guided(model, x, t, condition, scale)', models, 'cond + (scale - 1) * (cond - uncond)')],
    ['guidance as a lerp', def('guided(model, x, t, condition, scale)', models, 'torch.lerp(uncond, cond, scale)')],
    [
      'a rotation the other way',
      def(
        'rotary(x, cos, sin)',
        'x1, x2 = x[..., ::2], x[..., 1::2]',
        'torch.stack([x1 * cos + x2 * sin, x2 * cos - x1 * sin], dim=-1).flatten(-2)',
      ),
    ],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
