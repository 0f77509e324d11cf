import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import path from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import type { Frame } from 'playwright-core';
import {
  closeEditors,
  commandOnSelection,
  factsOf,
  inferenceProcess,
  inferenceProcesses,
  nextResult,
  problemsOf,
  promptBox,
  reloadWindow,
  selectCell,
  shownPanel,
} from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { paletteRows, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';

const explain = 'Genlens: Explain Attention';

/** A stopped process does nothing and answers nothing, so what is asked of it is surely under way. */
const freeze = (pid: number): boolean => process.kill(pid, 'SIGSTOP');

describe('the life of a panel', () => {
  let editor: Editor;
  const files = {
    'one.py': 'def one():\n    return 1\n',
    'two.py': 'import os\n\nprint(os.getcwd())\n',
    'notebook.ipynb': readFileSync(path.join(import.meta.dirname, 'workspace/notebook.ipynb')),
  };
  editorOn(files, (opened) => (editor = opened));
  afterEach(async () => {
    await closeEditors(editor);
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  });

  /** A panel that shows a run, and a second run under way in a process that will not end it. */
  async function frozenRun(): Promise<{ panel: Frame; pid: number }> {
    await editor.openFile('one.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'one.py');
    await expect.poll(() => panel.locator('.overview-row.pending').count()).toBe(0);
    const pid = await inferenceProcess(editor);
    freeze(pid);
    await editor.command(explain);
    await panel.getByRole('button', { name: 'Cancel' }).waitFor();
    return { panel, pid };
  }

  it('cancels a run from the panel, keeps the picture before it, and runs again after', async () => {
    const { panel, pid } = await frozenRun();
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
    expect(await panel.locator('.thumbnail').count()).toBeGreaterThan(0);
    await until('the process has ended', async () => !(await inferenceProcesses(editor)).includes(pid));
    await editor.command(explain);
    expect(await inferenceProcess(editor)).not.toBe(pid);
    await shownPanel(editor, 'one.py');
  });

  it('cancels a run from the notification that long work shows', async () => {
    const { panel } = await frozenRun();
    await editor.notification(/Explaining one\.py/);
    await editor.page.locator('.notifications-toasts').getByRole('button', { name: 'Cancel' }).click();
    await panel.getByRole('button', { name: 'Cancel' }).waitFor({ state: 'detached' });
  });

  it('cancels while the model is loaded, and says that it was cancelled', async () => {
    for (const pid of await inferenceProcesses(editor)) process.kill(pid, 'SIGKILL');
    await until('no process is left', async () => (await inferenceProcesses(editor)).length === 0);
    await editor.openFile('two.py');
    await editor.command(explain);
    const pid = await inferenceProcess(editor);
    freeze(pid);
    const panel = await editor.panelFrame('Attention: two.py');
    await panel.getByRole('button', { name: 'Cancel' }).click();
    await panel.getByText('Cancelled.').waitFor();
    await until('the process has ended', async () => !(await inferenceProcesses(editor)).includes(pid));
    await panel.getByRole('button', { name: 'Try again' }).click();
    await shownPanel(editor, 'two.py');
  });

  it('says that the process was killed in the middle of a run, and starts a fresh one on Retry', async () => {
    const host = await editor.hostProcess();
    const { panel, pid } = await frozenRun();
    process.kill(pid, 'SIGKILL');
    expect(await editor.notification(/killed \(SIGKILL\)/)).toMatch(/the next request starts a new/i);
    await panel.getByText(/killed \(SIGKILL\)/).waitFor();
    expect(await panel.locator('.thumbnail').count()).toBeGreaterThan(0);
    await editor.page.locator('.notifications-toasts').getByRole('button', { name: 'Retry' }).click();
    await panel.getByText(/killed \(SIGKILL\)/).waitFor({ state: 'detached' });
    expect(await inferenceProcess(editor)).not.toBe(pid);
    expect(await editor.hostProcess()).toBe(host);
  });

  it('tells once of a process that served several panels', async () => {
    for (const name of ['one.py', 'two.py']) {
      await editor.openFile(name);
      await editor.command(explain);
      await shownPanel(editor, name);
    }
    process.kill(await inferenceProcess(editor), 'SIGKILL');
    await editor.notification(/killed \(SIGKILL\)/);
    // Both panels were told in the turn that made the notification.
    expect(await editor.page.locator('.notification-toast').filter({ hasText: 'SIGKILL' }).count()).toBe(1);
  });

  it('makes a result again when its process has ended and more of it is asked for', async () => {
    await editor.openFile('one.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'one.py');
    await expect.poll(() => panel.locator('.overview-row.pending').count()).toBe(0);
    const pid = await inferenceProcess(editor);
    process.kill(pid, 'SIGKILL');
    expect(await editor.notification(/killed \(SIGKILL\)/)).toMatch(/made again/);
    await panel.locator('.thumbnail').nth(1).click();
    await panel.getByText(/Layer 0, head 1: .* attends most to/).waitFor();
    expect(await inferenceProcess(editor)).not.toBe(pid);
  });

  it('goes on with the file that an untitled text is saved to', async () => {
    await editor.openUntitled('x = 1\ny = x + 1\n', 'python');
    await editor.command(explain);
    await shownPanel(editor, 'Untitled-1');
    await editor.command('File: Save');
    const field = await quickInput(editor.page);
    await until('the file dialog shows the workspace', async () => (await paletteRows(editor.page)).includes('one.py'));
    const target = path.join(editor.workspace, 'saved.py');
    await until('the file dialog has the path', async () => {
      if ((await field.inputValue()) === target) return true;
      await field.fill(target);
      return false;
    });
    await editor.page.keyboard.press('Enter');
    await until('the text is saved', async () => (await editor.tabs()).includes('saved.py'));
    const panel = await shownPanel(editor, 'saved.py');
    await panel.getByText('How ').filter({ hasText: 'saved.py' }).waitFor();
    await editor.select({ start: [1, 0], end: [1, 9] });
    const { subject, text } = await nextResult(panel, () => panel.getByRole('button', { name: 'Explain here' }).click());
    expect(subject).toMatchObject({ kind: 'selection', title: 'saved.py' });
    expect(text).toBe('y = x + 1');
  });

  it('restores panels with what was chosen in them after a reload of the window', async () => {
    await editor.openFile('two.py');
    await editor.command(explain);
    const panel = await shownPanel(editor, 'two.py');
    await panel.locator('.thumbnail[data-row="2"][data-head="3"]').click();
    await panel.getByText(/Layer 2, head 3: /).waitFor();
    await panel.getByRole('combobox', { name: 'Colour scale' }).selectOption({ label: 'Log' });
    await panel.getByRole('button', { name: 'Zoom in' }).click();
    await reloadWindow(editor);
    const restored = await shownPanel(editor, 'two.py');
    await restored.getByText(/Layer 2, head 3: /).waitFor();
    expect(await restored.getByRole('combobox', { name: 'Colour scale' }).locator('option:checked').textContent()).toBe('Log');
    expect(await factsOf(restored)).toContain('lines 1–3 of 4');
    // The panel knows its editor again.
    await restored.getByRole('button', { name: 'Explain here' }).click();
    await restored.getByText(/Layer 2, head 3: /).waitFor();
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('restores the panel of a prompt and of a notebook cell', async () => {
    await editor.openFile('notebook.ipynb');
    await selectCell(editor, 2);
    await commandOnSelection(editor, explain);
    await shownPanel(editor, 'notebook.ipynb, cell 3');
    await reloadWindow(editor);
    await shownPanel(editor, 'notebook.ipynb, cell 3');
    await closeEditors(editor);
    await editor.command(explain);
    await (await promptBox(editor)).fill('one two three');
    await editor.page.keyboard.press('Enter');
    await shownPanel(editor, 'prompt');
    await reloadWindow(editor);
    await shownPanel(editor, 'prompt');
  });

  it('says that a file changed while the window was closed, and shows it as it is now', async () => {
    await editor.openFile('two.py');
    await editor.command(explain);
    await shownPanel(editor, 'two.py');
    await writeFile(path.join(editor.workspace, 'two.py'), 'a = 1\nb = 2\nc = 3\nd = 4\ne = 5\n');
    await reloadWindow(editor);
    const restored = await shownPanel(editor, 'two.py');
    expect(await factsOf(restored)).toContain('lines 1–5 of 6');
    await restored.getByText('two.py changed while the window was closed: this is its text as it is now.').waitFor();
    await editor.command(explain);
    await restored.getByText('changed while the window was closed').waitFor({ state: 'detached' });
  });
});
