import { describe, expect, it } from 'vitest';
import { last, named } from './named.ts';

const schedules = `import torch
def schedules(b1, b2, n):
    beta_t = (b2 - b1) * torch.arange(0, n + 1) / n + b1
    alpha_t = 1 - beta_t
    alphabar_t = torch.cumsum(torch.log(alpha_t), dim=0).exp()
    return {'sqrtab': torch.sqrt(alphabar_t), 'sqrtmab': torch.sqrt(1 - alphabar_t), 'oneover_sqrta': 1 / torch.sqrt(alpha_t),
            'mab_over_sqrtmab': (1 - alpha_t) / torch.sqrt(1 - alphabar_t), 'sqrt_beta_t': torch.sqrt(beta_t)}
`;
const kept = (keeping: string, method: string): string => `${schedules}
class DDPM(torch.nn.Module):
    def __init__(self, net, n):
        self.net = net
        for k, v in schedules(1e-4, 0.02, n).items():
            ${keeping}
    def step(self, ${method}
`;

describe('tables of a schedule', () => {
  it.each(['self.register_buffer(k, v)', 'setattr(self, k, v)'])('are known by name where a loop keeps them: %s', (keeping) => {
    expect(
      last(kept(keeping, 'x, t):\n        noise = torch.randn_like(x)\n        return self.sqrtab[t] * x + self.sqrtmab[t] * noise')),
    ).toContain('q_sample');
    expect(
      last(kept(keeping, 'x, t):\n        noise = torch.randn_like(x)\n        return self.sqrtab[t] * x + self.sqrt_beta_t[t] * noise')),
    ).not.toContain('q_sample');
  });

  it('are kept one by one by a loop through a list of pairs', () => {
    const code = (noise: string): string => `${schedules}
class DDPM(torch.nn.Module):
    def __init__(self, n):
        tables = schedules(1e-4, 0.02, n)
        for name, table in [('signal', tables['sqrtab']), ('spread', tables['${noise}'])]:
            self.register_buffer(name, table)
    def noised(self, x, t):
        return self.signal[t] * x + self.spread[t] * torch.randn_like(x)
`;
    expect(last(code('sqrtmab'))).toContain('q_sample');
    expect(last(code('sqrt_beta_t'))).not.toContain('q_sample');
  });

  it('that are made of several tables are, at a time, what they are made of', () => {
    const step = 'x, t):\n        eps = self.net(x, t)\n        return self.oneover_sqrta[t] * (x - eps * self.mab_over_sqrtmab[t])';
    expect(last(kept('self.register_buffer(k, v)', step))).toEqual(['ddpm_mean']);
    expect(last(kept('self.register_buffer(k, v)', step.replace('mab_over_sqrtmab', 'sqrt_beta_t')))).not.toContain('ddpm_mean');
  });

  it('that are gathered are so too', () => {
    const code = (second: string): string => `import torch
class Sampler(torch.nn.Module):
    def __init__(self, beta_1, beta_T, T):
        self.register_buffer('betas', torch.linspace(beta_1, beta_T, T))
        alphas = 1. - self.betas
        alphas_bar = torch.cumprod(alphas, dim=0)
        self.register_buffer('coeff1', torch.sqrt(1. / alphas))
        self.register_buffer('coeff2', ${second})
    def mean(self, x_t, t, eps):
        return torch.gather(self.coeff1, 0, t)[:, None] * x_t - torch.gather(self.coeff2, 0, t)[:, None] * eps
`;
    expect(last(code('self.coeff1 * (1. - alphas) / torch.sqrt(1. - alphas_bar)'))).toEqual(['ddpm_mean']);
    expect(last(code('self.coeff1 * (1. - alphas) / torch.sqrt(1. - alphas)'))).not.toContain('ddpm_mean');
  });

  it('does not mix up what a loop over a dictionary does with its things otherwise', () => {
    expect(
      named('def f(losses, w):\n    total = 0\n    for k, v in losses.items():\n        total = total + w[k] * v\n    return total'),
    ).toEqual([]);
  });
});
