import { expect, test } from 'vitest';
import { go, told } from './told.ts';

interface Step {
  readonly before?: readonly string[];
  readonly asked?: string;
  readonly between?: readonly string[];
}

const step = ({ before = ['g_opt.zero_grad()'], asked = 'fake', between = [] }: Step): string =>
  go(
    'g, d, g_opt, d_opt, real, z',
    ...before,
    'fake = g(z)',
    `d_fake = d(${asked})`,
    'd_loss = F.softplus(d_fake).mean() + F.softplus(-d(real)).mean()',
    'd_loss.backward(retain_graph=True)',
    'd_opt.step()',
    ...between,
    'g_loss = F.softplus(-d(fake)).mean()',
    'g_loss.backward()',
    'g_opt.step()',
  );

test('a discriminator whose gradients the generator follows is told where it is asked', async () => {
  expect(await told(step({}))).toEqual(['generator-not-held: d(fake)']);
});

test('so are optimisers that are told by their networks', async () => {
  const made = ['first = torch.optim.Adam(g.parameters())', 'second = torch.optim.Adam(d.parameters())'];
  const code = step({ before: made }).replace('d_opt.step()', 'second.step()').replace('g_opt.step()', 'first.step()');
  expect(await told(code)).toEqual(['generator-not-held: d(fake)']);
});

test.each([
  ['held constant', step({ asked: 'fake.detach()' })],
  ['cleared between', step({ between: ['g_opt.zero_grad()'] })],
  ['cleared of all networks', step({ between: ['g.zero_grad()'] })],
  ['cleared by who knows what', step({ between: ['opt.zero_grad()'] })],
  ['switched off', step({ before: ['for p in g.parameters():', '    p.requires_grad = False'] })],
  ['never used', step({}).replace('    g_opt.step()\n', '')],
])('is right where they are %s', async (_, code) => {
  expect(await told(code)).toEqual([]);
});
