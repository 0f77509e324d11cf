/** Losses of the players of a GAN by what they make of a discriminator's answers. */

import { describe, expect, test } from 'vitest';
import { rulesOf } from './near/told.ts';

const lines = (...code: string[]): string => `import torch\nfrom torch import nn\nimport torch.nn.functional as F\n\n${code.join('\n')}\n`;

/** A step of both players with a criterion that is not known. */
const step = (...generator: string[]): string =>
  lines(
    'def step(netD, netG, criterion, real, z, real_label, fake_label):',
    '    label = torch.full((len(real),), real_label)',
    '    errD_real = criterion(netD(real).view(-1), label)',
    '    errD_real.backward()',
    '    fake = netG(z)',
    '    label.fill_(fake_label)',
    '    output = netD(fake.detach()).view(-1)',
    '    errD_fake = criterion(output, label)',
    '    errD_fake.backward()',
    ...generator.map((line) => `    ${line}`),
    '    output = netD(fake).view(-1)',
    '    errG = criterion(output, label)',
    '    errG.backward()',
  );

const game = (discriminator: string, generator: string): string =>
  lines(
    'class Game:',
    '    def d_loss(self, d_real, d_fake):',
    `        return ${discriminator}`,
    '    def g_loss(self, d_fake):',
    `        return ${generator}`,
  );

/** One network judges examples with their codes, and the other player has a loss of both sides. */
const both = (other: string): string =>
  lines(
    'class Model:',
    '    def step(self, x_real, z_real):',
    '        z_gen, x_gen = self.enc(x_real), self.dec(z_real)',
    '        out_true = self.disc(torch.cat((x_real, z_gen), dim=1))',
    '        out_fake = self.disc(torch.cat((x_gen, z_real), dim=1))',
    '        loss_judge = F.binary_cross_entropy(out_true, torch.ones_like(out_true))' +
      ' + F.binary_cross_entropy(out_fake, torch.zeros_like(out_fake))',
    '        loss_judge.backward()',
    `        out_true = self.${other}(torch.cat((x_real, z_gen), dim=1))`,
    `        out_fake = self.${other}(torch.cat((x_gen, z_real), dim=1))`,
    '        loss_pair = F.binary_cross_entropy(out_fake, torch.ones_like(out_fake))' +
      ' + F.binary_cross_entropy(out_true, torch.zeros_like(out_true))',
    '        loss_pair.backward()',
    '        out_fake = self.disc(torch.cat((x_gen, z_real), dim=1))',
    '        loss_gen = F.binary_cross_entropy(out_fake, torch.ones_like(out_fake))',
    '        loss_gen.backward()',
  );

describe('both players', () => {
  test.each([
    ['are given the same label', step()],
    ['want the same where another network judges', both('other_disc')],
    [
      'are given the same truth',
      lines(
        'class Model:',
        '    def backward_D(self):',
        '        self.loss_D_fake = self.criterionGAN(self.netD(self.fake.detach()), False)',
        '        self.loss_D_fake.backward()',
        '    def backward_G(self):',
        '        self.loss_G = self.criterionGAN(self.netD(self.fake), False)',
        '        self.loss_G.backward()',
      ),
    ],
    [
      'lower a logarithm',
      game('-(torch.log(d_real + 1e-8) + torch.log(1 - d_fake + 1e-8)).mean()', '-torch.log(1 - d_fake + 1e-8).mean()'),
    ],
    ['lower a mean', game('F.relu(1 - d_real).mean() + F.relu(1 + d_fake).mean()', 'd_fake.mean()')],
    [
      'lower a mean, each in a step',
      lines(
        'class Game:',
        '    def critic_step(self, real, z):',
        '        fake = self.G(z).detach()',
        '        loss = self.D(fake).mean() - self.D(real).mean()',
        '        loss.backward()',
        '    def gen_step(self, z):',
        '        fake = self.G(z)',
        '        loss = self.D(fake).mean()',
        '        loss.backward()',
      ),
    ],
  ])('want the same where they %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['players-agree']);
  });

  test.each([
    ['one label each', step('label.fill_(real_label)')],
    [
      'the logarithm itself',
      game('-(torch.log(d_real + 1e-8) + torch.log(1 - d_fake + 1e-8)).mean()', 'torch.log(1 - d_fake + 1e-8).mean()'),
    ],
    ['the signs turned for both', game('d_fake.mean() - d_real.mean()', '-d_fake.mean()')],
    [
      'labels that are given',
      lines(
        'class Game:',
        '    def __init__(self, real_label=1.0, fake_label=0.0):',
        '        self.real_label, self.fake_label = real_label, fake_label',
        '        self.bce = nn.BCEWithLogitsLoss()',
        '    def d_loss(self, real, fake):',
        '        return self.bce(real, torch.full_like(real, self.real_label)) + self.bce(fake, torch.full_like(fake, self.fake_label))',
        '    def g_loss(self, fake):',
        '        return self.bce(fake, torch.ones_like(fake))',
      ),
    ],
    [
      'what is only returned',
      lines(
        'class Game:',
        '    def critic_step(self, real, fake):',
        '        w = self.D(fake).mean() - self.D(real).mean()',
        '        w.backward()',
        '        return -w.item()',
        '    def g_step(self, fake):',
        '        loss = -self.D(fake).mean()',
        '        loss.backward()',
      ),
    ],
    [
      'a method that is put anew with other labels, as both are',
      lines(
        'class Game:',
        '    def d_loss(self, d_real, d_fake):',
        '        return d_fake.mean() - d_real.mean()',
        '    def g_loss(self, d_fake):',
        '        return -d_fake.mean()',
        'class Turned(Game):',
        '    def d_loss(self, d_real, d_fake):',
        '        return d_real.mean() - d_fake.mean()',
        '    def g_loss(self, d_fake):',
        '        return d_fake.mean()',
      ),
    ],
    ['both sides, of an encoder that is learned with the generator', both('disc')],
  ])('want opposites by %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a class that is made from another', () => {
  const game = (loss: string): string =>
    lines(
      'class Game:',
      '    def critic_step(self, data, z):',
      '        fake = self.G(z).detach()',
      '        loss = self.D(fake).mean() - self.D(data).mean()',
      '        loss.backward()',
      '    def generator_step(self, z):',
      '        loss = -self.D(self.G(z)).mean()',
      '        loss.backward()',
      'class Clipped(Game):',
      '    def critic_step(self, data, z):',
      '        fake = self.G(z).detach()',
      `        loss = ${loss}`,
      '        loss.backward()',
    );

  test('puts the step of one player anew, against the other', async () => {
    expect(await rulesOf(game('self.D(data).mean() - self.D(fake).mean()'))).toEqual(['players-agree']);
    expect(await rulesOf(game('self.D(fake).mean() - self.D(data).mean()'))).toEqual([]);
  });
});

describe('losses of a file', () => {
  const losses = (...functions: readonly (readonly [name: string, parameters: string, value: string])[]): string =>
    lines(...functions.flatMap(([name, parameters, value]) => [`def ${name}(${parameters}):`, `    return ${value}`]));
  const hinge = ['d_hinge', 'real, fake', 'F.relu(1 - real).mean() + F.relu(1 + fake).mean()'] as const;
  const minimax = ['d_minimax', 'real, fake', 'F.softplus(-real).mean() + F.softplus(fake).mean()'] as const;
  const right = ['g_minimax', 'fake', 'F.softplus(-fake).mean()'] as const;
  const wrong = ['g_minimax', 'fake', 'F.softplus(fake).mean()'] as const;

  test('are of one game where they are called alike', async () => {
    expect(await rulesOf(losses(hinge, minimax, right))).toEqual([]);
    expect(await rulesOf(losses(hinge, minimax, wrong))).toEqual(['players-agree']);
  });

  test('are not played against others', async () => {
    expect(await rulesOf(losses(hinge, ['d_other', minimax[1], minimax[2]], wrong))).toEqual([]);
  });

  test('are of whom they are called, though half of one is a formula of the other player', async () => {
    const critic = (value: string): string =>
      lines(
        'class Trainer:',
        '    def critic_loss(self, s_real, s_fake, penalty):',
        `        return ${value}`,
        '    def generator_loss(self, fake):',
        '        return -self.D(fake).mean()',
      );
    expect(await rulesOf(critic('-torch.mean(s_fake) - torch.mean(s_real) + penalty(s_real, s_fake)'))).toEqual(['players-agree']);
    expect(await rulesOf(critic('torch.mean(s_fake) - torch.mean(s_real) + penalty(s_real, s_fake)'))).toEqual([]);
  });
});
