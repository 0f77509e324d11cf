import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { mix, type Palette, type Rgb } from '../../webview/shared/heatmap/colours.ts';
import { categoryColours, pointRamp, unknownColour } from '../../webview/shared/points/colours.ts';
import { boxOf, fit, project, resolveViewport, type Viewport } from '../../webview/shared/points/viewport.ts';
import { audit } from './audit.ts';
import { nextFrames, setTheme, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type { PointsSpec } from './pages/points.ts';
import { difference, pixelsOf, plotBox, type Clip, type Pixels } from './pixels.ts';
import { startPointsHarness } from './pointsHarness.ts';
import type { ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startPointsHarness()));
afterAll(async () => harness.close());

const palettes: Readonly<Record<ThemeName, Palette>> = {
  dark: { ground: [31, 31, 31], ink: [204, 204, 204] },
  light: { ground: [255, 255, 255], ink: [59, 59, 59] },
  highContrast: { ground: [0, 0, 0], ink: [255, 255, 255] },
  highContrastLight: { ground: [255, 255, 255], ink: [41, 41, 41] },
};
/** Of points that lie alone. */
const opacity = 0.85;

/** What is seen of a point that stands back, so that `opacity` of it is what is drawn. */
const fadedOf = (colour: Rgb): Rgb => mix(palettes.dark.ground, mix(colour, unknownColour(palettes.dark), 0.6), 0.18);

/** One point a class, on no line of the grid, nor beside each other. */
const places = [
  [-1.93, -1.37],
  [1.87, 1.41],
  [-0.83, 0.83],
  [0.61, -0.59],
  [0.17, 1.13],
] as const;
const spec: PointsSpec = { places, classes: [0, 1, 2, 3, 4], groups: 5 };
const x = Float32Array.from(places, (place) => place[0]);
const y = Float32Array.from(places, (place) => place[1]);

async function open(options: PanelOptions = {}, given: PointsSpec = spec): Promise<OpenPanel> {
  const panel = await harness.open({ width: 500, height: 560, ...options });
  await show(panel.page, given);
  return panel;
}

async function show(page: Page, given: PointsSpec): Promise<string | null> {
  const notice = await page.evaluate((wanted) => window.pointsPage.show(wanted), given);
  await nextFrames(page);
  return notice;
}

const viewportOf = async (page: Page): Promise<Viewport> => {
  const asked = await page.evaluate(() => window.pointsPage.view.viewport);
  return resolveViewport(asked, { box: boxOf(x, y), equal: true }, await plotBox(page));
};

/** Where a place is on the page, in CSS pixels. */
async function onPage(page: Page, place: readonly [number, number]): Promise<{ x: number; y: number }> {
  const box = await plotBox(page);
  const at = project(await viewportOf(page), box, ...place);
  return { x: box.x + at.x, y: box.y + at.y };
}

/** The colour of a place. */
function at(pixels: Pixels, box: Clip, viewport: Viewport, pixelRatio: number, place: readonly [number, number]): readonly number[] {
  const found = project(viewport, box, ...place);
  return pixels.at(Math.floor(found.x * pixelRatio), Math.floor(found.y * pixelRatio));
}

async function expectColours(
  page: Page,
  pixelRatio: number,
  colours: readonly (Rgb | null)[],
  ground: Rgb,
  strength = opacity,
): Promise<void> {
  const box = await plotBox(page);
  const pixels = await pixelsOf(page, box);
  const viewport = await viewportOf(page);
  for (const [index, place] of places.entries()) {
    const colour = colours[index];
    const found = at(pixels, box, viewport, pixelRatio, place);
    const wanted = colour ? mix(ground, colour, strength) : ground;
    expect(difference(found, wanted), `point ${index}: ${found.join()} for ${wanted.join()}`).toBeLessThanOrEqual(2);
    // Beside it, further than its radius, there is nothing.
    const beside = at(pixels, box, viewport, pixelRatio, [place[0] + 7 / viewport.scale[0], place[1] + 7 / viewport.scale[1]]);
    expect(difference(beside, ground)).toBeLessThanOrEqual(2);
  }
}

const eventsOf = (page: Page, name: string): Promise<unknown[][]> =>
  page.evaluate((wanted) => window.pointsPage.events.filter(([event]) => event === wanted).map(([, ...values]) => values), name);
const lastOf = async (page: Page, name: string): Promise<unknown[] | undefined> => (await eventsOf(page, name)).at(-1);

async function drag(page: Page, corners: readonly (readonly [number, number])[]): Promise<void> {
  const [first, ...rest] = await Promise.all(corners.map((corner) => onPage(page, corner)));
  await page.mouse.move(first!.x, first!.y);
  await page.mouse.down();
  for (const corner of rest) await page.mouse.move(corner.x, corner.y, { steps: 6 });
  await page.mouse.up();
  await nextFrames(page);
}

/** Around the points 0 and 2, not the others. */
const around = [
  [-2.05, -1.5],
  [-1.7, -1.5],
  [-0.6, 0.7],
  [-0.6, 1],
  [-1, 1],
  [-2.05, -1.2],
] as const;

describe('points', () => {
  it.each([1, 1.5, 2])('lie where they should, in their colours, at %d device pixels a CSS pixel', async (pixelRatio) => {
    const panel = await open({ pixelRatio });
    await expectColours(panel.page, pixelRatio, categoryColours(5, palettes.dark), palettes.dark.ground);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('follow the theme as it changes', async () => {
    const panel = await open();
    for (const theme of ['light', 'highContrast', 'highContrastLight', 'dark'] as const) {
      await setTheme(panel.page, theme);
      await nextFrames(panel.page);
      await expectColours(panel.page, 1, categoryColours(5, palettes[theme]), palettes[theme].ground);
    }
    await panel.close();
  });

  it.each(['dark', 'light'] as const)('keep their colours where the system forces its own, %s', async (scheme) => {
    const panel = await open({ theme: scheme, forcedColors: scheme });
    await expectColours(panel.page, 1, categoryColours(5, palettes[scheme]), palettes[scheme].ground);
    await panel.close();
  });

  it('take the colour of their value, one of its own where it is not known', async () => {
    const panel = await open({}, { places, colour: 'values', values: [0, 0.25, 1, 7, NaN] });
    const ramp = pointRamp('viridis', palettes.dark);
    const unknown = unknownColour(palettes.dark);
    await expectColours(panel.page, 1, [ramp[0]!, ramp[64]!, ramp[255]!, ramp[255]!, unknown], palettes.dark.ground);
    await panel.close();
  });

  it('are left out where they are hidden or nowhere', async () => {
    const colours = categoryColours(5, palettes.dark);
    const panel = await open({}, { ...spec, hidden: [0, 0, 1, 0, 0] });
    await expectColours(panel.page, 1, [colours[0]!, colours[1]!, null, colours[3]!, colours[4]!], palettes.dark.ground);
    await panel.page.evaluate(() => window.pointsPage.view.hide(Uint8Array.of(0, 0, 0, 1, 0)));
    await nextFrames(panel.page);
    await expectColours(panel.page, 1, [colours[0]!, colours[1]!, colours[2]!, null, colours[4]!], palettes.dark.ground);
    const nowhere = [...places.slice(0, 4), [NaN, 1] as const];
    await show(panel.page, { ...spec, places: nowhere });
    await expectColours(panel.page, 1, [...colours.slice(0, 4), null], palettes.dark.ground);
    await panel.close();
  });

  it('stand out where their class is lit, and fade where another is', async () => {
    const panel = await open();
    await panel.page.evaluate(() => window.pointsPage.view.light(3));
    await nextFrames(panel.page);
    const colours = categoryColours(5, palettes.dark);
    const faded = colours.map((colour, index) => (index === 3 ? colour : fadedOf(colour)));
    await expectColours(panel.page, 1, faded, palettes.dark.ground);
    await panel.close();
  });

  it('stand out when the legend is asked for their class, and are alike when it is asked again', async () => {
    const panel = await open();
    const colours = categoryColours(5, palettes.dark);
    const button = panel.page.getByRole('button', { name: '2', exact: true });
    await button.click();
    await nextFrames(panel.page);
    expect(await button.getAttribute('aria-pressed')).toBe('true');
    const faded = colours.map((colour, index) => (index === 2 ? colour : fadedOf(colour)));
    await expectColours(panel.page, 1, faded, palettes.dark.ground);
    await button.click();
    await nextFrames(panel.page);
    await expectColours(panel.page, 1, colours, palettes.dark.ground);
    await panel.close();
  });

  it('are the same when what the graphics card held was lost', async () => {
    const panel = await open();
    const { page } = panel;
    const before = await page.locator('.plot').screenshot();
    await page.evaluate(async () => {
      const canvas = document.querySelector('canvas');
      const loss = canvas?.getContext('webgl2')?.getExtension('WEBGL_lose_context');
      if (!canvas || !loss) throw new Error('The view does not draw with WebGL2.');
      const lost = new Promise((resolve) => canvas.addEventListener('webglcontextlost', resolve, { once: true }));
      loss.loseContext();
      await lost;
      // What is asked in the meantime is done when it is there again.
      window.pointsPage.view.zoom(2);
      await new Promise((resolve) => setTimeout(resolve, 50));
      const restored = new Promise((resolve) => canvas.addEventListener('webglcontextrestored', resolve, { once: true }));
      loss.restoreContext();
      await restored;
      window.pointsPage.view.fit();
    });
    await page.waitForTimeout(250);
    await nextFrames(page);
    expect((await page.locator('.plot').screenshot()).equals(before)).toBe(true);
    await panel.close();
  });

  it('lie close to a place far from zero where the data say', async () => {
    const far = [
      [4000.09375, -2999.90625],
      [4000.1015625, -2999.90625],
      [4000.09375, -2999.8984375],
      [-4000, 3000],
    ] as const;
    const panel = await open(
      {},
      { places: far, classes: [0, 1, 2, 3], groups: 4, viewport: { centre: [4000.097, -2999.902], scale: [40_000, 40_000] } },
    );
    const box = await plotBox(panel.page);
    const pixels = await pixelsOf(panel.page, box);
    const plane = {
      box: boxOf(
        Float32Array.from(far, (p) => p[0]),
        Float32Array.from(far, (p) => p[1]),
      ),
      equal: true,
    };
    const viewport = resolveViewport({ centre: [4000.097, -2999.902], scale: [40_000, 40_000] }, plane, box);
    // 1 / 128, which is exact in single precision there, is many pixels.
    expect(viewport.scale[0] / 128).toBeGreaterThan(10);
    const colours = categoryColours(4, palettes.dark);
    for (let index = 0; index < 3; index++)
      expect(
        difference(at(pixels, box, viewport, 1, far[index]!), mix(palettes.dark.ground, colours[index]!, opacity)),
      ).toBeLessThanOrEqual(2);
    await panel.close();
  });
});

describe('without WebGL2', () => {
  it('a 2-D canvas shows the same', async () => {
    const panel = await open({ withoutWebgl2: true });
    await expectColours(panel.page, 1, categoryColours(5, palettes.dark), palettes.dark.ground);
    await panel.page.evaluate(() => window.pointsPage.view.light(3));
    await nextFrames(panel.page);
    const faded = categoryColours(5, palettes.dark).map((colour, index) => (index === 3 ? colour : fadedOf(colour)));
    await expectColours(panel.page, 1, faded, palettes.dark.ground);
    await panel.close();
  });

  it('says that fewer points are drawn, of which all can be found', async () => {
    const panel = await open({ withoutWebgl2: true });
    expect(await show(panel.page, { made: { count: 60_000, classes: 5 } })).toMatch(/^50,000 of 60,000 points are drawn/);
    expect(await show(panel.page, { made: { count: 50_000, classes: 5 } })).toBeNull();
    await panel.close();
  });
});

describe('the axes', () => {
  it.each([true, false])('have each label where its value is (units equal: %s)', async (equal) => {
    const panel = await open({}, { ...spec, equal });
    const box = await plotBox(panel.page);
    const { centre, scale } = fit({ box: boxOf(x, y), equal }, box);
    const labels = (axis: string): Promise<{ text: string; x: number; y: number }[]> =>
      panel.page.locator(`.points-${axis} text`).evaluateAll((all) =>
        all.map((element) => {
          const { left, right, top, bottom } = element.getBoundingClientRect();
          return { text: element.textContent ?? '', x: (left + right) / 2, y: (top + bottom) / 2 };
        }),
      );
    const value = (text: string): number => Number(text.replace('−', '-'));
    const [across, up] = [await labels('x'), await labels('y')];
    expect(across.length).toBeGreaterThanOrEqual(3);
    expect(up.length).toBeGreaterThanOrEqual(3);
    for (const { text, x: place } of across)
      expect(Math.abs(place - box.x - box.width / 2 - (value(text) - centre[0]) * scale[0])).toBeLessThan(1.5);
    for (const { text, y: place } of up)
      expect(Math.abs(place - box.y - box.height / 2 + (value(text) - centre[1]) * scale[1])).toBeLessThan(2.5);
    if (equal) expect(scale[0]).toBe(scale[1]);
    await panel.close();
  });
});

describe('the plane', () => {
  it('zooms at the pointer, drags with the hand, and shows all again', async () => {
    const panel = await open();
    const { page } = panel;
    const start = await onPage(page, places[2]);
    const pointer = { x: Math.round(start.x), y: Math.round(start.y) };
    await page.mouse.move(pointer.x, pointer.y);
    for (let notch = 0; notch < 5; notch++) await page.mouse.wheel(0, -100);
    await nextFrames(page);
    const zoomed = await onPage(page, places[2]);
    // What is under the pointer stays; the point lies a fraction of a pixel beside it, which grows.
    expect(Math.hypot(zoomed.x - pointer.x, zoomed.y - pointer.y)).toBeLessThan(3);
    const { scale } = await viewportOf(page);
    expect(scale[0]).toBeGreaterThan(2 * fit({ box: boxOf(x, y), equal: true }, await plotBox(page)).scale[0]);
    await page.mouse.down();
    await page.mouse.move(pointer.x + 50, pointer.y - 30, { steps: 5 });
    await page.mouse.up();
    const moved = await onPage(page, places[2]);
    expect(moved.x - zoomed.x).toBeCloseTo(50, 3);
    expect(moved.y - zoomed.y).toBeCloseTo(-30, 3);
    // A drag is no click.
    expect(await eventsOf(page, 'picked')).toEqual([]);
    await page.keyboard.press('0');
    expect(await lastOf(page, 'viewportChanged')).toEqual([null]);
    await panel.close();
  });

  it('has the keys of the maps', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('.plot').focus();
    const whole = await viewportOf(page);
    await page.keyboard.press('+');
    const near = await viewportOf(page);
    expect(near.scale[0]).toBeCloseTo(1.25 * whole.scale[0], 6);
    await page.keyboard.press('ArrowRight');
    expect((await viewportOf(page)).centre[0]).toBeCloseTo(near.centre[0] + 64 / near.scale[0], 6);
    await page.keyboard.press('ArrowLeft');
    await page.keyboard.press('-');
    expect(await lastOf(page, 'viewportChanged')).toEqual([null]);
    await panel.close();
  });

  it('comes back as it was kept, as JSON, and fits a panel of another size', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('.plot').focus();
    for (const key of ['+', '+', '+', 'ArrowUp', 'ArrowLeft']) await page.keyboard.press(key);
    const kept = await page.evaluate(() => JSON.stringify(window.pointsPage.view.viewport));
    await show(page, spec);
    expect(await page.evaluate(() => window.pointsPage.view.viewport)).toBeNull();
    await show(page, { ...spec, viewport: JSON.parse(kept) as Viewport });
    expect(await page.evaluate(() => JSON.stringify(window.pointsPage.view.viewport))).toBe(kept);
    await page.evaluate(() => window.pointsPage.view.fit());
    await page.setViewportSize({ width: 340, height: 700 });
    await page.waitForTimeout(250);
    await nextFrames(page);
    await expectColours(page, 1, categoryColours(5, palettes.dark), palettes.dark.ground);
    await panel.close();
  });
});

describe('a point', () => {
  it('is found near the pointer, picked by a click, and nothing is where none is', async () => {
    const panel = await open();
    const { page } = panel;
    for (const [index, place] of places.entries()) {
      const { x: px, y: py } = await onPage(page, place);
      await page.mouse.move(px + 6, py - 4);
      expect(await lastOf(page, 'pointed')).toEqual([index]);
    }
    await page.mouse.click((await onPage(page, places[1])).x, (await onPage(page, places[1])).y);
    expect(await eventsOf(page, 'picked')).toEqual([[1]]);
    const empty = await onPage(page, [1.2, 0.3]);
    await page.mouse.click(empty.x, empty.y);
    expect(await lastOf(page, 'pointed')).toEqual([null]);
    expect(await eventsOf(page, 'picked')).toEqual([[1]]);
    await nextFrames(page);
    const ring = await page.locator('.points-ring.picked').boundingBox();
    const middle = await onPage(page, places[1]);
    expect(ring!.x + ring!.width / 2).toBeCloseTo(middle.x, 0);
    expect(ring!.y + ring!.height / 2).toBeCloseTo(middle.y, 0);
    await panel.close();
  });

  it('is reached from its neighbours by Shift and arrows, brought into view, said, and picked by Enter', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('.plot').focus();
    await page.keyboard.press('Shift+ArrowRight');
    // Nearest to the middle of the plot.
    expect(await lastOf(page, 'pointed')).toEqual([3]);
    await page.keyboard.press('Shift+ArrowLeft');
    expect(await lastOf(page, 'pointed')).toEqual([2]);
    await page.keyboard.press('Shift+ArrowRight');
    expect(await lastOf(page, 'pointed')).toEqual([4]);
    await page.keyboard.press('Shift+ArrowDown');
    expect(await lastOf(page, 'pointed')).toEqual([3]);
    await page.keyboard.press('Shift+ArrowLeft');
    for (let zoom = 0; zoom < 8; zoom++) await page.keyboard.press('+');
    await page.keyboard.press('Shift+ArrowDown');
    expect(await lastOf(page, 'pointed')).toEqual([0]);
    expect(await page.getByRole('status').textContent()).toBe('point 0, class 0');
    const box = await plotBox(page);
    const shown = await onPage(page, places[0]);
    expect(shown.y).toBeLessThan(box.y + box.height);
    expect(shown.x).toBeGreaterThan(box.x);
    await page.keyboard.press('Enter');
    expect(await eventsOf(page, 'picked')).toEqual([[0]]);
    await panel.close();
  });
});

describe('the lasso', () => {
  it('selects what it is drawn around with Shift; the others fade; Escape clears', async () => {
    const panel = await open();
    const { page } = panel;
    const colours = categoryColours(5, palettes.dark);
    await page.keyboard.down('Shift');
    await drag(page, around);
    await page.keyboard.up('Shift');
    expect(await eventsOf(page, 'selected')).toEqual([[[0, 2]]]);
    expect(await page.getByRole('status').textContent()).toBe('2 points selected.');
    await page.mouse.move(1, 1);
    await nextFrames(page);
    const faded = colours.map((colour, index) => ([0, 2].includes(index) ? colour : fadedOf(colour)));
    await expectColours(page, 1, faded, palettes.dark.ground);
    await page.locator('.plot').focus();
    await page.keyboard.press('Escape');
    expect(await lastOf(page, 'selected')).toEqual([[]]);
    await nextFrames(page);
    await expectColours(page, 1, colours, palettes.dark.ground);
    await panel.close();
  });

  it('is what dragging does once its button is pressed, adds with Ctrl, removes with Alt, and a click still picks', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('vscode-toolbar-button[icon="symbol-snippet"]').click();
    expect(await eventsOf(page, 'toolChanged')).toEqual([['lasso']]);
    await drag(page, around);
    await page.keyboard.down('Control');
    await drag(page, [
      [0.4, -0.4],
      [0.8, -0.4],
      [0.8, -0.8],
      [0.4, -0.8],
    ]);
    await page.keyboard.up('Control');
    expect(await lastOf(page, 'selected')).toEqual([[0, 2, 3]]);
    await page.keyboard.down('Alt');
    await drag(page, [
      [-2.1, -1.2],
      [-1.7, -1.2],
      [-1.7, -1.6],
      [-2.1, -1.6],
    ]);
    await page.keyboard.up('Alt');
    expect(await lastOf(page, 'selected')).toEqual([[2, 3]]);
    const first = await onPage(page, places[0]);
    await page.mouse.click(first.x, first.y);
    expect(await eventsOf(page, 'picked')).toEqual([[0]]);
    expect((await eventsOf(page, 'selected')).length).toBe(3);
    await panel.close();
  });

  it('is broken off by Escape while it is drawn', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('.plot').focus();
    const from = await onPage(page, [-2, -1.5]);
    await page.keyboard.down('Shift');
    await page.mouse.move(from.x, from.y);
    await page.mouse.down();
    await page.mouse.move(from.x + 200, from.y, { steps: 5 });
    await nextFrames(page);
    expect(await page.locator('.points-lasso').count()).toBe(1);
    await page.keyboard.press('Escape');
    await page.mouse.move(from.x + 200, from.y - 300, { steps: 5 });
    await page.mouse.up();
    await page.keyboard.up('Shift');
    await nextFrames(page);
    expect(await page.locator('.points-lasso').count()).toBe(0);
    expect(await eventsOf(page, 'selected')).toEqual([]);
    await panel.close();
  });
});

describe('what lies over the points', () => {
  it('an ellipse has its mean, axes and angle in the data, however the plane lies', async () => {
    const panel = await open({}, { ...spec, equal: false });
    const { page } = panel;
    await page.evaluate(() => window.pointsPage.overlay([0.4, -0.3], null));
    const check = async (): Promise<void> => {
      await nextFrames(page);
      const box = await plotBox(page);
      const asked = await page.evaluate(() => window.pointsPage.view.viewport);
      const viewport = resolveViewport(asked, { box: boxOf(x, y), equal: false }, box);
      const found = await page.locator('.points-shape.strong').evaluate((shape: SVGCircleElement) => {
        const matrix = shape.getCTM()!;
        // Its outline, point by point.
        return Array.from({ length: 90 }, (_, step) => {
          const { x: px, y: py } = new DOMPoint(Math.cos(step), Math.sin(step)).matrixTransform(matrix);
          return [px, py] as const;
        });
      });
      for (const [px, py] of found) {
        const dx = viewport.centre[0] + (px - box.width / 2) / viewport.scale[0] - 0.4;
        const dy = viewport.centre[1] - (py - box.height / 2) / viewport.scale[1] + 0.3;
        const [cos, sin] = [Math.cos(Math.PI / 6), Math.sin(Math.PI / 6)];
        expect(((dx * cos + dy * sin) / 1) ** 2 + ((dy * cos - dx * sin) / 0.5) ** 2).toBeCloseTo(1, 4);
      }
    };
    await check();
    await page.locator('.plot').focus();
    for (const key of ['+', '+', 'ArrowUp', 'ArrowRight']) await page.keyboard.press(key);
    await check();
    await panel.close();
  });

  it('a curve has its places in the data', async () => {
    const panel = await open();
    const { page } = panel;
    await page.evaluate(() => window.pointsPage.overlay([0, 0], null));
    await nextFrames(page);
    const box = await plotBox(page);
    const ends = await page.locator('path.points-shape.weak').evaluate((path: SVGPathElement) => {
      const matrix = path.getScreenCTM()!;
      return [path.getPointAtLength(0), path.getPointAtLength(path.getTotalLength())].map((end) => {
        const { x: px, y: py } = end.matrixTransform(matrix);
        return { x: px, y: py };
      });
    });
    const viewport = await viewportOf(page);
    for (const [end, place] of [
      [ends[0]!, [-2, Math.sin(1 / 12)]],
      [ends[1]!, [126 / 32 - 2, Math.sin(127 / 12)]],
    ] as const) {
      const wanted = project(viewport, box, place[0], place[1]);
      expect(end.x).toBeCloseTo(box.x + wanted.x, 1);
      expect(end.y).toBeCloseTo(box.y + wanted.y, 1);
    }
    await panel.close();
  });

  it('a handle is dragged and moved by keys, and tells where it is; the plane stays', async () => {
    const panel = await open();
    const { page } = panel;
    await page.evaluate(() => window.pointsPage.overlay([0, 0], null));
    await nextFrames(page);
    await drag(page, [
      [0, 0],
      [0.5, 0.25],
    ]);
    const told = (await eventsOf(page, 'handled')) as [[number, number], string][];
    expect(told[0]![1]).toBe('down');
    const [place, phase] = told.at(-1)!;
    expect(phase).toBe('up');
    const { scale } = await viewportOf(page);
    // A pointer's place is in whole pixels.
    expect(Math.abs(place[0] - 0.5) * scale[0]).toBeLessThan(1.01);
    expect(Math.abs(place[1] - 0.25) * scale[1]).toBeLessThan(1.01);
    expect(await page.evaluate(() => window.pointsPage.view.viewport)).toBeNull();
    expect(await eventsOf(page, 'viewportChanged')).toEqual([]);
    await page.getByRole('button', { name: /^Mean, at 0\.5/ }).focus();
    await page.keyboard.press('ArrowUp');
    const [[, up]] = (await lastOf(page, 'handled')) as [[number, number]];
    expect((up - place[1]) * scale[1]).toBeCloseTo(8, 4);
    await panel.close();
  });

  it('dragging anywhere tells the places where the pointer is, down to up', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator('vscode-toolbar-button[icon="target"]').click();
    await drag(page, [
      [-1, -1],
      [1, 0.5],
    ]);
    const told = (await eventsOf(page, 'probed')) as [[number, number], string][];
    expect(told.map(([, phase]) => phase)).toEqual(['down', ...Array.from({ length: 6 }, () => 'move'), 'up']);
    const { scale } = await viewportOf(page);
    expect(Math.abs(told[0]![0][0] + 1) * scale[0]).toBeLessThan(1.01);
    expect(Math.abs(told.at(-1)![0][0] - 1) * scale[0]).toBeLessThan(1.01);
    expect(Math.abs(told.at(-1)![0][1] - 0.5) * scale[1]).toBeLessThan(1.01);
    expect(await page.evaluate(() => window.pointsPage.view.viewport)).toBeNull();
    expect(await page.locator('.points-crosshair').count()).toBe(1);
    await panel.close();
  });
});

it('a million points are all told apart by the pointer', async () => {
  const panel = await open({}, { made: { count: 1_000_000, classes: 62 }, groups: [10, 26, 26] });
  const { page } = panel;
  const box = await plotBox(page);
  await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2);
  await page.locator('.plot').focus();
  for (let zoom = 0; zoom < 20; zoom++) await page.keyboard.press('+');
  await expect.poll(() => lastOf(page, 'pointed')).not.toEqual([null]);
  expect(panel.complaints).toEqual([]);
  await panel.close();
});

describe.each(['dark', 'light', 'highContrast', 'highContrastLight'] as const)('in the theme %s', (theme) => {
  it('axe finds no fault, and the policy of the page is kept', async () => {
    const panel = await open({ theme });
    await panel.page.evaluate(() => window.pointsPage.overlay([0, 0], [1, 1]));
    await nextFrames(panel.page);
    expect(panel.complaints).toEqual([]);
    expect(await panel.page.evaluate(() => window.standIn.breaches)).toEqual([]);
    // It brings styles of its own, which the policy bars.
    expect(await audit(panel.page)).toEqual([]);
    await show(panel.page, { places, colour: 'values', values: [0, 0.25, 1, 7, NaN] });
    expect(await audit(panel.page)).toEqual([]);
    await panel.close();
  });
});
