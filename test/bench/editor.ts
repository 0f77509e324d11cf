/** The budgets that only the real editor can show: activation, and the first picture after the command. */
import { join } from 'node:path';
import { openEditor } from '../editor/harness/editor.ts';
import { median, type Figure } from './report.ts';

export async function measureEditor(root: string): Promise<Figure[]> {
  const activations: number[] = [];
  const pictures: number[] = [];
  for (let round = 0; round < 3; round++) {
    const editor = await openEditor({ workspace: join(root, 'test', 'editor', 'workspace'), extensionDevelopmentPath: root });
    try {
      await editor.openFile('attention.py');
      const activation = await editor.evaluateInHost(async (vscode) => {
        const extension = vscode.extensions.getExtension('genlens.genlens');
        const began = performance.now();
        await extension?.activate();
        return performance.now() - began;
      });
      activations.push(activation);
      const began = performance.now();
      await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.explainAttention').then(() => undefined));
      const panel = await editor.panelFrame(/^Attention/);
      await panel.locator('.overview-row:not(.pending)').first().waitFor();
      pictures.push(performance.now() - began);
    } finally {
      await editor.dispose();
    }
  }
  return [
    { what: 'activation', value: median(activations), unit: 'ms', budget: 50, how: 'activate() in the extension host, 3 windows' },
    {
      what: 'Explain Attention, cold, command to first picture',
      value: median(pictures),
      unit: 'ms',
      budget: 1500,
      how: 'a fresh window of the VS Code server in Chromium, first layer drawn',
    },
  ];
}
