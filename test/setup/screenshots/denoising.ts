/** The picture of the panel of a diffusion model. */

import type { Editor } from '../../editor/harness/editor.ts';
import { until } from '../../editor/harness/until.ts';
import { settle, type Scene } from './scene.ts';

export const ofDenoising: Readonly<Record<string, Scene>> = { 'explore-diffusion': explore };

/** The bundled model's run on a caption, in its middle, with what its words are attended to from. */
async function explore(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Explore Diffusion');
  const frame = await editor.panelFrame('Diffusion');
  await frame.locator('.denoising-words').waitFor({ timeout: 60_000 });
  await frame.getByRole('radio', { name: 'Mean of all' }).check({ force: true });
  await frame
    .locator('.denoising-word')
    .filter({ hasText: /^\s*A\s*$/ })
    .click();
  await frame.getByRole('slider', { name: 'Evaluation' }).fill('14');
  await until('evaluation 15 is looked at', async () =>
    (await frame.locator('#denoising-moment').innerText()).includes('evaluation 15 of 25'),
  );
  await until('its map is there', async () =>
    ((await frame.locator('.denoising-attended').getAttribute('aria-label')) ?? '').startsWith('Where “A”'),
  );
  await settle(editor);
}
