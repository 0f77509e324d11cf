/** Where the overview's thumbnails lie: pure arithmetic, in CSS pixels from the grid's left top corner. */

import type { Rect } from '../shared/heatmap/renderer.ts';

export interface HeadPlace {
  /** Position of the site in the run's list, which is the row of the grid. */
  readonly row: number;
  readonly head: number;
}

export interface GridLayout {
  /** Side of a thumbnail. */
  readonly side: number;
  /** From one thumbnail to the next. */
  readonly pitch: number;
  /** From one line of them to the next. */
  readonly linePitch: number;
  /** Thumbnails a line. */
  readonly columns: number;
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
    linePitch: pitch,
    columns: heads,
    left: labelWidth,
    top: headerHeight,
    width: labelWidth + heads * pitch,
    height: headerHeight + layers * pitch,
  };
}

/** A caption under each thumbnail needs so much. */
const captionWidth = 84;
const captionHeight = 20;
const rankedGap = 8;

/** Thumbnails one after the other, with a caption under each, as many a line as the captions allow; `count` of them. */
export function layoutRanked(count: number, width: number): GridLayout {
  const columns = Math.max(1, Math.floor((width + rankedGap) / (captionWidth + rankedGap)));
  const room = (width - (columns - 1) * rankedGap) / columns;
  const side = Math.max(captionWidth, Math.min(largest, Math.floor(room / 4) * 4));
  const pitch = side + rankedGap;
  const linePitch = side + captionHeight + rankedGap;
  return {
    side,
    pitch,
    linePitch,
    columns,
    left: 0,
    top: 0,
    width: columns * pitch - rankedGap,
    height: Math.ceil(count / columns) * linePitch,
  };
}

/** First and one past the last row that shows, with `more` rows to either side. */
export function visibleRows(layout: GridLayout, count: number, scrollTop: number, height: number, more: number): readonly [number, number] {
  const first = Math.floor((scrollTop - layout.top) / layout.linePitch) - more;
  const last = Math.ceil((scrollTop + height - layout.top) / layout.linePitch) + more;
  return [Math.max(0, Math.min(count, first)), Math.max(0, Math.min(count, last))];
}

/** Texels to ask for a thumbnail of so many device pixels: in steps, so that a small change of width fetches nothing. */
export function thumbnailTexels(side: number, pixelRatio: number): number {
  return Math.min(256, Math.max(32, Math.ceil((side * pixelRatio) / 32) * 32));
}

/** The device pixels of the thumbnail at a line and column: its texels are as wide as high, the longer side fills its place. */
export function thumbnailTarget(
  { left, top, pitch, linePitch, side }: GridLayout,
  { row, head }: HeadPlace,
  texels: { readonly rows: number; readonly columns: number },
  scrolled: { readonly left: number; readonly top: number },
  pixelRatio: number,
): Rect {
  const scale = (side * pixelRatio) / Math.max(texels.rows, texels.columns);
  return {
    x: Math.round((left + head * pitch - scrolled.left) * pixelRatio),
    y: Math.round((top + row * linePitch - scrolled.top) * pixelRatio),
    width: Math.max(1, Math.round(scale * texels.columns)),
    height: Math.max(1, Math.round(scale * texels.rows)),
  };
}

/**
 * Where a key leads from a place, as in any grid of the web's (ARIA practices); null where it means nothing. `heads` is how many
 * each row has, `page` the rows that a page key skips.
 */
export function placeAfterKey(
  { row, head }: HeadPlace,
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
  heads: readonly number[],
  page: number,
): HeadPlace | null {
  const lastRow = heads.length - 1;
  const targets: Readonly<Record<string, readonly [row: number, head: number]>> = {
    ArrowLeft: [row, head - 1],
    ArrowRight: [row, head + 1],
    ArrowUp: [row - 1, head],
    ArrowDown: [row + 1, head],
    PageUp: [row - page, head],
    PageDown: [row + page, head],
    Home: [ctrlKey ? 0 : row, 0],
    End: [ctrlKey ? lastRow : row, Infinity],
  };
  const target = targets[key];
  if (!target) return null;
  const nextRow = Math.max(0, Math.min(lastRow, target[0]));
  return { row: nextRow, head: Math.max(0, Math.min((heads[nextRow] ?? 1) - 1, target[1])) };
}
