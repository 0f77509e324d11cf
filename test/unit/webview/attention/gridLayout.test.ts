import { describe, expect, it } from 'vitest';
import { layoutGrid, placeAfterKey, thumbnailTarget, thumbnailTexels, visibleRows } from '../../../../webview/attention/gridLayout.ts';

describe('the grid of thumbnails', () => {
  it.each([300, 500, 640, 1400])('fills a width of %d px without leaving it, on the 4 px grid', (width) => {
    const layout = layoutGrid(6, 8, width, 28);
    expect(layout.width).toBeLessThanOrEqual(width);
    expect(layout.side % 4).toBe(0);
  });

  it('scrolls rather than shrinking thumbnails beyond recognition', () => {
    const layout = layoutGrid(48, 32, 300, 36);
    expect(layout.side).toBe(28);
    expect(layout.width).toBeGreaterThan(300);
  });

  it('knows the rows that show', () => {
    const layout = layoutGrid(48, 32, 300, 36);
    expect(visibleRows(layout, 48, 0, 200, 0)).toEqual([0, 6]);
    expect(visibleRows(layout, 48, 320, 200, 0)).toEqual([9, 16]);
    expect(visibleRows(layout, 48, 320, 200, 2)).toEqual([7, 18]);
    expect(visibleRows(layout, 5, 0, 2000, 2)).toEqual([0, 5]);
  });

  it('asks for texels in steps', () => {
    expect([28, 64, 68, 120].map((side) => thumbnailTexels(side, 1))).toEqual([32, 64, 96, 128]);
    expect(thumbnailTexels(120, 3)).toBe(256);
  });
});

describe('placeAfterKey', () => {
  const heads = [4, 2, 4, 4, 4];
  const after = (row: number, head: number, key: string, ctrlKey = false): readonly [number, number] | null => {
    const place = placeAfterKey({ row, head }, { key, ctrlKey }, heads, 2);
    return place && [place.row, place.head];
  };

  it('moves as in any grid and stays at its edges', () => {
    expect(after(2, 1, 'ArrowRight')).toEqual([2, 2]);
    expect(after(2, 3, 'ArrowRight')).toEqual([2, 3]);
    expect(after(0, 0, 'ArrowLeft')).toEqual([0, 0]);
    expect(after(0, 2, 'ArrowUp')).toEqual([0, 2]);
    expect(after(1, 0, 'PageDown')).toEqual([3, 0]);
    expect(after(1, 0, 'PageUp')).toEqual([0, 0]);
    expect(after(2, 2, 'Home')).toEqual([2, 0]);
    expect(after(2, 2, 'Home', true)).toEqual([0, 0]);
    expect(after(1, 0, 'End')).toEqual([1, 1]);
    expect(after(1, 0, 'End', true)).toEqual([4, 3]);
    expect(after(1, 0, 'x')).toBeNull();
  });

  it('takes the last head of a row that has fewer', () => {
    expect(after(0, 3, 'ArrowDown')).toEqual([1, 1]);
  });
});

describe('thumbnailTarget', () => {
  it('fills its place with the longer side and leaves no texel without a pixel', () => {
    const layout = layoutGrid(4, 4, 640, 32);
    const scrolled = { left: 10, top: 20 };
    const at = (rows: number, columns: number): ReturnType<typeof thumbnailTarget> =>
      thumbnailTarget(layout, { row: 2, head: 1 }, { rows, columns }, scrolled, 2);
    const { side, pitch, left, top } = layout;
    const corner = { x: (left + pitch - 10) * 2, y: (top + 2 * pitch - 20) * 2 };
    expect(at(64, 64)).toEqual({ ...corner, width: side * 2, height: side * 2 });
    expect(at(7, 64)).toEqual({ ...corner, width: side * 2, height: Math.round((side * 2 * 7) / 64) });
    expect(at(64, 7)).toEqual({ ...corner, width: Math.round((side * 2 * 7) / 64), height: side * 2 });
    expect(at(1, 256).height).toBe(1);
  });
});
