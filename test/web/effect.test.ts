import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import { settled, startHarness, type Harness } from './harness.ts';
import type { RunSpec } from './standIn/main.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

/** Ten tokens whose last but one attends by halves: 1/2 to itself, 1/4 to the token before ... */
const halves: RunSpec = {
  layers: 2,
  heads: 2,
  tokens: [...'abcdefghij'],
  weights: Array.from({ length: 10 }, (_, q) => Array.from({ length: 10 }, (_k, k) => (k > q ? null : 2 ** -(q - k + (k === 0 ? 0 : 1))))),
};
const query = 8;

async function openHead(page: Page, spec = halves): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), spec);
  await settled(page);
  await page.locator('.thumbnail').nth(1).click();
  await settled(page);
}

/** Pins a cell of the query by the keys, and opens the dock. */
async function openDock(page: Page, spec = halves, pinned = { query, key: 3 }): Promise<Locator> {
  await page.evaluate((view) => (window.standIn.saved = view as never), null);
  await openHead(page, spec);
  const plot = page.locator('.plot');
  await plot.press('Enter');
  await settled(page);
  const at = ((await page.locator('.readout').textContent()) ?? '')
    .match(/query (\d+).*key (\d+)/s)!
    .slice(1)
    .map(Number);
  const steps = (count: number, more: string, less: string): string[] =>
    Array.from({ length: Math.abs(count) }, () => (count > 0 ? more : less));
  for (const key of [
    ...steps(pinned.query - at[0]!, 'Shift+ArrowDown', 'Shift+ArrowUp'),
    ...steps(pinned.key - at[1]!, 'Shift+ArrowRight', 'Shift+ArrowLeft'),
  ])
    await plot.press(key);
  await plot.press('e');
  await settled(page);
  return page.getByRole('region', { name: 'Weight against effect of Layer 0, head 1' });
}

async function measure(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Mask each edge' }).click();
  await page.locator('.scatter').waitFor();
  await page.locator('.effect-running').waitFor({ state: 'detached' });
  await settled(page);
}

const calls = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate((name) => window.standIn.calls.filter((call) => call.method === name).map(({ params }) => params), method);
const text = async (locator: Locator): Promise<string> => ((await locator.textContent()) ?? '').replace(/\s+/g, ' ').trim();
const saved = async (page: Page): Promise<unknown> => (await calls(page, 'saveState')).at(-1);

describe('weight against effect', () => {
  it('asks for the strongest keys of the pinned query, says what it found, and draws a point for each edge', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page);
    expect(await text(dock.locator('.effect-note').first())).toBe('Query i8 attends to 9 keys.');
    await measure(page);
    expect(await calls(page, 'edgeEffects')).toMatchObject([{ site: 0, head: 1, query, keys: [8, 7, 6, 5, 4, 3, 2, 1, 0] }]);
    // The stand-in takes twice the weight off: half of the row stands on the query itself.
    expect(await text(dock.locator('.effect-lead'))).toBe(
      'Masking i8 (weight 0.50) lowers the log-probability of j, which follows, by 1.4 bits',
    );
    expect(await dock.locator('.scatter-point').count()).toBe(9);
    expect(await text(dock.getByText('Rank correlation'))).toMatch(
      /^Rank correlation \(Spearman\) of weight and size of the change: 0\.\d\d, n = 9\.$/,
    );
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('masks as many as are chosen, and those that are missing when more are', async () => {
    const many: RunSpec = { layers: 1, heads: 2, tokens: Array.from({ length: 60 }, (_, i) => `t${i}`) };
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    await openDock(page, many, { query: 50, key: 20 });
    await page.getByLabel('Edges to mask').selectOption('16 strongest keys');
    await measure(page);
    expect(await page.locator('.scatter-point').count()).toBe(16);
    await page.getByLabel('Edges to mask').selectOption('All keys');
    await page.getByRole('button', { name: 'Mask 35 more' }).click();
    await expect.poll(() => page.locator('.scatter-point').count()).toBe(51);
    const asked = ((await calls(page, 'edgeEffects')) as { keys: number[] }[]).flatMap(({ keys }) => keys);
    expect(new Set(asked).size).toBe(51);
    expect(asked).toHaveLength(51);
    await panel.close();
  });

  it('lights a point’s cell in the map, and the cell’s point; a click pins it', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page);
    await measure(page);
    const point = (key: number): Locator => dock.locator(`[data-point="${key}"]`);
    await point(6).hover();
    await expect.poll(() => page.locator('.crosshair.lit:not([hidden])').count()).toBe(1);
    expect(await text(dock.locator('.effect-readout'))).toMatch(/^key 6 g: weight 0\.13, times \|W_O v\| 0\.25, change −0\.39 bits$/);
    await point(6).click();
    await expect.poll(() => saved(page)).toMatchObject({ pinned: { query, key: 6 } });
    await page.mouse.move(5, 5);
    await expect.poll(() => page.locator('.crosshair.lit:not([hidden])').count()).toBe(0);
    await expect.poll(() => point(6).getAttribute('aria-pressed')).toBe('true');
    const box = (await page.locator('.plot').boundingBox())!;
    const side = Math.min(32, box.width / 10, box.height / 10);
    await page.mouse.move(box.x + 7.5 * side, box.y + (query + 0.5) * side);
    await expect.poll(() => point(7).getAttribute('class')).toContain('lit');
    await panel.close();
  });

  it('sets the effect against weight × |W_O v| too, in powers of ten, in nats, and keeps what was chosen', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page);
    await measure(page);
    const place = async (key: number): Promise<number> =>
      Number.parseFloat((await dock.locator(`[data-point="${key}"] .scatter-dot`).getAttribute('cx'))!);
    const [linear, inBits] = [await place(4), await text(dock.locator('.effect-lead'))];
    await page.getByLabel('Log', { exact: true }).check();
    await expect.poll(() => place(4)).toBeGreaterThan(linear + 10);
    await page.getByLabel('Across').selectOption('Weight × |W_O v|');
    await page.getByLabel('Unit').selectOption('nats');
    await expect.poll(() => text(dock.locator('.effect-lead'))).toBe(inBits.replace('1.4 bits', '0.98 nats'));
    await expect
      .poll(() => saved(page))
      .toMatchObject({ effect: { open: true, across: 'contribution', log: true, unit: 'nats', count: 32 } });
    await page.reload();
    await page.evaluate(async (given) => void (await window.standIn.show(given)), halves);
    await settled(page);
    expect(await page.getByLabel('Log', { exact: true }).isChecked()).toBe(true);
    expect(await page.getByLabel('Unit').inputValue()).toBe('nats');
    // What was measured is of the run before.
    expect(await page.getByRole('button', { name: 'Mask each edge' }).count()).toBe(1);
    await panel.close();
  });

  it('says how far it is, can be cancelled, and keeps what has come', async () => {
    const many: RunSpec = { layers: 1, heads: 2, tokens: Array.from({ length: 60 }, (_, i) => `t${i}`) };
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page, many, { query: 50, key: 20 });
    await page.evaluate(() => (window.standIn.delay = 15));
    await page.getByRole('button', { name: 'Mask each edge' }).click();
    await expect.poll(() => text(dock.locator('.effect-running'))).toMatch(/^Masked (1[6-9]|2\d) of 32 edges/);
    expect(Number(await dock.getByRole('progressbar').getAttribute('aria-valuenow'))).toBeGreaterThanOrEqual(50);
    await dock.getByRole('button', { name: 'Cancel' }).click();
    await dock.getByRole('button', { name: 'Mask 16 more' }).waitFor();
    expect(await dock.locator('.scatter-point').count()).toBe(16);
    await panel.close();
  });

  it('is there as a table and as formulas', async () => {
    const panel = await harness.open({ width: 1100, height: 1200 });
    const { page } = panel;
    const dock = await openDock(page);
    await measure(page);
    await dock.getByRole('button', { name: 'As a table' }).click();
    const rows = dock.locator('.edge-table tbody tr');
    await expect.poll(() => rows.count()).toBe(9);
    expect(await text(rows.first())).toMatch(/^i8 0\.5 \d\.?\d* −1\.4$/);
    await rows.nth(1).getByRole('button').click();
    await expect.poll(() => page.locator('.readout .codicon-pinned').count()).toBe(1);
    await dock.getByRole('button', { name: 'As formulas' }).click();
    await dock.getByText('Effect of an edge on the next token').waitFor();
    await dock.getByText('Length of what an edge adds').waitFor();
    const card = (term: string): Promise<string> => text(dock.locator(`.formula-card[data-term="${term}"] .formula-value`).first());
    expect(await card('logProbability')).toBe('−1.250');
    const number = async (term: string): Promise<number> => Number((await card(term)).replace('−', '-'));
    expect((await number('masked')) - (await number('logProbability'))).toBeCloseTo(await number('change'), 3);
    expect((await number('weight')) * (await number('norm'))).toBeCloseTo(await number('contribution'), 3);
    await panel.close();
  });

  it('takes the place of the scores, and gives way to the formula', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    await openHead(page);
    await page.keyboard.press('s');
    await page.getByRole('region', { name: /^Scores of/ }).waitFor();
    await page.keyboard.press('e');
    await page.locator('.effect-dock').waitFor();
    expect(await page.getByRole('region', { name: /^Scores of/ }).count()).toBe(0);
    await page.keyboard.press('f');
    await page.locator('.effect-dock').waitFor({ state: 'detached' });
    await panel.close();
  });
});

describe('where there is nothing to set against', () => {
  it('says why a model cannot be asked, without offering it again', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page);
    await page.evaluate(() => (window.standIn.refusing = { edgeEffects: 'not-autoregressive' }));
    await page.getByRole('button', { name: 'Mask each edge' }).click();
    await dock.getByText('The stand-in refuses edgeEffects.').waitFor();
    expect(await dock.locator('vscode-button').count()).toBe(0);
    expect(await audit(page)).toEqual([]);
    await panel.close();
  });

  it('offers what failed again', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page);
    await page.evaluate(() => (window.standIn.failing = ['edgeEffects']));
    await page.getByRole('button', { name: 'Mask each edge' }).click();
    await dock.getByText('The stand-in was told to fail edgeEffects.').waitFor();
    await page.evaluate(() => (window.standIn.failing = []));
    await dock.getByRole('button', { name: 'Try again' }).click();
    await dock.locator('.scatter').waitFor();
    await panel.close();
  });

  it('does without |W_O v| where the model has no projection, in the dock and beside the map', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    await page.evaluate(() => (window.standIn.refusing = { valueNorms: 'no-projection' }));
    const dock = await openDock(page);
    await measure(page);
    await dock.getByText('The stand-in refuses valueNorms.').waitFor();
    expect(await page.getByLabel('Across').count()).toBe(0);
    expect(await page.locator('.readout-norm').count()).toBe(0);
    await panel.close();
  });

  it('masks nothing of a query with one key', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    const dock = await openDock(page, halves, { query: 0, key: 0 });
    await dock.getByText('attends to one key alone').waitFor();
    expect(await dock.locator('vscode-button').count()).toBe(0);
    await panel.close();
  });
});

it('the map’s readout has weight × |W_O v| beside the weight', async () => {
  const panel = await harness.open({ width: 900, height: 700 });
  const { page } = panel;
  await openDock(page);
  // The stand-in's norm of key 3 is 1.5; the weight is 2^-6.
  await expect.poll(() => text(page.locator('.readout'))).toMatch(/^0\.01563 × \|WO v\| = 0\.02344 query 8 i → key 3 d$/);
  await panel.close();
});

describe('weight against effect for everyone', () => {
  it.each((Object.keys(themes) as ThemeName[]).flatMap((theme) => [[theme, 300] as const, [theme, 1100] as const]))(
    'in %s, %d px wide: nothing to complain of',
    async (theme, width) => {
      const panel = await harness.open({ theme, width, height: 760 });
      const { page } = panel;
      const dock = await openDock(page);
      await measure(page);
      await dock.getByRole('button', { name: 'As a table' }).click();
      await settled(page);
      expect(panel.complaints).toEqual([]);
      expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
      expect(await audit(page)).toEqual([]);
      const overflowing = await page.evaluate(() =>
        [...document.querySelectorAll('.toolbar *, .effect-dock *')]
          .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().right > innerWidth + 0.5)
          .map(({ outerHTML }) => outerHTML.slice(0, 80)),
      );
      expect(overflowing).toEqual([]);
      await panel.close();
    },
  );

  it('by keyboard alone: open, mask, go from point to point, pin', async () => {
    const panel = await harness.open({ width: 1100, height: 760 });
    const { page } = panel;
    await openDock(page);
    const reach = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      throw new Error(`Tab does not come to ${selector}.`);
    };
    await reach('.effect-dock vscode-button');
    await page.keyboard.press('Enter');
    await page.locator('.scatter').waitFor();
    await expect.poll(() => page.locator('[role=status].spoken').textContent()).toContain('lowers the log-probability');
    await page.locator('.plot').focus();
    await reach('.scatter-point');
    const focused = (): Promise<string | undefined> => page.evaluate(() => (document.activeElement as SVGElement | null)?.dataset['point']);
    // The pinned edge has the focus first; to the right are the heavier ones.
    expect(await focused()).toBe('3');
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toBe('4');
    await page.keyboard.press('End');
    expect(await focused()).toBe('8');
    // Largest loss: below all others.
    await page.keyboard.press('ArrowDown');
    expect(await focused()).toBe('8');
    await page.keyboard.press('Enter');
    await expect.poll(() => saved(page)).toMatchObject({ pinned: { query, key: 8 } });
    await panel.close();
  });

  it('with colours forced by the system points stand out from their ground', async () => {
    const panel = await harness.open({ theme: 'highContrast', forcedColors: 'dark', width: 1100, height: 760 });
    const { page } = panel;
    await openDock(page);
    await measure(page);
    const fill = await page
      .locator('.scatter-dot')
      .first()
      .evaluate((dot) => getComputedStyle(dot).fill);
    expect(fill).not.toBe(await page.evaluate(() => getComputedStyle(document.body).backgroundColor));
    await panel.close();
  });
});
