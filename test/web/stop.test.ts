import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownStop, ValueRow } from '../../src/protocol/debugging.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/stop.ts';
import type { ThemeName } from './themes.ts';

const row = (id: string, kind: ValueRow['kind'], code: string, value: string, more: Partial<ValueRow> = {}): ValueRow => ({
  ...{ id, kind, symbol: 'x', code, type: 'float32[128, 20]', value, isKnown: true, mean: '0.12', bad: '', mark: null },
  ...more,
});
const overflow: ShownStop = {
  kind: 'formula',
  name: 'KL of a diagonal Gaussian to N(0, I)',
  place: 'vae.py, line 42',
  latex: String.raw`\mathrm{kl} = -\tfrac{1}{2} \, \term{t4}{\sum_{j} (\term{t3}{\term{t1}{1 + \term{v0}{\log \sigma^{2}} - \term{v1}{\mu}^{2}} - \term{t2}{\sigma^{2}}})}`,
  rows: [
    row('v0', 'variable', 'logvar', '−2.33 … 100', { symbol: String.raw`\log\sigma^2` }),
    row('v1', 'variable', 'mu', '−1.27 … 1.3', { symbol: String.raw`\mu` }),
    row('t1', 'term', '1 + logvar - mu.pow(2)', '−3.1 … 98'),
    row('t2', 'term', 'logvar.exp()', '0.0978 … 3.92', { bad: '1 of 2,560 is infinite', mark: 'origin' }),
    row('t3', 'term', '1 + logvar - mu.pow(2) - logvar.exp()', '−1 … 2', { bad: '1 of 2,560 is infinite', mark: 'spoiled' }),
    row('t4', 'term', 'torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)', 'not computed: is too large', {
      isKnown: false,
      type: '',
      mean: '',
    }),
    row('', 'result', 'kl', '0.27 … 2.4', { type: 'float32[128]' }),
  ],
  headline: 'Infinity arises at logvar.exp(): 1 of 2,560 is infinite.',
  isBad: true,
  isKnown: true,
  notes: ['The program is about to run this line: kl holds what it held before.'],
  choices: [],
};
const choices = [
  { name: 'KL of a diagonal Gaussian to N(0, I)', place: 'line 42', start: 100, chosen: true },
  { name: 'Mean squared error', place: 'line 45', start: 200, chosen: false },
];

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'debugging', standIn: 'stop.ts' });
});
afterAll(async () => harness.close());

async function open(shown: ShownStop = overflow, options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open(options);
  await panel.page.evaluate((what) => window.stopped.show(what), shown);
  await panel.page.evaluate(() => document.fonts.ready.then(() => undefined));
  await nextFrames(panel.page);
  return panel;
}
const calls = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate((name) => window.stopped.calls.filter((call) => call.method === name).map(({ params }) => params), method);
const inFormula = (page: Page, mark: string): Promise<(string | undefined)[]> =>
  page.locator(`.formula-box .${mark}`).evaluateAll((all) => all.map((one) => (one as HTMLElement).dataset['term']));

describe('the formula of a stop', () => {
  it('says first where infinity arises, and marks it in the formula and in its row alone', async () => {
    const { page, complaints, close } = await open();
    expect(await page.locator('.stop-headline').innerText()).toContain('Infinity arises at logvar.exp()');
    expect(await inFormula(page, 'origin')).toEqual(['t2']);
    expect(await page.locator('.stop-row.origin code').allInnerTexts()).toEqual(['logvar.exp()']);
    expect(await page.locator('.stop-bad').allInnerTexts()).toEqual(['1 of 2,560 is infinite', '1 of 2,560 is infinite']);
    // Two that are written alike are drawn twice.
    expect(await page.locator('.stop-row .katex').count()).toBe(overflow.rows.length);
    expect(await page.locator('h2').allInnerTexts()).toEqual(['Variables', 'Terms, computed again', 'Result of the program']);
    expect(complaints).toEqual([]);
    await close();
  });

  it('lights the innermost term that is pointed at, and its row, and goes to its code by click and by keyboard', async () => {
    const { page, close } = await open();
    await page.locator('.formula-box [data-term="v1"]').hover();
    expect(await page.locator('.lit').evaluateAll((all) => [...new Set(all.map((one) => (one as HTMLElement).dataset['term']))])).toEqual([
      'v1',
    ]);
    await page.locator('.stop-row[data-term="t2"]').focus();
    await page.keyboard.press('Enter');
    await page.locator('.formula-box [data-term="v0"]').click();
    expect(await calls(page, 'chosen')).toEqual([{ id: 't2' }, { id: 'v0' }]);
    expect(await calls(page, 'pointed')).toContainEqual({ id: 'v1' });
    expect(await inFormula(page, 'origin')).toEqual(['t2']);
    await close();
  });

  it('brings the term at which something arises into sight', async () => {
    const { page, close } = await open(overflow, { width: 240 });
    const shownPart = await page.locator('.formula-box').boundingBox();
    const origin = await page.locator('.formula-box .origin').boundingBox();
    expect(origin!.x).toBeGreaterThanOrEqual(shownPart!.x);
    expect(origin!.x + origin!.width).toBeLessThanOrEqual(shownPart!.x + shownPart!.width);
    await close();
  });

  it('takes marks away when the next stop has none', async () => {
    const { page, close } = await open();
    const fine = {
      ...overflow,
      rows: overflow.rows.map((one) => ({ ...one, mark: null, bad: '' })),
      headline: 'All terms are finite.',
      isBad: false,
    };
    await page.evaluate((what) => window.stopped.show(what), fine);
    expect(await inFormula(page, 'origin')).toEqual([]);
    expect(await page.locator('.stop-headline.pass').innerText()).toContain('All terms are finite.');
    await close();
  });

  it('offers the other formulas of the function', async () => {
    const { page, close } = await open({ ...overflow, choices });
    await page.locator('select').selectOption({ index: 1 });
    expect(await calls(page, 'choose')).toEqual([{ start: 200 }]);
    await page.evaluate((what) => window.stopped.show(what), {
      kind: 'empty' as const,
      words: 'No formula on line 3.',
      choices,
      isBusy: false,
    });
    await page.getByRole('button', { name: 'KL of a diagonal Gaussian' }).click();
    expect(await calls(page, 'choose')).toEqual([{ start: 200 }, { start: 100 }]);
    await close();
  });

  it('shows what the program says as text, and LaTeX that cannot be drawn as it is', async () => {
    const rows = [row('v0', 'variable', '<b>x</b>', '<img src=x>', { type: '<i>' })];
    const { page, complaints, close } = await open({ ...overflow, latex: String.raw`\nosuchcommand{x}`, rows, headline: '<b>bad</b>' });
    await page.getByText('This cannot be drawn:').waitFor();
    expect(await page.locator('main b, main i, main img').count()).toBe(0);
    expect(await page.locator('.stop-headline').innerText()).toContain('<b>bad</b>');
    expect(complaints).toEqual([]);
    await close();
  });
});

describe.each<ThemeName>(['dark', 'light', 'highContrast', 'highContrastLight'])('in the theme %s', (theme) => {
  it.each([240, 640])('%i px wide: nothing to complain of for axe, the policy or the console, and nothing cut off', async (width) => {
    const { page, complaints, close } = await open({ ...overflow, choices }, { theme, width });
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await audit(page, false)).toEqual([]);
    await close();
  });
});
