/** Scores that are masked so that what is masked keeps weight, and weights that are masked after the softmax. */

import type { Computed } from '../../expression/follow/context.ts';
import { namesItself } from '../../expression/leftOut.ts';
import { leaves, measuring, numberOf, operandsOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { deepNodes, ownNodes } from '../statements.ts';
import { isKeyMask, isRenormalised, isRowMask, scoresIn } from './attention.ts';
import { rewritten } from './changes.ts';
import { under } from './flow.ts';
import { isWritten } from './written.ts';

export function* masks(statement: Computed, checked: Checked): Generator<Fault> {
  const own = ownNodes(statement);
  for (const node of deepNodes(statement)) {
    const isOwn = own.has(node);
    for (const kept of keptIn(node)) {
      if (!isOwn && !isWritten(checked, kept.node)) continue;
      const holder = checked.computed.find(({ places }) => places.some((place) => place.node === kept.node)) ?? statement;
      yield {
        rule: 'mask-keeps-weight',
        message: kept.message,
        statement,
        at: kept.node,
        related: [],
        nearly: null,
        change: kept.value && rewritten(holder, 'Mask with minus infinity', kept.node, kept.value, () => 'float("-inf")'),
      };
    }
    if (isOwn && node.op === 'leftOut' && unwrap(node.args[0]!).op === 'softmax' && scoresIn(unwrap(node.args[0]!).args[0]!))
      yield {
        rule: 'mask-after-softmax',
        severity: 'warning',
        message: 'The weights themselves are set to a large negative number: the mask belongs to the scores, before the softmax.',
        statement,
        at: node,
        related: [],
        nearly: null,
        change: null,
      };
    if (isOwn && isCutAfter(node))
      yield {
        rule: 'mask-after-softmax',
        message:
          'The mask comes after the softmax and nothing makes up for it: the weights of a row no longer sum to 1. Masked with minus infinity before the softmax, they do.',
        statement,
        at: node,
        related: [],
        nearly: null,
        change: null,
      };
  }
}

interface Kept {
  readonly node: Node;
  readonly message: string;
  /** The number that masks. */
  readonly value: Node | null;
}

function* keptIn(node: Node): Generator<Kept> {
  const isAttention = node.op === 'softmax';
  if (!isAttention && !/^(?:logSoftmaxOfClasses|logSoftmax|logSumExp)$/.test(node.op)) return;
  for (const scores of alternatives(node.args[0]!, 0)) yield* keptBy(scores, node, isAttention);
}

/** What the scores may be, but for a scale: it leaves 0 where it is. */
function* alternatives(node: Node, depth: number): Generator<Node> {
  const isScaled = ({ op, args: [, by] }: Node): boolean =>
    by !== undefined &&
    ((op === 'multiply' && numberOf(by) !== null) || (op === 'divide' && (numberOf(by) !== null || leaves.has(unwrap(by).op))));
  const scores = under(node, isScaled);
  if (scores.op === 'choice' && depth < 4) for (const one of scores.args) yield* alternatives(one, depth + 1);
  else yield scores;
}

function* keptBy(scores: Node, node: Node, isAttention: boolean): Generator<Kept> {
  if (scores.op === 'where') {
    const [mask, ...branches] = scores.args as [Node, Node, Node];
    const value = branches.find((branch) => numberOf(branch) !== null);
    const rest = branches.find((branch) => branch !== value);
    if (!value || !rest || numberOf(rest) !== null || isRowMask(mask) || isOfScores(mask, rest)) return;
    // Of classes it may be a way to leave out an example: only what leaves out itself is meant to be gone.
    if (!isAttention && !(namesItself(mask) && scoresIn(rest))) return;
    const filled = numberOf(value)!;
    if (filled < -1) return;
    yield { node: scores, message: filledMessage(filled), value: filled <= 1 ? value : null };
  }
  const added = (scores.op === 'add' || scores.op === 'subtract') && isAttention ? weakMask(scores) : null;
  if (added)
    yield {
      node: added.node,
      message:
        added.value > 1
          ? `The mask adds ${added.value} to the scores of what is masked, which then takes the weight of all that is not: the sign is missing.`
          : `The mask adds ${added.value} to the scores of what is masked, which keeps its weight: a large negative number takes it away.`,
      value: null,
    };
  if (scores.op !== 'multiply' || (isAttention && isRenormalised(node))) return;
  for (const [at, mask] of scores.args.entries()) {
    const rest = scores.args[1 - at]!;
    const isMask = isAttention ? isKeyMask(mask) && !isKeyMask(rest) : isAllButItself(mask);
    if (isMask && scoresIn(rest) && !isOfScores(mask, rest))
      yield {
        node: scores,
        message:
          'The mask multiplies the scores: what is masked has the score 0 and keeps the weight e^0 / sum. Minus infinity takes it away.',
        value: null,
      };
  }
}

const filledMessage = (value: number): string =>
  value > 1
    ? `What is masked is set to ${value} before the softmax and takes the weight of all that is not: the sign is missing.`
    : `What is masked is set to ${value} before the softmax and keeps the weight e^${value} / sum; minus infinity takes it away.`;

/** `1 - eye(n)` */
const isAllButItself = (mask: Node): boolean => {
  const inner = unwrap(mask);
  return (inner.op === 'logicalNot' || (inner.op === 'subtract' && numberOf(inner.args[0]!) === 1)) && namesItself(inner);
};

/** A mask times a number near 0, or a large one above it, added to scores; a large one below it that is taken off them. */
function weakMask({ op, args }: Node): { readonly value: number; readonly node: Node } | null {
  for (const [at, arg] of args.entries()) {
    const inner = unwrap(arg);
    if (op === 'subtract' && at === 0) continue;
    const held = scoresIn(args[1 - at]!) ? valueWhereMasked(inner) : null;
    const value = held !== null && op === 'subtract' ? -held : held;
    if (value !== null && value !== 0 && (Math.abs(value) < 1e-3 || value >= 1e4)) return { value, node: inner };
  }
  return null;
}

/** The number that a mask has where it holds, and 0 elsewhere. */
function valueWhereMasked({ op, args }: Node): number | null {
  const [a, b, c] = args;
  if (op === 'triangle') return numberOf(a!);
  if (op === 'where') return numberOf(c!) === 0 ? numberOf(b!) : numberOf(b!) === 0 ? numberOf(c!) : null;
  if (op !== 'multiply') return null;
  const value = numberOf(a!) ?? numberOf(b!);
  return value !== null && isKeyMask(numberOf(a!) === null ? a! : b!) ? value : null;
}

/** A choice by what the scores are: which of them are finite, or above a threshold. */
const isOfScores = (mask: Node, scores: Node): boolean => {
  const inner = unwrap(scores);
  const made = new Set<Node>([mask]);
  for (const part of made) {
    if (unwrap(part) === inner || part.op === 'isFinite') return true;
    // As many as there are of them says nothing of what they are.
    if (made.size < 80 && !measuring.has(part.op)) for (const arg of operandsOf(part)) made.add(arg);
  }
  return false;
};

/** Weights times a mask, not divided by their sum afterwards. */
function isCutAfter(node: Node): boolean {
  const [a, b, c] = node.args;
  const pairs: readonly (readonly [Node, Node])[] =
    node.op === 'multiply'
      ? [
          [a!, b!],
          [b!, a!],
        ]
      : node.op === 'where' && c
        ? [[numberOf(b!) === 0 ? c : b!, a!]]
        : [];
  if (node.op === 'where' && !(c && (numberOf(b!) === 0 || numberOf(c) === 0))) return false;
  return pairs.some(([weights, mask]) => {
    const softmax = unwrap(weights);
    if (softmax.op !== 'softmax' || !isKeyMask(mask)) return false;
    const scores = scoresIn(softmax.args[0]!);
    return scores !== null && !scores.path.some(({ op }) => op === 'leftOut' || op === 'where') && !isRenormalised(node);
  });
}
