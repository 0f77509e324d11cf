import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { maskedTones, rampColour, rampPosition, weightRamp, type Rgb } from '../../webview/shared/heatmap/colours.ts';
import { nextFrames, settled, setTheme, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import { difference, pixelsOf, plotBox } from './pixels.ts';
import type { RunSpec } from './standIn/main.ts';
import type { ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

/** Weights from 1 down to 2^-15 and zero, a masked triangle above: every cell's colour is known. */
const known = Array.from({ length: 8 }, (_, query) =>
  Array.from({ length: 8 }, (_, key) => (key > query ? null : query === 7 ? (key === 7 ? 1 : 0) : 2 ** -(query + 2 * key))),
);
const spec: RunSpec = { layers: 1, heads: 1, tokens: [...'abcdefgh'], weights: known };

async function openHead(options: PanelOptions, run: RunSpec): Promise<OpenPanel> {
  const panel = await harness.open(options);
  await panel.page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(panel.page);
  await panel.page.click('.thumbnail');
  await panel.page.mouse.move(1, 1);
  await settled(panel.page);
  return panel;
}

const palettes: Readonly<Record<ThemeName, { ground: Rgb; ink: Rgb; strongest: Rgb }>> = {
  // The strongest colour is viridis's last (van der Walt & Smith) on a dark ground, its first on a light one.
  dark: { ground: [31, 31, 31], ink: [204, 204, 204], strongest: [253, 231, 37] },
  light: { ground: [255, 255, 255], ink: [59, 59, 59], strongest: [68, 1, 84] },
  highContrast: { ground: [0, 0, 0], ink: [255, 255, 255], strongest: [253, 231, 37] },
  highContrastLight: { ground: [255, 255, 255], ink: [41, 41, 41], strongest: [68, 1, 84] },
};

async function expectKnown(panel: OpenPanel, pixelRatio: number, theme: ThemeName, kind: 'linear' | 'log'): Promise<void> {
  const { ground, ink, strongest } = palettes[theme];
  const ramp = weightRamp({ ground, ink });
  const { tone, hatch } = maskedTones({ ground, ink });
  const pixels = await pixelsOf(panel.page, await plotBox(panel.page));
  const cell = 32 * pixelRatio;
  for (let query = 0; query < 8; query++) {
    for (let key = 0; key < 8; key++) {
      const found = pixels.at(Math.floor((key + 0.5) * cell), Math.floor((query + 0.5) * cell));
      const weight = known[query]?.[key] ?? null;
      const allowed =
        weight === null
          ? [tone, hatch]
          : weight === 1
            ? [strongest]
            : weight === 0
              ? [ground]
              : [rampColour(ramp, rampPosition({ kind, top: 1 }, weight))];
      const best = Math.min(...allowed.map((colour) => difference(found, colour)));
      expect(best, `query ${query}, key ${key}: ${found.join()} for ${weight}`).toBeLessThanOrEqual(1);
    }
  }
}

describe('a known matrix', () => {
  it.each([1, 1.5, 2])('has the right colour in every cell at %d device pixels a CSS pixel, linear and log', async (pixelRatio) => {
    const panel = await openHead({ pixelRatio }, spec);
    await expectKnown(panel, pixelRatio, 'dark', 'linear');
    await panel.page.selectOption('select[aria-label="Colour scale"]', 'Log');
    await panel.page.mouse.move(1, 1);
    await nextFrames(panel.page);
    await expectKnown(panel, pixelRatio, 'dark', 'log');
    await panel.close();
  });

  it('follows the theme as it changes', async () => {
    const panel = await openHead({}, spec);
    for (const theme of ['light', 'highContrast', 'highContrastLight', 'dark'] as const) {
      await setTheme(panel.page, theme);
      await nextFrames(panel.page);
      await expectKnown(panel, 1, theme, 'linear');
    }
    await panel.close();
  });
});

it('draws the same pixels when what the graphics card held was lost', async () => {
  const panel = await openHead({}, spec);
  const { page } = panel;
  await page.evaluate(() => {
    const create = document.createElement.bind(document);
    const canvases = [...document.querySelectorAll<HTMLCanvasElement>('.plot canvas')];
    document.createElement = (name: string) => {
      const made = create(name);
      if (made instanceof HTMLCanvasElement) canvases.push(made);
      return made;
    };
    // What a lost context leaves: every canvas is blank.
    window.addEventListener('lose', () => {
      for (const canvas of canvases) canvas.getContext('2d')?.clearRect(0, 0, canvas.width, canvas.height);
    });
  });
  await setTheme(page, 'light');
  await nextFrames(page);
  await page.evaluate(() => {
    window.dispatchEvent(new Event('lose'));
    document.querySelector('.plot canvas')?.dispatchEvent(new Event('contextrestored'));
  });
  await nextFrames(page);
  await expectKnown(panel, 1, 'light', 'linear');
  await panel.close();
});

/** One weight of 1 among zeros, where only the maximum under each pixel can keep it. */
const lone = { query: 401, key: 123, size: 601 };
const needle: RunSpec = { layers: 1, heads: 1, positions: lone.size, lit: [{ query: lone.query, key: lone.key, weight: 1 }] };

describe.each([
  [300, 600, 1],
  [500, 700, 1.5],
  [900, 600, 1],
  [1000, 800, 2],
])('in a panel of %d x %d at ratio %d', (width, height, pixelRatio) => {
  it('one strong cell among 361,201 shows, where it belongs', async () => {
    const panel = await openHead({ width, height, pixelRatio }, needle);
    const box = await plotBox(panel.page);
    const pixels = await pixelsOf(panel.page, box);
    const scale = (Math.min(box.width, box.height, 32 * lone.size) / lone.size) * pixelRatio;
    const bright: [number, number][] = [];
    for (let y = 0; y < pixels.height; y++) for (let x = 0; x < pixels.width; x++) if ((pixels.at(x, y)[0] ?? 0) > 200) bright.push([x, y]);
    expect(bright.length).toBeGreaterThan(0);
    const reach = Math.ceil(scale) + 2;
    for (const [x, y] of bright) {
      expect(Math.abs(x - (lone.key + 0.5) * scale)).toBeLessThanOrEqual(reach);
      expect(Math.abs(y - (lone.query + 0.5) * scale)).toBeLessThanOrEqual(reach);
    }
    await panel.close();
  });

  it('reads the cell under the pointer, exactly, at every zoom', async () => {
    const panel = await openHead({ width, height, pixelRatio }, needle);
    const { page } = panel;
    const box = await plotBox(page);
    // A wheel's place comes in whole pixels.
    const at = { x: Math.round(box.x + 0.3 * box.width), y: Math.round(box.y + 0.6 * Math.min(box.width, box.height)) };
    const pointer = { x: at.x - box.x, y: at.y - box.y };
    await page.mouse.move(at.x, at.y);
    let before = { query: NaN, key: NaN, held: { query: true, key: true } };
    for (let step = 0; step < 12; step++) {
      const { query, key, scale } = await viewportOf(page);
      const cell = { query: Math.floor(query + pointer.y / scale), key: Math.floor(key + pointer.x / scale) };
      await expect.poll(() => positions(page), { timeout: 10_000 }).toEqual(cell);
      // Where neither edge holds the map, what is under the pointer stays there.
      if (!before.held.query) expect(cell.query).toBe(before.query);
      if (!before.held.key) expect(cell.key).toBe(before.key);
      const atEdge = (start: number, length: number): boolean => start === 0 || start + length / scale >= lone.size - 1e-6;
      before = { ...cell, held: { query: atEdge(query, box.height), key: atEdge(key, box.width) } };
      await page.mouse.wheel(0, -120);
      await expect.poll(async () => (await viewportOf(page)).scale).toBeGreaterThan(scale);
      await nextFrames(page);
    }
    await panel.close();
  });

  it('draws a cell where the pointer finds it, and fits again when zoomed out', async () => {
    const panel = await openHead({ width, height, pixelRatio }, needle);
    const { page } = panel;
    const at = await zoomToNeedle(page);
    await page.mouse.move(at.x, at.y);
    await expect
      .poll(() => readout(page), { timeout: 10_000 })
      .toBe(`1.000 query ${lone.query} ${lone.query} → key ${lone.key} ${lone.key}`);
    await page.mouse.move(1, 1);
    await settled(page);
    const pixels = await pixelsOf(page, { x: Math.floor(at.x), y: Math.floor(at.y), width: 1, height: 1 });
    expect(difference(pixels.at(0, 0), [253, 231, 37])).toBeLessThanOrEqual(1);
    await page.mouse.move(at.x, at.y);
    for (let step = 0; step < 12; step++) await page.mouse.wheel(0, 240);
    await nextFrames(page);
    expect(await savedView(page)).toMatchObject({ viewport: null });
    await panel.close();
  });
});

interface Saved {
  viewport: { query: number; key: number; scale: number } | null;
}

async function savedView(page: Page): Promise<Saved> {
  return JSON.parse(await page.evaluate(() => sessionStorage.getItem('state') ?? '{}')) as Saved;
}

async function viewportOf(page: Page): Promise<NonNullable<Saved['viewport']>> {
  const { width, height } = await plotBox(page);
  return (await savedView(page)).viewport ?? { query: 0, key: 0, scale: Math.min(width, height, 32 * lone.size) / lone.size };
}

/** Zooms in around the strong cell and tells where its middle is on the page. */
async function zoomToNeedle(page: Page): Promise<{ x: number; y: number }> {
  const box = await plotBox(page);
  for (let step = 0; step < 12; step++) {
    const at = await placeOfNeedle(page, box);
    await page.mouse.move(at.x, at.y);
    await page.mouse.wheel(0, -120);
    await nextFrames(page);
  }
  await settled(page);
  return placeOfNeedle(page, box);
}

async function placeOfNeedle(page: Page, box: { x: number; y: number }): Promise<{ x: number; y: number }> {
  const { query, key, scale } = await viewportOf(page);
  return { x: box.x + (lone.key + 0.5 - key) * scale, y: box.y + (lone.query + 0.5 - query) * scale };
}

async function readout(page: Page): Promise<string> {
  const text = ((await page.locator('.readout').textContent()) ?? '').replace(/\s+/g, ' ').trim();
  // What the value adds is told beside the weight as soon as it has come.
  return text.replace(/ × \|WO v\| = \S+/, '');
}

async function positions(page: Page): Promise<{ query: number; key: number }> {
  const [, query, key] = /query (\d+) .*key (\d+)/.exec(await readout(page)) ?? [];
  return { query: Number(query), key: Number(key) };
}

it('drags the map with the hand and keeps the old picture until the new tile is there', async () => {
  const panel = await openHead({}, needle);
  const { page } = panel;
  const at = await zoomToNeedle(page);
  await page.evaluate(() => (window.standIn.delay = 60_000));
  await page.mouse.move(at.x, at.y);
  await page.mouse.down();
  await page.mouse.move(at.x + 60, at.y - 40, { steps: 4 });
  await page.mouse.up();
  await page.mouse.move(1, 1);
  await nextFrames(page);
  expect(await placeOfNeedle(page, await plotBox(page))).toEqual({
    x: expect.closeTo(at.x + 60, 3) as number,
    y: expect.closeTo(at.y - 40, 3) as number,
  });
  const moved = { x: Math.floor(at.x + 60), y: Math.floor(at.y - 40), width: 1, height: 1 };
  expect(difference((await pixelsOf(page, moved)).at(0, 0), [253, 231, 37])).toBeLessThanOrEqual(1);
  // A drag is no click.
  expect(await page.locator('.crosshair.pinned').isHidden()).toBe(true);
  await panel.close();
});

it('asks for no more texels than the screen has pixels, and cancels what is outdated', async () => {
  const panel = await openHead({ width: 500, height: 600 }, needle);
  const { page } = panel;
  await page.evaluate(() => (window.standIn.delay = 60));
  const box = await plotBox(page);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  for (let step = 0; step < 10; step++) await page.mouse.wheel(0, -100);
  await settled(page);
  const tiles = await page.evaluate(() =>
    window.standIn.calls.filter((call) => call.method === 'tile').map((call) => call.params as { rows: number; columns: number }),
  );
  // What shows and half as much again to either side, each way.
  for (const { rows, columns } of tiles) expect(rows * columns).toBeLessThanOrEqual(4 * box.width * box.height);
  await panel.close();
});
