/** Diffusion, scores and flows whose names say nothing: what they are is told by what calls were given, and how tables were made. */

import { describe, expect, test } from 'vitest';
import { last } from './named.ts';

const step = (...lines: string[]): string => ['def go(f, p, x, y, i, c, n):', ...lines.map((line) => `    ${line}`)].join('\n');
const drawn = 'z = torch.randn_like(x)';
const share = 'u = torch.rand(len(x), 1)';
const table = ['b = torch.linspace(1e-4, 0.02, n)', 'q = torch.cumprod(1 - b, 0)'];
const loop = (...lines: string[]): string =>
  step('x = torch.randn(n, 3)', 'for a, b in zip(p[:-1], p[1:]):', ...lines.map((line) => `    ${line}`));

describe('known by what was given', () => {
  test.each([
    ['q_sample', step(drawn, 'a, s = p.at(i)', 'return a * x + s * z')],
    ['q_sample', step(drawn, share, 'a, s = torch.cos(u * math.pi / 2), torch.sin(u * math.pi / 2)', 'return a * x + s * z')],
    ['snr', step(...table, 'return q / (1 - q)')],
    ['min_snr', step(...table, 'r = q / (1 - q)', 'return r[i].clamp(max=c) / r[i]')],
    ['ddpm_eps_mse', step(drawn, ...table, 'o = f(q[i].sqrt() * x + (1 - q[i]).sqrt() * z, i)', 'return ((o - z) ** 2).mean()')],
    [
      'ddim_step',
      step(...table, 'e = f(x, i)', 'o = (x - (1 - q[i]).sqrt() * e) / q[i].sqrt()', 'return q[c].sqrt() * o + (1 - q[c]).sqrt() * e'),
    ],
    ['cfg', step('a, b = f(x, i, c), f(x, i, None)', 'return b + n * (a - b)')],
    ['cfg', step('b, a = f(torch.cat([x, x]), i).chunk(2)', 'return b + n * (a - b)')],
    ['dsm', step(drawn, 'o = f(x + c * z, c)', 'return ((c * o + z) ** 2).mean()')],
    ['reverse_sde', loop('c, h = p.at(a), a - b', 'x = x + c ** 2 * f(x, a) * h + c * h.sqrt() * torch.randn_like(x)')],
    ['pf_ode', step('b = p(i)', 'return -0.5 * b * (x + f(x, i))')],
    ['edm_precond', step('d = c ** 2 + n ** 2', 'return n ** 2 / d * x + c * n / d ** 0.5 * f(x / d ** 0.5, c)')],
    ['edm_weight', step(`c = torch.exp(torch.randn(len(x)) * 1.2 - 1.2)`, 'return (c ** 2 + n ** 2) / (c * n) ** 2')],
    ['karras_sigmas', step('return (x ** (1 / 7) + torch.linspace(0, 1, n) * (y ** (1 / 7) - x ** (1 / 7))) ** 7')],
    ['cosine_schedule', step('g = torch.linspace(0, 1, n + 1)', 'a = torch.cos((g + c) / (1 + c) * math.pi / 2) ** 2', 'return a / a[0]')],
    ['fm_interp', step(drawn, 'u = torch.sigmoid(torch.randn(len(x), 1))', 'return u * z + (1 - u) * x')],
    ['fm_interp', step(drawn, 'u = torch.distributions.Beta(1.5, 1.0).sample((n,))[:, None]', 'return u * z + (1 - u) * x')],
    ['fm_target', step(share, 'o = u * y + (1 - u) * x', 'g = f(o, u)', 'd = y - x')],
    ['fm_loss', step(share, 'o = u * y + (1 - u) * x', 'return ((f(o, u) - (y - x)) ** 2).mean()')],
    ['euler_step', loop('x = x + (b - a) * f(x, a)')],
    ['heun_step', loop('g = f(x, a)', 'h = f(x + (b - a) * g, b)', 'x = x + (b - a) * (g + h) / 2')],
    ['flow_nll', step('o, v = f(x)', 'return -(p.log_prob(o) + v).mean()')],
    ['flow_nll', step('o, v = f(x)', 'return -(p.log_prob(o).sum(-1) + v).mean()')],
  ])('%s', (id, code) => {
    expect(last(code)).toContain(id);
  });

  test('a function without a name', () => {
    expect(last('def go(n):\n    return betas_of(n, lambda t: math.cos((t + 0.008) / 1.008 * math.pi / 2) ** 2)')).toContain(
      'cosine_schedule',
    );
  });

  test('a loop that only adds axes', () => {
    const pick = [
      'def pick(a, i, x):',
      '    o = torch.from_numpy(a)[i]',
      '    while o.ndim < x.ndim:',
      '        o = o[..., None]',
      '    return o',
    ];
    const made = ['def go(f, x, y, i, n):', ...table.map((line) => `    ${line}`), '    e = f(y, i)'];
    expect(
      last([...pick, ...made, '    return pick(torch.sqrt(1 / q), i, y) * y - pick(torch.sqrt(1 / q - 1), i, y) * e'].join('\n')),
    ).toEqual(['x0_from_eps']);
  });

  test('a buffer that is kept', () => {
    const kept = [
      'class Kept(nn.Module):',
      '    def __init__(self, n):',
      '        b = np.linspace(1e-4, 0.02, n)',
      '        q = np.cumprod(1 - b)',
      '        o = np.append(1, q[:-1])',
    ];
    expect(last([...kept, "        self.register_buffer('r', torch.tensor(b * (1 - o) / (1 - q)))"].join('\n'))).toContain(
      'ddpm_posterior',
    );
  });
});

describe('not known where others were given', () => {
  test.each([
    [
      'ddim_step',
      'the noise of a sample and its velocity',
      step(...table, 'v = f(x, i)', 'return (1 - q[i]).sqrt() * x + q[i].sqrt() * v'),
    ],
    ['q_sample', 'an augmentation', step(drawn, 'a, s = p.draw(x.shape[0])', 'return a * x + s * z')],
    ['cfg', 'two conditions', step('a, b = f(x, c), f(x, i)', 'return b + n * (a - b)')],
    ['fm_interp', 'a mixture of data', step(share, 'o = u * x + (1 - u) * y')],
    ['fm_target', 'a difference', step('d = y - x')],
    ['euler_step', 'an equation of physics', step('for a, b in zip(p[:-1], p[1:]):', '    x = x + (b - a) * f(x, a)')],
    ['snr', 'odds', step('return c / (1 - c)')],
    ['edm_weight', 'two precisions', step('return (c ** 2 + n ** 2) / (c * n) ** 2')],
    ['flow_nll', 'a layer that costs something', step('o, v = f(x)', 'return -(p(o).log_prob(x) - v).mean()')],
    ['dsm', 'a target that was not drawn', step('o = f(x + c * y, c)', 'return ((c * o + y) ** 2).mean()')],
  ])('%s: %s', (id, _, code) => {
    expect(last(code)).not.toContain(id);
  });
});
