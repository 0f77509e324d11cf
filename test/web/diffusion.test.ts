import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DenoiserViewState } from '../../src/protocol/denoiserView.ts';
import type { Coefficients } from '../../src/protocol/training.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/diffusion.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'diffusion', standIn: 'diffusion.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1_200, height: 1_000, ...options });
  await panel.page.waitForSelector('.training-formula .formula');
  return panel;
}
interface Flow {
  source: { kind: string; count?: number };
  run: DenoiserViewState['run'];
  count: number;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.diffusion.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const lastState = async (page: Page): Promise<DenoiserViewState | undefined> =>
  (await calls<{ state: DenoiserViewState }>(page, 'saveState')).at(-1)?.state;
const press = (page: Page, label: string): Promise<void> => page.locator(`vscode-toolbar-button[label^="${label}"]`).click();
const choose = async (page: Page, name: string, label: string): Promise<void> => {
  await page.getByRole('combobox', { name, exact: true }).selectOption({ label });
};
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const time = (page: Page) => page.getByRole('slider', { name: 'Noise to data' });
/** What a plane shows. */
const shown = (page: Page, plane: 'What was learned' | 'The truth'): Promise<string> =>
  page
    .locator(`[aria-label="${plane}"] .training-picture`)
    .screenshot()
    .then((bytes) => bytes.toString('base64'));
async function trained(page: Page, steps = 400): Promise<void> {
  await press(page, 'Run');
  await page.locator('vscode-toolbar-button[label="Pause"]').waitFor();
  await page.evaluate((count) => window.diffusion.train(count), steps);
  await press(page, 'Pause');
  await page.locator('vscode-toolbar-button[label="Run"]').waitFor();
  await nextFrames(page);
}

describe('a diffusion model that trains', () => {
  it('says what each step has come to, over its floor and beside the exact score’s', async () => {
    const { page, complaints, close } = await open();
    await trained(page);
    await expect
      .poll(() => headline(page))
      .toBe(
        'Step 400: loss 0.377, of which 0.051 is error of the score over a floor of 0.322. Samples by DDIM in 30 steps are 0.042 from the data; with the exact score 0.005, two samples of the data 0.005.',
      );
    await page
      .getByText(/The loss less the score’s error, over fresh points, and the floor by quadrature are \d\.\d standard errors apart/)
      .waitFor();
    await page.getByText('KL(data || flow) = 0.120 ± 0.004').waitFor();
    await page.getByText('Against the best denoiser of 32 training points, which gives these back, the learned one is 0.300 off').waitFor();
    expect(await page.locator('.training-line.loss').first().getAttribute('d')).toMatch(/^M.*L/);
    // Euler's and Heun's, as the chart says.
    const order = page.locator('[aria-label="Order of convergence"] .training-key > li');
    await expect.poll(() => order.count()).toBe(8);
    expect(await order.nth(1).innerText()).toMatch(/^Euler 1\.\d$/);
    expect(complaints).toEqual([]);
    await close();
  });

  it('moves through the run of its sampler by hand, by keys and by itself', async () => {
    const { page, complaints, close } = await open();
    await expect.poll(() => time(page).inputValue()).toBe('30');
    const end = await shown(page, 'What was learned');
    await time(page).focus();
    await page.keyboard.press('Home');
    await expect.poll(() => page.locator('.diffusion-time .slider-value').innerText()).toBe('evaluation 1 of 30, ᾱ = 0.0010');
    await nextFrames(page);
    const start = await shown(page, 'What was learned');
    expect(start).not.toBe(end);
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => time(page).inputValue()).toBe('1');
    await page.keyboard.press('End');
    await expect.poll(() => page.locator('.diffusion-time .slider-value').innerText()).toBe('samples, ᾱ = 1');
    await press(page, 'Play the flow');
    await expect.poll(async () => Number(await time(page).inputValue())).toBeGreaterThan(3);
    await press(page, 'Stop the flow');
    const at = await time(page).inputValue();
    await nextFrames(page);
    expect(await time(page).inputValue()).toBe(at);
    await press(page, 'Play the flow');
    await expect.poll(() => time(page).inputValue(), { timeout: 15_000 }).toBe('30');
    await expect.poll(async () => (await lastState(page))?.time).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('flows by another sampler, with other steps, noise and schedule', async () => {
    const { page, complaints, close } = await open();
    await choose(page, 'Sampler', 'Heun');
    await expect.poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.run.sampler).toBe('heun');
    // Two evaluations a step.
    await expect.poll(() => time(page).getAttribute('max')).toBe('59');
    expect(await page.getByRole('spinbutton', { name: 'Eta' }).count()).toBe(0);
    await choose(page, 'Sampler', 'DDIM');
    await choose(page, 'Steps of the sampler', '10 steps');
    await page.getByRole('spinbutton', { name: 'Eta' }).fill('0.5');
    await page.getByRole('spinbutton', { name: 'Eta' }).press('Enter');
    await choose(page, 'Schedule', 'Cosine');
    await expect
      .poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.run)
      .toEqual({ sampler: 'ddim', steps: 10, eta: 0.5, schedule: 'cosine' });
    await expect.poll(() => headline(page)).toContain('by DDIM with eta 0.5 in 10 steps');
    await choose(page, 'Points that flow', '500 points');
    await expect.poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.count).toBe(500);
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows other denoisers and the noise that is put on the data in either plane', async () => {
    const { page, complaints, close } = await open();
    await nextFrames(page);
    await choose(page, 'What flows on the right', 'Training points alone');
    await expect.poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.source).toEqual({ kind: 'memory', count: 32 });
    await page.getByRole('spinbutton', { name: 'Training points' }).fill('5');
    await page.getByRole('spinbutton', { name: 'Training points' }).press('Enter');
    await expect.poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.source).toEqual({ kind: 'memory', count: 5 });
    const before = await shown(page, 'The truth');
    await choose(page, 'What flows on the right', 'Forward: noise put on the data');
    await page.getByText('points, coloured by where they came from').waitFor();
    await nextFrames(page);
    expect(await shown(page, 'The truth')).not.toBe(before);
    await choose(page, 'What flows on the left', 'Exact score');
    await expect.poll(async () => lastState(page)).toMatchObject({ left: 'exact', right: 'forward', memory: 5 });
    expect(complaints).toEqual([]);
    await close();
  });

  it('shows the field and where it is wrong, at the level that is looked at', async () => {
    const { page, complaints, close } = await open();
    await time(page).fill('12');
    const level = async (): Promise<number> => (await calls<{ level: number }>(page, 'field')).at(-1)?.level ?? NaN;
    await expect.poll(level).toBeLessThan(0.4);
    await expect.poll(() => page.locator('.diffusion-arrow path').count()).toBe(1);
    const arrows = (): Promise<string | null> => page.locator('.diffusion-arrow path').getAttribute('d');
    const learned = await arrows();
    await choose(page, 'Arrows', 'Arrows: what is missing');
    await expect.poll(arrows).not.toBe(learned);
    await choose(page, 'Map', 'Error |ε_θ − ε*|');
    await expect.poll(() => page.locator('[aria-label="What was learned"] .legend-name').innerText()).toBe('|ε_θ − ε*|');
    await choose(page, 'Arrows', 'No arrows');
    await expect.poll(() => page.locator('.diffusion-arrow').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('draws the paths of some points with and without noise, from the same starts', async () => {
    const { page, close } = await open();
    await press(page, 'Show paths');
    await expect.poll(() => page.locator('.diffusion-path path').count()).toBe(2);
    const asked = (await calls<Flow>(page, 'flow')).filter(({ count }) => count === 8).map(({ run }) => run.eta);
    expect(asked).toEqual([0, 1]);
    const first = (d: string | null): string => /^M([^L]+)L/.exec(d ?? '')?.[1] ?? '';
    const paths = page.locator('.diffusion-path path');
    expect(first(await paths.nth(0).getAttribute('d'))).not.toBe('');
    await press(page, 'Show paths');
    await expect.poll(() => page.locator('.diffusion-path').count()).toBe(0);
    await close();
  });

  it('guides the exact score to a class, and says what that samples', async () => {
    const { page, complaints, close } = await open();
    expect(await page.getByRole('spinbutton', { name: 'Guidance' }).count()).toBe(0);
    await choose(page, 'What flows on the right', 'Exact score, guided');
    await expect
      .poll(async () => (await calls<Flow>(page, 'flow')).at(-1)?.source)
      .toEqual({ kind: 'guided', components: [0, 1], scale: 3 });
    await page
      .getByText('At scale 3 guidance samples a density that is 31 % apart (total variation) from p(x)^(1−s) p(x|c)^s, s = 3.')
      .waitFor();
    await expect.poll(() => page.locator('[aria-label="The truth"] .training-learned path').count()).toBe(2);
    await choose(page, 'Class', 'Class: second half');
    await page.getByRole('spinbutton', { name: 'Guidance' }).fill('1');
    await page.getByRole('spinbutton', { name: 'Guidance' }).press('Enter');
    await expect
      .poll(async () => (await calls<{ components: number[]; scale: number }>(page, 'guided')).at(-1))
      .toMatchObject({ components: [2, 3], scale: 1 });
    await page.getByText('at 1 both are p(x|c)').waitFor();
    // On the way to the end the density is not known.
    await time(page).fill('10');
    await expect.poll(() => page.locator('[aria-label="The truth"] .training-picture .points-shape').count()).toBe(0);
    await expect.poll(async () => lastState(page)).toMatchObject({ right: 'guided', half: 1, guidance: 1 });
    expect(complaints).toEqual([]);
    await close();
  });

  it('begins with the usual sampler where the one that was kept is none', async () => {
    const { page, complaints, close } = await open();
    const kept = (await lastState(page))!;
    await page.addInitScript(
      (state) => {
        window.addEventListener('DOMContentLoaded', () => (window.diffusion.kept = { state, runs: [] }));
      },
      { ...kept, run: { ...kept.run, sampler: 'unknown' } },
    );
    await page.reload();
    await page.waitForSelector('.training-formula .formula');
    expect(await page.getByRole('combobox', { name: 'Sampler', exact: true }).inputValue()).toBe('DDIM');
    expect(complaints).toEqual([]);
    await close();
  });

  it('has formulas with the numbers of the point and the level that are shown', async () => {
    const { page, complaints, close } = await open();
    await trained(page);
    await time(page).fill('15');
    const formulas = page.locator('.training-formula');
    const before = await formulas.innerText();
    expect(before).toContain('Loss of the denoiser, and a step of its sampler');
    await time(page).fill('16');
    await expect.poll(() => formulas.innerText()).not.toBe(before);
    await page.getByText('The sampler’s step').click();
    await page.getByText('The predicted clean point, with the predicted noise put back at the next level').waitFor();
    await choose(page, 'Sampler', 'Euler');
    await page.getByText('Euler’s step of the probability flow').waitFor();
    expect(complaints).toEqual([]);
    await close();
  });

  it('changes its rate while it runs, does one step, and goes back in its history', async () => {
    const { page, close } = await open();
    await press(page, 'One step');
    await expect.poll(() => headline(page)).toMatch(/^Step 1:/);
    await trained(page);
    await page.getByRole('spinbutton', { name: 'Learning rate, exactly' }).fill('0.01');
    await page.getByRole('spinbutton', { name: 'Learning rate, exactly' }).press('Enter');
    await expect
      .poll(async () => (await calls<{ coefficients: Coefficients }>(page, 'change')).at(-1)?.coefficients)
      .toEqual({ rate: 0.01 });
    await expect.poll(() => page.locator('.training-change > text').allTextContents()).toEqual([expect.stringContaining('rate 0.01')]);
    await page.getByRole('slider', { name: 'Stands at' }).fill('120');
    await expect.poll(async () => (await calls<{ step: number }>(page, 'seek')).at(-1)?.step).toBe(120);
    await expect.poll(() => headline(page)).toMatch(/^Step 120:/);
    await choose(page, 'Speed', '10 steps/s');
    await expect.poll(async () => (await calls<{ stepsPerSecond: number }>(page, 'speed')).at(-1)?.stepsPerSecond).toBe(10);
    await close();
  });

  it('runs and pauses by the space bar, but not where a control has it', async () => {
    const { page, close } = await open();
    await page.locator('.training-formula').click();
    await page.keyboard.press(' ');
    await page.locator('vscode-toolbar-button[label="Pause"]').waitFor();
    await page.keyboard.press(' ');
    await page.locator('vscode-toolbar-button[label="Run"]').waitFor();
    await page.getByRole('spinbutton', { name: 'Seed' }).focus();
    await page.keyboard.press(' ');
    await nextFrames(page);
    expect((await calls(page, 'run')).length).toBe(1);
    await close();
  });

  it('begins with other data and another seed, and trains on points that are drawn', async () => {
    const { page, complaints, close } = await open();
    const begun = async (): Promise<DenoiserViewState> => (await calls<DenoiserViewState>(page, 'begin')).at(-1)!;
    await choose(page, 'Data', 'Grid');
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.getByRole('spinbutton', { name: 'Seed' }).press('Enter');
    await expect.poll(begun).toMatchObject({ name: 'grid', seed: 7 });
    await choose(page, 'Data', 'Drawn points');
    await expect.poll(() => headline(page)).toMatch(/^Draw points on the left plane/);
    const handle = page.getByRole('button', { name: /^Where a point is added/ });
    await handle.focus();
    await handle.press('ArrowRight');
    await handle.press('Enter');
    await expect.poll(async () => (await begun()).points.length).toBe(1);
    const box = (await page.locator('[aria-label="What was learned"] .plot').boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 100, { steps: 10 });
    await page.mouse.up();
    await expect.poll(async () => (await begun()).points.length).toBeGreaterThan(3);
    expect(complaints).toEqual([]);
    await close();
  });

  it('keeps what is looked at', async () => {
    const { page, close } = await harness.open({ width: 1_200, height: 1_000 });
    await page.waitForSelector('.training-formula .formula');
    await choose(page, 'Steps of the sampler', '20 steps');
    await time(page).fill('5');
    await expect.poll(async () => (await lastState(page))?.time).toBe(0.25);
    expect(await lastState(page)).toMatchObject({ run: { steps: 20 } });
    await close();
  });

  it('says what failed, where no number came, and goes on at a tenth of the rate', async () => {
    const { page, close } = await open();
    await page.evaluate(() =>
      window.diffusion.status({
        failure: {
          step: 3,
          network: 'denoiser',
          term: 'gradient',
          place: [4],
          value: NaN,
          message: 'NaN arose in the gradient, in step 3.',
        },
      }),
    );
    expect(await page.getByRole('alert').innerText()).toMatch(/^NaN arose in the gradient/);
    await page.getByRole('button', { name: 'Go on at a tenth of the rate' }).click();
    await expect
      .poll(async () => (await calls<{ coefficients: Coefficients }>(page, 'change')).at(-1)?.coefficients)
      .toEqual({ rate: 2e-4 });
    await page.evaluate(() => window.diffusion.status({ failure: null }));
    await page.evaluate(() => void (window.diffusion.failure = 'The process was killed.'));
    await choose(page, 'Sampler', 'UniPC');
    await page.getByText('The process was killed.').first().waitFor();
    await close();
  });
});

describe('the panel', () => {
  it.each(Object.keys(themes) as ThemeName[])('gives axe nothing to say in %s', async (theme) => {
    const { page, close } = await open({ theme });
    await trained(page);
    await press(page, 'Show paths');
    await expect.poll(() => page.locator('.diffusion-path path').count()).toBe(2);
    const findings = await audit(page, false);
    expect(findings.filter((finding) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(finding))).toEqual([]);
    await close();
  });

  it.each([380, 1_000, 1_600])('has nothing beside the page and its time by name at a width of %d', async (width) => {
    const { page, close } = await open({ width });
    await trained(page);
    expect(await time(page).count()).toBe(1);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    await close();
  });
});
