/** Guidance, steps of two slopes, scalings, rates of scores: what they are multiplied by. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const guided = (step: string): string =>
  def('guided(model, x, t, c, w)', 'eps_c = model(x, t, c)', 'eps_u = model(x, t, None)', `eps = ${step}`).replace(
    'return eps = ',
    'return ',
  );

describe('guidance leaves the line through both predictions', () => {
  test.each([
    ['(1 + w) * eps_c + w * eps_u', '(1 + w) * eps_c - w * eps_u'],
    ['eps_u + w * (eps_c + eps_u)', 'eps_u + w * (eps_c - eps_u)'],
    ['w * eps_c + (1 + w) * eps_u', 'w * eps_c + (1 - w) * eps_u'],
    ['w * eps_c + eps_u', null],
    ['eps_u + w * eps_c - eps_u', null],
  ])('%s', async (step, mended) => {
    expect(await only(guided(step))).toMatchObject({ rule: 'guidance-not-conditional', severity: 'warning', mended, left: [] });
  });

  test.each(['(1 + w) * eps_c - w * eps_u', 'eps_u + w * (eps_c - eps_u)', 'eps_c + w * (eps_c - eps_u)', 'w * (eps_c - eps_u)'])(
    'not by %s',
    async (step) => {
      expect(await rulesOf(guided(step))).toEqual([]);
    },
  );

  test('by halves of one batch whose difference is turned round', async () => {
    const halves = (step: string): string => def('guide(both, scale)', 'uncond, cond = both.chunk(2)', step);
    expect(await rulesOf(halves('uncond + scale * (uncond - cond)'))).toEqual(['guidance-not-conditional']);
    expect(await rulesOf(halves('uncond + scale * (cond - uncond)'))).toEqual([]);
    expect(await rulesOf(halves('cond + scale * (cond - uncond)'))).toEqual([]);
  });

  test('where the difference alone is taken for a prediction', async () => {
    const of = (...lines: string[]): string => def('sample(eps_c, eps_u, w, step, x)', ...lines);
    expect(await rulesOf(of('noise_pred = w * (eps_c - eps_u)', 'step(noise_pred, x)'))).toEqual(['guidance-not-conditional']);
    expect(await rulesOf(of('noise_pred = w * (eps_c - eps_u)', 'step(eps_u + noise_pred, x)'))).toEqual([]);
    expect(await rulesOf(of('noise_diff = w * (eps_c - eps_u)', 'step(noise_diff, x)'))).toEqual([]);
  });

  test('not where losses are weighted', async () => {
    expect(await rulesOf(def('total(loss_cond, loss_uncond, w)', 'loss_cond + w * loss_uncond'))).toEqual([]);
  });
});

const heun = (...lines: string[]): string =>
  def('step(net, x, t, h)', 'k1 = net(x, t)', 'x_e = x + h * k1', 'k2 = net(x_e, t + h)', ...lines);

describe('a step of several slopes', () => {
  test.each([
    ['goes on from where the second was taken', heun('x_e + 0.5 * h * (k1 + k2)')],
    ['goes on from there with their mean', heun('k = (k1 + k2) / 2', 'x_e + h * k')],
    ['has one for both', heun('x + 0.5 * h * (k2 + k2)')],
  ])('%s', async (_, code) => {
    expect(await only(code)).toMatchObject({ rule: 'other-factor', severity: 'info' });
  });

  test.each([
    ['the mean', heun('x + 0.5 * h * (k1 + k2)')],
    ['the mean by its parts', heun('x + (h / 2 * k1 + h / 2 * k2)')],
    ['two steps, one after the other', heun('x_e + h * k2')],
    ['a midpoint', def('step(net, x, t, h)', 'k1 = net(x, t)', 'k2 = net(x + h / 2 * k1, t + h / 2)', 'x + h * k2')],
    ['halves of a batch', def('step(net, x, t, h, w)', 'a, b = net(torch.cat([x, x]), t).chunk(2)', 'x + h * (b + w * (a - b))')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

test('levels are told of where their root is taken once more', async () => {
  const levels = (power: string): string =>
    def('levels(u, sigma_min, sigma_max, rho)', 'a, b = sigma_max ** (1 / rho), sigma_min ** (1 / rho)', `(a + u * (b - a)) ** ${power}`);
  expect(await only(levels('(1 / rho)'))).toMatchObject({
    rule: 'another-value',
    severity: 'warning',
    mended: '(a + u * (b - a)) ** (rho)',
  });
  expect(await rulesOf(levels('rho'))).toEqual([]);
});

describe('what EDM multiplies by', () => {
  const scaled = (target: string, value: string): string =>
    def('denoise(net, x, sigma, sigma_data)', `${target} = ${value}`, `${target} * x`);
  test.each([
    ['c_skip', 'sigma_data / (sigma ** 2 + sigma_data ** 2)'],
    ['c_out', 'sigma * sigma_data * (sigma ** 2 + sigma_data ** 2).sqrt()'],
    ['c_in', '1 / (sigma ** 2 + sigma_data ** 2)'],
  ])('%s', async (target, value) => {
    expect(await rulesOf(scaled(target, value))).toHaveLength(1);
  });

  test.each([
    ['c_skip', 'sigma_data ** 2 / (sigma ** 2 + sigma_data ** 2)'],
    ['c_out', '-sigma * sigma_data / (sigma ** 2 + sigma_data ** 2) ** 0.5'],
    ['c_in', '(sigma ** 2 + sigma_data ** 2) ** -0.5'],
    ['c_skip', 'sigma_data ** 2 / ((sigma - 0.002) ** 2 + sigma_data ** 2)'],
    ['c_skip', 'sigma_data ** 2 / ((sigma * 10) ** 2 + sigma_data ** 2)'],
  ])('%s is right', async (target, value) => {
    expect(await rulesOf(scaled(target, value))).toEqual([]);
  });

  test('is a logarithm for the network', async () => {
    expect(await only(scaled('c_noise', 'sigma / 4'))).toMatchObject({ rule: 'function-missing', severity: 'info' });
    expect(await rulesOf(scaled('c_noise', 'sigma.log() / 4'))).toEqual([]);
  });
});

test('a score is multiplied by the square of what the noise is', async () => {
  const step = (rate: string): string =>
    def(
      'em(score_fn, sde, x, t, h)',
      'f, g = sde.sde(x, t)',
      `mean = x - (f - ${rate} * score_fn(x, t)) * h`,
      'mean + g * torch.randn_like(x) * h ** 0.5',
    );
  expect(await only(step('g'))).toMatchObject({ rule: 'function-missing', severity: 'warning', left: [] });
  expect(await rulesOf(step('g ** 2'))).toEqual([]);
  expect(await rulesOf(def('langevin(score_fn, x, step)', 'x + 0.5 * step * score_fn(x) + step ** 0.5 * torch.randn_like(x)'))).toEqual([]);
});

describe('a path and its velocity', () => {
  const matched = (path: string, target: string): string =>
    def(
      'loss(net, x1)',
      'x0 = torch.randn_like(x1)',
      't = torch.rand(len(x1), 1)',
      `xt = ${path}`,
      `ut = ${target}`,
      '((net(xt, t) - ut) ** 2).mean()',
    );
  test.each([
    ['x0 + t * x1', 'x1 - x0'],
    ['(1 - t) * x0 + t * x1', 'x1 - xt'],
    ['(1 - t) * x0 + t * x1', 'x1 + x0'],
    ['(1 - t) * x1 + t * x0', 'x1 - x0'],
    ['(1 - t) * x0 + t * x1', 'x0 - x1'],
  ])('%s, %s', async (path, target) => {
    expect(await only(matched(path, target))).toMatchObject({ rule: 'against-the-path', severity: 'warning' });
  });

  test.each([
    ['(1 - t) * x0 + t * x1', 'x1 - x0'],
    ['(1 - t) * x1 + t * x0', 'x0 - x1'],
    ['(1 - t) * x0 + t * x1', '(x1 - xt) / (1 - t)'],
    ['(1 - 0.999 * t) * x0 + t * x1', 'x1 - 0.999 * x0'],
  ])('%s, %s are right', async (path, target) => {
    expect(await rulesOf(matched(path, target))).toEqual([]);
  });
});
