/** Pictures as canvases show them. */

import { barChart, type Colour } from './bars.ts';
import type { PictureShape } from '../../../src/protocol/pictures.ts';

export const sizeOf = ({ channels, height, width }: PictureShape): number => channels * height * width;

/**
 * RGBA of a picture: one channel as grey, three as colour, a fourth as opacity; of other numbers of channels the first as grey.
 *
 * @param levels [channels, height, width], 256 levels
 */
function rgbaOf(levels: Uint8Array, { channels, height, width }: PictureShape): Uint8ClampedArray<ArrayBuffer> {
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

/** Draws a picture, a pixel of the canvas for each of its own; a vector as bars. */
export function paint(canvas: HTMLCanvasElement, levels: Uint8Array, shape: PictureShape): void {
  const image = imageOf(levels, shape);
  canvas.width = image.width;
  canvas.height = image.height;
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}

function imageOf(levels: Uint8Array, shape: PictureShape): ImageData {
  if (shape.zero === undefined) return new ImageData(rgbaOf(levels, shape), shape.width, shape.height);
  const { width, height, rgba } = barChart(levels, shape.zero, barColour());
  return new ImageData(rgba, width, height);
}

/** The theme's; it stays legible on every ground. */
function barColour(): Colour {
  const named = getComputedStyle(document.documentElement).getPropertyValue('--vscode-charts-blue').trim();
  const hex = /^#([\da-f]{2})([\da-f]{2})([\da-f]{2})/i.exec(named);
  return hex ? [parseInt(hex[1]!, 16), parseInt(hex[2]!, 16), parseInt(hex[3]!, 16)] : [55, 148, 255];
}

/** Pixels between the pictures of a sheet. */
const gap = 2;

/** Pictures in rows and columns, as many of both as there can be, in one PNG file. @param levels [count, ...shape] */
export async function sheetPng(levels: Uint8Array, shape: PictureShape): Promise<Uint8Array> {
  const size = sizeOf(shape);
  const count = levels.length / size;
  const columns = Math.ceil(Math.sqrt(count));
  const first = imageOf(levels.subarray(0, size), shape);
  const [width, height] = [first.width + gap, first.height + gap];
  const canvas = new OffscreenCanvas(Math.max(1, columns * width - gap), Math.max(1, Math.ceil(count / columns) * height - gap));
  const context = canvas.getContext('2d');
  for (let at = 0; at < count; at++) {
    const data = imageOf(levels.subarray(at * size, (at + 1) * size), shape);
    context?.putImageData(data, (at % columns) * width, Math.floor(at / columns) * height);
  }
  return new Uint8Array(await (await canvas.convertToBlob({ type: 'image/png' })).arrayBuffer());
}
