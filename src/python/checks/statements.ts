/** What a statement computes itself, beside what it takes from others, and where it is written. */

import type { Computed } from '../expression/follow/context.ts';
import { operandsOf, unwrap, type Node } from '../expression/node.ts';
import type { Span } from '../../maths/nesting.ts';

const own = new WeakMap<Computed, ReadonlySet<Node>>();
const deep = new WeakMap<Computed, ReadonlySet<Node>>();

/** A function of the file was called: what it computes is written there. */
export const isCallOfFile = ({ op, attributes }: Node): boolean => op === 'inline' && typeof attributes['own'] === 'string';

/** Values that a statement computes itself: not those that it has by name, nor what a function of the file does for it. */
export function ownNodes(statement: Computed): ReadonlySet<Node> {
  let known = own.get(statement);
  if (!known) own.set(statement, (known = reached(statement.node, isCallOfFile)));
  return known;
}

/** The same, with what functions of the file do for it. */
export function deepNodes(statement: Computed): ReadonlySet<Node> {
  let known = deep.get(statement);
  if (!known) deep.set(statement, (known = reachedWithin(statement.node)));
  return known;
}

/** What functions of the file name is theirs; what they are given is named where they are called. */
export function reachedWithin(from: Node): ReadonlySet<Node> {
  const seen = new Set<Node>([from]);
  const within = new Set<Node>();
  const given = new Set<Node>();
  for (const one of seen) {
    if (one.op === 'let' && (!within.has(one) || given.has(one))) continue;
    if (isCallOfFile(one)) for (const arg of one.args.slice(2)) given.add(arg);
    for (const arg of operandsOf(one)) {
      seen.add(arg);
      if (isCallOfFile(one) || within.has(one)) within.add(arg);
    }
  }
  return seen;
}

/** All that a value is worked out from, to the names that it uses. */
export function reached(from: Node, ends: (node: Node) => boolean = () => false): ReadonlySet<Node> {
  const seen = new Set<Node>([from]);
  for (const one of seen) {
    if (one.op === 'let') continue;
    if (ends(one)) for (const given of one.args.slice(2)) seen.add(given);
    else for (const arg of operandsOf(one)) seen.add(arg);
  }
  return seen;
}

/** The widest place in a statement at which a value stands by its making, not by a name. */
export function placeOf({ places }: Computed, node: Node): Span | null {
  const made = unwrap(node);
  let widest: Span | null = null;
  for (const place of places) if (place.node === made && (!widest || place.end - place.start >= widest.end - widest.start)) widest = place;
  return widest;
}

/** A value where a statement makes it; what the statement computes where it does not. */
export const writtenIn = (statement: Computed, node: Node): Node => (placeOf(statement, node) ? node : statement.node);

/** The smallest value with a place in a statement that is computed from another one, which need not have one. */
export function writtenAround(statement: Computed, inner: Node): Node | null {
  let smallest: (Span & { readonly node: Node }) | null = null;
  for (const place of statement.places) {
    if (smallest && place.end - place.start >= smallest.end - smallest.start) continue;
    if (place.node.op !== 'let' && reached(place.node).has(inner)) smallest = place;
  }
  return smallest && smallest.node;
}
