import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { TrainingViewState } from '../../src/protocol/trainingView.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/training.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'training', standIn: 'training.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1_000, height: 900, ...options });
  await panel.page.waitForSelector('.training-formula .formula');
  return panel;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.training.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const press = (page: Page, label: string): Promise<void> => page.locator(`vscode-toolbar-button[label^="${label}"]`).click();
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
async function trained(page: Page, steps = 400): Promise<void> {
  await press(page, 'Run');
  await page.locator('vscode-toolbar-button[label="Pause"]').waitFor();
  await page.evaluate((count) => window.training.train(count), steps);
  await press(page, 'Pause');
  await page.locator('vscode-toolbar-button[label="Run"]').waitFor();
  await nextFrames(page);
}

describe('a training', () => {
  it('says what each step has come to, as measured, and marks what changes while it runs', async () => {
    const { page, complaints, close } = await open();
    // ELBO = -0.1 - 2.4 in the stand-in.
    await expect
      .poll(() => headline(page))
      .toMatch(/^Step 0 at beta 1: the ELBO is −2\.50 ± 0\.00 nats; log p\(x\) is −?\d\.\d\d above it; R = 2\.40, D = 0\.10\.$/);
    await press(page, 'Run');
    await page.evaluate(() => window.training.train(200));
    await expect.poll(() => page.locator('.training-speed').innerText()).toBe('812 steps/s');
    const beta = page.getByRole('spinbutton', { name: 'Beta, exactly' });
    await beta.fill('2.5');
    // What is typed stays while the page is drawn anew.
    await page.evaluate(() => window.training.train(10));
    await nextFrames(page);
    expect(await beta.inputValue()).toBe('2.5');
    await beta.press('Enter');
    await expect.poll(() => page.locator('.training-change > text').allTextContents()).toEqual(['beta 2.5']);
    expect(await calls(page, 'change')).toEqual([{ coefficients: { beta: 2.5 } }]);
    await page.evaluate(() => window.training.train(200));
    await press(page, 'Pause');
    await expect.poll(() => headline(page)).toContain('Step 410 at beta 2.5');
    expect(await page.locator('.training-line.loss').first().getAttribute('d')).toMatch(/^M.*L/);
    expect(await page.getByText(/differ by 0 nats|differ by \d\.\de-\d+ nats/).count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says below beta 1 that its loss is no bound', async () => {
    const { page, close } = await open();
    expect(await page.locator('.formula-claim').first().innerText()).toBe('bound');
    await page.getByRole('slider', { name: 'Beta' }).fill('10');
    await trained(page);
    await expect.poll(() => page.locator('.formula-claim').first().innerText()).toBe('definition');
    await page.getByText('With β below 1 the loss is no bound').waitFor();
    await close();
  });

  it('claims nothing of log p(x) where two grids do not agree', async () => {
    const { page, close } = await open();
    await page.evaluate(() => void (window.training.agrees = false));
    await trained(page);
    await expect.poll(() => headline(page)).toContain('log p(x) is not known: two grids of z differ by 0.4 nats');
    await page.getByText('The learned density is not shown').waitFor();
    await close();
  });

  it('goes back to a place by the keyboard, and by the slider', async () => {
    const { page, close } = await open();
    for (const steps of [200, 300]) await trained(page, steps);
    const plot = page.getByRole('application', { name: 'Rate-distortion plane' });
    await plot.focus();
    await plot.press('Enter');
    await plot.press('Enter');
    await expect.poll(async () => (await calls<{ run: string; step: number }>(page, 'seek')).at(-1)?.run).toBe('run 1');
    await page.getByRole('slider', { name: 'Stands at' }).fill('120');
    await expect.poll(async () => (await calls<{ step: number }>(page, 'seek')).at(-1)?.step).toBe(120);
    await expect.poll(() => headline(page)).toContain('Step 120 at');
    await close();
  });

  it('trains on points that are drawn by pointer and by keyboard', async () => {
    const { page, complaints, close } = await open();
    await page.getByRole('combobox', { name: 'Data' }).selectOption({ label: 'Drawn points' });
    await expect.poll(() => headline(page)).toMatch(/^Draw points on the plane of x/);
    const plot = page.locator('.training-part').first().locator('.plot');
    const box = (await plot.boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 100, { steps: 10 });
    await page.mouse.up();
    const begun = async (): Promise<TrainingViewState> => (await calls<TrainingViewState>(page, 'begin')).at(-1)!;
    await expect.poll(async () => (await begun()).points.length).toBeGreaterThan(2);
    const drawn = (await begun()).points.length;
    const handle = page.getByRole('button', { name: /^Where a point is added/ });
    await handle.focus();
    await handle.press('ArrowRight');
    await handle.press('Enter');
    await expect.poll(async () => (await begun()).points.length).toBe(drawn + 1);
    expect((await begun()).points.at(-1)![0]).toBeGreaterThan(0);
    await press(page, 'Take all points away');
    await expect.poll(() => headline(page)).toMatch(/^Draw points/);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says where what is no number arose, stays usable, and goes on slower', async () => {
    const { page, close } = await open();
    await press(page, 'Run');
    await page.evaluate(() => {
      const message = 'NaN arose in the kl of example 3 in dimension 1, in step 20, which was not done: the model is as it was before.';
      const failure = { step: 20, network: 'vae', term: 'kl', place: [3, 1], value: NaN, message };
      window.training.status({ running: false, step: 20, failure });
    });
    expect(await page.getByRole('alert').innerText()).toMatch(/^NaN arose in the kl of example 3/);
    await page.getByRole('button', { name: 'Go on at a tenth of the rate' }).click();
    await expect.poll(() => calls(page, 'change')).toEqual([{ coefficients: { rate: 2e-4 } }]);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await close();
  });

  it('says what failed where the graphs cannot be loaded, and tries again', async () => {
    const { page, close } = await harness.open({ width: 600 });
    await page.waitForSelector('.training-formula .formula');
    await page.evaluate(() => void (window.training.failure = 'models/mixtures-2d/training.json cannot be read. Reinstall the model.'));
    await press(page, 'Begin again');
    expect(await page.getByRole('alert').innerText()).toContain('Reinstall the model.');
    await page.evaluate(() => void (window.training.failure = null));
    await page.getByRole('button', { name: 'Close' }).click();
    await press(page, 'Begin again');
    await expect.poll(async () => (await calls(page, 'begin')).length).toBe(3);
    await close();
  });

  it('begins with other data, seed and speed, and keeps what was chosen', async () => {
    const { page, close } = await open();
    await page.getByRole('combobox', { name: 'Data' }).selectOption({ label: 'Grid' });
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.getByRole('spinbutton', { name: 'Seed' }).press('Enter');
    await page.getByRole('combobox', { name: 'Speed' }).selectOption({ label: '10 steps/s' });
    await expect.poll(async () => (await calls<TrainingViewState>(page, 'begin')).at(-1)).toMatchObject({ name: 'grid', seed: 7 });
    await expect
      .poll(async () => (await calls<{ state: TrainingViewState }>(page, 'saveState')).at(-1)?.state)
      .toMatchObject({
        ...{ name: 'grid', seed: 7, stepsPerSecond: 10 },
      });
    await close();
  });
});

describe('the panel', () => {
  it.each(Object.keys(themes) as ThemeName[])('gives axe nothing to say in %s', async (theme) => {
    const { page, close } = await open({ theme, height: 1_500 });
    await trained(page);
    // A formula's term is heard by its name, which KaTeX's letters do not spell; what is undecided is of the same kind.
    const findings = await audit(page, false);
    expect(findings.filter((finding) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(finding))).toEqual([]);
    await close();
  });

  it.each([380, 1_000, 1_600])('has nothing beside the page at a width of %i', async (width) => {
    const { page, close } = await open({ width });
    await trained(page);
    const beyond = await page.evaluate(() =>
      [
        ...document.querySelectorAll<HTMLElement>(
          '.training button, .training input, .training select, .training p, .training li, .formula-card',
        ),
      ]
        .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
        .map((element) => element.outerHTML.slice(0, 80)),
    );
    expect(beyond).toEqual([]);
    await close();
  });
});
