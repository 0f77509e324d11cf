/** Quick fixes: what stands for a value in the text, put in place of another. */

import type { Computed } from '../../expression/follow/context.ts';
import { unwrap, type Node } from '../../expression/node.ts';
import type { Span } from '../../../maths/nesting.ts';
import type { Change } from '../fault.ts';
import { placeOf } from '../statements.ts';

/** The span of a value that stands within another one: by its making, or by a name. */
export function spanWithin({ places }: Computed, { start, end }: Span, node: Node): Span | null {
  const inside = places.filter(
    (place) => place.start >= start && place.end <= end && (place.node === node || unwrap(place.node) === unwrap(node)),
  );
  return inside.reduce<Span | null>((best, one) => (best && best.end - best.start >= one.end - one.start ? best : one), null);
}

/** Writes what stands for `part` anew, within the text of `outer`. */
export function rewritten(
  statement: Computed,
  title: string,
  outer: Node,
  part: Node,
  write: (text: string, isFirst: boolean) => string,
): Change | null {
  const around = placeOf(statement, outer);
  const inside = around && spanWithin(statement, around, part);
  if (!around || !inside) return null;
  const [from, to] = [inside.start - around.start, inside.end - around.start];
  return { title, there: outer, write: (text) => text.slice(0, from) + write(text.slice(from, to), from === 0) + text.slice(to) };
}

/** Puts what `made` is made of in its place. */
export function undone(statement: Computed, title: string, made: Node, from: Node): Change | null {
  const around = placeOf(statement, made);
  const inside = around && spanWithin(statement, around, from);
  if (!around || !inside) return null;
  const [a, b] = [inside.start - around.start, inside.end - around.start];
  return { title, there: made, write: (text) => bracketed(text.slice(a, b)) };
}

/** Puts a name in place of another one, everywhere in the text of a value. */
export function renamed(title: string, there: Node, names: ReadonlyMap<string, string>): Change {
  return { title, there, write: (text) => text.replace(/(?<![\w.])[A-Za-z_]\w*(?!\w|\s*=[^=])/g, (name) => names.get(name) ?? name) };
}

/** In brackets where an operator may stand beside it. */
export const bracketed = (text: string): string => (/^[\w.]+(?:\[[^[\]]*\]|\([^()]*\))*$/.test(text) ? text : `(${text})`);
