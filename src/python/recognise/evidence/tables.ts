/** Tables of a schedule: what their entries are, by name or by how the table was made. */

import { numberOf, operandsOf, unwrap, wrappers, type Node } from '../../expression/node.ts';
import { holdsAny, scheduleWords, wordsOf } from './words.ts';

const known = new WeakMap<Node, boolean>();

/** A table by whose name its entries are known, or one that is made of a schedule. */
export function isSchedule(node: Node): boolean {
  let found = known.get(node);
  if (found === undefined) known.set(node, (found = wrappers.has(node.op) && (isNamed(node) || isMadeOf(node, 0))));
  return found;
}

const isNamed = ({ op, attributes }: Node): boolean =>
  (op === 'let' && holdsAny(wordsOf(String(attributes['name'])), scheduleWords)) ||
  // What is given may be one number, unless its name says that there are many.
  ((op === 'parameter' || op === 'attribute') && holdsAny(wordsOf(String(attributes['name'])), manyOfSchedule));

const manyOfSchedule = ['betas', 'alphas', 'sigmas', 'alphas cumprod'];

/** Elementwise operations from which a schedule is made of another. */
const elementwise: ReadonlySet<string> = new Set(
  'let inline sqrt rsqrt square subtract add multiply divide reciprocal power clamp exp log negate concatenate index flip cos sin sigmoid tanh'.split(
    ' ',
  ),
);

/** Also by the sum of logarithms. */
function isRunningProduct({ op, args }: Node): boolean {
  if (op === 'cumulativeProduct') return true;
  const summed = op === 'exp' ? unwrap(args[0]!) : null;
  return summed?.op === 'cumulativeSum' && unwrap(summed.args[0]!).op === 'log';
}

function isMadeOf(node: Node, depth: number): boolean {
  if (isRunningProduct(node) || node.op === 'linspace') return true;
  if (depth > 10 || !elementwise.has(node.op)) return false;
  return operandsOf(node).some((arg) => isNamed(arg) || isMadeOf(arg, depth + 1));
}

/** What is looked up in a schedule, or is one: the table; null for what is none. */
export function scheduleIn(node: Node): Node | null {
  for (let inner = node; moving.has(inner.op) && inner.args[0]; inner = inner.args[0]) {
    if ((inner.op === 'index' || inner.op === 'gather') && inner.args.length > 1)
      return isSchedule(inner.args[0]) || isMadeOf(inner.args[0], 0) ? inner.args[0] : null;
    if (inner.op === 'let' && isMadeOf(unwrap(inner), 0)) return inner;
  }
  return null;
}

const moving: ReadonlySet<string> = new Set('let inline reshape expand expandDims squeeze index gather detach flatten'.split(' '));

/** Betas begin and end near 0, alphas near 1. */
function isOfSteps({ op, args }: Node): boolean {
  const [start, stop] = args.slice(0, 2).map(numberOf);
  return (
    op === 'linspace' && typeof start === 'number' && typeof stop === 'number' && start > 0 && start < 0.02 && stop > start && stop < 0.5
  );
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
    } else if (isOfSteps(node)) {
      phrases.push(prefix.join(' ') === 'one minus' ? ['alphas'] : [...prefix, 'betas']);
      node = undefined;
    } else if (node.op === 'inline' || node.op === 'clamp' || node.op === 'index') node = a;
    else if (node.op === 'concatenate' && a && b && numberOf(a) !== null && unwrap(b).op === 'index') {
      // What stands one place further back.
      phrases.push(['prev']);
      node = unwrap(b).args[0];
    } else if (isRunningProduct(node)) {
      // Whatever it is called, what is multiplied up is what each step leaves.
      phrases.push([...prefix, 'alphas', 'cumprod']);
      node = undefined;
    } else if (node.op === 'subtract' && a && b && numberOf(b) === 1 && prefixOf(unwrap(a))?.join() === 'recip') {
      prefix = [...prefix, 'recipm1'];
      node = unwrap(a).args.at(-1);
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
