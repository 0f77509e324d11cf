/** Pictures of GANs. */

import type { Editor } from '../../editor/harness/editor.ts';
import { until } from '../../editor/harness/until.ts';
import { settle, type Scene } from './scene.ts';

export const ofGans: Readonly<Record<string, Scene>> = { gan: train };

/** A GAN trained on a ring for 2,000 steps, and all that is measured of it there. */
async function train(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Train a GAN in Two Dimensions');
  const frame = await editor.panelFrame('GAN in Two Dimensions');
  await frame.locator('.training-chart').first().waitFor();
  await frame.locator('vscode-toolbar-button[label^="Run"]').click();
  const step = async (): Promise<number> => Number((await frame.locator('.training-part .slider-value').innerText()).replace(/\D/g, ''));
  await until('it has learned', async () => (await step()) >= 2_000, 180_000);
  const pause = frame.locator('vscode-toolbar-button[label="Pause"]');
  await pause.click();
  await until('it has stopped', async () => !(await pause.isVisible()));
  const last = (await step()).toLocaleString('en-US');
  await until('it is measured', async () => (await frame.locator('.headline').innerText()).startsWith(`Step ${last},`), 60_000);
  await frame.locator('.training-note', { hasText: `Step ${last}: The largest eigenvalue` }).waitFor({ timeout: 120_000 });
  await settle(editor);
}
