import type { Frame } from 'playwright-core';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeEditors, inferenceProcess, inferenceProcesses, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';
import { TrainingPage } from './trainingPage.ts';

describe('a VAE that trains', () => {
  let editor: Editor;
  let page: TrainingPage;
  let panel: Frame;
  editorOn({ 'one.py': 'x = 1\n' }, (opened) => (editor = opened));
  beforeEach(async () => {
    panel = await opened();
    await begunAgain();
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const opened = async (): Promise<Frame> => {
    page = await TrainingPage.opened(editor, 'Genlens: Train a VAE in Two Dimensions', 'VAE in Two Dimensions');
    return page.frame;
  };
  async function begunAgain(): Promise<void> {
    await page.field('Learning rate, exactly', '0.002');
    await page.begunAgain();
  }
  const losses = async (): Promise<number> => {
    const words = (await panel.locator('.training-chart .scatter-plot').getAttribute('aria-label')) ?? '';
    return Number(/loss ([−\d.]+)/.exec(words)?.[1]?.replace('−', '-'));
  };

  it('lowers its loss, takes another beta on while it runs, and leaves places that can be gone back to', async () => {
    await page.press('Run');
    await page.reached(50);
    const early = await losses();
    await page.reached(1_000);
    expect(await losses()).toBeLessThan(early);
    // A fast run is far before its first place is measured: the one that is gone back to below.
    await panel.locator('.training-note', { hasText: /At step [\d,]+ it is/ }).waitFor();
    await page.field('Beta, exactly', '4');
    await until('the change is marked', async () =>
      (await panel.locator('.training-change > text').allTextContents()).join().includes('beta 4'),
    );
    await page.paused();
    const last = await page.step();
    await until('what is said is of where it stands', async () => {
      const said = await panel.locator('.headline').innerText();
      return said.startsWith(`Step ${last.toLocaleString('en-US')} at beta 4: the ELBO is −`);
    });
    await panel.locator('.training-note', { hasText: `At step ${last.toLocaleString('en-US')} it is` }).waitFor();
    await page.press('One step');
    await until('one step is done', async () => (await page.step()) === last + 1);

    // Back to an early place by the keyboard: it goes on from there as another run.
    const plot = panel.getByRole('application', { name: 'Rate-distortion plane' });
    await plot.focus();
    // Which place lies where depends on how far it came, and late ones all but coincide: from one to the next, twice in each direction.
    await plot.press('Enter');
    const walk = ['Right', 'Right', 'Down', 'Down', 'Left', 'Left', 'Up', 'Up'];
    let walked = 0;
    await until('it stands earlier', async () => {
      await plot.press(`Shift+Arrow${walk[walked++ % walk.length]!}`);
      await plot.press('Enter');
      return (await page.step()) < last;
    });
    const from = await page.step();
    await page.press('Run');
    await page.reached(from + 20);
    await page.paused();
    await panel.getByRole('button', { name: 'Forget earlier runs' }).waitFor();
  });

  it('goes on from its last checkpoint when its process is killed, and says so', async () => {
    await page.press('Run');
    await page.reached(300);
    const before = await inferenceProcess(editor);
    process.kill(before, 'SIGKILL');
    const said = await panel.locator('.banner.warning .banner-text').innerText();
    expect(said).toMatch(/killed \(SIGKILL\).* The training goes on from its last checkpoint, step \d+\./);
    await page.reached((await page.step()) + 300);
    expect(await inferenceProcess(editor)).not.toBe(before);
    // The history up to there stays.
    const curve = (await panel.locator('.training-line.loss').first().getAttribute('d')) ?? '';
    expect(Number(/^M([\d.]+) /.exec(curve)?.[1])).toBeLessThan(50);
    await page.paused();
  });

  it('is there after a reload in the middle, paused, and goes on', async () => {
    await page.press('Run');
    await page.reached(600);
    await reloadWindow(editor);
    panel = await editor.panelFrame('VAE in Two Dimensions');
    page = new TrainingPage(panel);
    await panel.locator('.training-formula .formula').waitFor();
    expect(await page.running()).toBe(false);
    const kept = await page.step();
    expect(kept).toBeGreaterThan(0);
    await panel.getByText(/This run was kept as it was at step/).waitFor();
    await page.press('Run');
    await page.reached(kept + 100);
    await page.paused();
  });

  it('says where what is no number arose, and goes on at a smaller rate', async () => {
    await page.field('Learning rate, exactly', '1e30');
    await page.press('Run');
    const said = await panel.locator('.banner.error .banner-text').innerText();
    expect(said).toMatch(/^(NaN|-?Infinity) arose in the .+, in step \d+, which was not done/);
    // The first step went so far that no rate leads on from there.
    await panel.getByRole('button', { name: 'Go back a checkpoint' }).click();
    await until('it stands at the beginning', async () => (await page.step()) === 0);
    await page.field('Learning rate, exactly', '0.0001');
    await page.press('Run');
    await page.reached(100);
    await page.paused();
    expect(await panel.locator('.banner.error').count()).toBe(0);
  });

  it('pauses while it is hidden, and leaves no training behind when it is closed', async () => {
    await page.press('Run');
    await page.reached(100);
    await editor.openFile('one.py');
    panel = await opened();
    await panel.getByText('It was paused while its panel was hidden.').waitFor();
    const at = await page.step();
    await page.press('Run');
    await page.reached(at + 100);
    await closeEditors(editor);
    expect((await inferenceProcesses(editor)).length).toBeLessThanOrEqual(1);
    panel = await opened();
    expect(await page.running()).toBe(false);
    expect(await page.step()).toBeGreaterThanOrEqual(at);
  });
});
