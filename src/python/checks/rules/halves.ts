/** Arrays taken apart into two numbers of each pair, by halves or as neighbours, and the tables of angles that go with them. */

import { numberOf, unwrap, type Node } from '../../expression/node.ts';
import { moving, namesOn } from './flow.ts';

/** Which two numbers are a pair: of the first and the second half, or neighbours. */
export type Layout = 'halves' | 'pairs';

export interface Piece {
  readonly of: Node;
  readonly side: 0 | 1;
  readonly layout: Layout;
}

/** One of the two numbers of each pair. */
export function pieceOf(node: Node): Piece | null {
  const inner = unwrap(node);
  const [array] = inner.args;
  if (!array) return null;
  if (inner.op === 'part') {
    const { axis, unbound, index, count } = inner.attributes;
    if (count !== 2 || (index !== 0 && index !== 1)) return null;
    const apart = dividedIn(array);
    if (unbound === true) return apart && axisIs(axis, apart) ? { of: apart.of, side: index, layout: apart.layout } : null;
    return axis === -1 || axis === 3 ? { of: unwrap(array), side: index, layout: 'halves' } : null;
  }
  if (inner.op !== 'index') return null;
  const [, last = ''] = /^(?:dots|slice:(?: slice:)*) (\S+)$/.exec(String(inner.attributes['spec'])) ?? [];
  const [first, second] = inner.args.slice(1);
  const start = first ? numberOf(first) : null;
  switch (last) {
    case 'slice:t':
    case 'slice:f':
      return isHalf(first!) ? { of: unwrap(array), side: last === 'slice:f' ? 1 : 0, layout: 'halves' } : null;
    case 'slice:s':
      return start === 2 ? { of: unwrap(array), side: 0, layout: 'pairs' } : null;
    case 'slice:fs':
      return numberOf(second!) === 2 && (start === 0 || start === 1) ? { of: unwrap(array), side: start, layout: 'pairs' } : null;
    case 'at': {
      const apart = dividedIn(array);
      return apart?.axis === -1 && (start === 0 || start === 1) ? { of: apart.of, side: start, layout: apart.layout } : null;
    }
    default:
      return null;
  }
}

/** Half of a width, or a number that may be it. */
const isHalf = (node: Node): boolean => {
  const inner = unwrap(node);
  if (inner.op === 'floorDivide' || inner.op === 'divide') return numberOf(inner.args[1]!) === 2;
  return inner.op === 'number' || inner.op === 'parameter' || inner.op === 'attribute';
};

/** `x.reshape(..., -1, 2)` has neighbours along its last axis, `x.reshape(..., 2, -1)` halves along the one before. */
function dividedIn(node: Node): { readonly of: Node; readonly axis: number; readonly layout: Layout } | null {
  const inner = unwrap(node);
  if (inner.op === 'reshape') {
    const lengths = inner.args.slice(1);
    const of = unwrap(inner.args[0]!);
    if (lengths.length > 1 && numberOf(lengths.at(-1)!) === 2) return { of, axis: -1, layout: 'pairs' };
    return lengths.length > 2 && numberOf(lengths.at(-2)!) === 2 ? { of, axis: -2, layout: 'halves' } : null;
  }
  if (inner.op !== 'rearrange') return null;
  const pattern = String(inner.attributes['pattern']).replace(/\s+/g, ' ');
  if (/\(d r\) -> .*d r$/.test(pattern)) return { of: unwrap(inner.args[0]!), axis: -1, layout: 'pairs' };
  return /\(r d\) -> .*r d$/.test(pattern) ? { of: unwrap(inner.args[0]!), axis: -2, layout: 'halves' } : null;
}

const axisIs = (axis: unknown, apart: { readonly axis: number }): boolean => axis === apart.axis;

export interface Exchanged {
  readonly of: Node;
  readonly layout: Layout;
  /** Of what comes first, which is the second, and of what comes second. */
  readonly signs: readonly [1 | -1, 1 | -1];
  /** Where they are put together. */
  readonly stacked: Node;
  /** The call that does it, or the same. */
  readonly at: Node;
}

/** Both numbers of each pair, exchanged and put where they were: `cat((-x2, x1))`. */
export function exchangedIn(node: Node): Exchanged | null {
  let inner = node;
  while (inner.op === 'let' && inner.args[0]) [inner] = inner.args as [Node];
  const at = inner;
  inner = unwrap(inner);
  const isFlat = /^(?:flatten|reshape|rearrange)$/.test(inner.op);
  if (isFlat) inner = unwrap(inner.args[0]!);
  if ((inner.op !== 'concatenate' && inner.op !== 'stack') || inner.args.length !== 2 || (inner.op === 'stack') !== isFlat) return null;
  const [first, second] = inner.args.map(signed);
  if (first?.piece.side !== 1 || second?.piece.side !== 0) return null;
  if (first.piece.of !== second.piece.of || first.piece.layout !== second.piece.layout) return null;
  if ((first.piece.layout === 'pairs') !== (inner.op === 'stack')) return null;
  return { of: first.piece.of, layout: first.piece.layout, signs: [first.sign, second.sign], stacked: inner, at };
}

function signed(node: Node): { readonly piece: Piece; readonly sign: 1 | -1 } | null {
  const inner = unwrap(node);
  const isTurned = inner.op === 'negate';
  const piece = pieceOf(isTurned ? inner.args[0]! : inner);
  return piece && { piece, sign: isTurned ? -1 : 1 };
}

export interface Table {
  readonly kind: 'cos' | 'sin';
  /** The angles, or the table itself. */
  readonly of: Node;
  /** How two angles of a pair lie, and what lays them so; null where the code does not tell. */
  readonly laid: { readonly layout: Layout; readonly by: Node } | null;
}

/** Cosines or sines of angles, each as often as it is needed. */
export function tableOf(node: Node): Table | null {
  let laid: Table['laid'] = null;
  let kind: Table['kind'] | null = null;
  let inner = unwrap(node);
  for (let steps = 0; steps < 16; steps++) {
    const layout = layoutBy(inner);
    if (layout) laid ??= { layout, by: inner };
    if (inner.op === 'cos' || inner.op === 'sin') kind = inner.op;
    else if (!moving.has(inner.op) && !layout) break;
    const next = inner.op === 'opaque' ? repeatedIn(inner)[0] : inner.args[0];
    if (!next || inner.op === 'item') break;
    inner = unwrap(next);
  }
  const named = namesOn(node).join(' ');
  const [isCos, isSin] = [/cos/i.test(named), /(?:^|[^a-z])sin|sin(?:$|[^a-z])/i.test(named)];
  if (kind) return { kind, of: unwrap(inner), laid };
  return isCos === isSin ? null : { kind: isCos ? 'cos' : 'sin', of: unwrap(node), laid };
}

/** How a step lays out what there is one of for each pair. */
function layoutBy(node: Node): Layout | null {
  const { op, args, attributes } = node;
  if (op === 'concatenate' && args.length === 2 && unwrap(args[0]!) === unwrap(args[1]!)) return 'halves';
  if (op === 'tile') return args.length > 1 && numberOf(args.at(-1)!) === 2 ? 'halves' : null;
  if (op === 'stack' && args.length === 2 && unwrap(args[0]!) === unwrap(args[1]!)) return attributes['axis'] === -1 ? 'pairs' : null;
  // `angles[..., None].expand(..., 2).flatten(-2)`
  if ((op === 'flatten' || op === 'reshape') && unwrap(args[0]!).op === 'expand') {
    const spread = unwrap(args[0]!);
    const inner = unwrap(spread.args[0]!);
    const isNew = inner.op === 'expandDims' ? inner.attributes['axis'] === -1 : / new$/.test(String(inner.attributes['spec']));
    return isNew && numberOf(spread.args.at(-1)!) === 2 ? 'pairs' : null;
  }
  if (op === 'opaque' && /^(?:repeat_interleave|repeat)$/.test(String(attributes['callee']).split('.').at(-1)!))
    return numberOf(repeatedIn(node)[1] ?? node) === 2 ? 'pairs' : null;
  return null;
}

/** What is repeated, and how often: of a library's function, or of a method. */
function repeatedIn({ args }: Node): readonly Node[] {
  return args[0]?.op === 'global' ? args.slice(1) : args;
}
