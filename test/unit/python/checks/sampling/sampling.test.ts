/** Steps of samplers: noise and its root, slopes and their mean, drifts with and without noise, halves of a batch. */

import { describe, expect, test } from 'vitest';
import { def, only, placesOf, rulesOf } from '../near/told.ts';

const heun = (corrected: string): string =>
  def(
    'heun(model, x, t, t_next)',
    'd = (x - model(x, t)) / t',
    'h = t_next - t',
    'x_next = x + h * d',
    'd_next = (x_next - model(x_next, t_next)) / t_next',
    corrected,
  );

const stochastic = (step: string): string => def('em_step(x, drift, g, dt)', 'z = torch.randn_like(x)', step);

const flow = (name: string, ...lines: string[]): string =>
  def(`${name}(sde, score_fn, x, t)`, 'drift, diffusion = sde.sde(x, t)', 'score = score_fn(x, t)', ...lines);

const guided = (batch: string, names: string): string =>
  def(
    'guided(model, x, t, null_ctx, ctx, s)',
    `out = model(torch.cat([x, x]), torch.cat([t, t]), ${batch})`,
    `${names} = out.chunk(2)`,
    'uncond + s * (cond - uncond)',
  );

const euler = (step: string): string => def('euler(model, x, sigma, sigma_next)', 'd = (x - model(x, sigma)) / sigma', step);

test('all of the score stands in the drift of a flow', async () => {
  expect(await only(flow('flow_drift', 'drift - diffusion ** 2 * score'))).toMatchObject({ rule: 'other-factor' });
});

test('of slope and step the one is told that is not as it usually is', async () => {
  const code = def('euler(model, x, sigma, sigma_next)', 'x0 = model(x, sigma)', 'd = (x0 - x) / sigma', 'x + d * (sigma_next - sigma)');
  expect(await placesOf(code)).toMatchObject([{ at: 'x0 - x' }]);
  expect(await only(code)).toMatchObject({ rule: 'wrong-direction', mended: 'd = (x - x0) / sigma' });
});

test('a step up the levels is told where the denoised sample is called so', async () => {
  const step = (length: string): string =>
    def(
      'step(output, sample, sigma, sigma_next)',
      'x0 = sample - sigma * output',
      'derivative = (sample - x0) / sigma',
      `sample + derivative * (${length})`,
    );
  expect(await placesOf(step('sigma - sigma_next'))).toMatchObject([{ at: 'sigma - sigma_next' }]);
  expect(await rulesOf(step('sigma_next - sigma'))).toEqual([]);
});

test('a log-determinant of the wrong sign is told in the function that has it, not where that is called', async () => {
  const code = `import torch
class Flow:
    def log_prob(self, x):
        z, log_det = self.flow(x)
        return self.prior.log_prob(z) - log_det
    def bits(self, x):
        nll = -self.log_prob(x)
        return nll.mean()
`;
  expect(await placesOf(code)).toMatchObject([{ at: 'self.prior.log_prob(z) - log_det' }]);
});

describe('a step is wrong', () => {
  test.each([
    ['slopes are added up', 'other-factor', heun('x + h * (d + d_next)'), 'x + h * (0.5 * (d + d_next))'],
    [
      'noise is multiplied by the step',
      'noise-times-variance',
      stochastic('x + drift * dt + g * dt * z'),
      'x + drift * dt + g * (dt ** 0.5) * z',
    ],
    ['the step along the slope is turned round', 'wrong-direction', euler('x + d * (sigma - sigma_next)'), 'x + d * (sigma_next - sigma)'],
    [
      'an equation without noise has the drift of the one with it',
      'other-factor',
      flow('probability_flow_ode', 'drift - diffusion ** 2 * score'),
      'drift - (0.5 * (diffusion ** 2 * score))',
    ],
    [
      'the two predictions have changed places',
      'guidance-not-conditional',
      def('guided(net, x, t, cond, w)', 'v_c = net(x, t, cond)', 'v_u = net(x, t, torch.zeros_like(cond))', 'w * v_u + (1 - w) * v_c'),
      'w * v_c + (1 - w) * v_u',
    ],
    [
      'the halves of a batch are named the other way round',
      'guidance-not-conditional',
      guided('torch.cat([null_ctx, ctx])', 'cond, uncond'),
      'uncond, cond = out.chunk(2)',
    ],
  ])('%s', async (_, rule, code, mended) => {
    const told = await only(code);
    expect(told).toMatchObject({ rule, severity: 'warning', left: [] });
    expect(told.mended!.replace(/\(0\.5 \* \(d \+ d_next\)\)/, '(0.5 * (d + d_next))')).toBe(mended);
  });
});

describe('steps that are right', () => {
  test.each([
    ['the mean of both slopes', heun('x + h * 0.5 * (d + d_next)')],
    ['halves of both slopes', heun('x + h * (d + d_next) / 2')],
    ['the second slope alone', heun('x + h * d_next')],
    ['a step to the next level', euler('x + d * (sigma_next - sigma)')],
    ['less a step from it', euler('x - d * (sigma - sigma_next)')],
    ['a step along the negative of the slope', def('euler(model, x, s, s_next)', 'd = (model(x, s) - x) / s', 'x + d * (s - s_next)')],
    ['noise with the root of the step', stochastic('x + drift * dt + g * np.sqrt(dt) * z')],
    ['noise with the root of twice the step', stochastic('x + drift * dt + (2 * dt) ** 0.5 * z')],
    ['noise that is given for the whole step', stochastic('x + (drift + g * z) * dt')],
    ['half of the score without noise', flow('probability_flow_ode', 'drift - 0.5 * diffusion ** 2 * score')],
    ['all of the score with noise', flow('reverse_sde', 'drift - diffusion ** 2 * score')],
    [
      'half a step to the midpoint',
      def(
        'midpoint(net, x, t, dt)',
        'field = lambda y, s: net(y, s)',
        'half = x + 0.5 * dt * field(x, t)',
        'x + dt * field(half, t + 0.5 * dt)',
      ),
    ],
    ['halves in their order', guided('torch.cat([null_ctx, ctx])', 'uncond, cond')],
    ['the other order for both', guided('torch.cat([ctx, null_ctx])', 'cond, uncond')],
    ['a condition twice', guided('torch.cat([ctx, ctx])', 'cond, uncond')],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('levels of roots', () => {
  test.each([
    [
      'an index of n levels is divided by n',
      'other-factor',
      def(
        'levels(n, sigma_min, sigma_max, rho)',
        'i = torch.arange(n)',
        'a, b = sigma_max ** (1 / rho), sigma_min ** (1 / rho)',
        '(a + i / n * (b - a)) ** rho',
      ),
      '(a + i / (n - 1) * (b - a)) ** rho',
    ],
    [
      'levels are not raised to their order again',
      'function-missing',
      def('levels(u, sigma_min, sigma_max, rho)', 'a, b = sigma_max ** (1 / rho), sigma_min ** (1 / rho)', 'a + u * (b - a)'),
      '(a + u * (b - a)) ** rho',
    ],
  ])('%s', async (_, rule, code, mended) => {
    expect(await only(code)).toMatchObject({ rule, severity: 'info', mended, left: [] });
  });

  test.each(['torch.arange(n + 1) / n', 'torch.arange(n) / (n - 1)', 'torch.linspace(0, 1, n)'])('are right with %s', async (share) => {
    const ends = 'a, b = sigma_max ** (1 / rho), sigma_min ** (1 / rho)';
    expect(await rulesOf(def('levels(n, sigma_min, sigma_max, rho)', ends, `(a + ${share} * (b - a)) ** rho`))).toEqual([]);
  });
});

test('guidance is right the usual ways', async () => {
  for (const step of ['w * v_c + (1 - w) * v_u', 'v_u + w * (v_c - v_u)', '(1 + w) * v_c - w * v_u'])
    expect(
      await rulesOf(def('guided(net, x, t, cond, w)', 'v_c = net(x, t, cond)', 'v_u = net(x, t, torch.zeros_like(cond))', step)),
    ).toEqual([]);
});

describe('an equation of a diffusion', () => {
  const reverse = (name: string, drift: string, given: string): string => flow(name, `drift = ${drift}`, given);
  const half = 'drift - 0.5 * diffusion ** 2 * score';
  const whole = 'drift - diffusion ** 2 * score';

  test('has half of it in the flow of a process without drift', async () => {
    const told = await only(def('flow_drift(score_fn, g, x, t)', '-g ** 2 * score_fn(x, t)'));
    expect(told).toMatchObject({ rule: 'other-factor', severity: 'info', mended: '0.5 * (-g ** 2 * score_fn(x, t))' });
  });

  test('has noise times the root of what the score is multiplied by', async () => {
    const step = (size: string): string =>
      def('em(x, f, g, score, dt)', 'mean = x - (f - g ** 2 * score) * dt', `mean + ${size} * dt ** 0.5 * torch.randn_like(x)`);
    expect(await only(step('g ** 2'))).toMatchObject({
      rule: 'noise-times-variance',
      mended: 'mean + g * dt ** 0.5 * torch.randn_like(x)',
    });
    expect(await rulesOf(step('g'))).toEqual([]);
  });

  test.each([
    ['with noise', reverse('reverse_sde', whole, 'drift, diffusion')],
    ['without', reverse('probability_flow', half, 'drift')],
    ['without, the size of nothing given with it', reverse('ode', half, 'drift, torch.zeros_like(diffusion)')],
    ['of a process without drift, with noise', def('reverse_drift(score_fn, g, x, t)', '-g ** 2 * score_fn(x, t)')],
    ['of a process without drift, without', def('flow_drift(score_fn, g, x, t)', '-0.5 * g ** 2 * score_fn(x, t)')],
    ['a walk after the score', def('walk(x, size, score)', 'x + 0.5 * size ** 2 * score(x) + size * torch.randn_like(x)')],
  ])('is right %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('the target of a flow', () => {
  const matching = (path: string, target: string): string =>
    def(
      'loss(net, x1, t, sigma_min)',
      'x0 = torch.randn_like(x1)',
      'tt = t[:, None]',
      `x_t = ${path}`,
      `((net(x_t, t) - (${target})) ** 2).mean()`,
    );
  const narrow = '(1 - (1 - sigma_min) * tt) * x0 + tt * x1';

  test.each([
    ['leaves out what is left of the noise', matching(narrow, 'x1 - x0')],
    ['takes off what is left of the noise alone', matching(narrow, 'x1 - sigma_min * x0')],
    ['adds the ends up', matching('torch.lerp(x0, x1, tt)', 'x1 + x0')],
  ])('is not the derivative of the path: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['against-the-path']);
  });

  test.each([
    ['the derivative', matching(narrow, 'x1 - (1 - sigma_min) * x0')],
    ['a share of it', matching('(1 - tt) * x0 + tt * x1', '0.5 * (x1 - x0)')],
    ['of a path with noise about it', matching('(1 - tt) * x0 + tt * x1 + sigma_min * torch.randn_like(x1)', 'x1 - x0')],
    ['a velocity on a circle', matching('torch.cos(tt) * x0 + torch.sin(tt) * x1', 'torch.cos(tt) * x1 - torch.sin(tt) * x0')],
    ['of something else than the path', matching('x1 + sigma_min * x0', 'x0 - x1')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a log-determinant', () => {
  const coupling = (z: string, volume: string, density: string): string =>
    def(
      'log_prob(net, x)',
      'a, b = x.chunk(2, -1)',
      's, t = net(a).chunk(2, -1)',
      `z = torch.cat([a, ${z}], -1)`,
      `log_det = ${volume}`,
      'base = -0.5 * (z ** 2 + math.log(2 * math.pi)).sum(-1)',
      density,
    );
  const stacked = (call: string, density: string): string =>
    [
      'def log_prob(flows, prior, x):',
      '    log_det = 0',
      '    for flow in flows:',
      `        x, ld = ${call}`,
      '        log_det = log_det + ld',
      `    return ${density}`,
      '',
    ].join('\n');

  test.each([
    ['of a stretching is taken off', 'warning', coupling('b * torch.exp(s) + t', 's.sum(-1)', 'base - log_det'), 'base + log_det'],
    ['of a shrinking is added', 'warning', coupling('(b - t) / torch.exp(s)', 's.sum(-1)', 'base + log_det'), 'base - log_det'],
    ['of layers is taken off', 'info', stacked('flow(x)', 'prior.log_prob(x) - log_det'), 'prior.log_prob(x) + log_det'],
  ])('%s', async (_, severity, code, mended) => {
    expect(await only(code)).toMatchObject({ rule: 'other-sign', severity, mended, left: [] });
  });

  test.each([
    ['of a stretching', coupling('b * torch.exp(s) + t', 's.sum(-1)', 'base + log_det')],
    ['of a shrinking', coupling('(b - t) * torch.exp(-s)', '-s.sum(-1)', 'base + log_det')],
    ['of a shrinking, by how the way back stretches', coupling('(b - t) * torch.exp(-s)', 's.sum(-1)', 'base - log_det')],
    ['of layers', stacked('flow(x)', 'prior.log_prob(x) + log_det')],
    ['of layers backwards', stacked('flow.inverse(x)', 'prior.log_prob(x) - log_det')],
    ['of what was drawn', def('sample(flow, prior, z)', 'x, log_det = flow(z)', 'prior.log_prob(z) - log_det')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
