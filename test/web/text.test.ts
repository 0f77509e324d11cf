/** The text view: shaded by what the chosen tokens attend to, or by what attends to them. */

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import { nextFrames, settled as atRest, startHarness, type Harness } from './harness.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness();
});
afterAll(() => harness.close());

/** What was done is drawn, and what it asked for has come. */
async function settled(page: Page): Promise<void> {
  await nextFrames(page);
  await atRest(page);
}

const source = 'def f(a, b):\n    return g(b, a)\n';
const open = async (page: Page, text = source): Promise<void> => {
  await page.evaluate((shown) => window.standIn.show({ layers: 3, heads: 4, text: shown }), text);
  await page.locator('#tab-text').click();
  await settled(page);
};
const choose = (page: Page, title: string, label: string) => page.locator(`select[title="${title}"]`).selectOption({ label });
const token = (page: Page, index: number) => page.locator('.token').nth(index);
const chosen = (page: Page): Promise<(string | null)[]> => page.locator('.token[aria-selected=true]').allTextContents();
const headline = (page: Page): Promise<string | null> => page.locator('.headline').textContent();
interface Request {
  map: { kind: string; withoutFirst?: boolean };
  direction: string;
  groups: number[][];
}
const asked = (page: Page): Promise<Request> =>
  page.evaluate(() => window.standIn.calls.findLast(({ method }) => method === 'shade')?.params as Request);

/** The weights that the stand-in served of a head, [queries][keys]. */
const mapOf = (page: Page, site: number, head: number): Promise<number[][]> =>
  page.evaluate(
    ([layer, index]) => {
      const { weights, queries, keys } = window.standIn.map(layer!, index!);
      return Array.from({ length: queries }, (_, query) => [...weights.subarray(query * keys, (query + 1) * keys)]);
    },
    [site, head],
  );

describe('the text view', () => {
  it('shades by the mean of all heads, then by the head that is chosen, with the weights of the run', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await open(page);
    expect(await headline(page)).toMatch(/^Mean of all 12 heads: /);
    await choose(page, 'Layer', 'L1');
    await choose(page, 'Head', 'H2');
    await token(page, 6).click();
    await settled(page);
    const weights = (await mapOf(page, 1, 2))[6]!;
    const names = await page.locator('.token').evaluateAll((all) => all.map((each) => each.getAttribute('aria-label')!));
    names.forEach((name, key) => {
      const said = name.slice(name.lastIndexOf(': ') + 2);
      if (key > 6) expect(said).toBe('masked');
      else expect(Number(said)).toBeCloseTo(weights[key]!, 3);
    });
    // The other view shows the same head.
    await page.locator('#tab-heads').click();
    await settled(page);
    expect(await headline(page)).toMatch(/^Layer 1, head 2: /);
    expect(panel.complaints).toEqual([]);
    await panel.close();
  });

  it('sums several chosen tokens: by Ctrl, by Shift, by a drag, by keys', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await open(page);
    await token(page, 2).click();
    await token(page, 5).click({ modifiers: ['Control'] });
    await settled(page);
    expect((await asked(page)).groups).toEqual([[2], [5]]);
    expect(await headline(page)).toContain('2 tokens attend most to');
    await token(page, 3).click();
    await token(page, 6).click({ modifiers: ['Shift'] });
    await settled(page);
    expect((await asked(page)).groups).toEqual([[3], [4], [5], [6]]);
    const [from, to] = [await token(page, 1).boundingBox(), await token(page, 3).boundingBox()];
    await page.mouse.move(from!.x + 2, from!.y + 5);
    await page.mouse.down();
    await page.mouse.move(to!.x + 2, to!.y + 5, { steps: 4 });
    await page.mouse.up();
    await settled(page);
    expect((await asked(page)).groups).toEqual([[1], [2], [3]]);
    const all = await page.locator('.token').allTextContents();
    await page.keyboard.press('Escape');
    await settled(page);
    expect(await chosen(page)).toEqual([all[3]]);
    await page.keyboard.press('Shift+ArrowRight');
    await settled(page);
    expect(await chosen(page)).toEqual([all[3], all[4]]);
    await page.keyboard.press('Control+a');
    await settled(page);
    expect((await asked(page)).groups.length).toBe(await page.locator('.token').count());
    await panel.close();
  });

  it('looks at words and lines, and the other way round, and says how', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await open(page);
    await choose(page, 'Looked at by', 'Lines');
    await token(page, 1).click();
    await settled(page);
    expect((await chosen(page)).join('')).toBe('def·f(a,·b):↵\n');
    expect((await asked(page)).groups).toHaveLength(1);
    expect(await page.locator('.text-how').textContent()).toContain('summed over the tokens of each line (keys), averaged over');
    await page.locator('.token-text').focus();
    await page.keyboard.press('ArrowRight');
    await settled(page);
    expect((await chosen(page)).join('')).toContain('return');
    expect(await headline(page)).toContain('line 2');
    await choose(page, 'Direction', 'Attended by');
    await settled(page);
    expect((await asked(page)).direction).toBe('to');
    expect(await page.locator('.text-how').textContent()).toContain('averaged over the tokens of each line (queries), summed over');
    await page.getByLabel('Without the first token').check();
    await settled(page);
    expect((await asked(page)).map.withoutFirst === true || (await asked(page)).groups[0]?.[0] === 0).toBe(true);
    await expect.poll(() => page.locator('.text-how').textContent()).toContain('of a row’s weight on average');
    await panel.close();
  });

  it('looks at functions and classes, as the host names them', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    const text = 'x = 1\ndef f(a):\n    return a\ny = f(x)\n';
    const start = text.indexOf('def');
    const symbols = { source: 'reader', symbols: [{ name: 'f', kind: 'function', start, end: text.indexOf('\ny'), depth: 0 }] } as const;
    await page.evaluate((spec) => window.standIn.show(spec), { layers: 2, heads: 2, text, symbols });
    await page.locator('#tab-text').click();
    await choose(page, 'Looked at by', 'Functions, classes');
    await settled(page);
    const names = await page.locator('.group-list th[scope=row]').allTextContents();
    expect(names.map((name) => name.trim())).toEqual(expect.arrayContaining([expect.stringMatching(/^function f \(lines 2–3\)$/)]));
    expect(await page.locator('.text-how').textContent()).toContain('read from the text as Python');
    await panel.close();
  });

  it('says so where it knows no functions or classes', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await open(page);
    await choose(page, 'Looked at by', 'Functions, classes');
    await expect.poll(() => page.locator('.text-how').textContent()).toContain('No functions or classes are known in this text');
    await panel.close();
  });

  it('shows in the editor the token that was pressed first, where the text moves between the two clicks', async () => {
    const panel = await harness.open();
    const { page } = panel;
    await open(page);
    // After the first click the text moves down by a line: another token is where this one was.
    const pressed = await page.evaluate(() => {
      const all = [...document.querySelectorAll<HTMLElement>('.token')];
      const boxes = all.map((one) => one.getBoundingClientRect());
      const middle = ({ left, right }: DOMRect): number => (left + right) / 2;
      const above = (at: number): DOMRect | undefined =>
        boxes.find((box) => box.bottom <= boxes[at]!.top + 1 && box.left < middle(boxes[at]!) - 1 && box.right > middle(boxes[at]!) + 1);
      const index = boxes.findIndex((_, at) => above(at) !== undefined);
      const text = all[0]!.parentElement!;
      const by = boxes[index]!.top - above(index)!.top;
      text.addEventListener('pointerup', () => (text.style.paddingTop = `calc(${getComputedStyle(text).paddingTop} + ${by}px)`), {
        once: true,
      });
      return index;
    });
    await token(page, pressed).dblclick();
    await expect
      .poll(() => page.evaluate(() => window.standIn.calls.findLast(({ method }) => method === 'reveal')?.params))
      .toEqual({ token: pressed });
    expect(await token(page, pressed).getAttribute('aria-selected')).toBe('true');
    await panel.close();
  });

  it('chooses from the list, shows a token in the editor, and copies the numbers', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await open(page);
    const first = page.locator('.group-list button').first();
    const name = (await first.textContent())!.trim();
    await first.click();
    await settled(page);
    expect(await headline(page)).toContain(name.replace(/\d+$/, '').trim());
    await token(page, 4).dblclick();
    expect(await page.evaluate(() => window.standIn.calls.findLast(({ method }) => method === 'reveal')?.params)).toEqual({ token: 4 });
    await settled(page);
    await page.keyboard.press('Control+c');
    const copied = await page.evaluate(() => navigator.clipboard.readText());
    const [said, ...lines] = copied.split('\n');
    expect(said).toMatch(/^Mean of all 12 heads: .* attends most to /);
    expect(lines.length).toBeGreaterThan(2);
    for (const line of lines) expect(line).toMatch(/^[\d.e-]+\t/);
    await panel.close();
  });

  it('says so where there is no text, or none of its own attention', async () => {
    const panel = await harness.open({ width: 640, height: 600 });
    const { page } = panel;
    await page.evaluate(() => window.standIn.show({ layers: 2, heads: 2, positions: 9 }));
    await page.locator('#tab-text').click();
    await page.getByText('This run was made on tensors').waitFor();
    await panel.close();
  });

  it('tells what failed, and tries again when asked', async () => {
    const panel = await harness.open({ width: 640, height: 600 });
    const { page } = panel;
    await page.evaluate(() => (window.standIn.failing = ['shade']));
    await open(page);
    await page.getByText('The stand-in was told to fail shade.').waitFor();
    await page.evaluate(() => (window.standIn.failing = []));
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.locator('.group-list').waitFor();
    await panel.close();
  });

  it('keeps what was chosen over a reload', async () => {
    const panel = await harness.open({ width: 900, height: 700 });
    const { page } = panel;
    await open(page);
    await choose(page, 'Looked at by', 'Words');
    await token(page, 2).click();
    await settled(page);
    await page.reload();
    await page.evaluate((shown) => window.standIn.show({ layers: 3, heads: 4, text: shown }), source);
    await settled(page);
    expect(await page.locator('#tab-text').getAttribute('aria-selected')).toBe('true');
    expect((await asked(page)).groups[0]).toContain(2);
    await panel.close();
  });

  it.each(Object.keys(themes) as ThemeName[])('in %s, narrow and wide: nothing to complain of, nothing cut off', async (theme) => {
    for (const width of [300, 1100]) {
      const panel = await harness.open({ theme, width, height: 700 });
      const { page } = panel;
      await open(page);
      await token(page, 2).click();
      await token(page, 5).click({ modifiers: ['Control'] });
      await settled(page);
      expect(panel.complaints).toEqual([]);
      expect(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth)).toBe(true);
      expect(await audit(page)).toEqual([]);
      await panel.close();
    }
  });
});
