import { readFile } from 'node:fs/promises';
import path from 'node:path';
import type { Frame } from 'playwright-core';
import { commandOnSelection } from '../editor/genlens.ts';
import { openEditor, type Editor, type Theme } from '../editor/harness/editor.ts';
import { until } from '../editor/harness/until.ts';
import { installChromium } from './chromium.ts';
import { root, sampleWorkspace } from './paths.ts';
import { build } from './tools.ts';
import { installVSCodeServer } from './vscode-server/install.ts';

interface Shot {
  /** The picture's name under media/screenshots, without its ending. */
  readonly name: string;
  readonly theme: Theme;
  /** Brings the window from the sample workspace, just opened, to what the picture shows. */
  readonly prepare: (editor: Editor) => Promise<void>;
}

const shots: readonly Shot[] = [
  { name: 'attention-overview', theme: 'Dark Modern', prepare: async (editor) => void (await explainAttention(editor)) },
  { name: 'attention-head', theme: 'Dark Modern', prepare: openHead },
  { name: 'attention-head-light', theme: 'Light Modern', prepare: openHead },
  { name: 'attention-head-contrast', theme: 'Default High Contrast', prepare: openHead },
];

/** `npm run screenshots -- [NAME ...]`: writes the pictures of README.md from the extension as it is, in real VS Code. */
export async function takeScreenshots(names: readonly string[]): Promise<number> {
  const unknown = names.find((name) => !shots.some((shot) => shot.name === name));
  if (unknown !== undefined) throw new Error(`There is no picture "${unknown}", but: ${shots.map(({ name }) => name).join(', ')}.`);
  await installChromium();
  await installVSCodeServer();
  if ((await build(['--production'])) !== 0) throw new Error('The build failed: see the messages above.');
  for (const shot of shots.filter(({ name }) => names.length === 0 || names.includes(name))) {
    const editor = await openEditor({
      workspace: sampleWorkspace,
      extensionDevelopmentPath: root,
      theme: shot.theme,
      viewport: { width: 1280, height: 800 },
      deviceScaleFactor: 1.5,
      settings: { 'workbench.activityBar.location': 'hidden', 'editor.minimap.enabled': false },
    });
    try {
      await shot.prepare(editor);
      const file = path.join(root, 'media/screenshots', `${shot.name}.png`);
      await editor.screenshot(file);
      console.log(file);
    } finally {
      await editor.dispose();
    }
  }
  return 0;
}

/** Explains attention.py, or a part of it, and waits until every thumbnail is drawn. */
async function explainAttention(editor: Editor, part?: Parameters<Editor['select']>[0]): Promise<Frame> {
  await editor.openFile('attention.py');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  if (part) await editor.select(part);
  await commandOnSelection(editor, 'Genlens: Explain Attention');
  const panel = await editor.panelFrame(/^Attention: attention\.py/);
  await until('all heads are drawn', async () => {
    const rows = await panel.locator('.overview-row').count();
    return rows > 0 && (await panel.locator('.overview-row.pending').count()) === 0;
  });
  // Over the file's text: the border between the editors and the window's bars light up under the pointer.
  await editor.page.mouse.move(300, 760);
  await settle(editor);
  return panel;
}

/** Opens the head that copies what followed the same token before, on a function that says the same thing three times. */
async function openHead(editor: Editor): Promise<void> {
  const panel = await explainAttention(editor, { start: [23, 0], end: [28, 74] });
  const { layer, head } = await inductionHead();
  const heads = await panel.locator('.overview-row').first().locator('.thumbnail').count();
  await panel
    .locator('.thumbnail')
    .nth(layer * heads + head)
    .click();
  await panel.getByRole('toolbar', { name: 'Head' }).waitFor();
  const map = panel.locator('canvas').locator('visible=true').first();
  const box = await map.boundingBox();
  if (!box) throw new Error('The map of the head is not on the screen.');
  await editor.page.mouse.move(box.x + 0.5 * box.width, box.y + 0.75 * box.height);
  await settle(editor);
}

/** The head that the bundled model's manifest names. */
async function inductionHead(): Promise<{ layer: number; head: number }> {
  const manifest = await readFile(path.join(root, 'models/code-transformer/manifest.json'), 'utf8');
  const { metrics } = JSON.parse(manifest) as { metrics: { heads: { induction: { layer: number; head: number } } } };
  return metrics.heads.induction;
}

/** Lets what was asked for arrive and be drawn. */
async function settle(editor: Editor): Promise<void> {
  await editor.page.waitForTimeout(1500);
}
