import type { FrameLocator, Frame } from 'playwright-core';
import { expect, it } from 'vitest';
import { problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

let editor: Editor;
editorOn({ 'shapes.py': shapes }, (opened) => (editor = opened));

type Panel = Frame | FrameLocator;
const captions = (panel: Panel): Promise<string[]> => panel.locator('.thumbnail-caption').allTextContents();

it('finds the head of the bundled model that attends to the token before, and says so in its first line', async () => {
  const panel = await explainFile(editor, 'shapes.py');
  await panel.getByLabel('Sort by').selectOption({ label: 'Previous token' });
  await panel.getByText(/^(\d+) of \1 heads$/).waitFor();
  const [best] = await captions(panel);
  expect(Number(best?.split(' ')[1])).toBeGreaterThan(0.8);
  const [, layer, head] = /^L(\d+)H(\d+) /.exec(best ?? '') ?? [];
  await panel.locator('.thumbnail').first().click();
  await panel
    .getByText(new RegExp(`Layer ${layer}, head ${head}: .*; such heads attend to the token just before \\(previous token`))
    .waitFor();
  await panel.locator('.plot').press('s');
  await panel.getByRole('button', { name: /^Previous token/ }).click();
  await panel.locator('.score-example').first().click();
  await panel.locator('.readout .codicon-pinned').waitFor();
  expect(await problemsOf(editor)).toEqual([]);
});

it('keeps the order and the list of scores over a reload', async () => {
  await reloadWindow(editor);
  const panel = await shownPanel(editor, 'shapes.py');
  await panel.getByRole('button', { name: /^Previous token/ }).waitFor();
  await panel.locator('.plot').press('Escape');
  await panel.getByText(/^(\d+) of \1 heads$/).waitFor();
  expect((await captions(panel)).length).toBeGreaterThan(1);
});
