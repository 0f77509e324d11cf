import type { Expression, Subscript } from '../syntax/ast.ts';
import { isOfLibrary, pathOf } from './callee.ts';
import type { Writing } from './context.ts';
import { integerOf, textOf } from './operation.ts';
import { pathLatex, sizeLatex, variableLatex } from './paths.ts';
import { indexed, type Piece } from './pieces.ts';

/** Of these the first is the value. */
const first = new Set(['grad', 'gradients', 'max', 'min', 'sort', 'median', 'mode', 'slogdet']);

/** `x[i][j]` has its indices in one place; those that only add an axis, or take all, are not written. */
export function subscriptLatex(expression: Subscript, writing: Writing): Piece {
  const groups: (readonly Expression[])[] = [];
  let object: Expression = expression;
  for (; object.kind === 'subscript'; object = object.object) groups.unshift(object.indices);
  const [group] = groups;
  const only = groups.length === 1 && group?.length === 1 ? group[0] : undefined;

  const axis = integerOf(only);
  if (axis !== null && object.kind === 'attribute' && object.name === 'shape') return sizeLatex(object.object, axis, expression, writing);
  if (axis !== null && object.kind === 'call' && callName(object) === 'shape' && object.args[0])
    return sizeLatex(object.args[0].value, axis, expression, writing);
  if (axis === 0 && object.kind === 'call' && first.has(callName(object))) return writing.write(object, writing);

  const key = textOf(only);
  const path = pathOf(object);
  if (key !== null && path) return pathLatex([...path, key], expression, writing);
  return indexLatex(object, groups.filter((indices) => !indices.every(isInvisible)).flat(), writing);
}

/** An object with indices on it: inside its symbol where it is a variable. */
export function indexLatex(object: Expression, indices: readonly Expression[], writing: Writing): Piece {
  const inner = { ...writing, depth: writing.depth + 1 };
  const pieces = indices.filter((index) => !isNone(index)).map((index) => writing.write(index, inner));
  if (pieces.length === 0) return writing.write(object, writing);
  const path = pathOf(object);
  const isDefined =
    object.kind === 'name' && writing.definitions.has(object.id) && !writing.within.has(object.id) && !writing.bound.has(object.id);
  if (path && !isDefined && !isOfLibrary(path, writing.imports)) return variableLatex(object, writing, pieces);
  return indexed(writing.write(object, writing), pieces);
}

const isNone = (index: Expression): boolean => index.kind === 'constant' && index.value === null;
const isInvisible = (index: Expression): boolean =>
  (index.kind === 'constant' && (index.value === null || index.value === 'ellipsis')) ||
  (index.kind === 'slice' && !index.from && !index.to && !index.step) ||
  (index.kind === 'attribute' && index.name === 'newaxis');

function callName({ callee }: Expression & { kind: 'call' }): string {
  return callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
}
