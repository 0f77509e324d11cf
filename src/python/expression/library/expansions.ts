/** Calls that are short for a formula, written out. */

import type { Build } from '../build.ts';
import type { Node } from '../node.ts';

/** What a call was given, by the names of its parameters. */
export interface Given {
  /** Of the function. */
  readonly path: string;
  node(name: string): Node | null;
  text(name: string): string | null;
  truth(name: string): boolean | null;
}

export interface Expansion {
  /** In order. */
  readonly parameters: readonly string[];
  readonly expand: (build: Build, given: Given) => Node | null;
}

function reduced(build: Build, given: Given, x: Node, count: Node | null = null): Node {
  const how = given.truth('size_average') === false ? 'sum' : (given.text('reduction') ?? 'mean');
  if (given.truth('reduce') === false || how === 'none' || how === 'NONE') return x;
  if (how === 'sum' || how === 'SUM') return build.reduce('sum', x, null);
  if (how === 'batchmean') return build.apply('divide', build.reduce('sum', x, null), build.with('size', [x], { axis: 0 }));
  return count ? build.apply('divide', build.reduce('sum', x, null), count) : build.reduce('mean', x, null);
}

const squaredError = (build: Build, a: Node, b: Node): Node => build.apply('square', build.apply('subtract', a, b));

/** An axis of classes: the second one, or the last where classes are given by number. */
const classAxis = -1;

function binaryFromLogits(build: Build, x: Node, y: Node, positiveWeight: Node | null): Node {
  const { apply, number } = build;
  // y softplus(-x) + (1 - y) softplus(x)
  const positive = apply('multiply', y, apply('softplus', apply('negate', x)));
  const negative = apply('multiply', apply('subtract', number(1), y), apply('softplus', x));
  return apply('add', positiveWeight ? apply('multiply', positiveWeight, positive) : positive, negative);
}

function binaryFromProbabilities(build: Build, p: Node, y: Node): Node {
  const { apply, number } = build;
  const positive = apply('multiply', y, apply('log', p));
  const negative = apply('multiply', apply('subtract', number(1), y), apply('log', apply('subtract', number(1), p)));
  return apply('negate', apply('add', positive, negative));
}

const binary = (logits: boolean, names: { x: string; y: string }) => (build: Build, given: Given) => {
  const x = given.node(names.x);
  const y = given.node(names.y);
  if (!x || !y) return null;
  const fromLogits = logits || given.truth('from_logits') === true;
  const loss = fromLogits ? binaryFromLogits(build, x, y, given.node('pos_weight')) : binaryFromProbabilities(build, x, y);
  return loss;
};

const withReduction = (of: (build: Build, given: Given) => Node | null) => (build: Build, given: Given) => {
  const loss = of(build, given);
  const weight = given.node('weight') ?? given.node('sample_weight');
  return loss && reduced(build, given, weight ? build.apply('multiply', weight, loss) : loss);
};

/** PyTorch has classes on the second axis, others on the last: with two axes they are the same. */
const classesOf = ({ path }: Given): { axis?: number } => (/^(?:paddle|mlx|jax|keras|tensorflow|optax)/.test(path) ? {} : { axis: 1 });

/** Of labels (numbers of classes) or of probabilities of classes: told apart when shapes are known. */
function crossEntropy(build: Build, given: Given, logProbabilities: Node): Node | null {
  const target = given.node('target');
  if (!target) return null;
  const smoothing = given.node('label_smoothing');
  const { with: make, apply, number } = build;
  const args = [logProbabilities, target, smoothing ?? number(0)];
  const weight = given.node('weight');
  const loss = make('crossEntropy', weight ? [...args, weight] : args, classesOf(given));
  const ignored = given.node('ignore_index');
  if (!ignored) return reduced(build, given, loss);
  return reduced(build, given, make('leftOut', [loss, apply('notEqual', target, ignored)], { whereItHolds: false }));
}

const dividedBySum = (build: Build, x: Node, axes: readonly number[], p: number): Node =>
  build.apply('divide', x, build.with('norm', [x], { p, axes, keep: true }));

export const expansions: Readonly<Record<string, Expansion>> = {
  mse_loss: {
    parameters: ['input', 'target', 'size_average', 'reduce', 'reduction', 'weight'],
    expand: withReduction((build, given) => pair(build, given, squaredError)),
  },
  l1_loss: {
    parameters: ['input', 'target', 'size_average', 'reduce', 'reduction', 'weight'],
    expand: withReduction((build, given) => pair(build, given, (b, x, y) => b.apply('abs', b.apply('subtract', x, y)))),
  },
  cdist: {
    parameters: ['x1', 'x2', 'p', 'metric'],
    expand: ({ apply, with: make, reduce }, given) => {
      // SciPy names the distance where PyTorch gives the order of the norm.
      const metric = given.text('metric') ?? given.text('p') ?? 'euclidean';
      if (!['euclidean', 'sqeuclidean', '2'].includes(metric)) return null;
      return both(given, 'x1', 'x2', (x, y) => {
        const [rows, columns] = [make('expandDims', [x], { axis: -2 }), make('expandDims', [y], { axis: -3 })];
        const squares = reduce('sum', apply('square', apply('subtract', rows, columns)), [-1]);
        return metric === 'sqeuclidean' ? squares : apply('sqrt', squares);
      });
    },
  },
  // Optax' is of each element; TensorFlow's, of one array, is a sum.
  l2_loss: {
    parameters: ['x', 'y'],
    expand: ({ apply, number, reduce }, given) => {
      const [x, y] = [given.node('x') ?? given.node('predictions') ?? given.node('t'), given.node('y') ?? given.node('targets')];
      if (!x) return null;
      const squared = apply('square', y ? apply('subtract', x, y) : x);
      return apply('multiply', number(0.5), y ? squared : reduce('sum', squared, null));
    },
  },
  squared_difference: { parameters: ['x', 'y'], expand: (build, given) => both(given, 'x', 'y', (x, y) => squaredError(build, x, y)) },
  binary_cross_entropy: {
    parameters: ['input', 'target', 'weight', 'size_average', 'reduce', 'reduction'],
    expand: withReduction(binary(false, { x: 'input', y: 'target' })),
  },
  binary_cross_entropy_with_logits: {
    parameters: ['input', 'target', 'weight', 'size_average', 'reduce', 'reduction', 'pos_weight'],
    expand: withReduction(binary(true, { x: 'input', y: 'target' })),
  },
  sigmoid_binary_cross_entropy: { parameters: ['logits', 'labels'], expand: binary(true, { x: 'logits', y: 'labels' }) },
  sigmoid_cross_entropy_with_logits: { parameters: ['labels', 'logits'], expand: binary(true, { x: 'logits', y: 'labels' }) },
  softmax_cross_entropy: {
    parameters: ['logits', 'target', 'axis'],
    expand: (build, given) => categorical(build, given, 'logits', 'target', true),
  },
  softmax_cross_entropy_with_logits: {
    parameters: ['target', 'logits', 'axis'],
    expand: (build, given) => categorical(build, given, 'logits', 'target', true),
  },
  softmax_cross_entropy_with_integer_labels: {
    parameters: ['logits', 'target', 'axis'],
    expand: (build, given) => categorical(build, given, 'logits', 'target', true),
  },
  sparse_softmax_cross_entropy_with_logits: {
    parameters: ['target', 'logits'],
    expand: (build, given) => categorical(build, given, 'logits', 'target', true),
  },
  cross_entropy: {
    parameters: ['input', 'target', 'weight', 'size_average', 'ignore_index', 'reduce', 'reduction', 'label_smoothing'],
    expand: (build, given) => {
      const x = given.node('input');
      return x && crossEntropy(build, given, build.with('logSoftmaxOfClasses', [x], classesOf(given)));
    },
  },
  nll_loss: {
    parameters: ['input', 'target', 'weight', 'size_average', 'ignore_index', 'reduce', 'reduction'],
    expand: (build, given) => {
      const x = given.node('input');
      return x && crossEntropy(build, given, x);
    },
  },
  smooth_labels: {
    parameters: ['labels', 'alpha'],
    expand: ({ apply, number, with: make }, given) =>
      both(given, 'labels', 'alpha', (labels, alpha) =>
        apply(
          'add',
          apply('multiply', apply('subtract', number(1), alpha), labels),
          apply('divide', alpha, make('size', [labels], { axis: -1 })),
        ),
      ),
  },
  kl_div: {
    parameters: ['input', 'target', 'size_average', 'reduce', 'reduction', 'log_target'],
    expand: withReduction((build, given) =>
      pair(build, given, ({ apply }, x, y) =>
        given.truth('log_target') === true
          ? apply('multiply', apply('exp', y), apply('subtract', y, x))
          : apply('multiply', y, apply('subtract', apply('log', y), x)),
      ),
    ),
  },
  gaussian_nll_loss: {
    parameters: ['input', 'target', 'var', 'full', 'eps', 'reduction'],
    expand: withReduction((build, given) => {
      const variance = given.node('var');
      return (
        variance &&
        pair(build, given, (b, x, y) =>
          b.apply('multiply', b.number(0.5), b.apply('add', b.apply('log', variance), b.apply('divide', squaredError(b, x, y), variance))),
        )
      );
    }),
  },
  normalize: {
    parameters: ['input', 'p', 'dim', 'eps'],
    expand: (build, given) => {
      const x = given.node('input') ?? given.node('x');
      const axis = numberIn(given, 'dim') ?? numberIn(given, 'axis') ?? 1;
      return x && dividedBySum(build, x, [axis], numberIn(given, 'p') ?? 2);
    },
  },
  l2_normalize: {
    parameters: ['input', 'axis', 'epsilon'],
    expand: (build, given) => {
      const x = given.node('input') ?? given.node('x');
      return x && dividedBySum(build, x, [numberIn(given, 'axis') ?? classAxis], 2);
    },
  },
  cosine_similarity: {
    parameters: ['x1', 'x2', 'dim', 'eps'],
    expand: (build, given) =>
      both(given, 'x1', 'x2', (x, y) => {
        const axes = [numberIn(given, 'dim') ?? 1];
        const unit = (z: Node): Node => dividedBySum(build, z, axes, 2);
        return build.reduce('sum', build.apply('multiply', unit(x), unit(y)), axes);
      }),
  },
  layer_norm: {
    parameters: ['input', 'normalized_shape', 'weight', 'bias', 'eps'],
    expand: (build, given) => {
      const x = given.node('input');
      return x && affine(build, given, build.with('layerNorm', [x], {}));
    },
  },
  rms_norm: {
    parameters: ['input', 'normalized_shape', 'weight', 'eps'],
    expand: (build, given) => {
      const x = given.node('input');
      return (
        x &&
        affine(build, given, build.apply('multiply', x, build.apply('rsqrt', build.reduce('mean', build.apply('square', x), [-1], true))))
      );
    },
  },
  scaled_dot_product_attention: {
    parameters: ['query', 'key', 'value', 'attn_mask', 'dropout_p', 'is_causal', 'scale'],
    expand: ({ apply, with: make }, given) => {
      const [q, k, v] = [given.node('query'), given.node('key'), given.node('value')];
      if (!q || !k || !v) return null;
      const width = make('size', [q], { axis: -1 });
      const scale = given.node('scale') ?? apply('rsqrt', width);
      const scores = apply('multiply', apply('matmul', q, make('swapAxes', [k], { axes: [-2, -1] })), scale);
      const mask = given.node('attn_mask');
      return apply(
        'matmul',
        make('softmax', [mask ? make('leftOut', [scores, mask], { whereItHolds: false }) : scores], { axes: [-1] }),
        v,
      );
    },
  },
  addcmul: {
    parameters: ['x', 'tensor1', 'tensor2', 'value'],
    expand: ({ apply, number }, given) => {
      const [x, a, b] = [given.node('x'), given.node('tensor1'), given.node('tensor2')];
      return x && a && b && apply('add', x, apply('multiply', given.node('value') ?? number(1), apply('multiply', a, b)));
    },
  },
  addcdiv: {
    parameters: ['x', 'tensor1', 'tensor2', 'value'],
    expand: ({ apply, number }, given) => {
      const [x, a, b] = [given.node('x'), given.node('tensor1'), given.node('tensor2')];
      return x && a && b && apply('add', x, apply('multiply', given.node('value') ?? number(1), apply('divide', a, b)));
    },
  },
  baddbmm: { parameters: ['input', 'batch1', 'batch2', 'beta', 'alpha'], expand: addedProduct('batch1', 'batch2') },
  addmm: { parameters: ['input', 'mat1', 'mat2', 'beta', 'alpha'], expand: addedProduct('mat1', 'mat2') },
  masked_fill: {
    parameters: ['x', 'mask', 'value'],
    expand: ({ with: make }, given) => {
      const [x, mask, value] = [given.node('x'), given.node('mask'), given.node('value')];
      return x && mask && value && make('where', [mask, value, x], {});
    },
  },
  logaddexp: {
    parameters: ['x', 'y'],
    expand: ({ apply }, given) => both(given, 'x', 'y', (x, y) => apply('log', apply('add', apply('exp', x), apply('exp', y)))),
  },
  xlogy: {
    parameters: ['x', 'y'],
    expand: ({ apply }, given) => both(given, 'x', 'y', (x, y) => apply('multiply', x, apply('log', y))),
  },
  hypot: {
    parameters: ['x', 'y'],
    expand: ({ apply }, given) => both(given, 'x', 'y', (x, y) => apply('sqrt', apply('add', apply('square', x), apply('square', y)))),
  },
};

/** Keras' losses: the truth comes first, and what is averaged is the last axis. */
const kerasParameters = ['y_true', 'y_pred', 'from_logits', 'label_smoothing', 'axis'];

function kerasBinary(build: Build, given: Given, truth: Node, output: Node): Node {
  return given.truth('from_logits') === true ? binaryFromLogits(build, output, truth, null) : binaryFromProbabilities(build, output, truth);
}

function kerasCategorical(build: Build, given: Given, truth: Node, output: Node): Node {
  const logs = given.truth('from_logits') === true ? build.with('logSoftmax', [output], { axes: [-1] }) : build.apply('log', output);
  return build.with('crossEntropy', [logs, truth, given.node('label_smoothing') ?? build.number(0)], {});
}

const keras = (of: (build: Build, given: Given, truth: Node, output: Node) => Node | null) => (build: Build, given: Given) =>
  both(given, 'y_true', 'y_pred', (truth, output) => of(build, given, truth, output));

const kerasDivergence = ({ apply, reduce }: Build, p: Node, q: Node): Node =>
  reduce('sum', apply('multiply', p, apply('log', apply('divide', p, q))), [-1]);

const lastMean = (build: Build, x: Node): Node => build.reduce('mean', x, [-1]);

/** Losses of Keras as functions, one number for each example, and as objects, with a mean over all. */
export const kerasLosses: Readonly<Record<string, Expansion>> = Object.fromEntries(
  (
    [
      ['mean_squared_error mse', 'MeanSquaredError', (b, _given, x, y) => lastMean(b, squaredError(b, x, y))],
      ['mean_absolute_error mae', 'MeanAbsoluteError', (b, _given, x, y) => lastMean(b, b.apply('abs', b.apply('subtract', x, y)))],
      ['binary_crossentropy', 'BinaryCrossentropy', (b, given, x, y) => lastMean(b, kerasBinary(b, given, x, y))],
      [
        'categorical_crossentropy sparse_categorical_crossentropy',
        'CategoricalCrossentropy SparseCategoricalCrossentropy',
        kerasCategorical,
      ],
      ['kl_divergence kullback_leibler_divergence', 'KLDivergence', (b, _given, x, y) => kerasDivergence(b, x, y)],
    ] as const satisfies readonly (readonly [string, string, (build: Build, given: Given, truth: Node, output: Node) => Node])[]
  ).flatMap(([functions, classes, of]) => [
    ...functions.split(' ').map((name) => [name, { parameters: kerasParameters, expand: keras(of) }] as const),
    ...classes.split(' ').map(
      (name) =>
        [
          name,
          {
            parameters: kerasParameters,
            expand: keras((build, given, truth, output) => reduced(build, given, of(build, given, truth, output))),
          },
        ] as const,
    ),
  ]),
);

/** Other names of the same. A layer's class has the parameters of its function after what it is called with. */
export const alsoCalled: Readonly<Record<string, string>> = {
  MSELoss: 'mse_loss',
  squared_error: 'squared_difference',
  L1Loss: 'l1_loss',
  absolute_error: 'l1_elements',
  BCELoss: 'binary_cross_entropy',
  BCEWithLogitsLoss: 'binary_cross_entropy_with_logits',
  CrossEntropyLoss: 'cross_entropy',
  NLLLoss: 'nll_loss',
  KLDivLoss: 'kl_div',
  GaussianNLLLoss: 'gaussian_nll_loss',
  CosineSimilarity: 'cosine_similarity',
  dot_product_attention: 'scaled_dot_product_attention',
};

function pair(build: Build, given: Given, of: (build: Build, x: Node, y: Node) => Node): Node | null {
  return both(given, 'input', 'target', (x, y) => of(build, x, y));
}

function both<T>(given: Given, first: string, second: string, of: (x: Node, y: Node) => T): T | null {
  const x = given.node(first);
  const y = given.node(second);
  return x && y ? of(x, y) : null;
}

function numberIn(given: Given, name: string): number | null {
  const node = given.node(name);
  return node?.op === 'number' ? (node.attributes['value'] as number) : null;
}

function affine({ apply }: Build, given: Given, x: Node): Node {
  const weight = given.node('weight');
  const bias = given.node('bias');
  const scaled = weight ? apply('multiply', x, weight) : x;
  return bias ? apply('add', scaled, bias) : scaled;
}

function categorical(build: Build, given: Given, logits: string, target: string, fromLogits: boolean): Node | null {
  return both(given, logits, target, (x, y) =>
    build.with(
      'crossEntropy',
      [fromLogits ? build.with('logSoftmax', [x], { axes: [-1] }) : build.apply('log', x), y, build.number(0)],
      {},
    ),
  );
}

function addedProduct(first: string, second: string) {
  return ({ apply }: Build, given: Given): Node | null => {
    const [x, a, b] = [given.node('input') ?? given.node('x'), given.node(first), given.node(second)];
    if (!x || !a || !b) return null;
    const [beta, alpha] = [given.node('beta'), given.node('alpha')];
    const product = apply('matmul', a, b);
    const scaled = alpha ? apply('multiply', product, alpha) : product;
    if (beta?.op === 'number' && beta.attributes['value'] === 0) return scaled;
    return apply('add', beta ? apply('multiply', beta, x) : x, scaled);
  };
}
