/** The view of the next token: what it shows is what the logits say, by pointer, by keyboard and in every theme. */

import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import type { Locator, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { rampColour, rampPosition, weightRamp } from '../../webview/shared/heatmap/colours.ts';
import { nextFrames, setTheme, settled, startHarness, type Harness, type PanelOptions } from './harness.ts';
import type { RunSpec } from './standIn/main.ts';
import { nextTokenOf, predictionsOf } from './standIn/next.ts';
import { themes, type ThemeName } from './themes.ts';
import { sampleFrom } from '../../src/maths/decoding/sampling.ts';
import type { AttentionRun } from '../../src/protocol/inference.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');
const text = readFileSync(join(import.meta.dirname, '../../models/train/code_transformer/model.py'), 'utf8').slice(0, 900);

async function open(spec: Partial<RunSpec> = {}, options: PanelOptions = {}) {
  const panel = await harness.open(options);
  const { page } = panel;
  const run = await page.evaluate(async (given) => (await window.standIn.show(given)).run, { layers: 2, heads: 2, text, ...spec });
  await settled(page);
  await page.getByRole('tab', { name: 'Next token' }).click();
  await settled(page);
  return { page, run, complaints: panel.complaints, close: () => panel.close() };
}

const headline = (page: Page): Promise<string> => page.locator('.headline').innerText();
const token = (page: Page, index: number): Locator => page.locator(`[data-token="${index}"]`);
const rows = (page: Page): Promise<string[][]> =>
  page
    .locator('.expected tbody tr')
    .evaluateAll((all) => all.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())));
/** The token whose row is shown. */
const shown = async (page: Page): Promise<number> => {
  await settled(page);
  return Number(/^Row ([\d,]+)/.exec(await page.locator('.prediction-facts').first().innerText())?.[1]?.replace(',', ''));
};
const lastState = (page: Page) =>
  page.evaluate(() => window.standIn.calls.filter(({ method }) => method === 'saveState').at(-1)?.params as { view: string; next: object });
const slide = async (page: Page, name: string, value: number): Promise<void> => {
  await page.getByRole('slider', { name }).fill(String(value));
  await settled(page);
};

function expectedRow(run: AttentionRun, position: number, filters: Parameters<typeof sampleFrom>[1] = {}) {
  const { logits, top, actual } = nextTokenOf(run, position);
  const all = sampleFrom(logits, {});
  const drawn = sampleFrom(logits, filters);
  return { top, actual, all, drawn, rank: actual && all.ids.indexOf(actual.id) + 1 };
}

it('shades every token by its surprisal but the first, which no row predicts', async () => {
  const { page, run, close } = await open();
  const { surprisal } = predictionsOf(run);
  const top = Math.ceil(surprisal.reduce((most, bits) => (bits > most ? bits : most), 0));
  const ramp = weightRamp({ ground: [31, 31, 31], ink: [204, 204, 204] });
  const seen = await page.locator('.token').evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
  expect(seen).toHaveLength(run.tokens!.length);
  expect(seen[0]).toBe('rgba(0, 0, 0, 0)');
  seen.slice(1).forEach((colour, index) => {
    const [red, green, blue] = rampColour(ramp, rampPosition({ kind: 'linear', top }, surprisal[index + 1]!));
    expect(colour, `token ${index + 1}`).toBe(`rgb(${red}, ${green}, ${blue})`);
  });
  expect(await page.locator('.legend').innerText()).toContain(`${top} bits`);
  await setTheme(page, 'light');
  await nextFrames(page);
  await nextFrames(page);
  expect(await token(page, 1).evaluate((each) => getComputedStyle(each).backgroundColor)).not.toBe(seen[1]);
  await close();
});

it('shows the whole text, every token by itself, line by line', async () => {
  const { page, run, close } = await open();
  const spelled = (await page.locator('.token').allTextContents()).map((each) => each.replaceAll('↵\n', '\n').replaceAll('·', ' '));
  expect(spelled).toEqual(run.tokens!.map((each) => each.text));
  const line = run.tokens!.findIndex((each) => each.text === '\n');
  const [before, after] = [await token(page, line).boundingBox(), await token(page, line + 1).boundingBox()];
  expect(after!.y).toBeGreaterThan(before!.y);
  await close();
});

it('begins with the row before the most surprising token and says what it expects', async () => {
  const { page, run, close } = await open();
  const { surprisal } = predictionsOf(run);
  const most = surprisal.indexOf(surprisal.reduce((largest, bits) => (bits > largest ? bits : largest), 0));
  expect(await shown(page)).toBe(most - 1);
  const { rank } = expectedRow(run, most - 1);
  expect(await headline(page)).toMatch(
    new RegExp(`^After .* the model expects .* \\(0\\.\\d+\\); .* really follows: rank ${rank}, ${surprisal[most]!.toFixed(1)} bits$`),
  );
  expect(await token(page, most - 1).getAttribute('aria-selected')).toBe('true');
  const list = (await page.getByRole('listbox').boundingBox())!;
  for (const index of [most - 1, most]) {
    const box = (await token(page, index).boundingBox())!;
    expect(box.y).toBeGreaterThanOrEqual(list.y);
    expect(box.y + box.height).toBeLessThanOrEqual(list.y + list.height);
  }
  await close();
});

it('lists the 20 most probable tokens and what follows, with their probabilities', async () => {
  const { page, run, close } = await open();
  const { rank: ranks } = predictionsOf(run);
  for (const position of [ranks.findIndex((rank) => rank > 20) - 1, ranks.findIndex((rank) => rank > 1 && rank < 20) - 1]) {
    await token(page, position).click();
    expect(await shown(page)).toBe(position);
    const { top, actual, all, rank } = expectedRow(run, position);
    const list = await rows(page);
    expect(list).toHaveLength(rank! > 20 ? 21 : 20);
    top.forEach((_, place) => {
      const [shownRank, name, , probability, sampled] = list[place]!;
      expect(shownRank).toBe(String(place + 1));
      expect(Number(probability)).toBeCloseTo(all.probabilities[place]!, 3);
      expect(sampled).toBe(probability);
      expect(/follows$/.test(name!)).toBe(place + 1 === rank);
    });
    const last = list.at(-1)!;
    if (rank! > 20) expect([last[0], /follows$/.test(last[1]!)]).toEqual([String(rank), true]);
    expect(actual!.id).toBe(position + 1);
  }
  const end = run.tokens!.length - 1;
  await token(page, end).click();
  expect(await shown(page)).toBe(end);
  expect(await headline(page)).toMatch(/; the text ends here$/);
  expect(await rows(page)).toHaveLength(20);
  await close();
});

it('draws by the filters at once, and says in words what they cut', async () => {
  const { page, run, close } = await open();
  const position = await shown(page);
  const asked = () => page.evaluate(() => window.standIn.calls.filter(({ method }) => method === 'nextToken').length);
  const before = await asked();
  for (const [name, value, filters] of [
    ['Top-k', 5, { topK: 5 }],
    ['Temperature', 0.5, { topK: 5, temperature: 0.5 }],
    ['Top-k', 0, { temperature: 0.5 }],
    ['Min-p', 0.3, { temperature: 0.5, minP: 0.3 }],
    ['Top-p', 0.4, { temperature: 0.5, minP: 0.3, topP: 0.4 }],
    ['Temperature', 0, { temperature: 0 }],
  ] as const) {
    await slide(page, name, value);
    const { drawn, all } = expectedRow(run, position, filters);
    const list = await rows(page);
    list.slice(0, 20).forEach((row, place) => {
      const at = drawn.ids.indexOf(all.ids[place]!);
      if (at < 0) expect(row[4]).toBe('cut');
      else expect(Number(row[4])).toBeCloseTo(drawn.probabilities[at]!, 3);
      expect(Number(row[3])).toBeCloseTo(all.probabilities[place]!, 3);
    });
    expect(await page.locator('.prediction').innerText()).toContain(
      `${drawn.ids.length} of ${all.ids.length} tokens of the vocabulary stay`,
    );
  }
  expect(await asked()).toBe(before);
  await page.getByRole('button', { name: 'Reset' }).click();
  await settled(page);
  expect((await rows(page)).every(([, , , probability, sampled]) => probability === sampled)).toBe(true);
  expect(await page.getByRole('button', { name: 'Reset' }).isDisabled()).toBe(true);
  await close();
});

it('is worked by the keyboard alone', async () => {
  const { page, run, close } = await open();
  await page.getByRole('listbox').focus();
  const press = async (key: string): Promise<number> => {
    await page.keyboard.press(key);
    return shown(page);
  };
  expect(await press('Home')).toBe(0);
  expect(await press('ArrowLeft')).toBe(0);
  expect(await press('ArrowRight')).toBe(1);
  expect(await page.getByRole('listbox').getAttribute('aria-activedescendant')).toMatch(/-1$/);
  const below = await press('ArrowDown');
  const [first, second] = [await token(page, 1).boundingBox(), await token(page, below).boundingBox()];
  expect(second!.y).toBeGreaterThan(first!.y);
  expect(await press('ArrowUp')).toBeLessThan(below);
  expect(await press('End')).toBe(run.tokens!.length - 1);
  const [box, list] = [await token(page, run.tokens!.length - 1).boundingBox(), await page.getByRole('listbox').boundingBox()];
  expect(box!.y + box!.height).toBeLessThanOrEqual(list!.y + list!.height);
  for (const name of ['Temperature', 'Top-k', 'Top-p', 'Min-p']) {
    await page.getByRole('slider', { name }).focus();
    const number = (): Promise<string> => page.getByRole('slider', { name }).inputValue();
    const before = await number();
    await page.keyboard.press(name === 'Top-p' ? 'ArrowLeft' : 'ArrowRight');
    expect(await number(), name).not.toBe(before);
  }
  await close();
});

it('tells of the token pointed at', async () => {
  const { page, run, close } = await open();
  const { surprisal, rank } = predictionsOf(run);
  await token(page, 9).hover();
  await nextFrames(page);
  const said = await page.locator('.reading-readout').innerText();
  expect(said).toContain(`rank ${rank[9]!}, probability`);
  expect(said).toContain(surprisal[9]! < 1 ? surprisal[9]!.toFixed(2) : surprisal[9]!.toFixed(1));
  expect(said).toContain('predicted by row 8, after');
  expect(await token(page, 9).getAttribute('aria-label')).toContain(`rank ${rank[9]!}`);
  await close();
});

it('copies the list', async () => {
  const { page, close } = await open();
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await token(page, 12).click();
  await slide(page, 'Top-k', 3);
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Control+c');
  const copied = (): Promise<string[]> => page.evaluate(async () => (await navigator.clipboard.readText()).split('\n'));
  await expect.poll(async () => (await copied()).length).toBeGreaterThan(20);
  const lines = await copied();
  expect(lines[0]).toMatch(/^After .* \(token 12\); entropy [\d.]+ bits$/);
  const list = await rows(page);
  lines.slice(2).forEach((line, place) => {
    const [rank, , probability, sampled] = line.split('\t');
    expect([rank, probability, sampled]).toEqual([list[place]![0], list[place]![3], list[place]![4]]);
  });
  await close();
});

it('is as it was after a reload, and when another view was in front', async () => {
  const { page, close } = await open();
  await token(page, 17).click();
  await slide(page, 'Top-p', 0.8);
  await page.getByRole('tab', { name: 'Heads' }).click();
  await page.getByRole('tab', { name: 'Next token' }).click();
  expect(await shown(page)).toBe(17);
  await expect
    .poll(() => lastState(page))
    .toMatchObject({ view: 'next', next: { position: 17, temperature: 1, topK: 0, topP: 0.8, minP: 0 } });
  await page.reload();
  await page.waitForFunction(() => window.standIn.calls.some((call) => call.method === 'ready'));
  await page.evaluate(async (given) => void (await window.standIn.show({ layers: 2, heads: 2, text: given })), text);
  expect(await shown(page)).toBe(17);
  expect(await page.getByRole('slider', { name: 'Top-p' }).inputValue()).toBe('0.8');
  // A shorter run has no such token.
  await page.evaluate(async () => void (await window.standIn.show({ layers: 2, heads: 2, text: 'def add(a, b):' })));
  expect(await shown(page)).toBeLessThan(9);
  await close();
});

it('keeps a token that is chosen in the same frame as a filter', async () => {
  const { page, close } = await open();
  await token(page, 3).click();
  expect(await shown(page)).toBe(3);
  await page.evaluate(() => {
    document.querySelector<HTMLElement>('[data-token="12"]')?.click();
    const slider = [...document.querySelectorAll<HTMLInputElement>('input[type="range"]')].find(({ max }) => max === '2');
    if (!slider) throw new Error('There is no slider of the temperature.');
    slider.value = '0.5';
    slider.dispatchEvent(new Event('input', { bubbles: true }));
  });
  await expect.poll(() => lastState(page)).toMatchObject({ next: { position: 12, temperature: 0.5 } });
  await close();
});

it('says what went wrong, asks again, and leaves the newest answer standing', async () => {
  const { page, close } = await open();
  await page.evaluate(() => (window.standIn.failing = ['nextToken']));
  await token(page, 5).click();
  await page.getByText('The stand-in was told to fail nextToken.').waitFor();
  await page.evaluate(() => (window.standIn.failing = []));
  await page.getByRole('button', { name: 'Try again' }).click();
  expect(await shown(page)).toBe(5);
  await page.evaluate(() => (window.standIn.delay = 60));
  for (const position of [3, 8, 2, 11]) await token(page, position).click();
  expect(await shown(page)).toBe(11);
  await page.waitForTimeout(200);
  expect(await shown(page)).toBe(11);
  await close();
});

it('says in place of the view why a model predicts nothing, and of tensors that there is no text', async () => {
  const panel = await harness.open({});
  const { page } = panel;
  await page.evaluate(() => (window.standIn.refusing = { predictions: 'not-autoregressive' }));
  await page.evaluate(async (given) => void (await window.standIn.show({ layers: 2, heads: 2, text: given })), text);
  await page.getByRole('tab', { name: 'Next token' }).click();
  await page.getByText('The stand-in refuses predictions.').waitFor();
  expect(await page.getByRole('button', { name: 'Try again' }).count()).toBe(0);
  await page.evaluate(async () => void (await window.standIn.show({ layers: 2, heads: 2, positions: 8 })));
  await page.getByText('This run was made on tensors').waitFor();
  await panel.close();
});

it('keeps up with the keyboard on 1,024 tokens', async () => {
  const { page, run, close } = await open({ text: 'def f(x): return x + 1\n'.repeat(200).slice(0, 4000) }, { width: 320 });
  expect(run.tokens!.length).toBeGreaterThan(1_024);
  await page.getByRole('listbox').focus();
  await page.keyboard.press('Home');
  for (let i = 0; i < 40; i++) await page.keyboard.press('ArrowRight');
  expect(await shown(page)).toBe(40);
  // An element that is there stays: only what has changed is touched.
  const kept = await page.evaluate(async () => {
    const before = [...document.querySelectorAll('.token')];
    const changes: Node[] = [];
    const observer = new MutationObserver((records) => changes.push(...records.map(({ target }) => target)));
    observer.observe(document.querySelector('.token-text')!, { subtree: true, attributes: true, childList: true });
    document.querySelector('.token-text')!.dispatchEvent(new KeyboardEvent('keydown', { key: 'ArrowRight', bubbles: true }));
    await new Promise((resolve) => setTimeout(resolve, 100));
    observer.disconnect();
    return {
      same: before.every((element, index) => element === document.querySelectorAll('.token')[index]),
      touched: new Set(changes).size,
    };
  });
  expect(kept.same).toBe(true);
  expect(kept.touched).toBeLessThanOrEqual(4);
  await close();
});

interface Finding {
  id: string;
  nodes: { html: string; any: { message: string }[] }[];
}

describe.each(Object.keys(themes) as ThemeName[])('in the theme %s', (theme) => {
  it.each([320, 640, 1100])('%d px wide: nothing to complain of for axe, the policy or the console, and nothing cut off', async (width) => {
    const { page, complaints, close } = await open({}, { theme, width });
    await slide(page, 'Top-k', 7);
    expect(complaints).toEqual([]);
    expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
    await page.evaluate(axe);
    const found = await page.evaluate(async () => {
      const { axe: engine } = window as unknown as { axe: { run(): Promise<{ violations: Finding[] }> } };
      return (await engine.run()).violations.flatMap(({ id, nodes }) =>
        nodes.map((node) => `${id}: ${node.html} ${node.any.map((check) => check.message).join()}`),
      );
    });
    expect(found).toEqual([]);
    const wide = await page.evaluate(() =>
      ['.next', '.reading-side', '.token-text', 'html'].filter((selector) => {
        const element = document.querySelector(selector)!;
        return element.scrollWidth > element.clientWidth;
      }),
    );
    expect(wide).toEqual([]);
    await close();
  });
});

it.each(['dark', 'light'] as const)('can be told apart where the system forces its colours, %s', async (forcedColors) => {
  const theme = forcedColors === 'dark' ? 'highContrast' : 'highContrastLight';
  const { page, close } = await open({}, { theme, forcedColors });
  const colours = await page
    .locator('.token')
    .evaluateAll((all) => new Set(all.map((each) => getComputedStyle(each).backgroundColor)).size);
  expect(colours).toBeGreaterThan(10);
  const ground = await page.evaluate(() => getComputedStyle(document.body).backgroundColor);
  const underlined = await page
    .locator('.tab')
    .evaluateAll((tabs) => tabs.map((tab) => [tab.getAttribute('aria-selected'), getComputedStyle(tab).borderBottomColor] as const));
  for (const [selected, colour] of underlined) expect(colour === ground).toBe(selected === 'false');
  expect(
    await page
      .locator('.bar.before')
      .first()
      .evaluate((bar) => getComputedStyle(bar).backgroundColor),
  ).not.toBe(ground);
  expect(
    await page
      .locator('.bar.after')
      .first()
      .evaluate((bar) => getComputedStyle(bar).borderTopColor),
  ).not.toBe(ground);
  await close();
});
