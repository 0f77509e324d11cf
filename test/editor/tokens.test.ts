import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import { callHost, nextResult, openGenlens, shownPanel, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';

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
  let removeWorkspace: () => Promise<void>;

  beforeAll(async () => {
    const { folder, remove } = await workspaceOf({ ...texts, 'edited.py': 'one = 1\ntwo = 2\nthree = 3\n' });
    removeWorkspace = remove;
    editor = await openGenlens({ workspace: folder });
  });
  afterAll(async () => {
    await editor.dispose();
    await removeWorkspace();
  });

  for (const [name, text] of Object.entries(texts)) {
    it(`select the exact text of every token of ${name}, and miss nothing`, async () => {
      await editor.openFile(name);
      await editor.command(explain);
      const panel = await shownPanel(editor, name);
      const { run } = await nextResult(panel, () => editor.command(explain));
      const tokens = run.tokens ?? [];
      const revealed = [];
      for (const [index] of tokens.entries()) revealed.push(await reveal(editor, panel, index));

      // Bytes of one character may be tokens of their own: each of them selects the whole character.
      let end = 0;
      for (const [index, token] of tokens.entries()) {
        const place = revealed[index]!;
        expect(text.slice(place.start, place.end)).toBe(place.text);
        if (!token.text.includes('\uFFFD')) expect([index, place.text]).toEqual([index, token.text]);
        expect(place.start).toBeLessThanOrEqual(end);
        end = Math.max(end, place.end);
      }
      expect(end).toBe(text.length);
      for (const { start, end: last } of revealed) expect([isBoundary(text, start), isBoundary(text, last)]).toEqual([true, true]);
    });
  }

  it('follow edits made since the run, and say which text is gone', async () => {
    await editor.openFile('edited.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'edited.py');
    const { run } = await nextResult(panel, () => editor.command(explain));
    const tokens = run.tokens ?? [];
    const [touched, after] = ['two', 'three'].map((word) => tokens.findIndex((token) => token.text.trim() === word)) as [number, number];
    await editor.evaluateInHost((vscode) =>
      vscode.window.activeTextEditor?.edit((edit) => edit.replace(new vscode.Range(1, 0, 1, 3), 'a longer name')),
    );
    expect((await reveal(editor, panel, after)).text.trim()).toBe('three');
    await callHost(panel, 'reveal', { token: touched });
    expect(await editor.notification(/was edited since the run/)).toMatch(/Run again/);
  });
});

/** Reveals a token as the panel does, and gives what is then selected in the editor. */
async function reveal(editor: Editor, panel: Frame, token: number): Promise<Revealed> {
  // A mark that no token selects, so that what is selected next was selected by the call.
  await editor.evaluateInHost((vscode) => {
    (globalThis as { revealed?: unknown }).revealed = undefined;
    const watch = vscode.window.onDidChangeTextEditorSelection(({ textEditor: { document }, selections: [selection] }) => {
      if (!selection) return;
      watch.dispose();
      const [start, end] = [document.offsetAt(selection.start), document.offsetAt(selection.end)];
      (globalThis as { revealed?: unknown }).revealed = { start, end, text: document.getText(selection) };
    });
  });
  await callHost(panel, 'reveal', { token });
  return until('the token is selected', () => editor.evaluateInHost(() => (globalThis as { revealed?: Revealed }).revealed ?? undefined));
}

/** Not inside a surrogate pair. */
const isBoundary = (text: string, offset: number): boolean =>
  !/[\uD800-\uDBFF]/.test(text[offset - 1] ?? '') || !/[\uDC00-\uDFFF]/.test(text[offset] ?? '');
