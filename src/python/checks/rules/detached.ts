/** Errors between two sides of which the wrong one, or both, or none is held constant. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import { isNearest } from '../../recognise/evidence/origins.ts';
import type { Fault } from '../fault.ts';
import { ownNodes, writtenAround } from '../statements.ts';
import { factorsOf, moving, namesOn, source, termsOf } from './flow.ts';

export function* detached(statement: Computed): Generator<Fault> {
  if (statement.detached) return;
  const errors = [...ownNodes(statement)].flatMap((node) => {
    const inner = node.op === 'square' || node.op === 'abs' ? unwrap(node.args[0]!) : null;
    return inner?.op === 'subtract' ? [{ node, sides: inner.args as readonly [Node, Node] }] : [];
  });
  for (const { node, sides } of errors) {
    const fault = ofFeatures(statement, sides);
    if (fault) yield { ...told(statement, fault), at: writtenAround(statement, node) ?? node };
  }
  if (statement.node.op === 'let') return;
  const [first, second] = termsOf(statement.node).map(({ node }) => errorIn(node));
  if (first && second && isSameHeld(first, second))
    yield {
      ...told(
        statement,
        'Both terms hold the same side constant, so that the other one is never trained: of the code book and the commitment, each holds one.',
      ),
      at: unwrap(statement.node),
    };
  const [only] = errors;
  if (only && errors.length === 1 && isUnheldCommitment(statement, only.sides))
    yield {
      ...told(
        statement,
        'The code is not held constant, so that the commitment moves the code book as well: its gradient is to reach what is quantised alone.',
      ),
      at: writtenAround(statement, only.node) ?? only.node,
    };
}

/** The two sides of a term that is a mean of squares, times a number. */
function errorIn(term: Node): readonly [Node, Node] | null {
  for (const { node } of factorsOf(term)) {
    let inner = unwrap(node);
    while (inner.op === 'mean' || inner.op === 'sum') inner = unwrap(inner.args[0]!);
    const difference = inner.op === 'square' ? unwrap(inner.args[0]!) : null;
    if (difference?.op === 'subtract') return difference.args as readonly [Node, Node];
  }
  return null;
}

const told = (statement: Computed, message: string): Omit<Fault, 'at'> => ({
  rule: 'held-side',
  message,
  statement,
  related: [],
  nearly: null,
  change: null,
});

const isHeld = (node: Node): boolean => {
  let inner = unwrap(node);
  while (moving.has(inner.op) && inner.args[0]) inner = unwrap(inner.args[0]);
  return inner.op === 'detach';
};

const words = (node: Node): string => namesOn(node).join(' ');
const isFake = (node: Node): boolean => /fake|gen(?:erated)?(?:_|\b)|synth/i.test(words(node));
const isReal = (node: Node): boolean => /real|target|true/i.test(words(node));

/** Features of generated images that are held, beside those of real ones that are not. */
function ofFeatures({ around, target }: Computed, sides: readonly [Node, Node]): string | null {
  const held = sides.find(isHeld);
  const free = sides.find((side) => !isHeld(side));
  if (!held || !free || !isFake(held) || !isReal(free) || isFake(free)) return null;
  if (![...around.slice(0, 2), target, words(held), words(free)].some((name) => /feat|(?:^|_)f_|match|fm/i.test(name))) return null;
  return 'The generated side is held constant and the real one is not: the generator gets no gradient from this.';
}

/** Two errors of the same two things that hold the same one. */
function isSameHeld(a: readonly [Node, Node], b: readonly [Node, Node]): boolean {
  const [x, y] = [a, b].map((sides) => ({ held: sides.filter(isHeld), free: sides.filter((side) => !isHeld(side)) }));
  if (!x || !y || x.held.length !== 1 || y.held.length !== 1) return false;
  return source(x.held[0]!) === source(y.held[0]!) && source(x.free[0]!) === source(y.free[0]!);
}

/** A commitment by its name, between something and its nearest code, neither of them held. */
function isUnheldCommitment(statement: Computed, sides: readonly [Node, Node]): boolean {
  if (sides.some(isHeld) || !/commit/i.test(`${statement.target} ${statement.target === '' ? (statement.around[0] ?? '') : ''}`))
    return false;
  return sides.some((side) => isNearest(source(side)) || /^(?:z_?q|quant\w*|e|codes?)$/.test(namesOn(side)[0] ?? ''));
}
