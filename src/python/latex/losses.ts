/** Losses of libraries, written out; distributions, their densities and divergences. */

import { absolute, exp, logarithm, sigmoid, softplus, square, withIndex } from './elementwise.ts';
import { textOf, type Given, type Operation } from './operation.ts';
import {
  applied,
  atom,
  big,
  bracketed,
  called,
  fenced,
  indexed,
  level,
  list,
  negative,
  number,
  prefixed,
  product,
  quotient,
  sum,
  type Piece,
} from './pieces.ts';
import { averaged } from './reductions.ts';

const one = number(1);
const half = number(0.5);
const pair = 'x|input|predictions|logits|y_true|labels|output y|target|targets|y_pred|labels';

/** As `reduction=` asks; of a loss that has none, over the last axis. */
function reduced(given: Given, piece: Piece, usual: 'mean' | 'none' | 'last'): Piece {
  if (piece.negated) return negative(reduced(given, piece.negated, usual));
  const node = given.node('reduction');
  const how = node ? textOf(node) : usual;
  switch (how) {
    case 'none':
      return piece;
    case 'sum':
      return big(String.raw`\sum`, '', '', piece);
    case 'batchmean':
      return applied(withIndex('mean', atom(String.raw`\mathrm{batch}`)), [big(String.raw`\sum`, '', '', piece)]);
    case 'last':
      return applied(withIndex('mean', atom(String.raw`\mathrm{dim}=-1`)), [piece]);
    case 'mean':
    case 'sum_over_batch_size':
      return averaged(given, piece);
    default:
      return applied(given.of('reduction'), [piece]);
  }
}

const weighted = (given: Given, piece: Piece): Piece => (given.has('weight') ? product(given.of('weight'), piece) : piece);

const elementwise = (
  names: string,
  usual: 'mean' | 'none' | 'last',
  write: (x: Piece, y: Piece, given: Given) => Piece,
  takes = pair,
): Operation => ({
  names,
  takes: `${takes} weight? reduction? dim|axis?`,
  write: (given) => reduced(given, weighted(given, write(given.of('x'), given.of('y'), given)), usual),
});

const difference = (x: Piece, y: Piece): Piece => sum(x, '-', y);
/** Of a target that is 0 or 1 by what is written, one term is left. */
const binary = (log: Piece, complement: Piece, y: Piece): Piece =>
  negative(y.value === 1 ? log : y.value === 0 ? complement : sum(product(y, log), '+', product(difference(one, y), complement)));
const ofProbability = (p: Piece, y: Piece): Piece => binary(logarithm(p), logarithm(difference(one, p)), y);
const ofLogit = (x: Piece, y: Piece, given: Given): Piece => ofProbability(sigmoid(given, x), y);
const swapped = 'y|y_true|labels|target x|y_pred|logits|output';
const smoothed = 'label_smoothing? ignore_index? pos_weight? size_average? reduce? from_logits?';

/** -log softmax(x) at the class y. */
const ofClass = (x: Piece, y: Piece): Piece => negative(indexed(fenced('[', logarithm(called('softmax', x)), ']'), [y]));
const ofProbabilities = (x: Piece, y: Piece): Piece =>
  negative(big(String.raw`\sum`, 'c', '', product(indexed(y, [atom('c')]), logarithm(indexed(called('softmax', x), [atom('c')])))));

export const losses: readonly Operation[] = [
  elementwise('mse_loss MSELoss', 'mean', (x, y) => square(difference(x, y))),
  elementwise('mse mean_squared_error MSE', 'last', (x, y) => square(difference(y, x)), swapped),
  elementwise('squared_error', 'none', (x, y) => square(difference(x, y))),
  elementwise('l2_loss', 'none', (x, y) => product(half, square(difference(x, y)))),
  elementwise('l1_loss L1Loss', 'mean', (x, y) => absolute(difference(x, y))),
  elementwise('mae mean_absolute_error', 'last', (x, y) => absolute(difference(y, x)), swapped),
  elementwise(
    'smooth_l1_loss SmoothL1Loss huber_loss HuberLoss',
    'mean',
    (x, y) => called('Huber', difference(x, y)),
    `${pair} beta|delta?`,
  ),
  elementwise('binary_cross_entropy BCELoss', 'mean', ofProbability, `${pair} weight? ${smoothed}`),
  elementwise('binary_cross_entropy_with_logits BCEWithLogitsLoss', 'mean', ofLogit, `${pair} weight? ${smoothed}`),
  elementwise('binary_crossentropy', 'last', ofProbability, `${swapped} ${smoothed}`),
  elementwise('sigmoid_cross_entropy_with_logits', 'none', ofLogit, swapped),
  elementwise('sigmoid_binary_cross_entropy', 'none', ofLogit),
  elementwise('cross_entropy CrossEntropyLoss', 'mean', ofClass, `${pair} weight? ${smoothed}`),
  elementwise('sparse_softmax_cross_entropy_with_logits sparse_categorical_crossentropy', 'none', ofClass, swapped),
  elementwise('softmax_cross_entropy_with_integer_labels', 'none', ofClass),
  elementwise('softmax_cross_entropy_with_logits', 'none', ofProbabilities, swapped),
  elementwise('softmax_cross_entropy', 'none', ofProbabilities),
  elementwise('nll_loss NLLLoss', 'mean', (x, y) => negative(indexed(x, [y])), `${pair} weight? ${smoothed}`),
  elementwise('soft_margin_loss SoftMarginLoss', 'mean', (x, y, given) => softplus(given, negative(product(y, x)))),
  {
    names: 'kl_div KLDivLoss',
    takes: `${pair} size_average? reduce? reduction? log_target?`,
    write: (given) => {
      const [x, y] = [given.of('x'), given.of('y')];
      const isLog = given.node('log_target')?.kind === 'constant' && (given.node('log_target') as { value?: unknown }).value === true;
      return reduced(given, isLog ? product(exp(given, y), difference(y, x)) : product(y, difference(logarithm(y), x)), 'mean');
    },
  },
  {
    names: 'gaussian_nll_loss GaussianNLLLoss',
    takes: 'x|input y|target v|var full? eps? reduction?',
    write: (given) => {
      const [x, y, variance] = [given.of('x'), given.of('y'), given.of('v')];
      return reduced(given, product(half, sum(logarithm(variance), '+', quotient(square(difference(x, y)), variance))), 'mean');
    },
  },

  {
    names: 'kl_divergence kl_divergence_with',
    takes: 'q|p|distribution_a p|q|other|distribution_b',
    write: (given) => divergence(given.of('q'), given.of('p')),
  },
  { names: 'log_prob log_pdf logpdf', takes: 'q x|value', write: (given) => logarithm(density(given.of('q'), given.of('x'))) },
  { names: 'prob pdf', takes: 'q x|value', write: (given) => density(given.of('q'), given.of('x')) },
  { names: 'entropy', takes: 'q ...', write: (given) => called('H', given.of('q')) },
  { names: 'rsample sample', takes: 'q ...', write: (given) => ({ ...called('sample', given.of('q')), drawnFrom: given.of('q') }) },
  { names: 'Independent', takes: 'd|base_distribution|distribution n|reinterpreted_batch_ndims?', write: (given) => given.of('d') },
  distribution('Normal Gaussian', String.raw`\mathcal{N}`, 'a|loc|mean b|scale|std|stddev', (given) => [
    given.of('a'),
    variance(given.of('b')),
  ]),
  distribution('MultivariateNormalDiag', String.raw`\mathcal{N}`, 'a|loc b|scale_diag', (given) => [
    given.of('a'),
    called('diag', square(given.of('b'))),
  ]),
  distribution('MultivariateNormal MultivariateNormalFullCovariance', String.raw`\mathcal{N}`, 'a|loc b|covariance_matrix', (given) => [
    given.of('a'),
    given.of('b'),
  ]),
  distribution('Uniform', String.raw`\mathcal{U}`, 'a|low b|high', (given) => [given.of('a'), given.of('b')]),
  ...['Laplace', 'Beta', 'Gamma', 'Cauchy', 'Gumbel', 'StudentT', 'LogNormal'].map((name) =>
    distribution(
      name,
      String.raw`\mathrm{${name}}`,
      'a|loc|concentration|concentration1|alpha b|scale|rate|concentration0|beta',
      (given) => [given.of('a'), given.of('b')],
    ),
  ),
  ...['Bernoulli', 'Categorical', 'OneHotCategorical', 'Dirichlet', 'Exponential', 'Poisson'].map((name) =>
    distribution(name, String.raw`\mathrm{${name}}`, 'a|probs|concentration|rate', (given) => [given.of('a')]),
  ),
  // Of logits.
  ...['Bernoulli', 'Categorical', 'OneHotCategorical'].map((name) =>
    distribution(name, String.raw`\mathrm{${name}}`, 'a|logits', (given) => [
      name === 'Bernoulli' ? sigmoid(given, given.of('a')) : called('softmax', given.of('a')),
    ]),
  ),
  {
    names: 'randn randn_like standard_normal normal_like random_normal',
    takes: '...',
    write: (given) => ({ ...given.nameless('epsilon', 'xi', 'zeta', 'eta'), drawnFrom: atom(String.raw`\mathcal{N}(0, \mathbf{I})`, 1) }),
  },
  {
    names: 'rand rand_like random_sample',
    takes: '...',
    write: (given) => ({ ...given.nameless('u', 'v', 'w'), drawnFrom: atom(String.raw`\mathcal{U}(0, 1)`, 1) }),
  },

  {
    names: 'grad gradients',
    takes: 'y|outputs|fun|func|ys x|inputs|xs? ...',
    write: (given) => nabla(given, 'y', given.has('x') ? 'x' : null),
  },
  { names: 'gradient', takes: 'tape y|target x|sources', write: (given) => nabla(given, 'y', 'x') },
  { names: 'detach stop_gradient detach_', takes: 'x|input|variables|tensor', write: (given) => stopped(given.of('x')) },
];

function distribution(names: string, symbol: string, takes: string, parameters: (given: Given) => Piece[]): Operation {
  return {
    names,
    takes,
    write: (given) => {
      const inner = parameters(given);
      const head = atom(symbol);
      return {
        ...applied(head, inner),
        density: (x) =>
          applied(head, [{ ...list(inner), latex: `${x.latex};\\, ${list(inner).latex}`, height: Math.max(x.height, list(inner).height) }]),
      };
    },
  };
}

/** Of the standard deviation that a normal distribution is given. */
const variance = (scale: Piece): Piece => scale.rootOf ?? (scale.value === 1 ? scale : square(scale));

const density = (of: Piece, x: Piece): Piece => of.density?.(x) ?? applied(of, [x]);

export function divergence(q: Piece, p: Piece): Piece {
  const inner = { latex: `${q.latex} \\,\\Vert\\, ${p.latex}`, level: level.list, height: Math.max(q.height, p.height) };
  return { ...bracketed(inner), latex: `D_{\\mathrm{KL}}${bracketed(inner).latex}` };
}

export const stopped = (piece: Piece): Piece => {
  const inner = fenced('[', piece, ']');
  return { ...inner, latex: String.raw`\mathrm{sg}${inner.latex}` };
};

function nabla(given: Given, of: string, by: string | null): Piece {
  const node = by === null ? undefined : given.node(by);
  const one = (node?.kind === 'list' || node?.kind === 'tuple') && node.items.length === 1 ? node.items[0] : node;
  return prefixed(one ? String.raw`\nabla_{${given.write(one).latex}}` : String.raw`\nabla`, given.of(of));
}
