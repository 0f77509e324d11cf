import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { catalogue } from '../../../../src/formulas/catalogue.ts';
import { Follower } from '../../../../src/python/expression/follow/follower.ts';
import { Graph } from '../../../../src/python/expression/node.ts';
import { findFormulas } from '../../../../src/python/recognise/findings.ts';
import { Recogniser } from '../../../../src/python/recognise/recogniser.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';
import { last, named } from './named.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

/** Ids of what a function of these parameters computes, in order. */
function idsIn(parameters: string, ...lines: string[]): string[] {
  const text = `import torch\nimport torch.nn.functional as F\ndef f(${parameters}):\n${lines.map((line) => `    ${line}\n`).join('')}`;
  const follower = new Follower(new Graph());
  follower.module(readModule(parser, text));
  return findFormulas(follower.computed, new Recogniser(catalogue.values())).map(({ recognition }) => recognition.formula.id);
}

describe('diffusion in code', () => {
  it('tells a step with eta from the forward noising', () => {
    const step = [
      'x0 = (x - torch.sqrt(1 - ab) * eps) / torch.sqrt(ab)',
      'c1 = eta * ((1 - ab / ab_next) * (1 - ab_next) / (1 - ab)).sqrt()',
      'c2 = ((1 - ab_next) - c1 ** 2).sqrt()',
      'return ab_next.sqrt() * x0 + c1 * torch.randn_like(x) + c2 * eps',
    ];
    expect(idsIn('x, eps, ab, ab_next, eta', ...step)).toEqual(['x0_from_eps', 'ddim_step']);
  });

  it('finds all noise levels at once', () => {
    expect(
      idsIn(
        'n, lo, hi, rho=7.0',
        'u = torch.arange(n) / (n - 1)',
        'sigmas = (hi ** (1 / rho) + u * (lo ** (1 / rho) - hi ** (1 / rho))) ** rho',
      ),
    ).toEqual(['karras_sigmas']);
  });

  it('names no step of physics and no ratio of levels', () => {
    expect(idsIn('pos, vel, acc, dt', 'return pos + vel * dt + 0.5 * acc * dt ** 2')).toEqual([]);
    expect(idsIn('ab_t, ab_s', 'alpha_ts = ab_t / ab_s', 'return alpha_ts')).toEqual([]);
  });

  it('asks for a time, or for a network, of what a step follows', () => {
    const step = (slope: string): string => `import numpy as np
def euler_integrate(f, x0, dt, n):
    x = np.array(x0)
    for i in range(n):
        x = x + dt * ${slope}
    return x
`;
    expect(named(step('f(x)'))).toEqual([]);
    expect(named(step('velocity_model(x)'))).toEqual(['euler_step']);
    const heun = (given: string): string => `def heun(f, x, t, dt):
    k1 = f(x${given})
    k2 = f(x + dt * k1${given})
    return x + 0.5 * dt * (k1 + k2)
`;
    expect(named(heun(''))).toEqual([]);
    expect(last(heun(', t'))).toEqual(['heun_step']);
  });

  it('takes no walk by a beta for a noising step', () => {
    expect(idsIn('x, beta', 'return torch.sqrt(1 - beta ** 2) * x + beta * torch.randn_like(x)')).toEqual([]);
    expect(idsIn('x, beta', 'return torch.sqrt(1 - beta) * x + torch.sqrt(beta) * torch.randn_like(x)')).toEqual(['q_step']);
    expect(idsIn('x, sigma', 'return torch.sqrt(1 - sigma ** 2) * x + sigma * torch.randn_like(x)')).toEqual(['q_sample']);
  });

  it('knows the equations of a score without a forward drift', () => {
    expect(idsIn('x, t, score_model, g, dt', 'mean_x = x + g ** 2 * score_model(x, t) * dt')).toEqual(['reverse_sde']);
    // Langevin dynamics has no diffusion coefficient.
    expect(idsIn('x, score_model, dt', 'mean_x = x + dt * score_model(x)')).not.toContain('reverse_sde');
    const ode = (first: string): string => `def ode_func(t, x, score_model, g):\n    return ${first} * g ** 2 * score_model(x, t)\n`;
    expect(named(ode('-0.5'))).toEqual(['pf_ode']);
    expect(named(ode('-0.25'))).toEqual([]);
  });

  it('takes what is called a capped ratio for no ratio', () => {
    expect(idsIn('snr, gamma', 'w = torch.minimum(snr, gamma) / snr')).toEqual(['min_snr']);
    expect(idsIn('lr, min_snr, gamma', 'return lr * torch.minimum(min_snr, gamma) / gamma')).toEqual([]);
  });

  it('does not take data that came from what is called z for noise', () => {
    const code = (given: string): string => `import torch
def loss(net, y, t, ab):
    noisy = torch.sqrt(ab) * y + torch.sqrt(1 - ab) * torch.randn_like(y)
    return ((net(noisy, t) - ${given}) ** 2).mean()
def fit(net, z, t, ab):
    for xb in Loader(z):
        l = loss(net, xb, t, ab)
`;
    expect(last(code('y'))).not.toContain('ddpm_eps_mse');
  });

  it('knows the bound by the error of the noise, at two times and in continuous time', () => {
    const loss = (weight: string): string => `import jax
import jax.numpy as jnp
def f(net, x, gamma, t, s, T, key):
    g_t, g_s = gamma(t), gamma(s)
    var = jax.nn.sigmoid(g_t)
    eps = jax.random.normal(key, x.shape)
    z = jnp.sqrt(1 - var) * x + jnp.sqrt(var) * eps
    error = jnp.sum(jnp.square(eps - net(z, g_t)), axis=-1)
    _, rate = jax.jvp(gamma, (t,), (jnp.ones_like(t),))
    weights = jnp.exp(t)
    return ${weight} * error
`;
    expect(last(loss('.5 * T * jnp.expm1(g_t - g_s)'))).toEqual(['ddpm_vlb']);
    expect(last(loss('.5 * rate'))).toEqual(['ddpm_vlb']);
    expect(last(loss('.5 * weights'))).not.toContain('ddpm_vlb');
    const bits = (third: string): string => `import numpy as np
def f(klz, nll, diff, shape):
    scale = 1 / (np.prod(shape[1:]) * np.log(2.))
    bpd_latent = np.mean(klz) * scale
    bpd_recon = np.mean(nll) * scale
    ${third} = np.mean(diff) * scale
    bpd = bpd_recon + bpd_latent + ${third}
    return bpd
`;
    expect(named(bits('bpd_diff'))).toContain('ddpm_vlb');
    expect(named(bits('bpd_extra'))).not.toContain('ddpm_vlb');
  });

  it('takes what is only scaled for no sample of its own', () => {
    const code = (noise: string): string => `import torch
def f(x, gamma):
    eps = torch.randn_like(x)
    var = torch.sigmoid(gamma)
    z = torch.sqrt(1 - var) * x + torch.sqrt(var) * ${noise}
    return z / torch.sqrt(1 - var)
`;
    expect(named(code('eps'))).toEqual(['q_sample']);
  });
});
