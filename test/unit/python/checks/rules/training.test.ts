/** Penalties, terms and targets of what is trained. */

import { describe, expect, test } from 'vitest';
import { below, go, mended, severities, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':')[0]!);

describe('a gradient penalty', () => {
  const drawn = 'x = (a * torch.rand(len(a), 1, 1, 1) + b).requires_grad_()';
  const penalty = (grad: string, ...lines: string[]): string =>
    go('d, a, b', drawn, grad, ...lines).replace('def go', 'def gradient_penalty');
  const kept = 'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]';
  const lost = 'g = torch.autograd.grad(d(x).sum(), x)[0]';
  const norm = 'return 10 * ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean()';

  test.each([
    ['returned', penalty(lost, norm), 'torch.autograd.grad(d(x).sum(), x)'],
    [
      'unpacked',
      penalty('(g,) = torch.autograd.grad(outputs=d(x).sum(), inputs=x)', norm),
      'torch.autograd.grad(outputs=d(x).sum(), inputs=x)',
    ],
    ['squared', penalty(lost, 'return g.pow(2).flatten(1).sum(1).mean()'), 'torch.autograd.grad(d(x).sum(), x)'],
    [
      'added to a loss',
      go(
        'd, x, y',
        'a = F.softplus(-d(x)).mean()',
        'g = torch.autograd.grad(a, x, retain_graph=True)[0]',
        'p = g.square().flatten(1).sum(1).mean()',
        'loss = a + 10 * p',
        'loss.backward()',
      ),
      'torch.autograd.grad(a, x, retain_graph=True)',
    ],
  ])('that keeps no graph, %s', async (_, code, at) => {
    expect(await told(code)).toContain(`penalty-without-graph: ${at}`);
  });

  test('is mended by keeping it', async () => {
    expect(await mended(penalty(lost, norm))).toBe('g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]');
    expect(await mended(penalty(lost.replace('x)[0]', 'x, retain_graph=True)[0]'), norm))).toBe(
      'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]',
    );
    expect(await mended(penalty(lost.replace('x)[0]', 'x, create_graph=False)[0]'), norm))).toBe(
      'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]',
    );
  });

  test.each([
    ['kept', penalty(kept, norm)],
    ['a statistic', penalty(lost, 'return ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean().item()')],
    ['held', penalty(lost, 'return ((g.flatten(1).norm(2, dim=1) - 1) ** 2).mean().detach()')],
    ['a direction', go('d, x', 'g = torch.autograd.grad(d(x).sum(), x)[0]', 'return x + 0.1 * g.sign()')],
    ['guidance', go('d, x, m, s', 'g = torch.autograd.grad(d(x).sum(), x)[0]', 'return m + s * g')],
    ['logged', go('d, x', 'g = torch.autograd.grad(d(x).sum(), x)[0]', 'norm = g.flatten(1).norm(dim=1).mean()', 'return norm')],
    [
      'a weight',
      go(
        'r, a, w',
        'p = torch.autograd.grad(r, w, retain_graph=True)[0]',
        'q = torch.autograd.grad(a, w, retain_graph=True)[0]',
        'weight = p.norm() / (q.norm() + 1e-4)',
        'return r + weight * a',
      ),
    ],
  ])('that keeps none is right where it is %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });

  test.each([
    ['of the batch', penalty(kept, 'return ((g.norm(2) - 1) ** 2).mean()'), 'warning'],
    ['of a pixel', penalty(kept, 'return ((g.norm(2, dim=1) - 1) ** 2).mean()'), 'info'],
  ])('of a norm %s', async (_, code, severity) => {
    expect(await rulesOf(code)).toEqual(['penalty-not-per-example']);
    expect(await severities(code)).toEqual([severity]);
  });

  test('of vectors is one of each example', async () => {
    const code = penalty(kept, 'return ((g.norm(2, dim=1) - 1) ** 2).mean()').replace(', 1, 1, 1)', ', 1)');
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('terms of which one is summed over the batch and one averaged', () => {
  const kl = '-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())';
  const perExample = '-0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp(), dim=1).mean()';
  test.each([
    ['a divergence', go('o, x, mu, lv', `kl = ${kl}`, 'return F.mse_loss(o, x) + kl'), 'F.mse_loss(o, x) + kl'],
    ['with beta', go('o, x, mu, lv, beta', `kl = ${kl}`, 'return F.mse_loss(o, x) + beta * kl'), 'F.mse_loss(o, x) + beta * kl'],
    [
      'of examples of JAX',
      go(
        'o, x, mu, lv',
        'r = jnp.mean(jnp.sum(jnp.square(o - x), axis=-1))',
        'return r + jnp.sum(0.5 * jnp.sum(jnp.exp(lv) + jnp.square(mu) - lv - 1.0, axis=-1))',
      ),
      'r + jnp.sum(0.5 * jnp.sum(jnp.exp(lv) + jnp.square(mu) - lv - 1.0, axis=-1))',
    ],
    [
      'a reconstruction',
      go('o, x, mu, lv', 'r = F.binary_cross_entropy(o, x, reduction="sum")', `kl = ${perExample}`, 'return r + kl'),
      'r + kl',
    ],
    [
      'a penalty',
      go(
        'd, x, y',
        'a = F.softplus(-d(x)).mean()',
        'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]',
        'p = 5 * g.square().sum()',
        'return a + p',
      ),
      'g.square().sum()',
    ],
  ])('%s', async (_, code, at) => {
    expect(await told(code)).toEqual([`reductions-mixed: ${at}`]);
  });

  test.each([
    ['both summed', go('o, x, mu, lv', `kl = ${kl}`, 'return F.mse_loss(o, x, reduction="sum") + kl')],
    ['both averaged', go('o, x, mu, lv', `kl = ${perExample}`, 'return F.mse_loss(o, x) + kl')],
    ['divided by the batch', go('o, x, mu, lv', `kl = ${kl} / x.size(0)`, 'return F.mse_loss(o, x) + kl')],
    ['divided by its length', go('o, x, mu, lv', `kl = ${kl}`, 'kl /= len(x)', 'return F.mse_loss(o, x) + kl')],
    ['a weight that may make up for it', go('o, x, mu, lv, kld_weight', `kl = ${kl}`, 'return F.mse_loss(o, x) + kld_weight * kl')],
    ['a mean of both', go('o, x, mu, lv', 'kl = -0.5 * torch.mean(1 + lv - mu.pow(2) - lv.exp())', 'return F.mse_loss(o, x) + kl')],
    ['decay of weights', go('o, x, w', 'return F.mse_loss(o, x) + 1e-4 * w.pow(2).sum()')],
    ['one example', go('o, x, mu, lv', 'kl = -0.5 * jnp.sum(1 + lv - mu ** 2 - jnp.exp(lv))', 'return jnp.mean((o - x) ** 2) + kl')],
  ])('are right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('one target for what is real and what is generated', () => {
  test.each([
    ['squares', go('real, fake', 'return ((real - 1) ** 2).mean() + ((fake - 1) ** 2).mean()')],
    ['softplus', go('d, real, fake', 'return F.softplus(-d(real)).mean() + F.softplus(-d(fake)).mean()')],
    [
      'a criterion',
      go(
        'out_real, out_fake',
        'c = nn.BCEWithLogitsLoss()',
        'return c(out_real, torch.ones_like(out_real)) + c(out_fake, torch.ones_like(out_fake))',
      ),
    ],
    [
      'a criterion that is not known',
      go(
        'd, bce, real, fake',
        'y_real, y_fake = torch.ones(len(real)), torch.ones(len(real))',
        'return bce(d(real), y_real) + bce(d(fake), y_fake)',
      ),
    ],
    ['a hinge', go('real, fake', 'return F.relu(1 + real).mean() + F.relu(1 + fake).mean()')],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['targets-alike']);
  });

  test.each([
    ['1 and 0', go('real, fake', 'return ((real - 1) ** 2).mean() + (fake ** 2).mean()')],
    ['1 and -1', go('real, fake', 'return ((real - 1) ** 2).mean() + ((fake + 1) ** 2).mean()')],
    [
      'ones and zeros for a criterion that is not known',
      go(
        'd, bce, real, fake',
        'y, z = torch.ones(len(real)), torch.zeros(len(real))',
        'loss_real, loss_fake = bce(d(real), y), bce(d(fake), z)',
        'return loss_real + loss_fake',
      ),
    ],
    ['given', go('real, fake, real_t, fake_t', 'c = nn.BCEWithLogitsLoss()', 'return c(real, real_t) + c(fake, fake_t)')],
    ['drift', go('real, fake', 'return 1e-3 * (real ** 2).mean() + 1e-3 * (fake ** 2).mean()')],
    ['two generated', go('d, fake_a, fake_b', 'return F.softplus(-d(fake_a)).mean() + F.softplus(-d(fake_b)).mean()')],
    ['classes', go('real_cls, fake_cls, y', 'return F.cross_entropy(real_cls, y) + F.cross_entropy(fake_cls, y)')],
    [
      'the two halves',
      go('real, fake', 'real_loss = F.softplus(-real)', 'fake_loss = F.softplus(fake)', 'return real_loss.mean() + fake_loss.mean()'),
    ],
  ])('is not %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('sides that are held constant', () => {
  const features = (of: string): string =>
    go('d, x, y', 'f_real, f_fake = d(x), d(y)', `return F.l1_loss(${of})`).replace('def go', 'def feature_loss');
  test.each([
    ['features of what is generated', features('f_fake.detach(), f_real'), 'warning'],
    [
      'of each of a list',
      go('real_feats, fake_feats', 'return sum(F.l1_loss(f.detach(), r) for r, f in zip(real_feats, fake_feats))'),
      'warning',
    ],
    ['both of features', features('f_fake.detach(), f_real.detach()'), 'warning'],
    ['the same side twice', go('e, z', 'return F.mse_loss(e.detach(), z) + 0.25 * F.mse_loss(e.detach(), z)'), 'warning'],
    [
      'the same side twice, gathered',
      go(
        'e, z, stages',
        'loss = 0.0',
        'for _ in stages:',
        '    loss = loss + F.mse_loss(e, z.detach()) + 0.25 * F.mse_loss(z.detach(), e)',
        'return loss',
      ),
      'warning',
    ],
    ['neither side of both', go('z_q, z', 'return F.mse_loss(z_q, z) + 0.25 * F.mse_loss(z, z_q)'), 'info'],
    ['no side of a commitment', go('z_q, z', 'commitment = F.mse_loss(z, z_q)', 'return commitment'), 'info'],
    ['what is quantised in a commitment', go('z_q, z', 'commitment = F.mse_loss(z.detach(), z_q)', 'return commitment'), 'warning'],
    [
      'the code in the loss of the code book',
      go('z_q, z', 'codebook_loss = F.mse_loss(z_q.detach(), z)', 'return codebook_loss'),
      'warning',
    ],
  ])('%s', async (_, code, severity) => {
    expect(await rulesOf(code)).toEqual(['held-side']);
    expect(await severities(code)).toEqual([severity]);
  });

  test.each([
    ['the real one', features('f_fake, f_real.detach()')],
    ['one each', go('e, z', 'return F.mse_loss(e, z.detach()) + 0.25 * F.mse_loss(e.detach(), z)')],
    ['the code', go('z_q, z', 'commitment = F.mse_loss(z, z_q.detach())', 'return commitment')],
    [
      'with names exchanged',
      go(
        'z_q, z',
        'commitment = F.mse_loss(z_q, z.detach())',
        'codebook_loss = F.mse_loss(z, z_q.detach())',
        'return commitment + codebook_loss',
      ),
    ],
    [
      'what a discriminator is to tell apart',
      go('f_real, f_fake', 'return -F.mse_loss(f_real, f_fake.detach())').replace('def go', 'def feature_loss'),
    ],
    [
      'what is only measured',
      go('z_q, z', 'with torch.no_grad():', '    commitment = F.mse_loss(z.detach(), z_q.detach())', 'return commitment'),
    ],
  ])('are right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a straight-through estimator', () => {
  test.each([
    ['of a code', go('z_q, z', 'return z_q + (z - z_q).detach()'), 'return z + (z_q - z).detach()'],
    ['of what is rounded', go('x', 'h = torch.round(x)', 'return h + (x - h).detach()'), 'return x + (h - x).detach()'],
    [
      'by JAX',
      go('z', 'hard = jnp.sign(z)', 'return hard + jax.lax.stop_gradient(z - hard)'),
      'return z + jax.lax.stop_gradient(hard - z)',
    ],
    [
      'of a sum of codes',
      go(
        'z, books',
        'r, out = z, torch.zeros_like(z)',
        'for book in books:',
        '    code = book[torch.cdist(r, book).argmin(-1)]',
        '    r = r - code',
        '    out = out + code',
        'return out + (z - out).detach()',
      ),
      'return z + (out - z).detach()',
    ],
  ])('the wrong way round, %s', async (_, code, right) => {
    expect(await rulesOf(code)).toEqual(['straight-through-exchanged']);
    expect(await mended(code)).toBe(right);
  });

  test.each([
    ['of a code', go('z_q, z', 'return z + (z_q - z).detach()')],
    ['of a soft one', go('x', 'soft = x.softmax(-1)', 'hard = F.one_hot(soft.argmax(-1), 10)', 'return hard - soft.detach() + soft')],
    [
      'of a sum of codes',
      go(
        'z, books',
        'out = 0',
        'for book in books:',
        '    out = out + book[torch.cdist(z, book).argmin(-1)]',
        'return z + (out - z).detach()',
      ),
    ],
    ['of two values that are not known', go('a, b', 'return a + (b - a).detach()')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

test('targets that are alike are told at the second half, where that is made', async () => {
  const code = go(
    'real, fake',
    'a = F.mse_loss(real, torch.ones_like(real))',
    'b = F.mse_loss(fake, torch.ones_like(fake))',
    'return (a + b) / 2',
  );
  expect(await told(code)).toEqual(['targets-alike: F.mse_loss(fake, torch.ones_like(fake))']);
});

test('a function of the file has its fault itself, not where it is called', async () => {
  const code = below(
    'def loss_of(real, fake):\n    return ((real - 1) ** 2).mean() + ((fake - 1) ** 2).mean()\n',
    go('real, fake', 'return loss_of(real, fake)'),
  );
  expect(await told(code)).toHaveLength(1);
});

describe('the 1 of a gradient penalty', () => {
  const of = (value: string): string =>
    go(
      'd, x',
      'g = torch.autograd.grad(d(x).sum(), x, create_graph=True)[0]',
      'norms = g.flatten(1).norm(dim=1)',
      `penalty = (${value}).mean()`,
      'return penalty',
    );
  test('is taken off before the square', async () => {
    expect(await told(of('norms ** 2 - 1.0'))).toEqual([expect.stringMatching(/^factor-scope: /)]);
    expect(await told(of('(norms - 1.0) ** 2'))).toEqual([]);
    expect(await told(of('norms ** 2'))).toEqual([]);
  });
});
