/** Noise levels that are evenly spaced in their root of order ρ, which is taken of both ends and undone in the end. */

import { catalogue } from '../../../formulas/catalogue.ts';
import type { Computed } from '../../expression/follow/context.ts';
import { numberOf, unwrap, usersOf, type Node } from '../../expression/node.ts';
import type { Checked } from '../checked.ts';
import type { Fault } from '../fault.ts';
import { matchOf } from '../matched.ts';
import { make, number } from '../near/edit.ts';
import { replaced } from '../near/remade.ts';
import { textEdits } from '../near/write.ts';
import { moving } from '../rules/flow.ts';
import { ownNodes } from '../statements.ts';

export function* levelsOfRoots(checked: Checked, told: readonly Fault[]): Generator<Fault> {
  const { computed, textOf, imports } = checked;
  const known = new Set(told.map(({ statement }) => statement));
  const formula = catalogue.get('karras_sigmas')!;
  for (const statement of computed) {
    const wrong = known.has(statement) || statement.node.op === 'let' ? null : wrongIn(statement);
    if (!wrong) continue;
    const { kind, there, wanted, within, at, message } = wrong;
    const edits = textEdits({ kind, there, wanted, within, also: [] }, { statement, computed, textOf, imports });
    yield {
      rule: kind === 'off by one' ? 'other-factor' : kind === 'another value' ? 'another-value' : 'function-missing',
      ...(kind === 'another value' && { severity: 'warning' as const }),
      message: `${message} (${formula.name}).`,
      statement,
      at,
      related: [],
      nearly: edits && matchOf(replaced(at, there, wanted), formula, statement, checked),
      change: edits && { title: titles[kind], edits },
    };
  }
}

const titles = {
  'off by one': 'Divide by one less',
  'missing function': 'Raise to the power',
  'another value': 'Raise to the order',
} as const;

interface Wrong {
  readonly kind: 'off by one' | 'missing function' | 'another value';
  readonly there: Node;
  readonly wanted: Node;
  readonly within: Node | null;
  readonly at: Node;
  readonly message: string;
}

function wrongIn(statement: Computed): Wrong | null {
  for (const node of ownNodes(statement)) {
    const rooted = node.op === 'power' ? betweenRoots(unwrap(node.args[0]!)) : null;
    if (rooted && isRootOf(node, rooted.order)) {
      const message = 'The root is taken once more, and not undone: neither end of the levels is what it should be';
      return { kind: 'another value', there: node.args[1]!, wanted: rooted.order, within: node, at: node, message };
    }
    const between = betweenRoots(node);
    if (!between) continue;
    const { share, order } = between;
    const used = usersWithin(node);
    const powers = used.filter(({ op }) => op === 'power');
    if (used.every(({ op }) => op !== 'power' && op !== 'opaque' && op !== 'inline')) {
      const wanted = make('power', [node, order]);
      const message = 'The levels are evenly spaced in their root, and are not raised to its order again';
      return { kind: 'missing function', there: node, wanted, within: null, at: node, message };
    }
    const count = countIn(share);
    if (count === null || powers.length === 0) continue;
    const wanted = make('subtract', [count, number(1)]);
    const message = 'Of n levels the last has the index n − 1: divided by n, the index never gets to the other end';
    return { kind: 'off by one', there: count, wanted, within: share, at: powers[0]!, message };
  }
  return null;
}

/** What goes evenly from one root to another. */
function betweenRoots(node: Node): { readonly share: Node; readonly order: Node } | null {
  if (node.op === 'lerp') {
    const [from, to, share] = node.args;
    const order = orderOf(from!);
    return order && isRootOf(unwrap(to!), order) ? { share: unwrap(share!), order } : null;
  }
  if (node.op !== 'add') return null;
  for (const [from, way] of [node.args, node.args.toReversed()]) {
    const order = orderOf(from!);
    const product = unwrap(way!);
    if (!order || product.op !== 'multiply') continue;
    for (const [share, distance] of [product.args, product.args.toReversed()]) {
      const { op, args } = unwrap(distance!);
      if (op !== 'subtract' || unwrap(args[1]!) !== unwrap(from!) || !isRootOf(unwrap(args[0]!), order)) continue;
      return { share: unwrap(share!), order };
    }
  }
  return null;
}

const isRootOf = (power: Node, order: Node): boolean => {
  const taken = orderOf(power);
  return taken !== null && (taken === order || (numberOf(taken) !== null && numberOf(taken) === numberOf(order)));
};

/** ρ, of `x ** (1 / ρ)`. */
function orderOf(node: Node): Node | null {
  const { op, args } = unwrap(node);
  const exponent = op === 'power' ? unwrap(args[1]!) : null;
  if (exponent?.op === 'reciprocal') return unwrap(exponent.args[0]!);
  const literal = exponent && numberOf(exponent);
  if (literal && literal > 0 && literal < 0.5) return number(Math.round(1e6 / literal) / 1e6);
  return exponent?.op === 'divide' && numberOf(exponent.args[0]!) === 1 ? unwrap(exponent.args[1]!) : null;
}

/** n, where an index of n of them is divided by it. */
function countIn({ op, args }: Node): Node | null {
  if (op !== 'divide') return null;
  const [index, count] = [unwrap(args[0]!), unwrap(args[1]!)];
  const [first, second, step] = index.args.map(unwrap);
  const isFromZero = second === undefined ? first === count : numberOf(first!) === 0 && second === count;
  return index.op === 'arange' && isFromZero && (step === undefined || numberOf(step) === 1) ? count : null;
}

/** What uses a value, whatever it is called and wherever it is put. */
function usersWithin(node: Node): Node[] {
  const reached = new Set<Node>([node]);
  const users: Node[] = [];
  for (const one of reached)
    for (const user of usersOf(one)) {
      if (user.op === 'let' || user.op === 'clamp' || moving.has(user.op)) reached.add(user);
      else users.push(user);
    }
  return users;
}
