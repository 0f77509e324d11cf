/** Which query each number is of that an output projection is given and gives, found out by sending the queries' numbers through it. */

import { elementCount, wholeNumbers, type ElementArray, type ElementType } from '../../formats/elements.ts';
import { projectionOutputs, type ShownAxis } from '../../onnx/attention/projection.ts';
import type { ValueLayout } from '../../onnx/attention/valueLayout.ts';
import type { RawTensor } from '../../protocol/worker.ts';

/** Rows are counted through the batch: batch entry * queries + query. */
export interface Rows {
  layout: ValueLayout;
  batch: number;
  heads: number;
  queries: number;
}

/** Runs a projection on each of several starts, for one of its outputs. */
export type RunEach = (starts: readonly ElementArray[], fetch: string) => Promise<RawTensor[]>;

/** Up to here a type holds every whole number. */
const wholeUpTo: Readonly<Record<string, number>> = { float16: 2 ** 11, bfloat16: 2 ** 8 };

/** The row of each element of the product's operand: rows' numbers, digit by digit, stand in for what the heads give. */
export async function rowsOfOperand(
  { layout, batch, heads, queries }: Rows,
  { type, data }: RawTensor,
  runEach: RunEach,
): Promise<RawTensor> {
  const base = wholeUpTo[type] ?? 2 ** 24;
  const digits: ElementArray[] = [];
  for (let place = 1; place === 1 || place < batch * queries; place *= base) {
    const digit = new Array<number>(data.length).fill(0);
    for (let head = 0; head < batch * heads; head++) {
      for (let query = 0; query < queries; query++) {
        const row = Math.floor(head / heads) * queries + query;
        for (let i = 0; i < layout.width; i++) digit[layout.outputAt(head, query, i)] = Math.floor(row / place) % base;
      }
    }
    digits.push(wholeNumbers(type as ElementType, digit));
  }
  const read = await runEach(digits, projectionOutputs.operand);
  const rows = new Int32Array(read[0]!.data.length);
  for (const [i, { data: values }] of read.entries()) for (let at = 0; at < rows.length; at++) rows[at]! += Number(values[at]) * base ** i;
  return { type: 'int32', shape: read[0]!.shape, data: rows };
}

/**
 * The row of each element of the product's output [outputShape].
 * @returns null where elements of more than one row are summed
 */
export function rowsOfProduct(operand: RawTensor, outputShape: readonly number[], shown: ShownAxis): Int32Array | null {
  const { shape } = operand;
  const rows = operand.data as Int32Array;
  const axes = shape.map((size, i) => {
    const axis = shown(i - shape.length, shape.length);
    return { size, stride: elementCount(shape.slice(i + 1)), output: axis === null ? null : axis + outputShape.length };
  });
  // Of the operand's elements that show in one place of the output, the first: the others must be of its row.
  for (let at = 0; at < rows.length; at++) {
    const first = axes.reduce(
      (sum, { size, stride, output }) => sum + (output === null ? 0 : (Math.floor(at / stride) % size) * stride),
      0,
    );
    if (rows[at] !== rows[first]) return null;
  }
  const strides = outputShape.map((size, axis) => ({
    size,
    stride: elementCount(outputShape.slice(axis + 1)),
    operand: axes.find(({ output }) => output === axis)?.stride ?? 0,
  }));
  if (axes.some(({ size, output }) => output !== null && size !== outputShape[output])) return null;
  return Int32Array.from(
    { length: elementCount(outputShape) },
    (_, at) => rows[strides.reduce((sum, { size, stride, operand: step }) => sum + (Math.floor(at / stride) % size) * step, 0)]!,
  );
}
