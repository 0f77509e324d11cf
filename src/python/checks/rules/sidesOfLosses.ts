/** Predictions and truth in each other's place in a loss that takes them by their places. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { namesOn, source } from './flow.ts';

export function* sidesOfLosses(statement: Computed, { computed }: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const sides = sidesIn(node);
    if (!sides) continue;
    const isByNames = isCalled(sides.prediction, truth, prediction) && (isCalled(sides.truth, prediction, truth) || isAnswer(sides.truth));
    if (
      !isByNames &&
      !(!sides.isProduct && isFixed(sides.prediction) && !isFixed(sides.truth) && !isCalled(sides.truth, truth, prediction))
    )
      continue;
    yield {
      rule: 'swapped',
      severity: 'warning',
      message: `${isByNames ? nameOf(sides.prediction) : 'A constant'} stands where the prediction belongs and ${nameOf(sides.truth)} where the truth does: the logarithm is taken of what is known, and what is predicted only weights it.`,
      statement,
      at: computed.some((one) => placeOf(one, node)) ? node : statement.node,
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
}

interface Sides {
  readonly prediction: Node;
  readonly truth: Node;
  /** A product with a logarithm may be of anything. */
  readonly isProduct?: true;
}

/** What a loss takes for the prediction, and for the truth. */
function sidesIn(node: Node): Sides | null {
  const [a, b] = node.args;
  if (node.op === 'crossEntropy') return { prediction: logged(a!), truth: b! };
  if (node.op === 'multiply') {
    for (const [weight, log] of [
      [a!, b!],
      [b!, a!],
    ]) {
      const inner = unwrap(log!);
      if (inner.op === 'log') return { prediction: withoutSlight(inner.args[0]!), truth: weight!, isProduct: true };
      if (inner.op === 'softplus') return { prediction: unsigned(inner.args[0]!), truth: weight! };
    }
  }
  return null;
}

const logged = (node: Node): Node => (/^(?:logSoftmaxOfClasses|logSoftmax|log)$/.test(node.op) ? node.args[0]! : node);
const unsigned = (node: Node): Node => (unwrap(node).op === 'negate' ? unwrap(node).args[0]! : node);

function withoutSlight(node: Node): Node {
  const { op, args } = unwrap(node);
  if (op === 'clamp' || (op === 'add' && numberOf(args[1]!) !== null)) return args[0]!;
  return op === 'subtract' && numberOf(args[0]!) === 1 ? args[1]! : node;
}

const truth = /(?:^|_)(?:labels?|targets?|y_?true|gt|ground_?truth|truth|one_?hot)(?:_|$)|^y$/i;
const prediction = /(?:^|_)(?:logits?|preds?|prediction\w*|outputs?|out|y_?pred|y_?hat|scores?|log_?probs?|probs?)(?:_|$)/i;
/** What a teacher or a model itself gives as the truth. */
const either = /teacher|soft|pseudo|ema|ref|old|sharpen|student/i;

/** Nothing that a network has predicted: ones, zeros, the numbers of the rows. */
const isFixed = (node: Node): boolean => {
  const inner = source(node);
  return numberOf(inner) !== null || inner.op === 'arange';
};

/** Called one of the two, and not the other, and nothing was made of it. */
function isCalled(node: Node, so: RegExp, other: RegExp): boolean {
  const names = namesOn(node);
  const inner = source(node);
  const isBare =
    node.op === 'let' ||
    inner.op === 'parameter' ||
    inner.op === 'attribute' ||
    inner.op === 'item' ||
    inner.op === 'opaque' ||
    inner.op === 'index';
  return isBare && names.length > 0 && so.test(names[0]!) && !names.some((name) => other.test(name) || either.test(name));
}

/** Of a network, where nothing says that it gives the truth. */
const isAnswer = (node: Node): boolean => {
  const inner = source(node);
  const named = [...namesOn(node), String(inner.attributes['callee'])];
  return (
    inner.op === 'opaque' &&
    inner.attributes['bound'] === true &&
    /model|net$|classifier|^forward$|logits/i.test(named.at(-1)!) &&
    !named.some((name) => truth.test(name) || either.test(name))
  );
};

const nameOf = (node: Node): string => namesOn(node)[0] ?? 'an answer';
