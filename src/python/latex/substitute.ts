import type { Expression, Statement } from '../syntax/ast.ts';
import { pathOf } from './callee.ts';

/** Names that stand in a piece of syntax, with how often they do. */
export function namesIn(syntax: Expression | Statement | readonly Statement[]): Map<string, number> {
  const names = new Map<string, number>();
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if ((node as { kind?: string }).kind === 'name') {
      const { id } = node as { id: string };
      names.set(id, (names.get(id) ?? 0) + 1);
    } else for (const value of Object.values(node)) visit(value);
  };
  visit(syntax);
  return names;
}

/** How many expressions an expression is made of; names of functions are none. */
export function sizeOf(expression: Expression): number {
  let size = 0;
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object') return;
    if ('kind' in node) size++;
    const isCall = (node as { kind?: string }).kind === 'call';
    for (const [key, value] of Object.entries(node)) if (!isCall || key !== 'callee' || !pathOf(value as Expression)) visit(value);
  };
  visit(expression);
  return size;
}

/** The expression with values in the place of names. */
export function substituted(expression: Expression, values: ReadonlyMap<string, Expression>): Expression {
  return values.size === 0 ? expression : (replaced(expression, values) as Expression);
}

function replaced(node: unknown, values: ReadonlyMap<string, Expression>): unknown {
  if (node === null || typeof node !== 'object') return node;
  if (Array.isArray(node)) return node.map((one) => replaced(one, values));
  const { kind } = node as { kind?: string };
  if (kind === 'name') return values.get((node as { id: string }).id) ?? node;
  const inner = kind === 'lambda' || kind === 'comprehension' ? without(values, boundBy(node as Expression)) : values;
  return Object.fromEntries(Object.entries(node).map(([key, value]) => [key, replaced(value, inner)]));
}

function boundBy(expression: Expression): Set<string> {
  if (expression.kind === 'lambda') return new Set(expression.parameters.map(({ name }) => name));
  if (expression.kind === 'comprehension') return new Set(expression.clauses.flatMap(({ target }) => [...namesIn(target).keys()]));
  return new Set();
}

function without(values: ReadonlyMap<string, Expression>, names: ReadonlySet<string>): ReadonlyMap<string, Expression> {
  return new Map([...values].filter(([name]) => !names.has(name)));
}
