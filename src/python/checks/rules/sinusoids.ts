/** Sinusoidal positions: a sine where the cosine belongs, and frequencies that grow where they fall. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isMadeOf, isNegated, moving } from './flow.ts';

export function* sinusoids(statement: Computed, checked: Checked): Generator<Fault> {
  yield* twice(statement, checked);
  for (const node of ownNodes(statement)) {
    if (node.op !== 'sin' && node.op !== 'cos') continue;
    for (const { node: factor, below } of factorsOf(node.args[0]!)) {
      const frequency = settled(factor);
      if (below || !isGrowing(frequency)) continue;
      const made = checked.computed.find((one) => one.holder === statement.holder && placeOf(one, frequency));
      yield {
        rule: 'other-sign',
        severity: 'warning',
        message:
          'These frequencies grow from 1 to the base and are to fall from 1 to its inverse: at thousands of radians for each position the angles are as good as random.',
        statement: made ?? statement,
        at: made ? frequency : node,
        related: made ? [{ node, message: 'They are used here.' }] : [],
        nearly: null,
        change: null,
      };
    }
  }
}

function settled(node: Node): Node {
  let inner = unwrap(node);
  while (moving.has(inner.op) && inner.args[0]) inner = unwrap(inner.args[0]);
  return inner;
}

/** `exp(arange * log(10000) / d)`, `10000 ** (arange / d)` */
function isGrowing(frequency: Node): boolean {
  const [a, b] = frequency.args;
  const isOfPlaces = (node: Node): boolean => isMadeOf(node, ({ op }) => op === 'arange' || op === 'linspace', 20);
  if (frequency.op === 'power') return (numberOf(a!) ?? 0) >= leastBase && isOfPlaces(b!) && !isFalling(b!);
  if (frequency.op !== 'exp' || !isOfPlaces(a!) || isFalling(a!)) return false;
  return factorsOf(a!).some(({ node, below }) => !below && isLogOfBase(node));
}

const leastBase = 1000;

function isFalling(node: Node): boolean {
  const negative = factorsOf(node).filter(({ node: factor }) => (numberOf(factor) ?? 0) < 0).length;
  const isTurned = factorsOf(node).some(({ node: factor }) =>
    isMadeOf(factor, ({ op, args }) => op === 'arange' && (numberOf(args.at(-1)!) ?? 0) < 0, 4),
  );
  return isNegated(node) !== (negative % 2 === 1) || isTurned || unwrap(node).op === 'subtract';
}

/** log(10000), as it is written or worked out. */
function isLogOfBase(node: Node): boolean {
  const inner = unwrap(node);
  const value = numberOf(inner);
  if (value !== null) return Math.abs(value - Math.log(10000)) < 0.1;
  if (inner.op === 'log') return (numberOf(inner.args[0]!) ?? 0) >= leastBase;
  return (inner.op === 'divide' || inner.op === 'multiply') && inner.args.some(isLogOfBase);
}

/** `pe[:, 0::2] = sin(a)` and `pe[:, 1::2] = sin(a)` */
function* twice(statement: Computed, { computed, textOf }: Checked): Generator<Fault> {
  const { op } = unwrap(statement.node);
  if ((op !== 'sin' && op !== 'cos') || !second.test(textOf(statement))) return;
  const other = computed.find(
    (one) =>
      one.holder === statement.holder &&
      one.start < statement.start &&
      unwrap(one.node) === unwrap(statement.node) &&
      first.test(textOf(one)),
  );
  if (!other) return;
  yield {
    rule: 'same-twice',
    severity: 'warning',
    message: `Both of each pair are the ${op === 'sin' ? 'sine' : 'cosine'} of the same angle: one is the sine and one the cosine, so that a step of positions is a rotation.`,
    statement,
    at: statement.node,
    related: [{ node: other.node, message: 'The other one.' }],
    nearly: null,
    change: null,
  };
}

const first = /^[\w.]+\[[^\]=]*(?:\b0)?::2\s*\]\s*=/;
const second = /^[\w.]+\[[^\]=]*\b1::2\s*\]\s*=/;
