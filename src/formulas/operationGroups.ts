/** Operations any of which can do a job. A reading that needs the job done names the group. */

/** Logarithms and exponentials, and what is made of them. */
export const logarithmic: readonly string[] = [
  ...['log', 'log1p', 'log2', 'log10', 'exp', 'exp2', 'expm1', 'power', 'softplus', 'sigmoid', 'logSigmoid', 'logAbsDeterminant'],
];

/** Squares, and sums of them. */
export const squared: readonly string[] = ['square', 'multiply', 'power', 'norm', 'matmul', 'einsum', 'outer', 'variance'];

/** What a log-probability of two classes is made with. */
export const logistic: readonly string[] = ['log', 'log1p', 'softplus', 'logSigmoid', 'logSumExp', 'crossEntropy', 'logSoftmax'];

/** Logarithms of sums of exponentials, and plain ones. */
export const logarithms: readonly string[] = ['log', 'log1p', 'log2', 'logSumExp', 'logSoftmax', 'logSoftmaxOfClasses', 'crossEntropy'];

/** Sums of exponentials. */
export const exponentials: readonly string[] = ['exp', 'logSumExp', 'softmax', 'logSoftmax', 'logSoftmaxOfClasses', 'crossEntropy'];

/** All pairs of rows. */
export const pairs: readonly string[] = ['matmul', 'einsum', 'outer', 'expandDims', 'index', 'expand', 'tile', 'cdist', 'einopsRepeat'];

/** One of each row: its own, or all but its own. */
export const ownOfRow: readonly string[] = [
  ...['crossEntropy', 'diagonal', 'diag', 'trace', 'eye', 'gather', 'index', 'oneHot', 'arange', 'triangle', 'einsum', 'masked', 'part'],
  ...['diagonalMatrix', 'concatenate', 'roll'],
];

/** What leaves out, or takes off, what a row has of itself. */
export const selfLeftOut: readonly string[] = [
  ...[
    'eye',
    'diagonal',
    'diag',
    'diagonalMatrix',
    'triangle',
    'notEqual',
    'equal',
    'logicalNot',
    'masked',
    'where',
    'select',
    'concatenate',
  ],
];

/** What leaves the smaller or larger of two things. */
export const choosing: readonly string[] = ['relu', 'maximum', 'minimum', 'clamp', 'where', 'amax', 'amin', 'max', 'min', 'abs'];

/** Differences, and sums of what was negated. */
export const differences: readonly string[] = ['subtract', 'negate', 'add', 'lerp', 'divide'];

export const held: readonly string[] = ['detach'];
