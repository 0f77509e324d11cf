/**
 * Code computed on arrays of one element: what is equal for arrays of every shape is equal there, and one number costs next to nothing.
 * Nearly all bindings end here.
 */

import { erf } from '../../../maths/special.ts';
import { measuring, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../cut.ts';
import { withoutTiny } from '../comparison/tiny.ts';

type Step = (values: Float64Array, tangents: Float64Array) => void;

export interface Program {
  readonly steps: readonly Step[];
  readonly places: ReadonlyMap<Node, number>;
  readonly values: Float64Array;
  readonly tangents: Float64Array;
  readonly result: number;
}

const same: ReadonlySet<string> = new Set(
  'sum mean amax amin product logSumExp reshape expand flatten expandDims squeeze permute swapAxes moveAxis tile flip roll diagonal diag diagonalMatrix triangle rearrange einopsReduce einopsRepeat trace cumulativeSum cumulativeProduct let inline choice leftOut'.split(
    ' ',
  ),
);

type Unary = readonly [value: (x: number) => number, slope: (x: number, y: number) => number];

const logistic = (x: number): number => 1 / (1 + Math.exp(-x));
const softplus = (x: number): number => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

const unary: Readonly<Record<string, Unary>> = {
  negate: [(x) => -x, () => -1],
  exp: [Math.exp, (_x, y) => y],
  expm1: [Math.expm1, (_x, y) => y + 1],
  exp2: [(x) => 2 ** x, (_x, y) => y * Math.LN2],
  log: [Math.log, (x) => 1 / x],
  log1p: [Math.log1p, (x) => 1 / (1 + x)],
  log2: [Math.log2, (x) => 1 / (x * Math.LN2)],
  log10: [Math.log10, (x) => 1 / (x * Math.LN10)],
  sqrt: [Math.sqrt, (_x, y) => 0.5 / y],
  rsqrt: [(x) => 1 / Math.sqrt(x), (x, y) => (-0.5 * y) / x],
  square: [(x) => x * x, (x) => 2 * x],
  reciprocal: [(x) => 1 / x, (_x, y) => -y * y],
  abs: [Math.abs, (x) => Math.sign(x)],
  sign: [Math.sign, () => 0],
  sin: [Math.sin, (x) => Math.cos(x)],
  cos: [Math.cos, (x) => -Math.sin(x)],
  tanh: [Math.tanh, (_x, y) => 1 - y * y],
  sigmoid: [logistic, (_x, y) => y * (1 - y)],
  logSigmoid: [(x) => -softplus(-x), (x) => logistic(-x)],
  softplus: [softplus, (x) => logistic(x)],
  relu: [(x) => Math.max(x, 0), (x) => (x > 0 ? 1 : 0)],
  erf: [erf, (x) => (2 / Math.sqrt(Math.PI)) * Math.exp(-x * x)],
  floor: [Math.floor, () => 0],
  ceil: [Math.ceil, () => 0],
  // Of a matrix of one row and one column.
  inverse: [(x) => 1 / x, (_x, y) => -y * y],
  determinant: [(x) => x, () => 1],
  logAbsDeterminant: [(x) => Math.log(Math.abs(x)), (x) => 1 / x],
  cholesky: [Math.sqrt, (_x, y) => 0.5 / y],
  logicalNot: [(x) => (x === 0 ? 1 : 0), () => 0],
  softmax: [() => 1, () => 0],
  logSoftmax: [() => 0, () => 0],
  logSoftmaxOfClasses: [() => 0, () => 0],
};

const tests: Readonly<Record<string, (a: number, b: number) => boolean>> = {
  less: (a, b) => a < b,
  lessEqual: (a, b) => a <= b,
  greater: (a, b) => a > b,
  greaterEqual: (a, b) => a >= b,
  equal: (a, b) => a === b,
  notEqual: (a, b) => a !== b,
  logicalAnd: (a, b) => a !== 0 && b !== 0,
  logicalOr: (a, b) => a !== 0 || b !== 0,
};

/** null where an operation has no value for one element, or one that says nothing of others. */
export function compile({ order, inputs, root }: Cut, alternative: number): Program | null {
  const places = new Map<Node, number>();
  const given = new Set(inputs);
  const steps: Step[] = [];
  const values = new Float64Array(order.length);
  const tangents = new Float64Array(order.length);
  for (const [place, node] of order.entries()) {
    places.set(node, place);
    if (given.has(node)) continue;
    if (node.op === 'number') {
      values[place] = node.attributes['value'] as number;
      continue;
    }
    if (measuring.has(node.op)) {
      values[place] = 1;
      continue;
    }
    const args = argsOf(node, { alternative });
    const kept = withoutTiny(node.op, args);
    const step =
      kept === null
        ? stepOf(
            node,
            place,
            args.map((arg) => places.get(arg)!),
            args,
            root,
          )
        : copy(place, places.get(args[kept]!)!);
    if (!step) return null;
    steps.push(step);
  }
  return { steps, places, values, tangents, result: places.get(root)! };
}

const copy =
  (to: number, from: number): Step =>
  (v, t) => {
    v[to] = v[from]!;
    t[to] = t[from]!;
  };

function stepOf(node: Node, to: number, [a = 0, b = 0, c = 0]: readonly number[], args: readonly Node[], root: Node): Step | null {
  const { op } = node;
  if (same.has(op) || (op === 'einsum' && args.length === 1)) return copy(to, a);
  const one = unary[op];
  if (one) {
    const [value, slope] = one;
    return (v, t) => {
      const x = v[a]!;
      const y = value(x);
      v[to] = y;
      t[to] = t[a] === 0 ? 0 : t[a]! * slope(x, y);
    };
  }
  const test = tests[op];
  if (test)
    return (v, t) => {
      v[to] = test(v[a]!, v[b]!) ? 1 : 0;
      t[to] = 0;
    };
  switch (op) {
    case 'detach':
      return (v, t) => {
        v[to] = v[a]!;
        t[to] = node === root ? t[a]! : 0;
      };
    case 'add':
      return (v, t) => {
        v[to] = v[a]! + v[b]!;
        t[to] = t[a]! + t[b]!;
      };
    case 'subtract':
      return (v, t) => {
        v[to] = v[a]! - v[b]!;
        t[to] = t[a]! - t[b]!;
      };
    case 'multiply':
    case 'matmul':
    case 'outer':
    case 'einsum':
      return args.length === 2
        ? (v, t) => {
            v[to] = v[a]! * v[b]!;
            t[to] = t[a]! * v[b]! + v[a]! * t[b]!;
          }
        : null;
    case 'divide':
      return (v, t) => {
        const y = v[a]! / v[b]!;
        v[to] = y;
        t[to] = (t[a]! - y * t[b]!) / v[b]!;
      };
    case 'floorDivide':
      return (v, t) => {
        v[to] = Math.floor(v[a]! / v[b]!);
        t[to] = 0;
      };
    case 'power':
      return (v, t) => {
        const [x, y] = [v[a]!, v[b]!];
        v[to] = x ** y;
        t[to] = (t[a] === 0 ? 0 : t[a]! * y * x ** (y - 1)) + (t[b] === 0 ? 0 : t[b]! * x ** y * Math.log(x));
      };
    case 'maximum':
    case 'minimum':
      return (v, t) => {
        const first = op === 'maximum' ? v[a]! >= v[b]! : v[a]! <= v[b]!;
        v[to] = first ? v[a]! : v[b]!;
        t[to] = first ? t[a]! : t[b]!;
      };
    case 'clamp':
      return (v, t) => {
        const x = v[a]!;
        const from = x < v[b]! ? b : x > v[c]! ? c : a;
        v[to] = v[from]!;
        t[to] = t[from]!;
      };
    case 'where':
      return (v, t) => {
        const from = v[a] === 0 ? c : b;
        v[to] = v[from]!;
        t[to] = t[from]!;
      };
    case 'lerp':
      return (v, t) => {
        v[to] = v[a]! + v[c]! * (v[b]! - v[a]!);
        t[to] = t[a]! + v[c]! * (t[b]! - t[a]!) + t[c]! * (v[b]! - v[a]!);
      };
    case 'norm':
      return (v, t) => {
        v[to] = Math.abs(v[a]!);
        t[to] = t[a]! * Math.sign(v[a]!);
      };
    // What is picked out, or stands beside others: it is all the same.
    case 'index':
    case 'gather':
    case 'part':
      return copy(to, a);
    default:
      return null;
  }
}

/** The result and its derivative are then at `result`. */
export function execute({ steps, values, tangents }: Program): void {
  for (const step of steps) step(values, tangents);
}
