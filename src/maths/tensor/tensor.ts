/**
 * Small arrays of dual numbers: values, and how they change along one direction. A function of them gives its value and its derivative
 * along that direction in one pass (forward mode; Griewank and Walther 2008, Evaluating Derivatives, chapter 3).
 */

export interface Tensor {
  readonly shape: readonly number[];
  /** In row-major order. */
  readonly values: Float64Array;
  /** Derivatives along the direction, in the same order; null where all are 0. */
  readonly tangents: Float64Array | null;
}

/** Shapes that do not fit each other, or an axis that is not there. */
export class ShapeError extends Error {
  override readonly name = 'ShapeError';
  constructor(message: string) {
    // Code is tried on many shapes, and most do not fit: where from is not worth the time that a stack takes.
    const limit = Error.stackTraceLimit;
    Error.stackTraceLimit = 0;
    super(message);
    Error.stackTraceLimit = limit;
  }
}

/** null where shapes do not fit. */
export function ifShapesFit<T>(of: () => T): T | null {
  try {
    return of();
  } catch (error) {
    if (error instanceof ShapeError) return null;
    throw error;
  }
}

/** @throws ShapeError where the shape has another number of elements. */
export function tensor(values: ArrayLike<number>, shape: readonly number[], tangents: Float64Array | null = null): Tensor {
  const count = sizeOf(shape);
  if (values.length !== count || (tangents && tangents.length !== count))
    throw new ShapeError(`Shape [${shape.join(', ')}] has ${count} elements, but there are ${values.length}.`);
  return { shape, values: values instanceof Float64Array ? values : Float64Array.from(values), tangents };
}

export function scalar(value: number): Tensor {
  return { shape: [], values: Float64Array.of(value), tangents: null };
}

/** Number of elements; 1 for []. */
export function sizeOf(shape: readonly number[]): number {
  return shape.reduce((size, length) => size * length, 1);
}

/** The same values, held constant: stop-gradient. */
export function detach({ shape, values }: Tensor): Tensor {
  return { shape, values, tangents: null };
}
