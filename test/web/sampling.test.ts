import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { GenerationRequest } from '../../src/protocol/generation.ts';
import type { GanRun, GanSettings, PictureRequest, PictureRun, SamplingChoices, TextRun } from '../../src/protocol/sampling.ts';
import { audit } from './audit.ts';
import { nextFrames, startHarness, type Harness, type OpenPanel, type PanelOptions } from './harness.ts';
import type {} from './standIn/sampling.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => {
  harness = await startHarness({ view: 'sampling', standIn: 'sampling.ts' });
});
afterAll(async () => harness.close());

async function open(options: PanelOptions = {}): Promise<OpenPanel> {
  const panel = await harness.open({ width: 320, ...options });
  await panel.page.waitForSelector('.sampling');
  return panel;
}
const calls = <T>(page: Page, method: string): Promise<T[]> =>
  page.evaluate((name) => window.sampling.calls.filter((call) => call.method === name).map(({ params }) => params as never), method);
const request = async (page: Page): Promise<GenerationRequest> =>
  (await calls<{ request: GenerationRequest }>(page, 'continueText')).at(-1)!.request;
const choices = async (page: Page): Promise<SamplingChoices> => (await calls<{ choices: SamplingChoices }>(page, 'choose')).at(-1)!.choices;
const kept = async (page: Page): Promise<TextRun> => (await calls<{ run: TextRun }>(page, 'keep')).at(-1)!.run;
const hold = (page: Page): Promise<void> => page.evaluate(() => void (window.sampling.held = 0));
const release = async (page: Page, count: number): Promise<void> => {
  await page.evaluate((more) => window.sampling.release(more), count);
  await nextFrames(page);
};
async function continueText(page: Page, tokens = 8): Promise<void> {
  await page.locator('summary').click();
  await page.getByRole('slider', { name: 'Tokens' }).fill(String(tokens));
  await page.locator('vscode-button[icon="play"]').click();
  await page.waitForFunction(() => document.querySelector('.continuation[aria-busy="false"]'));
  await nextFrames(page);
}
const shown = (page: Page): Promise<string[]> => page.locator('.token').allInnerTexts();

describe('continuing a text', () => {
  it('says where, and shows each token as it comes, shaded, with what stands behind it', async () => {
    const { page, complaints, close } = await open();
    expect(await page.locator('.cursor').innerText()).toContain('loss.py, line 12');
    await hold(page);
    await page.locator('vscode-button[icon="play"]').click();
    await page.locator('.continuation').waitFor();
    expect(await page.locator('.continuation-outcome').innerText()).toBe('The model reads the text…');
    await release(page, 3);
    await expect.poll(() => page.locator('.token').count()).toBe(3);
    expect(await page.locator('.continuation').getAttribute('aria-busy')).toBe('true');
    await release(page, 61);
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toContain('64 tokens, as many as were asked for');
    expect(await request(page)).toMatchObject({ continuation: [], settings: { seed: 1, maxTokens: 64 } });
    // A token that was as good as certain has the ground's colour, one that was not another.
    const colours = await page.locator('.token').evaluateAll((all) => all.map((each) => getComputedStyle(each).backgroundColor));
    expect(new Set(colours).size).toBeGreaterThan(3);
    expect((await kept(page)).nodes).toHaveLength(64);
    expect(complaints).toEqual([]);
    await close();
  });

  it('stops at a key and keeps what has come; what has brought nothing is no run', async () => {
    const { page, close } = await open();
    await hold(page);
    await page.keyboard.press('Control+Enter');
    await release(page, 5);
    await expect.poll(() => page.locator('.token').count()).toBe(5);
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('Stopped after 5 tokens.');
    expect((await kept(page)).nodes).toHaveLength(5);
    await page.keyboard.press('Control+Enter');
    await page.locator('.continuation[aria-busy="true"]').waitFor();
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.history-run').count()).toBe(1);
    await close();
  });

  it('goes on from an alternative, and keeps both branches', async () => {
    const { page, close } = await open();
    await continueText(page);
    await page.locator('[data-token="2"]').click();
    await expect.poll(() => page.locator('.alternatives h2').innerText()).toContain('(token 3)');
    await page.locator('.alternatives').getByRole('button', { name: 'lambda' }).click();
    await expect.poll(() => page.locator('.branch').count()).toBe(2);
    const { continuation, settings } = await request(page);
    // Two tokens as they were, the alternative, and as many more as there were.
    expect(continuation).toHaveLength(3);
    expect(continuation[2]).toBe(2);
    expect(settings.maxTokens).toBe(5);
    await expect.poll(() => page.locator('.continuation[aria-busy="false"]').count()).toBe(1);
    await expect.poll(async () => (await shown(page))[2]).toBe('·lambda');
    await page.locator('.branch:not([aria-current])').click();
    await nextFrames(page);
    await expect.poll(async () => (await shown(page))[2]).not.toBe('·lambda');
    // The alternative was tried: it is gone to, not made again.
    const before = (await calls(page, 'continueText')).length;
    await page.locator('[data-token="2"]').click();
    await page.locator('.alternatives').getByRole('button', { name: 'lambda' }).click();
    await nextFrames(page);
    await expect.poll(async () => (await shown(page))[2]).toBe('·lambda');
    expect(await calls(page, 'continueText')).toHaveLength(before);
    // From a token with Alt and an arrow key too.
    await page.locator('[data-token="2"]').click();
    await page.locator('.token-text').press('Alt+ArrowUp');
    await nextFrames(page);
    await expect.poll(async () => (await shown(page))[2]).not.toBe('·lambda');
    await close();
  });

  it('tells what else could stand in the place of the token that is pointed at', async () => {
    const { page, close } = await open();
    await continueText(page);
    await page.locator('[data-token="1"]').hover();
    const tooltip = page.locator('.alternatives-tooltip');
    expect(await tooltip.locator('li').count()).toBe(5);
    await page.keyboard.press('Escape');
    expect(await tooltip.isVisible()).toBe(false);
    await close();
  });

  it('inserts, copies, explains the step that is chosen, and goes on', async () => {
    const { page, close } = await open();
    await continueText(page);
    const tool = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
    await tool('Insert at the cursor');
    const text = (await kept(page)).outcome!.text;
    expect(await calls(page, 'insert')).toMatchObject([{ text, from: { origin: { name: 'loss.py' } } }]);
    await tool('Copy the continuation');
    expect(await calls(page, 'copy')).toMatchObject([{ text }]);
    await page.locator('[data-token="3"]').click();
    await tool('Explain attention of this step');
    expect(await calls<{ tokens: number[] }>(page, 'explain')).toMatchObject([{ model: 'code-transformer', tokens: { length: 4 } }]);
    await tool('Go on');
    await expect.poll(() => page.locator('.token').count()).toBe(16);
    expect((await request(page)).continuation).toHaveLength(8);
    await close();
  });

  it('says what went wrong, and closes it', async () => {
    const { page, close } = await open();
    await page.evaluate(() => void (window.sampling.failure = 'own.onnx gives no logits.'));
    await page.locator('vscode-button[icon="play"]').click();
    expect(await page.getByRole('alert').innerText()).toBe('own.onnx gives no logits.');
    expect(await page.locator('.history-run').count()).toBe(0);
    await page.getByRole('button', { name: 'Close' }).click();
    await expect.poll(() => page.getByRole('alert').count()).toBe(0);
    await close();
  });
});

describe('what is continued', () => {
  it('is a prompt where one is written', async () => {
    const { page, close } = await open();
    await page.getByText('Prompt', { exact: true }).click();
    await expect.poll(() => page.locator('vscode-button[icon="play"]').getAttribute('disabled')).not.toBeNull();
    await page.getByRole('textbox', { name: 'Prompt' }).fill('def f(');
    await page.locator('vscode-button[icon="play"]').click();
    await expect.poll(async () => (await request(page)).prompt).toBe('def f(');
    await expect.poll(() => choices(page)).toMatchObject({ source: 'prompt', prompt: 'def f(' });
    await close();
  });

  it('follows the editor, and says what to do where there is none', async () => {
    const { page, close } = await open();
    await page.evaluate(() => window.sampling.page.target({ target: null }));
    await expect.poll(() => page.locator('.ask').innerText()).toContain('Open a text');
    expect(await page.locator('vscode-button[icon="play"]').getAttribute('disabled')).not.toBeNull();
    const target = { uri: 'file:///b.py', name: 'b.py', offset: 3, line: 4, tail: 'x = ' };
    await page.evaluate((what) => window.sampling.page.target({ target: what }), target);
    await expect.poll(() => page.locator('.cursor').innerText()).toContain('b.py, line 4');
    await page.evaluate(() => window.sampling.page.start({}));
    await expect.poll(async () => (await calls(page, 'continueText')).length).toBe(1);
    await close();
  });

  it('runs on the model that is chosen', async () => {
    const { page, close } = await open();
    await page.locator('.model.chosen').click();
    await page.locator('.model-list .model').filter({ hasText: 'own.onnx' }).click();
    expect(await choices(page)).toMatchObject({ model: '/models/own.onnx' });
    await page.locator('.model.chosen').click();
    await page.getByRole('button', { name: 'Add a model…' }).click();
    expect(await calls(page, 'addModel')).toHaveLength(1);
    expect(await choices(page)).toMatchObject({ model: '/models/own.onnx' });
    // The one that is added is chosen.
    await page.evaluate(() => void (window.sampling.added = 'vae-glyphs'));
    await page.getByRole('button', { name: 'Add a model…' }).click();
    await expect.poll(async () => (await choices(page)).model).toBe('vae-glyphs');
    await page.getByRole('button', { name: 'Remove own.onnx from the list (its files stay)' }).click();
    expect(await calls(page, 'removeModel')).toEqual([{ model: '/models/own.onnx' }]);
    await page.locator('.model-list .model').filter({ hasText: 'own.onnx' }).click();
    await page.locator('.model.chosen').click();
    await page.getByRole('button', { name: 'Remove own.onnx', exact: true }).click();
    expect(await calls(page, 'removeModel')).toHaveLength(2);
    // Only a bundled one has a card.
    expect(await page.getByRole('button', { name: /^Card of/ }).count()).toBe(0);
    const { models } = await page.evaluate(() => window.sampling.content);
    await page.evaluate((listed) => window.sampling.page.models({ models: listed, canAdd: false }), models);
    await expect.poll(() => page.getByRole('button', { name: 'Add a model…' }).count()).toBe(0);
    await close();
  });
});

describe('settings', () => {
  it('have what the method needs, and are kept', async () => {
    const { page, close } = await open();
    await page.locator('summary').click();
    await page.getByRole('slider', { name: 'Temperature' }).fill('1.5');
    await page.getByRole('slider', { name: 'Repetition' }).fill('0.2');
    await page.locator('input[placeholder]').fill(String.raw`def, \n\n`);
    await page.locator('input[placeholder]').press('Enter');
    await page.getByRole('spinbutton').fill('42');
    await page.getByRole('spinbutton').press('Enter');
    expect((await choices(page)).decoding).toMatchObject({ temperature: 1.5, repetitionPenalty: 1.2, stop: ['def', '\n\n'], seed: 42 });
    await page.getByRole('combobox', { name: 'Method' }).selectOption('Beam search');
    await expect.poll(() => page.getByRole('slider', { name: 'Temperature' }).count()).toBe(0);
    expect(await page.getByRole('spinbutton').count()).toBe(0);
    await page.getByRole('slider', { name: 'Beams' }).fill('0');
    expect((await choices(page)).decoding).toMatchObject({ method: 'beam', beams: 1 });
    await page.getByRole('button', { name: 'Back to the settings of the beginning' }).click();
    expect((await choices(page)).decoding).toMatchObject({ method: 'sample', temperature: 0.8, stop: [] });
    await close();
  });

  it('are copied and pasted with their model, and one that is not here is told', async () => {
    const { page, close } = await open();
    await page.locator('summary').click();
    await page.getByRole('button', { name: 'Copy these settings' }).click();
    const [copied] = await calls<{ text: string }>(page, 'copy');
    expect(JSON.parse(copied!.text)).toMatchObject({ model: 'code-transformer', decoding: { temperature: 0.8, seed: 1 } });
    await page.getByRole('button', { name: 'Paste settings' }).click();
    await expect.poll(async () => (await choices(page)).decoding).toMatchObject({ temperature: 1.3, seed: 7, topP: 0.95 });
    await page.evaluate(() => void (window.sampling.pasted = { model: 'gone', decoding: { seed: 8 } }));
    await page.getByRole('button', { name: 'Paste settings' }).click();
    expect(await page.getByRole('alert').innerText()).toContain('“gone”');
    await close();
  });
});

describe('the last runs', () => {
  it('are shown again, laid side by side with what differs, and forgotten', async () => {
    const { page, close } = await open({ width: 800 });
    await continueText(page);
    await page.getByRole('spinbutton').fill('5');
    await page.getByRole('spinbutton').press('Enter');
    await page.locator('vscode-button[icon="play"]').click();
    await expect.poll(() => page.locator('.history-run').count()).toBe(2);
    await page.locator('vscode-toolbar-button[icon="split-horizontal"]').click();
    await expect.poll(() => page.locator('.continuation').count()).toBe(2);
    expect(await page.locator('.differences tbody tr').allInnerTexts()).toEqual(['seed\t5\t1']);
    const boxes = await page.locator('.continuation').evaluateAll((all) => all.map((each) => each.getBoundingClientRect().top));
    expect(boxes[0]).toBe(boxes[1]);
    // The one beside is shown alone, once it is the one shown.
    await page.locator('.history-run:not(.shown) .history-open').click();
    await expect.poll(() => page.locator('.continuation').count()).toBe(1);
    await page.getByRole('button', { name: 'Forget this run' }).first().click();
    await expect.poll(() => page.locator('.history-run').count()).toBe(1);
    await page.getByRole('button', { name: 'Forget all runs' }).click();
    await expect.poll(() => page.locator('.history, .continuation').count()).toBe(0);
    await close();
  });
});

describe('sampling a GAN', () => {
  async function openGan(options: PanelOptions = {}): Promise<OpenPanel> {
    const panel = await open(options);
    await panel.page.locator('.model.chosen').click();
    await panel.page.locator('.model-list .model').filter({ hasText: 'GAN of glyphs' }).click();
    await panel.page.getByRole('combobox', { name: 'Class' }).waitFor();
    return panel;
  }
  const sample = async (page: Page): Promise<void> => {
    await page.locator('vscode-button[icon="play"]').click();
    await page.waitForFunction(() => document.querySelector('.continuation[aria-busy="false"]'));
    await nextFrames(page);
  };
  const ask = async (page: Page): Promise<GanSettings> => (await calls<{ settings: GanSettings }>(page, 'sampleGan')).at(-1)!.settings;

  it('shows each as it comes, with class and score, and what is seen in the first line', async () => {
    const { page, complaints, close } = await openGan();
    await expect
      .poll(() => page.locator('.headline').innerText())
      .toBe('GAN of glyphs generates 36 samples from noise, each class in turn.');
    await hold(page);
    await page.locator('vscode-button[icon="play"]').click();
    await release(page, 1);
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('16 of 36…');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('Stopped after 16.');
    await expect
      .poll(() => page.locator('.headline').innerText())
      .toMatch(/^16 samples of GAN of glyphs, seed 1, each class in turn; the discriminator scores them −0\.\d+ to 0\.\d+/);
    const { run } = (await calls<{ run: GanRun }>(page, 'keep')).at(-1)!;
    expect(run).toMatchObject({ kind: 'gan', classes: [...'ABCABCABCABCABCA'] });
    expect(run.scores).toHaveLength(16);
    expect(complaints).toEqual([]);
    await close();
  });

  it('truncates, takes one class and another first sample, and says so', async () => {
    const { page, close } = await openGan();
    const truncation = page.getByRole('slider', { name: 'Truncation' });
    expect(await truncation.getAttribute('aria-valuetext')).toBe('off');
    expect(await page.locator('.slider').filter({ hasText: 'Truncation' }).getAttribute('title')).toContain(
      'Truncated normal: numbers of z that are larger',
    );
    await truncation.fill('0.7');
    await page.getByRole('combobox', { name: 'Class' }).selectOption('B');
    await page.getByRole('spinbutton', { name: 'First sample' }).fill('12');
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: 'Samples' }).fill('4');
    await sample(page);
    expect(await ask(page)).toMatchObject({ truncation: 0.7, class: 1, first: 12, count: 4, seed: 1, from: 'prior' });
    await expect.poll(() => page.locator('.headline').innerText()).toContain('class B, numbers of z above 0.7 in size drawn again');
    // A place on the slider that is no truncation is none.
    await truncation.fill('0.05');
    expect((await choices(page)).gan.truncation).toBeNull();
    // What is no number gives way to the one before.
    await page.getByRole('spinbutton', { name: 'First sample' }).fill('-3');
    await page.keyboard.press('Enter');
    expect(await page.getByRole('spinbutton', { name: 'First sample' }).inputValue()).toBe('12');
    await page.getByRole('button', { name: 'Back to the settings of the beginning' }).click();
    expect((await choices(page)).gan).toMatchObject({ truncation: null, class: 'each', first: 0 });
    await close();
  });

  it('shows z of the sample that is chosen, and walks from one to another', async () => {
    const { page, close } = await openGan();
    await sample(page);
    await page.locator('.picture-grid').focus();
    await page.keyboard.press('ArrowRight');
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('Sample 0 of seed 1: A, score 0.084.');
    await expect.poll(() => page.locator('.noise figcaption').innerText()).toMatch(/^z: 8 numbers, length \d\.\d\d/);
    await page.getByRole('button', { name: 'Walk from sample 0 of seed 1' }).click();
    await page.locator('.picture').nth(5).click();
    await page.getByRole('button', { name: 'Walk to sample 5 of seed 1' }).click();
    await page.getByRole('radio', { name: 'Linear' }).check({ force: true });
    await page.getByRole('spinbutton', { name: 'seed' }).nth(1).fill('9');
    await page.keyboard.press('Enter');
    await page.getByRole('slider', { name: 'Steps' }).fill('7');
    await sample(page);
    const walk = { from: { seed: 1, sample: 0 }, to: { seed: 9, sample: 5 }, way: 'linear' };
    expect(await ask(page)).toMatchObject({ from: 'walk', count: 7, walk });
    await expect
      .poll(() => page.locator('.headline').innerText())
      .toMatch(/^7 steps of a linear walk of GAN of glyphs from sample 0 of seed 1 to sample 5 of seed 9/);
    await page.locator('.picture').nth(3).click();
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toMatch(/^Step 4 of 7: A, score/);
    // A step on the way is no sample that could be walked from.
    expect(await page.getByRole('button', { name: /^Walk from/ }).count()).toBe(0);
    expect(await calls(page, 'zOf')).toMatchObject([{ index: 0 }, { index: 5 }, { index: 3 }]);
    await close();
  });

  it('lays two settings side by side, saves, copies and pastes', async () => {
    const { page, close } = await openGan({ width: 800 });
    await sample(page);
    await page.getByRole('slider', { name: 'Truncation' }).fill('1');
    await sample(page);
    await page.locator('vscode-toolbar-button[icon="split-horizontal"]').click();
    await expect.poll(() => page.locator('.continuation').count()).toBe(2);
    expect(await page.locator('.differences tbody tr').allInnerTexts()).toEqual(['truncation\t1\tnull']);
    await page.getByRole('button', { name: 'Save the numbers as .npy' }).first().click();
    await page.getByRole('button', { name: 'Save the pictures as PNG' }).first().click();
    await expect
      .poll(() => calls(page, 'save'))
      .toMatchObject([{ png: null, run: { settings: { truncation: 1 } } }, { run: { kind: 'gan' } }]);
    await page.getByRole('button', { name: 'Copy the settings of this run' }).first().click();
    const [copied] = await calls<{ text: string }>(page, 'copy');
    expect(JSON.parse(copied!.text)).toMatchObject({ model: 'gan-glyphs', gan: { truncation: 1, seed: 1, class: 'each' } });
    await page.evaluate(() => (window.sampling.pasted = { model: 'gan-glyphs', gan: { seed: 77, truncation: null } }));
    await page.getByRole('button', { name: 'Paste settings' }).click();
    await expect.poll(async () => (await choices(page)).gan).toMatchObject({ seed: 77, truncation: null, class: 'each' });
    await close();
  });

  it('offers no truncation of noise that has two ends', async () => {
    const panel = await open();
    await panel.page.evaluate(() => (window.sampling.truncates = false));
    await panel.page.locator('.model.chosen').click();
    await panel.page.locator('.model-list .model').filter({ hasText: 'GAN of glyphs' }).click();
    await panel.page.getByRole('combobox', { name: 'Class' }).waitFor();
    expect(await panel.page.getByRole('slider', { name: 'Truncation' }).count()).toBe(0);
    await panel.close();
  });

  it.each(Object.keys(themes) as ThemeName[])('has no fault that axe finds, in %s', async (theme) => {
    const { page, close } = await openGan({ theme, width: theme === 'dark' ? 220 : 420 });
    await page.getByRole('radio', { name: 'Walk between two' }).check({ force: true });
    await sample(page);
    await page.locator('.picture').nth(0).click();
    await page.locator('.noise').waitFor();
    expect(await page.locator('.sampling').evaluate((element) => element.scrollWidth - element.clientWidth)).toBe(0);
    expect(await audit(page)).toEqual([]);
    await close();
  });
});

describe('sampling pictures', () => {
  async function openVae(options: PanelOptions = {}): Promise<OpenPanel> {
    const panel = await open(options);
    await panel.page.locator('.model.chosen').click();
    await panel.page.locator('.model-list .model').filter({ hasText: 'VAE of glyphs' }).click();
    return panel;
  }
  const sample = async (page: Page): Promise<void> => {
    await page.locator('vscode-button[icon="play"]').click();
    await page.waitForFunction(() => document.querySelector('.continuation[aria-busy="false"]'));
    await nextFrames(page);
  };
  const waiting = (page: Page): Promise<number> => page.locator('.picture.waiting').count();
  const ask = async (page: Page): Promise<PictureRequest> => (await calls<PictureRequest>(page, 'samplePictures')).at(-1)!;

  it('shows each as it comes, and keeps those that have come when it is stopped', async () => {
    const { page, complaints, close } = await openVae();
    await expect.poll(() => page.locator('.headline').innerText()).toContain('36 samples of z from the prior N(0, I)');
    await hold(page);
    await page.locator('vscode-button[icon="play"]').click();
    await release(page, 1);
    await expect.poll(() => waiting(page)).toBe(20);
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('16 of 36 samples…');
    await page.keyboard.press('Escape');
    await expect.poll(() => page.locator('.continuation-outcome').innerText()).toBe('Stopped after 16 samples.');
    const { run } = (await calls<{ run: PictureRun }>(page, 'keep')).at(-1)!;
    expect(run.levels).toHaveLength(16 * 784);
    expect(await ask(page)).toMatchObject({ model: 'vae-glyphs', around: null, settings: { count: 36, seed: 1, temperature: 1 } });
    // What is drawn are the numbers that came.
    const drawn = await page
      .locator('.picture')
      .nth(3)
      .evaluate((canvas) => {
        const { width, height } = canvas as HTMLCanvasElement;
        return [...(canvas as HTMLCanvasElement).getContext('2d')!.getImageData(0, 0, width, height).data];
      });
    const expected = [...run.levels.subarray(3 * 784, 4 * 784)].flatMap((level) => [level, level, level, 255]);
    expect(drawn).toEqual(expected);
    expect(complaints).toEqual([]);
    await close();
  });

  it('samples around one that is chosen, around the image that is open, and around a file', async () => {
    const { page, close } = await openVae();
    await sample(page);
    await page.locator('.picture-grid').focus();
    await page.keyboard.press('ArrowRight');
    await page.keyboard.press('ArrowDown');
    await nextFrames(page);
    expect(await page.locator('.continuation-outcome').innerText()).toContain('Sample 6 is chosen');
    await page.getByRole('button', { name: 'Sample around sample 6' }).click();
    expect(await page.locator('.around').innerText()).toContain('sample 6 of seed 1');
    await sample(page);
    expect(await ask(page)).toMatchObject({ settings: { from: 'around' }, around: { name: 'sample 6 of seed 1', shape: { width: 28 } } });
    await page.getByRole('button', { name: 'Open image' }).click();
    await expect.poll(() => page.locator('.around').innerText()).toContain('a.png');
    await page.getByRole('button', { name: 'Pick a file…' }).click();
    expect(await calls(page, 'pickPicture')).toEqual([
      { model: 'vae-glyphs', pick: false },
      { model: 'vae-glyphs', pick: true },
    ]);
    await close();
  });

  it('lays two settings side by side, saves, and copies what it was sampled with', async () => {
    const { page, close } = await openVae({ width: 800 });
    await sample(page);
    await page.getByRole('slider', { name: 'Temperature' }).fill('0.5');
    await sample(page);
    await page.locator('vscode-toolbar-button[icon="split-horizontal"]').click();
    await expect.poll(() => page.locator('.continuation').count()).toBe(2);
    expect(await page.locator('.differences tbody tr').allInnerTexts()).toEqual(['temperature\t0.5\t1']);
    await page.getByRole('button', { name: 'Save the numbers as .npy' }).first().click();
    expect(await calls(page, 'save')).toMatchObject([{ png: null, run: { settings: { temperature: 0.5 } } }]);
    await page.getByRole('button', { name: 'Copy the settings of this run' }).first().click();
    const [copied] = await calls<{ text: string }>(page, 'copy');
    expect(JSON.parse(copied!.text)).toMatchObject({ model: 'vae-glyphs', pictures: { temperature: 0.5, seed: 1, count: 36 } });
    await close();
  });

  it('has no fault that axe finds', async () => {
    const { page, complaints, close } = await openVae();
    await sample(page);
    await page.locator('.picture').nth(2).click();
    await nextFrames(page);
    expect(complaints).toEqual([]);
    expect(await audit(page)).toEqual([]);
    await close();
  });
});

describe('how it looks', () => {
  const names = Object.keys(themes) as ThemeName[];
  it.each(names)('has no fault that axe finds, in %s', async (theme) => {
    const { page, complaints, close } = await open({ theme });
    await continueText(page);
    await page.locator('[data-token="2"]').click();
    await page.locator('.alternatives').getByRole('button', { name: 'lambda' }).click();
    await page.locator('.model.chosen').click();
    await expect.poll(() => page.locator('.branch').count()).toBe(2);
    expect(complaints).toEqual([]);
    expect(await audit(page)).toEqual([]);
    await close();
  });

  it('has all in sight at 240 pixels, and nothing that scrolls sideways', async () => {
    const { page, close } = await open({ width: 240 });
    await continueText(page);
    const wide = await page.locator('.sampling').evaluate((main) => main.scrollWidth - main.clientWidth);
    expect(wide).toBeLessThanOrEqual(0);
    await close();
  });
});
