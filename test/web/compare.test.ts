/** Two maps beside each other or as their difference: linked, on one scale, on axes that both texts share. */

import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { absentTone, differenceRamp, rampColour, rampPosition, weightRamp } from '../../webview/shared/heatmap/colours.ts';
import type { AttentionViewState, ComparedText, OtherText } from '../../src/protocol/attention.ts';
import { formatShare } from '../../webview/shared/numbers.ts';
import { audit } from './audit.ts';
import { nextFrames, settled as atRest, startHarness, type Harness, type PanelOptions } from './harness.ts';
import { difference, pixelsOf } from './pixels.ts';
import type { RunSpec } from './standIn/main.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(() => harness.close());

const source = 'def f(a, b):\n    return g(b, a)\n';
const head: ComparedText = { kind: 'head' };

/** What was done is drawn, and what it asked for has come. */
async function settled(page: Page): Promise<void> {
  await nextFrames(page);
  await atRest(page);
}

async function open(spec: Partial<RunSpec> = {}, options: PanelOptions = {}) {
  const panel = await harness.open({ width: 900, height: 700, ...options });
  const { page } = panel;
  await page.evaluate((given) => window.standIn.show(given), { layers: 2, heads: 3, text: source, ...spec });
  await page.getByRole('tab', { name: 'Compare' }).click();
  await settled(page);
  return { page, complaints: panel.complaints, close: () => panel.close() };
}

/** Chooses the text at HEAD, and tells of its run. */
async function compareWithHead(page: Page, spec: Partial<RunSpec> | null, more: Partial<OtherText> = {}): Promise<void> {
  await choose(page, 'Text to compare with', 'The text at HEAD');
  await tellOther(page, head, spec, more);
}

async function tellOther(page: Page, text: ComparedText, spec: Partial<RunSpec> | null, more: Partial<OtherText> = {}): Promise<void> {
  const whole = spec && { layers: 2, heads: 3, subject: { title: 'model.py at HEAD' }, ...spec };
  await page.evaluate((told) => window.standIn.showOther(...told), [text, whole, more] as const);
  await settled(page);
}

const choose = async (page: Page, title: string, label: string): Promise<void> => {
  await page.locator(`select[title="${title}"]`).selectOption({ label });
  await settled(page);
};
const chosen = (page: Page, title: string): Promise<string> =>
  page.locator(`select[title="${title}"]`).evaluate((element) => (element as HTMLSelectElement).selectedOptions[0]?.label ?? '');
const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const readout = async (page: Page): Promise<string> => (await page.locator('.readout').innerText()).replace(/\s+/g, ' ').trim();
const state = (page: Page): Promise<AttentionViewState> =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem('state')!) as AttentionViewState);
const calls = (page: Page, method: string): Promise<unknown[]> =>
  page.evaluate((name) => window.standIn.calls.filter((call) => call.method === name).map(({ params }) => params), method);
const plots = (page: Page): Locator => page.locator('.plot');
/** Where the labels of an axis stand, and what they say. */
const labels = (page: Page, map: number, axis: string): Promise<string[]> =>
  page
    .locator('.heatmap')
    .nth(map)
    .locator(`.axis.${axis} .axis-label`)
    .evaluateAll((all) =>
      all.map((each) => `${(each as HTMLElement).style.transform} ${each.textContent} ${each.getAttribute('title')}`).sort(),
    );

/** The weights of a head as they were served, [queries][keys]. */
const mapOf = (page: Page, site: number, at: number): Promise<number[][]> =>
  page.evaluate(
    ([layer, index]) => {
      const { weights, queries, keys } = window.standIn.map(layer!, index!);
      return Array.from({ length: queries }, (_, query) => [...weights.subarray(query * keys, (query + 1) * keys)]);
    },
    [site, at],
  );

const shown = (weight: number): string => weight.toPrecision(4);

describe('two heads of one text', () => {
  it('begins with the mean of all heads against a head, and names the cell that differs most', async () => {
    const { page, complaints, close } = await open();
    expect(await headline(page)).toMatch(/^Mean of all 6 heads against layer 0, head 0: most different at /);
    await choose(page, 'Layer of A', 'L1');
    await choose(page, 'Head of A', 'H2');
    // What the other side shows by itself stays.
    expect(await headline(page)).toMatch(/^Layer 1, head 2 against layer 0, head 0: /);
    await choose(page, 'Head of B', 'H1');
    const [a, b] = [await mapOf(page, 1, 2), await mapOf(page, 0, 1)];
    let most = { query: 0, key: 0, apart: -1 };
    a.forEach((row, query) =>
      row.forEach((weight, key) => {
        const apart = Math.abs(weight - b[query]![key]!);
        if (apart > most.apart) most = { query, key, apart };
      }),
    );
    const [x, y] = [a, b].map((map) => formatShare(map[most.query]![most.key]!));
    const said = (await headline(page)).replace(/\s+/g, '');
    expect(said).toMatch(/^Layer1,head2againstlayer0,head1:mostdifferentat/);
    expect(said).toContain(`(${x}against${y})`);
    expect(await page.locator('.headline .position').allInnerTexts()).toEqual([String(most.query), String(most.key)]);
    await page.keyboard.press('m');
    await settled(page);
    expect((await state(page)).compare.pinned).toEqual({ query: most.query, key: most.key });
    expect(await readout(page)).toContain(`query ${most.query} `);
    // The map chosen is that of the other views.
    expect((await state(page)).chosen).toEqual({ kind: 'head', site: 1, head: 2 });
    expect(complaints).toEqual([]);
    await close();
  });

  it('reads a cell of both, with the exact weights and their difference; copies them', async () => {
    const { page, close } = await open();
    await choose(page, 'Layer of A', 'L1');
    await choose(page, 'Head of A', 'H0');
    const [a, b] = [await mapOf(page, 1, 0), await mapOf(page, 0, 0)];
    const box = (await plots(page).nth(1).boundingBox())!;
    const scale = Math.min(32, box.width / a.length, box.height / a.length);
    const [query, key] = [8, 3];
    await page.mouse.move(box.x + (key + 0.5) * scale, box.y + (query + 0.5) * scale);
    await settled(page);
    const apart = a[query]![key]! - b[query]![key]!;
    const sign = apart > 0 ? '+' : '−';
    expect(await readout(page)).toMatch(
      new RegExp(`^A ${shown(a[query]![key]!)} B ${shown(b[query]![key]!)} A − B \\${sign}\\d\\.\\d+ query 8 .* → key 3 `),
    );
    // Marked in both maps.
    expect(await page.locator('.crosshair.hovered:not([hidden])').count()).toBe(2);
    await page.mouse.move(1, 1);
    await settled(page);
    expect(await page.locator('.crosshair.hovered:not([hidden])').count()).toBe(0);
    await close();
  });

  it('moves and pins both maps as one, and comes back as it was', async () => {
    const { page, close } = await open();
    await plots(page).nth(1).hover();
    await page.mouse.wheel(0, -600);
    await page.mouse.wheel(0, -600);
    await settled(page);
    const { viewport } = (await state(page)).compare;
    expect(viewport!.scale).toBeGreaterThan(0);
    for (const axis of ['queries', 'keys']) expect(await labels(page, 0, axis)).toEqual(await labels(page, 1, axis));
    await plots(page).first().focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Shift+ArrowUp');
    await settled(page);
    expect(await page.locator('.crosshair.pinned:not([hidden])').count()).toBe(2);
    for (const axis of ['queries', 'keys']) expect(await labels(page, 0, axis)).toEqual(await labels(page, 1, axis));
    const { pinned } = (await state(page)).compare;
    const said = await readout(page);
    expect(said).toContain(`query ${pinned!.query} `);
    await page.keyboard.press('d');
    await settled(page);
    // The pointer still lies on the maps.
    await page.mouse.move(1, 1);
    await settled(page);
    expect(await page.locator('.plot').count()).toBe(1);
    expect(await readout(page)).toBe(said);
    await page.keyboard.press('0');
    await settled(page);
    expect((await state(page)).compare).toMatchObject({ viewport: null, pinned, difference: true });
    await close();
  });

  it('swaps the sides', async () => {
    const { page, close } = await open();
    await page.keyboard.press('x');
    await settled(page);
    expect(await headline(page)).toMatch(/^Layer 0, head 0 against mean of all 6 heads: /);
    expect(await chosen(page, 'Layer of A')).toBe('L0');
    expect(await page.locator('section[aria-label=A] select[title="Text to compare with"]').count()).toBe(1);
    await close();
  });

  it('says that a map compared with itself has no difference', async () => {
    const { page, close } = await open();
    await choose(page, 'Layer of A', 'L0');
    await choose(page, 'Head of A', 'H0');
    expect(await headline(page)).toBe('Layer 0, head 0 against itself: no difference');
    await close();
  });

  it('leaves the first token out of both', async () => {
    const { page, close } = await open();
    await page.getByRole('checkbox', { name: 'Without the first token' }).check();
    await settled(page);
    expect(await headline(page)).toContain('without the first token');
    expect((await calls(page, 'comparedTile')).at(-1)).toMatchObject({
      a: { map: { withoutFirst: true } },
      b: { map: { withoutFirst: true } },
    });
    await close();
  });

  it('says that maps of different sequences cannot be compared, and compares again when they can', async () => {
    const { page, close } = await open({ layers: 2, crossKeys: 9 });
    await choose(page, 'Layer of B', 'L0×');
    expect(await page.locator('.page').innerText()).toMatch(/These two maps cannot be compared\s+The keys of one map/);
    expect(await plots(page).count()).toBe(0);
    await choose(page, 'Layer of A', 'L0×');
    expect(await plots(page).count()).toBe(2);
    await close();
  });
});

describe('two texts', () => {
  /** Each token attends to the first alone, or evenly. */
  const first = (count: number): (number | null)[][] =>
    Array.from({ length: count }, (_, query) => Array.from({ length: count }, (__, key) => (key > query ? null : Number(key === 0))));
  const even = (count: number): (number | null)[][] =>
    Array.from({ length: count }, (_, query) => Array.from({ length: count }, (__, key) => (key > query ? null : 1 / (query + 1))));
  const texts = [
    { tokens: [...'abxd'], weights: first(4) },
    { tokens: [...'abyzd'], weights: even(5) },
  ] as const;
  const ground = [31, 31, 31] as const;
  const palette = { ground, ink: [204, 204, 204] as const };
  /** The middle of a cell of a map as it is drawn, at 32 pixels a cell. */
  const colourOf = async (page: Page, map: number, query: number, key: number): Promise<readonly number[]> => {
    const box = (await plots(page).nth(map).boundingBox())!;
    return (await pixelsOf(page, { x: box.x + 32 * key + 8, y: box.y + 32 * query + 8, width: 1, height: 1 })).at(0, 0);
  };
  const expectColour = async (page: Page, map: number, at: readonly [number, number], colour: readonly number[]): Promise<void> =>
    expect(difference(await colourOf(page, map, ...at), colour), `map ${map}, cell ${at.join()}`).toBeLessThanOrEqual(1);

  it('lie on one axis, where a token that one lacks is an empty stripe', async () => {
    const { page, complaints, close } = await open(texts[0]);
    expect(await calls(page, 'compareWith')).toEqual([{ text: { kind: 'same' } }]);
    await compareWithHead(page, texts[1]);
    expect((await calls(page, 'compareWith')).at(-1)).toEqual({ text: head });
    // a b x y z d
    const signs = await page
      .locator('.heatmap')
      .first()
      .locator('.axis.queries .axis-label')
      .evaluateAll((all) =>
        all.map((each) => `${(each as HTMLElement).dataset['sign'] ?? ''}${each.textContent} ${each.getAttribute('title')}`),
      );
    expect(signs).toEqual(['a 0: a', 'b 1: b', 'Ax A 2 only: x', 'By B 2 only: y', 'Bz B 3 only: z', 'd A 3, B 4: d']);
    expect(await labels(page, 0, 'keys')).toEqual(await labels(page, 1, 'keys'));
    const weight = (value: number): readonly number[] => rampColour(weightRamp(palette), rampPosition({ kind: 'linear', top: 1 }, value));
    await expectColour(page, 0, [5, 0], weight(1));
    await expectColour(page, 1, [5, 0], weight(0.2));
    await expectColour(page, 0, [5, 2], weight(0));
    await expectColour(page, 1, [5, 2], absentTone(palette));
    await expectColour(page, 0, [3, 0], absentTone(palette));
    await expectColour(page, 1, [3, 0], weight(1 / 3));
    expect((await headline(page)).replace(/\s+/g, ' ')).toBe(
      'Mean of all 6 heads on model.py against model.py at HEAD: most different at d3 → a0 (1.00 against 0.20); 3 of A’s 4 and B’s 5 tokens align',
    );
    expect(await page.locator('.legend').innerText()).toContain('not in this text');
    expect(complaints).toEqual([]);
    await close();
  });

  it('differ by colours of both signs about the ground, each as strong as it is large', async () => {
    const { page, close } = await open(texts[0]);
    await compareWithHead(page, texts[1]);
    await choose(page, 'Show (D)', 'Difference');
    const at = (value: number): readonly number[] => rampColour(differenceRamp(palette), rampPosition({ kind: 'signed', top: 0.8 }, value));
    await expectColour(page, 0, [5, 0], at(0.8));
    await expectColour(page, 0, [5, 1], at(-0.2));
    await expectColour(page, 0, [0, 0], ground);
    for (const cell of [
      [5, 2],
      [3, 0],
      [2, 3],
    ] as const)
      await expectColour(page, 0, cell, absentTone(palette));
    const legend = (await page.locator('.legend').innerText()).replace(/\s+/g, ' ');
    expect(legend).toBe('weight A − B ← B attends more −0.8 0 +0.8 A attends more → masked in one text only');
    const box = (await plots(page).boundingBox())!;
    await page.mouse.move(box.x + 2.5 * 32, box.y + 5.5 * 32);
    await settled(page);
    expect(await readout(page)).toBe('A 0 B not there query A 3, B 4 d → key A 2 only x');
    // The key's token is shown in the editor by its place in the panel's own text.
    await page.keyboard.press('r');
    await settled(page);
    expect(await calls(page, 'reveal')).toEqual([{ token: 2 }]);
    await close();
  });

  it('begin with one head of both, which can be another on each side', async () => {
    const { page, close } = await open();
    await choose(page, 'Layer of A', 'L1');
    await choose(page, 'Head of A', 'H0');
    await compareWithHead(page, { text: source.replace('g(b, a)', 'g(a)') });
    expect(await chosen(page, 'Layer of B')).toBe('L1');
    await choose(page, 'Head of B', 'Mean');
    expect((await headline(page)).replace(/\s+/g, ' ')).toMatch(
      /^Layer 1, head 0 on model\.py against layer 1, mean of its 3 heads on model\.py at HEAD: /,
    );
    await close();
  });

  it('of which nothing aligns say so', async () => {
    const { page, close } = await open({ tokens: [...'ab'] });
    await compareWithHead(page, { tokens: [...'cd'] });
    expect(await headline(page)).toMatch(/: no token of A’s 2 and B’s 2 aligns$/);
    await close();
  });

  it('shows how far the run is, what failed and how to go on, and that the text is unchanged', async () => {
    const { page, close } = await open();
    await compareWithHead(page, null);
    expect(await page.locator('.page').innerText()).toContain('Reading the text to compare with…');
    await tellOther(page, head, null, { progress: { message: 'Running 12 tokens' } });
    expect(await page.locator('.page').innerText()).toContain('Running 12 tokens');
    await page.getByRole('button', { name: 'Cancel' }).click();
    expect(await calls(page, 'cancelOther')).toHaveLength(1);
    await tellOther(page, head, null, { failure: { message: 'model.py is in no commit.', actions: ['retry', 'showLog'] } });
    expect(await page.locator('.page').innerText()).toMatch(/There is nothing to compare with\s+model\.py is in no commit\./);
    await page.getByRole('button', { name: 'Show log' }).click();
    expect(await calls(page, 'act')).toEqual([{ action: 'showLog' }]);
    const before = (await calls(page, 'compareWith')).length;
    await page.getByRole('button', { name: 'Try again' }).click();
    expect((await calls(page, 'compareWith')).slice(before)).toEqual([{ text: head }]);
    await tellOther(page, head, { text: source }, { notice: 'model.py is as it is at HEAD.' });
    expect(await page.locator('.banner').innerText()).toBe('model.py is as it is at HEAD.');
    await choose(page, 'Text to compare with', 'The same text');
    expect(await page.locator('.banner').count()).toBe(0);
    await close();
  });

  it('takes another file that the host lets the user choose, and asks for it again after a reload', async () => {
    const { page, close } = await open();
    await choose(page, 'Text to compare with', 'Another file…');
    expect(await calls(page, 'chooseOther')).toHaveLength(1);
    // Nothing was chosen yet: the select says what is shown.
    expect(await chosen(page, 'Text to compare with')).toBe('The same text');
    const text: ComparedText = { kind: 'file', uri: 'file:///work/old%20model.py' };
    await tellOther(page, text, { text: source.replace('f', 'h'), subject: { title: 'old model.py' } });
    expect(await chosen(page, 'Text to compare with')).toBe('old model.py');
    expect((await state(page)).compare.text).toEqual(text);
    await page.reload();
    await page.waitForFunction(() => window.standIn.calls.some(({ method }) => method === 'ready'));
    await page.evaluate((shownText) => window.standIn.show({ layers: 2, heads: 3, text: shownText }), source);
    await settled(page);
    expect(await calls(page, 'compareWith')).toEqual([{ text }]);
    expect(await chosen(page, 'Text to compare with')).toBe('old model.py');
    await close();
  });

  it('is opened by the host', async () => {
    const { page, close } = await open();
    await page.getByRole('tab', { name: 'Heads' }).click();
    await page.evaluate((text) => window.standIn.panel.compare({ text }), head);
    await settled(page);
    expect(await page.getByRole('tab', { name: 'Compare' }).getAttribute('aria-selected')).toBe('true');
    expect((await calls(page, 'compareWith')).at(-1)).toEqual({ text: head });
    await close();
  });
});

describe.each(Object.keys(themes) as ThemeName[])('in the theme %s', (theme) => {
  it.each([320, 900])('is accessible and fits, %i pixels wide', async (width) => {
    const { page, complaints, close } = await open({ text: source.repeat(4) }, { theme, width, height: 800 });
    await compareWithHead(page, { text: source.repeat(3) });
    const boxes = await Promise.all([0, 1].map(async (map) => (await page.locator('.heatmap').nth(map).boundingBox())!));
    if (width < 600) expect(boxes[1]!.y).toBeGreaterThan(boxes[0]!.y + 100);
    else expect(boxes[1]!.x).toBeGreaterThan(boxes[0]!.x + 100);
    // Linked zoom is exact where both have one size.
    expect(Math.abs(boxes[0]!.width - boxes[1]!.width)).toBeLessThanOrEqual(1);
    expect(Math.abs(boxes[0]!.height - boxes[1]!.height)).toBeLessThanOrEqual(1);
    // The audit itself writes inline styles.
    expect(complaints).toEqual([]);
    expect(await audit(page)).toEqual([]);
    await page.keyboard.press('d');
    await settled(page);
    expect(await audit(page)).toEqual([]);
    const overflow = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth);
    expect(overflow).toBeLessThanOrEqual(0);
    await tellOther(page, head, null, { failure: { message: 'model.py is in no commit.', actions: ['retry'] } });
    expect(await audit(page)).toEqual([]);
    await close();
  });
});
