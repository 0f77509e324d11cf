/** Whether a call that masks takes out what a mask says, or what it does not say: the graph keeps neither. */

import type { Call, Expression } from '../../syntax/ast.ts';

/** Whether something is left out where the mask holds, or (false) where it does not; null where that is not known. */
export function leavesOutWhere({ callee, args }: Call): boolean | null {
  const name = callee.kind === 'attribute' ? callee.name : callee.kind === 'name' ? callee.id : '';
  if (name === 'masked_fill' || name === 'masked_fill_') return true;
  // A boolean mask says what takes part.
  if (name === 'scaled_dot_product_attention') return false;
  const isFunction =
    callee.kind === 'attribute' && callee.object.kind === 'name' && /^(?:torch|np|numpy|jnp|tf|mx)$/.test(callee.object.id);
  const second = args[1]?.value;
  return name === 'where' && isFunction && args.length === 3 && second ? isLowText(second) : null;
}

/** Minus infinity, or a call or a name that holds it: what is no array of scores. */
function isLowText(expression: Expression): boolean {
  switch (expression.kind) {
    case 'unary':
      return expression.operator === '-';
    case 'call':
      return expression.callee.kind === 'name' && expression.callee.id === 'float';
    case 'attribute':
      return expression.name === 'min';
    default:
      return false;
  }
}
