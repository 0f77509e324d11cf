/** Entries of tables that are made of other tables. */

import type { Build } from '../build.ts';
import { numberOf, unwrap, type Node } from '../node.ts';

const elementwise: ReadonlySet<string> = new Set('sqrt rsqrt square add subtract multiply divide reciprocal power negate'.split(' '));

/** How far a table is looked through for the tables that it is made of. */
const deepest = 8;

/**
 * `(betas / sqrt(1 - alphas_cumprod))[t]` is what it is made of at t, under the table's name.
 *
 * @param look makes the entry of one table
 */
export function entryOf({ apply, with: make }: Build, table: Node, look: (table: Node) => Node): Node {
  if (table.op !== 'let' || !mixing.has(unwrap(table).op)) return look(table);
  const tables = new Set<Node>();
  if (!gather(unwrap(table), tables, 0) || tables.size < 2 || ![...tables].some((one) => isRunning(one, 0))) return look(table);
  const entered = (node: Node): Node => {
    if (tables.has(node)) return look(node);
    return numberOf(node) !== null ? node : apply(node.op, ...node.args.map(entered));
  };
  return make('let', [entered(unwrap(table))], table.attributes);
}

const mixing: ReadonlySet<string> = new Set(['multiply', 'divide']);

/** The named tables that something is made of, element by element; false where it is made of anything else. */
function gather(node: Node, tables: Set<Node>, depth: number): boolean {
  if (numberOf(node) !== null) return true;
  if (depth > 0 && (node.op === 'let' || isNamedTable(node))) {
    tables.add(node);
    return true;
  }
  return depth <= deepest && elementwise.has(node.op) && node.args.every((arg) => gather(arg, tables, depth + 1));
}

const isNamedTable = ({ op, attributes }: Node): boolean =>
  (op === 'parameter' || op === 'attribute') && /beta|alpha|sigma/i.test(String(attributes['name']));

/** It holds a running product: what is made of it is a table over times. */
function isRunning(node: Node, depth: number): boolean {
  const inner = unwrap(node);
  if (inner.op === 'cumulativeProduct' || inner.op === 'cumulativeSum') return true;
  return depth <= deepest && (elementwise.has(inner.op) || inner.op === 'exp') && inner.args.some((arg) => isRunning(arg, depth + 1));
}
