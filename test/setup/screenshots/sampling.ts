/** Pictures of sampling, of latent spaces and of a training. */

import type { Editor } from '../../editor/harness/editor.ts';
import { until } from '../../editor/harness/until.ts';
import { settle, type Scene } from './scene.ts';

export const ofSampling: Readonly<Record<string, Scene>> = {
  'sampling-text': continueText,
  'sampling-pictures': samplePictures,
  'sampling-gan': sampleGan,
  'sampling-diffusion': sampleDiffusion,
  'latent-space': openLatentSpace,
  'gan-glyphs': exploreGan,
  training: train,
};

/** A text continued at the cursor, gone on from another token, and the branches of both. */
async function continueText(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost((vscode) => {
    const { activeTextEditor } = vscode.window;
    if (!activeTextEditor) throw new Error('no editor');
    const line = activeTextEditor.document
      .getText()
      .split('\n')
      .findIndex((text) => text.includes('return mu + std'));
    const { end } = activeTextEditor.document.lineAt(line).range;
    activeTextEditor.selection = new vscode.Selection(end, end);
  });
  await widenSideBar(editor);
  await editor.command('Genlens: Continue Text at the Cursor');
  const frame = await until('the view is there', () => editor.panelFrame(/^Sampling/).catch(() => undefined));
  const ended = (): Promise<unknown> =>
    until('the text is continued', async () => (await frame.locator('.continuation[aria-busy="false"]').count()) === 1);
  await ended();
  await frame.locator('[data-token="6"]').click();
  await frame.locator('.alternatives .link').first().click();
  await ended();
  await frame.locator('[data-token="6"]').click();
  await frame.locator('.continuation').evaluate((element) => element.scrollIntoView());
  await settle(editor);
}

/** Samples of the prior, and around one of them. */
async function samplePictures(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await widenSideBar(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
  const frame = await until('the view is there', () => editor.panelFrame(/^Sampling/).catch(() => undefined));
  await frame.locator('.model.chosen').click();
  await frame.locator('.model-list .model').filter({ hasText: 'VAE of glyphs, 16' }).click();
  const sample = async (): Promise<void> => {
    await frame.locator('vscode-button[icon="play"]').click();
    await until('the samples are there', async () => (await frame.locator('.continuation[aria-busy="false"]').count()) === 1);
  };
  await sample();
  await frame.locator('.picture').nth(3).click();
  await frame.getByRole('button', { name: 'Sample around sample 3' }).click();
  await sample();
  await settle(editor);
}

/** Samples of a GAN, of one of which z is shown, and a walk between two. */
async function sampleGan(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await widenSideBar(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
  const frame = await until('the view is there', () => editor.panelFrame(/^Sampling/).catch(() => undefined));
  await frame.locator('.model.chosen').click();
  await frame.locator('.model-list .model').filter({ hasText: 'GAN of glyphs' }).click();
  const sample = async (): Promise<void> => {
    await frame.locator('vscode-button[icon="play"]').click();
    await until('the samples are there', async () => (await frame.locator('.continuation[aria-busy="false"]').count()) === 1);
  };
  await sample();
  await frame.locator('.picture').nth(3).click();
  await frame.locator('.noise').waitFor();
  await settle(editor);
}

/** Samples of a caption by two samplers, one guided, side by side from the same seeds. */
async function sampleDiffusion(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await widenSideBar(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
  const frame = await until('the view is there', () => editor.panelFrame(/^Sampling/).catch(() => undefined));
  await frame.locator('.model.chosen').click();
  await frame.locator('.model-list .model').filter({ hasText: 'Diffusion model of glyph pairs' }).click();
  const sample = async (runs: number): Promise<void> => {
    await frame.locator('vscode-button[icon="play"]').click();
    await until('it has begun', async () => (await frame.locator('.history-run').count()) === runs);
    await until('the samples are there', async () => (await frame.locator('.continuation[aria-busy="false"]').count()) === 1);
  };
  await frame.getByRole('textbox', { name: 'Caption' }).fill('A b');
  await frame.getByRole('button', { name: 'serif' }).click();
  await sample(1);
  await frame.getByRole('combobox', { name: 'Sampler' }).selectOption('DPM-Solver++, multistep');
  await frame.getByRole('slider', { name: 'Guidance' }).fill('4');
  await sample(2);
  await frame.locator('vscode-toolbar-button[icon="split-horizontal"]').click();
  await frame.locator('.runs.two').waitFor();
  await settle(editor);
}

/** Samples of the GAN of glyphs, measured against held-out fonts; one of them moved along two directions. */
async function exploreGan(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Explore GAN');
  const frame = await editor.panelFrame('GAN');
  await frame.locator('.gan-directions').waitFor({ timeout: 60_000 });
  await frame.locator('vscode-button', { hasText: 'Measure' }).click();
  await until('it is measured', async () => (await frame.locator('.gan-table').count()) === 1, 180_000);
  await frame.locator('.picture').nth(3).click();
  await frame.getByRole('slider', { name: 'Direction 1' }).fill('2');
  await frame.locator('.gan-side').evaluate((element) => element.scrollTo(0, 0));
  await settle(editor);
}

/** Held-out glyphs in two latent dimensions: one of them with its terms, log p(x) and the true posterior. */
async function openLatentSpace(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Open Latent Space');
  const frame = await editor.panelFrame('Latent Space');
  await frame.locator('.toolbar select').first().waitFor();
  await frame.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'VAE of glyphs, 2 dimensions' });
  const plot = frame.locator('.latent-plane .plot');
  await until('the points are there', async () => (await plot.isVisible()) && (await frame.locator('.busy').count()) === 0, 180_000);
  const box = await plot.boundingBox();
  if (!box) throw new Error('The plot is not on the screen.');
  await plot.click({ position: { x: box.width * 0.62, y: box.height * 0.47 } });
  await frame.getByRole('button', { name: 'Work log p(x) out' }).click();
  await until('log p(x) is worked out', async () => (await frame.locator('.latent-side').innerText()).includes('by quadrature'), 120_000);
  await frame.locator('.latent-side').evaluate((element) => element.scrollTo(0, 0));
  await settle(editor);
}

/** A VAE trained on a ring for 2,000 steps, all that is measured of it there. */
async function train(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.command('Genlens: Train a VAE in Two Dimensions');
  const frame = await editor.panelFrame('VAE in Two Dimensions');
  await frame.locator('.training-chart').waitFor();
  await frame.locator('vscode-toolbar-button[label^="Run"]').click();
  const step = async (): Promise<number> => Number((await frame.locator('.training-part .slider-value').innerText()).replace(/\D/g, ''));
  await until('it has learned', async () => (await step()) >= 2_000, 180_000);
  const pause = frame.locator('vscode-toolbar-button[label="Pause"]');
  await pause.click();
  await until('it has stopped', async () => !(await pause.isVisible()));
  await frame.locator('.training-note', { hasText: `At step ${(await step()).toLocaleString('en-US')}` }).waitFor({ timeout: 60_000 });
  await settle(editor);
}

async function widenSideBar(editor: Editor): Promise<void> {
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
  await editor.panelFrame(/^Sampling/);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  for (let step = 0; step < 4; step++)
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.decreaseViewWidth'));
}
