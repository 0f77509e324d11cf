/** Distributions of PyTorch, TensorFlow Probability, distrax and NumPyro: their parameters and their log-densities. */

import type { Build } from '../build.ts';
import type { Node } from '../node.ts';

export interface Family {
  readonly family: string;
  /** In order; alternatives that are given by name are after them. */
  readonly parameters: readonly string[];
  /** Trailing axes that are one event. */
  readonly eventAxes: number;
}

const families: readonly (readonly [names: string, Family])[] = [
  ['Normal Gaussian', { family: 'normal', parameters: ['loc', 'scale'], eventAxes: 0 }],
  [
    'MultivariateNormalDiag MultivariateNormalDiagPlusLowRank DiagonalNormal DiagGaussian',
    { family: 'normal', parameters: ['loc', 'scale_diag'], eventAxes: 1 },
  ],
  ['LogNormal', { family: 'logNormal', parameters: ['loc', 'scale'], eventAxes: 0 }],
  ['Laplace', { family: 'laplace', parameters: ['loc', 'scale'], eventAxes: 0 }],
  ['Bernoulli ContinuousBernoulli', { family: 'bernoulli', parameters: ['probs', 'logits'], eventAxes: 0 }],
  ['Categorical OneHotCategorical', { family: 'categorical', parameters: ['probs', 'logits'], eventAxes: 0 }],
  [
    'MultivariateNormal MultivariateNormalTriL MultivariateNormalFullCovariance',
    { family: 'multivariateNormal', parameters: ['loc', 'covariance_matrix'], eventAxes: 1 },
  ],
  ['Independent', { family: 'independent', parameters: ['base', 'reinterpreted_batch_ndims'], eventAxes: 0 }],
  [
    'Beta Gamma Dirichlet Poisson Exponential Uniform StudentT MixtureSameFamily TransformedDistribution VonMises Geometric',
    { family: 'other', parameters: ['a', 'b'], eventAxes: 0 },
  ],
];

export const distributionFamilies: ReadonlyMap<string, Family> = new Map(
  families.flatMap(([names, family]) => names.split(' ').map((name) => [name, family] as const)),
);

/** JAX and TensorFlow give the logits first where PyTorch gives the probabilities. */
export function parametersOf({ parameters, family }: Family, path: string): readonly string[] {
  const logitsFirst = (family === 'bernoulli' || family === 'categorical') && /^(?:tensorflow|distrax|jax)/.test(path);
  return logitsFirst ? ['logits', 'probs'] : parameters;
}

/** Elementwise log-density or log-probability at x; null for a family that is not followed. Summed over event axes by the caller. */
export function logDensity({ apply, number, with: make }: Build, family: string, p: Readonly<Record<string, Node>>, x: Node): Node | null {
  const { loc, scale, logits, probs } = p;
  switch (family) {
    case 'normal': {
      if (!loc || !scale) return null;
      const standard = apply('divide', apply('subtract', x, loc), scale);
      const constant = number(0.5 * Math.log(2 * Math.PI));
      return apply(
        'subtract',
        apply('subtract', apply('multiply', number(-0.5), apply('square', standard)), apply('log', scale)),
        constant,
      );
    }
    case 'laplace': {
      if (!loc || !scale) return null;
      const distance = apply('divide', apply('abs', apply('subtract', x, loc)), scale);
      return apply('subtract', apply('negate', distance), apply('log', apply('multiply', number(2), scale)));
    }
    case 'bernoulli':
      if (logits) {
        const negative = apply('multiply', apply('subtract', number(1), x), apply('softplus', logits));
        return apply('negate', apply('add', apply('multiply', x, apply('softplus', apply('negate', logits))), negative));
      }
      return probs
        ? apply(
            'add',
            apply('multiply', x, apply('log', probs)),
            apply('multiply', apply('subtract', number(1), x), apply('log', apply('subtract', number(1), probs))),
          )
        : null;
    case 'categorical': {
      const logs = logits ? make('logSoftmax', [logits], { axes: [-1] }) : probs ? apply('log', probs) : null;
      return logs && apply('negate', make('crossEntropy', [logs, x, number(0)], {}));
    }
    default:
      return null;
  }
}

/** Entropy, elementwise. */
export function entropy({ apply, number }: Build, family: string, p: Readonly<Record<string, Node>>): Node | null {
  const { scale } = p;
  return family === 'normal' && scale ? apply('add', apply('log', scale), number(0.5 * Math.log(2 * Math.PI * Math.E))) : null;
}

/** KL divergence of two of one family, elementwise (of categoricals: over the last axis). */
export function divergence(
  build: Build,
  family: string,
  q: Readonly<Record<string, Node>>,
  p: Readonly<Record<string, Node>>,
): Node | null {
  const { apply, number, with: make } = build;
  if (family === 'normal' && q['loc'] && q['scale'] && p['loc'] && p['scale']) {
    const ratio = apply('square', apply('divide', q['scale'], p['scale']));
    const distance = apply('square', apply('divide', apply('subtract', q['loc'], p['loc']), p['scale']));
    return apply(
      'multiply',
      number(0.5),
      apply('subtract', apply('subtract', apply('add', ratio, distance), number(1)), apply('log', ratio)),
    );
  }
  if (family === 'categorical') {
    const logs = (of: Readonly<Record<string, Node>>): Node | null =>
      of['logits'] ? make('logSoftmax', [of['logits']], { axes: [-1] }) : of['probs'] ? apply('log', of['probs']) : null;
    const [a, b] = [logs(q), logs(p)];
    return a && b && make('sum', [apply('multiply', apply('exp', a), apply('subtract', a, b))], { axes: [-1], keep: false });
  }
  return null;
}
