import { describe, expect, it } from 'vitest';
import { Groups } from '../../../../../webview/attention/text/groups.ts';
import { select, type Selection } from '../../../../../webview/attention/text/selection.ts';

/** Four groups: [0, 1], [2], [3, 4, 5], [6]. */
const groups = new Groups(
  'word',
  [[0, 1], [2], [3, 4, 5], [6]].map((tokens) => ({ tokens, start: 0, end: 0 })),
  7,
);
const start: Selection = { tokens: [2], anchor: 2, active: 2 };

describe('choosing groups', () => {
  it('takes one, and no other', () => expect(select(start, groups, 4, 'only')).toEqual({ tokens: [4], anchor: 4, active: 4 }));

  it('adds one and takes it away again, but never the last', () => {
    const two = select(start, groups, 5, 'toggle');
    expect(two).toEqual({ tokens: [2, 3], anchor: 5, active: 5 });
    expect(select(two, groups, 2, 'toggle').tokens).toEqual([3]);
    expect(select(start, groups, 2, 'toggle').tokens).toEqual([2]);
  });

  it('takes all from where it began, forwards and backwards', () => {
    const forwards = select(start, groups, 6, 'extend');
    expect(forwards).toEqual({ tokens: [2, 3, 6], anchor: 2, active: 6 });
    expect(select(forwards, groups, 0, 'extend')).toEqual({ tokens: [0, 2], anchor: 2, active: 0 });
  });
});
