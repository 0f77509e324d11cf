/** Contrastive losses, distillation and preferences: what is compared with what. */

import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

const rules = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);

describe('positives', () => {
  const inColumn = (pieces: string, labels: string): string =>
    go(
      'pos, neg',
      `logits = torch.cat([${pieces}], dim=1) / 0.07`,
      `labels = torch.${labels}(logits.size(0), dtype=torch.long)`,
      'return F.cross_entropy(logits, labels)',
    );
  test('stand where the label says', async () => {
    expect(await rules(inColumn('pos, neg', 'ones'))).toEqual(['another-value']);
    expect(await rules(inColumn('neg, pos', 'zeros'))).toEqual(['another-value']);
    expect(await rules(inColumn('pos, neg', 'zeros'))).toEqual([]);
  });

  const similar = (axis: number): string =>
    go(
      'q, k, tau, n',
      `q = F.normalize(q, dim=${axis})`,
      'k = F.normalize(k, dim=1)',
      'return F.cross_entropy(q @ k.transpose(0, 1) / tau, torch.arange(n))',
    );
  test('are compared by vectors of length 1', async () => {
    expect(await told(similar(0))).toEqual(['another-axis: F.normalize(q, dim=0)']);
    expect(await told(similar(1))).toEqual([]);
    expect(await told(similar(-1))).toEqual([]);
  });

  const pairs = (axis: number, labels: string): string =>
    go(
      'a, b, scale',
      'a = a / a.norm(dim=-1, keepdim=True)',
      `b = b / b.norm(dim=${axis}, keepdim=True)`,
      's = scale.exp() * a @ b.t()',
      `return F.cross_entropy(s, torch.${labels}(len(s)).long())`,
    );
  test('belong to their own row', async () => {
    expect(await rules(pairs(-1, 'zeros'))).toEqual(['another-value']);
    expect(await rules(pairs(0, 'arange'))).toEqual(['another-axis']);
    expect(await rules(pairs(-1, 'arange'))).toEqual([]);
  });
  test('of a queue stand in the first column', async () => {
    const code = go(
      'q, k, queue, tau',
      'pos = (q * k).sum(1, keepdim=True)',
      's = torch.cat([pos, q @ queue], 1) / tau',
      'return F.cross_entropy(s, torch.zeros(len(s)).long())',
    );
    expect(await told(code)).toEqual([]);
  });

  test('are not weighed against the example itself', async () => {
    const of = (...lines: string[]): string =>
      go(
        'a, b, n',
        'z = F.normalize(torch.cat([a, b]), dim=1)',
        's = z @ z.T / 0.1',
        ...lines,
        'y = torch.cat([torch.arange(n, 2 * n), torch.arange(n)])',
        'return F.cross_entropy(s, y)',
      );
    expect(await rules(of())).toEqual(['mask-keeps-weight']);
    expect(await rules(of('s.fill_diagonal_(float("-inf"))'))).toEqual([]);
    expect(await rules(of('s = s - torch.eye(2 * n) * 1e9'))).toEqual([]);
  });

  test('have labels of both signs', async () => {
    const of = (labels: string): string => go('a, b, n', 's = a @ b.T', `y = ${labels}`, 'return -F.logsigmoid(y * s).mean()');
    expect(await rules(of('torch.eye(n)'))).toEqual(['another-form']);
    expect(await rules(of('2 * torch.eye(n) - 1'))).toEqual([]);
  });

  const triplet = (negatives: string): string =>
    go(
      'a, p, n, tau',
      'pos = (a * p).sum(-1, keepdim=True) / tau',
      `neg = ${negatives}`,
      'return -F.log_softmax(torch.cat([pos, neg], 1), 1)[:, 0].mean()',
    );
  test('have the temperature of the negatives', async () => {
    expect(await told(triplet('a @ n.T'))).toEqual(['factor-scope: a @ n.T']);
    expect(await told(triplet('a @ n.T / tau'))).toEqual([]);
  });

  const scaled = (op: string): string => go('a, b, logit_scale, y', `s = a @ b.T ${op} logit_scale.exp()`, 'return F.cross_entropy(s, y)');
  test('are multiplied by a logit scale', async () => {
    expect(await rules(scaled('/'))).toEqual(['another-function']);
    expect(await rules(scaled('*'))).toEqual([]);
  });
});

describe('a student', () => {
  const kd = (student: string, scale: string): string =>
    go(
      'student_logits, teacher_logits, hidden, target, T=4.0',
      `s = F.log_softmax(${student} / T, dim=-1)`,
      't = F.softmax(teacher_logits.detach() / T, dim=-1)',
      `kd = F.kl_div(s, t, reduction="batchmean")${scale}`,
      'return kd + 0.1 * F.mse_loss(hidden, target)',
    );
  test('is not held constant', async () => {
    expect(await rules(kd('student_logits.detach()', ' * T ** 2'))).toEqual(['held-side']);
    expect(await rules(kd('student_logits', ' * T ** 2'))).toEqual([]);
  });
  test('has the square of the temperature beside any other loss', async () => {
    expect(await rules(kd('student_logits', ''))).toEqual(['other-factor']);
    expect(await rules(kd('student_logits', ' * T'))).toEqual(['other-factor']);
    expect(await rules(kd('student_logits', ' / (T * T)'))).toEqual(['other-factor']);
    expect(await rules(kd('student_logits', ' * T * T'))).toEqual([]);
  });
});

describe('a preference', () => {
  const dpo = (...lines: string[]): string => go('logps, ref_logps, policy_margin, ref_margin, beta', ...lines);
  test('is against the reference', async () => {
    expect(await told(dpo('ratio = logps + ref_logps', 'return -F.logsigmoid(beta * (ratio[::2] - ratio[1::2])).mean()'))).toEqual([
      'other-sign: logps + ref_logps',
    ]);
    expect(await told(dpo('ratio = logps - ref_logps', 'return -F.logsigmoid(beta * (ratio[::2] - ratio[1::2])).mean()'))).toEqual([]);
    expect(await told(dpo('both = 0.5 * (logps + ref_logps)', 'return both'))).toEqual([]);
  });
  test('has one weight', async () => {
    expect(await told(dpo('margin = beta * policy_margin - ref_margin', 'return -F.logsigmoid(margin).mean()'))).toEqual([
      'factor-scope: beta * policy_margin - ref_margin',
    ]);
    expect(await told(dpo('margin = policy_margin - ref_margin', 'return -F.logsigmoid(beta * margin).mean()'))).toEqual([]);
  });
});
