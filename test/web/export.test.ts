/** What leaves the panel: pictures, read back, and Markdown. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rampColour, rampPosition, weightRamp } from '../../webview/shared/heatmap/colours.ts';
import { settled, startHarness, type Harness } from './harness.ts';
import { difference } from './pixels.ts';
import type { RunSpec } from './standIn/main.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

/** Weights 1, 1/2, 1/4 ... below the diagonal, masked above, and no weight in the first column. */
const tokens = ['def', ' f', '(', '<&">', '`|', '\n', ' return', '🙂'];
const weights = tokens.map((_, query) => tokens.map((__, key) => (key > query ? null : key === 0 ? 0 : 2 ** (key - query))));
const spec: RunSpec = { layers: 2, heads: 3, tokens, weights };

async function open(options: { theme?: ThemeName; head?: boolean; run?: RunSpec; width?: number } = {}) {
  const panel = await harness.open({ theme: options.theme ?? 'dark', width: options.width ?? 640 });
  const { page } = panel;
  await page.evaluate(async (given) => void (await window.standIn.show(given)), options.run ?? spec);
  await settled(page);
  if (options.head ?? true) {
    await page.click('.thumbnail[data-row="1"][data-head="2"]');
    await settled(page);
  }
  return panel;
}

const base64Of = (page: Page, format: 'png' | 'svg'): Promise<string> =>
  page.evaluate(async (asked) => {
    const bytes = await window.standIn.panel.picture({ format: asked });
    let text = '';
    for (const byte of bytes) text += String.fromCharCode(byte);
    return btoa(text);
  }, format);

interface Pixels {
  width: number;
  height: number;
  at(x: number, y: number): readonly number[];
}

/** Decodes an image as a browser does; an SVG is drawn at its own size. */
async function decode(page: Page, base64: string, type: string): Promise<Pixels> {
  const decoded = await page.evaluate(
    async ([data, mime]) => {
      const image = new Image();
      image.src = `data:${mime};base64,${data}`;
      await image.decode();
      const context = new OffscreenCanvas(image.naturalWidth, image.naturalHeight).getContext('2d')!;
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, image.naturalWidth, image.naturalHeight).data;
      let text = '';
      for (let start = 0; start < pixels.length; start += 8192) text += String.fromCharCode(...pixels.subarray(start, start + 8192));
      return { width: image.naturalWidth, height: image.naturalHeight, data: btoa(text) };
    },
    [base64, type] as const,
  );
  const bytes = Buffer.from(decoded.data, 'base64');
  return { ...decoded, at: (x, y) => [...bytes.subarray(4 * (y * decoded.width + x), 4 * (y * decoded.width + x) + 3)] };
}

interface SvgText {
  text: string;
  x: number;
  y: number;
}

const readSvg = (
  page: Page,
  svg: string,
): Promise<{ error: string | null; title: string; texts: SvgText[]; images: number; width: number; height: number }> =>
  page.evaluate((source) => {
    const document = new DOMParser().parseFromString(source, 'image/svg+xml');
    const number = (element: Element, name: string): number => Number(element.getAttribute(name));
    const texts = [...document.querySelectorAll('text')].map((element) => {
      const [x = 0, y = 0] = (/translate\(([-\d.]+) ([-\d.]+)\)/.exec(element.getAttribute('transform') ?? '') ?? []).slice(1).map(Number);
      return {
        text: element.textContent,
        x: element.hasAttribute('x') ? number(element, 'x') : x,
        y: element.hasAttribute('y') ? number(element, 'y') : y,
      };
    });
    return {
      error: document.querySelector('parsererror')?.textContent ?? null,
      title: document.querySelector('title')?.textContent ?? '',
      texts,
      images: document.querySelectorAll('image').length,
      width: number(document.documentElement, 'width'),
      height: number(document.documentElement, 'height'),
    };
  }, svg);

const rgb = (hex: string): [number, number, number] =>
  [1, 3, 5].map((at) => parseInt(hex.slice(at, at + 2), 16)) as [number, number, number];
const paletteOf = (theme: ThemeName) => ({
  ground: rgb(themes[theme].variables['editor-background']),
  ink: rgb(themes[theme].variables['editor-foreground']),
});

/** Where cells lie in a figure of the open head, told by its labels. */
function cellsOf(texts: readonly SvgText[]): { left: number; top: number; cell: number } {
  const row = texts.filter(({ text }) => text === 'def').sort((a, b) => a.x - b.x)[0]!;
  const second = texts.filter(({ text }) => text === '·f').sort((a, b) => a.x - b.x)[0]!;
  const column = texts.filter(({ text }) => text === 'def').sort((a, b) => a.x - b.x)[1]!;
  const cell = second.y - row.y;
  return { left: column.x - cell / 2, top: row.y - cell / 2, cell };
}

describe.each(['dark', 'light', 'highContrast'] as const)('the picture of a head in the theme %s', (theme) => {
  it('is drawn in the colours of the map, as PNG twice as fine as the screen and as SVG', async () => {
    const panel = await open({ theme });
    const { page } = panel;
    const svg = await base64Of(page, 'svg');
    const read = await readSvg(page, Buffer.from(svg, 'base64').toString('utf8'));
    expect(read.error).toBeNull();
    expect(read.images).toBe(0);
    const { left, top, cell } = cellsOf(read.texts);
    const palette = paletteOf(theme);
    const ramp = weightRamp(palette);
    const pictures = [
      { scale: 2, pixels: await decode(page, await base64Of(page, 'png'), 'image/png') },
      { scale: 1, pixels: await decode(page, svg, 'image/svg+xml') },
    ];
    for (const { scale, pixels } of pictures) {
      expect([pixels.width, pixels.height]).toEqual([scale * read.width, scale * read.height]);
      const at = (query: number, key: number): readonly number[] =>
        pixels.at(Math.round(scale * (left + (key + 0.5) * cell)), Math.round(scale * (top + (query + 0.5) * cell)));
      for (const [query, key] of [
        [7, 7],
        [7, 6],
        [5, 2],
        [3, 0],
      ] as const) {
        const expected = rampColour(ramp, rampPosition({ kind: 'linear', top: 1 }, weights[query]![key]!));
        expect(difference(at(query, key), expected), `${scale}: query ${query}, key ${key}`).toBeLessThanOrEqual(1);
      }
      expect(difference(pixels.at(2, 2), palette.ground)).toBe(0);
      expect(difference(at(0, 5), palette.ground), 'masked').toBeGreaterThan(0);
    }
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

it('writes title, tokens and legend as text, whatever the tokens are', async () => {
  const panel = await open();
  const { page } = panel;
  const svg = Buffer.from(await base64Of(page, 'svg'), 'base64').toString('utf8');
  const { texts, title } = await readSvg(page, svg);
  const all = texts.map(({ text }) => text);
  expect(title).toBe('Layer 1, head 2: attention weights. model.py, 148 lines · 8 tokens · code-transformer');
  for (const text of ['Layer 1, head 2: attention weights', 'key →', 'query ↓', 'weight', 'masked', '0', '0.5', '1'])
    expect(all).toContain(text);
  for (const label of ['def', '·f', '(', '<&">', '`|', '↵', '·return', '🙂']) expect(all.filter((text) => text === label)).toHaveLength(2);
  await panel.close();
});

it('shows the part that is zoomed to', async () => {
  const panel = await open({ width: 360 });
  const { page } = panel;
  await page.locator('.plot').press('Enter');
  for (let step = 0; step < 12; step++) await page.locator('.plot').press('+');
  await settled(page);
  const { texts } = await readSvg(page, Buffer.from(await base64Of(page, 'svg'), 'base64').toString('utf8'));
  const shown = await page.locator('.axis.queries .axis-label').count();
  expect(shown).toBeLessThan(tokens.length);
  // Cells that show in part are whole in the picture.
  expect(texts.filter(({ text }) => text === '🙂').length).toBeLessThan(2);
  await panel.close();
});

it('embeds a map of many colours as an image, its text still text', async () => {
  const size = 200;
  const run: RunSpec = {
    layers: 1,
    heads: 1,
    tokens: Array.from({ length: size }, (_, index) => `t${index}`),
    weights: Array.from({ length: size }, (_, query) => Array.from({ length: size }, (__, key) => ((query * 7 + key * 13) % 101) / 101)),
  };
  const panel = await open({ run, head: false });
  const { page } = panel;
  await page.click('.thumbnail');
  await settled(page);
  const svg = Buffer.from(await base64Of(page, 'svg'), 'base64').toString('utf8');
  const { images, texts, error } = await readSvg(page, svg);
  expect({ images, error }).toEqual({ images: 1, error: null });
  expect(texts.map(({ text }) => text)).toContain('t0');
  expect(svg.length).toBeLessThan(1e6);
  await panel.close();
});

it('draws all heads of the overview, those out of sight too, and their order', async () => {
  const panel = await open({ head: false, run: { ...spec, layers: 12 } });
  const { page } = panel;
  const svg = Buffer.from(await base64Of(page, 'svg'), 'base64').toString('utf8');
  const { texts, error, width, height } = await readSvg(page, svg);
  const all = texts.map(({ text }) => text);
  expect(error).toBeNull();
  for (let layer = 0; layer < 12; layer++) expect(all).toContain(`L${layer}`);
  for (let head = 0; head < 3; head++) expect(all).toContain(`H${head}`);
  expect(all).toContain('How 8 tokens of model.py attend to each other');
  const png = await decode(page, await base64Of(page, 'png'), 'image/png');
  expect([png.width, png.height]).toEqual([2 * width, 2 * height]);
  // The last head of the last layer: its diagonal is 1.
  const label = texts.find(({ text }) => text === 'L11')!;
  const column = texts.find(({ text }) => text === 'H2')!;
  const ramp = weightRamp(paletteOf('dark'));
  expect(difference(png.at(Math.round(2 * column.x) + 4, Math.round(2 * label.y) + 4), rampColour(ramp, 1))).toBeLessThanOrEqual(1);

  await page.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Entropy' });
  await settled(page);
  await page.waitForFunction(() => document.querySelectorAll('.thumbnail-caption').length > 0);
  const ranked = await readSvg(page, Buffer.from(await base64Of(page, 'svg'), 'base64').toString('utf8'));
  const captions = await page.locator('.thumbnail-caption').allInnerTexts();
  const written = ranked.texts.map(({ text }) => text);
  for (const caption of captions) expect(written).toContain(caption);
  expect(panel.complaints).toEqual([]);
  await panel.close();
});

it('copies a head as Markdown', async () => {
  const panel = await open();
  const markdown = await panel.page.evaluate(async () => window.standIn.panel.markdown({}));
  expect(markdown).toContain('## Layer 1, head 2: attention of `model.py`');
  expect(markdown).toContain('| 1 | 1.000 | `·f` 1 | `·f` 1 |');
  expect(markdown).toContain('`` `\\| `` 4');
  await panel.close();
});

it('asks the host to export, by a button that both toolbars have', async () => {
  const panel = await open({ head: false });
  const { page } = panel;
  const exports = () => page.evaluate(() => window.standIn.calls.filter(({ method }) => method === 'export').length);
  await page.getByRole('button', { name: 'Export' }).click();
  await expect.poll(exports).toBe(1);
  await page.click('.thumbnail[data-row="0"][data-head="0"]');
  await page.getByRole('button', { name: 'Export' }).click();
  await expect.poll(exports).toBe(2);
  await page.getByRole('tab', { name: 'Next token' }).click();
  await expect(page.evaluate(async () => window.standIn.panel.picture({ format: 'png' }))).rejects.toThrow('no picture to export');
  await panel.close();
});
