/** Entries of an array that are changed where a mask holds: `x[mask] = value`. */

import type { Build } from '../build.ts';
import { numberOf, unwrap, type Node } from '../node.ts';

const truths: ReadonlySet<string> = new Set(
  'equal notEqual less lessEqual greater greaterEqual logicalNot logicalAnd logicalOr eye triangle'.split(' '),
);

/** The mask that an index is: a comparison, a triangle of ones, what is called a mask, or NumPy's indices of a triangle; null for others. */
export function maskOf(index: Node, { with: make, number }: Build): Node | null {
  const inner = unwrap(index);
  if (inner.op === 'triangle') return numberOf(inner.args[0]!) === 1 ? index : null;
  if (truths.has(inner.op)) return index;
  if ((inner.op === 'parameter' || inner.op === 'attribute') && /mask$/i.test(String(inner.attributes['name']))) return index;
  const [, part] = /^(tri[lu])_indices(?:_from)?$/.exec(inner.op === 'opaque' ? String(inner.attributes['callee']) : '') ?? [];
  // PyTorch's are two rows, to be taken apart first.
  if (!part || !String(inner.args[0]?.attributes['name']).startsWith('numpy.')) return null;
  const [, , by] = inner.args;
  const k = by ? numberOf(by) : 0;
  return k === null || inner.args.length > 3 ? null : make('triangle', [number(1)], { part: part === 'tril' ? 'lower' : 'upper', k });
}
