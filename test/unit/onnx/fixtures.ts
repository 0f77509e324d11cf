/** The ONNX files made by test/fixtures/onnx/make.py, with what is expected of them, and ONNX Runtime to run them by. */

import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { elementsOf, isElementType } from '../../../src/formats/elements.ts';
import { readNpz } from '../../../src/formats/npz.ts';
import { readModel } from '../../../src/onnx/model.ts';
import { externalFiles } from '../../../src/onnx/stored.ts';
import type { RawTensor, TensorArray } from '../../../src/protocol/worker.ts';

export const folder = fileURLToPath(new URL('../../fixtures/onnx/', import.meta.url));

export interface Expected {
  sites: { kind: 'self' | 'cross'; layer: number }[];
  tolerance: number;
  uncovered: { op: string; count: number }[];
}

export const expected = JSON.parse(readFileSync(`${folder}expected.json`, 'utf8')) as Record<string, Expected>;

export const fixtureNames = readdirSync(folder)
  .filter((file) => file.endsWith('.onnx'))
  .map((file) => file.slice(0, -'.onnx'.length));

export function fixtureBytes(name: string): Uint8Array {
  return new Uint8Array(readFileSync(`${folder}${name}.onnx`));
}

/** Inputs by name, and the reference weights of each site in the order of the data flow. */
export async function fixtureData(name: string): Promise<{ inputs: Record<string, RawTensor>; weights: RawTensor[] }> {
  const inputs: Record<string, RawTensor> = {};
  const weights: RawTensor[] = [];
  for (const [key, array] of await readNpz(new Uint8Array(readFileSync(`${folder}${name}.npz`)))) {
    const [group, rest = ''] = key.split('/');
    if (!isElementType(array.type)) throw new Error(`${name}.npz holds ${array.type}`);
    const tensor: RawTensor = { type: array.type, shape: array.shape, data: elementsOf(array.type, new Uint8Array(array.data)) };
    if (group === 'input') inputs[rest] = tensor;
    else weights[Number(rest)] = tensor;
  }
  return { inputs, weights };
}

/** @param name a fixture whose weights may lie in a file beside it. */
export async function openSession(model: Uint8Array, name?: string): Promise<InferenceSession> {
  const options: InferenceSession.SessionOptions = { logSeverityLevel: 3, intraOpNumThreads: 1, interOpNumThreads: 1 };
  const files = name === undefined ? [] : externalFiles(readModel(model));
  if (files.length > 0) options.externalData = files.map((path) => ({ path, data: new Uint8Array(readFileSync(folder + path)) }));
  return InferenceSession.create(model, options);
}

export async function runSession(session: InferenceSession, feeds: ReadonlyMap<string, RawTensor>): Promise<Map<string, RawTensor>> {
  const tensors = Object.fromEntries([...feeds].map(([name, tensor]) => [name, toTensor(tensor)]));
  const results = await session.run(tensors);
  return new Map(
    Object.entries(results).map(([name, { type, data, dims }]) => {
      // The runtime gives half precision as whatever array the platform has for it; its bits are what counts.
      const array = data as TensorArray;
      const bits = type === 'float16' ? new Uint16Array(array.buffer, array.byteOffset, array.length) : array;
      return [name, { type, data: bits, shape: dims }];
    }),
  );
}

function toTensor({ type, data, shape }: RawTensor): Tensor {
  const tensor = new Tensor(type as 'float32', data as Float32Array, shape);
  // Where Float16Array exists the tensor makes one of the bits, which the runtime's native side takes for empty.
  if (type === 'float16') Object.defineProperty(tensor, 'data', { value: data });
  return tensor;
}

/** Largest absolute difference; infinite where one of the two is not a number. */
export function difference(a: ArrayLike<number>, b: ArrayLike<number>): number {
  if (a.length !== b.length) return Infinity;
  let worst = 0;
  for (let i = 0; i < a.length; i++) {
    const delta = Math.abs((a[i] ?? NaN) - (b[i] ?? NaN));
    worst = delta <= worst ? worst : Number.isNaN(delta) ? Infinity : delta;
  }
  return worst;
}
