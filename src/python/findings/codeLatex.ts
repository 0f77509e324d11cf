/** A formula in the symbols of the code that computes it. */

import type { Span } from '../../maths/nesting.ts';
import { latexOf, latexOfStatement, type Latex } from '../latex/latex.ts';
import { namesOf } from '../source/names.ts';
import type { Expression, Statement } from '../syntax/ast.ts';

/** The code around. */
export interface Code {
  readonly statements: readonly Statement[];
  /** That spans are offsets into. */
  readonly text: string;
  readonly imports: ReadonlyMap<string, string>;
}

/** UTF-16 units of LaTeX; what is longer is written without what its names stand for. */
const longest = 700;

/**
 * LaTeX of the statement or expression that stands at a place, with what names stand for in their place where the formula goes through
 * them; null where nothing stands there that can be written.
 */
export function codeLatexOf(place: Span, { statements, text, imports }: Code, definitions: ReadonlyMap<string, Expression>): Latex | null {
  const syntax = syntaxAt(statements, place);
  if (!syntax || holding.has(syntax.kind)) return null;
  const written = (known: ReadonlyMap<string, Expression>): Latex | null => {
    const context = { text, imports, definitions: known };
    return isLine(syntax) ? latexOfStatement(syntax, context) : latexOf(syntax, context);
  };
  const whole = definitions.size > 0 ? written(definitions) : null;
  return whole && whole.latex.length <= longest ? whole : written(new Map());
}

/** The outermost statement or expression that is just this piece of the text. */
function syntaxAt(statements: readonly Statement[], place: Span): Statement | Expression | null {
  let around: unknown = statements;
  for (let depth = 0; depth < 2_000; depth++) {
    if (isSyntax(around) && around.start === place.start && around.end === place.end) return around;
    around = partsOf(around).find((part) => part.start <= place.start && part.end >= place.end);
    if (!around) return null;
  }
  return null;
}

function partsOf(around: unknown): (Statement | Expression)[] {
  if (typeof around !== 'object' || around === null) return [];
  return Object.values(around).flatMap((value: unknown) => (isSyntax(value) ? [value] : partsOf(value)));
}

const isSyntax = (value: unknown): value is Statement | Expression =>
  typeof value === 'object' && value !== null && 'kind' in value && 'start' in value;

const onLines: ReadonlySet<string> = new Set(['assignment', 'augmented', 'return', 'expression']);
const isLine = (syntax: Statement | Expression): syntax is Statement => onLines.has(syntax.kind);
const holding: ReadonlySet<string> = new Set(['if', 'for', 'while', 'with', 'try', 'match', 'function', 'class']);
const isWhole = (syntax: Statement | Expression): syntax is Statement => isLine(syntax) || holding.has(syntax.kind);

/** The value that a statement gives a name, where it would still be the same at a later place. */
export function definitionAt(statements: readonly Statement[], statement: Span, name: string, place: Span): Expression | null {
  const syntax = syntaxAt(statements, statement);
  if (syntax?.kind !== 'assignment' || !syntax.value) return null;
  const [target] = syntax.targets;
  if (syntax.targets.length !== 1 || target?.kind !== 'name' || target.id !== name) return null;
  const { given, changed } = namesOf(between(statements, statement.end, place.start));
  const isSame = [...namesOf([{ ...syntax, kind: 'expression', value: syntax.value }]).used, name].every(
    (used) => !given.has(used) && !changed.has(used),
  );
  return isSame ? syntax.value : null;
}

/** Statements that stand between two places, whatever they stand in. */
function between(statements: readonly Statement[], start: number, end: number): Statement[] {
  return statements.flatMap((statement) => {
    if (statement.end <= start || statement.start >= end) return [];
    if (statement.start >= start && statement.end <= end) return [statement];
    return between(partsOf(statement).filter(isWhole), start, end);
  });
}
