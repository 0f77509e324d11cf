/** Data sets as a loaded model takes them. */

import { createHash } from 'node:crypto';
import { extname, isAbsolute } from 'node:path';
import { arraysToChooseFrom, type NamedArray } from '../../../models/arrayData.ts';
import { DataError, inputsOf, inWords, isSameShape, type DataSet } from '../../../models/dataset.ts';
import { openDataSet } from '../../../models/openDataSet.ts';
import type { EngineSettings } from '../../../protocol/inference.ts';
import { RpcError, type CallContext } from '../../../protocol/rpc.ts';
import type { LoadedVae } from '../../../protocol/vae.ts';
import { checkMemory } from '../memory.ts';

/** A loaded model, as far as it takes items. */
export interface TakesItems {
  readonly loaded: Pick<LoadedVae, 'item' | 'range'>;
  /** Numbers of an item. */
  readonly size: number;
  readonly settings: EngineSettings;
}

/** @throws RpcError 'data-invalid', 'memory' */
export async function readData(model: TakesItems, path: string, array: string | undefined, context: CallContext): Promise<DataSet> {
  checkAbsolute(path);
  const { item } = model.loaded;
  const data = await openDataSet(path, {
    wanted: item,
    signal: context.signal,
    onProgress: (done, total) => context.progress({ message: 'Reading the data', fraction: done / total }),
    ...(array !== undefined && { array }),
  }).catch(refused);
  if (!isSameShape(data.shape, item))
    throw new RpcError(
      'data-invalid',
      `${data.name} holds ${inWords(data.shape)}; the model takes ${inWords(item)}. Choose data of that shape.`,
    );
  if (data.count === 0) throw new RpcError('data-invalid', `${path} holds no items.`);
  checkMemory(data.items.byteLength + 4 * data.count * model.size, model.settings.memoryLimit, `The data of ${path}`);
  return data;
}

/** The arrays of a .npz file of which one has to be named; none where it is clear which is meant. @throws RpcError 'data-invalid' */
export async function arraysIn(model: TakesItems, path: string, { signal }: CallContext): Promise<readonly NamedArray[]> {
  checkAbsolute(path);
  return extname(path).toLowerCase() === '.npz' ? arraysToChooseFrom(path, { wanted: model.loaded.item, signal }).catch(refused) : [];
}

function checkAbsolute(path: string): void {
  if (!isAbsolute(path)) throw new RpcError('data-invalid', `${path} is not an absolute path; give one.`);
}

function refused(error: unknown): never {
  throw error instanceof DataError ? new RpcError('data-invalid', error.message) : error;
}

/** Items as the model takes them: [to - from, ...item] in its range. */
export function itemsAt(model: TakesItems, data: DataSet, from: number, to: number): Float32Array {
  const { low, high } = model.loaded.range;
  return inputsOf(data, from, to, [low, high]);
}

/** Hex sha256 of the items. */
export function hashOf({ items }: DataSet): string {
  return createHash('sha256')
    .update(new Uint8Array(items.buffer, items.byteOffset, items.byteLength))
    .digest('hex');
}

/** So many of the items, evenly spread over them. */
export function spreadOver(count: number, wanted: number): number[] {
  const kept = Math.min(count, wanted);
  return Array.from({ length: kept }, (_, i) => Math.floor(((i + 0.5) * count) / kept));
}

/** Items by their places, one after the other. */
export function gathered(model: TakesItems, data: DataSet, places: readonly number[]): Float32Array {
  const items = new Float32Array(places.length * model.size);
  places.forEach((place, i) => items.set(itemsAt(model, data, place, place + 1), i * model.size));
  return items;
}
