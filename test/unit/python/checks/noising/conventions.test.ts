/** Numbers of a diffusion beside what the rest of its class does, spreads of steps back, and noise that the network never saw. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const inClass = (...methods: string[]): string =>
  `import torch\nimport torch.nn.functional as F\nclass Diffusion:\n${methods.map((one) => `${one.replace(/^/gm, '    ')}\n`).join('')}`;
const method = (signature: string, ...lines: string[]): string =>
  `def ${signature}:\n${lines.map((line, at) => `    ${at === lines.length - 1 ? 'return ' : ''}${line}`).join('\n')}`;

const velocity = (sign: '' | '-'): string =>
  method(
    'get_v(self, x_start, noise, t)',
    's, n = self.sqrt_alphas_cumprod[t], self.sqrt_one_minus_alphas_cumprod[t]',
    sign === '' ? 's * noise - n * x_start' : 'n * x_start - s * noise',
  );
const start = (sign: '+' | '-'): string =>
  method('predict_start_from_v(self, x_t, t, v)', `self.sqrt_alphas_cumprod[t] * x_t ${sign} self.sqrt_one_minus_alphas_cumprod[t] * v`);

describe('methods of one class', () => {
  test('take velocities with one sign', async () => {
    expect(await only(inClass(velocity(''), start('+')))).toMatchObject({ rule: 'no-inverse', severity: 'warning' });
    for (const methods of [
      [velocity(''), start('-')],
      [velocity('-'), start('+')],
      [velocity(''), velocity('-'), start('+')],
    ])
      expect(await rulesOf(inClass(...methods))).toEqual([]);
  });

  const level = 'log_mean_coeff = self.log_mean_coeff(t)';
  const kernel = (spread: string): string =>
    method('perturb(self, x, t)', 'z = torch.randn_like(x)', level, `torch.exp(log_mean_coeff) * x + ${spread} * z`);
  const marginal = method(
    'marginal_prob(self, x, t)',
    level,
    'torch.exp(log_mean_coeff) * x, torch.sqrt(1 - torch.exp(2 * log_mean_coeff))',
  );

  test('have noise of one deviation', async () => {
    expect(await only(inClass(marginal, kernel('(1 - torch.exp(2 * log_mean_coeff))')))).toMatchObject({ rule: 'noise-times-variance' });
    expect(await rulesOf(inClass(marginal, kernel('torch.sqrt(1 - torch.exp(2 * log_mean_coeff))')))).toEqual([]);
    expect(await rulesOf(inClass(kernel('(1 - torch.exp(2 * log_mean_coeff))')))).toEqual([]);
  });
});

describe('a step back', () => {
  const back = (variance: string, ...last: string[]): string =>
    inClass(
      method(
        'step(self, model, x, t)',
        'eps = model(x, t)',
        'ab, ab_prev, a, b = self.alphas_cumprod[t], self.alphas_cumprod[t - 1], self.alphas[t], self.betas[t]',
        'x0 = (x - (1 - ab).sqrt() * eps) / ab.sqrt()',
        'mean = ab_prev.sqrt() * b / (1 - ab) * x0 + a.sqrt() * (1 - ab_prev) / (1 - ab) * x',
        `var = ${variance}`,
        ...(last.length > 0 ? last : ['mean + var.sqrt() * torch.randn_like(x)']),
      ),
    );

  test('has the spread of the posterior, or that of the step', async () => {
    expect(await only(back('(1 - ab) / (1 - ab_prev) * b'))).toMatchObject({ rule: 'marginals-differ', severity: 'warning' });
    expect(await only(back('(1 - ab_prev) / (1 - ab) * a'))).toMatchObject({ rule: 'marginals-differ' });
    for (const variance of ['(1 - ab_prev) / (1 - ab) * b', 'b', '1 - a']) expect(await rulesOf(back(variance))).toEqual([]);
    expect(await rulesOf(back('b', 'mean + 0.8 * var.sqrt() * torch.randn_like(x)'))).toEqual([]);
  });

  test('has weights that are told of where they are computed', async () => {
    const mean = (weight: string): string =>
      def(
        'posterior_mean(x0, x_t, alpha, alpha_bar, alpha_bar_prev)',
        'c0 = alpha_bar_prev.sqrt() * (1 - alpha) / (1 - alpha_bar)',
        `ct = ${weight}`,
        'c0 * x0 + ct * x_t',
      );
    expect(await only(mean('alpha.sqrt() * (1 - alpha_bar) / (1 - alpha_bar_prev)'))).toMatchObject({
      rule: 'marginals-differ',
      mended: 'ct = alpha.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar)',
    });
    expect(await rulesOf(mean('alpha.sqrt() * (1 - alpha_bar_prev) / (1 - alpha_bar)'))).toEqual([]);
  });
});

test('one noising step has the root of what it adds, whatever the sample is called', async () => {
  const step = (spread: string): string =>
    inClass(method('renoise(self, x, t)', 'b = self.betas[t]', `(1 - b).sqrt() * x + ${spread} * torch.randn_like(x)`));
  expect(await only(step('b'))).toMatchObject({ severity: 'warning' });
  expect(await rulesOf(step('b.sqrt()'))).toEqual([]);
});

describe('what is predicted is compared with', () => {
  const loss = (given: string, target: string): string =>
    def(
      'loss(model, diffusion, x0, t)',
      'noise = torch.randn_like(x0)',
      `x_t = diffusion.q_sample(x0, t${given})`,
      'pred = model(x_t, t)',
      `F.mse_loss(pred, ${target})`,
    );

  test.each([
    ['noise that the sample was not made with', loss('', 'noise')],
    ['noise that is drawn anew', loss(', noise', 'torch.randn_like(noise)')],
    [
      'a velocity of noise that is drawn anew',
      def(
        'loss(net, x1)',
        'x0 = torch.randn_like(x1)',
        't = torch.rand(len(x1), 1)',
        'xt = (1 - t) * x0 + t * x1',
        'ut = x1 - torch.randn_like(x1)',
        '((net(xt, t) - ut) ** 2).mean()',
      ),
    ],
  ])('%s', async (_, code) => {
    expect(await only(code)).toMatchObject({ rule: 'minimum-elsewhere', severity: 'warning' });
  });

  test('nothing where the difference is a direction, and nothing is made least', async () => {
    const step = (last: string): string =>
      def('guidance(operator, x_t, y, sigma)', 'y_t = y + sigma * torch.randn_like(y)', 'difference = operator.forward(x_t) - y_t', last);
    expect(await rulesOf(step('operator.adjoint(difference / sigma ** 2)'))).toEqual([]);
    expect(await rulesOf(step('(difference ** 2).mean()'))).toEqual(['minimum-elsewhere']);
  });

  test.each([
    ['the noise that it was made with', loss(', noise', 'noise')],
    ['noise by its name', loss(', noise=noise', 'noise')],
  ])('%s: right', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
