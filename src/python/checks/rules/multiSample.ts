/** Bounds of several samples: what the logarithm of their mean is divided by, and whether it is their mean. */

import type { Computed } from '../../expression/follow/context.ts';
import { leaves, numberOf, unwrap, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes } from '../statements.ts';
import { factorsOf, isMadeOf, isMoved, namesOn } from './flow.ts';

export function* multiSample(statement: Computed, checked: Checked): Generator<Fault> {
  const bound = boundIn(statement.node, 0);
  if (!bound) return;
  const fault = bound.share ? ofRenyi(statement, bound, bound.share) : withoutCount(statement, bound, checked);
  if (fault) yield { ...fault, statement, related: [], nearly: null, change: null };
}

type Wrong = Pick<Fault, 'rule' | 'severity' | 'message' | 'at'>;

/** The logarithm of a sum of exponentials of weights, with what was done to it since. */
interface Bound {
  readonly weights: Node;
  /** What the weights were multiplied by: 1 - alpha. */
  readonly share: Share | null;
  readonly factors: readonly { readonly node: Node; readonly below: boolean; readonly whole: Node }[];
  readonly added: readonly { readonly node: Node; readonly isAdded: boolean }[];
  /** The sum is a mean already. */
  readonly isMean: boolean;
}

interface Share {
  readonly whole: Node;
  readonly order: Node;
}

const deepest = 9;

function boundIn(node: Node, depth: number): Bound | null {
  const inner = unwrap(node);
  const [a, b] = inner.args;
  if (depth > deepest || !a) return null;
  const of = (part: Node): Bound | null => boundIn(part, depth + 1);
  switch (inner.op) {
    case 'logSumExp':
      return ofWeights(a, false);
    case 'log': {
      const total = unwrap(a);
      const exponential = total.op === 'sum' || total.op === 'mean' ? unwrap(total.args[0]!) : null;
      return exponential?.op === 'exp' ? ofWeights(exponential.args[0]!, total.op === 'mean') : null;
    }
    case 'negate':
    case 'mean':
      return of(a);
    case 'add':
    case 'subtract': {
      const [first, second] = [of(a), of(b!)];
      if ((first === null) === (second === null)) return null;
      const found = (first ?? second)!;
      return { ...found, added: [...found.added, { node: first ? b! : a, isAdded: inner.op === 'add' }] };
    }
    case 'multiply':
    case 'divide': {
      const first = of(a);
      const second = inner.op === 'multiply' && !first ? of(b!) : null;
      const found = first ?? second;
      const other = { node: first ? b! : a, below: inner.op === 'divide', whole: inner };
      return found && { ...found, factors: [...found.factors, other] };
    }
    default:
      return isMoved(inner) ? of(a) : null;
  }
}

/** Relative to the greatest, or as they are. */
function ofWeights(power: Node, isMean: boolean): Bound | null {
  const inner = unwrap(power);
  const isRelative = inner.op === 'subtract' && isMadeOf(inner.args[1]!, ({ op }) => op === 'amax', 4);
  const of = isRelative ? inner.args[0]! : power;
  const share = factorsOf(of).flatMap(({ node, below }) => (below ? [] : (shareOf(node) ?? [])))[0] ?? null;
  return { weights: of, share, factors: [], added: [], isMean };
}

/** `1 - alpha` */
function shareOf(node: Node): Share | null {
  const inner = unwrap(node);
  const [one, order] = inner.op === 'subtract' ? inner.args : [];
  return one && order && numberOf(one) === 1 && leaves.has(unwrap(order).op) ? { whole: inner, order: unwrap(order) } : null;
}

function ofRenyi({ node, target, places }: Computed, { factors }: Bound, share: Share): Wrong | null {
  const isShare = (one: Node): boolean => unwrap(one) === share.whole || shareOf(one)?.order === share.order;
  const isOfOrder = (one: Node): boolean => isMadeOf(one, (part) => part === share.order, 12);
  const all = factors.flatMap(({ node: factor, below, whole }) =>
    factorsOf(factor).map((one) => ({ node: one.node, below: one.below !== below, whole })),
  );
  const wrong = all.find((one) => isOfOrder(one.node) && !(isShare(one.node) && one.below));
  const own = wrong && places.find((place) => place.node === wrong.whole);
  if (wrong && !own) return null;
  if (!wrong && (all.some(({ node: one, below }) => below && isShare(one)) || target !== '' || node.op === 'let')) return null;
  return {
    rule: 'other-factor',
    severity: 'info',
    message:
      'The weights are raised to the power 1 − α, and the logarithm of their mean is not divided by it: Rényi’s bound is log(mean w^(1 − α)) / (1 − α).',
    at: wrong ? wrong.whole : node,
  };
}

/** The sum of the weights under the name of the bound, where nothing counts them. */
function withoutCount(statement: Computed, { weights, added, isMean, factors }: Bound, { computed }: Checked): Wrong | null {
  const names = [statement.target, statement.target === '' ? (statement.around[0] ?? '') : ''].join(' ');
  const isHere = [...ownNodes(statement)].some(({ op }) => op === 'logSumExp' || op === 'log');
  if (
    isMean ||
    !isHere ||
    !isCalledWeights(weights) ||
    factors.some(({ node }) => numberOf(node) === null) ||
    !/bound|iwae|estimate|marginal|log_?p_?x|log_?lik/i.test(names)
  )
    return null;
  const isLogOfCount = (one: Node): boolean => unwrap(one).op === 'log' && isNumberOf(unwrap(one).args[0]!);
  if (added.some(({ node, isAdded }) => isAdded && isLogOfCount(node)))
    return {
      rule: 'other-sign',
      severity: 'warning',
      message: 'log K is added to the logarithm of the sum of the weights: their mean is their sum over K, so that log K is taken off.',
      at: statement.node,
    };
  if (added.some(({ node }) => !isMadeOf(node, ({ op }) => op === 'amax', 4))) return null;
  const isCount = (one: Node): boolean => isMadeOf(one, ({ op, args }) => op === 'log' && isNumberOf(args[0]!), 60);
  if (computed.some((one) => one.holder === statement.holder && one !== statement && isCount(one.node))) return null;
  return {
    rule: 'constant-missing',
    severity: 'info',
    message:
      'This is the logarithm of the sum of the weights: the bound has the logarithm of their mean, log Σ w − log K, and without log K it is none.',
    at: statement.node,
  };
}

/** How many there are. */
const isNumberOf = (node: Node): boolean => {
  const inner = unwrap(node);
  return numberOf(inner) !== null || /^(?:size|count|parameter|attribute|global)$/.test(inner.op);
};

const isCalledWeights = (node: Node): boolean =>
  namesOn(node).some((name) => /^(?:lw|log_?(?:ws?|iws?|weights?|importance_weights?|iw_weights?|ratios?))$/.test(wordsOf(name).join('_')));
