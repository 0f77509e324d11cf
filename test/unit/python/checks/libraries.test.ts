/** What libraries compute, each of its own kind, is told nothing of: beside the formula that it looks like. */

import { describe, expect, test } from 'vitest';
import { def, rulesOf } from './near/told.ts';

const method = (name: string, ...lines: string[]): string =>
  `import torch\nfrom torch import nn\nclass ${name}:\n${lines.map((line) => `    ${line}\n`).join('')}`;

describe('another distribution', () => {
  test.each([
    [
      'a divergence of two Laplace distributions',
      def(
        'kl_laplace(loc1, scale1, loc2, scale2)',
        'loc_abs_diff = (loc1 - loc2).abs()',
        'part = loc_abs_diff / scale2',
        '(scale2 / scale1).log() + part + scale1 / scale2 * torch.exp(-loc_abs_diff / scale1) - 1',
      ),
    ],
    [
      'a divergence of a Laplace distribution from a Gaussian',
      def(
        'kl_laplace_normal(p, q)',
        'variance = q.scale.pow(2)',
        'ratio = p.scale.pow(2) / variance',
        '-0.5 * torch.log(2 * ratio / math.pi) + ratio + 0.5 * (p.loc - q.loc).pow(2) / variance - 1',
      ),
    ],
    [
      'a sample of Student’s distribution',
      def(
        'sample(loc, scale, df, shape)',
        'normal_samples = draw_normal(shape)',
        'gamma_samples = draw_gamma(df / 2, shape)',
        'samples = normal_samples * torch.rsqrt(gamma_samples / df)',
        'loc + scale * samples',
      ),
    ],
    ...['torch.logdet(covariance)', 'log_determinant(covariance)'].map((determinant) => [
      `half of ${determinant}`,
      def(
        'mvn_log_prob(mean, covariance, y)',
        'log_prob = -0.5 * quadratic_form(covariance, y - mean)',
        `log_det = ${determinant}`,
        'log_prob - 0.5 * log_det',
      ),
    ]),
    [
      'the entropy of a map whose determinant has a half',
      def(
        'entropy(base_dist, n)',
        'log_det_jacobian = 2 * math.log(2) * n - math.log(n) * n',
        'base_dist.entropy() + log_det_jacobian / 2',
      ),
    ],
    [
      'how many of weighted samples count',
      def('log_ess(log_weights)', 'log_weights = torch.log_softmax(log_weights, dim=0)', '-torch.logsumexp(2 * log_weights, dim=0)'),
    ],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

describe('another method', () => {
  test.each([
    [
      'a step of the second order, with noise',
      method(
        'Heun',
        'def step(self, sde, t0: float, t1: float, x0):',
        '    dt = abs(t1 - t0)',
        '    dw = self.randn_like(x0) * dt ** 0.5',
        '    drift_0, diffusion_0 = sde.discretize(x0, t0)',
        '    drift_1, diffusion_1 = sde.discretize(x0 + drift_0 * dt + diffusion_0 * dw, t1)',
        '    return x0 + 0.5 * (drift_0 + drift_1) * dt + 0.5 * (diffusion_0 + diffusion_1) * dw, 2',
      ),
    ],
    [
      'a step of a gradient',
      def('primal(estimate, params, physics)', 'x_prev, z_prev = estimate', 'v = x_prev - params["stepsize"] * physics.A(z_prev)', 'v'),
    ],
    [
      'a layer of one graph',
      method(
        'LayerNorm(nn.Module)',
        'def forward(self, x, batch=None):',
        '    if batch is None:',
        '        x = x - x.mean()',
        '        out = x / (x.std(unbiased=False) + self.eps)',
        '    else:',
        '        out = self.each(x, batch)',
        '    return out * self.weight + self.bias',
      ),
    ],
    [
      'how new an observation is',
      method(
        'Novelty',
        'def reward(self, obs):',
        '    with torch.no_grad():',
        '        target_feat = self.target_network(obs)',
        '        pred_feat = self.predictor_network(obs)',
        '    intrinsic = (pred_feat - target_feat).pow(2).mean(dim=-1)',
        '    return intrinsic',
      ),
    ],
    [
      'a variance that is kept as more is seen',
      method(
        'RunningMeanStd(nn.Module)',
        'def __init__(self, shape=(), epsilon: float = 1e-4):',
        '    super().__init__()',
        '    self.register_buffer("mean", torch.zeros(shape))',
        '    self.register_buffer("var", torch.ones(shape))',
        '    self.register_buffer("count", torch.tensor(epsilon, dtype=torch.float32))',
        'def update(self, x):',
        '    delta = x.mean(0) - self.mean',
        '    total = self.count + x.shape[0]',
        '    m2 = self.var * self.count + x.var(0) * x.shape[0] + delta.pow(2) * (self.count * x.shape[0] / total)',
        '    self.var.copy_(m2 / total)',
      ),
    ],
    [
      'a sample with noise on it',
      method(
        'ScoreModel(Reconstructor)',
        'def __init__(self, model, noise_model, delta):',
        '    super().__init__()',
        '    self.base_model = model',
        '    self.min = delta[0]',
        '    self.max = delta[1]',
        '    self.noise_model = noise_model',
        'def forward(self, y, physics):',
        '    if self.noise_model is None:',
        '        noise_model = physics.noise_model',
        '    else:',
        '        noise_model = self.noise_model',
        '    if self.training:',
        '        sigma = torch.randn(len(y), 1) * self.max',
        '    else:',
        '        sigma = self.min',
        '    extra_noise = torch.randn_like(y)',
        '    y_plus = y + extra_noise * sigma',
        '    grad = self.base_model(y_plus, physics)',
        '    return grad',
      ),
    ],
    [
      'what an encoder and its decoder want of both sides, term by term',
      method(
        'Pair(nn.Module)',
        'def train_step(self, data):',
        '    x_real, z_real = data',
        '    z_gen = self.enc(x_real)',
        '    out_true = self.disc(torch.cat((z_real, z_real), dim=1))',
        '    out_fake = self.disc(torch.cat((z_real, z_gen), dim=1))',
        '    loss_pair = nn.BCELoss()(out_fake, torch.ones_like(out_fake)) + nn.BCELoss()(out_true, torch.zeros_like(out_true))',
        '    return loss_pair',
      ),
    ],
  ])('%s', async (_, code) => {
    expect(await rulesOf(code)).toEqual([]);
  });
});

test('an entry whose key is made of names has a name of its own', async () => {
  expect(await rulesOf(def('table(all, owner, name, log_prob)', 'all[f"{owner}.{name}"] = log_prob - log_prob.mean()', 'all'))).toEqual([]);
});

test('a level in other units is multiplied where it is looked up as well', async () => {
  const denoise = (looked: string): string =>
    method(
      'Denoiser(nn.Module)',
      'def forward(self, x, sigma):',
      '    alpha = 1 / (1 + 4 * sigma**2)',
      '    x = alpha.sqrt() * (2 * x - 1)',
      '    sigma = sigma * alpha.sqrt()',
      `    t = self.nearest(self.sqrt_1m_alphas_cumprod, ${looked})`,
      '    noise_est = self.net(x, t)',
      '    return (x - noise_est * sigma * 2) / self.sqrt_alphas_cumprod[t].view(-1, 1, 1, 1)',
    );
  expect(await rulesOf(denoise('2 * sigma.squeeze()'))).toEqual([]);
  expect(await rulesOf(denoise('sigma.squeeze()'))).toEqual(['no-inverse']);
});

test('what is made with a sample rate is no divergence that has a floor', async () => {
  const code = def(
    'loudness(sample_rate, audio)',
    'to_mel = transforms.MelSpectrogram(sample_rate=sample_rate)',
    'mel = to_mel(audio)',
    '20 * torch.log10(torch.clamp(mel, min=1e-5)) - 20',
  );
  expect(await rulesOf(code)).toEqual([]);
});

describe('what builds a graph', () => {
  test('has functions of the names that those on arrays have', async () => {
    const code = [
      'import torch',
      'from torch.onnx._internal.exporter import symbolic_opset9 as opset9',
      'def binary_cross_entropy_with_logits(g, input, target):',
      '    p = g.op("Constant", value_t=torch.tensor([1]))',
      '    sig_x = opset9.sigmoid(g, input)',
      '    log_sig_x = opset9.log(g, sig_x)',
      '    log_1_x = opset9.log(g, opset9.sub(g, p, sig_x))',
      '    return opset9.neg(g, opset9.add(g, opset9.mul(g, target, log_sig_x), log_1_x))',
      '',
    ].join('\n');
    expect(await rulesOf(code)).toEqual([]);
  });
});
