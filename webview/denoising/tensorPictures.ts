/** Tensors as pictures: numbers of the model's range in grey or colour, signed numbers in blue and red. */

import type { ItemShape } from '../../src/protocol/vae.ts';
import { differenceRamp, rampColour, type Palette, type Rgb } from '../shared/heatmap/colours.ts';

export interface TensorShape {
  readonly channels: number;
  readonly height: number;
  readonly width: number;
}

/** How numbers are drawn: between two ends, black to white, or from blue over the ground to red. */
export type TensorScale =
  { readonly kind: 'range'; readonly low: number; readonly high: number } | { readonly kind: 'signed'; readonly top: number };

export interface TensorImage {
  readonly width: number;
  readonly height: number;
  readonly rgba: Uint8ClampedArray<ArrayBuffer>;
}

/** Channels that are no colours stand beside each other. */
const tilesOf = ({ channels }: TensorShape, { kind }: TensorScale): number => (kind === 'range' && channels === 3 ? 1 : channels);
const columnsOf = (tiles: number): number => Math.ceil(Math.sqrt(tiles));

/** @param values [channels, height, width] */
export function imageOf(values: ArrayLike<number>, shape: TensorShape, scale: TensorScale, palette: Palette): TensorImage {
  const { height, width } = shape;
  const tiles = tilesOf(shape, scale);
  const columns = columnsOf(tiles);
  const rows = Math.ceil(tiles / columns);
  const colour = scale.kind === 'signed' ? signedColour(scale.top, palette) : null;
  const rgba = new Uint8ClampedArray(4 * rows * height * columns * width);
  const area = height * width;
  const isColour = tiles === 1 && shape.channels === 3;
  for (let tile = 0; tile < tiles; tile++) {
    const [top, left] = [Math.floor(tile / columns) * height, (tile % columns) * width];
    for (let at = 0; at < area; at++) {
      const to = 4 * ((top + Math.floor(at / width)) * columns * width + left + (at % width));
      if (colour) rgba.set(colour(values[tile * area + at]!), to);
      else for (let part = 0; part < 3; part++) rgba[to + part] = levelOf(values[isColour ? part * area + at : tile * area + at]!, scale);
      rgba[to + 3] = 255;
    }
  }
  return { width: columns * width, height: rows * height, rgba };
}

function levelOf(value: number, scale: TensorScale): number {
  if (scale.kind !== 'range') return 0;
  return (255 * (value - scale.low)) / (scale.high - scale.low);
}

function signedColour(top: number, palette: Palette): (value: number) => Rgb {
  const ramp = differenceRamp(palette);
  return (value) => rampColour(ramp, Math.min(1, Math.max(0, (value / top + 1) / 2)));
}

/** Black to white, as a ramp of a legend. */
export const greys: readonly Rgb[] = Array.from({ length: 256 }, (_, level) => [level, level, level] as const);

export function paintImage(canvas: HTMLCanvasElement, { width, height, rgba }: TensorImage): void {
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
}

/** A vector is one row. */
export function shapeOf(item: ItemShape): TensorShape {
  return item.kind === 'vector' ? { channels: 1, height: 1, width: item.length } : item;
}

/** The largest size that a number has; 1 where all are zero, so that nothing is divided by it. */
export function largestOf(values: ArrayLike<number>): number {
  let most = 0;
  for (let at = 0; at < values.length; at++) most = Math.max(most, Math.abs(values[at]!));
  return most > 0 ? most : 1;
}
