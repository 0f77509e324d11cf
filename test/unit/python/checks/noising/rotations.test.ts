/** Clean sample and noise told from one velocity. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const rotated = (clean: string, noise: string): string => def('both(x_t, v, ab)', `x0 = ${clean}`, `eps = ${noise}`, 'x0, eps');

const usual = { clean: 'ab.sqrt() * x_t - (1 - ab).sqrt() * v', noise: '(1 - ab).sqrt() * x_t + ab.sqrt() * v' };
const negative = { clean: 'ab.sqrt() * x_t + (1 - ab).sqrt() * v', noise: '(1 - ab).sqrt() * x_t - ab.sqrt() * v' };

describe('a velocity is taken with both signs', () => {
  test('in the clean sample', async () => {
    expect(await only(rotated(negative.clean, usual.noise))).toMatchObject({ rule: 'no-inverse', mended: `x0 = ${usual.clean}`, left: [] });
  });

  test('in the noise', async () => {
    expect(await only(rotated(usual.clean, negative.noise))).toMatchObject({
      rule: 'no-inverse',
      mended: `eps = ${usual.noise}`,
      left: [],
    });
  });

  test.each([
    ['usual', rotated(usual.clean, usual.noise)],
    ['negative', rotated(negative.clean, negative.noise)],
    ['of two networks', def('both(x_t, v, u, ab)', `x0 = ${negative.clean}`, `eps = ${usual.noise.replace('v', 'u_v')}`, 'x0, eps')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});
