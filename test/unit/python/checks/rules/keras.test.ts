/** Losses of Keras, against the last layers of its networks. */

import { describe, expect, test } from 'vitest';
import { mended, told } from './told.ts';

const head = 'import keras\nimport tensorflow as tf\nfrom keras import layers, ops\n';
const compile = (last: string, loss: string): string =>
  `${head}def build(n):\n    model = keras.Sequential([layers.Flatten(), layers.Dense(64, activation="relu"), ${last}])\n    model.compile(optimizer="adam", loss=${loss})\n    return model\n`;
const functional = (last: string, loss: string): string =>
  `${head}def build(n):\n    inputs = keras.Input((8,))\n    x = layers.Dense(64, activation="relu")(inputs)\n    model = keras.Model(inputs, ${last}(x))\n    model.compile("adam", ${loss})\n    return model\n`;
const [linear, softmax, sigmoid] = [
  'layers.Dense(n)',
  'layers.Dense(n, activation="softmax")',
  'layers.Dense(1, activation=tf.nn.sigmoid)',
];
const ofLogits = 'keras.losses.SparseCategoricalCrossentropy(from_logits=True)';

describe('a network compiled', () => {
  test.each([
    ['probabilities', compile(softmax, ofLogits), `probabilities-for-logits: ${ofLogits}`],
    ['of a functional network', functional(sigmoid, 'keras.losses.BinaryCrossentropy(from_logits=True)'), 'probabilities-for-logits: '],
    [
      'logits',
      compile(linear, 'keras.losses.CategoricalCrossentropy()'),
      'logits-for-probabilities: keras.losses.CategoricalCrossentropy()',
    ],
    ['by name', functional(linear, '"binary_crossentropy"'), 'logits-for-probabilities: model.compile'],
  ])('with a loss of others: %s', async (_, code, expected) => {
    expect(await told(code)).toEqual([expect.stringContaining(expected)]);
  });

  test('is mended where that can be written', async () => {
    expect(await mended(compile(softmax, ofLogits))).toContain('from_logits=False)');
    expect(await mended(compile(linear, 'keras.losses.CategoricalCrossentropy(label_smoothing=0.1)'))).toContain(
      'CategoricalCrossentropy(label_smoothing=0.1, from_logits=True)',
    );
  });

  test.each([
    ['logits', compile(linear, ofLogits)],
    ['probabilities', compile(softmax, '"sparse_categorical_crossentropy"')],
    ['an activation that is linear', compile('layers.Dense(n, activation=None)', ofLogits)],
    ['an activation that is not known', compile('layers.Dense(n, activation=last)', ofLogits)],
    ['a layer after it', functional('layers.Activation("sigmoid")', '"binary_crossentropy"')],
    ['another loss', compile(linear, '"mse"')],
  ])('is right: %s', async (_, code) => {
    expect(await told(code)).toEqual([]);
  });
});

const model = (last: string, call: string, ...loss: string[]): string =>
  `${head}class Head(keras.Model):\n    def __init__(self, n):\n        super().__init__()\n        self.out = ${last}\n        self.ce = ${ofLogits}\n    def call(self, x):\n        return ${call}\n    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):\n${loss.map((line) => `        ${line}\n`).join('')}`;

describe('what a model is said to predict', () => {
  test.each([
    ['its answer', model(softmax, 'self.out(x)', 'return self.ce(y, y_pred)')],
    ['one of its answers', model(softmax, '{"c": self.out(x), "z": x}', 'return ops.mean(self.ce(y["c"], y_pred["c"]))')],
  ])('is what its call gives: %s', async (_, code) => {
    expect(await told(code)).toEqual([expect.stringContaining('probabilities-for-logits')]);
    expect(await told(code.replace(softmax, linear))).toEqual([]);
  });

  test('with what a class made from another has in place of its', async () => {
    const decoder = (own: string): string =>
      `${head}def decoder(d, last=None):\n    z = keras.Input((d,))\n    return keras.Model(z, layers.Dense(784, activation=last)(z))\n` +
      'class Base(keras.Model):\n    last = None\n    def __init__(self, d):\n        super().__init__()\n        self.decoder = decoder(d, last=self.last)\n    def call(self, x):\n        return {"x": self.decoder(x)}\n' +
      `class Own(Base):\n    ${own}\n    def compute_loss(self, x=None, y=None, y_pred=None, sample_weight=None):\n        return ops.sum(ops.binary_crossentropy(x, y_pred["x"], from_logits=True))\n`;
    expect(await told(decoder('last = "sigmoid"'))).toEqual([expect.stringContaining('probabilities-for-logits')]);
    expect(await told(decoder('pass'))).toEqual([]);
  });
});

test('a network of the file that a function is given the answers of', async () => {
  const code = (last: string): string =>
    `${head}def make():\n    x = keras.Input((8,))\n    return keras.Model(x, ${last}(x))\ndisc = make()\nbce = keras.losses.BinaryCrossentropy(from_logits=True)\n` +
    'def loss_of(out):\n    real = bce(tf.ones_like(out), out)\n    return real\ndef go(x):\n    out = disc(x)\n    loss = loss_of(out)\n    return loss\n';
  expect(await told(code(sigmoid))).toEqual(['probabilities-for-logits: out']);
  expect(await told(code('layers.Dense(1)'))).toEqual([]);
});

describe('a loss that is an object', () => {
  const code = (last: string, loss: string): string =>
    [
      head,
      'class Player:',
      '    def __init__(self):',
      `        self.disc = keras.Sequential([layers.Flatten(), ${last}])`,
      `        self.bce = keras.losses.BinaryCrossentropy(${loss})`,
      '    def loss(self, real):',
      '        real = self.disc(real)',
      '        return self.bce(tf.ones_like(real), real)',
      '',
    ].join('\n');
  const one = 'layers.Dense(1)';
  test('is told of where it is set', async () => {
    expect(await told(code(one, ''))).toEqual(['logits-for-probabilities: keras.losses.BinaryCrossentropy()']);
    expect(await told(code(sigmoid, 'from_logits=True'))).toEqual([
      'probabilities-for-logits: keras.losses.BinaryCrossentropy(from_logits=True)',
    ]);
    expect(await told(code(one, 'from_logits=True'))).toEqual([]);
    expect(await told(code(sigmoid, ''))).toEqual([]);
  });
  test.each([
    [one, '', 'self.bce = keras.losses.BinaryCrossentropy(from_logits=True)'],
    [one, 'label_smoothing=0.1', 'self.bce = keras.losses.BinaryCrossentropy(label_smoothing=0.1, from_logits=True)'],
    [sigmoid, 'from_logits=True', 'self.bce = keras.losses.BinaryCrossentropy(from_logits=False)'],
  ])('is mended there: %s, %s', async (last, loss, line) => {
    expect(await mended(code(last, loss))).toBe(line);
  });
});
