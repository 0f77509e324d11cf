/** Pictures of what a model attends to. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { commandOnSelection } from '../../editor/genlens.ts';
import type { Editor } from '../../editor/harness/editor.ts';
import { quickInput } from '../../editor/harness/palette.ts';
import { until } from '../../editor/harness/until.ts';
import { root } from '../paths.ts';
import { settle, type Scene } from './scene.ts';

export const ofAttention: Readonly<Record<string, Scene>> = {
  'attention-overview': (editor) => explainAttention(editor),
  'attention-head': openHead,
  'attention-formula': openFormula,
  'attention-effect': openEffect,
  'attention-text': openText,
  'attention-next': openNextToken,
  'attention-compare': openComparison,
  'attention-editor': shadeEditor,
  'attention-report': openReport,
};

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

/** Opens the head that attends to what followed the same token before, on a function that says the same thing three times. */
async function openHead(editor: Editor): Promise<Frame> {
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
  return panel;
}

/** The report of a panel with a head open, in place of the window: in the scheme of the window's theme, or in colours that are forced. */
async function openReport(editor: Editor): Promise<void> {
  await openHead(editor);
  await commandOnSelection(editor, 'Genlens: Export Attention...');
  await editor.page.locator('.quick-input-widget input[placeholder="What to make of what is shown"]').fill('HTML report');
  await editor.page.keyboard.press('Enter');
  await (await quickInput(editor.page)).press('Enter');
  const file = path.join(editor.workspace, 'attention.py.attention.html');
  await until('the report is written', () => existsSync(file));
  const kind = await editor.evaluateInHost((vscode) => vscode.ColorThemeKind[vscode.window.activeColorTheme.kind]);
  await editor.page.emulateMedia({
    colorScheme: kind === 'Light' || kind === 'HighContrastLight' ? 'light' : 'dark',
    forcedColors: kind?.startsWith('HighContrast') ? 'active' : 'none',
  });
  await editor.page.goto(pathToFileURL(file).href);
  await editor.page.locator('.plot[aria-busy="false"]').waitFor();
  await editor.page.locator('.plot').press('f');
  await editor.page.locator('.formula-residual').waitFor();
  await settle(editor);
}

/** The same head with its formula, in a panel that has the window to itself. */
async function openFormula(editor: Editor): Promise<void> {
  const panel = await openHead(editor);
  const plot = panel.locator('.plot');
  await plot.press('Enter');
  await settle(editor);
  // From the cell under the pointer to the one of its row that is attended to most.
  const positions = (await panel.locator('.headline .position').allInnerTexts()).map(Number);
  const pinned = /key\s+(\d+)/.exec(await panel.locator('.readout').innerText());
  const steps = (positions[1] ?? 0) - Number(pinned?.[1]);
  for (let step = 0; step < Math.abs(steps); step++) await plot.press(steps > 0 ? 'Shift+ArrowRight' : 'Shift+ArrowLeft');
  await editor.page.mouse.move(300, 780);
  await plot.press('f');
  await panel.locator('.formula-residual').waitFor();
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.maximizeEditorHideSidebar'));
  await editor.page.mouse.move(640, 799);
  await settle(editor);
}

/** What the weights of a head of the last layer are set against, at the end of a line, in a panel that has the window to itself. */
async function openEffect(editor: Editor): Promise<void> {
  const panel = await explainAttention(editor, { start: [23, 0], end: [28, 74] });
  await panel.locator('.thumbnail[data-row="5"][data-head="2"]').click();
  const plot = panel.locator('.plot');
  await plot.press('Enter');
  await settle(editor);
  const [query, key] = [/query\s+(\d+)/, /key\s+(\d+)/].map(async (pattern) =>
    Number(pattern.exec(await panel.locator('.readout').innerText())?.[1]),
  );
  const go = async (steps: number, more: string, less: string): Promise<void> => {
    for (let step = 0; step < Math.abs(steps); step++) await plot.press(steps > 0 ? more : less);
  };
  await go(47 - (await query!), 'Shift+ArrowDown', 'Shift+ArrowUp');
  await go(24 - (await key!), 'Shift+ArrowRight', 'Shift+ArrowLeft');
  await plot.press('e');
  await panel.getByRole('button', { name: 'Mask each edge' }).click();
  await panel.locator('.effect-lead').waitFor();
  await panel.locator('.effect-running').waitFor({ state: 'detached' });
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.maximizeEditorHideSidebar'));
  await editor.page.mouse.move(640, 799);
  await settle(editor);
}

/** The text by lines, shaded by what attends to one of them, in the mean of all heads without the first token. */
async function openText(editor: Editor): Promise<void> {
  const panel = await explainAttention(editor);
  await panel.getByRole('tab', { name: 'Text' }).click();
  const choose = (title: string, label: string): Promise<unknown> => panel.locator(`select[title="${title}"]`).selectOption({ label });
  await choose('Looked at by', 'Lines');
  await panel.getByLabel('Without the first token').check();
  await panel
    .locator('.token')
    .filter({ hasText: /future/ })
    .nth(1)
    .click();
  await choose('Direction', 'Attended by');
  await panel
    .locator('.headline')
    .filter({ hasText: /attends most to line \d+ self\.register_buffer/ })
    .waitFor();
  await editor.page.mouse.move(300, 760);
  await settle(editor);
}

/** What the model expects after a token, beside the text shaded by how much each token surprised it. */
async function openNextToken(editor: Editor): Promise<void> {
  const panel = await explainAttention(editor);
  await panel.getByRole('tab', { name: 'Next token' }).click();
  await settle(editor);
}

/** The induction head on an edited text and on the text at HEAD, in a panel that has the window to itself. */
async function openComparison(editor: Editor): Promise<void> {
  const git = (...args: string[]) =>
    promisify(execFile)('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@example.org', ...args], { cwd: editor.workspace });
  await git('init', '--quiet');
  await git('add', '--all');
  await git('commit', '--quiet', '--message', 'As it was');
  await editor.openFile('attention.py');
  await editor.evaluateInHost(async (vscode, folder) => {
    interface Git {
      getAPI(version: 1): { openRepository(root: unknown): Promise<unknown> };
    }
    await vscode.extensions.getExtension<Git>('vscode.git')?.exports.getAPI(1).openRepository(vscode.Uri.file(folder));
    const { document } = vscode.window.activeTextEditor!;
    const line = document.lineAt(26);
    const edit = new vscode.WorkspaceEdit();
    edit.replace(document.uri, line.range, '        k = k.reshape(batch, self.heads, -1, self.head_dim)');
    await vscode.workspace.applyEdit(edit);
    await document.save();
  }, editor.workspace);
  const panel = await openHead(editor);
  await panel.getByRole('tab', { name: 'Compare' }).click();
  await panel.locator('select[title="Text to compare with"]').selectOption({ label: 'The text at HEAD' });
  await until('the texts are aligned', async () => (await panel.locator('.headline').innerText()).includes('tokens align'));
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.maximizeEditorHideSidebar'));
  await settle(editor);
  await panel.getByRole('toolbar', { name: 'Compare' }).locator('[label="Pin the cell that differs most"]').click();
  await editor.page.mouse.move(640, 799);
  await settle(editor);
}

/** The file itself, shaded by what all heads attend to on average from a token in its middle. */
async function shadeEditor(editor: Editor): Promise<void> {
  await explainAttention(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusFirstEditorGroup'));
  await editor.select({ start: [32, 22], end: [32, 22] });
  await editor.page.mouse.move(300, 760);
  await settle(editor);
}

/** The head that the bundled model's manifest names. */
async function inductionHead(): Promise<{ layer: number; head: number }> {
  const manifest = await readFile(path.join(root, 'models/code-transformer/manifest.json'), 'utf8');
  const { metrics } = JSON.parse(manifest) as { metrics: { heads: { induction: { layer: number; head: number } } } };
  return metrics.heads.induction;
}
