/** Draws maps on a 2-D canvas: pictures, coloured through one table, are laid on it pixel by pixel. */

import { cssColour, type Rgb } from './colours.ts';

/** Half-precision bits, row-major, one map after the other. Its identity is what a renderer remembers it by. */
export interface Picture {
  readonly rows: number;
  readonly columns: number;
  readonly layers: number;
  readonly values: Uint16Array;
}

/** A rectangle: device pixels on the canvas. */
export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

/** One layer of a picture, stretched whole over a rectangle of device pixels. */
export interface Placement {
  readonly picture: Picture;
  readonly layer: number;
  readonly target: Rect;
}

export interface Colours {
  /** RGBA by half-precision bits (see `colourTable`). */
  readonly table: Uint8ClampedArray<ArrayBuffer>;
  readonly ground: Rgb;
  readonly masked: { readonly tone: Rgb; readonly hatch: Rgb };
  /** CSS pixels from one hatch line to the next; 0 leaves masked cells plain. */
  readonly hatchPeriod: number;
}

export class Renderer {
  readonly #context: CanvasRenderingContext2D;
  /** What is coloured already, by layer. */
  readonly #coloured = new Map<Picture, (HTMLCanvasElement | undefined)[]>();
  #colours: Colours | null = null;
  #masked: CanvasPattern | string = '';

  /** Throws where the canvas has no 2-D context. */
  constructor(canvas: HTMLCanvasElement) {
    this.#context = contextOf(canvas);
  }

  /** Without colours nothing is drawn. `pixelRatio` is device pixels a CSS pixel. */
  setColours(colours: Colours, pixelRatio: number): void {
    this.#colours = colours;
    this.#coloured.clear();
    this.#masked = this.#context.createPattern(hatchTile(colours, pixelRatio), 'repeat') ?? cssColour(colours.masked.tone);
  }

  /** Clears to the ground, then draws in order. */
  draw(placements: readonly Placement[]): void {
    if (!this.#colours) return;
    const context = this.#context;
    const table = new Uint32Array(this.#colours.table.buffer);
    context.imageSmoothingEnabled = false;
    context.fillStyle = cssColour(this.#colours.ground);
    context.fillRect(0, 0, context.canvas.width, context.canvas.height);
    context.fillStyle = this.#masked;
    for (const { picture, layer, target } of placements) {
      // Masked texels are transparent: what shows through is the hatch, which so lies still while the map moves.
      context.fillRect(target.x, target.y, target.width, target.height);
      context.drawImage(this.#layerOf(picture, layer, table), target.x, target.y, target.width, target.height);
    }
  }

  /** Fills a rectangle as masked cells are. */
  fillMasked(x: number, y: number, width: number, height: number): void {
    this.#context.fillStyle = this.#masked;
    this.#context.fillRect(x, y, width, height);
  }

  /** Frees what is kept for a picture. */
  forget(picture: Picture): void {
    this.#coloured.delete(picture);
  }

  #layerOf(picture: Picture, layer: number, table: Uint32Array): HTMLCanvasElement {
    const layers = this.#coloured.get(picture) ?? [];
    this.#coloured.set(picture, layers);
    return (layers[layer] ??= paint(picture, layer, table));
  }
}

/** A layer at its own size, a pixel a cell; masked cells are transparent. */
export function paintLayer(picture: Picture, layer: number, { table }: Colours): HTMLCanvasElement {
  return paint(picture, layer, new Uint32Array(table.buffer));
}

function paint(picture: Picture, layer: number, table: Uint32Array): HTMLCanvasElement {
  const { rows, columns, values } = picture;
  const image = new ImageData(columns, rows);
  const pixels = new Uint32Array(image.data.buffer);
  const start = layer * rows * columns;
  for (let index = 0; index < pixels.length; index++) pixels[index] = table[values[start + index] ?? 0] ?? 0;
  const canvas = sized(columns, rows);
  contextOf(canvas).putImageData(image, 0, 0);
  return canvas;
}

/** One period of the hatch. */
function hatchTile({ masked, hatchPeriod }: Colours, pixelRatio: number): HTMLCanvasElement {
  const side = Math.max(1, Math.round(hatchPeriod * pixelRatio));
  const canvas = sized(side, side);
  const context = contextOf(canvas);
  context.fillStyle = cssColour(masked.tone);
  context.fillRect(0, 0, side, side);
  if (hatchPeriod === 0) return canvas;
  context.fillStyle = cssColour(masked.hatch);
  const width = Math.max(1, Math.round(side / 8));
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) if ((x + y) % side < width) context.fillRect(x, y, 1, 1);
  }
  return canvas;
}

function sized(width: number, height: number): HTMLCanvasElement {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  return canvas;
}

function contextOf(canvas: HTMLCanvasElement): CanvasRenderingContext2D {
  const context = canvas.getContext('2d');
  if (!context) throw new Error('This page has no 2-D canvas.');
  return context;
}
