/** A piece of code as a function of some of its names: where to stop following. */

import { argumentsOf, leaves, measuring, numberOf, operandsOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import { isPlace, isPositions } from './places.ts';
import { isSchedule } from './evidence/tables.ts';
import { holdsAny, maskWords, wordsOf } from './evidence/words.ts';

export interface Cut {
  readonly root: Node;
  /** What has to be computed, each after what it needs. */
  readonly order: readonly Node[];
  /** What is given. */
  readonly inputs: readonly Node[];
  /** Those of them that no gradient reaches, whatever the way. */
  readonly constant: ReadonlySet<Node>;
  /** Those of which only lengths of axes are asked. */
  readonly measured: ReadonlySet<Node>;
  readonly operations: ReadonlySet<string>;
  /** Numbers that stand in the code. */
  readonly literals: readonly number[];
  /** Of one of many that differ in few operations what they have in common: it is worked out once. */
  readonly common?: ReadonlySet<Node>;
}

export interface CutOptions {
  /** Names and calls that are followed, on the way from the root. */
  readonly depth: number;
  /** Which alternative of a condition is taken. */
  readonly alternative: number;
  /** Whether names of mere views of something given are followed too: of nothing, of all, of what is used as a whole as well. */
  readonly views: 'none' | 'shared' | 'all';
  /** Whether what is cut out of something given, `ids[:, 1:]`, is given by itself. */
  readonly pieces?: boolean;
  /** Names that are followed no further: of what is a formula by itself. */
  readonly isKnown?: (node: Node) => boolean;
}

/** Operations that say where numbers are, not what they are. */
const moving: ReadonlySet<string> = new Set(
  'reshape expand flatten expandDims squeeze permute swapAxes moveAxis part parts index tile rearrange einopsRepeat item gather detach let inline'.split(
    ' ',
  ),
);

/** No gradient comes through them: what they give is a value of its own. */
const stepping: ReadonlySet<string> = new Set(['round', 'sign', 'argmax', 'argmin']);

const largest = 400;

/** null where the piece is too large to be one formula. */
export function cut(root: Node, options: CutOptions): Cut | null {
  const inputs = new Set<Node>();
  let depths = depthsFrom(root, options, inputs, none);
  let wholes = none;
  if (depths && options.views === 'shared') {
    wholes = wholesAmong(inputs);
    if (wholes.size === 0) return null;
    inputs.clear();
    depths = depthsFrom(root, options, inputs, wholes);
  }
  const names = namesBeside(inputs);
  if (depths && names.size > 0) {
    inputs.clear();
    depths = depthsFrom(root, options, inputs, options.views === 'shared' ? new Set([...wholes, ...names]) : names);
  }
  if (!depths) return null;
  lengthsOfNothing(root, inputs, options);
  const order: Node[] = [];
  const flows = new Set<Node>();
  const measuredOnly = new Set<Node>();
  const used = new Set<Node>();
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node)) return;
    seen.add(node);
    if (!inputs.has(node)) {
      for (const arg of argsOf(node, options)) {
        visit(arg);
        (measuring.has(node.op) ? measuredOnly : used).add(arg);
      }
    }
    order.push(node);
  };
  visit(root);
  // Of what only a length was asked, and that length is given, nothing is left.
  for (const input of inputs) if (!seen.has(input)) inputs.delete(input);
  // What was left out by the caller is not computed with: this is not the way that the code goes.
  if ([...inputs].some(isNone)) return null;
  used.add(root);
  // Gradients flow from the root down, except through what is held constant.
  const flow = (node: Node): void => {
    if (flows.has(node)) return;
    flows.add(node);
    if (inputs.has(node) || node.op === 'detach' || measuring.has(node.op)) return;
    for (const arg of argsOf(node, options)) flow(arg);
  };
  if (root.op === 'detach') flow(root.args[0]!);
  else flow(root);
  const constant = new Set([...inputs].filter((input) => !flows.has(input) || isHeld(input)));
  const measured = new Set([...inputs].filter((input) => measuredOnly.has(input) && !used.has(input)));
  const computing = new Set(order.flatMap((node) => (inputs.has(node) || moving.has(node.op) ? [] : argsOf(node, options))));
  const literals = order
    .filter((node) => node.op === 'number' && computing.has(node))
    .map(({ attributes }) => attributes['value'] as number);
  return {
    root,
    order,
    inputs: [...inputs],
    constant,
    measured,
    operations: new Set(order.filter((node) => !inputs.has(node)).map(({ op }) => op)),
    literals,
  };
}

const none: ReadonlySet<Node> = new Set();

function isNone(node: Node): boolean {
  const { op, attributes } = unwrap(node);
  return op === 'global' && attributes['name'] === 'none';
}

/** Lengths of something of which nothing but lengths is used are numbers of their own. */
function lengthsOfNothing(root: Node, inputs: Set<Node>, options: CutOptions): void {
  const used = new Set<Node>();
  const lengths: Node[] = [];
  const seen = new Set<Node>();
  // Those that are computed with, and do not only say in what shape something is.
  const computed = new Set<Node>();
  const visit = (node: Node, isShaping: boolean): void => {
    if (seen.has(node) && (isShaping || computed.has(node))) return;
    seen.add(node);
    if (!isShaping) computed.add(node);
    if (inputs.has(node)) return;
    // What is below a length is not used by it.
    if (measuring.has(node.op)) {
      lengths.push(node);
      return;
    }
    for (const [place, arg] of argsOf(node, options).entries()) {
      used.add(arg);
      visit(arg, isShaping || (place > 0 && (node.op === 'reshape' || node.op === 'expand')));
    }
  };
  visit(root, false);
  for (const node of lengths) {
    const [of] = node.args;
    let inner = of!;
    let isUsed = used.has(inner);
    while (!isUsed && !inputs.has(inner) && moving.has(inner.op)) isUsed = used.has((inner = inner.args[0]!));
    if (!isUsed && node.op !== 'shape' && inputs.has(inner) && (computed.has(node) || !isProjectedFrom(inner, inputs))) inputs.add(node);
  }
}

/** `q = self.query(x)`: of its last axis nothing is known, of the others the lengths are those of x. */
const isProjectedFrom = (of: Node, inputs: ReadonlySet<Node>): boolean =>
  [...inputs].some((input) => input !== of && unwrap(input).op === 'opaque' && isGivenTo(unwrap(input), unwrap(of), mostCalls));
const mostCalls = 3;

/** What a call is given, or calls one after the other. */
function isGivenTo(call: Node, of: Node, calls: number): boolean {
  const [only, ...others] = argumentsOf(call).map(unwrap);
  if (!only || others.length > 0) return false;
  return only === of || (only.op === 'opaque' && calls > 1 && isGivenTo(only, of, calls - 1));
}

/** Names of something that is given by another name too: they are one value. */
function namesBeside(inputs: ReadonlySet<Node>): ReadonlySet<Node> {
  const count = new Map<Node, number>();
  for (const input of inputs) count.set(unwrap(input), (count.get(unwrap(input)) ?? 0) + 1);
  return new Set([...inputs].filter((input) => wrappers.has(input.op) && leaves.has(unwrap(input).op) && count.get(unwrap(input))! > 1));
}

/** Of the inputs that are views, what they are of, where that is an input too, or where it was taken apart into several of them. */
function wholesAmong(inputs: ReadonlySet<Node>): ReadonlySet<Node> {
  const wholes = new Set([...inputs].filter((input) => !isSlice(input)).map(baseOf));
  const bases = [...inputs].filter(isSlice).map(baseOf);
  const apart = [...inputs].filter(isPart).map(baseOf);
  return new Set([...bases.filter((base) => wholes.has(base)), ...apart.filter((base, place) => apart.indexOf(base) !== place)]);
}

/** One of several equal parts. */
function isPart(node: Node): boolean {
  for (let inner = node; moving.has(inner.op); inner = inner.args[0]!) if (inner.op === 'part') return true;
  return false;
}

/** An unnamed stretch of something given: from somewhere on, or up to somewhere. */
export const isPieceOfView = ({ op, attributes, args }: Node): boolean =>
  op === 'index' && /slice:[ft]/.test(String(attributes['spec'])) && isView(args[0]!);

/** A part of something, or something in another order. */
function isSlice(node: Node): boolean {
  for (let inner = node; moving.has(inner.op); inner = inner.args[0]!)
    if (inner.op === 'index' || inner.op === 'part' || inner.op === 'permute' || inner.op === 'swapAxes') return true;
  return false;
}

/** What a node needs; of alternatives, the one that is taken. */
export function argsOf(node: Node, { alternative }: Pick<CutOptions, 'alternative'>): readonly Node[] {
  if (node.op === 'choice') return [node.args[Math.min(alternative, node.args.length - 1)]!];
  return node.op === 'leftOut' ? node.args.slice(0, 1) : operandsOf(node);
}

/** Breadth first, so that a name that is met twice is followed if it is near on either way. */
function depthsFrom(root: Node, options: CutOptions, inputs: Set<Node>, wholes: ReadonlySet<Node>): Map<Node, number> | null {
  const depths = new Map<Node, number>([[root, 0]]);
  const queues: Node[][] = [[root]];
  const places = new Set<Node>();
  for (let depth = 0; depth < queues.length; depth++) {
    for (const node of queues[depth]!) {
      if (depths.get(node)! < depth) continue;
      if ((node !== root || leaves.has(node.op)) && !places.has(node)) {
        if (
          isGiven(node, options, wholes) ||
          (node.op === 'let' && options.isKnown?.(node) === true) ||
          (wrappers.has(node.op) && depth > options.depth && !isLength(node) && !wholes.has(node))
        ) {
          inputs.add(node);
          continue;
        }
      }
      for (const [place, arg] of argsOf(node, options).entries()) {
        if (places.has(node) ? !measuring.has(node.op) : isPlace(node, place)) places.add(arg);
        const isFollowed = isLength(arg) || places.has(arg) || (options.views === 'all' && isView(arg));
        const at = wrappers.has(arg.op) && !isFollowed ? depth + 1 : depth;
        const before = depths.get(arg);
        if (before !== undefined && before <= at) continue;
        depths.set(arg, at);
        inputs.delete(arg);
        (queues[at] ??= []).push(arg);
      }
      for (let next = depth + 1; next < queues.length; next++) queues[next] ??= [];
      if (depths.size > largest) return null;
    }
    for (let next = depth + 1; next < queues.length; next++) queues[next] ??= [];
  }
  return depths;
}

/** What the code does not compute; a name of a view of it; an entry of a table of it. */
function isGiven(node: Node, { views, pieces }: CutOptions, wholes: ReadonlySet<Node>): boolean {
  if (leaves.has(node.op)) return true;
  if (pieces === true && isPieceOfView(node)) return true;
  // One of several things that are held together: `weights[0]`.
  if (
    views !== 'all' &&
    node.op === 'index' &&
    node.attributes['spec'] === 'at' &&
    (leaves.has(unwrap(node.args[0]!).op) || unwrap(node.args[0]!).op === 'parts') &&
    isNumber(node.args[1]!)
  )
    return true;
  if ((node.op === 'parts' && views !== 'all') || stepping.has(node.op) || isCountOfShape(node)) return true;
  if (wrappers.has(node.op)) {
    if (wholes.has(node)) return false;
    if (views !== 'all' && (isNamedMask(node) || isWidth(node) || isStep(node))) return true;
    // A name of something given is the name to know it by.
    if (leaves.has(unwrap(node).op) || (views !== 'all' && isProjected(unwrap(node)))) return true;
    if (views === 'all' || isLength(node) || !isView(node)) return false;
    return !wholes.has(baseOf(node));
  }
  if (
    node.op === 'index' &&
    node.args.length > 1 &&
    node.args.slice(1).some((at) => !isNumber(at)) &&
    String(node.attributes['spec']).includes('at')
  )
    return isView(node.args[0]!) || (views !== 'all' && isSchedule(node.args[0]!));
  if (node.op === 'gather') return views !== 'all' && isSchedule(node.args[0]!);
  // An unnamed call whose result is put into another shape by lengths that are not known here.
  if ((node.op === 'reshape' && node.args.length > 2 && node.args.slice(1).some((size) => !isNumber(size))) || node.op === 'rearrange')
    return isView(node.args[0]!) && baseOf(node).op === 'opaque';
  // A bias that grows with the distance of positions.
  if (node.op === 'multiply' && views !== 'all' && node.args.some(isView) && node.args.some(isPositions)) return true;
  return views !== 'all' && isProjected(node);
}

/** Something given, through a linear layer. */
const isProjected = ({ op, args }: Node): boolean => op === 'matmul' && isView(args[0]!) && isMatrix(args[1]!);

/** A step of time, by its name, however it was told from two times. */
const isStep = (node: Node): boolean =>
  node.op === 'let' && (holdsAny(wordsOf(String(node.attributes['name'])), stepWords) || isBetweenNeighbours(unwrap(node)));

/** The difference of two entries of one list that a loop goes through: of times, of noise levels. */
function isBetweenNeighbours({ op, args }: Node): boolean {
  if (op !== 'subtract') return false;
  const [from, to] = args.map(unwrap);
  return from!.op === 'item' && to!.op === 'item' && from !== to && baseOf(from!.args[0]!) === baseOf(to!.args[0]!);
}

const stepWords = ['dt', 'step size', 'delta t', 'd t', 'stepsize'];

/** What is compared to make a mask says nothing more than its name. */
const isNamedMask = (node: Node): boolean =>
  node.op === 'let' && comparing.has(baseOf(node).op) && holdsAny(wordsOf(String(node.attributes['name'])), maskWords);
const comparing: ReadonlySet<string> = new Set(
  'equal notEqual less lessEqual greater greaterEqual logicalAnd logicalOr logicalNot'.split(' '),
);

/** What a linear layer multiplies with, by its name: its result is a value of its own. */
const isMatrix = (node: Node): boolean => isView(node) && holdsAny(wordsOf(String(baseOf(node).attributes['name'] ?? '')), matrixWords);
const matrixWords = 'w wq wk wv wo wqkv wkv weight weights kernel proj'.split(' ');

const widths = new WeakMap<Node, boolean>();
const widthWords = 'dim dims head heads hidden size width embed embd channels features latent model units depth'.split(' ');
const arithmetic: ReadonlySet<string> = new Set('add subtract multiply divide floorDivide power sqrt rsqrt number let inline'.split(' '));

/** It is computed from widths of layers alone: a number, whatever it is computed with. */
function isWidth(node: Node): boolean {
  let known = widths.get(node);
  if (known === undefined) {
    known =
      node.op === 'parameter' || node.op === 'attribute' || node.op === 'global'
        ? holdsAny(wordsOf(String(node.attributes['name'])), widthWords)
        : arithmetic.has(node.op) && operandsOf(node).some(isWidth) && operandsOf(node).every((arg) => isNumber(arg) || isWidth(arg));
    widths.set(node, known);
  }
  return known;
}

/** `prod(shape)`: how many numbers there are. */
export const isCountOfShape = ({ op, args }: Node): boolean =>
  op === 'product' && isView(args[0]!) && holdsAny(wordsOf(String(baseOf(args[0]!).attributes['name'] ?? '')), shapeWords);
const shapeWords = ['shape', 'dims', 'size', 'resolution'];

/** A name of a length of an axis, or of a number in whatever shape, is followed in any case. */
function isLength(node: Node): boolean {
  const { op, args } = unwrap(node);
  return op === 'number' || measuring.has(op) || (op === 'expand' && isLength(args[0]!));
}

const isNumber = (node: Node): boolean => numberOf(node) !== null;

/** Nothing is computed in it. */
export function isView(node: Node): boolean {
  const { op } = baseOf(node);
  return leaves.has(op) || op === 'parts';
}

/** What a view is of; of one thing in this shape or that, the thing. */
export function baseOf(node: Node): Node {
  let inner = node;
  while (moving.has(inner.op) || isSameInAnyCase(inner)) inner = inner.args[0]!;
  return inner;
}

const sameInAnyCase = new WeakMap<Node, boolean>();

function isSameInAnyCase(node: Node): boolean {
  if (node.op !== 'choice') return false;
  let known = sameInAnyCase.get(node);
  if (known === undefined) {
    const bases = new Set(node.args.map(baseOf));
    sameInAnyCase.set(node, (known = bases.size === 1 && !node.args.every((arg) => bases.has(arg))));
  }
  return known;
}

/** No gradient reaches it, whatever the way. */
export function isHeld(node: Node): boolean {
  let inner = node;
  while (moving.has(inner.op)) {
    if (inner.op === 'detach') return true;
    inner = inner.args[0]!;
  }
  return false;
}
