/** Losses of the two players of a GAN: halves of one, examples that are held, and the others of a file. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const halves = (real: string, fake: string): string => def('d_loss(d_real, d_fake, w)', `real = ${real}`, `fake = ${fake}`, 'real + fake');
const ones = 'torch.ones_like(d_real)';
const zeros = 'torch.zeros_like(d_fake)';

describe('halves of the loss of a discriminator', () => {
  test.each([
    ['logits-for-probabilities', halves(`F.binary_cross_entropy(d_real, ${ones})`, `F.binary_cross_entropy_with_logits(d_fake, ${zeros})`)],
    ['other-factor', halves('(w * F.relu(-d_real)).sum() / w.sum()', '(w * F.relu(1 + d_fake)).sum() / w.sum()')],
    ['targets-alike', def('critic_loss(critic, real, fake)', 'critic(fake).mean() + critic(real).mean()')],
  ])('%s', async (rule, code) => {
    expect((await only(code)).rule).toBe(rule);
  });

  test.each([
    halves(`F.binary_cross_entropy_with_logits(d_real, ${ones})`, `F.binary_cross_entropy_with_logits(d_fake, ${zeros})`),
    halves(`F.binary_cross_entropy(d_real, ${ones})`, `F.binary_cross_entropy(d_fake, ${zeros})`),
    halves('(w * F.relu(1 - d_real)).sum() / w.sum()', '(w * F.relu(1 + d_fake)).sum() / w.sum()'),
    def('critic_loss(critic, real, fake)', 'critic(fake).mean() - critic(real).mean()'),
    def('score(critic, real, fake)', 'critic(fake).mean() + critic(real).mean()'),
  ])('right: %#', async (code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('squares of a generator', () => {
  const both = (fake: string): string =>
    [
      def('d_squares(d_real, d_fake)', '0.5 * ((d_real - 1) ** 2).mean() + 0.5 * (d_fake ** 2).mean()'),
      def('g_squares(d_fake)', `0.5 * torch.mean(${fake})`),
    ].join('\n\n');
  test('are not about the label that the discriminator has for what is generated', async () => {
    expect((await only(both('d_fake ** 2'))).rule).toBe('players-agree');
    expect(await rulesOf(both('(d_fake - 1) ** 2'))).toEqual([]);
  });
});

describe('examples in the step of the generator', () => {
  const step = (asked: string): string =>
    def(
      'step(G, D, opt_g, opt_d, x, z)',
      'fake = G(z)',
      'd_loss = F.softplus(-D(x)).mean() + F.softplus(D(fake.detach())).mean()',
      'opt_d.zero_grad()',
      'd_loss.backward()',
      'opt_d.step()',
      `d_f = D(${asked})`,
      'g_loss = F.softplus(-d_f).mean()',
      'opt_g.zero_grad()',
      'g_loss.backward()',
      'opt_g.step()',
      'g_loss',
    );
  test('are not held', async () => {
    expect((await only(step('fake.detach()'))).rule).toBe('held-side');
    expect(await rulesOf(step('fake'))).toEqual([]);
    expect((await only(def('generator_loss(disc, fake)', '-disc(fake.detach()).mean()'))).rule).toBe('held-side');
    expect(await rulesOf(def('discriminator_loss(disc, fake, real)', 'disc(fake.detach()).mean() - disc(real).mean()'))).toEqual([]);
  });
});

describe('the loss of a generator beside the others of its file', () => {
  const file = (patch: string): string =>
    [
      'import torch.nn.functional as F',
      'def d_loss(real_pred, fake_pred):',
      '    return F.softplus(-real_pred).mean() + F.softplus(fake_pred).mean()',
      'def g_loss(fake_pred):',
      '    return F.softplus(-fake_pred).mean()',
      'def g_loss_patches(fake_pred_patch, fake_pred_full, w=1.0):',
      '    full = -F.logsigmoid(fake_pred_full).mean()',
      `    patch = ${patch}`,
      '    return full + w * patch',
      '',
    ].join('\n');

  test('raises D(G(z)) as they do', async () => {
    expect((await only(file('F.logsigmoid(fake_pred_patch).mean()'))).rule).toBe('players-agree');
    expect(await rulesOf(file('-F.logsigmoid(fake_pred_patch).mean()'))).toEqual([]);
  });
});
