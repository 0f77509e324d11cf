import { encode } from 'fast-png';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { crc32 } from 'node:zlib';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../src/formats/npy.ts';
import { readPng } from '../../src/formats/png.ts';
import { inputsOf, type DataSet } from '../../src/models/dataset.ts';
import { openDataSet } from '../../src/models/openDataSet.ts';
import { readBundledModel } from '../../src/models/registry.ts';
import { sourceOfBundled } from '../../src/models/vae/source.ts';
import type { Remote } from '../../src/protocol/rpc.ts';
import type { VaeService } from '../../src/protocol/vae.ts';
import { root } from '../setup/paths.ts';
import { settings } from '../unit/engine/inference/support/service.ts';
import { startVae } from '../unit/engine/inference/vae/support.ts';
import { imageFile } from '../unit/images.ts';
import { closeEditors, inferenceProcess, inferenceProcesses, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';

const model = 'vae-glyphs-2';
const title = 'VAE of glyphs, 2 dimensions';
const heldOut: DataSet = await openDataSet(`${path.join(root, 'models/glyphs')}#held out`);
/** An “A” of the held-out fonts, black on white turned as the data is. */
const glyph = heldOut.items.slice(0, 784) as Uint8Array;
const glyphPng = encode({ width: 28, height: 28, data: glyph, channels: 1, depth: 8 });
const deepPng = encode({ width: 28, height: 28, data: Uint16Array.from(glyph, (level) => level * 257), channels: 1, depth: 16 });

/** The first two glyphs beside each other. */
const pair = new Uint8Array(2 * 784).map(
  (_, at) => heldOut.items[784 * Math.floor((at % 56) / 28) + 28 * Math.floor(at / 56) + (at % 28)]!,
);

/** A PNG whose header says that it has so many pixels; there is no picture behind it. */
function hugePng(width: number, height: number): Uint8Array {
  const header = Buffer.alloc(33);
  header.set([137, 80, 78, 71, 13, 10, 26, 10]);
  header.writeUInt32BE(13, 8);
  header.write('IHDR', 12, 'latin1');
  header.writeUInt32BE(width, 16);
  header.writeUInt32BE(height, 20);
  header.set([8, 0, 0, 0, 0], 24);
  header.writeUInt32BE(crc32(header.subarray(12, 29)), 29);
  return header;
}

const files = {
  'glyph.png': glyphPng,
  'deep.png': deepPng,
  'pair.png': encode({ width: 56, height: 28, data: pair, channels: 1, depth: 8 }),
  'cmyk.jpg': await imageFile('cmyk.jpg'),
  'corrupt.png': glyphPng.slice(0, 60),
  'huge.png': hugePng(12_000, 9_000),
  'empty.png': new Uint8Array(0),
};

let reference: Remote<VaeService>;
beforeAll(async () => {
  reference = startVae();
  const folder = path.join(root, 'models', model);
  await reference.load({ source: sourceOfBundled(await readBundledModel(folder), folder), settings });
});

describe('the latent space', () => {
  let editor: Editor;
  editorOn(files, (opened) => (editor = opened));
  afterEach(async () => {
    await closeEditors(editor);
    // The editor's own view of images complains of those that are damaged.
    expect((await problemsOf(editor)).filter((problem) => !problem.includes('Error loading image'))).toEqual([]);
  });

  const headline = (frame: Frame): Promise<string> => frame.locator('.headline').innerText();
  const encoded = async (frame: Frame): Promise<void> =>
    until(
      'the data is encoded',
      async () => (await frame.locator('.latent-plane .plot').isVisible()) && (await frame.locator('.banner.busy').count()) === 0,
      120_000,
    ).then(() => undefined);
  async function page(): Promise<Frame> {
    await editor.command('Genlens: Open Latent Space');
    const frame = await editor.panelFrame('Latent Space');
    await frame.locator('.headline').waitFor();
    return frame;
  }
  /** The panel on the model of two dimensions, with its points. */
  async function opened(): Promise<Frame> {
    const frame = await page();
    const models = frame.getByRole('combobox', { name: 'Model' });
    if ((await models.inputValue()) !== title) await models.selectOption(title);
    await encoded(frame);
    return frame;
  }
  async function pickMiddle(frame: Frame): Promise<void> {
    await frame.locator('.plot').focus();
    await editor.page.keyboard.press('0');
    await editor.page.keyboard.press('Enter');
    await editor.page.keyboard.press('Enter');
    await frame.locator('.formula').waitFor({ timeout: 120_000 });
  }
  /** Where the place that is decoded lies, as it is heard. */
  const place = (frame: Frame): Promise<string | null> =>
    frame.getByRole('button', { name: /^Place that is decoded/ }).getAttribute('aria-label');
  /** Picks a point; the numbers of its picture, as the page was sent them. */
  async function pickedPicture(frame: Frame): Promise<Float32Array> {
    await frame.evaluate(() =>
      addEventListener('message', ({ data }: MessageEvent<{ kind?: string; value?: unknown }>) => {
        if (data.kind === 'result' && data.value instanceof Float32Array) Object.assign(window, { pickedPicture: [...data.value] });
      }),
    );
    await pickMiddle(frame);
    return Float32Array.from(await frame.evaluate(() => (window as unknown as { pickedPicture: number[] }).pickedPicture));
  }
  const told = (value: number): string => value.toFixed(1).replace('-', '−');
  const examined = async (picture: Float32Array): Promise<string> => {
    const { elbo, reconstruction, kl } = await reference.examine({ picture, draws: 64, seed: 1 });
    const error = elbo!.standardError!.toFixed(1);
    return `ELBO ${told(elbo!.mean)} nats ± ${error} = ${told(reconstruction!.mean)} nats − ${told(kl!)} nats.`;
  };

  it('opens on the held-out glyphs; a point that is picked has the ELBO that the service gives it', async () => {
    const frame = await opened();
    expect(await headline(frame)).toMatch(
      new RegExp(`^${heldOut.count.toLocaleString('en')} items of .* in 2 latent dimensions: 2 active, 0 collapsed; mean ELBO −`),
    );
    const picture = await pickedPicture(frame);
    const places = [...Array(heldOut.count).keys()];
    const item = places.find((at) => picture.every((value, index) => Math.abs(255 * value - heldOut.items[784 * at + index]!) < 1e-3));
    expect(item).toBeDefined();
    expect(await headline(frame)).toContain(await examined(inputsOf(heldOut, item!, item! + 1)));
    await frame.getByRole('button', { name: 'Work log p(x) out' }).click();
    await until('log p(x) is there', () => frame.locator('.latent-tightness').isVisible(), 120_000);
    expect(await frame.locator('.formula').innerText()).toMatch(/log p\(x\) = −\d+\.\d\d nats by quadrature around \d+ modes?/);
    await until('the contours are there', async () => (await frame.locator('path.points-shape').count()) === 2, 60_000);
  });

  it('encodes the image that is open, and says what was changed of it or what is wrong with it', async () => {
    const frame = await opened();
    const open = async (name: string): Promise<void> => {
      await editor.openFile(name);
      await editor.command('Genlens: Open Latent Space');
      const shown = await editor.panelFrame('Latent Space');
      await encoded(shown);
      await shown.locator('vscode-toolbar-button[icon="file-media"]').click();
    };
    const close = async (name: string): Promise<void> =>
      editor.evaluateInHost(async (vscode, label) => {
        const tab = vscode.window.tabGroups.all.flatMap(({ tabs }) => tabs).find((each) => each.label === label);
        if (tab) await vscode.window.tabGroups.close(tab);
      }, name);
    const shown = (): Promise<Frame> => editor.panelFrame('Latent Space');
    expect(await frame.locator('.banner').count()).toBe(0);

    await open('glyph.png');
    const told = await examined(inputsOf(heldOut, 0, 1));
    await until('the picture is examined', async () => (await headline(await shown())) === `glyph.png: ${told}`);
    expect(await (await shown()).locator('.banner').count()).toBe(0);
    await close('glyph.png');

    await open('deep.png');
    await until('the picture is examined', async () => (await headline(await shown())) === `deep.png: ${told}`);
    expect(await (await shown()).locator('.banner').allInnerTexts()).toEqual(['deep.png: 16 bits were rounded to 8.']);
    await close('deep.png');

    await open('cmyk.jpg');
    await until('the picture is examined', async () => (await headline(await shown())).startsWith('cmyk.jpg: ELBO'));
    expect(await (await shown()).locator('.banner').innerText()).toMatch(
      /^cmyk\.jpg: four inks \(CMYK\) were turned into red, green and blue .*; colours were turned into grey .*; the size was changed to 28 x 28/,
    );
    await close('cmyk.jpg');

    for (const [name, message] of [
      ['corrupt.png', /^corrupt\.png cannot be read: /],
      ['huge.png', /^huge\.png cannot be read: .*12,?000.*9,?000/],
      ['empty.png', /^empty\.png cannot be read: It is empty\./],
    ] as const) {
      await open(name);
      await until(`the fault of ${name} is told`, async () => message.test(await (await shown()).getByRole('alert').innerText()));
      await close(name);
      await (await shown()).getByRole('button', { name: 'Close' }).click();
    }
  });

  it('encodes a part of the image that is open, also after its process was killed, and over a reload', async () => {
    await opened();
    await editor.openFile('pair.png');
    await editor.command('Genlens: Open Latent Space');
    const frame = await editor.panelFrame('Latent Space');
    await encoded(frame);
    await frame.locator('vscode-toolbar-button[icon="file-media"]').click();
    await until('the picture is examined', async () => (await headline(frame)).startsWith('pair.png: ELBO'));
    expect(await frame.locator('.banner').innerText()).toContain('the size was changed to 28 x 28');
    const selection = frame.getByRole('application', { name: 'Selection of pair.png' });
    await selection.focus();
    for (let left = 0; left < 28; left++) await selection.press('Alt+ArrowRight');
    const second = `Part of pair.png: ${await examined(inputsOf(heldOut, 1, 2))}`;
    await until('its right half is examined', async () => (await headline(frame)) === second);
    expect(await frame.locator('.banner').count()).toBe(0);

    process.kill(await inferenceProcess(editor), 'SIGKILL');
    for (let left = 0; left < 28; left++) await selection.press('ArrowLeft');
    const first = `Part of pair.png: ${await examined(inputsOf(heldOut, 0, 1))}`;
    await until('its left half is examined', async () => (await headline(frame)) === first);

    const { x, y, width, height } = (await frame.locator('.part-frame').boundingBox())!;
    await editor.page.mouse.dblclick(x + width / 4, y + height / 2);
    await until('all of it is examined', async () => (await headline(frame)).startsWith('pair.png: ELBO'));
    await editor.page.mouse.move(x + width - 2, y + height - 2);
    await editor.page.mouse.down();
    await editor.page.mouse.move(x + width / 2, y + 1, { steps: 5 });
    await editor.page.mouse.up();
    await until('what was drawn is examined', async () => (await headline(frame)).startsWith('Part of pair.png: ELBO'));
    const drawn = [await headline(frame), await frame.locator('.part-place').innerText()];

    await reloadWindow(editor);
    const restored = await editor.panelFrame('Latent Space');
    await until('it is there again', async () => (await headline(restored)) === drawn[0]);
    expect(await restored.locator('.part-place').innerText()).toBe(drawn[1]);
  });

  it('goes on when it is asked, after its process was killed', async () => {
    const frame = await opened();
    const data = frame.getByRole('combobox', { name: 'Data' });
    await data.selectOption('Glyphs, trained on');
    await until('it is encoding', async () => (await frame.locator('.banner.busy').allInnerTexts()).join().includes('Encoded'));
    process.kill(await inferenceProcess(editor), 'SIGKILL');
    await frame.getByRole('alert').waitFor();
    expect(await frame.getByRole('alert').innerText()).toMatch(/ended|SIGKILL/);
    await frame.getByRole('button', { name: 'Try again' }).click();
    await until('it is encoding', async () => (await frame.locator('.banner.busy').allInnerTexts()).join().includes('Encoded'));
    expect(await frame.getByRole('alert').count()).toBe(0);
    await data.selectOption('Glyphs, held out');
    await encoded(frame);
    // What was kept of the data goes with the process, and is made again when it is asked for.
    const inference = await inferenceProcess(editor);
    process.kill(inference, 'SIGKILL');
    // What is asked of it before its end is known fails with it.
    await until('its end is known', async () => !(await inferenceProcesses(editor)).includes(inference));
    await editor.evaluateInHost(() => undefined);
    await pickMiddle(frame);
    expect(await headline(frame)).toContain('ELBO');
  });

  it('restores model, place, item and colours over a reload', async () => {
    const before = await opened();
    await pickMiddle(before);
    await before.getByRole('combobox', { name: 'Colour of the points' }).selectOption('Colour: ELBO (nats)');
    const decoded = await place(before);
    const line = await headline(before);
    await reloadWindow(editor);
    const frame = await editor.panelFrame('Latent Space');
    await encoded(frame);
    await frame.locator('.formula').waitFor();
    expect(await frame.getByRole('combobox', { name: 'Model' }).inputValue()).toBe(title);
    expect(await frame.getByRole('combobox', { name: 'Colour of the points' }).inputValue()).toBe('Colour: ELBO (nats)');
    expect(await headline(frame)).toBe(line);
    expect(await place(frame)).toBe(decoded);
  });
});

describe('samples of an autoencoder', () => {
  let editor: Editor;
  editorOn({ 'a.txt': 'a\n' }, (opened) => (editor = opened));
  afterEach(async () => expect(await problemsOf(editor)).toEqual([]));

  const count = 36;
  async function view(): Promise<Frame> {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.sampling.focus'));
    const frame = await until('the view is there', () => editor.panelFrame(/^Sampling/).catch(() => undefined));
    await frame.locator('.model.chosen').click();
    await frame.locator('.model-list .model').filter({ hasText: title }).click();
    return frame;
  }
  async function sampled(frame: Frame): Promise<string[]> {
    const before = await frame.locator('.history-run').count();
    await frame.locator('vscode-button[icon="play"]').click();
    await until('the run is kept', async () => (await frame.locator('.history-run').count()) === before + 1);
    const waiting = frame.locator('.continuation').first().locator('.picture.waiting');
    await until('all samples are there', async () => (await waiting.count()) === 0);
    return frame
      .locator('.continuation')
      .first()
      .locator('.picture')
      .evaluateAll((all) => all.map((canvas) => (canvas as HTMLCanvasElement).toDataURL()));
  }
  async function save(frame: Frame, button: RegExp, name: string): Promise<Buffer> {
    await frame.getByRole('button', { name: button }).first().click();
    await editor.page.locator('.quick-input-widget').waitFor();
    await editor.page.keyboard.press('Enter');
    await editor.page.locator('.notification-toast', { hasText: `Saved ${name}.` }).waitFor();
    return readFile(path.join(editor.workspace, name));
  }

  it('come, are the same for a seed, and are saved as the numbers that the service gives, and as a picture', async () => {
    const frame = await view();
    const first = await sampled(frame);
    expect(new Set(first).size).toBe(count);
    expect(await sampled(frame)).toEqual(first);

    const npy = readNpy(await save(frame, /\.npy/, `${model}-seed-1.npy`));
    expect(npy).toMatchObject({ type: 'float32', shape: [count, 1, 28, 28] });
    const expected = new Float32Array(count * 784);
    await reference.sample(
      { seed: 1, first: 0, count, temperature: 1 },
      { onItem: ({ first: from, pictures }) => expected.set(pictures, from * 784) },
    );
    const found = new Float32Array(npy.data.buffer.slice(npy.data.byteOffset, npy.data.byteOffset + npy.data.byteLength));
    const difference = found.reduce((largest, value, at) => Math.max(largest, Math.abs(value - expected[at]!)), 0);
    expect(difference).toBeLessThan(1e-6);

    const png = readPng(await save(frame, /PNG/, `${model}-seed-1.png`));
    expect([png.width, png.height]).toEqual([6 * 30 - 2, 6 * 30 - 2]);
    // The third sample, in its place in the sheet.
    const at = (row: number, column: number): number => png.levels[(row * png.width + 2 * 30 + column) * png.channels]!;
    for (let row = 0; row < 28; row++)
      for (let column = 0; column < 28; column++)
        expect(Math.abs(at(row, column) - 255 * expected[2 * 784 + row * 28 + column]!)).toBeLessThan(1);
  });
});
