import { expect, it } from 'vitest';
import { problemsOf, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, shapes } from './onFiles.ts';

let editor: Editor;
editorOn({ 'shapes.py': shapes }, async (opened) => {
  editor = opened;
  await editor.openFile('shapes.py');
});

it('leads from the first step to a panel: each step has its picture, and the button explains the text', async () => {
  // Beside the text, with room for a picture beside the steps.
  await editor.page.setViewportSize({ width: 2_400, height: 1_200 });
  await editor.evaluateInHost((vscode) =>
    vscode.commands.executeCommand('workbench.action.openWalkthrough', 'genlens.genlens#start', true).then(() => undefined),
  );
  const page = editor.page.locator('.gettingStartedContainer');
  await page.getByText('Get Started with Genlens').first().waitFor();
  const steps = page.locator('.gettingStartedDetailsContent .getting-started-step');
  await expect.poll(() => steps.count()).toBeGreaterThan(5);
  // The picture of the step that is open, from the extension's own files.
  const picture = page.locator('.getting-started-media img').first();
  await picture.waitFor();
  expect(await picture.evaluate((image: HTMLImageElement) => image.decode().then(() => image.naturalWidth))).toBeGreaterThan(100);
  await page.getByRole('button', { name: 'Explain Attention', exact: true }).click();
  await shownPanel(editor, 'shapes.py');
  expect(await problemsOf(editor)).toEqual([]);
});
