/** Cross-entropies taken apart: halves of a binary one that belong to other labels, and a picked score that is added. */

import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenIn } from '../statements.ts';
import { moving, namesOn, under } from './flow.ts';

export function* halvesOfEntropy(statement: Computed): Generator<Fault> {
  for (const node of ownNodes(statement)) {
    const wrong = node.op === 'add' ? (binary(node) ?? picked(node)) : null;
    if (!wrong) continue;
    const at = writtenIn(statement, node);
    yield { ...wrong, severity: 'warning', statement, at, related: [], nearly: null, change: null };
    return;
  }
}

/** What weights a logarithm, and what that is of: each as it is or as what it leaves of 1. */
interface Half {
  readonly label: Node;
  readonly isRestOfLabel: boolean;
  readonly of: Node;
  readonly isRest: boolean;
}

/** `y log p + (1 - y) log(1 - p)` */
function binary({ args }: Node): Pick<Fault, 'rule' | 'message'> | null {
  const [first, second] = args.map(halfIn);
  if (!first || !second || first.label !== second.label || first.of !== second.of || numberOf(first.label) !== null) return null;
  if (first.isRestOfLabel === second.isRestOfLabel && first.isRest !== second.isRest)
    return {
      rule: 'function-missing',
      message: 'Both halves count for the same label: of y log p + (1 − y) log(1 − p) each counts for one of the two.',
    };
  if (first.isRestOfLabel === second.isRestOfLabel || first.isRest === second.isRest || first.isRest === first.isRestOfLabel) return null;
  if (!isCalledTruth(args) || !isPrediction(first.of)) return null;
  return {
    rule: 'wrong-direction',
    message:
      'The halves are exchanged: where the label is 1 this raises 1 − p, and where it is 0 it raises p. It is y log p + (1 − y) log(1 − p).',
  };
}

const isCalledTruth = (args: readonly Node[]): boolean =>
  args.some((arg) =>
    unwrap(arg).args.some((factor) => namesOn(factor).some((name) => /label|target|y_?true|(?:^|_)gt(?:_|$)|^y$/i.test(name))),
  );

const isPrediction = (node: Node): boolean =>
  node.op === 'sigmoid' || namesOn(node).some((name) => /pred|out|y_?hat|^p$|prob/i.test(name) && !/neg|not|anti|fake/i.test(name));

function halfIn(term: Node): Half | null {
  const inner = unwrap(term);
  if (inner.op !== 'multiply') return null;
  for (const [weight, log] of [inner.args, inner.args.toReversed()] as [Node, Node][]) {
    const logarithm = unwrap(log);
    if (logarithm.op !== 'log') continue;
    const [label, of] = [restIn(weight), restIn(withoutSlight(logarithm.args[0]!))];
    return { label: label.of, isRestOfLabel: label.isRest, of: of.of, isRest: of.isRest };
  }
  return null;
}

function restIn(node: Node): { readonly of: Node; readonly isRest: boolean } {
  const { op, args } = unwrap(node);
  return op === 'subtract' && numberOf(args[0]!) === 1 ? { of: unwrap(args[1]!), isRest: true } : { of: unwrap(node), isRest: false };
}

function withoutSlight(node: Node): Node {
  const { op, args } = unwrap(node);
  return op === 'clamp' || (op === 'add' && numberOf(args[1]!) !== null && Math.abs(numberOf(args[1]!)!) < 1e-3) ? args[0]! : node;
}

/** `logsumexp(x) + x[y]` */
function picked({ args }: Node): Pick<Fault, 'rule' | 'message'> | null {
  const [a, b] = args.map(unwrap);
  const sum = [a, b].find((one) => settled(one!).op === 'logSumExp');
  const other = sum && settled((sum === a ? b : a)!);
  if (!sum || (other?.op !== 'gather' && other?.op !== 'diagonal') || unwrap(other.args[0]!) !== unwrap(settled(sum).args[0]!)) return null;
  return {
    rule: 'other-sign',
    message: 'The score of the right class is added to the logarithm of the sum, and lowering this lowers it: it is taken off.',
  };
}

function settled(node: Node): Node {
  return under(node, ({ op }) => moving.has(op) && op !== 'gather');
}
