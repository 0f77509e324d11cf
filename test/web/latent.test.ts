import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { LatentViewState } from '../../src/protocol/latent.ts';
import { audit } from './audit.ts';
import { nextFrames, setTheme, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/latent.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'latent', standIn: 'latent.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 1100, height: 800, ...options });
  await shown(panel.page);
  return panel;
}
const shown = async (page: Page): Promise<void> => {
  await page.getByRole('application', { name: /in the latent space$/ }).waitFor();
  await nextFrames(page);
};
/** The plane where no data is. */
const priorPlane = (page: Page): Locator => page.getByRole('application', { name: 'The plane of the prior' });
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.latent.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const lastZ = async (page: Page): Promise<number[]> => {
  const asked = await page.evaluate(() =>
    window.latent.calls.filter(({ method }) => method === 'decode').map(({ params }) => [...(params as { z: Float32Array }).z]),
  );
  return asked.at(-1) ?? [];
};
/** What the panel keeps, once it has. */
const kept = async (page: Page): Promise<LatentViewState> => {
  await page.waitForTimeout(400);
  return (await calls<{ state: LatentViewState }>(page, 'saveState')).at(-1)!.state;
};
const tool = (page: Page, icon: string) => page.locator(`vscode-toolbar-button[icon="${icon}"]`);
const layout = (page: Page) => page.getByRole('combobox', { name: 'How the points lie' });
const axes = (page: Page): Promise<string> => page.locator('.latent-plane').innerText();
const weigh = (page: Page): Locator => page.getByRole('button', { name: 'Work log p(x) out' });
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
/** Picks the point in the middle of the plot, by keyboard. */
async function pickMiddle(page: Page): Promise<void> {
  await page.locator('.plot').focus();
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('.formula').waitFor();
  await nextFrames(page);
}
const set = (
  page: Page,
  change: Partial<Record<'failures' | 'holding' | 'notices' | 'summary' | 'examined' | 'evidence' | 'compared', unknown>>,
) => page.evaluate((value) => void Object.assign(window.latent, value), change);
const hold = (page: Page, ...holding: string[]): Promise<void> => set(page, { holding });
const release = async (page: Page): Promise<void> => {
  await page.evaluate(() => window.latent.release());
  await nextFrames(page);
};
const grey = (page: Page, name: string): Promise<number[]> =>
  page
    .getByRole('img', { name, exact: true })
    .evaluate((canvas) =>
      [
        ...(canvas as HTMLCanvasElement)
          .getContext('2d')!
          .getImageData(0, 0, (canvas as HTMLCanvasElement).width, (canvas as HTMLCanvasElement).height).data,
      ].filter((_, at) => at % 4 === 0),
    );
/** Where a picture's brightness is, in pixels from the left and from the top. */
function middleOf(levels: readonly number[], side = 16): [number, number] {
  const all = levels.reduce((sum, level) => sum + level, 0);
  const of = (along: (at: number) => number): number => levels.reduce((sum, level, at) => sum + level * along(at), 0) / all;
  return [of((at) => at % side), of((at) => Math.floor(at / side))];
}
async function drag(page: Page, from: readonly [number, number], to: readonly [number, number]): Promise<void> {
  await page.mouse.move(...from);
  await page.mouse.down();
  await page.mouse.move(...to, { steps: 8 });
  await page.mouse.up();
  await nextFrames(page);
}
async function boxOf(page: Page, selector: string): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await page.locator(selector).first().boundingBox();
  if (!box) throw new Error(`${selector} is not seen`);
  return box;
}

describe('the data as points', () => {
  it('appears with its legend, and says how the model uses its dimensions', async () => {
    const panel = await open();
    const { page } = panel;
    expect(await headline(page)).toBe(
      '600 items of Held-out glyphs in 2 latent dimensions: 1 active, 1 collapsed; mean ELBO −425.5 nats ± 1.2, 0.783 bits a number.',
    );
    expect(await page.locator('.points-class').allInnerTexts()).toEqual(['A', 'B', 'C']);
    expect(await calls(page, 'load')).toEqual([{ model: 'vae-glyphs-2' }]);
    expect(await calls(page, 'encode')).toEqual([{ data: 'glyphs' }]);
    const rows = await page.locator('.dimensions tbody tr').allInnerTexts();
    expect(rows.map((row) => row.split(/\s+/))).toEqual([
      ['z0', '6.99', '0.120'],
      ['z1', 'collapsed', '0.00', '0.000'],
    ]);
    expect(await page.locator('.latent-pictures').count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('is coloured by a label, by a number with its scale, and not with a legend of a hundred names', async () => {
    const { page, close } = await open();
    const colour = page.getByRole('combobox', { name: 'Colour of the points' });
    await colour.selectOption('Colour: ELBO (nats)');
    const scale = page.getByRole('group', { name: 'Colour scale' });
    expect(await scale.innerText()).toContain('ELBO (nats)');
    // Items have an ELBO from -445 to -405; a hundredth at each end is left out.
    const [low, , high] = (await scale.locator('.legend-ticks span').allInnerTexts()).map((text) => Number(text.replace('−', '-')));
    expect(low).toBeGreaterThanOrEqual(-445);
    expect(low).toBeLessThan(-440);
    expect(high).toBeGreaterThan(-410);
    await colour.selectOption('Colour: font');
    expect(await page.locator('.latent-side').innerText()).toContain('120 classes, each in its colour');
    expect(await kept(page)).toMatchObject({ colouring: { by: 'label', label: 'font' } });
    await close();
  });

  it('stands out by class, and stands back again', async () => {
    const { page, close } = await open();
    const before = await page.locator('.plot').screenshot();
    await page.getByRole('button', { name: 'B', exact: true }).click();
    await nextFrames(page);
    expect(await page.getByRole('button', { name: 'B', exact: true }).getAttribute('aria-pressed')).toBe('true');
    expect((await page.locator('.plot').screenshot()).equals(before)).toBe(false);
    expect(await kept(page)).toMatchObject({ lit: 1 });
    await page.getByRole('button', { name: 'B', exact: true }).click();
    await nextFrames(page);
    expect(await kept(page)).toMatchObject({ lit: null });
    // Other colours have other classes.
    await page.getByRole('button', { name: 'C', exact: true }).click();
    await page.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: font');
    expect(await kept(page)).toMatchObject({ lit: null });
    await close();
  });

  it('has a scale of what there is where the model gives no nats', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await page.evaluate(() =>
      sessionStorage.setItem(
        'state',
        JSON.stringify({ ...JSON.parse(sessionStorage.getItem('state') ?? '{}'), colouring: { by: 'label', label: 'gone' } }),
      ),
    );
    await page.reload();
    await shown(page);
    expect(await page.getByRole('combobox', { name: 'Colour of the points' }).inputValue()).toBe('Colour: character');
    expect(await page.locator('.points-class').count()).toBe(3);
    await close();
  });
});

describe('a model of more than two dimensions', () => {
  const openWide = async (): Promise<OpenPanel> => {
    const panel = await open();
    await panel.page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => headline(panel.page)).toContain('in 4 latent dimensions');
    await shown(panel.page);
    return panel;
  };

  it('is laid out by components, by two dimensions, and by UMAP', async () => {
    const panel = await openWide();
    const { page } = panel;
    expect(await axes(page)).toContain('first component (60 % of the variance)');
    await layout(page).selectOption('Two dimensions');
    await expect.poll(() => axes(page)).toContain('z1');
    await page.getByRole('combobox', { name: 'Upwards' }).selectOption('z3');
    await expect.poll(() => axes(page)).toContain('z3');
    expect(await kept(page)).toMatchObject({ projection: { method: 'dimensions', dimensions: [0, 3] } });
    await layout(page).selectOption('UMAP');
    await expect.poll(() => axes(page)).toContain('UMAP 1');
    // Its places stand for no z.
    expect(await tool(page, 'target').count()).toBe(0);
    expect(await tool(page, 'git-compare').count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('shows the item of the point that is picked where not every item has one', async () => {
    const { page, close } = await openWide();
    await layout(page).selectOption('UMAP');
    await expect.poll(() => axes(page)).toContain('UMAP 1');
    await pickMiddle(page);
    const { item } = (await calls<{ item: number }>(page, 'item')).at(-1)!;
    expect(item % 2).toBe(1);
    expect((await kept(page)).item).toBe(item);
    const before = await page.locator('.plot').screenshot();
    await page.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: font');
    await page.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: character');
    await page.locator('.plot').focus();
    await nextFrames(page);
    expect((await page.locator('.plot').screenshot()).equals(before)).toBe(true);
    await close();
  });

  it('decodes the place of an item with what it has beside the plane', async () => {
    const { page, close } = await openWide();
    await pickMiddle(page);
    const { item } = (await calls<{ item: number }>(page, 'item')).at(-1)!;
    const z = await lastZ(page);
    expect(z[2]).toBeCloseTo((item % 11) / 4, 5);
    expect(z[3]).toBeCloseTo(-(item % 7) / 4, 5);
    // A picture from elsewhere has its own.
    await tool(page, 'file-media').click();
    await expect.poll(() => headline(page)).toContain('a.png');
    await expect.poll(() => lastZ(page)).toEqual([1.2, 0, 0.75, -0.5].map((value): unknown => expect.closeTo(value, 5)));
    await close();
  });

  it('goes back to what is seen where laying out was cancelled or failed', async () => {
    const { page, close } = await openWide();
    await hold(page, 'project');
    await layout(page).selectOption('UMAP');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => layout(page).inputValue()).toBe('Principal components');
    await release(page);
    await set(page, { failures: { project: 'UMAP with 15 neighbours needs more than 15 items.' } });
    await layout(page).selectOption('UMAP');
    expect(await page.getByRole('alert').innerText()).toContain('15 neighbours');
    await expect.poll(() => layout(page).inputValue()).toBe('Principal components');
    expect(await axes(page)).toContain('first component');
    expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
    await close();
  });

  it('keeps the chosen item in another layout, decoded where it lies', async () => {
    const { page, close } = await openWide();
    await pickMiddle(page);
    const z = await lastZ(page);
    await layout(page).selectOption('Two dimensions');
    await expect.poll(() => axes(page)).toContain('z1');
    await nextFrames(page);
    expect(await lastZ(page)).toEqual(z.map((value): unknown => expect.closeTo(value, 5)));
    expect(await page.getByRole('img', { name: 'this place' }).count()).toBe(1);
    await close();
  });

  it('ends a path of the plane that was', async () => {
    const { page, close } = await openWide();
    await tool(page, 'git-compare').click();
    await page.locator('.latent-way').waitFor();
    await layout(page).selectOption('Two dimensions');
    await expect.poll(() => page.locator('.latent-way, .points-handle').count()).toBe(0);
    await close();
  });
});

describe('a picture of the data', () => {
  it('is examined at a click: its pictures, its ELBO and the ellipse of q', async () => {
    const panel = await open();
    const { page } = panel;
    await pickMiddle(page);
    const first = await boxOf(page, '.points-handle');
    for (const key of ['Shift+ArrowLeft', 'Shift+ArrowLeft', 'Shift+ArrowLeft', 'Enter']) await page.locator('.plot').press(key);
    await expect.poll(async () => (await calls(page, 'item')).length).toBe(2);
    await nextFrames(page);
    await page.mouse.click(first.x + first.width / 2, first.y + first.height / 2);
    await expect.poll(async () => (await calls(page, 'item')).length).toBe(3);
    const [one, , again] = await calls<{ item: number }>(page, 'item');
    expect(again).toEqual(one);
    await page.locator('.formula').waitFor();
    await nextFrames(page);
    expect(await headline(page)).toMatch(/^A, Font \d+: ELBO −425\.2 nats ± 0\.3 = −418\.2 nats − 7\.0 nats\.$/);
    const formula = await page.locator('.formula').innerText();
    for (const value of ['−425.2', '−418.2', '7.020', 'mean of 64 draws ± 0.31', 'work log p(x) out to see it'])
      expect(formula).toContain(value);
    expect(await page.locator('.latent-picture figcaption').allInnerTexts()).toEqual([
      ...['picture', 'from its mean', 'from a draw', 'cost by pixel', 'this place'],
    ]);
    expect(await page.locator('circle.points-shape.strong').count()).toBe(1);
    expect(await page.locator('.latent-side').innerText()).toContain('Thick line: q(z|x) at one deviation.');
    // The disc of a place lies where the place is: to the right of the middle.
    expect(middleOf(await grey(page, 'this place'))[0]).toBeGreaterThan(9);
    expect(await page.locator('.dimensions').innerText()).toContain('here');
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('has log p(x) worked out, with contours, and what the bound does as K grows', async () => {
    const panel = await open();
    const { page } = panel;
    await pickMiddle(page);
    await weigh(page).click();
    await page.locator('.latent-tightness').waitFor();
    expect(await calls(page, 'evidence')).toMatchObject([{ draws: 2_000, seed: 1, inflation: 1.2 }]);
    expect(await page.locator('.formula').innerText()).toContain('−423.9');
    expect(await page.locator('.latent-tightness figcaption').innerText()).toBe(
      'LK from −425.2 nats (K = 1) to −424.0 nats (K = 1,000); the dashed line is log p(x)',
    );
    await expect.poll(() => page.locator('path.points-shape').count()).toBe(2);
    expect(await page.locator('.latent-side').innerText()).toContain('thin lines: 50 % and 90 % of the true posterior p(z|x)');
    expect(await weigh(page).count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('says what is worked out meanwhile, and forgets it when another is looked at', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    await hold(page, 'evidence');
    await weigh(page).click();
    await expect.poll(() => page.locator('.latent-examined .latent-actions').innerText()).toContain('Working log p(x) out…');
    for (const button of await page.locator('.latent-examined .latent-actions vscode-button').all())
      expect(await button.getAttribute('disabled')).not.toBeNull();
    await page.locator('.plot').focus();
    await page.keyboard.press('Shift+ArrowLeft');
    await page.keyboard.press('Enter');
    await expect.poll(async () => (await calls(page, 'examine')).length).toBe(2);
    await expect.poll(() => page.locator('.latent-examined .latent-actions').innerText()).not.toContain('Working');
    await release(page);
    expect(await page.locator('.latent-tightness').count()).toBe(0);
    await close();
  });

  it('is compared with what the model was trained on', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    await page.getByRole('button', { name: 'Nearest training examples' }).click();
    const found = page.locator('.latent-nearest');
    expect(await found.innerText()).toContain('Of 7,316 training examples that are here the nearest is 1.20 away');
    expect(await found.innerText()).toContain('0.60 of the mean distance of the next');
    expect(await calls(page, 'neighbours')).toMatchObject([{ k: 5 }]);
    await close();
  });

  it('stays whole where a number of it is endless, or none', async () => {
    const panel = await open();
    const { page } = panel;
    await page.evaluate(() => {
      const pixels = Float64Array.from({ length: 256 }, (_, at) => (at === 3 ? -Infinity : at === 4 ? NaN : -(at % 5)));
      window.latent.examined = {
        pixels,
        elbo: { mean: -Infinity, standardError: NaN },
        reconstruction: { mean: -Infinity, standardError: NaN, ofZ: 0 },
      };
      window.latent.evidence = { logEvidence: -Infinity };
    });
    await pickMiddle(page);
    expect(await headline(page)).toContain('ELBO −∞ nats');
    // Dearer than all is in the strongest red, no number in the colour of the mean: the ground.
    const colours = await page
      .getByRole('img', { name: 'cost by pixel' })
      .evaluate((canvas) => [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(3, 0, 2, 1).data]);
    expect(colours[0]).toBeGreaterThan(colours[2]! + 30);
    expect(colours.slice(4, 7)).toEqual([31, 31, 31]);
    await weigh(page).click();
    await expect.poll(() => page.locator('.formula').innerText()).toContain('log p(x) = −∞ nats');
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('has no button for log p(x) where the model gives no nats', async () => {
    const { page, close } = await open();
    await page.evaluate(() => {
      const none = { elbo: null, reconstruction: null, kl: null, klByDraws: null, klByDimension: null, logVariance: null, pixels: null };
      window.latent.examined = { ...none, withoutNats: 'The likelihood of this model is not known.' };
    });
    await pickMiddle(page);
    expect(await headline(page)).toContain('The likelihood of this model is not known.');
    expect(await page.locator('vscode-button', { hasText: 'Work log p(x) out' }).getAttribute('disabled')).not.toBeNull();
    expect(await page.getByRole('img', { name: 'cost by pixel' }).count()).toBe(0);
    expect(await page.locator('circle.points-shape').count()).toBe(0);
    await close();
  });
});

describe('a place', () => {
  it('is decoded while it is dragged: of what waits the last is decoded', async () => {
    const { page, close } = await open();
    await tool(page, 'target').click();
    const { x, y, width, height } = await boxOf(page, '.plot');
    await hold(page, 'decode');
    await drag(page, [x + 0.3 * width, y + 0.3 * height], [x + 0.8 * width, y + 0.8 * height]);
    expect(await calls(page, 'decode')).toHaveLength(1);
    await release(page);
    await expect.poll(async () => (await calls(page, 'decode')).length).toBe(2);
    const { place } = await kept(page);
    expect(await lastZ(page)).toEqual(place!.map((value): unknown => expect.closeTo(value, 5)));
    // Down and to the right of the middle.
    const [right, down] = middleOf(await grey(page, 'this place'));
    expect(right).toBeGreaterThan(8);
    expect(down).toBeGreaterThan(8);
    await close();
  });

  it('is moved by keys', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    const grip = page.getByRole('button', { name: /^Place that is decoded/ });
    const before = (await kept(page)).place!;
    await grip.focus();
    await page.keyboard.press('ArrowUp');
    await nextFrames(page);
    await page.keyboard.press('Shift+ArrowRight');
    await nextFrames(page);
    const after = (await kept(page)).place!;
    expect(after[1]).toBeGreaterThan(before[1]);
    expect(after[0]).toBeGreaterThan(before[0]);
    expect(after[1] - before[1]).toBeGreaterThan(4 * (after[0] - before[0]));
    expect(await grip.evaluate((element) => element === document.activeElement)).toBe(true);
    await close();
  });

  it('of a model that was left fails nothing', async () => {
    const panel = await open();
    const { page } = panel;
    await tool(page, 'target').click();
    const { x, y, width, height } = await boxOf(page, '.plot');
    await hold(page, 'decode');
    await drag(page, [x + 0.3 * width, y + 0.3 * height], [x + 0.8 * width, y + 0.8 * height]);
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await release(page);
    await expect.poll(() => headline(page)).toContain('in 4 latent dimensions');
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(await calls(page, 'decode')).toHaveLength(1);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

describe('ways through the space', () => {
  const way = (page: Page) => page.locator('.latent-way');
  it('are a path whose ends are dragged, straight or along the arc', async () => {
    const panel = await open();
    const { page } = panel;
    await tool(page, 'git-compare').click();
    await way(page).waitFor();
    expect(await way(page).innerText()).toContain('Along the line from A to B');
    expect(
      await page
        .locator('.points-grip-label')
        .allInnerTexts()
        .catch(() => []),
    ).toHaveLength(2);
    await expect.poll(() => way(page).locator('.picture:not(.waiting)').count()).toBe(9);
    const before = await lastZ(page);
    expect(before).toHaveLength(18);
    const grip = await page.getByRole('button', { name: /^End of the path/ }).boundingBox();
    const from = [grip!.x + grip!.width / 2, grip!.y + grip!.height / 2] as const;
    await drag(page, from, [from[0] - 60, from[1] - 90]);
    await nextFrames(page);
    const after = await lastZ(page);
    expect(after.slice(0, 2)).toEqual(before.slice(0, 2));
    expect(after[16]!).toBeLessThan(before[16]!);
    expect(after[17]!).toBeGreaterThan(before[17]!);
    await page.locator('vscode-toolbar-button[icon="circle-large-outline"]').click();
    await expect.poll(() => way(page).innerText()).toContain('Along the arc from A to B (slerp)');
    await nextFrames(page);
    const arc = await lastZ(page);
    expect(arc.slice(16)).toEqual(after.slice(16));
    expect(arc.slice(8, 10)).not.toEqual(after.slice(8, 10));
    expect(await kept(page)).toMatchObject({ spherical: true, path: [{ length: 2 }, { length: 2 }] });
    // A picture of the way is decoded large, where it lies.
    await way(page).locator('.picture').nth(8).click();
    await expect.poll(() => lastZ(page)).toEqual(arc.slice(16));
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.locator('.latent-way, .points-grip-label').count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('are the plane as a grid, the highest row first', async () => {
    const { page, close } = await open();
    await tool(page, 'table').click();
    await expect.poll(() => way(page).locator('.picture:not(.waiting)').count()).toBe(81);
    expect(await way(page).innerText()).toContain('z0 to the right and z1 upwards, at even quantiles of the prior (−1.59 to 1.59)');
    const z = await lastZ(page);
    expect([z[0], z[1]]).toEqual([expect.closeTo(-1.593, 3), expect.closeTo(1.593, 3)]);
    const [boxes] = [
      await way(page)
        .locator('.picture')
        .evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top)),
    ];
    expect(new Set(boxes).size).toBe(9);
    await tool(page, 'table').click();
    await expect.poll(() => way(page).count()).toBe(0);
    await close();
  });

  it('are the values of one dimension, from its name, the others as they are where the plane stands', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    const { place } = await kept(page);
    await page.getByRole('button', { name: 'z1', exact: true }).click();
    await expect.poll(() => way(page).innerText()).toContain('z1 from −3 to 3, the others as they are here');
    await expect.poll(async () => (await lastZ(page)).length).toBe(18);
    const z = await lastZ(page);
    expect(z.filter((_, at) => at % 2 === 0)).toEqual(Array.from({ length: 9 }, (): unknown => expect.closeTo(place![0], 5)));
    expect([z[1], z[17]]).toEqual([-3, 3]);
    await close();
  });

  it('show one at a time, and choose nothing of the one before', async () => {
    const { page, close } = await open();
    await tool(page, 'git-compare').click();
    await way(page).locator('.picture').nth(3).click();
    await expect.poll(() => way(page).locator('.chosen').count()).toBe(1);
    await page.getByRole('button', { name: 'z0', exact: true }).click();
    await expect.poll(() => way(page).locator('.chosen').count()).toBe(0);
    // The path is not drawn any more.
    await expect.poll(() => page.getByRole('button', { name: /of the path/ }).count()).toBe(0);
    await tool(page, 'table').click();
    await expect.poll(() => way(page).locator('.picture').count()).toBe(81);
    await close();
  });

  it('are decoded again after a failure', async () => {
    const { page, close } = await open();
    await set(page, { failures: { decode: 'The process ended.' } });
    await tool(page, 'table').click();
    expect(await page.getByRole('alert').innerText()).toBe('The process ended.');
    await set(page, { failures: {} });
    await page.locator('.banner').getByRole('button', { name: 'Close' }).click();
    await tool(page, 'table').click();
    await tool(page, 'table').click();
    await expect.poll(() => way(page).locator('.picture:not(.waiting)').count()).toBe(81);
    await close();
  });
});

describe('the page', () => {
  it.each([1100, 500])('does not move when what stands below is gone to by keyboard, %i wide', async (width) => {
    const panel = await open({ width, height: 500 });
    const { page } = panel;
    await pickMiddle(page);
    await page.getByRole('button', { name: 'Take the KL apart' }).focus();
    await nextFrames(page);
    expect(await page.evaluate(() => [document.documentElement.scrollTop, document.body.scrollTop])).toEqual([0, 0]);
    expect(await page.evaluate(() => document.documentElement.scrollHeight)).toBe(500);
    expect((await boxOf(page, '.headline')).y).toBeGreaterThanOrEqual(0);
    await panel.close();
  });
});

describe('the aggregate posterior', () => {
  it('is compared with the prior of the data that is shown, and forgotten with it', async () => {
    const panel = await open();
    const { page } = panel;
    await page.getByRole('button', { name: 'Take the KL apart' }).click();
    const section = page.locator('section[aria-labelledby="aggregate-title"]');
    await expect.poll(() => section.innerText()).toContain('5.10 nats, is what z tells of which item it is, 4.20 nats ± 0.02');
    expect(await section.innerText()).toContain('What is left is 0.03 nats ± 0.04');
    await page.getByRole('combobox', { name: 'Model' }).selectOption({ label: 'VAE of glyphs, 16 dimensions' });
    await expect.poll(() => page.getByRole('button', { name: 'Take the KL apart' }).count()).toBe(1);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

describe('points that a lasso encloses', () => {
  it('are told by their classes and means, until they are let go', async () => {
    const panel = await open();
    const { page } = panel;
    const selected = page.locator('.latent-selected');
    expect(await selected.count()).toBe(0);
    await tool(page, 'symbol-snippet').click();
    const box = (await page.locator('.plot canvas').first().boundingBox())!;
    const corners = [
      [2, 2],
      [box.width - 2, 2],
      [box.width - 2, box.height - 2],
      [2, box.height - 2],
    ] as const;
    await page.mouse.move(box.x + corners[0][0], box.y + corners[0][1]);
    await page.mouse.down();
    for (const [x, y] of corners) await page.mouse.move(box.x + x, box.y + y, { steps: 4 });
    await page.mouse.up();
    await expect.poll(() => selected.locator('h2').innerText()).toMatch(/^([\d,]+) of \1 selected$/);
    // Of all points the means are those of all.
    for (const text of await selected.locator('p').filter({ hasText: 'Mean' }).allInnerTexts())
      expect(text).toMatch(/: (\S+); of all \1\.$/);
    await selected.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => selected.count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

describe('a picture from elsewhere', () => {
  it('is encoded, with what was changed of it', async () => {
    const panel = await open();
    const { page } = panel;
    await pickMiddle(page);
    await set(page, { notices: ['a.png: colours were turned into grey (Rec. 601 luma).'] });
    await tool(page, 'file-media').click();
    await expect.poll(() => headline(page)).toMatch(/^a\.png: ELBO/);
    expect(await page.locator('.banner').innerText()).toBe('a.png: colours were turned into grey (Rec. 601 luma).');
    expect((await kept(page)).item).toBeNull();
    await tool(page, 'folder-opened').click();
    expect(await calls(page, 'pickPicture')).toEqual([{ pick: false }, { pick: true }]);
    await expect.poll(async () => (await calls(page, 'examine')).length).toBe(3);
    // What was said of it goes with it.
    await pickMiddle(page);
    await expect.poll(() => page.locator('.banner').allInnerTexts()).toEqual([]);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('leaves the place that was dragged when more is asked of it', async () => {
    const { page, close } = await open();
    await tool(page, 'file-media').click();
    await page.locator('.formula').waitFor();
    await page.getByRole('button', { name: /^Place that is decoded/ }).focus();
    await page.keyboard.press('ArrowUp');
    await page.keyboard.press('ArrowUp');
    const { place } = await kept(page);
    await page.getByRole('button', { name: 'Nearest training examples' }).click();
    await page.locator('.latent-nearest').waitFor();
    await nextFrames(page);
    expect((await kept(page)).place).toEqual(place);
    await close();
  });

  it('says what is wrong with it, until another is looked at', async () => {
    const { page, close } = await open();
    await set(page, { failures: { pickPicture: 'This picture cannot be read: It is empty.' } });
    await tool(page, 'file-media').click();
    expect(await page.getByRole('alert').innerText()).toBe('This picture cannot be read: It is empty.');
    await pickMiddle(page);
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await close();
  });
});

/** Drags with the tool for places: to the right of the prior's middle. */
async function decodesWhereItIsDragged(page: Page): Promise<void> {
  const { x, y, width, height } = (await page.locator('.plot').boundingBox())!;
  await drag(page, [x + width / 2, y + height / 2], [x + 0.7 * width, y + height / 2]);
  await expect.poll(async () => (await lastZ(page))[0]).toBeGreaterThan(0.5);
  await expect.poll(async () => middleOf(await grey(page, 'this place'))[0]).toBeGreaterThan(8.5);
}

describe('before its data, and without any', () => {
  it('says that data which was lost is encoded again for a point that is picked', async () => {
    const { page, close } = await open();
    await hold(page, 'item');
    await page.locator('.plot').focus();
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.locator('.latent-side [role="status"]').allInnerTexts()).toEqual(['Encoded 200 of 600…']);
    await release(page);
    await page.locator('.formula').waitFor();
    await nextFrames(page);
    expect(await page.locator('.latent-side [role="status"]').allInnerTexts()).toEqual([]);
    await close();
  });

  it('shows the points as they come, and decodes places meanwhile', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await shown(page);
    await hold(page, 'encode');
    await page.getByRole('combobox', { name: 'Data' }).selectOption('Other data…');
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('Encoded 200 of 600');
    await priorPlane(page).waitFor();
    const empty = await page.locator('.plot').screenshot();
    await tool(page, 'target').click();
    await decodesWhereItIsDragged(page);
    // Parts that come faster than they could be seen are shown together.
    await page.waitForTimeout(300);
    await page.evaluate(() => window.latent.releaseOne());
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('Encoded 400 of 600');
    await nextFrames(page);
    expect((await page.locator('.plot').screenshot()).equals(empty)).toBe(false);
    await priorPlane(page).focus();
    await page.keyboard.press('Enter');
    expect(await calls(page, 'item')).toEqual([]);
    await release(page);
    await shown(page);
    expect((await headline(page)).startsWith('600 items of ')).toBe(true);
    await close();
  });

  it('shows the points of more dimensions along the components of those that have come', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await shown(page);
    await hold(page, 'encode');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('Encoded 200 of 600');
    expect(await page.locator('.latent-plane').isVisible()).toBe(false);
    await page.waitForTimeout(300);
    await page.evaluate(() => window.latent.releaseOne());
    await expect.poll(() => page.locator('.latent-plane').isVisible()).toBe(true);
    expect(await page.locator('.latent-plane').innerText()).toMatch(/first component \(\d+ % of the variance\)/);
    expect(await calls(page, 'project')).toEqual([]);
    expect(await layout(page).count()).toBe(0);
    const few = await page.locator('.plot').screenshot();
    // Nothing of them can be picked yet.
    await page.locator('.plot').focus();
    await page.keyboard.press('Enter');
    expect(await calls(page, 'item')).toEqual([]);
    await release(page);
    await shown(page);
    expect(await calls(page, 'project')).toHaveLength(1);
    expect(await page.locator('.latent-plane').innerText()).toContain('first component (60 % of the variance)');
    expect((await page.locator('.plot').screenshot()).equals(few)).toBe(false);

    // Where the layout that is asked for is cancelled, these are what is seen.
    await layout(page).selectOption('UMAP');
    await expect.poll(() => axes(page)).toContain('UMAP 1');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 2 dimensions');
    await shown(page);
    await hold(page, 'encode', 'project');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('Encoded 200 of 600');
    await page.waitForTimeout(300);
    await page.evaluate(() => window.latent.releaseOne());
    await expect.poll(() => axes(page)).toContain('first component');
    for (let part = 0; part < 2; part++) {
      await nextFrames(page);
      await page.evaluate(() => window.latent.releaseOne());
    }
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('UMAP');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => layout(page).inputValue()).toBe('Principal components');
    expect(await axes(page)).toContain('first component');
    await close();
  });

  it.each([2, 4])('of a decoder alone with %i dimensions decodes places, and asks for no data', async (latent) => {
    const panel = await harness.open({ width: 1100 });
    const { page } = panel;
    await shown(page);
    const encoded = (await calls(page, 'encode')).length;
    await page.evaluate(() => void (window.latent.withEncoder = false));
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    if (latent === 2) await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 2 dimensions');
    await priorPlane(page).waitFor();
    await nextFrames(page);
    expect(await headline(page)).toBe(
      `A decoder of ${latent} latent dimensions, without an encoder: places of the prior are decoded, no data has a place.`,
    );
    expect(await page.getByRole('combobox', { name: 'Data' }).count()).toBe(0);
    expect(await page.locator('.banner').allInnerTexts()).toEqual([]);
    await tool(page, 'target').click();
    await decodesWhereItIsDragged(page);
    await tool(page, 'table').click();
    await page.locator('.latent-way h2').waitFor();
    await tool(page, 'git-compare').click();
    await page.getByRole('button', { name: 'Start of the path' }).waitFor();
    expect((await calls(page, 'encode')).length).toBe(encoded);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

describe('what a model gives away', () => {
  const part = (page: Page): Locator => page.getByRole('region', { name: 'What it gives away' });
  const said = (page: Page): Promise<string[]> => part(page).locator('p').allInnerTexts();
  const compare = (page: Page): Locator => part(page).getByRole('button', { name: 'Compare two data sets…' });
  const openOwn = async (): Promise<OpenPanel> => {
    const panel = await open();
    await panel.page.evaluate(() =>
      window.latent.page.models({
        models: [...window.latent.content.models, { id: '/m/own', title: 'own', hasTraining: false, added: true }],
        canAdd: true,
      }),
    );
    await panel.page.getByRole('combobox', { name: 'Model' }).selectOption('own');
    await shown(panel.page);
    return panel;
  };

  it('is measured of a bundled one in its twin, and without the model', async () => {
    const { page, close } = await open();
    expect(await compare(page).count()).toBe(0);
    await part(page).getByRole('button', { name: 'Are samples copies?' }).click();
    await part(page).getByRole('button', { name: 'Can members be found?' }).click();
    await expect.poll(async () => (await said(page)).length).toBe(3);
    const [copies, pairs, members] = await said(page);
    expect(pairs).toBe(
      'The 3 of 1,000 samples that are likeliest copies, each with its nearest training example; under them the nearest distance over ' +
        'the mean of the next 49. Near 1 it is like any other, near 0 it is a copy.',
    );
    const rows = part(page).getByRole('listitem');
    expect(await rows.allInnerTexts()).toEqual(['0.12', '0.50', '0.93']);
    expect(await rows.first().getAttribute('title')).toBe('Nearest: training example 12 of 7,316, 0.40 away');
    // Of each pair the left is the sample and the right its nearest, which lies higher.
    const heights = await rows
      .last()
      .getByRole('img')
      .evaluateAll((all) =>
        all.map((canvas) => {
          const { data } = (canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, 16, 16);
          const levels = [...data].filter((_, at) => at % 4 === 0);
          return levels.reduce((sum, level, at) => sum + level * Math.floor(at / 16), 0) / levels.reduce((sum, level) => sum + level, 0);
        }),
      );
    expect(heights[1]!).toBeLessThan(heights[0]! - 0.5);
    expect(await audit(page)).toEqual([]);
    expect(copies).toMatch(/Compared with 7,316 training examples\. These are the ones that are here, not all of them\.$/);
    expect(members).toContain('Without the model, from the examples alone, ridge regression finds 0.5 % to 1.9 % (AUC 0.463;');
    expect(await part(page).getByRole('button').count()).toBe(0);
    await close();
  });

  it('is measured of the user’s own by data that it was trained on and data that it was not', async () => {
    const panel = await openOwn();
    const { page } = panel;
    expect(await part(page).count()).toBe(1);
    await hold(page, 'compareData');
    await compare(page).click();
    await expect.poll(() => part(page).getByRole('status').innerText()).toBe('Comparing the data…');
    expect(await compare(page).getAttribute('disabled')).not.toBeNull();
    expect(await audit(page)).toEqual([]);
    await release(page);
    await expect.poll(async () => (await said(page)).length).toBe(3);
    const [members, copies] = await said(page);
    expect(members).toMatch(/^As data, what it was trained on \(seen\) and what it was not \(unseen\) are not told apart: 50\.3 % /);
    expect(members).toMatch(/AUC 0\.463; permuted coins give 0\.423 to 0\.579\)\. Other attacks may find more\.$/);
    expect(copies).toMatch(/^Of 1,000 samples .* Compared with 7,316 training examples\.$/);
    expect(await calls(page, 'compareData')).toEqual([{ samples: 1_000, shown: 24, seed: 1 }]);
    expect(await audit(page)).toEqual([]);
    await panel.close();
  });

  it('is not told where the two differ as data, and stays where none is chosen', async () => {
    const { page, close } = await openOwn();
    const data = { share: 0.712, expected: 0.4999, p: 0.001, first: 2_000, second: 1_500 };
    const compared = {
      members: 'seen',
      others: 'unseen',
      copying: null,
      twoSets: { data, differ: true, inBoth: 0, membership: null, withoutNats: null },
    };
    await set(page, { compared });
    await compare(page).click();
    await expect.poll(async () => (await said(page)).length).toBe(1);
    const differ = await said(page);
    expect(differ[0]).toMatch(
      /differ: 71\.2 % of .*, 50\.0 % expected .* \(p = 0\.001; 2,000 items and 1,500\)\. Nothing is said of membership/,
    );
    await set(page, { compared: null });
    await compare(page).click();
    await expect.poll(async () => (await calls(page, 'compareData')).length).toBe(2);
    await nextFrames(page);
    expect(await said(page)).toEqual(differ);
    // Of another model it says nothing.
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 2 dimensions');
    await shown(page);
    expect(await said(page)).toEqual([]);
    await close();
  });

  it('is cancelled, and says what went wrong', async () => {
    const { page, close } = await openOwn();
    await hold(page, 'compareData');
    await compare(page).click();
    await part(page).getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(async () => (await calls(page, 'compareData stopped')).length).toBe(1);
    await expect.poll(() => part(page).getByRole('status').count()).toBe(0);
    expect(await said(page)).toEqual([]);
    await release(page);
    await set(page, { failures: { compareData: '/data/few holds 5 items; at least 6 are compared.' } });
    await compare(page).click();
    await expect.poll(() => page.getByRole('alert').innerText()).toContain('/data/few holds 5 items; at least 6 are compared.');
    expect(await compare(page).getAttribute('disabled')).toBeNull();
    await close();
  });
});

describe('what goes wrong', () => {
  it('is told, closed, and begun again', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await set(page, { failures: { encode: 'The process of vae-glyphs-2 ended (SIGKILL).' } });
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => page.getByRole('alert').allInnerTexts()).toEqual(['The process of vae-glyphs-2 ended (SIGKILL).']);
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    // The prior's plane is there without data; what is of data is not.
    await priorPlane(page).waitFor();
    await tool(page, 'target').click();
    await decodesWhereItIsDragged(page);
    await tool(page, 'target').click();
    expect(await page.getByRole('combobox', { name: 'How the points lie' }).locator('option').allInnerTexts()).toEqual(['Two dimensions']);
    expect(await page.getByRole('combobox', { name: 'Colour of the points' }).count()).toBe(0);
    await set(page, { failures: {} });
    await page.getByRole('button', { name: 'Try again' }).click();
    await shown(page);
    expect(await page.locator('.banner').allInnerTexts()).toEqual([]);
    await close();
  });

  it('is cancelled, and begun again', async () => {
    const { page, close } = await open();
    await hold(page, 'encode');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => page.locator('.banner.busy').innerText()).toContain('Encoded 200 of 600');
    expect(await page.getByRole('progressbar').getAttribute('aria-valuenow')).toBe('33');
    await page.getByRole('button', { name: 'Cancel' }).click();
    await expect.poll(() => page.locator('.banner').allInnerTexts()).toEqual([expect.stringContaining('it was stopped')]);
    await release(page);
    await page.getByRole('button', { name: 'Try again' }).click();
    await shown(page);
    await close();
  });

  it('leaves what is chosen where other data is not', async () => {
    const { page, close } = await open();
    const data = page.getByRole('combobox', { name: 'Data' });
    await page.evaluate(() => void (window.latent.added = null));
    await data.selectOption('Other data…');
    await expect.poll(() => data.inputValue()).toBe('Held-out glyphs');
    expect(await calls(page, 'encode')).toHaveLength(1);
    await page.evaluate(() => void (window.latent.added = { id: '/data/own', name: 'own' }));
    await data.selectOption('Other data…');
    await expect.poll(() => data.inputValue()).toBe('own');
    expect((await calls(page, 'encode')).at(-1)).toEqual({ data: '/data/own' });
    await close();
  });

  it('says what to do where there is no model', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await page.evaluate(() => sessionStorage.setItem('models', 'none'));
    await page.reload();
    await expect.poll(() => headline(page)).toContain('There is no VAE here');
    expect(await audit(page)).toEqual([]);
    await close();
  });

  it('tells what was noticed of the data', async () => {
    const { page, close } = await harness.open({ width: 1100 });
    await set(page, { summary: { notices: ['3 files are no pictures and were left out.'] } });
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await expect.poll(() => page.locator('.banner').allInnerTexts()).toEqual(['3 files are no pictures and were left out.']);
    await close();
  });
});

describe('what is kept', () => {
  const reload = async (page: Page): Promise<void> => {
    await page.waitForTimeout(400);
    await page.reload();
    await shown(page);
  };

  it('is the item, its place, the colours and what is seen', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    await page.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: KL to the prior (nats)');
    await tool(page, 'zoom-in').click();
    await tool(page, 'zoom-in').click();
    await page.getByRole('button', { name: /^Place that is decoded/ }).focus();
    await page.keyboard.press('ArrowDown');
    const before = await kept(page);
    expect(before.viewport).not.toBeNull();
    const told = await headline(page);
    const seen = await page.locator('.plot').screenshot();
    await reload(page);
    await page.locator('.formula').waitFor();
    await nextFrames(page);
    expect(await headline(page)).toBe(told);
    expect(await page.getByRole('combobox', { name: 'Colour of the points' }).inputValue()).toBe('Colour: KL to the prior (nats)');
    expect(await lastZ(page)).toEqual(before.place!.map((value): unknown => expect.closeTo(value, 5)));
    await page.getByRole('button', { name: /^Place that is decoded/ }).focus();
    await nextFrames(page);
    expect((await page.locator('.plot').screenshot()).equals(seen)).toBe(true);
    await close();
  });

  it('is the path with its pictures, and the grid', async () => {
    const { page, close } = await open();
    await tool(page, 'git-compare').click();
    await page.locator('vscode-toolbar-button[icon="circle-large-outline"]').click();
    await expect.poll(async () => (await lastZ(page)).length).toBe(18);
    const z = await lastZ(page);
    await reload(page);
    expect(await page.locator('.latent-way').innerText()).toContain('Along the arc from A to B');
    await expect.poll(() => lastZ(page)).toEqual(z);
    await tool(page, 'table').click();
    await reload(page);
    await expect.poll(() => page.locator('.latent-way .picture:not(.waiting)').count()).toBe(81);
    expect(await page.getByRole('button', { name: /of the path/ }).count()).toBe(0);
    await close();
  });

  it('is let go where the data has become smaller, or the model is not there any more', async () => {
    const panel = await open();
    const { page } = panel;
    await pickMiddle(page);
    await page.waitForTimeout(400);
    await page.evaluate(() => {
      const state = JSON.parse(sessionStorage.getItem('state') ?? '{}') as object;
      sessionStorage.setItem('state', JSON.stringify({ ...state, item: 600, model: 'gone', data: 'gone', lit: 99 }));
    });
    await page.reload();
    await shown(page);
    expect(await headline(page)).toContain('600 items');
    expect((await lastZ(page)).every(Number.isFinite)).toBe(true);
    expect((await kept(page)).item).toBeNull();
    expect(await page.getByRole('alert').count()).toBe(0);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });
});

describe('by keyboard', () => {
  it('everything is reached, in the order in which it stands', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    await tool(page, 'git-compare').click();
    await page.locator('.latent-way').waitFor();
    await page.getByRole('combobox', { name: 'Model' }).focus();
    const reached = ['Model'];
    for (let step = 0; step < 40; step++) {
      await page.keyboard.press('Tab');
      const at = await page.evaluate(() => {
        const element = document.activeElement;
        return element && element !== document.body
          ? (element.getAttribute('aria-label') ?? element.getAttribute('label') ?? element.textContent?.trim() ?? '').replace(
              /, at .*/,
              '',
            )
          : null;
      });
      if (at === null) break;
      reached.push(at);
    }
    for (const name of [
      ...['Data', 'Colour of the points', 'A path between two places', 'Encode an image file…', 'Drag anywhere', 'Show all'],
      ...['Start of the path', 'End of the path', 'Place that is decoded', 'Pictures along the way', 'z0', 'z1'],
    ])
      expect(reached).toContain(name);
    expect(reached.some((name) => name.startsWith('Work log p(x) out'))).toBe(true);
    await close();
  });
});

describe('how it looks', () => {
  const names = Object.keys(themes) as ThemeName[];
  /** Everything that there is to see. */
  const full = async (page: Page): Promise<void> => {
    await pickMiddle(page);
    await weigh(page).click();
    await page.locator('.latent-tightness').waitFor();
    await page.getByRole('button', { name: 'Nearest training examples' }).click();
    await page.locator('.latent-nearest').waitFor();
    await tool(page, 'git-compare').click();
    await page.locator('.latent-way').waitFor();
    await nextFrames(page);
  };

  /** Of formulas axe can tell little: their signs are short and lie over each other, and are called what they mean. */
  const faultsOf = async (page: Page): Promise<string[]> => {
    const found = await audit(page, false);
    return found.filter((fault) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(fault));
  };

  it.each(names)('has no fault that axe finds, in %s', async (theme) => {
    const panel = await open({ theme });
    await full(panel.page);
    // The audit itself sets styles that the policy refuses.
    expect(panel.complaints).toEqual([]);
    expect(await faultsOf(panel.page)).toEqual([]);
    await panel.page.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: ELBO (nats)');
    await nextFrames(panel.page);
    expect(await faultsOf(panel.page)).toEqual([]);
    await panel.close();
  });

  it.each([300, 400, 759, 760, 1600])('has nothing that is cut off or scrolls sideways at %d pixels', async (width) => {
    const { page, close } = await open({ width });
    await full(page);
    const wide = await page.evaluate(() =>
      [...document.querySelectorAll('.latent, .latent-parts, .latent-side, .latent-side > *, .toolbar')]
        .filter((element) => element.scrollWidth > element.clientWidth + 1 && getComputedStyle(element).display !== 'inline')
        .map((element) => `${element.className}: ${element.scrollWidth} in ${element.clientWidth}`),
    );
    expect(wide).toEqual([]);
    const plot = await boxOf(page, '.plot');
    expect(plot.width).toBeGreaterThan(200);
    expect(plot.height).toBeGreaterThan(200);
    // All of it can be scrolled to.
    await page.locator('.dimensions').scrollIntoViewIfNeeded();
    const box = await boxOf(page, '.dimensions');
    expect(box.y).toBeLessThan(800);
    await close();
  });

  it('has nothing that axe leaves undecided where no formula is shown', async () => {
    const { page, close } = await open();
    expect(await audit(page)).toEqual([]);
    await close();
  });

  it('follows the theme, also in what is drawn', async () => {
    const { page, close } = await open();
    await pickMiddle(page);
    await setTheme(page, 'light');
    await nextFrames(page);
    await nextFrames(page);
    const cost = await page
      .getByRole('img', { name: 'cost by pixel' })
      .evaluate((canvas) => [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, 16, 16).data]);
    expect(Math.max(...cost.filter((_, at) => at % 4 < 3))).toBeGreaterThan(220);
    await close();
  });

  it('keeps still where motion is to be reduced', async () => {
    const { page, close } = await harness.open({ width: 1100, reducedMotion: true });
    await hold(page, 'encode');
    await page.getByRole('combobox', { name: 'Model' }).selectOption('VAE of glyphs, 16 dimensions');
    await page.locator('.banner.busy').waitFor();
    const moving = await page.evaluate(
      () =>
        document
          .getAnimations()
          .filter((animation) => animation.playState === 'running' && Number(animation.effect?.getTiming().iterations) === Infinity).length,
    );
    expect(moving).toBe(0);
    await close();
  });
});
