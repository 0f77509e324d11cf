/** A square divided by the root of what its logarithm beside it is of: the spread that fits best is then no deviation. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, placeOf } from '../statements.ts';
import { isMoved, takenApart, under } from './flow.ts';

/**
 * `c log s + k r² / s^p` is least at s^p = k p r² / c: of a Gaussian p is c / k. Half of that is a root that was taken too often, or a square that
 * is missing.
 */
export function* scalesOfSquares(statement: Computed, { computed }: Checked): Generator<Fault> {
  const inner = new Set<Node>();
  for (const node of ownNodes(statement)) {
    if ((node.op !== 'add' && node.op !== 'subtract') || inner.has(node)) continue;
    for (const arg of node.args) inner.add(unwrap(arg));
    const terms = weighed(node);
    const squares = terms.flatMap(({ node: term, by }) => {
      const over = squareOver(term);
      return over ? [{ ...over, by: by * over.by }] : [];
    });
    const [square] = squares;
    if (squares.length !== 1 || !square) continue;
    const logs = terms.flatMap(({ node: term, by }) => {
      const times = timesLog(term, square.of);
      return times === 0 ? [] : [by * times];
    });
    const [log] = logs;
    if (logs.length !== 1 || !log || Math.abs(log / square.by - 2 * square.power) > 1e-9) continue;
    yield {
      rule: 'spread-of-density',
      severity: 'warning',
      message:
        'The square is divided by the root of what it has to be divided by: beside this logarithm the spread that fits best is not the size of the residuals. A deviation divides it squared, a variance as it is.',
      statement,
      at: computed.some((one) => placeOf(one, square.at)) ? square.at : node,
      related: [],
      nearly: null,
      change: null,
    };
    return;
  }
}

/** The terms of a sum under numbers that multiply all of it. */
function weighed(node: Node): TermOf[] {
  return takenApart<TermOf>({ node, by: 1 }, ({ node: one, by }) => {
    const { op, args } = unwrap(one);
    const [a, b] = args;
    if (!a) return null;
    const [first, second] = [numberOf(a), b && numberOf(b)];
    if (op === 'negate') return [{ node: a, by: -by }];
    if (!b) return null;
    if (op === 'add' || op === 'subtract')
      return [
        { node: a, by },
        { node: b, by: op === 'add' ? by : -by },
      ];
    if (op === 'multiply' && first !== null) return [{ node: b, by: by * first }];
    if (op === 'multiply' && typeof second === 'number') return [{ node: a, by: by * second }];
    return op === 'divide' && typeof second === 'number' ? [{ node: a, by: by / second }] : null;
  }).map((term) => ({ ...term, node: unwrap(term.node) }));
}

interface TermOf {
  readonly node: Node;
  readonly by: number;
}

/** What a value is a power of: the exponential of a number times a logarithm, or the power itself. */
function powerOf(node: Node): Power | null {
  const inner = under(node, isMoved);
  if (inner.op === 'exp') {
    const [log, ...others] = weighed(inner.args[0]!);
    return log && others.length === 0 ? { of: log.node, power: log.by } : null;
  }
  if (inner.op === 'square') {
    const root = powerOf(inner.args[0]!);
    return root && { ...root, power: 2 * root.power };
  }
  return { of: inner, power: 1 };
}

interface Power {
  readonly of: Node;
  readonly power: number;
}

interface Over extends Power {
  readonly by: number;
  readonly at: Node;
}

/** `k r² / s^p` of a difference. */
function squareOver(term: Node): Over | null {
  const inner = unwrap(term);
  if (inner.op !== 'divide') return null;
  const [above, ...others] = weighed(inner.args[0]!);
  const square = above && others.length === 0 ? above.node : null;
  const power = square?.op === 'square' && unwrap(square.args[0]!).op === 'subtract' ? powerOf(inner.args[1]!) : null;
  return power && { ...power, by: above!.by, at: inner };
}

/** How often a term is the logarithm of that value, or that logarithm; 0 where it is neither. */
function timesLog(term: Node, of: Node): number {
  const inner = under(term, isMoved);
  if (inner === of) return 1;
  const power = inner.op === 'log' ? powerOf(inner.args[0]!) : null;
  return power && power.of === of ? power.power : 0;
}
