import { describe, expect, it } from 'vitest';
import { layoutGrid, thumbnailTexels, visibleRows } from '../../../../webview/attention/gridLayout.ts';

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
