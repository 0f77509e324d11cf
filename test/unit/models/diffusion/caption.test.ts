import { describe, expect, it } from 'vitest';
import { captionIds, charactersOf, stylesOf } from '../../../../src/models/diffusion/caption.ts';

const words = { words: ['<pad>', '<start>', 'A', 'b', '7', 'bold', 'mono'], length: 5 };

describe('a caption', () => {
  it('has its characters in order and each style at its own place', () => {
    expect([charactersOf(words), stylesOf(words)]).toEqual([
      ['A', 'b', '7'],
      ['bold', 'mono'],
    ]);
    expect(captionIds(words, '')).toEqual([1, 0, 0, 0, 0]);
    expect(captionIds(words, ' b  A ')).toEqual([1, 3, 2, 0, 0]);
    expect(captionIds(words, '7 7 mono')).toEqual([1, 4, 4, 0, 6]);
    expect(captionIds(words, 'A b mono bold')).toEqual([1, 2, 3, 5, 6]);
  });

  it('of other words is refused with the word', () => {
    for (const [text, wrong] of [
      ['A', /a character is missing/],
      ['A B', /"B" is none/],
      ['<start> b', /"<start>" is none/],
      ['A b bald', /"bald" is no style; there are bold, mono/],
      ['A bold', /"bold" is none/],
      ['A b 7', /"7" is no style/],
    ] as const)
      expect(() => captionIds(words, text)).toThrow(wrong);
  });
});
