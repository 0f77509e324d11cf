/** Screens that change or force their own: colours of the system, device pixels, the panel's size. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Page } from 'playwright-core';
import { rampColour, rampPosition, weightRamp } from '../../webview/shared/heatmap/colours.ts';
import { nextFrames, settled, startHarness, type Harness } from './harness.ts';
import { difference, pixelsOf, plotBox, type Pixels } from './pixels.ts';
import type { RunSpec } from './standIn/main.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

async function openHead(page: Page, run: RunSpec, row = 0): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(page);
  await page.click(`.thumbnail[data-row="${row}"]`);
  await page.mouse.move(1, 1);
  await settled(page);
}

async function readout(page: Page): Promise<string> {
  const text = ((await page.locator('.readout').textContent()) ?? '').replace(/\s+/g, ' ').trim();
  // What the value adds is told beside the weight as soon as it has come.
  return text.replace(/ × \|WO v\| = \S+/, '');
}

async function boxOf(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not shown.`);
  return box;
}

/** How many colours a part of the page has, and the largest difference between two of them. */
function contrast(pixels: Pixels): { colours: number; difference: number } {
  const seen = new Map<string, readonly number[]>();
  for (let y = 0; y < pixels.height; y++) {
    for (let x = 0; x < pixels.width; x++) seen.set(pixels.at(x, y).join(), pixels.at(x, y));
  }
  const all = [...seen.values()];
  return { colours: all.length, difference: Math.max(...all.map((colour) => difference(colour, all[0] ?? []))) };
}

/** Weights 1, 1/2, 1/4 ... below the diagonal, masked above. */
const halves = Array.from({ length: 8 }, (_, query) => Array.from({ length: 8 }, (_, key) => (key > query ? null : 2 ** (key - query))));
const spec: RunSpec = { layers: 1, heads: 2, tokens: [...'abcdefgh'], weights: halves };

describe.each(['dark', 'light'] as const)('with colours forced by the system, %s', (colorScheme) => {
  it('map, legend, marks, labels and focus can be seen', async () => {
    const panel = await harness.open({ theme: colorScheme === 'dark' ? 'highContrast' : 'highContrastLight', forcedColors: colorScheme });
    const { page } = panel;
    await openHead(page, spec);
    const ground = colorScheme === 'dark' ? ([0, 0, 0] as const) : ([255, 255, 255] as const);
    const ink = colorScheme === 'dark' ? ([255, 255, 255] as const) : ([41, 41, 41] as const);
    const ramp = weightRamp({ ground, ink });
    const box = await plotBox(page);
    const map = await pixelsOf(page, box);
    for (const [query, key] of [
      [7, 7],
      [7, 6],
      [5, 2],
    ] as const) {
      const expected = rampColour(ramp, rampPosition({ kind: 'linear', top: 1 }, 2 ** (key - query)));
      expect(difference(map.at(32 * key + 16, 32 * query + 16), expected), `query ${query}, key ${key}`).toBeLessThanOrEqual(1);
    }
    expect(contrast(await pixelsOf(page, await boxOf(page, '.legend-ramp'))).colours).toBeGreaterThan(50);
    expect(contrast(await pixelsOf(page, await boxOf(page, '.swatch'))).colours).toBeGreaterThan(1);

    await page.mouse.move(box.x + 16, box.y + 5 * 32 + 16);
    await nextFrames(page);
    const hovered = await pixelsOf(page, box);
    const far = { x: 8 * 32 - 3, y: 5 * 32 };
    expect(difference(hovered.at(far.x, far.y), map.at(far.x, far.y)), 'the row mark').toBeGreaterThan(64);
    const active = await boxOf(page, '.axis.queries .active');
    expect(contrast(await pixelsOf(page, active)).difference).toBeGreaterThan(128);

    for (const selector of ['.plot', '.select']) {
      const element = page.locator(selector).first();
      await page.keyboard.press('Tab');
      await element.focus();
      const style = await element.evaluate((target) => {
        const { outlineStyle, outlineWidth, outlineColor, backgroundColor } = getComputedStyle(target);
        return { outlineStyle, outlineWidth: parseFloat(outlineWidth), same: outlineColor === backgroundColor };
      });
      expect(style, selector).toMatchObject({ outlineStyle: 'solid', same: false });
      expect(style.outlineWidth).toBeGreaterThanOrEqual(1);
    }
    await panel.close();
  });
});

it('follows the device pixel ratio while it is open: sharp, hatched as finely, and right under the pointer', async () => {
  const panel = await harness.open({ width: 500, height: 600 });
  const { page } = panel;
  await openHead(page, spec);
  const session = await page.context().newCDPSession(page);
  for (const ratio of [2, 1.5, 1]) {
    // As on the way to another screen: the window's size changes a little too.
    const metrics = { width: 500 + ratio * 2, height: 600, deviceScaleFactor: ratio, mobile: false };
    await session.send('Emulation.setDeviceMetricsOverride', metrics);
    await page.waitForFunction((expected) => window.devicePixelRatio === expected, ratio);
    await settled(page);
    const { x, width } = await plotBox(page);
    const drawn = await page.evaluate(() => {
      const canvas = document.querySelector<HTMLCanvasElement>('.plot canvas');
      const image = canvas?.getContext('2d')?.getImageData(0, 0, canvas.width, canvas.height);
      // Along the middle of the last query's cells, and down the masked last key: one colour after the other.
      const cell = Math.round(32 * window.devicePixelRatio);
      const at = (x: number, y: number): string =>
        image?.data.subarray(4 * (y * image.width + x), 4 * (y * image.width + x) + 3).join() ?? '';
      const row = Array.from({ length: 8 * cell }, (_, x) => at(x, Math.round(7.5 * cell)));
      const masked = Array.from({ length: 4 * cell }, (_, y) => at(Math.round(7.5 * cell), y));
      return { width: image?.width, row, masked };
    });
    expect(drawn.width).toBe(Math.round((x + width) * ratio) - Math.round(x * ratio));
    const changes = (colours: readonly string[]): number[] =>
      colours.flatMap((colour, index) => (index > 0 && colour !== colours[index - 1] ? [index] : []));
    expect(changes(drawn.row)).toEqual([1, 2, 3, 4, 5, 6, 7].map((key) => 32 * ratio * key));
    const lines = changes(drawn.masked);
    expect((lines[2] ?? 0) - (lines[0] ?? 0)).toBe(8 * ratio);
    const box = await plotBox(page);
    await page.mouse.move(box.x + 2.5 * 32, box.y + 6.5 * 32);
    await expect.poll(() => readout(page)).toMatch(/^0\.06250 query 6 g → key 2 c$/);
    await page.mouse.move(1, 1);
  }
  await panel.close();
});

it('is drawn in the frame in which it gets another size', async () => {
  const panel = await harness.open({ width: 500, height: 600 });
  const { page } = panel;
  await openHead(page, spec);
  for (const hidden of ['.plot', '.overview']) {
    if (hidden === '.overview') {
      await page.keyboard.press('Escape');
      await settled(page);
    }
    const colours = await page.evaluate(async (selector) => {
      const surface = document.querySelector(`${selector} .surface`);
      const canvas = surface?.querySelector('canvas');
      if (!surface || !canvas) throw new Error('There is no map.');
      document.body.style.paddingRight = '8px';
      // Made later than the map's own: it hears of the size after it, and before the frame is painted.
      await new Promise((resolve) => {
        let calls = 0;
        new ResizeObserver(() => {
          calls++;
          if (calls === 2) resolve(null);
          else requestAnimationFrame(() => (document.body.style.paddingRight = '16px'));
        }).observe(surface);
      });
      const { data } = canvas.getContext('2d')?.getImageData(0, 0, 200, 200) ?? { data: [] };
      return new Set(Array.from({ length: data.length / 4 }, (_, index) => data.slice(4 * index, 4 * index + 4).join())).size;
    }, hidden);
    expect(colours, hidden).toBeGreaterThan(4);
  }
  await panel.close();
});

describe.each([
  [7, 300],
  [300, 7],
])('a cross-attention map of %d queries and %d keys', (queries, keys) => {
  it.each([320, 900])(
    'has cells as wide as high, labels at their places, and the right cell under the pointer, %d px wide',
    async (width) => {
      const panel = await harness.open({ width, height: 600 });
      const { page } = panel;
      const run: RunSpec = { layers: 2, heads: 3, positions: queries, crossKeys: keys };
      await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
      await settled(page);
      const texels = await page.evaluate(() => {
        const [request] = window.standIn.calls.filter((call) => call.method === 'thumbnails');
        return (request?.params as { size: number }).size;
      });
      // A thumbnail's texels are as wide as high: the longer side fills it.
      const thumbnail = await boxOf(page, '.thumbnail[data-row="1"]');
      const side = thumbnail.width;
      const shape = { rows: Math.min(queries, texels), columns: Math.min(keys, texels) };
      const longer = Math.max(shape.rows, shape.columns);
      const pixels = await pixelsOf(page, thumbnail);
      const inked = (x: number, y: number): boolean => difference(pixels.at(Math.floor(x), Math.floor(y)), [31, 31, 31]) > 0;
      const [right, bottom] = [(side * shape.columns) / longer, (side * shape.rows) / longer];
      expect(inked(right / 2, bottom / 2) || inked(right / 2 + 1, bottom / 2)).toBe(true);
      for (const beyond of [
        [right + 2, bottom / 2],
        [right / 2, bottom + 2],
      ] as const) {
        if (beyond[0] < side - 1 && beyond[1] < side - 1) expect(inked(...beyond), beyond.join()).toBe(false);
      }

      await openHead(page, run, 1);
      const box = await plotBox(page);
      const scale = Math.min(32, box.width / keys, box.height / queries);
      for (const [query, key] of [
        [0, 0],
        [queries - 1, keys - 1],
        [queries >> 1, keys >> 1],
      ] as const) {
        await page.mouse.move(box.x + (key + 0.5) * scale, box.y + (query + 0.5) * scale);
        await expect.poll(() => readout(page)).toMatch(new RegExp(`query ${query} ${query} → key ${key} ${key}$`));
        for (const [axis, index] of [
          ['queries', query],
          ['keys', key],
        ] as const) {
          const label = page.locator(`.axis.${axis} .active`);
          expect(await label.textContent()).toBe(String(index));
          const at = await label.boundingBox();
          const middle = axis === 'queries' ? (at?.y ?? 0) + 8 - box.y : (at?.x ?? 0) + 8 - box.x;
          expect(middle).toBeCloseTo((index + 0.5) * scale, 0);
        }
      }
      await page.mouse.move(box.x + (keys + 0.5) * scale + 4, box.y + (queries + 0.5) * scale + 4);
      await nextFrames(page);
      expect(await page.locator('.crosshair.hovered').isHidden()).toBe(true);
      await panel.close();
    },
  );
});

it.each([300, 500, 900])('pointing at cells moves nothing, in a panel %d px wide', async (width) => {
  const panel = await harness.open({ width, height: 600 });
  const { page } = panel;
  const tokens = Array.from({ length: 40 }, (_, index) => (index % 3 === 0 ? 'x' : `a_rather_long_name_${index}`));
  await openHead(page, { layers: 1, heads: 1, tokens });
  // Each row is on its way for a while: what is written meanwhile is shorter.
  await page.evaluate(() => (window.standIn.delay = 30));
  const box = await plotBox(page);
  const scale = Math.min(32, box.width / tokens.length, box.height / tokens.length);
  for (const query of [39, 0, 7, 20, 3]) {
    await page.mouse.move(box.x + 0.5 * scale, box.y + (query + 0.5) * scale);
    await nextFrames(page);
    expect(await plotBox(page)).toEqual(box);
    await expect.poll(() => readout(page)).toMatch(new RegExp(`^[\\d.]+ query ${query} `));
    expect(await plotBox(page)).toEqual(box);
  }
  await panel.close();
});

it('an overview of 48 x 32 heads has every picture in its place, scrolled, grown and shrunk', async () => {
  // Each head of the same map: a bright last query, so that each thumbnail ends with a line.
  const weights = Array.from({ length: 16 }, (_, query) => Array.from({ length: 16 }, () => (query === 15 ? 1 : 0)));
  const panel = await harness.open({ width: 640, height: 500 });
  const { page } = panel;
  const run: RunSpec = { layers: 48, heads: 32, tokens: [...'abcdefghijklmnop'], weights };
  await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(page);
  for (const [height, top, left] of [
    [500, 0, 0],
    [500, 700, 150],
    [1700, 0, 0],
    [1700, 0, 300],
    [500, 900, 80],
  ] as const) {
    await page.setViewportSize({ width: 640, height });
    await page.evaluate(([y, x]) => document.querySelector('.overview')?.scrollTo(x, y), [top, left] as const);
    await settled(page);
    const view = await boxOf(page, '.overview');
    const shown = await page
      .locator('.thumbnail')
      .evaluateAll((cells) => cells.map((cell) => cell.getBoundingClientRect().toJSON() as DOMRect));
    const inside = shown.filter(
      (box) => box.x > view.x + 48 && box.right < view.x + view.width - 16 && box.y > view.y + 24 && box.bottom < view.y + view.height - 16,
    );
    expect(inside.length).toBeGreaterThan(100);
    const pixels = await pixelsOf(page, { x: 0, y: 0, width: 640, height });
    for (const box of inside) {
      const x = Math.floor(box.x + box.width / 2);
      expect(difference(pixels.at(x, Math.floor(box.bottom) - 1), [253, 231, 37]), `${box.x}, ${box.y}`).toBeLessThanOrEqual(1);
      expect(difference(pixels.at(x, Math.floor(box.y + box.height / 2)), [31, 31, 31]), `${box.x}, ${box.y}`).toBeLessThanOrEqual(1);
    }
  }
  await panel.close();
});
