import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { audit } from './audit.ts';
import { nextFrames, settled, startHarness, type Harness } from './harness.ts';
import type { RunSpec } from './standIn/main.ts';
import { themes, type ThemeName } from './themes.ts';

let harness: Harness;
beforeAll(async () => (harness = await startHarness()));
afterAll(async () => harness.close());

const source = readFileSync(join(import.meta.dirname, '../../models/train/code_transformer/model.py'), 'utf8').slice(0, 600);
const spec: RunSpec = { layers: 4, heads: 6, text: source };

async function show(page: Page, run: RunSpec = spec): Promise<void> {
  await page.evaluate(async (given) => void (await window.standIn.show(given)), run);
  await settled(page);
}

type State = 'empty' | 'loading' | 'failed' | 'overview' | 'head' | 'stale' | 'rerunning' | 'failed again';
const states: Readonly<Record<State, (page: Page) => Promise<void>>> = {
  empty: async () => undefined,
  loading: (page) => page.evaluate(async () => window.standIn.panel.busy({ message: 'Running the model on 512 tokens', fraction: 0.4 })),
  failed: (page) =>
    page.evaluate(async () =>
      window.standIn.panel.failed({ message: 'No model of that name.', actions: ['retry', 'chooseModel', 'openSettings', 'showLog'] }),
    ),
  overview: (page) => show(page),
  head: async (page) => {
    await show(page);
    await page.click('.thumbnail[data-row="1"][data-head="2"]');
    await page.keyboard.press('Enter');
    await settled(page);
  },
  stale: async (page) => {
    const reason = 'libonnxruntime_providers_cuda.so was not found';
    await show(page, { ...spec, run: { provider: { requested: 'cuda', used: 'cpu', reason, engineVersion: '1.30.0' } } });
    await page.evaluate(async () => window.standIn.panel.stale({ stale: true }));
    await page.getByRole('button', { name: 'Details' }).click();
  },
  rerunning: async (page) => {
    await show(page);
    await page.evaluate(async () => window.standIn.panel.rerunning({ reason: 'The engine has ended; the run is made again.' }));
  },
  'failed again': async (page) => {
    await show(page);
    await page.evaluate(async () => window.standIn.panel.failed({ message: 'The engine has ended.', actions: ['retry'] }));
  },
};

it('says what there is to notice of a run, as long as that run is shown', async () => {
  const panel = await harness.open({});
  const { page } = panel;
  const notice = 'Code transformer stands in for mine.onnx.';
  await show(page, { ...spec, subject: { notice } });
  await page.getByRole('status').filter({ hasText: notice }).waitFor();
  expect(await audit(page)).toEqual([]);
  await page.evaluate(async () => window.standIn.panel.stale({ stale: true }));
  await page.getByText('The text was edited since.').waitFor();
  expect(await page.getByText(notice).isVisible()).toBe(true);
  await show(page);
  expect(await page.getByText(notice).count()).toBe(0);
  await panel.close();
});

describe.each(Object.keys(themes) as ThemeName[])('in the theme %s', (theme) => {
  it.each(Object.keys(states) as State[])('%s: nothing to complain of for axe, the policy or the console', async (state) => {
    const panel = await harness.open({ theme });
    const { page } = panel;
    await states[state](page);
    await nextFrames(page);
    expect(await page.evaluate(() => window.standIn.breaches)).toEqual([]);
    expect(panel.complaints).toEqual([]);
    expect(await audit(page)).toEqual([]);
    await panel.close();
  });
});
