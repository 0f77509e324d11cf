/**
 * What Python code computes, as a graph over named arrays. Equal computations are one node, so that two pieces of code that hold the
 * same value hold the same node.
 */

export type Attribute = number | string | boolean | null | readonly (number | null)[];
export type Attributes = Readonly<Record<string, Attribute>>;

export interface Node {
  readonly id: number;
  /** An operation of `operations.ts`, or one of the kinds below. */
  readonly op: string;
  readonly args: readonly Node[];
  readonly attributes: Attributes;
}

/**
 * Nodes whose value the code does not tell:
 * `parameter`, `global` (a name from elsewhere), `attribute` (of args[0], or of the object that a method is of where there is none),
 * `opaque` (what a call returned that cannot be followed; attribute `callee`, args what it was given), `item` (one of what args[0]
 * holds), `carried` (a variable at the start of a round of a loop; args[0] what it was before), `normal` and `uniform` (drawn),
 * `gradient` (of args[0] with respect to args[1]), `unread`.
 */
export const leaves: ReadonlySet<string> = new Set([
  'parameter',
  'global',
  'attribute',
  'opaque',
  'item',
  'carried',
  'normal',
  'uniform',
  'gradient',
  'unread',
]);

/**
 * Nodes that are their first argument and remember how it came about: `let` (attribute `name`: a variable), `inline` (attribute
 * `callee`: a function of the file, which defines it as `own`, or a library's, whose body is followed; the other args are what it was given). `leftOut` is its first
 * argument too, without what a mask (the second one) leaves out: where it holds, or (`whereItHolds` false) where it does not.
 */
export const wrappers: ReadonlySet<string> = new Set(['let', 'inline']);

/** Operations that ask for lengths of axes, not for numbers. */
export const measuring: ReadonlySet<string> = new Set(['shape', 'size', 'rank', 'count']);

/** What a node is computed from: of a wrapper what it holds, without what it was given. */
export function operandsOf({ op, args }: Node): readonly Node[] {
  return wrappers.has(op) ? args.slice(0, 1) : args;
}

/** What a call that is not followed was given, without what is called. */
export const argumentsOf = ({ args, attributes }: Node): readonly Node[] => (attributes['bound'] === true ? args.slice(1) : args);

/** The computation itself, without names. */
export function unwrap(node: Node): Node {
  let inner = node;
  while (wrappers.has(inner.op)) inner = inner.args[0]!;
  return inner;
}

/** The number that a node is, where it is one whatever the inputs are. */
export function numberOf(node: Node): number | null {
  const inner = unwrap(node);
  return inner.op === 'number' ? (inner.attributes['value'] as number) : null;
}

const users = new WeakMap<Node, Node[]>();

/** What is computed from a node, of all that the code around it holds. */
export const usersOf = (node: Node): readonly Node[] => users.get(node) ?? [];

/** More nodes than this make what is computed opaque: code that is too large to be one formula. */
const nodeLimit = 20_000;

export class TooLarge extends Error {}

/** Makes nodes, each once. */
export class Graph {
  /** As it is written: nothing is made into what has the same value only where no number is too large or too small. */
  readonly literal: boolean;
  readonly #nodes = new Map<string, Node>();
  #draws = 0;

  constructor({ literal = false } = {}) {
    this.literal = literal;
  }

  make(op: string, args: readonly Node[] = [], attributes: Attributes = {}): Node {
    const key = `${op}|${args.map(({ id }) => id).join(',')}|${attributeKey(attributes)}`;
    const known = this.#nodes.get(key);
    if (known) return known;
    if (this.#nodes.size >= nodeLimit) throw new TooLarge();
    const node: Node = { id: this.#nodes.size, op, args, attributes };
    this.#nodes.set(key, node);
    for (const arg of args) {
      const beside = users.get(arg);
      if (beside) beside.push(node);
      else users.set(arg, [node]);
    }
    return node;
  }

  number(value: number): Node {
    return this.make('number', [], { value });
  }

  /** A value that differs from every other, though the code that makes it may be the same: a draw. */
  draw(op: string, args: readonly Node[], attributes: Attributes = {}): Node {
    return this.make(op, args, { ...attributes, draw: this.#draws++ });
  }

  /** An operation on numbers alone is done; powers and products that are squares or roots are named as such. */
  apply(op: string, args: readonly Node[], attributes: Attributes = {}): Node {
    const simple = this.#simplified(op, args);
    return simple ?? this.make(op, args, attributes);
  }

  #simplified(op: string, args: readonly Node[]): Node | null {
    const folded = this.#folded(op, args);
    if (folded || this.literal) return folded;
    const [a, b] = args;
    if (a && !b && op === 'square' && unwrap(a).op === 'sqrt') return unwrap(a).args[0]!;
    if (a && !b && op === 'square' && a.op === 'abs') return this.apply('square', a.args);
    if (a && !b && op === 'log') {
      const sum = this.#logOfProducts(a);
      if (sum) return sum;
    }
    if (a && b && args.length === 2) {
      const y = numberOf(b);
      if (op === 'multiply' && a === b) return this.apply('square', [a]);
      const scores = op === 'divide' ? scoresOf(a, b) : null;
      if (scores) return this.make('softmax', [scores], { axes: unwrap(b).attributes['axes']! });
      // `r @ r`: of a vector, as residuals are.
      if (op === 'matmul' && unwrap(a) === unwrap(b) && (unwrap(a).op === 'subtract' || unwrap(a).op === 'flatten'))
        return this.make('sum', [this.apply('square', [a])], { axes: null, keep: false });
      if (op === 'power' && y !== null) {
        const named = { 2: 'square', 0.5: 'sqrt', [-0.5]: 'rsqrt', [-1]: 'reciprocal' }[y];
        if (named) return this.apply(named, [a]);
        if (y === 1) return a;
      }
    }
    return null;
  }

  /** Of numbers alone. */
  #folded(op: string, args: readonly Node[]): Node | null {
    const [x, y] = args.map(numberOf);
    if (args.length === 1 && op === 'negate' && typeof x === 'number') return this.number(-x);
    const compute = arithmetic[op];
    return args.length === 2 && compute && typeof x === 'number' && typeof y === 'number' ? this.number(compute(x, y)) : null;
  }

  /** The logarithm of a product along an axis is the sum of logarithms: determinants of diagonal matrices. */
  #logOfProducts(node: Node): Node | null {
    const { op, args, attributes } = unwrap(node);
    if (op === 'product') return this.make('sum', [this.apply('log', args)], attributes);
    if (op !== 'divide' || !args.some((arg) => unwrap(arg).op === 'product')) return null;
    return this.apply(
      'subtract',
      args.map((arg) => this.apply('log', [arg])),
    );
  }
}

/** Of `e / e.sum(axis, keepdims=True)`, where e is an exponential, what it is of; the greatest of them may be taken off first. */
function scoresOf(a: Node, b: Node): Node | null {
  const [above, below] = [unwrap(a), unwrap(b)];
  const { axes, keep } = below.attributes;
  if (above.op !== 'exp' || below.op !== 'sum' || unwrap(below.args[0]!) !== above || keep !== true) return null;
  if (!Array.isArray(axes) || axes.length !== 1) return null;
  const scores = above.args[0]!;
  const { op, args } = unwrap(scores);
  if (op !== 'subtract') return scores;
  let greatest = unwrap(args[1]!);
  while (greatest.op === 'detach') greatest = unwrap(greatest.args[0]!);
  const isTheirs = greatest.op === 'amax' && unwrap(greatest.args[0]!) === unwrap(args[0]!);
  return isTheirs ? args[0]! : scores;
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  add: (a, b) => a + b,
  subtract: (a, b) => a - b,
  multiply: (a, b) => a * b,
  divide: (a, b) => a / b,
  power: (a, b) => a ** b,
  floorDivide: (a, b) => Math.floor(a / b),
};

function attributeKey(attributes: Attributes): string {
  let key = '';
  for (const name in attributes) {
    const value = attributes[name];
    // JSON has one word for infinity, for minus infinity and for what is no number.
    key += `${name}=${typeof value === 'number' ? value : JSON.stringify(value)};`;
  }
  return key;
}
