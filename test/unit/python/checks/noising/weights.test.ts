/** Weights of a loss, and what the network predicts. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const loss = (weight: string, target: string): string =>
  def(
    'loss(model, x_t, t, alpha_bar, velocity, noise, gamma)',
    'snr = alpha_bar / (1 - alpha_bar)',
    `error = (model(x_t, t) - ${target}).pow(2).flatten(1).mean(1)`,
    `weight = ${weight}`,
    '(weight * error).mean()',
  ).replace('    snr =', '    v_target = velocity.detach()\n    snr =');

describe('the weight of a loss', () => {
  test('is that of the noise, beside the error of a velocity', async () => {
    const told = await only(loss('snr.clamp(max=gamma) / snr', 'v_target'));
    expect(told).toMatchObject({ rule: 'other-factor', severity: 'info', mended: 'weight = snr.clamp(max=gamma) / (snr + 1)', left: [] });
  });

  test.each([
    ['of the noise', 'snr.clamp(max=gamma) / snr', 'noise'],
    ['of a velocity', 'snr.clamp(max=gamma) / (snr + 1)', 'v_target'],
  ])('is right: %s', async (_, weight, target) => {
    expect(await rulesOf(loss(weight, target))).toEqual([]);
  });
});
