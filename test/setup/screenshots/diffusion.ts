/** Pictures of diffusion models. */

import type { Editor } from '../../editor/harness/editor.ts';
import { until } from '../../editor/harness/until.ts';
import { settle, type Scene } from './scene.ts';

export const ofDiffusion: Readonly<Record<string, Scene>> = { 'diffusion-plane': train };

/** A denoiser trained on a ring for 2,000 steps, its points half-way from noise to data. */
async function train(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Train a Diffusion Model in Two Dimensions');
  const frame = await editor.panelFrame('Diffusion Model in Two Dimensions');
  await frame.locator('.training-chart').first().waitFor();
  await frame.getByRole('combobox', { name: 'Speed' }).selectOption({ label: 'As fast as it can' });
  await frame.locator('vscode-toolbar-button[label^="Run"]').click();
  const step = async (): Promise<number> => Number((await frame.locator('.training-part .slider-value').innerText()).replace(/\D/g, ''));
  await until('it has learned', async () => (await step()) >= 2_000, 180_000);
  const pause = frame.locator('vscode-toolbar-button[label="Pause"]');
  await pause.click();
  await until('it has stopped', async () => !(await pause.isVisible()));
  const last = (await step()).toLocaleString('en-US');
  await until('it is measured', async () => (await frame.locator('.headline').innerText()).startsWith(`Step ${last}:`), 60_000);
  await frame.getByText('KL(data || flow)').waitFor({ timeout: 60_000 });
  await frame.locator('[aria-label="Order of convergence"] .training-key').waitFor({ timeout: 60_000 });
  await frame.getByRole('slider', { name: 'Noise to data' }).fill('22');
  await settle(editor);
}
