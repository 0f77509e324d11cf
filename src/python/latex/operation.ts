import type { Expression } from '../syntax/ast.ts';
import { atom, type Piece } from './pieces.ts';

/** What an operation is written with. */
export interface Given {
  /** An argument; only for one that is required or was asked for with `has`. */
  readonly of: (name: string) => Piece;
  readonly has: (name: string) => boolean;
  readonly node: (name: string) => Expression | undefined;
  /** What was given beyond the names, as pieces. */
  readonly rest: () => Piece[];
  /** It was called by its name alone, which was not imported. */
  readonly isBuiltin: boolean;
  readonly write: (expression: Expression) => Piece;
  /** Puts an index on what an expression is. */
  readonly index: (object: Expression, indices: readonly Expression[]) => Piece;
  /** Something that has no name in the code and is another each time: a draw, a size. Letters that it may have, best first. */
  readonly nameless: (...letters: readonly string[]) => Piece;
  /** Whether a letter is the symbol of a variable. */
  readonly isTaken: (latex: string) => boolean;
}

/** A function of libraries: names that it has, its arguments as `bind` takes them, and how it is written; null where it cannot be. */
export interface Operation {
  readonly names: string;
  readonly takes: string;
  readonly write: (given: Given) => Piece | null;
}

/** The text of a string argument. */
export function textOf(expression: Expression | undefined): string | null {
  if (expression?.kind !== 'string') return null;
  return expression.parts.every((part) => typeof part === 'string') ? expression.parts.join('') : null;
}

/** A whole number, also a negative one. */
export function integerOf(expression: Expression | undefined): number | null {
  if (expression?.kind === 'unary' && expression.operator === '-') {
    const inner = integerOf(expression.operand);
    return inner === null ? null : -inner;
  }
  return expression?.kind === 'number' && !expression.imaginary && Number.isInteger(expression.value) ? expression.value : null;
}

/** The axes that `dim` or `axis` names, as an index; null where all are meant. */
export function axesOf(given: Given, name = 'dim'): Piece | null {
  const node = given.node(name);
  if (!node || (node.kind === 'constant' && node.value === null)) return null;
  const axes = node.kind === 'tuple' || node.kind === 'list' ? node.items : [node];
  if (axes.length === 0) return null;
  return atom(String.raw`\mathrm{dim}=${axes.map((axis) => given.write(axis).latex).join(',')}`);
}
