/** Several heads as one: picked in the overview, opened as their mean, maximum or a rollout. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { settled, startHarness, type Harness } from './harness.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

const show = async (page: Page): Promise<void> => {
  await page.evaluate(() => window.standIn.show({ layers: 3, heads: 4, text: 'def f(a, b):\n    return f(b, a)\n' }));
  await settled(page);
};
const picked = (page: Page): Promise<(string | undefined)[]> =>
  page
    .locator('.thumbnail[aria-selected=true]')
    .evaluateAll((cells) => cells.map((cell) => (cell as HTMLElement).ariaLabel?.split(',').slice(0, 2).join()));
const lastMap = (page: Page): Promise<unknown> =>
  page.evaluate(() => {
    const call = window.standIn.calls.findLast(({ method }) => method === 'tile');
    return (call?.params as { map: unknown } | undefined)?.map;
  });

describe('heads picked in the overview', () => {
  it('are chosen by Ctrl+click, a range by Shift+click, a layer by its name, and opened as one', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    const cells = page.locator('.thumbnail');
    await cells.nth(1).click({ modifiers: ['Control'] });
    await page.getByText('1 head picked: pick another').waitFor();
    await cells.nth(3).click({ modifiers: ['Shift'] });
    await expect.poll(() => picked(page)).toEqual(['Layer 0, head 1', 'Layer 0, head 2', 'Layer 0, head 3']);
    await page.locator('.overview-label').nth(2).click();
    await cells.nth(2).click({ modifiers: ['Control'] });
    await expect.poll(() => picked(page)).toHaveLength(6);
    await page.getByRole('button', { name: 'Maximum', exact: true }).click();
    await settled(page);
    await expect.poll(() => page.locator('.headline').textContent()).toMatch(/^Largest of 6 heads: /);
    await expect.poll(() => lastMap(page)).toMatchObject({ kind: 'max' });
    // What is of one head alone is not offered.
    await expect.poll(() => page.locator('[label^="Formula"], [label^="Scores"]').count()).toBe(0);
    await page.keyboard.press('Escape');
    await expect.poll(() => picked(page)).toHaveLength(6);
    await page.getByRole('button', { name: 'Clear' }).click();
    await expect.poll(() => picked(page)).toEqual([]);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('are chosen by the keyboard: space one, with Shift its layer, Ctrl+A all', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    await page.locator('.thumbnail').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press(' ');
    await expect.poll(() => picked(page)).toEqual(['Layer 0, head 1']);
    await page.keyboard.press(' ');
    await expect.poll(() => picked(page)).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Shift+ ');
    await expect.poll(() => picked(page)).toHaveLength(4);
    await page.keyboard.press('Control+a');
    await expect.poll(() => picked(page)).toHaveLength(12);
    await panel.close();
  });
});

it('opens all heads as one, and a rollout, and comes back to a head by its layer', async () => {
  const panel = await harness.open({ width: 900, height: 700 });
  const { page } = panel;
  await show(page);
  await page.locator('[label^="All heads as one"]').click();
  await settled(page);
  await expect.poll(() => page.locator('.headline').textContent()).toMatch(/^Mean of all 12 heads: /);
  await page.locator('select[title=Head]').selectOption({ label: 'Rollout' });
  await settled(page);
  await expect.poll(() => page.locator('.headline').textContent()).toMatch(/^Rollout through 3 layers, a heuristic: /);
  await expect.poll(() => lastMap(page)).toEqual({ kind: 'rollout', sites: [0, 1, 2] });
  await page.locator('select[title=Layer]').selectOption({ label: 'L1' });
  await settled(page);
  await expect.poll(() => lastMap(page)).toEqual({ kind: 'head', site: 1, head: 0 });
  await panel.close();
});
