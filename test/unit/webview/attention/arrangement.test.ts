import { describe, expect, it } from 'vitest';
import { Arrangement } from '../../../../webview/attention/arrangement.ts';
import { layoutRanked } from '../../../../webview/attention/gridLayout.ts';

const captioned = (row: number, head: number) => ({ row, head, caption: `L${row}H${head}`, spoken: '' });

describe('the order of the overview', () => {
  it('by layer has a line a layer', () => {
    const arrangement = Arrangement.byLayer([2, 3]);
    expect(arrangement.lengths).toEqual([2, 3]);
    expect(arrangement.slotOf({ row: 1, head: 2 })).toEqual({ row: 1, head: 2 });
    expect(arrangement.slotOf({ row: 0, head: 2 })).toBeNull();
    expect(arrangement.layersOf([1, 0])).toEqual([1, 0]);
    expect(arrangement.captionOf({ row: 0, head: 0 })).toBeNull();
  });

  it('by score has them one after the other, and finds each where it stands', () => {
    const arrangement = Arrangement.ranked([captioned(3, 1), captioned(0, 0), captioned(3, 0)], 2);
    expect(arrangement.lengths).toEqual([2, 1]);
    expect(arrangement.slotOf({ row: 3, head: 0 })).toEqual({ row: 1, head: 0 });
    expect(arrangement.placeAt({ row: 0, head: 1 })).toMatchObject({ row: 0, head: 0 });
    expect(arrangement.placeAt({ row: 1, head: 1 })).toBeNull();
    expect(arrangement.slotOf({ row: 1, head: 1 })).toBeNull();
    expect(arrangement.layersOf([0, 1])).toEqual([3, 0]);
    expect(arrangement.captionOf({ row: 3, head: 1 })?.caption).toBe('L3H1');
  });
});

it.each([80, 200, 300, 641, 1400])('heads in their order fill a width of %d px without leaving it', (width) => {
  const layout = layoutRanked(40, width);
  expect(layout.columns).toBeGreaterThanOrEqual(1);
  if (width >= 84) expect(layout.width).toBeLessThanOrEqual(width);
  expect(layout.side).toBeGreaterThanOrEqual(84);
  expect(layout.height).toBe(Math.ceil(40 / layout.columns) * layout.linePitch);
});
