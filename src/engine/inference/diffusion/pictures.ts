/** Tensors as pictures of the size that is shown. */

import { areaAverage } from '../../../maths/areaAverage.ts';
import type { Floats } from '../../../maths/samplers/sampler.ts';
import type { DiffusionRequest, TensorName, TensorPictures } from '../../../protocol/diffusion.ts';
import { RpcError } from '../../../protocol/rpc.ts';
import type { ItemShape } from '../../../protocol/vae.ts';
import { checkWhole } from '../items/inputs.ts';
import type { HeldDiffusion } from './model.ts';

const MOST_SIDE = 4_096;

export interface PictureSize {
  channels: number;
  height: number;
  width: number;
}

/** A vector is one row. */
export function sizeOfItem(item: ItemShape): PictureSize {
  return item.kind === 'vector' ? { channels: 1, height: 1, width: item.length } : item;
}

/** Whose side is at most so long; never larger than it is. */
export function within({ channels, height, width }: PictureSize, side: number): PictureSize {
  const scale = Math.min(1, side / Math.max(height, width));
  return { channels, height: Math.max(1, Math.round(height * scale)), width: Math.max(1, Math.round(width * scale)) };
}

/** Pictures [count, channels, height, width], each made smaller by the mean of what it covers. */
export function smaller(values: Floats, from: PictureSize, to: PictureSize): Float32Array {
  if (from.height === to.height && from.width === to.width) return Float32Array.from(values);
  const planes = values.length / (from.height * from.width);
  const result = new Float32Array(planes * to.height * to.width);
  for (let plane = 0; plane < planes; plane++)
    result.set(areaAverage(values, { ...from, offset: plane * from.height * from.width }, to), plane * to.height * to.width);
  return result;
}

/** Places of items that are asked for. @throws RpcError 'bad-input' */
export function chosenItems(items: readonly number[] | undefined, count: number): number[] {
  const chosen = items ?? Array.from({ length: count }, (_, i) => i);
  return chosen.map((item, at) => checkWhole(`items[${at}]`, item, 0, count - 1));
}

/** [chosen, ...] of [items, ...] */
export function itemsOf(values: Floats, chosen: readonly number[], size: number): Float32Array {
  const result = new Float32Array(chosen.length * size);
  chosen.forEach((item, at) => result.set(values.subarray(item * size, (item + 1) * size), at * size));
  return result;
}

/** What is told with an evaluation. @throws RpcError 'bad-input' */
export function picturesOf(
  { loaded, size }: Pick<HeldDiffusion, 'loaded' | 'size'>,
  tensors: Readonly<Partial<Record<TensorName, Floats>>>,
  evaluation: number,
  { shown, seeds }: DiffusionRequest,
): Partial<Record<TensorName, TensorPictures>> {
  if (!shown) return {};
  const items = chosenItems(shown.items, seeds.length);
  const from = sizeOfItem(loaded.item);
  const to = within(from, checkSide('shown.side', shown.side));
  const pictures: Partial<Record<TensorName, TensorPictures>> = {};
  for (const name of shown.tensors) {
    const values = tensors[name];
    if (!values)
      throw new RpcError('bad-input', `There is no tensor ${String(name)} of this run; it has ${Object.keys(tensors).join(', ')}.`);
    pictures[name] = { evaluations: [evaluation], items, ...to, values: smaller(itemsOf(values, items, size), from, to) };
  }
  return pictures;
}

export function checkSide(name: string, side: number): number {
  return checkWhole(name, side, 1, MOST_SIDE);
}
