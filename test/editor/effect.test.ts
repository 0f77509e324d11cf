import { expect, it } from 'vitest';
import { problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

let editor: Editor;
editorOn({ 'shapes.py': shapes }, (opened) => (editor = opened));

it('masks the edges of a query of the bundled model, one by one, and says what that does to the next token', async () => {
  const panel = await explainFile(editor, 'shapes.py');
  await panel.locator('.thumbnail[data-row="3"][data-head="1"]').click();
  const plot = panel.locator('.plot');
  await plot.press('Enter');
  await panel.locator('.readout-norm').waitFor();
  const [query = NaN] = ((await panel.locator('.readout').innerText()).match(/query (\d+)/) ?? []).slice(1).map(Number);
  await plot.press('e');
  await panel.getByLabel('Edges to mask').selectOption('16 strongest keys');
  await panel.getByRole('button', { name: 'Mask each edge' }).click();
  await panel
    .locator('.effect-lead')
    .getByText(/^Masking /)
    .waitFor();
  await panel.locator('.effect-running').waitFor({ state: 'detached' });
  const count = Math.min(16, query + 1);
  expect(await panel.locator('.scatter-point').count()).toBe(count);
  expect(await panel.getByText('Rank correlation').innerText()).toContain(`n = ${count}`);
  await panel.locator('.scatter-point').first().click();
  await panel.locator('.scatter-point[aria-pressed="true"]').waitFor();
  expect(await problemsOf(editor)).toEqual([]);
});

it('is open again after a reload, for the same query', async () => {
  const before = await (await shownPanel(editor, 'shapes.py')).locator('.effect-note').first().innerText();
  await reloadWindow(editor);
  const panel = await shownPanel(editor, 'shapes.py');
  await panel.getByRole('button', { name: 'Mask each edge' }).waitFor();
  expect(await panel.locator('.effect-note').first().innerText()).toBe(before);
});
