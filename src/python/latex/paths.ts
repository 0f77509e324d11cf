/** Variables by the way that leads to them: `mu`, `self.beta`, `batch["x"]`. */

import type { Span } from '../../maths/nesting.ts';
import { plainLatex } from '../../formulas/formula.ts';
import type { Expression } from '../syntax/ast.ts';
import { pathOf } from './callee.ts';
import { codeOf, type Writing } from './context.ts';
import { called, type Piece } from './pieces.ts';
import { symbolOf } from './symbols.ts';

/** The variable that an expression of names is. */
export function variableLatex(expression: Expression, writing: Writing, indices?: readonly Piece[]): Piece {
  return pathLatex(pathOf(expression) ?? [codeOf(writing.text, expression)], expression, writing, indices);
}

/** A function keeps what it is a method of: it may depend on that. */
export function functionNameLatex(path: readonly string[], span: Span, writing: Writing): Piece {
  return pathLatex(path, span, writing, undefined, true);
}

export function pathLatex(path: readonly string[], span: Span, writing: Writing, indices?: readonly Piece[], isFunction = false): Piece {
  const own = path.length > 1 && (path[0] === 'self' || path[0] === 'cls') ? path.slice(1) : path;
  return writing.variables.piece({
    key: path.join('.'),
    code: codeOf(writing.text, span),
    names: [...new Set([...(isFunction && own.length > 1 ? [] : [own.at(-1)!]), own.join('.'), path.join('.')])],
    span: { start: span.start, end: span.end },
    isFunction,
    ...(own.length > 1 && { owner: own.at(-2)! }),
    ...(indices && indices.length > 0 && { indices }),
  });
}

/** A size of an array: d of its last axis, n of its first. */
export function sizeLatex(object: Expression, axis: number, span: Span, writing: Writing): Piece {
  const of = writing.write(object, writing);
  const plain = plainLatex(of.latex);
  if (plain.length > 30 || (axis !== -1 && axis !== 0))
    return { ...called('dim', of), latex: String.raw`\mathrm{dim}_{${axis}}${called('', of).latex.replace(String.raw`\mathrm{}`, '')}` };
  const base = axis === -1 ? 'd' : 'n';
  const symbol = { base, indices: [plain], exponent: '', wrappers: [], rank: 3 };
  const code = codeOf(writing.text, span);
  return writing.variables.piece({
    key: `size ${axis} ${plain}`,
    code,
    names: [code],
    symbols: [symbol],
    span: { start: span.start, end: span.end },
  });
}

/** Something that the code gives no name. */
export function namelessLatex(letters: readonly string[], span: Span, writing: Writing): Piece {
  const code = codeOf(writing.text, span);
  const symbols = letters.flatMap((letter) => {
    const symbol = symbolOf(letter);
    return symbol ? [{ ...symbol, rank: 3 }] : [];
  });
  return writing.variables.piece({
    key: `nameless ${span.start} ${letters[0]}`,
    code,
    names: [code],
    symbols,
    span: { start: span.start, end: span.end },
  });
}
