import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DenoisingViewState, SampleParams } from '../../src/protocol/denoisingView.ts';
import type { InversionRequest, WordMapsRequest } from '../../src/protocol/diffusion.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/denoising.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'denoising', standIn: 'denoising.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1200, height: 900, ...options });
  await panel.page.locator('.denoising-words').waitFor();
  await panel.page.locator('.formula-residual', { hasText: 'engine' }).waitFor();
  await nextFrames(panel.page);
  return panel;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.denoising.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const last = async <T>(page: Page, method: string): Promise<T> => (await calls<T>(page, method)).at(-1)!;
/** What the panel keeps, once it has. */
const kept = async (page: Page): Promise<DenoisingViewState> => {
  await page.waitForTimeout(400);
  return (await last<{ state: DenoisingViewState }>(page, 'saveState')).state;
};
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const button = (page: Page, name: string) => page.getByRole('button', { name });
const press = (page: Page, name: 'Run' | 'Stop') => page.locator('vscode-button', { hasText: name }).click();
const set = (page: Page, change: object) => page.evaluate((value) => void Object.assign(window.denoising, value), change);
const evaluation = (page: Page) => page.getByRole('slider', { name: 'Evaluation' });
const moment = (page: Page): Promise<string> => page.locator('#denoising-moment').innerText();
/** Red, green and blue of the middle of a picture. */
const middle = (page: Page, picture: number): Promise<number[]> =>
  page
    .locator('.denoising-tensors canvas')
    .nth(picture)
    .evaluate((canvas: HTMLCanvasElement) => [
      ...canvas
        .getContext('2d')!
        .getImageData(canvas.width >> 1, canvas.height >> 1, 1, 1)
        .data.slice(0, 3),
    ]);

describe('a run', () => {
  it('is there with the model, and the first line says what is seen', async () => {
    const { page, complaints, close } = await open();
    expect(await last<SampleParams>(page, 'sample')).toMatchObject({
      start: null,
      settings: { sampler: null, run: { steps: 25 }, guidance: 2, seed: 1, count: 3, condition: { prompt: 'A b bold' } },
    });
    expect(await headline(page)).toMatch(
      /^25 evaluations of DDIM, seed 1; at evaluation 25 of 25 \(t = 39\) x is 0\.99\d* of the picture and 0\.0\d+ of noise; the predicted picture changed by /,
    );
    expect(await page.locator('.denoising-tensors figure').count()).toBe(4);
    expect(await page.locator('.denoising-row').count()).toBe(3);
    expect(await page.locator('.denoising-chart').count()).toBe(6);
    expect(complaints).toEqual([]);
    await close();
  });

  it('goes as it is chosen, when it is asked to', async () => {
    const { page, close } = await open();
    const before = (await calls(page, 'sample')).length;
    await page.getByRole('textbox', { name: 'Caption' }).fill('b A');
    await page.getByRole('combobox', { name: 'Sampler' }).selectOption('Euler');
    await page.getByRole('slider', { name: 'Steps' }).fill('7');
    await page.getByRole('slider', { name: 'Guidance' }).fill('3.5');
    await page.getByRole('slider', { name: 'Seeds' }).fill('2');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('9');
    await page.keyboard.press('Enter');
    await page.locator('summary').click();
    await page.getByRole('slider', { name: 'Rescale' }).fill('0.7');
    await page.getByText('Changed since the run').waitFor();
    expect((await calls(page, 'sample')).length).toBe(before);
    await press(page, 'Run');
    const settings = {
      ...{ sampler: 'euler', run: { steps: 7 }, guidance: 3.5, rescale: 0.7, seed: 9, count: 2, condition: { prompt: 'b A' }, options: {} },
    };
    await expect.poll(() => last<SampleParams>(page, 'sample')).toMatchObject({ settings });
    await expect.poll(() => headline(page)).toMatch(/^7 evaluations of Euler, seed 9; at evaluation 7 of 7/);
    expect((await kept(page)).settings).toEqual(settings);
    expect(await page.locator('.denoising-row').count()).toBe(2);
    expect(await page.locator('.denoising-stale').innerText()).toBe('');
    // What was drawn before is not kept.
    expect(await calls(page, 'release')).toEqual([{ runId: 'run-0' }]);
    await close();
  });

  it('begins by Enter in its caption, and with DDIM tells how much noise is drawn', async () => {
    const { page, close } = await open();
    await page.locator('summary').click();
    await page.getByRole('slider', { name: 'Eta' }).fill('0.5');
    await page.getByRole('textbox', { name: 'Away from' }).fill('A A');
    await page.getByRole('textbox', { name: 'Caption' }).fill('b b');
    await page.getByRole('textbox', { name: 'Caption' }).press('Enter');
    await expect
      .poll(() => last<SampleParams>(page, 'sample'))
      .toMatchObject({ settings: { run: { steps: 25, eta: 0.5 }, condition: { prompt: 'b b', negative: 'A A' } } });
    // Of the last step there is none: the sample has no noise.
    await evaluation(page).fill('12');
    await expect.poll(() => page.locator('.denoising-formula').innerText()).toContain('rate of fresh noise');
    await close();
  });

  it('is seen as it comes, and is stopped in the middle with what has come', async () => {
    const { page, close } = await open();
    await set(page, { stopsBehind: 5 });
    await press(page, 'Run');
    await expect.poll(() => moment(page)).toMatch(/^Seed 1: evaluation 6 of 25/);
    expect(await headline(page)).toMatch(/^6 of 25 evaluations of DDIM/);
    await press(page, 'Stop');
    await page.locator('.banner', { hasText: 'The run is not whole: it was stopped.' }).waitFor();
    expect(await page.locator('.banner.error').count()).toBe(0);
    await evaluation(page).fill('2');
    await expect.poll(() => moment(page)).toMatch(/^Seed 1: evaluation 3 of 25/);
    await set(page, { stopsBehind: null });
    await button(page, 'Try again').click();
    await expect.poll(() => headline(page)).toMatch(/^25 evaluations of DDIM/);
    await close();
  });
});

describe('the evaluation that is looked at', () => {
  it('is chosen by slider and keys, and its pictures are those of the run', async () => {
    const { page, close } = await open();
    await evaluation(page).focus();
    await page.keyboard.press('Home');
    await expect.poll(() => moment(page)).toBe('Seed 1: evaluation 1 of 25 (t = 999)');
    expect(await page.locator('.denoising-tensors figcaption').allInnerTexts()).toEqual([
      expect.stringMatching(/^x before the step\s+length /),
      expect.stringMatching(/^Predicted picture\s+length /),
      expect.stringMatching(/^Predicted noise\s+length /),
      expect.stringMatching(/^Step taken\s+length /),
    ]);
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => moment(page)).toMatch(/^Seed 1: evaluation 3 of 25/);
    expect((await kept(page)).place).toEqual({ item: 0, evaluation: 2 });
    await page.keyboard.press('End');
    await expect.poll(() => moment(page)).toBe('Seed 1: the sample, after 25 evaluations');
    expect(await page.locator('.denoising-tensors figure').count()).toBe(1);
    // The middle lies in the dark of the known picture: -0.9 is level 13 of 255.
    for (const level of await middle(page, 0)) expect(Math.abs(level - 13)).toBeLessThanOrEqual(2);
    await page.getByText('No step follows the sample.').waitFor();
    await close();
  });

  it('plays to the end, and is paused', async () => {
    const { page, close } = await open();
    await evaluation(page).fill('20');
    await button(page, 'Play from here').click();
    await expect.poll(() => moment(page)).toContain('the sample');
    await button(page, 'Play from here').waitFor();
    await evaluation(page).fill('0');
    await button(page, 'Play from here').click();
    await button(page, 'Pause').click();
    const at = await moment(page);
    await page.waitForTimeout(400);
    expect(await moment(page)).toBe(at);
    await close();
  });

  it('is chosen in the strip, with its seed, by pointer and keys', async () => {
    const { page, close } = await open();
    const row = page.locator('.denoising-row').nth(1);
    await row.locator('canvas').click({ position: { x: 48 * 4 + 10, y: 8 } });
    await expect.poll(() => moment(page)).toMatch(/^Seed 2: evaluation 5 of 25/);
    expect(await row.getAttribute('aria-pressed')).toBe('true');
    await page.locator('.denoising-row').nth(2).focus();
    await page.keyboard.press('Enter');
    await expect.poll(() => moment(page)).toMatch(/^Seed 3: evaluation 5 of 25/);
    await page.getByRole('radio', { name: 'Predicted picture' }).check({ force: true });
    expect(await kept(page)).toMatchObject({ strip: 'clean', place: { item: 2, evaluation: 4 } });
    // One column less: the sample has no prediction.
    expect(await row.locator('canvas').evaluate((canvas: HTMLCanvasElement) => canvas.width)).toBe(25 * 13);
    await close();
  });

  it('is marked in the curves of the schedule', async () => {
    const { page, close } = await open();
    await evaluation(page).fill('12');
    await expect.poll(() => page.locator('.denoising-lines').first().getAttribute('aria-label')).toBe('Signal by evaluation, at 13: 0.463');
    expect(await page.locator('.denoising-now').first().getAttribute('x1')).toBe('50.00%');
    expect(await page.locator('.denoising-lines').nth(5).getAttribute('aria-label')).toMatch(/^Turn by evaluation, at 13: (−?[01]|0\.\d+)/);
    await close();
  });
});

describe('the formula of the step', () => {
  it('has the numbers and pictures of the evaluation, computed twice', async () => {
    const { page, close } = await open();
    await evaluation(page).fill('12');
    const formula = page.locator('.denoising-formula');
    await expect.poll(() => formula.innerText()).toContain('Step of DDIM');
    await expect
      .poll(() => formula.locator('.formula-residual').innerText())
      .toMatch(
        /differ by at most 3\.0e-7 in x after the step \(the engine’s own step\), \d\.\de-[78] in x after the step \(this formula\)\.$/,
      );
    expect(await formula.locator('.formula-tensor').count()).toBeGreaterThanOrEqual(3);
    await button(page, 'From the model’s output to the clean sample').click();
    await expect.poll(() => formula.locator('.formula-step-body').count()).toBe(1);
    expect((await kept(page)).openSteps).toEqual(['clean']);
    await button(page, 'Guidance').click();
    await expect.poll(() => formula.innerText()).toContain('What it samples so is not');
    await button(page, 'Copy as LaTeX').click();
    expect(await last<{ text: string }>(page, 'copy')).toMatchObject({ what: 'LaTeX' });
    await close();
  });

  it('is that of the sampler that ran', async () => {
    const { page, close } = await open();
    await page.getByRole('combobox', { name: 'Sampler' }).selectOption('DPM-Solver++, multistep');
    await press(page, 'Run');
    await evaluation(page).fill('12');
    await expect.poll(() => page.locator('.denoising-formula').innerText()).toContain('rates of what came before');
    await close();
  });
});

describe('attention', () => {
  it('is shown word by word, of this evaluation or of all, by layer and head', async () => {
    const { page, close } = await open();
    expect(await page.locator('.denoising-word').allInnerTexts()).toEqual(['<start>', 'A', 'b', 'bold', '<pad>']);
    expect(await page.locator('.denoising-attended').getAttribute('aria-label')).toBe('Where “A” is attended to from, up to 0.501');
    await button(page, 'bold').click();
    await expect
      .poll(() => page.locator('.denoising-attended').getAttribute('aria-label'))
      .toBe('Where “bold” is attended to from, up to 0.3');
    await page.getByRole('radio', { name: 'Mean of all' }).check({ force: true });
    await expect.poll(async () => (await last<WordMapsRequest>(page, 'wordMaps')).evaluations.length).toBe(25);
    await page.getByRole('combobox', { name: 'Layer' }).selectOption('up.attention');
    await page.getByRole('combobox', { name: 'Head' }).selectOption('Head 2');
    await expect.poll(() => last<WordMapsRequest>(page, 'wordMaps')).toMatchObject({ site: 1, head: 2, item: 0 });
    expect((await kept(page)).attention).toEqual({ word: 3, site: 1, head: 2, averaged: true });
    await close();
  });

  it('that cannot be read is told, and read again when asked', async () => {
    const { page, close } = await open();
    await set(page, { failures: { wordMaps: 'Its process was killed.' } });
    await page.getByRole('combobox', { name: 'Layer' }).selectOption('up.attention');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('Its process was killed.');
    await set(page, { failures: {} });
    await button(page, 'Read again').click();
    await expect.poll(() => last<WordMapsRequest>(page, 'wordMaps')).toMatchObject({ site: 1 });
    await expect.poll(() => page.locator('.denoising-attended').getAttribute('aria-label')).toContain('up to 0.551');
    expect(await page.getByRole('alert').count()).toBe(0);
    await set(page, { failures: { recompute: 'Its process was killed.' } });
    await evaluation(page).fill('3');
    await button(page, 'Read again').waitFor();
    await set(page, { failures: {} });
    await button(page, 'Read again').click();
    await page.locator('.formula-residual', { hasText: 'engine' }).waitFor();
    await close();
  });
});

describe('an image file', () => {
  it('is begun with at an evaluation, and left out again', async () => {
    const { page, close } = await open();
    await button(page, 'Begin with the image that is open').click();
    await page.getByRole('slider', { name: 'Begins at' }).fill('10');
    expect(await page.locator('.banner.info').first().innerText()).toContain('was made smaller');
    await press(page, 'Run');
    await expect.poll(async () => (await last<SampleParams>(page, 'sample')).start?.from).toBe(10);
    await expect.poll(() => headline(page)).toMatch(/^15 evaluations of DDIM, seed 1, from a picture; at evaluation 25 of 25/);
    expect((await kept(page)).image).toEqual({ address: 'file:///photo.png', from: 10 });
    expect(await evaluation(page).getAttribute('min')).toBe('10');
    await button(page, 'Begin with noise alone').click();
    await press(page, 'Run');
    await expect.poll(async () => (await last<SampleParams>(page, 'sample')).start).toBeNull();
    await button(page, 'Begin with an image file…').click();
    expect(await calls(page, 'pickImage')).toEqual([{ pick: false }, { pick: true }]);
    await close();
  });

  it('is inverted by DDIM, and how near the way back comes is told', async () => {
    const { page, close } = await open();
    await button(page, 'Begin with the image that is open').click();
    await button(page, 'Find the noise that DDIM makes it of').click();
    await page.getByText('There and back the picture is off by 0.02 (root mean square; 1.0 % of the range), at most 0.02.').waitFor();
    expect(await last<InversionRequest>(page, 'invert')).toMatchObject({
      steps: 25,
      guidance: 1,
      as: 'picture',
      options: { clip_sample: false },
    });
    await close();
  });
});

describe('what is chosen', () => {
  it('is undone and redone, and not in a field in which one types', async () => {
    const { page, close } = await open();
    await page.getByRole('slider', { name: 'Steps' }).fill('10');
    await page.getByRole('combobox', { name: 'Sampler' }).selectOption('Heun');
    await button(page, 'Undo').click();
    expect((await kept(page)).settings).toMatchObject({ sampler: null, run: { steps: 10 } });
    await page.locator('body').press('Control+z');
    expect((await kept(page)).settings.run.steps).toBe(25);
    await button(page, 'Redo').click();
    expect((await kept(page)).settings.run.steps).toBe(10);
    await close();
  });

  it('is copied and pasted, and what is no setting changes nothing', async () => {
    const { page, close } = await open();
    await button(page, 'Copy these settings').click();
    const { text } = await last<{ text: string }>(page, 'copy');
    expect(JSON.parse(text)).toMatchObject({ model: 'diffusion-glyphs', diffusion: { seed: 1, guidance: 2, run: { steps: 25 } } });
    await button(page, 'Paste settings').click();
    await expect.poll(() => last<SampleParams>(page, 'sample')).toMatchObject({ settings: { seed: 12, guidance: 3, run: { steps: 25 } } });
    await set(page, { failures: { paste: 'guidance (x) is no number.' } });
    await button(page, 'Paste settings').click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('guidance (x)');
    await button(page, 'Close').click();
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });

  it('is shown from elsewhere, with a run of it', async () => {
    const { page, close } = await open();
    const { settings } = await kept(page);
    await page.evaluate((given) => window.denoising.page.show({ model: 'diffusion-glyphs', settings: { ...given, seed: 5 } }), settings);
    await expect.poll(() => moment(page)).toMatch(/^Seed 5: evaluation 25 of 25/);
    await close();
  });

  it('is another model, which is loaded and begun with; models are added and removed', async () => {
    const { page, close } = await open();
    const model = page.getByRole('combobox', { name: 'Model' });
    await model.selectOption('Another');
    await expect.poll(() => calls(page, 'load')).toEqual([{ model: 'diffusion-glyphs' }, { model: '/own/pipeline' }]);
    await page.locator('.denoising-words').waitFor();
    await model.selectOption('Remove Another from the list');
    expect(await calls(page, 'removeModel')).toEqual([{ model: '/own/pipeline' }]);
    await page.evaluate(() => window.denoising.page.models({ models: window.denoising.content.models.slice(0, 1), canAdd: true }));
    await expect.poll(async () => (await calls(page, 'load')).at(-1)).toEqual({ model: 'diffusion-glyphs' });
    await model.selectOption('Add a model…');
    expect(await calls(page, 'addModel')).toHaveLength(1);
    await page.evaluate(() => window.denoising.page.models({ models: [], canAdd: true }));
    await expect.poll(() => headline(page)).toContain('There is no diffusion model here');
    await close();
  });
});

describe('files', () => {
  it('are the strip, the film of a seed, and the trajectory', async () => {
    const { page, close } = await open();
    await button(page, 'Save the trajectory as .npy').click();
    expect(await calls(page, 'saveTrajectory')).toEqual([{ runId: 'run-0', name: 'diffusion-glyphs-seed-1' }]);
    await button(page, 'Save the strip of all seeds as PNG').click();
    await button(page, 'Save the film of this seed as an animated PNG').click();
    await expect.poll(async () => (await calls(page, 'savePicture')).length).toBe(2);
    const facts = await page.evaluate(async () => {
      const files = window.denoising.calls
        .filter(({ method }) => method === 'savePicture')
        .map(({ params }) => params as { png: Uint8Array; name: string });
      return Promise.all(
        files.map(async ({ png, name }) => {
          const bitmap = await createImageBitmap(new Blob([new Uint8Array(png)], { type: 'image/png' }));
          return {
            name,
            width: bitmap.width,
            height: bitmap.height,
            chunks: new TextDecoder('latin1').decode(png).match(/acTL|fcTL/g)?.length ?? 0,
          };
        }),
      );
    });
    expect(facts).toEqual([
      { name: 'diffusion-glyphs-seed-1-strip', width: 26 * 13, height: 3 * 8 + 2 * 2, chunks: 0 },
      { name: 'diffusion-glyphs-seed-1-film', width: 2 * 12 * 22, height: 8 * 22, chunks: 1 + 26 },
    ]);
    await close();
  });
});

describe('what goes wrong', () => {
  it('is told where it is, and can be begun again', async () => {
    const { page, close } = await open();
    await set(page, { failures: { sample: 'Evaluation 3 of 25 (t = 919): the model’s output has NaN in item 0.' } });
    await press(page, 'Run');
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('has NaN in item 0');
    await set(page, { failures: {} });
    await button(page, 'Try again').click();
    await expect.poll(() => headline(page)).toMatch(/^25 evaluations of DDIM/);
    expect(await page.locator('.banner.error').count()).toBe(0);
    await close();
  });
});

describe('to everybody', () => {
  for (const theme of Object.keys(themes) as ThemeName[])
    it(`is accessible in ${theme}`, async () => {
      const { page, close } = await open({ theme });
      await page.locator('summary').click();
      await button(page, 'Begin with the image that is open').click();
      await button(page, 'What x is made of').click();
      await page.getByRole('slider', { name: 'Begins at' }).waitFor();
      const findings = await audit(page, false);
      expect(findings.filter((finding) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(finding))).toEqual([]);
      await close();
    });

  it('is whole in a narrow panel', async () => {
    const { page, close } = await open({ width: 320, height: 700 });
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.denoising-parts > *')].some((part) => part.scrollWidth > part.clientWidth + 1),
    );
    expect(wide).toBe(false);
    await close();
  });
});
