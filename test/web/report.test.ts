/** A report, opened from disk with the network off: the panel on a run of the bundled model, with nothing behind it. */

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { initialView } from '../../webview/attention/viewState.ts';
import { audit } from './audit.ts';
import { nextFrames, settled } from './harness.ts';
import { pixelsOf, plotBox } from './pixels.ts';
import { settings, startService } from '../unit/engine/inference/support/service.ts';
import { codeTransformer, startReports, type MadeReport, type Reports } from './reports.ts';

const source = ['model.py', 'train.py']
  .map((name) => readFileSync(join(import.meta.dirname, '../../models/train/code_transformer', name), 'utf8'))
  .join('\n');
const tokens = 512;

let reports: Reports;
let whole: MadeReport;
/** Of a text short enough for axe. */
let short: MadeReport;
beforeAll(async () => {
  reports = await startReports();
  whole = await reports.make(codeTransformer, { text: await textOf(tokens) });
  short = await reports.make(codeTransformer, { text: source.slice(0, 300) });
});
afterAll(async () => reports.close());

/** A text of so many tokens. */
async function textOf(count: number): Promise<string> {
  const service = startService();
  await service.load({ source: codeTransformer, settings });
  const { tokens: all = [] } = await service.attention({ text: source.slice(0, 8 * count) });
  for (let length = all[count]!.start; ; length--) {
    const text = source.slice(0, length);
    if ((await service.attention({ text })).tokens?.length === count) return text;
  }
}

async function openHead(page: Page, row: number, head: number): Promise<void> {
  await settled(page);
  await page.click(`.thumbnail[data-row="${row}"][data-head="${head}"]`);
  await page.mouse.move(1, 1);
  await settled(page);
}

const readout = async (page: Page): Promise<string> => ((await page.locator('.readout').textContent()) ?? '').replace(/\s+/g, ' ').trim();

it('takes at most 6 MB for 512 tokens of the bundled model', () => {
  expect(whole.run.tokens).toHaveLength(tokens);
  expect(whole.bytes).toBeLessThanOrEqual(6e6);
});

it('opens offline, asks for nothing, and says what it is', async () => {
  const { page, complaints, close } = await reports.open(whole);
  await settled(page);
  expect(await page.title()).toBe('Attention: model.py');
  expect(await page.locator('.headline').innerText()).toBe('How 512 tokens of model.py attend to each other');
  expect(await page.locator('.thumbnail').count()).toBeGreaterThan(8);
  const facts = await page.locator('.facts').innerText();
  for (const fact of [
    'Attention report',
    'Code transformer',
    'CPU',
    `sha256 ${whole.run.recipe.sha256.slice(0, 8)}`,
    'Genlens 0.1.0',
    'Nov 25, 2026',
  ])
    expect(facts).toContain(fact);
  expect(facts).not.toContain('Explain here');
  await page.getByRole('button', { name: 'Details' }).click();
  const sites = await Promise.all(
    whole.run.sites.map(({ index }) => whole.service.portable({ runId: whole.run.runId, site: index, thumbnails: 8 })),
  );
  const most = Math.max(...sites.map(({ maxDifference }) => maxDifference));
  const told = Number(/at most (\S+) from the run/.exec(await page.locator('#details').innerText())?.[1]);
  expect(told).toBeGreaterThanOrEqual(most);
  expect(told).toBeLessThan(1.2 * most);
  expect(complaints).toEqual([]);
  await close();
});

it('computes the weights of a head as the run has them, within the difference that it tells', async () => {
  const { page, complaints, close } = await reports.open(whole);
  for (const [site, head] of [
    [0, 1],
    [3, 2],
  ] as const) {
    await openHead(page, site, head);
    const { maxDifference } = await whole.service.portable({ runId: whole.run.runId, site, thumbnails: 8 });
    await page.locator('.plot').press('Enter');
    await nextFrames(page);
    for (let step = 0; step < 12; step++) {
      await page.locator('.plot').press(step % 3 === 0 ? 'Shift+ArrowDown' : 'Shift+ArrowLeft');
      await settled(page);
      await page.waitForFunction(() => !document.querySelector('.readout')?.textContent.includes('…'));
      const [, weight, query, key] = /^(\S+) query (\d+) .* key (\d+)/.exec(await readout(page)) ?? [];
      const row = await whole.service.row({ runId: whole.run.runId, map: { kind: 'head', site, head }, query: Number(query) });
      const own = row[Number(key)]!;
      if (Number.isNaN(own)) expect(weight).toBe('masked');
      // The readout has four digits.
      else expect(Math.abs(Number(weight) - own)).toBeLessThanOrEqual(maxDifference + 5e-4 * own);
    }
    await page.keyboard.press('Escape');
  }
  expect(complaints).toEqual([]);
  await close();
});

it('begins as the panel was: head, zoom, pinned cell, formula', async () => {
  const text = source.slice(0, 700);
  const view = {
    ...initialView,
    chosen: { kind: 'head', site: 2, head: 1 },
    viewport: { query: 20, key: 10, scale: 40 },
    pinned: { query: 25, key: 12 },
    formula: { steps: [] },
    colour: 'log',
  } as const;
  const report = await reports.make(codeTransformer, { text }, { view });
  const { page, complaints, close } = await reports.open(report);
  await page.locator('.formula-residual').waitFor();
  await settled(page);
  expect(await readout(page)).toMatch(/query 25 .* key 12 /);
  expect(await page.locator('.formula-residual').innerText()).toMatch(
    /Computed in this page in double precision, from queries and keys in half precision/,
  );
  const row = await report.service.row({ runId: report.run.runId, map: view.chosen, query: 25 });
  expect(Number(/^[\d.e-]+/.exec(await readout(page))?.[0])).toBeCloseTo(row[12]!, 2);
  expect(await page.getByRole('combobox', { name: 'Colour scale' }).inputValue()).toBe('Log');
  const first = Number(/^\d+/.exec((await page.locator('.axis.queries .axis-label').first().getAttribute('title')) ?? '')?.[0]);
  expect(first).toBeGreaterThanOrEqual(20);
  expect(complaints).toEqual([]);
  await close();
});

it('tells the next tokens as the engine does, without sliders, and orders heads by score', async () => {
  const { page, complaints, close } = await reports.open(whole);
  await settled(page);
  await page.getByRole('combobox', { name: 'Sort by' }).selectOption({ label: 'Induction' });
  await settled(page);
  const scores = await Promise.all(
    whole.run.sites.map(({ index }) => whole.service.headScores({ runId: whole.run.runId, site: index, withoutFirst: false })),
  );
  const best = Math.max(
    ...scores.flatMap(({ patterns, heads }) => heads.map((head) => head.patterns[patterns.indexOf('induction')]?.score ?? 0)),
  );
  expect(await page.locator('.thumbnail-caption').first().innerText()).toContain(best.toFixed(2));

  await page.getByRole('tab', { name: 'Next token' }).click();
  await page.locator('[data-token="40"]').click();
  await page.getByText('Row 40 predicts token 41').waitFor();
  const { top, logits } = await whole.service.nextToken({ runId: whole.run.runId, position: 40 });
  const shown = await page
    .locator('.expected tbody tr')
    .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())));
  expect(shown.length).toBeGreaterThanOrEqual(20);
  const sum = logits.reduce((total, logit) => total + Math.exp(logit), 0);
  top.forEach(({ id }, place) => {
    expect(shown[place]![0]).toBe(String(place + 1));
    expect(Number(shown[place]![3])).toBeCloseTo(Math.exp(logits[id]!) / sum, 3);
  });
  const { rank, surprisal } = await whole.service.predictions({ runId: whole.run.runId });
  expect(await page.locator('.prediction-facts .actual').innerText()).toContain(`rank ${rank[41]}`);
  expect(surprisal[41]).toBeGreaterThan(0);
  expect(await page.getByRole('slider').count()).toBe(0);
  expect(await page.locator('.prediction').innerText()).toContain('4,096 tokens of the vocabulary');
  expect(complaints).toEqual([]);
  await close();
});

it('shows what would be markup as the text that it is', async () => {
  const hostile = `</script><script>window.broken = 1</script><img src=x onerror="window.broken = 2"> <!-- ${'${alert(1)}'} ]]> &amp; "'`;
  const title = `</title><script>window.broken = 3</script>"'&.py`;
  const report = await reports.make(codeTransformer, { text: `x = 1\n${hostile}\n` }, { subject: { title, notice: hostile } });
  const { page, complaints, close } = await reports.open(report);
  await settled(page);
  expect(await page.title()).toBe(`Attention: ${title}`);
  expect(await page.locator('.headline').innerText()).toContain(title);
  expect(await page.locator('.banner-text').innerText()).toBe(hostile);
  await page.getByRole('tab', { name: 'Next token' }).click();
  expect(await page.evaluate(() => 'broken' in window)).toBe(false);
  expect(await page.locator('img').count()).toBe(0);
  expect(complaints).toEqual([]);
  await close();
});

it('carries every font that it sets formulas in', async () => {
  const { page, close } = await reports.open(whole);
  await openHead(page, 2, 0);
  await page.keyboard.press('f');
  await page.locator('.formula-residual').waitFor();
  for (const title of await page.locator('.formula-step-title').all()) await title.click();
  await nextFrames(page);
  await page.evaluate(() => document.fonts.ready);
  const { used, carried } = await page.evaluate(() => {
    const told = ({ family, weight, style }: { family: string; weight: string; style: string }): string =>
      `${family.replaceAll('"', '')} ${weight === 'normal' ? '400' : weight === 'bold' ? '700' : weight} ${style}`;
    const written = [...document.querySelectorAll('.katex-html *')].filter(({ childNodes }) =>
      [...childNodes].some((child) => child instanceof Text && child.data.trim() !== ''),
    );
    const styles = written.map((element) => getComputedStyle(element));
    return {
      used: [
        ...new Set(
          styles.map(({ fontFamily, fontWeight: weight, fontStyle: style }) => told({ family: fontFamily.split(',')[0]!, weight, style })),
        ),
      ],
      carried: [...document.fonts].filter(({ status }) => status === 'loaded').map(told),
    };
  });
  expect(used).toContain('KaTeX_Math 400 italic');
  expect(used.filter((font) => !carried.includes(font))).toEqual([]);
  await close();
});

it.each(['dark', 'light'] as const)('lays its pictures on the ground that the system forces, %s', async (scheme) => {
  const { page, complaints, close } = await reports.open(short, { scheme, forced: true });
  await openHead(page, 2, 1);
  const box = await plotBox(page);
  // Beside the map, which is square.
  const pixels = await pixelsOf(page, { x: box.x + box.width - 20, y: box.y + 20, width: 10, height: 10 });
  expect(pixels.at(5, 5)).toEqual(scheme === 'dark' ? [0, 0, 0] : [255, 255, 255]);
  expect(complaints).toEqual([]);
  await close();
});

describe.each(['dark', 'light'] as const)('in a %s scheme', (scheme) => {
  it.each([
    ['the overview with its details', async (page: Page) => page.getByRole('button', { name: 'Details' }).click()],
    [
      'a head with its formula',
      async (page: Page) => {
        await openHead(page, 2, 1);
        await page.keyboard.press('f');
        await page.locator('.formula-residual').waitFor();
      },
    ],
    ['the text', async (page: Page) => page.getByRole('tab', { name: 'Text' }).click()],
    ['the next token', async (page: Page) => page.getByRole('tab', { name: 'Next token' }).click()],
  ])('%s: nothing to complain of for axe', async (_, prepare) => {
    const { page, complaints, close } = await reports.open(short, { scheme });
    await settled(page);
    await prepare(page);
    await settled(page);
    const background = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    expect(background).toBe(scheme === 'dark' ? 'rgb(31, 31, 31)' : 'rgb(255, 255, 255)');
    expect(complaints).toEqual([]);
    // Of a formula's glyphs axe can decide next to nothing; what they mean is their name, and they are drawn.
    const findings = await audit(page, false);
    expect(findings.filter((finding) => !/^label-content-name-mismatch: <span class="enclosing formula-term"/.test(finding))).toEqual([]);
    await close();
  });
});
