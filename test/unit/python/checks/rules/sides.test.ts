/** What is given to losses in which place, on which side, and with what left out. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const rules = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);

describe('predictions and truth', () => {
  test.each([
    go('logits, labels', 'return F.cross_entropy(labels, logits)'),
    go('logits, targets', 'return F.cross_entropy(targets.view(-1), logits.view(-1, 10))'),
    go('output, label', 'criterion = nn.BCELoss()', 'return criterion(label, output)'),
    go('logits, target', 'return F.binary_cross_entropy_with_logits(target, logits)'),
    go('log_probs, target', 'return F.nll_loss(target, log_probs)'),
    go('model, x, labels', 'loss = F.cross_entropy(labels, model(x))', 'return loss'),
    go('y_true, y_pred', 'return -(y_pred * torch.log(y_true)).sum(-1)'),
    go('a, b, t', 'logits = a @ b.T / t', 'labels = torch.arange(len(logits))', 'return F.cross_entropy(labels, logits)'),
  ])('are told in each other’s place: %s', async (code) => {
    expect((await rules(code)).filter((one) => one === 'swapped')).toEqual(['swapped']);
  });
  test.each([
    go('logits, labels', 'return F.cross_entropy(logits, labels)'),
    go('output, label', 'criterion = nn.BCELoss()', 'return criterion(output, label)'),
    go('teacher_logits, student_logits', 'return F.cross_entropy(student_logits, teacher_logits.softmax(-1))'),
    go('target_logits, pred_labels', 'return F.cross_entropy(target_logits, pred_labels)'),
    go('x, y', 'return F.cross_entropy(x, y)'),
    go('y_true, y_pred', 'return -(y_true * torch.log(y_pred)).sum(-1)'),
  ])('are right in their own: %s', async (code) => {
    expect((await rules(code)).filter((one) => one === 'swapped')).toEqual([]);
  });
});

describe('the same on both sides', () => {
  test.each([
    go('pred, target', 'return F.mse_loss(target, target)'),
    go('chosen_rewards, rejected_rewards', 'return -F.logsigmoid(chosen_rewards - chosen_rewards).mean()'),
    go('image_features, text_features, y', 'return F.cross_entropy(image_features @ image_features.T, y)'),
    go('images, texts, y', 'return F.cross_entropy(images @ images.T, y)'),
    go('r, adv', 'loss1 = -r * adv', 'loss2 = -r.clamp(0.8, 1.2) * adv', 'return torch.max(loss1, loss1).mean()'),
    go('logits_per_image, logits_per_text, y', 'return (F.cross_entropy(logits_per_image, y) + F.cross_entropy(logits_per_image, y)) / 2'),
    go('a, b, y', 'loss_a = F.cross_entropy(a, y)', 'loss_b = F.cross_entropy(b, y)', 'return (loss_b + loss_b).mean()'),
    go('d, real, fake', 'pred_real = d(real)', 'pred_fake = d(fake)', 'return -pred_real.mean() + pred_real.mean()'),
  ])('is told: %s', async (code) => {
    expect((await rules(code)).filter((one) => one === 'same-twice')).toEqual(['same-twice']);
  });
  test.each([
    go('z, y', 'return F.cross_entropy(z @ z.T, y)'),
    go(
      'image_features, text_features, y',
      'a = F.cross_entropy(image_features @ image_features.T, y)',
      'return a + F.cross_entropy(text_features @ text_features.T, y)',
    ),
    go('x, y', 'return x - x.detach() + y'),
    go('loss_a, loss_b', 'print(loss_a)', 'return loss_b + loss_b'),
    go('x_a, x_b', 'return x_a ** 2 + x_a'),
    go('x, mask', 'return x @ x.T'),
    go('module, x', 'module.weight = module.weight / 2', 'return x @ x.T @ module(x)'),
  ])('is right where nothing is left over: %s', async (code) => {
    expect((await rules(code)).filter((one) => one === 'same-twice')).toEqual([]);
  });
});

describe('values weighted with scores', () => {
  const scores = 's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5';
  test('that are masked are told', async () => {
    expect(await told(go('q, k, v, mask', scores, 's = s.masked_fill(mask, -1e9)', 'return s @ v'))).toEqual(['function-missing: s @ v']);
  });
  test('in what is called attention are told', async () => {
    const code = go('q, k, v', 'return q').replace('go', 'attention').replace('return q', `${scores}\n    return s @ v`);
    expect(await told(code)).toEqual(['function-missing: s @ v']);
  });
  test.each(['linear_attention', 'retention'])('may be without a softmax in %s', async (name) => {
    const code = go('q, k, v', 'return q').replace('go', name).replace('return q', `${scores}\n    return s @ v`);
    expect(await told(code)).toEqual([]);
  });
  test('are right behind a softmax', async () => {
    expect(await told(go('q, k, v, mask', scores, 's = s.masked_fill(mask, -1e9)', 'return s.softmax(-1) @ v'))).toEqual([]);
  });
});

describe('the halves of a cross-entropy', () => {
  const bce = (value: string): string => go('pred, target', `return -(${value}).mean()`);
  test.each([
    ['target * torch.log(pred) + target * torch.log(1 - pred)', ['function-missing']],
    ['target * torch.log(1 - pred) + (1 - target) * torch.log(pred)', ['wrong-direction']],
    ['target * torch.log(pred) + (1 - target) * torch.log(1 - pred)', []],
  ])('%s', async (value, expected) => {
    expect(await rules(bce(value))).toEqual(expected);
  });
  test('take the right score off', async () => {
    const of = (sign: string): string => go('x, y', `return (torch.logsumexp(x, -1) ${sign} x.gather(1, y[:, None]).squeeze(1)).mean()`);
    expect(await rules(of('+'))).toEqual(['other-sign']);
    expect(await rules(of('-'))).toEqual([]);
  });
});

describe('a clipped ratio', () => {
  test('is no quotient of logarithms', async () => {
    const code = go('logp, old_logp, adv', 'r = logp / old_logp', 'return -torch.min(r * adv, r.clamp(0.8, 1.2) * adv).mean()');
    expect(await told(code)).toEqual(['function-missing: logp / old_logp']);
  });
});

describe('attention with one of the three left over', () => {
  const split = 'q, k, v = qkv(x).chunk(3, -1)';
  const heads = ['q', 'k', 'v'].map((one) => `${one} = ${one}.view(b, t, h, d).transpose(1, 2)`);
  const of = (scores: string, values: string): string =>
    go('x, qkv, b, t, h, d', split, ...heads, `s = ${scores} / d ** 0.5`, `return s.softmax(-1) @ ${values}`);
  test.each([
    ['q @ q.transpose(-2, -1)', 'v', ['another-value']],
    ['q @ k.transpose(-2, -1)', 'k', ['another-value']],
    ['q @ k.transpose(-2, -1)', 'v', []],
  ])('%s, %s', async (scores, values, expected) => {
    expect(await rules(of(scores, values))).toEqual(expected);
  });
  test('may have the same keys and values', async () => {
    expect(await told(go('q, k', 's = q @ k.transpose(-2, -1) / q.size(-1) ** 0.5', 'return s.softmax(-1) @ k'))).toEqual([]);
  });
  test('is masked before the softmax', async () => {
    const code = go('q, k, v, mask', 'w = (q @ k.mT / 8).softmax(-1)', 'w = w.masked_fill(mask, float("-inf"))', 'return w @ v');
    expect(await rules(code)).toEqual(['mask-after-softmax']);
  });
});

describe('a clipped policy loss', () => {
  const ppo = (clipped: string): string =>
    go('logp, old_logp, adv, eps', 'ratio = torch.exp(logp - old_logp)', `return -torch.min(ratio * adv, ${clipped}).mean()`);
  test.each([
    ['torch.clamp(ratio, -eps, eps) * adv', ['another-value']],
    ['torch.clamp(ratio, 1 - eps, 1 + eps)', ['factor-scope']],
    ['torch.clamp(ratio, 1 - eps, 1 + eps) * adv', []],
  ])('with %s', async (clipped, expected) => {
    expect(await rules(ppo(clipped))).toEqual(expected);
  });
});

describe('answers of one pair', () => {
  test.each([
    ['chosen_logps - ref_rejected_logps', ['pair-crossed']],
    ['chosen_logps - ref_chosen_logps', []],
    ['chosen_logps - rejected_logps', []],
  ])('%s', async (ratio, expected) => {
    expect(await rules(go('chosen_logps, rejected_logps, ref_chosen_logps, ref_rejected_logps', `return ${ratio}`))).toEqual(expected);
  });
  test('are not labelled by what is masked', async () => {
    const of = (labels: string): string =>
      go('z, n', 's = (z @ z.T).masked_fill(torch.eye(2 * n).bool(), float("-inf"))', `return F.cross_entropy(s / 0.1, ${labels})`);
    expect(await rules(of('torch.arange(2 * n)'))).toEqual(['another-value']);
    expect(await rules(of('(torch.arange(2 * n) + n) % (2 * n)'))).toEqual([]);
  });
});

test('the error of a clipped value is the greater of two', async () => {
  const of = (bound: string): string =>
    go(
      'v, old, ret, eps',
      'clipped = old + (v - old).clamp(-eps, eps)',
      `return 0.5 * torch.${bound}((v - ret) ** 2, (clipped - ret) ** 2).mean()`,
    );
  expect(await rules(of('min'))).toEqual(['clip-optimistic']);
  expect(await rules(of('max'))).toEqual([]);
});

describe('the two answers of a comparison', () => {
  const of = (value: string): string => go('chosen_reward, rejected_reward', `return ${value}`);
  test.each(['-F.logsigmoid(rejected_reward - chosen_reward).mean()', 'F.softplus(chosen_reward - rejected_reward).mean()'])(
    'have changed places: %s',
    async (value) => {
      expect(await rules(of(value))).toEqual(['wrong-direction']);
    },
  );
  test.each([
    '-F.logsigmoid(chosen_reward - rejected_reward).mean()',
    'F.softplus(rejected_reward - chosen_reward).mean()',
    'F.logsigmoid(rejected_reward - chosen_reward).mean()',
  ])('are where they belong, or are a reward: %s', async (value) => {
    expect(await rules(of(value))).toEqual([]);
  });
});

describe('answers and the reference of each', () => {
  const of = (reference: string): string =>
    go(
      'policy, ref, beta',
      'w = beta * (policy.chosen - ref.chosen)',
      `l = beta * (policy.rejected - ref.${reference})`,
      'return -F.logsigmoid(w - l).mean()',
    );
  test('belong together', async () => {
    expect(await rules(of('chosen'))).toEqual(['pair-crossed']);
    expect(await rules(of('rejected'))).toEqual([]);
  });
});

describe('scores and labels that both lose the last place', () => {
  const of = (cut: string): string =>
    go('logits, labels', 'pred = logits[:, :-1].transpose(1, 2)', `return F.cross_entropy(pred, labels[:, ${cut}])`);
  test('are of the same token', async () => {
    expect(await rules(of(':-1'))).toEqual(['another-value']);
    expect(await rules(of('1:'))).toEqual([]);
  });
});

describe('similarities of examples with themselves', () => {
  test('are no negatives of a sum', async () => {
    const of = (line: string): string =>
      go('z, t', 'e = torch.exp(z @ z.t() / t)', 'own = torch.eye(len(z), dtype=torch.bool)', line, 'return neg.log().mean()').replace(
        'def go',
        'def nt_xent',
      );
    expect(await rules(of('neg = e.sum(dim=1)'))).toEqual(['mask-keeps-weight']);
    expect(await rules(of('neg = e.masked_fill(own, 0.).sum(dim=1)'))).toEqual([]);
    expect(await rules(of('neg = e.sum(dim=1) - e.diag()'))).toEqual([]);
  });
  const views = ['z = F.normalize(torch.cat([a, b]), dim=1)', 'n = a.shape[0]'];
  const masked = (target: string): string =>
    go(
      'a, b',
      ...views,
      's = (z @ z.T / 0.1).masked_fill(torch.eye(2 * n, dtype=torch.bool), -1e9)',
      `return F.cross_entropy(s, ${target})`,
    );
  test('are masked and are no labels', async () => {
    expect(await rules(masked('torch.arange(2 * n) % (2 * n)'))).toEqual(['another-value']);
    expect(await rules(masked('(torch.arange(2 * n) + n) % (2 * n)'))).toEqual([]);
  });
  test('filled with 0 are not masked', async () => {
    const of = (value: string): string =>
      go(
        'a, b, t',
        'z = torch.cat([a, b])',
        's = F.cosine_similarity(z[:, None, :], z[None, :, :], dim=-1)',
        'own = torch.eye(s.shape[0], dtype=torch.bool)',
        `s.masked_fill_(own, ${value})`,
        's = s / t',
        'return torch.logsumexp(s, dim=-1).mean()',
      );
    expect(await rules(of('0.0'))).toEqual(['mask-keeps-weight']);
    expect(await rules(of('-9e15'))).toEqual([]);
  });
});
