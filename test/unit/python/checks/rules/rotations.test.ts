import { describe, expect, test } from 'vitest';
import { below, go, mended, told } from './told.ts';

const rulesOf = async (code: string): Promise<string[]> => (await told(code)).map((one) => one.split(':', 1)[0]!);
const half = 'def rotate_half(x):\n    x1, x2 = x.chunk(2, dim=-1)\n    return torch.cat((-x2, x1), dim=-1)\n';
const pairs = 'def rotate_pairs(x):\n    a, b = x[..., ::2], x[..., 1::2]\n    return torch.stack([-b, a], dim=-1).flatten(-2)\n';
const both = (code: string): string => below(`${half}\n${pairs}`, code);
const named = (code: string): string => code.replace('def go', 'def apply_rotary');

describe('a rotation', () => {
  test.each([
    ['without a minus', go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'return x * cos + torch.cat((b, a), dim=-1) * sin')],
    [
      'without a minus, by JAX',
      go('x, cos, sin', 'a, b = jnp.split(x, 2, axis=-1)', 'return x * cos + jnp.concatenate([b, a], axis=-1) * sin'),
    ],
    [
      'without a minus, of neighbours',
      go('x, cos, sin', 'y = torch.stack((x[..., 1::2], x[..., ::2]), dim=-1).flatten(-2)', 'return x * cos + y * sin'),
    ],
    ['with two minuses', go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'return x * cos + torch.cat((-b, -a), dim=-1) * sin')],
    ['with the cosine twice', both(go('x, cos', 'return x * cos + rotate_half(x) * cos'))],
    [
      'of neighbours by angles of halves',
      both(go('x, ang', 'e = torch.cat((ang, ang), dim=-1)', 'return x * e.cos() + rotate_pairs(x) * e.sin()')),
    ],
    [
      'of halves by angles of neighbours',
      both(go('x, ang', 'e = torch.repeat_interleave(ang, 2, dim=-1)', 'return x * e.cos() + rotate_half(x) * e.sin()')),
    ],
    [
      'of halves by repeated tables',
      both(
        go(
          'x, ang',
          'c, s = jnp.repeat(jnp.cos(ang), 2, axis=-1), jnp.repeat(jnp.sin(ang), 2, axis=-1)',
          'return x * c + rotate_half(x) * s',
        ),
      ),
    ],
    [
      'of two rows with one sign',
      named(go('x, cos, sin', 'a, b = x.chunk(2, -1)', 'return torch.cat([a * cos + b * sin, a * sin + b * cos], -1)')),
    ],
    [
      'of two rows with a sine for a cosine',
      named(go('x, cos, sin', 'a, b = x.chunk(2, -1)', 'return torch.cat([a * cos - b * sin, a * sin + b * sin], -1)')),
    ],
    [
      'put into its place by halves',
      named(
        go(
          'x, c, s, cos, sin',
          'a, b = x[..., 0::2], x[..., 1::2]',
          'y = torch.empty_like(x)',
          'y[..., 0::2] = a * cos - b * sin',
          'y[..., 1::2] = a * sin - b * cos',
          'return y',
        ),
      ),
    ],
    [
      'of a function that turns',
      go('x', 'a, b = x.chunk(2, dim=-1)', 'return torch.cat((b, a), dim=-1)').replace('def go', 'def rotate_half'),
    ],
  ])('that is none: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual(['no-rotation']);
  });

  test.each([
    ['of halves', both(go('x, ang', 'e = torch.cat((ang, ang), dim=-1)', 'return x * e.cos() + rotate_half(x) * e.sin()'))],
    ['of halves by tiled tables', both(go('x, ang', 'return x * ang.cos().repeat(1, 2) + rotate_half(x) * ang.sin().repeat(1, 2)'))],
    ['of neighbours', both(go('x, ang', 'e = torch.repeat_interleave(ang, 2, dim=-1)', 'return x * e.cos() + rotate_pairs(x) * e.sin()'))],
    ['the other way', go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'return x * cos + torch.cat((b, -a), dim=-1) * sin')],
    ['taken off', go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'return x * cos - torch.cat((b, -a), dim=-1) * sin')],
    ['of two rows', named(go('x, cos, sin', 'a, b = x.chunk(2, -1)', 'return torch.cat([a * cos - b * sin, b * cos + a * sin], -1)'))],
    [
      'of two rows, back',
      named(go('x, cos, sin', 'a, b = x.chunk(2, -1)', 'return torch.cat([a * cos + b * sin, b * cos - a * sin], -1)')),
    ],
    [
      'of part of the width',
      both(go('x, cos, sin, n', 'y = x[..., :n]', 'return torch.cat([y * cos + rotate_half(y) * sin, x[..., n:]], -1)')),
    ],
    [
      'that is a mirror, and is not called one',
      go('p, t', 'c, s = torch.cos(t), torch.sin(t)', 'x, y = p.unbind(-1)', 'return torch.stack([x * c + y * s, x * s - y * c], -1)'),
    ],
  ])('is right: %s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });

  test('is told where the halves are exchanged', async () => {
    const code = go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'y = torch.cat((b, a), dim=-1)', 'return x * cos + y * sin');
    expect(await told(code)).toEqual(['no-rotation: torch.cat((b, a), dim=-1)']);
  });

  test.each([
    ['a method', 'e = ang.repeat_interleave(2, dim=-1)', 'x * e.cos() + rotate_half(x) * e.sin()', 'ang.repeat_interleave(2, dim=-1)'],
    [
      'a stack',
      'e = torch.stack([ang, ang], dim=-1).flatten(-2)',
      'x * e.cos() + rotate_half(x) * e.sin()',
      'torch.stack([ang, ang], dim=-1)',
    ],
    [
      'a new axis',
      'e = ang[..., None].expand(*ang.shape, 2).flatten(-2)',
      'x * e.cos() + rotate_half(x) * e.sin()',
      'ang[..., None].expand(*ang.shape, 2).flatten(-2)',
    ],
    ['a table', 'e = torch.cat([ang, ang], dim=-1)', 'x * e.cos() + rotate_pairs(x) * e.sin()', 'torch.cat([ang, ang], dim=-1)'],
  ])('is told where the angles are laid out by %s', async (_, table, turned, at) => {
    expect(await told(both(go('x, ang', table, `return ${turned}`)))).toEqual([`no-rotation: ${at}`]);
  });

  test('is mended by a minus', async () => {
    const code = go('x, cos, sin', 'a, b = x.chunk(2, dim=-1)', 'return x * cos + torch.cat((b, a), dim=-1) * sin');
    expect(await mended(code)).toBe('return x * cos + torch.cat((-b, a), dim=-1) * sin');
  });
});

describe('queries and keys', () => {
  const half = 'def rotate_half(x):\n    a, b = x.chunk(2, dim=-1)\n    return torch.cat((-b, a), dim=-1)\n';
  const turned = (keys: string): string =>
    below(half, go('q, k, cos, sin', 'q = q * cos + rotate_half(q) * sin', `k = ${keys}`, 'return q, k'));
  test('that are turned apart are told', async () => {
    expect(await told(turned('k * cos - rotate_half(k) * sin'))).toEqual(['no-rotation: k * cos - rotate_half(k) * sin']);
  });
  test('that are turned alike are right', async () => {
    expect(await told(turned('k * cos + rotate_half(k) * sin'))).toEqual([]);
  });
  test('may be turned back by a function of its own', async () => {
    expect(await told(below(half, go('q, cos, sin', 'return q * cos - rotate_half(q) * sin')))).toEqual([]);
  });
});
