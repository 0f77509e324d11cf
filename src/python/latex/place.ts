import type { Span } from '../../maths/nesting.ts';
import type { CodeLatex } from '../../protocol/python.ts';
import { holds, innerOf, statementsAround } from '../syntax/around.ts';
import type { Expression, FunctionDefinition, Module, Statement } from '../syntax/ast.ts';
import { importsOf } from '../syntax/imports.ts';
import type { LatexContext } from './context.ts';
import { latexOfFunction } from './functions.ts';
import { latexOf, latexOfStatement, type Latex } from './latex.ts';

/**
 * LaTeX of what stands at a place of a text: of the smallest expression around a selection; of the statement around a place, or around
 * a selection that is more than an expression; of the function, where that is more than a statement. null where there is none.
 */
export function latexAt(module: Module, text: string, selection: Span): CodeLatex | null {
  const context: LatexContext = { text, imports: importsOf(module) };
  const place = trimmed(text, selection);
  const around = statementsAround(module.body, place);
  const statement = around.at(-1);
  if (!statement) return null;
  const whole = (read: Latex | null, { start, end }: Span): CodeLatex | null => read && { ...read, start, end };
  const expression = place.start < place.end ? expressionAround(statement, place) : null;
  if (expression) return whole(latexOf(expression, context), expression);
  if (statement.kind === 'function') return whole(latexOfFunction(statement, context), statement);
  const line = latexOfStatement(statement, context);
  if (line) return whole(line, statement);
  // Several statements of a function, or a part of it that is no formula by itself.
  const holder = around.findLast((one): one is FunctionDefinition => one.kind === 'function');
  return holder && place.start < place.end ? whole(latexOfFunction(holder, context), holder) : null;
}

function trimmed(text: string, { start, end }: Span): Span {
  const inner = text.slice(start, end);
  const from = start + inner.length - inner.trimStart().length;
  return from < end ? { start: from, end: from + inner.trim().length } : { start, end: start };
}

/** The smallest expression of a statement that holds a place; none of the statements within. */
function expressionAround(statement: Statement, place: Span): Expression | null {
  let found: Expression | null = null;
  const inner = new Set<unknown>(innerOf(statement));
  const visit = (node: unknown): void => {
    if (node === null || typeof node !== 'object' || inner.has(node)) return;
    if (node !== statement && 'kind' in node && 'start' in node) {
      if (!holds(node as Expression, place)) return;
      found = node as Expression;
    }
    for (const value of Object.values(node)) visit(value);
  };
  visit(statement);
  return found;
}
