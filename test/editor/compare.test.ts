import { execFile } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { meanOfAll } from '../../src/maps/choice.ts';
import { readBundledModel } from '../../src/models/registry.ts';
import type { Comparison } from '../../src/protocol/inference.ts';
import { settings, startService, type TestService } from '../unit/engine/inference/support/service.ts';
import { closeEditors, openGenlens, problemsOf, reloadWindow, shownPanel, workspaceOf } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { pick, quickInput } from './harness/palette.ts';

const explain = 'Genlens: Explain Attention';
const withHead = 'Genlens: Compare Attention with HEAD';
const withFile = 'Genlens: Compare Attention with Another File...';

const committed = 'def area(width, height):\n    return width * height\n\nprint(area(2, 3))\n';
const edited = 'def area(width, height, scale):\n    return scale * width * height\n\nprint(area(2, 3, 1))\n';
const other = 'def volume(width, height, depth):\n    return width * height * depth\n';
const lines = (changed: number): string =>
  Array.from({ length: 3_000 }, (_, line) => `value_${line} = ${line === changed ? 'changed' : 'compute'}(${line})\n`).join('');

/** Makes a folder a Git repository whose commit holds its files as they are. */
async function commitAll(folder: string): Promise<void> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: folder });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'As it was');
}

describe('Compare', () => {
  let editor: Editor;
  let removeWorkspace: () => Promise<void>;
  let service: TestService;

  beforeAll(async () => {
    const { folder, remove } = await workspaceOf({
      'area.py': committed,
      'same.py': other,
      'long.py': lines(-1),
      'part.py': `${other}\n${committed}`,
      'folder/volume.py': other,
    });
    removeWorkspace = remove;
    await commitAll(folder);
    await writeFile(join(folder, 'area.py'), edited);
    await writeFile(join(folder, 'long.py'), lines(2_000));
    await writeFile(join(folder, 'part.py'), `${other}\n${edited}`);
    await writeFile(join(folder, 'new.py'), edited);
    editor = await openGenlens({ workspace: folder });
    const { source } = await readBundledModel(join(import.meta.dirname, '../../models/code-transformer'));
    service = startService();
    await service.load({ source, settings });
  });
  afterEach(() => closeEditors(editor));
  afterAll(async () => {
    await editor.dispose();
    await removeWorkspace();
  });

  const headline = async (panel: Frame): Promise<string> => (await panel.locator('.headline').innerText()).replace(/\s+/g, ' ').trim();
  /** The first line, once it says what came of the comparison. */
  const compared = async (panel: Frame): Promise<string> => {
    await expect.poll(() => headline(panel), { timeout: 30_000 }).toMatch(/tokens align|no difference/);
    return headline(panel);
  };
  const message = (panel: Frame): Promise<string> => panel.locator('.page [role=alert]').innerText({ timeout: 30_000 });
  /** The mean of all heads on two texts, as the service compares it. */
  async function expected(a: string, b: string): Promise<Comparison> {
    const [ofA, ofB] = [await service.attention({ text: a }), await service.attention({ text: b })];
    const map = meanOfAll(ofA)!;
    return service.comparison({ a: { runId: ofA.runId, map }, b: { runId: ofB.runId, map } });
  }

  /** The same numbers, as far as they are written. */
  function expectSaid(said: string, { queries, mostDifferent }: Comparison): void {
    const [ofA, ofB] = [queries.a, queries.b].map((tokens) => tokens.filter((token) => token >= 0).length);
    expect(said).toContain(`; ${queries.aligned} of A’s ${ofA} and B’s ${ofB} tokens align`);
    const [, a, b] = /\(([\d.]+) against ([\d.]+)\)/.exec(said) ?? [];
    // The editor's engine may use other threads than this one.
    expect(Math.abs(Number(a) - mostDifferent!.a)).toBeLessThan(0.006);
    expect(Math.abs(Number(b) - mostDifferent!.b)).toBeLessThan(0.006);
  }

  it('opens the file beside itself at HEAD, aligned, with the weights of both', async () => {
    await editor.openFile('area.py');
    await editor.command(withHead);
    const panel = await shownPanel(editor, 'area.py');
    const said = await compared(panel);
    expect(said).toMatch(/^Mean of all \d+ heads on area\.py against area\.py at HEAD: most different at /);
    expectSaid(said, await expected(edited, committed));
    expect(await panel.locator('.plot').count()).toBe(2);
    await expect.poll(() => panel.locator('[aria-busy=true]').count()).toBe(0);
    expect(await panel.locator('.banner.error').count()).toBe(0);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('compares what is selected with the same part at HEAD', async () => {
    await editor.openFile('part.py');
    await editor.select({ start: [3, 0], end: [7, 0] });
    await editor.page.keyboard.press('F1');
    await (await quickInput(editor.page)).fill(`>${withHead}`);
    await pick(editor.page, withHead);
    expectSaid(await compared(await shownPanel(editor, 'part.py')), await expected(edited, committed));
  });

  it('compares the part of a long file that fits with the corresponding part', async () => {
    await editor.openFile('long.py');
    await editor.select({ start: [2_000, 0], end: [2_000, 0] });
    await editor.command(withHead);
    const said = await compared(await shownPanel(editor, 'long.py'));
    const [aligned, ofA] = (/; ([\d,]+) of A’s ([\d,]+) /.exec(said) ?? []).slice(1).map((count) => Number(count.replace(',', '')));
    expect(aligned, said).toBeGreaterThan(0.95 * ofA!);
    expect(aligned, said).toBeLessThan(ofA!);
  });

  it('says that a file is as it is at HEAD, is not in the commit, or that a prompt is in none', async () => {
    await editor.openFile('same.py');
    await editor.command(withHead);
    const same = await shownPanel(editor, 'same.py');
    expect(await compared(same)).toMatch(/no difference/);
    expect(await same.locator('.banner').innerText()).toContain('same.py is as it is at HEAD');
    await closeEditors(editor);
    await editor.openFile('new.py');
    await editor.command(withHead);
    expect(await message(await shownPanel(editor, 'new.py'))).toContain('“new.py” is not in the commit at HEAD');
    await closeEditors(editor);
    await editor.openUntitled(edited);
    await editor.command(withHead);
    expect(await message(await shownPanel(editor, 'Untitled-1'))).toContain('“Untitled-1” is no file');
  });

  it('compares with another file, and is as it was after the window is reloaded', async () => {
    await editor.openFile('area.py');
    await editor.command(explain);
    let panel = await shownPanel(editor, 'area.py');
    await panel.getByRole('tab', { name: 'Compare' }).click();
    await panel.locator('select[title="Text to compare with"]').selectOption({ label: 'Another file…' });
    await (await quickInput(editor.page)).fill('volume');
    await pick(editor.page, 'volume.py');
    const said = await compared(panel);
    expect(said).toMatch(/ on area\.py against volume\.py: /);
    expectSaid(said, await expected(edited, other));
    await panel.locator('select[title="Show (D)"]').selectOption({ label: 'Difference' });
    await reloadWindow(editor);
    panel = await shownPanel(editor, 'area.py');
    expect(await compared(panel)).toBe(said);
    expect(await panel.locator('.plot').count()).toBe(1);
    expect(await problemsOf(editor)).toEqual([]);
  });

  it('asks for the other file when it is called as a command', async () => {
    await editor.openFile('area.py');
    await editor.command(withFile);
    await (await quickInput(editor.page)).fill('same');
    await pick(editor.page, 'same.py');
    expect(await compared(await shownPanel(editor, 'area.py'))).toContain('against same.py');
  });
});

describe('Compare without a repository', () => {
  it('says so, and goes on with another file', async () => {
    const { folder, remove } = await workspaceOf({ 'area.py': edited, 'volume.py': other });
    const editor = await openGenlens({ workspace: folder });
    try {
      await editor.openFile('area.py');
      await editor.command(withHead);
      const panel = await shownPanel(editor, 'area.py');
      expect(await panel.locator('.page [role=alert]').innerText({ timeout: 30_000 })).toContain('“area.py” is in no Git repository');
      await panel.locator('select[title="Text to compare with"]').selectOption({ label: 'Another file…' });
      await (await quickInput(editor.page)).fill('volume');
      await pick(editor.page, 'volume.py');
      await expect.poll(() => panel.locator('.headline').innerText(), { timeout: 30_000 }).toContain('tokens align');
    } finally {
      await editor.dispose();
      await remove();
    }
  });
});
