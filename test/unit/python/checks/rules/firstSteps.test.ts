/** Terms of a diffusion's bound: which one stands at the first time. */

import { describe, expect, test } from 'vitest';
import { def, only, rulesOf } from '../near/told.ts';

const bound = (chosen: string): string =>
  def(
    'vb_terms(normal_kl, log_likelihood, x0, t, mean, logvar, true_mean, true_logvar)',
    'kl = normal_kl(true_mean, true_logvar, mean, logvar).mean(dim=[1, 2, 3]) / math.log(2.0)',
    'decoder_nll = -log_likelihood(x0, mean, 0.5 * logvar).mean(dim=[1, 2, 3]) / math.log(2.0)',
    chosen,
  );

describe('the likelihood stands at the first time', () => {
  test.each([
    ['torch.where(t == 0, kl, decoder_nll)', 'torch.where(t == 0, decoder_nll, kl)'],
    ['torch.where(t > 0, decoder_nll, kl)', 'torch.where(t > 0, kl, decoder_nll)'],
    ['torch.where(t != 0, decoder_nll, kl)', 'torch.where(t != 0, kl, decoder_nll)'],
  ])('%s', async (wrong, right) => {
    expect(await only(bound(wrong))).toMatchObject({ rule: 'swapped', severity: 'warning', mended: right, left: [] });
    expect(await rulesOf(bound(right))).toEqual([]);
  });

  test.each(['torch.where(mask == 0, kl, decoder_nll)', 'torch.where(t == 0, kl, kl + decoder_nll)', 'torch.where(t == 0, kl, x0)'])(
    'not %s',
    async (other) => {
      expect(await rulesOf(bound(other))).toEqual([]);
    },
  );
});
