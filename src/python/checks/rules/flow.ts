/** Values followed back to where they were made. */

import { leaves, numberOf, operandsOf, unwrap, usersOf, type Node } from '../../expression/node.ts';

/** Operations that put numbers elsewhere, or choose among them, and leave them as they are. */
export const moving: ReadonlySet<string> = new Set(
  'reshape expand expandDims squeeze permute swapAxes moveAxis flatten index part parts rearrange einopsRepeat tile select gather flip roll item'.split(
    ' ',
  ),
);

export const isMoved = ({ op }: Node): boolean => moving.has(op);

/** What is under operations that are passed by, and under names. */
export function under(node: Node, passes: (node: Node) => boolean): Node {
  let inner = unwrap(node);
  while (passes(inner) && inner.args[0]) inner = unwrap(inner.args[0]);
  return inner;
}

/** What a value is of, whatever it is called, wherever it was put, and whether a gradient reaches it. */
export const source = (node: Node): Node => under(node, (one) => (isMoved(one) || one.op === 'detach') && !(one.args[0] && isOfMany(one)));

/** One of the things that a call gave, or that a loop goes through: it is not what all of them are. */
const isOfMany = ({ op, args }: Node): boolean => op === 'item' && leaves.has(unwrap(args[0]!).op);

/** The names that a value has on its way from where it was made, the last one first; with the leaf's own. */
export function namesOn(node: Node): readonly string[] {
  const names: string[] = [];
  let inner = node;
  while (inner.op === 'let' || inner.op === 'inline' || inner.op === 'detach' || (moving.has(inner.op) && !isOfMany(inner))) {
    if (inner.op === 'let') names.push(inner.attributes['name'] as string);
    const next = inner.args[0];
    if (!next) break;
    inner = next;
  }
  if (inner.op === 'parameter' || inner.op === 'attribute' || inner.op === 'global') names.push(String(inner.attributes['name']));
  return names;
}

/** What the code does not tell the making of. */
export const isUnknown = (node: Node): boolean =>
  leaves.has(node.op) && node.op !== 'normal' && node.op !== 'uniform' && node.op !== 'gradient';

/** Everything that a value is computed from, itself first, names and functions of the file followed; up to so many. */
export function* made(node: Node, most = 400): Generator<Node> {
  const seen = new Set<Node>([node]);
  for (const one of seen) {
    yield one;
    if (seen.size < most) for (const arg of operandsOf(one)) seen.add(arg);
  }
}

export function isMadeOf(node: Node, test: (part: Node) => boolean, most = 400): boolean {
  for (const part of made(node, most)) if (test(part)) return true;
  return false;
}

/** The operation that uses a value, of those that something is computed by. */
export function userIn(node: Node, value: Node): Node | null {
  for (const part of made(node, 40)) if (part.args.includes(value)) return part;
  return null;
}

/** What is made of a value by such operations alone, itself first; up to so many. */
export function* madeFrom(value: Node, by: ReadonlySet<string>, most = Infinity): Generator<Node> {
  const seen = new Set<Node>([value]);
  for (const one of seen) {
    yield one;
    if (seen.size < most) for (const user of usersOf(one)) if (by.has(user.op)) seen.add(user);
  }
}

interface FactorOf {
  readonly node: Node;
  readonly below: boolean;
}

/** The factors of a product, those below it as well: `a * b / c`; what is one whole is not taken apart. */
export function factorsOf(node: Node, isWhole: (node: Node) => boolean = () => false): FactorOf[] {
  return takenApart<FactorOf>({ node, below: false }, ({ node: one, below }) => {
    if (isWhole(one)) return null;
    const { op, args } = unwrap(one);
    const [a, b] = args;
    if (!a) return null;
    if (op === 'negate') return [{ node: a, below }];
    if (!b || (op !== 'multiply' && op !== 'divide')) return null;
    return [
      { node: a, below },
      { node: b, below: op === 'divide' ? !below : below },
    ];
  });
}

interface SignedTerm {
  readonly node: Node;
  readonly sign: 1 | -1;
}

/** The terms of a sum with their signs. */
export function termsOf(node: Node): SignedTerm[] {
  return takenApart<SignedTerm>({ node, sign: 1 }, ({ node: one, sign }) => {
    const { op, args } = unwrap(one);
    const [a, b] = args;
    const other = sign === 1 ? -1 : 1;
    if (op === 'negate' && a) return [{ node: a, sign: other }];
    if (!a || !b || (op !== 'add' && op !== 'subtract')) return null;
    return [
      { node: a, sign },
      { node: b, sign: op === 'subtract' ? other : sign },
    ];
  });
}

/** In their order, up to so many: `x = x + x` written thirty times has a thousand million terms. */
export function takenApart<T>(whole: T, partsOf: (one: T) => readonly T[] | null): T[] {
  const all = [whole];
  for (let at = 0; at < all.length;) {
    const parts = all.length < mostParts ? partsOf(all[at]!) : null;
    if (parts) all.splice(at, 1, ...parts);
    else at++;
  }
  return all;
}

const mostParts = 64;

export const isNumber = (node: Node, value: number): boolean => numberOf(node) === value;

/** Whether a product has its sign turned by a minus on one of its factors, or on itself; numbers that are negative are not counted. */
export function isNegated(node: Node): boolean {
  const inner = unwrap(node);
  const [a, b] = inner.args;
  if (inner.op === 'negate') return !isNegated(a!);
  return (inner.op === 'multiply' || inner.op === 'divide') && isNegated(a!) !== isNegated(b!);
}
