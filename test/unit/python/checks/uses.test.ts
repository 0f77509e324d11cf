/** What a class takes the answers of its networks for. */

import { describe, expect, test } from 'vitest';
import { told } from './rules/told.ts';

const step = (discriminator: string, ...generators: string[]): string =>
  [
    'import torch\nfrom torch import nn\nimport torch.nn.functional as F\n',
    'class Step:',
    '    def __init__(self, G, D):',
    '        self.G, self.D = G, D',
    '        self.bce, self.adv = nn.BCELoss(), nn.BCEWithLogitsLoss()',
    '    def d_loss(self, x):',
    '        out = self.D(x)',
    `        return ${discriminator}`,
    ...generators.flatMap((line, at) => [`    def g_loss${at}(self, x):`, '        out = self.D(self.G(x))', `        return ${line}`]),
    '',
  ].join('\n');

const [probabilities, logits, softplus] = [
  'self.bce(out, torch.ones_like(out))',
  'self.adv(out, torch.ones_like(out))',
  'F.softplus(-out).mean()',
];

describe('one network', () => {
  test.each([
    ['probabilities once, logits else', step(probabilities, logits, softplus), `logits-for-probabilities: return ${probabilities}`],
    ['logits once, probabilities else', step(logits, probabilities, probabilities), `probabilities-for-logits: return ${logits}`],
    ['a sigmoid elsewhere', step(probabilities, 'torch.sigmoid(out)'), `logits-for-probabilities: return ${probabilities}`],
  ])('%s', async (_, code, expected) => {
    expect(await told(code)).toEqual([expected]);
  });

  test.each([
    ['logits everywhere', step(logits, logits, softplus)],
    ['probabilities everywhere', step(probabilities, probabilities)],
    ['one method that does either', step(`${logits} if self.adv else ${probabilities}`)],
    ['two networks', step(probabilities, logits).replace('out = self.D(self.G', 'out = self.C(self.G')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
