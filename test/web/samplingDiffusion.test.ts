import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DiffusionSettings } from '../../src/protocol/diffusion.ts';
import type { DiffusionFacts, DiffusionPictureRun, SamplingChoices } from '../../src/protocol/sampling.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/sampling.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'sampling', standIn: 'sampling.ts' });
});
afterAll(async () => harness.close());

const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.sampling.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const asked = async (page: Page): Promise<DiffusionSettings> =>
  (await calls<{ settings: DiffusionSettings }>(page, 'sampleDiffusion')).at(-1)!.settings;
const chosen = async (page: Page): Promise<DiffusionSettings> =>
  (await calls<{ choices: SamplingChoices }>(page, 'choose')).at(-1)!.choices.diffusion;
const kept = async (page: Page): Promise<DiffusionPictureRun> => (await calls<{ run: DiffusionPictureRun }>(page, 'keep')).at(-1)!.run;
const hold = (page: Page): Promise<void> => page.evaluate(() => void (window.sampling.held = 0));
const release = async (page: Page, count: number): Promise<void> => {
  await page.evaluate((more) => window.sampling.release(more), count);
  await nextFrames(page);
};
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const outcome = (page: Page): Promise<string> => page.locator('.continuation-outcome').first().innerText();
const press = (page: Page): Promise<void> => page.locator('vscode-button[icon="play"]').click();
async function sample(page: Page): Promise<void> {
  const before = (await calls(page, 'keep')).length;
  await press(page);
  await expect.poll(async () => (await calls(page, 'keep')).length).toBe(before + 1);
  await nextFrames(page);
}
/** Grey levels of a picture as it is drawn; each is read once, since the browser complains of more. */
const drawn = (page: Page, at: number): Promise<number[]> =>
  page
    .locator('.picture')
    .nth(at)
    .evaluate((element) => {
      const { width, height } = element as HTMLCanvasElement;
      const { data } = (element as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height);
      return [...data].filter((_, place) => place % 4 === 0);
    });

async function open(options: PanelOptions = {}, facts: Partial<DiffusionFacts> = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 320, ...options });
  const { page } = panel;
  await page.waitForSelector('.sampling');
  await page.evaluate((own) => void Object.assign(window.sampling.diffusion!, own), facts);
  await page.locator('.model.chosen').click();
  await page.locator('.model-list .model').filter({ hasText: 'Diffusion model of glyph pairs' }).click();
  await expect.poll(() => page.getByRole('combobox', { name: 'Sampler' }).innerText()).toContain('The model’s own: DDIM');
  return panel;
}

describe('sampling a diffusion model', () => {
  it('says what will happen, and shows what each evaluation predicts, until the samples are there', async () => {
    const { page, complaints, close } = await open();
    expect(await page.locator('.model.chosen').innerText()).toMatch(/Diffusion · 2\.4 MB/);
    expect(await headline(page)).toBe(
      'Diffusion model of glyph pairs denoises 12 samples in 25 steps of its own sampler, DDIM, told “A B”.',
    );
    await hold(page);
    await press(page);
    await release(page, 1);
    await expect.poll(() => outcome(page)).toBe('Evaluation 1 of 25… Shown: the clean samples predicted at t = 960.');
    const early = await drawn(page, 3);
    await release(page, 14);
    await expect.poll(() => outcome(page)).toContain('Evaluation 15 of 25… Shown: the clean samples predicted at t = 400.');
    const later = await drawn(page, 4);
    const spread = (levels: number[]): number => Math.max(...levels) - Math.min(...levels);
    expect(spread(later)).toBeGreaterThan(5 * spread(early));
    await release(page, 10);
    await expect.poll(() => outcome(page)).toBe('12 samples in 310 ms, 25 evaluations.');
    expect(await headline(page)).toBe('12 samples of Diffusion model of glyph pairs, told “A B”, 25 steps of DDIM, seeds 1 to 12.');
    const run = await kept(page);
    expect(run).toMatchObject({
      kind: 'diffusion',
      settings: { condition: { prompt: 'A B' }, seed: 1, count: 12 },
      outcome: { exact: true },
    });
    expect(await drawn(page, 5)).toEqual([...run.levels.subarray(5 * 28 * 56, 6 * 28 * 56)]);
    // A cell has the sides of what it shows.
    const box = (await page.locator('.picture').first().boundingBox())!;
    expect(box.width / box.height).toBeCloseTo(2, 1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('stops at a key and keeps what was predicted then; what has brought nothing is no run', async () => {
    const { page, close } = await open();
    await hold(page);
    await page.keyboard.press('Control+Enter');
    await release(page, 5);
    await expect.poll(() => outcome(page)).toContain('Evaluation 5 of 25');
    await page.keyboard.press('Escape');
    await expect.poll(() => outcome(page)).toBe('Stopped after evaluation 5. Shown: the clean samples predicted at t = 800.');
    expect(await headline(page)).toMatch(/^What Diffusion model of glyph pairs predicts 12 samples to become, after 5 evaluations, told/);
    expect(await kept(page)).toMatchObject({ reached: { evaluations: 5, timestep: 800 }, outcome: null });
    await page.keyboard.press('Control+Enter');
    await page.locator('.continuation[aria-busy="true"]').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.history-run').count()).toBe(1);
    await close();
  });

  it('is told a caption with words of style, by any sampler, with steps, guidance, rescale, eta and a seed', async () => {
    const { page, close } = await open();
    const caption = page.getByRole('textbox', { name: 'Caption' });
    expect(await caption.inputValue()).toBe('A B');
    await caption.fill('a 2');
    const bold = page.getByRole('button', { name: 'bold' });
    await bold.click();
    await page.getByRole('button', { name: 'mono' }).click();
    await expect.poll(() => caption.inputValue()).toBe('a 2 bold mono');
    expect(await bold.getAttribute('aria-pressed')).toBe('true');
    await bold.click();
    await expect.poll(() => caption.inputValue()).toBe('a 2 mono');
    await page.getByRole('spinbutton', { name: 'Steps' }).fill('40');
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: 'Guidance' }).fill('2.5');
    await page.getByRole('slider', { name: 'Samples' }).fill('4');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('70');
    await page.keyboard.press('Enter');
    await page.locator('summary').click();
    await page.getByRole('slider', { name: 'Rescale' }).fill('0.7');
    await page.getByRole('slider', { name: 'Eta' }).fill('0.5');
    await page.getByRole('checkbox', { name: 'Noise beside the clipped sample' }).check();
    await sample(page);
    expect(await asked(page)).toEqual({
      ...{
        condition: { prompt: 'a 2 mono' },
        run: { steps: 40, eta: 0.5, useClippedModelOutput: true },
        guidance: 2.5,
        rescale: 0.7,
        count: 4,
        seed: 70,
      },
      ...{ sampler: null, options: {} },
    });
    expect(await headline(page)).toContain('told “a 2 mono”, 40 steps of DDIM, guidance 2.5 rescaled by 0.7, seeds 70 to 73.');
    await page.getByRole('combobox', { name: 'Sampler' }).selectOption('Heun');
    // It is DDIM's alone.
    await expect.poll(() => page.getByRole('slider', { name: 'Eta' }).count()).toBe(0);
    await sample(page);
    expect((await asked(page)).sampler).toBe('heun');
    // No more steps than the training has, and at least one.
    const steps = page.getByRole('spinbutton', { name: 'Steps' });
    await steps.fill('1001');
    await page.keyboard.press('Enter');
    expect(await steps.inputValue()).toBe('40');
    await steps.fill('0');
    await page.keyboard.press('Enter');
    expect((await chosen(page)).run.steps).toBe(1);
    await caption.fill('');
    await sample(page);
    expect(await headline(page)).toContain('told the empty text');
    await page.getByRole('button', { name: 'Back to the settings of the beginning' }).click();
    expect(await chosen(page)).toMatchObject({ condition: {}, sampler: null, run: { steps: 25 }, guidance: 1, rescale: 0 });
    await close();
  });

  it('takes the seed of one that is chosen, by pointer or keys', async () => {
    const { page, close } = await open();
    await sample(page);
    expect(await page.getByRole('button', { name: /^Take over its settings for seed/ }).count()).toBe(0);
    await page.locator('.picture-grid').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => outcome(page)).toContain('Sample of seed 2 is chosen.');
    await page.getByRole('button', { name: 'Take over its settings for seed 2 alone' }).click();
    expect(await chosen(page)).toMatchObject({ seed: 2, count: 1, condition: { prompt: 'A B' } });
    await close();
  });

  it('lays two settings side by side, saves, copies and pastes', async () => {
    const { page, close } = await open({ width: 800 });
    await sample(page);
    await page.getByRole('slider', { name: 'Guidance' }).fill('4');
    await page.getByRole('textbox', { name: 'Caption' }).fill('b 1');
    await sample(page);
    await page.locator('vscode-toolbar-button[icon="split-horizontal"]').click();
    await expect.poll(() => page.locator('.continuation').count()).toBe(2);
    expect(await page.locator('.differences tbody tr').allInnerTexts()).toEqual(['guidance\t4\t1', 'prompt\tb 1\tA B']);
    await page.getByRole('button', { name: 'Save the numbers as .npy' }).first().click();
    await page.getByRole('button', { name: 'Save the pictures as PNG' }).first().click();
    await expect.poll(async () => (await calls(page, 'save')).length).toBe(2);
    const [npy, png] = await calls<{ run: DiffusionPictureRun; png: Uint8Array | null }>(page, 'save');
    expect(npy).toMatchObject({ png: null, run: { settings: { guidance: 4 } } });
    expect([...png!.png!.subarray(1, 4)]).toEqual([...'PNG'].map((letter) => letter.charCodeAt(0)));
    await page.getByRole('button', { name: 'Copy the settings of this run' }).first().click();
    const [copied] = await calls<{ text: string }>(page, 'copy');
    expect(JSON.parse(copied!.text)).toMatchObject({
      ...{ model: 'diffusion-glyphs', diffusion: { guidance: 4, seed: 1, condition: { prompt: 'b 1' }, run: { steps: 25 } } },
    });
    await page.evaluate(() => {
      const diffusion = { seed: 77, sampler: 'euler', options: { use_karras_sigmas: true } };
      window.sampling.pasted = { model: 'diffusion-glyphs', diffusion };
    });
    await page.getByRole('button', { name: 'Paste settings' }).click();
    await expect.poll(() => chosen(page)).toMatchObject({ seed: 77, sampler: 'euler', guidance: 4, options: { use_karras_sigmas: true } });
    await page.locator('summary').click();
    expect(await page.locator('details').innerText()).toContain('use_karras_sigmas true');
    await page.getByRole('button', { name: 'Leave them out' }).click();
    expect((await chosen(page)).options).toEqual({});
    await page.getByRole('button', { name: 'Take over the settings of this run' }).first().click();
    expect(await chosen(page)).toMatchObject({ seed: 1, sampler: null });
    await close();
  });

  it('samples again what is kept smaller than it was sampled, to save it whole', async () => {
    const { page, close } = await open({}, { picture: { channels: 1, height: 56, width: 112 } });
    await sample(page);
    await page.getByRole('button', { name: 'Save the pictures as PNG' }).click();
    await expect.poll(async () => (await calls(page, 'save')).length).toBe(1);
    expect(await calls(page, 'sampleDiffusion')).toMatchObject([{ whole: false }, { whole: true, settings: { seed: 1, count: 12 } }]);
    await close();
  });

  it('offers a text and what to lead away from to a model that reads texts', async () => {
    const { page, close } = await open({}, { conditioning: { kind: 'text', tokens: 77 } });
    await page.getByRole('textbox', { name: 'Prompt', exact: true }).fill('a red cube');
    await page.locator('summary').click();
    await page.getByRole('textbox', { name: 'Negative prompt' }).fill('blurred');
    await sample(page);
    expect((await asked(page)).condition).toEqual({ prompt: 'a red cube', negative: 'blurred' });
    await close();
  });

  it('offers classes by number and name, and no guidance where there is none', async () => {
    const none = 'The model has no class that stands for none.';
    const { page, close } = await open(
      {},
      { conditioning: { kind: 'class', count: 3, names: { 1: ['cat', 'tabby'] }, none: null }, withoutGuidance: none, mostSteps: 10 },
    );
    expect(await page.getByRole('combobox', { name: 'Class' }).locator('option').allInnerTexts()).toEqual(['0', '1: cat', '2']);
    await page.getByRole('combobox', { name: 'Class' }).selectOption('1: cat');
    expect(await page.getByRole('slider', { name: 'Guidance' }).count()).toBe(0);
    expect(await page.locator('.settings-body').innerText()).toContain(`No guidance: ${none}`);
    await sample(page);
    // What was chosen for models of another kind is not asked of it.
    expect(await asked(page)).toMatchObject({ condition: { label: 1 }, guidance: 1, run: { steps: 10 } });
    expect(await headline(page)).toContain('told class 1: cat');
    await close();
  });

  it('asks for nothing where the model is told nothing', async () => {
    const { page, close } = await open({}, { conditioning: { kind: 'none' }, withoutGuidance: 'It is told nothing.' });
    expect(await page.getByRole('textbox').count()).toBe(0);
    await sample(page);
    expect((await asked(page)).condition).toEqual({});
    await close();
  });

  it('tells what is wrong with a model, and what there is to note of a run', async () => {
    const { page, close } = await open();
    await page.evaluate(
      () => void (window.sampling.notices = ['The text has 4 tokens more than the encoder takes (77); its end was left out.']),
    );
    await sample(page);
    expect(await outcome(page)).toContain('25 evaluations. The text has 4 tokens more');
    await close();
    const other = await harness.open({ width: 320 });
    await other.page.waitForSelector('.sampling');
    await other.page.evaluate(() => void (window.sampling.diffusion = null));
    await other.page.locator('.model.chosen').click();
    await other.page.locator('.model-list .model').filter({ hasText: 'Diffusion model' }).click();
    await expect.poll(() => other.page.getByRole('alert').innerText()).toContain('unet/model.onnx is missing.');
    await other.page.getByRole('button', { name: 'Close' }).click();
    // It is asked for again when it is sampled.
    await press(other.page);
    await expect.poll(() => other.page.getByRole('alert').innerText()).toContain('unet/model.onnx is missing.');
    expect(await other.page.locator('.history-run').count()).toBe(0);
    await other.close();
  });

  it.each(Object.keys(themes) as ThemeName[])('has no fault that axe finds, in %s', async (theme) => {
    const { page, close } = await open({ theme, width: theme === 'dark' ? 220 : 420 });
    await page.getByRole('button', { name: 'bold' }).click();
    await page.locator('summary').click();
    await sample(page);
    await page.locator('.picture').nth(0).click();
    await nextFrames(page);
    expect(await page.locator('.sampling').evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    expect(await audit(page)).toEqual([]);
    await close();
  });
});
