/** Losses of policies, distillation, and lengths of gradients. */

import { describe, expect, test } from 'vitest';
import { go, mended, severities, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);
const named = (name: string, code: string): string => code.replace('def go', `def ${name}`);
const ratio = 'r = torch.exp(logp - old)';

describe('a clipped loss', () => {
  test.each([
    [
      'of the greater objective',
      go('logp, old, adv, eps', ratio, 'return -torch.max(r * adv, torch.clamp(r, 1 - eps, 1 + eps) * adv).mean()'),
    ],
    ['with numbers for its bounds', go('logp, old, adv', ratio, 'return -torch.max(r * adv, torch.clamp(r, 0.8, 1.2) * adv).mean()')],
    [
      'of the smaller loss',
      go('logp, old, adv, eps', ratio, 'a, b = -adv * r, -adv * r.clamp(1 - eps, 1 + eps)', 'return torch.min(a, b).mean()'),
    ],
    [
      'by JAX',
      go('logp, old, adv, eps', 'r = jnp.exp(logp - old)', 'return -jnp.maximum(r * adv, jnp.clip(r, 1 - eps, 1 + eps) * adv).mean()'),
    ],
  ])('that is no bound: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['clip-optimistic']);
  });

  test('is mended by the other of the two', async () => {
    const code = go('logp, old, adv', ratio, 'return -torch.max(r * adv, torch.clamp(r, 0.8, 1.2) * adv).mean()');
    expect(await mended(code)).toBe('return -torch.min(r * adv, torch.clamp(r, 0.8, 1.2) * adv).mean()');
  });

  test('alone is told', async () => {
    const code = named('policy_loss', go('logp, old, adv, eps', ratio, 'return -(torch.clamp(r, 1 - eps, 1 + eps) * adv).mean()'));
    expect(await rulesOf(code)).toEqual(['function-missing']);
    expect(await severities(code)).toEqual(['info']);
  });

  test.each([
    [
      'the smaller objective',
      go('logp, old, adv, eps', ratio, 'return -torch.min(r * adv, torch.clamp(r, 1 - eps, 1 + eps) * adv).mean()'),
    ],
    [
      'the greater loss',
      go('logp, old, adv, eps', ratio, 'a, b = -adv * r, -adv * r.clamp(1 - eps, 1 + eps)', 'return torch.max(a, b).mean()'),
    ],
    [
      'weights that are held constant',
      named('policy_loss', go('logp, old, adv, eps', ratio, 'return -(r.clamp(1 - eps, 1 + eps).detach() * adv * logp).mean()')),
    ],
    [
      'a second clip',
      go(
        'logp, old, adv, eps',
        ratio,
        'c = torch.min(r * adv, r.clamp(1 - eps, 1 + eps) * adv)',
        'return -torch.where(adv < 0, torch.max(c, 3 * adv), c).mean()',
      ),
    ],
    [
      'errors of values',
      go('v, old, y, eps', 'c = old + torch.clamp(v - old, -eps, eps)', 'return torch.max((v - y) ** 2, (c - y) ** 2).mean()'),
    ],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('distillation', () => {
  const kd = (student: string, teacher: string, rest = 'return kd * T ** 2'): string =>
    go(
      'student, teacher, y, T=4.0',
      `kd = F.kl_div(F.log_softmax(${student}, -1), F.softmax(${teacher}, -1), reduction="batchmean")`,
      rest,
    );
  test.each([
    ['softens the teacher alone', kd('student', 'teacher / T'), ['minimum-elsewhere']],
    ['softens the student alone', kd('student / T', 'teacher'), ['minimum-elsewhere']],
    [
      'lacks the square of its temperature beside labels',
      kd('student / T', 'teacher / T', 'return 0.5 * kd + 0.5 * F.cross_entropy(student, y)'),
      ['other-factor'],
    ],
    ['has the temperature and not its square', kd('student / T', 'teacher / T', 'return kd * T'), ['other-factor']],
    ['is right', kd('student / T', 'teacher / T'), []],
    ['is right alone without what makes up for it', kd('student / T', 'teacher / T', 'return kd'), []],
    ['is right without a temperature', kd('student', 'teacher', 'return kd'), []],
    [
      'is right with its square beside labels',
      kd('student / T', 'teacher / T', 'return 0.5 * kd * T * T + 0.5 * F.cross_entropy(student, y)'),
      [],
    ],
    [
      'is right with a number for its square',
      go(
        'student, teacher, y',
        'kd = F.kl_div(F.log_softmax(student / 4.0, -1), F.softmax(teacher / 4.0, -1), reduction="batchmean")',
        'return 0.5 * kd * 16.0 + 0.5 * F.cross_entropy(student, y)',
      ),
      [],
    ],
    [
      'is another thing where targets are sharpened',
      go('ori, aug, temp=0.4', 'return F.kl_div(F.log_softmax(aug, -1), F.softmax(ori / temp, -1), reduction="batchmean")'),
      [],
    ],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

test('a side of a distillation that is not softened is told in the function that does not, not where that is called', async () => {
  const code = `import torch.nn.functional as F
class Distiller:
    def soft_loss(self, teacher_logits, student_logits, T=4.0):
        target = F.softmax(teacher_logits / T, -1)
        kl = (target * (target.log() - F.log_softmax(student_logits, -1))).sum(-1)
        return T ** 2 * kl.mean()
    def step(self, x, y, T=4.0):
        student, teacher = self.student(x), self.teacher(x)
        loss = F.cross_entropy(student, y) + self.soft_loss(teacher, student, T)
        return loss
`;
  expect(await rulesOf(code)).toEqual(['minimum-elsewhere']);
});

test('a side of a distillation that the temperature multiplies', async () => {
  const of = (student: string): string =>
    go(
      'student_logits, teacher_logits, T=4.0',
      'p = F.softmax(teacher_logits / T, -1)',
      `q = F.log_softmax(${student}, -1)`,
      'return F.kl_div(q, p, reduction="batchmean") * T ** 2',
    );
  expect(await rulesOf(of('student_logits * T'))).toEqual(['minimum-elsewhere']);
  expect(await rulesOf(of('student_logits / T'))).toEqual([]);
});

describe('lengths of gradients', () => {
  const of = (name: string, ...lines: string[]): string =>
    named(name, go('d, x', 'g, = torch.autograd.grad(d.sum(), x, create_graph=True)', ...lines));
  test.each([
    ['that are not squared', of('r1_penalty', 'return 0.5 * g.flatten(1).norm(dim=1).mean()'), ['function-missing']],
    ['under a root', of('r1_penalty', 'return 0.5 * g.pow(2).flatten(1).sum(1).sqrt().mean()'), ['function-missing']],
    ['without a root', of('path_lengths', 'lengths = g.pow(2).sum(2).mean(1)', 'return lengths'), ['function-missing']],
    [
      'without a root, before a running mean is taken off',
      of('g_path_regularize', 'lengths = g.square().sum(dim=1)', 'return (lengths - d).square().mean()'),
      ['function-missing'],
    ],
    [
      'whose root has a statement of its own',
      of('g_path_regularize', 'squares = g.square().sum(dim=1)', 'lengths = squares.sqrt()', 'return (lengths - d).square().mean()'),
      [],
    ],
    ['that are squared', of('r1_penalty', 'return 0.5 * g.flatten(1).norm(dim=1).pow(2).mean()'), []],
    ['with their root', of('path_lengths', 'lengths = g.pow(2).sum(2).mean(1)', 'return lengths.sqrt()'), []],
    ['that are looked at', of('grad_norm', 'return g.flatten(1).norm(dim=1).mean()'), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('what is clipped about 1', () => {
  const ppo = (...ratio: string[]): string =>
    go('logp, old_logp, adv', ...ratio, 'return -torch.min(r * adv, r.clamp(0.8, 1.2) * adv).mean()');
  test.each([
    ['is no ratio', ppo('r = logp - old_logp'), 'function-missing: logp - old_logp'],
    ['is no ratio where it is called one', ppo('log_ratio = logp - old_logp', 'r = log_ratio'), 'function-missing: log_ratio'],
    ['trains nothing', ppo('r = torch.exp(logp - old_logp).detach()'), 'held-side: torch.exp(logp - old_logp).detach()'],
  ])('%s', async (_, code, expected) => {
    expect(await told(code)).toEqual([expected]);
  });
  test.each([
    ['a ratio', ppo('r = torch.exp(logp - old_logp.detach())')],
    [
      'a weight of log-probabilities',
      go('logp, old_logp, adv', 'r = torch.exp(logp - old_logp).detach()', 'return -(r.clamp(0.8, 1.2) * adv * logp).mean()'),
    ],
  ])('may be %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
