import { expect, it } from 'vitest';
import type { AttentionRun } from '../../../src/protocol/inference.ts';
import { relativeToWindow } from '../../../src/report/shownRun.ts';

it('gives tokens by offsets into the text that was run', () => {
  const tokens = [
    { id: 1, start: 6, end: 7, text: 'b' },
    { id: 2, start: 7, end: 9, text: '🙂' },
  ];
  const made = { window: { start: 6, end: 9, totalTokens: 4 }, tokens } as unknown as AttentionRun;
  const moved = relativeToWindow(made, { start: 6 });
  expect(moved.tokens?.map(({ start, end }) => 'b🙂'.slice(start, end))).toEqual(['b', '🙂']);
  expect(made.tokens?.[0]?.start).toBe(6);
});
