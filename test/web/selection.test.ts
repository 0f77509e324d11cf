import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ShownFormula } from '../../src/protocol/formula.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/selection.ts';
import type { ThemeName } from './themes.ts';

const kl: ShownFormula = {
  from: { uri: 'file:///loss.py', start: 0, end: 60 },
  code: '-0.5 * torch.sum(1 + logvar - mu.pow(2) - logvar.exp(), dim=-1)',
  place: 'loss.py, line 8',
  latex: String.raw`-\tfrac12\sum_j\bigl(1+\term{logvar}{\log\sigma^2}-\term{mu}{\mu}^2-\exp\term{logvar}{\log\sigma^2}\bigr)`,
  symbols: [
    { id: 'logvar', code: 'logvar', symbol: String.raw`\log\sigma^2`, count: 2 },
    { id: 'mu', code: 'mu', symbol: String.raw`\mu`, count: 1 },
  ],
  names: ['KL of a diagonal Gaussian to N(0, I)'],
  faults: [],
};
const wrong: ShownFormula = {
  ...kl,
  faults: [
    { level: 'warning', message: 'The variance is taken for its logarithm, so that the least is not at <b>N(0, I)</b>.' },
    { level: 'info', message: 'The sum has no factor 1/2.' },
  ],
};

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'formula', standIn: 'selection.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}, formula: ShownFormula = kl): Promise<OpenPanel> {
  const panel = await harness.open(options);
  await panel.page.evaluate((shown) => window.selection.show(shown), formula);
  await panel.page.evaluate(() => document.fonts.ready.then(() => undefined));
  await nextFrames(panel.page);
  return panel;
}

const calls = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate((name) => window.selection.calls.filter((call) => call.method === name).map(({ params }) => params), method);
const lit = (page: Page): Promise<(string | undefined)[]> =>
  page.locator('.lit').evaluateAll((all) => [...new Set(all.map((element) => (element as HTMLElement).dataset['term']))]);

describe('the formula of a selection', () => {
  it('says what was read, what it is called and what its symbols are', async () => {
    const { page, complaints, close } = await open();
    expect((await page.locator('h1').innerText()).replace(/\s+/g, ' ')).toBe(`${kl.code} loss.py, line 8`);
    expect(await page.locator('.selection-names').innerText()).toBe('This is: KL of a diagonal Gaussian to N(0, I).');
    expect(await page.locator('.formula-term').count()).toBe(3);
    expect((await page.locator('.selection-symbol').allInnerTexts()).map((text) => text.replace(/\s+/g, ' ').trim())).toEqual([
      expect.stringMatching(/logvar 2 times$/),
      expect.stringMatching(/mu once$/),
    ]);
    expect(await page.evaluate(() => window.selection.kept)).toEqual(kl);
    expect(complaints).toEqual([]);
    await close();
  });

  it('tells of the term that is pointed at, and lights it; and the one that the cursor is on', async () => {
    const { page, close } = await open();
    await page.locator('.formula-term[data-term="logvar"]').first().hover();
    expect(await lit(page)).toEqual(['logvar']);
    expect(await page.locator('.formula-term.lit').count()).toBe(2);
    await page.locator('.selection-symbol[data-term="mu"]').hover();
    expect(await lit(page)).toEqual(['mu']);
    await page.locator('h1').hover();
    expect(await lit(page)).toEqual([]);
    expect(await calls(page, 'pointed')).toEqual([{ term: 'logvar' }, { term: 'mu' }, { term: null }]);
    await page.evaluate(() => window.selection.page.light({ term: 'mu' }));
    expect(await lit(page)).toEqual(['mu']);
    await page.locator('.formula-term[data-term="logvar"]').first().hover();
    expect(await lit(page)).toEqual(['logvar']);
    await page.locator('h1').hover();
    expect(await lit(page)).toEqual(['mu']);
    await close();
  });

  it('goes to the code by click and by keyboard', async () => {
    const { page, close } = await open();
    await page.locator('.selection-symbol[data-term="mu"]').click();
    await page.locator('.formula-term').first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('End');
    await page.keyboard.press('Enter');
    expect(await calls(page, 'chosen')).toEqual([{ term: 'mu' }, { term: 'mu' }, { term: 'logvar' }]);
    expect(await calls(page, 'pointed')).toContainEqual({ term: 'logvar' });
    await close();
  });

  it('says what is wrong with it, by how much it matters', async () => {
    const { page, complaints, close } = await open({}, wrong);
    expect(await page.locator('.banner').allInnerTexts()).toEqual(wrong.faults.map(({ message }) => message));
    expect(await page.locator('.banner.warning .codicon-warning, .banner.info .codicon-info').count()).toBe(2);
    expect(complaints).toEqual([]);
    await close();
  });

  it('copies LaTeX without terms', async () => {
    const { page, close } = await open();
    await page.getByRole('button', { name: 'Copy as LaTeX' }).click();
    expect(await page.evaluate(() => window.selection.copied)).toBe(
      String.raw`-\tfrac12\sum_j\bigl(1+\log\sigma^2-\mu^2-\exp{\log\sigma^2}\bigr)`,
    );
    await close();
  });

  it('says that the code was edited, and asks for it again', async () => {
    const { page, close } = await open();
    await page.evaluate(() => window.selection.page.stale({ stale: true }));
    await page.getByText('The code was edited since.').waitFor();
    await page.getByRole('button', { name: 'Read it again' }).click();
    expect(await calls(page, 'again')).toEqual([{}]);
    await page.evaluate((shown) => window.selection.show(shown), kl);
    expect(await page.getByText('The code was edited since.').count()).toBe(0);
    await close();
  });

  it.each([
    ['what KaTeX does not know', String.raw`\nosuchcommand{\term{a}{x}}`],
    ['a term that is not closed', String.raw`\term{a}{x`],
  ])('shows as it is %s', async (_, latex) => {
    const { page, complaints, close } = await open({}, { ...kl, latex, code: '<b>x</b>', names: ['<i>n</i>'] });
    await page.getByText('This cannot be drawn:').waitFor();
    expect(await page.locator('.selection-source').innerText()).toBe(latex.replace(String.raw`\term{a}{x}}`, 'x}'));
    expect(await page.locator('h1').innerText()).toContain('<b>x</b>');
    expect(await page.locator('main h1 b, main i').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });

  it('makes no link and no picture of LaTeX', async () => {
    const latex = String.raw`\href{javascript:alert(1)}{x}\includegraphics{http://example.com/a.png}<img src=x onerror=alert(1)>`;
    const { page, complaints, close } = await open({}, { ...kl, latex });
    expect(await page.locator('main a, main img').count()).toBe(0);
    expect(complaints).toEqual([]);
    await close();
  });
});

describe.each<ThemeName>(['dark', 'light', 'highContrast', 'highContrastLight'])('in the theme %s', (theme) => {
  it.each([280, 640])('%i px wide: nothing to complain of for axe, the policy or the console, and nothing cut off', async (width) => {
    const { page, complaints, close } = await open({ theme, width }, wrong);
    await page.evaluate(() => window.selection.page.stale({ stale: true }));
    await page.locator('.formula-term').first().hover();
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(width);
    expect(await audit(page, false)).toEqual([]);
    await close();
  });
});
