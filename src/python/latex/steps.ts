/** What a function computes on the way to what it returns. */

import type { Expression, FunctionDefinition, Name, Statement } from '../syntax/ast.ts';
import { branchesOf, conditional, type Branch } from './branches.ts';
import { returns, setBy, setIn, usesOf } from './flow.ts';
import { namesIn, sizeOf, substituted } from './substitute.ts';

/** A line on the way. A name that gets another value has a mark then, so that each name has one value: `x'`. */
export interface Step {
  readonly target: Expression;
  readonly value: Expression;
}

export interface Steps {
  readonly steps: readonly Step[];
  /** null for a function that returns nothing that is known. */
  readonly result: Expression | null;
}

/** Expressions that a value is made of, up to which it stands in the place of its name: where that is used once, and more often. */
const sizes = { once: 16, often: 4, branch: 300 };
/** Ways through a function that are told apart. */
const mostWays = 24;
const mostSteps = 40;

export function stepsOf({ body, parameters }: FunctionDefinition): Steps {
  const hasReturn = body.some(returns);
  const way: Way = { values: new Map(), steps: [] };
  const taken = new Map(parameters.map(({ name }) => [name, 1]));
  const result = follow(body, way, { isBranch: false, keepsAll: !hasReturn, ways: { left: mostWays }, taken });
  const steps = needed(way.steps, result, !hasReturn).slice(-mostSteps);
  // `loss = ...; return loss`
  const last = steps.at(-1);
  const isLast = result?.kind === 'name' && last?.target.kind === 'name' && last.target.id === result.id;
  return isLast ? { steps: steps.slice(0, -1), result: last.value } : { steps, result };
}

/** What is known at a place of a function. */
interface Way {
  /** What stands in the place of names: a value, or the name with its mark. */
  readonly values: Map<string, Expression>;
  readonly steps: Step[];
}

interface Mode {
  /** Nothing can be said on a line of its own. */
  readonly isBranch: boolean;
  /** What is set is the result. */
  readonly keepsAll: boolean;
  readonly ways: { left: number };
  /** How many values each name has had. */
  readonly taken: Map<string, number>;
}

const fork = ({ values }: Way): Way => ({ values: new Map(values), steps: [] });

/** An expression of what is known. */
function known(expression: Expression, { values }: Way, { taken }: Mode): Expression {
  // A name that has no value here has one from elsewhere.
  for (const name of namesIn(expression).keys()) if (!values.has(name) && !taken.has(name)) taken.set(name, 1);
  return substituted(expression, values);
}

/** The name for the next value of a name. */
function renewed({ id, start, end }: Name, way: Way, { taken }: Mode): Name {
  const count = taken.get(id) ?? 0;
  taken.set(id, count + 1);
  const name: Name = { kind: 'name', id: id + "'".repeat(count), start, end };
  way.values.set(id, name);
  return name;
}

/** Goes through statements; gives what is returned, null where nothing is. */
function follow(statements: readonly Statement[], way: Way, mode: Mode): Expression | null {
  const flat = statements.flatMap(flattened);
  for (const [at, statement] of flat.entries()) {
    const rest = flat.slice(at + 1);
    switch (statement.kind) {
      case 'return':
        return statement.value && known(statement.value, way, mode);
      case 'raise':
        return null;
      case 'assignment':
        if (statement.value)
          for (const { target, value } of pairs(statement.targets, statement.value)) assign(target, value, way, rest, mode);
        break;
      case 'augmented': {
        const { target: left, operator, value: right, start, end } = statement;
        assign(left, { kind: 'binary', operator, left, right, start, end }, way, rest, mode);
        break;
      }
      case 'if':
      case 'match': {
        const branches = branchesOf(statement);
        if (branches.some(({ body }) => body.some(returns))) return returned(branches, rest, way, mode);
        decide(branches, way, rest, mode);
        break;
      }
      case 'for': {
        const added = sumOf(statement);
        if (added) assign(added.target, added.value, way, rest, mode);
        else forget([statement], way, mode);
        break;
      }
      case 'while':
        forget([statement], way, mode);
        break;
      default:
    }
  }
  return null;
}

/** What is only run within: `with`, and `try` where all goes well. */
function flattened(statement: Statement): readonly Statement[] {
  if (statement.kind === 'with') return statement.body.flatMap(flattened);
  if (statement.kind === 'try') return [...statement.body, ...statement.finally].flatMap(flattened);
  return [statement];
}

/** `a, b = x, y` is two, unless one is of the other. */
function pairs(targets: readonly Expression[], value: Expression): { target: Expression; value: Expression }[] {
  const [only] = targets;
  if (targets.length === 1 && only?.kind === 'tuple' && value.kind === 'tuple' && only.items.length === value.items.length) {
    const used = namesIn(value);
    const isApart = [...namesIn(only).keys()].every((name) => !used.has(name)) && value.items.every(({ kind }) => kind !== 'starred');
    if (isApart && only.items.every(({ kind }) => kind === 'name'))
      return only.items.map((target, at) => ({ target, value: value.items[at]! }));
  }
  // `a = b = x`: the first holds it, the others are it.
  return targets.map((target, at) => ({ target, value: at > 0 && only?.kind === 'name' ? only : value }));
}

function assign(target: Expression, value: Expression, way: Way, rest: readonly Statement[], mode: Mode): void {
  const whole = known(value, way, mode);
  if (target.kind === 'name') set(target, whole, way, rest, mode);
  else if (target.kind === 'attribute') {
    if (mode.keepsAll && !mode.isBranch) way.steps.push({ target: known(target, way, mode), value: whole });
  } else {
    // A part of an array, or several names.
    const indices = target.kind === 'subscript' ? target.indices.map((index) => known(index, way, mode)) : [];
    for (const name of setIn(target)) renewed(name, way, mode);
    const renamed: Expression =
      target.kind === 'subscript' ? { ...target, object: known(target.object, way, mode), indices } : known(target, way, mode);
    if (!mode.isBranch) way.steps.push({ target: renamed, value: whole });
  }
}

/** Gives a name a value in which everything stands that is known. */
function set(target: Name, value: Expression, way: Way, rest: readonly Statement[], mode: Mode): void {
  const { id } = target;
  const uses = usesOf(id, rest);
  const most = mode.isBranch ? sizes.branch : uses > 1 ? sizes.often : sizes.once;
  const isLast = mode.keepsAll && uses === 0 && !mode.isBranch;
  if (sizeOf(value) <= most && !isLast) way.values.set(id, value);
  // Too much for a value by cases: its code stands for it.
  else if (mode.isBranch) way.values.set(id, { kind: 'unread', start: value.start, end: value.end });
  else way.steps.push({ target: renewed(target, way, mode), value });
}

/** Names that statements set in ways that are not followed have new values from there on. */
function forget(statements: readonly Statement[], way: Way, mode: Mode): void {
  for (const name of setBy(statements)) renewed(name, way, mode);
}

/** A function's value by cases: what follows an `if` is what the branches that do not return go on with. */
function returned(branches: readonly Branch[], rest: readonly Statement[], way: Way, mode: Mode): Expression | null {
  if ((mode.ways.left -= branches.length) < 0) return null;
  const rows = branches.flatMap(({ test, body }) => {
    const value = follow([...body, ...rest], fork(way), { ...mode, isBranch: true });
    return value ? [{ test: test && known(test, way, mode), value }] : [];
  });
  return conditional(rows);
}

/** Names that branches set get a value by cases. */
function decide(branches: readonly Branch[], way: Way, rest: readonly Statement[], mode: Mode): void {
  const bodies = branches.flatMap(({ body }) => body);
  if ((mode.ways.left -= branches.length) < 0) {
    forget(bodies, way, mode);
    return;
  }
  const rows = branches
    .filter(({ body }) => body.at(-1)?.kind !== 'raise')
    .map(({ test, body }) => {
      const inner = fork(way);
      follow(body, inner, { ...mode, isBranch: true });
      return { test: test && known(test, way, mode), values: inner.values };
    });
  const decided = setBy(bodies).flatMap((name) => {
    if (!mode.keepsAll && usesOf(name.id, rest) === 0) return [];
    const before = way.values.get(name.id) ?? name;
    const value = conditional(rows.map(({ test, values }) => ({ test, value: values.get(name.id) ?? before })));
    return value ? [{ name, value }] : [];
  });
  for (const { name, value } of decided) set(name, value, way, rest, mode);
}

/** `for x in xs: total += f(x)` is a sum. */
function sumOf({ target, iterable, body, otherwise, start, end }: Statement & { kind: 'for' }): { target: Name; value: Expression } | null {
  const [only] = body;
  if (body.length !== 1 || otherwise.length > 0 || only?.kind !== 'augmented' || only.operator !== '+' || only.target.kind !== 'name')
    return null;
  if (namesIn(only.value).has(only.target.id) || namesIn(target).has(only.target.id)) return null;
  const element = only.value;
  const generator: Expression = {
    kind: 'comprehension',
    form: 'generator',
    element,
    value: null,
    clauses: [{ target, iterable, conditions: [] }],
    start,
    end,
  };
  const sum: Expression = {
    kind: 'call',
    callee: { kind: 'name', id: 'sum', start, end: start },
    args: [{ name: null, star: '', value: generator }],
    start,
    end,
  };
  return { target: only.target, value: { kind: 'binary', operator: '+', left: only.target, right: sum, start, end } };
}

/** Steps that the result is made of. */
function needed(steps: readonly Step[], result: Expression | null, keepsAll: boolean): Step[] {
  if (keepsAll) return [...steps];
  const wanted = new Set(result ? namesIn(result).keys() : []);
  return steps
    .toReversed()
    .filter(({ target, value }) => {
      const names = [...namesIn(target).keys()];
      const isWanted = names.some((name) => wanted.has(name));
      if (isWanted) for (const name of namesIn(value).keys()) wanted.add(name);
      return isWanted;
    })
    .reverse();
}
