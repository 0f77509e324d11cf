/** Where the overview's thumbnails lie: pure arithmetic, in CSS pixels from the grid's left top corner. */

export interface GridLayout {
  /** Side of a thumbnail. */
  readonly side: number;
  /** From one thumbnail to the next. */
  readonly pitch: number;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  readonly height: number;
}

const gap = 4;
const smallest = 28;
const largest = 120;
const headerHeight = 20;

/** Thumbnails as large as the width allows, on the 4 px grid; where even the smallest are too many, the grid scrolls. */
export function layoutGrid(layers: number, heads: number, width: number, labelWidth: number): GridLayout {
  const room = (width - labelWidth) / Math.max(1, heads) - gap;
  const side = Math.max(smallest, Math.min(largest, Math.floor(room / 4) * 4));
  const pitch = side + gap;
  return {
    side,
    pitch,
    left: labelWidth,
    top: headerHeight,
    width: labelWidth + heads * pitch,
    height: headerHeight + layers * pitch,
  };
}

/** First and one past the last row that shows, with `more` rows to either side. */
export function visibleRows(layout: GridLayout, count: number, scrollTop: number, height: number, more: number): readonly [number, number] {
  const first = Math.floor((scrollTop - layout.top) / layout.pitch) - more;
  const last = Math.ceil((scrollTop + height - layout.top) / layout.pitch) + more;
  return [Math.max(0, Math.min(count, first)), Math.max(0, Math.min(count, last))];
}

/** Texels to ask for a thumbnail of so many device pixels: in steps, so that a small change of width fetches nothing. */
export function thumbnailTexels(side: number, pixelRatio: number): number {
  return Math.min(256, Math.max(32, Math.ceil((side * pixelRatio) / 32) * 32));
}
