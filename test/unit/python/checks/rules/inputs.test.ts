/** Probabilities, logits and log-probabilities given to losses. */

import { describe, expect, test } from 'vitest';
import { below, go, mended, severities, told } from './told.ts';

const disc = (...last: string[]): string =>
  `class Disc(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.net = nn.Sequential(nn.Linear(8, 8), nn.ReLU(), ${last.join(', ')})\n    def forward(self, x):\n        return self.net(x)\n`;
const ending = (...last: string[]): string =>
  below(disc(...last), go('x, y', 'net = Disc()', 'out = net(x)', 'return criterion(out.squeeze(1), y)'));
const probabilities = 'probabilities-for-logits';

describe('probabilities given to a loss that takes logits', () => {
  test.each([
    ['a softmax', go('x, y', 'return F.cross_entropy(torch.softmax(x, dim=-1), y)'), 'torch.softmax(x, dim=-1)'],
    ['a method', go('f, x, y', 'return F.cross_entropy(f(x).softmax(1), y)'), 'f(x).softmax(1)'],
    ['by a name', go('f, x, y', 'p = F.softmax(f(x), dim=1)', 'return nn.CrossEntropyLoss()(p, y), p'), 'nn.CrossEntropyLoss()(p, y)'],
    ['in other places', go('x, y', 'p = x.softmax(-1)', 'return F.cross_entropy(p.view(-1, 10), y)'), 'F.cross_entropy(p.view(-1, 10), y)'],
    ['a sigmoid', go('x, y', 'return F.binary_cross_entropy_with_logits(torch.sigmoid(x), y)'), 'torch.sigmoid(x)'],
    ['softplus', go('x', 'return F.softplus(-torch.sigmoid(x)).mean()'), 'torch.sigmoid(x)'],
    [
      'optax',
      `import optax\n${go('x, y', 'return optax.softmax_cross_entropy_with_integer_labels(jax.nn.softmax(x), y)')}`,
      'jax.nn.softmax(x)',
    ],
    [
      'TensorFlow',
      `import tensorflow as tf\n${go('x, y', 'return tf.nn.sigmoid_cross_entropy_with_logits(labels=y, logits=tf.sigmoid(x))')}`,
      'tf.sigmoid(x)',
    ],
    [
      'Keras',
      `import tensorflow as tf\n${go('x, y', 'loss = tf.keras.losses.SparseCategoricalCrossentropy(from_logits=True)', 'return loss(y, tf.nn.softmax(x))')}`,
      'tf.nn.softmax(x)',
    ],
    ['a name', go('probs, y', 'return F.cross_entropy(probs, y)'), 'probs'],
    [
      'a function of the file',
      below('def loss_of(a, b):\n    return F.cross_entropy(a, b)\n', go('x, y', 'return loss_of(x.softmax(1), y)')),
      'x.softmax(1)',
    ],
  ])('%s', async (_, code, at) => {
    expect(await told(code)).toEqual([`${probabilities}: ${at}`]);
  });

  test.each([
    ['of a module of the file', ending('nn.Linear(8, 1)', 'nn.Sigmoid()').replace('criterion(', 'F.binary_cross_entropy_with_logits(')],
    [
      'of one with a list of layers',
      ending('nn.Linear(8, 9)', 'nn.Softmax(dim=1)', 'nn.Flatten()').replace('criterion(', 'F.cross_entropy('),
    ],
  ])('%s', async (_, code) => {
    expect(await told(code)).toHaveLength(1);
    expect((await told(code))[0]).toContain(probabilities);
  });

  test('the fix leaves out what squashes them', async () => {
    expect(await mended(go('x, y', 'return F.cross_entropy(torch.softmax(x / 2, dim=-1), y)'))).toBe('return F.cross_entropy((x / 2), y)');
    expect(await mended(go('f, x, y', 'z = f(x)', 'p = z.softmax(-1)', 'return F.cross_entropy(p, y), p'))).toBe(
      'return F.cross_entropy(z, y), p',
    );
    // The name means something else by then.
    expect(await mended(go('x, y', 'x = x.softmax(-1)', 'return F.cross_entropy(x, y)'))).toBeNull();
  });

  test('a log-softmax that changes nothing is a hint', async () => {
    const code = go('x, y', 'return F.cross_entropy(F.log_softmax(x, dim=-1), y)');
    expect(await told(code)).toEqual(['normalised-twice: F.log_softmax(x, dim=-1)']);
    expect(await severities(code)).toEqual(['hint']);
    expect(await mended(code)).toBe('return F.cross_entropy(x, y)');
  });
});

describe('logits given to a loss that takes probabilities, or their logarithms', () => {
  const logits = 'logits-for-probabilities';
  test.each([
    [
      'of a module',
      ending('nn.Linear(8, 1)').replace('criterion(', 'F.binary_cross_entropy('),
      `${logits}: F.binary_cross_entropy(out.squeeze(1), y)`,
    ],
    ['by name', go('logits, y', 'return F.binary_cross_entropy(logits, y)'), `${logits}: logits`],
    ['by a layer', go('x, y', 'return nn.NLLLoss()(nn.Linear(3, 4)(x), y)'), `${logits}: nn.Linear(3, 4)(x)`],
    [
      'where the same network is squashed beside it',
      go(
        'd, x, g',
        'a = d(x)',
        'b = torch.sigmoid(d(g))',
        'return F.binary_cross_entropy(a, torch.ones_like(a)) + F.binary_cross_entropy(b, torch.zeros_like(b))',
      ),
      `${logits}: F.binary_cross_entropy(a, torch.ones_like(a))`,
    ],
    [
      'of which the logarithm has a name',
      go('x, y', 'logits = nn.Linear(3, 4)(x)', 'logp = torch.log(logits)', 'return F.nll_loss(logp, y)'),
      `${logits}: torch.log(logits)`,
    ],
    ['by a temperature', go('x, y, T', 'return F.kl_div(x / T, F.softmax(y / T, dim=1))'), `${logits}: x / T`],
    ['of which a logarithm is taken', go('logits, y', 'return -np.log(logits[np.arange(len(y)), y] + 1e-12).mean()'), `${logits}: logits`],
    ['probabilities', go('x, y', 'return F.nll_loss(x.softmax(1), y)'), 'logarithms-missing: x.softmax(1)'],
    ['a divergence', go('x, y', 'return F.kl_div(F.softmax(x, dim=1), F.softmax(y, dim=1))'), 'logarithms-missing: F.softmax(x, dim=1)'],
    [
      'a target of logarithms',
      go('x, y', 'return F.kl_div(x.log_softmax(1), y.log_softmax(1), reduction="batchmean")'),
      'logarithms-missing: y.log_softmax(1)',
    ],
  ])('%s', async (_, code, expected) => {
    expect(await told(code)).toEqual([expected]);
  });

  test('a log-softmax mends a divergence', async () => {
    expect(await mended(go('x, y', 'return F.kl_div(F.softmax(x, dim=1), y.softmax(1))'))).toBe(
      'return F.kl_div(F.log_softmax(x, dim=1), y.softmax(1))',
    );
  });
});

describe('nothing is wrong', () => {
  test.each([
    ['logits', go('f, x, y', 'return F.cross_entropy(f(x), y)')],
    [
      'probabilities for the accuracy',
      go('x, y', 'p = x.softmax(-1)', 'a = (p.argmax(-1) == y).float().mean()', 'return F.cross_entropy(x, y), a'),
    ],
    ['probabilities as the target', go('x, y', 'return F.cross_entropy(x, y.softmax(-1))')],
    ['log-probabilities', go('x, y', 'return F.nll_loss(F.log_softmax(x, dim=1), y)')],
    ['logarithms of probabilities', go('x, y', 'return F.nll_loss(torch.log(x.softmax(1) + 1e-9), y)')],
    ['a sigmoid before the loss of probabilities', go('x, y', 'return F.binary_cross_entropy(torch.sigmoid(x), y)')],
    ['a module that ends in one', ending('nn.Linear(8, 1)', 'nn.Sigmoid()').replace('criterion(', 'F.binary_cross_entropy(')],
    ['a module that does not', ending('nn.Linear(8, 1)').replace('criterion(', 'F.binary_cross_entropy_with_logits(')],
    ['a network that is not known', go('net, x, y', 'logits = net(x)', 'return F.binary_cross_entropy(logits, y)')],
    ['its log-probabilities, called logits', go('net, x, y', 'logits = net(x)', 'return F.nll_loss(logits, y)')],
    ['a divergence', go('x, y', 'return F.kl_div(x.log_softmax(1), y.softmax(1), reduction="batchmean")')],
    ['one of logarithms', go('x, y', 'return F.kl_div(x.log_softmax(1), y.log_softmax(1), log_target=True)')],
    [
      'Keras, of probabilities',
      `import tensorflow as tf\n${go('x, y', 'return tf.keras.losses.categorical_crossentropy(y, tf.nn.softmax(x))')}`,
    ],
    ['a log-probability under its name', go('log_probs, y', 'return F.nll_loss(log_probs, y)')],
    ['a softplus of a score', go('d, x', 'return F.softplus(-d(x)).mean()')],
  ])('%s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

describe('what another place of the code says of the same value', () => {
  const network = (last: string): string =>
    `class Discriminator(nn.Module):\n    def __init__(self):\n        super().__init__()\n        self.main = nn.Sequential(nn.Conv2d(3, 1, 4)${last})\n    def forward(self, x):\n        return self.main(x).view(-1)`;
  const asked = go('netD: Discriminator, x, y', 'p = netD(x)', 'return F.binary_cross_entropy_with_logits(p, y)');

  test('a network of a class of the file gives probabilities', async () => {
    expect(await told(below(network(', nn.Sigmoid()'), asked))).toEqual([
      'probabilities-for-logits: F.binary_cross_entropy_with_logits(p, y)',
    ]);
    expect(await told(below(network(''), asked))).toEqual([]);
  });

  test('a score has the sigmoid taken of it elsewhere in the function', async () => {
    const wrong = go('d_fake, late', 'if late:', '    return -F.logsigmoid(d_fake).mean()', 'return torch.log(1 - d_fake).mean()');
    expect(await told(wrong)).toEqual(['logits-for-probabilities: d_fake']);
    const right = go(
      'd_fake, late',
      'if late:',
      '    return -F.logsigmoid(d_fake).mean()',
      'return torch.log(1 - torch.sigmoid(d_fake) + 1e-8).mean()',
    );
    expect(await told(right)).toEqual([]);
    expect(await told(go('u', 'return -torch.log(1 - u)'))).toEqual([]);
    const either = ['if is_logits:', '    return F.binary_cross_entropy_with_logits(x, y)', 'return F.binary_cross_entropy(x, y)'];
    expect(await told(go('x, y, is_logits', ...either))).toEqual([]);
  });
});

describe('the logarithm of logits', () => {
  test.each([
    ['where they have another name', go('logits, y', 'p = logits', 'return -(y * p.log() + (1 - y) * torch.log(1 - p + 1e-7)).mean()')],
    ['as they are given', go('logits, y', 'lp = torch.log(logits)', 'return lp.gather(-1, y[:, None])')],
    ['with a small number', go('logits', 'return np.log(logits + 1e-12)')],
  ])('is told %s', async (_, code) => {
    expect(await told(code)).toEqual(['logits-for-probabilities: logits']);
  });

  test.each([
    ['of their exponentials', go('logits', 'return torch.log(torch.exp(logits).sum(-1))')],
    ['of noise beside them', go('logits, u', 'return (logits - torch.log(-torch.log(u))).argmax(-1)')],
    ['of their softmax', go('logits', 'p = logits.softmax(-1)', 'return -(p * p.log()).sum(-1)')],
    ['of what is called otherwise', go('weights', 'return torch.log(weights)')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});
