import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { DirectionsRequest, GanSampleRequest, GenerateRequest } from '../../src/protocol/gan.ts';
import type { GanViewState, MeasureRequest } from '../../src/protocol/ganView.ts';
import type { GanRun } from '../../src/protocol/sampling.ts';
import { defaultGan } from '../../src/protocol/sampling.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/gan.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'gan', standIn: 'gan.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1100, height: 800, ...options });
  await panel.page.locator('.gan-directions').waitFor();
  await nextFrames(panel.page);
  return panel;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.gan.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const last = async <T>(page: Page, method: string): Promise<T> => (await calls<T>(page, method)).at(-1)!;
/** What the panel keeps, once it has. */
const kept = async (page: Page): Promise<GanViewState> => {
  await page.waitForTimeout(400);
  return (await last<{ state: GanViewState }>(page, 'saveState')).state;
};
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const button = (page: Page, name: string) => page.getByRole('button', { name });
const measure = async (page: Page): Promise<void> => {
  await page.locator('vscode-button', { hasText: 'Measure' }).click();
  await page.locator('.gan-table').waitFor();
};
const set = (page: Page, change: object) => page.evaluate((value) => void Object.assign(window.gan, value), change);
/** z of the last picture that was generated, and its class. */
const generated = (page: Page): Promise<{ z: number[]; classes: number[] }> =>
  page.evaluate(() => {
    const { z, classes } = window.gan.calls.filter(({ method }) => method === 'generate').at(-1)!.params as GenerateRequest;
    return { z: [...z], classes: [...classes] };
  });
const firstZ = (page: Page, sample: number): Promise<number[]> =>
  page.evaluate(async (index) => {
    const { z } = window.gan.calls.filter(({ method }) => method === 'directions').at(-1)!.params as DirectionsRequest;
    return index >= 0 ? [...z] : [];
  }, sample);

describe('the samples', () => {
  it('are there with the model, and the first line says what is seen', async () => {
    const { page, complaints, close } = await open();
    expect(await last<GanSampleRequest>(page, 'sample')).toEqual({ seed: 1, first: 0, count: 62, truncation: null, class: 'each' });
    expect(await headline(page)).toMatch(
      /^62 samples of GAN of glyphs, seed 1; the discriminator scores them −0\.\d{3} to 0\.\d{3}, −?0\.\d{3} in the mean\.$/,
    );
    expect(await page.locator('.picture').count()).toBe(62);
    const scores = await page
      .locator('.picture')
      .evaluateAll((cells) => cells.map((cell) => Number(/score (\S+)$/.exec(cell.getAttribute('title') ?? '')?.[1]?.replace('−', '-'))));
    const told = / them (\S+) to (\S+),/
      .exec(await headline(page))!
      .slice(1)
      .map((score) => Number(score.replace('−', '-')));
    expect([Math.min(...scores), Math.max(...scores)]).toEqual(told);
    expect(await page.locator('.gan-looked canvas').first().getAttribute('aria-label')).toBe('Sample 0 of seed 1: A');
    expect(complaints).toEqual([]);
    await close();
  });

  it('are drawn again of another seed, class, number and truncation, which are kept', async () => {
    const { page, close } = await open();
    await page.getByRole('spinbutton', { name: 'Seed' }).fill('9');
    await page.keyboard.press('Enter');
    await page.getByRole('combobox', { name: 'Class' }).selectOption('B');
    await page.getByRole('slider', { name: 'Samples' }).fill('20');
    await page.getByRole('slider', { name: 'Truncation' }).fill('0.5');
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toEqual({ seed: 9, first: 0, count: 20, truncation: 0.5, class: 1 });
    await expect.poll(() => headline(page)).toContain('20 samples of GAN of glyphs, seed 9, numbers of z above 0.5 in size drawn again');
    expect(await page.locator('.slider').filter({ hasText: 'Truncation' }).getAttribute('title')).toContain('Truncated normal');
    expect((await kept(page)).settings).toMatchObject({ seed: 9, count: 20, truncation: 0.5, class: 1 });
    await button(page, 'Copy the settings of these samples').click();
    const { text } = await last<{ text: string }>(page, 'copy');
    expect(JSON.parse(text)).toMatchObject({ model: 'gan-glyphs', gan: { seed: 9, count: 20, truncation: 0.5, class: 1 } });
    await button(page, 'Save the numbers as .npy').click();
    await button(page, 'Save the pictures as PNG').click();
    await expect.poll(async () => (await calls(page, 'save')).length).toBe(2);
    const [npy, png] = await calls<{ run: GanRun; png: Uint8Array | null }>(page, 'save');
    expect(npy).toMatchObject({
      png: null,
      run: { kind: 'gan', model: 'gan-glyphs', settings: { seed: 9 }, classes: new Array(20).fill('B') },
    });
    expect(png!.png).not.toBeNull();
    await close();
  });

  it('are chosen by pointer and by keys', async () => {
    const { page, close } = await open();
    await page.locator('.picture').nth(4).click();
    await expect.poll(() => page.locator('#gan-sample').innerText()).toBe('Sample 4 of seed 1: B');
    await page.locator('.picture-grid').press('ArrowRight');
    await expect.poll(() => page.locator('#gan-sample').innerText()).toBe('Sample 5 of seed 1: C');
    expect((await kept(page)).place).toEqual({ sample: 5, walk: null, moves: [] });
    await close();
  });
});

describe('settings', () => {
  it('are pasted, with their model, as far as it has them', async () => {
    const { page, close } = await open();
    await page.getByRole('slider', { name: 'Samples' }).fill('20');
    await button(page, 'Paste settings').click();
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toEqual({ seed: 12, first: 0, count: 20, truncation: 0.7, class: 2 });
    expect(await last(page, 'paste')).toEqual({ model: 'gan-glyphs' });
    expect(await kept(page)).toMatchObject({ model: 'gan-glyphs', data: 'held out', settings: { seed: 12, truncation: 0.7, class: 2 } });
    await set(page, { pasted: { model: '/own/generator.onnx', settings: { seed: 3 }, notice: null } });
    await button(page, 'Paste settings').click();
    await expect.poll(() => calls(page, 'load')).toEqual([{ model: 'gan-glyphs' }, { model: '/own/generator.onnx' }]);
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toMatchObject({ seed: 3, count: 20, truncation: 0.7 });
    // Of one of the user's own nobody knows the data.
    expect(await kept(page)).toMatchObject({ model: '/own/generator.onnx', data: null, train: null });
    await close();
  });

  it('that were not taken over are told, and what is no setting changes nothing', async () => {
    const { page, close } = await open();
    await set(page, { pasted: { model: 'gan-glyphs', settings: { seed: 4 }, notice: 'The settings are of the model “gone”.' } });
    await button(page, 'Paste settings').click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('“gone”');
    await button(page, 'Close').click();
    const before = (await calls(page, 'sample')).length;
    await set(page, { failures: { paste: 'class (70) is nothing that GAN of glyphs has.' } });
    await button(page, 'Paste settings').click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('class (70)');
    expect((await calls(page, 'sample')).length).toBe(before);
    expect((await kept(page)).settings).toMatchObject({ seed: 4, class: 'each' });
    await close();
  });
});

describe('what was changed', () => {
  it('is undone and redone, by keys and by buttons, with what is drawn', async () => {
    const { page, close } = await open();
    expect(await button(page, 'Undo').count()).toBe(0);
    await page.locator('.picture').nth(4).click();
    await page.getByRole('slider', { name: 'Direction 1' }).fill('1');
    await page.getByRole('slider', { name: 'Direction 1' }).fill('2');
    await page.getByRole('combobox', { name: 'Class' }).selectOption('B');
    await expect.poll(() => page.locator('#gan-sample').innerText()).toBe('Sample 0 of seed 1: B');
    await page.keyboard.press('Control+z');
    await expect.poll(() => page.locator('#gan-sample').innerText()).toBe('Sample 4 of seed 1: B');
    await expect.poll(() => page.locator('.gan-looked-words').innerText()).toContain('Moved along 1 direction.');
    expect(await last<GanSampleRequest>(page, 'sample')).toMatchObject({ class: 'each' });
    expect((await kept(page)).place).toEqual({ sample: 4, walk: null, moves: [2, 0, 0, 0] });
    // A slider that is drawn is one change.
    await button(page, 'Undo').click();
    expect((await kept(page)).place).toEqual({ sample: 4, walk: null, moves: [] });
    await page.keyboard.press('Control+Shift+z');
    expect((await kept(page)).place.moves).toEqual([2, 0, 0, 0]);
    await button(page, 'Redo').click();
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toMatchObject({ class: 1 });
    expect(await button(page, 'Redo').count()).toBe(0);
    await close();
  });

  it('is undone of a model and of its data too, and not in a field in which one types', async () => {
    const { page, close } = await open();
    await page.getByRole('combobox', { name: 'Trained on' }).selectOption('Not known');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('own');
    await expect.poll(() => headline(page)).toContain('of own');
    await page.getByRole('spinbutton', { name: 'Seed' }).focus();
    await page.keyboard.press('Control+z');
    expect((await kept(page)).model).toBe('/own/generator.onnx');
    await button(page, 'Undo').click();
    await expect.poll(() => headline(page)).toContain('of GAN of glyphs');
    expect(await kept(page)).toMatchObject({ model: 'gan-glyphs', data: 'held out', train: null });
    await button(page, 'Undo').click();
    await expect.poll(() => page.locator('.gan-nearest li').count()).toBe(6);
    await close();
  });

  it('is broken off by Escape', async () => {
    const { page, close } = await open();
    await set(page, { holding: ['measure'] });
    await page.locator('vscode-button', { hasText: 'Measure' }).click();
    await page.getByRole('progressbar', { name: 'Comparing regions' }).waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
    await close();
  });
});

describe('the place in z', () => {
  it('goes along the directions in which the picture changes most, and back', async () => {
    const { page, close } = await open();
    await page.locator('.picture').nth(2).click();
    await expect.poll(() => page.locator('#gan-sample').innerText()).toContain('Sample 2');
    const base = await firstZ(page, 2);
    await page.getByRole('slider', { name: 'Direction 2' }).fill('-1.5');
    await expect.poll(() => page.locator('.gan-looked-words').innerText()).toContain('Moved along 1 direction.');
    const moved = await generated(page);
    expect(moved.classes).toEqual([2]);
    const apart = moved.z.map((value, j) => value - base[j]!);
    expect(Math.hypot(...apart)).toBeCloseTo(1.5, 5);
    expect((await kept(page)).place.moves).toEqual([0, -1.5, 0, 0]);
    await button(page, 'Back to the sample').click();
    await expect.poll(() => page.locator('.gan-looked-words').innerText()).not.toContain('Moved');
    await close();
  });

  it('walks to another sample, along the line or the arc', async () => {
    const { page, close } = await open();
    await page.locator('.picture').nth(6).click();
    const a = await firstZ(page, 6);
    await page.locator('.picture').nth(3).click();
    await expect.poll(() => page.locator('#gan-sample').innerText()).toContain('Sample 3');
    const b = await firstZ(page, 3);
    await page.getByRole('spinbutton', { name: 'Walk to sample' }).fill('6');
    await page.keyboard.press('Enter');
    await page.getByRole('radio', { name: 'Linear' }).check({ force: true });
    await page.getByRole('slider', { name: 'Way' }).fill('0.5');
    await expect.poll(() => page.locator('.gan-looked-words').innerText()).toContain('50 % of the linear way to sample 6.');
    (await generated(page)).z.forEach((value, j) => expect(value).toBeCloseTo((a[j]! + b[j]!) / 2, 5));
    await page.getByRole('radio', { name: 'Spherical' }).check({ force: true });
    await expect.poll(() => page.locator('.gan-looked-words').innerText()).toContain('spherical way');
    const arc = await generated(page);
    const middle = a.map((value, j) => (value + b[j]!) / 2);
    expect(Math.hypot(...arc.z)).toBeGreaterThan(Math.hypot(...middle));
    await close();
  });
});

describe('scores', () => {
  it('of samples, data, training data and an image file stand on one axis', async () => {
    const { page, close } = await open();
    expect(await page.locator('.gan-histogram').count()).toBe(1);
    await measure(page);
    expect(await page.locator('.gan-histogram-name').allInnerTexts()).toEqual(['Samples', 'Glyphs, held out', 'Glyphs, trained on']);
    expect(await page.locator('.gan-histogram svg').nth(1).getAttribute('aria-label')).toMatch(
      /^Glyphs, held out: 300 scores, mean 0\.\d+, SD 0\.\d+$/,
    );
    await button(page, 'Score the image that is open').click();
    await expect
      .poll(() => page.locator('.gan-image').innerText())
      .toMatch(/photo\.png scores 0\.400 as B, the class that scores highest, above [\d.]+ % of the samples\./);
    expect(await page.locator('.banner.info').innerText()).toContain('was made smaller');
    expect(await page.locator('.gan-line.image').count()).toBe(3);
    await button(page, 'Leave the image out').click();
    await expect.poll(() => page.locator('.gan-line.image').count()).toBe(0);
    await button(page, 'Score an image file…').click();
    expect(await calls(page, 'pickPicture')).toEqual([{ pick: false }, { pick: true }]);
    await close();
  });

  it('are not there without a discriminator, and it says so', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await page.evaluate(() => {
      const rest = { ...window.gan.loaded };
      delete rest.discriminator;
      window.gan.loaded = rest;
      window.gan.content = { ...window.gan.content, models: window.gan.content.models.slice(1) };
    });
    await page.evaluate(() => window.gan.page.models({ models: window.gan.content.models, canAdd: true }));
    await page.getByText('The model was added without a discriminator').waitFor();
    expect(await page.getByRole('button', { name: 'Score the image that is open' }).count()).toBe(0);
    expect(await headline(page)).toMatch(/^62 samples of own, seed 1\.$/);
    await close();
  });
});

describe('what is measured', () => {
  it('is asked for, shows how far it is, can be stopped, and then is the first line', async () => {
    const { page, close } = await open();
    await set(page, { holding: ['measure'] });
    await page.locator('vscode-button', { hasText: 'Measure' }).click();
    await page.getByRole('progressbar', { name: 'Comparing regions' }).waitFor();
    await button(page, 'Cancel').click();
    await expect.poll(() => page.getByRole('progressbar').count()).toBe(0);
    expect(await page.locator('.banner.error').count()).toBe(0);
    await set(page, { holding: [] });
    await measure(page);
    expect(await last<MeasureRequest>(page, 'measure')).toEqual({
      data: 'held out',
      train: 'train',
      samples: 1002,
      seed: 1,
      truncation: null,
    });
    expect(await headline(page)).toBe(
      'GAN of glyphs: 76.0 % of 1,002 samples are read as the class asked for; two of one class lie 0.145 apart, less than 0.235 in Glyphs, held out; the discriminator scores data above samples 64.0 % of the time.',
    );
    expect(await page.locator('.gan-measures').innerText()).toContain(
      'Birthday test: of batches of 32 of one class, 40 of 62 have two at most 0.031 apart',
    );
    // A class that is read badly is chosen to be looked at.
    await page.getByRole('button', { name: /40\.0 % of 333 samples are read as B\. Show this class/ }).click();
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toMatchObject({ class: 1 });
    await close();
  });

  it('says of privacy no more than was measured', async () => {
    const { page, close } = await open();
    const side = page.locator('[aria-labelledby="gan-training"]');
    await expect
      .poll(() => side.innerText())
      .toContain('finds 0.3 to 1.2 % of the members at 1 % false positives, nearness to samples 1.1 to 2.6 %, as the model’s card says');
    await measure(page);
    await expect.poll(() => side.innerText()).toContain('As data, the training data and the data differ (p = 0.001)');
    expect(await side.innerText()).toContain('farther from training examples than new data does (data-copying z 23.0');
    await set(page, { differ: false });
    await page.locator('vscode-button', { hasText: 'Measure again' }).click();
    await expect
      .poll(() => side.innerText())
      .toContain(
        'Of the members, at 1 % false positives, the discriminator’s score finds 0.5 to 2.5 %, nearness to samples 0.5 to 2.5 %; without the model, the items alone give 0.5 to 2.5 %. Other attacks may find more.',
      );
    await close();
  });

  it('shows the training examples that are nearest, of whatever is looked at', async () => {
    const { page, close } = await open();
    await expect.poll(() => page.locator('.gan-nearest li').count()).toBe(6);
    expect(await page.locator('.gan-nearest li').first().innerText()).toBe('0.125');
    const before = (await calls(page, 'neighbours')).length;
    await page.getByRole('slider', { name: 'Direction 1' }).fill('2');
    await expect.poll(async () => (await calls(page, 'neighbours')).length).toBeGreaterThan(before);
    expect(await last(page, 'neighbours')).toMatchObject({ train: 'train', k: 6 });
    await page.getByRole('combobox', { name: 'Trained on' }).selectOption('Not known');
    await page.getByText('Say what it was trained on').waitFor();
    expect(await page.locator('.gan-nearest').count()).toBe(0);
    await close();
  });

  it('is against data of the user’s own where it is chosen', async () => {
    const { page, close } = await open();
    await page.getByRole('combobox', { name: 'Data', exact: true }).selectOption('Other data…');
    await expect.poll(async () => (await kept(page)).data).toBe('/own/data');
    await page.getByRole('combobox', { name: 'Data', exact: true }).selectOption('None');
    await page.getByText('Choose data to measure the samples against.').waitFor();
    expect(await page.locator('vscode-button', { hasText: 'Measure' }).getAttribute('disabled')).not.toBeNull();
    await close();
  });
});

describe('models', () => {
  it('are chosen, added and removed; where the one that is shown is gone, the first is', async () => {
    const { page, close } = await open();
    await page.getByRole('combobox', { name: 'Model' }).selectOption('own');
    await expect.poll(() => calls(page, 'load')).toEqual([{ model: 'gan-glyphs' }, { model: '/own/generator.onnx' }]);
    await page.locator('.gan-directions').waitFor();
    // Of one of the user's own nobody knows the data.
    expect((await kept(page)).data).toBeNull();
    await page.getByRole('combobox', { name: 'Model' }).selectOption('Remove own from the list');
    expect(await calls(page, 'removeModel')).toEqual([{ model: '/own/generator.onnx' }]);
    await page.evaluate(() => window.gan.page.models({ models: window.gan.content.models.slice(0, 1), canAdd: true }));
    await expect.poll(async () => (await calls(page, 'load')).at(-1)).toEqual({ model: 'gan-glyphs' });
    await page.getByRole('combobox', { name: 'Model' }).selectOption('Add a model…');
    expect(await calls(page, 'addModel')).toHaveLength(1);
    await page.evaluate(() => window.gan.page.models({ models: [], canAdd: true }));
    await expect.poll(() => headline(page)).toContain('There is no GAN here');
    await close();
  });

  it('are shown with settings from elsewhere, and what is looked at is kept', async () => {
    const { page, close } = await open();
    await page.evaluate((settings) => window.gan.page.show({ model: 'gan-glyphs', settings }), { ...defaultGan, seed: 5, count: 12 });
    await expect.poll(() => last<GanSampleRequest>(page, 'sample')).toMatchObject({ seed: 5, count: 12 });
    await page.locator('.gan-directions').waitFor();
    await page.locator('.picture').nth(7).click();
    await page.getByRole('slider', { name: 'Direction 1' }).fill('1');
    const state = await kept(page);
    expect(state).toMatchObject({ settings: { seed: 5 }, place: { sample: 7, moves: [1, 0, 0, 0] }, data: 'held out', train: 'train' });
    await close();
  });
});

describe('what goes wrong', () => {
  it('is told where it is, and can be begun again', async () => {
    const { page, close } = await open();
    await set(page, { failures: { sample: 'The generator gives NaN in item 3.' } });
    await page.getByRole('combobox', { name: 'Class' }).selectOption('C');
    await expect.poll(() => page.locator('.banner.error').innerText()).toContain('The generator gives NaN in item 3.');
    await set(page, { failures: {} });
    await button(page, 'Try again').click();
    await expect.poll(() => page.locator('.banner.error').count()).toBe(0);
    await expect.poll(() => page.locator('.picture:not(.waiting)').count()).toBe(62);
    await set(page, { failures: { directions: 'Its process was killed.' } });
    await page.locator('.picture').nth(9).click();
    await expect.poll(() => page.locator('.banner.error').innerText()).toContain('Its process was killed.');
    await set(page, { failures: {} });
    await button(page, 'Look for them again').click();
    await page.locator('.gan-directions').waitFor();
    await button(page, 'Close').click();
    await set(page, { failures: { pickPicture: 'broken.png cannot be read.' } });
    await button(page, 'Score the image that is open').click();
    await expect.poll(() => page.locator('.banner.error').innerText()).toContain('broken.png cannot be read.');
    await button(page, 'Close').click();
    await expect.poll(() => page.locator('.banner.error').count()).toBe(0);
    await close();
  });

  it('a load that is stopped leaves a page on which it can be begun again', async () => {
    const { page, close } = await open();
    await set(page, { holding: ['load'] });
    await page.getByRole('combobox', { name: 'Model' }).selectOption('own');
    await button(page, 'Cancel').click();
    await expect.poll(() => page.locator('.banner.info').innerText()).toContain('it was stopped');
    await set(page, { holding: [] });
    await button(page, 'Try again').click();
    await page.locator('.gan-directions').waitFor();
    await close();
  });

  it('is nothing but text, whatever models and data are called', async () => {
    const { page, complaints, close } = await open();
    const name = '<img src=x onerror=alert(1)>';
    await page.evaluate((title) => {
      const models = window.gan.content.models.map((model) => ({ ...model, title }));
      window.gan.loaded = { ...window.gan.loaded, classes: [title, 'B', 'C'] };
      return window.gan.page.models({ models: [{ ...models[0]!, id: 'other' }], canAdd: false });
    }, name);
    await expect.poll(() => headline(page)).toContain(name);
    await expect.poll(() => page.locator('#gan-sample').innerText()).toContain(name);
    expect(await page.locator('img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe('how it looks', () => {
  it.each(Object.keys(themes) as ThemeName[])('has no fault that axe finds, in %s', async (theme) => {
    const { page, close } = await open({ theme, width: theme === 'light' ? 480 : 1100 });
    await measure(page);
    await button(page, 'Score the image that is open').click();
    await page.getByRole('slider', { name: 'Direction 1' }).fill('1');
    await page.locator('.gan-image').waitFor();
    expect(await audit(page)).toEqual([]);
    await close();
  });

  it('has nothing that scrolls sideways at 300 pixels', async () => {
    const { page, close } = await open({ width: 300 });
    await measure(page);
    const wide = await page.locator('.gan-parts').evaluate((element) => element.scrollWidth - element.clientWidth);
    expect(wide).toBe(0);
    await close();
  });
});
