import { describe, expect, it } from 'vitest';
import { shortTokenLabel, tokenLabel } from '../../../webview/shared/tokenLabel.ts';

describe('token labels', () => {
  it.each([
    [' return', '·return'],
    ['        ', '········'],
    ['\n', '↵'],
    ['\r\n', '␍↵'],
    ['\tx', '⇥x'],
    ['\u0000\u001b', '␀␛'],
    ['a b', 'a b'],
    ['x  ', 'x··'],
    ['', '∅'],
    ['👩\u200d💻', '👩\u200d💻'],
    ['\u200d', '⟨200D⟩'],
    ['\u202ecod', '⟨202E⟩cod'],
    ['\u2066a\u2069', '⟨2066⟩a⟨2069⟩'],
    ['שלום', 'שלום'],
    ['\ufffd', '\ufffd'],
  ])('%j is written %s', (text, label) => expect(tokenLabel(text)).toBe(label));

  it('counts long runs and cuts long words between characters', () => {
    expect(shortTokenLabel(' '.repeat(12))).toBe('·×12');
    expect(shortTokenLabel(' '.repeat(4))).toBe('····');
    expect(shortTokenLabel('x'.repeat(5000))).toBe(`${'x'.repeat(23)}…`);
    expect(shortTokenLabel('👩‍💻'.repeat(30), 4)).toBe(`${'👩‍💻'.repeat(3)}…`);
  });
});
