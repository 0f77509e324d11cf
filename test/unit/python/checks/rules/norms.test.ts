import { describe, expect, test } from 'vitest';
import { go, told } from './told.ts';

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
