/** What the pictures show: each brings a window on the sample workspace, just opened, to where it is taken. */

import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import type { Frame } from 'playwright-core';
import { commandOnSelection } from '../../editor/genlens.ts';
import type { Editor } from '../../editor/harness/editor.ts';
import { quickInput } from '../../editor/harness/palette.ts';
import { until } from '../../editor/harness/until.ts';
import { debuggedWorkspace, root } from '../paths.ts';

export type Scene = (editor: Editor) => Promise<unknown>;

/** By the picture's name under media/screenshots, without its ending. */
export const scenes: Readonly<Record<string, Scene>> = {
  'attention-overview': (editor) => explainAttention(editor),
  'attention-head': openHead,
  'attention-formula': openFormula,
  'attention-effect': openEffect,
  'attention-text': openText,
  'attention-next': openNextToken,
  'attention-compare': openComparison,
  'attention-editor': shadeEditor,
  'attention-report': openReport,
  'formulas-hover': hoverOnLoss,
  'formulas-selection': openSelection,
  'formulas-markdown': hoverOnMarkdown,
  'formulas-debugging': stopAtOverflow,
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

/** What a VAE's loss is, on hover, beside the list of the file's formulas. */
async function hoverOnLoss(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulas.focus'));
  await editor.page.locator('.sidebar .monaco-list-row').filter({ hasText: 'beta-VAE' }).waitFor();
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  for (let step = 0; step < 2; step++)
    await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.decreaseViewWidth'));
  await hoverOn(editor, 'kl = -0.5', 2);
  // By its upper edge, as a user makes room for all that it says.
  const box = await editor.page.locator('.monaco-resizable-hover:visible').boundingBox();
  if (!box) throw new Error('The hover is not on the screen.');
  const { page } = editor;
  await page.mouse.move(box.x + box.width / 2, box.y + 1);
  await page.mouse.down();
  await page.mouse.move(box.x + box.width / 2, box.y - 228, { steps: 10 });
  await page.mouse.up();
  // Off the edge, which lights up under the pointer.
  await page.mouse.move(box.x + box.width - 24, box.y + box.height - 60, { steps: 4 });
  await settle(editor);
}

/** LaTeX in a text, drawn and named on hover, with a command that the text defines. */
async function hoverOnMarkdown(editor: Editor): Promise<void> {
  await writeFile(path.join(editor.workspace, 'notes.md'), notes);
  await editor.openFile('notes.md');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await hoverOn(editor, String.raw`\KL{q_\phi(z \mid x)}{p(z)} =`, 2);
  // The first name is late: it waits until formulas are loaded.
  await editor.page.keyboard.press('Escape');
  await hoverOn(editor, String.raw`\KL{q_\phi(z \mid x)}{p(z)} =`, 2);
  await editor.page.locator('.monaco-hover:visible').getByText('KL of a diagonal Gaussian').waitFor();
}

const notes = String.raw`# Variational auto-encoders

$$
\newcommand{\KL}[2]{D_{\mathrm{KL}}\bigl(#1\,\|\,#2\bigr)}
$$

The encoder gives a diagonal Gaussian $q_\phi(z \mid x) = \mathcal N(\mu, \sigma^2)$, the prior is a standard normal.

- The **reconstruction** is what it costs to say $x$ when $z$ is known.
- The **divergence** is what it costs to say $z$, against the prior. It is zero only where the encoder
  tells nothing of $x$.

## The loss

Their sum is never below $-\log p_\theta(x)$, and the mean over a batch is what is minimised:

$$
\mathcal L(x) = -\mathbb E_{q_\phi(z \mid x)}\bigl[\log p_\theta(x \mid z)\bigr] + \KL{q_\phi(z \mid x)}{p(z)}
$$

Between the two Gaussians the divergence has a closed form:

$$
\KL{q_\phi(z \mid x)}{p(z)} = -\tfrac12 \sum_j \bigl(1 + \log \sigma_j^2 - \mu_j^2 - \sigma_j^2\bigr)
$$

A draw of $z$ has to let gradients through, so the noise is drawn by itself:

$$
z = \mu + \sigma \odot \epsilon, \qquad \epsilon \sim \mathcal N(0, I)
$$

With a factor $\beta > 1$ on the divergence the latents are simpler, and less of $x$ is told.
`;

/** The formula of a selected expression in a panel beside it, with one of its terms pointed at. */
async function openSelection(editor: Editor): Promise<void> {
  await editor.openFile('vae.py');
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.closeSidebar'));
  await editor.evaluateInHost((vscode) => {
    const shown = vscode.window.activeTextEditor!;
    const { document } = shown;
    const line = document.positionAt(document.getText().indexOf('kl = -0.5')).line;
    const code = document.lineAt(line).text;
    shown.selection = new vscode.Selection(line, code.indexOf('-0.5'), line, code.length);
    shown.revealRange(shown.selection, vscode.TextEditorRevealType.InCenter);
  });
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('genlens.formulaOfSelection'));
  const panel = await editor.panelFrame('Formula');
  // What is marked shows better without a selection over it.
  await editor.evaluateInHost((vscode) => {
    const [shown] = vscode.window.visibleTextEditors;
    if (shown) shown.selection = new vscode.Selection(shown.selection.start, shown.selection.start);
  });
  await panel.getByText('This is: KL of a diagonal Gaussian').waitFor();
  await settle(editor);
  await panel.locator('.formula-term[data-term="logvar"]').first().hover();
  await settle(editor);
}

/** Debugs a program until a term of a loss overflows. */
async function stopAtOverflow(editor: Editor): Promise<void> {
  const text = await readFile(path.join(debuggedWorkspace, 'vae.py'), 'utf8');
  await writeFile(path.join(editor.workspace, 'divergence.py'), text);
  await editor.openFile('divergence.py');
  await editor.evaluateInHost(
    async (vscode, line) => {
      const folder = vscode.workspace.workspaceFolders![0]!;
      const uri = vscode.Uri.joinPath(folder.uri, 'divergence.py');
      const place = new vscode.Location(uri, new vscode.Position(line, 0));
      vscode.debug.addBreakpoints([new vscode.SourceBreakpoint(place, true, undefined, '2')]);
      const program = { program: uri.fsPath, console: 'internalConsole' };
      await vscode.debug.startDebugging(folder, { type: 'debugpy', request: 'launch', name: 'vae', ...program });
    },
    text.slice(0, text.indexOf('kl = -0.5')).split('\n').length - 1,
  );
  await until('the program has stopped', () => editor.evaluateInHost((vscode) => vscode.debug.activeStackItem !== undefined));
  await editor.evaluateInHost(async (vscode) => {
    await vscode.commands.executeCommand('genlens.stopped.focus');
    await vscode.commands.executeCommand('workbench.action.closePanel');
  });
  for (const name of ['Variables', 'Watch', 'Call Stack', 'Breakpoints'])
    await editor.page.locator('.pane-header', { hasText: name }).click();
  const view = await editor.panelFrame(/Formula/);
  await view.getByText('Infinity arises').waitFor();
  await editor.page.mouse.move(800, 700);
  await settle(editor);
}

/** Shows the hover `within` characters into the first place of the active editor with this text. */
async function hoverOn(editor: Editor, text: string, within: number): Promise<void> {
  const place = await editor.evaluateInHost(
    (vscode, part, offset) => {
      const { document } = vscode.window.activeTextEditor!;
      const { line, character } = document.positionAt(document.getText().indexOf(part) + offset);
      return [line, character] as [line: number, character: number];
    },
    text,
    within,
  );
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('workbench.action.focusActiveEditorGroup'));
  await editor.select({ start: place, end: place });
  await settle(editor);
  await editor.evaluateInHost((vscode) => vscode.commands.executeCommand('editor.action.showHover'));
  await editor.page.locator('.monaco-hover:visible .hover-row img').first().waitFor();
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
