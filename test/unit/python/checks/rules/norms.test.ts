import { describe, expect, test } from 'vitest';
import { go, mended, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);
const layer = (code: string): string => code.replace('def go', 'def layer_norm');
const rms = (code: string): string => code.replace('def go', 'def rms_norm');
const of = (axis: string): string[] => [
  `m = x.mean(${axis}, keepdims=True)`,
  `v = x.var(${axis}, keepdims=True)`,
  'return g * (x - m) / np.sqrt(v + 1e-5) + b',
];

describe('layer normalisation', () => {
  test.each([
    ['over the batch', layer(go('x, g, b', ...of('0')))],
    ['over the tokens', layer(go('x, g, b', 'n, t, d = x.shape', ...of('1')))],
    ['over the tokens, counted from the end', layer(go('x, g, b', ...of('-2')))],
    ['over the tokens, as it is said', layer(go('x, g, b', '"""Of (batch, tokens, features)."""', ...of('1')))],
  ])('is told where it is taken %s', async (_, code) => {
    expect(await told(code)).toEqual([expect.stringMatching(/^another-axis: x.mean\(/)]);
  });

  test.each([
    ['over the channels, which come second', layer(go('x, g, b', 'n, c, h, w = x.shape', ...of('1')))],
    ['of columns, as it is said', layer(go('x, g, b', '"""Of (features, batch)."""', ...of('0')))],
    ['over the features', layer(go('x, g, b', ...of('-1')))],
    ['of rows', layer(go('x, g, b', ...of('1')))],
    ['over all but the batch', layer(go('x, g, b', ...of('(1, 2, 3)')))],
    ['that is of a batch', go('x, g, b', ...of('0')).replace('def go', 'def batch_norm')],
    [
      'of channels that come first',
      layer(
        go('x, g, b', ...of('0'))
          .replace('g * (x', 'g[:, None] * (x')
          .replace('+ b', '+ b[:, None]'),
      ),
    ],
    ['without a gain, which is no layer', layer(go('x', 'return (x - x.mean(0, keepdims=True)) / (x.std(0, keepdims=True) + 1e-8)'))],
    [
      'of one example in JAX',
      layer(go('x, g, b', 'm, v = jnp.mean(x, axis=0), jnp.var(x, axis=0)', 'return g * (x - m) / jnp.sqrt(v + 1e-5) + b')),
    ],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a mean that is not taken off', () => {
  const shifted = (of: string, rest = ' + b'): string =>
    layer(go('x, g, b', 'm = x.mean(-1, keepdim=True)', 'v = x.var(-1, keepdim=True)', `return g * ${of} / torch.sqrt(v + 1e-5)${rest}`));

  test.each([
    ['of what is scaled and shifted', shifted('x'), ['another-value']],
    ['as it is', shifted('(x - m)'), []],
    ['of what is only scaled, as is meant without a shift', shifted('x', ''), []],
  ])('%s', async (_, code, rules) => {
    expect(await rulesOf(code)).toEqual(rules);
  });
});

describe('RMS normalisation', () => {
  test.each([
    ['by a sum', 'another-reduction', rms(go('x, g, eps', 'return x * torch.rsqrt(x.pow(2).sum(-1, keepdim=True) + eps) * g'))],
    ['over the tokens', 'another-axis', rms(go('x, g, eps', 'return x / torch.sqrt(x.pow(2).mean(-2, keepdim=True) + eps) * g'))],
  ])('%s', async (_, rule, code) => {
    expect(await rulesOf(code)).toEqual([rule]);
  });

  test.each([
    ['by a mean', rms(go('x, g, eps', 'return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + eps) * g'))],
    ['by a sum and a number', rms(go('x, g, eps', 'return x / torch.sqrt(x.pow(2).sum(-1, keepdim=True) / x.size(-1) + eps) * g'))],
    [
      'by a sum and the root of the width',
      rms(go('x, g, d', 'y = x / torch.sqrt(x.pow(2).sum(-1, keepdim=True) + 1e-6)', 'return y * d ** 0.5 * g')),
    ],
    ['of unit vectors', go('x, g, eps', 'return x / torch.sqrt(x.pow(2).sum(-1, keepdim=True) + eps) * g')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

/** A layer `HeadNorm` with a gain that begins at 1, and what its forward does. */
const layerOf = (...lines: string[]): string =>
  go('')
    .replace(/def go[^]*/, '')
    .concat(
      'class HeadNorm(nn.Module):\n    def __init__(self, d, eps=1e-6):\n        self.gain, self.eps = nn.Parameter(torch.ones(d)), eps\n',
    )
    .concat('    def forward(self, x):\n', ...lines.map((line) => `        ${line}\n`));

describe('normalisation without its root', () => {
  test.each([
    [
      'in a layer called a norm',
      layerOf('ms = x.square().mean(dim=-1, keepdim=True)', 'return self.gain * x / (ms + self.eps)'),
      'return self.gain * x / ((ms + self.eps) ** 0.5)',
    ],
    [
      'after the gain',
      layerOf('ms = x.square().mean(dim=-1, keepdim=True)', 'return self.gain * (x / (ms + self.eps))'),
      'return self.gain * (x / ((ms + self.eps) ** 0.5))',
    ],
    [
      'of a variance',
      layer(go('x, g, b', 'm, v = x.mean(-1, keepdims=True), x.var(-1, keepdims=True)', 'return g * (x - m) / (v + 1e-5) + b')),
      'return g * (x - m) / ((v + 1e-5) ** 0.5) + b',
    ],
  ])('is told and mended: %s', async (_, code, line) => {
    expect(await told(code)).toEqual([expect.stringMatching(/^function-missing: /)]);
    expect(await mended(code)).toBe(line);
  });

  test('by a reciprocal', async () => {
    const code = layerOf('v = x.pow(2).mean(-1, keepdim=True)', 'return self.gain * (x * torch.reciprocal(v + self.eps))');
    expect(await rulesOf(code)).toEqual(['function-missing']);
  });

  test.each([
    ['a share of the energy', go('x', 'p = x.square()', 'return p / (p.mean(-1, keepdim=True) + 1e-8)')],
    ['a deviation', layerOf('m, s = x.mean(-1, keepdim=True), x.std(-1, keepdim=True)', 'return self.gain * (x - m) / (s + self.eps)')],
    ['a function of another name', go('x, g', 'return g * x / (x.pow(2).mean(-1, keepdim=True) + 1e-8)')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a sum of squares', () => {
  const sum = ['s = x.square().sum(dim=-1, keepdim=True)', 'return x * torch.rsqrt(s + self.eps) * self.gain'];

  test('is told before a gain that begins at 1', async () => {
    expect(await told(layerOf(...sum))).toEqual(['another-reduction: x.square().sum(dim=-1, keepdim=True)']);
  });

  test.each([
    ['of vectors of length 1', layerOf(...sum).replace('HeadNorm', 'L2Norm')],
    ['of directions', layerOf(...sum).replace('HeadNorm', 'CosineNorm')],
    ['before a gain that begins elsewhere', layerOf(...sum).replace('torch.ones(d)', 'torch.full((d,), 20.0)')],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('a normalisation that multiplies by the root', () => {
  const of = (root: string): string =>
    go('x, g, eps', '"""RMS norm."""', 'ms = x.pow(2).mean(-1, keepdim=True)', `return g * (x * torch.${root}(ms + eps))`);
  test('is none', async () => {
    expect(await told(of('sqrt'))).toEqual([expect.stringMatching(/^another-function: /)]);
    expect(await told(of('rsqrt'))).toEqual([]);
  });
});
