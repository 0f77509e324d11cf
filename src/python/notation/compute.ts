/** A tree of mathematics as what it computes: named arrays, whose axes are the indices that stand below them. */

import { buildOn, type Build } from '../expression/build.ts';
import type { Graph, Node } from '../expression/node.ts';
import type { Statements } from './statements.ts';
import { apply, keyOf, number, within, type Name, type Tree } from './tree.ts';
import { Unread } from './unread.ts';
import { wordOf, wordsWithin } from './words.ts';

/**
 * What is taken for an expectation: the mean over all, the mean over the examples where indices are left, or the one sample that it is
 * estimated by.
 */
export type Expectation = 'mean' | 'sample';

export interface Value {
  readonly node: Node;
  /** Its last axes, by the index that they have. */
  readonly axes: readonly string[];
  /** It is a number, whatever it was made of. */
  readonly isNumber: boolean;
}

interface Work extends Pick<Statements, 'definitions' | 'draws'> {
  readonly build: Build;
  readonly expectation: Expectation;
  /** Names that stand without an index somewhere: what is summed over of them is kept as an axis of one. */
  readonly whole: ReadonlySet<string>;
  readonly bound: string[];
  /** Letters that are drawn from a generator, from data. */
  readonly drawn: Map<string, 'fake' | 'real'>;
  /** The whole side of the equation. */
  readonly side: Tree;
  /** Names that stand for the same without their index. */
  readonly asWhole: ReadonlyMap<string, Name>;
  /** Names stand for predictions where a predicted sample stands beside them. */
  /** Two Gaussians are counted from 0. */
  readonly fromZero: boolean;
  readonly names: ReadonlySet<string>;
  readonly predicted: boolean;
  /** Powers of 10000 are frequencies: an index counts them. */
  readonly frequencies: boolean;
  /** Within how many norms, and logarithms, this place is. */
  norms: number;
  logs: number;
  depth: number;
}

const deepest = 80;

/** @throws Unread, TooLarge */
export function compute(tree: Tree, graph: Graph, statements: Statements, expectation: Expectation): Node {
  const names = [...within(tree)].filter((inner): inner is Name => inner.kind === 'name');
  const indexedNames = new Set(names.filter(({ indices }) => indices.length > 0).map(keyOf));
  const summed = new Set([...within(tree)].flatMap((inner) => (inner.kind === 'sum' ? inner.indices : [])));
  const numbers = new Set(names.filter(isOfGaussian).flatMap(({ labels }) => labels));
  const fromZero = numbers.has('0') && numbers.has('1') && !numbers.has('2');
  const asWhole = new Map<string, Name>();
  const whole = new Set<string>();
  for (const name of names) {
    if (name.indices.length > 0) continue;
    // x_i beside a sum over x_i is all of x.
    const without = { ...name, labels: name.labels.filter((label) => !summed.has(label)) };
    if (without.labels.length < name.labels.length && indexedNames.has(keyOf(without))) asWhole.set(keyOf(name), without);
    whole.add(keyOf(asWhole.get(keyOf(name)) ?? name));
  }
  const predicted = [...within(tree)].some((inner) => inner.kind === 'name' && keyOf(inner) === 'x hat 0');
  const work: Work = {
    build: buildOn(graph),
    expectation,
    whole,
    bound: [],
    drawn: new Map(),
    side: tree,
    asWhole,
    fromZero,
    names: new Set(names.map(keyOf)),
    predicted,
    frequencies: statements.all.some((one) => [...within(one)].some((inner) => inner.kind === 'number' && inner.value === 10_000)),
    norms: 0,
    logs: 0,
    depth: 0,
    ...statements,
  };
  return of(tree, work).node;
}

function of(tree: Tree, work: Work): Value {
  if (++work.depth > deepest) throw new Unread();
  const found = valueOf(tree, work);
  work.depth--;
  return found;
}

function valueOf(tree: Tree, work: Work): Value {
  const { build } = work;
  switch (tree.kind) {
    case 'number':
      return { node: build.number(tree.value), axes: [], isNumber: true };
    case 'name':
      return named(tree, work);
    case 'call':
      return called(tree, work);
    case 'apply':
      return applied(tree.op, tree.args, work);
    case 'sum':
      return summed(tree, work);
    case 'expectation': {
      for (const [name, from] of tree.draws) {
        const origin = originOf(from);
        if (origin) work.drawn.set(name, origin);
      }
      if (
        tree.draws.length === 0 &&
        tree.body.kind === 'name' &&
        [...within(work.side)].some((inner) => inner.kind === 'apply' && inner.op === 'variance')
      )
        return { node: build.reduce('mean', of(tree.body, work).node, [-1], true), axes: [], isNumber: false };
      const body = divergenceOfMean(tree.body, work) ?? of(tree.body, work);
      for (const [name] of tree.draws) work.drawn.delete(name);
      if (work.norms > 0) return { ...body, node: build.reduce('mean', body.node, [0]) };
      if (work.expectation === 'sample') return body;
      if (body.axes.length > 0) return { ...body, node: build.reduce('mean', body.node, [0]) };
      return { node: build.reduce('mean', body.node, null), axes: [], isNumber: true };
    }
    case 'norm': {
      const body = normed(tree.body, work);
      if (tree.p === 1) return { ...body, node: build.reduce('sum', build.apply('abs', body.node), [-1]) };
      return { ...body, node: build.with('norm', [body.node], { axes: [-1], keep: false, p: tree.p }) };
    }
    case 'gradient':
      return gradient(tree.body, work);
    case 'list': {
      if (!work.frequencies) throw new Unread();
      return {
        node: build.with(
          'concatenate',
          tree.items.map((item) => of(item, work).node),
          { axis: -1 },
        ),
        axes: [],
        isNumber: false,
      };
    }
  }
}

/** A mean within a norm is that of vectors. */
function normed(body: Tree, work: Work): Value {
  work.norms++;
  const found = of(body, work);
  work.norms--;
  return found;
}

/** The mean of log q(z) - log p(z) is the divergence of q from p. */
function divergenceOfMean(body: Tree, work: Work): Value | null {
  if (body.kind !== 'apply') return null;
  let pair: readonly Tree[] = [];
  if (body.op === 'subtract') pair = body.args.map((arg) => (arg.kind === 'apply' && arg.op === 'log' ? arg.args[0]! : arg));
  else if (body.op === 'log' && body.args[0]?.kind === 'apply' && body.args[0].op === 'divide') pair = body.args[0].args;
  const [q, p] = pair;
  if (q?.kind !== 'call' || p?.kind !== 'call' || !isDensity(q) || !isDensity(p) || q.of.base === 'pi') return null;
  const [of, same] = [q.args[0], p.args[0]];
  const isSame = of?.kind === 'name' && same?.kind === 'name' && keyOf(of) === keyOf(same) && p.args.length === 1;
  return isSame && (q.of.base !== p.of.base || q.of.labels.join() !== p.of.labels.join()) ? divergence(q, p, work) : null;
}

/** Whether what something is drawn from is a model or the data. */
function originOf(from: string): 'fake' | 'real' | null {
  const words = from.split(' ');
  if (words.some((word) => word === 'data' || word === 'r' || word === 'real' || word === 'd')) return 'real';
  if (words.some((word) => word === 'g' || word === 'G' || word === 'model' || word === 'fake' || word === 'gen')) return 'fake';
  return null;
}

/** Gaussians are counted from 1, and of what there is at one time alone the time is left out. */
function symbolOf(name: Name, { fromZero, names }: Work): string {
  const { base, labels } = name;
  if (fromZero && isOfGaussian(name))
    return wordOf({ ...name, labels: labels.map((label) => (label === '0' ? '1' : label === '1' ? '2' : label)) });
  const isGreek = base.length > 1 && base === base.toLowerCase();
  if (isGreek && labels.length === 1 && labels[0] === 't' && !names.has(keyOf({ ...name, labels: [] })))
    return wordOf({ ...name, labels: [] });
  return wordOf(name);
}

const isOfGaussian = ({ base }: Name): boolean => base === 'mu' || base === 'sigma' || base === 'Sigma';

function named(given: Name, work: Work): Value {
  const name = given.indices.length === 0 ? (work.asWhole.get(keyOf(given)) ?? given) : given;
  const { build, definitions, draws } = work;
  const key = keyOf(name);
  if (name.base === 'pi' && name.marks.length === 0 && name.labels.length === 0)
    return { node: build.number(Math.PI), axes: [], isNumber: true };
  const definition = definitions.get(key);
  const word = symbolOf(name, work);
  if (definition) {
    if (work.depth > deepest / 2) throw new Unread();
    const value = of(definition, work);
    return { ...value, node: build.with('let', [value.node], { name: word }) };
  }
  const from = draws.get(key);
  let node: Node;
  if (from !== undefined && /^N \(/.test(from)) node = build.with('let', [build.with('normal', [], { name: word })], { name: word });
  else if (from !== undefined) node = build.with('let', [build.with('opaque', [], { callee: 'sample', name: word })], { name: word });
  else if (
    name.base.length === 1 &&
    name.marks.length === 1 &&
    name.marks[0] === 'bar' &&
    work.whole.has(name.base) &&
    !work.bound.includes(name.base)
  )
    return { node: build.reduce('mean', build.with('global', [], { name: name.base }), [-1], true), axes: [], isNumber: false };
  else if (name.base === 'w' && name.indices.length > 0 && work.logs > 0)
    // Weights of which a logarithm is taken are held as logarithms.
    node = build.apply('exp', build.with('global', [], { name: `log${word}` }));
  else if (word === 'p_t' && name.indices.length === 0)
    // The probability of what is so: code mostly has its cross-entropy.
    node = build.with('let', [build.apply('exp', build.apply('negate', build.with('global', [], { name: 'ce' })))], { name: word });
  else if (work.frequencies && /^(?:pos|[tpmikjd])$/.test(name.base)) node = ofFrequencies(name, work);
  else if (work.predicted && word === 'epsilon') node = build.with('global', [], { name: 'epsilon_hat' });
  else node = widthOf(name, work) ?? build.with('global', [], { name: word });
  return indexed(node, name.indices, work);
}

/** Of a sinusoidal embedding: the width, the index of a frequency, or the time. */
function ofFrequencies({ base }: Name, { build }: Work): Node {
  const width = build.with('global', [], { name: 'd_model' });
  if (base === 'd') return width;
  if (/^[ijk]$/.test(base)) return build.with('arange', [build.apply('divide', width, build.number(2))], {});
  return build.with('expandDims', [build.with('global', [], { name: base === 'p' || base === 'm' ? 'pos' : base })], { axis: -1 });
}

/** Beside a trace, d is the width of the matrix. */
function widthOf(name: Name, { build, side }: Work): Node | null {
  if (!/^[dkDn]$/.test(name.base) || name.marks.length > 0 || name.labels.length > 0) return null;
  const all = [...within(side)];
  if (!all.some((inner) => inner.kind === 'apply' && inner.op === 'trace')) return null;
  const matrix = all.find((inner): inner is Name => inner.kind === 'name' && inner.base === 'Sigma');
  return matrix ? build.with('size', [build.with('global', [], { name: wordOf(matrix) })], { axis: -1 }) : null;
}

/** By two equal indices the diagonal is meant. */
function indexed(node: Node, indices: readonly string[], { build }: Work): Value {
  if (indices.length === 2 && indices[0] === indices[1])
    return { node: build.with('diagonal', [node], {}), axes: [indices[0]!], isNumber: false };
  if (new Set(indices).size !== indices.length || indices.length > 3) throw new Unread();
  return { node, axes: [...indices], isNumber: false };
}

/** Densities: what is asked of them is their logarithm. */
function isDensity({ of: { base, labels } }: Tree & { kind: 'call' }): boolean {
  return /^(?:[pqP]|pi)$/.test(base) && !labels.includes('t');
}

/** Indices that sums around run over, within what a function is given. */
function indicesOf(tree: Tree, work: Work): string[] {
  const found = new Set<string>();
  for (const inner of within(tree)) {
    if (inner.kind !== 'name') continue;
    for (const index of inner.indices) found.add(index);
    if (inner.marks.length === 0 && inner.labels.length === 0 && work.bound.includes(inner.base)) found.add(inner.base);
  }
  return [...found];
}

function called(tree: Tree & { kind: 'call' }, work: Work): Value {
  const { build } = work;
  const { of: name, args } = tree;
  const [only] = args;
  // `p(x)` summed over x is p_x.
  if (args.length === 1 && only?.kind === 'name' && work.bound.includes(only.base) && only.labels.length === 0 && only.marks.length === 0)
    return indexed(build.with('global', [], { name: wordOf(name) }), [only.base], work);
  if (isDensity(tree)) {
    const log = logDensity(tree, work);
    return { ...log, node: build.apply('exp', log.node) };
  }
  if (name.base === 'rot' && args.length === 1) return rotated(of(only!, work), work);
  const given = args.map((arg) => leafOf(arg, work));
  const word = wordOf(name);
  const node = build.with('opaque', given, { callee: word });
  const isModel =
    name.base === 'v' ||
    (name.labels.some((label) => /^(?:theta|phi|psi)$/.test(label)) && /^(?:epsilon|v|s|x|mu|u|f|F|z)$/.test(name.base));
  const condition = conditionOf(tree, work);
  const value = isModel
    ? condition
      ? build.with('let', [node], { name: `${word}_${condition}` })
      : node
    : build.with('let', [node], { name: callName(tree, work) });
  const [x, y] = args.map((arg) => (arg.kind === 'name' && arg.indices.length === 1 ? arg.indices[0]! : null));
  // Of similarities rows and columns are asked for by one index each.
  if (args.length === 2 && x && y && /^(?:sim|s|k|d|cos)$/.test(name.base)) return indexed(value, [x, y], work);
  return indexed(value, indicesOf({ kind: 'list', items: args }, work), work);
}

/** Halves of features, the second one negative and first. */
function rotated(value: Value, { build }: Work): Value {
  const half = (index: number): Node => build.with('part', [value.node], { index, count: 2, axis: -1, unbound: false });
  return { ...value, node: build.with('concatenate', [build.apply('negate', half(1)), half(0)], { axis: -1 }) };
}

/** A model that is given nothing as its condition, or something. */
function conditionOf({ of, args }: Tree & { kind: 'call' }, work: Work): string | null {
  const last = args.at(-1);
  const others = [...within(work.side)].filter((other) => other.kind === 'call' && keyOf(other.of) === keyOf(of));
  if (others.some((other) => other.kind === 'call' && other.args.length > args.length && isCondition(other.args.at(-1)!))) return 'uncond';
  if (last?.kind !== 'name' || args.length < 2) return null;
  if (last.base === 'varnothing') return 'uncond';
  return isCondition(last) ? 'cond' : null;
}

const isCondition = (tree: Tree): boolean => tree.kind === 'name' && (tree.base === 'c' || tree.base === 'y') && tree.labels.length === 0;

function callName(tree: Tree & { kind: 'call' }, work: Work): string {
  // What a discriminator's parameters are called says nothing.
  const of = /^[DCfFG]$/.test(tree.of.base)
    ? { ...tree.of, labels: tree.of.labels.filter((label) => !/^(?:theta|phi|psi|omega|w)$/.test(label)) }
    : tree.of;
  const words = [wordOf(of), ...tree.args.flatMap(wordsWithin)];
  const [inner] = tree.args;
  // F(G(x)) comes back to where x is.
  if (/^[FG]$/.test(tree.of.base) && inner?.kind === 'call' && /^[FG]$/.test(inner.of.base) && keyOf(inner.of) !== keyOf(tree.of))
    return ['cycled', ...inner.args.flatMap(wordsWithin)].join('_');
  if (!/^[DCf]$/.test(tree.of.base)) return words.join('_');
  // A discriminator, by what it is asked about.
  const [asked] = tree.args;
  const letter = asked?.kind === 'name' ? asked.base : null;
  if (asked?.kind === 'name' && letter) {
    const origin = work.drawn.get(letter) ?? work.drawn.get([...asked.marks, letter].join(' '));
    if (origin) return `${wordOf(of)}_${origin}`;
    if (asked.marks.includes('tilde') || asked.labels.some((label) => /^(?:fake|g|gen)$/i.test(label))) return `${wordOf(of)}_fake`;
  }
  const isMade = asked !== undefined && [...within(asked)].some((inner) => inner.kind === 'call' && /^[Gg]$/.test(inner.of.base));
  if (isMade) return `${words.join('_')}_fake`;
  const hasMade = [...within(work.side)].some(
    (other) => other.kind === 'call' && other.of.base === tree.of.base && other.args[0]?.kind === 'call',
  );
  return tree.of.base === 'f' && hasMade ? `${words.join('_')}_real` : words.join('_');
}

/** What a function that is not followed was given. */
function leafOf(tree: Tree, work: Work): Node {
  const { build } = work;
  if (tree.kind === 'name') return build.with('global', [], { name: wordOf(tree) });
  if (tree.kind === 'call')
    return build.with(
      'opaque',
      tree.args.map((arg) => leafOf(arg, work)),
      { callee: wordOf(tree.of) },
    );
  return build.with('opaque', [], { callee: wordsWithin(tree).join('_') || 'given' });
}

function logDensity(tree: Tree & { kind: 'call' }, work: Work): Value {
  const { build } = work;
  const node = build.with(
    'opaque',
    tree.args.map((arg) => leafOf(arg, work)),
    { callee: 'log_prob', of: wordOf(tree.of) },
  );
  const name = isLikelihood(apply('log', tree)) ? 'loglik' : ['log', wordOf(tree.of), ...tree.args.flatMap(wordsWithin)].join('_');
  return indexed(build.with('let', [node], { name }), indicesOf({ kind: 'list', items: tree.args }, work), work);
}

function hasDensity(tree: Tree, work: Work): boolean {
  if (tree.kind === 'call')
    return isDensity(tree) && !(tree.args.length === 1 && tree.args[0]?.kind === 'name' && work.bound.includes(tree.args[0].base));
  if (tree.kind === 'apply' && (tree.op === 'multiply' || tree.op === 'divide' || tree.op === 'dot'))
    return tree.args.some((arg) => hasDensity(arg, work));
  if (tree.kind === 'name') {
    const definition = work.definitions.get(keyOf(tree));
    return definition !== undefined && work.depth < deepest / 2 && tree.indices.length === 0 && hasDensity(definition, work);
  }
  return false;
}

/** Of densities logarithms are given, so that of their products it is a sum. */
function logarithm(tree: Tree, work: Work): Value {
  if (tree.kind === 'call' && hasDensity(tree, work)) return logDensity(tree, work);
  if (tree.kind === 'apply' && hasDensity(tree, work)) {
    const [a, b] = tree.args.map((arg) => logarithm(arg, work));
    return combined(tree.op === 'divide' ? 'subtract' : 'add', a!, b!, work);
  }
  if (tree.kind === 'apply' && tree.op === 'sigmoid') return mapped('logSigmoid', of(tree.args[0]!, work), work);
  if (tree.kind === 'apply' && tree.op === 'abs') return determinantOf(tree.args[0]!, work) ?? mapped('log', of(tree, work), work);
  work.logs++;
  const found = of(tree, work);
  work.logs--;
  return mapped('log', found, work);
}

/** log |det J| of a Jacobian. */
function determinantOf(tree: Tree, work: Work): Value | null {
  const inner = tree.kind === 'apply' && tree.op === 'determinant' ? tree.args[0]! : null;
  if (inner && inner.kind !== 'name') {
    const words = wordsWithin(inner).join('_');
    return {
      node: work.build.with('let', [work.build.with('opaque', [], { callee: 'logabsdet', of: words })], { name: 'log_det_jacobian' }),
      axes: [],
      isNumber: false,
    };
  }
  const matrix = inner ?? tree;
  if (matrix.kind === 'name' && (inner !== null || isMatrix(matrix)))
    return { node: work.build.apply('logAbsDeterminant', of(matrix, work).node), axes: [], isNumber: false };
  return null;
}

function mapped(op: string, value: Value, { build }: Work): Value {
  return { ...value, node: build.apply(op, value.node) };
}

function isMatrix(tree: Tree): boolean {
  if (tree.kind === 'name') return /^[A-Z]$|^Sigma$/.test(tree.base) && tree.base !== 'D';
  if (tree.kind !== 'apply') return false;
  if (tree.op === 'transpose' || tree.op === 'softmax') return true;
  return (tree.op === 'power' || tree.op === 'multiply' || tree.op === 'dot') && isMatrix(tree.args[0]!);
}

const isTransposed = (tree: Tree): boolean =>
  tree.kind === 'apply' && (tree.op === 'transpose' || ((tree.op === 'multiply' || tree.op === 'dot') && tree.args.some(isTransposed)));

const isInverse = (tree: Tree): boolean =>
  tree.kind === 'apply' && tree.op === 'power' && isMatrix(tree.args[0]!) && valueOfNumber(tree.args[1]!) === -1;

function valueOfNumber(tree: Tree): number | null {
  if (tree.kind === 'number') return tree.value;
  if (tree.kind === 'apply' && tree.op === 'negate') {
    const inner = valueOfNumber(tree.args[0]!);
    return inner === null ? null : -inner;
  }
  return null;
}

function applied(op: string, args: readonly Tree[], work: Work): Value {
  const { build } = work;
  const [a, b] = args as [Tree, Tree];
  switch (op) {
    case 'log':
      return logarithm(a, work);
    case 'sin':
    case 'cos': {
      // The angle is one value, whatever it is the product of.
      const inner = of(a, work);
      const name = wordsWithin(a).join('_');
      const turned = mapped(op, a.kind === 'apply' ? { ...inner, node: build.with('let', [inner.node], { name }) } : inner, work);
      return { ...turned, node: build.with('let', [turned.node], { name: `${op}_${name}` }) };
    }
    case 'negate':
    case 'subtract': {
      // Minus a log-likelihood is the reconstruction.
      const term = op === 'negate' ? a : b;
      if (!isLikelihood(term)) break;
      const inner = of(term, work);
      const reconstruction = { ...inner, node: build.with('let', [build.apply('negate', inner.node)], { name: 'reconstruction_nll' }) };
      return op === 'negate' ? reconstruction : combined('add', of(a, work), reconstruction, work);
    }
    case 'determinant':
      return mapped('determinant', of(a, work), work);
    case 'abs': {
      const inner = of(a, work);
      return mapped(isMatrix(a) && a.kind === 'name' ? 'determinant' : 'abs', inner, work);
    }
    case 'trace':
      return mapped('trace', of(a, work), work);
    case 'variance': {
      const inner = of(a, work);
      return { ...inner, node: build.with('variance', [inner.node], { axes: [-1], keep: true, correction: 0 }) };
    }
    case 'softmax': {
      const inner = of(a, work);
      return { ...inner, node: build.with('softmax', [inner.node], { axes: [-1] }) };
    }
    case 'detach':
      return mapped('detach', of(a, work), work);
    case 'transpose': {
      const inner = of(a, work);
      return { ...inner, node: isMatrix(a) ? build.with('swapAxes', [inner.node], { axes: [-1, -2] }) : inner.node };
    }
    case 'divergence':
      return divergence(a, b, work);
    case 'power':
      return power(a, b, work);
    case 'multiply':
    case 'dot':
      return product(op, args, work);
    case 'divide': {
      const root = widthUnder(a, b, work);
      if (root) return root;
      return combined('divide', of(a, work), of(b, work), work);
    }
    case 'clamp': {
      const values = args.map((arg) => of(arg, work));
      return { ...values[0]!, node: build.apply('clamp', ...values.map(({ node }) => node)) };
    }
    default:
  }
  return b === undefined ? mapped(op, of(a, work), work) : combined(op, of(a, work), of(b, work), work);
}

/** log p(x|z), or its mean. */
function isLikelihood(tree: Tree): boolean {
  if (tree.kind === 'expectation') return isLikelihood(tree.body);
  if (tree.kind !== 'apply' || tree.op !== 'log') return false;
  const [density] = tree.args;
  if (density?.kind !== 'call' || density.of.base !== 'p' || density.args.length !== 2 || !density.isGiven) return false;
  const [of, given] = density.args.map((arg) => (arg.kind === 'name' ? arg : null));
  return of?.base === 'x' && (given?.base === 'z' || keyOf(of) === 'x 0');
}

function power(base: Tree, exponent: Tree, work: Work): Value {
  const { build } = work;
  const value = valueOfNumber(exponent);
  if (value === 2 && base.kind === 'norm' && base.p === 2) {
    const inner = normed(base.body, work);
    return { ...inner, node: build.reduce('sum', build.apply('square', inner.node), [-1]) };
  }
  if (value === -1 && isMatrix(base)) return mapped('inverse', of(base, work), work);
  return combined('power', of(base, work), of(exponent, work), work);
}

/** In `QK^\top/\sqrt{d_k}` the width is that of the keys. */
function widthUnder(above: Tree, below: Tree, work: Work): Value | null {
  if (below.kind !== 'apply' || below.op !== 'sqrt' || below.args[0]?.kind !== 'name' || !isTransposed(above)) return null;
  const name = below.args[0];
  if (!/^[dDC]$/.test(name.base)) return null;
  const product = of(above, work);
  const [keys] = [...within(above)].filter((inner) => inner.kind === 'apply' && inner.op === 'transpose');
  if (keys?.kind !== 'apply') return null;
  const size = work.build.with('size', [of(keys.args[0]!, work).node], { axis: -1 });
  return { ...product, node: work.build.apply('divide', product.node, work.build.apply('sqrt', size)) };
}

function product(op: string, [a, b]: readonly Tree[], work: Work): Value {
  // `\frac1{\sqrt{d_k}} QK^\top` is `QK^\top / \sqrt{d_k}`.
  if (a!.kind === 'apply' && a!.op === 'divide' && valueOfNumber(a!.args[0]!) === 1) {
    const scaled = widthUnder(b!, a!.args[1]!, work) ?? meanOf(a!.args[1]!, b!, work);
    if (scaled) return scaled;
  }
  const factors = factorsOf(apply(op, a!, b!));
  const first = factors.findIndex(isTransposed);
  if (first >= 0 || factors.some(isInverse) || (isSoftmax(a!) && isMatrix(b!))) return matrices(factors, work);
  // `\frac{1}{2N}\sum_i`, `\tfrac12\cdot\frac1N\sum_i`.
  if (op === 'dot' && isVector(a!) && isVector(b!)) {
    return scalarProduct(of(a!, work), of(b!, work), work);
  }
  return combined('multiply', of(a!, work), of(b!, work), work);
}

/** Of vectors; by two indices it is the matrix of all of them. */
function scalarProduct(x: Value, y: Value, work: Work): Value {
  const { build } = work;
  const [i, j] = [x.axes, y.axes];
  if (i.length === 1 && j.length === 1 && i[0] !== j[0]) {
    const turned = build.with('swapAxes', [y.node], { axes: [-1, -2] });
    return { node: build.apply('matmul', x.node, turned), axes: [i[0]!, j[0]!], isNumber: false };
  }
  const both = combined('multiply', x, y, work);
  return { ...both, node: build.reduce('sum', both.node, [-1]) };
}

const isSoftmax = (tree: Tree): boolean => tree.kind === 'apply' && tree.op === 'softmax';
const isVector = (tree: Tree): boolean => tree.kind === 'name' && /^[qkuvwz]$/.test(tree.base) && tree.indices.length > 0;

function factorsOf(tree: Tree): Tree[] {
  return tree.kind === 'apply' && (tree.op === 'multiply' || tree.op === 'dot') ? tree.args.flatMap(factorsOf) : [tree];
}

const counts = /^(?:[NnKMmBTdDSL]|batch|len)$/;

/** One over a count times a sum over as many is the mean. */
function meanOf(count: Tree, tree: Tree, work: Work): Value | null {
  const factors = factorsOf(count);
  const name = factors.find((factor) => factor.kind === 'name' || (factor.kind === 'apply' && factor.op === 'abs'));
  if (!name || tree.kind !== 'sum' || factors.length > 2) return null;
  const inner = name.kind === 'name' ? name : name.kind === 'apply' && name.args[0]?.kind === 'name' ? name.args[0] : null;
  if (!inner || (name.kind === 'name' && !counts.test(inner.base) && tree.limit !== inner.base)) return null;
  if (name.kind === 'name' && tree.limit !== null && tree.limit !== inner.base && tree.limit !== `2${inner.base}`) return null;
  const mean = summed(tree, work, 'mean');
  const rest = factors.filter((factor) => factor !== name);
  if (rest.length === 0) return mean;
  return combined('divide', mean, of(rest[0]!, work), work);
}

/** A product of matrices and vectors, in order; numbers stand apart. */
function matrices(factors: readonly Tree[], work: Work): Value {
  const { build } = work;
  const [jacobian, vector] = factors;
  if (factors.length === 2 && isJacobian(jacobian!) && vector?.kind === 'name')
    // The product of a transposed Jacobian and a vector is a gradient.
    return {
      node: build.with('let', [build.with('gradient', [leafOf(vector, work)], {})], { name: 'pl_grads' }),
      axes: [],
      isNumber: false,
    };
  let scale: Value | null = null;
  let left: { value: Value; isRow: boolean; isVector: boolean } | null = null;
  for (const factor of factors) {
    const value = of(factor, work);
    const inner = factor.kind === 'apply' && factor.op === 'transpose' ? factor.args[0]! : factor;
    const isArray = isMatrix(inner) || isSoftmax(inner) || isInverse(inner);
    const isVectorLike = !isArray && (inner.kind === 'name' ? /^[a-zA-Z]$|^Delta$|^mu$/.test(inner.base) : isDifference(inner));
    if (!isArray && !isVectorLike) {
      scale = scale ? combined('multiply', scale, value, work) : value;
      continue;
    }
    const isRow = isVectorLike && inner !== factor;
    if (!left) {
      left = { value, isRow, isVector: isVectorLike };
      continue;
    }
    if (left.isVector && isVectorLike) {
      if (!left.isRow) throw new Unread();
      left = { value: scalarProduct(left.value, value, work), isRow: false, isVector: false };
    } else if (left.isVector) {
      // A row and a matrix: the matrix's rows are summed with the vector's weights.
      const row = build.with('expandDims', [left.value.node], { axis: -2 });
      const moved = build.with('squeeze', [build.apply('matmul', row, value.node)], { axes: [-2] });
      left = { value: { node: moved, axes: [], isNumber: false }, isRow: true, isVector: true };
    } else if (isVectorLike) {
      const column = build.with('expandDims', [value.node], { axis: -1 });
      const moved = build.with('squeeze', [build.apply('matmul', left.value.node, column)], { axes: [-1] });
      left = { value: { node: moved, axes: [], isNumber: false }, isRow: false, isVector: true };
    } else
      left = {
        value: { node: build.apply('matmul', left.value.node, value.node), axes: [], isNumber: false },
        isRow: false,
        isVector: false,
      };
  }
  if (!left) throw new Unread();
  return scale ? combined('multiply', scale, left.value, work) : left.value;
}

const isJacobian = (tree: Tree): boolean =>
  tree.kind === 'apply' && tree.op === 'transpose' && tree.args[0]?.kind === 'name' && tree.args[0].base === 'J';

const isDifference = (tree: Tree): boolean =>
  tree.kind === 'apply' && (tree.op === 'subtract' || tree.op === 'add') && tree.args.every((arg) => arg.kind === 'name');

/** Of distributions by their symbols a divergence is a call; of numbers it is the sum that it stands for. */
function divergence(p: Tree, q: Tree, work: Work): Value {
  const { build } = work;
  if (isSoftmax(p) && isSoftmax(q)) {
    const [a, b] = [of(p, work), of(q, work)];
    const difference = build.apply('subtract', build.apply('log', a.node), build.apply('log', b.node));
    return { node: build.reduce('sum', build.apply('multiply', a.node, difference), [-1]), axes: [], isNumber: false };
  }
  const node = build.with('opaque', [leafOf(p, work), leafOf(q, work)], { callee: 'klDivergence' });
  return indexed(node, indicesOf({ kind: 'list', items: [p, q] }, work), work);
}

function gradient(body: Tree, work: Work): Value {
  const { build } = work;
  const of = leafOf(body, work);
  const isScore = body.kind === 'apply' && body.op === 'log';
  const name = isScore ? 'score' : body.kind === 'call' ? `grad_${callName(body, work)}` : 'grad';
  return {
    node: build.with('let', [build.with('gradient', [of, build.with('global', [], { name: 'x' })], {})], { name }),
    axes: [],
    isNumber: false,
  };
}

function summed(tree: Tree & { kind: 'sum' }, work: Work, how: 'sum' | 'mean' = 'sum'): Value {
  const { build } = work;
  work.bound.push(...tree.indices);
  let body = of(tree.body, work);
  work.bound.length -= tree.indices.length;
  if (tree.without) body = leftOut(body, tree.without, work);
  if (body.isNumber && body.axes.length === 0) {
    if (tree.indices.length === 0) throw new Unread();
    return body;
  }
  const places = tree.indices.map((index) => body.axes.indexOf(index)).filter((place) => place >= 0);
  const axes = places.length > 0 ? places.map((place) => place - body.axes.length) : [-1 - body.axes.length];
  const left = body.axes.filter((_, place) => !places.includes(place));
  const keep = isKept(tree.body, work);
  if (tree.body.kind === 'apply' && tree.body.op === 'divergence')
    return { node: build.with('let', [build.reduce(how, body.node, axes, keep)], { name: 'kl' }), axes: left, isNumber: false };
  return { node: build.reduce(how, body.node, axes, keep), axes: left, isNumber: false };
}

/** Without its own place in each row. */
function leftOut(body: Value, [i, j]: readonly [string, string], work: Work): Value {
  const { build } = work;
  if (body.axes.length !== 2 || !body.axes.includes(i) || !body.axes.includes(j)) throw new Unread();
  const size = build.with('size', [body.node], { axis: -1 });
  const others = build.apply('subtract', build.number(1), build.with('eye', [size], {}));
  return { ...body, node: build.apply('multiply', body.node, others) };
}

/** Whether a name within is also used as a whole: then the sum stands beside all of its elements. */
function isKept(body: Tree, { whole }: Work): boolean {
  for (const inner of within(body)) if (inner.kind === 'name' && inner.indices.length > 0 && whole.has(keyOf(inner))) return true;
  return false;
}

/** Two values, their axes brought beside each other. */
function combined(op: string, a: Value, b: Value, work: Work): Value {
  const axes = a.axes.length >= b.axes.length ? a.axes : b.axes;
  const [x, y] = [aligned(a, axes, work), aligned(b, axes, work)];
  return { node: work.build.apply(op, x, y), axes, isNumber: a.isNumber && b.isNumber };
}

function aligned({ node, axes }: Value, wanted: readonly string[], { build }: Work): Node {
  if (axes.length === 0 || axes.join() === wanted.join()) return node;
  if (!axes.every((axis) => wanted.includes(axis))) throw new Unread();
  let found = node;
  let own = [...axes];
  const order = wanted.filter((axis) => own.includes(axis));
  if (order.join() !== own.join()) {
    if (own.length !== 2) throw new Unread();
    found = build.with('swapAxes', [found], { axes: [-1, -2] });
    own = order;
  }
  for (let place = wanted.length - 1, last = own.length - 1; place >= 0 && last >= 0; place--) {
    if (wanted[place] === own[last]) last--;
    else found = build.with('expandDims', [found], { axis: place - wanted.length });
  }
  return found;
}

export const one = number(1);
