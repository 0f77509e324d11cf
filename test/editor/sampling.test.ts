import type { Frame } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeEditors, inferenceProcess, problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn, shapes } from './onFiles.ts';

const command = 'Genlens: Continue Text at the Cursor';

describe('sampling', () => {
  let editor: Editor;
  const view = (): Promise<Frame> => editor.panelFrame(/^Sampling/);
  editorOn({ 'shapes.py': shapes, 'other.txt': 'one\n' }, async (opened) => {
    editor = opened;
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  beforeEach(async () => {
    await editor.openFile('shapes.py');
    await editor.evaluateInHost((vscode) => {
      const { activeTextEditor } = vscode.window;
      if (!activeTextEditor) throw new Error('no editor');
      const { document } = activeTextEditor;
      const end = document.lineAt(document.lineCount - 1).range.end;
      activeTextEditor.selection = new vscode.Selection(end, end);
    });
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const textOf = (): Promise<string> => editor.evaluateInHost((vscode) => vscode.window.activeTextEditor?.document.getText() ?? '');
  const runsIn = (frame: Frame): Promise<number> => frame.locator('.history-run').count();
  let sampled = 0;
  /** Continues the text at the cursor; the view, once all tokens of a run that was not there before are. */
  async function continued(): Promise<Frame> {
    await editor.command(command);
    const frame = await until('the view is there', async () => view().catch(() => undefined));
    await until('a new run is there', async () => (await runsIn(frame)) > sampled);
    await until('the text is continued', async () => (await frame.locator('.continuation-outcome').innerText()).includes('tokens,'));
    sampled = await runsIn(frame);
    return frame;
  }

  it('continues the text at the cursor with the bundled model, puts it there, and takes it back', async () => {
    const frame = await continued();
    expect(await frame.locator('.token').count()).toBe(64);
    expect(await frame.locator('.headline').innerText()).toMatch(/^64 tokens, expected at \d+\.\d\d bits each; the least expected is /);
    await frame.getByRole('button', { name: 'Insert at the cursor' }).click();
    const inserted = await until('the text stands in the document', async () => {
      const text = await textOf();
      return text.length > shapes.length && text;
    });
    expect(inserted.startsWith(shapes)).toBe(true);
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('undo'));
    await until('one undo takes it back', async () => (await textOf()) === shapes);
  });

  it('draws the same for the same seed, and goes on from another token', async () => {
    const frame = await continued();
    const tokens = (): Promise<string[]> => frame.locator('.token').allInnerTexts();
    const first = await tokens();
    await continued();
    expect(await tokens()).toEqual(first);
    await frame.locator('[data-token="4"]').click();
    await frame.locator('.alternatives .link').first().click();
    await until('there are two branches', async () => (await frame.locator('.branch').count()) === 2);
    await until('it has ended', async () => (await frame.locator('.continuation').getAttribute('aria-busy')) === 'false');
    const second = await tokens();
    expect(second.slice(0, 4)).toEqual(first.slice(0, 4));
    expect(second[4]).not.toBe(first[4]);
  });

  it('continues it also where its view was hidden', async () => {
    await continued();
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
    await until('the view is hidden', async () => !(await editor.page.locator('.sidebar').isVisible()));
    await continued();
  });

  it('opens the attention of the tokens that were drawn', async () => {
    const frame = await continued();
    await frame.locator('[data-token="10"]').click();
    await frame.getByRole('button', { name: 'Explain attention of this step' }).click();
    const panel = await shownPanel(editor, 'prompt');
    await panel.locator('.headline').waitFor();
  });

  it('keeps runs and settings over a reload', async () => {
    let frame = await continued();
    await frame.locator('summary').click();
    await frame.getByRole('slider', { name: 'Temperature' }).fill('1.2');
    const tokens = await frame.locator('.token').allInnerTexts();
    await reloadWindow(editor);
    // While the window comes up the view's page may be made anew: it is looked for each time.
    await expect
      .poll(
        async () =>
          view()
            .then(
              (found) => found.locator('.token').allInnerTexts(),
              () => [],
            )
            .catch(() => []),
        { timeout: 45_000 },
      )
      .toEqual(tokens);
    frame = await view();
    expect(await frame.getByRole('slider', { name: 'Temperature' }).inputValue()).toBe('1.2');
  });

  it('keeps what was drawn when the process of the model is killed, and says so', async () => {
    const frame = await continued();
    await frame.locator('summary').click({ trial: true });
    await frame.getByRole('slider', { name: 'Tokens' }).fill('512');
    // Looked for before: it takes a while, in which all tokens may have come.
    const inference = await inferenceProcess(editor);
    await editor.command(command);
    await until('some tokens are there', async () => {
      const busy = (await frame.locator('.continuation').getAttribute('aria-busy')) === 'true';
      return busy && (await frame.locator('.token').count()) > 3;
    });
    process.kill(inference, 'SIGKILL');
    await frame.getByRole('alert').waitFor();
    expect(await frame.locator('.continuation-outcome').innerText()).toMatch(/^Stopped after \d+ tokens\.$/);
    expect(await frame.locator('.token').count()).toBeGreaterThan(3);
  });
});
