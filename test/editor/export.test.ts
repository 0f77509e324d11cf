/** Exporting a panel: files beside the text, as the user chooses. */

import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Frame } from 'playwright-core';
import { beforeAll, describe, expect, it } from 'vitest';
import { readNpy } from '../../src/formats/npy.ts';
import { elementsOf } from '../../src/formats/elements.ts';
import { commandOnSelection, problemsOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { paletteRows, pick, quickInput } from './harness/palette.ts';
import { until } from './harness/until.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

const exportLabel = 'Genlens: Export Attention...';

describe('Export', () => {
  let editor: Editor;
  let panel: Frame;
  editorOn({ 'shapes.py': shapes }, (opened) => (editor = opened));
  beforeAll(async () => {
    panel = await explainFile(editor, 'shapes.py');
    await until('all heads are drawn', async () => (await panel.locator('.overview-row.pending').count()) === 0);
  });

  const inWorkspace = (name: string): string => path.join(editor.workspace, name);

  /** Chooses a format in the list that is open, and saves under the name that is proposed. */
  async function save(format: string, name: string): Promise<string> {
    await pick(editor.page, format);
    const field = await quickInput(editor.page);
    await until('the dialog proposes a name', async () => (await field.inputValue()).endsWith(name));
    expect(await field.inputValue()).toBe(inWorkspace(name));
    await field.press('Enter');
    await until(`${name} is there`, () => existsSync(inWorkspace(name)));
    await editor.page.locator('.notification-toast', { hasText: `Saved ${name}.` }).waitFor();
    return inWorkspace(name);
  }

  /** The formats that are offered, once they are. */
  async function formats(): Promise<string[]> {
    await editor.page.locator('.quick-input-widget input[placeholder="What to make of what is shown"]').waitFor();
    // A label is led by its icon; what is told of it is not.
    return (await paletteRows(editor.page)).filter((label) => label.startsWith(' ')).map((label) => label.trim());
  }

  it('offers pictures and a report of all heads, and saves a picture beside the text', async () => {
    await panel.getByRole('button', { name: 'Export' }).click();
    expect(await formats()).toEqual(['PNG', 'SVG', 'HTML report']);
    const bytes = await readFile(await save('SVG', 'shapes.py.heads.svg'), 'utf8');
    expect(bytes).toMatch(/^<svg xmlns="http:\/\/www.w3.org\/2000\/svg"/);
    expect(bytes).toContain('of shapes.py attend to each other</text>');
  });

  it('saves an open head as PNG, CSV and .npy with the same weights, and copies it as Markdown', async () => {
    await panel.click('.thumbnail[data-row="2"][data-head="1"]');
    await panel.getByRole('toolbar', { name: 'Head' }).waitFor();
    const offer = async (): Promise<void> => {
      // Escape would leave the head.
      await commandOnSelection(editor, exportLabel);
      expect(await formats()).toEqual(['PNG', 'SVG', 'CSV', 'NumPy (.npy)', 'HTML report', 'Copy as Markdown']);
    };
    await offer();
    const png = await readFile(await save('PNG', 'shapes.py.layer-2-head-1.png'));
    expect([...png.subarray(0, 8)]).toEqual([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]);

    await offer();
    const npy = readNpy(await readFile(await save('NumPy (.npy)', 'shapes.py.layer-2-head-1.npy')));
    const [, , queries = 0, keys = 0] = npy.shape;
    expect(npy).toMatchObject({ type: 'float32', shape: [1, 1, queries, keys] });
    const weights = elementsOf('float32', npy.data) as Float32Array;

    await offer();
    const csv = await readFile(await save('CSV', 'shapes.py.layer-2-head-1.csv'), 'utf8');
    const lines = csv
      .trimEnd()
      .split('\r\n')
      .filter((line) => /^(query|\d+: )/.test(line) || /^"\d/.test(line));
    expect(lines.length).toBe(queries + 1);
    const numbers = lines.slice(1).map((line) =>
      line
        .slice(line.length - line.split(',').slice(-keys).join(',').length)
        .split(',')
        .map(Number),
    );
    numbers.forEach((row, query) => row.forEach((weight, key) => expect(Math.fround(weight)).toBe(weights[query * keys + key])));

    await editor.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await offer();
    await pick(editor.page, 'Copy as Markdown');
    await editor.page.locator('.notification-toast', { hasText: 'Copied as Markdown.' }).waitFor();
    expect(await editor.page.evaluate(() => navigator.clipboard.readText())).toMatch(/^## Layer 2, head 1: attention of `shapes\.py`/);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('saves a report that opens without the editor, at the head that is open', async () => {
    await commandOnSelection(editor, exportLabel);
    const file = await save('HTML report', 'shapes.py.attention.html');
    const page = await editor.page.context().browser()!.newPage({ offline: true });
    await page.goto(pathToFileURL(file).href);
    await page.locator('.headline', { hasText: 'Layer 2, head 1' }).waitFor();
    expect(await page.locator('.facts').innerText()).toContain('Attention report');
    await page.close();
  });

  it('says what to do where no panel is shown', async () => {
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeAllEditors'));
    await editor.command(exportLabel);
    await editor.page.locator('.notification-toast', { hasText: 'No attention panel is shown.' }).waitFor();
  });
});
