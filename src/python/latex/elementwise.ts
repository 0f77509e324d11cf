/** Operations on one number or several, element by element. */

import type { Given, Operation } from './operation.ts';
import {
  at,
  atom,
  bracketed,
  called,
  cases,
  exponential,
  fenced,
  indexed,
  joined,
  level,
  list,
  negative,
  number,
  power,
  prefixed,
  product,
  quotient,
  root,
  sum,
  type Piece,
} from './pieces.ts';

const one = number(1);
const two = number(2);

export const square = (piece: Piece): Piece => power(piece, two);
export const absolute = (piece: Piece): Piece => fenced(String.raw`\lvert `, piece, String.raw`\rvert `);
export const floor = (piece: Piece): Piece => fenced(String.raw`\lfloor `, piece, String.raw`\rfloor `);
export const logarithm = (piece: Piece): Piece => prefixed(String.raw`\log`, piece);
export const exp = (given: Given, piece: Piece): Piece => exponential(piece, !given.isTaken('e'));
/** By its letter, where no variable has that. */
export const sigmoid = (given: Given, piece: Piece): Piece => {
  const isTaken = given.isTaken(String.raw`\sigma`);
  return isTaken ? called('sigmoid', piece) : { ...called('', piece), latex: String.raw`\sigma${bracketed(piece).latex}` };
};
export const softplus = (given: Given, piece: Piece): Piece => logarithm(sum(one, '+', exp(given, piece)));
export const choice = (name: 'max' | 'min', pieces: readonly Piece[]): Piece => ({
  ...called(name, ...pieces),
  latex: `\\${name}${bracketed(list(pieces)).latex}`,
});

const unary = (names: string, write: (piece: Piece, given: Given) => Piece): Operation => ({
  names,
  takes: 'x|input|a|self|features|tensor',
  write: (given) => write(given.of('x'), given),
});
const binary = (names: string, write: (x: Piece, y: Piece, given: Given) => Piece): Operation => ({
  names,
  takes: 'x|input|a|x1 y|other|b|x2|exponent',
  write: (given) => write(given.of('x'), given.of('y'), given),
});
const trigonometric = (names: string, command: string): Operation => unary(names, (x) => prefixed(command, x));
const byName = (names: string): Operation => unary(names, (x) => called(names.split(' ')[0]!.replaceAll('_', String.raw`\_`), x));

/** Several times what is added, as `torch.add(x, y, alpha=2)`. */
const scaledBy = (given: Given, name: string, piece: Piece): Piece => (given.has(name) ? product(given.of(name), piece) : piece);

export const elementwise: readonly Operation[] = [
  {
    names: 'add',
    takes: 'x|input|a|x1 y|other|b|x2 alpha?',
    write: (given) => sum(given.of('x'), '+', scaledBy(given, 'alpha', given.of('y'))),
  },
  {
    names: 'sub subtract',
    takes: 'x|input|a|x1 y|other|b|x2 alpha?',
    write: (given) => sum(given.of('x'), '-', scaledBy(given, 'alpha', given.of('y'))),
  },
  binary('rsub', (x, y) => sum(y, '-', x)),
  binary('mul multiply', product),
  binary('div divide true_divide truediv divide_no_nan', quotient),
  binary('pow power float_power', power),
  binary('remainder mod fmod floormod', (x, y) => modulo(x, y)),
  binary('floor_divide floordiv', (x, y) => floor(quotient(x, y))),
  binary('maximum fmax', (x, y) => choice('max', [x, y])),
  binary('minimum fmin', (x, y) => choice('min', [x, y])),
  binary('squared_difference', (x, y) => square(sum(x, '-', y))),
  binary('hypot', (x, y) => root(sum(square(x), '+', square(y)))),
  binary('atan2 arctan2', (x, y) => called('atan2', x, y)),
  binary('logaddexp', (x, y, given) => logarithm(sum(exp(given, x), '+', exp(given, y)))),
  binary('xlogy', (x, y) => product(x, logarithm(y))),
  binary('comb', (x, y) => atom(String.raw`\binom{${x.latex}}{${y.latex}}`, 2)),
  binary('gcd', (x, y) => ({ ...called('gcd', x, y), latex: String.raw`\gcd${bracketed(list([x, y])).latex}` })),
  unary('neg negative', negative),
  unary('square', square),
  unary('sqrt', (x) => root(x)),
  unary('rsqrt', (x) => quotient(one, root(x))),
  unary('cbrt', (x) => root(x, '3')),
  unary('reciprocal', (x) => quotient(one, x)),
  unary('exp', (x, given) => exp(given, x)),
  unary('exp2', (x) => power(two, x)),
  unary('expm1', (x, given) => sum(exp(given, x), '-', one)),
  {
    names: 'log',
    takes: 'x|input|a base?',
    write: (given) =>
      given.has('base') ? prefixed(String.raw`\log_{${given.of('base').latex}}`, given.of('x')) : logarithm(given.of('x')),
  },
  unary('log2', (x) => prefixed(String.raw`\log_{2}`, x)),
  unary('log10', (x) => prefixed(String.raw`\log_{10}`, x)),
  unary('log1p', (x) => logarithm(sum(one, '+', x))),
  unary('abs absolute fabs', absolute),
  unary('floor', floor),
  unary('ceil', (x) => fenced(String.raw`\lceil `, x, String.raw`\rceil `)),
  { names: 'round', takes: 'x|input|a n|decimals|ndigits?', write: (given) => called('round', given.of('x')) },
  unary('sign sgn', (x) => called('sign', x)),
  unary('trunc fix', (x) => called('trunc', x)),
  unary('factorial', (x) => ({ ...at(level.atom, x), latex: `${at(level.atom, x).latex}!`, level: level.power })),
  unary('gamma', (x) => ({ ...called('', x), latex: String.raw`\Gamma${bracketed(x).latex}` })),
  unary('lgamma gammaln loggamma', (x) => logarithm({ ...called('', x), latex: String.raw`\Gamma${bracketed(x).latex}` })),
  unary('digamma psi', (x) => ({ ...called('', x), latex: String.raw`\psi${bracketed(x).latex}` })),
  ...['sin', 'cos', 'tan', 'sinh', 'cosh', 'tanh', 'cot', 'sec', 'csc', 'coth'].map((name) => trigonometric(name, `\\${name}`)),
  trigonometric('asin arcsin', String.raw`\arcsin`),
  trigonometric('acos arccos', String.raw`\arccos`),
  trigonometric('atan arctan', String.raw`\arctan`),
  ...[
    'arsinh asinh arcsinh',
    'arcosh acosh arccosh',
    'artanh atanh arctanh',
    'sech',
    'csch',
    'arcsec asec',
    'arccsc acsc',
    'arccot acot',
  ].map(byName),
  unary('sigmoid expit', (x, given) => sigmoid(given, x)),
  unary('logsigmoid log_sigmoid', (x, given) => logarithm(sigmoid(given, x))),
  unary('logit', (x) => called('logit', x)),
  {
    names: 'softplus',
    takes: 'x|input|features beta? threshold?',
    write: (given) => {
      if (!given.has('beta')) return softplus(given, given.of('x'));
      return product(quotient(one, given.of('beta')), softplus(given, product(given.of('beta'), given.of('x'))));
    },
  },
  unary('relu', (x) => choice('max', [number(0), x])),
  unary('relu6', (x) => choice('min', [choice('max', [number(0), x]), number(6)])),
  {
    names: 'leaky_relu',
    takes: 'x|input|features alpha|negative_slope?',
    write: (given) => called(String.raw`leaky\_relu`, given.of('x')),
  },
  ...[
    'gelu',
    'silu swish',
    'elu',
    'selu',
    'mish',
    'hardtanh',
    'hardsigmoid',
    'erf',
    'erfc',
    'erfinv',
    'tanhshrink',
    'softsign',
    'isnan',
    'isfinite',
  ].map(byName),
  {
    names: 'clamp clip clip_by_value clamp_ hardclip',
    takes: 'x|input|a min|a_min|clip_value_min|low|lower? max|a_max|clip_value_max|high|upper?',
    write: clipped,
  },
  { names: 'clamp_min', takes: 'x|input min', write: (given) => choice('max', [given.of('x'), given.of('min')]) },
  { names: 'clamp_max', takes: 'x|input max', write: (given) => choice('min', [given.of('x'), given.of('max')]) },
  {
    names: 'lerp',
    takes: 'x|input|start y|end w|weight',
    write: (given) => sum(given.of('x'), '+', product(given.of('w'), sum(given.of('y'), '-', given.of('x')))),
  },
  {
    names: 'addcmul',
    takes: 'x|input a|tensor1 b|tensor2 value?',
    write: (given) => sum(given.of('x'), '+', scaledBy(given, 'value', product(given.of('a'), given.of('b')))),
  },
  {
    names: 'addcdiv',
    takes: 'x|input a|tensor1 b|tensor2 value?',
    write: (given) => sum(given.of('x'), '+', scaledBy(given, 'value', quotient(given.of('a'), given.of('b')))),
  },
  {
    names: 'where select',
    takes: 'condition|pred|cond x|input|on_true y|other|on_false',
    write: (given) => chosen(given, 'condition', 'x', 'y'),
  },
  { names: 'masked_fill', takes: 'x|input mask value', write: (given) => chosen(given, 'mask', 'value', 'x') },
  { names: 'if_else cond', takes: 'condition|pred x|true_fn y|false_fn', write: () => null },
  {
    names: 'logical_and',
    takes: 'x|input y|other',
    write: (given) => joined(at(level.and, given.of('x')), String.raw`\land`, at(level.and, given.of('y')), level.and),
  },
  {
    names: 'logical_or',
    takes: 'x|input y|other',
    write: (given) => joined(at(level.or, given.of('x')), String.raw`\lor`, at(level.or, given.of('y')), level.or),
  },
  unary('logical_not', (x) => ({ ...at(level.not, x), latex: String.raw`\lnot ${at(level.not, x).latex}`, level: level.not })),
  ...(
    [
      ['eq equal', '='],
      ['ne not_equal', String.raw`\ne`],
      ['lt less', '<'],
      ['le less_equal', String.raw`\le`],
      ['gt greater', '>'],
      ['ge greater_equal', String.raw`\ge`],
    ] as const
  ).map(([names, sign]) => binary(names, (x, y) => joined(at(level.other, x), sign, at(level.other, y), level.comparison))),
];

export const modulo = (x: Piece, y: Piece): Piece => joined(at(level.product, x), String.raw`\bmod`, at(level.prefix, y), level.other);

const chosen = (given: Given, test: string, then: string, otherwise: string): Piece =>
  cases([
    { value: given.of(then), test: given.of(test) },
    { value: given.of(otherwise), test: null },
  ]);

function clipped(given: Given): Piece {
  const isNone = (name: string): boolean => {
    const node = given.node(name);
    return node === undefined || (node.kind === 'constant' && node.value === null);
  };
  const x = given.of('x');
  if (isNone('min') && isNone('max')) return x;
  if (isNone('max')) return choice('max', [x, given.of('min')]);
  if (isNone('min')) return choice('min', [x, given.of('max')]);
  return called('clip', x, given.of('min'), given.of('max'));
}

/** The name of a function with an index. */
export const withIndex = (name: string, index: Piece | null): Piece =>
  index ? indexed(atom(String.raw`\mathrm{${name}}`), [index]) : atom(String.raw`\mathrm{${name}}`);
