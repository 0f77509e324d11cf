/** What a piece of code would compute with one thing in it changed: the slips that people make. */

import { measuring, numberOf, unwrap, wrappers, type Attributes, type Node } from '../../expression/node.ts';
import { argsOf, type Cut } from '../../recognise/cut.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, scheduleWords, wordsOf } from '../../recognise/evidence/words.ts';

/** One thing that is changed. `there` is what the code has, `wanted` what it would have. */
export interface Edit {
  readonly kind: EditKind;
  /** The operation or the value that is changed, and what it would be. */
  readonly there: Node;
  readonly wanted: Node;
  /** What uses it there; null where it is the whole, or is changed wherever it stands. */
  readonly within: Node | null;
  /** Further changes of the same kind, made together with it. */
  readonly also: readonly Replacement[];
}

export type Replacement = Pick<Edit, 'there' | 'wanted' | 'within'>;

export type EditKind =
  | 'sign'
  | 'missing function'
  | 'extra function'
  | 'another function'
  | 'order'
  | 'scope'
  | 'factor'
  | 'axis'
  | 'reduction'
  | 'extra factor'
  | 'missing factor'
  | 'another value'
  | 'swapped';

/** The code as it would be. */
export interface Edited {
  readonly cut: Cut;
  readonly edit: Edit;
}

let made = 0;

/** A node that the graph of the file does not hold. */
export function make(op: string, args: readonly Node[], attributes: Attributes = {}): Node {
  return { id: --made, op, args, attributes };
}

const number = (value: number): Node => make('number', [], { value });

/** Functions of one number that are left out, put in, or taken for one another. */
const functions = ['exp', 'log', 'sqrt', 'square', 'abs', 'sigmoid', 'softplus', 'relu', 'negate', 'reciprocal', 'logSigmoid'] as const;
/** Put in, they would only undo it. */
const inverses: Readonly<Record<string, string>> = { square: 'sqrt', sqrt: 'square', exp: 'log', log: 'exp', reciprocal: 'reciprocal' };
const inserted = ['exp', 'log', 'sqrt', 'square', 'sigmoid', 'reciprocal'] as const;
const leftOut: ReadonlySet<string> = new Set([...functions, 'detach', 'softmax', 'logSoftmax', 'cumulativeProduct', 'cumulativeSum']);

const alike: Readonly<Record<string, readonly string[]>> = {
  exp: ['square', 'log'],
  log: ['exp', 'sqrt'],
  sqrt: ['square'],
  square: ['sqrt', 'abs'],
  abs: ['square'],
  sigmoid: ['logSigmoid', 'softplus'],
  softplus: ['logSigmoid', 'sigmoid', 'relu'],
  maximum: ['minimum'],
  minimum: ['maximum'],
  amax: ['amin'],
  amin: ['amax'],
  multiply: ['divide'],
  divide: ['multiply'],
  sin: ['cos'],
  cos: ['sin'],
};

const adding: ReadonlySet<string> = new Set(['add', 'subtract']);
const reductions = ['sum', 'mean'] as const;
const factors = [0.5, 2];

/** Which alternative of a condition the code takes. */
interface Way {
  readonly alternative: number;
}

/** Every change of one thing in what a piece of code computes itself. `isPossible` is asked before an edit is made. */
export function* editsOf(cut: Cut, way: Way, others: readonly Node[], isPossible: (edit: Edit) => boolean): Generator<Edited> {
  const { order, inputs } = cut;
  const given = new Set(inputs);
  const beside = new Set(others);
  const exponents = new Set(order.flatMap(({ op, args }) => (op === 'power' && numberOf(args[1]!) === null ? [args[1]!] : [])));
  const around = { given, exponents, shared: sharedIn(cut, way), isMeasured: order.some(({ op }) => measuring.has(op)) };
  for (const { node, place, arg } of usesOf(cut, way)) {
    for (const { wanted, kind } of changesOf(arg, around, node, others)) {
      // A sign of the whole is told by the factor.
      if (!node && wanted.op === 'negate') continue;
      const edit = { kind, there: arg, wanted, within: node, also: [] };
      if (!isPossible(edit)) continue;
      const changed = node ? remade(cut, (one, args) => withArgs(one, one === node ? args.with(place, wanted) : args)) : wanted;
      yield { cut: withRoot(cut, changed, beside, way), edit };
    }
  }
  for (const { root: changed, edit } of [...swapsIn(cut, way), ...axesIn(cut), ...pairsIn(cut, way)])
    yield { cut: withRoot(cut, changed, beside, way), edit };
}

/** An edit, and what the whole then is. */
interface Rooted {
  readonly root: Node;
  readonly edit: Edit;
}

function sharedIn({ order, inputs }: Cut, way: Way): Set<Node> {
  const given = new Set(inputs);
  const uses = new Map<Node, number>();
  for (const node of order) if (!given.has(node)) for (const arg of argsOf(node, way)) uses.set(arg, (uses.get(arg) ?? 0) + 1);
  return new Set(
    order.filter((node) => !given.has(node) && (uses.get(node) ?? 0) > 1 && node.args.length === 1 && given.has(node.args[0]!)),
  );
}

/** Two given values that have changed places, wherever they stand. */
function* swapsIn(cut: Cut, way: Way): Generator<Rooted> {
  const { root, inputs } = cut;
  if (argsOf(root, way).length === 0) return;
  for (const [at, one] of inputs.entries()) {
    for (const other of inputs.slice(at + 1)) {
      const swap = (node: Node): Node => (node === one ? other : node === other ? one : node);
      // Lengths are asked of either.
      const swapped = remade(cut, (node, args) => (measuring.has(node.op) ? node : withArgs(node, args.map(swap))));
      if (swapped === root) continue;
      const back = { there: other, wanted: one, within: null };
      yield { root: swapped, edit: { kind: 'swapped', there: one, wanted: other, within: null, also: [back] } };
    }
  }
}

/** One axis for another, wherever it stands. */
function* axesIn(cut: Cut): Generator<Rooted> {
  const { order, inputs } = cut;
  const given = new Set(inputs);
  const along = (node: Node): string => JSON.stringify(node.attributes['axes'] ?? null);
  const reducing = order.filter((node) => !given.has(node) && otherAxes(node.attributes['axes']).length > 0 && 'axes' in node.attributes);
  const first = reducing[0];
  if (!first || reducing.length < 2 || reducing.some((node) => along(node) !== along(first))) return;
  for (const axes of otherAxes(first.attributes['axes'])) {
    const attributesOf = (node: Node): Attributes => (reducing.includes(node) ? { ...node.attributes, axes } : node.attributes);
    const [all, ...also] = reducing.map((node) => ({ there: node, wanted: make(node.op, node.args, attributesOf(node)), within: null }));
    yield { root: remade(cut, (node, args) => withArgs(node, args, attributesOf(node))), edit: { kind: 'axis', ...all!, also } };
  }
}

/** The same function left out, or put in, at two places at once. */
function* pairsIn(cut: Cut, way: Way): Generator<Rooted> {
  const uses = usesOf(cut, way).filter(
    (use): use is Use & { node: Node } => use.node !== null && (use.node.op === 'multiply' || use.node.op === 'divide'),
  );
  const changes = [
    ...doubled.map((op) => ({
      kind: 'missing function' as const,
      on: uses.filter(({ arg }) => arg.op !== inverses[op]),
      to: (arg: Node) => make(op, [arg]),
    })),
    ...doubled.map((op) => ({
      kind: 'extra function' as const,
      on: uses.filter(({ arg }) => arg.op === op),
      to: (arg: Node) => arg.args[0]!,
    })),
  ];
  for (const { kind, on, to } of changes)
    for (const [at, one] of on.entries())
      for (const other of on.slice(at + 1)) {
        if (one.node === other.node) continue;
        const by = new Map([one, other].map(({ node, place, arg }) => [node, { place, wanted: to(arg) }]));
        const changed = remade(cut, (node, args) => {
          const edit = by.get(node);
          return withArgs(node, edit ? args.with(edit.place, edit.wanted) : args);
        });
        const [made, further] = [one, other].map(({ node, arg }) => ({ there: arg, wanted: by.get(node)!.wanted, within: node }));
        if (changed !== cut.root) yield { root: changed, edit: { kind, ...made!, also: [further!] } };
      }
}

const doubled = ['sqrt', 'square'] as const;

interface Use {
  /** null: the whole. */
  readonly node: Node | null;
  readonly place: number;
  readonly arg: Node;
}

/** What is only compared decides between cases. */
const comparing: ReadonlySet<string> = new Set(
  'equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot'.split(' '),
);

/** Where values are used. */
function usesOf({ root, order, inputs }: Cut, way: Way): Use[] {
  const given = new Set(inputs);
  const uses: Use[] = [{ node: null, place: 0, arg: root }];
  for (const node of order) {
    if (given.has(node) || measuring.has(node.op) || comparing.has(node.op)) continue;
    const held = argsOf(node, way);
    for (const arg of held) {
      const place = node.args.indexOf(arg);
      // What a name holds is changed where it is made, or where it is used.
      if (!(wrappers.has(node.op) && (given.has(arg) || wrappers.has(arg.op)))) uses.push({ node, place, arg });
    }
  }
  return uses;
}

/** The root with some operations changed; whatever holds them is made anew. `change` is told what the operation's arguments are by then. */
function remade({ root, order, inputs }: Cut, change: (node: Node, args: readonly Node[]) => Node): Node {
  const given = new Set(inputs);
  const changed = new Map<Node, Node>();
  for (const node of order) {
    if (given.has(node)) continue;
    const now = change(
      node,
      node.args.map((arg) => changed.get(arg) ?? arg),
    );
    if (now !== node) changed.set(node, now);
  }
  return changed.get(root) ?? root;
}

/** The same node where nothing of it is another. */
const withArgs = (node: Node, args: readonly Node[], attributes: Attributes = node.attributes): Node =>
  attributes === node.attributes && args.every((arg, place) => arg === node.args[place]) ? node : make(node.op, args, attributes);

/** The same piece of code with another value: of the same inputs. */
function withRoot(cut: Cut, root: Node, others: ReadonlySet<Node>, way: Way): Cut {
  const given = new Set(cut.inputs);
  const added: Node[] = [];
  const order: Node[] = [];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (!given.has(node) && (others.has(node) || node.op === 'normal')) added.push(node);
    else if (!given.has(node)) for (const arg of argsOf(node, way)) visit(arg);
    order.push(node);
  };
  visit(root);
  for (const one of added) given.add(one);
  const inputs = [...cut.inputs.filter((input) => seen.has(input)), ...added];
  const used = new Set([root, ...order.flatMap((node) => (given.has(node) || measuring.has(node.op) ? [] : argsOf(node, way)))]);
  return {
    root,
    order,
    inputs,
    constant: cut.constant,
    measured: new Set(inputs.filter((input) => !used.has(input))),
    operations: new Set(order.flatMap((node) => (given.has(node) ? [] : [node.op]))),
    literals: order.flatMap((node) => (node.op === 'number' ? [numberOf(node)!] : [])),
  };
}

interface Around {
  readonly given: ReadonlySet<Node>;
  /** That the code raises something to. */
  readonly exponents: ReadonlySet<Node>;
  /** Functions of given values that are used more than once. */
  readonly shared: ReadonlySet<Node>;
  /** Whether it computes with lengths of axes. */
  readonly isMeasured: boolean;
}

interface Change {
  readonly kind: EditKind;
  readonly wanted: Node;
}

function* changesOf(node: Node, around: Around, above: Node | null, others: readonly Node[]): Generator<Change> {
  const { given, exponents } = around;
  const isGiven = given.has(node);
  if (node.op === 'number') {
    const value = numberOf(node)!;
    if (above && above.op !== 'power')
      for (const other of [-value, value / 2, value * 2, 1 - value, Math.sqrt(Math.abs(value)), 1 / value])
        if (Number.isFinite(other) && other !== value && other !== 0)
          yield { kind: other === -value ? 'sign' : 'factor', wanted: number(other) };
    return;
  }
  if (!above || adding.has(above.op))
    for (const other of [...given, ...others])
      if (other !== node && isShare(other))
        for (const op of ['multiply', 'divide']) yield { kind: 'missing factor', wanted: make(op, [node, other]) };
  for (const op of inserted)
    if (inverses[op] !== node.op && inverses[op] !== above?.op) yield { kind: 'missing function', wanted: make(op, [node]) };
  if (!above || !adding.has(above.op)) yield { kind: 'missing function', wanted: make('subtract', [number(1), node]) };
  if (adding.has(node.op)) yield { kind: 'missing function', wanted: make('abs', [node]) };
  for (const exponent of exponents) yield { kind: 'missing function', wanted: make('power', [node, exponent]) };
  if (above?.op !== 'negate' && node.op !== 'subtract') yield { kind: 'sign', wanted: make('negate', [node]) };
  // A length may be any number.
  if (above && !around.isMeasured && (adding.has(above.op) || isGiven === false))
    for (const factor of factors) yield { kind: 'factor', wanted: make('multiply', [number(factor), node]) };
  if (isGiven || wrappers.has(node.op)) {
    if (unwrap(node).op === 'uniform') yield { kind: 'another value', wanted: make('normal', []) };
    for (const other of [...given, ...others]) if (other !== node) yield { kind: 'another value', wanted: other };
    for (const other of given)
      if (other !== node && isShare(other)) yield { kind: 'another value', wanted: make('subtract', [number(1), other]) };
    return;
  }
  const { op, args, attributes } = node;
  // A function of something given, used more than once: it may be of something else here alone.
  if (around.shared.has(node) && args.length === 1)
    for (const { kind, wanted } of changesOf(args[0]!, around, node, others)) yield { kind, wanted: make(op, [wanted], attributes) };
  if (leftOut.has(op)) yield { kind: op === 'negate' ? 'sign' : 'extra function', wanted: args[0]! };
  for (const other of alike[op] ?? []) yield { kind: 'another function', wanted: make(other, args, attributes) };
  if (op === 'add') {
    yield { kind: 'sign', wanted: make('subtract', args) };
    yield { kind: 'sign', wanted: make('subtract', [args[1]!, args[0]!]) };
  }
  if (op === 'subtract') {
    yield { kind: 'sign', wanted: make('add', args) };
    yield { kind: 'order', wanted: make('subtract', [args[1]!, args[0]!]) };
  }
  if (adding.has(op)) yield* scopesOf(node);
  if (op === 'divide' || op === 'power' || op === 'matmul') yield { kind: 'order', wanted: make(op, [args[1]!, args[0]!], attributes) };
  if (op === 'divide') yield { kind: 'extra factor', wanted: args[0]! };
  for (const axes of otherAxes(attributes['axes'])) yield { kind: 'axis', wanted: make(op, args, { ...attributes, axes }) };
  if (op === 'sum' || op === 'mean')
    for (const other of reductions) if (other !== op) yield { kind: 'reduction', wanted: make(other, args, attributes) };
}

/** What one minus it is worth to compute: an entry of a schedule, a time, a share. */
const isShare = (node: Node): boolean => holdsAny(namesOf(node).flatMap(wordsOf), [...scheduleWords, 't', 'time', 'ab', 'p', 'prob', 'u']);

/** One axis for another, all but the first for all. */
function otherAxes(axes: Attributes[string] | undefined): (readonly number[])[] {
  if (axes === null) return [[-1]];
  // Which axis holds the features is not told by the code; the first one holds examples.
  if (!Array.isArray(axes) || axes.length !== 1 || axes[0] !== 0) return [];
  return [-1, 0, 1, -2].filter((axis) => axis !== axes[0]).map((axis) => [axis]);
}

/** `c * a - b` for `c * (a - b)`: of a sum, the first term's factor for all of it. */
function* scopesOf(node: Node): Generator<Change> {
  const terms: { node: Node; op: string }[] = [];
  let inner = node;
  while (adding.has(inner.op)) {
    terms.unshift({ node: inner.args[1]!, op: inner.op });
    inner = inner.args[0]!;
  }
  if (inner.op !== 'multiply' && inner.op !== 'divide') return;
  for (const place of inner.op === 'divide' ? [0] : [0, 1]) {
    let sum = inner.args[place]!;
    for (const term of terms) sum = make(term.op, [sum, term.node]);
    yield { kind: 'scope', wanted: make(inner.op, inner.args.with(place, sum)) };
  }
}
