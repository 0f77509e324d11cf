/** Tables of a schedule: what their entries are, by name or by how the table was made. */

import { numberOf, operandsOf, unwrap, wrappers, type Node } from '../expression/node.ts';
import { holdsAny, scheduleWords, wordsOf } from './words.ts';

const known = new WeakMap<Node, boolean>();

/** A table by whose name its entries are known, or one that is made of a schedule. */
export function isSchedule(node: Node): boolean {
  let found = known.get(node);
  if (found === undefined) known.set(node, (found = wrappers.has(node.op) && (isNamed(node) || isMadeOf(node, 0))));
  return found;
}

const isNamed = (node: Node): boolean => node.op === 'let' && holdsAny(wordsOf(String(node.attributes['name'])), scheduleWords);

/** Elementwise operations from which a schedule is made of another. */
const elementwise: ReadonlySet<string> = new Set(
  'let inline sqrt rsqrt square subtract add multiply divide reciprocal power clamp exp log negate concatenate index flip'.split(' '),
);

function isMadeOf(node: Node, depth: number): boolean {
  if (node.op === 'cumulativeProduct' || node.op === 'linspace') return true;
  if (depth > 10 || !elementwise.has(node.op)) return false;
  return operandsOf(node).some((arg) => isNamed(arg) || isMadeOf(arg, depth + 1));
}

/** "sqrt one minus alpha hat": how the entries of a table were made, in words as names are made of them. */
export function wordsFromMaking(table: Node): readonly (readonly string[])[] {
  const inner = unwrap(table);
  const phrases: string[][] = [];
  let prefix: string[] = [];
  let node: Node | undefined = inner;
  for (let step = 0; node && step < 8; step++) {
    const [a, b]: readonly (Node | undefined)[] = node.args;
    if (node.op === 'let') {
      phrases.push([...prefix, ...wordsOf(String(node.attributes['name']))]);
      node = a;
    } else if (node.op === 'inline' || node.op === 'clamp' || node.op === 'index') node = a;
    else if (node.op === 'cumulativeProduct') {
      const name = a && a.op === 'let' ? wordsOf(String(a.attributes['name'])) : ['alphas'];
      phrases.push([...prefix, ...name, 'cumprod']);
      node = undefined;
    } else {
      const word = prefixOf(node);
      if (!word) break;
      prefix = [...prefix, ...word];
      node = node.op === 'subtract' || (node.op === 'divide' && a && numberOf(a) === 1) ? b : a;
    }
  }
  return phrases;
}

function prefixOf({ op, args }: Node): string[] | null {
  const [a] = args;
  if (op === 'sqrt') return ['sqrt'];
  if (op === 'rsqrt') return ['sqrt', 'recip'];
  if (op === 'reciprocal' || (op === 'divide' && a && numberOf(a) === 1)) return ['recip'];
  if (op === 'subtract' && a && numberOf(a) === 1) return ['one', 'minus'];
  return op === 'log' ? ['log'] : null;
}
