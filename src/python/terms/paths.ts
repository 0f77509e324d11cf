/** Which expressions of a text name something that the program holds. */

import type { PathStep, ValuePath } from '../../protocol/terms.ts';
import type { Expression } from '../syntax/ast.ts';

/** Attributes of arrays that say something of them: they are told from the array. */
const ofArrays: ReadonlySet<string> = new Set(
  'shape ndim T mT H mH dtype device data real imag grad size itemsize nbytes requires_grad is_cuda'.split(' '),
);

/** A name, or attributes and constant indices of one; null for anything that would have to be computed. */
export function valuePath(expression: Expression): ValuePath | null {
  switch (expression.kind) {
    case 'name':
      return [expression.id];
    case 'attribute':
      return ofArrays.has(expression.name) ? null : withStep(expression.object, { attribute: expression.name });
    case 'subscript': {
      const [index, ...more] = expression.indices;
      const constant = index && more.length === 0 ? constantOf(index) : null;
      return constant === null ? null : withStep(expression.object, { index: constant });
    }
    default:
      return null;
  }
}

function withStep(object: Expression, step: PathStep): ValuePath | null {
  const path = valuePath(object);
  return path && [...path, step];
}

function constantOf(index: Expression): number | string | null {
  switch (index.kind) {
    case 'number':
      return !index.imaginary && Number.isSafeInteger(index.value) && /^[\d_]+$/.test(index.text) ? index.value : null;
    case 'unary': {
      const value = index.operator === '-' ? constantOf(index.operand) : null;
      return typeof value === 'number' ? -value : null;
    }
    case 'string':
      return index.parts.every((part) => typeof part === 'string') ? index.parts.join('') : null;
    default:
      return null;
  }
}

/** What tells one path from another. */
export const pathKey = (path: ValuePath): string => JSON.stringify(path);
