/** Products of two tensors: the scores of queries and keys, the sum of values under the weights, projections. */

import type { Node } from '../model.ts';

/**
 * A product of two operands as attention uses it. Axes are counted from the end: -1 is the last.
 * `owner` says which operand an axis of the output comes from (null: both, or none);
 * `contracted` which axis of an operand is summed over (null: more than one, or none).
 */
export interface Product {
  left: string;
  right: string;
  owner(outputAxis: number): 'left' | 'right' | null;
  contracted(operand: 'left' | 'right'): number | null;
  /** Where an axis of an operand shows in the output; null for a summed one. */
  shows(operand: 'left' | 'right', axis: number): number | null;
}

/** The node as a product; null for another op and for spellings that are not one of two plain operands. */
export function asProduct(node: Node): Product | null {
  const [left, right] = node.inputs;
  if (left === undefined || right === undefined || left === '' || right === '') return null;
  if (node.opType === 'Einsum' && node.domain === '') return node.inputs.length === 2 ? einsum(node, left, right) : null;
  if (node.opType === 'MatMul' && node.domain === '') return matrix(left, right, false, false);
  const set = (name: string): boolean => (node.attributes.get(name)?.int ?? 0) !== 0;
  if (node.opType === 'Gemm' && node.domain === '') return matrix(left, right, set('transA'), set('transB'));
  if (node.opType === 'FusedMatMul' && node.domain === 'com.microsoft') {
    return set('transBatchA') || set('transBatchB') ? null : matrix(left, right, set('transA'), set('transB'));
  }
  return null;
}

function matrix(left: string, right: string, transLeft: boolean, transRight: boolean): Product {
  return {
    left,
    right,
    owner: (axis) => (axis === -2 ? 'left' : axis === -1 ? 'right' : null),
    contracted: (operand) => (operand === 'left' ? (transLeft ? -2 : -1) : transRight ? -1 : -2),
    shows: (operand, axis) => {
      if (axis < -2) return axis;
      const transposed = operand === 'left' ? transLeft : transRight;
      const plain = transposed ? -3 - axis : axis;
      return operand === 'left' ? (plain === -2 ? -2 : null) : plain === -1 ? -1 : null;
    },
  };
}

function einsum(node: Node, left: string, right: string): Product | null {
  const equation = parseEquation(node.attributes.get('equation')?.string ?? '');
  if (equation === null) return null;
  const terms = { left: equation.left, right: equation.right };
  const other = { left: equation.right, right: equation.left };
  return {
    left,
    right,
    owner: (axis) => {
      const letter = equation.output.at(axis);
      if (letter === undefined) return null;
      const inLeft = equation.left.includes(letter);
      return inLeft === equation.right.includes(letter) ? null : inLeft ? 'left' : 'right';
    },
    contracted: (operand) => {
      const summed = [...terms[operand]].filter((letter) => !equation.output.includes(letter) && other[operand].includes(letter));
      return summed.length === 1 ? terms[operand].indexOf(summed[0] ?? '') - terms[operand].length : null;
    },
    shows: (operand, axis) => {
      const term = terms[operand];
      const letter = term.at(axis);
      // Axes before the letters are those of the ellipsis.
      if (axis < -term.length || letter === undefined) return axis + term.length - equation.output.length;
      const shown = equation.output.indexOf(letter);
      return shown < 0 ? null : shown - equation.output.length;
    },
  };
}

/** "...qd,...kd->...qk" as its three terms; the leading ellipsis is left away, since axes are counted from the end. */
function parseEquation(text: string): { left: string; right: string; output: string } | null {
  const match = /^(\.\.\.)?([A-Za-z]+),(\.\.\.)?([A-Za-z]+)->(\.\.\.)?([A-Za-z]+)$/.exec(text.replaceAll(' ', ''));
  const [, , left, , right, , output] = match ?? [];
  return left === undefined || right === undefined || output === undefined ? null : { left, right, output };
}
