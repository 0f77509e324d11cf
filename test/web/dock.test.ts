import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { cellOf } from './standIn/cells.ts';
import { settled, startHarness, type Harness, type OpenPanel } from './harness.ts';

const text = 'def area(width, height):\n    return width * height\n';

describe('the formula beside a head', () => {
  let harness: Harness;
  beforeAll(async () => {
    harness = await startHarness();
  });
  afterAll(() => harness.close());

  async function openHead(options: { width?: number; height?: number } = {}): Promise<OpenPanel> {
    const panel = await harness.open({ width: 1000, height: 760, ...options });
    await panel.page.evaluate((shown) => window.standIn.show({ layers: 2, heads: 2, text: shown }), text);
    await panel.page.locator('.thumbnail').first().click();
    await settled(panel.page);
    return panel;
  }
  const valueOf = (panel: OpenPanel, term: string) => panel.page.locator(`.formula-card[data-term="${term}"] .formula-value`);

  it('opens by key, with the numbers of the pinned cell, and is remembered', async () => {
    const panel = await openHead();
    const { page } = panel;
    await page.keyboard.press('Enter');
    await page.keyboard.press('f');
    await page.locator('.formula-dock .formula-card').first().waitFor();
    const saved = await page.evaluate(
      () => JSON.parse(sessionStorage.getItem('state') ?? '{}') as { pinned: { query: number; key: number }; formula: unknown },
    );
    expect(saved.formula).toEqual({ steps: [] });
    const { run } = cellOf(saved.pinned.query, saved.pinned.key);
    await expect.poll(async () => Number((await valueOf(panel, 'weight').innerText()).replace('−', '-'))).toBeCloseTo(run.weight, 3);
    expect(Number((await valueOf(panel, 'score').innerText()).replace('−', '-'))).toBeCloseTo(run.score, 2);
    expect(await page.locator('.formula-residual').innerText()).toContain('2.1e-8');
    await page.keyboard.press('f');
    await page.locator('.formula-dock').waitFor({ state: 'detached' });
    await panel.close();
  });

  it('lights row, column and cell of the map from its terms, and its terms from the map', async () => {
    const panel = await openHead();
    const { page } = panel;
    await page.keyboard.press('Enter');
    await page.keyboard.press('f');
    for (const [term, part, mark] of [
      ['query', 'row', '.row-mark'],
      ['key', 'column', '.column-mark'],
      ['logit', 'cell', '.cell-mark'],
    ] as const) {
      await page.locator(`.formula-card[data-term="${term}"]`).hover();
      await expect.poll(() => page.locator('.crosshair.lit').getAttribute('data-part')).toBe(part);
      expect(await page.locator(`.crosshair.lit > ${mark}`).isVisible()).toBe(true);
    }
    await page.locator('.plot').hover();
    await expect.poll(() => page.locator('.formula-card.lit[data-term="weight"]').count()).toBe(1);
    await page.locator('.axis.queries').hover();
    await expect.poll(() => page.locator('.formula-card.lit[data-term="query"]').count()).toBe(1);
    await panel.close();
  });

  it('says why where a cell cannot be had, and shows the next one that can', async () => {
    const panel = await openHead();
    const { page } = panel;
    await page.evaluate(() => (window.standIn.failing = ['cell']));
    await page.keyboard.press('f');
    await page.getByText('The stand-in was told to fail cell.').waitFor();
    await page.evaluate(() => (window.standIn.failing = []));
    await page.locator('.plot').hover({ position: { x: 4, y: 4 } });
    await page.locator('.formula-dock .formula-card').first().waitFor();
    await panel.close();
  });

  it('asks for a cell that failed once, and again when told to', async () => {
    const panel = await openHead();
    const { page } = panel;
    const asked = () => page.evaluate(() => window.standIn.calls.filter(({ method }) => method === 'cell').length);
    await page.evaluate(() => (window.standIn.failing = ['cell']));
    await page.keyboard.press('f');
    const failure = page.getByText('The stand-in was told to fail cell.');
    await failure.waitFor();
    // Each of them draws the panel anew.
    for (const stale of [true, false]) {
      await page.evaluate((told) => window.standIn.panel.stale({ stale: told }), stale);
      await settled(page);
    }
    expect(await asked()).toBe(1);
    await page.getByRole('button', { name: 'Try again' }).click();
    await expect.poll(asked).toBe(2);
    await failure.waitFor();
    await page.evaluate(() => (window.standIn.failing = []));
    await settled(page);
    expect(await asked()).toBe(2);
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.formula-dock .formula-card').first().waitFor();
    expect(await asked()).toBe(3);
    await panel.close();
  });

  it('stands beside the map where there is room, else below it, and cuts nothing off', async () => {
    for (const [width, beside] of [
      [1100, true],
      [420, false],
    ] as const) {
      const panel = await openHead({ width });
      const { page } = panel;
      await page.keyboard.press('f');
      await page.locator('.formula-dock .formula-card').first().waitFor();
      const [map, dock] = await Promise.all([page.locator('.picture').boundingBox(), page.locator('.formula-dock').boundingBox()]);
      if (!map || !dock) throw new Error('nothing is drawn');
      if (beside) expect(dock.x).toBeGreaterThanOrEqual(map.x + map.width - 1);
      else expect(dock.y).toBeGreaterThanOrEqual(map.y + map.height - 1);
      expect(map.width).toBeGreaterThan(200);
      expect(map.height).toBeGreaterThan(150);
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
      await page.screenshot({ path: `/tmp/dock-${width}.png` });
      await panel.close();
    }
  });
});
