/** Samples put together with other numbers than the schedule says. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const rules = ['no-inverse', 'marginals-differ'];

/** A class whose tables are made of betas; `alphas_bar` is alpha-bar whatever it is called. */
const diffusion = (method: string, ...lines: string[]): string =>
  [
    'import torch',
    'from torch import nn',
    'class Diffusion(nn.Module):',
    '    def __init__(self, steps):',
    '        betas = torch.linspace(1e-4, 0.02, steps)',
    '        alphas = 1 - betas',
    '        kept = torch.cumprod(alphas, 0)',
    '        self.register_buffer("betas", betas)',
    '        self.register_buffer("alphas", alphas)',
    '        self.register_buffer("kept", kept)',
    '        self.register_buffer("root", kept.sqrt())',
    '        self.register_buffer("root_of_rest", (1 - kept).sqrt())',
    `    def ${method}:`,
    ...lines.map((line) => `        ${line}`),
    '',
  ].join('\n');

describe('a sample with a wrong coefficient', () => {
  const wrong: readonly { readonly what: string; readonly code: string; readonly said: string; readonly mended: string | null }[] = [
    {
      what: 'the clean sample is not divided by the signal rate',
      code: diffusion('predict_x0(self, x_t, t, eps)', 'a = self.root[t]', 'b = self.root_of_rest[t]', 'return x_t - b * eps'),
      said: '`x_t` needs the factor 1 / √ᾱ_t and has 1',
      mended: '(x_t - b * eps) / a',
    },
    {
      what: 'the table of single steps is looked up',
      code: diffusion('q_sample(self, x0, t, noise)', 'return self.alphas[t].sqrt() * x0 + self.root_of_rest[t] * noise'),
      said: '`x0` needs the factor √ᾱ_t and has √α_t',
      mended: 'self.kept[t].sqrt() * x0 + self.root_of_rest[t] * noise',
    },
    {
      what: 'rates have changed places',
      code: diffusion('q_sample(self, x0, t, noise)', 'return self.root_of_rest[t] * x0 + self.root[t] * noise'),
      said: '`noise` needs the factor √(1 − ᾱ_t) and has √ᾱ_t',
      mended: 'self.root_of_rest[t] * noise + self.root[t] * x0',
    },
    {
      what: 'the root of what is left is missing below beta',
      code: diffusion(
        'step(self, x, t)',
        'eps = self.model(x, t)',
        'mean = (x - self.betas[t] / (1 - self.kept[t]) * eps) / self.alphas[t].sqrt()',
        'return mean',
      ),
      said: '`eps` needs the factor −(1 − α_t) / (√(1 − ᾱ_t) √α_t)',
      mended: 'mean = (x - self.betas[t] / ((1 - self.kept[t]) ** 0.5) * eps) / self.alphas[t].sqrt()',
    },
    {
      what: 'the root of what is left is missing in a sum that is scaled afterwards',
      code: diffusion(
        'step(self, x, t)',
        'eps = self.model(x, t)',
        'centred = x - self.betas[t] / (1 - self.kept[t]) * eps',
        'mean = centred / self.alphas[t].sqrt()',
        'return mean',
      ),
      said: 'The noise needs the factor −(1 − α_t) / (√(1 − ᾱ_t) √α_t)',
      mended: 'centred = x - self.betas[t] / ((1 - self.kept[t]) ** 0.5) * eps',
    },
    {
      what: 'noise is added beside a direction that leaves it no room',
      code: def(
        'step(model, x, t, t_prev, alphas_cumprod, eta)',
        'eps = model(x, t)',
        'a, a_prev = alphas_cumprod[t], alphas_cumprod[t_prev]',
        'x0 = (x - (1 - a).sqrt() * eps) / a.sqrt()',
        'sigma = eta * ((1 - a_prev) / (1 - a) * (1 - a / a_prev)).sqrt()',
        'direction = (1 - a_prev - sigma).sqrt() * eps',
        'a_prev.sqrt() * x0 + direction + sigma * torch.randn_like(x)',
      ),
      said: '`eps` needs the factor √(1 − ᾱ_{t−1} − σ²)',
      mended: 'direction = (1 - a_prev - (sigma ** 2)).sqrt() * eps',
    },
    {
      what: 'the parts of a velocity are added',
      code: def('get_velocity(x0, noise, alpha_bar)', 'alpha_bar.sqrt() * noise + (1 - alpha_bar).sqrt() * x0'),
      said: '`x0` needs the factor −√(1 − ᾱ_t)',
      mended: 'alpha_bar.sqrt() * noise - (1 - alpha_bar).sqrt() * x0',
    },
    {
      what: 'the noise of a DDIM step is that of the time that is left',
      code: def('ddim(x0, eps, abar, abar_prev)', 'x_prev = abar_prev.sqrt() * x0 + (1 - abar).sqrt() * eps', 'x_prev'),
      said: '`eps` needs the factor √(1 − ᾱ_{t−1}) and has √(1 − ᾱ_t)',
      mended: 'x_prev = abar_prev.sqrt() * x0 + (1 - abar_prev).sqrt() * eps',
    },
    {
      what: 'the noise of a step that is made from the noise alone, in a function that says nothing',
      code: diffusion(
        'to(self, x, t, s)',
        'eps = self.model(x, t)',
        'x0 = (x - self.root_of_rest[t] * eps) / self.root[t]',
        'return self.kept[s].sqrt() * x0 + (1 - self.kept[s]) * eps',
      ),
      said: '`eps` needs the factor √(1 − ᾱ_{t−1}) and has (1 − ᾱ_{t−1}) in the sample of the time before',
      mended: 'self.kept[s].sqrt() * x0 + ((1 - self.kept[s]) ** 0.5) * eps',
    },
    {
      what: 'the direction of a step, where it is made',
      code: def(
        'to(x, eps, abar, abar_prev)',
        'x0 = (x - (1 - abar).sqrt() * eps) / abar.sqrt()',
        'direction = (1 - abar).sqrt() * eps',
        'abar_prev.sqrt() * x0 + direction',
      ),
      said: '`eps` needs the factor √(1 − ᾱ_{t−1}) and has √(1 − ᾱ_t)',
      mended: null,
    },
    {
      what: 'data and noise in a function that says nothing',
      code: diffusion(
        'corrupt(self, images, t)',
        'noise = torch.randn_like(images)',
        'return self.kept[t] * images + self.root_of_rest[t] * noise',
      ),
      said: '`images` needs the factor √ᾱ_t and has ᾱ_t in the noised sample',
      mended: '(self.kept[t] ** 0.5) * images + self.root_of_rest[t] * noise',
    },
    {
      what: 'the variance of one step for its deviation',
      code: diffusion('renoise(self, x_prev, t)', 'b = self.betas[t]', 'return torch.sqrt(1 - b) * x_prev + b * torch.randn_like(x_prev)'),
      said: 'The noise needs the factor √(1 − α_t) and has (1 − α_t) in the sample of the next step',
      mended: 'torch.sqrt(1 - b) * x_prev + (b ** 0.5) * torch.randn_like(x_prev)',
    },
    {
      what: 'a table that is called a bar',
      code: def('start_from_noise(x_t, noise, sqrt_bar, sqrt_one_minus_bar)', '(x_t - sqrt_one_minus_bar * noise) * sqrt_bar'),
      said: 'needs the factor',
      mended: '(x_t - sqrt_one_minus_bar * noise) / sqrt_bar',
    },
    {
      what: 'rates that have changed places in a velocity',
      code: def('v_target(x0, noise, angle)', 'torch.sin(angle) * noise - torch.cos(angle) * x0'),
      said: 'in the velocity',
      mended: null,
    },
    {
      what: 'a loop of single steps has the rates of all of them',
      code: diffusion(
        'walk(self, x)',
        'for t in range(100):',
        '    eps = torch.randn_like(x)',
        '    x = self.root[t] * x + self.root_of_rest[t] * eps',
        'return x',
      ),
      said: 'a single step has alpha',
      mended: null,
    },
  ];
  for (const { what, code, said, mended } of wrong)
    test(what, async () => {
      const told = await only(code);
      expect(rules).toContain(told.rule);
      expect(told.message).toContain(said);
      if (mended !== null) expect(told.mended).toBe(mended);
      if (mended !== null) expect(told.left).toEqual([]);
    });
});

describe('other ways are right', () => {
  const right: Readonly<Record<string, string>> = {
    'reciprocals of the rates': diffusion(
      'predict_x0(self, x_t, t, eps)',
      'return (1 / self.kept[t]).sqrt() * x_t - (1 / self.kept[t] - 1).sqrt() * eps',
    ),
    'samples that keep their size': def('predict_x0(x_t, sigma, eps)', 'x_t - sigma * eps'),
    'sub-VP': def('q_sample(x0, eps, log_mean_coeff)', 'log_mean_coeff.exp() * x0 + (1 - (2 * log_mean_coeff).exp()) * eps'),
    'the negative of the velocity': def('get_velocity(x0, noise, alpha_bar)', '(1 - alpha_bar).sqrt() * x0 - alpha_bar.sqrt() * noise'),
    'a clean sample from that': def('x0_from_v(x_t, v, alpha_bar)', 'alpha_bar.sqrt() * x_t + (1 - alpha_bar).sqrt() * v'),
    'a step of the chain': diffusion('q_sample(self, x, t, noise)', 'return self.alphas[t].sqrt() * x + self.betas[t].sqrt() * noise'),
    'steps that go back by twenty': diffusion(
      'ddim(self, x0, eps, t)',
      'x_prev = self.kept[t - 20].sqrt() * x0 + (1 - self.kept[t - 20]).sqrt() * eps',
      'return x_prev',
    ),
    'forward again from one time to another': diffusion(
      'again(self, x, t, s)',
      'ratio = self.kept[t] / self.kept[s]',
      'return ratio.sqrt() * x + (1 - ratio).sqrt() * torch.randn_like(x)',
    ),
    'what was told from the noise, at the same time again': diffusion(
      'again(self, x, t)',
      'eps = self.model(x, t)',
      'x0 = (x - self.root_of_rest[t] * eps) / self.root[t]',
      'return self.root[t] * x0 + self.root_of_rest[t] * eps',
    ),
    'an autoregression': def('follow(x_prev, rho)', 'rho * x_prev + (1 - rho ** 2) ** 0.5 * torch.randn_like(x_prev)'),
    'an average that moves': def('follow(x_prev, beta, x)', 'beta * x_prev + (1 - beta) * x'),
    'a velocity in a function that is called so': def('velocity(x0, noise, angle)', 'torch.cos(angle) * noise - torch.sin(angle) * x0'),
    'room for noise': def(
      'ddim(x0, eps, abar, abar_prev, eta)',
      'sigma = eta * ((1 - abar_prev) / (1 - abar) * (1 - abar / abar_prev)).sqrt()',
      'x_prev = abar_prev.sqrt() * x0 + (1 - abar_prev - sigma ** 2).sqrt() * eps',
      'x_prev + sigma * torch.randn_like(x0)',
    ),
    'noise put on what a network has cleaned': diffusion(
      'sample(self, x)',
      'for t in range(100):',
      '    eps = torch.randn_like(x)',
      '    x = self.root[t] * x + self.root_of_rest[t] * eps',
      '    x = self.model(x, t)',
      'return x',
    ),
    'one angle for both rates': def('q_sample(x0, noise, angle)', 'torch.cos(angle) * x0 + torch.sin(angle) * noise'),
    'the only time is the one that is gone to': def(
      'renoise(pred_x0, angle)',
      'prev_sample = torch.cos(angle) * pred_x0 + torch.sin(angle) * torch.randn_like(pred_x0)',
      'prev_sample',
    ),
    'a walk that keeps a normal distribution': def(
      'walk(x, beta)',
      'for _ in range(10):',
      '    x = np.sqrt(1 - beta ** 2) * x + beta * np.random.standard_normal(x.shape)',
      'x',
    ),
    'what has no name': def('mix(a, b, alpha_bar)', 'alpha_bar * a + (1 - alpha_bar) * b'),
  };
  for (const [what, code] of Object.entries(right))
    test(what, async () => {
      expect((await rulesOf(code)).filter((rule) => rules.includes(rule))).toEqual([]);
    });
});
