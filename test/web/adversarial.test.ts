import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ganPresets } from '../../src/maths/adversarial/presets.ts';
import type { AdversarialViewState } from '../../src/protocol/adversarialView.ts';
import { defaultCoefficients, type Coefficients } from '../../src/protocol/training.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/adversarial.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'adversarial', standIn: 'adversarial.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1_200, height: 1_000, ...options });
  await panel.page.waitForSelector('.training-formula .formula');
  return panel;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.adversarial.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const press = (page: Page, label: string): Promise<void> => page.locator(`vscode-toolbar-button[label^="${label}"]`).click();
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const changes = (page: Page): Promise<Coefficients[]> =>
  calls<{ coefficients: Coefficients }>(page, 'change').then((all) => all.map(({ coefficients }) => coefficients));
async function trained(page: Page, steps = 400): Promise<void> {
  await press(page, 'Run');
  await page.locator('vscode-toolbar-button[label="Pause"]').waitFor();
  await page.evaluate((count) => window.adversarial.train(count), steps);
  await press(page, 'Pause');
  await page.locator('vscode-toolbar-button[label="Run"]').waitFor();
  await nextFrames(page);
}

describe('a GAN that trains', () => {
  it('says what each step has come to beside the data’s own, and shows the terms of this batch', async () => {
    const { page, complaints, close } = await open();
    await trained(page);
    await expect
      .poll(() => headline(page))
      .toBe(
        'Step 400, non-saturating loss: 1 of 4 modes hit, 61.0 % of samples within 3σ of one (real data 98.9 %); JSD 0.412 ± 0.010 nats.',
      );
    await page.getByText('V(D*) − V(D) is 0.503 ± 0.009 at fresh points and 0.512 over the plane, in cells').waitFor();
    await page.getByText('V(D*) − V(D) by the integral and by fresh points are 1.0 errors apart.').waitFor();
    await page.getByText('JSD is known to ± 0.010 at the last place.').waitFor();
    await expect.poll(() => page.locator('.adversarial-modes tbody tr').count()).toBe(4);
    expect(await page.locator('.adversarial-modes tbody tr').first().innerText()).toMatch(/1\s+97\.0 %\s+25\.0 %\s+0\.80\s+yes/);
    await page.getByText(/The largest eigenvalue is 0\.0100 ± 1\.20i; 2 of the 2 that were found turn/).waitFor();
    expect(await page.locator('.training-line.discriminator').first().getAttribute('d')).toMatch(/^M.*L/);
    expect(complaints).toEqual([]);
    await close();
  });

  it('has the points stand out that a term is a mean over, and lights the term of a point', async () => {
    const { page, complaints, close } = await open();
    await trained(page);
    const picture = page.locator('[aria-label="What was learned"] .surface > canvas');
    const shown = (): Promise<string> => picture.screenshot().then((bytes) => bytes.toString('base64'));
    const plain = await shown();
    await page.locator('.formula-box [data-term="real"]').hover();
    await nextFrames(page);
    const ofReal = await shown();
    await page.locator('.formula-box [data-term="fake"]').hover();
    await nextFrames(page);
    expect(new Set([plain, ofReal, await shown()]).size).toBe(3);
    await page.mouse.move(2, 2);
    await nextFrames(page);
    expect(await shown()).toBe(plain);
    const plot = page.getByRole('application', { name: /^Plane of x: generated points/ });
    await plot.focus();
    await plot.press('Enter');
    await expect.poll(() => page.locator('.formula-box .lit').count()).toBe(1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('changes its loss, rates, penalties and numbers of steps while it runs', async () => {
    const { page, complaints, close } = await open();
    await press(page, 'Run');
    await page.evaluate(() => window.adversarial.train(100));
    await page.getByRole('combobox', { name: 'Loss' }).selectOption({ label: 'Hinge' });
    await expect.poll(() => changes(page)).toEqual([{ loss: 2 }]);
    for (const [field, value] of [
      ['R1, exactly', '0.5'],
      ['Clipping, exactly', '0.01'],
      ['D steps', '5'],
    ] as const) {
      await page.getByRole('spinbutton', { name: field }).fill(value);
      await page.getByRole('spinbutton', { name: field }).press('Enter');
    }
    await expect.poll(async () => (await changes(page)).at(-1)).toEqual({ loss: 2, r1: 0.5, clip: 0.01, 'discriminator.steps': 5 });
    // 0 is no clipping.
    await page.getByRole('spinbutton', { name: 'Clipping, exactly' }).fill('0');
    await page.getByRole('spinbutton', { name: 'Clipping, exactly' }).press('Enter');
    await expect.poll(async () => (await changes(page)).at(-1)?.['clip']).toBe(Infinity);
    await page.getByRole('slider', { name: 'Momentum' }).fill('100');
    await expect.poll(async () => (await changes(page)).at(-1)?.['generator.beta1']).toBeCloseTo(0.495, 1);
    await expect.poll(() => page.locator('.training-change > text').allTextContents()).toEqual([expect.stringContaining('hinge')]);
    expect(complaints).toEqual([]);
    await close();
  });

  it('does one step of one player, and of both', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: '+1 D' }).click();
    await page.getByRole('button', { name: '+1 G' }).click();
    await press(page, 'One step of both');
    await expect
      .poll(() => calls<{ player: string }>(page, 'step'))
      .toEqual([{ player: 'discriminator' }, { player: 'generator' }, { player: 'both' }]);
    await expect.poll(() => headline(page)).toMatch(/^Step 3,/);
    await close();
  });

  it('says why there is no best discriminator, and shows the densities then', async () => {
    const { page, close } = await open();
    await page.getByRole('spinbutton', { name: 'R1, exactly' }).fill('1');
    await page.getByRole('spinbutton', { name: 'R1, exactly' }).press('Enter');
    await trained(page, 100);
    await page.getByText('With R1 no score is the best at a point').first().waitFor();
    expect(await page.locator('[aria-label="The truth"] .legend').count()).toBe(0);
    await page.getByRole('combobox', { name: 'Surface of the truth' }).selectOption({ label: 'Densities p_d − p_g' });
    await expect.poll(() => page.locator('[aria-label="The truth"] .legend-name').innerText()).toBe('p_d − p_g, density');
    await close();
  });

  it('tells the story of a preset, and cures it from there or from the beginning', async () => {
    const { page, complaints, close } = await open();
    const preset = ganPresets[0]!;
    await page.getByRole('combobox', { name: 'Preset' }).selectOption({ label: preset.name });
    await expect.poll(() => page.getByRole('note').innerText()).toContain(preset.sentence);
    const begun = async (): Promise<AdversarialViewState> => (await calls<AdversarialViewState>(page, 'begin')).at(-1)!;
    await expect.poll(async () => (await begun()).coefficients).toMatchObject(preset.coefficients);
    expect((await begun()).name).toBe(preset.mixture);
    await expect.poll(() => calls<{ until?: number }>(page, 'run')).toEqual([{ until: preset.steps }]);
    await page.getByRole('button', { name: `${preset.fix.name}, from here on` }).click();
    await expect.poll(async () => (await changes(page)).at(-1)).toEqual(preset.fix.coefficients);
    await expect.poll(() => page.getByRole('note').innerText()).toContain(preset.fix.sentence);
    await page.getByRole('button', { name: 'Without it, from the beginning' }).click();
    await page.getByRole('button', { name: `${preset.fix.name}, from the beginning` }).click();
    await expect.poll(async () => (await begun()).coefficients).toMatchObject(preset.fix.coefficients);
    expect(complaints).toEqual([]);
    await close();
  });

  it('goes back in its history by the slider, following the hand', async () => {
    const { page, close } = await open();
    await trained(page, 400);
    const slider = page.getByRole('slider', { name: 'Stands at' });
    await slider.fill('120');
    await expect.poll(async () => (await calls<{ step: number }>(page, 'seek')).at(-1)?.step).toBe(120);
    await expect.poll(() => headline(page)).toMatch(/^Step 120,/);
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

  it('keeps what is looked at, and begins with other data and another seed', async () => {
    const { page, close } = await open();
    await press(page, 'Show where each generated point is pulled');
    await press(page, 'Show the grid of z');
    await page.getByRole('combobox', { name: 'Data' }).selectOption({ label: 'Grid' });
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('7');
    await page.getByRole('spinbutton', { name: 'Seed' }).press('Enter');
    await expect
      .poll(async () => (await calls<{ state: AdversarialViewState }>(page, 'saveState')).at(-1)?.state)
      .toMatchObject({ arrows: false, grid: false, realPoints: true, name: 'grid', seed: 7 });
    await expect.poll(() => page.locator('.adversarial-arrow').count()).toBe(0);
    await close();
  });

  it('trains on points that are drawn by pointer and by keyboard', async () => {
    const { page, complaints, close } = await open();
    await page.getByRole('combobox', { name: 'Data' }).selectOption({ label: 'Drawn points' });
    await expect.poll(() => headline(page)).toMatch(/^Draw points on the plane/);
    const box = (await page.locator('[aria-label="What was learned"] .plot').boundingBox())!;
    await page.mouse.move(box.x + 60, box.y + 60);
    await page.mouse.down();
    await page.mouse.move(box.x + 160, box.y + 100, { steps: 10 });
    await page.mouse.up();
    const begun = async (): Promise<AdversarialViewState> => (await calls<AdversarialViewState>(page, 'begin')).at(-1)!;
    await expect.poll(async () => (await begun()).points.length).toBeGreaterThan(2);
    const drawn = (await begun()).points.length;
    const handle = page.getByRole('button', { name: /^Where a point is added/ });
    await handle.focus();
    await handle.press('ArrowRight');
    await handle.press('Enter');
    await expect.poll(async () => (await begun()).points.length).toBe(drawn + 1);
    expect(complaints).toEqual([]);
    await close();
  });

  it('says what failed where the graphs cannot be loaded, and stays usable', async () => {
    const { page, close } = await open();
    await page.evaluate(() => void (window.adversarial.failure = 'models/mixtures-2d/training.json cannot be read. Reinstall the model.'));
    await press(page, 'Begin again');
    expect(await page.getByRole('alert').innerText()).toContain('Reinstall the model.');
    await page.evaluate(() => void (window.adversarial.failure = null));
    await page.getByRole('button', { name: 'Close' }).click();
    await press(page, 'Begin again');
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await close();
  });

  it('says where what is no number arose, and goes on at a tenth of both rates', async () => {
    const { page, close } = await open();
    await press(page, 'Run');
    await page.evaluate(() => {
      const message =
        'NaN arose in the scores at real points of the discriminator, in step 20, which was not done: the model is as it was before.';
      const failure = { step: 20, network: 'discriminator', term: 'scores at real points', place: [3], value: NaN, message };
      window.adversarial.status({ running: false, step: 20, failure });
    });
    expect(await page.getByRole('alert').innerText()).toMatch(/^NaN arose in the scores at real points/);
    await page.getByRole('button', { name: 'Go on at a tenth of the rate' }).click();
    const tenth = (name: string): number => Number((defaultCoefficients.gan[name]! / 10).toPrecision(3));
    await expect
      .poll(() => changes(page))
      .toEqual([{ 'discriminator.rate': tenth('discriminator.rate'), 'generator.rate': tenth('generator.rate') }]);
    await page.getByRole('alert').waitFor({ state: 'detached' });
    await close();
  });
});

describe('the panel', () => {
  it.each(Object.keys(themes) as ThemeName[])('gives axe nothing to say in %s', async (theme) => {
    const { page, close } = await open({ theme });
    await trained(page);
    await page.getByRole('combobox', { name: 'Preset' }).selectOption({ index: 1 });
    await page.getByRole('note').waitFor();
    const findings = await audit(page, false);
    expect(findings.filter((finding) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(finding))).toEqual([]);
    await close();
  });

  it.each([380, 1_000, 1_600])('has nothing beside the page at a width of %d', async (width) => {
    const { page, close } = await open({ width });
    await trained(page);
    expect(await page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth)).toBeLessThanOrEqual(0);
    await close();
  });
});
