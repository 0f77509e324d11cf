/** Temperatures and logit scales of contrastive losses: on all similarities, and the way round that they are called. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf, writtenIn } from '../statements.ts';
import { factorsOf, isMadeOf, isMoved, made, namesOn, under } from './flow.ts';

export function* scaledAlike(statement: Computed, { computed }: Checked): Generator<Fault> {
  const placed = (node: Node): { readonly statement: Computed; readonly at: Node } | null => {
    const making = computed.findLast(
      (one) => one.holder === statement.holder && (placeOf(one, node) ?? (unwrap(one.node) === unwrap(node) && one.target !== '')),
    );
    return making ? { statement: making, at: placeOf(making, node) ? node : making.node } : null;
  };
  for (const node of ownNodes(statement)) {
    const plain = normalising.has(node.op) ? unscaledIn(node.args[0]!) : null;
    if (plain)
      yield {
        rule: 'factor-scope',
        message:
          'Some of these similarities are divided by the temperature and these are not: it divides all of them, or the positive is weighed against negatives of another scale.',
        ...(placed(plain) ?? { statement, at: node }),
        related: [],
        nearly: null,
        change: null,
      };
    if (node.op === 'divide' && isLogitScale(node.args[1]!) && isSimilarity(node.args[0]!))
      yield {
        rule: 'another-function',
        severity: 'warning',
        message:
          'A logit scale is the inverse of a temperature and multiplies the similarities: dividing by it flattens them the more the greater it is.',
        statement,
        at: writtenIn(statement, node),
        related: [],
        nearly: null,
        change: null,
      };
  }
}

const normalising: ReadonlySet<string> = new Set(['softmax', 'logSoftmax', 'logSoftmaxOfClasses', 'logSumExp']);

/** Similarities beside others of which they are no copy, without the temperature that those are divided by. */
function unscaledIn(scores: Node): Node | null {
  const inner = under(scores, isMoved);
  if (inner.op !== 'concatenate' || inner.args.length !== 2) return null;
  const warm = inner.args.map((arg) => temperatureOn(arg));
  const [first, second] = warm;
  if ((first === null) === (second === null)) return null;
  const plain = inner.args[first === null ? 0 : 1]!;
  return isSimilarity(plain) && !isMadeOf(plain, (part) => isTemperature(part), 60) ? plain : null;
}

/** What similarities are divided by, or are multiplied by the inverse of. */
function temperatureOn(node: Node): Node | null {
  const inner = under(node, isMoved);
  return isSimilarity(inner) ? (factorsOf(inner).find(({ node: factor, below }) => below && isTemperature(factor))?.node ?? null) : null;
}

const isTemperature = (node: Node): boolean => {
  const inner = unwrap(node);
  return (
    (inner.op === 'parameter' || inner.op === 'attribute') &&
    namesOn(node).some((name) => /^(?:tau|t|temp|temperature)$|_(?:tau|temp|temperature)$/i.test(name))
  );
};

/** A product of two arrays that is summed over their features. */
const isSimilarity = (node: Node): boolean => {
  for (const { op, args } of made(node, 12))
    if (op === 'matmul' || op === 'einsum' || (op === 'sum' && unwrap(args[0]!).op === 'multiply') || op === 'cosineSimilarity')
      return true;
  return false;
};

/** Called so, and not turned over by its own making. */
function isLogitScale(node: Node): boolean {
  const inner = unwrap(node);
  const of = inner.op === 'exp' || inner.op === 'clamp' ? unwrap(inner.args[0]!) : inner;
  if (of.op !== 'parameter' && of.op !== 'attribute' && !(of.op === 'opaque' && namesOn(node).some(isCalled))) return false;
  const isNegative =
    [inner, of].some((one) => usersOf(one).some(({ op }) => op === 'negate' || op === 'reciprocal')) || numberOf(of) !== null;
  return !isNegative && [...namesOn(node), ...namesOn(inner.args[0] ?? node)].some(isCalled);
}

const isCalled = (name: string): boolean => /^(?:log_?)?logit_?scale(?:_exp)?$/i.test(name);
