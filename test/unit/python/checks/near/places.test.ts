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

test('a difference that the formula adds is told where it was taken, one that it takes off where it is added', async () => {
  const logs = 'torch.logdet(cov_q) - torch.logdet(cov_p)';
  const divergence = def(
    'kl_full(mean_q, cov_q, mean_p, cov_p)',
    'd = mean_p - mean_q',
    'inverse = torch.linalg.inv(cov_p)',
    'trace = torch.trace(inverse @ cov_q)',
    `ld = ${logs}`,
    '0.5 * (trace + d @ inverse @ d - len(d) + ld)',
  );
  expect((await placesOf(divergence)).map(({ at }) => at)).toEqual([logs]);
  const preference = def(
    'dpo_loss(pi_chosen, pi_rejected, ref_chosen, ref_rejected, beta)',
    'logits = pi_chosen - pi_rejected',
    'ref_logits = ref_chosen - ref_rejected',
    '-F.logsigmoid(beta * (logits + ref_logits)).mean()',
  );
  expect((await placesOf(preference)).map(({ at }) => at)).toEqual(['logits + ref_logits']);
});

test('a margin that the loss lowers is told where it is made, one that it raises where it is used', async () => {
  const preference = (margin: string, loss: string): string => def('dpo_loss(chosen_logratio, rejected_logratio, beta)', margin, loss);
  const made = preference('margin = beta * (rejected_logratio - chosen_logratio)', '-F.logsigmoid(margin).mean()');
  expect((await placesOf(made)).map(({ at }) => at)).toEqual(['rejected_logratio - chosen_logratio']);
  const used = preference('margin = beta * (chosen_logratio - rejected_logratio)', '-F.logsigmoid(-margin).mean()');
  expect((await placesOf(used)).map(({ at }) => at)).toEqual(['-margin']);
});

test('a distribution that is given another spread is told where it is made, not again where it is sampled from', async () => {
  const code = def(
    'sample(post)',
    'q = torch.distributions.Normal(post.loc, post.logvar)',
    'z = q.rsample()',
    '(q.log_prob(z) - torch.distributions.Normal(0.0, 1.0).log_prob(z)).sum(-1)',
  );
  expect((await placesOf(code)).map(({ at }) => at)).toEqual(['torch.distributions.Normal(post.loc, post.logvar)']);
});
