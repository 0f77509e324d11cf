/** LaTeX of Python, in the code's own symbols. */

import type { CodeLatex } from '../../protocol/python.ts';
import type { Expression, Statement } from '../syntax/ast.ts';
import type { LatexContext, Writing } from './context.ts';
import { expressionLatex } from './expressions.ts';
import { joined, level, type Piece } from './pieces.ts';
import { createVariables } from './variables.ts';

/** With `\term{id}{...}` around variables. */
export type Latex = Pick<CodeLatex, 'latex' | 'variables'>;

/** Expressions in one formula: beyond them it is no formula that anybody reads. */
const mostExpressions = 1_000;

/** What an expression computes. Definitions stand in the place of their names. */
export function latexOf(expression: Expression, context: LatexContext): Latex {
  return written(context, (writing) => expressionLatex(expression, writing));
}

/** What a statement computes, and for what name; null for one that computes nothing that can be written on a line. */
export function latexOfStatement(statement: Statement, context: LatexContext): Latex | null {
  switch (statement.kind) {
    case 'expression':
      return latexOf(statement.value, context);
    case 'return':
      return statement.value && latexOf(statement.value, context);
    case 'assignment': {
      const { targets, value } = statement;
      return (
        value &&
        written(context, (writing) =>
          [...targets, value].map((one) => expressionLatex(one, writing)).reduce((left, right) => joined(left, '=', right, level.list)),
        )
      );
    }
    case 'augmented': {
      const { target, operator, value, start, end } = statement;
      const whole: Expression = { kind: 'binary', operator, left: target, right: value, start, end };
      return written(context, (writing) =>
        joined(expressionLatex(target, writing), String.raw`\leftarrow`, expressionLatex(whole, writing), level.list),
      );
    }
    default:
      return null;
  }
}

/** Writes twice: only when all variables are known is it known which symbols are free. */
export function written(
  { text, definitions = new Map(), imports = new Map(), marks = new Map() }: LatexContext,
  write: (writing: Writing) => Piece,
): Latex {
  const variables = createVariables();
  const once = (): string =>
    write({
      text,
      definitions,
      imports,
      marks,
      variables,
      within: new Set(),
      depth: 0,
      budget: { left: mostExpressions },
      bound: new Set(),
      write: expressionLatex,
    }).latex;
  once();
  variables.settle();
  const latex = once().replace(/ {2,}/g, ' ').trim();
  return { latex, variables: variables.listed(latex) };
}
