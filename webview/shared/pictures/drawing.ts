/** Pictures as canvases show them. */

import type { PictureShape } from '../../../src/protocol/pictures.ts';

export const sizeOf = ({ channels, height, width }: PictureShape): number => channels * height * width;

/**
 * RGBA of a picture: one channel as grey, three as colour, a fourth as opacity; of other numbers of channels the first as grey.
 *
 * @param levels [channels, height, width], 256 levels
 */
export function rgbaOf(levels: Uint8Array, { channels, height, width }: PictureShape): Uint8ClampedArray<ArrayBuffer> {
  const area = height * width;
  const rgba = new Uint8ClampedArray(4 * area);
  const [green, blue] = channels === 3 || channels === 4 ? [area, 2 * area] : [0, 0];
  for (let at = 0; at < area; at++) {
    rgba[4 * at] = levels[at]!;
    rgba[4 * at + 1] = levels[at + green]!;
    rgba[4 * at + 2] = levels[at + blue]!;
    rgba[4 * at + 3] = channels === 4 ? levels[at + 3 * area]! : 255;
  }
  return rgba;
}

/** Draws a picture, a pixel of the canvas for each of its own. */
export function paint(canvas: HTMLCanvasElement, levels: Uint8Array, shape: PictureShape): void {
  canvas.width = shape.width;
  canvas.height = shape.height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgbaOf(levels, shape), shape.width, shape.height), 0, 0);
}

/** Pixels between the pictures of a sheet. */
const gap = 2;

/** Pictures in rows and columns, as many of both as there can be, in one PNG file. @param levels [count, ...shape] */
export async function sheetPng(levels: Uint8Array, shape: PictureShape): Promise<Uint8Array> {
  const size = sizeOf(shape);
  const count = levels.length / size;
  const columns = Math.ceil(Math.sqrt(count));
  const [width, height] = [shape.width + gap, shape.height + gap];
  const canvas = new OffscreenCanvas(Math.max(1, columns * width - gap), Math.max(1, Math.ceil(count / columns) * height - gap));
  const context = canvas.getContext('2d');
  for (let at = 0; at < count; at++) {
    const data = new ImageData(rgbaOf(levels.subarray(at * size, (at + 1) * size), shape), shape.width, shape.height);
    context?.putImageData(data, (at % columns) * width, Math.floor(at / columns) * height);
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
