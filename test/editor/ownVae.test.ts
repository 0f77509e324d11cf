import { cp, mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { root } from '../setup/paths.ts';
import { closeEditors, openGenlens, problemsOf, reloadWindow, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { paletteRows, pick, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';
import { answer as answerStep, asked, choosePath } from './wizard.ts';

const addVae = 'Genlens: Add a VAE...';
const shots = process.env['GENLENS_SHOTS'];

describe('a VAE of the user’s own', () => {
  let editor: Editor;
  let models: string;
  const cleanUp: (() => Promise<unknown>)[] = [];

  beforeAll(async () => {
    models = path.join(await mkdtemp(path.join(tmpdir(), 'genlens-vaes-')), 'vaes');
    await cp(path.join(root, 'test/fixtures/vae-models'), models, { recursive: true });
    await mkdir(path.join(models, 'notes'));
    await writeFile(path.join(models, 'notes/notes.onnx'), 'These are notes, and no model.\n');
    const workspace = await workspaceOf({ 'text.txt': 'one\n' });
    editor = await openGenlens({ workspace: workspace.folder, settings: { 'files.simpleDialog.enable': true } });
    cleanUp.push(
      () => editor.dispose(),
      workspace.remove,
      () => rm(path.dirname(models), { recursive: true, force: true }),
    );
  });
  afterEach(async () => {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
    await editor.page.keyboard.press('Escape');
    await closeEditors(editor);
  });
  afterAll(async () => {
    for (const clean of cleanUp) await clean();
  });

  const shot = async (name: string): Promise<void> => {
    if (shots !== undefined) await editor.screenshot(path.join(shots, `${name}.png`));
  };
  const placeholder = (): Promise<string> => asked(editor);
  const answer = (question: RegExp, label: string): Promise<void> => answerStep(editor, question, label);
  const choose = (name: string): Promise<void> => choosePath(editor, path.join(models, name));

  async function chooseFile(name: string): Promise<void> {
    await answer(/Where does the model lie/, 'ONNX files…');
    await choose(name);
  }

  const latentPanel = async (): Promise<Frame> => {
    await editor.command('Genlens: Open Latent Space');
    const frame = await editor.panelFrame('Latent Space');
    await frame.getByRole('combobox', { name: 'Model' }).waitFor();
    return frame;
  };
  const samplingView = async (): Promise<Frame> => {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
    const frame = await editor.panelFrame(/^Sampling/);
    await frame.locator('.model.chosen').waitFor();
    return frame;
  };
  /** Chooses a model in the sampling view, whose page is made anew when it was hidden: it is looked for each time. */
  async function sampledBy(name: string): Promise<Frame> {
    return until(`${name} is chosen`, async () => {
      const view = await samplingView();
      const [chosen, listed] = [view.locator('.model.chosen'), view.locator('.model-list .model').filter({ hasText: name })];
      if ((await chosen.innerText()).includes(name)) return view;
      try {
        if ((await chosen.getAttribute('aria-expanded')) === 'false') await chosen.click({ timeout: 3_000 });
        await listed.click({ timeout: 3_000 });
      } catch {
        // It is tried again.
      }
      return undefined;
    });
  }
  const headline = (frame: Frame): Promise<string> => frame.locator('.headline').innerText();
  const saidOf = (frame: Frame, what: RegExp): Promise<unknown> =>
    until(`the headline matches ${String(what)}`, async () => what.test(await headline(frame)));

  async function openData(frame: Frame, name: string, kind: 'file' | 'folder'): Promise<void> {
    await frame.getByRole('combobox', { name: 'Data' }).selectOption('Other data…');
    await answer(/What holds the data/, kind === 'file' ? 'An array file…' : 'A folder of pictures…');
    await choose(name);
  }

  it('asks what its files leave open, back and forth, and says what was added', async () => {
    await editor.command(addVae);
    await shot('1-where');
    await chooseFile('unnamed/decoder.onnx');
    await until('the encoder is asked for', async () => /is a decoder alone\. Which file is its encoder/.test(await placeholder()));
    await shot('2-encoder');
    await pick(editor.page, 'encoder.onnx');
    await until('the spread is asked for', async () => (await placeholder()).startsWith('What is output_2 of the encoder?'));
    const [likely] = await editor.page.locator('.quick-input-list .monaco-list-row').allInnerTexts();
    expect(likely).toMatch(/^\s*the logarithm of the variance\s+Likely: it went down to -/);
    // Nothing that was negative is a variance or a deviation.
    expect(await editor.page.locator('.quick-input-list .monaco-list-row').count()).toBe(2);
    await shot('3-spread');
    await editor.page.keyboard.press('Enter');
    await until('the range is asked for', async () => /from black to white/.test(await placeholder()));
    await shot('4-range');
    await editor.page.locator('.quick-input-widget .codicon-quick-input-back').click();
    await answer(/What is output_2/, 'the logarithm of the variance');
    await answer(/from black to white/, '0 to 1');
    await answer(/Which distribution/, 'a Gaussian around it of a standard deviation that you state');
    await until('the deviation is asked for', async () => /Which standard deviation/.test(await placeholder()));
    await shot('5-deviation');
    await pick(editor.page, 'Another value…');
    await until('the list has given way to a field', async () => (await paletteRows(editor.page)).length === 0);
    const field = await quickInput(editor.page);
    await field.fill('-1');
    await editor.page.keyboard.press('Enter');
    await editor.page.getByText('Give a number above 0, such as 0.25; “-1” is none.').waitFor();
    await field.fill('0.25');
    await editor.page.keyboard.press('Enter');
    const said = await editor.notification(/unnamed was added/);
    expect(said).toMatch(/2 latent dimensions, pictures of 8 x 8 \(grey\), Gaussian of deviation 0\.25, 452 parameters\./);
    await shot('6-added');
  });

  it('is sampled, and its samples come again after a reload', async () => {
    let view = await sampledBy('unnamed');
    await view.locator('vscode-button[icon="play"]').click();
    await until('36 pictures are there', async () => (await view.locator('.picture:not(.waiting)').count()) === 36);
    await until('they are all', async () => /^36 samples/.test(await view.locator('.continuation-outcome').innerText()));
    await shot('7-sampled');
    await reloadWindow(editor);
    view = await until('the view is there', async () => samplingView().catch(() => undefined));
    expect(await view.locator('.model.chosen').innerText()).toContain('unnamed');
    await until('they are shown', async () => (await view.locator('.picture:not(.waiting)').count()) === 36);
  });

  it('opens in the latent space with pictures of other sizes', async () => {
    const frame = await latentPanel();
    await frame.getByRole('combobox', { name: 'Model' }).selectOption('unnamed');
    await frame
      .getByRole('alert')
      .filter({ hasText: /the model takes pictures of 8 x 8 \(grey\)/ })
      .waitFor();
    await shot('8-other-size');
    await openData(frame, 'data/pictures', 'folder');
    await saidOf(frame, /^12 items of pictures in 2 latent dimensions.*mean ELBO −?\d/);
    expect(await frame.getByText(/In 6 of 12 pictures .*scaled|In \d+ of 12 pictures/).count()).toBeGreaterThan(0);
    await shot('9-pictures');
  });

  it('is asked what it gives away by data that it was trained on and data that it was not', async () => {
    const frame = await latentPanel();
    await frame.getByRole('combobox', { name: 'Model' }).selectOption('unnamed');
    const part = frame.getByRole('region', { name: 'What it gives away' });
    const compare = part.getByRole('button', { name: 'Compare two data sets…' });
    await compare.click();
    await answer(/data that the model was trained on/, 'A folder of pictures…');
    await choose('data/pictures/large');
    await answer(/that it was not trained on/, 'A folder of pictures…');
    await choose('data/pictures/small');
    await part.getByText(/^As data, what it was trained on \(large\) and what it was not \(small\) .*; 6 items and 6\)\./).waitFor();
    await shot('9-two-data-sets');
    // Closed, it leaves what is there.
    await compare.click();
    await until('it is asked', async () => /was trained on/.test(await placeholder()));
    await editor.page.keyboard.press('Escape');
    await until('it has ended', async () => (await part.getByRole('status').count()) === 0);
    expect(await part.getByText(/^As data/).count()).toBe(1);
  });

  it('in one file with logits, added where it is chosen, removed there', async () => {
    const frame = await latentPanel();
    const select = frame.getByRole('combobox', { name: 'Model' });
    await select.selectOption('Add a model…');
    await chooseFile('both/vae.onnx');
    await answer(
      /Which distribution has each value, given recon_logits/,
      'Bernoulli, recon_logits being logits (a probability of black and white pictures alone)',
    );
    await editor.notification(/vae\.onnx was added: 3 latent dimensions, pictures of 8 x 8 \(grey\), Bernoulli of logits/);
    await until('it is chosen', async () => (await select.locator('option:checked').innerText()) === 'vae.onnx');
    await select.selectOption('Remove vae.onnx from the list');
    await until('it is gone', async () => !(await select.locator('option').allInnerTexts()).includes('vae.onnx'));
    await until('another is chosen', async () => /glyphs/i.test(await select.locator('option:checked').innerText()));
    expect((await stat(path.join(models, 'both/vae.onnx'))).isFile()).toBe(true);
  });

  it('of vectors comes from a folder, and takes labelled arrays; what does not fit is told', async () => {
    await editor.command(addVae);
    await answer(/Where does the model lie/, 'A folder…');
    await choose('vectors');
    await answer(/given x_mean and x_log_var/, 'a Gaussian, x_log_var being the logarithm of the variance');
    await editor.notification(/vectors was added: 2 latent dimensions, vectors of 5 numbers, Gaussian with a deviation of its own/);
    const frame = await latentPanel();
    await frame.getByRole('combobox', { name: 'Model' }).selectOption('vectors');
    await openData(frame, 'data/vectors.npz', 'file');
    await saidOf(frame, /^60 items of vectors\.npz in 2 latent dimensions.*mean ELBO −?\d/);
    expect(await frame.getByRole('combobox', { name: 'Colour of the points' }).locator('option').first().innerText()).toBe('Colour: label');
    const plot = frame.getByRole('application', { name: 'vectors.npz in the latent space' });
    await plot.focus();
    const told = frame.getByText(/^A bar for each number, from .* the line is 0\.$/);
    await until('a point is picked by key, and told of', async () => {
      await plot.press('Enter');
      return (await told.count()) > 0;
    });
    const bars = frame.getByRole('img', { name: 'from its mean' });
    await until('the vector is drawn as bars', () =>
      bars.evaluate((canvas: HTMLCanvasElement) => canvas.width === 45 && canvas.height === 48),
    );
    await shot('10-vectors');
    await openData(frame, 'data/vectors.npy', 'file');
    await saidOf(frame, /^60 items of vectors\.npy/);
    await openData(frame, 'data/parts.npz', 'file');
    await answer(/Which array of parts\.npz holds the data\?/, 'others');
    await saidOf(frame, /^20 items of parts\.npz#others/);
    await openData(frame, 'data/wide.npy', 'file');
    await frame
      .getByRole('alert')
      .filter({ hasText: /vectors of 7 numbers, of shape \[10, 7\]; the model takes vectors of 5 numbers/ })
      .waitFor();
    await openData(frame, 'data/pictures', 'folder');
    await frame
      .getByRole('alert')
      .filter({ hasText: /a folder gives pictures\. Give the data as a \.npy array of shape \[n, 5\]/ })
      .waitFor();
    await shot('11-vectors-refused');
    const view = await sampledBy('vectors');
    await view.locator('vscode-button[icon="play"]').click();
    await until('vectors are there', async () => (await view.locator('.picture:not(.waiting)').count()) === 36);
    await shot('12-vectors-sampled');
  });

  it.each([
    [
      'channels-last/decoder.onnx',
      { 'from black to white': '-1 to 1' },
      /channels-last was added: 3 latent dimensions, pictures of 8 x 6 \(3 channels\)/,
    ],
    [
      'halves/vae_decoder.onnx',
      { 'its second half': 'the logarithm of the variance', 'from black to white': '-1 to 1' },
      /halves was added: 32 latent dimensions, pictures of 8 x 8 \(3 channels\)/,
    ],
  ])('is added from %s with its encoder beside it', async (file, says, message) => {
    await editor.command(addVae);
    await chooseFile(file);
    await until('the encoder is asked for', async () => /Which file is its encoder/.test(await placeholder()));
    await editor.page.keyboard.press('Enter');
    for (const [question, label] of Object.entries(says)) await answer(new RegExp(question), label);
    await answer(/Which distribution/, 'None: show pictures, and no log-likelihood');
    await editor.notification(message);
  });

  it('may be a decoder alone', async () => {
    await editor.command(addVae);
    await chooseFile('decoder-alone/generator.onnx');
    await answer(/generator\.onnx is a decoder alone/, 'There is none');
    await answer(/given logits/, 'None: show pictures, and no log-likelihood');
    await editor.notification(/decoder-alone was added: 4 latent .* Without an encoder it is sampled alone\./);
  });

  it.each([
    ['whole/autoencoder.onnx', /autoencoder\.onnx was not added\. .*x \[batch, 1, 8, 8\].*Export the two apart/],
    ['notes/notes.onnx', /notes\.onnx was not added\. .*notes\.onnx.*ONNX/],
  ])('is not %s, and it is said why', async (file, message) => {
    await editor.command(addVae);
    await chooseFile(file);
    await editor.notification(message);
  });

  it('is listed where models are sampled, added from there, and removed there', async () => {
    const view = await samplingView();
    await view.locator('.model.chosen').click();
    await view.getByRole('button', { name: 'Add a model…' }).click();
    await answer(/What is added/, 'A VAE…');
    await chooseFile('both/vae.onnx');
    await answer(/Which distribution/, 'None: show pictures, and no log-likelihood');
    await until('it is chosen', async () => (await view.locator('.model.chosen').innerText()).includes('vae.onnx'));
    await shot('13-listed');
    await view.getByRole('button', { name: 'Remove vae.onnx' }).click();
    await until('it is gone', async () => !(await view.locator('.models').innerText()).includes('vae.onnx'));
    await view.getByRole('button', { name: /^Remove unnamed from the list/ }).click();
    await until('the other is gone', async () => !(await view.locator('.models').innerText()).includes('unnamed'));
    // The editor repeats each error that it notifies of in its console.
    expect((await problemsOf(editor)).filter((problem) => !/^console: .*was not added\./.test(problem))).toEqual([]);
  });
});

describe('in a workspace that is not trusted', () => {
  let editor: Editor;
  let remove: () => Promise<void>;
  beforeAll(async () => {
    const workspace = await workspaceOf({ 'text.txt': 'one\n' });
    remove = workspace.remove;
    const settings = { 'security.workspace.trust.startupPrompt': 'never' };
    editor = await openGenlens({ workspace: workspace.folder, trusted: false, settings });
  });
  afterAll(async () => {
    await editor.dispose();
    await remove();
  });

  it('no VAE is offered to be added', async () => {
    await editor.command('Genlens: Open Latent Space');
    const frame = await editor.panelFrame('Latent Space');
    const options = frame.getByRole('combobox', { name: 'Model' }).locator('option');
    await until('models are listed', async () => (await options.count()) > 0);
    expect(await options.allInnerTexts()).not.toContain('Add a model…');
    expect(await frame.getByRole('button', { name: 'Compare two data sets…' }).count()).toBe(0);
    await editor.page.keyboard.press('F1');
    await (await quickInput(editor.page)).fill('>Genlens: Open Latent');
    await until('commands are listed', async () => (await paletteRows(editor.page)).includes('Genlens: Open Latent Space'));
    await (await quickInput(editor.page)).fill('>Genlens: Add a VAE');
    await until('others are not', async () => !(await paletteRows(editor.page)).includes('Genlens: Open Latent Space'));
    expect(await paletteRows(editor.page)).not.toContain(addVae);
    expect(await problemsOf(editor)).toEqual([]);
  });
});
