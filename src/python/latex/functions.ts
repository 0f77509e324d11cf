/** LaTeX of a function: what it returns, with the steps on the way that are needed for it. */

import type { FunctionDefinition } from '../syntax/ast.ts';
import type { LatexContext, Writing } from './context.ts';
import { expressionLatex } from './expressions.ts';
import { written, type Latex } from './latex.ts';
import { pathLatex } from './paths.ts';
import { applied, atom, type Piece } from './pieces.ts';
import { stepsOf, type Step } from './steps.ts';
import { symbolOf, symbolPiece } from './symbols.ts';
import { wordLatex } from './text.ts';

const mostParameters = 8;

/**
 * `f(x) = ...`, after a line for each step that is used more than once, or is long; what an `if` decides is a case. What cannot be
 * written, as what a loop does, is left as the variables that it sets.
 */
export function latexOfFunction(definition: FunctionDefinition, context: LatexContext): Latex {
  const { steps, result } = stepsOf(definition);
  return written(context, (writing) => {
    const head = headLatex(definition, writing);
    const last: Line = result ? { left: head, sign: '=', right: expressionLatex(result, writing) } : { left: head, sign: '', right: null };
    return aligned([...steps.map((step) => stepLatex(step, writing)), ...(result || steps.length === 0 ? [last] : [])]);
  });
}

interface Line {
  readonly left: Piece;
  readonly sign: string;
  readonly right: Piece | null;
}

function headLatex({ name, parameters }: FunctionDefinition, writing: Writing): Piece {
  const names = parameters.filter((parameter, at) => parameter.name !== '' && !(at === 0 && /^(?:self|cls)$/.test(parameter.name)));
  const shown = names.slice(0, mostParameters).map((parameter) => pathLatex([parameter.name], nameSpan(parameter), writing));
  const more = names.length > mostParameters ? [atom(String.raw`\ldots`)] : [];
  const symbol = symbolOf(name);
  const isLetter = symbol !== null && symbol.indices.length + symbol.wrappers.length === 0 && symbol.rank === 0;
  return applied(isLetter ? symbolPiece(symbol, [], (latex) => latex) : atom(wordLatex(name)), [...shown, ...more]);
}

/** Of a parameter without its annotation. */
function nameSpan({ name, star, range }: FunctionDefinition['parameters'][number]): { start: number; end: number } {
  const start = range.start + star.length;
  return { start, end: Math.min(start + name.length, range.end) };
}

function stepLatex({ target, value }: Step, writing: Writing): Line {
  const left = expressionLatex(target, writing);
  const right = expressionLatex(value, writing);
  if (right.drawnFrom) return { left, sign: String.raw`\sim`, right: right.drawnFrom };
  return { left, sign: '=', right };
}

function aligned(lines: readonly Line[]): Piece {
  const [only] = lines;
  if (lines.length === 1 && only) return atom(only.right ? `${only.left.latex} ${only.sign} ${only.right.latex}` : only.left.latex, 3);
  const rows = lines.map(({ left, sign, right }) => `${left.latex} &${sign === '' ? '' : `${sign} `}${right?.latex ?? ''}`);
  return atom(String.raw`\begin{aligned} ${rows.join(String.raw` \\ `)} \end{aligned}`, 3);
}
