import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { build } from 'esbuild';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type { FormulaPage } from './standIn/formula.ts';
import { themes, type ThemeName } from './themes.ts';

declare global {
  interface Window {
    formulaPage: FormulaPage;
  }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
let harness: Harness;
let standIn: string;
beforeAll(async () => {
  harness = await startHarness();
  const entryPoints = [join(import.meta.dirname, 'standIn/formula.ts')];
  const { outputFiles } = await build({
    entryPoints,
    bundle: true,
    write: false,
    format: 'iife',
    target: 'chrome130',
    // The panel around it has the styles.
    loader: { '.css': 'empty' },
    // The panel around it has registered the same elements already.
    banner: { js: 'window.__vscodeElements_disableRegistryWarning__ = true;' },
  });
  standIn = outputFiles[0]?.text ?? '';
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}, query = 4, key = 2): Promise<OpenPanel> {
  const panel = await harness.open(options);
  await panel.page.evaluate(standIn);
  await panel.page.evaluate(([q, k]) => void window.formulaPage.show(q!, k!), [query, key]);
  await panel.page.evaluate(() => document.fonts.ready.then(() => undefined));
  await nextFrames(panel.page);
  return panel;
}

const lit = (page: Page): Promise<string[]> =>
  page.locator('.formula .lit').evaluateAll((all) => [...new Set(all.map((element) => (element as HTMLElement).dataset['term'] ?? ''))]);
const events = (page: Page, name: string): Promise<(string | null)[]> =>
  page.evaluate((wanted) => window.formulaPage.events.filter(([event]) => event === wanted).map(([, argument]) => argument), name);
const tooltip = (page: Page): Promise<string | null> =>
  page.evaluate(() => {
    const open = document.querySelector<HTMLElement>('.formula-tooltip:popover-open');
    return open && (open.textContent ?? '').replace(/\s+/g, ' ').trim();
  });
const box = '.formula-box';

async function openAll(page: Page): Promise<void> {
  for (const step of await page.locator('.formula-step-title').all()) await step.click();
  await nextFrames(page);
}

describe('a term', () => {
  it('that is pointed at is lit wherever it stands, told, and explained; and no longer when it is left', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator(`${box} [data-term="weight"]`).first().hover();
    expect(await lit(page)).toEqual(['weight']);
    expect(await page.locator('.formula-card.lit').count()).toBe(1);
    expect(await events(page, 'pointed')).toEqual(['weight']);
    const weight = await page.locator('.formula-card[data-term="weight"] .formula-value').textContent();
    expect(await tooltip(page)).toMatch(/^attention weight .*where the head attends.*Shape number Unit dimensionless Value now /);
    expect(await tooltip(page)).toContain(`Value now ${weight}`);
    await page.locator('.formula-card[data-term="denominator"]').hover();
    expect(await lit(page)).toEqual(['denominator']);
    await page.mouse.move(2, 798);
    expect(await lit(page)).toEqual([]);
    expect(await events(page, 'pointed')).toEqual(['weight', 'denominator', null]);
    await expect.poll(() => tooltip(page)).toBeNull();
    await panel.close();
  });

  it('is lit from outside without telling so', async () => {
    const panel = await open();
    const { page } = panel;
    await page.evaluate(() => window.formulaPage.light('key'));
    expect(await lit(page)).toEqual(['key']);
    expect(await page.locator(`${box} .lit`).count()).toBe(2);
    await page.evaluate(() => window.formulaPage.light(null));
    expect(await lit(page)).toEqual([]);
    expect(await events(page, 'pointed')).toEqual([]);
    await panel.close();
  });

  it('is come to by keyboard, explained to who hears it, and left with Escape, which closes the tooltip alone', async () => {
    const panel = await open();
    const { page } = panel;
    await page.evaluate(() => document.addEventListener('keydown', (event) => window.formulaPage.events.push(['key', event.key])));
    await page.locator('.formula vscode-toolbar-button button').focus();
    await page.keyboard.press('Tab');
    const focused = (): Promise<(string | null)[]> =>
      page.evaluate(() => {
        const active = document.activeElement;
        const described = active?.getAttribute('aria-describedby');
        const role = described ? (document.getElementById(described)?.getAttribute('role') ?? null) : null;
        return [active?.getAttribute('data-term') ?? null, active?.getAttribute('aria-label') ?? null, role];
      });
    expect(await focused()).toEqual(['scale', 'scale', 'tooltip']);
    await page.keyboard.press('ArrowRight');
    expect(await focused()).toEqual(['query', 'query', 'tooltip']);
    expect(await tooltip(page)).toMatch(/^query What token i looks for/);
    await page.keyboard.press('Escape');
    expect(await tooltip(page)).toBeNull();
    expect(await events(page, 'key')).not.toContain('Escape');
    expect((await focused())[0]).toBe('query');
    await page.keyboard.press('Escape');
    expect(await events(page, 'key')).toContain('Escape');
    await page.keyboard.press('Tab');
    expect((await focused())[0]).toBe('score');
    expect(await events(page, 'pointed')).toContain('score');
    await panel.close();
  });

  it('is explained with the value of the cell that shows, also when that changes meanwhile', async () => {
    const panel = await open();
    const { page } = panel;
    await page.locator(`${box} [data-term="weight"]`).first().focus();
    const before = await tooltip(page);
    await page.evaluate(() => void window.formulaPage.show(2, 5));
    expect(await tooltip(page)).not.toBe(before);
    expect(await tooltip(page)).toMatch(/Value now 0$/);
    await panel.close();
  });

  it.each([280, 640])('keeps its tooltip within a page %d px wide', async (width) => {
    const panel = await open({ width, height: 300 });
    const { page } = panel;
    for (const term of await page.locator('.formula-term, .formula-card').all()) {
      await term.scrollIntoViewIfNeeded();
      await nextFrames(page);
      await term.hover();
      const inside = await page.evaluate(() => {
        const open = document.querySelector('.formula-tooltip:popover-open');
        const { left, top, right, bottom } = open?.getBoundingClientRect() ?? { left: -1, top: -1, right: 0, bottom: 0 };
        return left >= 0 && top >= 0 && right <= window.innerWidth && bottom <= window.innerHeight;
      });
      await page.keyboard.press('Escape');
      expect(await tooltip(page)).toBeNull();
      await page.mouse.move(0, 0);
      expect(inside, await term.getAttribute('data-term').then(String)).toBe(true);
    }
    await panel.close();
  });
});

describe('values', () => {
  it('are those that were given', async () => {
    const panel = await open();
    const { page } = panel;
    const cell = await page.evaluate(() => {
      const { run, computed, queryVector } = window.formulaPage.show(4, 2);
      const { maximum = 0, denominator = 0 } = computed ?? {};
      return { ...run, maximum, denominator, query: [...queryVector] };
    });
    const shown = async (term: string): Promise<number> =>
      Number((await page.locator(`.formula-card[data-term="${term}"] .formula-value`).textContent())?.replace('−', '-'));
    for (const term of ['score', 'logit', 'weight', 'maximum', 'denominator'] as const)
      expect(await shown(term), term).toBe(Number(cell[term].toPrecision(4)));
    expect(await shown('scale')).toBe(0.25);
    expect(await page.locator('.formula-residual').textContent()).toBe(
      'This computation (double precision) and the run differ by at most 3.1e-8 in the weights of the row, 2.0e-7 in the output, 1.2e-8 in the norm of the Jacobian.',
    );

    const bars = page.locator('.formula-card[data-term="query"] .formula-bars');
    const tops = await bars
      .locator('rect')
      .evaluateAll((all) => all.map((rect) => [Number(rect.getAttribute('y')), Number(rect.getAttribute('height'))]));
    const most = Math.max(...cell.query.map(Math.abs));
    cell.query.forEach((value, index) => {
      const [y = NaN, height = NaN] = tops[index] ?? [];
      expect(height).toBeCloseTo(Math.abs(value) / most, 6);
      expect(value > 0 ? y + height : y).toBeCloseTo(1, 6);
    });
    const { width = 0 } = (await bars.boundingBox()) ?? {};
    await bars.hover({ position: { x: (5.5 / 16) * width, y: 8 } });
    const told = `5: ${cell.query[5]!.toPrecision(4).replace('-', '−')}`;
    expect((await page.locator('.formula-card[data-term="query"] .formula-scale').textContent())?.trim()).toBe(told);
    await bars.focus();
    await page.keyboard.press('ArrowRight');
    expect(await bars.getAttribute('aria-valuetext')).toBe(`component 6: ${cell.query[6]!.toPrecision(4).replace('-', '−')}`);
    await panel.close();
  });

  it('of a masked cell are said to be masked', async () => {
    const panel = await open({}, 2, 5);
    const { page } = panel;
    const text = (term: string): Promise<string | null> => page.locator(`.formula-card[data-term="${term}"] .formula-value`).textContent();
    expect(await Promise.all(['mask', 'logit', 'weight'].map(text))).toEqual(['masked', '−∞', '0']);
    await panel.close();
  });
});

it('opens steps one by one, when the caller says so, and copies LaTeX that has no terms', async () => {
  const panel = await open();
  const { page } = panel;
  const titles = page.locator('.formula-step-title');
  await titles.first().click();
  expect(await titles.evaluateAll((all) => all.map((title) => title.getAttribute('aria-expanded')))).toEqual([
    'true',
    'false',
    'false',
    'false',
  ]);
  expect(await page.locator('.formula-card[data-term="variance"] .formula-value').textContent()).toBe('41.25');
  await titles.first().click();
  expect(await page.locator('.formula-step-body').count()).toBe(0);
  expect(await events(page, 'toggledStep')).toEqual(['squareRoot', 'squareRoot']);
  await page.locator('.formula vscode-toolbar-button').click();
  const [latex] = await events(page, 'copied');
  expect(latex).toMatch(/^\\begin\{aligned\}\n\\mathrm\{Attention\}\(Q,K,V\)&=/);
  expect(latex).not.toContain('\\term');
  await panel.close();
});

describe.each([...(Object.keys(themes) as ThemeName[]), 'forced'] as const)('in %s', (theme) => {
  it.each([280, 900])(
    '%d px wide: nothing to complain of for axe, the policy or the console, and nothing under 11 px or beside the page',
    async (width) => {
      const panel = await open(
        theme === 'forced' ? { theme: 'highContrast', forcedColors: 'dark', width, height: 900 } : { theme, width, height: 900 },
      );
      const { page } = panel;
      await openAll(page);
      await page.locator(`${box} [data-term="mask"]`).first().hover();
      expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
      expect(panel.complaints).toEqual([]);
      await page.evaluate(axe);
      const findings = await page.evaluate(async () => {
        type Findings = { id: string; nodes: { html: string; any: { message: string }[] }[] }[];
        const { axe: engine } = window as unknown as {
          axe: { run(root: Element): Promise<{ violations: Findings; incomplete: Findings }> };
        };
        const { violations } = await engine.run(document.querySelector('main')!);
        return violations.flatMap(({ id, nodes }) =>
          nodes.map((node) => `${id}: ${node.html} ${node.any.map((check) => check.message).join()}`),
        );
      });
      expect(findings).toEqual([]);
      const small = await page.evaluate(() => {
        const walker = document.createTreeWalker(document.querySelector('main')!, NodeFilter.SHOW_TEXT);
        const found: string[] = [];
        while (walker.nextNode()) {
          const parent = walker.currentNode.parentElement;
          const text = walker.currentNode.textContent?.replace(/[\s\u200b]/g, '') ?? '';
          if (!parent || text === '' || parent.closest('.katex-mathml')) continue;
          if (parseFloat(getComputedStyle(parent).fontSize) < 11) found.push(text);
        }
        return found;
      });
      expect(small).toEqual([]);
      expect(await page.evaluate(() => document.querySelector('main')!.scrollWidth <= document.querySelector('main')!.clientWidth)).toBe(
        true,
      );
      const folder = process.env['GENLENS_PICTURES'];
      if (folder) {
        const height = await page.evaluate(() => document.querySelector('.formula')!.scrollHeight);
        await page.setViewportSize({ width, height: height + 16 });
        await page.screenshot({ path: join(folder, `formula-${theme}-${width}.png`) });
      }
      await panel.close();
    },
  );
});
