/** Where one head's values lie in the operand of a value product, and its outputs in what the product gives. */

import { elementCount } from '../../formats/elements.ts';
import type { AttentionSite } from './find.ts';
import { asProduct } from './product.ts';
import type { SiteSizes } from './sizes.ts';

/** Places as offsets into row-major data. Heads are counted through the batch: batch entry * heads + head. */
export interface ValueLayout {
  /** Components of a value. */
  width: number;
  valueAt(head: number, key: number, component: number): number;
  outputAt(head: number, query: number, component: number): number;
}

/**
 * Reads the layout off the product's axes: keys are summed over, queries are the weights' other last axis, components the one axis
 * that the values alone have, and what is left counts through batch and heads. Values with fewer heads than the weights are
 * shared as broadcasting shares them.
 *
 * @param shapes of the product's operand with the values and of its output, as a run had them
 * @returns null where the axes are others
 */
export function valueLayout(
  { valueProduct, operands }: Pick<AttentionSite, 'valueProduct' | 'operands'>,
  shapes: { value: readonly number[]; output: readonly number[] },
  sizes: SiteSizes,
): ValueLayout | null {
  const product = asProduct(valueProduct);
  const value = operands.find(({ role }) => role === 'value')?.tensor;
  if (product === null || value === undefined || product.left === product.right) return null;
  const [values, weights] = product.right === value ? (['right', 'left'] as const) : (['left', 'right'] as const);
  const [summed, summedWeights] = [product.contracted(values), product.contracted(weights)];
  if (summed === null || (summedWeights !== -1 && summedWeights !== -2)) return null;

  const rank = shapes.output.length;
  const queryAxis = product.shows(weights, -3 - summedWeights);
  const shownBy = (axis: number | null): number | null => (axis !== null && axis < 0 && axis >= -rank ? axis : null);
  // An operand of fewer axes than the output is broadcast; more it cannot have, but for the summed one.
  const axes = Array.from({ length: rank + 1 }, (_, i) => -1 - i);
  const ofWeights = axes.flatMap((axis) => shownBy(product.shows(weights, axis)) ?? []);
  const ofValues = new Map(
    axes
      .filter((axis) => axis >= -shapes.value.length && axis !== summed)
      .flatMap((axis) => {
        const shown = shownBy(product.shows(values, axis));
        return shown === null ? [] : [[shown, axis] as const];
      }),
  );
  const components = [...ofValues.keys()].filter((axis) => !ofWeights.includes(axis));
  const [componentAxis] = components;
  if (queryAxis === null || componentAxis === undefined || components.length > 1) return null;
  const leading = ofWeights.filter((axis) => axis !== queryAxis).reverse();

  const sizeOf = (axis: number): number => shapes.output.at(axis) ?? 0;
  const fits =
    elementCount(leading.map(sizeOf)) === sizes.batch * sizes.heads &&
    leading.length + 2 === rank &&
    sizeOf(queryAxis) === sizes.queries &&
    shapes.value.at(summed) === sizes.keys;
  if (!fits) return null;

  const strideOf = (shape: readonly number[], axis: number): number => elementCount(shape.slice(shape.length + axis + 1));
  const places = leading.map((axis, i) => {
    const valueAxis = ofValues.get(axis);
    const shared = valueAxis === undefined || shapes.value.at(valueAxis) === 1;
    return {
      size: sizeOf(axis),
      inner: elementCount(leading.slice(i + 1).map(sizeOf)),
      output: strideOf(shapes.output, axis),
      value: shared ? 0 : strideOf(shapes.value, valueAxis),
    };
  });
  const headAt = (head: number, which: 'output' | 'value'): number =>
    places.reduce((offset, place) => offset + (Math.floor(head / place.inner) % place.size) * place[which], 0);
  const steps = {
    key: strideOf(shapes.value, summed),
    valueComponent: strideOf(shapes.value, ofValues.get(componentAxis)!),
    query: strideOf(shapes.output, queryAxis),
    outputComponent: strideOf(shapes.output, componentAxis),
  };
  return {
    width: sizeOf(componentAxis),
    valueAt: (head, key, component) => headAt(head, 'value') + key * steps.key + component * steps.valueComponent,
    outputAt: (head, query, component) => headAt(head, 'output') + query * steps.query + component * steps.outputComponent,
  };
}
