/** What binds names: comprehensions and lambdas. */

import type { Comprehension, Expression, Lambda } from '../syntax/ast.ts';
import type { Writing } from './context.ts';
import { integerOf } from './operation.ts';
import { pathLatex } from './paths.ts';
import { applied, at, atom, big, fenced, joined, level, list, number, prefixed, sum, type Piece } from './pieces.ts';
import { withIndex } from './elementwise.ts';

type Clause = Comprehension['clauses'][number];

/** `[f(x) | x in X, test]`. */
export function comprehensionLatex(comprehension: Comprehension, writing: Writing): Piece {
  const inner = bind(writing, comprehension.clauses);
  const element = inner.write(comprehension.element, inner);
  const whole = comprehension.value ? joined(element, String.raw`\mapsto`, inner.write(comprehension.value, inner), level.list) : element;
  const clauses = comprehension.clauses.flatMap((clause) => [
    membership(clause, inner),
    ...clause.conditions.map((test) => inner.write(test, inner)),
  ]);
  const [open, close] =
    comprehension.form === 'list' ? ['[', ']'] : comprehension.form === 'generator' ? ['(', ')'] : [String.raw`\{`, String.raw`\}`];
  return fenced(open, joined(whole, String.raw`\mid`, list(clauses), level.list), close);
}

/** How a function of a comprehension is written: `sum(x for x in xs)`. */
const operators: Readonly<Record<string, string>> = {
  sum: String.raw`\sum`,
  fsum: String.raw`\sum`,
  prod: String.raw`\prod`,
  max: String.raw`\max`,
  min: String.raw`\min`,
  any: String.raw`\exists`,
  all: String.raw`\forall`,
};

/** null where the function has no such sign. */
export function overComprehension(name: string, comprehension: Comprehension, writing: Writing): Piece | null {
  const operator = Object.hasOwn(operators, name) ? operators[name]! : undefined;
  if ((operator === undefined && name !== 'mean') || comprehension.value) return null;
  const inner = bind(writing, comprehension.clauses);
  let body = inner.write(comprehension.element, inner);
  for (const clause of [...comprehension.clauses].reverse()) {
    const bounds = clause.conditions.length === 0 ? boundsOf(clause, inner) : null;
    const tests = [membership(clause, inner), ...clause.conditions.map((test) => inner.write(test, inner))].map(({ latex }) => latex);
    const below = bounds?.below ?? (tests.length === 1 ? tests[0]! : String.raw`\substack{${tests.join(String.raw` \\ `)}}`);
    if (operator === undefined) body = applied(withIndex(name, atom(below)), [body]);
    else if (name === 'max' || name === 'min') body = prefixed(`${operator}_{${below}}`, body);
    else body = big(operator, below, bounds?.above ?? '', name === 'any' || name === 'all' ? fenced('(', body, ')') : body);
    if (bounds && (operator === undefined || name === 'max' || name === 'min')) {
      const all = `${bounds.below}, \\ldots, ${bounds.above}`;
      body = { ...body, latex: body.latex.replace(`_{${below}}`, () => `_{${all}}`) };
    }
  }
  return body;
}

/** `i = 0` and `n - 1` of `for i in range(n)`. */
function boundsOf({ target, iterable }: Clause, writing: Writing): { below: string; above: string } | null {
  if (iterable.kind !== 'call' || iterable.callee.kind !== 'name' || iterable.callee.id !== 'range') return null;
  if (iterable.args.some(({ name, star }) => name !== null || star !== '')) return null;
  const values = iterable.args.map(({ value }) => value);
  const step = values.length > 2 ? integerOf(values[2]) : 1;
  const stop = values.length === 1 ? values[0] : values[1];
  if (step !== 1 || !stop) return null;
  const from = values.length === 1 ? number(0) : writing.write(values[0]!, writing);
  return { below: `${writing.write(target, writing).latex} = ${from.latex}`, above: lastOf(stop, writing).latex };
}

/** n of `n + 1`, 9 of 10. */
function lastOf(stop: Expression, writing: Writing): Piece {
  const whole = integerOf(stop);
  if (whole !== null) return number(whole - 1);
  if (stop.kind === 'binary' && (stop.operator === '+' || stop.operator === '-')) {
    const right = integerOf(stop.right);
    const last = right === null ? null : (stop.operator === '+' ? right : -right) - 1;
    if (last !== null) {
      const left = writing.write(stop.left, writing);
      return last === 0 ? left : sum(left, last < 0 ? '-' : '+', number(Math.abs(last)));
    }
  }
  return sum(writing.write(stop, writing), '-', number(1));
}

function membership(clause: Clause, writing: Writing): Piece {
  const bounds = boundsOf(clause, writing);
  const target = writing.write(clause.target, writing);
  const set = bounds
    ? atom(String.raw`\{${bounds.below.slice(bounds.below.lastIndexOf('= ') + 2)}, \ldots, ${bounds.above}\}`)
    : at(level.other, writing.write(clause.iterable, writing));
  return joined(target, String.raw`\in`, set, level.comparison);
}

export function lambdaLatex({ parameters, body }: Lambda, writing: Writing): Piece {
  const names = parameters.filter(({ name }) => name !== '');
  const inner = { ...writing, bound: new Set([...writing.bound, ...names.map(({ name }) => name)]) };
  const left = names.map(({ name, range }) => pathLatex([name], range, inner));
  const head = left.length === 1 ? left[0]! : fenced('(', list(left), ')');
  return joined(head, String.raw`\mapsto`, inner.write(body, inner), level.list);
}

/** Names of targets mean what they are bound to, not what they are defined as. */
function bind(writing: Writing, clauses: readonly Clause[]): Writing {
  const names = new Set(writing.bound);
  const add = (target: Expression): void => {
    if (target.kind === 'name') names.add(target.id);
    else if (target.kind === 'tuple' || target.kind === 'list') target.items.forEach(add);
    else if (target.kind === 'starred') add(target.value);
  };
  for (const { target } of clauses) add(target);
  return { ...writing, bound: names };
}
