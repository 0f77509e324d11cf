import type { Locator } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { problemsOf, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

describe('attention in the editor', () => {
  let editor: Editor;
  /** What decorations lay under the text of the file. */
  let paint: Locator;
  let status: Locator;
  editorOn({ 'shapes.py': shapes }, async (opened) => {
    editor = opened;
    paint = editor.page.locator('.editor-instance .view-overlays .cdr[class*="ced-"]');
    status = editor.page.locator('.statusbar-item', { hasText: 'Attention:' });
    await explainFile(editor, 'shapes.py');
  });

  const putCursor = (line: number, character: number): Promise<void> => editor.select({ start: [line, character], end: [line, character] });
  const says = (text: string): Promise<unknown> =>
    until(`the status bar says ${text}`, async () => (await status.count()) > 0 && (await status.innerText()).includes(text));

  it('shades what the token at the cursor attends to, and follows the cursor', async () => {
    await putCursor(4, 6);
    await says('Attention: return');
    await expect.poll(() => paint.count()).toBeGreaterThan(1);
    const first = await paint.count();
    await putCursor(0, 0);
    await says('Attention: def');
    // The first token has nothing to attend to but itself.
    await expect.poll(() => paint.count()).toBe(2);
    await putCursor(4, 6);
    await expect.poll(() => paint.count()).toBe(first);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('takes the head that is open in the panel, and tells its weight on hover', async () => {
    const panel = await shownPanel(editor, 'shapes.py');
    // Which head attends to the token before is the model's affair: any will do.
    await panel.locator('.thumbnail[data-row="1"][data-head="2"]').click();
    await panel.getByText(/Layer 1, head 2: /).waitFor();
    // The panel has the focus now.
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup'));
    await putCursor(1, 6);
    await says('Attention: return');
    const hover = editor.page.locator('.monaco-hover', { hasText: 'Layer 1, head 2.' }).first();
    const seen: string[] = [];
    const told = until('the hover tells the weight', async () => {
      // A line break is painted as well, and the query has a border: neither can be pointed at.
      for (const place of await paint.all()) {
        const box = await place.boundingBox().catch(() => null);
        if (box) await editor.page.mouse.move(box.x + box.width / 2, box.y + box.height / 2, { steps: 3 });
        await editor.page.waitForTimeout(1_000);
        seen.push(...(await editor.page.locator('.monaco-hover').allInnerTexts()));
        if (await hover.isVisible()) return true;
        await editor.page.mouse.move(0, 0);
      }
      return false;
    });
    await told.catch((error: unknown) => {
      throw new Error(`Hovers said: ${[...new Set(seen)].join(' | ')}`, { cause: error });
    });
    expect((await hover.innerText()).replaceAll('\u00a0', ' ')).toMatch(
      /[\d.]+: “.*return.*” \(token \d+\) attends to “.*” \(token \d+\)\. Layer 1, head 2\./s,
    );
  });

  it('takes the row that predicted the token when told to, and says so', async () => {
    await editor.command("Genlens: Shade by the Token's Row or the Row that Predicted It");
    await says('Attention: predicted by');
    await editor.command("Genlens: Shade by the Token's Row or the Row that Predicted It");
    await says('Attention: return');
  });

  it('is cleared by an edit, comes back when that is undone, and is turned off and on by a click', async () => {
    await editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.edit((edit) => edit.insert(new vscode.Position(1, 0), '# ')));
    await says('text edited since');
    await expect.poll(() => paint.count()).toBe(0);
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
    await putCursor(1, 6);
    await says('Attention: return');
    await expect.poll(() => paint.count()).toBeGreaterThan(0);
    await status.click();
    await says('Attention: off');
    await expect.poll(() => paint.count()).toBe(0);
    await status.click();
    await says('Attention: return');
  });

  it('ends with the panel', async () => {
    await editor.evaluateInHost(async (vscode) => {
      const tabs = vscode.window.tabGroups.all.flatMap((group) => group.tabs);
      await vscode.window.tabGroups.close(tabs.filter(({ label }) => label.startsWith('Attention: ')));
    });
    await expect.poll(() => status.count()).toBe(0);
    await expect.poll(() => paint.count()).toBe(0);
  });
});
