/** Divergences of which the ratio is upside down: they are never above 0. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import { wordsOf } from '../../recognise/evidence/words.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';

/** `sum(p * log(q / p))` in what is called a divergence. */
export function* ratios(statement: Computed): Generator<Fault> {
  const names = [statement.target, statement.target === '' ? (statement.around[0] ?? '') : ''].flatMap(wordsOf);
  if (!names.some((word) => /^(?:kl|kld|div|diverg\w*)$/.test(word)) || names.some((word) => /^neg/.test(word))) return;
  for (const node of ownNodes(statement)) {
    if (node.op !== 'multiply' || isTurned(node, 0)) continue;
    for (const [weight, log] of [node.args, node.args.toReversed()]) {
      const sides = sidesOf(unwrap(log!));
      if (!sides || isOf(sides.above, weight!) || !isOf(sides.below, weight!)) continue;
      yield {
        rule: 'other-sign',
        severity: 'warning',
        message:
          'The ratio is upside down: the mean of log(q / p) under p is minus the divergence, never above 0. It is log(p / q), of what weights it over the other.',
        ...{ statement, at: writtenIn(statement, node), related: [], nearly: null, change: null },
      };
      return;
    }
  }
}

/** What a logarithm is of, as a quotient. */
function sidesOf({ op, args }: Node): { readonly above: Node; readonly below: Node } | null {
  const inner = op === 'log' ? unwrap(args[0]!) : null;
  if (inner?.op === 'divide') return { above: inner.args[0]!, below: inner.args[1]! };
  const [a, b] = op === 'subtract' ? args.map(unwrap) : [];
  return a?.op === 'log' && b?.op === 'log' ? { above: a.args[0]!, below: b.args[0]! } : null;
}

/** The same, but for what keeps it above 0. */
function isOf(node: Node, weight: Node): boolean {
  const inner = unwrap(node);
  if (inner === unwrap(weight)) return true;
  if (inner.op === 'clamp') return isOf(inner.args[0]!, weight);
  return inner.op === 'add' && isOf(inner.args[0]!, weight) && isSlight(inner.args[1]!);
}

const isSlight = (node: Node): boolean => {
  const value = numberOf(node);
  return value === null ? unwrap(node).op === 'parameter' || unwrap(node).op === 'attribute' : Math.abs(value) < 1e-3;
};

/** A minus comes after it. */
const isTurned = (node: Node, depth: number): boolean =>
  depth < 6 &&
  usersOf(node).some(
    (user) =>
      user.op === 'negate' ||
      (user.op === 'subtract' && user.args[1] === node) ||
      (user.op === 'multiply' && user.args.some((arg) => (numberOf(arg) ?? 0) < 0)) ||
      (/^(?:sum|mean|let|inline|where)$/.test(user.op) && isTurned(user, depth + 1)),
  );
