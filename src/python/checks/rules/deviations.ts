/** Normalisation by something under the root that is not the mean of the squares of what is divided. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { factorsOf, isUnknown, namesOn, termsOf } from './flow.ts';
import { isNormalisation } from './norms.ts';

export function* deviations(statement: Computed, checked: Checked): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    if (node.op !== 'divide' && node.op !== 'multiply') continue;
    const divided = dividedIn(node);
    const wrong = divided && wrongWith(divided);
    if (!wrong || !isNormalisation(statement, checked, node, divided.of)) continue;
    // A root too many is that of the division where what stands under it is called a deviation.
    const isCalledRoot = wrong.rule === 'function-extra' && divided.names.some((name) => /std|dev|sigma|root/i.test(name));
    const spread = isCalledRoot ? unwrap(divided.root) : divided.spread;
    const made = checked.computed.findLast(
      ({ holder, places }) => holder === statement.holder && places.some((one) => one.node === spread),
    );
    const at = checked.computed.some((one) => placeOf(one, spread)) ? spread : node;
    yield { ...wrong, statement: at === node ? statement : (made ?? statement), at, related: [], nearly: null, change: null };
  }
}

interface Divided {
  /** The array, with or without its mean. */
  readonly of: Node;
  readonly isCentred: boolean;
  /** What is under the root, without the small number beside it. */
  readonly spread: Node;
  readonly names: readonly string[];
  /** With its root. */
  readonly root: Node;
}

/** `(x - mean) / sqrt(spread + eps)` */
function dividedIn(node: Node): Divided | null {
  const factors = factorsOf(node);
  for (const { node: factor, below } of factors) {
    const under = rootIn(factor, below);
    // Beside a small number it is all there is.
    const terms = under ? termsOf(under).filter(({ node: term }) => numberOf(term) === null && !isUnknown(unwrap(term))) : [];
    for (const { node: spread, sign } of terms.length === 1 ? terms : []) {
      const from = sign === 1 ? spreadOf(unwrap(spread)) : null;
      const above = from && factors.find((one) => !one.below && (unwrap(one.node) === from || meanTakenOff(one.node) === from));
      if (above)
        return { of: from, isCentred: meanTakenOff(above.node) === from, spread: unwrap(spread), names: namesOn(spread), root: factor };
    }
  }
  return null;
}

function rootIn(factor: Node, below: boolean): Node | null {
  const { op, args } = unwrap(factor);
  if (below) return op === 'sqrt' ? args[0]! : null;
  if (op === 'rsqrt') return args[0]!;
  const inner = op === 'sqrt' || op === 'reciprocal' ? unwrap(args[0]!) : null;
  if (op === 'reciprocal') return inner?.op === 'sqrt' ? inner.args[0]! : null;
  // `sqrt(1 / (var + eps))`
  return inner?.op === 'reciprocal' || inner?.op === 'divide' ? inner.args.at(-1)! : null;
}

/** What a spread is of, right or wrong. */
function spreadOf({ op, args }: Node): Node | null {
  const [a] = args;
  const inner = a && unwrap(a);
  if (op === 'sqrt' && (inner?.op === 'variance' || inner?.op === 'mean')) return spreadOf(inner);
  if (op === 'variance') return inner!;
  if (op === 'mean' && inner?.op === 'square') return centredOn(inner.args[0]!);
  if (op === 'square' && inner?.op === 'mean') return centredOn(inner.args[0]!);
  return op === 'mean' ? inner! : null;
}

const centredOn = (node: Node): Node => meanTakenOff(node) ?? unwrap(node);

/** `x` of `x - x.mean()` */
function meanTakenOff(node: Node): Node | null {
  const { op, args } = unwrap(node);
  const mean = op === 'subtract' ? unwrap(args[1]!) : null;
  const of = args[0] && unwrap(args[0]);
  return mean?.op === 'mean' && unwrap(mean.args[0]!) === of ? of : null;
}

function wrongWith({ spread, isCentred }: Divided): Pick<Fault, 'rule' | 'message'> | null {
  const [a] = spread.args;
  if (spread.op === 'sqrt')
    return {
      rule: 'function-extra',
      message:
        'Under the root the variance belongs, and here stands the deviation, a root already: what comes out has not the deviation 1.',
    };
  if (spread.op === 'mean' && unwrap(a!).op !== 'square')
    return {
      rule: 'function-missing',
      message: 'This is the mean of the numbers themselves, and what normalises is the mean of their squares: a square is missing.',
    };
  if (spread.op === 'square')
    return {
      rule: 'another-value',
      message:
        'This is the square of the mean, and what normalises is the mean of the squares: it says how far from 0 the numbers are, whatever their signs.',
    };
  const isOfItself = spread.op === 'mean' && meanTakenOff(unwrap(a!).args[0]!) === null;
  return isCentred && isOfItself
    ? {
        rule: 'another-value',
        message:
          'The squares are of the array itself, and what is divided has its mean taken off: the variance is about the mean, without which what comes out has not the deviation 1.',
      }
    : null;
}
