import { join } from 'node:path';
import type { Frame } from 'playwright-core';
import { describe, expect, it } from 'vitest';
import { sampleFrom } from '../../src/maths/decoding/sampling.ts';
import { readBundledModel } from '../../src/models/registry.ts';
import type { AttentionRun } from '../../src/protocol/inference.ts';
import { settings, startService, type TestService } from '../unit/engine/inference/support/service.ts';
import { problemsOf, reloadWindow, shownPanel } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { editorOn, explainFile, shapes } from './onFiles.ts';

/** What is shown is rounded, and the editor's engine may use other threads than this one. */
const rounded = 0.002;

describe('the next token', () => {
  let editor: Editor;
  let service: TestService;
  let run: AttentionRun;

  editorOn({ 'shapes.py': shapes }, async (opened) => {
    editor = opened;
    await explainFile(editor, 'shapes.py');
    const { source } = await readBundledModel(join(import.meta.dirname, '../../models/code-transformer'));
    service = startService();
    await service.load({ source, settings });
    run = await service.attention({ text: shapes });
  });

  const rowShown = (panel: Frame, position: number): Promise<void> =>
    panel.getByText(new RegExp(`^\\s*Row ${position} predicts token ${position + 1}:`)).waitFor();
  const list = (panel: Frame): Promise<string[][]> =>
    panel
      .locator('.expected tbody tr')
      .evaluateAll((rows) => rows.map((row) => [...row.children].map((cell) => (cell as HTMLElement).innerText.trim())));

  it('has for each token the surprisal and rank of the service', async () => {
    const panel = await shownPanel(editor, 'shapes.py');
    await panel.getByRole('tab', { name: 'Next token' }).click();
    await panel.locator('.expected').waitFor();
    const { surprisal, rank } = await service.predictions({ runId: run.runId });
    const said = await panel.locator('.token').evaluateAll((all) => all.map((token) => token.getAttribute('aria-label') ?? ''));
    expect(said).toHaveLength(run.tokens!.length);
    expect(said[0]).toMatch(/no row predicts it$/);
    said.slice(1).forEach((words, index) => {
      const [, bits, place] = /: ([\d.]+) bits, rank ([\d,]+),/.exec(words) ?? [];
      expect(Math.abs(Number(bits) - surprisal[index + 1]!), words).toBeLessThan(0.06);
      // Near ties may change places.
      expect(Math.abs(Number(place?.replace(',', '')) / rank[index + 1]! - 1), words).toBeLessThan(0.02);
    });
  });

  it('expects after a token what the service says, and draws by the filters', async () => {
    const panel = await shownPanel(editor, 'shapes.py');
    const position = run.tokens!.findIndex(({ text }) => text.includes('return'));
    await panel.locator(`[data-token="${position}"]`).click();
    await rowShown(panel, position);
    const { logits, top, actual } = await service.nextToken({ runId: run.runId, position });
    const all = sampleFrom(logits, {});
    const shown = await list(panel);
    top.forEach(({ id }, place) => {
      expect(Math.abs(Number(shown[place]![3]) - all.probabilities[all.ids.indexOf(id)]!)).toBeLessThan(rounded);
    });
    const follows = shown.filter(([, name]) => name!.endsWith('follows'));
    expect(follows.map(([rank]) => rank)).toEqual([String(all.ids.indexOf(actual!.id) + 1)]);
    await panel.getByRole('slider', { name: 'Top-k' }).fill('3');
    const drawn = sampleFrom(logits, { topK: 3 });
    await expect.poll(async () => (await list(panel)).slice(0, 20).filter((row) => row[4] !== 'cut').length).toBe(3);
    (await list(panel)).slice(0, 3).forEach((row, place) => {
      expect(Math.abs(Number(row[4]) - drawn.probabilities[place]!)).toBeLessThan(rounded);
    });
    const entropy = /entropy ([\d.]+) bits/.exec(await panel.locator('.prediction-facts').first().innerText())?.[1];
    expect(Math.abs(Number(entropy) - (await service.predictions({ runId: run.runId })).entropy[position]!)).toBeLessThan(0.06);
  });

  it('is as it was after the window is reloaded', async () => {
    const position = run.tokens!.findIndex(({ text }) => text.includes('return'));
    await reloadWindow(editor);
    const panel = await shownPanel(editor, 'shapes.py');
    await rowShown(panel, position);
    expect(await panel.getByRole('slider', { name: 'Top-k' }).inputValue()).toBe('3');
    expect(await problemsOf(editor)).toEqual([]);
  });
});
