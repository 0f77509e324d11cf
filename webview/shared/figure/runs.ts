/** A map as rectangles: neighbours in a row that have one colour are one, and what is as the ground is left away. */

import type { Rgb } from '../heatmap/colours.ts';
import type { Colours, Picture } from '../heatmap/renderer.ts';

export interface Run {
  row: number;
  column: number;
  length: number;
}

export interface ColouredRuns {
  /** By colour, 0xRRGGBB. */
  readonly coloured: ReadonlyMap<number, readonly Run[]>;
  readonly masked: readonly Run[];
  readonly count: number;
}

export function colouredRuns({ rows, columns, values }: Picture, layer: number, { table, ground }: Colours): ColouredRuns {
  const coloured = new Map<number, Run[]>();
  const masked: Run[] = [];
  const paper = colourNumber(ground);
  let count = 0;
  for (let row = 0; row < rows; row++) {
    const start = (layer * rows + row) * columns;
    let open: Run | null = null;
    let before: number | null = null;
    for (let column = 0; column < columns; column++) {
      const at = 4 * (values[start + column] ?? 0);
      const colour = table[at + 3] === 0 ? -1 : colourNumber([table[at] ?? 0, table[at + 1] ?? 0, table[at + 2] ?? 0]);
      if (open && colour === before) {
        open.length++;
        continue;
      }
      open = null;
      before = colour;
      if (colour === paper) continue;
      open = { row, column, length: 1 };
      count++;
      if (colour < 0) masked.push(open);
      else {
        const runs = coloured.get(colour) ?? [];
        runs.push(open);
        coloured.set(colour, runs);
      }
    }
  }
  return { coloured, masked, count };
}

const colourNumber = ([red, green, blue]: Rgb): number => (red << 16) | (green << 8) | blue;
