/** A figure as PNG. */

import { cssColour } from '../heatmap/colours.ts';
import { Renderer } from '../heatmap/renderer.ts';
import type { Figure, FigureText } from './figure.ts';

/** Pixels that a canvas may have, along a side and in all: browsers give up beyond. */
const longestSide = 16_384;
const mostPixels = 2 ** 27;

/** Pixels a CSS pixel: those asked for, or as many as a canvas takes. */
export function pixelsWithin({ width, height }: Pick<Figure, 'width' | 'height'>, asked: number): number {
  return Math.min(asked, longestSide / Math.max(width, height), Math.sqrt(mostPixels / (width * height)));
}

/** @param ratio pixels a CSS pixel */
export async function figurePng(figure: Figure, ratio: number): Promise<Uint8Array> {
  const scale = pixelsWithin(figure, ratio);
  const canvas = document.createElement('canvas');
  canvas.width = Math.round(figure.width * scale);
  canvas.height = Math.round(figure.height * scale);
  // Clears to the ground, and lays the maps on it as the page does.
  const renderer = new Renderer(canvas);
  renderer.setColours(figure.colours, scale);
  const place = (x: number, y: number, width: number, height: number) => {
    const [left, top] = [Math.round(x * scale), Math.round(y * scale)];
    return { x: left, y: top, width: Math.round((x + width) * scale) - left, height: Math.round((y + height) * scale) - top };
  };
  renderer.draw(figure.maps.map(({ x, y, width, height, picture, layer }) => ({ picture, layer, target: place(x, y, width, height) })));
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This page has no 2-D canvas.');
  context.scale(scale, scale);
  for (const { x, y, width, height, stops } of figure.ramps) {
    const gradient = context.createLinearGradient(x, 0, x + width, 0);
    stops.forEach((stop, index) => gradient.addColorStop(index / (stops.length - 1), cssColour(stop)));
    context.fillStyle = gradient;
    context.fillRect(x, y, width, height);
  }
  for (const { x, y, width, height } of figure.swatches) renderer.fillMasked(x, y, width, height);
  for (const text of figure.texts) write(context, text, figure);
  const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, 'image/png'));
  if (!blob)
    throw new Error(`A picture of ${canvas.width} x ${canvas.height} pixels is more than this page can make. Make the panel smaller.`);
  return new Uint8Array(await blob.arrayBuffer());
}

function write(
  context: CanvasRenderingContext2D,
  { text, x, y, size, font, bold, colour, anchor, upright }: FigureText,
  { fonts }: Figure,
): void {
  context.save();
  context.font = `${bold ? '600 ' : ''}${size}px ${fonts[font]}`;
  context.fillStyle = cssColour(colour);
  context.textAlign = anchor === 'middle' ? 'center' : anchor;
  context.translate(x, y);
  if (upright) context.rotate(-Math.PI / 2);
  context.fillText(text, 0, size * 0.35);
  context.restore();
}
