/** The budgets that only the real editor can show: activation, and the first picture after the command. */
import { join } from 'node:path';
import { openEditor, type Editor } from '../editor/harness/editor.ts';
import { median, type Figure } from './report.ts';

/** Milliseconds to load the extension's code and to activate it, as the editor has them: without the wait for its turn in a new window. */
async function activationOf(editor: Editor, name: string): Promise<number> {
  // The list shows as many rows as there is room for.
  await editor.page.setViewportSize({ width: 1280, height: 4000 });
  await editor.command('Developer: Show Running Extensions');
  const row = editor.page.locator('.runtime-extensions-editor .monaco-list-row', { has: editor.page.getByText(name, { exact: true }) });
  const found = /Activation: (\d+)ms/.exec(await row.first().innerText());
  if (!found) throw new Error(`The editor lists no activation time of ${name}.`);
  return Number(found[1]);
}

export async function measureEditor(root: string): Promise<Figure[]> {
  const activations: number[] = [];
  const pictures: number[] = [];
  for (let round = 0; round < 3; round++) {
    const editor = await openEditor({ workspace: join(root, 'test', 'editor', 'workspace'), extensionDevelopmentPath: root });
    try {
      await editor.openFile('attention.py');
      // A new window activates extensions of its own, which no first picture should wait for.
      await editor.evaluateInHost((vscode) => vscode.extensions.getExtension('genlens.genlens')?.activate());
      // About 512 tokens, which the budget is for.
      await editor.select({ start: [0, 0], end: [38, 0] });
      const began = performance.now();
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.explainAttention').then(() => undefined));
      const panel = await editor.panelFrame(/^Attention/);
      await panel.locator('.overview-row:not(.pending)').first().waitFor();
      pictures.push(performance.now() - began);
      activations.push(await activationOf(editor, 'Genlens'));
    } finally {
      await editor.dispose();
    }
  }
  return [
    {
      what: 'activation',
      value: median(activations),
      unit: 'ms',
      budget: 50,
      how: 'loading the code and activate(), by the editor’s own clock, 3 windows',
    },
    {
      what: 'Explain Attention, cold, command to first picture',
      value: median(pictures),
      unit: 'ms',
      budget: 1500,
      how: 'a fresh window of the VS Code server in Chromium, about 512 tokens, first layer drawn',
    },
  ];
}
