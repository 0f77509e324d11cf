/** The part of an image file that is looked at, in the latent panel. */

import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { PicturePart } from '../../src/protocol/vae.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/latent.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'latent', standIn: 'latent.ts' });
});
afterAll(async () => harness.close());

/** With an image file of 4,000 x 3,000 pixels, or another size, that is shown at 320 x 240. */
async function open(options: PanelOptions = {}, file?: { width: number; height: number }): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1100, height: 1000, ...options });
  const { page } = panel;
  await page.locator('.latent-plane .plot').waitFor();
  if (file) await set(page, { file });
  await page.locator('vscode-toolbar-button[icon="file-media"]').click();
  await page.locator('.formula').waitFor();
  await page.locator('.part-frame').scrollIntoViewIfNeeded();
  await nextFrames(page);
  return panel;
}
const set = (page: Page, change: Record<string, unknown>): Promise<void> =>
  page.evaluate((value) => void Object.assign(window.latent, value), change);
const release = async (page: Page): Promise<void> => {
  await page.evaluate(() => window.latent.release());
  await nextFrames(page);
};
const rectangle = (page: Page): Locator => page.getByRole('application', { name: 'Selection of a.png' });
const whole = (page: Page): Locator => page.getByRole('button', { name: 'Whole image' });
const place = (page: Page): Promise<string> => page.locator('.part-place').innerText();
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.latent.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const asked = async (page: Page): Promise<PicturePart[]> =>
  (await calls<{ part: PicturePart }>(page, 'encodePicturePart')).map(({ part }) => part);
/** The part that was asked for last, once it rests. */
async function rested(page: Page): Promise<PicturePart> {
  await page.locator('.headline:not(.stale)').waitFor();
  await expect.poll(async () => (await asked(page)).length).toBeGreaterThan(0);
  await page.waitForTimeout(350);
  await page.locator('.headline:not(.stale)').waitFor();
  return (await asked(page)).at(-1)!;
}
async function boxOf(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not seen`);
  return box;
}
/** Presses at a place of the image, in its pixels on the screen, and goes to another. */
async function press(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  const { x, y } = await boxOf(page, '.part-frame');
  await page.mouse.move(x + from[0], y + from[1]);
  await page.mouse.down();
  await page.mouse.move(x + to[0], y + to[1], { steps: 8 });
}
async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await press(page, from, to);
  await page.mouse.up();
}
/** Whether a part is this one but for a pixel of the screen, which has 12.5 of the file's. */
const near = (x: number, y: number, width: number, height: number): unknown =>
  Object.fromEntries(Object.entries({ x, y, width, height }).map(([side, value]) => [side, within(value)]));
const within = (value: number): unknown => {
  const matches = (other: unknown): boolean => typeof other === 'number' && Number.isInteger(other) && Math.abs(other - value) <= 13;
  return { asymmetricMatch: matches, toString: () => `whole and near ${value}` };
};

describe('the image file', () => {
  it('is shown whole and small, with its size and what is taken of it', async () => {
    const panel = await open();
    const { page } = panel;
    expect(await page.getByRole('heading', { name: 'Part of a.png' }).count()).toBe(1);
    expect(await boxOf(page, '.part-frame')).toMatchObject({ width: 320, height: 240 });
    const canvas = page.getByRole('img', { name: 'a.png', exact: true });
    expect(await canvas.evaluate((element: HTMLCanvasElement) => [element.width, element.height])).toEqual([320, 240]);
    expect(await place(page)).toBe('4,000 × 3,000 pixels at x 0, y 0\nof 4,000 × 3,000 in the file');
    expect(await whole(page).isVisible()).toBe(false);
    expect(await asked(page)).toEqual([]);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it.each([
    [{ width: 3_000, height: 10 }, [320, 40], [320, 1]],
    [{ width: 10, height: 3_000 }, [30, 240], [1, 320]],
    [{ width: 16, height: 16 }, [240, 240], [16, 16]],
  ])('can be selected in where it is thin or tiny: %j', async (file, [across, down], pixels) => {
    const { page, close } = await open({}, file);
    expect(await boxOf(page, '.part-frame')).toMatchObject({ width: across, height: down });
    const canvas = page.getByRole('img', { name: 'a.png', exact: true });
    expect(await canvas.evaluate((element: HTMLCanvasElement) => [element.width, element.height])).toEqual(pixels);
    await drag(page, [across! / 4, down! / 4], [across! / 2, (3 * down!) / 4]);
    const { width, height } = await rested(page);
    expect(Math.abs(width - file.width / 4)).toBeLessThanOrEqual(1 + file.width / across!);
    expect(Math.abs(height - file.height / 2)).toBeLessThanOrEqual(1 + file.height / down!);
    await close();
  });

  it('goes when an item of the data is looked at', async () => {
    const { page, close } = await open();
    await page.locator('.plot').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.latent-part').count()).toBe(0);
    await page.locator('vscode-toolbar-button[icon="file-media"]').click();
    await expect.poll(() => page.locator('.latent-part').count()).toBe(1);
    await close();
  });
});

describe('a selection', () => {
  it('is drawn, encoded and examined', async () => {
    const panel = await open();
    const { page } = panel;
    await drag(page, [80, 60], [240, 180]);
    expect(await rested(page)).toEqual(near(1_000, 750, 2_000, 1_500));
    expect(await headline(page)).toMatch(/^Part of a\.png: ELBO/);
    expect(await place(page)).toMatch(/^(1,9|2,0)\d\d × 1,\d{3} pixels at x \S+, y \d+\n/);
    expect(await whole(page).isVisible()).toBe(true);
    // The whole once, the part once, however often it was encoded on the way.
    expect((await calls(page, 'examine')).length).toBe(2);
    expect((await asked(page)).length).toBeGreaterThan(1);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('is moved and resized by its handles without a jump, turned over, and held inside the image', async () => {
    const { page, close } = await open();
    await drag(page, [80, 60], [160, 120]);
    await rested(page);
    await drag(page, [100, 80], [140, 100]);
    expect(await rested(page)).toEqual(near(1_500, 1_000, 1_000, 750));
    const before = await rested(page);
    await drag(page, [140, 100], [900, 900]);
    expect(await rested(page)).toEqual({ ...before, x: 4_000 - before.width, y: 3_000 - before.height });
    await drag(page, [280, 200], [160, 100]);
    const from = await rested(page);
    // The pointer takes the corner 3 pixels outside.
    const { x, y, width, height } = await boxOf(page, '.part-rectangle');
    const frame = await boxOf(page, '.part-frame');
    const corner = [x - frame.x + width, y - frame.y + height] as const;
    await drag(page, [corner[0] + 3, corner[1] + 3], [corner[0] + 23, corner[1] + 13]);
    expect(await rested(page)).toEqual(near(from.x, from.y, from.width + 250, from.height + 125));
    const wide = await rested(page);
    // The left edge, over the right one.
    await drag(page, [x - frame.x, y - frame.y + height / 2], [x - frame.x + width + 40, 10]);
    expect(await rested(page)).toEqual(near(wide.x + wide.width, wide.y, 250, wide.height));
    await close();
  });

  it('is square with Shift', async () => {
    const { page, close } = await open();
    await press(page, [40, 40], [140, 60]);
    await page.keyboard.down('Shift');
    const { x, y } = await boxOf(page, '.part-frame');
    await page.mouse.move(x + 141, y + 60);
    await page.mouse.up();
    await page.keyboard.up('Shift');
    const { width, height } = await rested(page);
    expect(width).toBe(height);
    expect(width).toEqual(within(1_262));
    await close();
  });

  it('is the whole again by a double click, the link and Escape', async () => {
    const { page, close } = await open();
    const all = { x: 0, y: 0, width: 4_000, height: 3_000 };
    const draw = async (): Promise<void> => {
      await drag(page, [80, 60], [240, 180]);
      expect(await rested(page)).not.toEqual(all);
    };
    await draw();
    const { x, y } = await boxOf(page, '.part-frame');
    await page.mouse.dblclick(x + 160, y + 120);
    expect(await rested(page)).toEqual(all);
    expect(await headline(page)).toMatch(/^a\.png: ELBO/);
    await draw();
    await whole(page).click();
    expect(await rested(page)).toEqual(all);
    // What was pressed is gone: the keyboard goes on at the rectangle.
    expect(await rectangle(page).evaluate((element) => element === document.activeElement)).toBe(true);
    await draw();
    await page.keyboard.press('Escape');
    expect(await rested(page)).toEqual(all);
    await close();
  });

  it('stays where a click draws nothing', async () => {
    const { page, close } = await open();
    const { x, y } = await boxOf(page, '.part-frame');
    await page.mouse.click(x + 20, y + 20);
    await page.mouse.click(x + 200, y + 120, { button: 'right' });
    await nextFrames(page);
    expect(await asked(page)).toEqual([]);
    await close();
  });

  it('goes by keys: moved, stretched at each side, by single pixels', async () => {
    const { page, close } = await open();
    await rectangle(page).focus();
    const after = async (...keys: string[]): Promise<PicturePart> => {
      for (const key of keys) await page.keyboard.press(key);
      return rested(page);
    };
    // All of it has nowhere to go.
    await page.keyboard.press('ArrowRight');
    await nextFrames(page);
    expect(await asked(page)).toEqual([]);
    expect(await after('Shift+ArrowLeft', 'Shift+ArrowUp')).toEqual({ x: 0, y: 0, width: 3_960, height: 2_960 });
    expect(await after('ArrowRight', 'ArrowRight', 'ArrowDown')).toEqual({ x: 40, y: 40, width: 3_960, height: 2_960 });
    expect(await after('Alt+ArrowRight', 'Alt+ArrowDown')).toEqual({ x: 80, y: 80, width: 3_920, height: 2_920 });
    expect(await after('Control+ArrowLeft', 'Control+Shift+ArrowUp')).toEqual({ x: 79, y: 80, width: 3_920, height: 2_919 });
    expect(await place(page)).toMatch(/^3,920 × 2,919 pixels at x 79, y 80/);
    await close();
  });

  it('keeps its keys from the editor', async () => {
    const { page, close } = await open();
    await page.evaluate(() => {
      const heard: string[] = [];
      addEventListener('keydown', ({ key }) => heard.push(key));
      Object.assign(window, { heard });
    });
    await rectangle(page).focus();
    for (const key of ['Alt+ArrowLeft', 'ArrowLeft', 'Escape', 'a']) await page.keyboard.press(key);
    expect(await page.evaluate(() => (window as unknown as { heard: string[] }).heard)).toEqual(['Alt', 'a']);
    await close();
  });

  it('is described to who cannot see it', async () => {
    const { page, close } = await open();
    await drag(page, [80, 60], [240, 180]);
    const described = await rectangle(page).evaluate((element) =>
      element
        .getAttribute('aria-describedby')!
        .split(' ')
        .map((id) => document.getElementById(id)!.textContent),
    );
    expect(described.join(' ')).toMatch(/^\S+ × \S+ pixels at x \S+, y \S+ of 4,000 × 3,000 in the file Arrow keys move the selection/);
    expect(await page.getByRole('status').filter({ hasText: 'pixels at x' }).count()).toBe(1);
    await close();
  });
});

describe('while it is dragged', () => {
  it('the newest part is encoded and shown in the plane, and nothing is examined', async () => {
    const { page, close } = await open();
    await press(page, [10, 10], [60, 50]);
    await page.waitForTimeout(400);
    expect((await calls(page, 'examine')).length).toBe(1);
    expect(await page.locator('.latent-examined').getAttribute('aria-busy')).toBe('true');
    const z = await page.evaluate(() => [
      ...(window.latent.calls.filter(({ method }) => method === 'decode').at(-1)!.params as { z: Float32Array }).z,
    ]);
    const { x, width, y, height } = (await asked(page)).at(-1)!;
    expect(z[0]).toBeCloseTo((4 * (x + width / 2)) / 4_000 - 2, 4);
    expect(z[1]).toBeCloseTo(2 - (4 * (y + height / 2)) / 3_000, 4);
    for (const button of await page.locator('.latent-examined .latent-actions vscode-button').all())
      expect(await button.getAttribute('disabled')).not.toBeNull();
    await page.mouse.up();
    await rested(page);
    expect((await calls(page, 'examine')).length).toBe(2);
    expect(await page.locator('.latent-examined').getAttribute('aria-busy')).toBe('false');
    await close();
  });

  it('one part is asked for at a time', async () => {
    const { page, close } = await open();
    await set(page, { holding: ['encodePicturePart'] });
    await press(page, [10, 10], [200, 150]);
    expect((await asked(page)).length).toBe(1);
    await release(page);
    await expect.poll(async () => (await asked(page)).length).toBe(2);
    expect((await asked(page))[1]).toEqual(near(125, 125, 2_375, 1_750));
    await page.mouse.up();
    await close();
  });

  it.each([1_100, 400])('nothing in the page moves, at %d pixels', async (width) => {
    const { page, close } = await open({ width });
    await page.getByRole('button', { name: 'Work log p(x) out' }).click();
    await page.locator('.latent-tightness').waitFor();
    await page.locator('.part-frame').scrollIntoViewIfNeeded();
    const layout = (): Promise<string[]> =>
      page.evaluate(() =>
        [...document.querySelectorAll('.headline, .latent-plane, .latent-side > *, .latent-part p, .part-frame, .latent-examined > *')].map(
          (element) => {
            const { x, y, width: wide, height } = element.getBoundingClientRect();
            return `${element.classList[0] ?? element.tagName}: ${[x, y, wide, height].map(Math.round).join(' ')}`;
          },
        ),
      );
    const before = await layout();
    await set(page, { notices: ['a.png: the size was changed to 16 x 16 by averaging areas, which changes its proportions.'] });
    await press(page, [20, 20], [100, 90]);
    await page.waitForTimeout(400);
    expect((await asked(page)).length).toBeGreaterThan(0);
    expect(await layout()).toEqual(before);
    await page.mouse.up();
    await rested(page);
    expect(await page.locator('.banner').innerText()).toContain('the size was changed to 16 x 16');
    // What log p(x) was of the whole is not that of the part.
    expect(await page.locator('.latent-tightness').count()).toBe(0);
    await close();
  });

  it('what comes late changes nothing of what was chosen since', async () => {
    const { page, close } = await open();
    await set(page, { holding: ['encodePicturePart'] });
    await drag(page, [80, 60], [240, 180]);
    await page.locator('.plot').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect.poll(() => headline(page)).toMatch(/^[ABC], Font/);
    await set(page, { failures: { encodePicturePart: 'part.x is 7' } });
    await release(page);
    await page.waitForTimeout(350);
    expect(await headline(page)).toMatch(/^[ABC], Font/);
    expect(await page.locator('.stale').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    await close();
  });

  it('what fails is told, and the part that was encoded last is looked at', async () => {
    const { page, close } = await open();
    await drag(page, [80, 60], [240, 180]);
    const part = await rested(page);
    const told = await place(page);
    await set(page, { failures: { encodePicturePart: 'The inference process ended.' } });
    await drag(page, [160, 120], [200, 130]);
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toEqual(['The inference process ended.']);
    await expect.poll(() => place(page)).toBe(told);
    expect(await page.locator('.stale').count()).toBe(0);

    // A part that came, and then one that did not.
    await set(page, { failures: {} });
    await press(page, [160, 120], [180, 120]);
    await expect.poll(async () => (await asked(page)).at(-1)).toMatchObject({ x: within(part.x + 250) });
    await page.locator('.headline.stale').waitFor();
    const between = await place(page);
    await set(page, { failures: { encodePicturePart: 'The inference process ended.' } });
    const { x, y } = await boxOf(page, '.part-frame');
    await page.mouse.move(x + 200, y + 120, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => place(page)).toBe(between);
    await page.locator('.headline:not(.stale)').waitFor();
    expect(await headline(page)).toMatch(/^Part of a\.png: ELBO/);
    expect(await page.getByRole('alert').count()).toBe(1);
    await close();
  });

  it('what cannot be examined is said to be unknown, and looked at again', async () => {
    const { page, close } = await open();
    await set(page, { failures: { examine: 'The inference process ended.' } });
    await drag(page, [80, 60], [240, 180]);
    await page.getByText('What the model says of Part of a.png is not known.').waitFor();
    expect(await page.locator('.stale').count()).toBe(0);
    await set(page, { failures: {} });
    await page.getByRole('button', { name: 'Look again' }).click();
    await page.locator('.formula').waitFor();
    expect(await headline(page)).toMatch(/^Part of a\.png: ELBO/);
    await close();
  });

  it('what fails is told, until a part rests', async () => {
    const { page, close } = await open();
    await set(page, { failures: { encodePicturePart: 'a.png cannot be read: It is empty.' } });
    await drag(page, [80, 60], [240, 180]);
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toEqual(['a.png cannot be read: It is empty.']);
    await set(page, { failures: {} });
    await drag(page, [160, 120], [170, 130]);
    await rested(page);
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    expect(await headline(page)).toMatch(/^Part of a\.png/);
    await close();
  });
});

describe('where the page is made anew', () => {
  const anew = async (page: Page): Promise<void> => {
    await page.waitForTimeout(400);
    await page.reload();
    await page.locator('.latent-plane .plot').waitFor();
  };

  it('the part is looked at again', async () => {
    const { page, close } = await open();
    await drag(page, [80, 60], [240, 180]);
    const part = await rested(page);
    const [told, said] = [await place(page), await headline(page)];
    await anew(page);
    await page.locator('.formula').waitFor();
    expect([await place(page), await headline(page)]).toEqual([told, said]);
    expect(await calls(page, 'reopenPicture')).toEqual([{ part }]);
    // It goes on from there.
    await drag(page, [160, 120], [180, 120]);
    expect(await rested(page)).toMatchObject({ x: within(part.x + 250), width: part.width });
    await close();
  });

  it('nothing is where it is not known which file it was, or an item was picked since', async () => {
    const { page, close } = await open();
    await page.evaluate(() => sessionStorage.setItem('reopens', 'no'));
    await anew(page);
    await expect.poll(() => calls(page, 'reopenPicture')).toHaveLength(1);
    await nextFrames(page);
    expect(await page.locator('.part-frame').count()).toBe(0);
    await anew(page);
    await nextFrames(page);
    expect(await calls(page, 'reopenPicture')).toEqual([]);
    await close();
  });
});

describe('how it looks', () => {
  it.each(Object.keys(themes) as ThemeName[])('has no fault that axe finds, in %s', async (theme) => {
    const panel = await open({ theme });
    await drag(panel.page, [80, 60], [240, 180]);
    await rested(panel.page);
    expect(panel.complaints).toEqual([]);
    const found = await audit(panel.page, false);
    expect(found.filter((fault) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(fault))).toEqual([]);
    await panel.close();
  });

  it.each([300, 400, 760, 1600])('is not cut off, and has an end, at %d pixels', async (width) => {
    const { page, close } = await open({ width });
    await drag(page, [40, 40], [200, 150]);
    await rested(page);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.latent, .latent-parts, .latent-side, .latent-part, .latent-part *')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display === 'block')
        .filter((element) => !element.matches('.visually-hidden, .part-shade, .part-shade *, .part-handle, .part-rectangle, .part-frame'))
        .map((element) => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`),
    );
    expect(wide).toEqual([]);
    const [frame, part] = [await boxOf(page, '.part-frame'), await boxOf(page, '.latent-part')];
    expect(frame.width / frame.height).toBeCloseTo(4 / 3, 1);
    expect(frame.x + frame.width).toBeLessThanOrEqual(part.x + part.width + 0.5);
    await close();
  });

  it('has a rectangle of two lines of which one stands out, also where the system forces its colours', async () => {
    for (const options of [{}, { forcedColors: 'dark' }] satisfies PanelOptions[]) {
      const { page, close } = await open(options);
      const lines = await rectangle(page).evaluate((element) => getComputedStyle(element).boxShadow.match(/rgba?\([^)]*\)/g));
      expect(new Set(lines).size).toBe(2);
      await close();
    }
  });
});
