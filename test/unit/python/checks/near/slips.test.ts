/** Code that is nearly a formula: what is told, and what the fix makes of it. */

import { describe, expect, test } from 'vitest';
import { def, marked, only, rulesOf } from './told.ts';

/** What is wrong, in whole. `line` is what the code has, `mended` what the fix leaves, `said` what belongs there. */
interface Slip {
  readonly rule: string;
  readonly code: string;
  readonly said: string;
  readonly mended: string;
  readonly formula: string;
  /** What is marked in both formulas, perhaps with brackets around it that differ in size. */
  readonly differs: readonly [written: string | null, right: string | null];
}

const gradient = [
  'between = (0.5 * real + 0.5 * fake).requires_grad_(True)',
  'gradient = torch.autograd.grad(critic(between).sum(), between, create_graph=True)[0]',
];

const slips: readonly Slip[] = [
  {
    rule: 'function-missing',
    code: def('rms_norm(x, weight, eps)', 'weight * x / (x.pow(2).mean(-1, keepdim=True) + eps)'),
    said: '`(x.pow(2).mean(-1, keepdim=True) ** 0.5)` belongs by the formula (RMS normalisation)',
    mended: 'weight * x / ((x.pow(2).mean(-1, keepdim=True) ** 0.5) + eps)',
    formula: 'rms_norm',
    differs: [String.raw`\mathrm{mean}_{\mathrm{dim}=-1}(x^{2})`, String.raw`\sqrt{\mathrm{mean}_{\mathrm{dim}=-1}(x^{2})}`],
  },
  {
    rule: 'function-missing',
    code: def('interpolate(x0, x1, t)', 't * x0 + t * x1'),
    said: '`(1 - t)` belongs by the formula (Linear path)',
    mended: '(1 - t) * x0 + t * x1',
    formula: 'fm_interp',
    differs: ['t', '(1 - t)'],
  },
  {
    rule: 'function-extra',
    code: def('reward_loss(chosen, rejected)', '-torch.log(torch.sigmoid(torch.sigmoid(chosen - rejected))).mean()'),
    said: '`chosen - rejected` belongs by the formula (Bradley-Terry reward loss)',
    mended: '-torch.log(torch.sigmoid(chosen - rejected)).mean()',
    formula: 'bradley_terry',
    differs: [
      String.raw`\Bigl(\log \sigma\bigl(\sigma(\mathrm{chosen} - \mathrm{rejected})\bigr)\Bigr)`,
      String.raw`\bigl(\log \sigma(\mathrm{chosen} - \mathrm{rejected})\bigr)`,
    ],
  },
  {
    rule: 'another-function',
    code: def('min_snr_weight(snr, gamma)', 'snr.clamp(min=gamma) / snr'),
    said: '`snr.clamp(max=gamma)` belongs by the formula (Min-SNR weight)',
    mended: 'snr.clamp(max=gamma) / snr',
    formula: 'min_snr',
    differs: [String.raw`\max`, String.raw`\min`],
  },
  {
    rule: 'another-function',
    code: def('kl_free_bits(kl, floor)', 'torch.minimum(kl.mean(0), floor).sum()'),
    said: '`torch.maximum(kl.mean(0), floor)` belongs by the formula (KL with free bits)',
    mended: 'torch.maximum(kl.mean(0), floor).sum()',
    formula: 'kl_free_bits',
    differs: [String.raw`\min`, String.raw`\max`],
  },
  {
    rule: 'another-function',
    code: def('cosine_schedule(t, s)', 'torch.sin((t + s) / (1 + s) * math.pi / 2) ** 2'),
    said: '`torch.cos((t + s) / (1 + s) * math.pi / 2)` belongs by the formula (Cosine schedule)',
    mended: 'torch.cos((t + s) / (1 + s) * math.pi / 2) ** 2',
    formula: 'cosine_schedule',
    differs: [String.raw`\sin`, String.raw`\cos`],
  },
  {
    rule: 'swapped',
    code: def('hinge_d(d_real, d_fake)', 'F.relu(1 + d_real).mean() + F.relu(1 - d_fake).mean()'),
    said: '`d_real` and `d_fake` have changed places against the formula (Hinge discriminator loss)',
    mended: 'F.relu(1 + d_fake).mean() + F.relu(1 - d_real).mean()',
    formula: 'hinge_d',
    differs: [
      String.raw`d_{\mathrm{real}})\bigr) + \mathrm{mean}\bigl(\max(0, 1 - d_{\mathrm{fake}}`,
      String.raw`d_{\mathrm{fake}})\bigr) + \mathrm{mean}\bigl(\max(0, 1 - d_{\mathrm{real}}`,
    ],
  },
  {
    rule: 'factor-scope',
    code: def('interpolate(x0, x1, t)', 'x0 + (t * x1 - x0)'),
    said: '`t * (x1 - x0)` belongs by the formula (Linear path)',
    mended: 'x0 + (t * (x1 - x0))',
    formula: 'fm_interp',
    differs: [String.raw`\, x_{1} - x_{0}`, String.raw`\cdot (x_{1} - x_{0})`],
  },
  {
    rule: 'factor-scope',
    code: def('heun(x, d, d_next, dt)', 'x + (dt / 2 * d + d_next)'),
    said: '`(dt / 2) * (d + d_next)` belongs by the formula (Heun step)',
    mended: 'x + ((dt / 2) * (d + d_next))',
    formula: 'heun_step',
    differs: [String.raw`\, d + d_{\mathrm{next}}`, String.raw`\cdot (d + d_{\mathrm{next}})`],
  },
  {
    rule: 'other-factor',
    code: def('heun(x, d, d_next, dt)', 'x + dt * (d + d_next)'),
    said: '`0.5 * (d + d_next)` belongs by the formula (Heun step)',
    mended: 'x + dt * (0.5 * (d + d_next))',
    formula: 'heun_step',
    differs: [null, String.raw`\tfrac{1}{2}`],
  },
  {
    rule: 'another-reduction',
    code: def('mmd(k_xx, k_yy, k_xy)', 'k_xx.mean() + k_yy.mean() - 2 * k_xy.sum()'),
    said: '`k_xy.mean()` belongs by the formula (Squared maximum mean discrepancy)',
    mended: 'k_xx.mean() + k_yy.mean() - 2 * k_xy.mean()',
    formula: 'mmd',
    differs: [String.raw`\sum k_{\mathrm{xy}}`, String.raw`\mathrm{mean}(k_{\mathrm{xy}})`],
  },
  {
    rule: 'another-value',
    code: def('sub_vp(x0, alpha_bar, alpha, noise)', 'alpha_bar.sqrt() * x0 + (1 - alpha) * noise'),
    said: '`alpha_bar` belongs by the formula (Sub-VP kernel)',
    mended: 'alpha_bar.sqrt() * x0 + (1 - alpha_bar) * noise',
    formula: 'sub_vp',
    differs: [String.raw`\alpha`, String.raw`\bar{\alpha}`],
  },
  {
    rule: 'another-value',
    code: def('smooth(onehot, n_classes, eps)', 'onehot * (1 - eps) + eps / (n_classes - 1)'),
    said: '`n_classes` belongs by the formula (Cross-entropy with label smoothing)',
    mended: 'onehot * (1 - eps) + eps / (n_classes)',
    formula: 'label_smoothing',
    differs: [String.raw`-`, null],
  },
  {
    rule: 'function-missing',
    code: def('capacity_vae(recon, kl, gamma, capacity)', 'recon + gamma * (kl - capacity)'),
    said: '`abs(kl - capacity)` belongs by the formula (beta-VAE with controlled capacity)',
    mended: 'recon + gamma * (abs(kl - capacity))',
    formula: 'capacity_vae',
    differs: [String.raw`(\mathrm{kl} - \mathrm{capacity})`, String.raw`\lvert \mathrm{kl} - \mathrm{capacity}\rvert`],
  },
];

describe('a slip', () => {
  test.each(slips)(
    '$rule: is told, mended to $mended, and shown beside the formula',
    async ({ code, rule, said, mended, formula, differs }) => {
      const told = await only(code);
      expect(told).toMatchObject({ rule, severity: 'info', mended, left: [] });
      expect(told.message).toContain(said);
      expect(told.formulas).toContain(formula);
      const marks = [marked(told.compared!.written), marked(told.compared!.right)];
      expect(marks).toEqual(differs.map((one) => (one === null ? null : (expect.stringContaining(one) as string))));
    },
  );

  test('that cannot be written in the code’s own words is told without a fix', async () => {
    const told = await only(def('rms_norm(x, weight, eps)', 'x * torch.rsqrt(x.pow(2).mean(0, keepdim=True) + eps) * weight'));
    expect(told).toMatchObject({ rule: 'another-axis', severity: 'info', mended: null, compared: null });
    expect(told.message).toBe('It is taken along another axis than in the formula (RMS normalisation).');
  });
});

describe('nothing is told of', () => {
  test.each([
    ['k3', def('kl_k3(logp, ref_logp)', '((ref_logp - logp).exp() - 1 + logp - ref_logp).mean()')],
    ['a noise from a score', def('eps_from_score(score, sigma)', '-(sigma * score)')],
    [
      'a penalty of one side',
      def('gradient_penalty(critic, real, fake)', ...gradient, 'F.relu(gradient.flatten(1).norm(2, dim=1) - 1).pow(2).mean()'),
    ],
    ['a penalty around 0', def('gradient_penalty(critic, real, fake)', ...gradient, 'gradient.flatten(1).norm(2, dim=1).pow(2).mean()')],
    [
      'a norm whose epsilon stands outside of the root',
      def('rms_norm(x, weight, eps)', 'weight * x / (x.pow(2).mean(-1, keepdim=True).sqrt() + eps)'),
    ],
    ['a norm over channels', def('rms_norm(x, weight, eps)', 'weight * x * torch.rsqrt(x.pow(2).mean(1, keepdim=True) + eps)')],
    [
      'a norm over the batch that is called nothing',
      def('scaled(x, weight, eps)', 'weight * x * torch.rsqrt(x.pow(2).mean(0, keepdim=True) + eps)'),
    ],
    ['a path as a lerp', def('interpolate(x0, x1, t)', 'torch.lerp(x0, x1, t)')],
    ['a path multiplied out', def('interpolate(x0, x1, t)', 'x0 + (t * x1 - t * x0)')],
    ['a path that is walked back', def('interpolate(x0, x1, t)', 't * x0 + (1 - t) * x1')],
    ['a mean of two slopes', def('heun(x, d, d_next, dt)', 'x + dt * (0.5 * d + 0.5 * d_next)')],
    ['an Euler step', def('euler(x, d, dt)', 'x + dt * d')],
    ['a floor that is called nothing', def('truncated(snr)', 'snr.clamp(min=1.0)')],
    ['a ratio of noise to signal', def('ratio(snr, gamma)', 'snr / snr.clamp(min=gamma)')],
    ['the other order of a hinge', def('hinge_d(d_real, d_fake)', 'F.relu(d_fake + 1).mean() + F.relu(1 - d_real).mean()')],
    [
      'a discrepancy of divided sums',
      def('mmd(k_xx, k_yy, k_xy)', 'm, n = len(k_xx), len(k_yy)', 'k_xx.sum() / m ** 2 + k_yy.sum() / n ** 2 - 2 * k_xy.sum() / (m * n)'),
    ],
    ['a weighted discrepancy', def('mmd(k_xx, k_yy, k_xy)', '10 * (k_xx.mean() + k_yy.mean() - 2 * k_xy.mean())')],
    ['a drift with its diffusion', def('reverse_sde(f, g, score)', 'f - g ** 2 * score')],
    ['a capacity', def('capacity(recon, kl, gamma, C)', 'recon + gamma * torch.abs(kl - C)')],
    [
      'a score that is matched with a weight of the diffusion',
      def('dsm_loss(score, z, std, g)', 'losses = ((score + z / std) ** 2).flatten(1).mean(1)', 'losses * g ** 2'),
    ],
    ['a penalty as a reward', def('rewards(logp, ref_logp, kl_coef)', 'kl = logp - ref_logp', '-kl_coef * kl')],
    ['the derivative of a loss', def('mse_backward(prediction, target)', '2 * (prediction - target) / prediction.numel()')],
    [
      'a mean of what is not masked',
      def('kl(mu, logvar, mask)', 'kl = -0.5 * (1 + logvar - mu ** 2 - logvar.exp())', '(kl * mask).sum() / mask.sum().clamp(min=1)'),
    ],
    [
      'a temperature of both',
      def('distillation(s, t, T)', 'F.kl_div(F.log_softmax(s / T, 1), F.softmax(t / T, 1), reduction="batchmean") * T ** 2'),
    ],
    [
      'values that are called each other',
      def('heun(vel, accelerate, guess, dt)', 'vel + 0.5 * (accelerate(vel) + accelerate(guess)) * dt'),
    ],
    ['names that say nothing', def('f(a, b, c)', 'a + (c * b - a)')],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
