import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const cycle = ['rec_a = to_a(to_b(real_a))', 'rec_b = to_b(to_a(real_b))'];
const clip = ['logits = scale * image @ text.t()', 'labels = torch.arange(len(logits))'];

describe('two of a pair that are compared', () => {
  test.each([
    ['crosswise', go('to_a, to_b, real_a, real_b', ...cycle, 'return F.l1_loss(rec_a, real_b) + F.l1_loss(rec_b, real_a)'), 1],
    [
      'crosswise, apart',
      go('to_a, to_b, real_a, real_b', ...cycle, 'x = F.l1_loss(rec_a, real_b)', 'y = F.l1_loss(rec_b, real_a)', 'return x + y'),
      2,
    ],
    [
      'both with one',
      go('to_a, to_b, real_a, real_b', ...cycle, 'x = F.l1_loss(rec_a, real_a)', 'y = F.l1_loss(rec_b, real_a)', 'return x + y'),
      1,
    ],
    ['crosswise, by names', go('x, y, cycled_x, cycled_y', 'return 10 * (abs(x - cycled_y).mean() + abs(y - cycled_x).mean())'), 1],
    [
      'by a criterion that is not known',
      go('crit, to_a, to_b, real_a, real_b', ...cycle, 'return crit(rec_a, real_b) + crit(rec_b, real_a)'),
      1,
    ],
  ])('%s', async (_, code, times) => {
    expect(await told(code)).toEqual(Array.from({ length: times }, (): unknown => expect.stringMatching(/^pair-crossed: /)));
  });

  test.each([
    ['as they belong', go('to_a, to_b, real_a, real_b', ...cycle, 'return F.l1_loss(rec_a, real_a) + F.l1_loss(rec_b, real_b)')],
    [
      'what is named crosswise',
      go(
        'to_a, to_b, real_a, real_b',
        'ident_a = to_b(real_b)',
        'ident_b = to_a(real_a)',
        'return F.l1_loss(ident_a, real_b) + F.l1_loss(ident_b, real_a)',
      ),
    ],
    ['views', go('p1, p2, z1, z2', 'return F.mse_loss(p1, z2.detach()) + F.mse_loss(p2, z1.detach())')],
    [
      'what is translated',
      go('g_ab, g_ba, a, b', 'fake_b, fake_a = g_ab(a), g_ba(b)', 'return F.l1_loss(fake_b, b) + F.l1_loss(fake_a, a)'),
    ],
    ['two critics with one target', go('q1, q2, target', 'return F.mse_loss(q1, target) + F.mse_loss(q2, target)')],
    ['two reconstructions of one', go('rec_1, rec_2, x', 'return F.mse_loss(rec_1, x) + F.mse_loss(rec_2, x)')],
  ])('are right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('the second of two', () => {
  test.each([
    [
      'in one direction',
      go(
        'image, text, scale',
        ...clip,
        'loss_i = F.cross_entropy(logits, labels)',
        'loss_t = F.cross_entropy(logits, labels)',
        'return loss_i + loss_t',
      ),
      'F.cross_entropy(logits, labels)',
    ],
    [
      'in one direction at once',
      go('image, text, scale', ...clip, 'return (F.cross_entropy(logits, labels) + F.cross_entropy(logits, labels)) / 2'),
      'F.cross_entropy(logits, labels) + F.cross_entropy(logits, labels)',
    ],
    [
      'in one direction, by two names',
      go(
        'logits, labels',
        'rows = F.cross_entropy(logits, labels, reduction="none")',
        'cols = F.cross_entropy(logits, labels, reduction="none")',
        'return 0.5 * (rows.mean() + cols.mean())',
      ),
      'F.cross_entropy(logits, labels, reduction="none")',
    ],
    [
      'of the features of the first',
      go(
        'image, text, scale',
        'logits_per_image = scale * image @ text.t()',
        'logits_per_text = scale * image @ text.t()',
        'return logits_per_image, logits_per_text',
      ),
      'scale * image @ text.t()',
    ],
    ['of the first', go('lv1, lv2', 's1 = torch.exp(lv1)', 's2 = torch.exp(lv1)', 'return s1, s2'), 'torch.exp(lv1)'],
    [
      'of both',
      go(
        'pi_chosen, pi_rejected, ref_chosen, ref_rejected',
        'chosen_ratio = pi_chosen - ref_chosen',
        'rejected_ratio = pi_rejected - ref_chosen',
        'return chosen_ratio - rejected_ratio',
      ),
      'pi_rejected - ref_chosen',
    ],
  ])('%s', async (_, code, at) => {
    expect(await told(code)).toEqual([`same-twice: ${at}`]);
  });

  test.each([
    [
      'transposed',
      go(
        'image, text, scale',
        ...clip,
        'loss_i = F.cross_entropy(logits, labels)',
        'loss_t = F.cross_entropy(logits.t(), labels)',
        'return loss_i + loss_t',
      ),
    ],
    ['of its own', go('lv1, lv2', 's1 = torch.exp(lv1)', 's2 = torch.exp(lv2)', 'return s1, s2')],
    ['of what has no counterpart', go('x1, x2, mean_1', 'z1 = x1 - mean_1', 'z2 = x2 - mean_1', 'return z1, z2')],
    [
      'by what the first was fitted to',
      go('x_train, x_test, m_train, m_test', 'z_train = x_train - m_train', 'z_test = x_test - m_train', 'return z_train, z_test'),
    ],
    ['of one network twice', go('model, x, y', 'p1, p2 = model(x), model(x)', 'return F.cross_entropy(p1, y) + F.cross_entropy(p2, y)')],
    ['what is made of it', go('x, y', 'part = 1.0', 'part = part * (x - y).abs()', 'whole = 0.0', 'whole = whole + part', 'return whole')],
    [
      'what is gathered of it',
      go(
        'rows, point',
        'whole = 0.0',
        'for row in rows:',
        '    part = 1.0',
        '    for value in row:',
        '        part *= 1.5 - (value - point) + (value - point) ** 2',
        '    whole += part',
        'return whole',
      ),
    ],
    ['of the whole of both', go('x1, x2, mix', 's1 = x1 / (x1 + x2) * mix', 's2 = x2 / (x1 + x2) * mix', 'return s1, s2')],
    [
      'where each is made of both',
      go(
        'a_top, a_foot, b_top, b_foot',
        'top = a_foot * b_top + a_top * b_foot',
        'foot = a_foot * b_foot + a_top * b_top',
        'new_top = a_foot * b_top + a_top * 2',
        'new_foot = a_foot * b_foot + a_top * 2',
        'return top, foot, new_top, new_foot',
      ),
    ],
    ['that begins alike', go('x1, x2', 'h1 = torch.zeros(3)', 'h2 = torch.zeros(3)', 'return h1 + x1, h2 + x2')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
