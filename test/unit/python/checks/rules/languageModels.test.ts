/** Losses of tokens, what is told of them, and how they are drawn. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const rules = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);

describe('tokens', () => {
  const shifted = (scores: string, ids: string): string =>
    go(
      'logits, input_ids',
      `shift_logits = logits[${scores}]`,
      `shift_labels = input_ids[${ids}]`,
      'return F.cross_entropy(shift_logits.view(-1, shift_logits.size(-1)), shift_labels.view(-1))',
    );
  test.each([
    ['from themselves', shifted('..., :-1, :', '..., :-1')],
    ['from what comes after', shifted('..., 1:, :', '..., :-1')],
    [
      'gathered from themselves',
      go('logits, ids', 'lp = logits[:, :-1].log_softmax(-1)', 'return -lp.gather(-1, ids[:, :-1].unsqueeze(-1)).mean()'),
    ],
    [
      'that the model was given',
      go('model, tokens', 'x, y = tokens[:, :-1], tokens[:, :-1]', 'return F.cross_entropy(model(x).flatten(0, 1), y.flatten())'),
    ],
  ])('predicted %s are told', async (_, code) => {
    expect(await rules(code)).toEqual(['another-value']);
  });
  test.each([
    ['the next ones', shifted('..., :-1, :', '..., 1:')],
    [
      'labels that are cut alike, and may be shifted',
      go('logits, y', 'return F.cross_entropy(logits[:, :-1].flatten(0, 1), y[:, :-1].flatten())'),
    ],
    ['all of them', go('logits, input_ids', 'return F.cross_entropy(logits.flatten(0, 1), input_ids.flatten())')],
  ])('may be %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('a divergence or an entropy', () => {
  const of = (name: string, value: string): string =>
    `${go('p, q, logits', 'return p').replace('def go', 'def other')}\ndef ${name}(p, q, logits):\n    return ${value}\n`;
  test.each([
    ['kl', '(p * (q.log() - p.log())).sum(-1)'],
    ['kl_loss', '(logits.softmax(-1) * (q.log() - logits.log_softmax(-1))).sum(-1).mean()'],
    ['kl_divergence', 'torch.sum(p * torch.log(q / p), dim=-1)'],
    ['head_divergence', 'torch.sum(p * torch.log((q + 1e-12) / (p + 1e-12)), dim=-1)'],
    ['entropy', '(p * torch.log(p + 1e-9)).sum(-1)'],
    ['attention_entropy', 'torch.xlogy(p, p).sum(-1)'],
  ])('%s: %s is told', async (name, value) => {
    expect(await rules(of(name, value))).toEqual(['other-sign']);
  });
  test.each([
    ['kl', '(p * (p.log() - q.log())).sum(-1)'],
    ['kl', '-(p * (q.log() - p.log())).sum(-1)'],
    ['entropy', '-(p * torch.log(p + 1e-9)).sum(-1)'],
    ['negative_entropy', '(p * torch.log(p + 1e-9)).sum(-1)'],
    ['entropy_loss', '(p * torch.log(p + 1e-9)).sum(-1)'],
    ['expected_score', '(p * (q.log() - p.log())).sum(-1)'],
  ])('%s: %s is right', async (name, value) => {
    expect(await told(of(name, value))).toEqual([]);
  });
});

describe('a perplexity', () => {
  const loop = (added: string, given: string): string =>
    go(
      'model, loader',
      'total, n = 0.0, 0',
      'for x, y in loader:',
      '    lp = model(x).log_softmax(-1)',
      `    total ${added}`,
      '    n += y.numel()',
      `ppl = ${given}`,
      'return ppl',
    );
  test.each([
    ['of log-probabilities without a minus', loop('+= lp.gather(-1, y.unsqueeze(-1)).sum()', 'torch.exp(total / n)'), 'other-sign'],
    ['of a loss with a minus', loop('+= F.nll_loss(lp, y, reduction="sum")', 'torch.exp(-total / n)'), 'other-sign'],
    [
      'of which the exponential is divided',
      go('nll_sum, n_tokens', 'ppl = math.exp(nll_sum) / n_tokens', 'return ppl'),
      'another-reduction',
    ],
    ['without an exponential', go('logits, y', 'loss = F.cross_entropy(logits, y)', 'ppl = loss', 'return ppl'), 'function-missing'],
    [
      'as a mean of exponentials',
      go('logits, y', 'nll = F.cross_entropy(logits, y, reduction="none")', 'perplexity = nll.exp().mean()', 'return perplexity'),
      'another-reduction',
    ],
  ])('%s is told', async (_, code, rule) => {
    expect(await rules(code)).toEqual([rule]);
  });
  test.each([
    ['of a loss', loop('+= F.nll_loss(lp, y, reduction="sum")', 'torch.exp(total / n)')],
    ['of log-probabilities with a minus', loop('+= lp.gather(-1, y.unsqueeze(-1)).sum()', 'torch.exp(-total / n)')],
    ['whose logarithm is named', go('logits, y', 'log_ppl = F.cross_entropy(logits, y)', 'return log_ppl.exp()')],
    ['of several texts, which is said', go('nll', 'mean_perplexity = nll.exp().mean()', 'return mean_perplexity')],
  ])('%s is right', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
  test('in bits is divided', async () => {
    expect(await rules(go('val_loss, n', 'bpb = val_loss * n * math.log(2)', 'return bpb'))).toEqual(['other-factor']);
    expect(await rules(go('val_loss, n', 'bpb = val_loss * n / math.log(2)', 'return bpb'))).toEqual([]);
  });
});

describe('a temperature', () => {
  const drawn = (scores: string): string => go('logits, temperature', `p = F.softmax(${scores}, dim=-1)`, 'return torch.multinomial(p, 1)');
  test('divides what a token is drawn from', async () => {
    expect(await rules(drawn('logits * temperature'))).toEqual(['temperature-multiplied']);
    expect(await rules(drawn('logits / temperature'))).toEqual([]);
  });
  test('divides where a function asks for it by its full name, and was not given a scale', async () => {
    expect(await rules(go('logits, temperature', 'return F.softmax(logits * temperature, dim=-1)'))).toEqual(['temperature-multiplied']);
    expect(await rules(go('logits, temperature=20.0', 'return F.softmax(logits * temperature, dim=-1)'))).toEqual([]);
    expect(await rules(go('logits, T', 'return F.softmax(logits * T, dim=-1)'))).toEqual([]);
  });
  test('that is an inverse, or of attention, may multiply', async () => {
    expect(
      await told(go('logits, inv_temperature', 'p = F.softmax(logits * inv_temperature, dim=-1)', 'return torch.multinomial(p, 1)')),
    ).toEqual([]);
    expect(await told(go('q, k, v, temperature', 'return F.softmax(q @ k.mT * temperature, dim=-1) @ v'))).toEqual([]);
  });
});
