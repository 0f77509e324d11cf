import type { FrameLocator, Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn, explainFile } from './onFiles.ts';

const python = [
  'SCALE = 2',
  '',
  'class Box:',
  '    def area(self, width, height):',
  '        return width * height',
  '',
  'def volume(box, depth):',
  '    return box.area(SCALE, 3) * depth',
  '',
].join('\n');

let editor: Editor;
editorOn({ 'boxes.py': python, 'notes.md': '# One\n\nfirst\n\n# Two\n\nsecond first\n' }, (opened) => (editor = opened));

type Panel = Frame | FrameLocator;
const choose = (panel: Panel, title: string, label: string): Promise<unknown> =>
  panel.locator(`select[title="${title}"]`).selectOption({ label });
const rows = async (panel: Panel): Promise<[string, number][]> => {
  await panel.locator('.group-list[aria-busy=false]').waitFor();
  const all = await panel.locator('.group-list tbody tr').all();
  return Promise.all(
    all.map(async (row): Promise<[string, number]> => [
      (await row.locator('th').innerText()).trim(),
      Number(await row.locator('.number').innerText()),
    ]),
  );
};

it('shades the text by the mean of all heads: lines share out what one line attends to', async () => {
  const panel = await explainFile(editor, 'boxes.py');
  await panel.getByRole('tab', { name: 'Text' }).click();
  await panel
    .locator('.headline')
    .filter({ hasText: /^Mean of all 24 heads: / })
    .waitFor();
  await choose(panel, 'Looked at by', 'Lines');
  await panel.locator('.headline').filter({ hasText: 'line 8' }).waitFor();
  const lines = await rows(panel);
  expect(lines.reduce((sum, [, weight]) => sum + weight, 0)).toBeCloseTo(1, 2);
  // Causal: a line attends to itself and to those before it.
  expect(lines.every(([name]) => /^line [1-8] /.test(name))).toBe(true);
});

it('takes functions and classes from the text itself where no language support names them, and from the editor where it does', async () => {
  const panel = await shownPanel(editor, 'boxes.py');
  await choose(panel, 'Looked at by', 'Functions, classes');
  await panel.getByText('read from the text as Python').waitFor();
  const names = (await rows(panel)).map(([name]) => name);
  expect(names).toEqual(expect.arrayContaining(['function volume (lines 7–8)', 'method area (lines 4–5)']));

  await editor.openFile('notes.md');
  await editor.command('Genlens: Explain Attention');
  const notes = await shownPanel(editor, 'notes.md');
  await notes.getByRole('tab', { name: 'Text' }).click();
  await choose(notes, 'Looked at by', 'Functions, classes');
  await notes.getByText('those of the editor’s language support').waitFor();
  expect((await rows(notes)).some(([name]) => name.includes('Two'))).toBe(true);
  expect(await problemsOf(editor)).toEqual([]);
});

it('shows what is chosen in the editor, and comes back after a reload with map, direction and choice', async () => {
  const panel = await explainFile(editor, 'boxes.py');
  await choose(panel, 'Looked at by', 'Tokens');
  await choose(panel, 'Layer', 'All layers');
  await choose(panel, 'Head', 'Rollout');
  await choose(panel, 'Direction', 'Attended by');
  await panel
    .locator('.headline')
    .filter({ hasText: /^Rollout through 6 layers, a heuristic: / })
    .waitFor();
  const token = panel.locator('.token').nth(9);
  const written = (await token.innerText()).replace('·', ' ');
  await panel.locator('.group-list[aria-busy=false]').waitFor();
  // While the page settles the text may move between aiming and clicking.
  await until('the token is selected in the editor', async () => {
    await token.dblclick();
    await editor.page.waitForTimeout(500);
    return editor.evaluateInHost(
      (vscode, text) => vscode.window.activeTextEditor?.document.getText(vscode.window.activeTextEditor.selection) === text,
      written,
    );
  });
  await reloadWindow(editor);
  const again = await shownPanel(editor, 'boxes.py');
  await again
    .locator('.headline')
    .filter({ hasText: /^Rollout through 6 layers, a heuristic: / })
    .waitFor();
  expect(await again.locator('select[title="Direction"]').inputValue()).toBe('Attended by');
  expect(await again.locator('.token').nth(9).getAttribute('aria-selected')).toBe('true');
  expect(await problemsOf(editor)).toEqual([]);
});
