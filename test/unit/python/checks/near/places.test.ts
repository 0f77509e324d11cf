/** Where near misses are told: at the slip, which may be in a statement before the one that is wrong by it. */

import { expect, test } from 'vitest';
import { def, only, placesOf } from './told.ts';

test('a value that is upside down is told where it is made, not where its name is used', async () => {
  const last = '((1 - pt) ** gamma * ce).mean()';
  const code = def(
    'focal_loss(logits, target, gamma)',
    'ce = F.cross_entropy(logits, target, reduction="none")',
    'pt = torch.exp(ce)',
    last,
  );
  expect(await placesOf(code)).toEqual([{ at: 'ce', beside: [`return ${last}`] }]);
  expect(await only(code)).toMatchObject({ mended: 'pt = torch.exp(-ce)', left: [] });
});

test('of what a call gives together each is told at the call', async () => {
  const call = 'torch.var_mean(x, dim=0, keepdim=True, unbiased=False)';
  const code = def('layer_norm(x, gain, bias, eps)', `var, mean = ${call}`, 'gain * (x - mean) / torch.sqrt(var + eps) + bias');
  expect((await placesOf(code)).map(({ at }) => at)).toEqual([call]);
});
