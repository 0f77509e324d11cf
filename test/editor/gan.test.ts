import { encode } from 'fast-png';
import { cp, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { inputsOf, type DataSet } from '../../src/models/dataset.ts';
import { resolveGan } from '../../src/models/gan/source.ts';
import { openDataSet } from '../../src/models/openDataSet.ts';
import { root } from '../setup/paths.ts';
import { loaded, sampled, type Started } from '../unit/engine/inference/gan/support.ts';
import { closeEditors, inferenceProcess, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';
import { answer as answerStep, asked, choosePath } from './wizard.ts';

const heldOut: DataSet = await openDataSet(`${path.join(root, 'models/glyphs')}#held out`);
const glyphPng = encode({ width: 28, height: 28, data: heldOut.items.slice(0, 784) as Uint8Array, channels: 1, depth: 8 });

let reference: Started;
let own: string;
beforeAll(async () => {
  reference = (await loaded(await resolveGan('gan-glyphs', path.join(root, 'models')))).service;
  own = path.join(await mkdtemp(path.join(tmpdir(), 'genlens-gans-')), 'gans');
  await cp(path.join(root, 'test/fixtures/gan-models'), own, { recursive: true });
});
afterAll(() => rm(path.dirname(own), { recursive: true, force: true }));

const told = (score: number): string => score.toFixed(3).replace('-', '−');

describe('the GAN of glyphs', () => {
  let editor: Editor;
  editorOn({ 'glyph.png': glyphPng, 'corrupt.png': glyphPng.slice(0, 60), 'text.txt': 'one\n' }, async (opened) => {
    editor = opened;
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  });
  afterEach(async () => {
    await closeEditors(editor);
    // The editor's own view of images complains of those that are damaged.
    expect((await problemsOf(editor)).filter((problem) => !problem.includes('Error loading image'))).toEqual([]);
  });

  const ready = (frame: Frame): Promise<unknown> =>
    until(
      'the samples are there',
      async () => (await frame.locator('.gan-directions').count()) === 1 && (await frame.locator('.picture.waiting').count()) === 0,
      60_000,
    );
  async function panel(): Promise<Frame> {
    await editor.command('Genlens: Explore GAN');
    const frame = await editor.panelFrame('GAN');
    await ready(frame);
    return frame;
  }
  const scoreLine = (frame: Frame): Promise<string> => frame.locator('.gan-looked-words').innerText();

  it('draws what the service draws, with its scores, and says where', async () => {
    const frame = await panel();
    const { scores } = await sampled(reference, { seed: 1, count: 62 });
    await frame.locator('.picture').nth(3).click();
    await until('sample 3 is looked at', async () => (await frame.locator('#gan-sample').innerText()) === 'Sample 3 of seed 1: D');
    await until('its score is there', async () => (await scoreLine(frame)).includes(`Score ${told(scores[3]!)}`));
    expect(await frame.locator('.headline').innerText()).toContain(
      `scores them ${told(Math.min(...scores))} to ${told(Math.max(...scores))}`,
    );
    await until('its nearest examples are there', async () => (await frame.locator('.gan-nearest li').count()) === 6, 60_000);
    await frame.getByRole('button', { name: 'Copy the settings of these samples' }).click();
    await until('they are on the clipboard', async () =>
      (await editor.evaluateInHost((vscode) => vscode.env.clipboard.readText())).includes('"gan-glyphs"'),
    );
  });

  it('takes settings from the clipboard, says which value is none of its, and takes changes back', async () => {
    const frame = await panel();
    const seed = frame.getByRole('spinbutton', { name: 'Seed' });
    const paste = async (text: string): Promise<void> => {
      await editor.evaluateInHost((vscode, given) => vscode.env.clipboard.writeText(given), text);
      await frame.getByRole('button', { name: 'Paste settings' }).click();
    };
    const headline = (): Promise<string> => frame.locator('.headline').innerText();
    await paste('{"model": "gan-glyphs", "gan": {"seed": 31, "class": 2, "count": 8, "truncation": 0.7}}');
    await until('its samples are there', async () =>
      /^8 samples of GAN of glyphs, seed 31, numbers of z above 0\.7/.test(await headline()),
    );
    await ready(frame);
    const { scores } = await sampled(reference, { seed: 31, count: 8, truncation: 0.7, class: 2 });
    expect(await headline()).toContain(`scores them ${told(Math.min(...scores))} to ${told(Math.max(...scores))}`);
    const problem = frame.getByRole('alert');
    await paste('{"class": 70}');
    await problem.filter({ hasText: 'class (70) is nothing that GAN of glyphs has: its 62 classes are 0 to 61, or "each".' }).waitFor();
    await paste('{"gan": {"seed": 1, "noise": 2}}');
    await problem.filter({ hasText: 'gan.noise (2) is wrong: there is no such field.' }).waitFor();
    expect(await seed.inputValue()).toBe('31');
    await frame.locator('.picture-grid').focus();
    await editor.page.keyboard.press('Control+z');
    await until('the settings before are there', async () => (await seed.inputValue()) !== '31');
    await ready(frame);
    await editor.page.keyboard.press('Control+Shift+z');
    await until('the pasted ones are there again', async () => (await seed.inputValue()) === '31');
    await until('its samples are there', async () => /^8 samples of GAN of glyphs, seed 31/.test(await headline()));
    await editor.page.keyboard.press('Control+z');
    await ready(frame);
  });

  it('is measured on held-out glyphs: the numbers are those of the service', async () => {
    const frame = await panel();
    await frame.locator('vscode-button', { hasText: 'Measure' }).click();
    await until('it is measured', async () => (await frame.locator('.gan-table').count()) === 1, 180_000);
    const { samples, coverage, diversity } = await reference.evaluate({
      ...{ data: `${path.join(root, 'models/glyphs')}#held out`, samples: 1054, seed: 1, truncation: null, most: 1000 },
    });
    expect(await frame.locator('.headline').innerText()).toContain(
      `${(100 * coverage!.accuracy!).toFixed(1)} % of ${samples.toLocaleString('en')} samples are read as the class asked for; two of one class lie ${diversity.samples.toFixed(3)} apart`,
    );
    expect(await frame.locator('.gan-histogram').count()).toBe(3);
    expect(await frame.locator('[aria-labelledby="gan-training"]').innerText()).toMatch(/As data, the training data and the data differ/);
  });

  it('scores the image that is open, and says what is wrong with one that cannot be read', async () => {
    await editor.openFile('glyph.png');
    let frame = await panel();
    await frame.getByRole('button', { name: 'Score the image that is open' }).click();
    const { scores } = await reference.score({ pictures: inputsOf(heldOut, 0, 1) });
    await until('it is scored', async () =>
      (await frame.locator('.gan-image').innerText()).includes(`glyph.png scores ${told(scores[0]!)} as `),
    );
    await closeEditors(editor);
    await editor.openFile('corrupt.png');
    frame = await panel();
    await frame.getByRole('button', { name: 'Score the image that is open' }).click();
    await frame
      .getByRole('alert')
      .filter({ hasText: /^corrupt\.png cannot be read: / })
      .waitFor();
  });

  it('goes on when its process was killed, and is there again after a reload', async () => {
    let frame = await panel();
    await frame.getByRole('spinbutton', { name: 'Seed' }).fill('77');
    await editor.page.keyboard.press('Enter');
    await ready(frame);
    await frame.locator('.picture').nth(5).click();
    await until('sample 5 is looked at', async () => (await frame.locator('#gan-sample').innerText()).startsWith('Sample 5 of seed 77'));
    await ready(frame);
    const scoreOf = async (): Promise<string | undefined> => /Score (\S+),/.exec(await scoreLine(frame))?.[1];
    const before = await scoreOf();
    process.kill(await inferenceProcess(editor), 'SIGKILL');
    await until('another picture is there', async () => {
      await frame.getByRole('slider', { name: 'Direction 1' }).fill('2');
      // Where it is moved to is said at once; the score is the sample's own until the picture is there.
      return (await scoreLine(frame)).includes('Moved along 1 direction') && (await scoreOf()) !== before;
    });
    const moved = await until('its score is there', scoreOf);
    await editor.page.waitForTimeout(500);
    await reloadWindow(editor);
    frame = await until('the panel is there', async () => editor.panelFrame('GAN').catch(() => undefined));
    await ready(frame);
    expect(await frame.locator('#gan-sample').innerText()).toMatch(/^Sample 5 of seed 77/);
    await until('what was moved is moved again', async () => (await scoreLine(frame)).includes(`Score ${moved},`));
    expect(await frame.getByRole('slider', { name: 'Direction 1' }).inputValue()).toBe('2');
  });
});

describe('a GAN of the user’s own', () => {
  let editor: Editor;
  editorOn({ 'text.txt': 'one\n' }, async (opened) => {
    editor = opened;
    await editor.evaluateInHost((vscode) =>
      vscode.workspace.getConfiguration().update('files.simpleDialog.enable', true, vscode.ConfigurationTarget.Global),
    );
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const placeholder = (): Promise<string> => asked(editor);
  const answer = (question: RegExp, label: string): Promise<void> => answerStep(editor, question, label);
  const choose = (name: string): Promise<void> => choosePath(editor, path.join(own, name));

  it('is added with what its files do not say, sampled in the side bar, and explored from there', async () => {
    await editor.command('Genlens: Add a GAN...');
    await answer(/Where does the model lie/, 'ONNX files…');
    await choose('numbered/generator.onnx');
    await answer(/generator\.onnx is a generator alone\. Which file is its discriminator/, 'discriminator.onnx');
    await answer(/What was z drawn from/, 'N(0, 1)');
    await answer(/Which values do the model.s pictures have/, '-1 to 1');
    expect(await editor.notification(/numbered was added/)).toContain(
      'z of 4 numbers, 3 classes, pictures of 8 x 8 (grey), 588 parameters',
    );
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
    const view = await until('the view is there', async () => editor.panelFrame(/^Sampling/).catch(() => undefined));
    await view.locator('.model.chosen').click();
    await view.locator('.model-list .model').filter({ hasText: 'numbered' }).click();
    await view.getByRole('combobox', { name: 'Class' }).selectOption('2');
    await view.locator('vscode-button[icon="play"]').click();
    await until('all are there', async () => /^36 samples/.test(await view.locator('.continuation-outcome').innerText()));
    expect(await view.locator('.headline').innerText()).toMatch(/^36 samples of numbered, seed 1, class 2; the discriminator scores them/);
    await view.locator('.picture').nth(2).click();
    await view.locator('.noise').waitFor();
    expect(await view.locator('.noise figcaption').innerText()).toMatch(/^z: 4 numbers/);
    await view.getByRole('button', { name: 'Explore this GAN in a panel' }).click();
    const frame = await until('the panel is there', async () => editor.panelFrame('GAN').catch(() => undefined));
    await until('its samples are there', async () => /^36 samples of numbered, seed 1/.test(await frame.locator('.headline').innerText()));
    expect(await frame.locator('#gan-sample').innerText()).toBe('Sample 0 of seed 1: 2');
    // Its data is not known: nothing is measured without being told against what.
    expect(await frame.locator('vscode-button', { hasText: 'Measure' }).getAttribute('disabled')).not.toBeNull();
  });

  it('that is a discriminator alone, or none, is not added, and it is said why', async () => {
    await editor.command('Genlens: Add a GAN...');
    await answer(/Where does the model lie/, 'ONNX files…');
    await choose('numbered/discriminator.onnx');
    await answer(/discriminator\.onnx is a discriminator alone\. Which file is its generator/, 'generator.onnx');
    await until('it is asked on', async () => /What was z drawn from/.test(await placeholder()));
    await editor.page.keyboard.press('Escape');
    await editor.command('Genlens: Add a GAN...');
    await answer(/Where does the model lie/, 'ONNX files…');
    await choose('broken/generator.onnx');
    await answer(/Which file is its discriminator/, 'There is none');
    expect(await editor.notification(/was not added/)).toContain('the output x gave NaN');
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('notifications.clearAll'));
  });
});
