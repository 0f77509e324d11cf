import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import katex from 'katex';
import type { Parser } from 'web-tree-sitter';
import { beforeAll, describe, expect, it } from 'vitest';
import { plainLatex, termIds } from '../../../../src/formulas/formula.ts';
import { latexOfFunction } from '../../../../src/python/latex/functions.ts';
import { latexOf, latexOfStatement, type Latex } from '../../../../src/python/latex/latex.ts';
import type { Expression, FunctionDefinition, Statement } from '../../../../src/python/syntax/ast.ts';
import { readModule } from '../../../../src/python/syntax/build.ts';
import { pythonParser } from '../syntax/parser.ts';
import { valueOf } from './value.ts';

let parser: Parser;
beforeAll(async () => {
  parser = await pythonParser();
});

function expressionOf(text: string): Expression {
  const [statement] = readModule(parser, text).body;
  if (statement?.kind !== 'expression') throw new Error(`No expression: ${text}`);
  return statement.value;
}

const render = (latex: string): string => katex.renderToString(latex, { throwOnError: true, strict: 'error' });
const read = (text: string): Latex => latexOf(expressionOf(text), { text });
const plain = (text: string): string => plainLatex(read(text).latex);

/** What holds for every result: it is rendered, terms are declared and do not nest, no two variables look alike. */
function expectSound({ latex, variables }: Latex, text: string): void {
  render(plainLatex(latex));
  expect(latex.length).toBeLessThan(100_000);
  expect(termIds(latex)).toEqual(variables.map(({ id }) => id));
  for (const term of latex.matchAll(/\\term\{\w+\}/g)) {
    let end = term.index + term[0].length;
    for (let depth = 0, isOpen = true; isOpen; end++) {
      if (latex[end] === '\\') end++;
      else if (latex[end] === '{') depth++;
      else if (latex[end] === '}') isOpen = --depth > 0;
    }
    expect(latex.slice(term.index + 1, end)).not.toContain(String.raw`\term`);
  }
  expect(new Set(variables.map(({ symbol }) => symbol)).size).toBe(variables.length);
  for (const { code, symbol, spans } of variables) {
    render(symbol);
    expect(code).not.toBe('');
    for (const { start, end } of spans) {
      expect(start).toBeGreaterThanOrEqual(0);
      expect(end).toBeGreaterThanOrEqual(start);
      expect(end).toBeLessThanOrEqual(text.length);
    }
  }
}

describe('expressions', () => {
  it.each<[code: string, latex: string]>([
    [
      String.raw`-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=1)`,
      String.raw`-\tfrac{1}{2} \sum_{\mathrm{dim}=1} (1 + \log \sigma^{2} - \mu^{2} - \sigma^{2})`,
    ],
    [
      String.raw`0.5 * (mu**2 + torch.exp(logvar) - logvar - 1).sum(-1).mean()`,
      String.raw`\tfrac{1}{2} \mathrm{mean}\Bigl(\sum_{\mathrm{dim}=-1} (\mu^{2} + \sigma^{2} - \log \sigma^{2} - 1)\Bigr)`,
    ],
    [String.raw`mu + torch.exp(0.5 * logvar) * torch.randn_like(mu)`, String.raw`\mu + \sigma \, \epsilon`],
    [String.raw`mu + (logvar / 2).exp() * eps`, String.raw`\mu + \sigma \, \epsilon`],
    [
      String.raw`sqrt_alphas_cumprod[t] * x_start + sqrt_one_minus_alphas_cumprod[t] * noise`,
      String.raw`\sqrt{\bar{\alpha}_{t}} \, x_{\mathrm{start}} + \sqrt{1 - \bar{\alpha}_{t}} \, \epsilon`,
    ],
    [
      String.raw`extract(self.sqrt_alphas_cumprod, t, x.shape) * x0 + extract(self.sqrt_one_minus_alphas_cumprod, t, x.shape) * noise`,
      String.raw`\sqrt{\bar{\alpha}_{t}} \, x_{0} + \sqrt{1 - \bar{\alpha}_{t}} \, \epsilon`,
    ],
    [
      String.raw`F.softmax(q @ k.transpose(-2, -1) / math.sqrt(q.size(-1)) + mask, dim=-1) @ v`,
      String.raw`\mathrm{softmax}\Bigl(\frac{q \, k^{\top}}{\sqrt{d_{q}}} + \mathrm{mask}\Bigr) \, v`,
    ],
    [
      String.raw`torch.einsum('bhid,bhjd->bhij', q, k) * self.scale`,
      String.raw`\Bigl(\sum_{d} q_{b h i d} \, k_{b h j d}\Bigr) \, \mathrm{scale}`,
    ],
    [String.raw`F.mse_loss(noise_pred, noise)`, String.raw`\mathrm{mean}\bigl((\hat{\epsilon} - \epsilon)^{2}\bigr)`],
    [
      String.raw`F.mse_loss(model(x_t, t), noise, reduction='none').mean(dim=(1, 2, 3))`,
      String.raw`\mathrm{mean}_{\mathrm{dim}=1,2,3}\Bigl(\bigl(\mathrm{model}(x_{t}, t) - \epsilon\bigr)^{2}\Bigr)`,
    ],
    [
      String.raw`F.softplus(-D(real)).mean() + F.softplus(D(G(z))).mean()`,
      String.raw`\mathrm{mean}\Bigl(\log\bigl(1 + e^{-D(\mathrm{real})}\bigr)\Bigr) + \mathrm{mean}\left(\log\Bigl(1 + e^{D\bigl(G(z)\bigr)}\Bigr)\right)`,
    ],
    [
      String.raw`F.relu(1 - real_logits).mean() + F.relu(1 + fake_logits).mean()`,
      String.raw`\mathrm{mean}\bigl(\max(0, 1 - \mathrm{real\_logits})\bigr) + \mathrm{mean}\bigl(\max(0, 1 + \mathrm{fake\_logits})\bigr)`,
    ],
    [String.raw`-torch.mean(self.D(self.G(z)))`, String.raw`-\mathrm{mean}\Bigl(D\bigl(G(z)\bigr)\Bigr)`],
    [
      String.raw`-(torch.log(D(x)) + torch.log(1 - D(G(z)))).mean()`,
      String.raw`-\mathrm{mean}\left(\log D(x) + \log\Bigl(1 - D\bigl(G(z)\bigr)\Bigr)\right)`,
    ],
    [
      String.raw`kl_divergence(Normal(mu, std), Normal(0, 1)).sum(-1)`,
      String.raw`\sum_{\mathrm{dim}=-1} D_{\mathrm{KL}}\bigl(\mathcal{N}(\mu, \sigma^{2}) \,\Vert\, \mathcal{N}(0, 1)\bigr)`,
    ],
    [String.raw`q.log_prob(z) - p.log_prob(z)`, String.raw`\log q(z) - \log p(z)`],
    [String.raw`x + (quantized - x).detach()`, String.raw`x + \mathrm{sg}[\mathrm{quantized} - x]`],
    [
      String.raw`F.mse_loss(z_q.detach(), z_e) + beta * F.mse_loss(z_q, z_e.detach())`,
      String.raw`\mathrm{mean}\Bigl(\bigl(\mathrm{sg}[z_{q}] - z_{e}\bigr)^{2}\Bigr) + \beta \, \mathrm{mean}\Bigl(\bigl(z_{q} - \mathrm{sg}[z_{e}]\bigr)^{2}\Bigr)`,
    ],
    [
      String.raw`uncond + guidance_scale * (cond - uncond)`,
      String.raw`\mathrm{uncond} + \mathrm{guidance\_scale} \cdot (\mathrm{cond} - \mathrm{uncond})`,
    ],
    [
      String.raw`eps_uncond + s * (eps_cond - eps_uncond)`,
      String.raw`\epsilon_{\mathrm{uncond}} + s \cdot (\epsilon_{\mathrm{cond}} - \epsilon_{\mathrm{uncond}})`,
    ],
    [
      String.raw`(torch.autograd.grad(outputs=d_out, inputs=x_hat, create_graph=True)[0].view(n, -1).norm(2, dim=1) - 1) ** 2`,
      String.raw`\bigl(\lVert \nabla_{\hat{x}} d_{\mathrm{out}}\rVert_{2} - 1\bigr)^{2}`,
    ],
    [
      String.raw`-F.logsigmoid(beta * (pi_logratios - ref_logratios)).mean()`,
      String.raw`-\mathrm{mean}\Bigl(\log \sigma\bigl(\beta \cdot (\pi_{\mathrm{logratios}} - \mathrm{ref\_logratios})\bigr)\Bigr)`,
    ],
    [
      String.raw`-torch.min(ratio * adv, torch.clamp(ratio, 1 - eps, 1 + eps) * adv).mean()`,
      String.raw`-\mathrm{mean}\Bigl(\min\bigl(\mathrm{ratio} \, \mathrm{adv}, \mathrm{clip}(\mathrm{ratio}, 1 - \epsilon, 1 + \epsilon) \, \mathrm{adv}\bigr)\Bigr)`,
    ],
    [
      String.raw`x / torch.sqrt(x.pow(2).mean(-1, keepdim=True) + 1e-6) * self.weight`,
      String.raw`\frac{x}{\sqrt{\mathrm{mean}_{\mathrm{dim}=-1}(x^{2}) + 10^{-6}}} \, \mathrm{weight}`,
    ],
    [
      String.raw`x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)`,
      String.raw`x \, \frac{1}{\sqrt{\mathrm{mean}_{\mathrm{dim}=-1}(x^{2}) + \epsilon}}`,
    ],
    [
      String.raw`(x - x.mean(-1)) / (x.var(-1) + eps).sqrt() * gamma + beta`,
      String.raw`\frac{x - \mathrm{mean}_{\mathrm{dim}=-1}(x)}{\sqrt{\mathrm{Var}_{\mathrm{dim}=-1}(x) + \epsilon}} \, \gamma + \beta`,
    ],
    [
      String.raw`F.cross_entropy(logits, labels)`,
      String.raw`-\mathrm{mean}\Bigl(\bigl[\log \mathrm{softmax}(\mathrm{logits})\bigr]_{\mathrm{labels}}\Bigr)`,
    ],
    [String.raw`-(y * np.log(p) + (1 - y) * np.log(1 - p))`, String.raw`-\bigl(y \, \log p + (1 - y) \, \log(1 - p)\bigr)`],
    [
      String.raw`scores.masked_fill(mask == 0, float('-inf')).softmax(-1)`,
      String.raw`\mathrm{softmax}\left(\begin{cases} -\infty & \text{if } \mathrm{mask} = 0 \\ \mathrm{scores} & \text{otherwise} \end{cases}\right)`,
    ],
    [
      String.raw`torch.where(x > 0, x, alpha * (torch.exp(x) - 1))`,
      String.raw`\begin{cases} x & \text{if } x > 0 \\ \alpha \cdot (e^{x} - 1) & \text{otherwise} \end{cases}`,
    ],
    [String.raw`sum(x**2 for x in xs)`, String.raw`\sum_{x \in \mathrm{xs}} x^{2}`],
    [String.raw`sum(a[i] * b[i] for i in range(n))`, String.raw`\sum_{i = 0}^{n - 1} a_{i} \, b_{i}`],
    [String.raw`sum(x * y for x, y in zip(a, b) if x > 0)`, String.raw`\sum_{\substack{(x, y) \in \mathrm{zip}(a, b) \\ x > 0}} x \, y`],
    [String.raw`np.array([[1, 2], [3, 4]]) @ x`, String.raw`\begin{bmatrix} 1 & 2 \\ 3 & 4 \end{bmatrix} \, x`],
    [
      String.raw`x if x > 0 else 0 if x == 0 else -x`,
      String.raw`\begin{cases} x & \text{if } x > 0 \\ 0 & \text{if } x = 0 \\ -x & \text{otherwise} \end{cases}`,
    ],
    [String.raw`a < b <= c`, String.raw`a < b \le c`],
    [String.raw`not a and b or c`, String.raw`\lnot a \land b \lor c`],
    [String.raw`a // b + a % b`, String.raw`\Bigl\lfloor \frac{a}{b}\Bigr\rfloor + (a \bmod b)`],
    [String.raw`-x ** 2 + (-x) ** 2`, String.raw`-x^{2} + (-x)^{2}`],
    [String.raw`(a + b) * (c - d) / (e * f)`, String.raw`\frac{(a + b) \, (c - d)}{e \, f}`],
    [String.raw`a - (b - c) - (-d)`, String.raw`a - (b - c) - (-d)`],
    [String.raw`a / b / c * d`, String.raw`\frac{\frac{a}{b}}{c} \, d`],
    [String.raw`2 ** -1 * x ** 0.5 * y ** -0.5`, String.raw`2^{-1} \, \sqrt{x} \, \frac{1}{\sqrt{y}}`],
    [String.raw`1e-8 + 1.5e-3 * x + 1_000`, String.raw`10^{-8} + 1.5 \cdot 10^{-3} \, x + 1000`],
    [String.raw`math.factorial(n) / (math.factorial(k) * math.factorial(n - k))`, String.raw`\frac{n!}{k! \cdot (n - k)!}`],
    [String.raw`abs(x) + math.floor(y) + math.ceil(z)`, String.raw`\lvert x\rvert + \lfloor y\rfloor + \lceil z\rceil`],
    [String.raw`{1, 2, 3}`, String.raw`\{1, 2, 3\}`],
    [String.raw`[x**2 for x in xs if x > 0]`, String.raw`[x^{2} \mid x \in \mathrm{xs}, x > 0]`],
    [String.raw`lambda x: x ** 2 + 1`, String.raw`x \mapsto x^{2} + 1`],
    [String.raw`foo.bar(x, y=2)`, String.raw`\mathrm{foo.bar}(x, \mathrm{y} = 2)`],
    [
      String.raw`tf.reduce_mean(tf.square(y_true - y_pred), axis=-1)`,
      String.raw`\mathrm{mean}_{\mathrm{dim}=-1}\bigl((y - \hat{y})^{2}\bigr)`,
    ],
    [String.raw`tf.nn.sigmoid_cross_entropy_with_logits(labels=tf.ones_like(d), logits=d)`, String.raw`-\log \sigma(d)`],
    [
      String.raw`optax.softmax_cross_entropy_with_integer_labels(logits, labels).mean()`,
      String.raw`\mathrm{mean}\Bigl(-\bigl[\log \mathrm{softmax}(\mathrm{logits})\bigr]_{\mathrm{labels}}\Bigr)`,
    ],
    [String.raw`jnp.log(jnp.sum(jnp.exp(x), axis=1))`, String.raw`\log\Bigl(\sum_{\mathrm{dim}=1} e^{x}\Bigr)`],
    [String.raw`jax.lax.stop_gradient(x)`, String.raw`\mathrm{sg}[x]`],
    [String.raw`torch.log(torch.sigmoid(x) + 1e-8)`, String.raw`\log\bigl(\sigma(x) + 10^{-8}\bigr)`],
    [String.raw`alphas_cumprod[t] / (1 - alphas_cumprod[t])`, String.raw`\frac{\bar{\alpha}_{t}}{1 - \bar{\alpha}_{t}}`],
    [String.raw`torch.cat([a, b], dim=1)`, String.raw`[a, b]`],
    [String.raw`reduce(loss, 'b ... -> b', 'mean')`, String.raw`\mathrm{mean}_{\ldots}(\mathcal{L})`],
    [String.raw`recon_loss + self.beta * kl_loss`, String.raw`\mathcal{L}_{\mathrm{recon}} + \beta \, \mathcal{L}_{\mathrm{kl}}`],
    [String.raw`z_mean ** 2 + K.exp(z_log_var)`, String.raw`\mu_{z}^{2} + \sigma_{z}^{2}`],
    [String.raw`0.5 * z_mean`, String.raw`\tfrac{1}{2} \mu_{z}`],
    [String.raw`x1 * beta1 + x_hat + x_bar_t`, String.raw`x_{1} \, \beta_{1} + \hat{x} + \bar{x}_{t}`],
    [String.raw`"a_b {x}"`, String.raw`\text{a}\_\text{b }\{\text{x}\}`],
    [String.raw`f"loss {x}"`, String.raw`\text{loss }x`],
    [String.raw`a & b | c ^ ~d`, String.raw`(a \mathbin{\&} b) \mathbin{|} (c \oplus \mathord{\sim} d)`],
    [String.raw`(a > 0) & (b < 1)`, String.raw`a > 0 \land b < 1`],
    [String.raw`x[:, None] - y[None, :]`, String.raw`x - y`],
    [String.raw`x[0] + x[-1] + x[i, j] + x[1:] + x[..., :d]`, String.raw`x_{0} + x_{-1} + x_{i j} + x_{1:} + x_{\ldots, :d}`],
    [String.raw`sigma * F.sigmoid(x)`, String.raw`\sigma \, \mathrm{sigmoid}(x)`],
    [String.raw`pi * math.pi`, String.raw`\mathrm{pi} \, \pi`],
    [String.raw`log(x) ** 2 + np.log(2 * np.pi)`, String.raw`(\log x)^{2} + \log(2 \pi)`],
    [String.raw`torch.sin(x) ** 2 + torch.cos(x + y)`, String.raw`(\sin x)^{2} + \cos(x + y)`],
    [String.raw`(x * mask).sum() / mask.sum()`, String.raw`\frac{\sum x \, \mathrm{mask}}{\sum \mathrm{mask}}`],
    [String.raw`torch.sum(a, 1) * b + torch.sum(a)`, String.raw`\Bigl(\sum_{\mathrm{dim}=1} a\Bigr) \, b + \sum a`],
    [
      String.raw`-torch.logsumexp(-energy / temperature, dim=-1)`,
      String.raw`-\log\left(\sum_{\mathrm{dim}=-1} \exp\Bigl(-\frac{\mathrm{energy}}{\mathrm{temperature}}\Bigr)\right)`,
    ],
    [String.raw`x.T @ A @ x`, String.raw`x^{\top} \, A \, x`],
    [String.raw`np.linalg.norm(x - y, ord=2) ** 2`, String.raw`\lVert x - y\rVert_{2}^{2}`],
    [String.raw`torch.linalg.inv(S1) @ S2`, String.raw`S_{1}^{-1} \, S_{2}`],
    [String.raw`dist.Normal(mu, sigma).log_prob(x).sum(dim=-1)`, String.raw`\sum_{\mathrm{dim}=-1} \log \mathcal{N}(x;\, \mu, \sigma^{2})`],
    [String.raw`torch.baddbmm(b, q, k.mT, beta=0, alpha=scale)`, String.raw`\mathrm{scale} \, q \, k^{\top}`],
    [String.raw`nn.MSELoss(reduction='sum')(x, y)`, String.raw`\sum (x - y)^{2}`],
    [String.raw`self.criterion(out, target)`, String.raw`\mathrm{criterion}(\mathrm{out}, \mathrm{target})`],
    [String.raw`torch.max(x, dim=-1)[0] + max(a, b, c) + x.max()`, String.raw`\max_{\mathrm{dim}=-1}(x) + \max(a, b, c) + \max(x)`],
    [String.raw`(1 + w) * eps_c - w * eps_u`, String.raw`(1 + w) \, \epsilon_{c} - w \, \epsilon_{u}`],
    [String.raw`Normal(mu, logvar.exp().sqrt()).log_prob(x)`, String.raw`\log \mathcal{N}(x;\, \mu, \sigma^{2})`],
    [String.raw`torch.distributions.kl.kl_divergence(q, p)`, String.raw`D_{\mathrm{KL}}(q \,\Vert\, p)`],
    [String.raw`q.rsample()`, String.raw`\mathrm{sample}(q)`],
    [
      String.raw`np.exp(-x**2 / (2 * sigma**2)) / np.sqrt(2 * np.pi * sigma**2)`,
      String.raw`\frac{\exp\Bigl(-\frac{x^{2}}{2 \sigma^{2}}\Bigr)}{\sqrt{2 \pi \, \sigma^{2}}}`,
    ],
    [String.raw`(x - mu) ** 2 / torch.exp(log_var)`, String.raw`\frac{(x - \mu)^{2}}{\sigma^{2}}`],
    [
      String.raw`-0.5 * (math.log(2 * math.pi) + logvar + (x - mu) ** 2 / logvar.exp())`,
      String.raw`-\tfrac{1}{2} \Bigl(\log(2 \pi) + \log \sigma^{2} + \frac{(x - \mu)^{2}}{\sigma^{2}}\Bigr)`,
    ],
    [String.raw`x.pow(2).sum().sqrt() / n`, String.raw`\frac{\sqrt{\sum x^{2}}}{n}`],
    [
      String.raw`lam * F.l1_loss(fake_B, real_B)`,
      String.raw`\lambda \, \mathrm{mean}\bigl(\lvert B_{\mathrm{fake}} - B_{\mathrm{real}}\rvert \bigr)`,
    ],
    [
      String.raw`torch.mean((D(x) - 1) ** 2) / 2 + torch.mean(D(fake) ** 2) / 2`,
      String.raw`\frac{\mathrm{mean}\Bigl(\bigl(D(x) - 1\bigr)^{2}\Bigr)}{2} + \frac{\mathrm{mean}\bigl(D(\mathrm{fake})^{2}\bigr)}{2}`,
    ],
    [String.raw`1 / (1 + np.exp(-x))`, String.raw`\frac{1}{1 + e^{-x}}`],
    [String.raw`-(a + b)`, String.raw`-(a + b)`],
    [String.raw`-(a * b)`, String.raw`-a \, b`],
    [String.raw`a - (b + c)`, String.raw`a - (b + c)`],
    [String.raw`(-a) * (-b)`, String.raw`a \, b`],
    [String.raw`a ** -1`, String.raw`a^{-1}`],
    [String.raw`(a / b) ** 2`, String.raw`\Bigl(\frac{a}{b}\Bigr)^{2}`],
    [String.raw`f(x)[0]`, String.raw`f(x)_{0}`],
    [String.raw`(a + b)[0]`, String.raw`(a + b)_{0}`],
    [String.raw`x.view(-1)[0]`, String.raw`x_{0}`],
    [String.raw`model(x).sample`, String.raw`\mathrm{model}(x)_{\mathrm{sample}}`],
    [String.raw`outputs["loss"] + batch["x"]`, String.raw`\mathcal{L} + x`],
    [String.raw`any(x > 0 for x in xs)`, String.raw`\exists_{x \in \mathrm{xs}} (x > 0)`],
    [String.raw`max(x ** 2 for x in xs)`, String.raw`\max_{x \in \mathrm{xs}} x^{2}`],
    [String.raw`[i * j for i in range(3) for j in range(n)]`, String.raw`[i \, j \mid i \in \{0, \ldots, 2\}, j \in \{0, \ldots, n - 1\}]`],
    [String.raw`{k: v ** 2 for k, v in d.items()}`, String.raw`\bigl\{k \mapsto v^{2} \mid (k, v) \in \mathrm{d.items}()\bigr\}`],
    [String.raw`F.cosine_similarity(a, b)`, String.raw`\frac{a \cdot b}{\lVert a\rVert \, \lVert b\rVert }`],
    [String.raw`torch.cdist(a, b)`, String.raw`\mathrm{cdist}(a, b)`],
    [
      String.raw`F.nll_loss(F.log_softmax(logits, dim=1), y)`,
      String.raw`-\mathrm{mean}\Bigl(\bigl(\log \mathrm{softmax}_{\mathrm{dim}=1}(\mathrm{logits})\bigr)_{y}\Bigr)`,
    ],
    [
      String.raw`F.kl_div(F.log_softmax(s / T, dim=1), F.softmax(t / T, dim=1), reduction='batchmean') * T ** 2`,
      String.raw`\mathrm{mean}_{\mathrm{batch}}\left(\sum \mathrm{softmax}_{\mathrm{dim}=1}\Bigl(\frac{t}{T}\Bigr) \, \left(\log \mathrm{softmax}_{\mathrm{dim}=1}\Bigl(\frac{t}{T}\Bigr) - \log \mathrm{softmax}_{\mathrm{dim}=1}\Bigl(\frac{s}{T}\Bigr)\right)\right) \, T^{2}`,
    ],
    [String.raw`einsum('b i d, b j d -> b i j', q, k)`, String.raw`\sum_{d} q_{b i d} \, k_{b j d}`],
    [String.raw`torch.einsum('ij->', x)`, String.raw`\sum_{i j} x_{i j}`],
    [
      String.raw`x.masked_fill(~mask, 0.0)`,
      String.raw`\begin{cases} 0 & \text{if } \mathord{\sim} \mathrm{mask} \\ x & \text{otherwise} \end{cases}`,
    ],
    [String.raw`a if b else c`, String.raw`\begin{cases} a & \text{if } b \\ c & \text{otherwise} \end{cases}`],
    [String.raw`b'bytes'`, String.raw`\text{bytes}`],
    [String.raw`not (a == b)`, String.raw`\lnot (a = b)`],
    [String.raw`x.softmax(-1)[:, 1:] * 2`, String.raw`2 \mathrm{softmax}(x)_{:, 1:}`],
    [String.raw`self.scale * (q @ k.T)`, String.raw`\mathrm{scale} \, q \, k^{\top}`],
    [String.raw`self.net(torch.cat([x, t], dim=-1))`, String.raw`\mathrm{net}\bigl([x, t]\bigr)`],
    [String.raw`jax.grad(f)(x)`, String.raw`(\nabla f)(x)`],
    [String.raw`torch.lerp(a, b, w)`, String.raw`a + w \cdot (b - a)`],
    [String.raw`alphas_cumprod_prev`, String.raw`\bar{\alpha}_{\mathrm{prev}}`],
    [String.raw`x_t_minus_1 + x_tm1`, String.raw`x_{t-1} + x_{\mathrm{tm1}}`],
    [String.raw`log_p_x - log_q_z`, String.raw`\log p_{x} - \log q_{z}`],
    [String.raw`mu1 - mu2`, String.raw`\mu_{1} - \mu_{2}`],
    [String.raw`sigma1 ** 2 / sigma2 ** 2`, String.raw`\frac{\sigma_{1}^{2}}{\sigma_{2}^{2}}`],
    [String.raw`d_loss + g_loss + l1_loss`, String.raw`\mathcal{L}_{d} + \mathcal{L}_{g} + \mathcal{L}_{\mathrm{l1}}`],
    [String.raw`beta_schedule * noise_level`, String.raw`\mathrm{beta\_schedule} \, \mathrm{noise\_level}`],
    [String.raw`lambda_gp * gp`, String.raw`\lambda_{\mathrm{gp}} \, \mathrm{gp}`],
  ])('%s', (code, latex) => {
    expect(plain(code)).toBe(latex);
    expectSound(read(code), code);
  });
});

describe('variables', () => {
  it('have the places where they stand, and the code and symbol of each', () => {
    const text = 'mu * x + mu';
    const { latex, variables } = read(text);
    expect(latex).toBe(String.raw`\term{mu}{\mu} \, \term{x}{x} + \term{mu}{\mu}`);
    expect(variables).toEqual([
      {
        code: 'mu',
        symbol: String.raw`\mu`,
        id: 'mu',
        spans: [
          { start: 0, end: 2 },
          { start: 9, end: 11 },
        ],
      },
      { code: 'x', symbol: 'x', id: 'x', spans: [{ start: 5, end: 6 }] },
    ]);
  });

  it('never share a symbol: the one whose name is the symbol’s own has it', () => {
    const symbols = (text: string) => Object.fromEntries(read(text).variables.map(({ code, symbol }) => [code, symbol]));
    expect(symbols('std + sigma')).toEqual({ sigma: String.raw`\sigma`, std: String.raw`\mathrm{std}` });
    expect(symbols('self.x + x')).toEqual({ 'self.x': String.raw`\mathrm{self.x}`, x: 'x' });
    expect(symbols('noise + eps + epsilon')).toEqual({
      noise: String.raw`\mathrm{noise}`,
      eps: String.raw`\mathrm{eps}`,
      epsilon: String.raw`\epsilon`,
    });
    expect(symbols('x_t + x[t]')).toEqual({ x_t: 'x_{t}', x: String.raw`\mathrm{x}`, t: 't' });
    expect(symbols('a.b.c + d.c')).toEqual({ 'a.b.c': 'c_{b}', 'd.c': 'c_{d}' });
    expect(symbols('torch.sigmoid(x) * sigma')).toEqual({ sigma: String.raw`\sigma`, x: 'x' });
    expect(plain('torch.sigmoid(x) * sigma')).toBe(String.raw`\mathrm{sigmoid}(x) \, \sigma`);
    expect(plain('e * np.exp(x)')).toBe(String.raw`e \, \exp(x)`);
    expect(symbols('pi * math.pi')).toEqual({ pi: String.raw`\mathrm{pi}` });
  });

  it('have symbols by their names', () => {
    const symbol = (name: string) => read(name).variables[0]?.symbol;
    const names = {
      x: 'x',
      x0: 'x_{0}',
      x_0: 'x_{0}',
      x_t: 'x_{t}',
      x_hat: String.raw`\hat{x}`,
      z_q: 'z_{q}',
      lambda_: String.raw`\lambda`,
      eps_theta: String.raw`\epsilon_{\theta}`,
      log_var: String.raw`\log \sigma^{2}`,
      log_std: String.raw`\log \sigma`,
      z_mean: String.raw`\mu_{z}`,
      z_log_var: String.raw`\log \sigma_{z}^{2}`,
      logSigma: String.raw`\log \sigma`,
      alphas_cumprod: String.raw`\bar{\alpha}`,
      one_minus_alphas_cumprod: String.raw`1 - \bar{\alpha}`,
      sqrt_recipm1_alphas_cumprod: String.raw`\sqrt{\frac{1}{\bar{\alpha}} - 1}`,
      Sigma: String.raw`\Sigma`,
      S1: 'S_{1}',
      y_true: 'y',
      y_pred: String.raw`\hat{y}`,
      μ: String.raw`\mu`,
      x_t_minus_1: 'x_{t-1}',
      learning_rate: String.raw`\mathrm{learning\_rate}`,
      beta_schedule: String.raw`\mathrm{beta\_schedule}`,
      größe: String.raw`\mathrm{große}`.replace('ß', '?'),
      netG: String.raw`\mathrm{netG}`,
      xs: String.raw`\mathrm{xs}`,
      _: String.raw`\mathrm{\_}`,
      d_model: String.raw`d_{\mathrm{model}}`,
      constructor: String.raw`\mathrm{constructor}`,
    };
    for (const [name, latex] of Object.entries(names)) expect([name, symbol(name)]).toEqual([name, latex]);
  });
});

describe('definitions', () => {
  const within = (text: string, names: Record<string, string>) =>
    plainLatex(
      latexOf(expressionOf(text), { text, definitions: new Map(Object.entries(names).map(([name, code]) => [name, expressionOf(code)])) })
        .latex,
    );

  it('stand in the place of their names, in brackets where they need them', () => {
    expect(within('mu + std * eps', { std: 'torch.exp(0.5 * logvar)' })).toBe(String.raw`\mu + \sigma \, \epsilon`);
    expect(within('2 * x', { x: 'a + b' })).toBe('2 (a + b)');
    expect(within('x[0]', { x: 'a + b' })).toBe('(a + b)_{0}');
    expect(within('x[1]', { x: 'y[0]' })).toBe('(y_{0})_{1}');
  });

  it('may be of themselves or of one another', () => {
    expect(within('x', { x: 'x + 1' })).toBe('x + 1');
    expect(within('x', { x: 'y * 2', y: 'x + 1' })).toBe('2 (x + 1)');
  });

  it('do not reach into what binds the name', () => {
    expect(within('sum(x for x in xs)', { x: 'y' })).toBe(String.raw`\sum_{x \in \mathrm{xs}} x`);
    expect(within('lambda x: x', { x: 'y' })).toBe(String.raw`x \mapsto x`);
  });

  it('do not grow without end', () => {
    const names = Object.fromEntries(
      Array.from({ length: 40 }, (_, at) => [`x${at}`, at === 0 ? 'a' : `x${at - 1} * x${at - 1} + x${at - 1}`]),
    );
    const text = 'x39';
    const definitions = new Map(Object.entries(names).map(([name, code]) => [name, expressionOf(code)]));
    expectSound(latexOf(expressionOf(text), { text, definitions }), 'x'.repeat(100));
  });
});

it('is of a statement: what has a value, and what gets it', () => {
  const of = (text: string) => {
    const [statement] = readModule(parser, text).body;
    const latex = statement && latexOfStatement(statement, { text });
    return latex && plainLatex(latex.latex);
  };
  expect(of('std = torch.exp(0.5 * logvar)')).toBe(String.raw`\mathrm{std} = \sigma`.replace(String.raw`\mathrm{std}`, String.raw`\sigma`));
  expect(of('a = b = c + 1')).toBe('a = b = c + 1');
  expect(of('loss += beta * kl')).toBe(String.raw`\mathcal{L} \leftarrow \mathcal{L} + \beta \, \mathrm{kl}`);
  expect(of('return x ** 2')).toBe('x^{2}');
  expect(of('x + 1')).toBe('x + 1');
  for (const text of ['x: int', 'pass', 'import a', 'def f(): pass']) expect(of(text)).toBeNull();
});

it('takes names by what they are imported as', () => {
  const text = 'E(x) + tt.square(y) + F(z)';
  const imports = new Map([
    ['E', 'torch.exp'],
    ['tt', 'torch'],
    ['F', 'model.F'],
  ]);
  expect(plainLatex(latexOf(expressionOf(text), { text, imports }).latex)).toBe('e^{x} + y^{2} + F(z)');
});

describe('brackets', () => {
  // Their sums are exact, in whatever order.
  const values = { a: 1.25, b: 0.75, c: 2.5 };
  interface Sum {
    code: string;
    value: number;
  }
  const leaf = fc.constantFrom<Sum>(
    ...Object.entries(values).map(([code, value]) => ({ code, value })),
    { code: '2', value: 2 },
    { code: '0.5', value: 0.5 },
    { code: '1', value: 1 },
  );
  const { sum } = fc.letrec<{ sum: Sum }>((tie) => {
    const two = fc.tuple(tie('sum'), tie('sum'));
    const of = (sign: string, compute: (x: number, y: number) => number) =>
      two.map(([x, y]): Sum => ({ code: `(${x.code}) ${sign} (${y.code})`, value: compute(x.value, y.value) }));
    const one = (write: (code: string) => string, compute: (x: number) => number) =>
      tie('sum').map((x): Sum => ({ code: write(x.code), value: compute(x.value) }));
    return {
      sum: fc.oneof(
        { maxDepth: 5 },
        leaf,
        of('+', (x, y) => x + y),
        of('-', (x, y) => x - y),
        of('*', (x, y) => x * y),
        of('/', (x, y) => x / y),
        of('**', Math.pow),
        one(
          (code) => `-(${code})`,
          (x) => -x,
        ),
        one((code) => `torch.log(${code})`, Math.log),
        one((code) => `(${code}).sqrt()`, Math.sqrt),
        one((code) => `abs(${code})`, Math.abs),
        one(
          (code) => `torch.square(${code})`,
          (x) => x * x,
        ),
      ),
    };
  });

  it('stand where a reader needs them: what is written has the value of the code', () => {
    fc.assert(
      fc.property(sum, ({ code, value }) => {
        // Beyond, an order of additions that means the same may give another number.
        fc.pre(!(Math.abs(value) > 30));
        const read = valueOf(plain(code), values);
        const isSame = Number.isNaN(value)
          ? Number.isNaN(read)
          : Math.abs(read - value) <= 1e-9 * Math.max(1, Math.abs(value)) || read === value;
        expect([code, plain(code), isSame]).toEqual([code, plain(code), true]);
      }),
      { numRuns: 1000 },
    );
  });

  it('a wrong reading would be seen', () => {
    expect(valueOf('a - (b - c)', values)).not.toBeCloseTo(valueOf('a - b - c', values));
    expect(() => valueOf('a + )', values)).toThrow();
  });
});

describe('anything at all', () => {
  const source = readFileSync(join(import.meta.dirname, '../../../fixtures/python-syntax/snippets.py'), 'utf8');

  const checkAll = (text: string): void => {
    const visit = (node: unknown): void => {
      if (node === null || typeof node !== 'object') return;
      if ((node as FunctionDefinition).kind === 'function') expectSound(latexOfFunction(node as FunctionDefinition, { text }), text);
      if (isStatement(node)) for (const part of Object.values(node)) if (isExpression(part)) expectSound(latexOf(part, { text }), text);
      if (!isExpression(node)) for (const value of Object.values(node)) visit(value);
    };
    visit(readModule(parser, text));
  };
  const statements = new Set(['assignment', 'augmented', 'expression', 'return', 'if', 'for', 'while', 'with']);
  const others = new Set(['module', 'function', 'class', 'try', 'match', 'import', 'raise', 'skipped', ...statements]);
  const isStatement = (node: object): node is Statement => 'kind' in node && statements.has(node.kind as string);
  const isExpression = (node: unknown): node is Expression =>
    node !== null && typeof node === 'object' && 'kind' in node && !others.has(node.kind as string);

  it('is written: all that the reader is tried with', () => checkAll(source));

  it('is written: tokens in any order, and names of any characters', () => {
    const tokens = source.match(/\s+|\w+|[^\w\s]/gu) ?? [];
    const odd = fc.constantFrom(
      'α',
      '漢',
      'é',
      '"😀 $ % _ ^ ~ \\\\ { } # &"',
      'x_',
      '__',
      '%',
      '~',
      '[',
      ']',
      '(',
      ')',
      '\n',
      ' = ',
      'torch.sum',
      '.mean()',
      '[0]',
      '"a"',
      'logvar',
      '.exp()',
      ' * ',
      '-',
      '**',
      '/',
    );
    fc.assert(
      fc.property(fc.array(fc.oneof(odd, fc.constantFrom(...tokens)), { maxLength: 60 }), (pieces) => checkAll(pieces.join(''))),
      { numRuns: 300 },
    );
  });

  it('is written: what is deep or long', () => {
    for (const text of [
      `x = ${'('.repeat(200)}a${')'.repeat(200)}`,
      `x = ${'-'.repeat(150)}a`,
      `x = ${'f('.repeat(120)}a${')'.repeat(120)}`,
      `x = ${'1 / (1 + '.repeat(90)}a${')'.repeat(90)}`,
      `x = a${' + a'.repeat(240)}`,
      `x = [${'a, '.repeat(3000)}]`,
      `x = ${'a if b else '.repeat(100)}c`,
      `x = a${'[0]'.repeat(200)}`,
      `x = a${'.b'.repeat(200)}`,
      `x = ${'n'.repeat(5000)}`,
      `x = "${'s'.repeat(5000)}"`,
    ])
      checkAll(`${text}\n`);
    const body = Array.from({ length: 300 }, (_, at) => `    if a > ${at}:\n        x = x * x + ${at}\n`).join('');
    checkAll(`def f(a, x):\n${body}    return x\n`);
    checkAll(`def f(x):\n${'    x = x * x + x\n'.repeat(300)}    return x\n`);
  });
});
