import { describe, expect, it } from 'vitest';
import { Groups } from '../../../../../webview/attention/text/groups.ts';
import { removedText, shadingText, strongest, textSentence, type Shading } from '../../../../../webview/attention/text/words.ts';
import { plainText } from '../../../../../webview/attention/words.ts';

const text = 'x = 1\n  y = x\n';
const pieces = ['x', ' =', ' 1', '\n', '  y', ' =', ' x', '\n'];
let at = 0;
const spans = pieces.map((piece, id) => ({ id, text: piece, start: at, end: (at += piece.length) }));
const shading = (granularity: 'token' | 'line', values: number[], more: Partial<Shading> = {}): Shading => ({
  groups: Groups.of(granularity, text, spans),
  values: Float64Array.from(values),
  chosen: [6],
  direction: 'from',
  ...more,
});
const tokens = [0.5, 0.25, 0, 0, NaN, 0, 0.125, NaN];
const say = (of: Shading): string => plainText(textSentence('Layer 1, head 0', of, { text, firstLine: 10 }));

describe('what the text view says', () => {
  it('names what the chosen token attends to most, or what attends to it', () => {
    expect(say(shading('token', tokens))).toBe('Layer 1, head 0: ·x attends most to x (0.50)');
    expect(say(shading('token', tokens, { direction: 'to' }))).toBe('Layer 1, head 0: x attends most to ·x (0.50)');
    expect(say(shading('token', tokens, { chosen: [0] }))).toBe('Layer 1, head 0: x attends most to itself (0.50)');
  });

  it('counts several, and says that they are summed', () =>
    expect(say(shading('token', tokens, { chosen: [4, 6] }))).toBe('Layer 1, head 0: 2 tokens attend most to x (0.50, summed)'));

  it('names lines by their number in the file', () =>
    expect(say(shading('line', [0.5, 1], { chosen: [0] }))).toBe('Layer 1, head 0: line 10 x = 1 attends most to line 11 y = x (1.00)'));

  it('calls a line without anything blank', () => {
    const of = Groups.of('line', 'a\n\n', [
      { id: 0, text: 'a\n', start: 0, end: 2 },
      { id: 1, text: '\n', start: 2, end: 3 },
    ]);
    const blank = { groups: of, values: Float64Array.of(0.25, 0.75), chosen: [1], direction: 'from' } as const;
    expect(plainText(textSentence('Layer 1, head 0', blank, { text: 'a\n\n', firstLine: 1 }))).toBe(
      'Layer 1, head 0: line 2 (blank) attends most to itself (0.75)',
    );
  });

  it('says so where all is masked', () => {
    const masked = Array.from({ length: 8 }, () => NaN);
    expect(say(shading('token', masked))).toBe('Layer 1, head 0: ·x attends to nothing: all keys are masked');
    expect(say(shading('token', masked, { direction: 'to' }))).toBe('Layer 1, head 0: nothing attends to ·x: it is masked everywhere');
  });

  it('lists the strongest first, and what is masked or 0 not at all', () => {
    expect(strongest(shading('token', tokens), 2)).toEqual([0, 1]);
    expect(strongest(shading('token', tokens), 9)).toEqual([0, 1, 6]);
  });

  it('tells how the numbers come about', () => {
    const head = { kind: 'head', site: 0, head: 0 } as const;
    expect(shadingText('from', 'token', 1, head)).toBe('Shades: weights of the keys.');
    expect(shadingText('from', 'line', 2, head)).toBe(
      'Shades: weights summed over the tokens of each line (keys), averaged over the tokens of the chosen line (queries), summed over the 2 lines chosen.',
    );
    expect(shadingText('to', 'word', 1, head)).toBe(
      'Shades: weights averaged over the tokens of each word (queries), summed over the tokens of the chosen word (keys).',
    );
    expect(shadingText('from', 'token', 1, { kind: 'rollout', sites: [0] })).toContain('a heuristic');
    expect(shadingText('from', 'token', 1, { kind: 'max', heads: [] })).toContain('do not sum to 1');
    expect(removedText('from', 0.25)).toContain('It held 0.25 of the chosen rows’ weight.');
    expect(removedText('to', null)).not.toContain('held');
  });
});
