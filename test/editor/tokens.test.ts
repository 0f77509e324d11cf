import { describe, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { callHost, nextResult } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn, explainFile } from './onFiles.ts';

const explain = 'Genlens: Explain Attention';

/** Text that is counted differently in bytes, code points, UTF-16 units, columns and lines. */
const texts: Readonly<Record<string, string>> = {
  'mixed.py': [
    '# 👩‍👩‍👧‍👦 family, 🙂 smile, é composed, e\u0301 not',
    'def grüße(שלום):\t# right to left: שלום עולם, مرحبا',
    '\treturn "日本語 \\t 🎉"\t\t# tabs\tbetween',
    '',
    "naïve = {'🐍': 1}",
    '',
  ].join('\r\n'),
  'mixed.txt': 'tabs\t\tand\tspaces   \n🙂🙂🙂\nעברית מעורבת with English and ١٢٣\n\u{1F1E9}\u{1F1EA} flag\nlast line without end',
};

interface Revealed {
  start: number;
  end: number;
  text: string;
}

describe('token spans', () => {
  let editor: Editor;
  editorOn({ ...texts, 'edited.py': 'one = 1\ntwo = 2\nthree = 3\n' }, (opened) => (editor = opened));

  for (const [name, text] of Object.entries(texts)) {
    it(`select the exact text of every token of ${name}, and miss nothing`, async () => {
      const panel = await explainFile(editor, name);
      const { run } = await nextResult(panel, () => editor.command(explain));
      const tokens = run.tokens ?? [];
      const revealed = [];
      for (const [index] of tokens.entries()) revealed.push(await reveal(editor, panel, index));

      // Bytes of one character may be tokens of their own, and halves of a CRLF: each of them selects the whole.
      let end = 0;
      for (const [index, token] of tokens.entries()) {
        const place = revealed[index]!;
        expect(text.slice(place.start, place.end)).toBe(place.text);
        if (!token.text.includes('\uFFFD') && !tearsLineBreak(text, token)) expect([index, place.text]).toEqual([index, token.text]);
        expect(place.start).toBeLessThanOrEqual(end);
        end = Math.max(end, place.end);
      }
      expect(end).toBe(text.length);
      for (const { start, end: last } of revealed) expect([isBoundary(text, start), isBoundary(text, last)]).toEqual([true, true]);
    });
  }

  it('follow edits made since the run, and say which text is gone', async () => {
    const panel = await explainFile(editor, 'edited.py');
    const { run } = await nextResult(panel, () => editor.command(explain));
    const tokens = run.tokens ?? [];
    const tokenAt = (offset: number): number => tokens.findIndex(({ start, end }) => start <= offset && offset < end);
    const [touched, after] = [tokenAt('one = 1\n'.length), tokenAt('one = 1\ntwo = 2\nthree ='.length)];
    const expected = tokens[after]!.text;
    await editor.evaluateInHost((vscode) =>
      vscode.window.activeTextEditor?.edit((edit) => edit.replace(new vscode.Range(1, 0, 1, 3), 'a longer name')),
    );
    expect(await reveal(editor, panel, after)).toMatchObject({
      text: expected,
      start: tokens[after]!.start + 'a longer name'.length - 'two'.length,
    });
    await callHost(panel, 'reveal', { token: touched });
    expect(await editor.notification(/was edited since the run/)).toMatch(/Run again/);
  });
});

/** Reveals a token as the panel does, and gives what is then selected in the editor. */
async function reveal(editor: Editor, panel: Frame, token: number): Promise<Revealed> {
  // No token is empty, so that what is selected after was selected by the call.
  await editor.select({ start: [0, 0], end: [0, 0] });
  await callHost(panel, 'reveal', { token });
  return until('the token is selected', async () => {
    const revealed = await editor.evaluateInHost((vscode) => {
      const active = vscode.window.activeTextEditor;
      if (!active || active.selection.isEmpty) return null;
      const { document, selection } = active;
      return { start: document.offsetAt(selection.start), end: document.offsetAt(selection.end), text: document.getText(selection) };
    });
    return revealed ?? undefined;
  });
}

const tearsLineBreak = (text: string, { start, end }: { start: number; end: number }): boolean =>
  [start, end].some((offset) => text.slice(offset - 1, offset + 1) === '\r\n');

/** Not inside a surrogate pair. */
const isBoundary = (text: string, offset: number): boolean =>
  !/[\uD800-\uDBFF]/.test(text[offset - 1] ?? '') || !/[\uDC00-\uDFFF]/.test(text[offset] ?? '');
