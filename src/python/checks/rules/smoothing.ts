/** Smoothed targets that do not sum to 1. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMadeOf, isMoved, namesOn, termsOf, under } from './flow.ts';

export function* smoothing(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const levels = levelsOf(node);
    if (!levels) continue;
    const total = totalOf(levels);
    if (total === null || Math.abs(total.one - 1) < 1e-9 || Math.abs(total.other - 1) < 1e-9) continue;
    // What was put into all of them, where a statement does that.
    const filling = total.isOfOthers
      ? checked.computed.findLast(
          (one) => one.holder === statement.holder && one.start < statement.start && unwrap(one.node) === unwrap(levels.others),
        )
      : undefined;
    yield {
      rule: 'targets-sum',
      message: total.message,
      statement: filling ?? statement,
      at: filling ? filling.node : checked.computed.some((one) => placeOf(one, node)) ? node : statement.node,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

/** What the right class and each of the others have. */
interface Levels {
  /** null: all of it. */
  readonly right: Node | null;
  readonly others: Node;
  /** Whether the right class has what the others have as well. */
  readonly isAdded: boolean;
}

function levelsOf(node: Node): Levels | null {
  const [a, b, c] = node.args;
  if (node.op === 'where' && isHot(a!) && b && c) return { right: b, others: c, isAdded: false };
  if (node.op === 'opaque' && /^scatter_?$/.test(String(node.attributes['callee'])) && node.args.length >= 4) {
    const others = uniform(a!);
    return others && { right: node.args[3]!, others, isAdded: false };
  }
  if (node.op !== 'add') return null;
  for (const [at, arg] of node.args.entries()) {
    const factors = factorsOf(arg);
    const others = node.args[1 - at]!;
    if (isHot(arg) && isSmoothing(others)) return { right: null, others, isAdded: true };
    const right = factors.filter((one) => !isHot(one.node));
    if (factors.length === 2 && right.length === 1 && !right[0]!.below && !isMadeOf(others, isHot, 40))
      return { right: right[0]!.node, others, isAdded: true };
  }
  return null;
}

/** `eps / K` */
const isSmoothing = (node: Node): boolean =>
  factorsOf(node).some(
    ({ node: factor, below }) => !below && namesOn(factor).some((name) => /eps|smooth|label_noise|(?:^|_)ls$/i.test(name)),
  ) &&
  factorsOf(node).some(({ below }) => below) &&
  !isMadeOf(node, ({ op }) => op === 'opaque' || op === 'item', 30);

/** One class of each example. */
function isHot(node: Node): boolean {
  const inner = under(node, (one) => isMoved(one) || /^(?:greater|equal|notEqual|greaterEqual)$/.test(one.op));
  return inner.op === 'oneHot' || inner.op === 'eye' || isFilled(inner);
}

/** Zeros into which ones were put. */
function isFilled({ op, args, attributes }: Node): boolean {
  if (op === 'carried') return numberOf(args[0]!) === 0;
  return op === 'opaque' && /^scatter_?$/.test(String(attributes['callee'])) && numberOf(args[0]!) === 0 && numberOf(args.at(-1)!) === 1;
}

/** Something that holds one number throughout. */
const uniform = (node: Node): Node | null => (isMadeOf(node, ({ op }) => op === 'opaque' || op === 'item', 30) ? null : node);

/** Two pairs of a smoothing and a number of classes, at which the sum is computed. */
const points = [
  { smoothing: 0.13, classes: 7 },
  { smoothing: 0.29, classes: 11 },
] as const;

interface Total {
  readonly one: number;
  readonly other: number;
  readonly message: string;
  /** The right class has what it is to have. */
  readonly isOfOthers?: true;
}

/** The sum over all classes; null where it is not a matter of one smoothing and one number of classes. */
function totalOf({ right, others, isAdded }: Levels): Total | null {
  if (!right)
    return {
      ...{ one: 2, other: 2 },
      message:
        'The right class keeps all of its weight and each class is given its share of the smoothing: over all classes these targets sum to more than 1. What is given to the others is taken off the right one.',
    };
  const leaves = new Set<Node>();
  gather(right, leaves);
  const own = new Set(leaves);
  gather(others, leaves);
  const all = [...leaves];
  // What the right class loses is the smoothing, what the others divide by are the classes.
  const eps = all.filter((leaf) => own.has(leaf));
  const counts = all.filter((leaf) => isDivisor(others, leaf));
  const [smoothed] = eps.filter((leaf) => !counts.includes(leaf));
  const [classes] = counts;
  // The smoothing itself for each class, and not a share of it.
  if (isAdded && smoothed && all.length === 1 && unwrap(others) === smoothed)
    return {
      one: 2,
      other: 2,
      message:
        'Each class is given the whole smoothing, not its share of it: over all classes these targets sum to more than 1. It is divided by the number of classes.',
    };
  if (!isAdded && smoothed && all.length === 1 && unwrap(others) === smoothed)
    return {
      ...{ one: 2, other: 2, isOfOthers: true },
      message:
        'Each of the other classes is given the whole smoothing, not its share of it: over all classes these targets sum to more than 1. It is divided by how many they are.',
    };
  const timesAll = unwrap(others);
  if (isAdded && smoothed && timesAll.op === 'multiply' && timesAll.args.some((arg) => unwrap(arg) === smoothed))
    return {
      ...{ one: 2, other: 2 },
      message:
        'Each class is given the smoothing times the number of classes, not its share of it: over all classes these targets sum to far more than 1. It is divided by that number.',
    };
  if (counts.length !== 1 || all.length !== 2 || !smoothed || !classes) return null;
  const sums = points.map(({ smoothing: value, classes: count }) => {
    const values = new Map([
      [smoothed, value],
      [classes, count],
    ]);
    const [x, y] = [computed(right, values), computed(others, values)];
    // Where more than the right class is left out of the others, as padding is, another number divides.
    if (y === null || (Math.abs((y * count) / value - 1) > 1e-9 && Math.abs((y * (count - 1)) / value - 1) > 1e-9)) return null;
    return x === null ? null : x + (isAdded ? count : count - 1) * y;
  });
  const [first, second] = sums;
  if (typeof first !== 'number' || typeof second !== 'number') return null;
  // Something else altogether.
  if (Math.abs(first - 1) > 0.9) return null;
  const word = first < 1 ? 'less' : 'more';
  return {
    one: first,
    other: second,
    message: `Over all classes these targets sum to ${word} than 1 (${first.toFixed(3)} for a smoothing of 0.13 and 7 classes): with eps / K for each class the right one has 1 - eps + eps / K.`,
  };
}

function gather(node: Node, found: Set<Node>): void {
  const inner = unwrap(node);
  if (numberOf(inner) !== null) return;
  if (/^(?:add|subtract|multiply|divide|negate)$/.test(inner.op)) for (const arg of inner.args) gather(arg, found);
  else found.add(inner);
}

const isDivisor = (node: Node, leaf: Node): boolean =>
  termsOf(node).some(({ node: term }) =>
    factorsOf(term).some(
      ({ node: factor, below }) => below && (unwrap(factor) === leaf || termsOf(factor).some((one) => unwrap(one.node) === leaf)),
    ),
  );

function computed(node: Node, values: ReadonlyMap<Node, number>): number | null {
  const inner = unwrap(node);
  const known = values.get(inner) ?? numberOf(inner);
  if (known !== null) return known;
  const args = inner.args.map((arg) => computed(arg, values));
  const [a, b] = args;
  if (typeof a !== 'number') return null;
  if (inner.op === 'negate') return -a;
  if (typeof b !== 'number') return null;
  switch (inner.op) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'divide':
      return a / b;
    default:
      return null;
  }
}
