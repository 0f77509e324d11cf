import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import { nextFrames, settled, startHarness, type Harness, type PanelOptions } from './harness.ts';
import type { RunSpec } from './standIn/main.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

const text = `def area(width, height):
    return width * height

def volume(width, height, depth):
    return area(width, height) * depth
`;
const spec: RunSpec = { layers: 3, heads: 8, text };

async function show(page: Page, run: RunSpec = spec): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(page);
}

async function sortBy(page: Page, name: string): Promise<void> {
  await page.getByLabel('Sort by').selectOption({ label: name });
  await scored(page);
}

/** Every layer's scores have come and are drawn. */
async function scored(page: Page): Promise<void> {
  await expect.poll(() => statusOf(page)).not.toMatch(/scored/);
  await settled(page);
}

const statusOf = async (page: Page): Promise<string> =>
  (await page.getByRole('toolbar', { name: 'Overview' }).getByRole('status').textContent()) ?? '';
/** The choices that the host was last asked to keep. */
const saved = (page: Page): Promise<unknown> =>
  page.evaluate(() => window.standIn.calls.filter(({ method }) => method === 'saveState').at(-1)?.params);
const captions = (page: Page): Promise<string[]> => page.locator('.thumbnail-caption').allTextContents();
const scoreIn = (captionText: string): number => Number(captionText.split(' ')[1]?.replace('<0.01', '0'));

describe('the overview by scores', () => {
  it('lists the heads from the highest score down, each under its picture, and counts those that reach the least', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    expect(await page.locator('.overview-row').count()).toBe(3);
    await sortBy(page, 'Previous token');
    const all = await captions(page);
    expect(all).toHaveLength(24);
    expect(await statusOf(page)).toBe('24 of 24 heads');
    const scores = all.map(scoreIn);
    expect(scores).toEqual([...scores].sort((a, b) => b - a));
    expect(scores[0]).toBeGreaterThan(0.8);
    expect(scores.at(-1)).toBeLessThan(0.2);

    await page.getByLabel('at least').fill('0.5');
    await page.keyboard.press('Enter');
    const left = all.filter((caption) => scoreIn(caption) >= 0.5);
    await expect.poll(() => captions(page)).toEqual(left);
    expect(await statusOf(page)).toBe(`${left.length} of 24 heads`);

    await page.getByLabel('at least').fill('1');
    await page.keyboard.press('Enter');
    await page.getByText('No head reaches 1 on previous token.').waitFor();
    await page.getByLabel('Sort by').selectOption({ label: 'Layer order' });
    await settled(page);
    expect(await page.locator('.overview-row').count()).toBe(3);
    expect(await captions(page)).toEqual([]);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('says so where no head reaches the least', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    await sortBy(page, 'Previous token');
    await page.getByLabel('at least').fill('1');
    await page.keyboard.press('Enter');
    await page.getByText('No head reaches 1 on previous token.').waitFor();
    // axe brings style sheets of its own, which the page's policy refuses: complaints are not looked at here.
    expect(await audit(page)).toEqual([]);
    await panel.close();
  });

  it('opens the head that a picture is named after, and comes back to it in its place', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    await sortBy(page, 'Matching bracket');
    const [first] = await captions(page);
    const [, layer, head] = /^L(\d+)H(\d+) /.exec(first ?? '') ?? [];
    await page.locator('.thumbnail').first().click();
    await page.getByRole('heading', { name: new RegExp(`^Layer ${layer}, head ${head}: `) }).waitFor();
    await page.keyboard.press('Escape');
    await settled(page);
    // Back on the head that was open, in its place.
    await expect
      .poll(() => page.evaluate(() => (document.activeElement as HTMLElement | null)?.querySelector('.thumbnail-caption')?.textContent))
      .toBe(first);
    await page.keyboard.press('ArrowRight');
    const second = (await captions(page))[1];
    expect(await page.evaluate(() => document.activeElement?.querySelector('.thumbnail-caption')?.textContent)).toBe(second);
    await panel.close();
  });

  it('says how far it has come, and takes the order up again after a reload', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    await page.evaluate(() => (window.standIn.delay = 150));
    await page.getByLabel('Sort by').selectOption({ label: 'Induction' });
    await expect.poll(() => statusOf(page)).toMatch(/^\d+ of 24 heads, 1 of 3 layers scored$/);
    await scored(page);
    const calls = await page.evaluate(() =>
      window.standIn.calls.filter(({ method }) => method === 'headScores').map(({ params }) => params),
    );
    expect(calls).toMatchObject([0, 1, 2].map((site) => ({ site, withoutFirst: false })));
    await expect.poll(() => saved(page)).toMatchObject({ scores: { order: 'induction', least: 0 } });
    const before = await captions(page);
    await page.reload();
    await show(page);
    await scored(page);
    expect(await captions(page)).toEqual(before);
    await panel.close();
  });

  it('offers entropy alone where there are no tokens', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page, { layers: 2, heads: 3, positions: 12 });
    expect(await page.getByLabel('Sort by').locator('option').allTextContents()).toEqual(['Layer order', 'Entropy']);
    await sortBy(page, 'Entropy');
    expect(await captions(page)).toHaveLength(6);
    await page.locator('.thumbnail').first().click();
    await page.keyboard.press('s');
    await page.getByText('entropy alone has a meaning').waitFor();
    expect(await page.locator('.score-row').count()).toBe(1);
    await panel.close();
  });
});

describe('what is said of a head', () => {
  /** Always the token before. */
  const previous: RunSpec = {
    layers: 1,
    heads: 1,
    tokens: [...'abcdefgh'],
    weights: Array.from({ length: 8 }, (_, q) => Array.from({ length: 8 }, (_k, k) => (k > q ? null : q === 0 || k === q - 1 ? 1 : 0))),
  };

  it('tells its best pattern against chance where it is pointed at', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page, previous);
    await page.locator('.thumbnail').hover();
    // Chance of queries 1 to 7: the mean of 1/2 to 1/8.
    await expect
      .poll(async () => (await page.locator('.readout').textContent())?.replace(/\s+/g, ' ').trim())
      .toBe('Layer 0, head 0: previous token 1.00 (chance 0.25, 7 queries) largest weight 1.000');
    await panel.close();
  });

  it('adds to the first line what such heads attend to', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page, previous);
    await page.locator('.thumbnail').click();
    await expect
      .poll(() => page.getByRole('heading').first().textContent())
      .toMatch(/attends most to .*g.*; such heads attend to the token just before \(previous token 1\.00; chance 0\.25\)$/);
    await panel.close();
  });

  it('lists all scores, explains each, and pins its strongest cells', async () => {
    const panel = await harness.open({ width: 1100, height: 700 });
    const { page } = panel;
    await show(page, previous);
    await page.locator('.thumbnail').click();
    await page.keyboard.press('s');
    const dock = page.getByRole('region', { name: 'Scores of Layer 0, head 0' });
    const row = dock.getByRole('button', { name: /^Previous token score 1\.00 chance 0\.25 7 queries$/ });
    await row.click();
    await dock.getByText('Such heads attend to the token just before.').waitFor();
    await dock.getByRole('button', { name: /^Pin 1\.00 b ?1 → a ?0$/ }).click();
    await expect
      .poll(async () => ((await page.locator('.readout').textContent()) ?? '').replace(/\s+/g, ' '))
      .toMatch(/1\.000( × \|WO v\| = 1\.000)? query 1 b → key 0 a/);
    await expect.poll(() => saved(page)).toMatchObject({ pinned: { query: 1, key: 0 }, scores: { open: true } });
    await page.keyboard.press('s');
    await dock.waitFor({ state: 'detached' });
    await panel.close();
  });

  it('leaves the first token out, and says how much was taken away', async () => {
    const half = Array.from({ length: 8 }, (_, q) =>
      Array.from({ length: 8 }, (_k, k) => (k > q ? null : q === 0 ? 1 : q === 1 ? 0.5 : k === 0 || k === q - 1 ? 0.5 : 0)),
    );
    const panel = await harness.open({ width: 1100, height: 700 });
    const { page } = panel;
    await show(page, { layers: 1, heads: 1, tokens: [...'abcdefgh'], weights: half });
    await page.locator('.thumbnail').click();
    await page.keyboard.press('s');
    const dock = page.getByRole('region', { name: /^Scores of/ });
    await dock.getByRole('button', { name: /^First token score 0\.50 chance/ }).waitFor();
    await dock.getByLabel('Without the first token').check();
    await dock.getByText('The first token had 0.50 of a row’s weight on average. Row 0 is undefined without it.').waitFor();
    await dock.getByRole('button', { name: /^First token score – chance – 0 queries/ }).waitFor();
    // Queries 2 to 7 give all that is left to the token before.
    await dock.getByRole('button', { name: /^Previous token score 1\.00 chance 0\.27 6 queries/ }).waitFor();
    await expect.poll(() => page.getByRole('heading').first().textContent()).toContain('first token left out');
    await panel.close();
  });
});

describe('scores for everyone', () => {
  const drive = async (page: Page): Promise<void> => {
    await show(page);
    await sortBy(page, 'Previous token');
  };
  const openDock = async (page: Page): Promise<Locator> => {
    await page.locator('.thumbnail').first().click();
    await page.keyboard.press('s');
    const dock = page.getByRole('region', { name: /^Scores of/ });
    await dock.getByRole('button', { name: /^Previous token/ }).click();
    await settled(page);
    return dock;
  };
  const overflowing = (page: Page): Promise<string[]> =>
    page.evaluate(() =>
      [...document.querySelectorAll('.toolbar *, .score-dock *, .thumbnail-caption')]
        .filter((element) => element.getClientRects().length > 0 && element.getBoundingClientRect().right > innerWidth + 0.5)
        .map(({ outerHTML }) => outerHTML.slice(0, 80)),
    );

  it.each(
    (Object.keys(themes) as ThemeName[]).flatMap(
      (theme) =>
        [
          [theme, 300],
          [theme, 1100],
        ] as const,
    ),
  )('in %s, %d px wide: nothing to complain of', async (theme, width) => {
    const options: PanelOptions = { theme, width, height: 700 };
    const panel = await harness.open(options);
    const { page } = panel;
    await drive(page);
    await openDock(page);
    // The audit itself sets styles that the policy refuses.
    expect(panel.complaints).toEqual([]);
    expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
    expect(await audit(page)).toEqual([]);
    expect(await overflowing(page)).toEqual([]);
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await audit(page)).toEqual([]);
    expect(await overflowing(page)).toEqual([]);
    await panel.close();
  });

  it('by keyboard alone: order, least, head, scores, pin', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await show(page);
    const reach = async (selector: string): Promise<void> => {
      for (let presses = 0; presses < 40; presses++) {
        await page.keyboard.press('Tab');
        if (await page.evaluate((wanted) => document.activeElement?.matches(wanted), selector)) return;
      }
      throw new Error(`Tab does not come to ${selector}.`);
    };
    await reach('[aria-label="Sort by"]');
    await page.keyboard.press('p');
    await scored(page);
    await reach('input[type=number]');
    await page.keyboard.press('ArrowUp');
    await expect
      .poll(() => saved(page))
      .toMatchObject({
        scores: { order: 'previous', least: 0.05 },
      });
    await reach('.thumbnail');
    await page.keyboard.press('Enter');
    await page.keyboard.press('s');
    await reach('.score-row');
    await page.keyboard.press('Enter');
    await reach('.score-example');
    await page.keyboard.press('Enter');
    await page.locator('.readout .codicon-pinned').waitFor();
    await panel.close();
  });

  it('with colours forced by the system a score can still be seen', async () => {
    const panel = await harness.open({ theme: 'highContrast', forcedColors: 'dark', width: 1100, height: 700 });
    const { page } = panel;
    await drive(page);
    await openDock(page);
    const fills = await page
      .locator('.score-bar')
      .first()
      .evaluate((bar) => ['.score-reached', '.score-chance'].map((part) => getComputedStyle(bar.querySelector(part)!).fill));
    const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    for (const fill of fills) expect(fill).not.toBe(ground);
    expect(fills[0]).not.toBe(fills[1]);
    await panel.close();
  });
});

it('scores that fail can be asked for again', async () => {
  const panel = await harness.open({ width: 900, height: 700 });
  const { page } = panel;
  await show(page);
  await page.evaluate(() => (window.standIn.failing = ['headScores']));
  await page.getByLabel('Sort by').selectOption({ label: 'Itself' });
  await page.getByText('The stand-in was told to fail headScores.').waitFor();
  await page.evaluate(() => (window.standIn.failing = []));
  await nextFrames(page);
  await page.getByRole('button', { name: 'Try again' }).click();
  await scored(page);
  expect(await captions(page)).toHaveLength(24);
  await panel.close();
});
