import { describe, expect, it } from 'vitest';
import { drawnBetween, shapeOfItem } from '../../../src/protocol/pictures.ts';

describe('an item as a picture', () => {
  it('is a vector’s one row with the level of 0, or the picture that it is', () => {
    const vector = { kind: 'vector', length: 5 } as const;
    expect(shapeOfItem(vector, { low: -1, high: 3 })).toEqual({ channels: 1, height: 1, width: 5, zero: 64 });
    expect(shapeOfItem(vector)).toMatchObject({ zero: 0 });
    expect(shapeOfItem({ kind: 'image', channels: 3, height: 1, width: 5 }, { low: -1, high: 3 })).toEqual({
      channels: 3,
      height: 1,
      width: 5,
    });
  });

  it('is drawn in its range, or, a vector, between what was seen', () => {
    const range = { low: 0, high: 1 };
    expect(drawnBetween({ range })).toEqual(range);
    expect(drawnBetween({ range, drawn: { low: -4, high: 9 } })).toEqual({ low: -4, high: 9 });
  });
});
