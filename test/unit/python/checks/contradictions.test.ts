/** Formulas that are right by themselves and contradict what their values are called. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from './near/told.ts';

describe('a value that is called another form', () => {
  test.each([
    [
      'a likelihood',
      def('nll(x, mean, log_var)', 'log_var + 0.5 * ((x - mean) / torch.exp(log_var)) ** 2'),
      'Gaussian (negative) log density',
    ],
    ['a divergence', def('kl(mu, log_var)', '-log_var + 0.5 * (log_var.exp() ** 2 + mu ** 2 - 1)'), 'KL of a diagonal Gaussian to N(0, I)'],
  ])('%s', async (_, code, name) => {
    const told = await only(code);
    expect(told).toMatchObject({ rule: 'another-form', severity: 'warning', mended: null });
    expect(told.message).toBe(
      `\`log_var\` is used as the log of the standard deviation by the formula (${name}), and called the log-variance.`,
    );
  });

  test.each([
    ['a log-deviation', def('nll(x, mean, log_std)', 'log_std + 0.5 * ((x - mean) / torch.exp(log_std)) ** 2')],
    ['a log-variance', def('nll(x, mean, log_var)', '0.5 * log_var + 0.5 * (x - mean) ** 2 / torch.exp(log_var)')],
    ['a name that says no form', def('nll(x, mean, s)', 's + 0.5 * ((x - mean) / torch.exp(s)) ** 2')],
    [
      'half of a log-variance',
      def('nll(x, mean, log_var)', 'log_std = 0.5 * log_var', 'log_std + 0.5 * ((x - mean) / log_std.exp()) ** 2'),
    ],
  ])('is not told of %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a target and its path', () => {
  test.each([
    ['from noise to data', 'x_t = (1 - t) * noise + t * data', 'velocity = data - noise'],
    ['from data to noise', 'x_t = (1 - t) * data + t * noise', 'velocity = noise - data'],
    ['written the other way', 'x_t = t * noise + (1 - t) * data', 'velocity = noise - data'],
  ])('belong together: %s', async (_, path, target) => {
    expect(await rulesOf(def('loss(model, data, noise, t)', path, target, '((model(x_t, t) - velocity) ** 2).mean()'))).toEqual([]);
  });

  test('the way from a point of the path is not its velocity', async () => {
    const code = def('loss(model, x0, x1, t)', 'x_t = (1 - t) * x0 + t * x1', '((model(x_t, t) - (x1 - x_t)) ** 2).mean()');
    expect(await rulesOf(code)).toEqual(['against-the-path']);
  });

  test.each([
    ['over the time that is left it is', '((model(x_t, t) - (x1 - x_t) / (1 - t)) ** 2).mean()'],
    ['the end itself may be predicted', '((model(x_t, t) - x1) ** 2).mean()'],
  ])('%s', async (_, loss) => {
    expect(await rulesOf(def('loss(model, x0, x1, t)', 'x_t = (1 - t) * x0 + t * x1', loss))).toEqual([]);
  });
});

describe('what is called a loss', () => {
  const likelihood = '(-0.5 * (logvar + (x - mu) ** 2 / logvar.exp())).sum(-1)';

  test.each([
    ['minus one', def('gaussian_nll(x, mu, logvar)', `${likelihood}.mean()`), ['other-sign']],
    ['one', def('gaussian_nll(x, mu, logvar)', `-${likelihood}.mean()`), []],
    ['a likelihood', def('log_likelihood(x, mu, logvar)', `${likelihood}.mean()`), []],
    ['turned where it is used', def('step(x, mu, logvar)', `nll = ${likelihood}`, '-nll.mean()'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('answers of two models', () => {
  test.each([
    ['whose reference is added', '(pi_c - pi_r) + (ref_c - ref_r)', 1],
    ['whose reference is taken off', '(pi_c - pi_r) - (ref_c - ref_r)', 0],
  ])('%s', async (_, logits, faults) => {
    const code = def('dpo_loss(pi_c, pi_r, ref_c, ref_r, beta)', `logits = ${logits}`, 'F.softplus(-beta * logits).mean()');
    expect(await rulesOf(code)).toHaveLength(faults);
  });
});

describe('a target that a record is made with', () => {
  const record = 'class Pair(NamedTuple):\n    x: Tensor\n    target: Tensor\n\n\n';
  const made = (target: string): string =>
    record + def('pair(noise, data, t)', 'x = (1 - t) * noise + t * data', `Pair(x=x, target=${target})`);
  test('is the derivative of the path beside it', async () => {
    expect(await rulesOf(made('noise - data'))).toEqual(['against-the-path']);
    expect(await rulesOf(made('data - noise'))).toEqual([]);
  });
});
