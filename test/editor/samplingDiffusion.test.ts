import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { root } from '../setup/paths.ts';
import { closeEditors, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn, shapes } from './onFiles.ts';
import { choosePath } from './wizard.ts';

let own: string;
beforeAll(async () => {
  own = await mkdtemp(path.join(tmpdir(), 'genlens-diffusion-'));
  await cp(path.join(root, 'test/fixtures/diffusion-models'), path.join(own, 'pipelines'), { recursive: true });
});
afterAll(() => rm(own, { recursive: true, force: true }));

describe('sampling diffusion models', () => {
  let editor: Editor;
  editorOn({ 'shapes.py': shapes }, async (opened) => {
    editor = opened;
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    // The editor's own dialog: the desktop's is none of the window.
    await editor.evaluateInHost((vscode) =>
      vscode.workspace.getConfiguration().update('files.simpleDialog.enable', true, vscode.ConfigurationTarget.Global),
    );
  });
  beforeEach(() => editor.openFile('shapes.py'));
  afterEach(async () => {
    await closeEditors(editor);
    // The editor writes what it tells of a failure to its console too.
    expect((await problemsOf(editor)).filter((problem) => !/^console: .*was not added\./.test(problem))).toEqual([]);
  });

  const view = async (): Promise<Frame> => {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
    return until('the view is there', async () => editor.panelFrame(/^Sampling/).catch(() => undefined));
  };
  const headline = (frame: Frame): Promise<string> => frame.locator('.headline').innerText();
  async function choose(frame: Frame, title: string): Promise<void> {
    const chosen = frame.locator('.model.chosen');
    if (!(await chosen.innerText()).includes(title)) {
      await chosen.click();
      await frame.locator('.model-list .model').filter({ hasText: title }).click();
    }
    await until('what it has is known', async () =>
      (await frame.getByRole('combobox', { name: 'Sampler' }).innerText()).includes('The model’s own: '),
    );
  }
  async function sample(frame: Frame): Promise<void> {
    await frame.locator('vscode-button[icon="play"]').click();
    await until(
      'the samples are there',
      async () => /evaluations?\./.test(await frame.locator('.continuation-outcome').innerText()),
      60_000,
    );
  }

  it('draws what a terminal draws with the settings that were copied, and keeps it over a reload', async () => {
    let frame = await view();
    await choose(frame, 'Diffusion model of glyph pairs');
    await frame.getByRole('textbox', { name: 'Caption' }).fill('G 7');
    await frame.getByRole('button', { name: 'bold' }).click();
    await frame.getByRole('combobox', { name: 'Sampler' }).selectOption('Euler ancestral');
    await frame.getByRole('spinbutton', { name: 'Steps' }).fill('6');
    await editor.page.keyboard.press('Enter');
    await frame.getByRole('slider', { name: 'Guidance' }).fill('2');
    await frame.getByRole('slider', { name: 'Samples' }).fill('3');
    await sample(frame);
    expect(await headline(frame)).toBe(
      '3 samples of Diffusion model of glyph pairs, told “G 7 bold”, 6 steps of Euler ancestral, guidance 2, seeds 1 to 3.',
    );
    await frame.getByRole('button', { name: 'Copy the settings of this run' }).click();
    const settings = await until('they are on the clipboard', async () => {
      const text = await editor.evaluateInHost((vscode) => vscode.env.clipboard.readText());
      return text.includes('"diffusion-glyphs"') && text;
    });
    await writeFile(path.join(own, 'settings.json'), settings);
    const cli = [path.join(root, 'dist/cli.js'), 'sample', 'diffusion-glyphs', '--settings', path.join(own, 'settings.json')];
    await promisify(execFile)(process.execPath, [...cli, '--out', path.join(own, 'out')]);
    await frame.getByRole('button', { name: 'Save the numbers as .npy' }).click();
    const saved = path.join(own, 'saved.npy');
    const field = editor.page.locator('.quick-input-widget input.input');
    await until('the dialog is open', async () => (await field.isVisible()) && (await field.inputValue()).startsWith('/'));
    await until('the dialog has the name', async () => {
      if ((await field.inputValue()) !== saved) await field.fill(saved);
      await editor.page.waitForTimeout(300);
      return (await field.inputValue()) === saved;
    });
    await editor.page.keyboard.press('Enter');
    await editor.notification(/Saved saved\.npy/);
    expect(await readFile(saved)).toEqual(await readFile(path.join(own, 'out/samples.npy')));

    await reloadWindow(editor);
    // While the window comes up the view's page may be made anew: it is looked for each time.
    await expect
      .poll(
        () =>
          view()
            .then((found) => headline(found))
            .catch(() => ''),
        { timeout: 45_000 },
      )
      .toContain('3 samples of Diffusion model of glyph pairs, told “G 7 bold”');
    frame = await view();
    expect(await frame.locator('.picture.waiting').count()).toBe(0);
    expect(await frame.getByRole('textbox', { name: 'Caption' }).inputValue()).toBe('G 7 bold');
  });

  it('says which word of a caption is none', async () => {
    const frame = await view();
    await choose(frame, 'Diffusion model of glyph pairs');
    await frame.getByRole('textbox', { name: 'Caption' }).fill('G 7 gothic');
    await frame.locator('vscode-button[icon="play"]').click();
    await frame.getByRole('alert').filter({ hasText: '"gothic" is no style; there are bold, italic, serif, mono.' }).waitFor();
    await frame.getByRole('textbox', { name: 'Caption' }).fill('G 7');
  });

  it('adds a folder of the user’s own, samples it, and takes it off the list', async () => {
    await editor.command('Genlens: Add a Diffusion Model...');
    await choosePath(editor, path.join(own, 'pipelines/classes'));
    expect(await editor.notification(/classes was added/)).toContain(
      'told one of 1,000 classes, pictures of 16 x 16 (3 channels) from latents of 8 x 8 x 4',
    );
    const frame = await view();
    await choose(frame, 'classes');
    await frame.getByRole('combobox', { name: 'Class' }).selectOption({ index: 5 });
    await frame.getByRole('spinbutton', { name: 'Steps' }).fill('3');
    await editor.page.keyboard.press('Enter');
    await sample(frame);
    expect(await headline(frame)).toMatch(/^\d+ samples of classes, told class 5/);
    const { width } = await frame
      .locator('.picture')
      .first()
      .evaluate((canvas) => ({ width: (canvas as HTMLCanvasElement).width }));
    expect(width).toBe(16);
    await frame.locator('.model.chosen').click();
    await frame.getByRole('button', { name: 'Remove classes' }).click();
    await until('it is gone', async () => !(await frame.locator('.models').innerText()).includes('classes'));
  });

  it('does not add one that is wrong, and says what is wrong with which file', async () => {
    const broken = path.join(own, 'pipelines/unconditional/scheduler/scheduler_config.json');
    const config = JSON.parse(await readFile(broken, 'utf8')) as Record<string, unknown>;
    await writeFile(broken, JSON.stringify({ ...config, beta_schedule: 'sideways' }));
    await editor.command('Genlens: Add a Diffusion Model...');
    await choosePath(editor, path.join(own, 'pipelines/unconditional'));
    const message = await editor.notification(/unconditional was not added/);
    expect(message).toContain('scheduler_config.json: beta_schedule ("sideways")');
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  });
});
