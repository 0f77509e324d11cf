/** Two of a kind that are compared crosswise, or of which one is used where its counterpart belongs. */

import { leaves, measuring, numberOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { comparedIn, difference, holdsWord, type Comparison } from './counterparts.ts';
import { isMadeOf, isUnknown, moving, namesOn } from './flow.ts';

export function* pairs(statement: Computed, checked: Checked): Generator<Fault> {
  yield* crossed(statement, checked);
  yield* twice(statement, checked);
}

const inFunctionOf = (statement: Computed, { computed }: Checked): Computed[] =>
  computed.filter((one) => one.holder === statement.holder && one.start <= statement.start && one.node.op !== 'let');

interface Compared extends Comparison {
  readonly statement: Computed;
}

const comparisons = new WeakMap<Computed, readonly Compared[]>();

export function comparisonsIn(statement: Computed): readonly Compared[] {
  let known = comparisons.get(statement);
  if (!known) {
    const found: Compared[] = [];
    for (const node of ownNodes(statement)) {
      if (node.op !== 'mean' && node.op !== 'sum' && node.op !== 'opaque') continue;
      const compared = comparedIn(node);
      if (compared && !found.some(({ sides }) => sides[0] === compared.sides[0] && sides[1] === compared.sides[1]))
        found.push({ ...compared, statement });
    }
    comparisons.set(statement, (known = found));
  }
  return known;
}

/** `l1(rec_a, real_b) + l1(rec_b, real_a)` */
export function* crossed(statement: Computed, checked: Checked): Generator<Fault> {
  const own = comparisonsIn(statement);
  if (own.length === 0) return;
  const before = inFunctionOf(statement, checked).flatMap(comparisonsIn);
  for (const second of own) {
    for (const first of before.slice(0, before.indexOf(second))) {
      const wrong = wrongOf(first, second);
      if (!wrong) continue;
      const isOne = first.statement === second.statement;
      for (const one of isOne ? wrong.slice(0, 1) : wrong)
        yield {
          rule: 'pair-crossed',
          message: `${nameOf(one.sides[0])} is compared with ${nameOf(one.sides[1])}, which is what the other of the two belongs to.`,
          statement: one.statement,
          at: placeOf(one.statement, one.at) ? one.at : one.statement.node,
          related: [],
          nearly: null,
          change: null,
        };
    }
  }
}

const nameOf = (node: Node): string => namesOn(node)[0] ?? 'This';
const rebuilt = /rec(?:on\w*)?(?:_|\d|$)|reconstruct|cycled?|same|ident|decoded|restored|(?:^|_)hat(?:_|$)|_hat/i;
const crossing = /cross|translat|swap|mix|transfer/i;

/** Which of two comparisons have the wrong second side. */
function wrongOf(first: Compared, second: Compared): readonly Compared[] | null {
  for (const [p1, q1] of orders(first.sides)) {
    for (const [p2, q2] of orders(second.sides)) {
      const said = [nameOf(p1), nameOf(p2)] as const;
      if (
        !said.every((name) => rebuilt.test(name)) ||
        [...said, ...first.statement.around, first.statement.target].some((name) => crossing.test(name))
      )
        continue;
      const between = difference(...said);
      if (!between) continue;
      const [u, v] = between;
      const [a, b] = [nameOf(q1), nameOf(q2)];
      const is = (name: string, word: string, other: string): boolean => holdsWord(name, word) && !holdsWord(name, other);
      const isFirstWrong = is(a, v, u);
      const isSecondWrong = is(b, u, v);
      if (!isFirstWrong && !isSecondWrong) continue;
      // One of the two alone: both are compared with the same.
      if (isFirstWrong !== isSecondWrong && a !== b) continue;
      // What it is made of says more than what it is called.
      if (isFirstWrong && isMadeOf(p1, (part) => part === unwrap(q1))) continue;
      if (isSecondWrong && isMadeOf(p2, (part) => part === unwrap(q2))) continue;
      return [
        ...(isFirstWrong ? [{ ...first, sides: [p1, q1] as const }] : []),
        ...(isSecondWrong ? [{ ...second, sides: [p2, q2] as const }] : []),
      ];
    }
  }
  return null;
}

const orders = ([a, b]: readonly [Node, Node]): readonly (readonly [Node, Node])[] => [
  [a, b],
  [b, a],
];

/** A value that is the same as that of its counterpart, or but for one thing that is the counterpart's still. */
function* twice(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'add' || node.args.some(({ op }) => op === 'let')) continue;
    if (!(unwrap(node.args[0]!) === unwrap(node.args[1]!) && isOneWay(node)) && !areMeansOfOne(node.args[0]!, node.args[1]!)) continue;
    const second = secondOf(node, statement, checked);
    yield {
      ...{ rule: 'same-twice', statement: second ?? statement, at: second?.node ?? node, related: [], nearly: null, change: null },
      message: 'Both terms are the same: of the two directions of a contrastive loss, the second takes the similarities transposed.',
    };
  }
  if (!/^\w+$/.test(statement.target) || isMere(statement.node)) return;
  for (const other of inFunctionOf(statement, checked)) {
    if (other.start >= statement.start || !/^\w+$/.test(other.target)) continue;
    const words = difference(other.target, statement.target);
    if (!words || words.some((word) => apart.test(word))) continue;
    const [u, v] = words;
    const kept = keptIn(other.node, statement.node, words, scopeOf(statement, checked), other.target);
    const told = { statement, at: statement.node, related: [{ node: other.node, message: 'The other one.' }], nearly: null, change: null };
    if (kept) {
      yield {
        ...told,
        rule: 'same-twice',
        message: `${kept.name} is used here as it is for ${other.target}: what ${v} has in its place is ${kept.counterpart}.`,
      };
      return;
    }
    if (unwrap(other.node) === unwrap(statement.node) && isOneWay(statement.node)) {
      yield {
        ...told,
        rule: 'same-twice',
        message: `This is ${other.target} again: of the two directions of a contrastive loss, from ${u} to ${v} and back, the second takes the similarities transposed.`,
      };
      return;
    }
  }
}

/** Two names of one loss, of which the means are taken. */
function areMeansOfOne(one: Node, other: Node): boolean {
  const [a, b] = [unwrap(one), unwrap(other)];
  const [inner, twin] = [a.args[0], b.args[0]];
  if (a.op !== 'mean' || b.op !== 'mean' || inner?.op !== 'let' || twin?.op !== 'let' || unwrap(inner) !== unwrap(twin)) return false;
  return nameOf(inner) !== nameOf(twin) && isMadeOf(inner, ({ op }) => /^(?:crossEntropy|logSoftmax|logSumExp)$/.test(op), 40);
}

/** Where the second of two names is given to it. */
const secondOf = ({ args }: Node, { holder }: Computed, { computed }: Checked): Computed | null => {
  const name = unwrap(args[1]!).args[0];
  const isIt = (one: Computed): boolean => one.holder === holder && one.node.op !== 'let' && one.target === name!.attributes['name'];
  return name?.op === 'let' ? (computed.findLast(isIt) ?? null) : null;
};

/** What is fitted on one of them is meant to be used on the other. */
const apart =
  /^(?:train|test|val|valid|eval|old|new|prev|next|last|curr?|in|out|src|tgt|source|target|online|ema|teacher|student|init|final|min|max)$/;

/** Nothing is computed. */
function isMere(node: Node): boolean {
  const inner = unwrap(node);
  return (
    numberOf(inner) !== null ||
    leaves.has(inner.op) ||
    moving.has(inner.op) ||
    inner.op === 'parts' ||
    inner.op === 'shape' ||
    inner.op === 'size'
  );
}

/** Names that can be used where a statement stands. */
function scopeOf(statement: Computed, checked: Checked): ReadonlySet<string> {
  const names = new Set<string>(statement.holder?.parameters.map(({ name }) => name));
  for (const one of inFunctionOf(statement, checked))
    if (one.start < statement.start) for (const name of one.target.split(/\W+/)) names.add(name);
  return names;
}

interface Kept {
  readonly name: string;
  readonly counterpart: string;
}

/**
 * What two values have in common that holds the word of the first, and has a counterpart, where all in which they differ is of the one
 * and of the other. `called`: the first; what is made of it is no counterpart of it.
 */
function keptIn(first: Node, second: Node, [u, v]: readonly [string, string], scope: ReadonlySet<string>, called: string): Kept | null {
  if (isMadeOf(second, isCalled(called))) return null;
  const isSame = unwrap(first) === unwrap(second);
  let kept: Kept | null = null;
  let steps = 0;
  const walk = (a: Node, b: Node): boolean => {
    if (++steps > 60) return false;
    // How many there are is the same for both.
    if (measuring.has(a.op) && a === b) return true;
    const [x, y] = [nameAt(a), nameAt(b)];
    if (a === b || (x && x === y)) {
      if (!x || !holdsWord(x, u) || holdsWord(x, v)) {
        // A whole that is common may hold it further in.
        return a !== b || (x !== null && !holdsWord(x, u)) || isMereLeaf(a) ? true : operandsOf(a).every((arg) => walk(arg, arg));
      }
      const counterpart = [...scope].find((name) => {
        const words = difference(x, name);
        return words?.[0] === u && words[1] === v;
      });
      // Each is of both, in its own way.
      if (counterpart && (isSame || !isMadeOf(first, isCalled(counterpart)))) kept ??= { name: x, counterpart };
      return true;
    }
    if (x && y) {
      const words = difference(x, y);
      return words?.[0] === u && words[1] === v;
    }
    const [p, q] = [unwrap(a), unwrap(b)];
    if (p.op !== q.op || p.args.length !== q.args.length || leaves.has(p.op) || p.op === 'number') return false;
    return p.args.every((arg, at) => walk(arg, q.args[at]!));
  };
  return walk(strip(first), strip(second)) ? kept : null;
}

const isMereLeaf = (node: Node): boolean => isUnknown(node) || node.op === 'number';

const isCalled =
  (name: string) =>
  (node: Node): boolean =>
    nameAt(node) === name;

/** The name by which a value is used. */
const nameAt = (node: Node): string | null =>
  node.op === 'let' || node.op === 'parameter' || node.op === 'attribute' ? String(node.attributes['name']) : null;

function strip(node: Node): Node {
  let inner = node;
  while (inner.op === 'let' || inner.op === 'inline') [inner] = inner.args as [Node];
  return inner;
}

/** A loss of similarities, of each row or each column: of the same rows it is the same again. */
const isOneWay = (node: Node): boolean =>
  isMadeOf(node, ({ op }) => op === 'crossEntropy' || op === 'logSoftmax' || op === 'logSumExp', 40) &&
  isMadeOf(node, (part) => part.op === 'matmul' || part.op === 'einsum', 120) &&
  !isMadeOf(node, ({ op }) => op === 'item', 40);
