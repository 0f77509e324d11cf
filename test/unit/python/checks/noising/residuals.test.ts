/** Losses that are not least where the network is right. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const rule = 'minimum-elsewhere';

describe('what is predicted is compared with something else', () => {
  test('predicted noise with the images, which were meant to be the noise', async () => {
    const told = await only(
      def(
        'loss(network, images, alpha_bar, t)',
        'noises = torch.randn_like(images)',
        'noisy_images = alpha_bar.sqrt() * images + (1 - alpha_bar).sqrt() * noises',
        'pred_noises = network(noisy_images, t)',
        '((pred_noises - images) ** 2).mean()',
      ),
    );
    expect(told).toMatchObject({ rule, mended: '((pred_noises - noises) ** 2).mean()', left: [] });
  });

  test('what a network says with what it was given', async () => {
    const told = await only(def('loss(model, diffusion, x, t)', 'x_t, eps = diffusion.noise(x, t)', '((model(x_t, t) - x_t) ** 2).mean()'));
    expect(told.rule).toBe(rule);
    expect(told.message).toContain('compared with the noised sample');
  });

  test.each([
    ['an autoencoder', def('loss(model, x)', '((model(x) - x) ** 2).mean()')],
    ['a denoiser', def('loss(model, x, sigma)', 'noisy = x + sigma * torch.randn_like(x)', '((model(noisy, sigma) - x) ** 2).mean()')],
    ['another image', def('loss(model, y, x, sigma)', '((model(y + sigma * torch.randn_like(y), sigma) - y) ** 2).mean()')],
    ['a score by its size', def('size(model, x_t, sigma)', '(((model(x_t, sigma) - x_t) / sigma ** 2) ** 2).sum()')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });

  test('a score with noise of the other sign', async () => {
    const told = await only(
      def(
        'dsm(score_fn, sde, x, t)',
        'z = torch.randn_like(x)',
        'mean, std = sde.marginal_prob(x, t)',
        'score = score_fn(mean + std * z, t)',
        '((score * std - z) ** 2).sum(-1).mean()',
      ),
    );
    expect(told.rule).toBe(rule);
  });
});

test('what is compared with is told of where it is made', async () => {
  const told = await only(
    [
      'import jax',
      'import jax.numpy as jnp',
      'def rows(a, x):',
      '    return jax.vmap(lambda u, v: u * v)(a, x)',
      'def squares(x):',
      '    return jnp.sum(x.reshape(x.shape[0], -1) ** 2, axis=-1)',
      'def loss(key, score_fn, sde, x, t):',
      '    x_t, z, std = sde.perturb(key, x, t)',
      '    target = rows(1 / std, z)',
      '    g = sde.diffusion(t)',
      '    return jnp.mean(g ** 2 * squares(score_fn(x_t, t) - target))',
      '',
    ].join('\n'),
  );
  expect(told).toMatchObject({ rule, mended: 'target = -rows(1 / std, z)' });
});

describe('residuals that are right', () => {
  const right: Readonly<Record<string, string>> = {
    'a text': def('report(run, name)', 'run_output = run(name)', 'error = "Unknown error.\\n" + run_output', 'error'),
    'what a network leaves of what it is given': def(
      'potential(network, x, sigma)',
      'noise = network(x, sigma)',
      '0.5 * torch.linalg.vector_norm(x - noise, dim=(1, 2, 3)) ** 2',
    ),
    'noise with noise': def('loss(network, x, noise, t)', 'pred_noise = network(x, t)', '((noise - pred_noise) ** 2).mean()'),
    'a score with what is left of the noise': def(
      'dsm(score_fn, sde, x, t)',
      'z = torch.randn_like(x)',
      'mean, std = sde.marginal_prob(x, t)',
      'score = score_fn(mean + std * z, t)',
      '((score + z / std) ** 2 * std ** 2).sum(-1).mean()',
    ),
    'a network that may predict anything': def('loss(model, x_t, images, t)', '((model(x_t, t) - images) ** 2).mean()'),
    'a difference of samples': def('distance(images, noise)', '((images - noise) ** 2).mean()'),
  };
  for (const [what, code] of Object.entries(right))
    test(what, async () => {
      expect(await rulesOf(code)).not.toContain(rule);
    });
});
