import { readFileSync } from 'node:fs';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import {
  closeEditors,
  commandOnSelection,
  factsOf,
  nextResult,
  problemsOf,
  promptBox,
  selectCell,
  shownPanel,
  tokensOf,
} from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';

const explain = 'Genlens: Explain Attention';
const shortPython = 'def add(a, b):\n    return a + b\n\nprint(add(1, 2))\n';
const longPython = Array.from({ length: 4000 }, (_, i) => `value_${i} = compute(${i})\n`).join('');
const huge = 'The quick brown fox jumps over the lazy dog.\n'.repeat(120_000);

describe('Explain Attention', () => {
  let editor: Editor;
  const files = {
    'short.py': shortPython,
    'notes.md': '# Notes\n\nSome *text*.\n',
    'plain.txt': 'Plain text, nothing else.',
    'empty.py': '',
    'blank.py': '\n  \n',
    'long.py': longPython,
    'huge.txt': huge,
    'binary.dat': Uint8Array.from({ length: 4096 }, (_, i) => (i * 7) % 256),
    'notebook.ipynb': readFileSync(path.join(import.meta.dirname, 'workspace/notebook.ipynb')),
  };
  editorOn(files, (opened) => (editor = opened));
  afterEach(async () => {
    await closeEditors(editor);
  });

  it('explains the active file from the command palette, beside it, and leaves the focus in the file', async () => {
    await editor.openFile('short.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'short.py');
    expect(await editor.tabs()).toEqual(['short.py', 'Attention: short.py']);
    expect(await tokensOf(panel)).toBeGreaterThan(10);
    await expect.poll(() => panel.locator('.overview-row.pending').count()).toBe(0);
    const seen = await editor.evaluateInHost((vscode) => ({
      active: vscode.window.activeTextEditor?.document.fileName.split('/').at(-1),
      groups: vscode.window.tabGroups.all.length,
    }));
    expect(seen).toEqual({ active: 'short.py', groups: 2 });
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('explains from the context menu of the editor', async () => {
    await editor.openFile('plain.txt');
    await editor.page.locator('.editor-instance .view-line').first().click({ button: 'right' });
    const item = editor.page.locator('.monaco-menu .action-label', { hasText: /^Explain Attention$/ });
    await item.waitFor();
    // A menu does not listen to the mouse for a moment after it has opened.
    await until('the menu has taken the click', async () => {
      if (await item.isVisible()) await item.click({ timeout: 1_000 }).catch(() => undefined);
      return !(await item.isVisible());
    });
    await shownPanel(editor, 'plain.txt');
  });

  it('explains from the title bar of the editor', async () => {
    await editor.openFile('notes.md');
    await editor.page.locator('.editor-actions .action-label[aria-label^="Explain Attention"]').click();
    await shownPanel(editor, 'notes.md');
  });

  it('uses the same panel again for the same file, and another one for another file', async () => {
    await editor.openFile('short.py');
    await editor.command(explain);
    await shownPanel(editor, 'short.py');
    await editor.command(explain);
    await editor.openFile('plain.txt');
    await editor.command(explain);
    await shownPanel(editor, 'plain.txt');
    expect((await editor.tabs()).filter((tab) => tab.startsWith('Attention:')).sort()).toEqual([
      'Attention: plain.txt',
      'Attention: short.py',
    ]);
  });

  it('explains what is selected, and nothing else', async () => {
    await editor.openFile('short.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'short.py');
    await editor.select({ start: [1, 4], end: [1, 16] });
    const { run, subject, text } = await nextResult(panel, () => commandOnSelection(editor, explain));
    expect(text).toBe('return a + b');
    expect(run.tokens?.map(({ start, end }) => text.slice(start, end)).join('')).toBe(text);
    expect(subject).toMatchObject({ kind: 'selection', lines: { first: 2, last: 2, total: 5 }, windowed: false });
  });

  it('explains an untitled text', async () => {
    await editor.openUntitled('for x in range(10):\n    print(x)\n', 'python');
    await editor.command(explain);
    await shownPanel(editor, 'Untitled-1');
  });

  it('explains the active cell of a notebook', async () => {
    await editor.openFile('notebook.ipynb');
    await selectCell(editor, 2);
    await commandOnSelection(editor, explain);
    const panel = await shownPanel(editor, 'notebook.ipynb, cell 3');
    const { text } = await nextResult(panel, () => commandOnSelection(editor, explain));
    expect(text).toMatch(/^def softmax\(scores\):/);
  });

  it('asks for a prompt when nothing is open, and begins with the last one', async () => {
    await editor.command(explain);
    await (await promptBox(editor)).fill('once upon a time');
    await editor.page.keyboard.press('Enter');
    const panel = await shownPanel(editor, 'prompt');
    expect(await factsOf(panel)).not.toMatch(/lines|Explain here/);
    await closeEditors(editor);
    await editor.command(`${explain} of a Prompt...`);
    expect(await (await promptBox(editor)).inputValue()).toBe('once upon a time');
    await editor.page.keyboard.press('Escape');
  });

  it('says what to do about a text with nothing in it', async () => {
    for (const file of ['empty.py', 'blank.py']) {
      await editor.openFile(file);
      await editor.command(explain);
      const panel = await editor.panelFrame(`Attention: ${file}`);
      await panel.getByText(`${file} is empty. Write or paste some text into it and try again.`).waitFor();
    }
  });

  it('says that a binary file has no text, and offers a prompt', async () => {
    await editor.openFile('binary.dat');
    await editor.command(explain);
    expect(await editor.notification(/binary\.dat/)).toMatch(/binary/);
    await editor.page.locator('.notifications-toasts').getByRole('button', { name: 'Explain a Prompt…' }).click();
    await quickInput(editor.page);
    await editor.page.keyboard.press('Escape');
  });

  it('takes the window around the cursor of a long file, says which lines, and moves it with Explain here', async () => {
    await editor.openFile('long.py');
    await editor.select({ start: [2000, 3], end: [2000, 3] });
    await editor.command(explain);
    const panel = await shownPanel(editor, 'long.py');
    expect(linesOf(await factsOf(panel))).toSatisfy(([first, last, total]: number[]) => first! <= 2001 && last! >= 2001 && total === 4001);
    await editor.select({ start: [3990, 0], end: [3990, 0] });
    const { subject, text, run } = await nextResult(panel, () => panel.getByRole('button', { name: 'Explain here' }).click());
    expect(subject.windowed).toBe(true);
    expect(subject.lines).toMatchObject({ total: 4001 });
    expect(text).toContain('value_3990 = ');
    const { first, last } = subject.lines ?? { first: 0, last: 0 };
    const lines = longPython.split('\n');
    expect(lines.slice(first - 1, last).join('\n')).toContain(text.trim());
    expect(run.tokens?.length).toBeLessThanOrEqual(1024);
    expect(run.window?.totalTokens).toBeGreaterThan(run.tokens?.length ?? 0);
  });

  it('explains a file of 5 MB', async () => {
    await editor.openFile('huge.txt');
    await editor.select({ start: [60_000, 0], end: [60_000, 0] });
    await editor.command(explain);
    const panel = await shownPanel(editor, 'huge.txt');
    expect(linesOf(await factsOf(panel))).toSatisfy(
      ([first, last, total]: number[]) => first! <= 60_001 && last! >= 60_001 && total === 120_001,
    );
  });

  it('says when the text was edited since, and takes it back when the edit is undone', async () => {
    await editor.openFile('short.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'short.py');
    const stale = panel.getByText('The text was edited since.');
    await editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.edit((edit) => edit.insert(new vscode.Position(0, 4), 'x')));
    await stale.waitFor();
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
    await stale.waitFor({ state: 'detached' });
  });

  it('shows its log', async () => {
    await editor.command('Genlens: Show Log');
    await expect.poll(() => editor.page.locator('.part.panel').innerText()).toMatch(/output/i);
  });
});

/** "lines 1–78 of 113" as numbers. */
function linesOf(facts: string): number[] {
  return [...(/lines? ([\d,]+)(?:–([\d,]+))? of ([\d,]+)/.exec(facts) ?? []).slice(1)].map((digits) => Number(digits?.replaceAll(',', '')));
}
