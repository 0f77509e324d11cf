import { expect, it } from 'vitest';
import { problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

let editor: Editor;
editorOn({ 'shapes.py': shapes }, (opened) => (editor = opened));

it('shows the formula of a cell with the numbers of the run, which agree with those in double precision', async () => {
  const panel = await explainFile(editor, 'shapes.py');
  await panel.locator('.thumbnail[data-row="3"][data-head="1"]').click();
  await panel.getByText(/Layer 3, head 1: /).waitFor();
  await panel.locator('.plot').press('f');
  const residual = panel.locator('.formula-residual');
  await residual.waitFor();
  const [weights, output] = [...(await residual.innerText()).matchAll(/\d(?:\.\d+)?(?:e-\d+)?(?= in )/g)].map(([number]) => Number(number));
  expect(weights).toBeLessThan(1e-5);
  expect(output).toBeLessThan(1e-4);
  const cards = await panel.locator('.formula-card').allInnerTexts();
  expect(cards.join('\n')).toMatch(/\b64\b.* within ±/);
  await panel.getByRole('button', { name: /square root/i }).click();
  await panel
    .getByText(/variance/i)
    .first()
    .waitFor();
  expect(await problemsOf(editor)).toEqual([]);
});

it('keeps the formula and its open steps over a reload', async () => {
  await reloadWindow(editor);
  const panel = await shownPanel(editor, 'shapes.py');
  await panel.getByText(/Layer 3, head 1: /).waitFor();
  await panel.locator('.formula-residual').waitFor();
  expect(await panel.getByRole('button', { name: /square root/i }).getAttribute('aria-expanded')).toBe('true');
});
