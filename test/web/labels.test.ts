import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { nextFrames, settled, startHarness, type Harness } from './harness.ts';
import { plotBox } from './pixels.ts';
import { tokenize } from './standIn/patterns.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

const source = readFileSync(join(import.meta.dirname, '../../models/train/code_transformer/model.py'), 'utf8').slice(0, 1600);

interface Label {
  text: string;
  index: number;
  left: number;
  top: number;
  right: number;
  bottom: number;
}

async function labels(page: Page, axis: 'queries' | 'keys'): Promise<Label[]> {
  return page.locator(`.axis.${axis} .axis-label`).evaluateAll((elements) =>
    elements.map((element) => {
      const { left, top, right, bottom } = element.getBoundingClientRect();
      return { text: element.textContent ?? '', index: parseInt((element as HTMLElement).title), left, top, right, bottom };
    }),
  );
}

function overlapping(all: readonly Label[]): string[] {
  return all.flatMap((a, i) =>
    all.slice(i + 1).flatMap((b) => {
      const x = Math.min(a.right, b.right) - Math.max(a.left, b.left);
      const y = Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top);
      return x > 0.01 && y > 0.01 ? [`${a.index} "${a.text}" on ${b.index} "${b.text}"`] : [];
    }),
  );
}

async function openHead(page: Page, spec: Parameters<typeof window.standIn.show>[0]): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), spec);
  await settled(page);
  await page.click('.thumbnail');
  await settled(page);
}

describe.each([
  [300, 1],
  [640, 1.5],
  [1400, 2],
])('labels in a panel %d px wide at ratio %d', (width, pixelRatio) => {
  it('never overlap, stay on their axes and stand at their tokens, at every zoom', async () => {
    const panel = await harness.open({ width, pixelRatio });
    const { page } = panel;
    await openHead(page, { layers: 1, heads: 1, text: source });
    const tokens = tokenize(source);
    const box = await plotBox(page);
    await page.mouse.move(box.x + 0.4 * box.width, box.y + 0.4 * box.width);
    for (let step = 0; step < 14; step++) {
      const queries = await labels(page, 'queries');
      const keys = await labels(page, 'keys');
      expect(overlapping(queries), `step ${step}`).toEqual([]);
      expect(overlapping(keys), `step ${step}`).toEqual([]);
      expect(overlapping([...queries, ...keys]), `axes, step ${step}`).toEqual([]);
      expect(queries.length).toBeGreaterThan(8);
      for (const label of queries) {
        expect(label.left).toBeGreaterThanOrEqual(0);
        expect(label.right).toBeLessThanOrEqual(box.x + 0.5);
        expect(label.text.replaceAll('·', ' ').trim()).toContain((tokens[label.index]?.text ?? '?').trim().slice(0, 5));
      }
      for (const label of keys) expect(label.bottom).toBeLessThanOrEqual(box.y + 0.5);
      await page.mouse.wheel(0, -150);
      await settled(page);
    }
    await panel.close();
  });
});

it('shows the label of the row and the column that are pointed at', async () => {
  const panel = await harness.open();
  const { page } = panel;
  await openHead(page, { layers: 1, heads: 1, text: source });
  const box = await plotBox(page);
  await page.mouse.move(box.x + 101, box.y + 203);
  await nextFrames(page);
  const active = await page.locator('.axis-label.active').allTextContents();
  expect(active).toHaveLength(2);
  const readout = await page.locator('.readout-token bdi').allTextContents();
  expect(active.toSorted()).toEqual(readout.toSorted());
  await panel.close();
});

describe('hostile tokens', () => {
  const tokens = [
    '<img src=x onerror=alert(1)>',
    '<b>bold</b>',
    '\u202eevil',
    'x'.repeat(5000),
    '\u0000\u001b[31m',
    '👩‍👩‍👧‍👦',
    'שלום עולם',
    '\n\n',
    '\t',
    '&amp;',
    '',
    '\ud800',
  ];

  it('stay text, on one line, in their place, and turn nothing around', async () => {
    const panel = await harness.open();
    const { page } = panel;
    await openHead(page, { layers: 1, heads: 1, tokens });
    expect(await page.locator('#app img, #app b').count()).toBe(0);
    const queries = await labels(page, 'queries');
    expect(queries).toHaveLength(tokens.length);
    const box = await plotBox(page);
    for (const label of queries) {
      expect(label.left).toBeGreaterThanOrEqual(0);
      expect(label.right).toBeLessThanOrEqual(box.x + 0.5);
      expect(label.bottom - label.top).toBeLessThanOrEqual(16.01);
    }
    expect(queries[0]?.text.startsWith('<img')).toBe(true);
    expect(queries[2]?.text).toBe('⟨202E⟩evil');
    for (let query = 0; query < tokens.length; query++) {
      await page.mouse.move(box.x + 5, box.y + (query + 0.5) * Math.min(32, Math.min(box.width, box.height) / tokens.length));
      await nextFrames(page);
      // The line reads from left to right whatever the token's own direction.
      const order = await page
        .locator('.readout-token')
        .evaluateAll((elements) => elements.map((element) => element.getBoundingClientRect().left));
      expect(order[0]).toBeLessThan(order[1] ?? 0);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= document.documentElement.clientWidth)).toBe(true);
    }
    expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
    await panel.close();
  });
});
