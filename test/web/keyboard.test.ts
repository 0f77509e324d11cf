import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextFrames, settled, startHarness, type Harness } from './harness.ts';
import type { RunSpec } from './standIn/main.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

const spec: RunSpec = { layers: 4, heads: 6, text: 'def f(x):\n    return x + f(x - 1)\n'.repeat(6) };

async function show(page: Page, run: RunSpec = spec): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(page);
}

const state = (page: Page): Promise<unknown> => page.evaluate(() => JSON.parse(sessionStorage.getItem('state') ?? 'null') as unknown);
const focused = (page: Page): Promise<string | null> =>
  page.evaluate(() => document.activeElement?.getAttribute('aria-label') ?? document.activeElement?.tagName ?? null);

async function press(page: Page, ...keys: string[]): Promise<void> {
  for (const key of keys) await page.keyboard.press(key);
  await nextFrames(page);
}

async function tabTo(page: Page, label: RegExp): Promise<void> {
  for (let step = 0; step < 20; step++) {
    await page.keyboard.press('Tab');
    if (label.test((await focused(page)) ?? '')) return;
  }
  throw new Error(`Tab never came to ${label}.`);
}

it('leads from the overview into a head, to a cell, to its token and back, without a mouse', async () => {
  const panel = await harness.open();
  const { page } = panel;
  await show(page);
  await tabTo(page, /^Layer 0, head 0, largest weight/);
  await press(page, 'ArrowRight', 'ArrowRight', 'ArrowDown');
  expect(await focused(page)).toMatch(/^Layer 1, head 2/);
  await press(page, 'End');
  expect(await focused(page)).toMatch(/^Layer 1, head 5/);
  await press(page, 'Control+Home', 'ArrowDown', 'ArrowRight', 'Enter');
  await settled(page);
  expect(await focused(page)).toMatch(/^Attention weights of Layer 1, head 1/);

  await press(page, 'Enter');
  const pinned = ((await state(page)) as { pinned: { query: number; key: number } }).pinned;
  await press(page, 'Shift+ArrowDown', 'Shift+ArrowLeft', 'Shift+ArrowLeft');
  expect(await state(page)).toMatchObject({ pinned: { query: pinned.query + 1, key: pinned.key - 2 } });
  await expect
    .poll(() => page.locator('.spoken[role=status]').textContent(), { timeout: 10_000 })
    .toMatch(new RegExp(`query ${pinned.query + 1} .*key ${pinned.key - 2} `));

  await press(page, '+', '+', '+');
  const zoomed = (await state(page)) as { viewport: { scale: number; key: number } };
  expect(zoomed.viewport.scale).toBeGreaterThan(1);
  await press(page, 'ArrowLeft');
  expect(((await state(page)) as typeof zoomed).viewport.key).toBeLessThan(zoomed.viewport.key);
  await press(page, '0');
  expect(await state(page)).toMatchObject({ viewport: null });

  await press(page, 'r');
  expect(await page.evaluate(() => window.standIn.calls.filter((call) => call.method === 'reveal').map((call) => call.params))).toEqual([
    { token: pinned.key - 2 },
  ]);

  await press(page, ']', '}');
  expect(await state(page)).toMatchObject({ chosen: { site: 2, head: 2 } });
  await press(page, '[', '{');
  expect(await state(page)).toMatchObject({ chosen: { site: 1, head: 1 } });

  await press(page, 'Escape');
  await expect.poll(() => focused(page)).toMatch(/^Layer 1, head 1/);
  expect(await state(page)).toMatchObject({ chosen: null });
  await panel.close();
});

it('scrolls the overview of 48 x 32 heads to what the keyboard reaches, and fetches only what is near', async () => {
  const panel = await harness.open({ width: 420, height: 500 });
  const { page } = panel;
  await show(page, { ...spec, layers: 48, heads: 32, text: 'a b c d e f' });
  const fetched = (): Promise<number[]> =>
    page.evaluate(() =>
      window.standIn.calls.filter((call) => call.method === 'thumbnails').map((call) => (call.params as { site: number }).site),
    );
  const first = await fetched();
  expect(new Set(first).size).toBe(first.length);
  expect(Math.max(...first)).toBeLessThan(20);
  await tabTo(page, /^Layer 0, head 0/);
  await press(page, 'Control+End');
  await settled(page);
  expect(await focused(page)).toMatch(/^Layer 47, head 31/);
  const inside = await page.evaluate(() => {
    const cell = document.activeElement?.getBoundingClientRect();
    const frame = document.querySelector('.overview')?.getBoundingClientRect();
    return cell && frame ? cell.bottom <= frame.bottom + 0.5 && cell.right <= frame.right + 0.5 && cell.top >= frame.top : false;
  });
  expect(inside).toBe(true);
  expect(await fetched()).toContain(47);
  expect(await fetched()).not.toContain(28);
  await panel.close();
});

describe('what is chosen', () => {
  it('outlives a reload of the window', async () => {
    const panel = await harness.open();
    const { page } = panel;
    await show(page);
    await page.click('.thumbnail[data-row="2"][data-head="3"]');
    await press(page, 'Enter', '+', '+');
    await page.selectOption('select[aria-label="Colour scale"]', 'Log');
    const before = await state(page);
    expect(before).toMatchObject({ chosen: { site: 2, head: 3 }, colour: 'log' });
    // The host is told too, a moment later.
    await page.waitForFunction((expected) => {
      const saved = window.standIn.calls.filter((call) => call.method === 'saveState').at(-1)?.params;
      return JSON.stringify(saved) === expected;
    }, JSON.stringify(before));
    await page.reload();
    await page.waitForFunction(() => window.standIn.calls.some((call) => call.method === 'ready'));
    await show(page);
    expect(await state(page)).toEqual(before);
    expect(await page.locator('.plot').getAttribute('aria-label')).toContain('Layer 2, head 3');
    await panel.close();
  });

  it('can be copied', async () => {
    const panel = await harness.open();
    const { page } = panel;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await show(page);
    await page.click('.thumbnail[data-row="0"][data-head="0"]');
    await press(page, 'Enter');
    await expect.poll(() => page.locator('.readout-weight').textContent()).not.toBe('…');
    await press(page, 'Control+c');
    await expect.poll(() => page.evaluate(() => navigator.clipboard.readText())).toMatch(/^[\d.e-]+: query \d+ .*, key \d+ /);
    await panel.close();
  });
});

describe('the host is asked', () => {
  it('to cancel, to act, to explain here', async () => {
    const panel = await harness.open();
    const { page } = panel;
    const asked = (): Promise<unknown[]> =>
      page.evaluate(() =>
        window.standIn.calls
          .filter((call) => ['cancel', 'act', 'explainHere'].includes(call.method))
          .map(({ method, params }) => ({ method, params })),
      );
    await page.evaluate(async () => window.standIn.panel.busy({ message: 'Loading the model' }));
    await page.getByRole('button', { name: 'Cancel' }).click();
    await page.evaluate(async () => window.standIn.panel.failed({ message: 'No.', actions: ['chooseModel', 'showLog'] }));
    await page.getByRole('button', { name: 'Show log' }).click();
    await show(page, { ...spec, subject: { windowed: true, lines: { first: 120, last: 188, total: 2410 } } });
    expect(await page.locator('.facts').textContent()).toContain('lines 120–188 of 2,410');
    await page.getByRole('button', { name: 'Explain here' }).click();
    await page.evaluate(async () => window.standIn.panel.stale({ stale: true }));
    await page.getByRole('button', { name: 'Run again' }).click();
    await nextFrames(page);
    expect(await asked()).toEqual([
      { method: 'cancel', params: {} },
      { method: 'act', params: { action: 'showLog' } },
      { method: 'explainHere', params: {} },
      { method: 'act', params: { action: 'retry' } },
    ]);
    await panel.close();
  });

  it('again after it failed, when the user says so', async () => {
    const panel = await harness.open();
    const { page } = panel;
    await page.evaluate(() => (window.standIn.failing = ['thumbnails']));
    await page.evaluate(async (given) => void (await window.standIn.show(given)), spec);
    await page.getByRole('alert').waitFor();
    await page.evaluate(() => (window.standIn.failing = []));
    await page.getByRole('button', { name: 'Try again' }).click();
    await settled(page);
    expect(await page.locator('.overview-row.pending').count()).toBe(0);
    expect(await page.getByRole('alert').count()).toBe(0);
    await panel.close();
  });
});

it('says in words what the pinned query attends to, true to the row', async () => {
  const panel = await harness.open();
  const { page } = panel;
  const weights = [
    [1, null, null],
    [0.25, 0.75, null],
    [0.6213, 0.3, 0.0787],
  ];
  await show(page, { layers: 1, heads: 1, tokens: ['def', ' f', ' return'], weights });
  await page.click('.thumbnail');
  const headline = (): Promise<string> => page.locator('.headline').innerText();
  await expect.poll(headline).toBe('Layer 0, head 0: ·return2 attends most to def0 (0.62)');
  await press(page, 'Enter', 'Shift+ArrowRight', 'Shift+ArrowRight');
  await expect.poll(headline).toBe('Layer 0, head 0: ·f1 attends most to itself (0.75)');
  expect(await page.locator('.readout-weight').textContent()).toBe('masked');
  await panel.close();
});
