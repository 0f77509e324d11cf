import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { problemsOf, openGenlens, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { fileOf, hoversAt } from './longFile.ts';

describe('a file of 10,000 lines', () => {
  let editor: Editor;
  const cleanUp: (() => Promise<unknown>)[] = [];
  const code = fileOf(10_000);
  beforeAll(async () => {
    const workspace = await workspaceOf({ 'long.py': code });
    cleanUp.push(workspace.remove);
    // Enter ends a line, whatever is suggested by then.
    editor = await openGenlens({ workspace: workspace.folder, settings: { 'editor.acceptSuggestionOnEnter': 'off' } });
    cleanUp.push(() => editor.dispose());
  });
  afterAll(async () => {
    for (const clean of cleanUp.reverse()) await clean();
  });

  it('is written in, and formulas are shown on hover', async () => {
    await editor.openFile('long.py');
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.view.extension.genlens'));
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
    // The list takes the focus when it opens, which may be later than the command ends.
    await editor.page
      .locator('.editor-group-container .monaco-editor .view-lines')
      .first()
      .click({ position: { x: 60, y: 8 } });
    // At its beginning, so that every offset is another one with each key. By a key too, so that it comes before those that follow.
    await editor.page.keyboard.press('Control+Home');
    const typed = 'import math as m';
    await editor.page.keyboard.type(`${typed}\n`, { delay: 30 });
    const textOf = () => editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.document.getText() ?? '');
    await until('what was typed is there', async () => (await textOf()) === `${typed}\n${code}`);

    const written = ['', '', 'def loss(mu, logvar):', 'return -0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp())'];
    await editor.page.keyboard.press('Control+End');
    await editor.page.keyboard.type(written.join('\n'), { delay: 30 });
    const line = `${typed}\n${code}`.split('\n').length + written.length - 2;
    const hovers = await until('the hover of what was written is there', async () => {
      const texts = await hoversAt(editor, line, 20);
      return texts.length > 0 && texts;
    });
    expect(hovers.join()).toContain('KL of a diagonal Gaussian');
    expect(await problemsOf(editor)).toEqual([]);
  });
});
