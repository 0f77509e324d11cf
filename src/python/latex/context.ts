import type { Span } from '../../maths/nesting.ts';
import type { Expression } from '../syntax/ast.ts';
import type { Imports } from './callee.ts';
import type { Piece } from './pieces.ts';
import type { Variables } from './variables.ts';

/** What is known of the code around an expression. */
export interface LatexContext {
  /** That spans are offsets into. */
  readonly text: string;
  /** What local names stand for: it is written in their place. */
  readonly definitions?: ReadonlyMap<string, Expression>;
  /** Names that are imported, and the paths of what they are. */
  readonly imports?: Imports;
  /** Expressions that are terms by themselves, with their ids: `\term{id}{...}` around what is written of them. */
  readonly marks?: ReadonlyMap<Expression, string>;
}

/** One writing of LaTeX. */
export interface Writing {
  readonly text: string;
  readonly definitions: ReadonlyMap<string, Expression>;
  readonly imports: Imports;
  readonly marks: ReadonlyMap<Expression, string>;
  readonly variables: Variables;
  /** Names whose definitions are being written: they are not written within themselves. */
  readonly within: ReadonlySet<string>;
  readonly depth: number;
  /** How many expressions may still be written: the same object within one writing. */
  readonly budget: { left: number };
  /** Names that are bound within the expression: of comprehensions and lambdas. */
  readonly bound: ReadonlySet<string>;
  /** Writes an expression within this one. */
  readonly write: (expression: Expression, writing: Writing) => Piece;
}

/** Code as a label: on one line, not longer than a line. */
export function codeOf(text: string, { start, end }: Span): string {
  const line = text.slice(start, Math.min(end, start + 400)).replace(/\s+/g, ' ');
  return line.length > 80 || end - start > 400 ? `${line.slice(0, 77)}...` : line;
}
