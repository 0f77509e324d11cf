/**
 * How libraries spell operations. One line an operation: what it is called here, every name that PyTorch, JAX, NumPy, TensorFlow and Keras
 * have for it, and what it is given, in order. A method of an array is the same with the array first.
 */

const spellings = `
negate: neg negative (x)
exp: exp (x)
exp2: exp2 (x)
expm1: expm1 (x)
log: log ln (x)
log1p: log1p (x)
log2: log2 (x)
log10: log10 (x)
sqrt: sqrt (x)
rsqrt: rsqrt (x)
square: square (x)
reciprocal: reciprocal (x)
abs: abs absolute fabs (x)
sign: sign sgn (x)
sin: sin (x)
cos: cos (x)
tan: tan (x)
tanh: tanh (x)
sigmoid: sigmoid expit (x)
logSigmoid: logsigmoid log_sigmoid LogSigmoid (x)
softplus: softplus Softplus (x beta)
relu: relu ReLU (x)
silu: silu swish SiLU (x)
gelu: gelu GELU (x)
erf: erf (x)
erfinv: erfinv (x)
lgamma: lgamma gammaln (x)
digamma: digamma (x)
floor: floor (x)
ceil: ceil (x)
round: round rint (x)
logicalNot: logical_not (x)
isFinite: isfinite is_finite (x)
add: add (x y alpha)
subtract: sub subtract (x y alpha)
multiply: mul multiply (x y)
divide: div divide true_divide divide_no_nan truediv (x y)
power: pow power float_power (x y)
maximum: maximum fmax (x y)
minimum: minimum fmin (x y)
floorDivide: floor_divide floordiv (x y)
remainder: remainder fmod mod (x y)
atan2: atan2 arctan2 (x y)
less: lt less (x y)
lessEqual: le less_equal (x y)
greater: gt greater (x y)
greaterEqual: ge greater_equal (x y)
equal: eq equal (x y)
notEqual: ne not_equal (x y)
logicalAnd: logical_and (x y)
logicalOr: logical_or (x y)
matmul: matmul mm bmm mv dot vdot batch_dot (x y)
outer: outer ger (x y)
lerp: lerp (x y weight)
sum: sum reduce_sum nansum (x axis keep)
mean: mean reduce_mean nanmean (x axis keep)
amax: amax reduce_max (x axis keep)
amin: amin reduce_min (x axis keep)
product: prod reduce_prod (x axis keep)
logSumExp: logsumexp reduce_logsumexp log_sum_exp (x axis keep)
all: all reduce_all (x axis keep)
any: any reduce_any (x axis keep)
softmax: softmax Softmax (x axis)
logSoftmax: log_softmax LogSoftmax (x axis)
cumulativeSum: cumsum (x axis)
cumulativeProduct: cumprod (x axis)
argmax: argmax (x axis)
argmin: argmin (x axis)
trace: trace (x)
inverse: inv inverse pinv (x)
determinant: det (x)
logAbsDeterminant: logdet (x)
cholesky: cholesky (x)
solve: solve solve_triangular (x y)
oneHot: one_hot (x classes)
flip: flip (x axis)
`;

/** Names of a parameter that mean the same. */
const aliases: Readonly<Record<string, readonly string[]>> = {
  x: ['input', 'a', 'tensor', 'input_tensor', 'arr', 'array', 'inputs', 'x1', 'base', 'logits', 'self', 'values', 'condition', 'indices'],
  y: ['other', 'b', 'exponent', 'x2', 'mat2', 'vec2'],
  axis: ['dim', 'axes', 'reduction_indices', 'dims'],
  keep: ['keepdim', 'keepdims', 'keep_dims'],
  classes: ['num_classes', 'depth'],
};

export interface Signature {
  readonly operation: string;
  readonly parameters: readonly string[];
}

export const signatures: ReadonlyMap<string, Signature> = parse(spellings);

function parse(lines: string): Map<string, Signature> {
  const found = new Map<string, Signature>();
  for (const line of lines.trim().split('\n')) {
    const [, operation = '', names = '', parameters = ''] = /^(\w+): ([\w ]+) \(([\w ]+)\)$/.exec(line) ?? [];
    for (const name of names.split(' ')) found.set(name, { operation, parameters: parameters.split(' ') });
  }
  return found;
}

const canonical: ReadonlyMap<string, string> = new Map(
  Object.entries(aliases).flatMap(([name, others]) => others.map((other) => [other, name] as const)),
);

/** The name by which the table knows a keyword argument; a name may mean itself in one signature and an alias in another. */
export function parameterName(keyword: string, parameters: readonly string[]): string {
  return parameters.includes(keyword) ? keyword : (canonical.get(keyword) ?? keyword);
}

/** Calls that leave numbers as they are. */
export const identities: ReadonlySet<string> = new Set(
  `float double half bfloat16 bfloat long int bool to type type_as cuda cpu contiguous clone requires_grad_ requires_grad astype cast numpy item tolist
   device_put asarray as_tensor tensor array convert_to_tensor identity Parameter Identity Dropout Dropout1d Dropout2d dropout alpha_dropout
   ascontiguousarray atleast_1d nan_to_num ensure_tensor copy retain_grad view_as_real block_until_ready deepcopy checkpoint_name
   with_sharding_constraint as_subclass unwrap Variable variable from_numpy constant float32 float64 float16 int32 int64`
    .split(/\s+/)
    .filter(Boolean),
);

/** Calls whose result is held constant. */
export const detaching: ReadonlySet<string> = new Set(['detach', 'detach_', 'stop_gradient', 'StopGradient', 'no_gradient']);
