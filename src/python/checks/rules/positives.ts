/** Positives of contrastive losses: where they stand, what they are compared along, and how their labels are written. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { scoresIn } from './attention.ts';
import { factorsOf, isMadeOf, isMoved, namesOn, under } from './flow.ts';

type Wrong = Pick<Fault, 'rule' | 'severity' | 'message' | 'at'>;

export function* positives(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    for (const wrong of [
      amongAll(node, statement),
      elsewhere(node),
      leftOutThere(node),
      ofAll(node),
      withItself(node),
      alongBatch(node),
      ofZeros(node),
    ]) {
      if (!wrong) continue;
      const making = computed.findLast(
        (one) =>
          one.holder === statement.holder &&
          (placeOf(one, wrong.at) !== null ||
            (one.target !== '' && unwrap(one.node) === unwrap(wrong.at) && namesOn(wrong.at)[0] === one.target)),
      );
      yield {
        ...wrong,
        statement: making ?? statement,
        at: making ? (placeOf(making, wrong.at) ? wrong.at : making.node) : node,
        related: [],
        nearly: null,
        change: null,
      };
    }
  }
}

const isSettling = (node: Node): boolean => isMoved(node) && node.op !== 'item';
const settled = (node: Node): Node => under(node, isSettling);

/** What logarithms of probabilities are of, whatever they are divided by. */
const scoresUnder = (logs: Node): Node =>
  under(logs, (one) => isSettling(one) || /^(?:logSoftmaxOfClasses|logSoftmax|divide|multiply)$/.test(one.op));

/** `cross_entropy(cat([positive, negatives]), ones)` */
function elsewhere(node: Node): Wrong | null {
  if (node.op !== 'crossEntropy') return null;
  const [logs, target] = node.args as [Node, Node];
  const scores = scoresUnder(logs);
  const label = numberOf(target);
  if (scores.op !== 'concatenate' || scores.args.length !== 2 || label === null) return null;
  const [isFirst, isLast] = scores.args.map(isPositive);
  if (isFirst === isLast || label === (isFirst ? 0 : null)) return null;
  if (isLast && label !== 0) return null;
  return {
    rule: 'another-value',
    severity: 'warning',
    message: isFirst
      ? `The positive of each example stands in column 0, and the label is ${label}: a negative is drawn near in its place.`
      : 'The positive of each example stands in the last column, and the label is 0: a negative is drawn near in its place.',
    at: target,
  };
}

/** Both views of all examples against each other, each of them against itself as well. */
function withItself(node: Node): Wrong | null {
  const [logs, target] = node.op === 'crossEntropy' ? node.args : [];
  const label = target && unwrap(target);
  const isOfOther =
    label?.op === 'concatenate' && label.args.length === 2 && label.args.every((arg) => isMadeOf(arg, ({ op }) => op === 'arange', 6));
  const scores = logs && isOfOther ? scoresIn(logsOf(logs)) : null;
  if (!scores || unwrap(scores.operands[0]) !== unwrap(scores.operands[1])) return null;
  if (!scores.isInPlace || scores.path.some(({ op }) => /^(?:leftOut|where|subtract|add)$/.test(op))) return null;
  return {
    rule: 'mask-keeps-weight',
    severity: 'warning',
    message:
      'The similarity of each example with itself is not masked: it is the greatest of its row, and what is to be drawn near is weighed against it.',
    at: node,
  };
}

/** The sum over all examples, the example itself among them, of what is called a loss between two views. */
function amongAll(node: Node, { around, target }: Computed): Wrong | null {
  const exponential = node.op === 'sum' && String(node.attributes['axes']).match(/^-?1$/) ? unwrap(node.args[0]!) : null;
  const scores = node.op === 'logSumExp' ? scoresIn(node.args[0]!) : exponential?.op === 'exp' ? scoresIn(exponential.args[0]!) : null;
  if (!scores || unwrap(scores.operands[0]) !== unwrap(scores.operands[1]) || !ofViews.test([target, ...around].join(' '))) return null;
  if (!scores.isInPlace || scores.path.some(({ op }) => /^(?:leftOut|where|subtract|add)$/.test(op))) return null;
  // What each is to itself may be taken off afterwards.
  if (usersOf(node).some((user) => user.op === 'let' && usersOf(user).some(({ op }) => op === 'subtract')) || takenOff(node)) return null;
  return {
    rule: 'mask-keeps-weight',
    severity: 'info',
    message:
      'The similarity of each example with itself is among those that are summed: it is the greatest of its row, and what is to be drawn near is weighed against it.',
    at: node,
  };
}

const ofViews = /nt_?xent|simclr|nt_?x_?ent/i;
const takenOff = (node: Node): boolean => usersOf(node).some(({ op, args }) => op === 'subtract' && args[0] === node);

/** Each row against each column, and the first column for all of them. */
function ofAll(node: Node): Wrong | null {
  const [logs, target] = node.op === 'crossEntropy' ? node.args : [];
  const scores = logs && numberOf(target!) === 0 ? scoresIn(logsOf(logs)) : null;
  if (!scores || scores.product.op !== 'matmul' || !scores.isInPlace) return null;
  const isOne = (operand: Node): boolean => isMadeOf(operand, ({ op }) => op === 'concatenate' || op === 'stack' || op === 'oneHot', 60);
  if (scores.operands.some(isOne) || unitIn(scores.operands[1]) === null) return null;
  return {
    rule: 'another-value',
    severity: 'warning',
    message: 'The label of each row is column 0, and what belongs to row i is column i: all of them are drawn to the first.',
    at: target!,
  };
}

const logsOf = (logs: Node): Node => (/^(?:logSoftmaxOfClasses|logSoftmax)$/.test(unwrap(logs).op) ? unwrap(logs).args[0]! : logs);

/** The label of each is itself, and its similarity with itself was taken out. */
function leftOutThere(node: Node): Wrong | null {
  if (node.op !== 'crossEntropy') return null;
  const [logs, target] = node.args as [Node, Node];
  const inner = unwrap(target);
  // What is below n is the rest of itself.
  const label = inner.op === 'remainder' ? unwrap(inner.args[0]!) : inner;
  if (label.op !== 'arange' || label.args.length !== 1) return null;
  const scores = scoresUnder(logs);
  const [mask, value] = scores.op === 'where' ? scores.args : [];
  if (!mask || !(unwrap(mask).op === 'eye') || (numberOf(value!) ?? 0) > -1e3) return null;
  return {
    rule: 'another-value',
    severity: 'warning',
    message:
      'The label of each example is its own column, which is masked: the loss is without bound. The positive is the other view of it.',
    at: target,
  };
}

/** One similarity of each example, or called so. */
const isPositive = (node: Node): boolean => namesOn(node).some((name) => /pos/i.test(name) && !/position/i.test(name));

/** Similarities of what was normalised over the examples. */
function alongBatch(node: Node): Wrong | null {
  if (!/^(?:softmax|logSoftmax|logSoftmaxOfClasses|logSumExp)$/.test(node.op)) return null;
  const scores = scoresIn(node.args[0]!);
  const units = scores?.operands.map(unitIn) ?? [];
  const wrong = units.find((unit) => unit?.axis === 0 || unit?.axis === -2);
  // Of both it may be meant; one of each is no similarity of directions.
  return wrong && units.every((unit) => unit !== null)
    ? {
        rule: 'another-axis',
        severity: 'info',
        message: `This is normalised along axis ${wrong.axis}, over the examples, and its products are summed over the features: they are cosines where each vector has length 1.`,
        at: wrong.node,
      }
    : null;
}

/** `x / norm(x, axis)` */
function unitIn(operand: Node): { readonly axis: number; readonly node: Node } | null {
  for (const { node, below } of factorsOf(operand)) {
    const axes = lengthAxes(unwrap(node), below);
    if (axes?.length === 1) return { axis: axes[0]!, node: unwrap(operand) };
  }
  return null;
}

/** Along which axes a length is taken that is divided by: a norm, or the root of a sum of squares; something small may be added. */
function lengthAxes({ op, args, attributes }: Node, below: boolean): readonly number[] | null {
  const [a] = args;
  if (below && op === 'norm') return axesIn(attributes['axes']);
  if (below && /^(?:add|maximum|clamp)$/.test(op)) return lengthAxes(unwrap(a!), true);
  if (op !== (below ? 'sqrt' : 'rsqrt')) return null;
  const under = unwrap(a!);
  const sum = /^(?:add|maximum|clamp)$/.test(under.op) ? unwrap(under.args[0]!) : under;
  return sum.op === 'sum' && unwrap(sum.args[0]!).op === 'square' ? axesIn(sum.attributes['axes']) : null;
}

const axesIn = (axes: unknown): readonly number[] | null => (Array.isArray(axes) ? (axes as number[]) : null);

/** `logsigmoid(y * logits)` with labels of 0 and 1. */
function ofZeros(node: Node): Wrong | null {
  if (node.op !== 'logSigmoid' && node.op !== 'softplus') return null;
  for (const { node: factor, below } of factorsOf(node.args[0]!)) {
    const label = settled(factor);
    if (below || !/^(?:eye|oneHot|equal)$/.test(label.op)) continue;
    return {
      rule: 'another-form',
      severity: 'warning',
      message:
        'These labels are 0 and 1 and are used as signs: where they are 0 the loss is a constant, and negatives are not driven apart. As signs they are −1 and 1.',
      at: factor,
    };
  }
  return null;
}
