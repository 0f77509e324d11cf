/** A statement taken apart into what it computes, term by term, and what that is computed from. */

import { plainLatex, writeTerms } from '../../formulas/formula.ts';
import type { Span } from '../../maths/nesting.ts';
import type { StatementTerms, Term, TermVariable, ValuePath } from '../../protocol/terms.ts';
import { isLibrary, usual } from '../expression/library/paths.ts';
import { codeOf, type LatexContext } from '../latex/context.ts';
import { latexOf, latexOfStatement } from '../latex/latex.ts';
import { namesOf } from '../source/names.ts';
import { statementsAround } from '../syntax/around.ts';
import type { Expression, Module, Statement } from '../syntax/ast.ts';
import { importsOf } from '../syntax/imports.ts';
import { pathKey, valuePath } from './paths.ts';

/** A statement that computes something, and what its terms are in the syntax. */
export interface ReadStatement {
  readonly told: StatementTerms;
  /** What it computes. */
  readonly value: Expression;
  readonly terms: ReadonlyMap<string, Expression>;
  /** By the key of its path, every place where a variable stands. */
  readonly variables: ReadonlyMap<Expression, string>;
  readonly imports: ReadonlyMap<string, string>;
}

/** Terms of one statement; of a longer one the first are told. */
const mostTerms = 60;

/** The statement on one line of code that holds a place; null where it computes nothing. */
export function statementAt(module: Module, text: string, place: Span): ReadStatement | null {
  const around = statementsAround(module.body, place);
  const statement = around.at(-1);
  const value = statement && computedBy(statement);
  if (!statement || !value) return null;
  const imports = importsOf(module);
  const isHeld = heldNames(around, module, imports);
  const variables = new Map<Expression, ValuePath>();
  const parts: Expression[] = [];
  gather(value, isHeld, variables, parts);
  const terms = parts.slice(-mostTerms);
  const marks = new Map<Expression, string>(terms.map((term, index) => [term, `t${index}`]));
  const ids = new Map<string, string>();
  for (const [expression, path] of variables) {
    const key = pathKey(path);
    if (!ids.has(key)) ids.set(key, `v${ids.size}`);
    marks.set(expression, ids.get(key)!);
  }
  const context: LatexContext = { text, imports };
  const symbolOf = (expression: Expression): string => plainLatex(latexOf(expression, context).latex);
  const written = latexOfStatement(statement, { ...context, marks });
  return {
    told: {
      start: statement.start,
      end: statement.end,
      latex: withOwnMarks(written?.latex ?? '', new Set(marks.values())),
      variables: variablesOf(variables, ids, { text, symbolOf }),
      terms: terms.map((term): Term => {
        const { start, end } = term;
        return { id: marks.get(term)!, code: codeOf(text, term), symbol: symbolOf(term), start, end };
      }),
      target: targetOf(statement, text),
    },
    value,
    terms: new Map(terms.map((term) => [marks.get(term)!, term])),
    variables: new Map([...variables].map(([expression, path]) => [expression, pathKey(path)])),
    imports,
  };
}

function computedBy(statement: Statement): Expression | null {
  switch (statement.kind) {
    case 'assignment':
    case 'return':
    case 'expression':
      return statement.value;
    case 'augmented': {
      const { target, operator, value, start, end } = statement;
      return { kind: 'binary', operator, left: target, right: value, start, end };
    }
    default:
      return null;
  }
}

function targetOf(statement: Statement, text: string): StatementTerms['target'] {
  const targets = statement.kind === 'augmented' ? [statement.target] : statement.kind === 'assignment' ? statement.targets : [];
  const [target] = targets;
  const path = target && targets.length === 1 ? valuePath(target) : null;
  return target && path ? { code: codeOf(text, target), path } : null;
}

/** Whether a name is one of the program's own variables, and none of a library, a builtin function, or of what the file defines. */
function heldNames(around: readonly Statement[], module: Module, imports: ReadonlyMap<string, string>): (name: string) => boolean {
  const functions = around.filter((one) => one.kind === 'function');
  const own = new Set(functions.flatMap(({ parameters }) => parameters.map(({ name }) => name)));
  for (const { body } of functions) for (const name of namesOf(body).given) if (!imports.has(name)) own.add(name);
  const defined = new Set(module.body.flatMap((one) => (one.kind === 'function' || one.kind === 'class' ? [one.name] : [])));
  const bound = namesOf(module.body).given;
  return (name) => {
    if (own.has(name)) return true;
    const path = imports.get(name);
    if (path !== undefined) return !isLibrary(path);
    if (defined.has(name)) return false;
    return bound.has(name) || !(name in usual || builtins.has(name));
  };
}

const builtins: ReadonlySet<string> = new Set(
  'abs all any bool dict enumerate float getattr int isinstance len list map max min pow print range reversed round set sorted str sum super tuple zip'.split(
    ' ',
  ),
);

/** Expressions with names of their own: nothing in them can be read where the program has stopped. */
const closed: ReadonlySet<string> = new Set(['lambda', 'comprehension', 'await', 'yield', 'walrus']);

/** The variables and the terms of an expression; terms after what they are computed from. */
function gather(
  expression: Expression,
  isHeld: (name: string) => boolean,
  variables: Map<Expression, ValuePath>,
  terms: Expression[],
): void {
  const path = valuePath(expression);
  if (path && !isHeld(path[0])) return;
  if (path) {
    variables.set(expression, path);
    // `a[0]` of an array is computed from it.
    let whole = expression;
    while (whole.kind === 'subscript') whole = whole.object;
    if (whole !== expression) {
      variables.set(whole, valuePath(whole)!);
      terms.push(expression);
    }
    return;
  }
  if (closed.has(expression.kind)) return;
  for (const part of operandsOf(expression)) gather(part, isHeld, variables, terms);
  if (isTerm(expression)) terms.push(expression);
}

/** What an expression is computed from: of a call not the name of what is called. */
function operandsOf(expression: Expression): readonly Expression[] {
  switch (expression.kind) {
    case 'call': {
      const { callee, args } = expression;
      // The object whose method it is holds no numbers.
      const isOwn = callee.kind === 'attribute' && callee.object.kind === 'name' && callee.object.id === 'self';
      return [
        ...(callee.kind === 'attribute' && !isOwn ? [callee.object] : callee.kind === 'call' ? [callee] : []),
        ...args.map(({ value }) => value),
      ];
    }
    case 'unary':
      return [expression.operand];
    case 'binary':
    case 'logical':
      return [expression.left, expression.right];
    case 'comparison':
      return [expression.first, ...expression.rest.map(({ operand }) => operand)];
    case 'attribute':
      return [expression.object];
    case 'subscript':
      return [expression.object, ...expression.indices];
    case 'slice':
      return [expression.from, expression.to, expression.step].filter((part) => part !== null);
    case 'tuple':
    case 'list':
    case 'set':
      return expression.items;
    case 'dictionary':
      return expression.entries.map(({ value }) => value);
    case 'conditional':
      return [expression.test, expression.then, expression.otherwise];
    case 'starred':
      return [expression.value];
    default:
      return [];
  }
}

const computing: ReadonlySet<string> = new Set(['unary', 'binary', 'call', 'comparison', 'conditional', 'subscript']);
const transposing: ReadonlySet<string> = new Set(['T', 'mT', 'H', 'mH']);

function isTerm(expression: Expression): boolean {
  if (isLiteral(expression)) return false;
  if (expression.kind === 'attribute') return transposing.has(expression.name);
  const isLength = expression.kind === 'subscript' && expression.object.kind === 'attribute' && expression.object.name === 'shape';
  return computing.has(expression.kind) && !isLength;
}

/** Made of numbers that stand in the code: `-1`, `1 / 2`. */
function isLiteral(expression: Expression): boolean {
  if (expression.kind === 'unary') return isLiteral(expression.operand);
  if (expression.kind === 'binary') return isLiteral(expression.left) && isLiteral(expression.right);
  return expression.kind === 'number' || expression.kind === 'string' || expression.kind === 'constant';
}

function variablesOf(
  variables: ReadonlyMap<Expression, ValuePath>,
  ids: ReadonlyMap<string, string>,
  { text, symbolOf }: { text: string; symbolOf: (expression: Expression) => string },
): TermVariable[] {
  const wholes = new Set([...variables.keys()].flatMap((one) => (one.kind === 'subscript' ? [wholeOf(one)] : [])));
  return [...ids].map(([key, id]): TermVariable => {
    const places = [...variables].filter(([, path]) => pathKey(path) === key);
    const [first] = places[0]!;
    return {
      id,
      code: codeOf(text, first),
      path: places[0]![1],
      symbol: symbolOf(first),
      spans: places.map(([{ start, end }]) => ({ start, end })),
      held: places.every(([place]) => wholes.has(place)),
    };
  });
}

function wholeOf(expression: Expression): Expression {
  let whole = expression;
  while (whole.kind === 'subscript') whole = whole.object;
  return whole;
}

/** The writer's own terms are those of its variables, some of which are several of these or none. */
function withOwnMarks(latex: string, ids: ReadonlySet<string>): string {
  return writeTerms(latex, (id, content) => (ids.has(id) ? String.raw`\term{${id}}{${content}}` : content));
}
