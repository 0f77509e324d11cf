/** A temperature below 1 that multiplies where it has to divide. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { deepNodes, ownNodes, placeOf } from '../statements.ts';
import { scoresIn } from './attention.ts';
import { isNoisy } from './gumbel.ts';
import { isMadeOf, moving, namesOn, under } from './flow.ts';

export function* temperature(statement: Computed, checked: Checked): Generator<Fault> {
  yield* sampled(statement);
  for (const node of ownNodes(statement)) {
    if (!/^(?:softmax|logSoftmax|logSoftmaxOfClasses|logSumExp)$/.test(node.op)) continue;
    for (const product of productsIn(node.args[0]!)) {
      const warm = product.args.find((arg, at) => isTemperature(arg, product.args[1 - at]!) || isOfNoisy(arg, product.args[1 - at]!));
      if (!warm) continue;
      const value = literalOf(warm);
      const holder = checked.computed.find((one) => placeOf(one, product));
      if (!holder) continue;
      yield {
        rule: 'temperature-multiplied',
        message:
          value === null
            ? 'What has Gumbel noise is multiplied by the temperature: the lower it is, the flatter are the samples, and they are to come nearer to one of the classes. It divides.'
            : `The similarities are multiplied by a temperature of ${value}: they are flattened where a temperature below 1 is to sharpen them. It divides.`,
        statement,
        at: product,
        related: [],
        nearly: null,
        change: null,
      };
    }
  }
}

/** `softmax(logits * temperature)`, of which a token is drawn. */
function* sampled(statement: Computed): Generator<Fault> {
  const own = ownNodes(statement);
  for (const node of deepNodes(statement)) {
    const scores =
      node.op === 'softmax' ? node.args[0]! : isDraw(node) ? node.args.find((arg) => unwrap(arg).op === 'multiply') : undefined;
    const product = scores && unwrap(scores);
    if (product?.op !== 'multiply' || scoresIn(product) || !(own.has(node) || placeOf(statement, product))) continue;
    const isCalledT = (arg: Node): boolean =>
      unwrap(arg).op === 'parameter' && namesOn(arg)[0] === 'T' && sampling.test(statement.around[0] ?? '');
    if (
      !product.args.some((arg) => isGivenTemperature(arg) || isCalledT(arg)) ||
      !(isDraw(node) || isDrawnFrom(node, 0) || sampling.test(statement.around[0] ?? '') || product.args.some(isAskedFor))
    )
      continue;
    yield {
      rule: 'temperature-multiplied',
      severity: 'info',
      message: 'The logits are multiplied by the temperature: a higher one makes samples less random, and a lower one more. It divides.',
      statement,
      at: product,
      related: [],
      nearly: null,
      change: null,
    };
  }
}

const sampling = /temper|sampl|generat|decod|draw|pick_|next_token|choose/i;
const isDraw = ({ op, attributes }: Node): boolean =>
  op === 'opaque' && /(?:^|\.)(?:choice|choices|multinomial|categorical|Categorical)$/.test(String(attributes['callee']));

/** It goes on to where something is drawn. */
const isDrawnFrom = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) => isDraw(user) || ((user.op === 'let' || user.op === 'inline' || moving.has(user.op)) && isDrawnFrom(user, depth + 1)),
  );

/** A temperature that whoever samples gives: what is learned may be its inverse. */
const isGivenTemperature = (node: Node): boolean => {
  const inner = under(node, isKeptWithin);
  const names = inner === unwrap(node) ? namesOn(node) : [...namesOn(node), ...namesOn(inner)];
  return (
    (inner.op === 'parameter' || (inner.op === 'attribute' && inner.args.length > 0)) &&
    names.some((name) => /^(?:\w+_)?(?:tau|temp|temperature)$/i.test(name) && !/inv|recip/i.test(name))
  );
};

/** A temperature that a function asks for by its full name: what multiplies is called a scale, or an inverse. */
const isAskedFor = (node: Node): boolean => {
  const { op, attributes } = unwrap(node);
  const value = attributes['default'];
  return op === 'parameter' && /^(?:\w+_)?temperature$/i.test(String(attributes['name'])) && !(typeof value === 'number' && value > 1);
};

/** `max(temperature, 1e-4)` */
const isKeptWithin = ({ op, args }: Node): boolean =>
  op === 'clamp' || ((op === 'maximum' || op === 'minimum') && numberOf(args[1]!) !== null);

/** Products on the way to what a softmax is taken of. */
function* productsIn(scores: Node): Generator<Node> {
  const seen = new Set<Node>([scores]);
  for (const one of seen) {
    if (seen.size > 40) return;
    if (one.op === 'multiply') yield one;
    if (one.op === 'matmul') for (const arg of one.args) if (unwrap(arg).op === 'multiply') yield unwrap(arg);
    if (one.op === 'where') for (const arg of one.args.slice(1)) seen.add(arg);
    if (/^(?:let|inline|detach|leftOut|concatenate|stack|add|subtract|multiply)$/.test(one.op) || moving.has(one.op))
      for (const arg of one.op === 'inline' || one.op === 'let' ? one.args.slice(0, 1) : one.args) seen.add(arg);
  }
}

/** The number that it is, or is by default. */
function literalOf(node: Node): number | null {
  const inner = unwrap(node);
  if (inner.op === 'parameter') return typeof inner.attributes['default'] === 'number' ? inner.attributes['default'] : null;
  // What an object was given when it was made, not what it learns.
  const [kept] = inner.op === 'attribute' ? inner.args : [];
  if (kept && unwrap(kept).op === 'parameter') return literalOf(kept);
  return numberOf(inner);
}

/** A temperature by its name, of what is drawn. */
const isOfNoisy = (node: Node, scores: Node): boolean =>
  namesOn(node).some((name) => /^(?:tau|temp|temperature)$/i.test(name)) && isNoisy(scores);

function isTemperature(node: Node, scores: Node): boolean {
  const value = literalOf(node);
  if (value === null || value <= 0 || value >= 1) return false;
  const names = namesOn(node);
  const isCalled = names.some((name) => /^(?:tau|temp|temperature|\w*_(?:tau|temp|temperature|t)|t)$/i.test(name) && !/inv/i.test(name));
  return isCalled ? isSimilarity(scores, false) : names.length === 0 && isSimilarity(scores, true);
}

/** A product of two things; of unit vectors, where nothing else tells. */
function isSimilarity(scores: Node, ofUnits: boolean): boolean {
  const inner = unwrap(scores);
  if (inner.op === 'matmul' || inner.op === 'einsum' || (inner.op === 'sum' && unwrap(inner.args[0]!).op === 'multiply'))
    return !ofUnits || operands(inner).every((arg) => isMadeOf(arg, ({ op }) => op === 'norm' || op === 'rsqrt', 60));
  if (inner.op === 'multiply' || inner.op === 'concatenate' || inner.op === 'subtract' || moving.has(inner.op))
    return isSimilarity(inner.args[0]!, ofUnits);
  if (inner.op === 'divide') return isMadeOf(inner.args[1]!, ({ op }) => op === 'norm' || op === 'sqrt', 30);
  return !ofUnits && (/sim/i.test(namesOn(scores)[0] ?? '') || /logits/.test(namesOn(scores)[0] ?? ''));
}

const operands = ({ op, args }: Node): readonly Node[] => (op === 'sum' ? unwrap(args[0]!).args : args);
