import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ganPresets } from '../../src/maths/adversarial/presets.ts';
import { closeEditors, inferenceProcess, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';
import { TrainingPage } from './trainingPage.ts';

const title = 'GAN in Two Dimensions';

describe('a GAN that trains', () => {
  let editor: Editor;
  let page: TrainingPage;
  editorOn({ 'one.py': 'x = 1\n' }, (opened) => (editor = opened));
  beforeEach(async () => {
    page = await TrainingPage.opened(editor, `Genlens: Train a ${title}`, title);
    await page.field('D rate, exactly', '0.001');
    await page.field('R1, exactly', '0');
    await page.frame.getByRole('combobox', { name: 'Loss' }).selectOption({ label: 'Non saturating' });
    await page.begunAgain();
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const headline = (): Promise<string> => page.frame.locator('.headline').innerText();
  /** What is said of where it stands. */
  const measured = async (): Promise<{ loss: string; modes: number; divergence: number }> => {
    const found = await until('what is said is of where it stands', async () => {
      const step = (await page.step()).toLocaleString('en-US');
      const said = await headline();
      const parts = /, (.+) loss: \d+ of (\d+) modes hit, .*JSD ([\d.]+) ± [\d.]+ nats/.exec(said);
      return (said.startsWith(`Step ${step},`) && parts) || undefined;
    });
    return { loss: found[1]!, modes: Number(found[2]), divergence: Number(found[3]) };
  };
  const marks = async (): Promise<string> => (await page.frame.locator('.training-change > text').allTextContents()).join();

  it('comes nearer to the data, and takes another loss and a penalty on while it runs', async () => {
    const atFirst = await measured();
    expect(atFirst.modes).toBe(8);
    await page.press('Run');
    await page.reached(400);
    await page.frame.getByRole('combobox', { name: 'Loss' }).selectOption({ label: 'Hinge' });
    await until('the other loss is marked', async () => (await marks()).includes('hinge'));
    await page.field('R1, exactly', '0.1');
    await until('the penalty is marked', async () => (await marks()).includes('R1 0.1'));
    await page.reached((await page.step()) + 50);
    await page.paused();
    const later = await measured();
    expect(later.loss).toBe('hinge');
    expect(later.divergence).toBeLessThan(atFirst.divergence);
    await page.frame.getByText('With R1 no score is the best at a point').first().waitFor();
    await page.frame.locator('.training-note', { hasText: /Step [\d,]+: The largest eigenvalue is/ }).waitFor();
    expect(await page.frame.locator('.adversarial-modes tbody tr').count()).toBe(8);
    expect(await page.frame.locator('.training-formula').innerText()).toContain('Hinge game of this batch');
  });

  it('does steps of one player, goes back in its history, and goes on from there as another run', async () => {
    await page.press('Run');
    await page.reached(200);
    await page.paused();
    const last = await page.step();
    await page.frame.getByRole('button', { name: '+1 D' }).click();
    await until('a step of D is done', async () => (await page.step()) === last + 1);
    await page.frame.getByRole('button', { name: '+1 G' }).click();
    await until('a step of G is done', async () => (await page.step()) === last + 2);
    // The rules are what they were.
    expect(await page.frame.getByRole('spinbutton', { name: 'G steps' }).inputValue()).toBe('1');
    await page.frame.getByRole('slider', { name: 'Stands at' }).fill('100');
    await until('it stands earlier', async () => (await page.step()) <= 100);
    const from = await page.step();
    await measured();
    await page.press('Run');
    await page.reached(from + 20);
    await page.paused();
    await page.frame.getByText(/earlier runs? kept/).waitFor();
  });

  it('goes on from its last checkpoint when its process is killed, and is there after a reload', async () => {
    await page.press('Run');
    await page.reached(300);
    const before = await inferenceProcess(editor);
    process.kill(before, 'SIGKILL');
    const said = await page.frame.locator('.banner.warning .banner-text').innerText();
    expect(said).toMatch(/killed \(SIGKILL\).* The training goes on from its last checkpoint, step \d+\./);
    await page.reached((await page.step()) + 100);
    expect(await inferenceProcess(editor)).not.toBe(before);
    // The history up to there stays.
    const curve = (await page.frame.locator('.training-line.discriminator').first().getAttribute('d')) ?? '';
    expect(Number(/^M([\d.]+) /.exec(curve)?.[1])).toBeLessThan(100);

    await reloadWindow(editor);
    page = new TrainingPage(await editor.panelFrame(title));
    await page.frame.locator('.training-formula .formula').waitFor();
    expect(await page.running()).toBe(false);
    const kept = await page.step();
    expect(kept).toBeGreaterThan(0);
    await page.frame.getByText(/This run was kept as it was at step/).waitFor();
    await page.press('Run');
    await page.reached(kept + 50);
    await page.paused();
  });

  it('says where what is no number arose, and goes on at smaller rates', async () => {
    await page.field('D rate, exactly', '1e30');
    await page.press('Run');
    const said = await page.frame.locator('.banner.error .banner-text').innerText();
    expect(said).toMatch(/^(NaN|-?Infinity) arose in the .+, in step \d+, which was not done/);
    await page.frame.getByRole('button', { name: 'Go back a checkpoint' }).click();
    await until('it stands at the beginning', async () => (await page.step()) === 0);
    await page.field('D rate, exactly', '0.001');
    await page.press('Run');
    await page.reached(50);
    await page.paused();
    expect(await page.frame.locator('.banner.error').count()).toBe(0);
  });

  it('tells the story of a preset, and pauses where it is told', async () => {
    const preset = ganPresets[0]!;
    await page.frame.getByRole('combobox', { name: 'Preset' }).selectOption({ label: preset.name });
    await page.frame.getByRole('note').waitFor();
    await page.frame.getByRole('combobox', { name: 'Speed' }).selectOption({ label: 'As fast as it can' });
    await page.reached(100);
    expect(await page.frame.getByRole('note').innerText()).toContain(preset.sentence);
    await page.frame.getByRole('button', { name: `${preset.fix.name}, from here on` }).click();
    await until('the fix is in force', async () => (await page.frame.getByRole('note').innerText()).includes(preset.fix.sentence));
    await page.paused();
  });
});
