/** The slips that people make: what one value of a piece of code could be instead. */

import { numberOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import { namesOf } from '../../recognise/evidence/given.ts';
import { holdsAny, scheduleWords, wordsOf } from '../../recognise/evidence/words.ts';
import { make, number, type EditKind } from './edit.ts';

/** Functions of one number that are left out, put in, or taken for one another. */
const functions = ['exp', 'log', 'sqrt', 'square', 'abs', 'sigmoid', 'softplus', 'relu', 'negate', 'reciprocal', 'logSigmoid'] as const;
/** Put in, they would only undo it. */
export const inverses: Readonly<Record<string, string>> = {
  square: 'sqrt',
  sqrt: 'square',
  exp: 'log',
  log: 'exp',
  reciprocal: 'reciprocal',
};
const inserted = ['exp', 'log', 'sqrt', 'square', 'sigmoid', 'logSigmoid', 'reciprocal'] as const;
const leftOut: ReadonlySet<string> = new Set([...functions, 'detach', 'softmax', 'logSoftmax', 'cumulativeProduct', 'cumulativeSum']);

const alike: Readonly<Record<string, readonly string[]>> = {
  exp: ['square', 'log'],
  log: ['exp', 'sqrt'],
  sqrt: ['square'],
  square: ['sqrt', 'abs', 'exp'],
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
  sum: ['logSumExp'],
  softmax: ['logSoftmax'],
  logSoftmax: ['softmax'],
};

const summing: Readonly<Record<string, string>> = { add: 'multiply', multiply: 'add' };
const adding: ReadonlySet<string> = new Set(['add', 'subtract']);
const reductions = ['sum', 'mean'] as const;
export const factors = [0.5, 2];

/** What stands around a value that is changed. */
export interface Around {
  readonly given: ReadonlySet<Node>;
  /** That the code raises something to. */
  readonly exponents: ReadonlySet<Node>;
  /** Functions of given values that are used more than once. */
  readonly shared: ReadonlySet<Node>;
  /** Numbers by which given values are divided, or that they are multiplied by. */
  readonly scales: readonly Scale[];
  /** Whether it computes with lengths of axes. */
  readonly isMeasured: boolean;
  /** Axes along which it sums, averages or normalises. */
  readonly axes: readonly (readonly number[])[];
}

/** What is done to one given value by another one. */
export interface Scale {
  readonly op: 'multiply' | 'divide';
  readonly by: Node;
  readonly of: Node;
}

export interface Change {
  readonly kind: EditKind;
  readonly wanted: Node;
}

/** What one value could be instead. */
export function* changesOf(node: Node, around: Around, above: Node | null, others: readonly Node[]): Generator<Change> {
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
        for (const op of ['multiply', 'divide'])
          for (const factor of formsOf(other, op)) yield { kind: 'missing factor', wanted: make(op, [node, factor]) };
  for (const op of inserted)
    if (
      inverses[op] !== node.op &&
      inverses[op] !== above?.op &&
      (op !== 'logSigmoid' || (isLinear(node) && !(above && adding.has(above.op))))
    )
      yield { kind: 'missing function', wanted: make(op, [node]) };
  if (!above || !adding.has(above.op)) yield { kind: 'missing function', wanted: make('subtract', [number(1), node]) };
  if (adding.has(node.op)) yield { kind: 'missing function', wanted: make('abs', [node]) };
  // A target, a margin, or the length that a gradient is to have.
  if (above && distances.has(above.op) && !adding.has(node.op)) yield { kind: 'off by one', wanted: make('subtract', [node, number(1)]) };
  if (above?.op === 'relu' && !adding.has(node.op)) yield { kind: 'off by one', wanted: make('add', [number(1), node]) };
  for (const exponent of exponents) yield { kind: 'missing function', wanted: make('power', [node, exponent]) };
  if (above?.op !== 'negate' && node.op !== 'subtract') yield { kind: 'sign', wanted: make('negate', [node]) };
  // A length may be any number.
  if (above && !around.isMeasured && (adding.has(above.op) || isGiven === false))
    for (const factor of factors) yield { kind: 'factor', wanted: make('multiply', [number(factor), node]) };
  // What is done to its counterpart.
  if (isGiven && above)
    for (const scale of around.scales)
      if (scale.of !== node && scale.by !== node && !(above.op === scale.op && above.args.includes(scale.by)))
        yield { kind: 'missing factor', wanted: make(scale.op, [node, scale.by]) };
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
  for (const other of exchangedIn(node)) yield { kind: 'exchanged', wanted: other };
  for (const other of alike[op] ?? []) yield { kind: 'another function', wanted: make(other, args, attributes) };
  // A sum of two values for their product, or the other way round; a number is a factor.
  const exchanged = args.every((arg) => numberOf(arg) === null) ? summing[op] : undefined;
  if (exchanged) yield { kind: 'another function', wanted: make(exchanged, args, attributes) };
  if (op === 'add') {
    yield { kind: 'sign', wanted: make('subtract', args) };
    yield { kind: 'sign', wanted: make('subtract', [args[1]!, args[0]!]) };
  }
  if (op === 'subtract') {
    yield { kind: 'sign', wanted: make('add', args) };
    yield { kind: 'order', wanted: make('subtract', [args[1]!, args[0]!]) };
    if (numberOf(args[1]!) === 1 && given.has(args[0]!)) yield { kind: 'off by one', wanted: args[0]! };
  }
  if (adding.has(op)) {
    yield* scopesOf(node);
    yield* movedFactors(node);
    yield* widened(node);
  }
  if (shaping.has(op) && adding.has(args[0]!.op)) yield* narrowed(node);
  if (op === 'divide' || op === 'power' || op === 'matmul') yield { kind: 'order', wanted: make(op, [args[1]!, args[0]!], attributes) };
  if (op === 'divide') yield { kind: 'extra factor', wanted: args[0]! };
  for (const axes of [...otherAxes(node), ...axesBeside(node, around.axes)])
    yield { kind: 'axis', wanted: make(op, args, { ...attributes, axes }) };
  if (op === 'sum' || op === 'mean')
    for (const other of reductions) if (other !== op) yield { kind: 'reduction', wanted: make(other, args, attributes) };
}

/** What a difference of scores is: a hinge of it is another loss. */
const isLinear = (node: Node): boolean => /^(?:add|subtract|multiply|negate)$/.test(unwrap(node).op);

/** A share, or the root of it or of what it leaves of 1; that is divided by too. */
function formsOf(share: Node, op: string): readonly Node[] {
  const rest = make('subtract', [number(1), share]);
  return [share, make('sqrt', [share]), make('sqrt', [rest]), ...(op === 'divide' ? [rest] : [])];
}

/** What one minus it is worth to compute: an entry of a schedule, a time, a share. */
export const isShare = (node: Node): boolean =>
  holdsAny(namesOf(node).flatMap(wordsOf), [...scheduleWords, 't', 'time', 'ab', 'p', 'prob', 'u']);

/** One axis for another, all but the first for all. */
export function otherAxes({ op, attributes: { axes } }: Node): (readonly number[])[] {
  // Of all that one example holds nothing is told by a mean of logarithms.
  if (axes === null) return op === 'logSumExp' ? [] : [[-1]];
  // Which axis holds the features is not told by the code; the first one holds examples.
  if (!Array.isArray(axes) || axes.length !== 1 || axes[0] !== 0) return [];
  return [-1, 0, 1, -2].filter((axis) => axis !== axes[0]).map((axis) => [axis]);
}

/** What the rest of the code goes along. */
function axesBeside({ attributes: { axes } }: Node, others: readonly (readonly number[])[]): (readonly number[])[] {
  if (!Array.isArray(axes) || axes.length !== 1 || axes[0] === 0) return [];
  return others.filter((other) => other.length === 1 && other[0] !== axes[0]);
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

/** `a * b + c` for `a + b * c`: what multiplies one term belongs to the other. */
function* movedFactors({ op, args }: Node): Generator<Change> {
  for (const [place, term] of args.entries()) {
    if (term.op !== 'multiply' || [...term.args, args[1 - place]!].some((part) => numberOf(part) !== null)) continue;
    for (const [at, factor] of term.args.entries()) {
      const terms = [term.args[1 - at]!, make('multiply', [factor, args[1 - place]!])];
      yield { kind: 'scope', wanted: make(op, place === 0 ? terms : terms.toReversed()) };
    }
  }
}

/** `sqrt(a) - b` for `sqrt(a - b)`. */
function* widened({ op, args }: Node): Generator<Change> {
  for (const [place, arg] of args.entries())
    if (shaping.has(arg.op)) yield { kind: 'scope', wanted: make(arg.op, [make(op, args.with(place, arg.args[0]!))]) };
}

/** `sqrt(a - b)` for `sqrt(a) - b`. */
function* narrowed({ op, args: [sum] }: Node): Generator<Change> {
  for (const [place, arg] of sum!.args.entries())
    if (numberOf(arg) === null) yield { kind: 'scope', wanted: make(sum!.op, sum!.args.with(place, make(op, [arg]))) };
}

/** The mean of logarithms for the logarithm of a mean. */
function* exchangedIn({ op, args: [inner], attributes }: Node): Generator<Node> {
  if (!inner) return;
  if (averaging.has(op) && shaping.has(inner.op)) yield make(inner.op, [make(op, inner.args, attributes)]);
  if (shaping.has(op) && averaging.has(inner.op)) yield make(inner.op, [make(op, inner.args)], inner.attributes);
  // Of values that are logarithms already.
  if (op === 'mean') yield make('log', [make('mean', [make('exp', [inner])], attributes)]);
}

const distances: ReadonlySet<string> = new Set(['square', 'abs']);
const averaging: ReadonlySet<string> = new Set(reductions);
const shaping: ReadonlySet<string> = new Set(['exp', 'log', 'sqrt', 'square', 'abs']);
