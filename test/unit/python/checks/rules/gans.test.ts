/** Halves of a discriminator's loss, penalties by a running mean, lengths that have a name, rounds through networks of Keras. */

import { expect, test } from 'vitest';
import { placesOf, rulesOf as nearRulesOf } from '../near/told.ts';
import { go, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);
const imports = 'import torch\nfrom torch import autograd\nimport torch.nn.functional as F\n';

test('labels of which a little is taken off are one target, told at the half that is wrong', async () => {
  const loss = (label: string): string => `${imports}
def d_loss(D, real, fake):
    d_real, d_fake = D(real), D(fake.detach())
    l_real = F.binary_cross_entropy_with_logits(d_real, torch.full_like(d_real, 0.9))
    l_fake = F.binary_cross_entropy_with_logits(d_fake, ${label})
    return l_real + l_fake
`;
  expect(await placesOf(loss('torch.ones_like(d_fake)'))).toMatchObject([
    { at: 'F.binary_cross_entropy_with_logits(d_fake, torch.ones_like(d_fake))' },
  ]);
  expect(await nearRulesOf(loss('torch.zeros_like(d_fake)'))).toEqual([]);
});

test('of two halves that go the same way the one is told that goes the wrong way', async () => {
  const hinge = (real: string, fake: string): string =>
    go(
      'real, fake',
      `d_real = F.relu(1.0 ${real} real).mean()`,
      `d_fake = F.relu(1.0 ${fake} fake).mean()`,
      'return 0.5 * (d_real + d_fake)',
    );
  expect(await told(hinge('+', '+'))).toEqual(['targets-alike: F.relu(1.0 + real).mean()']);
  expect(await told(hinge('-', '-'))).toEqual(['targets-alike: F.relu(1.0 - fake).mean()']);
  expect(await told(hinge('-', '+'))).toEqual([]);
});

test('what two discriminators are asked of generated examples is no half of a loss, whatever it is called', async () => {
  const of = (asked: string): string => `${imports}
def losses(disc_x, disc_y, fake_x, ${asked}):
    dx, dy = disc_x(fake_x), disc_y(${asked})
    adv = ((dx - 1.0) ** 2).mean() + ((dy - 1.0) ** 2).mean()
    return adv
`;
  expect(await nearRulesOf(of('fake_y'))).toEqual([]);
});

test('squares may be of a label less what is answered', async () => {
  const loss = (fake: string): string => go('d_real, d_fake', `return ((1.0 - d_real) ** 2).mean() + (${fake} ** 2).mean()`);
  expect(await rulesOf(loss('(1.0 - d_fake)'))).toEqual(['targets-alike']);
  for (const right of ['d_fake', '(1.0 + d_fake)']) expect(await rulesOf(loss(right))).toEqual([]);
});

test('a penalty has no gradient where only the mean that it is compared with is held constant', async () => {
  const penalty = (graph: string): string => `${imports}
def path_penalty(w, img, mean):
    g, = autograd.grad((img * torch.randn_like(img)).sum(), w${graph})
    lengths = g.square().sum(-1).sqrt()
    mean = torch.lerp(mean, lengths.mean().detach(), 0.01)
    return (lengths - mean).square().mean()
`;
  expect(await rulesOf(penalty(''))).toEqual(['penalty-without-graph']);
  expect(await rulesOf(penalty(', create_graph=True'))).toEqual([]);
  expect(await rulesOf(penalty('').replace('lengths - mean', 'lengths.detach() - mean'))).toEqual([]);
});

test('lengths that have a name are squared there', async () => {
  const penalty = (power: string): string => `${imports}
def r1_penalty(D, real, gamma):
    x = real.detach().requires_grad_(True)
    g = autograd.grad(D(x).sum(), x, create_graph=True)[0]
    pen = g.flatten(1).norm(dim=1)${power}
    return 0.5 * gamma * pen.mean()
`;
  expect(await placesOf(penalty(''))).toMatchObject([{ at: 'g.flatten(1).norm(dim=1)' }]);
  expect(await nearRulesOf(penalty('.square()'))).toEqual([]);
});

test('a round through two networks that are told whether they train', async () => {
  const round = (back: string): string =>
    go(
      'G, F, x, y',
      'cyc_x = F(G(x, training=True), training=True)',
      'cyc_y = G(F(y, training=True), training=True)',
      `return jnp.mean(jnp.abs(cyc_x - x)) + jnp.mean(jnp.abs(cyc_y - ${back}))`,
    );
  expect(await rulesOf(round('x'))).toEqual(['pair-crossed']);
  expect(await rulesOf(round('y'))).toEqual([]);
});
