/** Values over a part of the plane, drawn below the points: a colour a cell, flowing into each other. */

import type { Rgb } from '../heatmap/colours.ts';
import type { Projection } from './projection.ts';
import type { Box } from './viewport.ts';

export interface Field {
  readonly box: Box;
  readonly columns: number;
  readonly rows: number;
  /** At the middles of the cells [rows, columns], from the lowest row on; nothing is drawn where it is NaN. */
  readonly values: ArrayLike<number>;
  /** Values that have the first and the last colour; what lies beyond has these too. */
  readonly range: readonly [low: number, high: number];
  readonly ramp: readonly Rgb[];
}

export class FieldLayer {
  readonly element = document.createElement('canvas');
  readonly #cells = document.createElement('canvas');
  #box: Box | null = null;

  constructor() {
    this.element.className = 'points-field';
    this.element.setAttribute('aria-hidden', 'true');
  }

  show(field: Field | null): void {
    this.#box = field?.box ?? null;
    if (!field) return;
    const { columns, rows } = field;
    if (this.#cells.width !== columns || this.#cells.height !== rows) [this.#cells.width, this.#cells.height] = [columns, rows];
    this.#cells.getContext('2d')?.putImageData(new ImageData(coloured(field), columns, rows), 0, 0);
  }

  draw({ point, size }: Projection, pixelRatio: number): void {
    const { element } = this;
    const [width, height] = [Math.round(size.width * pixelRatio), Math.round(size.height * pixelRatio)];
    if (element.width !== width || element.height !== height) [element.width, element.height] = [width, height];
    const context = element.getContext('2d');
    if (!context) return;
    context.clearRect(0, 0, width, height);
    if (!this.#box) return;
    const [from, to] = [point(this.#box.left, this.#box.top), point(this.#box.right, this.#box.bottom)];
    context.imageSmoothingQuality = 'high';
    context.drawImage(this.#cells, from.x * pixelRatio, from.y * pixelRatio, (to.x - from.x) * pixelRatio, (to.y - from.y) * pixelRatio);
  }
}

/** RGBA of each cell [rows, columns], from the highest row on. */
export function coloured({ columns, rows, values, range: [low, high], ramp }: Omit<Field, 'box'>): Uint8ClampedArray<ArrayBuffer> {
  const bytes = new Uint8ClampedArray(4 * columns * rows);
  const factor = (ramp.length - 1) / (high - low || 1);
  for (let row = 0; row < rows; row++)
    for (let column = 0; column < columns; column++) {
      const value = values[(rows - 1 - row) * columns + column]!;
      if (Number.isNaN(value)) continue;
      const colour = ramp[Math.max(0, Math.min(ramp.length - 1, Math.round((value - low) * factor)))]!;
      bytes.set([...colour, 255], 4 * (row * columns + column));
    }
  return bytes;
}
