import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { closeEditors, inferenceProcess, problemsOf, reloadWindow } from './genlens.ts';
import type { Editor } from './harness/editor.ts';
import { until } from './harness/until.ts';
import { editorOn } from './onFiles.ts';
import { TrainingPage } from './trainingPage.ts';

const title = 'Diffusion Model in Two Dimensions';

describe('a diffusion model that trains', () => {
  let editor: Editor;
  let page: TrainingPage;
  editorOn({ 'one.py': 'x = 1\n' }, (opened) => (editor = opened));
  beforeEach(async () => {
    page = await TrainingPage.opened(editor, `Genlens: Train a ${title}`, title);
    await page.field('Learning rate, exactly', '0.002');
    await page.frame.getByRole('combobox', { name: 'Speed' }).selectOption({ label: 'As fast as it can' });
    await page.begunAgain();
  });
  afterEach(async () => {
    await closeEditors(editor);
    expect(await problemsOf(editor)).toEqual([]);
  });

  const headline = (): Promise<string> => page.frame.locator('.headline').innerText();
  /** What is said of where it stands. */
  const measured = async (): Promise<{ loss: number; above: number; floor: number; distance: number; exact: number }> => {
    const found = await until(
      'what is said is of where it stands',
      async () => {
        const step = (await page.step()).toLocaleString('en-US');
        const said = await headline();
        const parts =
          /: loss ([\d.]+), of which ([\d.]+) is error of the score over a floor of ([\d.]+)\. .* are (−?[\d.]+) from the data; with the exact score (−?[\d.]+),/.exec(
            said,
          );
        return (said.startsWith(`Step ${step}:`) && parts) || undefined;
      },
      60_000,
    );
    const [loss, above, floor, distance, exact] = found.slice(1).map((text) => Number(text.replace('−', '-'))) as [
      number,
      number,
      number,
      number,
      number,
    ];
    return { loss, above, floor, distance, exact };
  };

  it('comes nearer to the exact score, and its loss to the floor', async () => {
    const atFirst = await measured();
    await page.press('Run');
    await page.reached(600);
    await page.paused();
    const later = await measured();
    expect(later.above).toBeLessThan(atFirst.above / 3);
    expect(later.distance).toBeLessThan(atFirst.distance / 3);
    // The loss is the floor and what is above it.
    expect(Math.abs(later.loss - later.above - later.floor)).toBeLessThan(0.03);
    expect(later.floor).toBe(atFirst.floor);
    await page.frame.getByText(/KL\(data \|\| flow\) = [\d.]+ ± [\d.]+/).waitFor();
    await page.frame.locator('[aria-label="Order of convergence"] .training-key > li').first().waitFor();
    expect(await page.frame.locator('.training-formula').innerText()).toContain('Loss of the denoiser, and a step of its sampler');
  });

  it('flows by another sampler, to places that are moved through by hand', async () => {
    await page.frame.getByRole('combobox', { name: 'Sampler', exact: true }).selectOption({ label: 'Heun' });
    await page.frame.getByRole('combobox', { name: 'Steps of the sampler' }).selectOption({ label: '10 steps' });
    const time = page.frame.getByRole('slider', { name: 'Noise to data' });
    await until('there are two evaluations a step', async () => (await time.getAttribute('max')) === '19');
    await time.fill('5');
    await until('it stands there', async () =>
      (await page.frame.locator('.diffusion-time .slider-value').innerText()).startsWith('evaluation 6 of 19'),
    );
    await page.frame.getByRole('combobox', { name: 'Arrows' }).selectOption({ label: 'Arrows: what is missing' });
    await page.frame.locator('.diffusion-arrow path').waitFor({ state: 'attached' });
    await page.frame.getByRole('combobox', { name: 'What flows on the right' }).selectOption({ label: 'Exact score, guided' });
    await page.frame.getByText(/At scale 3 guidance samples a density that is \d+ % apart/).waitFor({ timeout: 60_000 });
    await page.frame.getByRole('combobox', { name: 'What flows on the right' }).selectOption({ label: 'Exact score' });
    await page.press('Show paths');
    await until('paths are drawn', async () => (await page.frame.locator('.diffusion-path path').count()) === 2);
    await page.press('Show paths');
    await page.frame.getByRole('combobox', { name: 'Sampler', exact: true }).selectOption({ label: 'DDIM' });
    await page.frame.getByRole('combobox', { name: 'Steps of the sampler' }).selectOption({ label: '30 steps' });
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
    const curve = (await page.frame.locator('.training-line.loss').first().getAttribute('d')) ?? '';
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

  it('goes back in its history, and goes on from there as another run', async () => {
    await page.press('Run');
    await page.reached(200);
    await page.paused();
    await page.frame.getByRole('slider', { name: 'Stands at' }).fill('100');
    await until('it stands earlier', async () => (await page.step()) <= 100);
    const from = await page.step();
    await page.press('Run');
    await page.reached(from + 20);
    await page.paused();
    await page.frame.getByText(/earlier runs? kept/).waitFor();
  });

  it('says where what is no number arose, and goes on from a checkpoint', async () => {
    await page.field('Learning rate, exactly', '1e30');
    await page.press('Run');
    const said = await page.frame.locator('.banner.error .banner-text').innerText();
    expect(said).toMatch(/^(NaN|-?Infinity) arose in the .+, in step \d+, which was not done/);
    await page.frame.getByRole('button', { name: 'Go back a checkpoint' }).click();
    await until('it stands at the beginning', async () => (await page.step()) === 0);
    await page.field('Learning rate, exactly', '0.002');
    await page.press('Run');
    await page.reached(50);
    await page.paused();
  });
});
