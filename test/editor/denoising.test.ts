import { encode } from 'fast-png';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { bundled, loaded, sampled, type Started } from '../unit/engine/inference/diffusion/support.ts';
import { closeEditors, inferenceProcess, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';

/** A bright bar on a dark ground, of twice the model's size. */
const barPng = encode({
  ...{ width: 112, height: 56, channels: 1, depth: 8 },
  data: Uint8Array.from({ length: 112 * 56 }, (_, at) => (at % 112 >= 40 && at % 112 < 72 ? 230 : 20)),
});

let reference: Started;
beforeAll(async () => {
  reference = (await loaded(await bundled('diffusion-glyphs'))).service;
});

describe('the diffusion model of glyphs', () => {
  let editor: Editor;
  editorOn({ 'bar.png': barPng, 'text.txt': 'one\n' }, async (opened) => {
    editor = opened;
    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await editor.evaluateInHost((vscode) =>
      vscode.workspace.getConfiguration().update('files.simpleDialog.enable', true, vscode.ConfigurationTarget.Global),
    );
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const headline = (frame: Frame): Promise<string> => frame.locator('.headline').innerText();
  const ready = (frame: Frame): Promise<unknown> =>
    until(
      'the run is there, with what is said of it',
      async () =>
        (await frame.locator('.denoising-words').count()) === 1 &&
        (await frame.locator('.formula-residual', { hasText: 'own step' }).count()) === 1,
      60_000,
    );
  async function panel(): Promise<Frame> {
    await editor.command('Genlens: Explore Diffusion');
    const frame = await editor.panelFrame('Diffusion');
    await ready(frame);
    // What is looked at is kept from one test to the next.
    await frame.locator('.denoising-row').first().press('Enter');
    return frame;
  }
  const evaluation = (frame: Frame) => frame.getByRole('slider', { name: 'Evaluation' });
  const moment = (frame: Frame): Promise<string> => frame.locator('#denoising-moment').innerText();
  const press = (frame: Frame, name: 'Run' | 'Stop'): Promise<void> => frame.locator('vscode-button', { hasText: name }).click();
  const short = (value: number): string => String(Number(value.toPrecision(3))).replace('-', '−');

  it('runs, and shows of each evaluation what the service tells', async () => {
    const frame = await panel();
    expect(await headline(frame)).toMatch(/^25 evaluations of DDIM, seed 1; at evaluation 25 of 25 \(t = 39\)/);
    const { told } = await sampled(reference, {
      ...{ seeds: [1, 2, 3], conditions: [{ prompt: 'A b bold' }], guidance: 2, run: { steps: 25 } },
    });
    await evaluation(frame).fill('8');
    await until('evaluation 9 is looked at', async () => (await moment(frame)) === `Seed 1: evaluation 9 of 25 (t = ${told[8]!.timestep})`);
    const { alpha, sigma, lengths } = told[8]!;
    expect(await headline(frame)).toContain(`x is ${short(alpha)} of the picture and ${short(sigma)} of noise`);
    const facts = (await frame.locator('.denoising-tensors figcaption > span').allInnerTexts()).map((text) => text.replace('length ', ''));
    expect(facts).toEqual((['x', 'clean', 'noise', 'step'] as const).map((name) => short(lengths[name]![0]!)));
    // The second computation of the step differs by rounding alone.
    const residual = await frame.locator('.formula-residual').innerText();
    const apart = [...residual.matchAll(/(\d\.\de-\d+|\b0) in/g)].map(([, value]) => Number(value));
    expect(apart).toHaveLength(2);
    for (const value of apart) expect(value).toBeLessThan(1e-5);
    await frame.locator('.denoising-row').nth(1).press('Enter');
    await until('the second seed is looked at', async () => (await moment(frame)).startsWith('Seed 2: evaluation 9'));
  });

  it('shows from where each word is attended to: a character from its own half', async () => {
    const frame = await panel();
    await frame.getByRole('radio', { name: 'Mean of all' }).check({ force: true });
    const { run } = await sampled(reference, { seeds: [1, 2, 3], conditions: [{ prompt: 'A b bold' }], guidance: 2, run: { steps: 25 } });
    const { words, maps, width } = await reference.wordMaps({
      ...{ runId: run.runId, evaluations: Array.from({ length: 25 }, (_, at) => at), item: 0, site: null, head: null },
    });
    const size = maps.length / words.length;
    for (const word of ['A', 'b']) {
      const own = maps.subarray(words.indexOf(word) * size, (words.indexOf(word) + 1) * size);
      const largest = short(own.reduce((most, value) => Math.max(most, value), 0));
      await frame
        .locator('.denoising-word')
        .filter({ hasText: new RegExp(`^\\s*${word}\\s*$`) })
        .click();
      await until(
        `the map of ${word} is shown`,
        async () =>
          (await frame.locator('.denoising-attended').getAttribute('aria-label')) ===
          `Where “${word}” is attended to from, up to ${largest}`,
        60_000,
      );
      const half = (left: boolean): number => own.reduce((sum, value, at) => sum + (at % width < width / 2 === left ? value : 0), 0);
      expect(half(word === 'A')).toBeGreaterThan(half(word === 'b'));
    }
  });

  it('is stopped in the middle of a run, and begun again', async () => {
    const frame = await panel();
    await editor.evaluateInHost(
      (vscode, text) => vscode.env.clipboard.writeText(text),
      '{"diffusion": {"run": {"steps": 1000}, "count": 4}}',
    );
    await frame.getByRole('button', { name: 'Paste settings' }).click();
    await until('evaluations come', async () => /^\d+ of 1,000 evaluations of DDIM/.test(await headline(frame)), 60_000);
    await press(frame, 'Stop');
    await frame.locator('.banner', { hasText: 'The run is not whole: it was stopped.' }).waitFor({ timeout: 20_000 });
    await frame.getByRole('slider', { name: 'Steps' }).fill('10');
    await press(frame, 'Run');
    await until('the next run is there', async () => (await headline(frame)).startsWith('10 evaluations of DDIM'), 60_000);
    await ready(frame);
    await frame.getByRole('slider', { name: 'Steps' }).fill('25');
    await frame.getByRole('slider', { name: 'Seeds' }).fill('3');
    await press(frame, 'Run');
    await until('it is as before', async () => (await headline(frame)).startsWith('25 evaluations of DDIM'), 60_000);
  });

  it('says which setting is none, with its value', async () => {
    const frame = await panel();
    await frame.getByRole('textbox', { name: 'Caption' }).fill('A bold');
    await frame.getByRole('textbox', { name: 'Caption' }).press('Enter');
    await frame.getByRole('alert').filter({ hasText: 'The prompt "A bold" is no caption of this model: "bold" is none' }).waitFor();
    await frame.getByRole('textbox', { name: 'Caption' }).fill('A b bold');
    await frame.getByRole('textbox', { name: 'Caption' }).press('Enter');
    await ready(frame);
  });

  it('begins with the image that is open, and tells which noise DDIM makes it of', async () => {
    await editor.openFile('bar.png');
    const frame = await panel();
    await frame.getByRole('button', { name: 'Begin with the image that is open' }).click();
    await frame.locator('.denoising-image').waitFor();
    await frame.getByRole('slider', { name: 'Begins at' }).fill('15');
    await press(frame, 'Run');
    await until(
      'the run is from the picture',
      async () => (await headline(frame)).startsWith('10 evaluations of DDIM, seed 1, from a picture'),
      60_000,
    );
    await frame.getByRole('button', { name: 'Find the noise that DDIM makes it of' }).click();
    await frame.getByText('There and back the picture is off by').waitFor({ timeout: 60_000 });
    await frame.getByRole('button', { name: 'Begin with noise alone' }).click();
    await press(frame, 'Run');
    await until('the run is from noise', async () => (await headline(frame)).startsWith('25 evaluations of DDIM, seed 1;'), 60_000);
  });

  it('writes its trajectory as numbers', async () => {
    const frame = await panel();
    const file = path.join(editor.workspace, 'trajectory.npy');
    await frame.getByRole('button', { name: 'Save the trajectory as .npy' }).click();
    const field = editor.page.locator('.quick-input-widget input.input');
    await until('the dialog is open', async () => (await field.inputValue().catch(() => '')).endsWith('diffusion-glyphs-seed-1.npy'));
    await until('it is named', async () => {
      await field.fill(file);
      return (await field.inputValue()) === file;
    });
    await editor.page.keyboard.press('Enter');
    const bytes = await until('it is written', () => readFile(file).catch(() => undefined));
    expect(bytes.toString('latin1', 0, 128)).toContain("'shape': (26, 3, 1, 28, 56)");
  });

  it('is there again after its process was killed, and after a reload', async () => {
    let frame = await panel();
    await frame.getByRole('spinbutton', { name: 'Seed' }).fill('77');
    await frame.getByRole('spinbutton', { name: 'Seed' }).press('Enter');
    await press(frame, 'Run');
    await until('the run is there', async () => (await headline(frame)).startsWith('25 evaluations of DDIM, seed 77'), 60_000);
    await ready(frame);
    process.kill(await inferenceProcess(editor), 'SIGKILL');
    await evaluation(frame).fill('4');
    await until('what is said of evaluation 5 is there', async () => (await moment(frame)).startsWith('Seed 77: evaluation 5 of 25'));
    // A call that the process took with it is told, and asked again.
    await until('what is said of it is there', async () => {
      const again = frame.getByRole('button', { name: 'Read again' });
      if ((await again.count()) === 1) await again.click();
      return (await frame.locator('.formula-residual', { hasText: 'own step' }).count()) === 1;
    });
    await editor.page.waitForTimeout(500);
    await reloadWindow(editor);
    frame = await until('the panel is there', async () => editor.panelFrame('Diffusion').catch(() => undefined));
    await ready(frame);
    expect(await moment(frame)).toMatch(/^Seed 77: evaluation 5 of 25/);
  });
});
