/** The change in a statement after which its numbers are those of the schedule. */

import { leaves, numberOf, usersOf, wrappers, type Node } from '../../expression/node.ts';
import type { Computed } from '../../expression/follow/context.ts';
import type { Checked } from '../checked.ts';
import { make, type Edit } from '../near/edit.ts';
import { replaced, withArgs } from '../near/remade.ts';
import { titleOf } from '../near/says.ts';
import { textEdits, type TextEdit } from '../near/write.ts';
import { siblingOf } from './siblings.ts';
import { combinationOf, numbersIn, type Combination } from './combination.ts';
import { Schedule } from './schedule.ts';

export interface Mended {
  readonly there: Node;
  readonly title: string;
  readonly edits: readonly TextEdit[];
  /** What the statement then computes. */
  readonly whole: Node;
}

const mostPlaces = 30;
const mostInScope = 10;
/** Changes that are tried between two steps. */
const atOnce = 40;

/**
 * null where there is no change of one thing after which it holds, or it cannot be written. `samples`: what may have changed places; `whole`:
 * of what it is to hold, where that is made of what the statement computes.
 */
export function* mended(
  statement: Computed,
  holds: (found: Combination) => boolean,
  checked: Checked,
  samples: readonly Node[] = [],
  whole: Node = statement.node,
): Generator<void, Mended | null> {
  const { computed, textOf, imports } = checked;
  const root = statement.node;
  const source = { statement, computed, textOf, imports };
  const readAs = (wanted: Node): Combination | null => (whole === root ? read(wanted, new Map()) : read(whole, new Map([[root, wanted]])));
  const scope = [...new Set([...statement.places.map(({ node }) => node), ...namedIn(computed, statement)])]
    .filter((node) => numberOf(node) === null && isNumber(node))
    .slice(-mostInScope);
  for (const [first, second] of pairsOf(
    samples,
    statement.places.map(({ node }) => node).filter((node) => scope.includes(node)),
  )) {
    const swap = swapped(root, first, second);
    const found = readAs(swap);
    const edits = found && holds(found) && textEdits({ kind: 'swapped', there: first, wanted: second, within: null, also: [] }, source);
    if (edits) return { there: root, title: 'Exchange the two', edits, whole: swap };
  }
  const sibling = whole !== root ? null : siblingOf(statement, statement.node, statement.node, holds, checked);
  if (sibling) return { ...sibling, whole: root };
  let tried = 0;
  for (const changesOf of [changesOfItself, otherNames, otherValues, otherFactors])
    for (const { node: there, within, place } of usesIn(statement)) {
      for (const wanted of changesOf(there, scope)) {
        if (++tried % atOnce === 0) yield;
        const outer = within && make(within.op, within.args.with(place, wanted), within.attributes);
        const found = within && outer ? read(whole, new Map([[within, outer]])) : readAs(wanted);
        if (!found || !holds(found)) continue;
        const edit: Edit = { kind: 'factor', there, wanted, within, also: [] };
        const edits = textEdits(edit, source);
        if (!edits || edits.length === 0) continue;
        return { there, title: titleOf(edits, source), edits, whole: within && outer ? replaced(root, within, outer) : wanted };
      }
    }
  return null;
}

const read = (node: Node, instead: ReadonlyMap<Node, Node>): Combination | null =>
  combinationOf(node, { schedule: new Schedule(), instead, isSpread: true });
const isNumber = (node: Node): boolean => numbersIn(read(node, new Map())) !== null;

/** Both where the statement names them, and not where what it names was made of them. */
const swapped = (root: Node, a: Node, b: Node): Node => {
  const known = new Map<Node, Node>([
    [a, b],
    [b, a],
  ]);
  const visit = (node: Node): Node => {
    let now = known.get(node);
    const isMadeBefore = leaves.has(node.op) || (node.op === 'let' && node !== root);
    if (!now) known.set(node, (now = isMadeBefore ? node : withArgs(node, node.args.map(visit))));
    return now;
  };
  return visit(root);
};

/** Two samples, or two names of numbers. */
function* pairsOf(samples: readonly Node[], numbers: readonly Node[]): Generator<readonly [Node, Node]> {
  const [first, second] = samples;
  if (first && second) yield [first, second];
  const names = [...new Set(numbers.filter(isName))];
  for (const [at, one] of names.entries()) for (const other of names.slice(at + 1)) yield [one, other];
}

interface Use {
  readonly node: Node;
  /** null: the whole. */
  readonly within: Node | null;
  readonly place: number;
}

/** Values where they are used in a statement, what is done last first. */
function usesIn({ node: root, places }: Computed): Use[] {
  const own = new Set(places.map(({ node }) => node));
  const uses: Use[] = [{ node: root, within: null, place: 0 }];
  const seen = new Set<Node>();
  const visit = (node: Node): void => {
    if (seen.has(node) || uses.length > mostPlaces || leaves.has(node.op) || (node.op === 'let' && node !== root)) return;
    seen.add(node);
    for (const [place, arg] of (wrappers.has(node.op) ? node.args.slice(0, 1) : node.args).entries()) {
      if (numberOf(arg) === null && own.has(arg)) uses.push({ node: arg, within: node, place });
      visit(arg);
    }
  };
  visit(root);
  return uses;
}

const one = make('number', [], { value: 1 });
const rest = (node: Node): Node => make('subtract', [one, node]);
const root = (node: Node): Node => make('sqrt', [node]);

const otherOperations: Readonly<Record<string, string>> = { add: 'subtract', subtract: 'add', multiply: 'divide', divide: 'multiply' };

/** Another sign, another operation, a root too few or too many. */
function* changesOfItself(there: Node): Generator<Node> {
  const { op, args } = there;
  const other = otherOperations[op];
  if (other) yield make(other, args);
  if (op === 'subtract' || op === 'divide') yield make(op, args.toReversed());
  if (op === 'negate' || op === 'sqrt' || op === 'square') yield args[0]!;
  yield make('negate', [there]);
  if (!isNumber(there)) return;
  yield root(there);
  yield make('square', [there]);
  yield rest(there);
  yield root(rest(there));
  yield make('reciprocal', [there]);
}

const formsOf = (node: Node): Node[] => [node, root(node), rest(node), root(rest(node))];

/** One name for another. */
function* otherNames(there: Node, scope: readonly Node[]): Generator<Node> {
  if (isName(there) && isNumber(there)) for (const other of scope) if (other !== there && isName(other)) yield other;
}

const isName = ({ op }: Node): boolean => op === 'let' || leaves.has(op);

/** Of what is in sight, another value in its place. */
function* otherValues(there: Node, scope: readonly Node[]): Generator<Node> {
  if (isNumber(there)) for (const other of scope) if (other !== there) yield* formsOf(other);
}

/** Divided, or multiplied, by something in sight. */
function* otherFactors(there: Node, scope: readonly Node[]): Generator<Node> {
  for (const op of ['divide', 'multiply'])
    for (const other of scope) if (other !== there) for (const form of formsOf(other)) yield make(op, [there, form]);
}

/** Names of the function that were given before. */
function namedIn(computed: readonly Computed[], { holder, start }: Computed): Node[] {
  return computed.flatMap(({ holder: other, start: at, target, node }) =>
    other === holder && at < start && /^\w+$/.test(target)
      ? usersOf(node).filter(({ op, attributes }) => op === 'let' && attributes['name'] === target)
      : [],
  );
}
