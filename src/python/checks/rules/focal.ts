/** Focal weights that grow with the probability of the right class: they are to leave the hard examples. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { factorsOf, isMadeOf, namesOn } from './flow.ts';

/** Where what is called the probability of the right class is that of the other. */
export function* focal(statement: Computed, checked: Checked): Generator<Fault> {
  for (const fault of weights(statement, checked)) if (fault.statement !== statement) yield fault;
}

/** Where the complement is missing: how that is mended is told by the near miss. */
export function* focalWeights(statement: Computed, checked: Checked): Generator<Fault> {
  for (const fault of weights(statement, checked)) if (fault.statement === statement) yield fault;
}

function* weights(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'power' && node.op !== 'square') continue;
    const [base, exponent] = node.args;
    if (exponent ? !isFocusing(exponent) : !/focal/i.test(statement.around.join(' '))) continue;
    const grows = base ? growing(base) : null;
    if (!base || !grows || !isOfLoss(node)) continue;
    const truth = unwrap(base);
    // What is called the probability of the right class, and is that of the other.
    const called = truth.op === 'subtract' && numberOf(truth.args[0]!) === 1 ? unwrap(truth.args[1]!) : null;
    // Where the loss is of it as well, both mean the same.
    if (called && usersOf(called).some((user) => isLogarithm(user) || (user.op === 'let' && usersOf(user).some(isLogarithm)))) continue;
    const making =
      called && namesOn(truth.args[1]!).some((name) => /^p_?t$|^prob|^p$/i.test(name))
        ? computed.find((one) => one.holder === statement.holder && one.target !== '' && unwrap(one.node) === called)
        : undefined;
    yield {
      rule: 'wrong-direction',
      message: `The weight grows with the probability of the right class${grows === 'both' ? '' : ` where the label is ${grows}`}: what is easy counts most. The focal weight is a power of 1 minus it.`,
      statement: making ?? statement,
      at: making ? making.node : writtenIn(statement, node),
      related: making ? [{ node, message: 'It is used here.' }] : [],
      nearly: null,
      change: null,
    };
    return;
  }
}

const isLogarithm = ({ op }: Node): boolean => op === 'log';
const isFocusing = (exponent: Node): boolean => namesOn(exponent).some((name) => /gamma|focus/i.test(name));

/** It weights a cross-entropy. */
function isOfLoss(weight: Node): boolean {
  const reached = new Set<Node>([weight]);
  for (const one of reached) {
    if (reached.size > 12) return false;
    const others = factorsOf(one).filter(({ node, below }) => !below && !reached.has(node) && unwrap(node) !== weight);
    if (one.op === 'multiply' && others.some(({ node }) => isMadeOf(node, ({ op }) => ofEntropies.has(op), 30))) return true;
    for (const user of usersOf(one)) if (/^(?:let|multiply|negate)$/.test(user.op)) reached.add(user);
  }
  return false;
}

const ofEntropies: ReadonlySet<string> = new Set(['log', 'softplus', 'logSigmoid', 'crossEntropy', 'logSoftmax']);

const [low, high] = [0.2, 0.8];

/** For which labels it grows with the probability of what the label says; null where for none, or where that is not of both. */
function growing(base: Node): 'both' | 1 | 0 | null {
  const at = (label: number, probability: number): number | null => computedAt(base, label, probability, 0);
  const [rising, falling] = [1, 0].map((label) => {
    const [a, b] = [at(label, low), at(label, high)];
    return a === null || b === null ? null : b - a;
  });
  if (typeof rising !== 'number' || typeof falling !== 'number') return null;
  // It has to depend on the label.
  if (rising === falling || rising === 0 || falling === 0) return null;
  const [isWrongAt1, isWrongAt0] = [rising > 0, falling < 0];
  return isWrongAt1 && isWrongAt0 ? 'both' : isWrongAt1 ? 1 : isWrongAt0 ? 0 : null;
}

/** With a label and a probability of the class that is 1; null where anything else has a part in it. */
function computedAt(node: Node, label: number, probability: number, depth: number): number | null {
  const inner = unwrap(node);
  const value = numberOf(inner);
  if (value !== null) return value;
  if (depth > 12) return null;
  if (inner.op === 'sigmoid' || (isGiven(inner) && namesOn(node).some((name) => /^p(?:rob\w*|red\w*)?$|_prob/i.test(name))))
    return probability;
  if (isGiven(inner)) return namesOn(node).some((name) => /target|label|true|^y$|^t$|^gt|^one_?hot/i.test(name)) ? label : null;
  const [a, b, c] = inner.args.map((arg) => computedAt(arg, label, probability, depth + 1));
  if (typeof a !== 'number') return null;
  if (inner.op === 'negate') return -a;
  if (inner.op === 'clamp') return a;
  if (typeof b !== 'number') return null;
  switch (inner.op) {
    case 'add':
      return a + b;
    case 'subtract':
      return a - b;
    case 'multiply':
      return a * b;
    case 'equal':
      return a === b ? 1 : 0;
    case 'notEqual':
      return a === b ? 0 : 1;
    case 'greater':
      return a > b ? 1 : 0;
    case 'less':
      return a < b ? 1 : 0;
    case 'greaterEqual':
      return a >= b ? 1 : 0;
    case 'where':
      return typeof c === 'number' ? (a === 0 ? c : b) : null;
    default:
      return null;
  }
}

const isGiven = ({ op }: Node): boolean => op === 'parameter' || op === 'attribute' || op === 'oneHot' || op === 'item';
